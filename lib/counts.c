/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counts.c - timelines and facets: what report.h computes, copied. */
#include <stdlib.h>

#include "lib/handles_private.h"
#include "query/facet.h"
#include "query/timeline.h"

_Static_assert(FUNDSTELLE_YEAR == (int)PERIOD_YEAR && FUNDSTELLE_DAY == (int)PERIOD_DAY && FUNDSTELLE_BY_SECTION == (int)FACET_SECTION &&
		       FUNDSTELLE_BY_SOURCE == (int)FACET_SOURCE && FUNDSTELLE_BY_AUTHOR == (int)FACET_AUTHOR && FUNDSTELLE_BY_YEAR == (int)FACET_YEAR,
	       "passed on by their numbers");

struct counting {
	struct slice query;
	const struct search_options *options;
	bool timeline;
	uint32_t by; /* unit, or facet */
	struct search search;
	struct search_note note;
	struct fundstelle_counts *out;
};

void fundstelle_counts_free(fundstelle_counts *counts)
{
	if (!counts)
		return;
	arena_release(&counts->arena);
	free(counts);
}

/* ---- a report as rows ---- */

/* The column of that name; NULL: there is none. */
static const struct cell *cell_of(const struct report *r, uint32_t row, const char *name)
{
	for (uint32_t i = 0; i < r->n_columns; i++)
		if (strcmp(r->columns[i].name, name) == 0)
			return &r->rows[row][i];
	return NULL;
}

static uint64_t count_of(const struct report *r, uint32_t row, const char *name)
{
	const struct cell *c = cell_of(r, row, name);
	return c ? c->count : 0;
}

static uint64_t member_of(const struct report *r, const char *name)
{
	for (uint32_t i = 0; i < r->n_members; i++)
		if (strcmp(r->members[i].name, name) == 0)
			return r->members[i].value;
	return 0;
}

/* The texts live in the same arena. */
static enum fund_status take_rows(struct fundstelle_counts *c, const struct report *r, const char *value)
{
	c->rows = arena_alloc(&c->arena, (r->n_rows + (size_t)1) * sizeof *c->rows);
	if (!c->rows)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < r->n_rows; i++)
		c->rows[i] = (struct fundstelle_counts_row){ .value = text_of(cell_of(r, i, value)->text), .hits = count_of(r, i, "hits"),
							     .articles = count_of(r, i, "articles"), .words = count_of(r, i, "words") };
	c->summary = (struct fundstelle_counts_summary){ .total = member_of(r, "total"), .undated = member_of(r, "undated"), .n_rows = r->n_rows };
	return FUND_OK;
}

static enum fund_status count_once(struct session *s, void *context, struct fault *why)
{
	struct counting *c = context;
	struct timeline_options timeline = { (enum period_unit)c->by, false };
	struct report report;
	arena_reset(&c->out->arena);
	report_init(&report, &c->out->arena, "counts");
	enum fund_status st = search_prepare(&c->search, &s->searcher, c->query, c->options, &c->note, why);
	if (st == FUND_INVALID)
		return st;
	if (st == FUND_OK)
		st = c->timeline ? timeline_make(&c->search, 1, &timeline, &report) : facet_make(&c->search, (enum facet)c->by, &report);
	if (st == FUND_OK)
		st = take_rows(c->out, &report, c->timeline ? "period" : "value");
	if (st == FUND_OK)
		st = warnings_copy(&c->out->arena, &c->note, s->servers, &c->out->warnings);
	c->out->summary.n_warnings = c->out->warnings.n;
	return search_describe(st, why);
}

static int count_all(fundstelle_index *index, struct counting *c, fundstelle_counts **out, struct fundstelle_error *error)
{
	struct fault why = { 0 };
	struct call call;
	*out = NULL;
	if (!query_fits(c->query, error))
		return FUNDSTELLE_LIMIT;
	c->out = calloc(1, sizeof *c->out);
	if (!c->out)
		return tell(error, FUNDSTELLE_NO_MEMORY, 0, "out of memory");
	call_begin(&call, index);
	enum fund_status st = session_read(&index->session, count_once, c, &why);
	search_release(&c->search);
	call_end(&call);
	if (st == FUND_OK) {
		*out = c->out;
		return FUNDSTELLE_OK;
	}
	fundstelle_counts_free(c->out);
	return tell_asked(error, st, &c->note, &why);
}

int fundstelle_timeline(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint32_t unit,
			fundstelle_counts **out, struct fundstelle_error *error)
{
	struct search_options o;
	unsigned parts;
	struct counting c = { .query = query_of(query, len), .options = &o, .timeline = true, .by = unit };
	*out = NULL;
	const char *wrong = unit > FUNDSTELLE_DAY ? "a unit of time that this version does not know" : search_options_of(options, &o, &parts);
	return wrong ? tell_invalid(error, wrong) : count_all(index, &c, out, error);
}

int fundstelle_facet(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint32_t facet,
		     fundstelle_counts **out, struct fundstelle_error *error)
{
	struct search_options o;
	unsigned parts;
	struct counting c = { .query = query_of(query, len), .options = &o, .by = facet };
	*out = NULL;
	const char *wrong = facet > FUNDSTELLE_BY_YEAR ? "a facet that this version does not know" : search_options_of(options, &o, &parts);
	return wrong ? tell_invalid(error, wrong) : count_all(index, &c, out, error);
}

/* ---- what is in it ---- */

void fundstelle_counts_summary(const fundstelle_counts *counts, struct fundstelle_counts_summary *summary)
{
	hand_out(summary, &counts->summary, sizeof counts->summary);
}

int fundstelle_counts_row(const fundstelle_counts *counts, uint32_t i, struct fundstelle_counts_row *row)
{
	return i < counts->summary.n_rows ? hand_out(row, &counts->rows[i], sizeof counts->rows[i]) : FUNDSTELLE_INVALID;
}

int fundstelle_counts_warning(const fundstelle_counts *counts, uint32_t i, struct fundstelle_warning *warning)
{
	return warnings_hand_out(&counts->warnings, i, warning);
}
