/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline_svg.c - a timeline as a picture that a browser shows: title, axes, bars for one query, lines for several. */
#include "cli/timeline_svg.h"

#include <math.h>

#include "base/translate.h"
#include "base/width.h"

#define WIDTH 960.0
#define HEIGHT 420.0
#define LEFT 70.0
#define RIGHT 20.0
#define TOP 70.0
#define BOTTOM 60.0
#define TICKS 5
#define LABEL_ROOM 80.0 /* between the labels below the axis */

static const char *const colors[FUNDSTELLE_TIMELINES_MAX] = { "#1f6fb2", "#c8442b", "#2f8f4e", "#8a4fb0", "#b8860b", "#008b8b", "#b03070", "#606060" };

struct chart {
	struct printer *p;
	const struct report *report;
	uint32_t value; /* column */
	uint32_t n_periods, n_series;
	double most;	/* top of the axis */
	double step;	/* between its ticks */
};

/* Character data and attribute values; what XML cannot have is made visible as on a terminal. */
static void print_xml(struct printer *p, struct slice text)
{
	struct buf plain = BUF_INIT;
	if (text_escape(text, true, &plain) != FUND_OK)
		return;
	for (size_t i = 0; i < plain.len; i++) {
		switch (plain.data[i]) {
		case '<': print_str(p, "&lt;"); break;
		case '>': print_str(p, "&gt;"); break;
		case '&': print_str(p, "&amp;"); break;
		case '"': print_str(p, "&quot;"); break;
		default: print_raw(p, &plain.data[i], 1);
		}
	}
	buf_release(&plain);
}

static double value_of(const struct chart *c, uint32_t period, uint32_t series)
{
	struct report_row row;
	report_read(c->report, period * c->n_series + series, &row);
	return report_number(c->report, &row, c->value);
}

static struct slice text_of(const struct chart *c, uint32_t number, uint32_t column)
{
	struct report_row row;
	report_read(c->report, number, &row);
	return row.cells[column].text;
}

static struct slice period_of(const struct chart *c, uint32_t period) { return text_of(c, period * c->n_series, 0); }
static double plot_width(void) { return WIDTH - LEFT - RIGHT; }
static double plot_height(void) { return HEIGHT - TOP - BOTTOM; }
static double y_of(const struct chart *c, double value) { return TOP + plot_height() * (1 - value / c->most); }
static double x_of(const struct chart *c, double period) { return LEFT + plot_width() * period / c->n_periods; }

/* 1, 2 or 5 times a power of ten, so that TICKS of them reach the largest value; counts have no fractions. */
static void scale(struct chart *c)
{
	double largest = 0;
	for (uint32_t i = 0; i < c->n_periods; i++)
		for (uint32_t s = 0; s < c->n_series; s++)
			largest = fmax(largest, value_of(c, i, s));
	double raw = largest > 0 ? largest / TICKS : 1, power = pow(10, floor(log10(raw))), m = raw / power;
	c->step = power * (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10);
	if (c->report->columns[c->value].kind == CELL_COUNT && c->step < 1)
		c->step = 1;
	c->most = c->step * fmax(1, ceil(largest / c->step));
}

/* ---- parts ---- */

