/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_or.c - the best documents that contain any of some words, without looking at most of them.
 *
 * A word is one list or several: itself, as a part of compounds, in other spellings. The segment is cut into windows; a word has one bound for all of a window. Words
 * whose bounds together stay below the threshold are not essential there: a document that has only those cannot enter; nor are hints ever. The
 * essential ones are scored a block at a time into an array over the window; the others are added word by word, to documents that may still enter: either by
 * going through the word's lists, or by asking for each document, whichever costs less.
 *
 * Windows that end where any list's block does have sharper bounds, but with ten lists and a million documents there are thousands of them. A word
 * by itself has them: then a block that cannot enter is not decoded.
 *
 * Source   Turtle, Flood: Query evaluation, strategies and optimizations (1995): MaxScore; Ding, Suel: Faster top-k document
 *          retrieval using block-max indexes (2011); windows as in Grand, Muir, Ferenczi, Lin (2020).
 */
#include "query/topk.h"

#include <stdlib.h>

#include "query/word_lists.h"

#define WINDOW 4096u /* documents at most */
#define LOOK_UP 3u   /* a document that is asked for costs as much as so many of a list that is gone through */

/* The window's documents; zero between windows. Kept with the searcher: to clear it for each query would cost as much as a rare word. */
struct or_room {
	int64_t sums[WINDOW];
	uint32_t freqs[WINDOW];	      /* of the word at hand */
	uint64_t seen[WINDOW / 64];   /* a bit a document: it has a sum */
	uint64_t has[WINDOW / 64];    /* it has the word at hand */
	uint64_t one[WINDOW / 64], two[WINDOW / 64]; /* it has one word that may meet others; two or more */
};

struct or_search {
	struct topk *topk;
	struct leaf *leaf;
	const struct bm25 *bm25;
	uint32_t leaf_index;
	struct word_lists **words; /* hints, then ascending by bound in the window */
	uint32_t n, n_hints;
	uint32_t window; /* documents at most */
	struct or_room *room;
};

static uint32_t window_end(const struct or_search *s, uint32_t start) { return s->leaf->n_docs - start > s->window ? start + s->window : s->leaf->n_docs; }

static enum fund_status open_window(struct or_search *s, uint32_t start, uint32_t *end)
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
	for (uint32_t i = s->n_hints + 1; i < s->n; i++) { /* few, mostly sorted */
		struct word_lists *word = s->words[i];
		uint32_t k = i;
		for (; k > s->n_hints && s->words[k - 1]->bound > word->bound; k--)
			s->words[k] = s->words[k - 1];
		s->words[k] = word;
	}
	return FUND_OK;
}

/* A word's way through the window. */
struct list_pass {
	const struct word_lists *word;
	uint32_t start, end;
	uint32_t n_others; /* words whose bounds together do not bring a document in */
	uint32_t may_join; /* of them, those that may meet another word */
	int64_t rest;	   /* their bounds */
	bool alone;	   /* there is one essential word: its documents are known to have nothing of another */
	bool only_seen;	   /* the word counts for documents that were seen, no others */
};

/* May they meet in a document, so many words? */
static bool may_meet(uint32_t n_words) { return n_words > 1; }

/* How many words, from the least bound on, cannot bring a document in by themselves; in the pass the sum of their bounds, and how many may meet others. */
static void set_others(const struct or_search *s, struct list_pass *pass)
{
	uint32_t i = 0;
	pass->rest = 0;
	pass->may_join = 0;
	for (; i < s->n; i++) {
		const struct word_lists *word = s->words[i];
		uint32_t may_join = pass->may_join + (word->meets && word->bound);
		if (!(i < s->n_hints || word->bound == 0 || pass->rest + word->bound < topk_threshold(s->topk, may_meet(may_join))))
			break;
		pass->rest += word->bound;
		pass->may_join = may_join;
	}
	pass->n_others = i;
}

/* May a document still enter that has `sum` from `n_met` words, with all of the others'? */
static inline bool may_enter(const struct or_search *s, const struct list_pass *pass, int64_t sum, uint32_t n_met)
{
	return sum + pass->rest >= topk_threshold(s->topk, may_meet(n_met + pass->may_join));
}

static inline void note_seen(struct or_search *s, const struct word_lists *word, uint32_t at)
{
	struct or_room *r = s->room;
	uint32_t w = at / 64;
	uint64_t bit = (uint64_t)1 << at % 64;
	r->seen[w] |= bit;
	if (word->meets) {
		r->two[w] |= r->one[w] & bit;
		r->one[w] |= bit;
	}
}

