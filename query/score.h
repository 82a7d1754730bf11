/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * score.h - BM25 in whole micro-units.
 *
 * score(t, d) = weight * idf(t) * f / (f + k1 * (1 - b + b * len / average)), f the pseudo-frequency and len the weighted length of
 * all fields: BM25F with one normalisation. idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5)), never negative.
 *
 * Source   Robertson, Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond (2009), sections 3.2 and 3.5. The factor k1 + 1 is
 *          left out: it changes no order. The idf's 1 + keeps frequent words positive, as Lucene has it.
 * Freq     in hundredths: an occurrence that is weaker evidence counts less than 100.
 * Units    a term's contribution is rounded to 1e-6, so that sums are exact whatever the order they are made in. Hits are
 *          ordered by what is printed: 1e-4.
 */
#ifndef QUERY_SCORE_H
#define QUERY_SCORE_H

#include <math.h>

#include "base/bytes.h"
#include "query/ranking.h"

#define SCORE_UNIT 1000000 /* micro-units in 1 */
#define SCORE_PRINTED 100  /* micro-units in the last printed decimal */

#define FREQ_UNIT 100u /* one occurrence of the word itself */
#define FREQ_MAX 250000u /* more occurrences count as so many */

struct bm25 {
	double at_zero, per_word; /* FREQ_UNIT * k1 * (1 - b + b * len / average) = at_zero + per_word * len */
};

static inline struct bm25 bm25_of(const struct ranking *r, double average_len)
{
	double k = FREQ_UNIT * r->k1;
	return (struct bm25){ k * (1 - r->b), average_len > 0 ? k * r->b / average_len : 0 };
}

/* Occurrences that count `weight` hundredths each. */
static inline uint32_t score_freq(uint32_t occurrences, uint32_t weight) { return (occurrences < FREQ_MAX ? occurrences : FREQ_MAX) * weight; }

static inline double bm25_idf(uint64_t n_docs, uint64_t df)
{
	double n = (double)n_docs, f = (double)(df > n_docs ? n_docs : df);
	return log(1 + (n - f + 0.5) / (f + 0.5));
}

/* `freq`: sums of score_freq(). `scale`: weight * idf * SCORE_UNIT. Rises with freq, falls with len, up to one micro-unit of rounding. */
static inline int64_t bm25_score(const struct bm25 *p, double scale, uint32_t freq, uint32_t len)
{
	double f = (double)freq;
	return (int64_t)(scale * (f / (f + p->at_zero + p->per_word * (double)len)) + 0.5);
}

static inline int64_t score_printed(int64_t micro) { return (micro + SCORE_PRINTED / 2) / SCORE_PRINTED; }
/* The least score in micro-units that is printed as `printed`. */
static inline int64_t score_least(int64_t printed) { return printed * SCORE_PRINTED - SCORE_PRINTED / 2; }

#endif
