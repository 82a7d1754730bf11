/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_counts.c - what is counted over all hits of a query: counted while the index is open, printed when it is closed. */
#include "cli/run.h"
#include "cli/timeline_svg.h"

static int compare(const struct client *c, const struct slice *queries, uint32_t n, fundstelle_counts **counts, struct fundstelle_error *error)
{
	const struct options *o = c->options;
	struct fundstelle_text texts[FUNDSTELLE_TIMELINES_MAX];
	for (uint32_t i = 0; i < n; i++)
		texts[i] = (struct fundstelle_text){ (const char *)queries[i].data, queries[i].len };
	return fundstelle_timelines(c->index, texts, n, &o->search, o->unit, counts, error);
}

static int count(const struct client *c, const struct slice *queries, uint32_t n, fundstelle_counts **counts, struct fundstelle_error *error)
{
	const struct options *o = c->options;
	const char *query = (const char *)queries[0].data;
	switch (o->action) {
	case ACTION_TIMELINE: return compare(c, queries, n, counts, error);
	case ACTION_COLLOCATES: return fundstelle_collocates(c->index, query, queries[0].len, &o->search, &o->collocates, counts, error);
	case ACTION_TERMS: return fundstelle_terms(c->index, o->terms, FUNDSTELLE_TERMINATED, counts, error);
	default: return fundstelle_facet(c->index, query, queries[0].len, &o->search, o->facet, counts, error);
	}
}

static int print(const struct client *c, const fundstelle_counts *counts, struct printer *out)
{
	const struct options *o = c->options;
	struct present_options po = run_present_options(o);
	struct fundstelle_counts_summary s = { .size = sizeof s };
	struct report report;
	fundstelle_counts_summary(counts, &s);
	struct answer head = { o->action == ACTION_TERMS ? slice_str(o->terms) : slice_buf(&o->query), c->index, s.took, s.index_id, s.generation, s.analysis };
	report_init(&report, o, &head, counts);
	if (o->format == FORMAT_SVG && s.n_rows)
		timeline_svg(&report, out);
	else if (o->format != FORMAT_SVG)
		report_print(&report, o->format, out, &po);
	return run_finish(out, s.n_rows || s.total ? 0 : 1); /* of a timeline all hits may be undated */
}

int run_counts(const struct options *o, struct printer *out)
{
	struct client c;
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_counts *counts;
	const struct slice query = slice_buf(&o->query), *queries = o->n_timelines > 1 ? o->timelines : &query;
	int exit_status = client_open(&c, o);
	if (exit_status)
		return exit_status;
	int code = count(&c, queries, o->n_timelines > 1 ? o->n_timelines : 1, &counts, &error);
	fundstelle_let_go(c.index);
	client_warn(&c, PROGRAM, queries);
	exit_status = code == FUNDSTELLE_OK ? print(&c, counts, out) : run_error(queries[error.query], &error);
	fundstelle_counts_free(counts);
	client_close(&c);
	return exit_status;
}
