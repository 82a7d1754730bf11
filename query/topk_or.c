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
#include "query/topk.h"

#include <stdlib.h>

#include "query/word_lists.h"

#define WINDOW 4096u /* documents at most */
#define FEW_WINDOWS 4u /* bounds of a window say hardly more than those of the whole list */
#define FLOOR_HITS 128u /* of more hits than that the window's best are not looked for */

/* Documents of a window that may be hits, ascending. */
struct or_docs {
	uint32_t n;
	uint32_t docs[WINDOW];
	int64_t sums[WINDOW];
	uint8_t met[WINDOW]; /* words that may meet others and are in it: 0, 1, 2 or more */
};

/* The window's documents; all but `docs` is zero between windows. Kept with the searcher: to clear it for each query would cost as much as a rare word. */
struct or_room {
	struct or_docs docs;
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
	struct word_lists **words; /* hints, then the others; ascending by bound in the window */
	uint32_t n, n_hints;
	uint32_t window; /* documents at most */
	int64_t floor;	 /* as many documents as are wanted score that, or will: also those of the window, which are not offered yet */
	struct or_room *room;
};

/* What a document must reach by all that may be in it: topk_threshold(), with the window's own. */
static inline int64_t threshold(const struct or_search *s, bool meets)
{
	int64_t floor = s->floor - (meets ? s->topk->most_raise : 0), least = topk_threshold(s->topk, meets);
	return floor > least ? floor : least;
}

static uint32_t window_end(const struct or_search *s, uint32_t start) { return s->leaf->n_docs - start > s->window ? start + s->window : s->leaf->n_docs; }

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
	sort_by_bound(s->words, s->n_hints);
	sort_by_bound(s->words + s->n_hints, s->n - s->n_hints);
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
};

/* May they meet in a document, so many words? */
static bool may_meet(uint32_t n_words) { return n_words > 1; }

/* How many of the first n words, from the least bound on, cannot bring a document in by themselves; in the pass the sum of their bounds, and how many may meet others. */
static void set_others(const struct or_search *s, struct list_pass *pass, uint32_t n)
{
	uint32_t i = 0;
	pass->rest = 0;
	pass->may_join = 0;
	for (; i < n; i++) {
		const struct word_lists *word = s->words[i];
		uint32_t may_join = pass->may_join + (word->meets && word->bound);
		if (!(i < s->n_hints || word->bound == 0 || pass->rest + word->bound < threshold(s, may_meet(may_join))))
			break;
		pass->rest += word->bound;
		pass->may_join = may_join;
	}
	pass->n_others = i;
}

/* May a document still enter that has `sum` from `n_met` words, with all of the others'? */
static inline bool may_enter(const struct or_search *s, const struct list_pass *pass, int64_t sum, uint32_t n_met)
{
	return sum + pass->rest >= threshold(s, may_meet(n_met + pass->may_join));
}

static enum fund_status offer(struct or_search *s, uint32_t doc, int64_t sum, uint32_t n_met)
{
	bool dead;
	enum fund_status st = leaf_is_dead(s->leaf, doc, &dead);
	return st != FUND_OK || dead ? st : topk_offer(s->topk, s->leaf_index, doc, sum, may_meet(n_met));
}

/* The word has that score in the document. *keep: it may be a hit, and is not offered yet. */
static inline __attribute__((always_inline)) enum fund_status take_score(struct or_search *s, const struct list_pass *pass, uint32_t at, int64_t score, bool meets, bool *keep)
{
	*keep = !pass->alone || may_enter(s, pass, score, meets);
	if (*keep && pass->alone && pass->rest == 0) {
		*keep = false;
		return offer(s, pass->start + at, score, meets);
	}
	if (*keep)
		s->room->sums[at] += score;
	return FUND_OK;
}

