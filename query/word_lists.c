/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/word_lists.h"

#include <stdlib.h>

#define FEW_OF_A_BLOCK 4u /* documents that are asked for one by one */
#define TOGETHER 8u /* lists of a word that are bound together; more, each by itself */

static int64_t bound_of(const struct bm25 *bm25, double scale, uint32_t weight, const struct impacts *set)
{
	int64_t best = 0;
	for (uint32_t i = 0; i < set->n; i++) {
		int64_t one = bm25_score(bm25, scale, score_freq(set->pair[i].freq, weight), set->pair[i].len);
		best = one > best ? one : best;
	}
	return best + 1; /* rounding */
}

static bool is_together(const struct word_lists *w) { return w->n <= TOGETHER; }

/* The block from `start` on. Where the list stands beyond it there is nothing up to there. */
static enum fund_status read_block(struct word_list *l, uint32_t start)
{
	uint32_t doc = l->postings.doc;
	l->block_first = start;
	enum fund_status st = postings_block_impacts(&l->postings, doc > start ? doc : start, &l->block_last, &l->block);
	if (st != FUND_OK)
		l->block.n = 0;
	return st;
}

static bool is_short(const struct word_list *l) { return l->postings.entry.form != LIST_LONG; }

/* The list's impacts hold from `start` on, at least for its block there; *changed: they are others than before. */
static enum fund_status begin_impacts(struct word_list *l, uint32_t start, bool *changed)
{
	enum fund_status st = FUND_OK;
	if (is_short(l)) {
		l->block_last = DOC_END;
		return FUND_OK;
	}
	if (l->started && start <= l->block_last && !(l->merged && start >= l->block_first))
		return FUND_OK;
	if (!l->started || start > l->block_last)
		st = read_block(l, start);
	l->impacts = l->block;
	l->started = *changed = true;
	l->merged = false;
	return st;
}

/* Those of the whole list, once and for all. */
static enum fund_status whole_impacts(struct word_list *l, bool *changed)
{
	if (l->started)
		return FUND_OK;
	l->started = *changed = true;
	return postings_impacts(&l->postings, &l->impacts);
}

/* And up to `end`. */
static enum fund_status extend_impacts(struct word_list *l, uint32_t start, uint32_t end, bool *changed)
{
	if (is_short(l)) {
		struct impacts before = l->impacts;
		enum fund_status st = postings_range_impacts(&l->postings, start, end, &l->impacts);
		*changed |= !l->started || before.n != l->impacts.n || (before.n && before.pair[0].freq != l->impacts.pair[0].freq);
		l->started = true;
		return st;
	}
	while (l->block_last < end - 1) {
		enum fund_status st = read_block(l, l->block_last + 1);
		if (st != FUND_OK)
			return st;
		impacts_merge(&l->impacts, &l->block);
		l->merged = *changed = true;
	}
	return FUND_OK;
}

/* A document of this length or more has at most so many occurrences in each list: those of the last pair that is no longer. What it scores with all of them is the
 * most for documents up to the next pair's length. */
static int64_t bound_together(const struct word_lists *w)
{
	uint32_t at[TOGETHER] = { 0 };
	uint64_t freqs[TOGETHER] = { 0 }, sum = 0;
	int64_t best = 0;
	for (;;) {
		uint64_t len = UINT64_MAX;
		for (uint32_t i = 0; i < w->n; i++)
			if (at[i] < w->lists[i]->impacts.n && w->lists[i]->impacts.pair[at[i]].len < len)
				len = w->lists[i]->impacts.pair[at[i]].len;
		if (len == UINT64_MAX)
			return sum ? best + 1 : 0; /* rounding; 0: nothing is there */
		for (uint32_t i = 0; i < w->n; i++) {
			const struct word_list *l = w->lists[i];
			for (; at[i] < l->impacts.n && l->impacts.pair[at[i]].len <= len; at[i]++) {
				sum -= freqs[i];
				freqs[i] = score_freq(l->impacts.pair[at[i]].freq, l->weight);
				sum += freqs[i];
			}
		}
		int64_t one = bm25_score(w->bm25, w->scale, sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX, (uint32_t)len);
		best = one > best ? one : best;
	}
}

