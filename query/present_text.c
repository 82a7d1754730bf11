/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_text.c - for people: title, date, key, and the passage with its matches in bold. */
#include "query/present.h"

#include "base/translate.h"
#include "base/utf8.h"
#include "base/width.h"

#define INDENT 4u
#define WIDTH_MAX 100u /* longer lines are hard to read */

/* ---- wrapping ---- */

struct wrap {
	struct printer *p;
	const struct present_options *o;
	const struct marked_text *text;
	enum present_look base; /* between matches */
	uint32_t column, width, mark;
	bool in_mark;
	const struct shown_hit *link; /* NULL: the text is none */
};

/* Turns the match colour on and off on the way over the byte at `off`. */
static void cross(struct wrap *w, uint32_t off)
{
	const struct marked_text *t = w->text;
	if (w->in_mark && off == t->marks[w->mark].off + t->marks[w->mark].len) {
		present_color(w->p, w->o, PRESENT_PLAIN);
		if (w->base != PRESENT_PLAIN)
			present_color(w->p, w->o, w->base);
		w->in_mark = false;
		w->mark++;
	}
	if (!w->in_mark && w->mark < t->n_marks && off == t->marks[w->mark].off) {
		present_color(w->p, w->o, PRESENT_MATCH);
		w->in_mark = true;
	}
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
		uint32_t n = text_width(slice_of(bytes + at, end - at));
		if (w->column > INDENT && w->column + 1 + n > w->width) {
			if (w->link)
				present_link_end(w->p, w->link->address);
			print_format(w->p, "\n%*s", (int)INDENT, "");
			if (w->link)
				present_link(w->p, w->link->address, w->link->rank);
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

static const char *score_for_people(int64_t micro, char out[32])
{
	score_format(micro, out);
	return decimal_for_people(out);
}

static void text_begin(struct printer *p, const struct result *r, const struct present_options *o)
{
	char took[40];
	(void)o;
	if (r->n_hits == 0)
		return;
	print_str(p, r->total_exact ? "" : translate(N_("more than ")));
	print_format(p, translate_plural("%llu article", "%llu articles", (unsigned long)r->total), (unsigned long long)r->total);
	snprintf(took, sizeof took, "%llu.%02llu", (unsigned long long)(r->took_us / 1000), (unsigned long long)(r->took_us % 1000 / 10));
	print_format(p, " (%s ms)\n", decimal_for_people(took));
}

static void write_explain(struct printer *p, const struct shown_hit *h)
{
	static const char *const fields[FIELDS] = { N_("text"), N_("title"), N_("author"), N_("section"), N_("source") };
	static const struct {
		const char *kind, *name;
	} kinds[] = { { "word", N_("word") }, { "part", N_("part of a compound") }, { "variant", N_("variant") }, { "proximity", N_("side by side") }, { "recency", N_("age") } };
	for (uint32_t i = 0; i < h->n_explain; i++) {
		const struct explain_item *e = &h->explain[i];
		const char *kind = e->kind;
		char score[32];
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			kind = strcmp(kinds[k].kind, e->kind) == 0 ? translate(kinds[k].name) : kind;
		print_format(p, "%*s%9s  ", (int)INDENT, "", score_for_people(e->score, score));
		print_text(p, e->term, true);
		if (e->df == 0) { /* no term: nearness, age */
			print_format(p, " (%s)\n", kind);
			continue;
		}
		print_format(p, translate(N_(" (%s in %s): %u times here, in %llu articles\n")), kind, translate(fields[e->field]), e->freq,
			     (unsigned long long)e->df);
	}
}

/* Where else the same was printed. */
static void write_copies(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	for (uint32_t i = 0; i < h->n_copies; i++) {
		const struct shown_copy *c = &h->copies[i];
		print_format(p, "%*s", (int)INDENT, "");
		present_color(p, o, PRESENT_DIM);
		print_format(p, "%s ", translate(N_("also:")));
		present_linked_date(p, c->date, c->address, 0);
		print_str(p, c->date ? "  " : "");
		print_text(p, c->source, true);
		print_str(p, c->source.len ? "  " : "");
		present_linked_key(p, c->key, c->address, 0);
		present_color(p, o, PRESENT_PLAIN);
		print_str(p, "\n");
	}
}

static void write_heading(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char number[16];
	int n = snprintf(number, sizeof number, "%3u ", h->rank);
	struct wrap w = { p, o, &h->title, PRESENT_BOLD, (uint32_t)n, width_of(o), 0, false, h };
	print_str(p, number);
	present_color(p, o, PRESENT_BOLD);
	present_link(p, h->address, h->rank);
	if (h->title.text.len)
		wrap_text(&w);
	else
		print_key(p, h->key, false);
	present_link_end(p, h->address);
	present_color(p, o, PRESENT_PLAIN);
}

static void write_origin(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char score[32];
	const struct slice origin[] = { h->source, h->section, h->author };
	print_format(p, "\n%*s", (int)INDENT, "");
	present_color(p, o, PRESENT_DIM);
	if (h->date) {
		present_linked_date(p, h->date, h->address, h->rank);
		print_str(p, "  ");
	}
	for (size_t i = 0; i < sizeof origin / sizeof *origin; i++)
		if (origin[i].len) {
			print_text(p, origin[i], true);
			print_str(p, "  ");
		}
	present_linked_key(p, h->key, h->address, h->rank);
	print_format(p, "  %s", score_for_people(h->score, score));
	present_color(p, o, PRESENT_PLAIN);
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
		struct wrap w = { p, o, &h->snippet, PRESENT_PLAIN, INDENT, width_of(o), 0, false, NULL };
		print_format(p, "%*s", (int)INDENT, "");
		wrap_text(&w);
		print_str(p, "\n");
	}
	write_copies(p, h, o);
	if (o->explain)
		write_explain(p, h);
}

static void text_end(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)o;
	if (r->next)
		print_format(p, translate(N_("\nNext page: --offset=%u\n")), r->next);
}

