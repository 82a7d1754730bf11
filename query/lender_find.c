/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lender_find.c - Xapian is asked. */
#include <stdlib.h>

#include "query/lender_translation.h"

void lender_page_release(struct lender_page *p)
{
	free(p->docs);
	free(p->weights);
	*p = (struct lender_page){ .n = 0 };
}

static enum fund_status page_room(struct lender_page *p, uint32_t n)
{
	size_t cap_docs = p->cap, cap_weights = p->cap;
	uint32_t *docs = array_room(p->docs, n + (size_t)1, &cap_docs, sizeof *docs);
	if (docs)
		p->docs = docs;
	double *weights = array_room(p->weights, n + (size_t)1, &cap_weights, sizeof *weights);
	if (weights)
		p->weights = weights;
	if (!docs || !weights)
		return FUND_NO_MEMORY;
	p->cap = (uint32_t)(cap_docs < cap_weights ? cap_docs : cap_weights);
	return FUND_OK;
}

enum fund_status lender_find(struct lender *l, const struct lender_query *q, enum xapian_order order, uint32_t first, uint32_t n, struct lender_page *out)
{
	struct xapian_hits *hits = NULL;
	const struct xapian_search how = { .k1 = l->k1, .b = l->b, .first = first, .n = n, .check_at_least = UINT32_MAX, .order = order,
					   .slot = order == XAPIAN_BY_VALUE || order == XAPIAN_BY_VALUE_DOWN ? XAPIAN_SLOT_DATE : UINT32_MAX };
	uint64_t about;
	out->n = 0;
	out->least = out->most = 0;
	if (!q->query)
		return FUND_OK;
	enum fund_status st = l->x->search(&hits, l->db, q->query, &how, &l->why);
	if (st == FUND_OK)
		st = page_room(out, l->x->hits_n(hits));
	for (uint32_t i = 0; st == FUND_OK && i < l->x->hits_n(hits); i++) {
		struct xapian_hit h = l->x->hits_at(hits, i);
		out->docs[i] = h.doc;
		out->weights[i] = h.weight;
		out->n++;
	}
	if (st == FUND_OK)
		l->x->hits_total(hits, &out->least, &about, &out->most);
	l->x->hits_free(hits);
	return st;
}

enum fund_status lender_forms_df(struct lender *l, uint8_t class, bool in_title, const struct form_pair *forms, uint32_t n, uint64_t *df)
{
	const struct expansion x = { .class = class, .pairs = (struct form_pair *)(uintptr_t)forms, .n_pairs = n };
	struct translation t = { .l = l };
	struct lender_query any = { .query = NULL };
	struct lender_page page = { .n = 0 };
	struct parts parts = { .n = 0 };
	*df = 0;
	enum fund_status st = translate_any_form(&t, &x, in_title, &parts);
	if (st == FUND_OK)
		st = translation_combine(&t, XAPIAN_OR, &parts, 0, &any.query);
	if (st == FUND_OK)
		st = lender_find(l, &any, XAPIAN_BY_DOC, 0, 0, &page);
	*df = page.least;
	lender_page_release(&page);
	free(parts.at);
	translation_end(&t, NULL);
	return st;
}
