/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/topk.h"

#include <stdlib.h>

#include "base/hash.h"
#include "query/proximity.h"
#include "query/word_lists.h"
#include "store/postings.h"

void topk_init(struct topk *t, struct searcher *s, uint32_t k)
{
	*t = (struct topk){ .searcher = s, .best.k = k, .total_exact = true, .least = k ? INT64_MIN : INT64_MAX, .least_meeting = k ? INT64_MIN : INT64_MAX };
}

void topk_release(struct topk *t)
{
	free(t->best.hits);
	free(t->candidates.hits);
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

/* ---- heap: the worst on top ---- */

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
	if (l->k == UINT32_MAX)
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
		if (l->k != UINT32_MAX) /* all are kept: sorted once at the end */
			sift_up(t, l, l->n - 1);
	} else if (l->k && compare(t, h, &l->hits[0]) < 0) {
		l->hits[0] = *h;
		sift_down(t, l, l->n);
	}
	return t->failed;
}

/* ---- thresholds ---- */

static int64_t least_of(const struct hit_list *l) { return l->n < l->k ? INT64_MIN : score_least(l->hits[0].printed); }

/* A hit was taken in. What is below both the highest raise and the candidates is out, though words meet in it. */
static void raise_thresholds(struct topk *t)
{
	if (t->order != ORDER_RELEVANCE)
		return;
	t->least = t->least_meeting = least_of(&t->best);
	if (t->candidates.k == 0 || t->least == INT64_MIN)
		return;
	int64_t raised = t->least - t->most_raise, candidate = least_of(&t->candidates);
	if (candidate > raised)
		raised = candidate < t->least ? candidate : t->least;
	t->least_meeting = raised;
}

static void set_score(const struct topk *t, struct hit *h)
{
	h->score = recency_score(&t->recency, h->date, h->plain);
	h->printed = score_printed(h->score);
}

enum fund_status topk_offer(struct topk *t, uint32_t leaf, uint32_t doc, int64_t score, bool meets)
{
	struct hit h = { .plain = score, .leaf = leaf, .doc = doc, .meets = meets };
	if (score < topk_threshold(t, meets))
		return FUND_OK;
	enum fund_status st = leaf_date(&t->searcher->leaves[leaf], doc, &h.date);
	set_score(t, &h);
	if (h.score < topk_threshold(t, meets))
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
	if (st == FUND_OK && h.score >= t->least)
		st = take_in(t, &t->best, &h);
	if (st == FUND_OK && meets && t->candidates.k)
		st = take_in(t, &t->candidates, &h);
	raise_thresholds(t);
	return st;
}

/* ---- the second stage ---- */

static bool is_candidate(struct topk *t, const struct hit *h)
{
	const struct hit_list *c = &t->candidates;
	return h->meets && c->n && (c->n < c->k || compare(t, h, &c->hits[0]) <= 0);
}

/* Each hit in one list: candidates leave the best, for they may return higher, and those that cannot return are dropped. */
static void part_lists(struct topk *t)
{
	struct hit_list *b = &t->best, *c = &t->candidates;
	uint32_t n = 0;
	for (uint32_t i = 0; i < b->n; i++)
		if (!is_candidate(t, &b->hits[i]))
			b->hits[n++] = b->hits[i];
	b->n = n;
	if (b->k != UINT32_MAX)
		heapify(t, b);
	n = 0;
	for (uint32_t i = 0; i < c->n; i++)
		if (t->least == INT64_MIN || c->hits[i].score >= t->least - t->most_raise)
			c->hits[n++] = c->hits[i];
	c->n = n;
}

