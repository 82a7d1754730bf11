/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_lent.c - the best of what Xapian has: its own best are lent, a page at a time, until none of the others can enter.
 *
 * Xapian's weights are bounds of our scores (lender.h). Where scores do not decide, or all hits are wanted, every match is lent; only keys, dates and
 * signatures of those that stay in the list are kept.
 */
#include <stdlib.h>

#include "query/lender.h"
#include "query/topk.h"

#define FIRST_PAGE 32u	   /* documents beyond the hits that are wanted */
#define FIRST_CANDIDATES 256u /* the same, where a second stage wants candidates */
#define DOCS_AT_ONCE 65536u /* numbers that are asked for at once; in order of documents each asking counts from the first */
#define KEPT_LEAST 4096u    /* entries of the table before it is cleaned up */

/* ---- the table of what was lent ---- */

static enum fund_status note_docs(struct topk *t)
{
	struct leaf *leaf = &t->searcher->leaves[t->searcher->lent_leaf];
	struct lent_docs *table = &t->lent;
	struct lent_doc *docs = array_room(table->docs, table->n + leaf->n_docs + (size_t)1, &table->cap, sizeof *docs);
	enum fund_status st = docs ? FUND_OK : FUND_NO_MEMORY;
	if (docs)
		table->docs = docs;
	table->first = table->n;
	for (uint32_t i = 0; i < leaf->n_docs && st == FUND_OK; i++) {
		struct lent_doc *d = &table->docs[table->first + i];
		struct article_key key;
		*d = (struct lent_doc){ .doc = lender_doc(t->searcher->lender, i) };
		st = leaf_key(leaf, i, &t->key_a, &key);
		if (st == FUND_OK)
			st = segment_value(leaf->segment, COLUMN_SIGNATURE, i, &d->signature);
		if (st == FUND_OK) {
			d->key_len = (uint32_t)key.key.len;
			d->key = malloc(key.key.len + 1);
			st = d->key ? FUND_OK : FUND_NO_MEMORY;
		}
		if (st != FUND_OK)
			break;
		if (key.key.len)
			memcpy(d->key, key.key.data, key.key.len);
		table->n++;
	}
	return st;
}

void lent_docs_release(struct lent_docs *table)
{
	for (uint32_t i = 0; i < table->n; i++)
		free(table->docs[i].key);
	free(table->docs);
	*table = (struct lent_docs){ .n = 0 };
}

static void mark_kept(const struct topk *t, const struct hit_list *l, uint32_t *numbers)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->hits[i].leaf == t->searcher->lent_leaf)
			numbers[l->hits[i].doc] = 1;
}

static void renumber(const struct topk *t, struct hit_list *l, const uint32_t *numbers)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->hits[i].leaf == t->searcher->lent_leaf)
			l->hits[i].doc = numbers[l->hits[i].doc];
}

/* Forgets those that no list holds any more. */
static enum fund_status clean_up(struct topk *t)
{
	struct lent_docs *table = &t->lent;
	uint32_t n = 0;
	if (table->n < KEPT_LEAST || table->n / 4 < t->best.n)
		return FUND_OK;
	uint32_t *numbers = calloc(table->n + (size_t)1, sizeof *numbers);
	if (!numbers)
		return FUND_NO_MEMORY;
	mark_kept(t, &t->best, numbers);
	for (uint32_t i = 0; i < table->n; i++) {
		if (!numbers[i]) {
			free(table->docs[i].key);
			continue;
		}
		numbers[i] = n;
		table->docs[n++] = table->docs[i];
	}
	table->n = n;
	renumber(t, &t->best, numbers);
	free(numbers);
	return FUND_OK;
}

/* ---- lending again ---- */

enum fund_status topk_place(const struct topk *t, const struct hit *h, uint32_t *doc)
{
	*doc = h->doc;
	if (h->leaf != t->searcher->lent_leaf)
		return FUND_OK;
	return lender_local(t->searcher->lender, t->lent.docs[h->doc].doc, doc) ? FUND_OK : FUND_NOT_FOUND;
}

enum fund_status topk_lend(struct topk *t, const struct plan *plan, const struct hit *const *hits, uint32_t n, enum lend_texts texts)
{
	uint32_t docs[LEND_MOST], n_docs = 0;
	for (uint32_t i = 0; i < n && n_docs < LEND_MOST; i++)
		if (hits[i]->leaf == t->searcher->lent_leaf)
			docs[n_docs++] = t->lent.docs[hits[i]->doc].doc;
	return n_docs ? lender_lend(t->searcher, plan, docs, n_docs, texts) : FUND_OK;
}

/* ---- searching ---- */

struct lent_search {
	struct topk *t;
	const struct plan *plan;
	struct lender_query query;
	enum xapian_order order;
	struct lender_page page;
	uint64_t least, most; /* matches that Xapian has */
};

