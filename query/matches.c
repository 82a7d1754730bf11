/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/matches.h"

#include "store/postings.h"

static enum fund_status each_of_leaf(struct leaf *leaf, struct iter *it, enum fund_status (*each)(void *context, struct leaf *leaf, uint32_t doc),
				     void *context)
{
	enum fund_status st;
	for (st = iter_seek(it, 0); st == FUND_OK && it->doc != DOC_END; st = iter_next(it)) {
		bool dead;
		st = leaf_is_dead(leaf, it->doc, &dead);
		if (st == FUND_OK && !dead)
			st = each(context, leaf, it->doc);
		if (st != FUND_OK)
			break;
	}
	return st;
}

#define DOCS_AT_ONCE 65536u /* numbers that Xapian is asked for at once */

/* What a callback is given. */
struct match_sink {
	enum fund_status (*each)(void *context, struct leaf *leaf, uint32_t doc);
	void *context;
	enum lend_texts texts;
};

static enum fund_status each_lent(struct searcher *s, const struct plan *plan, const uint32_t *docs, uint32_t n, const struct match_sink *sink)
{
	struct leaf *leaf = &s->leaves[s->lent_leaf];
	struct iter *it;
	enum fund_status st = lender_lend(s, plan, docs, n, sink->texts);
	if (st == FUND_OK)
		st = iter_new(lender_arena(s->lender), plan, leaf, &s->bm25, &it);
	if (st != FUND_OK || !it)
		return st;
	st = each_of_leaf(leaf, it, sink->each, sink->context);
	iter_release(it);
	return st;
}

/* All that Xapian finds, a page at a time: which of it the plan finds is seen when it is lent. */
static enum fund_status each_of_lender(struct searcher *s, const struct plan *plan, const struct match_sink *sink)
{
	struct lender_query query;
	struct lender_page page = { .n = 0 };
	enum fund_status st = lender_translate(s->lender, plan, &query);
	for (uint32_t first = 0; st == FUND_OK && query.query; first += page.n) {
		st = lender_find(s->lender, &query, XAPIAN_BY_DOC, first, DOCS_AT_ONCE, &page);
		for (uint32_t i = 0; i < page.n && st == FUND_OK; i += LEND_MOST)
			st = each_lent(s, plan, page.docs + i, page.n - i < LEND_MOST ? page.n - i : LEND_MOST, sink);
		if (page.n < DOCS_AT_ONCE)
			break;
	}
	lender_page_release(&page);
	lender_query_release(s->lender, &query);
	return st;
}

static enum fund_status each_of_indexes(struct searcher *s, const struct plan *plan, struct arena *arena, const struct match_sink *sink)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK; i++) {
		struct iter *it;
		if (s->leaves[i].lent)
			continue;
		st = iter_new(arena, plan, &s->leaves[i], &s->bm25, &it);
		if (st != FUND_OK || !it)
			continue;
		st = each_of_leaf(&s->leaves[i], it, sink->each, sink->context);
		iter_release(it);
	}
	return st;
}

enum fund_status matches_each(struct searcher *s, const struct plan *plan, struct arena *arena, enum lend_texts texts,
			      enum fund_status (*each)(void *context, struct leaf *leaf, uint32_t doc), void *context)
{
	const struct match_sink sink = { each, context, texts };
	enum fund_status st = each_of_indexes(s, plan, arena, &sink);
	return st == FUND_OK && s->lender ? each_of_lender(s, plan, &sink) : st;
}

static enum fund_status count_one(void *context, struct leaf *leaf, uint32_t doc)
{
	(void)leaf;
	(void)doc;
	++*(uint64_t *)context;
	return FUND_OK;
}

/* Xapian counts by itself what it finds exactly. */
static enum fund_status count_lent(struct searcher *s, const struct plan *plan, uint64_t *n)
{
	const struct match_sink sink = { count_one, n, LEND_NONE };
	struct lender_query query;
	struct lender_page page = { .n = 0 };
	enum fund_status st = lender_translate(s->lender, plan, &query);
	if (st == FUND_OK && query.exact)
		st = lender_find(s->lender, &query, XAPIAN_BY_DOC, 0, 0, &page);
	*n = page.least;
	if (st == FUND_OK && !query.exact)
		st = each_of_lender(s, plan, &sink);
	lender_page_release(&page);
	lender_query_release(s->lender, &query);
	return st;
}

enum fund_status matches_any(struct searcher *s, const struct plan *plan, struct arena *arena, bool *any)
{
	enum fund_status st = FUND_OK;
	*any = s->lender != NULL;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK && !*any; i++) {
		struct iter *it;
		st = iter_new(arena, plan, &s->leaves[i], &s->bm25, &it);
		if (st != FUND_OK || !it)
			continue;
		st = iter_seek(it, 0);
		*any = st == FUND_OK && it->doc != DOC_END;
		iter_release(it);
	}
	return st;
}

enum fund_status matches_count(struct searcher *s, const struct plan *plan, struct arena *arena, uint64_t *total)
{
	const struct match_sink sink = { count_one, total, LEND_NONE };
	uint64_t lent = 0;
	*total = 0;
	enum fund_status st = each_of_indexes(s, plan, arena, &sink);
	if (st == FUND_OK && s->lender)
		st = count_lent(s, plan, &lent);
	*total += lent;
	return st;
}
