/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/old_docs.h"

#include <stdlib.h>

#include "base/hash.h"

#define SCAN_MAX 8u /* documents that are looked through without a table */

void old_docs_release(struct old_docs *o)
{
	free(o->docs);
	free(o->table);
	key_iter_release(&o->keys);
	*o = (struct old_docs){ 0 };
}

static enum fund_status add(struct old_docs *o, struct segment *s, uint32_t doc, struct slice tail)
{
	uint64_t hash;

	if (o->n == o->cap) {
		uint32_t cap = o->cap ? o->cap * 2 : 16;
		struct old_doc *grown = cap > o->cap ? realloc(o->docs, cap * sizeof *grown) : NULL;
		if (!grown)
			return FUND_NO_MEMORY;
		o->docs = grown;
		o->cap = cap;
	}
	enum fund_status st = segment_value(s, COLUMN_HASH, doc, &hash);
	o->docs[o->n++] = (struct old_doc){ hash_bytes(tail.data, tail.len), hash, { segment_number(s), doc }, false };
	return st;
}

static enum fund_status add_segment(struct old_docs *o, struct segment *s, uint32_t root, struct slice path)
{
	uint32_t first, end;
	bool dead;
	enum fund_status st = segment_file_docs(s, root, path, &first, &end);

	if (st != FUND_OK || first >= end)
		return st;
	key_iter_release(&o->keys);
	o->keys = (struct key_iter){ 0 };
	st = key_iter_seek(&o->keys, s, first);
	while (st == FUND_OK && (st = key_iter_next(&o->keys)) == FUND_OK && o->keys.doc < end) {
		struct slice key = o->keys.key.key;
		st = segment_is_dead(s, o->keys.doc, &dead);
		if (st == FUND_OK && !dead)
			st = add(o, s, o->keys.doc, slice_part(key, key.len - o->keys.key.id_len, o->keys.key.id_len));
	}
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status make_table(struct old_docs *o)
{
	uint32_t cap = 16;

	if (o->n <= SCAN_MAX)
		return FUND_OK;
	while (cap < o->n * 2)
		cap *= 2;
	free(o->table);
	o->table = calloc(cap, sizeof *o->table);
	o->table_cap = cap;
	if (!o->table)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < o->n; i++) {
		uint32_t at = (uint32_t)o->docs[i].tail_hash & (cap - 1);
		while (o->table[at])
			at = (at + 1) & (cap - 1);
		o->table[at] = i + 1;
	}
	return FUND_OK;
}

enum fund_status old_docs_load(struct old_docs *o, struct snapshot *snapshot, uint32_t root, struct slice path)
{
	enum fund_status st = FUND_OK;
	struct segment *s;

	o->n = o->n_matched = 0;
	for (uint32_t i = 0; st == FUND_OK && i < snapshot_n_segments(snapshot); i++) {
		st = snapshot_segment(snapshot, i, &s, NULL);
		if (st == FUND_OK)
			st = add_segment(o, s, root, path);
	}
	return st == FUND_OK ? make_table(o) : st;
}

static struct old_doc *matched(struct old_docs *o, struct old_doc *d)
{
	d->matched = true;
	o->n_matched++;
	return d;
}

struct old_doc *old_docs_match(struct old_docs *o, struct slice tail)
{
	if (o->n == 0)
		return NULL;
	uint64_t hash = hash_bytes(tail.data, tail.len);
	if (o->n <= SCAN_MAX) {
		for (uint32_t i = 0; i < o->n; i++)
			if (o->docs[i].tail_hash == hash && !o->docs[i].matched)
				return matched(o, &o->docs[i]);
		return NULL;
	}
	for (uint32_t at = (uint32_t)hash & (o->table_cap - 1); o->table[at]; at = (at + 1) & (o->table_cap - 1)) {
		struct old_doc *d = &o->docs[o->table[at] - 1];
		if (d->tail_hash == hash && !d->matched)
			return matched(o, d);
	}
	return NULL;
}
