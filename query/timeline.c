/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/timeline.h"

#include <stdlib.h>

#include "base/date_text.h"
#include "query/matches.h"

#define YEAR_FIRST 1500u /* of all dates: docs/FORMAT.md */
#define N_YEARS 601u
#define NOWHERE UINT32_MAX

struct period {
	uint64_t articles, words;
	uint64_t hits[TIMELINES_MAX];
};

struct timeline {
	enum period_unit unit;
	struct period *periods; /* of all years, by index */
	uint32_t n;
	uint32_t first, last; /* with a hit; first NOWHERE: none */
	uint32_t query;	      /* the one whose hits are counted */
	uint64_t unplaced;    /* hits whose date is coarser than a period, or not there */
	uint64_t total;
};

/* ---- periods ---- */

/* A dense number; days count 31 to each month. */
static uint32_t index_of(enum period_unit unit, uint32_t date)
{
	uint32_t y = DATE_YEAR(date), m = DATE_MONTH(date), d = DATE_DAY(date);
	if (y < YEAR_FIRST || y >= YEAR_FIRST + N_YEARS || m > 12 || (unit >= PERIOD_MONTH && m == 0) || (unit == PERIOD_DAY && d == 0))
		return NOWHERE;
	y -= YEAR_FIRST;
	return unit == PERIOD_YEAR ? y : unit == PERIOD_MONTH ? 12 * y + m - 1 : (12 * y + m - 1) * 31 + d - 1;
}

static uint32_t date_of(enum period_unit unit, uint32_t index)
{
	uint32_t month = unit == PERIOD_DAY ? index / 31 : index;
	return unit == PERIOD_YEAR ? DATE_PACK(YEAR_FIRST + index, 0, 0) :
				     DATE_PACK(YEAR_FIRST + month / 12, month % 12 + 1, unit == PERIOD_DAY ? index % 31 + 1 : 0);
}

static bool is_a_day(uint32_t date)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint32_t y = DATE_YEAR(date), m = DATE_MONTH(date);
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return DATE_DAY(date) <= days[m - 1] + (m == 2 && leap ? 1u : 0u);
}

/* ---- counting ---- */

static enum fund_status count_hit(void *context, struct leaf *leaf, uint32_t doc)
{
	struct timeline *t = context;
	uint32_t date;
	enum fund_status st = leaf_date(leaf, doc, &date);
	if (st != FUND_OK)
		return st;
	uint32_t at = index_of(t->unit, date);
	t->total++;
	if (at == NOWHERE) {
		t->unplaced++;
		return FUND_OK;
	}
	t->periods[at].hits[t->query]++;
	t->first = at < t->first ? at : t->first;
	t->last = at > t->last ? at : t->last;
	return FUND_OK;
}

static enum fund_status count_article(void *context, struct leaf *leaf, uint32_t doc)
{
	struct timeline *t = context;
	uint64_t words = 0;
	uint32_t date;
	enum fund_status st = leaf_date(leaf, doc, &date);
	if (st != FUND_OK)
		return st;
	uint32_t at = index_of(t->unit, date);
	if (at == NOWHERE || at < t->first || at > t->last)
		return FUND_OK;
	st = segment_value(leaf->segment, COLUMN_WORDS, doc, &words);
	t->periods[at].articles++;
	t->periods[at].words += words;
	return st;
}

/* Whether nothing but metadata is asked for: dates, author, section, source. */
static bool is_filter(const struct plan *p)
{
	if (p->kind == PLAN_TERM || p->kind == PLAN_PHRASE || p->kind == PLAN_SPAN)
		return (p->kind == PLAN_TERM ? p->term.field : p->field) >= FIELD_AUTHOR;
	if (p->kind == PLAN_BOOL || p->kind == PLAN_BEST || p->kind == PLAN_WORD) {
		for (uint32_t i = 0; i < p->n_children; i++)
			if (!is_filter(p->children[i]))
				return false;
		return p->n_children > 0;
	}
	return p->kind == PLAN_DATE || p->kind == PLAN_NEW;
}

