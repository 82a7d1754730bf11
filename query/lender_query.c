/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_query.c - a plan in Xapian's words: at least its documents, at least its scores.
 *
 * Terms    weigh what they weigh here: Xapian's BM25 times what our rarity is more than its.
 * Words    in several kinds, and forms, are Xapian's synonyms: they saturate together, as ours do, at the rarity that Xapian estimates for any of them. What it
 *          estimates at most is known, so they are scaled to weigh no less than ours. The best of several adds up: more, never less.
 * Phrases  weigh as the one of their words that weighs least can at most: no phrase is more frequent than its words. Relations likewise; where nothing can be said
 *          of how often they hold, their rarity goes to the spare.
 * OP_MAX is left alone: libxapian 1.4.22 crashes on it while it prunes.
 */
#include <math.h>
#include <stdlib.h>

#include "query/lender_private.h"

struct translation {
	struct lender *l;
	struct xapian_query **made; /* all that are to be freed */
	size_t n_made, cap_made;
	bool exact;
	double spare;
};

/* What is being combined: NULLs are left out. */
struct parts {
	struct xapian_query **at;
	size_t n, cap;
};

/* ---- making ---- */

static enum fund_status keep(struct translation *t, enum fund_status st, struct xapian_query *q)
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

static enum fund_status add_part(struct parts *p, struct xapian_query *q)
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

/* NULL of no parts. Ends the parts. */
static enum fund_status combine(struct translation *t, enum xapian_op op, struct parts *p, uint32_t window, struct xapian_query **out)
{
	enum fund_status st = FUND_OK;
	*out = p->n == 1 ? p->at[0] : NULL;
	if (p->n > 1) {
		st = t->l->x->query_combine(out, op, p->at, (uint32_t)p->n, window, &t->l->why);
		st = keep(t, st, *out);
	}
	free(p->at);
	*p = (struct parts){ .n = 0 };
	return st;
}

/* NULL: the left is nothing. */
static enum fund_status pair(struct translation *t, enum xapian_op op, struct xapian_query *a, struct xapian_query *b, struct xapian_query **out)
{
	struct xapian_query *both[2] = { a, b };
	*out = a;
	if (!a || (!b && (op == XAPIAN_AND || op == XAPIAN_FILTER)))
		*out = NULL;
	if (!a || !b)
		return FUND_OK;
	enum fund_status st = t->l->x->query_combine(out, op, both, 2, 0, &t->l->why);
	return keep(t, st, *out);
}

static enum fund_status plain_term(struct translation *t, struct slice name, struct xapian_query **out)
{
	enum fund_status st = t->l->x->query_term(out, name, &t->l->why);
	return keep(t, st, *out);
}

/* What Xapian's BM25 makes of a term, at most. Source: its weight/bm25weight.cc, BM25Weight::init(). */
static double xapian_rarity(const struct lender *l, uint32_t df)
{
	double w = (l->n_docs - df + 0.5) / (df + 0.5);
	return (l->k1 + 1) * log(w < 2 ? w * 0.5 + 1 : w);
}

/* The term, so that its weight is scale * f / (f + K); NULL: no document has it. */
static enum fund_status scaled_name(struct translation *t, struct slice name, double scale, struct xapian_query **out)
{
	struct lender *l = t->l;
	struct xapian_query *q = NULL;
	uint32_t df = 0;
	*out = NULL;
	enum fund_status st = l->x->db_term(l->db, name, &df, NULL, &l->why);
	if (st != FUND_OK || df == 0)
		return st;
	st = plain_term(t, name, &q);
	if (st != FUND_OK)
		return st;
	st = l->x->query_scale(out, q, scale / SCORE_UNIT / xapian_rarity(l, df), &l->why);
	return keep(t, st, *out);
}

/* ---- synonyms ---- */

/* Names that count as one word. */
struct synonyms {
	struct parts terms;
	double none; /* the part of all documents that has none of them, were they independent: as Xapian estimates it */
};

static enum fund_status add_synonym(struct translation *t, struct slice name, struct synonyms *s)
{
	struct lender *l = t->l;
	struct xapian_query *q;
	uint32_t df = 0;
	enum fund_status st = l->x->db_term(l->db, name, &df, NULL, &l->why);
	if (st != FUND_OK || df == 0)
		return st;
	s->none *= 1 - (double)df / l->n_docs;
	st = plain_term(t, name, &q);
	return st == FUND_OK ? add_part(&s->terms, q) : st;
}

