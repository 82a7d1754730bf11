/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counts.c - what is counted over hits, and words: as query/counts.h has it, handed out row by row. */
#include <stdlib.h>

#include "lib/handles_private.h"
#include "lib/sized.h"
#include "query/collocates.h"
#include "query/facet.h"
#include "query/timeline.h"
#include "query/words.h"

_Static_assert(FUNDSTELLE_YEAR == (int)PERIOD_YEAR && FUNDSTELLE_DAY == (int)PERIOD_DAY && FUNDSTELLE_BY_SECTION == (int)FACET_SECTION &&
		       FUNDSTELLE_BY_SOURCE == (int)FACET_SOURCE && FUNDSTELLE_BY_AUTHOR == (int)FACET_AUTHOR && FUNDSTELLE_BY_YEAR == (int)FACET_YEAR,
	       "passed on by their numbers");
_Static_assert(FUNDSTELLE_TIMELINES_MAX == TIMELINES_MAX && FUNDSTELLE_COLLOCATES_DEFAULT == COLLOCATES_DEFAULT && FUNDSTELLE_WINDOW_DEFAULT == WINDOW_DEFAULT &&
		       FUNDSTELLE_WINDOW_MAX == WINDOW_MAX && FUNDSTELLE_NO_LIMIT == UINT32_MAX,
	       "the same limits");

struct counting {
	struct slice queries[TIMELINES_MAX]; /* of words the pattern alone */
	uint32_t n, bad;		     /* bad: the one that failed */
	struct search_options options;
	enum fund_status (*make)(struct counting *c, struct counts *out, struct fault *why);
	uint32_t by; /* unit, or facet */
	struct collocates_options collocates;
	struct slice pattern;
	struct session *session;
	struct search searches[TIMELINES_MAX];
	struct search_note notes[TIMELINES_MAX];
	fundstelle_counts *out;
};

void fundstelle_counts_free(fundstelle_counts *counts)
{
	if (!counts)
		return;
	arena_release(&counts->arena);
	free(counts);
}

/* ---- what is counted ---- */

static enum fund_status make_timeline(struct counting *c, struct counts *out, struct fault *why)
{
	(void)why;
	return timeline_make(c->searches, c->n, (enum period_unit)c->by, out);
}

static enum fund_status make_facet(struct counting *c, struct counts *out, struct fault *why)
{
	(void)why;
	return facet_make(&c->searches[0], (enum facet)c->by, out);
}

static enum fund_status make_collocates(struct counting *c, struct counts *out, struct fault *why)
{
	(void)why;
	return collocates_make(&c->searches[0], &c->collocates, out);
}

static enum fund_status make_terms(struct counting *c, struct counts *out, struct fault *why)
{
	return words_list(&c->session->searcher, c->pattern, out, why);
}

/* ---- counting ---- */

static enum fund_status prepare(struct counting *c, struct fault *why)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < c->n && st == FUND_OK; i++) {
		c->bad = i;
		st = search_prepare(&c->searches[i], &c->session->searcher, c->queries[i], &c->options, &c->notes[i], why);
	}
	return st;
}

static enum fund_status take_summary(fundstelle_counts *c, struct search *first)
{
	const struct counts *made = &c->made;
	search_took(first);
	c->summary = (struct fundstelle_counts_summary){ .total = made->total, .undated = made->undated, .n_rows = made->n_rows, .occurrences = made->occurrences,
							 .took = first->result.took_us, .index_id = first->result.index_id, .generation = first->result.generation };
	return text_copy(&c->arena, first->result.analysis, &c->summary.analysis);
}

static enum fund_status count_once(struct session *s, void *context, struct fault *why)
{
	struct counting *c = context;
	arena_reset(&c->out->arena);
	c->session = s;
	c->out->made = (struct counts){ .arena = &c->out->arena };
	enum fund_status st = prepare(c, why);
	if (st == FUND_OK)
		st = c->make(c, &c->out->made, why);
	if (st == FUND_OK)
		st = take_summary(c->out, &c->searches[0]);
	return st == FUND_INVALID ? st : search_describe(st, why);
}

static int count(fundstelle_index *index, struct counting *c, struct fundstelle_error *error)
{
	struct fault why = { 0 };
	int code = question_begin(index, error);
	if (code != FUNDSTELLE_OK)
		return code;
	enum fund_status st = session_read(&index->session, count_once, c, &why), warned = question_end(index, c->notes, c->n);
	if (st == FUND_OK && warned == FUND_OK)
		warned = warnings_copy(&c->out->arena, &index->warnings, &c->out->warnings);
	c->out->summary.n_warnings = c->out->warnings.n;
	return st != FUND_OK ? tell_asked(error, st, c->bad, &c->notes[c->bad], &why) : warned != FUND_OK ? tell_no_memory(error) : FUNDSTELLE_OK;
}