static enum fund_status search_docs(struct lent_search *s, uint32_t first)
{
	struct topk *t = s->t;
	uint32_t n = s->page.n - first < LEND_MOST ? s->page.n - first : LEND_MOST;
	enum fund_status st = clean_up(t);
	if (st == FUND_OK)
		st = lender_lend(t->searcher, s->plan, s->page.docs + first, n, LEND_NONE);
	if (st == FUND_OK)
		st = note_docs(t);
	return st == FUND_OK ? topk_search_leaf(t, s->plan, t->searcher->lent_leaf, lender_arena(t->searcher->lender)) : st;
}

/* The most that a document of that weight can score, in micro-units; terms are rounded one by one. */
static int64_t most_of(const struct lent_search *s, double weight)
{
	double most = (weight + s->query.spare) * (1 + 1e-6) * SCORE_UNIT + 100;
	return most < (double)INT64_MAX / 2 ? (int64_t)most : INT64_MAX / 2;
}

/* Nothing is newer than the oldest of what was lent last. What has no date comes last, here and there. */
static bool is_too_old(const struct lent_search *s)
{
	const struct topk *t = s->t;
	struct leaf *leaf = &t->searcher->leaves[t->searcher->lent_leaf];
	uint32_t oldest = segment_stats(leaf->segment)->date_first, date = 0;
	for (uint32_t i = 0; i < leaf->n_docs && oldest; i++)
		if (leaf_date(leaf, i, &date) != FUND_OK || date == 0)
			oldest = 0;
	return t->best.n && t->best.n == t->best.k && t->best.hits[0].date > oldest;
}

/* Can none of the page's documents enter from number i on, nor those behind the page? */
static bool is_over(const struct lent_search *s, uint32_t i)
{
	if (s->order == XAPIAN_BY_WEIGHT)
		return most_of(s, s->page.weights[i]) < topk_threshold(s->t);
	return s->order == XAPIAN_BY_VALUE_DOWN && s->t->lent.n && is_too_old(s);
}

/* *whole: every document of the page was seen. */
static enum fund_status search_page(struct lent_search *s, bool *over, bool *whole)
{
	enum fund_status st = FUND_OK;
	*whole = false;
	for (uint32_t i = 0; i < s->page.n && st == FUND_OK; i += LEND_MOST) {
		*over = is_over(s, i);
		if (*over)
			return FUND_OK;
		st = search_docs(s, i);
	}
	*whole = st == FUND_OK;
	*over = s->page.n && is_over(s, s->page.n - 1);
	return st;
}

/* A page at a time, until the rest cannot enter. *ended: there is no rest. */
static enum fund_status search_pages(struct lent_search *s, uint32_t n, bool *ended)
{
	struct topk *t = s->t;
	bool over = false, whole = false;
	*ended = false;
	for (uint32_t first = 0; !over && !*ended; first += s->page.n) {
		enum fund_status st = lender_find(t->searcher->lender, &s->query, s->order, first, n, &s->page);
		if (st == FUND_OK && first == 0) {
			s->least = s->page.least;
			s->most = s->page.most;
		}
		if (st == FUND_OK)
			st = search_page(s, &over, &whole);
		if (st != FUND_OK)
			return st;
		*ended = whole && s->page.n < n;
		n = n < DOCS_AT_ONCE / 2 ? 2 * n : DOCS_AT_ONCE;
	}
	return FUND_OK;
}

/* The total: what Xapian counted, where it finds just what the plan finds; else what was seen. */
static enum fund_status search_lent(struct lent_search *s)
{
	struct topk *t = s->t;
	uint64_t total = t->total, k = t->k;
	bool exact = t->total_exact, ended, all = k == UINT32_MAX;
	s->order = all || t->order == ORDER_OLDEST || t->order == ORDER_RANDOM ? XAPIAN_BY_DOC :
		   t->order == ORDER_NEWEST				       ? XAPIAN_BY_VALUE_DOWN :
										 XAPIAN_BY_WEIGHT;
	t->total = 0;
	t->total_exact = true;
	uint64_t more = t->second ? FIRST_CANDIDATES : FIRST_PAGE;
	uint64_t n = s->order == XAPIAN_BY_DOC || k + more > DOCS_AT_ONCE ? DOCS_AT_ONCE : k + more;
	enum fund_status st = search_pages(s, (uint32_t)n, &ended);
	if (s->query.exact) {
		t->total = s->least > t->total ? s->least : t->total;
		t->total_exact = s->least == s->most;
	} else {
		t->total_exact &= ended;
	}
	t->total += total;
	t->total_exact &= exact;
	return st;
}

enum fund_status topk_lent(struct topk *t, const struct plan *plan)
{
	struct lent_search s = { .t = t, .plan = plan };
	enum fund_status st = lender_translate(t->searcher->lender, plan, &s.query);
	if (st == FUND_OK && s.query.query)
		st = search_lent(&s);
	lender_query_release(t->searcher->lender, &s.query);
	lender_page_release(&s.page);
	return st;
}