/* As one, so that its weight is at least scale * f / (f + K) of their occurrences together. Xapian rounds its estimate at each step: half a document a term, at
 * most. Source: its matcher/orpostlist.cc, get_termfreq_est_using_stats(). NULL: no document has any. */
static enum fund_status scaled_synonyms(struct translation *t, struct synonyms *s, double scale, struct xapian_query **out)
{
	struct lender *l = t->l;
	struct xapian_query *any = NULL;
	double most = ceil(l->n_docs * (1 - s->none)) + (double)s->terms.n;
	*out = NULL;
	if (s->terms.n == 0)
		return FUND_OK;
	enum fund_status st = combine(t, XAPIAN_SYNONYM, &s->terms, 0, &any);
	if (st == FUND_OK)
		st = l->x->query_scale(out, any, scale / SCORE_UNIT / xapian_rarity(l, most < l->n_docs ? (uint32_t)most : l->n_docs), &l->why);
	return keep(t, st, *out);
}

static enum fund_status scaled_term(struct translation *t, struct slice term, double scale, struct xapian_query **out)
{
	struct slice name;
	*out = NULL;
	enum fund_status st = lender_name(t->l, term, &name);
	return st == FUND_OK ? scaled_name(t, name, scale, out) : st;
}

static enum fund_status unscaled_term(struct translation *t, struct slice term, struct xapian_query **out)
{
	struct slice name;
	enum fund_status st = lender_name(t->l, term, &name);
	return st == FUND_OK ? plain_term(t, name, out) : st;
}

static enum fund_status title_term(struct translation *t, struct slice term, struct xapian_query **out)
{
	buf_reset(&t->l->name);
	enum fund_status st = xapian_prefixed(XAPIAN_PREFIX_TITLE, slice_from(term, 1), &t->l->name);
	return st == FUND_OK ? plain_term(t, slice_buf(&t->l->name), out) : st;
}

/* ---- words ---- */

/* In the title it is no more frequent than everywhere. */
static enum fund_status of_term(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct xapian_query *all, *in_title;
	enum fund_status st = scaled_term(t, p->term.places.term, p->scale, &all);
	*out = st == FUND_OK ? all : NULL;
	if (st != FUND_OK || p->term.field != FIELD_TITLE)
		return st;
	st = title_term(t, p->term.places.term, &in_title);
	return st == FUND_OK ? pair(t, XAPIAN_FILTER, all, in_title, out) : st;
}

static enum fund_status form_name(struct translation *t, const struct expansion *x, const struct form_pair *f, bool in_title)
{
	buf_reset(&t->l->name);
	return xapian_form_name(xapian_form_prefix(x->class, in_title), f->form, slice_from(f->term, 1), &t->l->name);
}

/* All forms of an expansion, unweighed. */
static enum fund_status any_form(struct translation *t, const struct expansion *x, bool in_title, struct parts *any)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < x->n_pairs && st == FUND_OK; i++) {
		struct xapian_query *q = NULL;
		st = form_name(t, x, &x->pairs[i], in_title);
		if (st == FUND_OK)
			st = plain_term(t, slice_buf(&t->l->name), &q);
		if (st == FUND_OK)
			st = add_part(any, q);
	}
	return st;
}

/* Their occurrences, or those in the title, as of one word. */
static enum fund_status weigh_occurrences(struct translation *t, const struct expansion *x, bool in_title, double scale, struct parts *any)
{
	struct synonyms forms = { .none = 1 };
	struct xapian_query *q = NULL;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < x->n_pairs && st == FUND_OK; i++) {
		st = form_name(t, x, &x->pairs[i], in_title);
		if (st == FUND_OK)
			st = add_synonym(t, slice_buf(&t->l->name), &forms);
	}
	if (st == FUND_OK)
		st = scaled_synonyms(t, &forms, scale, &q);
	free(forms.terms.at);
	return st == FUND_OK ? add_part(any, q) : st;
}

/* Their weights: an occurrence in the lead or the title counts as several, and its form stands among those of the title, too. */
static enum fund_status weigh_forms(struct translation *t, const struct expansion *x, double scale, bool with_fields, struct parts *any)
{
	struct field_weights w = lender_weights(t->l);
	enum fund_status st = weigh_occurrences(t, x, false, with_fields ? scale * w.lead : scale, any);
	if (st == FUND_OK && with_fields && w.title > w.lead && x->class == 'w')
		st = weigh_occurrences(t, x, true, scale * (w.title - w.lead), any);
	return st;
}

