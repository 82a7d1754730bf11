/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/article_key.h"

#include <stdlib.h>

#include "base/hash.h"

#define KEEP_MAX 4096u /* places kept from file to file */

void key_maker_begin(struct key_maker *k)
{
	if (k->cap > KEEP_MAX) {
		key_maker_release(k);
	} else if (k->n) {
		memset(k->seen, 0, k->cap * sizeof *k->seen);
		k->n = 0;
	}
}

void key_maker_release(struct key_maker *k)
{
	free(k->seen);
	*k = (struct key_maker){ NULL, 0, 0 };
}

/* False: it was there already. */
static bool insert(uint64_t *seen, size_t cap, uint64_t hash)
{
	size_t i = (size_t)hash & (cap - 1);

	while (seen[i] && seen[i] != hash)
		i = (i + 1) & (cap - 1);
	if (seen[i])
		return false;
	seen[i] = hash;
	return true;
}

static enum fund_status make_room(struct key_maker *k)
{
	if (k->n < k->cap / 4 * 3)
		return FUND_OK;
	size_t cap = k->cap ? k->cap * 2 : 64;
	uint64_t *grown = calloc(cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < k->cap; i++)
		if (k->seen[i])
			insert(grown, cap, k->seen[i]);
	free(k->seen);
	k->seen = grown;
	k->cap = cap;
	return FUND_OK;
}

/* Keys are kept in memory and in messages: an id of a megabyte is none. */
static enum fund_status bound(struct buf *tail, bool *cut)
{
	*cut = tail->len > KEY_TAIL_MAX;
	if (!*cut)
		return FUND_OK;
	uint64_t hash = hash_bytes(tail->data, tail->len);
	tail->len = KEY_TAIL_MAX - 17;
	return buf_add_format(tail, "~%016llx", (unsigned long long)hash);
}

enum fund_status key_tail(const struct article *a, struct buf *tail, bool *needs_ordinal, bool *cut)
{
	enum fund_status st = FUND_OK;

	buf_reset(tail);
	*cut = false;
	*needs_ordinal = a->many && a->id.len == 0;
	if (a->member.len) {
		st = buf_add_byte(tail, '#');
		if (st == FUND_OK)
			st = buf_add_slice(tail, a->member);
	}
	if (st == FUND_OK && a->many)
		st = buf_add_byte(tail, '#');
	if (st == FUND_OK && a->many)
		st = buf_add_slice(tail, a->id);
	return st == FUND_OK ? bound(tail, cut) : st;
}

enum fund_status key_maker_note(struct key_maker *k, struct slice tail, bool *is_new)
{
	enum fund_status st = make_room(k);
	if (st != FUND_OK)
		return st;
	uint64_t hash = hash_bytes(tail.data, tail.len);
	*is_new = insert(k->seen, k->cap, hash ? hash : 1);
	k->n += *is_new;
	return FUND_OK;
}

enum fund_status key_maker_add(struct key_maker *k, struct buf *tail, bool needs_ordinal, uint64_t ordinal)
{
	bool is_new = false;
	enum fund_status st = needs_ordinal ? buf_add_format(tail, "%llu", (unsigned long long)ordinal) : FUND_OK;

	while (st == FUND_OK) {
		st = key_maker_note(k, slice_buf(tail), &is_new);
		if (st != FUND_OK || is_new)
			return st;
		st = buf_add_format(tail, "#%llu", (unsigned long long)ordinal);
	}
	return st;
}
