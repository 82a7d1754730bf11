/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk.h - the best k documents of all segments, exactly, to the last tie.
 *
 * Order    printed score, falling; newer date, articles without one last; key by its bytes; index in the order of the command line.
 * Pruning  only what cannot enter the k best under that whole order is left out. So the hits never depend on it; the total does:
 *          total_exact says whether all matches were seen.
 */
#ifndef QUERY_TOPK_H
#define QUERY_TOPK_H

#include "query/iter.h"

/* What stands first. Ties: score as printed, the newer, the key; random has none. */
enum hit_order {
	ORDER_RELEVANCE,
	ORDER_NEWEST, /* undated ones last, here and there */
	ORDER_OLDEST,
	ORDER_RANDOM, /* by a hash of key and seed: the same whatever the page, the segments, the index */
};

struct hit {
	int64_t score;	 /* micro-units */
	int64_t falling; /* after topk_finish(): the score as printed, lowered where that is needed to fall strictly */
	uint32_t date;	 /* packed */
	uint32_t leaf; /* of the searcher */
	uint32_t doc;
	uint64_t dice; /* ORDER_RANDOM */
};

struct topk {
	struct searcher *searcher;
	uint32_t k;	  /* UINT32_MAX: all */
	struct hit *hits; /* a heap with the worst on top until topk_finish(), then best first */
	uint32_t n, cap;
	uint64_t total;	  /* matches seen */
	bool total_exact;
	enum hit_order order;
	uint64_t seed;
	bool all_counted; /* every match is to be seen, though it cannot enter */
	struct buf key_a, key_b; /* for comparing */
	enum fund_status failed; /* reading a key, or memory */
};

void topk_init(struct topk *t, struct searcher *s, uint32_t k);
void topk_release(struct topk *t); /* also on {0} */
/* Search all segments. The arena holds iterators until its reset. */
enum fund_status topk_search(struct topk *t, const struct plan *plan, struct arena *arena);
/* Sorts, best first. */
enum fund_status topk_finish(struct topk *t);

/* The number of matching live documents, without scoring or keeping them. */
enum fund_status count_matches_exactly(struct searcher *s, const struct plan *plan, struct arena *arena, uint64_t *total);

/* ---- for the search loops of topk_or.c ---- */
/* Scores below this (micro-units) cannot enter any more. INT64_MIN while there is room, and where scores do not decide. */
int64_t topk_threshold(const struct topk *t);
/* A live, matching document. */
enum fund_status topk_offer(struct topk *t, uint32_t leaf, uint32_t doc, int64_t score);
/* A disjunction of plain terms in one segment: MaxScore over block bounds. */
struct or_term {
	const struct term_places *places;
	double scale;
};
enum fund_status topk_or(struct topk *t, uint32_t leaf, const struct or_term *terms, uint32_t n_terms, struct arena *arena);
#define OR_TERMS_MAX 64

#endif