/* The kinds of a word. */
static enum fund_status of_word(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct synonyms kinds = { .none = 1 };
	enum fund_status st = FUND_OK;
	*out = NULL;
	for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++) {
		struct slice name;
		st = lender_name(t->l, p->children[i]->term.places.term, &name);
		if (st == FUND_OK)
			st = add_synonym(t, name, &kinds);
	}
	if (st == FUND_OK)
		st = scaled_synonyms(t, &kinds, p->scale, out);
	free(kinds.terms.at);
	return st;
}

static enum fund_status of_forms(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct parts any = { .n = 0 }, in_title = { .n = 0 };
	struct xapian_query *titles = NULL;
	*out = NULL;
	enum fund_status st = weigh_forms(t, p->forms, p->scale, p->field == FIELD_ANY, &any);
	if (st == FUND_OK)
		st = combine(t, XAPIAN_OR, &any, 0, out);
	if (st == FUND_OK && p->field == FIELD_TITLE) {
		st = any_form(t, p->forms, true, &in_title);
		if (st == FUND_OK)
			st = combine(t, XAPIAN_OR, &in_title, 0, &titles);
		if (st == FUND_OK)
			st = pair(t, XAPIAN_FILTER, *out, titles, out);
	}
	free(any.at);
	free(in_title.at);
	return st;
}

/* ---- phrases and relations ---- */

/* Xapian looks for them itself where they are different words side by side. */
static bool is_simple_phrase(const struct plan *p)
{
	for (uint32_t i = 0; i < p->n_phrase; i++) {
		if (p->phrase[i].shift != i || p->phrase[i].places.term.len > XAPIAN_TERM_MAX / 2)
			return false;
		for (uint32_t k = 0; k < i; k++)
			if (slice_equal(p->phrase[i].places.term, p->phrase[k].places.term))
				return false;
	}
	return p->field != FIELD_TITLE;
}

static enum fund_status of_phrase(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct parts words = { .n = 0 };
	const struct slice *rarest = NULL;
	uint64_t least = UINT64_MAX;
	bool simple = is_simple_phrase(p);
	struct xapian_query *matches = NULL, *weight = NULL;
	enum fund_status st = FUND_OK;
	*out = NULL;
	for (uint32_t i = 0; i < p->n_phrase && st == FUND_OK; i++) {
		struct xapian_query *q;
		if (p->phrase[i].places.df < least) {
			least = p->phrase[i].places.df;
			rarest = &p->phrase[i].places.term;
		}
		st = p->field == FIELD_TITLE ? title_term(t, p->phrase[i].places.term, &q) : unscaled_term(t, p->phrase[i].places.term, &q);
		if (st == FUND_OK)
			st = add_part(&words, q);
	}
	if (st == FUND_OK)
		st = combine(t, simple ? XAPIAN_PHRASE : XAPIAN_AND, &words, simple ? p->n_phrase : 0, &matches);
	if (st == FUND_OK && rarest)
		st = scaled_term(t, *rarest, p->scale, &weight);
	if (st == FUND_OK)
		st = pair(t, XAPIAN_FILTER, weight, matches, out);
	t->exact &= simple;
	free(words.at);
	return st;
}

static enum fund_status of_slot(struct translation *t, const struct slot *slot, struct xapian_query **out)
{
	struct parts any = { .n = 0 };
	enum fund_status st = FUND_OK;
	*out = NULL;
	for (uint32_t i = 0; i < slot->n_terms && st == FUND_OK; i++) {
		struct xapian_query *q;
		st = unscaled_term(t, slot->terms[i].term, &q);
		if (st == FUND_OK)
			st = add_part(&any, q);
	}
	for (uint32_t i = 0; i < slot->n_forms && st == FUND_OK; i++)
		st = any_form(t, slot->forms[i], false, &any);
	if (st == FUND_OK)
		st = combine(t, XAPIAN_OR, &any, 0, out);
	free(any.at);
	return st;
}

