/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_or.c - the best documents that contain any of some terms, without looking at most of them.
 *
 * The segment is cut into windows in which no term changes its block, so that each term has one bound for the window. Terms whose bounds
 * together stay below the threshold are not essential there: a document that has only those cannot enter. The essential ones are
 * scored a block at a time into an array over the window; the others are asked only for documents that may still enter.
 *
 * Source   Turtle, Flood: Query evaluation, strategies and optimizations (1995): MaxScore; Ding, Suel: Faster top-k document
 *          retrieval using block-max indexes (2011); windows as in Grand, Muir, Ferenczi, Lin (2020).
 */
#include "query/topk.h"

#include "store/postings.h"

#define WINDOW 4096u /* documents at most */

struct or_list {
	struct postings postings;
	double scale;
	int64_t bound;	     /* in the window */
	uint32_t block_last; /* last document for which block_bound holds */
	int64_t block_bound;
	bool started;
};

struct or_search {
	struct topk *topk;
	struct leaf *leaf;
	const struct bm25 *bm25;
	uint32_t leaf_index;
	struct or_list **lists; /* ascending by bound in the window */
	uint32_t n;
	int64_t *sums;	    /* WINDOW of them, zero between windows */
	uint64_t *seen;	    /* a bit a document of the window */
};

static int64_t bound_of(const struct or_search *s, const struct or_list *l, const struct impacts *set)
{
	int64_t best = 0;
	for (uint32_t i = 0; i < set->n; i++) {
		int64_t one = bm25_score(s->bm25, l->scale, set->pair[i].freq, set->pair[i].len);
		best = one > best ? one : best;
	}
	return best + 1; /* rounding */
}

/* The list's bound from `start` on and the last document it holds for. */
static enum fund_status update_bound(struct or_search *s, struct or_list *l, uint32_t start)
{
	struct impacts set;
	uint32_t doc = l->postings.doc;
	if (l->started && start <= l->block_last)
		return FUND_OK;
	enum fund_status st = postings_block_impacts(&l->postings, doc > start ? doc : start, &l->block_last, &set);
	l->block_bound = st == FUND_OK && set.n ? bound_of(s, l, &set) : 0;
	l->started = true;
	return st;
}

static enum fund_status open_window(struct or_search *s, uint32_t start, uint32_t *end)
{
	*end = s->leaf->n_docs - start > WINDOW ? start + WINDOW : s->leaf->n_docs;
	for (uint32_t i = 0; i < s->n; i++) {
		struct or_list *l = s->lists[i];
		enum fund_status st = update_bound(s, l, start);
		if (st != FUND_OK)
			return st;
		if (l->block_last != DOC_END && l->block_last + 1 < *end)
			*end = l->block_last + 1;
		l->bound = l->block_bound;
	}
	for (uint32_t i = 1; i < s->n; i++) { /* few, mostly sorted */
		struct or_list *l = s->lists[i];
		uint32_t k = i;
		for (; k > 0 && s->lists[k - 1]->bound > l->bound; k--)
			s->lists[k] = s->lists[k - 1];
		s->lists[k] = l;
	}
	return FUND_OK;
}

/* How many lists, from the least bound on, cannot bring a document in by themselves; *rest is the sum of their bounds. */
static uint32_t n_unessential(const struct or_search *s, int64_t threshold, int64_t *rest)
{
	uint32_t i = 0;
	for (*rest = 0; i < s->n && (s->lists[i]->bound == 0 || *rest + s->lists[i]->bound < threshold); i++)
		*rest += s->lists[i]->bound;
	return i;
}

/* The document has `sum` from the essential lists: add the others', while it may still enter. */
static enum fund_status complete(struct or_search *s, uint32_t doc, int64_t sum, uint32_t n_others, int64_t rest)
{
	int64_t threshold = topk_threshold(s->topk);
	bool dead;
	for (uint32_t i = n_others; i-- > 0 && sum + rest >= threshold;) {
		struct or_list *l = s->lists[i];
		rest -= l->bound;
		if (l->bound == 0)
			continue;
		enum fund_status st = postings_seek(&l->postings, doc);
		if (st == FUND_OK && l->postings.doc == doc) {
			uint32_t freq, len;
			st = postings_weighted_freq(&l->postings, &freq);
			if (st == FUND_OK)
				st = leaf_length(s->leaf, doc, &len);
			if (st == FUND_OK)
				sum += bm25_score(s->bm25, l->scale, freq, len);
		}
		if (st != FUND_OK)
			return st;
	}
	if (sum < threshold)
		return FUND_OK;
	enum fund_status st = leaf_is_dead(s->leaf, doc, &dead);
	if (st != FUND_OK || dead)
		return st;
	return topk_offer(s->topk, s->leaf_index, doc, sum);
}

