/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_and.c - the best documents that contain all of some words: the rarest is listed a window at a time, and those that lack another word are dropped. All matches
 * are counted. Hints, and words that may be there, are added last, to those that may still enter.
 */
#include "query/topk_window.h"

/* About how many documents have it. */
static uint64_t cost_of(const struct word_lists *w)
{
	uint64_t cost = w->matches ? w->matches->iter->cost : 0;
	for (uint32_t i = 0; i < w->n; i++)
		cost += w->lists[i]->postings.entry.df;
	return cost;
}

/* The rarest first. */
static void sort_by_cost(struct word_lists **words, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct word_lists *word = words[i];
		uint32_t k = i;
		for (; k > 0 && cost_of(words[k - 1]) > cost_of(word); k--)
			words[k] = words[k - 1];
		words[k] = word;
	}
}

/* Each list of a demand may have any document: its bounds are not looked at. Hints have theirs for the whole segment. */
static enum fund_status set_bounds(struct window_search *s)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < s->n_hints && st == FUND_OK; i++) {
		s->words[i]->whole = true;
		st = word_lists_bound(s->words[i], 0, s->leaf->n_docs);
	}
	for (uint32_t i = s->n_hints; i < s->n; i++)
		for (uint32_t k = 0; k < s->words[i]->n; k++)
			s->words[i]->lists[k]->bound = 1;
	return st;
}

/* The first document from `from` on that may have the word. */
static uint32_t next_of(const struct word_lists *w, uint32_t from)
{
	uint32_t least = w->matches ? w->matches->next : DOC_END;
	for (uint32_t i = 0; i < w->n; i++)
		least = w->lists[i]->postings.doc < least ? w->lists[i]->postings.doc : least;
	return least < from ? from : least;
}

static uint32_t next_start(const struct window_search *s, uint32_t from)
{
	uint32_t start = from;
	for (uint32_t i = s->n_hints; i < s->n; i++)
		start = next_of(s->words[i], start);
	return start;
}

/* Lists the documents of the window that have all words. */
static enum fund_status list_matches(struct window_search *s, struct window_pass *pass)
{
	struct word_lists **demands = s->words + s->n_hints;
	uint32_t n = s->n - s->n_hints;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = demands[i]->matches ? word_matches_read(demands[i]->matches, pass->start, pass->end) : FUND_OK;
	if (st == FUND_OK)
		st = window_pass_word(s, demands[0], pass);
	window_list(s, pass);
	for (uint32_t i = 1; i < n && st == FUND_OK && s->room->docs.n; i++) {
		st = window_add(s, pass, demands[i]);
		window_keep_having(s, pass, demands[i]);
	}
	return st;
}

static enum fund_status count_matches(struct window_search *s)
{
	const struct window_docs *d = &s->room->docs;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < d->n && st == FUND_OK; i++) {
		bool dead;
		st = leaf_is_dead(s->leaf, d->docs[i], &dead);
		s->topk->total += st == FUND_OK && !dead;
	}
	return st;
}

static enum fund_status search_window(struct window_search *s, uint32_t start)
{
	struct window_pass pass = window_begin(s, start, window_end(s, start));
	enum fund_status st = list_matches(s, &pass);
	for (uint32_t i = 0; i < s->n_hints; i++)
		pass.rest += s->words[i]->bound;
	if (st == FUND_OK)
		st = count_matches(s);
	if (st == FUND_OK)
		st = window_settle(s, &pass);
	for (uint32_t i = 0; i < s->n_hints && st == FUND_OK && s->room->docs.n; i++) {
		pass.rest -= s->words[i]->bound;
		st = window_add(s, &pass, s->words[i]);
		if (st == FUND_OK)
			st = window_settle(s, &pass);
	}
	return st == FUND_OK ? window_offer(s, &pass) : st;
}

enum fund_status topk_and(struct topk *t, uint32_t leaf, const struct topk_word *words, uint32_t n_words, struct arena *arena)
{
	struct window_search s;
	bool possible = true;
	enum fund_status st = window_search_open(&s, t, leaf, n_words, arena);
	for (uint32_t i = 0; i < n_words && st == FUND_OK && possible; i++) {
		uint32_t n = s.n;
		st = window_add_word(&s, &words[i], arena);
		possible = words[i].hint || s.n > n;
	}
	if (st == FUND_OK && possible)
		st = set_bounds(&s);
	sort_by_cost(s.words + s.n_hints, s.n - s.n_hints);
	for (uint32_t start = possible ? next_start(&s, 0) : DOC_END; st == FUND_OK && start < s.leaf->n_docs; start = next_start(&s, window_end(&s, start)))
		st = search_window(&s, start);
	window_search_close(&s, st);
	return st;
}
