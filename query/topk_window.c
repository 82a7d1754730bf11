/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/topk_window.h"

#include <stdlib.h>

#include "base/select.h"

static enum fund_status offer(struct window_search *s, uint32_t doc, int64_t sum, uint64_t near_words)
{
	bool dead;
	enum fund_status st = leaf_is_dead(s->leaf, doc, &dead);
	return st != FUND_OK || dead ? st : topk_offer(s->topk, s->leaf_index, doc, sum, near_words);
}

/* The word has that score in the document. *keep: it may be a hit, and is not offered yet. */
static inline __attribute__((always_inline)) enum fund_status take_score(struct window_search *s, const struct window_pass *pass, uint32_t at, int64_t score, bool *keep)
{
	*keep = !pass->alone || score + pass->rest >= window_threshold(s);
	if (*keep && pass->alone && pass->rest == 0) {
		*keep = false;
		return offer(s, pass->start + at, score, pass->word->near);
	}
	if (*keep)
		s->room->sums[at] += score;
	return FUND_OK;
}

/* The word is so often in the document. */
static inline __attribute__((always_inline)) enum fund_status add_score(struct window_search *s, const struct window_pass *pass, uint32_t at, uint32_t freq, bool *keep)
{
	const struct word_lists *word = pass->word;
	uint32_t len;
	enum fund_status st = leaf_length(s->leaf, pass->start + at, &len);
	*keep = false;
	return st == FUND_OK ? take_score(s, pass, at, bm25_score(s->bm25, word->scale, freq, len), keep) : st;
}

/* One document of a list. */
static inline enum fund_status take_doc(struct window_search *s, const struct window_pass *pass, uint32_t at, uint32_t freq)
{
	bool keep = true;
	enum fund_status st = FUND_OK;
	if (pass->word->n == 1)
		st = add_score(s, pass, at, freq, &keep);
	else
		s->room->freqs[at] += freq;
	pass->word->has[at / 64] |= (uint64_t)keep << at % 64;
	return st;
}

/* All documents of the list in the window, a block at a time. */
static enum fund_status pass_list(struct window_search *s, struct word_list *l, const struct window_pass *pass)
{
	enum fund_status st = postings_seek(&l->postings, pass->start);
	while (st == FUND_OK && l->postings.doc < pass->end) {
		const uint32_t *docs, *freqs;
		uint32_t n, i;
		st = postings_block(&l->postings, &docs, &freqs, &n);
		if (st != FUND_OK)
			return st;
		uint32_t last = docs[n - 1];
		for (i = 0; i < n && docs[i] < pass->end && st == FUND_OK; i++)
			st = take_doc(s, pass, docs[i] - pass->start, score_freq(freqs[i], l->weight));
		if (st == FUND_OK)
			st = postings_seek(&l->postings, i < n ? pass->end : last + 1);
	}
	return st;
}

/* Of several lists the occurrences together. */
static enum fund_status add_scores(struct window_search *s, const struct window_pass *pass)
{
	struct window_room *r = s->room;
	uint64_t *has = pass->word->has;
	enum fund_status st = FUND_OK;
	for (uint32_t w = 0; w < window_masks(pass); w++)
		for (uint64_t bits = has[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			bool keep = false;
			if (st == FUND_OK)
				st = add_score(s, pass, at, r->freqs[at], &keep);
			r->freqs[at] = 0;
			if (!keep)
				has[w] &= ~(bits & -bits);
		}
	return st;
}

static void note_seen(struct window_room *r, const struct window_pass *pass)
{
	for (uint32_t w = 0; w < window_masks(pass); w++)
		r->seen[w] |= pass->word->has[w];
}

/* All matches of the window. */
static enum fund_status pass_matches(struct window_search *s, const struct word_matches *m, const struct window_pass *pass)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < m->n && st == FUND_OK; i++) {
		uint32_t at = m->matches[i].doc - pass->start;
		bool keep;
		st = take_score(s, pass, at, m->matches[i].score, &keep);
		pass->word->has[at / 64] |= (uint64_t)keep << at % 64;
	}
	return st;
}

/* All documents of the word. */
enum fund_status window_pass_word(struct window_search *s, const struct word_lists *word, struct window_pass *pass)
{
	enum fund_status st = FUND_OK;
	pass->word = word;
	if (word->matches)
		st = pass_matches(s, word->matches, pass);
	for (uint32_t i = 0; i < word->n && st == FUND_OK; i++)
		st = pass_list(s, word->lists[i], pass);
	if (st == FUND_OK && word->n > 1)
		st = add_scores(s, pass);
	note_seen(s->room, pass);
	return st;
}

