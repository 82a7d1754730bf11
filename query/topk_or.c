/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_or.c - the best documents that contain any of some words, without looking at most of them.
 *
 * A word is one list or several: itself, as a part of compounds, in other spellings. The segment is cut into windows in which no list changes its
 * block, so that each word has one bound for the window. Words whose bounds together stay below the threshold are not essential there: a document
 * that has only those cannot enter; nor are hints ever. The essential ones are scored a block at a time into an array over the window; the
 * others are asked only for documents that may still enter.
 *
 * Source   Turtle, Flood: Query evaluation, strategies and optimizations (1995): MaxScore; Ding, Suel: Faster top-k document
 *          retrieval using block-max indexes (2011); windows as in Grand, Muir, Ferenczi, Lin (2020).
 */
#include "query/topk.h"

#include "store/postings.h"

#define WINDOW 4096u /* documents at most */
#define TOGETHER 8u  /* lists of a word that are bound together; more, each by itself */

struct or_list {
	struct postings postings;
	uint32_t weight;     /* hundredths */
	uint32_t block_last; /* last document for which `block` holds */
	struct impacts block;
	int64_t block_bound; /* of a word of many: by itself; else only whether there is anything */
	bool started;
};

struct or_group { /* a word */
	struct or_list **lists;
	uint32_t n;
	bool hint;
	bool meets; /* two of these in a document may raise its score */
	double scale;
	int64_t bound; /* in the window */
};

struct or_search {
	struct topk *topk;
	struct leaf *leaf;
	const struct bm25 *bm25;
	uint32_t leaf_index;
	struct or_group **groups; /* hints, then ascending by bound in the window */
	uint32_t n, n_hints;
	int64_t *sums;	    /* WINDOW of them, zero between windows */
	uint32_t *freqs;    /* of the word at hand, zero between words */
	uint64_t *seen, *has; /* a bit a document of the window: it has a sum; it has the word at hand */
	uint64_t *one, *two;  /* it has one word that may meet others; two or more */
	uint32_t n_clear;     /* documents that all six are cleared for, above: memory that was never touched costs a page fault each 4 KiB */
};

static int64_t bound_of(const struct or_search *s, double scale, uint32_t weight, const struct impacts *set)
{
	int64_t best = 0;
	for (uint32_t i = 0; i < set->n; i++) {
		int64_t one = bm25_score(s->bm25, scale, score_freq(set->pair[i].freq, weight), set->pair[i].len);
		best = one > best ? one : best;
	}
	return best + 1; /* rounding */
}

static bool is_together(const struct or_group *g) { return g->n <= TOGETHER; }

/* The list's bound from `start` on and the last document it holds for; *changed: it is another than before. */
static enum fund_status update_bound(struct or_search *s, const struct or_group *g, struct or_list *l, uint32_t start, bool *changed)
{
	uint32_t doc = l->postings.doc;
	if (l->started && start <= l->block_last)
		return FUND_OK;
	enum fund_status st = postings_block_impacts(&l->postings, doc > start ? doc : start, &l->block_last, &l->block);
	if (st != FUND_OK)
		l->block.n = 0;
	l->block_bound = l->block.n == 0 ? 0 : is_together(g) ? 1 : bound_of(s, g->scale, l->weight, &l->block);
	l->started = true;
	*changed = true;
	return st;
}

/* A document of this length or more has at most so many occurrences in each list: those of the last pair that is no longer. What it scores with all of them is the
 * most for documents up to the next pair's length. */
static int64_t bound_together(const struct or_search *s, const struct or_group *g)
{
	uint32_t at[TOGETHER] = { 0 };
	uint64_t freqs[TOGETHER] = { 0 }, sum = 0;
	int64_t best = 0;
	for (;;) {
		uint64_t len = UINT64_MAX;
		for (uint32_t i = 0; i < g->n; i++)
			if (at[i] < g->lists[i]->block.n && g->lists[i]->block.pair[at[i]].len < len)
				len = g->lists[i]->block.pair[at[i]].len;
		if (len == UINT64_MAX)
			return sum ? best + 1 : 0; /* rounding; 0: nothing is there */
		for (uint32_t i = 0; i < g->n; i++) {
			const struct or_list *l = g->lists[i];
			for (; at[i] < l->block.n && l->block.pair[at[i]].len <= len; at[i]++) {
				sum -= freqs[i];
				freqs[i] = score_freq(l->block.pair[at[i]].freq, l->weight);
				sum += freqs[i];
			}
		}
		int64_t one = bm25_score(s->bm25, g->scale, sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX, (uint32_t)len);
		best = one > best ? one : best;
	}
}

