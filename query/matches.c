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

enum fund_status matches_each(struct searcher *s, const struct plan *plan, struct arena *arena,
			      enum fund_status (*each)(void *context, struct leaf *leaf, uint32_t doc), void *context)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK; i++) {
		struct iter *it;
		st = iter_new(arena, plan, &s->leaves[i], &s->bm25, &it);
		if (st != FUND_OK || !it)
			continue;
		st = each_of_leaf(&s->leaves[i], it, each, context);
		iter_release(it);
	}
	return st;
}

static enum fund_status count_one(void *context, struct leaf *leaf, uint32_t doc)
{
	(void)leaf;
	(void)doc;
	++*(uint64_t *)context;
	return FUND_OK;
}

enum fund_status matches_count(struct searcher *s, const struct plan *plan, struct arena *arena, uint64_t *total)
{
	*total = 0;
	return matches_each(s, plan, arena, count_one, total);
}
