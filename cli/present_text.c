/* SPDX-License-Identifier: GPL-2.0-or-later */
/* present_text.c - for people: title, date, key, and the passage with its matches in bold. */
#include "cli/present.h"

#include "base/translate.h"
#include "base/utf8.h"
#include "base/width.h"

#define INDENT 4u
#define WIDTH_MAX 100u /* longer lines are hard to read */

/* ---- wrapping ---- */

struct wrap {
	struct printer *p;
	const struct present_options *o;
	struct fundstelle_text text;
	const struct fundstelle_range *marks;
	uint32_t n_marks;
	enum present_look base; /* between matches */
	uint32_t column, width, mark;
	bool in_mark;
	const struct fundstelle_hit *link; /* NULL: the text is none */
};

/* Turns the match colour on and off on the way over the byte at `off`. */
static void cross(struct wrap *w, uint32_t off)
{
	if (w->in_mark && off == w->marks[w->mark].end) {
		present_color(w->p, w->o, PRESENT_PLAIN);
		if (w->base != PRESENT_PLAIN)
			present_color(w->p, w->o, w->base);
		w->in_mark = false;
		w->mark++;
	}
	if (!w->in_mark && w->mark < w->n_marks && off == w->marks[w->mark].begin) {
		present_color(w->p, w->o, PRESENT_MATCH);
		w->in_mark = true;
	}
}

static void put_word(struct wrap *w, uint32_t from, uint32_t to)
{
	const uint8_t *bytes = text_slice(w->text).data;
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
	const uint8_t *bytes = text_slice(w->text).data;
	uint32_t len = (uint32_t)w->text.len;
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

static const char *score_for_people(int64_t millionths, char out[32])
{
	score_format(millionths, out);
	return decimal_for_people(out);
}

static void text_begin(struct printer *p, const struct listing *list, const struct present_options *o)
{
	const struct fundstelle_summary *s = &list->summary;
	char took[40];
	(void)o;
	if (s->n_hits == 0)
		return;
	print_str(p, s->total_exact ? "" : translate(N_("more than ")));
	print_format(p, translate_plural("%llu article", "%llu articles", (unsigned long)s->total), (unsigned long long)s->total);
	snprintf(took, sizeof took, "%llu.%02llu", (unsigned long long)(s->took / 1000), (unsigned long long)(s->took % 1000 / 10));
	print_format(p, " (%s ms)\n", decimal_for_people(took));
}

/* A word of the explanation as a person reads it. */
static const char *name_of(const char *word)
{
	static const struct {
		const char *word, *name;
	} names[] = { { "text", N_("text") }, { "title", N_("title") }, { "author", N_("author") }, { "section", N_("section") }, { "source", N_("source") },
		      { "word", N_("word") }, { "part", N_("part of a compound") }, { "variant", N_("variant") }, { "proximity", N_("side by side") },
		      { "recency", N_("age") } };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].word, word) == 0)
			return translate(names[i].name);
	return word;
}

static void write_explain(struct printer *p, const struct listed_hit *h)
{
	struct fundstelle_explained e = { .size = sizeof e };
	for (uint32_t i = 0; fundstelle_hit_explained(h->result, h->number, i, &e) == FUNDSTELLE_OK; i++) {
		char score[32];
		print_format(p, "%*s%9s  ", (int)INDENT, "", score_for_people(e.millionths, score));
		print_text(p, text_slice(e.term), true);
		if (e.df == 0) { /* no term: nearness, age */
			print_format(p, " (%s)\n", name_of(e.kind.data));
			continue;
		}
		print_format(p, translate(N_(" (%s in %s): %u times here, in %llu articles\n")), name_of(e.kind.data), name_of(e.field.data), e.freq,
			     (unsigned long long)e.df);
	}
}

/* Where else the same was printed. */
static void write_duplicates(struct printer *p, const struct listed_hit *h, const struct present_options *o)
{
	struct fundstelle_duplicate d = { .size = sizeof d };
	for (uint32_t i = 0; fundstelle_hit_duplicate(h->result, h->number, i, &d) == FUNDSTELLE_OK; i++) {
		print_format(p, "%*s", (int)INDENT, "");
		present_color(p, o, PRESENT_DIM);
		print_format(p, "%s ", translate(N_("also:")));
		present_linked_date(p, d.date, d.address, 0);
		print_str(p, has_date(d.date) ? "  " : "");
		print_text(p, text_slice(d.source), true);
		print_str(p, d.source.len ? "  " : "");
		present_linked_key(p, d.key, d.address, 0);
		present_color(p, o, PRESENT_PLAIN);
		print_str(p, "\n");
	}
}

