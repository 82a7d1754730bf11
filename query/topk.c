/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/topk.h"

#include <stdlib.h>

#include "base/hash.h"
#include "query/proximity.h"
#include "query/topk_window.h"
#include "store/postings.h"

void topk_init(struct topk *t, struct searcher *s, uint32_t k)
{
	*t = (struct topk){ .searcher = s, .k = k, .best.k = k, .total_exact = true, .least = k ? INT64_MIN : INT64_MAX };
}

void topk_release(struct topk *t)
{
	free(t->best.hits);
	lent_docs_release(&t->lent);
	buf_release(&t->key_a);
	buf_release(&t->key_b);
	*t = (struct topk){ 0 };
}

/* ---- order ---- */

static enum fund_status key_of(struct topk *t, const struct hit *h, struct buf *room, struct slice *key)
{
	struct article_key k;
	struct leaf *leaf = &t->searcher->leaves[h->leaf];
	if (leaf->lent) {
		*key = slice_of(t->lent.docs[h->doc].key, t->lent.docs[h->doc].key_len);
		return FUND_OK;
	}
	enum fund_status st = leaf_key(leaf, h->doc, room, &k);
	if (st == FUND_OK)
		*key = k.key;
	return st;
}

static int by_key(struct topk *t, const struct hit *a, const struct hit *b)
{
	struct slice ka, kb;
	enum fund_status st = key_of(t, a, &t->key_a, &ka);
	if (st == FUND_OK)
		st = key_of(t, b, &t->key_b, &kb);
	if (st != FUND_OK) {
		t->failed = st;
		return 0;
	}
	int c = slice_compare(ka, kb);
	if (c)
		return c;
	if (a->leaf != b->leaf)
		return a->leaf < b->leaf ? -1 : 1;
	return (a->doc > b->doc) - (a->doc < b->doc);
}

/* Undated is neither old nor new. */
static int by_date(enum hit_order order, uint32_t a, uint32_t b)
{
	if (a == b || a == 0 || b == 0)
		return a == b ? 0 : a == 0 ? 1 : -1;
	return (a > b) == (order == ORDER_NEWEST) ? -1 : 1;
}

static int by_rest(struct topk *t, const struct hit *a, const struct hit *b)
{
	if (a->date != b->date)
		return a->date > b->date ? -1 : 1;
	return by_key(t, a, b);
}

/* Where the score does not come first. */
static int by_order(const struct topk *t, const struct hit *a, const struct hit *b)
{
	if (t->order == ORDER_RANDOM)
		return (a->dice > b->dice) - (a->dice < b->dice);
	return by_date(t->order, a->date, b->date);
}

/* <0: a stands before b. */
static inline int compare(struct topk *t, const struct hit *a, const struct hit *b)
{
	int order = t->order == ORDER_RELEVANCE ? 0 : by_order(t, a, b);
	if (order)
		return order;
	return a->printed != b->printed ? a->printed > b->printed ? -1 : 1 : by_rest(t, a, b);
}

/* ---- heap, as soon as it is full: the worst on top ---- */

static void sift_up(struct topk *t, struct hit_list *l, uint32_t i)
{
	struct hit h = l->hits[i];
	for (; i > 0 && compare(t, &h, &l->hits[(i - 1) / 2]) > 0; i = (i - 1) / 2)
		l->hits[i] = l->hits[(i - 1) / 2];
	l->hits[i] = h;
}

static void sift_down(struct topk *t, struct hit_list *l, uint32_t n)
{
	struct hit h = l->hits[0];
	uint32_t i = 0;
	for (uint64_t child; (child = 2 * (uint64_t)i + 1) < n; i = (uint32_t)child) {
		if (child + 1 < n && compare(t, &l->hits[child + 1], &l->hits[child]) > 0)
			child++;
		if (compare(t, &h, &l->hits[child]) >= 0)
			break;
		l->hits[i] = l->hits[child];
	}
	l->hits[i] = h;
}

