/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * best_scores.h - the k best of some scores: a heap with the least on top, without allocation.
 */
#ifndef QUERY_BEST_SCORES_H
#define QUERY_BEST_SCORES_H

#include "base/bytes.h"

#define BEST_SCORES_MOST 200u

struct best_scores {
	int64_t scores[BEST_SCORES_MOST];
	uint32_t n, k; /* k: set to 1 to BEST_SCORES_MOST before the first is taken */
};

static inline void best_scores_sift(struct best_scores *b, uint32_t i, int64_t score)
{
	for (uint32_t child; (child = 2 * i + 1) < b->n; i = child) {
		child += child + 1 < b->n && b->scores[child + 1] < b->scores[child];
		if (b->scores[child] >= score)
			break;
		b->scores[i] = b->scores[child];
	}
	b->scores[i] = score;
}

static inline bool best_scores_full(const struct best_scores *b) { return b->n == b->k; }
/* The k-th best; of fewer there is none. */
static inline int64_t best_scores_least(const struct best_scores *b) { return b->scores[0]; }

static inline void best_scores_take(struct best_scores *b, int64_t score)
{
	if (best_scores_full(b)) {
		if (score > b->scores[0])
			best_scores_sift(b, 0, score);
		return;
	}
	b->scores[b->n++] = score;
	for (uint32_t i = b->n / 2; best_scores_full(b) && i-- > 0;)
		best_scores_sift(b, i, b->scores[i]);
}

#endif
