/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/terms.h"

#include <stdlib.h>

#include "base/hash.h"

#define TERMS_CHUNK 1024u
#define SLOTS_FIRST 1024u

enum fund_status terms_init(struct terms *t)
{
	*t = (struct terms){ .n_slots = SLOTS_FIRST };
	t->slots = calloc(t->n_slots, sizeof(*t->slots));
	return t->slots ? FUND_OK : FUND_NO_MEMORY;
}

void terms_release(struct terms *t)
{
	for (size_t i = 0; i < t->n_chunks; i++)
		free(t->chunks[i]);
	free(t->chunks);
	free(t->slots);
	*t = (struct terms){ 0 };
}

void terms_reset(struct terms *t)
{
	memset(t->slots, 0, t->n_slots * sizeof(*t->slots));
	t->n = 0;
}

struct term *terms_at(const struct terms *t, uint32_t number)
{
	return &t->chunks[number / TERMS_CHUNK][number % TERMS_CHUNK];
}

static enum fund_status grow_slots(struct terms *t)
{
	size_t n_slots = t->n_slots * 2;
	struct term_slot *slots = calloc(n_slots, sizeof(*slots));

	if (slots == NULL)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < t->n_slots; i++) {
		if (t->slots[i].number == 0)
			continue;
		size_t at = t->slots[i].hash & (n_slots - 1);
		while (slots[at].number)
			at = (at + 1) & (n_slots - 1);
		slots[at] = t->slots[i];
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
	return FUND_OK;
}

/* Room for one term more. */
static enum fund_status reserve(struct terms *t)
{
	if (t->n == UINT32_MAX - 1)
		return FUND_NO_MEMORY;
	if (t->n / TERMS_CHUNK == t->n_chunks) {
		struct term *chunk = malloc(TERMS_CHUNK * sizeof(*chunk));
		struct term **chunks = realloc(t->chunks, (t->n_chunks + 1) * sizeof(*chunks));
		if (chunks)
			t->chunks = chunks;
		if (chunk == NULL || chunks == NULL) {
			free(chunk);
			return FUND_NO_MEMORY;
		}
		t->chunks[t->n_chunks++] = chunk;
	}
	return (size_t)t->n * 2 < t->n_slots ? FUND_OK : grow_slots(t);
}

enum fund_status terms_add(struct terms *t, struct arena *arena, struct slice bytes, uint32_t kind, uint32_t *number)
{
	enum fund_status status = reserve(t);

	if (status != FUND_OK)
		return status;
	uint32_t hash = (uint32_t)hash_bytes_seed(bytes.data, bytes.len, kind);
	size_t at = hash & (t->n_slots - 1);
	for (; t->slots[at].number; at = (at + 1) & (t->n_slots - 1)) {
		const struct term *term = terms_at(t, t->slots[at].number - 1);
		if (t->slots[at].hash == hash && term->kind == kind && slice_equal(term->bytes, bytes)) {
			*number = t->slots[at].number - 1;
			return FUND_OK;
		}
	}
	struct slice copy = arena_slice(arena, bytes);
	if (copy.data == NULL)
		return FUND_NO_MEMORY;
	t->chunks[t->n / TERMS_CHUNK][t->n % TERMS_CHUNK] = (struct term){ copy, kind, 0 };
	*number = t->n++;
	t->slots[at] = (struct term_slot){ hash, t->n };
	return FUND_OK;
}

size_t terms_memory(const struct terms *t)
{
	return t->n_slots * sizeof(*t->slots) + t->n_chunks * (sizeof(*t->chunks) + TERMS_CHUNK * sizeof(struct term));
}