static enum fund_status of_relation(struct translation *t, const struct span_node *node, struct xapian_query **out)
{
	struct parts parts = { .n = 0 };
	enum fund_status st = FUND_OK;
	bool missing = false;
	*out = NULL;
	if (node->kind == SPAN_SLOT)
		return of_slot(t, node->slot, out);
	for (uint32_t i = 0; i < node->n_children && st == FUND_OK; i++) {
		struct xapian_query *q;
		st = of_relation(t, node->children[i], &q);
		missing |= !q;
		if (st == FUND_OK)
			st = add_part(&parts, q);
	}
	if (st == FUND_OK && (node->kind == SPAN_OR || !missing))
		st = combine(t, node->kind == SPAN_OR ? XAPIAN_OR : XAPIAN_AND, &parts, 0, out);
	free(parts.at);
	return st;
}

/* Adds what a slot's occurrences weigh. */
static enum fund_status weigh_slot(struct translation *t, const struct slot *slot, double scale, struct parts *any)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < slot->n_terms && st == FUND_OK; i++) {
		struct xapian_query *q;
		st = scaled_term(t, slot->terms[i].term, scale, &q);
		if (st == FUND_OK)
			st = add_part(any, q);
	}
	for (uint32_t i = 0; i < slot->n_forms && st == FUND_OK; i++)
		st = weigh_forms(t, slot->forms[i], scale, false, any);
	return st;
}

static bool are_slots(const struct span_node *node)
{
	for (uint32_t i = 0; i < node->n_children; i++)
		if (node->children[i]->kind != SPAN_SLOT)
			return false;
	return true;
}

static const struct slot *rarest_slot(const struct span_node *node)
{
	const struct slot *best = node->children[0]->slot;
	for (uint32_t i = 1; i < node->n_children; i++)
		if (slot_df(node->children[i]->slot) < slot_df(best))
			best = node->children[i]->slot;
	return best;
}

/* Occurrences of which there are no fewer than spans: false: nothing is known. */
static bool weigh_relation(struct translation *t, const struct span_node *node, double scale, struct parts *any, enum fund_status *st)
{
	bool known = true;
	switch (node->kind) {
	case SPAN_SLOT:
		*st = weigh_slot(t, node->slot, scale, any);
		return true;
	case SPAN_OR:
		for (uint32_t i = 0; i < node->n_children && known && *st == FUND_OK; i++)
			known = node->children[i]->kind != SPAN_NEAR && weigh_relation(t, node->children[i], scale, any, st);
		return known;
	case SPAN_SEQUENCE:
		if (!are_slots(node))
			return false;
		*st = weigh_slot(t, rarest_slot(node), scale, any);
		return true;
	case SPAN_LOOSE: /* none begins where another does */
		for (uint32_t i = 0; i < node->n_children && *st == FUND_OK; i++)
			*st = weigh_slot(t, node->children[i]->slot, scale, any);
		return true;
	case SPAN_NEAR: /* the whole tree: no more than the first child's */
		return node->children[0]->kind != SPAN_NEAR && weigh_relation(t, node->children[0], scale, any, st);
	}
	return false;
}

static enum fund_status of_span(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct parts any = { .n = 0 };
	struct xapian_query *matches = NULL, *weight = NULL;
	enum fund_status st = of_relation(t, p->span, &matches);
	*out = matches;
	bool known = st == FUND_OK && weigh_relation(t, p->span, p->scale, &any, &st);
	if (st == FUND_OK && known)
		st = combine(t, XAPIAN_OR, &any, 0, &weight);
	if (st == FUND_OK && known)
		st = pair(t, XAPIAN_FILTER, weight, matches, out);
	if (st == FUND_OK && !known) {
		t->spare += p->scale / SCORE_UNIT;
		if (matches) {
			st = t->l->x->query_scale(out, matches, 0, &t->l->why);
			st = keep(t, st, *out);
		}
	}
	t->exact &= p->span->kind == SPAN_SLOT && p->span->slot->field != FIELD_TITLE;
	free(any.at);
	return st;
}

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
	return keep(t, st, *out);
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
			st = add_part(&any, q);
		t->exact &= newest == (uint32_t)l->members[0].state.newest;
	}
	if (st == FUND_OK)
		st = combine(t, XAPIAN_OR, &any, 0, out);
	free(any.at);
	return st;
}