/* Calls for each block of the list in [start, end): documents, frequencies, lengths' chunk at hand. */
static enum fund_status score_list(struct or_search *s, struct or_list *l, uint32_t start, uint32_t end, bool alone, uint32_t n_others, int64_t rest)
{
	enum fund_status st = postings_seek(&l->postings, start);
	while (st == FUND_OK && l->postings.doc < end) {
		const uint32_t *docs, *freqs;
		uint32_t n, i;
		st = postings_block(&l->postings, &docs, &freqs, &n);
		if (st != FUND_OK)
			return st;
		uint32_t last = docs[n - 1];
		for (i = 0; i < n && docs[i] < end; i++) {
			uint32_t len;
			st = leaf_length(s->leaf, docs[i], &len);
			if (st != FUND_OK)
				return st;
			int64_t score = bm25_score(s->bm25, l->scale, freqs[i], len);
			if (!alone) {
				uint32_t at = docs[i] - start;
				s->sums[at] += score;
				s->seen[at / 64] |= (uint64_t)1 << at % 64;
			} else if (score + rest >= topk_threshold(s->topk)) {
				st = complete(s, docs[i], score, n_others, rest);
				if (st != FUND_OK)
					return st;
			}
		}
		if (i < n)
			return postings_seek(&l->postings, end);
		st = postings_seek(&l->postings, last + 1);
	}
	return st;
}

static enum fund_status finish_window(struct or_search *s, uint32_t start, uint32_t end, uint32_t n_others, int64_t rest)
{
	enum fund_status st = FUND_OK;
	for (uint32_t w = 0; w <= (end - 1 - start) / 64; w++) {
		for (uint64_t bits = s->seen[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			int64_t sum = s->sums[at];
			s->sums[at] = 0;
			if (st == FUND_OK && sum + rest >= topk_threshold(s->topk))
				st = complete(s, start + at, sum, n_others, rest);
		}
		s->seen[w] = 0;
	}
	return st;
}

static enum fund_status search_window(struct or_search *s, uint32_t start, uint32_t end)
{
	int64_t rest;
	uint32_t others = n_unessential(s, topk_threshold(s->topk), &rest);
	enum fund_status st = FUND_OK;
	if (others == s->n)
		return FUND_OK;
	if (others + 1 == s->n)
		return score_list(s, s->lists[others], start, end, true, others, rest);
	for (uint32_t i = others; i < s->n && st == FUND_OK; i++)
		st = score_list(s, s->lists[i], start, end, false, 0, 0);
	return st == FUND_OK ? finish_window(s, start, end, others, rest) : st;
}

/* The next window begins at the first document that any list with a bound has. */
static uint32_t next_start(const struct or_search *s, uint32_t end)
{
	uint32_t least = DOC_END;
	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t doc = s->lists[i]->postings.doc;
		if (doc < end)
			return end; /* not moved: it may have documents right behind the window */
		least = doc < least ? doc : least;
	}
	return least;
}

static enum fund_status add_list(struct or_search *s, const struct or_term *term, struct arena *arena)
{
	struct term_entry entry;
	const struct chunk_source *chunks = segment_chunks(s->leaf->segment);
	enum fund_status st = leaf_term(s->leaf, term->places, &entry);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	struct or_list *l = arena_alloc(arena, sizeof *l);
	if (!l)
		return FUND_NO_MEMORY;
	l->scale = term->scale;
	l->started = false;
	l->block_last = 0;
	st = postings_open(&l->postings, chunks, &entry, s->leaf->weights);
	if (st != FUND_OK)
		return st;
	s->lists[s->n++] = l;
	return postings_next(&l->postings);
}

enum fund_status topk_or(struct topk *t, uint32_t leaf, const struct or_term *terms, uint32_t n_terms, struct arena *arena)
{
	struct or_search s = { .topk = t, .leaf = &t->searcher->leaves[leaf], .leaf_index = leaf, .bm25 = &t->searcher->bm25 };
	enum fund_status st = FUND_OK;
	s.lists = arena_alloc(arena, (n_terms + 1) * sizeof *s.lists);
	s.sums = arena_alloc(arena, WINDOW * sizeof *s.sums);
	s.seen = arena_alloc(arena, WINDOW / 8);
	if (!s.lists || !s.sums || !s.seen)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n_terms && st == FUND_OK; i++)
		st = add_list(&s, &terms[i], arena);
	if (s.n == 1 && !s.leaf->has_dead)
		t->total += s.lists[0]->postings.entry.df;
	else if (s.n > 0)
		t->total_exact = false;
	if (s.n > 1) {
		memset(s.sums, 0, WINDOW * sizeof *s.sums);
		memset(s.seen, 0, WINDOW / 8);
	}
	for (uint32_t start = s.n ? next_start(&s, 0) : DOC_END; st == FUND_OK && start < s.leaf->n_docs;) {
		uint32_t end;
		st = open_window(&s, start, &end);
		if (st == FUND_OK)
			st = search_window(&s, start, end);
		start = next_start(&s, end);
	}
	for (uint32_t i = 0; i < s.n; i++)
		postings_release(&s.lists[i]->postings);
	return st;
}