/* The word is so often in the document. */
static inline __attribute__((always_inline)) enum fund_status add_score(struct or_search *s, const struct list_pass *pass, uint32_t at, uint32_t freq, bool *keep)
{
	const struct word_lists *word = pass->word;
	uint32_t len;
	enum fund_status st = leaf_length(s->leaf, pass->start + at, &len);
	*keep = false;
	return st == FUND_OK ? take_score(s, pass, at, bm25_score(s->bm25, word->scale, freq, len), word->meets, keep) : st;
}

/* One document of a list. */
static inline enum fund_status take_doc(struct or_search *s, const struct list_pass *pass, uint32_t at, uint32_t freq)
{
	bool keep = true;
	enum fund_status st = FUND_OK;
	if (pass->word->n == 1)
		st = add_score(s, pass, at, freq, &keep);
	else
		s->room->freqs[at] += freq;
	s->room->has[at / 64] |= (uint64_t)keep << at % 64;
	return st;
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

/* Of several lists the occurrences together. */
static enum fund_status add_scores(struct or_search *s, const struct list_pass *pass)
{
	struct or_room *r = s->room;
	enum fund_status st = FUND_OK;
	for (uint32_t w = 0; w < n_masks(pass); w++)
		for (uint64_t bits = r->has[w]; bits; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			bool keep = false;
			if (st == FUND_OK)
				st = add_score(s, pass, at, r->freqs[at], &keep);
			r->freqs[at] = 0;
			if (!keep)
				r->has[w] &= ~(bits & -bits);
		}
	return st;
}

/* Of 64 documents, those in which a word is that may meet others. */
static inline void note_meeting(struct or_room *r, uint32_t w, uint64_t docs)
{
	r->two[w] |= r->one[w] & docs;
	r->one[w] |= docs;
}

static void note_seen(struct or_room *r, const struct list_pass *pass)
{
	for (uint32_t w = 0; w < n_masks(pass); w++) {
		r->seen[w] |= r->has[w];
		if (pass->word->meets && !pass->word->matches)
			note_meeting(r, w, r->has[w]);
		r->has[w] = 0;
	}
}

/* All matches of the window. */
static enum fund_status pass_matches(struct or_search *s, const struct word_matches *m, const struct list_pass *pass)
{
	struct or_room *r = s->room;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < m->n && st == FUND_OK; i++) {
		uint32_t at = m->matches[i].doc - pass->start;
		uint64_t bit = (uint64_t)1 << at % 64;
		bool keep;
		st = take_score(s, pass, at, m->matches[i].score, m->matches[i].meets, &keep);
		r->has[at / 64] |= keep ? bit : 0;
		if (keep && m->matches[i].meets)
			note_meeting(r, at / 64, bit);
	}
	return st;
}

/* All documents of the word. */
static enum fund_status pass_word(struct or_search *s, const struct word_lists *word, struct list_pass *pass)
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

/* The best sums: a heap with the least on top. */
struct best_sums {
	int64_t sums[FLOOR_HITS];
	uint32_t n, k;
};

static void sift_down(struct best_sums *b, uint32_t i, int64_t sum)
{
	for (uint32_t child; (child = 2 * i + 1) < b->n; i = child) {
		child += child + 1 < b->n && b->sums[child + 1] < b->sums[child];
		if (b->sums[child] >= sum)
			break;
		b->sums[i] = b->sums[child];
	}
	b->sums[i] = sum;
}

static void take_sum(struct best_sums *b, int64_t sum)
{
	if (b->n == b->k) {
		sift_down(b, 0, sum);
		return;
	}
	b->sums[b->n++] = sum;
	for (uint32_t i = b->n / 2; b->n == b->k && i-- > 0;)
		sift_down(b, i, b->sums[i]);
}

