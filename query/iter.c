/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/iter.h"

#include "store/postings.h"

enum fund_status iter_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	*out = NULL;
	switch (plan->kind) {
	case PLAN_NONE:
		return FUND_OK;
	case PLAN_TERM:
		return iter_term_new(arena, plan, leaf, bm25, out);
	case PLAN_WORD:
		return iter_word_new(arena, plan, leaf, bm25, out);
	case PLAN_PHRASE:
		return iter_phrase_new(arena, plan, leaf, bm25, out);
	case PLAN_FORMS:
		return iter_forms_new(arena, plan, leaf, bm25, out);
	case PLAN_SPAN:
		return iter_span_new(arena, plan, leaf, bm25, out);
	case PLAN_BOOL:
	case PLAN_BEST:
		return iter_bool_new(arena, plan, leaf, bm25, out);
	case PLAN_ALL:
	case PLAN_DATE:
	case PLAN_NEW:
		return iter_date_new(arena, plan, leaf, bm25, out);
	}
	return FUND_OK;
}

void iter_release(struct iter *it)
{
	if (it && it->ops->release)
		it->ops->release(it);
}
