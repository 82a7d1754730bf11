/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_word.c - words of a plan in Xapian's: at least their scores.
 *
 * Terms    weigh what they weigh here: Xapian's BM25 times what our rarity is more than its.
 * Words    in several kinds, and forms, are Xapian's synonyms: they saturate together, as ours do, at the rarity that Xapian estimates for any of them. What it
 *          estimates at most is known, so they are scaled to weigh no less than ours. The best of several adds up: more, never less.
 */
#include <math.h>
#include <stdlib.h>

#include "query/lender_translation.h"

/* ---- terms ---- */

static enum fund_status translate_name(struct translation *t, struct slice name, struct xapian_query **out)
{
	enum fund_status st = t->l->x->query_term(out, name, &t->l->why);
	return translation_keep(t, st, *out);
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
	st = translate_name(t, name, &q);
	if (st != FUND_OK)
		return st;
	st = l->x->query_scale(out, q, scale / SCORE_UNIT / xapian_rarity(l, df), &l->why);
	return translation_keep(t, st, *out);
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
	st = translate_name(t, name, &q);
	return st == FUND_OK ? parts_add(&s->terms, q) : st;
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
	enum fund_status st = translation_combine(t, XAPIAN_SYNONYM, &s->terms, 0, &any);
	if (st == FUND_OK)
		st = l->x->query_scale(out, any, scale / SCORE_UNIT / xapian_rarity(l, most < l->n_docs ? (uint32_t)most : l->n_docs), &l->why);
	return translation_keep(t, st, *out);
}

enum fund_status translate_scaled(struct translation *t, struct slice term, double scale, struct xapian_query **out)
{
	struct slice name;
	*out = NULL;
	enum fund_status st = lender_name(t->l, term, &name);
	return st == FUND_OK ? scaled_name(t, name, scale, out) : st;
}

enum fund_status translate_unscaled(struct translation *t, struct slice term, struct xapian_query **out)
{
	struct slice name;
	enum fund_status st = lender_name(t->l, term, &name);
	return st == FUND_OK ? translate_name(t, name, out) : st;
}

enum fund_status translate_in_title(struct translation *t, struct slice term, struct xapian_query **out)
{
	buf_reset(&t->l->name);
	enum fund_status st = xapian_prefixed(XAPIAN_PREFIX_TITLE, slice_from(term, 1), &t->l->name);
	return st == FUND_OK ? translate_name(t, slice_buf(&t->l->name), out) : st;
}

/* ---- words ---- */

/* In the title it is no more frequent than everywhere. */
enum fund_status translate_term(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct xapian_query *all, *in_title;
	enum fund_status st = translate_scaled(t, p->term.places.term, p->scale, &all);
	*out = st == FUND_OK ? all : NULL;
	if (st != FUND_OK || p->term.field != FIELD_TITLE)
		return st;
	st = translate_in_title(t, p->term.places.term, &in_title);
	return st == FUND_OK ? translation_pair(t, XAPIAN_FILTER, all, in_title, out) : st;
}

static enum fund_status form_name(struct translation *t, const struct expansion *x, const struct form_pair *f, bool in_title)
{
	buf_reset(&t->l->name);
	return xapian_form_name(xapian_form_prefix(x->class, in_title), f->form, slice_from(f->term, 1), &t->l->name);
}

enum fund_status translate_any_form(struct translation *t, const struct expansion *x, bool in_title, struct parts *any)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < x->n_pairs && st == FUND_OK; i++) {
		struct xapian_query *q = NULL;
		st = form_name(t, x, &x->pairs[i], in_title);
		if (st == FUND_OK)
			st = translate_name(t, slice_buf(&t->l->name), &q);
		if (st == FUND_OK)
			st = parts_add(any, q);
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
	return st == FUND_OK ? parts_add(any, q) : st;
}

enum fund_status translate_weighed_forms(struct translation *t, const struct expansion *x, double scale, bool with_fields, struct parts *any)
{
	struct field_weights w = lender_weights(t->l);
	enum fund_status st = weigh_occurrences(t, x, false, with_fields ? scale * w.lead : scale, any);
	if (st == FUND_OK && with_fields && w.title > w.lead && x->class == 'w')
		st = weigh_occurrences(t, x, true, scale * (w.title - w.lead), any);
	return st;
}

/* The kinds of a word. */
enum fund_status translate_word(struct translation *t, const struct plan *p, struct xapian_query **out)
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

enum fund_status translate_forms(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct parts any = { .n = 0 }, in_title = { .n = 0 };
	struct xapian_query *titles = NULL;
	*out = NULL;
	enum fund_status st = translate_weighed_forms(t, p->forms, p->scale, p->field == FIELD_ANY, &any);
	if (st == FUND_OK)
		st = translation_combine(t, XAPIAN_OR, &any, 0, out);
	if (st == FUND_OK && p->field == FIELD_TITLE) {
		st = translate_any_form(t, p->forms, true, &in_title);
		if (st == FUND_OK)
			st = translation_combine(t, XAPIAN_OR, &in_title, 0, &titles);
		if (st == FUND_OK)
			st = translation_pair(t, XAPIAN_FILTER, *out, titles, out);
	}
	free(any.at);
	free(in_title.at);
	return st;
}
