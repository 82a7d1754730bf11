/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/second_stage.h"

#include "base/select.h"
#include "query/proximity.h"
#include "query/topk.h"
#include "query/word_lists.h"

#define KNOWN_MOST 16u

bool second_stage_applies(const struct searcher *s, const struct plan *plan) { return proximity_applies(s, plan); }

void second_stage_prepare(const struct searcher *s, struct plan *plan)
{
	const struct plan *group = proximity_group(plan);
	for (uint32_t i = 0; i < group->n_children; i++) {
		struct plan *c = group->children[i];
		if (c->role == ROLE_HINT && c->kind == PLAN_WORD && word_lists_fit(c) && plan_word_df(c) > s->n_docs / HINT_COMMON)
			c->role = ROLE_LATE_HINT;
	}
}

static int64_t hints_most(const struct plan *plan)
{
	const struct plan *group = proximity_group(plan);
	int64_t most = 0;
	for (uint32_t i = 0; i < group->n_children; i++)
		if (group->children[i]->role == ROLE_LATE_HINT)
			most += (int64_t)group->children[i]->scale + 1; /* rounding */
	return most;
}

int64_t second_stage_most(const struct searcher *s, const struct plan *plan) { return hints_most(plan) + proximity_most(s, plan); }

/* ---- raising ---- */

struct raising {
	struct topk *topk;
	const struct plan *plan;
	struct hit *hits[SECOND_STAGE_HITS]; /* that may be among the k best in the end, by leaf and document */
	uint32_t n;
	struct near_most {
		uint64_t words;
		int64_t most;
	} known[KNOWN_MOST]; /* what nearness adds to hits with these words at most; few combinations occur */
};

/* By leaf and document. */
static void sort_by_place(struct raising *r)
{
	struct keyed all[SECOND_STAGE_HITS], room[SECOND_STAGE_HITS];
	for (uint32_t i = 0; i < r->n; i++)
		all[i] = (struct keyed){ (uint64_t)r->hits[i]->leaf << 32 | r->hits[i]->at, r->hits[i] };
	const struct keyed *sorted = sort_keyed(all, room, r->n);
	for (uint32_t i = 0; i < r->n; i++)
		r->hits[i] = sorted[i].value;
}

/* Where the hits are in their leaves; those that are lent are lent again, all together. */
static enum fund_status place(struct raising *r)
{
	const struct hit *lent[SECOND_STAGE_HITS];
	for (uint32_t i = 0; i < r->n; i++)
		lent[i] = r->hits[i];
	enum fund_status st = topk_lend(r->topk, r->plan, lent, r->n, LEND_NONE);
	for (uint32_t i = 0; i < r->n && st == FUND_OK; i++)
		st = topk_place(r->topk, r->hits[i], &r->hits[i]->at);
	sort_by_place(r);
	return st;
}

/* What nearness may add to a hit yet. */
static int64_t near_most(struct raising *r, const struct hit *h)
{
	struct near_most *known = &r->known[h->near_words % KNOWN_MOST];
	if (known->words != h->near_words)
		*known = (struct near_most){ h->near_words, proximity_most_of(r->topk->searcher, r->plan, h->near_words) };
	return known->most;
}

/* Drops the hits that stay below the k best even if they rise by as much as they can, of hints and of nearness. */
static void keep_possible(struct raising *r, int64_t of_hints)
{
	struct best_scores best = { .k = r->topk->k };
	int64_t least = INT64_MIN / 2;
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->n && r->topk->k < r->n; i++)
		best_scores_take(&best, r->hits[i]->printed);
	if (r->topk->k < r->n)
		least = score_least(best_scores_least(&best)) - of_hints;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->hits[i]->score + near_most(r, r->hits[i]) >= least)
			r->hits[n++] = r->hits[i];
	r->n = n;
}

/* The hits of one leaf. */
typedef enum fund_status raise_leaf(struct raising *r, struct leaf *leaf, struct hit **hits, uint32_t n);