static enum fund_status offer(struct or_search *s, uint32_t doc, int64_t sum, uint32_t n_met)
{
	bool dead;
	enum fund_status st = leaf_is_dead(s->leaf, doc, &dead);
	return st != FUND_OK || dead ? st : topk_offer(s->topk, s->leaf_index, doc, sum, may_meet(n_met));
}

/* The word is so often in the document. */
static inline enum fund_status add_freq(struct or_search *s, const struct list_pass *pass, uint32_t at, uint32_t freq)
{
	const struct word_lists *word = pass->word;
	uint32_t len;
	enum fund_status st = leaf_length(s->leaf, pass->start + at, &len);
	if (st != FUND_OK)
		return st;
	int64_t score = bm25_score(s->bm25, word->scale, freq, len);
	if (pass->alone) {
		if (!may_enter(s, pass, score, word->meets))
			return FUND_OK;
		if (pass->rest == 0)
			return offer(s, pass->start + at, score, word->meets);
	}
	s->room->sums[at] += score;
	note_seen(s, word, at);
	return FUND_OK;
}

static inline bool was_seen(const struct or_search *s, uint32_t at) { return s->room->seen[at / 64] >> at % 64 & 1; }

/* One document of a list. */
static inline enum fund_status take_doc(struct or_search *s, const struct list_pass *pass, uint32_t at, uint32_t freq)
{
	if (pass->only_seen && !was_seen(s, at))
		return FUND_OK;
	if (pass->word->n == 1)
		return add_freq(s, pass, at, freq);
	s->room->freqs[at] += freq;
	s->room->has[at / 64] |= (uint64_t)1 << at % 64;
	return FUND_OK;
}

/* All documents of the list in the window, a block at a time. */
static enum fund_status pass_list(struct or_search *s, struct word_list *l, const struct list_pass *pass)
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

static uint32_t n_masks(const struct list_pass *pass) { return (pass->end - pass->start + 63) / 64; }

