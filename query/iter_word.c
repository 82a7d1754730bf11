/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter_word.c - the documents that have a word in any of its kinds: itself, as a part, in another spelling.
 *
 * Its occurrences are added up by weight before they are scored, as rare as all of them together: so that a document which has the word and its
 * compounds is not scored as if it had two words.
 * Source   Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields (2004), with kinds for fields.
 */
#include "query/iter.h"

#include "store/postings.h"

struct kind_list {
	struct postings postings;
	const struct plan_term *term;
};

struct iter_word {
	struct iter base;
	const struct plan *plan;
	struct kind_list **lists;
	uint32_t n;
};

static enum fund_status word_seek(struct iter *it, uint32_t target)
{
	struct iter_word *w = (struct iter_word *)it;
	uint32_t least = DOC_END;
	for (uint32_t i = 0; i < w->n; i++) {
		enum fund_status st = postings_seek(&w->lists[i]->postings, target);
		if (st != FUND_OK)
			return st;
		if (w->lists[i]->postings.doc < least)
			least = w->lists[i]->postings.doc;
	}
	it->doc = least;
	return FUND_OK;
}

/* The kind's occurrences in the current document, weighted. */
static enum fund_status kind_freq(const struct iter_word *w, const struct kind_list *l, uint32_t *freq)
{
	uint32_t f;
	*freq = 0;
	if (l->postings.doc != w->base.doc)
		return FUND_OK;
	enum fund_status st = postings_weighted_freq((struct postings *)&l->postings, &f);
	*freq = score_freq(f, l->term->weight);
	return st;
}

static enum fund_status total(const struct iter_word *w, uint32_t *freq, uint32_t *len)
{
	enum fund_status st = leaf_length(w->base.leaf, w->base.doc, len);
	*freq = 0;
	for (uint32_t i = 0; i < w->n && st == FUND_OK; i++) {
		uint32_t one;
		st = kind_freq(w, w->lists[i], &one);
		*freq += one;
	}
	return st;
}

static enum fund_status word_score(struct iter *it, int64_t *micro)
{
	const struct iter_word *w = (const struct iter_word *)it;
	uint32_t freq;
	uint32_t len;
	enum fund_status st = total(w, &freq, &len);
	*micro = st == FUND_OK ? bm25_score(it->bm25, w->plan->scale, freq, len) : 0;
	return st;
}

/* The score is shared out by what each kind brought; the last one takes what rounding left. */
static enum fund_status word_explain(struct iter *it, const struct explain_sink *sink)
{
	const struct iter_word *w = (const struct iter_word *)it;
	uint32_t freq, seen = 0;
	uint32_t len;
	enum fund_status st = total(w, &freq, &len);
	int64_t score = st == FUND_OK ? bm25_score(it->bm25, w->plan->scale, freq, len) : 0, told = 0;
	for (uint32_t i = 0; i < w->n && st == FUND_OK; i++) {
		struct kind_list *l = w->lists[i];
		struct explain_item item = iter_explain_term(l->term);
		uint32_t one;
		st = kind_freq(w, l, &one);
		if (st != FUND_OK || l->postings.doc != it->doc)
			continue;
		seen += one;
		item.score = (int64_t)((double)score * ((double)seen / (double)freq)) - told;
		if (seen == freq)
			item.score = score - told;
		told += item.score;
		st = postings_freq(&l->postings, &item.freq);
		if (st == FUND_OK)
			st = sink->item(sink->context, &item);
	}
	return st;
}

static void word_release(struct iter *it)
{
	struct iter_word *w = (struct iter_word *)it;
	for (uint32_t i = 0; i < w->n; i++)
		postings_release(&w->lists[i]->postings);
}

static const struct iter_ops word_ops = { word_seek, word_score, word_explain, word_release };

static enum fund_status add_list(struct arena *arena, struct iter_word *w, const struct plan_term *term)
{
	struct term_entry entry;
	enum fund_status st = leaf_term(w->base.leaf, &term->places, &entry);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	struct kind_list *l = arena_alloc(arena, sizeof *l);
	if (!l)
		return FUND_NO_MEMORY;
	l->term = term;
	st = postings_open(&l->postings, segment_chunks(w->base.leaf->segment), &entry, w->base.leaf->weights);
	if (st != FUND_OK)
		return st;
	w->lists[w->n++] = l;
	w->base.cost += w->base.leaf->lent ? term->places.df : entry.df;
	return FUND_OK;
}

enum fund_status iter_word_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	enum fund_status st = FUND_OK;
	*out = NULL;
	struct iter_word *w = arena_alloc(arena, sizeof *w);
	struct kind_list **lists = arena_alloc(arena, plan->n_children * sizeof *lists);
	if (!w || !lists)
		return FUND_NO_MEMORY;
	*w = (struct iter_word){ .base = iter_base(&word_ops, 0, leaf, bm25), .plan = plan, .lists = lists };
	for (uint32_t i = 0; i < plan->n_children && st == FUND_OK; i++)
		st = add_list(arena, w, &plan->children[i]->term);
	if (st != FUND_OK || w->n == 0) {
		word_release(&w->base);
		return st;
	}
	*out = &w->base;
	return FUND_OK;
}