static int count_all(fundstelle_index *index, struct counting *c, fundstelle_counts **out, struct fundstelle_error *error)
{
	struct call call;
	c->out = calloc(1, sizeof *c->out);
	if (!c->out)
		return tell_no_memory(error);
	call_begin(&call, index);
	int code = count(index, c, error);
	for (uint32_t i = 0; i < c->n; i++)
		search_release(&c->searches[i]);
	call_end(&call);
	if (code == FUNDSTELLE_OK)
		*out = c->out;
	else
		fundstelle_counts_free(c->out);
	return code;
}

/* What is wrong with the options; NULL: nothing. */
static const char *read_options(const struct fundstelle_search_options *options, struct counting *c)
{
	struct hits_wanted ignored;
	return search_options_of(options, &c->options, &ignored);
}

int fundstelle_timelines(fundstelle_index *index, const struct fundstelle_text *queries, size_t n, const struct fundstelle_search_options *options, uint32_t unit,
			 fundstelle_counts **out, struct fundstelle_error *error)
{
	struct counting c = { .n = (uint32_t)n, .make = make_timeline, .by = unit };
	*out = NULL;
	const char *wrong = n == 0 || n > TIMELINES_MAX ? "no timeline, or more than 8" :
			    unit > FUNDSTELLE_DAY	? "a unit of time that this version does not know" :
							  read_options(options, &c);
	for (size_t i = 0; i < n && !wrong; i++)
		c.queries[i] = query_of(queries[i].data, queries[i].len);
	return wrong ? tell_invalid(error, wrong) : count_all(index, &c, out, error);
}

int fundstelle_timeline(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint32_t unit,
			fundstelle_counts **out, struct fundstelle_error *error)
{
	struct fundstelle_text one = { query, len };
	return fundstelle_timelines(index, &one, 1, options, unit, out, error);
}

int fundstelle_facet(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint32_t facet,
		     fundstelle_counts **out, struct fundstelle_error *error)
{
	struct counting c = { .queries = { query_of(query, len) }, .n = 1, .make = make_facet, .by = facet };
	*out = NULL;
	const char *wrong = facet > FUNDSTELLE_BY_YEAR ? "a facet that this version does not know" : read_options(options, &c);
	return wrong ? tell_invalid(error, wrong) : count_all(index, &c, out, error);
}

int fundstelle_collocates(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options,
			  const struct fundstelle_collocates_options *collocates, fundstelle_counts **out, struct fundstelle_error *error)
{
	struct counting c = { .queries = { query_of(query, len) }, .n = 1, .make = make_collocates };
	struct fundstelle_collocates_options o;
	*out = NULL;
	const char *wrong = !sized_read(&o, sizeof o, collocates) || o.window > WINDOW_MAX ?
				    "fundstelle_collocates_options: not of a size, or with members, that this version knows, or a window that is too large" :
				    read_options(options, &c);
	c.collocates = (struct collocates_options){ o.n ? o.n : COLLOCATES_DEFAULT, o.window ? o.window : WINDOW_DEFAULT, o.least ? o.least : 1 };
	return wrong ? tell_invalid(error, wrong) : count_all(index, &c, out, error);
}

int fundstelle_terms(fundstelle_index *index, const char *pattern, size_t len, fundstelle_counts **out, struct fundstelle_error *error)
{
	struct counting c = { .n = 1, .make = make_terms, .pattern = query_of(pattern, len) }; /* beside them a query for nothing: its result says which index it was */
	*out = NULL;
	const char *wrong = read_options(NULL, &c);
	return wrong ? tell_invalid(error, wrong) : count_all(index, &c, out, error);
}

/* ---- what is in it ---- */

void fundstelle_counts_summary(const fundstelle_counts *counts, struct fundstelle_counts_summary *summary)
{
	hand_out(summary, &counts->summary, sizeof counts->summary);
}

int fundstelle_counts_row(const fundstelle_counts *counts, uint32_t i, struct fundstelle_counts_row *row)
{
	if (i >= counts->made.n_rows)
		return FUNDSTELLE_INVALID;
	const struct count_row *r = &counts->made.rows[i];
	struct fundstelle_counts_row made = { .value = text_of(r->value), .hits = r->hits, .articles = r->articles, .words = r->words, .query = r->query,
					      .occurrences = r->occurrences, .nearby = r->nearby, .strength = r->strength };
	return hand_out(row, &made, sizeof made);
}

int fundstelle_counts_warning(const fundstelle_counts *counts, uint32_t i, struct fundstelle_warning *warning)
{
	return warnings_hand_out(&counts->warnings, i, warning);
}
