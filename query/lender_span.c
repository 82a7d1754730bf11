/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_span.c - phrases and relations of a plan in Xapian's words: they weigh as the one of their words that weighs least can at most, since no phrase is more frequent
 * than its words. Where nothing can be said of how often a relation holds, its rarity goes to the spare.
 */
#include <stdlib.h>

#include "query/lender_translation.h"

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

enum fund_status translate_phrase(struct translation *t, const struct plan *p, struct xapian_query **out)
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
		st = p->field == FIELD_TITLE ? translate_in_title(t, p->phrase[i].places.term, &q) : translate_unscaled(t, p->phrase[i].places.term, &q);
		if (st == FUND_OK)
			st = parts_add(&words, q);
	}
	if (st == FUND_OK)
		st = translation_combine(t, simple ? XAPIAN_PHRASE : XAPIAN_AND, &words, simple ? p->n_phrase : 0, &matches);
	if (st == FUND_OK && rarest)
		st = translate_scaled(t, *rarest, p->scale, &weight);
	if (st == FUND_OK)
		st = translation_pair(t, XAPIAN_FILTER, weight, matches, out);
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
		st = translate_unscaled(t, slot->terms[i].term, &q);
		if (st == FUND_OK)
			st = parts_add(&any, q);
	}
	for (uint32_t i = 0; i < slot->n_forms && st == FUND_OK; i++)
		st = translate_any_form(t, slot->forms[i], false, &any);
	if (st == FUND_OK)
		st = translation_combine(t, XAPIAN_OR, &any, 0, out);
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
			st = parts_add(&parts, q);
	}
	if (st == FUND_OK && (node->kind == SPAN_OR || !missing))
		st = translation_combine(t, node->kind == SPAN_OR ? XAPIAN_OR : XAPIAN_AND, &parts, 0, out);
	free(parts.at);
	return st;
}

/* Adds what a slot's occurrences weigh. */
static enum fund_status weigh_slot(struct translation *t, const struct slot *slot, double scale, struct parts *any)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < slot->n_terms && st == FUND_OK; i++) {
		struct xapian_query *q;
		st = translate_scaled(t, slot->terms[i].term, scale, &q);
		if (st == FUND_OK)
			st = parts_add(any, q);
	}
	for (uint32_t i = 0; i < slot->n_forms && st == FUND_OK; i++)
		st = translate_weighed_forms(t, slot->forms[i], scale, false, any);
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

enum fund_status translate_span(struct translation *t, const struct plan *p, struct xapian_query **out)
{
	struct parts any = { .n = 0 };
	struct xapian_query *matches = NULL, *weight = NULL;
	enum fund_status st = of_relation(t, p->span, &matches);
	*out = matches;
	bool known = st == FUND_OK && weigh_relation(t, p->span, p->scale, &any, &st);
	if (st == FUND_OK && known)
		st = translation_combine(t, XAPIAN_OR, &any, 0, &weight);
	if (st == FUND_OK && known)
		st = translation_pair(t, XAPIAN_FILTER, weight, matches, out);
	if (st == FUND_OK && !known) {
		t->spare += p->scale / SCORE_UNIT;
		if (matches) {
			st = t->l->x->query_scale(out, matches, 0, &t->l->why);
			st = translation_keep(t, st, *out);
		}
	}
	t->exact &= p->span->kind == SPAN_SLOT && p->span->slot->field != FIELD_TITLE;
	free(any.at);
	return st;
}
