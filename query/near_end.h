/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near_end.h - what the beginnings, or the ends, of many words cost at least to come from a word: letters in which neighbours agree are worked out once.
 */
#ifndef QUERY_NEAR_END_H
#define QUERY_NEAR_END_H

#include "query/near_word.h"

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
	bool far[NEAR_END_LETTERS + 1];		/* with all of the word it is more than the limit */
	uint32_t reached[NEAR_END_LETTERS + 1]; /* the least cost at which others' places were reached */
	uint64_t rows[NEAR_END_LETTERS + 1][NEAR_COST_MAX + 1];
};
void near_end_init(struct near_end *e, const struct near_word *w, bool back);
/* Costs from `any` on need not be told apart from now on, others must: 1 to the limit + 1. */
void near_end_tell(struct near_end *e, uint32_t any);
/*
 * `bytes`: NEAR_END_LETTERS of a word from the outer one inwards, which is the highest; zeros behind all of a shorter one. A letter that is cut is any.
 * *cost: the least that any word costs which begins (ends) with these; above the limit: limit + 1. Where it is not less than `any` it may be any such number.
 * Where it is above the limit, or not less than `any`: -> the next such number that is not in vain, up to NEAR_END_NOWHERE. 0: not known.
 */
uint64_t near_end_cost(struct near_end *e, uint64_t bytes, uint32_t *cost);
/* Is there a near word that begins with these? As above. */
bool near_end_may_begin(const struct near_word *w, uint64_t bytes);

#endif
