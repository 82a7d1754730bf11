/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lexicon.h - the nouns that compounds are made of, and what may stand in front of them, with how often each was met.
 *
 * Counted from the archive when an index is built anew, frozen in it then: so that a word is split alike from night to night.
 * Words    folded (fold.h), letters only.
 * Bytes    docs/FORMAT.md, "Lexicon".
 */
#ifndef STEMMER_LEXICON_H
#define STEMMER_LEXICON_H

#include "base/arena.h"

#define LEXICON_WORD_MAX 64u

/* What is known of a word besides its count. */
enum lexicon_flag {
	LEXICON_NOUN = 1,     /* it may be the last part; else it only stands in front of others */
	LEXICON_ATTESTED = 2, /* a dictionary has it; while the words are gathered */
};

struct lexicon_word {
	const uint8_t *data; /* NULL: a free slot */
	uint32_t count;	     /* UINT32_MAX: as often or more */
	uint8_t len, flags;
};
static inline struct slice lexicon_bytes(const struct lexicon_word *w) { return slice_of(w->data, w->len); }

struct lexicon {
	struct arena arena;
	struct lexicon_word *slots; /* by hash, probed one by one */
	size_t n_slots, n;
	uint64_t *beginnings; /* a bit for each hash of a word's beginning, n_slots / 2 words of them: lexicon_may_begin() */
};
#define LEXICON_INIT { ARENA_INIT, NULL, 0, 0, NULL }

void lexicon_release(struct lexicon *x);
/* Empties it, keeps the memory. */
void lexicon_reset(struct lexicon *x);
/* Room for n more words, so that they come without growing. */
enum fund_status lexicon_reserve(struct lexicon *x, size_t n);
/* Words of more than LEXICON_WORD_MAX bytes are left out. Counts of the same word add up; flags, too. */
enum fund_status lexicon_add(struct lexicon *x, struct slice word, uint64_t count, unsigned flags);
/* NULL: not in it. Valid until the next word is added. */
const struct lexicon_word *lexicon_find(const struct lexicon *x, struct slice word);

/* For whoever looks at all beginnings of a text, letter by letter: the hash goes on from LEXICON_HASH. */
#define LEXICON_HASH UINT64_C(0xCBF29CE484222325)
static inline uint64_t lexicon_hash(uint64_t hash, uint8_t letter) { return (hash ^ letter) * UINT64_C(0x9E3779B97F4A7C15); }
/* False: no word of the lexicon begins so. Now and then true without one. */
bool lexicon_may_begin(const struct lexicon *x, uint64_t hash);
/* As lexicon_find(), with the hash of all its letters. */
const struct lexicon_word *lexicon_find_hashed(const struct lexicon *x, struct slice word, uint64_t hash);

/* ---- as an index keeps it: lexicon_bytes.c ---- */
/* Gives the blocks, one for each first letter, ascending. A status that is not FUND_OK ends it. */
enum fund_status lexicon_encode(const struct lexicon *x, void *context, enum fund_status (*block)(void *context, uint8_t letter, struct slice bytes));
/* Words of a block, as far as its bytes can be right. */
size_t lexicon_count(struct slice block);
/* Adds the words of the letter's block. FUND_CORRUPT where the bytes cannot be right. */
enum fund_status lexicon_decode(struct lexicon *x, uint8_t letter, struct slice block);
/* Only those that `text`, which has the block's letter first, begins with, or does but for an e at their end (schule: schulhof). Reads no more of the
 * block than these are. */
enum fund_status lexicon_decode_beginnings(struct lexicon *x, struct slice block, struct slice text);

#endif
