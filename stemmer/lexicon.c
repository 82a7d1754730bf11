/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/lexicon.h"

#include <stdlib.h>

#define SLOTS_FIRST 64u

void lexicon_release(struct lexicon *x)
{
	arena_release(&x->arena);
	free(x->slots);
	free(x->beginnings);
	*x = (struct lexicon)LEXICON_INIT;
}

static uint64_t hash_of(struct slice word)
{
	uint64_t hash = LEXICON_HASH;

	for (size_t i = 0; i < word.len; i++)
		hash = lexicon_hash(hash, word.data[i]);
	return hash;
}

/* 32 bits a slot. */
static size_t bit_of(const struct lexicon *x, uint64_t hash) { return (size_t)(hash >> 24) & (32 * x->n_slots - 1); }

static size_t slot_of(const struct lexicon *x, struct slice word, uint64_t hash)
{
	size_t at = (size_t)(hash >> 20) & (x->n_slots - 1);

	while (x->slots[at].data && !slice_equal(lexicon_bytes(&x->slots[at]), word))
		at = (at + 1) & (x->n_slots - 1);
	return at;
}

/* Hashes of a word's beginnings, by their length. */
struct hashes {
	uint64_t of[LEXICON_WORD_MAX + 1];
};

static void hash_beginnings(struct hashes *h, const uint8_t *word, size_t len)
{
	h->of[0] = LEXICON_HASH;
	for (size_t i = 0; i < len; i++)
		h->of[i + 1] = lexicon_hash(h->of[i], word[i]);
}

static void note_beginnings(struct lexicon *x, const struct hashes *h, size_t len)
{
	for (size_t i = 1; i <= len; i++)
		x->beginnings[bit_of(x, h->of[i]) / 64] |= (uint64_t)1 << bit_of(x, h->of[i]) % 64;
}

bool lexicon_may_begin(const struct lexicon *x, uint64_t hash)
{
	return x->n_slots && x->beginnings[bit_of(x, hash) / 64] >> bit_of(x, hash) % 64 & 1;
}

static enum fund_status grow(struct lexicon *x, size_t n_slots)
{
	struct lexicon bigger = *x;
	struct hashes h;

	bigger.n_slots = n_slots;
	bigger.slots = calloc(bigger.n_slots, sizeof *bigger.slots);
	bigger.beginnings = calloc(bigger.n_slots / 2, sizeof *bigger.beginnings);
	if (!bigger.slots || !bigger.beginnings) {
		free(bigger.slots);
		free(bigger.beginnings);
		return FUND_NO_MEMORY;
	}
	for (size_t i = 0; i < x->n_slots; i++)
		if (x->slots[i].data) {
			struct slice word = lexicon_bytes(&x->slots[i]);
			hash_beginnings(&h, word.data, word.len);
			bigger.slots[slot_of(&bigger, word, h.of[word.len])] = x->slots[i];
			note_beginnings(&bigger, &h, word.len);
		}
	free(x->slots);
	free(x->beginnings);
	*x = bigger;
	return FUND_OK;
}

void lexicon_reset(struct lexicon *x)
{
	arena_reset(&x->arena);
	if (x->n) {
		memset(x->slots, 0, x->n_slots * sizeof *x->slots);
		memset(x->beginnings, 0, x->n_slots / 2 * sizeof *x->beginnings);
	}
	x->n = 0;
}

enum fund_status lexicon_reserve(struct lexicon *x, size_t n)
{
	size_t n_slots = x->n_slots ? x->n_slots : SLOTS_FIRST;

	if (n > SIZE_MAX / 4 - x->n)
		return FUND_NO_MEMORY;
	while (n_slots < 2 * (x->n + n))
		n_slots *= 2;
	return n_slots > x->n_slots ? grow(x, n_slots) : FUND_OK;
}

enum fund_status lexicon_add(struct lexicon *x, struct slice word, uint64_t count, unsigned flags)
{
	struct hashes h;
	if (word.len == 0 || word.len > LEXICON_WORD_MAX)
		return FUND_OK;
	enum fund_status st = lexicon_reserve(x, 1);
	if (st != FUND_OK)
		return st;
	hash_beginnings(&h, word.data, word.len);
	struct lexicon_word *w = &x->slots[slot_of(x, word, h.of[word.len])];
	if (!w->data) {
		w->data = arena_slice(&x->arena, word).data;
		if (!w->data)
			return FUND_NO_MEMORY;
		w->len = (uint8_t)word.len;
		x->n++;
		note_beginnings(x, &h, word.len);
	}
	w->count = count < UINT32_MAX - w->count ? w->count + (uint32_t)count : UINT32_MAX;
	w->flags |= (uint8_t)flags;
	return FUND_OK;
}

const struct lexicon_word *lexicon_find(const struct lexicon *x, struct slice word) { return lexicon_find_hashed(x, word, hash_of(word)); }

const struct lexicon_word *lexicon_find_hashed(const struct lexicon *x, struct slice word, uint64_t hash)
{
	const struct lexicon_word *w = x->n && word.len <= LEXICON_WORD_MAX ? &x->slots[slot_of(x, word, hash)] : NULL;
	return w && w->data ? w : NULL;
}