static void write_heading(struct printer *p, const struct fundstelle_hit *h, const struct present_options *o)
{
	char number[16];
	int n = snprintf(number, sizeof number, "%3u ", h->rank);
	struct wrap w = { .p = p, .o = o, .text = h->title, .marks = h->title_marks, .n_marks = h->n_title_marks, .base = PRESENT_BOLD, .column = (uint32_t)n,
			  .width = width_of(o), .link = h };
	print_str(p, number);
	present_color(p, o, PRESENT_BOLD);
	present_link(p, h->address, h->rank);
	if (h->title.len)
		wrap_text(&w);
	else
		print_key(p, text_slice(h->key), false);
	present_link_end(p, h->address);
	present_color(p, o, PRESENT_PLAIN);
}

static void write_origin(struct printer *p, const struct fundstelle_hit *h, const struct present_options *o)
{
	char score[32];
	const struct fundstelle_text origin[] = { h->source, h->section, h->author };
	print_format(p, "\n%*s", (int)INDENT, "");
	present_color(p, o, PRESENT_DIM);
	if (has_date(h->date)) {
		present_linked_date(p, h->date, h->address, h->rank);
		print_str(p, "  ");
	}
	for (size_t i = 0; i < sizeof origin / sizeof *origin; i++)
		if (origin[i].len) {
			print_text(p, text_slice(origin[i]), true);
			print_str(p, "  ");
		}
	present_linked_key(p, h->key, h->address, h->rank);
	print_format(p, "  %s", score_for_people(h->millionths, score));
	present_color(p, o, PRESENT_PLAIN);
	print_str(p, "\n");
}

static void text_hit(struct printer *p, const struct listed_hit *h, const struct present_options *o, bool first)
{
	(void)first;
	print_str(p, "\n");
	write_heading(p, &h->is, o);
	write_origin(p, &h->is, o);
	if (h->is.snippet.len) {
		struct wrap w = { .p = p, .o = o, .text = h->is.snippet, .marks = h->is.marks, .n_marks = h->is.n_marks, .base = PRESENT_PLAIN, .column = INDENT,
				  .width = width_of(o) };
		print_format(p, "%*s", (int)INDENT, "");
		wrap_text(&w);
		print_str(p, "\n");
	}
	write_duplicates(p, h, o);
	if (o->explain)
		write_explain(p, h);
}

static void text_end(struct printer *p, const struct listing *list, const struct present_options *o)
{
	(void)o;
	if (list->summary.next)
		print_format(p, translate(N_("\nNext page: --offset=%u\n")), list->summary.next);
}

static void text_count(struct printer *p, const struct listing *list, const struct present_options *o)
{
	(void)o;
	print_format(p, "%llu\n", (unsigned long long)list->summary.total);
}

/* ---- one article ---- */

static void linked_field(struct printer *p, const char *name, struct fundstelle_text value, struct fundstelle_text address)
{
	if (!value.len)
		return;
	print_format(p, "%s: ", translate(name));
	present_link(p, address, 0);
	print_text(p, text_slice(value), true);
	present_link_end(p, address);
	print_str(p, "\n");
}

static void field(struct printer *p, const char *name, struct fundstelle_text value) { linked_field(p, name, value, (struct fundstelle_text){ "", 0 }); }

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

static void text_show(struct printer *p, const struct fundstelle_fields *f, const struct present_options *o)
{
	char date[DATE_TEXT_MAX];
	(void)o;
	print_format(p, "%s: ", translate(N_("Key")));
	present_linked_key(p, f->key, f->address, 0);
	print_str(p, "\n");
	linked_field(p, N_("Title"), f->title, f->address);
	date_format(f->date, date);
	linked_field(p, N_("Date"), (struct fundstelle_text){ date, strlen(date) }, f->address);
	field(p, N_("Author"), f->author);
	field(p, N_("Section"), f->section);
	field(p, N_("Source"), f->source);
	field(p, N_("Format"), f->format);
	field(p, N_("Encoding"), f->encoding);
	print_str(p, "\n");
	if (f->lead.len) {
		body(p, text_slice(f->lead));
		print_str(p, "\n\n");
	}
	body(p, text_slice(f->body));
	if (!f->body.len || f->body.data[f->body.len - 1] != '\n')
		print_str(p, "\n");
}

const struct presenter present_text = { 0, true, text_begin, text_hit, text_end, text_show, text_count };