/* A sum of occurrences scores at most the sum of their scores, and less than the scale. */
static int64_t bound_apart(const struct word_lists *w)
{
	int64_t most = (int64_t)w->scale + 1, sum = 0;
	for (uint32_t i = 0; i < w->n; i++)
		sum += w->lists[i]->bound;
	return sum < most ? sum : most;
}

enum fund_status word_lists_begin(struct word_lists *w, uint32_t start, uint32_t *end)
{
	for (uint32_t i = 0; i < w->n && !w->whole; i++) {
		struct word_list *l = w->lists[i];
		enum fund_status st = begin_impacts(l, start, &w->changed);
		if (st != FUND_OK)
			return st;
		if (end && l->block_last != DOC_END && l->block_last + 1 < *end)
			*end = l->block_last + 1;
	}
	return FUND_OK;
}

enum fund_status word_lists_bound(struct word_lists *w, uint32_t start, uint32_t end)
{
	enum fund_status st = FUND_OK;
	if (w->matches) {
		st = word_matches_read(w->matches, start, end);
		w->bound = w->matches->most;
		return st;
	}
	for (uint32_t i = 0; i < w->n && st == FUND_OK; i++)
		st = w->whole ? whole_impacts(w->lists[i], &w->changed) : extend_impacts(w->lists[i], start, end, &w->changed);
	if (!w->changed)
		return st;
	for (uint32_t i = 0; i < w->n; i++) {
		struct word_list *l = w->lists[i];
		l->bound = l->impacts.n == 0 ? 0 : is_together(w) ? 1 : bound_of(w->bm25, w->scale, l->weight, &l->impacts);
	}
	w->bound = is_together(w) ? bound_together(w) : bound_apart(w);
	w->changed = false;
	return st;
}

/* To the first of the documents that is behind this one. */
static uint32_t skip_docs(const uint32_t *docs, uint32_t n, uint32_t i, uint32_t doc)
{
	while (i < n && docs[i] <= doc)
		i++;
	return i;
}

static enum fund_status add_each(struct word_list *l, const uint32_t *docs, uint32_t n, uint32_t start, uint32_t *freqs)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		uint32_t freq = 0;
		st = postings_seek(&l->postings, docs[i]);
		if (st == FUND_OK && l->postings.doc == docs[i])
			st = postings_weighted_freq(&l->postings, &freq);
		freqs[docs[i] - start] += score_freq(freq, l->weight);
	}
	return st;
}

/* To add what nobody asked for is quicker than to look what is asked for. */
static enum fund_status add_block(struct word_list *l, uint32_t start, uint32_t end, uint32_t *freqs)
{
	const uint32_t *docs, *weighted;
	uint32_t n;
	enum fund_status st = postings_block(&l->postings, &docs, &weighted, &n);
	if (st != FUND_OK)
		return st;
	while (docs[n - 1] >= end)
		n--;
	for (uint32_t i = 0; i < n; i++)
		freqs[docs[i] - start] += score_freq(weighted[i], l->weight);
	return FUND_OK;
}

static enum fund_status add_freqs(struct word_list *l, const uint32_t *docs, uint32_t n, uint32_t start, uint32_t end, uint32_t *freqs)
{
	struct postings *p = &l->postings;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0, next; i < n && st == FUND_OK; i = next) {
		st = postings_seek(p, docs[i]);
		if (st != FUND_OK || p->doc >= end)
			return st;
		next = skip_docs(docs, n, i, p->docs[p->n_docs - 1]);
		st = next - i <= FEW_OF_A_BLOCK ? add_each(l, docs + i, next - i, start, freqs) : add_block(l, start, end, freqs);
	}
	return st;
}

enum fund_status word_lists_freqs(struct word_lists *w, const uint32_t *docs, uint32_t n, uint32_t start, uint32_t end, uint32_t *freqs)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < w->n && st == FUND_OK; i++)
		st = w->lists[i]->bound ? add_freqs(w->lists[i], docs, n, start, end, freqs) : FUND_OK;
	return st;
}

/* Of the documents from number i on, those that are in the block at hand; gives the number of the first one behind it. */
static uint32_t add_common(const uint32_t *docs, uint32_t n, uint32_t i, const uint32_t *block, const uint32_t *weighted, uint32_t n_block, uint32_t weight, uint32_t *freqs)
{
	for (uint32_t k = 0, last = block[n_block - 1]; i < n && docs[i] <= last; i++) {
		while (block[k] < docs[i])
			k++;
		if (block[k] == docs[i])
			freqs[i] += score_freq(weighted[k], weight);
	}
	return i;
}

