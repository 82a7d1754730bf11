/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iter_date.c - documents with a date in a range, those of the last indexing run, or simply all: matches without a score. */
#include "query/iter.h"

#include "store/postings.h"

struct iter_date {
	struct iter base;
	uint32_t from, to;
	enum plan_kind kind; /* PLAN_DATE, PLAN_NEW, PLAN_ALL */
};

static enum fund_status is_in(const struct iter_date *d, uint32_t doc, bool *in)
{
	uint64_t born;
	uint32_t date;
	enum fund_status st = FUND_OK;
	*in = true;
	if (d->kind == PLAN_DATE) {
		st = leaf_date(d->base.leaf, doc, &date);
		*in = st == FUND_OK && date != 0 && date >= d->from && date <= d->to;
	} else if (d->kind == PLAN_NEW) {
		st = segment_value(d->base.leaf->segment, COLUMN_BORN, doc, &born);
		*in = st == FUND_OK && born == d->base.leaf->newest;
	}
	return st;
}

static enum fund_status date_seek(struct iter *it, uint32_t target)
{
	struct iter_date *d = (struct iter_date *)it;
	for (uint32_t doc = target; doc < it->leaf->n_docs; doc++) {
		bool in;
		enum fund_status st = is_in(d, doc, &in);
		if (st != FUND_OK)
			return st;
		if (in) {
			it->doc = doc;
			return FUND_OK;
		}
	}
	it->doc = DOC_END;
	return FUND_OK;
}

static enum fund_status date_score(struct iter *it, int64_t *micro)
{
	(void)it;
	*micro = 0;
	return FUND_OK;
}

static enum fund_status date_explain(struct iter *it, const struct explain_sink *sink)
{
	(void)it;
	(void)sink;
	return FUND_OK;
}

static const struct iter_ops date_ops = { date_seek, date_score, date_explain, NULL };

/* The range misses everything in this segment. */
static bool out_of_range(const struct plan *plan, const struct segment_stats *s)
{
	return plan->kind == PLAN_DATE && (s->date_last == 0 || plan->from > s->date_last || plan->to < s->date_first);
}

enum fund_status iter_date_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	*out = NULL;
	if (out_of_range(plan, segment_stats(leaf->segment)))
		return FUND_OK;
	struct iter_date *d = arena_alloc(arena, sizeof *d);
	if (!d)
		return FUND_NO_MEMORY;
	*d = (struct iter_date){ .base = iter_base(&date_ops, leaf->n_docs, leaf, bm25),
				 .from = plan->from, .to = plan->to, .kind = plan->kind };
	*out = &d->base;
	return FUND_OK;
}
