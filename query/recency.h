/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recency.h - newer articles ahead of older ones that say as much: --recency.
 *
 * A score is multiplied by RECENCY_LEAST + (1 - RECENCY_LEAST) * 2^(-age / half-life): 1 for the newest article, half of what there is to lose for one that is a
 * half-life older, never below RECENCY_LEAST, which undated articles have. So newness doubles a score at most, whatever the number of words in the query,
 * which a sum could not say; and no factor is above 1, so that whatever bounds a score bounds what is left of it: pruning stays exact.
 * Age      in days before the newest article of all indexes, not before today: the same index always gives the same list. A date that names no day, or no
 *          month, is its first one.
 */
#ifndef QUERY_RECENCY_H
#define QUERY_RECENCY_H

#include "query/searcher.h"

#define RECENCY_LEAST 0.5

struct recency {
	uint32_t half_life; /* days; 0: scores are left as they are */
	uint32_t newest;    /* packed date; 0: no article has one */
};

/* Looks for the newest article that is not dead; over Xapian it is asked for. */
enum fund_status recency_find(struct recency *r, struct searcher *s, uint32_t half_life);
/* What is left of a score. `date`: packed. */
int64_t recency_score(const struct recency *r, uint32_t date, int64_t score);

#endif
