/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proximity.h - words that were asked for side by side and stand close to each other: a second stage over the best hits.
 *
 * For each two words that follow each other in the query, stop words gone: near * the rarity of the commoner one / the root of their least distance in
 * the article, up to PROXIMITY_REACH positions. A part stands where its compound stands; two parts of the same compound are as close as can be. The parts of
 * a compound that was asked for are never a pair: hints have no place in this.
 * Filters around the words change nothing.
 */
#ifndef QUERY_PROXIMITY_H
#define QUERY_PROXIMITY_H

#include "query/iter.h"

#define PROXIMITY_HITS 200u /* whose scores are raised: topk.h */
#define PROXIMITY_REACH 20u

/* Does the plan have words to be close to each other? */
bool proximity_applies(const struct searcher *s, const struct plan *plan);
/* Do two or more of them meet in every match? */
bool proximity_is_certain(const struct plan *plan);
/* Of a compound that is also looked for as two words, the one word that it is here; of all others the plan itself. */
const struct plan *proximity_word(const struct plan *p);
/* Is this child of the plan such a word? */
bool proximity_is_word(const struct plan *child);
/* The most that it adds to any score, in micro-units. */
int64_t proximity_most(const struct searcher *s, const struct plan *plan);

/* The words of a plan in one leaf. Documents are asked for in ascending order. */
struct proximity {
	struct searcher *searcher;
	struct near_word *words; /* n of them, in the arena */
	uint32_t n;
};
/* `p` is closed whatever comes of it. */
enum fund_status proximity_open(struct proximity *p, struct searcher *s, const struct plan *plan, struct leaf *leaf, struct arena *arena);
void proximity_close(struct proximity *p); /* also on {0} */
/* Are two or more of the words in the document? */
enum fund_status proximity_meets(struct proximity *p, uint32_t doc, bool *two);
/* What it adds to the document's score, in micro-units. */
enum fund_status proximity_score(struct proximity *p, uint32_t doc, int64_t *micro);

#endif