static enum fund_status everything(struct translation *t, struct xapian_query **out)
{
	enum fund_status st = t->l->x->query_all(out, true, &t->l->why);
	return keep(t, st, *out);
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
			st = add_part(&any, q);
	}
	if (st == FUND_OK)
		st = combine(t, XAPIAN_OR, &any, 0, out);
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
		bool decides = role != ROLE_HINT && !(role == ROLE_SHOULD && demands);
		struct xapian_query *q;
		st = of_child(t, p->children[i], decides, &q);
		g->had[role] = true;
		g->missing[role] |= !q;
		if (st == FUND_OK)
			st = add_part(&g->parts[role], q);
	}
	return st;
}

/* What must match, before anything is added or taken away. As in iter_bool.c: words beside nothing but filters must be found, one of them. */
static enum fund_status ground_of(struct translation *t, struct group *g, struct xapian_query **out)
{
	struct xapian_query *filters = NULL, *demands = NULL, *any = NULL;
	enum fund_status st = combine(t, XAPIAN_AND, &g->parts[ROLE_FILTER], 0, &filters);
	if (st == FUND_OK)
		st = combine(t, XAPIAN_AND, &g->parts[ROLE_MUST], 0, &demands);
	if (st == FUND_OK && !g->had[ROLE_MUST] && g->had[ROLE_SHOULD])
		st = combine(t, XAPIAN_OR, &g->parts[ROLE_SHOULD], 0, &any);
	*out = demands ? demands : any;
	if (st == FUND_OK && !g->had[ROLE_MUST] && !g->had[ROLE_SHOULD])
		st = everything(t, out);
	return st == FUND_OK && g->had[ROLE_FILTER] ? pair(t, XAPIAN_FILTER, *out, filters, out) : st;
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
		st = combine(t, XAPIAN_OR, &g.parts[ROLE_MUST_NOT], 0, &less);
	if (st == FUND_OK && possible)
		st = pair(t, XAPIAN_AND_NOT, *out, less, out);
	if (st == FUND_OK && possible)
		st = combine(t, XAPIAN_OR, &g.parts[ROLE_SHOULD], 0, &more);
	if (st == FUND_OK && possible)
		st = pair(t, XAPIAN_AND_MAYBE, *out, more, out);
	if (st == FUND_OK && possible)
		st = combine(t, XAPIAN_OR, &g.parts[ROLE_HINT], 0, &hints);
	if (st == FUND_OK && possible)
		st = pair(t, XAPIAN_AND_MAYBE, *out, hints, out);
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
	case PLAN_TERM: return of_term(t, p, out);
	case PLAN_WORD: return of_word(t, p, out);
	case PLAN_BEST: return of_any(t, p, out);
	case PLAN_PHRASE: return of_phrase(t, p, out);
	case PLAN_FORMS: return of_forms(t, p, out);
	case PLAN_SPAN: return of_span(t, p, out);
	case PLAN_BOOL: return of_group(t, p, out);
	case PLAN_DATE: return of_range(t, XAPIAN_SLOT_DATE, p->from, p->to, out);
	case PLAN_NEW: return of_new(t, out);
	}
	return FUND_OK;
}

static void forget_made(struct translation *t, const struct xapian_query *but)
{
	for (size_t i = 0; i < t->n_made; i++)
		if (t->made[i] != but)
			t->l->x->query_free(t->made[i]);
	free(t->made);
}

enum fund_status lender_translate(struct lender *l, const struct plan *plan, struct lender_query *out)
{
	struct translation t = { .l = l, .exact = true };
	*out = (struct lender_query){ .query = NULL };
	enum fund_status st = l->n_docs ? of_plan(&t, plan, &out->query) : FUND_OK;
	if (st != FUND_OK)
		out->query = NULL;
	forget_made(&t, out->query);
	out->exact = t.exact;
	out->spare = t.spare;
	return st == FUND_OK || l->why.text[0] ? st : lender_failed(l, st, "out of memory");
}

void lender_query_release(struct lender *l, struct lender_query *q)
{
	l->x->query_free(q->query);
	q->query = NULL;
}

/* ---- asking ---- */

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
	enum fund_status st = any_form(&t, &x, in_title, &parts);
	if (st == FUND_OK)
		st = combine(&t, XAPIAN_OR, &parts, 0, &any.query);
	if (st == FUND_OK)
		st = lender_find(l, &any, XAPIAN_BY_DOC, 0, 0, &page);
	*df = page.least;
	lender_page_release(&page);
	free(parts.at);
	forget_made(&t, NULL);
	return st;
}
