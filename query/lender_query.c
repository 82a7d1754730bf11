/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_query.c - a plan in Xapian's words: at least its documents, at least its scores. What each kind of node becomes: lender_word.c, lender_span.c; here are
 * filters and groups.
 *
 * OP_MAX is left alone: libxapian 1.4.22 crashes on it while it prunes.
 */
#include <stdlib.h>

#include "query/lender_translation.h"

/* ---- filters ---- */

static struct slice packed(uint8_t room[4], uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		room[i] = (uint8_t)(v >> (24 - 8 * i));
	return slice_of(room, 4);
}

static enum fund_status of_range(struct translation *t, uint32_t slot, uint32_t from, uint32_t to, struct xapian_query **out)
{
	uint8_t low[4], high[4];
	struct slice end = to == UINT32_MAX ? slice_of(NULL, 0) : packed(high, to);
	enum fund_status st = t->l->x->query_range(out, slot, packed(low, from ? from : 1), end, &t->l->why);
	return translation_keep(t, st, *out);
}

/* Each database has its own last run; the lent leaf knows which is whose. */
static enum fund_status of_new(struct translation *t, struct xapian_query **out)
{
	struct parts any = { .n = 0 };
	const struct lender *l = t->l;
	enum fund_status st = FUND_OK;
	*out = NULL;
	for (uint32_t i = 0; i < l->n_members && st == FUND_OK; i++) {
		uint32_t newest = (uint32_t)l->members[i].state.newest;
		struct xapian_query *q;
		st = of_range(t, XAPIAN_SLOT_BORN, newest, newest, &q);
		if (st == FUND_OK)
			st = parts_add(&any, q);
		t->exact &= newest == (uint32_t)l->members[0].state.newest;
	}
	if (st == FUND_OK)
		st = translation_combine(t, XAPIAN_OR, &any, 0, out);
	free(any.at);
	return st;
}

static enum fund_status everything(struct translation *t, struct xapian_query **out)
{
	enum fund_status st = t->l->x->query_all(out, true, &t->l->why);
	return translation_keep(t, st, *out);
}

/* ---- groups ---- */

static enum fund_status of_plan(struct translation *t, const struct plan *p, struct xapian_query **out);

static enum fund_status of_any(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct parts any = { .n = 0 };
	enum fund_status st = FUND_OK;
	*out = NULL;
	for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++) {
		struct xapian_query *q;
		st = of_plan(t, p->children[i], &q);
		if (st == FUND_OK)
			st = parts_add(&any, q);
	}
	if (st == FUND_OK)
		st = translation_combine(t, XAPIAN_OR, &any, 0, out);
	free(any.at);
	return st;
}

/* The children of one role, each by itself. */
struct group {
	struct parts parts[ROLE_HINT + 1];
	bool had[ROLE_HINT + 1], missing[ROLE_HINT + 1];
};

/* What is not to match is left out where Xapian would leave out too much. */
static enum fund_status of_excluded(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct translation inner = *t;
	inner.exact = true;
	enum fund_status st = of_plan(&inner, p, out);
	t->made = inner.made;
	t->n_made = inner.n_made;
	t->cap_made = inner.cap_made;
	t->exact &= inner.exact;
	if (!inner.exact)
		*out = NULL;
	return st;
}

/* Hints and what is beside demands alter no match: nor whether it is exact. */
static enum fund_status of_child(struct translation *t, const struct plan *c, bool decides, struct xapian_query **out)
{
	bool exact = t->exact;
	double spare = t->spare;
	enum fund_status st = c->role == ROLE_MUST_NOT ? of_excluded(t, c, out) : of_plan(t, c, out);
	if (!decides)
		t->exact = exact;
	if (c->role == ROLE_MUST_NOT || c->role == ROLE_FILTER)
		t->spare = spare;
	return st;
}

static bool has_role(const struct plan *p, enum plan_role role)
{
	for (uint32_t i = 0; i < p->n_children; i++)
		if (p->children[i]->role == role)
			return true;
	return false;
}