static int by_place(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* Where the candidates are in their leaves; those that are lent are lent again, all together. */
static enum fund_status place_candidates(struct topk *t, const struct plan *plan)
{
	const struct hit *hits[PROXIMITY_HITS];
	const struct hit_list *c = &t->candidates;
	for (uint32_t i = 0; i < c->n; i++)
		hits[i] = &c->hits[i];
	enum fund_status st = topk_lend(t, plan, hits, c->n, LEND_NONE);
	for (uint32_t i = 0; i < c->n && st == FUND_OK; i++)
		st = topk_place(t, &c->hits[i], &c->hits[i].at);
	return st;
}

static enum fund_status raise_candidates(struct topk *t, const struct plan *plan)
{
	struct hit_list *c = &t->candidates;
	struct proximity p = { .n = 0 };
	enum fund_status st = FUND_OK;
	part_lists(t);
	st = place_candidates(t, plan);
	if (st == FUND_OK && c->n > 1)
		qsort(c->hits, c->n, sizeof *c->hits, by_place);
	for (uint32_t i = 0; i < c->n && st == FUND_OK; i++) {
		struct hit *h = &c->hits[i];
		if (i == 0 || h->leaf != h[-1].leaf) {
			proximity_close(&p);
			arena_reset(&t->searcher->iterators);
			st = proximity_open(&p, t->searcher, plan, &t->searcher->leaves[h->leaf], &t->searcher->iterators);
		}
		if (st == FUND_OK)
			st = proximity_score(&p, h->at, &h->raise);
		h->plain += h->raise;
		set_score(t, h);
		if (st == FUND_OK)
			st = take_in(t, &t->best, h);
	}
	proximity_close(&p);
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
	enum fund_status st = t->candidates.n ? raise_candidates(t, plan) : FUND_OK;
	if (st != FUND_OK)
		return st;
	will_need_keys(t);
	sort_list(t, &t->best);
	make_falling(&t->best);
	return t->failed;
}

/* ---- search ---- */

/* Do words of the query meet in the document? Looked up only where it decides: `p` is NULL where it is certain. */
static enum fund_status meets(const struct topk *t, struct proximity *p, uint32_t doc, int64_t score, bool *meets)
{
	*meets = t->candidates.k && score >= t->least_meeting;
	return *meets && p ? proximity_meets(p, doc, meets) : FUND_OK;
}

static enum fund_status search_matches(struct topk *t, struct iter *it, struct proximity *p, struct leaf *l)
{
	enum fund_status st;
	for (st = iter_seek(it, 0); st == FUND_OK && it->doc != DOC_END; st = iter_next(it)) {
		bool dead, meet;
		int64_t score;
		st = leaf_is_dead(l, it->doc, &dead);
		if (st != FUND_OK)
			break;
		if (dead)
			continue;
		t->total++;
		st = it->ops->score(it, &score);
		if (st == FUND_OK)
			st = meets(t, p, it->doc, score, &meet);
		if (st == FUND_OK)
			st = topk_offer(t, l->number, it->doc, score, meet);
		if (st != FUND_OK)
			break;
		if (!t->all_counted)
			it->least = t->least_meeting;
	}
	return st;
}

static enum fund_status search_tree(struct topk *t, const struct plan *plan, uint32_t leaf, struct arena *arena)
{
	struct leaf *l = &t->searcher->leaves[leaf];
	struct proximity p = { .n = 0 };
	struct iter *it;
	enum fund_status st = iter_new(arena, plan, l, &t->searcher->bm25, &it);
	if (st != FUND_OK || !it)
		return st;
	bool certain = t->candidates.k && proximity_is_certain(plan);
	if (t->candidates.k && !certain)
		st = proximity_open(&p, t->searcher, plan, l, arena);
	if (st == FUND_OK)
		st = search_matches(t, it, certain ? NULL : &p, l);
	t->total_exact &= !it->pruned;
	proximity_close(&p);
	iter_release(it);
	return st;
}

static bool add_or_word(const struct plan *p, struct or_word *words, uint32_t *n)
{
	if (*n == OR_WORDS_MAX)
		return false;
	words[(*n)++] = (struct or_word){ p, p->role == ROLE_HINT, false };
	return true;
}

static bool flatten(const struct plan *p, struct or_word *words, uint32_t *n, bool top);

static bool flatten_children(const struct plan *p, struct or_word *words, uint32_t *n, bool top)
{
	for (uint32_t i = 0; i < p->n_children; i++) {
		enum plan_role role = p->children[i]->role;
		uint32_t first = *n;
		if ((role != ROLE_SHOULD && !(role == ROLE_HINT && top)) || !flatten(p->children[i], words, n, false))
			return false;
		if (top && *n > first)
			words[first].meets = proximity_is_word(p->children[i]);
	}
	return true;
}

/* Is this plan things of which any may occur, and hints beside them? Then they are listed: words, and whatever else an iterator finds. */
static bool flatten(const struct plan *p, struct or_word *words, uint32_t *n, bool top)
{
	uint32_t first = *n;
	if (p->kind == PLAN_NONE)
		return true;
	if (p->kind == PLAN_BOOL && flatten_children(p, words, n, top))
		return true;
	*n = first;
	return (word_lists_fit(p) || (!top && p->role == ROLE_SHOULD)) && add_or_word(p, words, n);
}

enum fund_status topk_search_leaf(struct topk *t, const struct plan *plan, uint32_t leaf, struct arena *arena)
{
	struct or_word words[OR_WORDS_MAX];
	uint32_t n_words = 0;
	return flatten(plan, words, &n_words, true) ? topk_or(t, leaf, words, n_words, arena) : search_tree(t, plan, leaf, arena);
}

enum fund_status topk_search(struct topk *t, const struct plan *plan)
{
	struct arena *iterators = &t->searcher->iterators;
	enum fund_status st = FUND_OK;
	if (t->near && t->best.k) {
		t->candidates.k = PROXIMITY_HITS;
		t->most_raise = proximity_most(t->searcher, plan);
	}
	for (uint32_t i = 0; i < t->searcher->n_leaves && st == FUND_OK; i++) {
		arena_reset(iterators);
		st = t->searcher->leaves[i].lent ? topk_lent(t, plan) : topk_search_leaf(t, plan, i, iterators);
	}
	uint32_t seen = t->candidates.n > t->best.n ? t->candidates.n : t->best.n;
	if (!t->total_exact && t->total < seen)
		t->total = seen;
	return st == FUND_OK ? finish(t, plan) : st;
}
