/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/memory_chunks.h"

#include <stdlib.h>

void memory_chunks_release(struct memory_chunks *m)
{
	arena_release(&m->arena);
	free(m->chunks);
	*m = (struct memory_chunks){ .n = 0 };
}

void memory_chunks_reset(struct memory_chunks *m)
{
	arena_reset(&m->arena);
	m->n = 0;
}

static enum fund_status put(void *context, enum chunk_kind kind, struct slice tail, struct slice value)
{
	struct memory_chunks *m = context;
	struct memory_chunk *chunks = array_room(m->chunks, m->n + 1, &m->cap, sizeof *chunks);
	if (!chunks)
		return FUND_NO_MEMORY;
	m->chunks = chunks;
	struct memory_chunk *c = &m->chunks[m->n];
	*c = (struct memory_chunk){ kind, arena_slice(&m->arena, tail), arena_slice(&m->arena, value) };
	if (!c->tail.data || !c->value.data)
		return FUND_NO_MEMORY;
	m->n++;
	return FUND_OK;
}

struct chunk_sink memory_chunks_sink(struct memory_chunks *m) { return (struct chunk_sink){ m, put }; }

static int compare(enum chunk_kind kind, struct slice tail, const struct memory_chunk *c)
{
	return kind != c->kind ? (kind > c->kind) - (kind < c->kind) : slice_compare(tail, c->tail);
}

static int by_place(const void *a, const void *b)
{
	const struct memory_chunk *x = a;
	return compare(x->kind, x->tail, b);
}

void memory_chunks_settle(struct memory_chunks *m)
{
	if (m->n > 1)
		qsort(m->chunks, m->n, sizeof *m->chunks, by_place);
}

/* How many chunks stand before the place, or at it where `at` says so. */
static size_t count_before(const struct memory_chunks *m, enum chunk_kind kind, struct slice tail, bool at)
{
	size_t low = 0, high = m->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = compare(kind, tail, &m->chunks[middle]);
		if (c > 0 || (c == 0 && at))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum fund_status get(void *context, enum chunk_kind kind, struct slice tail, struct slice *value)
{
	const struct memory_chunks *m = context;
	size_t i = count_before(m, kind, tail, false);
	if (i == m->n || compare(kind, tail, &m->chunks[i]) != 0)
		return FUND_NOT_FOUND;
	*value = m->chunks[i].value;
	return FUND_OK;
}

static enum fund_status take(const struct memory_chunks *m, size_t i, enum chunk_kind kind, struct slice *found, struct slice *value)
{
	if (i >= m->n || m->chunks[i].kind != kind)
		return FUND_NOT_FOUND;
	*found = m->chunks[i].tail;
	if (value)
		*value = m->chunks[i].value;
	return FUND_OK;
}

static enum fund_status seek_le(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	const struct memory_chunks *m = context;
	size_t n = count_before(m, kind, tail, true);
	return n == 0 ? FUND_NOT_FOUND : take(m, n - 1, kind, found, value);
}

static enum fund_status next(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	const struct memory_chunks *m = context;
	return take(m, count_before(m, kind, tail, true), kind, found, value);
}

struct chunk_source memory_chunks_source(const struct memory_chunks *m) { return (struct chunk_source){ (void *)(uintptr_t)m, get, seek_le, next, NULL }; }
