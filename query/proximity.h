/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proximity.h - words that were asked for side by side and stand close to each other: part of the second stage (second_stage.h).
 *
 * For each two words that follow each other in the query, stop words gone: near * the rarity of the commoner one / the root of their least distance in
 * the article, up to PROXIMITY_REACH positions. A part stands where its compound stands; two parts of the same compound are as close as can be. The parts of
 * a compound that was asked for are never a pair: hints have no place in this.
 * Filters around the words change nothing.
 */
#ifndef QUERY_PROXIMITY_H
#define QUERY_PROXIMITY_H

#include "query/iter.h"

#define PROXIMITY_REACH 20u

/* Does the plan have words to be close to each other? */
bool proximity_applies(const struct searcher *s, const struct plan *plan);
/* The group that is asked for, without the filters around it. */
const struct plan *proximity_group(const struct plan *plan);
/* Is this child of the group a word that may stand near others? They are numbered in their order; a number from 64 on is as 63. */
bool proximity_is_word(const struct plan *child);
/* The most that it adds to any score, in micro-units. */
int64_t proximity_most(const struct searcher *s, const struct plan *plan);
/* To that of a document with no other words than these. */
int64_t proximity_most_of(const struct searcher *s, const struct plan *plan, uint64_t words);

/* The words of a plan in one leaf. Documents are asked for in ascending order. */
struct proximity {
	struct searcher *searcher;
	struct near_word *words; /* n of them, in the arena */
	uint32_t n;
};
/* `p` is closed whatever comes of it. */
enum fund_status proximity_open(struct proximity *p, struct searcher *s, const struct plan *plan, struct leaf *leaf, struct arena *arena);
void proximity_close(struct proximity *p); /* also on {0} */
/* What it adds to the document's score, in micro-units; it has no other words than those whose numbers are bits in `words`. */
enum fund_status proximity_score(struct proximity *p, uint32_t doc, uint64_t words, int64_t *micro);

#endif