/* A sum of occurrences scores at most the sum of their scores, and less than the scale. */
static int64_t bound_apart(const struct or_group *g)
{
	int64_t most = (int64_t)g->scale + 1, sum = 0;
	for (uint32_t i = 0; i < g->n; i++)
		sum += g->lists[i]->block_bound;
	return sum < most ? sum : most;
}

static enum fund_status bound_group(struct or_search *s, struct or_group *g, uint32_t start, uint32_t *end)
{
	bool changed = false;
	for (uint32_t i = 0; i < g->n; i++) {
		struct or_list *l = g->lists[i];
		enum fund_status st = update_bound(s, g, l, start, &changed);
		if (st != FUND_OK)
			return st;
		if (l->block_last != DOC_END && l->block_last + 1 < *end)
			*end = l->block_last + 1;
	}
	if (changed)
		g->bound = is_together(g) ? bound_together(s, g) : bound_apart(g);
	return FUND_OK;
}

static enum fund_status open_window(struct or_search *s, uint32_t start, uint32_t *end)
{
	*end = s->leaf->n_docs - start > WINDOW ? start + WINDOW : s->leaf->n_docs;
	for (uint32_t i = 0; i < s->n; i++) {
		enum fund_status st = bound_group(s, s->groups[i], start, end);
		if (st != FUND_OK)
			return st;
	}
	for (uint32_t i = s->n_hints + 1; i < s->n; i++) { /* few, mostly sorted */
		struct or_group *g = s->groups[i];
		uint32_t k = i;
		for (; k > s->n_hints && s->groups[k - 1]->bound > g->bound; k--)
			s->groups[k] = s->groups[k - 1];
		s->groups[k] = g;
	}
	return FUND_OK;
}

/* What is done with each document of a list within the window. */
enum list_use {
	USE_OFFER, /* it is the only essential list: completed at once */
	USE_SUM,   /* its scores go to the sums */
	USE_FREQ,  /* one of a word's: its occurrences go to the frequencies */
};

struct list_pass {
	enum list_use use;
	const struct or_group *group;
	uint32_t start, end;
	uint32_t n_others; /* words whose bounds together do not bring a document in */
	uint32_t may_join; /* of them, those that may meet another word */
	int64_t rest;	   /* their bounds */
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
		const struct or_group *g = s->groups[i];
		uint32_t may_join = pass->may_join + (g->meets && g->bound);
		if (!(i < s->n_hints || g->bound == 0 || pass->rest + g->bound < topk_threshold(s->topk, may_meet(may_join))))
			break;
		pass->rest += g->bound;
		pass->may_join = may_join;
	}
	pass->n_others = i;
}

/* What the word adds to the document's score, and whether it is there. */
static enum fund_status score_group(struct or_search *s, struct or_group *g, uint32_t doc, int64_t *score, bool *has)
{
	uint32_t freq = 0, len;
	enum fund_status st = FUND_OK;
	*score = 0;
	for (uint32_t i = 0; i < g->n && st == FUND_OK; i++) {
		struct or_list *l = g->lists[i];
		if (l->block_bound == 0)
			continue;
		if (l->postings.doc < doc)
			st = postings_seek(&l->postings, doc);
		if (st == FUND_OK && l->postings.doc == doc) {
			uint32_t one;
			st = postings_weighted_freq(&l->postings, &one);
			freq += score_freq(one, l->weight);
		}
	}
	*has = freq > 0;
	if (st != FUND_OK || !*has)
		return st;
	st = leaf_length(s->leaf, doc, &len);
	if (st == FUND_OK)
		*score = bm25_score(s->bm25, g->scale, freq, len);
	return st;
}

/* May a document still enter that has `sum` from `n_met` words, with all of the others'? */
static inline bool may_enter(const struct or_search *s, const struct list_pass *pass, int64_t sum, uint32_t n_met)
{
	return sum + pass->rest >= topk_threshold(s->topk, may_meet(n_met + pass->may_join));
}

/* The document has `sum` from the essential words, `n_met` of which may meet: add the others', while it may still enter. */
static enum fund_status complete(struct or_search *s, uint32_t doc, int64_t sum, uint32_t n_met, struct list_pass pass)
{
	int64_t one;
	bool dead, has;
	for (uint32_t i = pass.n_others; i-- > 0 && may_enter(s, &pass, sum, n_met);) {
		struct or_group *g = s->groups[i];
		if (g->bound == 0)
			continue;
		pass.rest -= g->bound;
		pass.may_join -= g->meets;
		enum fund_status st = score_group(s, g, doc, &one, &has);
		if (st != FUND_OK)
			return st;
		sum += one;
		n_met += g->meets && has;
	}
	if (!may_enter(s, &pass, sum, n_met))
		return FUND_OK;
	enum fund_status st = leaf_is_dead(s->leaf, doc, &dead);
	if (st != FUND_OK || dead)
		return st;
	return topk_offer(s->topk, s->leaf_index, doc, sum, may_meet(n_met));
}

