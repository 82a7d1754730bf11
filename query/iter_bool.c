/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter_bool.c - must, should, must not, filters and hints in one node.
 *
 * With a must or a filter, those lead, the rarest first, and should-children only add to the score. Without, the should-children
 * lead: the least of their documents. A node with nothing but must-nots leads with all documents.
 * PLAN_BEST is the same with should-children only, scoring as the best of them.
 */
#include "query/iter.h"

#include "store/postings.h"

struct iter_bool {
	struct iter base;
	struct iter **must, **should, **not, **hints;
	bool *scored;	/* beside must: false for filters */
	uint32_t n_must, n_should, n_not, n_hints;
	bool best;	/* the best child's score instead of the sum */
	bool all;	/* leads with all documents */
};

static enum fund_status catch_up(struct iter *it, uint32_t target) { return it->doc < target ? iter_seek(it, target) : FUND_OK; }

static enum fund_status seek_must(struct iter_bool *b, uint32_t target)
{
	for (uint32_t i = 0; i < b->n_must && target != DOC_END;) {
		struct iter *m = b->must[i];
		enum fund_status st = catch_up(m, target);
		if (st != FUND_OK)
			return st;
		i = m->doc == target || i == 0 ? i + 1 : 0;
		target = m->doc;
	}
	b->base.doc = target;
	return FUND_OK;
}

static enum fund_status seek_should(struct iter_bool *b, uint32_t target)
{
	uint32_t least = DOC_END;
	for (uint32_t i = 0; i < b->n_should; i++) {
		enum fund_status st = catch_up(b->should[i], target);
		if (st != FUND_OK)
			return st;
		if (b->should[i]->doc < least)
			least = b->should[i]->doc;
	}
	b->base.doc = least;
	return FUND_OK;
}

static enum fund_status is_excluded(struct iter_bool *b, bool *excluded)
{
	*excluded = false;
	for (uint32_t i = 0; i < b->n_not && !*excluded; i++) {
		struct iter *n = b->not[i];
		if (n->doc < b->base.doc) {
			enum fund_status st = iter_seek(n, b->base.doc);
			if (st != FUND_OK)
				return st;
		}
		*excluded = n->doc == b->base.doc;
	}
	return FUND_OK;
}

static enum fund_status bool_seek(struct iter *it, uint32_t target)
{
	struct iter_bool *b = (struct iter_bool *)it;
	for (;; target = it->doc + 1) {
		enum fund_status st = FUND_OK;
		bool excluded;
		if (b->all)
			it->doc = target < it->leaf->n_docs ? target : DOC_END;
		else
			st = b->n_must ? seek_must(b, target) : seek_should(b, target);
		if (st != FUND_OK || it->doc == DOC_END)
			return st;
		st = is_excluded(b, &excluded);
		if (st != FUND_OK || !excluded)
			return st;
	}
}

static enum fund_status each_of(struct iter_bool *b, struct iter **children, uint32_t n, enum fund_status (*each)(struct iter *child, void *context),
				void *context)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		st = catch_up(children[i], b->base.doc);
		if (st == FUND_OK && children[i]->doc == b->base.doc)
			st = each(children[i], context);
	}
	return st;
}

/* Calls `each` for every child that matches the current document and has a score. */
static enum fund_status each_match(struct iter_bool *b, enum fund_status (*each)(struct iter *child, void *context), void *context)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < b->n_must && st == FUND_OK; i++)
		if (b->scored[i])
			st = each(b->must[i], context);
	if (st == FUND_OK)
		st = each_of(b, b->should, b->n_should, each, context);
	return st == FUND_OK ? each_of(b, b->hints, b->n_hints, each, context) : st;
}

struct best {
	int64_t sum, best;
	struct iter *child;
};

static enum fund_status add_score(struct iter *child, void *context)
{
	struct best *b = context;
	int64_t one;
	enum fund_status st = child->ops->score(child, &one);
	if (st != FUND_OK)
		return st;
	b->sum += one;
	if (!b->child || one > b->best) {
		b->best = one;
		b->child = child;
	}
	return FUND_OK;
}

static enum fund_status bool_score(struct iter *it, int64_t *micro)
{
	struct iter_bool *b = (struct iter_bool *)it;
	struct best found = { 0, 0, NULL };
	enum fund_status st = each_match(b, add_score, &found);
	*micro = b->best ? found.best : found.sum;
	return st;
}

static enum fund_status explain_child(struct iter *child, void *context) { return child->ops->explain(child, context); }

static enum fund_status bool_explain(struct iter *it, const struct explain_sink *sink)
{
	struct iter_bool *b = (struct iter_bool *)it;
	struct best found = { 0, 0, NULL };
	if (!b->best)
		return each_match(b, explain_child, (void *)(uintptr_t)sink);
	enum fund_status st = each_match(b, add_score, &found);
	return st == FUND_OK && found.child ? found.child->ops->explain(found.child, sink) : st;
}

static void bool_release(struct iter *it)
{
	struct iter_bool *b = (struct iter_bool *)it;
	for (uint32_t i = 0; i < b->n_must; i++)
		iter_release(b->must[i]);
	for (uint32_t i = 0; i < b->n_should; i++)
		iter_release(b->should[i]);
	for (uint32_t i = 0; i < b->n_not; i++)
		iter_release(b->not[i]);
	for (uint32_t i = 0; i < b->n_hints; i++)
		iter_release(b->hints[i]);
}

