/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk.h - the best k documents of all segments, exactly, to the last tie.
 *
 * Order    printed score, falling; newer date, articles without one last; key by its bytes; index in the order of the command line.
 * Pruning  only what cannot enter the k best under that whole order is left out. So the hits never depend on it; the total does:
 *          total_exact says whether all matches were seen.
 * Stages   with second_stage.h: the SECOND_STAGE_HITS best by the first score are raised. Exact: a hit is left out early only where the highest raise would not
 *          bring it among the k. With recency.h all scores here are what is left of them.
 */
#ifndef QUERY_TOPK_H
#define QUERY_TOPK_H

#include "query/best_scores.h"
#include "query/iter.h"
#include "query/lender.h"
#include "query/recency.h"
#include "query/second_stage.h"

/* What stands first. Ties: score as printed, the newer, the key; random has none. */
enum hit_order {
	ORDER_RELEVANCE,
	ORDER_NEWEST, /* undated ones last, here and there */
	ORDER_OLDEST,
	ORDER_RANDOM, /* by a hash of key and seed: the same whatever the page, the segments, the index */
};

struct hit {
	int64_t score;	 /* micro-units */
	int64_t printed; /* the score in the unit that decides: score.h */
	int64_t falling; /* when finished: the score as printed, lowered where that is needed to fall strictly */
	int64_t plain;	 /* the score without regard to its date: recency.h */
	int64_t near;	 /* of the plain score, what nearness added in the second stage */
	uint32_t date;	 /* packed */
	uint32_t leaf; /* of the searcher */
	uint32_t doc;  /* of the lent leaf: a number in topk.lent */
	uint32_t at;   /* its number in the leaf, in the second stage */
	bool hinted;   /* late hints are in its score */
	uint64_t near_words; /* proximity.h: bits of the words that may be in it */
	uint64_t dice; /* ORDER_RANDOM */
};

struct hit_list { /* a heap with the worst on top until it is sorted */
	struct hit *hits;
	uint32_t n, cap;
	uint32_t k; /* at most so many; UINT32_MAX: all */
};

/* What was lent and may be in a list: the leaf has others by now. */
struct lent_docs {
	struct lent_doc {
		uint32_t doc; /* Xapian's number */
		uint32_t key_len;
		uint8_t *key;
		uint64_t signature;
	} *docs;
	uint32_t n, first; /* first: of those in the leaf */
	size_t cap;
};
void lent_docs_release(struct lent_docs *table); /* also on {0} */

struct topk {
	struct searcher *searcher;
	struct lent_docs lent;
	uint32_t k;		    /* hits that are wanted; UINT32_MAX: all */
	struct hit_list best;	    /* the k best, or as many as the second stage sees; after the search the k, best first */
	struct best_scores wanted;  /* of a second stage that sees more than k: the k best scores as printed */
	int64_t most_raise;	    /* by the second stage; 0 where there is none */
	int64_t least;		    /* what topk_threshold() says */
	uint64_t total;	  /* matches seen */
	bool total_exact;
	enum hit_order order;
	uint64_t seed;
	struct recency recency;
	bool second;	  /* there is a second stage */
	bool all_counted; /* every match is to be seen, though it cannot enter */
	const struct hit *behind; /* borrowed: only hits that stand behind this one enter; NULL: all. Without a second stage, and of the same state */
	struct buf key_a, key_b; /* for comparing */
	enum fund_status failed; /* reading a key, or memory */
};

/* Set what is wanted of order, seed, recency, second, all_counted, behind before the search. */
void topk_init(struct topk *t, struct searcher *s, uint32_t k);
void topk_release(struct topk *t); /* also on {0} */
/* After a change of the plain score. */
void topk_set_score(const struct topk *t, struct hit *h);
/* Search all segments. */
enum fund_status topk_search(struct topk *t, const struct plan *plan);

/* ---- what is lent: topk_lent.c ---- */
/* The hit's document in its leaf. FUND_NOT_FOUND: it is not lent now. */
enum fund_status topk_place(const struct topk *t, const struct hit *h, uint32_t *doc);
/* Has the lent ones of these hits (the first LEND_MOST) in the leaf again. */
enum fund_status topk_lend(struct topk *t, const struct plan *plan, const struct hit *const *hits, uint32_t n, enum lend_texts texts);
enum fund_status topk_lent(struct topk *t, const struct plan *plan);
enum fund_status topk_search_leaf(struct topk *t, const struct plan *plan, uint32_t leaf, struct arena *arena);

/* ---- for the search loops of topk_or.c and topk_and.c ---- */
/* Scores below this (micro-units) cannot enter any more. INT64_MIN while there is room, and where scores do not decide. */
static inline int64_t topk_threshold(const struct topk *t) { return t->least; }
/* A live, matching document; its score without regard to its date, which can only lower it. near_words: as of struct hit. */
enum fund_status topk_offer(struct topk *t, uint32_t leaf, uint32_t doc, int64_t score, uint64_t near_words);
/* A word of a query in one segment. */
struct topk_word {
	const struct plan *plan; /* of a plain word its lists are read, of any other its matches: word_lists.h */
	bool hint; /* only adds to what the others find */
	uint64_t near; /* its bit in hit.near_words; 0: none */
};
/* A disjunction: MaxScore over block bounds; and a conjunction. */
enum fund_status topk_or(struct topk *t, uint32_t leaf, const struct topk_word *words, uint32_t n_words, struct arena *arena);
enum fund_status topk_and(struct topk *t, uint32_t leaf, const struct topk_word *words, uint32_t n_words, struct arena *arena);
_Static_assert(SECOND_STAGE_HITS <= BEST_SCORES_MOST, "topk.wanted is for fewer than the second stage sees");
#define TOPK_WORDS_MAX 64
#define OR_KINDS_MAX 16 /* lists of a word: their weighted occurrences must add up within 32 bits */

#endif
