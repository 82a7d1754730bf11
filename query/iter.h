/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter.h - a plan at work in one segment: the documents that match, in order, with their scores.
 *
 * Contract as for postings: doc is undefined before the first seek, rises, ends at DOC_END and stays there. Dead documents may be
 * left out: what reads positions does, so that it reads none of theirs; of all others topk.c does, once for a match.
 * Owned by the arena given to iter_new(); iter_release() frees what hangs outside of it.
 */
#ifndef QUERY_ITER_H
#define QUERY_ITER_H

#include "query/plan.h"

struct iter;

/* One line of --explain. */
struct explain_item {
	struct slice term; /* without class */
	enum field field;
	const char *kind;  /* "word", "part", "variant", "proximity", "recency" */
	uint32_t freq;
	uint64_t df;
	int64_t score;	   /* micro-units */
};
struct explain_sink {
	void *context;
	enum fund_status (*item)(void *context, const struct explain_item *item);
};

struct iter_ops {
	/* The first match >= target; target is beyond doc, or anything at the start. */
	enum fund_status (*seek)(struct iter *it, uint32_t target);
	/* The current document's score in micro-units. */
	enum fund_status (*score)(struct iter *it, int64_t *micro);
	/* The items that make that score. */
	enum fund_status (*explain)(struct iter *it, const struct explain_sink *sink);
	void (*release)(struct iter *it); /* may be NULL */
};

struct iter {
	const struct iter_ops *ops;
	uint32_t doc;
	uint64_t cost; /* about how many documents it yields */
	struct leaf *leaf;
	const struct bm25 *bm25;
	int64_t least; /* set from outside: matches with a lower score may be left out. INT64_MIN: none */
	bool pruned;   /* some may have been */
};

static inline struct iter iter_base(const struct iter_ops *ops, uint64_t cost, struct leaf *leaf, const struct bm25 *bm25)
{
	return (struct iter){ .ops = ops, .cost = cost, .leaf = leaf, .bm25 = bm25, .least = INT64_MIN };
}

/* FUND_NO_MEMORY, FUND_CORRUPT. A plan that cannot match in this segment gives *out NULL. */
enum fund_status iter_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);
void iter_release(struct iter *it); /* NULL is allowed */

static inline enum fund_status iter_seek(struct iter *it, uint32_t target) { return it->ops->seek(it, target); }
static inline enum fund_status iter_next(struct iter *it) { return it->ops->seek(it, it->doc + 1); }

/* An item about the term: all but frequency and score. */
struct explain_item iter_explain_term(const struct plan_term *t);

/* Constructors, for iter_new() alone. */
enum fund_status iter_term_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);
enum fund_status iter_word_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);
enum fund_status iter_phrase_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);
enum fund_status iter_forms_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);
enum fund_status iter_span_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);
enum fund_status iter_bool_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);
enum fund_status iter_date_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out);

#endif
