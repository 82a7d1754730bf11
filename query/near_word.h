/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near_word.h - how many letters must be put in, left out or replaced to come from one word to others (Levenshtein), up to a limit.
 *
 * Cost     Each such edit costs NEAR_EDIT. For texts that were read by machine (near_word_ocr()) letters of ocr_letters.h that stand in the word and their
 *          counterpart that stands in the text cost 1 instead, and a long s is an s. Both words are cut into pieces in the same order, pairs of which are equal letters
 *          (0), one letter and none, or two letters (NEAR_EDIT), or such a confusion (1): the distance is the least sum. So no letter is part of two edits.
 * Shape    For each cost a row of bits: bit i says that what was read is the first i letters of the word at that cost. A letter read moves
 *          all of them at once; a confusion goes on from the row of one to three letters ago. The word is kept in both directions, for the ends of words.
 * Letters  code points in small letters; bytes are UTF-8. What is cut of a letter at the inner end of a beginning or an end is left out.
 * Source   Wu, Manber: Fast text searching allowing errors (1992).
 * Threads  a word is read only once it is made.
 */
#ifndef QUERY_NEAR_WORD_H
#define QUERY_NEAR_WORD_H

#include <stdbool.h>

#include "base/letters.h"
#include "base/status.h"

#define NEAR_WORD_LETTERS 63u /* a row is one machine word */
#define NEAR_WORD_EDITS 2u
#define NEAR_EDIT 2u /* what an edit costs */
#define NEAR_COST_MAX (NEAR_WORD_EDITS * NEAR_EDIT)

struct near_word;
/* From malloc, ended by free(). n <= NEAR_WORD_LETTERS; more edits than NEAR_WORD_EDITS count as so many. FUND_NO_MEMORY. */
enum fund_status near_word_new(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits);
/* The same where confusions of letters cost less. */
enum fund_status near_word_ocr(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits);
uint32_t near_word_most(const struct near_word *w); /* the limit: of costs, counted in near_word_unit() */
uint32_t near_word_unit(const struct near_word *w); /* what 1 of them is worth: NEAR_EDIT, as all are; 1 with confusions */
uint32_t near_word_letters(const struct near_word *w);
/* The letters that near words have. */
struct letters_wanted near_word_wanted(const struct near_word *w);
/* From the word to this one, in units; above the limit: limit + 1, and then the first *vain bytes, if they are not 0, begin no word that is nearer. */
uint32_t near_word_distance(const struct near_word *w, struct slice word, uint32_t *vain);

/* Beginnings, or ends, of many words: letters in which neighbours agree are worked out once. */
#define NEAR_END_LETTERS 5u
#define NEAR_END_WAYS (2 * NEAR_WORD_EDITS + 1) /* places that edits lead to */
#define NEAR_END_NOWHERE ((uint64_t)1 << 8 * NEAR_END_LETTERS)
struct near_end {
	const struct near_word *word;
	bool back; /* ends */
	/*
	 * Each end is charged with its half of the word alone, at most NEAR_END_LETTERS from the outer one on: so the costs of both ends of a near word are no more
	 * than its distance together. false: with all of the word, and each by itself is no more than that.
	 */
	bool adds;
	uint32_t any; /* from this cost on ends are not told apart: so may be those of any word */
	/* private */
	uint32_t half;	       /* letters of the word that it is charged with */
	uint64_t mine, others; /* places of a row up to its last letter, and behind it: what comes once those are reached costs nothing */
	uint64_t bytes;	       /* what was read last */
	uint32_t n, n_whole;   /* letters of it; the first of them that are UTF-8 */
	uint32_t used_up;      /* so many of its letters have used up the limit; NEAR_END_LETTERS: not known */
	uint64_t head;	       /* these */
	uint32_t head_shift, last_shift; /* down to the last of them, and to the one before: the same where no other letter may stand for the last */
	uint64_t come_to; /* places that those before the last came to */
	struct {
		uint64_t tail;
		uint32_t shift; /* down to the last byte of it that matters */
	} ways[NEAR_END_WAYS]; /* how a near word goes on behind them */
	uint32_t n_ways;
	uint32_t letters[NEAR_END_LETTERS];
	uint32_t len[NEAR_END_LETTERS + 1];	/* by letters read: their bytes */
	uint32_t least[NEAR_END_LETTERS + 1];	/* what a word costs at least */
	uint32_t reached[NEAR_END_LETTERS + 1]; /* the least cost at which others' places were reached */
	uint64_t rows[NEAR_END_LETTERS + 1][NEAR_COST_MAX + 1];
};
void near_end_init(struct near_end *e, const struct near_word *w, bool back);
/*
 * `bytes`: NEAR_END_LETTERS of a word from the outer one inwards, which is the highest; zeros behind all of a shorter one. A letter that is cut is any.
 * *cost: the least that any word costs which begins (ends) with these; above the limit: limit + 1. Where it is not less than `any` it may be any such number.
 * Where it is above the limit, or not less than `any`: -> the next such number that is not in vain, up to NEAR_END_NOWHERE. 0: not known.
 */
uint64_t near_end_cost(struct near_end *e, uint64_t bytes, uint32_t *cost);
/* Is there a near word that begins with these? As above. */
bool near_word_may_begin(const struct near_word *w, uint64_t bytes);

#endif