/* May sums raise the threshold before they are offered? */
static bool has_floor(const struct topk *t)
{
	return t->best.k && t->best.k <= SECOND_STAGE_HITS && t->order == ORDER_RELEVANCE && !t->recency.half_life && !t->behind;
}

/* The hits' scores among those of which one will be the floor. */
static uint32_t take_hits(struct window_search *s)
{
	const struct hit_list *l = &s->topk->best;
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		s->room->best[n] = l->hits[i].score;
		n += l->hits[i].score >= s->floor;
	}
	return n;
}

/* A document's sum, to which words only add. */
static inline enum fund_status take_sum(struct window_search *s, uint32_t doc, int64_t sum, uint32_t *n)
{
	bool dead;
	enum fund_status st = leaf_is_dead(s->leaf, doc, &dead);
	s->room->best[*n] = sum;
	*n += !dead & (sum >= s->floor);
	return st;
}

/* To what the last of the best has by now. */
static void set_floor(struct window_search *s, uint32_t n)
{
	uint32_t k = s->topk->best.k;
	if (n < k)
		return;
	int64_t floor = score_least(score_printed(select_floor(s->room->best, n, k)));
	s->floor = floor > s->floor ? floor : s->floor;
}

/* Raises the floor by the documents of the window. */
enum fund_status window_raise_floor(struct window_search *s, const struct window_pass *pass)
{
	enum fund_status st = FUND_OK;
	if (!has_floor(s->topk))
		return FUND_OK;
	uint32_t n = take_hits(s);
	for (uint32_t w = 0; w < window_masks(pass); w++)
		for (uint64_t bits = s->room->seen[w]; bits && st == FUND_OK; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			st = take_sum(s, pass->start + at, s->room->sums[at], &n);
		}
	set_floor(s, n);
	return st;
}

/* By those that are listed. */
static enum fund_status raise_floor_listed(struct window_search *s)
{
	const struct window_docs *d = &s->room->docs;
	enum fund_status st = FUND_OK;
	if (!has_floor(s->topk))
		return FUND_OK;
	uint32_t n = take_hits(s);
	for (uint32_t i = 0; i < d->n && st == FUND_OK; i++)
		st = take_sum(s, d->docs[i], d->sums[i], &n);
	set_floor(s, n);
	return st;
}