static void text_count(struct printer *p, const struct result *r, const struct present_options *o)
{
	(void)o;
	print_format(p, "%llu\n", (unsigned long long)r->total);
}

/* ---- one article ---- */

static void linked_field(struct printer *p, const char *name, struct slice value, struct slice address)
{
	if (!value.len)
		return;
	print_format(p, "%s: ", translate(name));
	present_link(p, address, 0);
	print_text(p, value, true);
	present_link_end(p, address);
	print_str(p, "\n");
}

static void field(struct printer *p, const char *name, struct slice value) { linked_field(p, name, value, slice_of(NULL, 0)); }

/* Lines and tabs of a text are its own; other controls are made visible. */
static void body(struct printer *p, struct slice text)
{
	while (text.len) {
		const uint8_t *end = text.data;
		while (end < slice_end(text) && *end != '\n' && *end != '\t')
			end++;
		size_t len = (size_t)(end - text.data);
		bool carriage = len && text.data[len - 1] == '\r' && len < text.len && *end == '\n';
		print_text(p, slice_of(text.data, len - carriage), false);
		if (len < text.len)
			print_raw(p, end, 1);
		len += len < text.len;
		text = slice_from(text, len);
	}
}

static void text_show(struct printer *p, const struct shown_hit *h, const struct present_options *o)
{
	char date[16];
	(void)o;
	print_format(p, "%s: ", translate(N_("Key")));
	present_linked_key(p, h->key, h->address, 0);
	print_str(p, "\n");
	linked_field(p, N_("Title"), h->title.text, h->address);
	linked_field(p, N_("Date"), slice_str(date_format(h->date, date)), h->address);
	field(p, N_("Author"), h->author);
	field(p, N_("Section"), h->section);
	field(p, N_("Source"), h->source);
	field(p, N_("Format"), h->format);
	field(p, N_("Encoding"), h->encoding);
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