/* All documents of the word: of several lists the occurrences together. */
static enum fund_status pass_word(struct or_search *s, const struct word_lists *word, struct list_pass *pass)
{
	struct or_room *r = s->room;
	enum fund_status st = FUND_OK;
	pass->word = word;
	for (uint32_t i = 0; i < word->n && st == FUND_OK; i++)
		st = pass_list(s, word->lists[i], pass);
	for (uint32_t w = 0; word->n > 1 && w < n_masks(pass); w++) {
		for (uint64_t bits = r->has[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			if (st == FUND_OK)
				st = add_freq(s, pass, at, r->freqs[at]);
			r->freqs[at] = 0;
		}
		r->has[w] = 0;
	}
	return st;
}

static inline uint32_t n_met_at(const struct or_search *s, uint32_t at) { return (uint32_t)((s->room->one[at / 64] >> at % 64 & 1) + (s->room->two[at / 64] >> at % 64 & 1)); }

/* Forgets the documents that cannot enter with all the others may still add. How many are left. */
static uint32_t keep_possible(struct or_search *s, const struct list_pass *pass)
{
	uint32_t n = 0;
	for (uint32_t w = 0; w < n_masks(pass); w++)
		for (uint64_t bits = s->room->seen[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			if (may_enter(s, pass, s->room->sums[at], n_met_at(s, at))) {
				n++;
				continue;
			}
			s->room->sums[at] = 0;
			s->room->seen[w] &= ~(bits & -bits);
		}
	return n;
}

/* Each document asked for by itself. */
static enum fund_status look_up(struct or_search *s, struct word_lists *word, const struct list_pass *pass)
{
	for (uint32_t w = 0; w < n_masks(pass); w++)
		for (uint64_t bits = s->room->seen[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			int64_t one;
			bool has;
			enum fund_status st = word_lists_score(word, pass->start + at, &one, &has);
			if (st != FUND_OK)
				return st;
			s->room->sums[at] += one;
			if (has)
				note_seen(s, word, at);
		}
	return FUND_OK;
}

/* About so many documents of the window have the word. */
static uint64_t expected(const struct or_search *s, const struct word_lists *word, const struct list_pass *pass)
{
	uint64_t n = 0;
	for (uint32_t i = 0; i < word->n; i++)
		n += word->lists[i]->bound ? word->lists[i]->postings.entry.df : 0;
	return n * (pass->end - pass->start) / s->leaf->n_docs;
}

/* What the others add to the documents of the essential words. */
static enum fund_status add_others(struct or_search *s, struct list_pass *pass)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = pass->n_others; i-- > 0 && st == FUND_OK;) {
		struct word_lists *word = s->words[i];
		if (word->bound == 0)
			continue;
		uint32_t n = keep_possible(s, pass);
		if (n == 0)
			break;
		pass->rest -= word->bound;
		pass->may_join -= word->meets;
		st = expected(s, word, pass) > (uint64_t)LOOK_UP * n ? look_up(s, word, pass) : pass_word(s, word, pass);
	}
	return st;
}

static enum fund_status finish_window(struct or_search *s, struct list_pass *pass)
{
	enum fund_status st = add_others(s, pass);
	for (uint32_t w = 0; w < n_masks(pass); w++) {
		for (uint64_t bits = s->room->seen[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits), n_met = n_met_at(s, at);
			int64_t sum = s->room->sums[at];
			s->room->sums[at] = 0;
			if (st == FUND_OK && may_enter(s, pass, sum, n_met))
				st = offer(s, pass->start + at, sum, n_met);
		}
		s->room->seen[w] = s->room->one[w] = s->room->two[w] = 0;
	}
	return st;
}

static enum fund_status search_window(struct or_search *s, uint32_t start, uint32_t end)
{
	struct list_pass pass = { .start = start, .end = end };
	enum fund_status st = FUND_OK;
	set_others(s, &pass);
	if (pass.n_others == s->n)
		return FUND_OK;
	pass.alone = pass.n_others + 1 == s->n;
	for (uint32_t i = pass.n_others; i < s->n && st == FUND_OK; i++)
		st = pass_word(s, s->words[i], &pass);
	pass.alone = false;
	pass.only_seen = true;
	return st == FUND_OK ? finish_window(s, &pass) : st;
}

/* The next window begins at the first document that any list with a bound has. */
static uint32_t next_start(const struct or_search *s, uint32_t end)
{
	uint32_t least = DOC_END;
	for (uint32_t i = s->n_hints; i < s->n; i++)
		for (uint32_t k = 0; k < s->words[i]->n; k++) {
			uint32_t doc = s->words[i]->lists[k]->postings.doc;
			if (doc < end)
				return end; /* not moved: it may have documents right behind the window */
			least = doc < least ? doc : least;
		}
	return least;
}

/* Hints go to the front. */
static void place(struct or_search *s, struct word_lists *w)
{
	uint32_t at = s->n;
	if (w->hint) {
		at = s->n_hints++;
		s->words[s->n] = s->words[at];
	}
	s->words[at] = w;
	s->n++;
}

static enum fund_status add_word(struct or_search *s, const struct or_word *word, struct arena *arena)
{
	struct word_lists *w;
	enum fund_status st = word_lists_open(&w, s->leaf, s->bm25, word, arena);
	if (w && w->n)
		place(s, w);
	return st;
}

static enum fund_status get_room(struct or_search *s, uint32_t n_words, struct arena *arena)
{
	struct searcher *searcher = s->topk->searcher;
	s->words = arena_alloc(arena, (n_words + 1) * sizeof *s->words);
	if (!searcher->or_room)
		searcher->or_room = calloc(1, sizeof *s->room);
	s->room = searcher->or_room;
	s->window = searcher->or_window && searcher->or_window < WINDOW ? searcher->or_window : WINDOW;
	return s->words && s->room ? FUND_OK : FUND_NO_MEMORY;
}

enum fund_status topk_or(struct topk *t, uint32_t leaf, const struct or_word *words, uint32_t n_words, struct arena *arena)
{
	struct or_search s = { .topk = t, .leaf = &t->searcher->leaves[leaf], .leaf_index = leaf, .bm25 = &t->searcher->bm25 };
	enum fund_status st = get_room(&s, n_words, arena);
	for (uint32_t i = 0; i < n_words && st == FUND_OK; i++)
		st = add_word(&s, &words[i], arena);
	bool single = s.n == s.n_hints + 1 && s.words[s.n - 1]->n == 1;
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
	if (st != FUND_OK && s.room)
		memset(s.room, 0, sizeof *s.room); /* it was left in the middle of a window */
	for (uint32_t i = 0; i < s.n; i++)
		word_lists_release(s.words[i]);
	return st;
}
