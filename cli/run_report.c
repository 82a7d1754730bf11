/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_report.c - what is counted over all hits of a query. */
#include "cli/run.h"
#include "query/words.h"

/* Everything is computed while the index is open, and printed when it is closed. */
struct report_run {
	const struct options *options;
	struct session session;
	struct search searches[TIMELINES_MAX];
	struct search_note notes[TIMELINES_MAX];
	struct slice queries[TIMELINES_MAX];
	uint32_t n, bad; /* searches; the one that failed */
	struct arena arena;
	struct report report;
};

static enum fund_status make(struct report_run *r, struct fault *why)
{
	const struct options *o = r->options;
	switch (o->action) {
	case ACTION_TIMELINE:
		report_init(&r->report, &r->arena, "timeline");
		return timeline_make(r->searches, r->n, &o->timeline, &r->report);
	case ACTION_COLLOCATES:
		report_init(&r->report, &r->arena, "collocates");
		return collocates_make(&r->searches[0], &o->collocates, &r->report);
	case ACTION_TERMS:
		r->report.arena = &r->arena;
		return words_list(&r->session.searcher, slice_str(o->terms), &r->report, why);
	default:
		report_init(&r->report, &r->arena, "facet");
		return facet_make(&r->searches[0], o->facet, &r->report);
	}
}

static enum fund_status prepare(struct report_run *r, struct fault *why)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < r->n && st == FUND_OK; i++) {
		r->bad = i;
		st = search_prepare(&r->searches[i], &r->session.searcher, r->queries[i], &r->options->search, &r->notes[i], why);
	}
	return st;
}

/* What was left out of any of the queries. */
static enum fund_status gather_limits(struct report_run *r)
{
	struct result *head = &r->report.head;
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->n; i++)
		n += r->searches[i].result.n_limits;
	struct plan_limit *all = arena_alloc(&r->arena, (n + (size_t)1) * sizeof *all);
	if (!all)
		return FUND_NO_MEMORY;
	head->limits = all;
	head->n_limits = n;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct result *one = &r->searches[i].result;
		if (one->n_limits)
			memcpy(all, one->limits, one->n_limits * sizeof *all);
		all += one->n_limits;
	}
	return FUND_OK;
}

static enum fund_status make_once(struct session *s, void *context, struct fault *why)
{
	struct report_run *r = context;
	const struct options *o = r->options;
	(void)s; /* it is r's */
	arena_reset(&r->arena);
	enum fund_status st = prepare(r, why);
	if (st == FUND_OK)
		st = make(r, why);
	if (st == FUND_OK) {
		search_took(&r->searches[0]);
		r->report.head = r->searches[0].result;
		r->report.head.query = o->action == ACTION_TERMS ? slice_str(o->terms) : slice_buf(&o->query);
		r->report.head.analysis = arena_slice(&r->arena, r->report.head.analysis);
		st = gather_limits(r);
	}
	return st == FUND_INVALID ? st : search_describe(st, why);
}

static int print(struct report_run *r, struct printer *out)
{
	const struct options *o = r->options;
	struct present_options po = run_present_options(o);
	bool any = r->report.n_rows > 0;
	report_cut(&r->report, o->search.offset, o->limit_given ? o->search.limit : UINT32_MAX);
	if (o->format == FORMAT_SVG && any)
		timeline_svg(&r->report, &o->timeline, out);
	else if (o->format != FORMAT_SVG)
		report_print(&r->report, o->format, out, &po);
	return run_finish(out, any ? 0 : 1);
}

int run_report(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct report_run r = { .options = o, .n = 1, .queries = { slice_buf(&o->query) } };
	struct fault why = { 0 };
	run_session(&r.session, o, analyser);
	if (o->n_timelines > 1) {
		r.n = o->n_timelines;
		memcpy(r.queries, o->timelines, sizeof r.queries);
	}
	enum fund_status st = session_read(&r.session, make_once, &r, &why);
	session_let_go(&r.session);
	for (uint32_t i = 0; i < r.n; i++)
		run_warn(o, r.queries[i], &r.notes[i]);
	int status = st == FUND_OK ? print(&r, out) : st == FUND_INVALID ? run_syntax_error(r.queries[r.bad], r.notes[r.bad].error_off, &why) :
									    run_trouble(&why);
	for (uint32_t i = 0; i < r.n; i++)
		search_release(&r.searches[i]);
	arena_release(&r.arena);
	session_release(&r.session);
	return status;
}
