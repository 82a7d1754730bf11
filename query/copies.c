/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/copies.h"

#include <stdlib.h>

void copies_release(struct copies *c)
{
	free(c->head);
	free(c->group);
	free(c->signatures);
	*c = (struct copies){ 0 };
}

static enum fund_status make_room(struct copies *c, uint32_t n)
{
	if (n <= c->cap)
		return FUND_OK;
	copies_release(c);
	c->head = malloc(n * sizeof *c->head);
	c->group = malloc(n * sizeof *c->group);
	c->signatures = malloc(n * sizeof *c->signatures);
	c->cap = c->head && c->group && c->signatures ? n : 0;
	return c->cap ? FUND_OK : FUND_NO_MEMORY;
}

static bool are_copies(uint64_t a, uint64_t b) { return a && b && __builtin_popcountll(a ^ b) <= COPIES_BITS; }

/* Its group: that of the nearest better one that it is a copy of; else a new one. */
static uint32_t group_of(const struct copies *c, uint32_t hit)
{
	uint32_t least = c->n_groups > COPIES_REACH ? c->n_groups - COPIES_REACH : 0;
	for (uint32_t g = c->n_groups; g-- > least;)
		if (are_copies(c->signatures[c->head[g]], c->signatures[hit]))
			return g;
	return c->n_groups;
}

enum fund_status copies_find(struct copies *c, const struct topk *t)
{
	enum fund_status st = make_room(c, t->best.n);
	c->n = t->best.n;
	c->n_groups = 0;
	for (uint32_t i = 0; i < t->best.n && st == FUND_OK; i++) {
		const struct hit *h = &t->best.hits[i];
		struct leaf *leaf = &t->searcher->leaves[h->leaf];
		if (leaf->lent)
			c->signatures[i] = t->lent.docs[h->doc].signature;
		else
			st = segment_value(leaf->segment, COLUMN_SIGNATURE, h->doc, &c->signatures[i]);
		if (st != FUND_OK)
			break;
		c->group[i] = group_of(c, i);
		if (c->group[i] == c->n_groups)
			c->head[c->n_groups++] = i;
	}
	return st;
}