static enum fund_status add_all_common(struct word_list *l, const uint32_t *docs, uint32_t n, uint32_t *freqs)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0, n_block; i < n && st == FUND_OK;) {
		const uint32_t *block, *weighted;
		st = postings_seek(&l->postings, docs[i]);
		if (st != FUND_OK || l->postings.doc == DOC_END)
			return st;
		st = postings_block(&l->postings, &block, &weighted, &n_block);
		if (st == FUND_OK)
			i = add_common(docs, n, i, block, weighted, n_block, l->weight, freqs);
	}
	return st;
}

enum fund_status word_lists_scores(struct word_lists *w, const uint32_t *docs, uint32_t n, int64_t *micro)
{
	uint32_t *freqs = calloc(n + (size_t)1, sizeof *freqs), len;
	enum fund_status st = freqs ? FUND_OK : FUND_NO_MEMORY;
	for (uint32_t i = 0; i < w->n && st == FUND_OK; i++)
		st = add_all_common(w->lists[i], docs, n, freqs);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		micro[i] = 0;
		if (freqs[i] == 0)
			continue;
		st = leaf_length(w->leaf, docs[i], &len);
		if (st == FUND_OK)
			micro[i] = bm25_score(w->bm25, w->scale, freqs[i], len);
	}
	free(freqs);
	return st;
}

static enum fund_status add_list(struct word_lists *w, const struct plan_term *term, struct arena *arena)
{
	struct term_entry entry;
	const struct chunk_source *chunks = segment_chunks(w->leaf->segment);
	enum fund_status st = leaf_term(w->leaf, &term->places, &entry);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	struct word_list *l = arena_alloc(arena, sizeof *l);
	if (!l)
		return FUND_NO_MEMORY;
	l->weight = term->weight;
	l->started = false;
	l->block_last = 0;
	l->merged = false;
	st = postings_open(&l->postings, chunks, &entry, w->leaf->weights);
	if (st != FUND_OK)
		return st;
	w->lists[w->n++] = l;
	return postings_next(&l->postings);
}

bool word_lists_fit(const struct plan *p)
{
	return (p->kind == PLAN_TERM && p->term.field != FIELD_TITLE) || (p->kind == PLAN_WORD && p->n_children <= OR_KINDS_MAX);
}

enum fund_status word_lists_df(struct leaf *leaf, const struct plan *p, uint64_t *df)
{
	*df = 0;
	for (uint32_t i = 0; i < (p->kind == PLAN_WORD ? p->n_children : 1); i++) {
		struct term_entry entry;
		enum fund_status st = leaf_term(leaf, p->kind == PLAN_WORD ? &p->children[i]->term.places : &p->term.places, &entry);
		if (st != FUND_OK && st != FUND_NOT_FOUND)
			return st;
		*df += st == FUND_OK ? entry.df : 0;
	}
	return FUND_OK;
}

enum fund_status word_lists_open(struct word_lists **out, struct leaf *leaf, const struct bm25 *bm25, const struct topk_word *word, struct arena *arena)
{
	const struct plan *p = word->plan;
	uint32_t n = p->kind == PLAN_WORD ? p->n_children : 1;
	struct word_lists *w = *out = arena_alloc(arena, sizeof *w);
	enum fund_status st = FUND_OK;
	if (!w)
		return FUND_NO_MEMORY;
	*w = (struct word_lists){ .leaf = leaf, .bm25 = bm25, .hint = word->hint, .near = word->near, .scale = p->scale };
	if (!word_lists_fit(p))
		return word_matches_open(&w->matches, p, leaf, bm25, arena);
	w->lists = arena_alloc(arena, n * sizeof *w->lists);
	if (!w->lists)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = add_list(w, p->kind == PLAN_WORD ? &p->children[i]->term : &p->term, arena);
	return st;
}

void word_lists_release(struct word_lists *w)
{
	if (!w)
		return;
	for (uint32_t i = 0; i < w->n; i++)
		postings_release(&w->lists[i]->postings);
	word_matches_release(w->matches);
}
