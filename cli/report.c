/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include "base/translate.h"
#include "base/width.h"

#define BAR_LEAST 20u /* columns; narrower ones say nothing */
#define BAR_MOST 100u
#define NUMBER_ROOM 40

/* ---- for programs ---- */

static void print_number(struct printer *p, const struct report_column *c, const struct cell *cell)
{
	if (c->kind == CELL_COUNT)
		print_format(p, "%llu", (unsigned long long)cell->count);
	else
		print_format(p, "%.4f", cell->number);
}

static void json_row(struct printer *p, const struct report *r, uint32_t number)
{
	struct report_row row;
	uint32_t n = 0;
	report_read(r, number, &row);
	print_str(p, "{");
	for (uint32_t i = 0; i < r->n_columns; i++) {
		const struct report_column *c = &r->columns[i];
		if (c->flags & COLUMN_ONLY_IN_TEXT)
			continue;
		print_format(p, "%s\"%s\": ", n++ ? ", " : "", c->name);
		if (row.cells[i].none)
			print_str(p, "null");
		else if (c->kind == CELL_TEXT)
			print_json(p, row.cells[i].text);
		else
			print_number(p, c, &row.cells[i]);
	}
	print_str(p, "}");
}

static void print_as_json(const struct report *r, struct printer *p)
{
	present_json_head(p, &r->head);
	for (uint32_t i = 0; i < r->n_members; i++)
		print_format(p, ", \"%s\": %llu", r->members[i].name, (unsigned long long)r->members[i].value);
	print_format(p, ",\n \"%s\": [", r->name);
	for (uint32_t i = 0; i < r->n_rows; i++) {
		print_str(p, i ? ",\n  " : "\n  ");
		json_row(p, r, i);
	}
	print_str(p, "]}\n");
}

static void print_as_jsonl(const struct report *r, struct printer *p)
{
	for (uint32_t i = 0; i < r->n_rows; i++) {
		json_row(p, r, i);
		print_str(p, "\n");
	}
}

static void tsv_row(struct printer *p, const struct report *r, uint32_t number)
{
	struct report_row row;
	uint32_t n = 0;
	report_read(r, number, &row);
	for (uint32_t i = 0; i < r->n_columns; i++) {
		const struct report_column *c = &r->columns[i];
		if (c->flags & COLUMN_ONLY_IN_TEXT)
			continue;
		print_str(p, n++ ? "\t" : "");
		if (row.cells[i].none)
			continue;
		if (c->kind == CELL_TEXT)
			print_tsv(p, row.cells[i].text);
		else
			print_number(p, c, &row.cells[i]);
	}
	print_str(p, "\n");
}

static void print_as_tsv(const struct report *r, struct printer *p)
{
	for (uint32_t i = 0; i < r->n_rows; i++)
		tsv_row(p, r, i);
}

/* ---- for people ---- */

struct layout {
	const struct report *report;
	bool shown[REPORT_COLUMNS_MAX];
	uint32_t width[REPORT_COLUMNS_MAX];
	uint32_t bar; /* columns for bars; 0: none */
	double most;  /* what fills a bar */
	struct buf room;
};

static const char *number_for_people(double value, char out[NUMBER_ROOM])
{
	snprintf(out, NUMBER_ROOM, "%.2f", value);
	return decimal_for_people(out);
}

/* A cell as it is printed: borrowed from the layout until the next call. */
static struct slice cell_string(struct layout *l, uint32_t column, const struct cell *cell)
{
	enum cell_kind kind = l->report->columns[column].kind;
	char number[NUMBER_ROOM];
	enum fund_status st = FUND_OK;
	buf_reset(&l->room);
	if (cell->none)
		st = buf_add_str(&l->room, kind == CELL_TEXT ? "-" : "");
	else if (kind == CELL_TEXT)
		st = text_escape(cell->text, true, &l->room);
	else if (kind == CELL_COUNT)
		st = buf_add_format(&l->room, "%llu", (unsigned long long)cell->count);
	else
		st = buf_add_str(&l->room, number_for_people(cell->number, number));
	return st == FUND_OK ? slice_buf(&l->room) : SLICE_LIT("?");
}

static uint32_t taken(const struct layout *l)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->report->n_columns; i++)
		n += l->shown[i] ? l->width[i] + 2 : 0;
	return n;
}

