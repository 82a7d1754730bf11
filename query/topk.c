/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/topk.h"

#include <stdlib.h>

#include "base/hash.h"
#include "store/postings.h"

void topk_init(struct topk *t, struct searcher *s, uint32_t k) { *t = (struct topk){ .searcher = s, .k = k, .total_exact = true }; }

void topk_release(struct topk *t)
{
	free(t->hits);
	buf_release(&t->key_a);
	buf_release(&t->key_b);
	*t = (struct topk){ 0 };
}

/* ---- order ---- */

static enum fund_status key_of(struct topk *t, const struct hit *h, struct buf *room, struct slice *key)
{
	struct article_key k;
	struct leaf *leaf = &t->searcher->leaves[h->leaf];
	enum fund_status st = segment_key(leaf->segment, h->doc, &leaf->keys, room, &k);
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

/* <0: a stands before b. */
static int compare(struct topk *t, const struct hit *a, const struct hit *b)
{
	if (t->order == ORDER_RANDOM && a->dice != b->dice)
		return a->dice < b->dice ? -1 : 1;
	if (t->order == ORDER_NEWEST || t->order == ORDER_OLDEST) {
		int order = by_date(t->order, a->date, b->date);
		if (order)
			return order;
	}
	int64_t pa = score_printed(a->score), pb = score_printed(b->score);
	if (pa != pb)
		return pa > pb ? -1 : 1;
	if (a->date != b->date)
		return a->date > b->date ? -1 : 1;
	return by_key(t, a, b);
}

/* ---- heap: the worst on top ---- */

static void sift_up(struct topk *t, uint32_t i)
{
	struct hit h = t->hits[i];
	for (; i > 0 && compare(t, &h, &t->hits[(i - 1) / 2]) > 0; i = (i - 1) / 2)
		t->hits[i] = t->hits[(i - 1) / 2];
	t->hits[i] = h;
}

static void sift_down(struct topk *t, uint32_t n)
{
	struct hit h = t->hits[0];
	uint32_t i = 0;
	for (uint64_t child; (child = 2 * (uint64_t)i + 1) < n; i = (uint32_t)child) {
		if (child + 1 < n && compare(t, &t->hits[child + 1], &t->hits[child]) > 0)
			child++;
		if (compare(t, &h, &t->hits[child]) >= 0)
			break;
		t->hits[i] = t->hits[child];
	}
	t->hits[i] = h;
}

static enum fund_status make_room(struct topk *t)
{
	if (t->n < t->cap)
		return FUND_OK;
	uint32_t cap = t->cap ? t->cap > UINT32_MAX / 2 ? UINT32_MAX : 2 * t->cap : 16;
	struct hit *grown = realloc(t->hits, (size_t)cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	t->hits = grown;
	t->cap = cap;
	return FUND_OK;
}

int64_t topk_threshold(const struct topk *t)
{
	return t->n < t->k || (t->order != ORDER_RELEVANCE && t->k) ? INT64_MIN : t->k ? score_least(score_printed(t->hits[0].score)) : INT64_MAX;
}

enum fund_status topk_offer(struct topk *t, uint32_t leaf, uint32_t doc, int64_t score)
{
	struct hit h = { .score = score, .leaf = leaf, .doc = doc };
	if (score < topk_threshold(t))
		return FUND_OK;
	enum fund_status st = leaf_date(&t->searcher->leaves[leaf], doc, &h.date);
	if (st == FUND_OK && t->order == ORDER_RANDOM) {
		struct slice key;
		st = key_of(t, &h, &t->key_a, &key);
		if (st == FUND_OK)
			h.dice = hash_bytes_seed(key.data, key.len, t->seed);
	}
	if (st != FUND_OK)
		return st;
	if (t->n < t->k) {
		st = make_room(t);
		if (st != FUND_OK)
			return st;
		t->hits[t->n++] = h;
		if (t->k != UINT32_MAX) /* all are kept: sorted once at the end */
			sift_up(t, t->n - 1);
	} else if (compare(t, &h, &t->hits[0]) < 0) {
		t->hits[0] = h;
		sift_down(t, t->n);
	}
	return t->failed;
}

static void heapify(struct topk *t)
{
	for (uint32_t i = 1; i < t->n; i++)
		sift_up(t, i);
}

static void make_falling(struct topk *t)
{
	int64_t last = INT64_MAX;
	for (uint32_t i = 0; i < t->n; i++) {
		int64_t printed = score_printed(t->hits[i].score) * SCORE_PRINTED;
		last = printed < last ? printed : last - 1;
		t->hits[i].falling = last;
	}
}

enum fund_status topk_finish(struct topk *t)
{
	if (t->k == UINT32_MAX)
		heapify(t);
	if (!t->total_exact && t->total < t->n)
		t->total = t->n;
	for (uint32_t n = t->n; n > 1; n--) {
		struct hit worst = t->hits[0];
		t->hits[0] = t->hits[n - 1];
		sift_down(t, n - 1);
		t->hits[n - 1] = worst;
	}
	make_falling(t);
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
			st = topk_offer(t, leaf, it->doc, score);
		if (st != FUND_OK)
			break;
		if (!t->all_counted)
			it->least = topk_threshold(t);
	}
	t->total_exact &= !it->pruned;
	iter_release(it);
	return st;
}

/* Is this plan nothing but plain terms of which any may occur? Then they are listed. */
static bool flatten(const struct plan *p, struct or_term *terms, uint32_t *n)
{
	if (p->kind == PLAN_NONE)
		return true;
	if (p->kind == PLAN_TERM && p->term.field != FIELD_TITLE) {
		if (*n == OR_TERMS_MAX)
			return false;
		terms[(*n)++] = (struct or_term){ &p->term.places, p->term.scale };
		return true;
	}
	if (p->kind != PLAN_BOOL)
		return false;
	for (uint32_t i = 0; i < p->n_children; i++)
		if (p->children[i]->role != ROLE_SHOULD || !flatten(p->children[i], terms, n))
			return false;
	return true;
}

enum fund_status topk_search(struct topk *t, const struct plan *plan, struct arena *arena)
{
	struct or_term terms[OR_TERMS_MAX];
	uint32_t n_terms = 0;
	bool plain = flatten(plan, terms, &n_terms);
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < t->searcher->n_leaves && st == FUND_OK; i++)
		st = plain ? topk_or(t, i, terms, n_terms, arena) : search_tree(t, plan, i, arena);
	return st;
}

enum fund_status count_matches_exactly(struct searcher *s, const struct plan *plan, struct arena *arena, uint64_t *total)
{
	enum fund_status st = FUND_OK;
	*total = 0;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK; i++) {
		struct iter *it;
		st = iter_new(arena, plan, &s->leaves[i], &s->bm25, &it);
		if (st != FUND_OK || !it)
			continue;
		for (st = iter_seek(it, 0); st == FUND_OK && it->doc != DOC_END; st = iter_next(it)) {
			bool dead;
			st = leaf_is_dead(&s->leaves[i], it->doc, &dead);
			if (st != FUND_OK)
				break;
			*total += !dead;
		}
		iter_release(it);
	}
	return st;
}