/* Adds to `out` what the plan demands or forbids of metadata, at the top or under demands. */
static enum fund_status gather_filters(struct plan *p, struct arena *arena, struct plan *out, uint32_t cap)
{
	enum fund_status st = FUND_OK;
	bool demands = p->role == ROLE_MUST || p->role == ROLE_MUST_NOT || p->role == ROLE_FILTER;
	if (demands && is_filter(p)) {
		if (out->n_children == cap)
			return FUND_OK;
		struct plan *copy = arena_copy(arena, p, sizeof *p);
		if (!copy)
			return FUND_NO_MEMORY;
		copy->role = p->role == ROLE_MUST_NOT ? ROLE_MUST_NOT : ROLE_FILTER;
		out->children[out->n_children++] = copy;
		return st;
	}
	for (uint32_t i = 0; p->kind == PLAN_BOOL && p->role != ROLE_MUST_NOT && i < p->n_children && st == FUND_OK; i++) {
		bool under = p->children[i]->role == ROLE_MUST || p->children[i]->role == ROLE_MUST_NOT || p->children[i]->role == ROLE_FILTER;
		st = under ? gather_filters(p->children[i], arena, out, cap) : FUND_OK;
	}
	return st;
}

/* All articles that the filters of the (first) query leave. */
static enum fund_status count_ground(struct timeline *t, struct search *s)
{
	enum { FILTERS_MAX = 16 };
	struct plan *children[FILTERS_MAX + 1], all = { .kind = PLAN_ALL, .role = ROLE_MUST };
	struct plan ground = { .kind = PLAN_BOOL, .role = ROLE_MUST, .children = children };
	children[ground.n_children++] = &all;
	enum fund_status st = gather_filters(s->plan, &s->arena, &ground, FILTERS_MAX + 1);
	return st == FUND_OK ? matches_each(s->searcher, &ground, &s->arena, LEND_NONE, count_article, t) : st;
}

static enum fund_status count(struct timeline *t, struct search *searches, uint32_t n)
{
	enum fund_status st = FUND_OK;
	for (t->query = 0; t->query < n && st == FUND_OK; t->query++)
		st = matches_each(searches[t->query].searcher, searches[t->query].plan, &searches[t->query].arena, LEND_NONE,
				  count_hit, t);
	return st == FUND_OK && t->first != NOWHERE ? count_ground(t, &searches[0]) : st;
}

/* ---- the table ---- */

static enum fund_status add_rows(struct counts *c, const struct timeline *t, uint32_t index, uint32_t n)
{
	char text[DATE_TEXT_MAX];
	const struct period *at = &t->periods[index];
	uint32_t date = date_of(t->unit, index);
	struct slice value = arena_slice(c->arena, slice_str(date_text(DATE_YEAR(date), DATE_MONTH(date), DATE_DAY(date), text)));
	if (!value.data)
		return FUND_NO_MEMORY;
	for (uint32_t q = 0; q < n; q++) {
		struct count_row *row = counts_add(c);
		if (!row)
			return FUND_NO_MEMORY;
		*row = (struct count_row){ .value = value, .query = q, .hits = at->hits[q], .articles = at->articles, .words = at->words };
	}
	return FUND_OK;
}

static enum fund_status fill(struct counts *c, const struct timeline *t, uint32_t n)
{
	enum fund_status st = FUND_OK;
	c->total = t->total;
	c->undated = t->unplaced;
	for (uint32_t i = t->first; i != NOWHERE && i <= t->last && st == FUND_OK; i++)
		if (t->unit != PERIOD_DAY || is_a_day(date_of(PERIOD_DAY, i)))
			st = add_rows(c, t, i, n);
	return st;
}

enum fund_status timeline_make(struct search *searches, uint32_t n, enum period_unit unit, struct counts *out)
{
	static const uint32_t per_year[] = { 1, 12, 12 * 31 };
	struct timeline t = { .unit = unit, .n = N_YEARS * per_year[unit], .first = NOWHERE };
	t.periods = calloc(t.n, sizeof *t.periods);
	if (!t.periods)
		return FUND_NO_MEMORY;
	enum fund_status st = count(&t, searches, n);
	if (st == FUND_OK)
		st = fill(out, &t, n);
	free(t.periods);
	return st;
}
