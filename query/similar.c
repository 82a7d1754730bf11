/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/similar.h"

#include <stdlib.h>

#include "query/plan_private.h"

#define SATURATION 2.0 /* so many occurrences count half of any number */


/* By term number of the analyser. */
struct term_counts {
	struct analyser *analyser;
	uint32_t *counts; /* by term, `cap` of them */
	size_t cap;
	uint32_t weight; /* of an occurrence */
};

struct weighed {
	struct plan *plan;
	double weight;
};

static enum fund_status on_token(void *context, const struct token *t)
{
	struct term_counts *c = context;
	if (t->word->n_refs == 0)
		return FUND_OK;
	uint32_t term = t->word->refs[0].term; /* the word as a whole */
	uint32_t *counts = array_zeros(c->counts, term + (size_t)1, &c->cap, sizeof *counts);
	if (!counts)
		return FUND_NO_MEMORY;
	c->counts = counts;
	c->counts[term] += c->weight;
	return FUND_OK;
}

static enum fund_status count_words(struct term_counts *c, const struct stored_article *a)
{
	const struct token_sink sink = { c, on_token, NULL, NULL };
	const struct {
		struct slice text;
		uint32_t weight;
	} fields[] = { { a->title, 2 }, { a->lead, 1 }, { a->body, 1 } };
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < sizeof fields / sizeof *fields && st == FUND_OK; i++) {
		uint32_t pos = 0;
		c->weight = fields[i].weight;
		st = analyse_text(c->analyser, fields[i].text, &pos, &sink);
	}
	return st;
}

/* Words that only this article has find nothing else; numbers and function words say little of what it is about. */
static bool is_telling(struct analyser *a, struct slice term)
{
	bool letter = false;
	for (size_t i = 0; i < term.len; i++)
		letter |= term.data[i] >= 'a';
	return letter && term.len > 2 && !analyse_is_stop_word(a, term);
}

static enum fund_status weigh(struct plan_build *b, struct slice term, uint32_t count, struct weighed *out)
{
	enum fund_status st = plan_term(b, term, TERM_WORD, FIELD_ANY, &out->plan);
	if (st == FUND_OK && out->plan && out->plan->term.places.df < 2)
		out->plan = NULL;
	if (st == FUND_OK && out->plan)
		out->weight = out->plan->scale *= count / (count + SATURATION);
	return st;
}

static int by_weight(const void *a, const void *b)
{
	const struct weighed *x = a, *y = b;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return slice_compare(x->plan->term.places.term, y->plan->term.places.term);
}

static enum fund_status weigh_all(struct plan_build *b, const struct term_counts *c, struct weighed *all, uint32_t *n_all)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < c->cap && st == FUND_OK; i++) {
		if (c->counts[i] == 0)
			continue;
		struct slice term = analyser_term(c->analyser, i)->bytes;
		if (!is_telling(c->analyser, term))
			continue;
		st = weigh(b, term, c->counts[i], &all[*n_all]);
		*n_all += st == FUND_OK && all[*n_all].plan;
	}
	return st;
}

enum fund_status similar_plan(struct plan_build *b, const struct stored_article *article, struct plan **out)
{
	struct term_counts c = { .analyser = b->searcher->analyser };
	uint32_t n = 0;
	enum fund_status st = count_words(&c, article);
	struct weighed *all = calloc(c.cap + 1, sizeof *all);
	if (!all && st == FUND_OK)
		st = FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = weigh_all(b, &c, all, &n);
	if (st == FUND_OK)
		st = plan_node_new(b, n ? PLAN_BOOL : PLAN_NONE, out);
	if (st == FUND_OK && n > 1)
		qsort(all, n, sizeof *all, by_weight);
	for (uint32_t i = 0; i < n && i < SIMILAR_TERMS && st == FUND_OK; i++)
		st = plan_add_child(b, *out, all[i].plan);
	if (st == FUND_OK)
		st = plan_filter(b, out);
	free(all);
	free(c.counts);
	return st;
}