/* These documents of 64 have the word. */
static inline void note_seen(struct or_search *s, const struct or_group *g, uint32_t w, uint64_t docs)
{
	s->seen[w] |= docs;
	if (g->meets) {
		s->two[w] |= s->one[w] & docs;
		s->one[w] |= docs;
	}
}

static enum fund_status take_doc(struct or_search *s, const struct or_list *l, const struct list_pass *pass, uint32_t doc, uint32_t freq)
{
	uint32_t at = doc - pass->start, len;
	if (pass->use == USE_FREQ) {
		s->freqs[at] += score_freq(freq, l->weight);
		s->has[at / 64] |= (uint64_t)1 << at % 64;
		return FUND_OK;
	}
	enum fund_status st = leaf_length(s->leaf, doc, &len);
	if (st != FUND_OK)
		return st;
	int64_t score = bm25_score(s->bm25, pass->group->scale, score_freq(freq, l->weight), len);
	if (pass->use == USE_SUM) {
		s->sums[at] += score;
		note_seen(s, pass->group, at / 64, (uint64_t)1 << at % 64);
	} else if (may_enter(s, pass, score, pass->group->meets)) {
		return complete(s, doc, score, pass->group->meets, *pass);
	}
	return FUND_OK;
}

/* All documents of the list in the window, a block at a time. */
static enum fund_status pass_list(struct or_search *s, struct or_list *l, const struct list_pass *pass)
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
			st = take_doc(s, l, pass, docs[i], freqs[i]);
		if (st == FUND_OK)
			st = postings_seek(&l->postings, i < n ? pass->end : last + 1);
	}
	return st;
}

/* A word of several lists: their occurrences together, then the scores. */
static enum fund_status pass_lists(struct or_search *s, const struct or_group *g, struct list_pass *pass)
{
	enum fund_status st = FUND_OK;
	pass->use = USE_FREQ;
	for (uint32_t i = 0; i < g->n && st == FUND_OK; i++)
		st = pass_list(s, g->lists[i], pass);
	for (uint32_t w = 0; w <= (pass->end - 1 - pass->start) / 64; w++) {
		for (uint64_t bits = s->has[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits), len;
			if (st == FUND_OK)
				st = leaf_length(s->leaf, pass->start + at, &len);
			if (st == FUND_OK)
				s->sums[at] += bm25_score(s->bm25, g->scale, s->freqs[at], len);
			s->freqs[at] = 0;
		}
		note_seen(s, g, w, s->has[w]);
		s->has[w] = 0;
	}
	return st;
}

