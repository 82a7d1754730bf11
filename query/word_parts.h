/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word_parts.h - what a word is made of, by the lexicon that the index was built with: the same answer as the indexer's.
 *
 * Of the lexicon only that is read what the word's letters lead to, so the cost does not depend on the index.
 */
#ifndef QUERY_WORD_PARTS_H
#define QUERY_WORD_PARTS_H

#include "query/searcher.h"
#include "stemmer/compound.h"

struct word_part {
	struct slice term; /* without class; in the arena */
	unsigned level;	   /* 0: of the word itself, 1: of a part of it, … */
	uint32_t end;	   /* level 0: how much of the folded word is before the next part */
};
struct word_parts {
	struct word_part *parts; /* each term once, in the order of the word */
	uint32_t n;
};

/* `surface`: as written, or folded. With several indexes by the first one that knows the word for a compound. FUND_NO_MEMORY, FUND_CORRUPT. */
enum fund_status word_parts_find(struct searcher *s, struct slice surface, struct arena *arena, struct word_parts *out);

/* Is there a number in both? Each ascends. */
bool positions_meet(const uint32_t *a, uint32_t n_a, const uint32_t *b, uint32_t n_b);
/* Has the index made `part` (with its class x) a part of the term `word` (without class)? The split depends on the form that a segment's words were split by, so its lists are
 * asked: whether there is a place where both stand. FUND_NO_MEMORY, FUND_CORRUPT. */
enum fund_status word_parts_has(struct searcher *s, struct slice word, struct slice part, struct arena *arena, bool *yes);

#endif