static enum fund_status each_leaf(struct raising *r, raise_leaf *raise)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0, n; i < r->n && st == FUND_OK; i += n) {
		uint32_t leaf = r->hits[i]->leaf;
		for (n = 1; i + n < r->n && r->hits[i + n]->leaf == leaf;)
			n++;
		arena_reset(&r->topk->searcher->iterators);
		st = raise(r, &r->topk->searcher->leaves[leaf], r->hits + i, n);
	}
	return st;
}

static void add_score(const struct raising *r, struct hit *h, int64_t score)
{
	h->plain += score;
	topk_set_score(r->topk, h);
}

static enum fund_status add_hint(struct raising *r, struct leaf *leaf, const struct plan *hint, struct hit **hits, uint32_t n)
{
	struct searcher *s = r->topk->searcher;
	uint32_t docs[SECOND_STAGE_HITS];
	int64_t scores[SECOND_STAGE_HITS];
	struct word_lists *w;
	enum fund_status st = word_lists_open(&w, leaf, &s->bm25, &(struct topk_word){ hint, true, 0 }, &s->iterators);
	for (uint32_t i = 0; i < n; i++)
		docs[i] = hits[i]->at;
	if (st == FUND_OK)
		st = word_lists_scores(w, docs, n, scores);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		if (scores[i])
			add_score(r, hits[i], scores[i]);
	word_lists_release(w);
	return st;
}

static enum fund_status add_hints(struct raising *r, struct leaf *leaf, struct hit **hits, uint32_t n)
{
	const struct plan *group = proximity_group(r->plan);
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < group->n_children && st == FUND_OK; i++)
		if (group->children[i]->role == ROLE_LATE_HINT)
			st = add_hint(r, leaf, group->children[i], hits, n);
	for (uint32_t i = 0; i < n; i++)
		hits[i]->hinted = true;
	return st;
}

static enum fund_status add_nearness(struct raising *r, struct leaf *leaf, struct hit **hits, uint32_t n)
{
	struct searcher *s = r->topk->searcher;
	struct proximity p;
	enum fund_status st = proximity_open(&p, s, r->plan, leaf, &s->iterators);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		st = near_most(r, hits[i]) ? proximity_score(&p, hits[i]->at, hits[i]->near_words, &hits[i]->near) : FUND_OK;
		if (st == FUND_OK && hits[i]->near)
			add_score(r, hits[i], hits[i]->near);
	}
	proximity_close(&p);
	return st;
}

enum fund_status second_stage_raise(struct topk *t, const struct plan *plan, struct hit *hits, uint32_t n)
{
	struct raising r = { .topk = t, .plan = plan, .n = n };
	int64_t of_hints = hints_most(plan);
	for (uint32_t i = 0; i < n; i++)
		r.hits[i] = &hits[i];
	keep_possible(&r, of_hints);
	enum fund_status st = place(&r);
	if (st == FUND_OK && of_hints) {
		st = each_leaf(&r, add_hints);
		keep_possible(&r, 0);
	}
	return st == FUND_OK ? each_leaf(&r, add_nearness) : st;
}

/* ---- explain ---- */

static enum fund_status explain_hint(const struct plan *hint, struct leaf *leaf, const struct bm25 *bm25, uint32_t doc, struct arena *arena, const struct explain_sink *sink)
{
	struct iter *it;
	enum fund_status st = iter_new(arena, hint, leaf, bm25, &it);
	if (st != FUND_OK || !it)
		return st;
	st = iter_seek(it, doc);
	if (st == FUND_OK && it->doc == doc)
		st = it->ops->explain(it, sink);
	iter_release(it);
	return st;
}

enum fund_status second_stage_explain(const struct searcher *s, const struct plan *plan, const struct hit *h, uint32_t doc, struct arena *arena, const struct explain_sink *sink)
{
	const struct plan *group = proximity_group(plan);
	struct explain_item near = { .term = slice_str("proximity"), .field = FIELD_ANY, .kind = "proximity", .freq = 1, .score = h->near };
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; h->hinted && i < group->n_children && st == FUND_OK; i++)
		if (group->children[i]->role == ROLE_LATE_HINT)
			st = explain_hint(group->children[i], &s->leaves[h->leaf], &s->bm25, doc, arena, sink);
	return st == FUND_OK && h->near ? sink->item(sink->context, &near) : st;
}
