/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/word_matches.h"

#include <stdlib.h>

#include "store/postings.h"

enum fund_status word_matches_open(struct word_matches **out, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct arena *arena)
{
	struct word_matches *m = arena_alloc(arena, sizeof *m);
	*out = NULL;
	if (!m)
		return FUND_NO_MEMORY;
	*m = (struct word_matches){ .next = 0 };
	enum fund_status st = iter_new(arena, plan, leaf, bm25, &m->iter);
	if (st != FUND_OK || !m->iter)
		return st;
	*out = m;
	st = iter_seek(m->iter, 0);
	m->next = m->iter->doc;
	return st;
}

void word_matches_release(struct word_matches *m)
{
	if (!m)
		return;
	iter_release(m->iter);
	free(m->matches);
}

static enum fund_status add_match(struct word_matches *m)
{
	struct word_match *all = array_room(m->matches, (size_t)m->n + 1, &m->cap, sizeof *all), match = { .doc = m->iter->doc };
	if (!all)
		return FUND_NO_MEMORY;
	m->matches = all;
	enum fund_status st = m->iter->ops->score(m->iter, &match.score);
	m->most = match.score >= m->most ? match.score + 1 : m->most;
	all[m->n++] = match;
	return st;
}

enum fund_status word_matches_read(struct word_matches *m, uint32_t start, uint32_t end)
{
	struct iter *it = m->iter;
	m->n = 0;
	m->most = 0;
	enum fund_status st = it->doc < start ? iter_seek(it, start) : FUND_OK;
	while (st == FUND_OK && it->doc < end) {
		st = add_match(m);
		if (st == FUND_OK)
			st = iter_next(it);
	}
	m->next = it->doc;
	return st;
}
