/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/chunk_table.h"

#include <stdlib.h>

#include "store/chunk_memo.h"

struct chunk_table {
	struct chunk_source source;
	enum chunk_kind kind;
	uint32_t n;
	struct entry {
		struct slice tail;
		struct chunk_memo chunk;
	} *entries;
	size_t cap;
};

void chunk_table_free(struct chunk_table *t)
{
	if (t)
		free(t->entries);
	free(t);
}

static enum fund_status add(struct chunk_table *t, struct slice tail)
{
	struct entry *entries = array_room(t->entries, t->n + 1u, &t->cap, sizeof *entries);
	if (!entries)
		return FUND_NO_MEMORY;
	t->entries = entries;
	if (t->n && slice_compare(entries[t->n - 1].tail, tail) >= 0)
		return FUND_CORRUPT; /* nothing could be searched */
	entries[t->n].tail = tail;
	atomic_init(&entries[t->n].chunk.data, NULL);
	t->n++;
	return FUND_OK;
}

static enum fund_status read_tails(struct chunk_table *t, uint32_t most)
{
	struct slice tail = slice_of(NULL, 0);
	for (;;) {
		enum fund_status st = t->source.next(t->source.context, t->kind, tail, &tail, NULL);
		if (st == FUND_OK)
			st = t->n < most ? add(t, tail) : FUND_LIMIT;
		if (st != FUND_OK)
			return st == FUND_NOT_FOUND ? FUND_OK : st;
	}
}

enum fund_status chunk_table_new(struct chunk_table **out, struct chunk_source source, enum chunk_kind kind, uint32_t most)
{
	struct chunk_table *t = *out = calloc(1, sizeof *t);
	if (!t)
		return FUND_NO_MEMORY;
	t->source = source;
	t->kind = kind;
	enum fund_status st = read_tails(t, most);
	if (st != FUND_OK) {
		chunk_table_free(t);
		*out = NULL;
	}
	return st;
}

/* How many tails are not greater. */
static uint32_t count_le(const struct chunk_table *t, struct slice tail)
{
	uint32_t low = 0, high = t->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (slice_compare(t->entries[middle].tail, tail) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum fund_status take(struct chunk_table *t, uint32_t i, struct slice *found, struct slice *value)
{
	if (i >= t->n)
		return FUND_NOT_FOUND;
	struct entry *e = &t->entries[i];
	*found = e->tail;
	if (!value || chunk_memo_get(&e->chunk, value))
		return FUND_OK;
	enum fund_status st = t->source.get(t->source.context, t->kind, e->tail, value);
	if (st == FUND_OK)
		chunk_memo_put(&e->chunk, *value);
	return st == FUND_NOT_FOUND ? FUND_CORRUPT : st;
}

enum fund_status chunk_table_seek_le(struct chunk_table *t, struct slice tail, struct slice *found, struct slice *value)
{
	return take(t, count_le(t, tail) - 1, found, value);
}

enum fund_status chunk_table_next(struct chunk_table *t, struct slice tail, struct slice *found, struct slice *value)
{
	return take(t, count_le(t, tail), found, value);
}