static void begin(const struct chart *c)
{
	print_format(c->p,
		     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
		     "font-family=\"system-ui, sans-serif\" font-size=\"13\">\n<title>",
		     WIDTH, HEIGHT, WIDTH, HEIGHT);
	print_xml(c->p, c->report->head.query);
	print_str(c->p, "</title>\n<style>\n"
			".ground { fill: #fff } text { fill: #222 } .grid { stroke: #ddd } .axis { stroke: #444 } .soft { fill: #666 }\n"
			"@media (prefers-color-scheme: dark) { .ground { fill: #161616 } text { fill: #eee } .grid { stroke: #333 } .axis { stroke: #aaa } .soft "
			"{ fill: #aaa } }\n</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
}

/* The query, and what is counted; of several, each in its colour. */
static void title(const struct chart *c)
{
	const struct options *o = c->report->options;
	static const char *const units[] = { N_("a year"), N_("a month"), N_("a day") };
	const char *what = o->relative ? N_("hits per million words") : N_("hits");
	double x = LEFT;
	for (uint32_t s = 0; s < c->n_series; s++) {
		struct slice query = c->n_series > 1 ? text_of(c, s, 1) : c->report->head.query;
		struct slice shown = slice_of(query.data, text_fitting(query, 100 / c->n_series));
		print_format(c->p, "<text x=\"%.1f\" y=\"28\" font-size=\"18\" font-weight=\"600\"", x);
		if (c->n_series > 1)
			print_format(c->p, " style=\"fill: %s\"", colors[s]);
		print_str(c->p, ">");
		print_xml(c->p, shown);
		print_format(c->p, "%s</text>\n", shown.len < query.len ? "…" : "");
		x += 10.5 * (text_width(shown) + 3);
	}
	print_format(c->p, "<text class=\"soft\" x=\"%.1f\" y=\"50\">%s %s</text>\n", LEFT, translate(what), translate(units[o->unit]));
}

static void axes(const struct chart *c)
{
	int decimals = c->step < 1 ? (int)ceil(-log10(c->step)) : 0;
	for (double v = 0; v <= c->most + c->step / 2; v += c->step) {
		double y = y_of(c, v);
		print_format(c->p, "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>", v < c->step / 2 ? "axis" : "grid", LEFT,
			     WIDTH - RIGHT, y, y);
		print_format(c->p, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.*f</text>\n", LEFT - 8, y + 4.5, decimals, v);
	}
	uint32_t every = (uint32_t)ceil(c->n_periods * LABEL_ROOM / plot_width());
	for (uint32_t i = 0; i < c->n_periods; i += every) {
		double x = x_of(c, i + 0.5);
		print_format(c->p, "<line class=\"axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x,
			     x, HEIGHT - BOTTOM, HEIGHT - BOTTOM + 5, x, HEIGHT - BOTTOM + 22);
		print_xml(c->p, period_of(c, i));
		print_str(c->p, "</text>\n");
	}
}

static void tooltip(const struct chart *c, uint32_t period, uint32_t series)
{
	print_str(c->p, "<title>");
	print_xml(c->p, period_of(c, period));
	print_format(c->p, ": %.*f</title>", c->report->columns[c->value].kind == CELL_COUNT ? 0 : 2, value_of(c, period, series));
}

static void bars(const struct chart *c)
{
	double room = plot_width() / c->n_periods, width = fmin(60, fmax(0.8 * room, fmin(room, 1)));
	print_format(c->p, "<g fill=\"%s\">\n", colors[0]);
	for (uint32_t i = 0; i < c->n_periods; i++) {
		double y = y_of(c, value_of(c, i, 0));
		print_format(c->p, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\">", x_of(c, i + 0.5) - width / 2, y, width,
			     HEIGHT - BOTTOM - y);
		tooltip(c, i, 0);
		print_str(c->p, "</rect>\n");
	}
	print_str(c->p, "</g>\n");
}

static void line(const struct chart *c, uint32_t series)
{
	print_format(c->p, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\" points=\"", colors[series]);
	for (uint32_t i = 0; i < c->n_periods; i++)
		print_format(c->p, "%s%.2f,%.2f", i ? " " : "", x_of(c, i + 0.5), y_of(c, value_of(c, i, series)));
	print_format(c->p, "\"/>\n<g fill=\"%s\">\n", colors[series]);
	for (uint32_t i = 0; i < c->n_periods; i++) {
		print_format(c->p, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%s\">", x_of(c, i + 0.5), y_of(c, value_of(c, i, series)), c->n_periods > 200 ? "1" : "3");
		tooltip(c, i, series);
		print_str(c->p, "</circle>\n");
	}
	print_str(c->p, "</g>\n");
}

void timeline_svg(const struct report *r, struct printer *p)
{
	struct chart c = { .p = p, .report = r, .value = (uint32_t)r->bar, .n_series = 1 };
	while (c.n_series < r->n_rows && slice_equal(text_of(&c, c.n_series, 0), text_of(&c, 0, 0)))
		c.n_series++;
	c.n_periods = r->n_rows / c.n_series;
	scale(&c);
	begin(&c);
	title(&c);
	axes(&c);
	if (c.n_series == 1)
		bars(&c);
	else
		for (uint32_t s = 0; s < c.n_series; s++)
			line(&c, s);
	print_str(p, "</svg>\n");
}