static void heapify(struct topk *t, struct hit_list *l)
{
	for (uint32_t i = 1; i < l->n; i++)
		sift_up(t, l, i);
}

/* Best first. */
static void sort_list(struct topk *t, struct hit_list *l)
{
	if (l->n < l->k)
		heapify(t, l);
	for (uint32_t n = l->n; n > 1; n--) {
		struct hit worst = l->hits[0];
		l->hits[0] = l->hits[n - 1];
		sift_down(t, l, n - 1);
		l->hits[n - 1] = worst;
	}
}

static enum fund_status make_room(struct hit_list *l)
{
	if (l->n < l->cap)
		return FUND_OK;
	uint32_t cap = l->cap ? l->cap > UINT32_MAX / 2 ? UINT32_MAX : 2 * l->cap : 16;
	struct hit *grown = realloc(l->hits, (size_t)cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	l->hits = grown;
	l->cap = cap;
	return FUND_OK;
}

static enum fund_status take_in(struct topk *t, struct hit_list *l, const struct hit *h)
{
	if (l->n < l->k) {
		enum fund_status st = make_room(l);
		if (st != FUND_OK)
			return st;
		l->hits[l->n++] = *h;
		if (l->n == l->k)
			heapify(t, l);
	} else if (l->k && compare(t, h, &l->hits[0]) < 0) {
		l->hits[0] = *h;
		sift_down(t, l, l->n);
	}
	return t->failed;
}

/* ---- offers ---- */

/* The second stage sees more hits than are wanted. */
static bool has_spare(const struct topk *t) { return t->k < t->best.k; }

/* What a hit must score to enter the list. */
static int64_t least_of(const struct hit_list *l) { return l->n < l->k || !l->hits ? INT64_MIN : score_least(l->hits[0].printed); }

/* A hit was taken in. What the highest raise would not bring among the k is out, though there is room. */
static void raise_threshold(struct topk *t)
{
	if (t->order != ORDER_RELEVANCE)
		return;
	t->least = least_of(&t->best);
	if (!has_spare(t) || !best_scores_full(&t->wanted))
		return;
	int64_t hopeless = score_least(best_scores_least(&t->wanted)) - t->most_raise;
	t->least = hopeless > t->least ? hopeless : t->least;
}

void topk_set_score(const struct topk *t, struct hit *h)
{
	h->score = recency_score(&t->recency, h->date, h->plain);
	h->printed = score_printed(h->score);
}

enum fund_status topk_offer(struct topk *t, uint32_t leaf, uint32_t doc, int64_t score, uint64_t near_words)
{
	struct hit h = { .plain = score, .leaf = leaf, .doc = doc, .near_words = near_words };
	if (score < t->least)
		return FUND_OK;
	enum fund_status st = leaf_date(&t->searcher->leaves[leaf], doc, &h.date);
	topk_set_score(t, &h);
	if (h.score < t->least)
		return st;
	if (t->searcher->leaves[leaf].lent)
		h.doc += t->lent.first;
	if (st == FUND_OK && t->order == ORDER_RANDOM) {
		struct slice key;
		st = key_of(t, &h, &t->key_a, &key);
		if (st == FUND_OK)
			h.dice = hash_bytes_seed(key.data, key.len, t->seed);
	}
	if (st == FUND_OK && t->behind && compare(t, &h, t->behind) <= 0)
		return t->failed;
	if (st == FUND_OK)
		st = take_in(t, &t->best, &h);
	if (has_spare(t))
		best_scores_take(&t->wanted, h.printed);
	raise_threshold(t);
	return st;
}

/* ---- the end ---- */

/* The k best of what the second stage saw. */
static enum fund_status keep_wanted(struct topk *t)
{
	struct hit_list seen = t->best;
	enum fund_status st = FUND_OK;
	t->best = (struct hit_list){ .k = t->k };
	for (uint32_t i = 0; i < seen.n && st == FUND_OK; i++)
		if (seen.hits[i].score >= least_of(&t->best))
			st = take_in(t, &t->best, &seen.hits[i]);
	free(seen.hits);
	return st;
}

static enum fund_status run_second_stage(struct topk *t, const struct plan *plan)
{
	struct hit_list *b = &t->best;
	if (b->n > SECOND_STAGE_HITS)
		sort_list(t, b);
	enum fund_status st = second_stage_raise(t, plan, b->hits, b->n < SECOND_STAGE_HITS ? b->n : SECOND_STAGE_HITS);
	if (st == FUND_OK && has_spare(t))
		return keep_wanted(t);
	if (b->n == b->k)
		heapify(t, b);
	return st;
}

static void make_falling(struct hit_list *l)
{
	int64_t last = INT64_MAX;
	for (uint32_t i = 0; i < l->n; i++) {
		int64_t printed = l->hits[i].printed * SCORE_PRINTED;
		last = printed < last ? printed : last - 1;
		l->hits[i].falling = last;
	}
}

#define COLD_HITS 64u

/* The first search may wait for the disk for each key: better for all of them together. */
static void will_need_keys(const struct topk *t)
{
	for (uint32_t i = 0; i < t->best.n && i < COLD_HITS; i++) {
		const struct leaf *l = &t->searcher->leaves[t->best.hits[i].leaf];
		if (l->cold)
			segment_will_need_key(l->segment, t->best.hits[i].doc);
	}
	for (uint32_t i = 0; i < t->searcher->n_leaves; i++)
		t->searcher->leaves[i].cold = false;
}

static enum fund_status finish(struct topk *t, const struct plan *plan)
{
	enum fund_status st = t->second ? run_second_stage(t, plan) : FUND_OK;
	if (st != FUND_OK)
		return st;
	will_need_keys(t);
	sort_list(t, &t->best);
	make_falling(&t->best);
	return t->failed;
}

/* ---- search ---- */

static enum fund_status search_tree(struct topk *t, const struct plan *plan, uint32_t leaf, struct arena *arena)
{
	struct leaf *l = &t->searcher->leaves[leaf];
	struct iter *it;
	enum fund_status st = iter_new(arena, plan, l, &t->searcher->bm25, &it);
	if (st != FUND_OK || !it)
		return st;
	for (st = iter_seek(it, 0); st == FUND_OK && it->doc != DOC_END; st = iter_next(it)) {
		bool dead;
		int64_t score;
		st = leaf_is_dead(l, it->doc, &dead);
		if (st != FUND_OK)
			break;
		if (dead)
			continue;
		t->total++;
		st = it->ops->score(it, &score);
		if (st == FUND_OK)
			st = topk_offer(t, leaf, it->doc, score, UINT64_MAX);
		if (st != FUND_OK)
			break;
		if (!t->all_counted)
			it->least = t->least;
	}
	t->total_exact &= !it->pruned;
	iter_release(it);
	return st;
}

static bool add_word(const struct plan *p, bool hint, struct topk_word *words, uint32_t *n)
{
	if (*n == TOPK_WORDS_MAX)
		return false;
	words[(*n)++] = (struct topk_word){ p, hint, 0 };
	return true;
}

static bool flatten(const struct plan *p, struct topk_word *words, uint32_t *n, bool top);

static bool flatten_children(const struct plan *p, struct topk_word *words, uint32_t *n, bool top)
{
	uint64_t near = 1;
	for (uint32_t i = 0; i < p->n_children; i++) {
		enum plan_role role = p->children[i]->role;
		uint32_t first = *n;
		if (role == ROLE_LATE_HINT)
			continue;
		if ((role != ROLE_SHOULD && !(role == ROLE_HINT && top)) || !flatten(p->children[i], words, n, false))
			return false;
		if (!top || !proximity_is_word(p->children[i]))
			continue;
		if (*n > first)
			words[first].near = near;
		near <<= 1;
	}
	return true;
}

/* Is this plan things of which any may occur, and hints beside them? Then they are listed: words, and whatever else an iterator finds. */
static bool flatten(const struct plan *p, struct topk_word *words, uint32_t *n, bool top)
{
	uint32_t first = *n;
	if (p->kind == PLAN_NONE)
		return true;
	if (p->kind == PLAN_BOOL && flatten_children(p, words, n, top))
		return true;
	*n = first;
	return (word_lists_fit(p) || (!top && p->role == ROLE_SHOULD)) && add_word(p, p->role == ROLE_HINT, words, n);
}

/* Is it a word, none of whose matches is dear to find? */
static bool is_plain(const struct plan *p) { return word_lists_fit(p) || (p->kind == PLAN_BEST && proximity_is_word(p)); }

/* Is this plan words that must all occur? Then they are listed, and as hints what may occur beside them. */
static bool list_demands(const struct plan *p, struct topk_word *words, uint32_t *n)
{
	uint64_t near = 1;
	uint32_t n_demands = 0;
	for (uint32_t i = 0; p->kind == PLAN_BOOL && i < p->n_children; i++) {
		const struct plan *c = p->children[i];
		if (c->role == ROLE_LATE_HINT)
			continue;
		if (c->role == ROLE_MUST ? !is_plain(c) : !((c->role == ROLE_SHOULD || c->role == ROLE_HINT) && word_lists_fit(c)))
			return false;
		if (!add_word(c, c->role != ROLE_MUST, words, n))
			return false;
		n_demands += c->role == ROLE_MUST;
		if (proximity_is_word(c)) {
			words[*n - 1].near = near;
			near <<= 1;
		}
	}
	return n_demands > 0;
}

/* Documents of the rarest demand for each window: of fewer, each by itself is looked for in the others. */
#define FEW_OF_A_WINDOW 256u

static enum fund_status is_worth_windows(struct topk *t, const struct topk_word *words, uint32_t n, uint32_t leaf, bool *worth)
{
	struct leaf *l = &t->searcher->leaves[leaf];
	uint64_t least = UINT64_MAX, df;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		if (words[i].hint || !word_lists_fit(words[i].plan))
			continue;
		st = word_lists_df(l, words[i].plan, &df);
		least = df < least ? df : least;
	}
	*worth = least / FEW_OF_A_WINDOW > l->n_docs / WINDOW;
	return st;
}