/* Moves the window's documents into a list. */
void window_list(struct window_search *s, const struct window_pass *pass)
{
	struct window_room *r = s->room;
	struct window_docs *d = &r->docs;
	uint32_t n = 0;
	for (uint32_t w = 0; w < window_masks(pass); w++) {
		for (uint64_t bits = r->seen[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			d->docs[n] = pass->start + at;
			d->sums[n++] = r->sums[at];
			r->sums[at] = 0;
		}
		r->seen[w] = 0;
	}
	d->n = n;
}

/* The listed document i is the n-th that stays, if it does; gives how many do so far. */
static inline uint32_t keep_if(struct window_docs *d, uint32_t i, uint32_t n, bool stays)
{
	d->docs[n] = d->docs[i];
	d->sums[n] = d->sums[i];
	return n + stays;
}

/* Drops listed ones that cannot enter with all the others may still add. */
static void keep_possible(struct window_search *s, const struct window_pass *pass)
{
	struct window_docs *d = &s->room->docs;
	uint32_t n = 0;
	int64_t least = window_threshold(s) - pass->rest;
	for (uint32_t i = 0; i < d->n; i++)
		n = keep_if(d, i, n, d->sums[i] >= least);
	d->n = n;
}

static inline void note_word(const struct word_lists *word, uint32_t at) { word->has[at / 64] |= (uint64_t)1 << at % 64; }
static inline bool has_word(const struct word_lists *word, uint32_t at) { return word->has[at / 64] >> at % 64 & 1; }

/* What matches add to the documents that are listed. */
static void add_matches_to_listed(struct window_docs *d, const struct word_lists *word, const struct window_pass *pass)
{
	const struct word_matches *m = word->matches;
	for (uint32_t i = 0, k = 0; i < d->n && k < m->n;) {
		const struct word_match *match = &m->matches[k];
		if (match->doc == d->docs[i]) {
			d->sums[i] += match->score;
			note_word(word, match->doc - pass->start);
		}
		k += match->doc <= d->docs[i];
		i += match->doc > d->docs[i];
	}
}

/* What the word adds to the documents that are listed. */
enum fund_status window_add(struct window_search *s, const struct window_pass *pass, struct word_lists *word)
{
	struct window_docs *d = &s->room->docs;
	uint32_t *freqs = s->room->freqs;
	if (word->matches) {
		add_matches_to_listed(d, word, pass);
		return FUND_OK;
	}
	enum fund_status st = word_lists_freqs(word, d->docs, d->n, pass->start, pass->end, freqs);
	for (uint32_t i = 0; i < d->n && st == FUND_OK; i++) {
		uint32_t at = d->docs[i] - pass->start, len, freq = freqs[at];
		if (freq == 0)
			continue;
		note_word(word, at);
		st = leaf_length(s->leaf, d->docs[i], &len);
		if (st == FUND_OK)
			d->sums[i] += bm25_score(s->bm25, word->scale, freq, len);
	}
	memset(freqs, 0, (pass->end - pass->start) * sizeof *freqs);
	return st;
}

/* Of the words that may stand near each other, those that the document has. */
static uint64_t near_words(const struct window_search *s, uint32_t at)
{
	uint64_t words = 0;
	for (uint32_t i = 0; i < s->n; i++)
		words |= has_word(s->words[i], at) ? s->words[i]->near : 0;
	return words;
}

void window_keep_having(struct window_search *s, const struct window_pass *pass, const struct word_lists *word)
{
	struct window_docs *d = &s->room->docs;
	uint32_t n = 0;
	for (uint32_t i = 0; i < d->n; i++)
		n = keep_if(d, i, n, has_word(word, d->docs[i] - pass->start));
	d->n = n;
}

enum fund_status window_settle(struct window_search *s, const struct window_pass *pass)
{
	enum fund_status st = raise_floor_listed(s);
	keep_possible(s, pass);
	return st;
}

enum fund_status window_offer(struct window_search *s, const struct window_pass *pass)
{
	const struct window_docs *d = &s->room->docs;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < d->n && st == FUND_OK; i++)
		st = offer(s, d->docs[i], d->sums[i], near_words(s, d->docs[i] - pass->start));
	return st;
}

/* ---- the search ---- */

enum fund_status window_search_open(struct window_search *s, struct topk *t, uint32_t leaf, uint32_t n_words, struct arena *arena)
{
	struct searcher *searcher = t->searcher;
	*s = (struct window_search){ .topk = t, .leaf = &searcher->leaves[leaf], .leaf_index = leaf, .bm25 = &searcher->bm25, .floor = INT64_MIN / 2 };
	s->words = arena_alloc(arena, (n_words + 1) * sizeof *s->words);
	if (!searcher->window_room)
		searcher->window_room = calloc(1, sizeof *s->room);
	s->room = searcher->window_room;
	s->window = searcher->window && searcher->window < WINDOW ? searcher->window : WINDOW;
	return s->words && s->room ? FUND_OK : FUND_NO_MEMORY;
}

/* Hints go to the front. */
static void place(struct window_search *s, struct word_lists *w)
{
	uint32_t at = s->n;
	if (w->hint) {
		at = s->n_hints++;
		s->words[s->n] = s->words[at];
	}
	s->words[at] = w;
	s->n++;
}

enum fund_status window_add_word(struct window_search *s, const struct topk_word *word, struct arena *arena)
{
	struct word_lists *w;
	enum fund_status st = word_lists_open(&w, s->leaf, s->bm25, word, arena);
	if (!w || (w->n == 0 && !w->matches))
		return st;
	place(s, w);
	w->has = arena_alloc(arena, (s->window + 63) / 64 * sizeof *w->has);
	return w->has ? st : FUND_NO_MEMORY;
}

struct window_pass window_begin(const struct window_search *s, uint32_t start, uint32_t end)
{
	struct window_pass pass = { .start = start, .end = end };
	for (uint32_t i = 0; i < s->n; i++)
		memset(s->words[i]->has, 0, window_masks(&pass) * sizeof *s->words[i]->has);
	return pass;
}

void window_search_close(struct window_search *s, enum fund_status st)
{
	if (st != FUND_OK && s->room)
		memset(s->room, 0, sizeof *s->room); /* it was left in the middle of a window */
	for (uint32_t i = 0; i < s->n; i++)
		word_lists_release(s->words[i]);
}
