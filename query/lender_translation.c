/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/lender_translation.h"

#include <stdlib.h>

enum fund_status translation_keep(struct translation *t, enum fund_status st, struct xapian_query *q)
{
	if (st != FUND_OK || !q)
		return st;
	struct xapian_query **made = array_room(t->made, t->n_made + 1, &t->cap_made, sizeof *made);
	if (!made) {
		t->l->x->query_free(q);
		return FUND_NO_MEMORY;
	}
	t->made = made;
	t->made[t->n_made++] = q;
	return FUND_OK;
}

enum fund_status parts_add(struct parts *p, struct xapian_query *q)
{
	if (!q)
		return FUND_OK;
	struct xapian_query **at = array_room(p->at, p->n + 1, &p->cap, sizeof *at);
	if (!at)
		return FUND_NO_MEMORY;
	p->at = at;
	p->at[p->n++] = q;
	return FUND_OK;
}

enum fund_status translation_combine(struct translation *t, enum xapian_op op, struct parts *p, uint32_t window, struct xapian_query **out)
{
	enum fund_status st = FUND_OK;
	*out = p->n == 1 ? p->at[0] : NULL;
	if (p->n > 1) {
		st = t->l->x->query_combine(out, op, p->at, (uint32_t)p->n, window, &t->l->why);
		st = translation_keep(t, st, *out);
	}
	free(p->at);
	*p = (struct parts){ .n = 0 };
	return st;
}

enum fund_status translation_pair(struct translation *t, enum xapian_op op, struct xapian_query *a, struct xapian_query *b, struct xapian_query **out)
{
	struct xapian_query *both[2] = { a, b };
	*out = a;
	if (!a || (!b && (op == XAPIAN_AND || op == XAPIAN_FILTER)))
		*out = NULL;
	if (!a || !b)
		return FUND_OK;
	enum fund_status st = t->l->x->query_combine(out, op, both, 2, 0, &t->l->why);
	return translation_keep(t, st, *out);
}

void translation_end(struct translation *t, const struct xapian_query *but)
{
	for (size_t i = 0; i < t->n_made; i++)
		if (t->made[i] != but)
			t->l->x->query_free(t->made[i]);
	free(t->made);
}