enum fund_status topk_search_leaf(struct topk *t, const struct plan *plan, uint32_t leaf, struct arena *arena)
{
	struct topk_word words[TOPK_WORDS_MAX];
	uint32_t n = 0;
	bool worth = false;
	if (flatten(plan, words, &n, true))
		return topk_or(t, leaf, words, n, arena);
	n = 0;
	enum fund_status st = list_demands(plan, words, &n) ? is_worth_windows(t, words, n, leaf, &worth) : FUND_OK;
	if (st != FUND_OK)
		return st;
	return worth ? topk_and(t, leaf, words, n, arena) : search_tree(t, plan, leaf, arena);
}

enum fund_status topk_search(struct topk *t, const struct plan *plan)
{
	struct arena *iterators = &t->searcher->iterators;
	enum fund_status st = FUND_OK;
	if (t->second) {
		t->best.k = t->k > SECOND_STAGE_HITS ? t->k : SECOND_STAGE_HITS;
		t->wanted.k = has_spare(t) ? t->k : 1;
		t->most_raise = second_stage_most(t->searcher, plan);
	}
	for (uint32_t i = 0; i < t->searcher->n_leaves && st == FUND_OK; i++) {
		arena_reset(iterators);
		st = t->searcher->leaves[i].lent ? topk_lent(t, plan) : topk_search_leaf(t, plan, i, iterators);
	}
	if (!t->total_exact && t->total < t->best.n)
		t->total = t->best.n;
	return st == FUND_OK ? finish(t, plan) : st;
}