static void measure_row(struct layout *l, uint32_t number)
{
	const struct report *r = l->report;
	struct report_row row;
	report_read(r, number, &row);
	for (uint32_t i = 0; i < r->n_columns; i++) {
		uint32_t w = l->shown[i] ? text_width(cell_string(l, i, &row.cells[i])) : 0;
		l->width[i] = w > l->width[i] ? w : l->width[i];
	}
	double value = r->bar >= 0 ? report_number(r, &row, (uint32_t)r->bar) : 0;
	l->most = value > l->most ? value : l->most;
}

static void measure(struct layout *l, const struct present_options *o)
{
	const struct report *r = l->report;
	for (uint32_t i = 0; i < r->n_columns; i++) {
		l->shown[i] = !(r->columns[i].flags & COLUMN_NOT_IN_TEXT);
		l->width[i] = text_width(slice_str(translate(r->columns[i].heading)));
	}
	for (uint32_t row = 0; row < r->n_rows; row++)
		measure_row(l, row);
	if (!o->terminal || r->bar < 0)
		return;
	for (uint32_t i = 0; i < r->n_columns && taken(l) + BAR_LEAST > o->width; i++)
		if (r->columns[i].flags & COLUMN_MAY_GO)
			l->shown[i] = false;
	uint32_t left = o->width > taken(l) + 2 ? o->width - taken(l) - 2 : 0;
	l->bar = left > BAR_MOST ? BAR_MOST : left;
}

/* Whole blocks and an eighth of one at the end; what is not nothing shows. */
static void print_bar(struct layout *l, struct printer *p, double value)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	uint32_t units = l->most > 0 ? (uint32_t)(value / l->most * l->bar * 8 + 0.5) : 0, columns = (units + 7) / 8;
	if (units == 0 && value > 0)
		units = columns = 1;
	for (uint32_t i = 0; i < units / 8; i++)
		print_str(p, "█");
	print_format(p, "%s%*s", eighths[units % 8], (int)(l->bar - columns), "");
}

static void print_padded(struct printer *p, struct slice s, uint32_t width, bool right)
{
	uint32_t w = text_width(s), pad = w < width ? width - w : 0;
	if (right)
		print_format(p, "%*s", (int)pad, "");
	print_raw(p, s.data, s.len);
	if (!right)
		print_format(p, "%*s", (int)pad, "");
}

/* NULL: the headings. Bars stand before what is for people alone. */
static void print_row(struct layout *l, struct printer *p, const struct report_row *row)
{
	const struct report *r = l->report;
	bool first = true, bar_due = l->bar > 0;
	uint32_t last = 0;
	for (uint32_t i = 0; i < r->n_columns; i++)
		last = l->shown[i] ? i : last;
	for (uint32_t i = 0; i < r->n_columns; i++) {
		const struct report_column *c = &r->columns[i];
		if (!l->shown[i])
			continue;
		print_str(p, first ? "" : "  ");
		first = false;
		if (bar_due && c->flags & COLUMN_ONLY_IN_TEXT) {
			if (row)
				print_bar(l, p, report_number(r, row, (uint32_t)r->bar));
			else
				print_format(p, "%*s", (int)l->bar, "");
			print_str(p, "  ");
			bar_due = false;
		}
		struct slice s = row ? cell_string(l, i, &row->cells[i]) : slice_str(translate(c->heading));
		print_padded(p, s, i == last && c->kind == CELL_TEXT && !bar_due ? 0 : l->width[i], c->kind != CELL_TEXT);
	}
	if (bar_due && row) {
		print_str(p, "  ");
		print_bar(l, p, report_number(r, row, (uint32_t)r->bar));
	}
	print_str(p, "\n");
}

static void print_rows(const struct report *r, struct printer *p, const struct present_options *o)
{
	struct layout l = { .report = r };
	struct report_row row;
	measure(&l, o);
	present_color(p, o, PRESENT_BOLD);
	print_row(&l, p, NULL);
	present_color(p, o, PRESENT_PLAIN);
	for (uint32_t i = 0; i < r->n_rows; i++) {
		report_read(r, i, &row);
		print_row(&l, p, &row);
	}
	buf_release(&l.room);
}

static void print_as_text(const struct report *r, struct printer *p, const struct present_options *o)
{
	if (r->n_rows)
		print_rows(r, p, o);
	if (r->note[0])
		print_format(p, "%s\n", r->note);
}

void report_print(const struct report *r, enum format_id format, struct printer *p, const struct present_options *o)
{
	switch (format) {
	case FORMAT_JSON: print_as_json(r, p); break;
	case FORMAT_JSONL: print_as_jsonl(r, p); break;
	case FORMAT_TSV: print_as_tsv(r, p); break;
	default: print_as_text(r, p, o); break;
	}
}