/* Moves the window's documents into a list. */
static void list_docs(struct or_search *s, const struct list_pass *pass)
{
	struct or_room *r = s->room;
	struct or_docs *d = &r->docs;
	d->n = 0;
	for (uint32_t w = 0; w < n_masks(pass); w++) {
		for (uint64_t bits = r->seen[w]; bits; bits &= bits - 1) {
			uint32_t bit = (uint32_t)__builtin_ctzll(bits), at = w * 64 + bit;
			d->docs[d->n] = pass->start + at;
			d->sums[d->n] = r->sums[at];
			d->met[d->n++] = (uint8_t)((r->one[w] >> bit & 1) + (r->two[w] >> bit & 1));
			r->sums[at] = 0;
		}
		r->seen[w] = r->one[w] = r->two[w] = 0;
	}
}

/* May they raise the threshold before they are offered? */
static bool has_floor(const struct topk *t)
{
	return t->best.k && t->best.k <= FLOOR_HITS && t->order == ORDER_RELEVANCE && !t->recency.half_life && !t->behind;
}

static struct best_sums best_hits(const struct topk *t)
{
	struct best_sums best = { .k = t->best.k };
	for (uint32_t i = 0; i < t->best.n; i++)
		take_sum(&best, t->best.hits[i].score);
	return best;
}

static enum fund_status take_doc_sum(struct or_search *s, struct best_sums *best, uint32_t doc, int64_t sum)
{
	bool dead;
	if (best->n == best->k && sum <= best->sums[0])
		return FUND_OK;
	enum fund_status st = leaf_is_dead(s->leaf, doc, &dead);
	if (st == FUND_OK && !dead)
		take_sum(best, sum);
	return st;
}

static void set_floor(struct or_search *s, const struct best_sums *best)
{
	int64_t floor = best->n == best->k ? score_least(score_printed(best->sums[0])) : s->floor;
	s->floor = floor > s->floor ? floor : s->floor;
}

/* Raises the floor to what the last of the wanted has by now: hits, and documents of the window, to whose sums words only add. */
static enum fund_status raise_floor(struct or_search *s, const struct list_pass *pass)
{
	enum fund_status st = FUND_OK;
	if (!has_floor(s->topk))
		return FUND_OK;
	struct best_sums best = best_hits(s->topk);
	for (uint32_t w = 0; w < n_masks(pass); w++)
		for (uint64_t bits = s->room->seen[w]; bits && st == FUND_OK; bits &= bits - 1) {
			uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(bits);
			st = take_doc_sum(s, &best, pass->start + at, s->room->sums[at]);
		}
	set_floor(s, &best);
	return st;
}

/* The same, of those that are listed. */
static enum fund_status raise_floor_listed(struct or_search *s)
{
	const struct or_docs *d = &s->room->docs;
	enum fund_status st = FUND_OK;
	if (!has_floor(s->topk))
		return FUND_OK;
	struct best_sums best = best_hits(s->topk);
	for (uint32_t i = 0; i < d->n && st == FUND_OK; i++)
		st = take_doc_sum(s, &best, d->docs[i], d->sums[i]);
	set_floor(s, &best);
	return st;
}

/* Drops the documents that cannot enter with all the others may still add. */
static void keep_possible(struct or_search *s, const struct list_pass *pass)
{
	struct or_docs *d = &s->room->docs;
	uint32_t n = 0;
	int64_t least[3];
	for (uint32_t n_met = 0; n_met < 3; n_met++)
		least[n_met] = threshold(s, may_meet(n_met + pass->may_join));
	for (uint32_t i = 0; i < d->n; i++) {
		d->docs[n] = d->docs[i];
		d->sums[n] = d->sums[i];
		d->met[n] = d->met[i];
		n += d->sums[i] + pass->rest >= least[d->met[i]];
	}
	d->n = n;
}

/* What a word adds to the listed document i. */
static inline void add_to_listed(struct or_docs *d, uint32_t i, int64_t score, bool meets)
{
	d->sums[i] += score;
	d->met[i] = (uint8_t)(d->met[i] + (meets && d->met[i] < 2));
}

