/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_or.c - the best documents that contain any of some words, without looking at most of them.
 *
 * A word is one list or several: itself, as a part of compounds, in other spellings. The segment is cut into windows; a word has one bound for all of a window. Words
 * whose bounds together stay below the threshold are not essential there: a document that has only those cannot enter; nor are hints ever. The
 * essential ones are scored a block at a time into an array over the window, from the highest bound on: what they bring may already make the next one not essential. The others
 * are added word by word to the documents that may still enter. What is no plain word (a phrase, a compound that may be two words) is looked up in each window, all of it.
 *
 * Windows that end where any list's block does have sharper bounds, but with ten lists and a million documents there are thousands of them. A word
 * by itself has them: then a block that cannot enter is not decoded.
 *
 * Source   Turtle, Flood: Query evaluation, strategies and optimizations (1995): MaxScore; Ding, Suel: Faster top-k document
 *          retrieval using block-max indexes (2011); windows as in Grand, Muir, Ferenczi, Lin (2020).
 */
#include "query/topk_window.h"

#define FEW_WINDOWS 4u /* bounds of a window say hardly more than those of the whole list */

/* Ascending. They are few, and mostly sorted. */
static void sort_by_bound(struct word_lists **words, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct word_lists *word = words[i];
		uint32_t k = i;
		for (; k > 0 && words[k - 1]->bound > word->bound; k--)
			words[k] = words[k - 1];
		words[k] = word;
	}
}

static enum fund_status open_window(struct window_search *s, uint32_t start, uint32_t *end)
{
	*end = window_end(s, start);
	for (uint32_t i = 0; i < s->n; i++) {
		enum fund_status st = word_lists_begin(s->words[i], start, s->n - s->n_hints == 1 && i >= s->n_hints ? end : NULL);
		if (st != FUND_OK)
			return st;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		enum fund_status st = word_lists_bound(s->words[i], start, *end);
		if (st != FUND_OK)
			return st;
	}
	sort_by_bound(s->words, s->n_hints);
	sort_by_bound(s->words + s->n_hints, s->n - s->n_hints);
	return FUND_OK;
}

/* How many of the first n words, from the least bound on, cannot bring a document in by themselves; in the pass the sum of their bounds. */
static void set_others(const struct window_search *s, struct window_pass *pass, uint32_t n)
{
	int64_t least = window_threshold(s);
	uint32_t i = 0;
	pass->rest = 0;
	for (; i < n && (i < s->n_hints || s->words[i]->bound == 0 || pass->rest + s->words[i]->bound < least); i++)
		pass->rest += s->words[i]->bound;
	pass->n_others = i;
}

/* What the others add to the documents of the essential words; then these are offered. */
static enum fund_status finish_window(struct window_search *s, struct window_pass *pass)
{
	window_list(s, pass);
	enum fund_status st = window_settle(s, pass);
	for (uint32_t i = pass->n_others; i-- > 0 && st == FUND_OK && s->room->docs.n;) {
		struct word_lists *word = s->words[i];
		if (word->bound == 0)
			continue;
		pass->rest -= word->bound;
		st = window_add(s, pass, word);
		if (st == FUND_OK)
			st = window_settle(s, pass);
	}
	return st == FUND_OK ? window_offer(s, pass) : st;
}

static enum fund_status search_window(struct window_search *s, uint32_t start, uint32_t end)
{
	struct window_pass pass = window_begin(s, start, end);
	enum fund_status st = FUND_OK;
	set_others(s, &pass, s->n);
	if (pass.n_others == s->n)
		return FUND_OK;
	pass.alone = pass.n_others + 1 == s->n;
	for (uint32_t n = s->n; n > pass.n_others && st == FUND_OK;) {
		st = window_pass_word(s, s->words[--n], &pass);
		if (st == FUND_OK && n > pass.n_others) {
			st = window_raise_floor(s, &pass);
			set_others(s, &pass, n);
		}
	}
	bool done = pass.alone && pass.rest == 0; /* they were offered as they came */
	return st == FUND_OK && !done ? finish_window(s, &pass) : st;
}

/* The next window begins at the first document that any list with a bound has. */
static uint32_t next_start(const struct window_search *s, uint32_t end)
{
	uint32_t least = DOC_END;
	for (uint32_t i = s->n_hints; i < s->n; i++) {
		if (s->words[i]->matches && s->words[i]->matches->next < least)
			least = s->words[i]->matches->next;
		for (uint32_t k = 0; k < s->words[i]->n; k++) {
			uint32_t doc = s->words[i]->lists[k]->postings.doc;
			if (doc < end)
				return end; /* not moved: it may have documents right behind the window */
			least = doc < least ? doc : least;
		}
	}
	return least;
}

enum fund_status topk_or(struct topk *t, uint32_t leaf, const struct topk_word *words, uint32_t n_words, struct arena *arena)
{
	struct window_search s;
	enum fund_status st = window_search_open(&s, t, leaf, n_words, arena);
	for (uint32_t i = 0; i < n_words && st == FUND_OK; i++)
		st = window_add_word(&s, &words[i], arena);
	bool single = s.n == s.n_hints + 1 && s.words[s.n - 1]->n == 1;
	for (uint32_t i = 0; i < s.n; i++)
		s.words[i]->whole = s.n - s.n_hints > 1 && s.leaf->n_docs <= FEW_WINDOWS * s.window;
	if (single && !s.leaf->has_dead)
		t->total += s.words[s.n - 1]->lists[0]->postings.entry.df;
	else if (s.n > s.n_hints)
		t->total_exact = false;
	for (uint32_t start = s.n > s.n_hints ? next_start(&s, 0) : DOC_END; st == FUND_OK && start < s.leaf->n_docs;) {
		uint32_t end;
		st = open_window(&s, start, &end);
		if (st == FUND_OK)
			st = search_window(&s, start, end);
		start = next_start(&s, end);
	}
	window_search_close(&s, st);
	return st;
}