static enum fund_status finish_window(struct or_search *s, const struct list_pass *pass)
{
	enum fund_status st = FUND_OK;
	for (uint32_t w = 0; w <= (pass->end - 1 - pass->start) / 64; w++) {
		for (uint64_t bits = s->seen[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			int64_t sum = s->sums[at];
			uint32_t n_met = (uint32_t)((s->one[w] >> at % 64 & 1) + (s->two[w] >> at % 64 & 1));
			s->sums[at] = 0;
			if (st == FUND_OK && may_enter(s, pass, sum, n_met))
				st = complete(s, pass->start + at, sum, n_met, *pass);
		}
		s->seen[w] = s->one[w] = s->two[w] = 0;
	}
	return st;
}

static void clear_room(struct or_search *s, uint32_t n)
{
	uint32_t from = s->n_clear, to = (n + 63) / 64 * 64;
	if (to <= from)
		return;
	memset(s->sums + from, 0, (to - from) * sizeof *s->sums);
	memset(s->freqs + from, 0, (to - from) * sizeof *s->freqs);
	memset(s->seen + from / 64, 0, (to - from) / 8);
	memset(s->has + from / 64, 0, (to - from) / 8);
	memset(s->one + from / 64, 0, (to - from) / 8);
	memset(s->two + from / 64, 0, (to - from) / 8);
	s->n_clear = to;
}

static enum fund_status search_window(struct or_search *s, uint32_t start, uint32_t end)
{
	struct list_pass pass = { .start = start, .end = end };
	enum fund_status st = FUND_OK;
	set_others(s, &pass);
	if (pass.n_others == s->n)
		return FUND_OK;
	bool alone = pass.n_others + 1 == s->n;
	if (!alone || s->groups[s->n - 1]->n > 1)
		clear_room(s, end - start);
	for (uint32_t i = pass.n_others; i < s->n && st == FUND_OK; i++) {
		struct or_group *g = s->groups[i];
		pass.group = g;
		pass.use = alone ? USE_OFFER : USE_SUM;
		st = g->n == 1 ? pass_list(s, g->lists[0], &pass) : pass_lists(s, g, &pass);
		if (alone && g->n == 1)
			return st;
	}
	return st == FUND_OK ? finish_window(s, &pass) : st;
}

/* The next window begins at the first document that any list with a bound has. */
static uint32_t next_start(const struct or_search *s, uint32_t end)
{
	uint32_t least = DOC_END;
	for (uint32_t i = s->n_hints; i < s->n; i++)
		for (uint32_t k = 0; k < s->groups[i]->n; k++) {
			uint32_t doc = s->groups[i]->lists[k]->postings.doc;
			if (doc < end)
				return end; /* not moved: it may have documents right behind the window */
			least = doc < least ? doc : least;
		}
	return least;
}

static enum fund_status add_list(struct or_search *s, struct or_group *g, const struct plan_term *term, struct arena *arena)
{
	struct term_entry entry;
	const struct chunk_source *chunks = segment_chunks(s->leaf->segment);
	enum fund_status st = leaf_term(s->leaf, &term->places, &entry);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	struct or_list *l = arena_alloc(arena, sizeof *l);
	if (!l)
		return FUND_NO_MEMORY;
	l->weight = term->weight;
	l->started = false;
	l->block_last = 0;
	st = postings_open(&l->postings, chunks, &entry, s->leaf->weights);
	if (st != FUND_OK)
		return st;
	g->lists[g->n++] = l;
	return postings_next(&l->postings);
}

/* Hints go to the front. A word that the segment lacks is left out. */
static void place_group(struct or_search *s, struct or_group *g)
{
	uint32_t at = s->n;
	if (g->n == 0)
		return;
	if (g->hint) {
		at = s->n_hints++;
		s->groups[s->n] = s->groups[at];
	}
	s->groups[at] = g;
	s->n++;
}

static enum fund_status add_group(struct or_search *s, const struct or_word *word, struct arena *arena)
{
	const struct plan *p = word->plan;
	uint32_t n = p->kind == PLAN_WORD ? p->n_children : 1;
	struct or_group *g = arena_alloc(arena, sizeof *g);
	struct or_list **lists = arena_alloc(arena, n * sizeof *lists);
	enum fund_status st = FUND_OK;
	if (!g || !lists)
		return FUND_NO_MEMORY;
	*g = (struct or_group){ .lists = lists, .hint = word->hint, .meets = word->meets, .scale = p->scale };
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = add_list(s, g, p->kind == PLAN_WORD ? &p->children[i]->term : &p->term, arena);
	place_group(s, g);
	return st;
}

static enum fund_status get_room(struct or_search *s, uint32_t n_words, struct arena *arena)
{
	s->groups = arena_alloc(arena, (n_words + 1) * sizeof *s->groups);
	s->sums = arena_alloc(arena, WINDOW * sizeof *s->sums);
	s->freqs = arena_alloc(arena, WINDOW * sizeof *s->freqs);
	s->seen = arena_alloc(arena, WINDOW / 8);
	s->has = arena_alloc(arena, WINDOW / 8);
	s->one = arena_alloc(arena, WINDOW / 8);
	s->two = arena_alloc(arena, WINDOW / 8);
	return s->groups && s->sums && s->freqs && s->seen && s->has && s->one && s->two ? FUND_OK : FUND_NO_MEMORY;
}

enum fund_status topk_or(struct topk *t, uint32_t leaf, const struct or_word *words, uint32_t n_words, struct arena *arena)
{
	struct or_search s = { .topk = t, .leaf = &t->searcher->leaves[leaf], .leaf_index = leaf, .bm25 = &t->searcher->bm25 };
	enum fund_status st = get_room(&s, n_words, arena);
	for (uint32_t i = 0; i < n_words && st == FUND_OK; i++)
		st = add_group(&s, &words[i], arena);
	bool single = s.n == s.n_hints + 1 && s.groups[s.n - 1]->n == 1;
	if (single && !s.leaf->has_dead)
		t->total += s.groups[s.n - 1]->lists[0]->postings.entry.df;
	else if (s.n > s.n_hints)
		t->total_exact = false;
	for (uint32_t start = s.n > s.n_hints ? next_start(&s, 0) : DOC_END; st == FUND_OK && start < s.leaf->n_docs;) {
		uint32_t end;
		st = open_window(&s, start, &end);
		if (st == FUND_OK)
			st = search_window(&s, start, end);
		start = next_start(&s, end);
	}
	for (uint32_t i = 0; i < s.n; i++)
		for (uint32_t k = 0; k < s.groups[i]->n; k++)
			postings_release(&s.groups[i]->lists[k]->postings);
	return st;
}