/* What matches add to the documents that are listed. */
static void add_matches_to_listed(struct or_docs *d, const struct word_matches *m)
{
	for (uint32_t i = 0, k = 0; i < d->n && k < m->n;) {
		const struct word_match *match = &m->matches[k];
		if (match->doc == d->docs[i])
			add_to_listed(d, i, match->score, match->meets);
		k += match->doc <= d->docs[i];
		i += match->doc > d->docs[i];
	}
}

/* What the word adds to the documents that are listed. */
static enum fund_status add_word_to_listed(struct or_search *s, const struct list_pass *pass, struct word_lists *word)
{
	struct or_docs *d = &s->room->docs;
	uint32_t *freqs = s->room->freqs;
	if (word->matches) {
		add_matches_to_listed(d, word->matches);
		return FUND_OK;
	}
	enum fund_status st = word_lists_freqs(word, d->docs, d->n, pass->start, pass->end, freqs);
	for (uint32_t i = 0; i < d->n && st == FUND_OK; i++) {
		uint32_t len, freq = freqs[d->docs[i] - pass->start];
		if (freq == 0)
			continue;
		st = leaf_length(s->leaf, d->docs[i], &len);
		if (st == FUND_OK)
			add_to_listed(d, i, bm25_score(s->bm25, word->scale, freq, len), word->meets);
	}
	memset(freqs, 0, (pass->end - pass->start) * sizeof *freqs);
	return st;
}

static enum fund_status settle_listed(struct or_search *s, const struct list_pass *pass)
{
	enum fund_status st = raise_floor_listed(s);
	keep_possible(s, pass);
	return st;
}

/* What the others add to the documents of the essential words; then these are offered. */
static enum fund_status finish_window(struct or_search *s, struct list_pass *pass)
{
	struct or_docs *d = &s->room->docs;
	list_docs(s, pass);
	enum fund_status st = settle_listed(s, pass);
	for (uint32_t i = pass->n_others; i-- > 0 && st == FUND_OK && d->n;) {
		struct word_lists *word = s->words[i];
		if (word->bound == 0)
			continue;
		pass->rest -= word->bound;
		pass->may_join -= word->meets;
		st = add_word_to_listed(s, pass, word);
		if (st == FUND_OK)
			st = settle_listed(s, pass);
	}
	for (uint32_t i = 0; i < d->n && st == FUND_OK; i++)
		st = offer(s, d->docs[i], d->sums[i], d->met[i]);
	return st;
}

static enum fund_status search_window(struct or_search *s, uint32_t start, uint32_t end)
{
	struct list_pass pass = { .start = start, .end = end };
	enum fund_status st = FUND_OK;
	set_others(s, &pass, s->n);
	if (pass.n_others == s->n)
		return FUND_OK;
	pass.alone = pass.n_others + 1 == s->n;
	for (uint32_t n = s->n; n > pass.n_others && st == FUND_OK;) {
		st = pass_word(s, s->words[--n], &pass);
		if (st == FUND_OK && n > pass.n_others) {
			st = raise_floor(s, &pass);
			set_others(s, &pass, n);
		}
	}
	bool done = pass.alone && pass.rest == 0; /* they were offered as they came */
	return st == FUND_OK && !done ? finish_window(s, &pass) : st;
}

/* The next window begins at the first document that any list with a bound has. */
static uint32_t next_start(const struct or_search *s, uint32_t end)
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
	if (w && (w->n || w->matches))
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
	struct or_search s = { .topk = t, .leaf = &t->searcher->leaves[leaf], .leaf_index = leaf, .bm25 = &t->searcher->bm25, .floor = INT64_MIN / 2 };
	enum fund_status st = get_room(&s, n_words, arena);
	for (uint32_t i = 0; i < n_words && st == FUND_OK; i++)
		st = add_word(&s, &words[i], arena);
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
	if (st != FUND_OK && s.room)
		memset(s.room, 0, sizeof *s.room); /* it was left in the middle of a window */
	for (uint32_t i = 0; i < s.n; i++)
		word_lists_release(s.words[i]);
	return st;
}