static const struct iter_ops bool_ops = { bool_seek, bool_score, bool_explain, bool_release };

/* Rarest first, so that it leads. */
static void add_must(struct iter_bool *b, struct iter *child, bool scored)
{
	uint32_t at = b->n_must++;
	for (; at > 0 && b->must[at - 1]->cost > child->cost; at--) {
		b->must[at] = b->must[at - 1];
		b->scored[at] = b->scored[at - 1];
	}
	b->must[at] = child;
	b->scored[at] = scored;
}

static void add_child(struct iter_bool *b, struct iter *child, enum plan_role role)
{
	if (role == ROLE_MUST || role == ROLE_FILTER)
		add_must(b, child, role == ROLE_MUST);
	else if (role == ROLE_MUST_NOT)
		b->not[b->n_not++] = child;
	else if (role == ROLE_HINT)
		b->hints[b->n_hints++] = child;
	else
		b->should[b->n_should++] = child;
}

/* Builds all children; *possible turns false when one that must match cannot. */
static enum fund_status build_children(struct arena *arena, const struct plan *plan, struct iter_bool *b, bool *possible)
{
	bool needs_should = plan->kind == PLAN_BEST, has_should = false;
	for (uint32_t i = 0; i < plan->n_children; i++) {
		const struct plan *c = plan->children[i];
		enum plan_role role = plan->kind == PLAN_BEST ? ROLE_SHOULD : c->role;
		struct iter *child;
		if (role == ROLE_LATE_HINT)
			continue;
		enum fund_status st = iter_new(arena, c, b->base.leaf, b->base.bm25, &child);
		if (st != FUND_OK)
			return st;
		has_should |= role == ROLE_SHOULD;
		if (child)
			add_child(b, child, role);
		else if (role == ROLE_MUST || role == ROLE_FILTER)
			*possible = false;
	}
	uint32_t n_scored = 0;
	for (uint32_t i = 0; i < b->n_must; i++)
		n_scored += b->scored[i];
	/* words beside nothing but filters must still be found: one of them */
	needs_should |= has_should && n_scored == 0;
	if (needs_should && b->n_should == 0)
		*possible = false;
	b->all = b->n_must == 0 && b->n_should == 0;
	return FUND_OK;
}

/* A filter beside should-children: those lead as one child, the filter follows. */
static enum fund_status nest_should(struct arena *arena, struct iter_bool *b)
{
	uint32_t n_scored = 0;
	for (uint32_t i = 0; i < b->n_must; i++)
		n_scored += b->scored[i];
	if (b->n_must == 0 || n_scored > 0 || b->n_should == 0)
		return FUND_OK;
	struct iter_bool *inner = arena_alloc(arena, sizeof *inner);
	if (!inner)
		return FUND_NO_MEMORY;
	*inner = (struct iter_bool){ .base = iter_base(&bool_ops, 0, b->base.leaf, b->base.bm25), .should = b->should, .n_should = b->n_should };
	for (uint32_t i = 0; i < b->n_should; i++)
		inner->base.cost += b->should[i]->cost;
	b->should = NULL;
	b->n_should = 0;
	add_must(b, &inner->base, true);
	return seek_should(inner, 0);
}

/* Every child stands on its first document before the node is used. */
static enum fund_status start(struct iter_bool *b)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < b->n_must && st == FUND_OK; i++)
		st = iter_seek(b->must[i], 0);
	for (uint32_t i = 0; i < b->n_should && st == FUND_OK; i++)
		st = iter_seek(b->should[i], 0);
	for (uint32_t i = 0; i < b->n_not && st == FUND_OK; i++)
		st = iter_seek(b->not[i], 0);
	for (uint32_t i = 0; i < b->n_hints && st == FUND_OK; i++)
		st = iter_seek(b->hints[i], 0);
	return st;
}

static void set_cost(struct iter_bool *b)
{
	b->base.cost = b->all ? b->base.leaf->n_docs : b->n_must ? b->must[0]->cost : 0;
	for (uint32_t i = 0; i < b->n_should && b->n_must == 0; i++)
		b->base.cost += b->should[i]->cost;
}

enum fund_status iter_bool_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	bool possible = true;
	size_t n = (size_t)plan->n_children + 1;
	*out = NULL;
	struct iter_bool *b = arena_alloc(arena, sizeof *b);
	struct iter **room = arena_alloc(arena, 4 * n * sizeof *room);
	bool *scored = arena_alloc(arena, n * sizeof *scored);
	if (!b || !room || !scored)
		return FUND_NO_MEMORY;
	*b = (struct iter_bool){ .base = iter_base(&bool_ops, 0, leaf, bm25), .must = room, .should = room + n, .not = room + 2 * n, .hints = room + 3 * n, .scored = scored,
				 .best = plan->kind == PLAN_BEST };
	enum fund_status st = build_children(arena, plan, b, &possible);
	if (st == FUND_OK && possible)
		st = start(b);
	if (st == FUND_OK && possible)
		st = nest_should(arena, b);
	if (st != FUND_OK || !possible) {
		bool_release(&b->base);
		return st;
	}
	set_cost(b);
	*out = &b->base;
	return FUND_OK;
}
