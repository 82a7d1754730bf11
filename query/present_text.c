/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_text.c - for people: title, date, key, and the passage with its matches in bold. */
#include "query/present.h"

#include "base/utf8.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define MATCH "\033[1;31m"
#define PLAIN "\033[0m"
#define INDENT 4u
#define WIDTH_MAX 100u /* longer lines are hard to read */

static void colored(struct printer *p, const struct present_options *o, const char *code)
{
	if (o->color)
		print_str(p, code);
}

/* ---- wrapping ---- */

struct wrap {
	struct printer *p;
	const struct present_options *o;
	const struct marked_text *text;
	const char *base; /* the colour between matches */
	uint32_t column, width, mark;
	bool in_mark;
};

/* Turns the match colour on and off on the way over the byte at `off`. */
static void cross(struct wrap *w, uint32_t off)
{
	const struct marked_text *t = w->text;
	if (w->in_mark && off == t->marks[w->mark].off + t->marks[w->mark].len) {
		colored(w->p, w->o, PLAIN);
		colored(w->p, w->o, w->base);
		w->in_mark = false;
		w->mark++;
	}
	if (!w->in_mark && w->mark < t->n_marks && off == t->marks[w->mark].off) {
		colored(w->p, w->o, MATCH);
		w->in_mark = true;
	}
}

static uint32_t characters(const uint8_t *p, const uint8_t *end)
{
	uint32_t n = 0;
	for (; p < end; p++)
		n += (*p & 0xC0) != 0x80;
	return n;
}

static void put_word(struct wrap *w, uint32_t from, uint32_t to)
{
	const uint8_t *bytes = w->text->text.data;
	for (uint32_t i = from; i < to;) {
		uint32_t cp;
		cross(w, i);
		uint32_t n = (uint32_t)utf8_decode(bytes + i, bytes + to, &cp);
		print_text(w->p, slice_of(bytes + i, n), true);
		i += n;
	}
	cross(w, to);
}

/* Words with blanks between, a new line where the next would not fit. */
static void wrap_text(struct wrap *w)
{
	const uint8_t *bytes = w->text->text.data;
	uint32_t len = (uint32_t)w->text->text.len;
	for (uint32_t at = 0; at < len;) {
		uint32_t end = at;
		while (end < len && bytes[end] != ' ')
			end++;
		uint32_t n = characters(bytes + at, bytes + end);
		if (w->column > INDENT && w->column + 1 + n > w->width) {
			print_format(w->p, "\n%*s", (int)INDENT, "");
			w->column = INDENT;
		} else if (at > 0) {
			print_str(w->p, " ");
			w->column++;
		}
		put_word(w, at, end);
		w->column += n;
		at = end + 1;
	}
}

static uint32_t width_of(const struct present_options *o) { return o->width > WIDTH_MAX ? WIDTH_MAX : o->width < 40 ? 40 : o->width; }

/* ---- hits ---- */

static void text_begin(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)o;
	if (r->n_hits == 0)
		return;
	print_format(p, "%s%llu article%s (%llu.%02llu ms)\n", r->total_exact ? "" : "more than ", (unsigned long long)r->total, r->total == 1 ? "" : "s",
		     (unsigned long long)(r->took_us / 1000), (unsigned long long)(r->took_us % 1000 / 10));
}

static void write_explain(struct printer *p, const struct shown_hit *h)
{
	static const char *const fields[FIELDS] = { "text", "title", "author", "section", "source" };
	for (uint32_t i = 0; i < h->n_explain; i++) {
		const struct explain_item *e = &h->explain[i];
		print_format(p, "%*s%8lld.%06lld  %s \"", (int)INDENT, "", (long long)(e->score / SCORE_UNIT), (long long)(e->score % SCORE_UNIT), e->kind);
		print_text(p, e->term, true);
		print_format(p, "\" in %s, %u times here, in %llu articles\n", fields[e->field], e->freq, (unsigned long long)e->df);
	}
}

static void write_heading(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char number[16];
	int n = snprintf(number, sizeof number, "%3u ", h->rank);
	struct wrap w = { p, o, &h->title, BOLD, (uint32_t)n, width_of(o), 0, false };
	print_str(p, number);
	colored(p, o, BOLD);
	if (h->title.text.len)
		wrap_text(&w);
	else
		print_key(p, h->key, false);
	colored(p, o, PLAIN);
}

static void write_origin(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char date[16], score[32];
	const struct slice origin[] = { h->source, h->section, h->author };
	print_format(p, "\n%*s", (int)INDENT, "");
	colored(p, o, DIM);
	if (h->date)
		print_format(p, "%s  ", date_format(h->date, date));
	for (size_t i = 0; i < sizeof origin / sizeof *origin; i++)
		if (origin[i].len) {
			print_text(p, origin[i], true);
			print_str(p, "  ");
		}
	print_key(p, h->key, false);
	print_format(p, "  %s", score_format(h->score, score));
	colored(p, o, PLAIN);
	print_str(p, "\n");
}

static void text_hit(struct printer *p, const struct result *r, const struct shown_hit *h, const struct present_options *o, bool first)
{
	(void)r;
	(void)first;
	print_str(p, "\n");
	write_heading(p, h, o);
	write_origin(p, h, o);
	if (h->snippet.text.len) {
		struct wrap w = { p, o, &h->snippet, "", INDENT, width_of(o), 0, false };
		print_format(p, "%*s", (int)INDENT, "");
		wrap_text(&w);
		print_str(p, "\n");
	}
	if (o->explain)
		write_explain(p, h);
}

static void text_end(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)o;
	if (r->total > (r->n_hits ? r->hits[r->n_hits - 1].rank : 0) && r->n_hits)
		print_format(p, "\nNext page: --offset=%u\n", r->hits[r->n_hits - 1].rank);
}

static void text_count(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)o;
	print_format(p, "%llu\n", (unsigned long long)r->total);
}

/* ---- one article ---- */

static void field(struct printer *p, const char *name, struct slice value)
{
	if (!value.len)
		return;
	print_format(p, "%s: ", name);
	print_text(p, value, true);
	print_str(p, "\n");
}

/* Lines and tabs of a text are its own; other controls are made visible. */
static void body(struct printer *p, struct slice text)
{
	while (text.len) {
		const uint8_t *end = text.data;
		while (end < text.data + text.len && *end != '\n' && *end != '\t')
			end++;
		size_t len = (size_t)(end - text.data);
		bool carriage = len && text.data[len - 1] == '\r' && len < text.len && *end == '\n';
		print_text(p, slice_of(text.data, len - carriage), false);
		if (len < text.len)
			print_raw(p, end, 1);
		len += len < text.len;
		text = slice_of(text.data + len, text.len - len);
	}
}

static void text_show(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char date[16];
	(void)o;
	print_str(p, "Key: ");
	print_key(p, h->key, false);
	print_str(p, "\n");
	field(p, "Title", h->title.text);
	field(p, "Date", slice_str(date_format(h->date, date)));
	field(p, "Author", h->author);
	field(p, "Section", h->section);
	field(p, "Source", h->source);
	field(p, "Format", h->format);
	field(p, "Encoding", h->encoding);
	print_str(p, "\n");
	if (h->lead.len) {
		body(p, h->lead);
		print_str(p, "\n\n");
	}
	body(p, h->body);
	if (!h->body.len || h->body.data[h->body.len - 1] != '\n')
		print_str(p, "\n");
}

const struct presenter present_text = { "text", HIT_TITLE | HIT_SNIPPET, true, false, text_begin, text_hit, text_end, text_show, text_count };
