/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iter_forms.c - the documents of many words that count as one: a list that plan_forms.c has joined. */
#include "query/iter.h"

#include "store/postings.h"

struct iter_forms {
	struct iter base;
	const struct plan *plan;
	const struct joined_list *list;
};

static enum fund_status forms_seek(struct iter *it, uint32_t target)
{
	const struct iter_forms *f = (const struct iter_forms *)it;
	uint32_t n_words = it->leaf->n_docs / 64 + 1;
	it->doc = DOC_END;
	for (uint32_t w = target / 64; w < n_words; w++) {
		uint64_t bits = f->list->bits[w];
		if (w == target / 64)
			bits &= UINT64_MAX << target % 64;
		if (bits) {
			it->doc = w * 64 + (uint32_t)__builtin_ctzll(bits);
			break;
		}
	}
	return FUND_OK;
}

static enum fund_status forms_score(struct iter *it, int64_t *micro)
{
	const struct iter_forms *f = (const struct iter_forms *)it;
	uint32_t len;
	enum fund_status st = leaf_length(it->leaf, it->doc, &len);
	if (st == FUND_OK)
		*micro = bm25_score(it->bm25, f->plan->scale, score_freq(f->list->freqs[it->doc], FREQ_UNIT), len);
	return st;
}

static enum fund_status forms_explain(struct iter *it, const struct explain_sink *sink)
{
	const struct iter_forms *f = (const struct iter_forms *)it;
	struct explain_item item = { .term = f->plan->text, .field = f->plan->field, .kind = f->plan->is_variant ? "variant" : "word",
				     .freq = f->list->freqs[it->doc], .df = f->plan->df };
	enum fund_status st = forms_score(it, &item.score);
	return st == FUND_OK ? sink->item(sink->context, &item) : st;
}

static const struct iter_ops forms_ops = { forms_seek, forms_score, forms_explain, NULL };

enum fund_status iter_forms_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	const struct joined_list *list = &plan->joined[leaf->number];
	*out = NULL;
	if (!list->bits)
		return FUND_OK;
	struct iter_forms *f = arena_alloc(arena, sizeof *f);
	if (!f)
		return FUND_NO_MEMORY;
	*f = (struct iter_forms){ .base = iter_base(&forms_ops, plan->forms->df, leaf, bm25), .plan = plan, .list = list };
	*out = &f->base;
	return FUND_OK;
}
