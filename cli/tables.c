/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tables.c - which columns each report has, and what is in them. */
#include "base/translate.h"
#include "cli/report.h"

static void add_column(struct report *r, const char *name, const char *heading, enum cell_kind kind, unsigned flags)
{
	r->columns[r->n_columns++] = (struct report_column){ name, heading, kind, flags };
}

static void add_member(struct report *r, const char *name, uint64_t value) { r->members[r->n_members++] = (struct report_member){ name, value }; }

static struct cell cell_text(struct fundstelle_text text) { return (struct cell){ .text = text_slice(text) }; }
static struct cell cell_count(uint64_t n) { return (struct cell){ .count = n }; }
static struct cell cell_decimal(double x) { return (struct cell){ .number = x }; }

/* ---- timelines ---- */

static void fill_timeline(const struct report *r, const struct fundstelle_counts_row *from, struct report_row *to)
{
	const struct options *o = r->options;
	struct cell *c = to->cells;
	snprintf(to->room, sizeof to->room, "--from=%s --to=%s", from->value.data, from->value.data);
	*c++ = cell_text(from->value);
	if (o->n_timelines > 1)
		*c++ = (struct cell){ .text = o->timelines[from->query] };
	*c++ = cell_count(from->hits);
	*c++ = cell_count(from->articles);
	*c++ = cell_count(from->words);
	if (o->relative) {
		*c = cell_decimal(from->words ? (double)from->hits * 1e6 / (double)from->words : 0);
		c++->none = from->words == 0;
	}
	*c++ = cell_text(from->value);
	*c++ = cell_text(from->value);
	*c = (struct cell){ .text = slice_str(to->room) };
}

static void note_undated(struct report *r, uint64_t n)
{
	if (n)
		snprintf(r->note, sizeof r->note, translate_plural("%llu hit has no date of that precision", "%llu hits have no date of that precision", (unsigned long)n),
			 (unsigned long long)n);
}

static void make_timeline(struct report *r, const struct fundstelle_counts_summary *s)
{
	r->name = "timeline";
	r->fill = fill_timeline;
	add_member(r, "total", s->total);
	add_member(r, "undated", s->undated);
	note_undated(r, s->undated);
	add_column(r, "period", N_("period"), CELL_TEXT, 0);
	if (r->options->n_timelines > 1)
		add_column(r, "query", N_("query"), CELL_TEXT, 0);
	add_column(r, "hits", N_("hits"), CELL_COUNT, 0);
	r->bar = (int)r->n_columns - 1;
	add_column(r, "articles", N_("articles"), CELL_COUNT, COLUMN_MAY_GO);
	add_column(r, "words", N_("words"), CELL_COUNT, COLUMN_MAY_GO);
	if (r->options->relative) {
		add_column(r, "per_million", N_("per million"), CELL_DECIMAL, 0);
		r->bar = (int)r->n_columns - 1;
	}
	add_column(r, "from", N_("from"), CELL_TEXT, COLUMN_NOT_IN_TEXT);
	add_column(r, "to", N_("to"), CELL_TEXT, COLUMN_NOT_IN_TEXT);
	add_column(r, "list", N_("list them with"), CELL_TEXT, COLUMN_ONLY_IN_TEXT);
}

/* ---- facets ---- */

static void fill_facet(const struct report *r, const struct fundstelle_counts_row *from, struct report_row *to)
{
	(void)r;
	to->cells[0] = cell_text(from->value);
	to->cells[0].none = from->value.len == 0;
	to->cells[1] = cell_count(from->hits);
}

static void make_facet(struct report *r, const struct fundstelle_counts_summary *s)
{
	static const char *const headings[] = { N_("section"), N_("source"), N_("author"), N_("year") };
	r->name = "facet";
	r->fill = fill_facet;
	add_column(r, "value", headings[r->options->facet], CELL_TEXT, 0);
	add_column(r, "hits", N_("hits"), CELL_COUNT, 0);
	r->bar = 1;
	add_member(r, "total", s->total);
}

/* ---- words ---- */

static void fill_collocates(const struct report *r, const struct fundstelle_counts_row *from, struct report_row *to)
{
	(void)r;
	to->cells[0] = cell_text(from->value);
	to->cells[1] = cell_decimal(from->strength);
	to->cells[2] = cell_count(from->nearby);
	to->cells[3] = cell_count(from->occurrences);
}

static void make_collocates(struct report *r, const struct fundstelle_counts_summary *s)
{
	r->name = "collocates";
	r->fill = fill_collocates;
	add_column(r, "word", N_("word"), CELL_TEXT, 0);
	add_column(r, "logdice", "logDice", CELL_DECIMAL, 0);
	add_column(r, "near", N_("near"), CELL_COUNT, 0);
	add_column(r, "all", N_("in all"), CELL_COUNT, 0);
	add_member(r, "occurrences", s->occurrences);
	add_member(r, "window", r->options->collocates.window);
}

static void fill_terms(const struct report *r, const struct fundstelle_counts_row *from, struct report_row *to)
{
	(void)r;
	to->cells[0] = cell_text(from->value);
	to->cells[1] = cell_count(from->articles);
	to->cells[2] = cell_count(from->occurrences);
}

static void make_terms(struct report *r, const struct fundstelle_counts_summary *s)
{
	r->name = "terms";
	r->fill = fill_terms;
	add_column(r, "term", N_("word"), CELL_TEXT, 0);
	add_column(r, "articles", N_("articles"), CELL_COUNT, 0);
	add_column(r, "occurrences", N_("occurrences"), CELL_COUNT, 0);
	add_member(r, "total", s->total);
}

/* ---- all of them ---- */

/* Rows [offset, offset + limit). */
static void cut(struct report *r, uint32_t n)
{
	const struct options *o = r->options;
	uint32_t left = o->search.offset < n ? n - o->search.offset : 0, limit = o->limit_given ? o->search.limit : UINT32_MAX;
	r->first = o->search.offset;
	r->n_rows = left < limit ? left : limit;
}

void report_init(struct report *r, const struct options *o, const struct answer *head, const fundstelle_counts *counts)
{
	struct fundstelle_counts_summary s = { .size = sizeof s };
	*r = (struct report){ .head = *head, .options = o, .counts = counts, .bar = -1 };
	fundstelle_counts_summary(counts, &s);
	switch (o->action) {
	case ACTION_TIMELINE: make_timeline(r, &s); break;
	case ACTION_COLLOCATES: make_collocates(r, &s); break;
	case ACTION_TERMS: make_terms(r, &s); break;
	default: make_facet(r, &s); break;
	}
	cut(r, s.n_rows);
}

void report_read(const struct report *r, uint32_t row, struct report_row *out)
{
	struct fundstelle_counts_row from = { .size = sizeof from };
	if (fundstelle_counts_row(r->counts, r->first + row, &from) == FUNDSTELLE_OK)
		r->fill(r, &from, out);
}

double report_number(const struct report *r, const struct report_row *row, uint32_t column)
{
	const struct cell *cell = &row->cells[column];
	return r->columns[column].kind == CELL_COUNT ? (double)cell->count : cell->number;
}
