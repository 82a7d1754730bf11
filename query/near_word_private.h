/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near_word_private.h - what a word is to near_word.c and near_end.c: where its letters stand, and rows of bits that move with each letter read (near_word.h, "Shape").
 */
#ifndef QUERY_NEAR_WORD_PRIVATE_H
#define QUERY_NEAR_WORD_PRIVATE_H

#include "query/near_end.h"
#include "query/ocr_letters.h"

#define NEAR_QUICK 256u /* letters below it are looked up, those above are searched */

/* These letters of a text for some of the word, in the order of reading. */
struct confusion {
	uint32_t text[OCR_LETTERS];
	uint32_t n_text, n_word;
	uint64_t at; /* where they stand in the word: bit i for those from letter i on */
	bool first;  /* only where the text begins, if it is read from there */
};

/* All that may come about in the word. */
struct confusions {
	struct confusion all[64];
	uint32_t n;
	uint64_t by_last[NEAR_QUICK]; /* of them, those whose last letter it is: a bit each */
};

/* Where each letter stands in the word: bit i for letter i. */
struct direction {
	uint64_t quick[NEAR_QUICK];
	uint32_t letters[NEAR_WORD_LETTERS];
	uint64_t ahead[NEAR_WORD_LETTERS + 1]; /* the outer bytes from each letter on, as near_end_cost() has them */
	uint32_t begins[NEAR_WORD_LETTERS + 1]; /* bytes before each letter */
	struct confusions *confusions; /* NULL: edits alone */
};

struct near_word {
	uint32_t n;
	uint32_t edit, most; /* what an edit costs, the limit */
	uint32_t shrinks; /* letters that a near word may have less */
	struct direction forth, back;
};

static inline uint64_t bit(uint32_t i) { return (uint64_t)1 << i; }

/* ---- rows ---- */

static inline uint64_t places(const struct near_word *w, const struct direction *d, uint32_t cp)
{
	uint64_t all = 0;
	if (cp < NEAR_QUICK)
		return d->quick[cp];
	for (uint32_t i = 0; i < w->n; i++)
		all |= d->letters[i] == cp ? bit(i) : 0;
	return all;
}

/* Nothing read: letters of the word may be left out. Bits behind the word's end stand for nothing, and never come back. */
static inline void start(const struct near_word *w, uint64_t row[NEAR_COST_MAX + 1])
{
	row[0] = 1;
	for (uint32_t e = 1; e <= NEAR_COST_MAX; e++)
		row[e] = e < w->edit ? 0 : row[e - w->edit] | row[e - w->edit] << 1;
}

/* Rows of NEAR_WORD_EDITS edits, also where the limit is less: two more are no loop. Both rows may be one. */
static inline void read_letter(const struct near_word *w, const struct direction *d, const uint64_t *before, uint32_t cp, uint64_t *row)
{
	_Static_assert(NEAR_WORD_EDITS == 2, "as many rows");
	uint64_t fits = places(w, d, cp), none = before[0], one = before[1], two = before[2];
	/* the word's next letter; one put in; another in its place, or one of the word left out */
	row[0] = (none & fits) << 1;
	row[1] = (one & fits) << 1 | none | (none | row[0]) << 1;
	row[2] = (two & fits) << 1 | one | (one | row[1]) << 1;
}

/* The least cost at which any of the word's places is reached that are in `wanted`. */
static inline uint32_t least(const struct near_word *w, const uint64_t *row, uint64_t wanted)
{
	uint32_t e = 0;
	while (e <= w->most && !(row[e] & wanted))
		e++;
	return e;
}

/* Any place at any cost: what a place costs, it may cost an edit more. */
static inline bool reaches(const struct near_word *w, const uint64_t *row) { return (row[w->most] | row[w->most ? w->most - 1 : 0]) != 0; }

/* The last letters read and the rows before them: [0] the last one, [1] the one before … */
struct behind {
	uint32_t n; /* of all that were read */
	uint32_t letters[OCR_LETTERS];
	const uint64_t *rows[OCR_LETTERS];
};

/* As read_letter(), the letter being the last of `b`. */
void near_word_read_confusable(const struct near_word *w, const struct direction *d, const struct behind *b, uint64_t *row);
/* What is read, and where it stood before letters that may yet become a confusion: no word that goes on costs less than these. */
void near_word_hopes(const struct near_word *w, const struct direction *d, const struct behind *b, const uint64_t *row, uint64_t *out);

#endif