static enum fund_status gather(struct translation *t, const struct plan *p, struct group *g)
{
	bool demands = has_role(p, ROLE_MUST);
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++) {
		enum plan_role role = p->children[i]->role == ROLE_OPTIONAL ? ROLE_SHOULD : p->children[i]->role;
		if (role == ROLE_LATE_HINT)
			continue;
		bool decides = role != ROLE_HINT && !(role == ROLE_SHOULD && demands);
		struct xapian_query *q;
		st = of_child(t, p->children[i], decides, &q);
		g->had[role] = true;
		g->missing[role] |= !q;
		if (st == FUND_OK)
			st = parts_add(&g->parts[role], q);
	}
	return st;
}

/* What must match, before anything is added or taken away. As in iter_bool.c: words beside nothing but filters must be found, one of them. */
static enum fund_status ground_of(struct translation *t, struct group *g, struct xapian_query **out)
{
	struct xapian_query *filters = NULL, *demands = NULL, *any = NULL;
	enum fund_status st = translation_combine(t, XAPIAN_AND, &g->parts[ROLE_FILTER], 0, &filters);
	if (st == FUND_OK)
		st = translation_combine(t, XAPIAN_AND, &g->parts[ROLE_MUST], 0, &demands);
	if (st == FUND_OK && !g->had[ROLE_MUST] && g->had[ROLE_SHOULD])
		st = translation_combine(t, XAPIAN_OR, &g->parts[ROLE_SHOULD], 0, &any);
	*out = demands ? demands : any;
	if (st == FUND_OK && !g->had[ROLE_MUST] && !g->had[ROLE_SHOULD])
		st = everything(t, out);
	return st == FUND_OK && g->had[ROLE_FILTER] ? translation_pair(t, XAPIAN_FILTER, *out, filters, out) : st;
}

static enum fund_status of_group(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct group g = { .had = { false } };
	struct xapian_query *more, *less, *hints;
	*out = NULL;
	enum fund_status st = gather(t, p, &g);
	bool possible = !g.missing[ROLE_MUST] && !g.missing[ROLE_FILTER];
	if (st == FUND_OK && possible)
		st = ground_of(t, &g, out);
	if (st == FUND_OK && possible)
		st = translation_combine(t, XAPIAN_OR, &g.parts[ROLE_MUST_NOT], 0, &less);
	if (st == FUND_OK && possible)
		st = translation_pair(t, XAPIAN_AND_NOT, *out, less, out);
	if (st == FUND_OK && possible)
		st = translation_combine(t, XAPIAN_OR, &g.parts[ROLE_SHOULD], 0, &more);
	if (st == FUND_OK && possible)
		st = translation_pair(t, XAPIAN_AND_MAYBE, *out, more, out);
	if (st == FUND_OK && possible)
		st = translation_combine(t, XAPIAN_OR, &g.parts[ROLE_HINT], 0, &hints);
	if (st == FUND_OK && possible)
		st = translation_pair(t, XAPIAN_AND_MAYBE, *out, hints, out);
	for (unsigned i = 0; i <= ROLE_HINT; i++)
		free(g.parts[i].at);
	return st;
}

static enum fund_status of_plan(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	*out = NULL;
	switch (p->kind) {
	case PLAN_NONE: return FUND_OK;
	case PLAN_ALL: return everything(t, out);
	case PLAN_TERM: return translate_term(t, p, out);
	case PLAN_WORD: return translate_word(t, p, out);
	case PLAN_BEST: return of_any(t, p, out);
	case PLAN_PHRASE: return translate_phrase(t, p, out);
	case PLAN_FORMS: return translate_forms(t, p, out);
	case PLAN_SPAN: return translate_span(t, p, out);
	case PLAN_BOOL: return of_group(t, p, out);
	case PLAN_DATE: return of_range(t, XAPIAN_SLOT_DATE, p->from, p->to, out);
	case PLAN_NEW: return of_new(t, out);
	}
	return FUND_OK;
}

enum fund_status lender_translate(struct lender *l, const struct plan *plan, struct lender_query *out)
{
	struct translation t = { .l = l, .exact = true };
	*out = (struct lender_query){ .query = NULL };
	enum fund_status st = l->n_docs ? of_plan(&t, plan, &out->query) : FUND_OK;
	if (st != FUND_OK)
		out->query = NULL;
	translation_end(&t, out->query);
	out->exact = t.exact;
	out->spare = t.spare;
	return st == FUND_OK || l->why.text[0] ? st : lender_failed(l, st, "out of memory");
}

void lender_query_release(struct lender *l, struct lender_query *q)
{
	l->x->query_free(q->query);
	q->query = NULL;
}
