/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * impact.h - the Pareto set of (pseudo-frequency, weighted length) of a block or list: an exact upper bound of its
 * scores for any BM25 parameters and average length.
 *
 * Source   Ding, Suel: Faster top-k document retrieval using block-max indexes (2011), section 3; the set instead of one
 *          score as in Grand, Muir, Ferenczi, Lin: From MaxScore to Block-Max WAND (2020).
 */
#ifndef STORE_IMPACT_H
#define STORE_IMPACT_H

#include "base/bytes.h"

#define IMPACTS_MAX 8

struct impact {
	uint32_t freq; /* pseudo-frequency */
	uint32_t len;  /* weighted length */
};
struct impacts {
	uint32_t n;
	struct impact pair[IMPACTS_MAX]; /* both rise */
};

void impacts_add(struct impacts *set, struct impact one); /* keeps the set small: merges neighbours upwards when full */
void impacts_merge(struct impacts *set, const struct impacts *other);
uint8_t *impacts_encode(const struct impacts *set, uint8_t *out); /* at most 1 + 8 * 10 bytes */
bool impacts_decode(struct cursor *c, struct impacts *set);	   /* false: cannot be right */

#endif
