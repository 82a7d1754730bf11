/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_html.c - a page, HTML or XHTML: one article.
 *
 * Title   the article's <h1>, else the page's, else <title> without the paper's name; an <h1> that is the title is not in the text again.
 * Text    what is visible of the <article> or <main> where there is one that holds it, else of the page; without navigation and footer.
 * Lead    the description, where the text begins with it or does not have it.
 */
#include <stdlib.h>

#include "indexer/date.h"
#include "indexer/encoding.h"
#include "indexer/html_meta.h"
#include "indexer/html_text.h"
#include "indexer/reader.h"

#define SNIFFED ((size_t)16 << 10) /* bytes in which the encoding may be declared */
#define HEADINGS_MAX 8u

struct heading {
	size_t off, len; /* in `headings` */
	bool in_article, furniture;
};

struct html_reader {
	struct input *in;
	const struct reader_limits *limits;
	struct buf raw, decoded, text, title, headings;
	struct heading heading[HEADINGS_MAX];
	unsigned n_headings;
	size_t h1_start; /* in text */
	struct html_meta meta;
	struct html_text page;
	bool json, done; /* json: the script that begins is JSON-LD */
};

/* ---- recognition ---- */

static void drop(struct slice *s, size_t n)
{
	if (n)
		*s = slice_from(*s, n);
}

/* Without blanks, comments and <?xml …?> before the first tag. */
static struct slice at_first_tag(struct slice s)
{
	if (s.len >= 3 && memcmp(s.data, "\xEF\xBB\xBF", 3) == 0)
		drop(&s, 3);
	for (;;) {
		const uint8_t *end = NULL;
		while (s.len && is_white(s.data[0]))
			drop(&s, 1);
		if (slice_begins_with(s, "<!--"))
			end = memmem(s.data + 4, s.len - 4, "-->", 3);
		else if (slice_begins_with(s, "<?"))
			end = memmem(s.data + 2, s.len - 2, "?>", 2);
		if (!end)
			return s;
		drop(&s, (size_t)(end - s.data) + 2);
		if (s.len && s.data[0] == '>')
			drop(&s, 1);
	}
}

static int html_recognise(struct slice head, bool whole, struct slice name)
{
	static const char *const endings[] = { ".html", ".htm", ".xhtml", ".shtml" };
	static const char *const sure[] = { "<!doctype html", "<html", "<head", "<body" };
	(void)whole;
	if (encoding_is_binary(head))
		return 0;
	struct slice s = at_first_tag(head);
	for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
		if (slice_begins_with(s, sure[i]))
			return 75;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends_in(name, endings[i]))
			return 70;
	return 0;
}

/* ---- encoding ---- */

/* What stands behind `key` and an '=' in s: quoted, or up to a blank, ';' or '?'. */
static struct slice value_of(struct slice s, const char *key)
{
	while (s.len && !slice_begins_with(s, key))
		drop(&s, 1);
	if (s.len)
		drop(&s, strlen(key));
	while (s.len && (is_white(s.data[0]) || s.data[0] == '='))
		drop(&s, 1);
	uint8_t quote = s.len && (s.data[0] == '"' || s.data[0] == '\'') ? s.data[0] : 0;
	drop(&s, quote != 0);
	size_t n = 0;
	while (n < s.len && (quote ? s.data[n] != quote : !is_white(s.data[n]) && s.data[n] != ';' && s.data[n] != '?'))
		n++;
	return slice_of(s.data, n);
}

/* As <meta> or <?xml?> declares it. */
static bool declared_encoding(struct slice head, enum encoding *e)
{
	struct html_tokens t = html_tokens_of(head);
	enum html_token_type type;
	struct slice value;
	while (head.len && is_white(head.data[0]))
		drop(&head, 1);
	if (slice_begins_with(head, "<?xml")) {
		const uint8_t *end = memchr(head.data, '>', head.len);
		value = value_of(slice_of(head.data, end ? (size_t)(end - head.data) : head.len), "encoding");
		if (encoding_of_label(value, e))
			return true;
	}
	while ((type = html_next(&t)) != HTML_END) {
		if (type != HTML_OPEN || t.element != HTML_meta)
			continue;
		if (html_attribute(&t, "charset", &value) && encoding_of_label(value, e))
			return true;
		if (html_attribute(&t, "http-equiv", &value) && html_attribute(&t, "content", &value) && encoding_of_label(value_of(value, "charset"), e))
			return true;
	}
	return false;
}

/* ---- reading the page ---- */

static bool in_furniture(const struct html_text *h)
{
	for (unsigned i = 0; i < h->n_open; i++)
		if (h->open[i].furniture)
			return true;
	return false;
}

/* Adds s with its blanks run together. */
static enum fund_status add_line(struct buf *out, struct slice s)
{
	enum fund_status st = FUND_OK;
	s = slice_trim(s);
	for (size_t i = 0; st == FUND_OK && i < s.len; i++)
		if (!is_white(s.data[i]))
			st = buf_add_byte(out, s.data[i]);
		else if (!is_white(s.data[i - 1]))
			st = buf_add_byte(out, ' ');
	return st;
}

/* At its end tag: the heading's text is kept, whatever becomes of where it stands. */
static enum fund_status take_heading(struct html_reader *r)
{
	struct buf *text = &r->text;
	if (r->h1_start > text->len || r->n_headings == HEADINGS_MAX || r->page.unseen)
		return FUND_OK;
	size_t off = r->headings.len;
	enum fund_status st = add_line(&r->headings, slice_from(slice_buf(text), r->h1_start));
	if (st == FUND_OK && r->headings.len > off)
		r->heading[r->n_headings++] = (struct heading){ off, r->headings.len - off, r->page.articles > 0, in_furniture(&r->page) };
	return st;
}

static bool is_json_ld(const struct html_tokens *t)
{
	struct slice type;
	return t->element == HTML_script && html_attribute(t, "type", &type) && slice_begins_with(type, "application/ld+json");
}

static enum fund_status take_token(struct html_reader *r, const struct html_tokens *t, enum html_token_type type)
{
	enum fund_status st = FUND_OK;
	if (type == HTML_OPEN) {
		r->json = is_json_ld(t);
		if (t->element == HTML_meta)
			st = html_meta_tag(&r->meta, t);
		else if (t->element == HTML_time && !r->page.unseen && !in_furniture(&r->page))
			st = html_meta_time(&r->meta, t, r->page.articles > 0);
		else if (t->element == HTML_h1)
			r->h1_start = r->text.len;
	} else if (type == HTML_TEXT && t->element == HTML_script && r->json) {
		st = html_meta_json(&r->meta, t->text);
	} else if (type == HTML_TEXT && t->element == HTML_title && !r->page.unseen && r->title.len == 0) {
		struct buf one = BUF_INIT;
		st = html_add_decoded(&one, t->text, false);
		if (st == FUND_OK)
			st = add_line(&r->title, slice_buf(&one));
		buf_release(&one);
	} else if (type == HTML_CLOSE && t->element == HTML_h1) {
		st = take_heading(r);
	}
	return st == FUND_OK ? html_text_token(&r->page, t, type) : st;
}

static enum fund_status read_page(struct html_reader *r, struct slice html, bool furniture)
{
	struct html_tokens t = html_tokens_of(html);
	enum html_token_type type;
	enum fund_status st = FUND_OK;
	t.xml = slice_begins_with(slice_trim(slice_of(html.data, html.len < 64 ? html.len : 64)), "<?xml");
	buf_reset(&r->text);
	buf_reset(&r->title);
	buf_reset(&r->headings);
	r->n_headings = 0;
	r->h1_start = SIZE_MAX;
	html_meta_begin(&r->meta);
	html_text_begin(&r->page, &r->text, !furniture);
	while (st == FUND_OK && (type = html_next(&t)) != HTML_END)
		st = take_token(r, &t, type);
	html_text_end(&r->page);
	return st;
}

/* ---- which part of the page is the article ---- */

static bool holds_heading(const struct html_text *h, const struct html_range *outer)
{
	for (unsigned i = 0; i < h->n_ranges; i++)
		if (h->ranges[i].element == HTML_h1 && h->ranges[i].start >= outer->start && h->ranges[i].end <= outer->end && h->ranges[i].end > h->ranges[i].start)
			return true;
	return false;
}

static size_t len_of(const struct html_range *r) { return r->end - r->start; }

/* The <article> with the heading, or the only one; else <main>; NULL: the page. One that has next to nothing of the text is a teaser or a comment. */
static const struct html_range *choose_range(const struct html_text *h, size_t all)
{
	const struct html_range *best = NULL, *main = NULL;
	unsigned n = 0;
	for (unsigned i = 0; i < h->n_ranges; i++) {
		const struct html_range *r = &h->ranges[i];
		if (r->element == HTML_main && r->outermost && (!main || len_of(r) > len_of(main)))
			main = r;
		if (r->element != HTML_article || !r->outermost)
			continue;
		n++;
		if (!best || (holds_heading(h, r) && !holds_heading(h, best)))
			best = r;
	}
	if (best && !holds_heading(h, best) && (n > 1 || len_of(best) < all / 4))
		best = NULL;
	if (best && len_of(best) < all / 10)
		best = NULL;
	if (!best)
		best = main;
	return best && len_of(best) >= all / 10 ? best : NULL;
}

/* ---- title, lead ---- */

static bool contains(struct slice s, struct slice part) { return part.len && s.len >= part.len && memmem(s.data, s.len, part.data, part.len); }

static bool begins_with(struct slice s, struct slice part) { return part.len && s.len >= part.len && memcmp(s.data, part.data, part.len) == 0; }

static struct slice heading_text(const struct html_reader *r, unsigned i) { return slice_part(slice_buf(&r->headings), r->heading[i].off, r->heading[i].len); }

static struct slice choose_title(const struct html_reader *r)
{
	struct slice page = slice_buf(&r->title), said = slice_buf(&r->meta.value[HTML_TITLE]), source = slice_buf(&r->meta.value[HTML_SOURCE]), first = { NULL, 0 };
	for (unsigned i = 0; i < r->n_headings; i++)
		if (r->heading[i].in_article && !r->heading[i].furniture)
			return heading_text(r, i);
	for (unsigned i = 0; i < r->n_headings; i++) {
		struct slice h = heading_text(r, i);
		if (r->heading[i].furniture ? begins_with(page, h) && h.len < page.len && !slice_equal(h, source) : contains(page, h) && !slice_equal(h, source))
			return h; /* the page's title has it, and it is not the paper's name */
		if (first.len == 0 && !r->heading[i].furniture && !slice_equal(h, source))
			first = h;
	}
	if (first.len)
		return first;
	return page.len == 0 || begins_with(page, said) ? said : page;
}

/* The same words, whatever is between them. */
static bool same_words(struct slice a, struct slice b)
{
	size_t i = 0, j = 0;
	for (;;) {
		while (i < a.len && is_white(a.data[i]))
			i++;
		while (j < b.len && is_white(b.data[j]))
			j++;
		if (i == a.len || j == b.len)
			return i == a.len && j == b.len;
		if (a.data[i++] != b.data[j++])
			return false;
	}
}

/* Takes the heading that is the title out of the text, of which *end is the end. */
static void cut_heading(struct html_reader *r, struct slice title, size_t start, size_t *end)
{
	for (unsigned i = 0; i < r->page.n_ranges; i++) {
		const struct html_range *h = &r->page.ranges[i];
		if (h->element != HTML_h1 || h->start < start || h->start >= h->end || h->end > *end || !same_words(slice_part(slice_buf(&r->text), h->start, len_of(h)), title))
			continue;
		size_t behind = h->end;
		while (behind < *end && is_white(r->text.data[behind]))
			behind++;
		/* what stood before it keeps its line breaks */
		size_t from = h->start;
		while (from < h->end && is_white(r->text.data[from]))
			from++;
		memmove(r->text.data + from, r->text.data + behind, *end - behind);
		*end -= behind - from;
		return;
	}
}

/* The description: it is the text's first paragraph, or stands nowhere in it. */
static void choose_lead(struct slice description, struct article *out)
{
	struct slice body = out->body, start = slice_of(description.data, description.len < 40 ? description.len : 40);
	if (description.len == 0 || slice_equal(description, out->title))
		return;
	if (begins_with(body, description) && (body.len == description.len || body.data[description.len] == '\n')) {
		out->lead = slice_of(body.data, description.len);
		drop(&body, description.len);
		out->body = slice_trim(body);
	} else if (!contains(body, start)) {
		out->lead = description;
	}
}

static void fill(struct html_reader *r, struct article *out)
{
	const struct html_range *range = choose_range(&r->page, r->text.len);
	size_t start = range ? range->start : 0, end = range ? range->end : r->text.len;
	out->title = choose_title(r);
	if (out->title.len)
		cut_heading(r, out->title, start, &end);
	out->body = slice_trim(slice_part(slice_buf(&r->text), start, end - start));
	choose_lead(slice_buf(&r->meta.value[HTML_DESCRIPTION]), out);
	out->date_text = slice_buf(&r->meta.value[HTML_DATE]);
	out->date = date_parse(out->date_text);
	out->author = slice_buf(&r->meta.value[HTML_AUTHOR]);
	out->section = slice_buf(&r->meta.value[HTML_SECTION]);
	out->source = slice_buf(&r->meta.value[HTML_SOURCE]);
}

/* ---- the reader ---- */

static enum fund_status html_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path;
	struct html_reader *r = calloc(1, sizeof *r);
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->in = in;
	r->limits = limits;
	return FUND_OK;
}

static void html_close(struct reader *reader)
{
	struct html_reader *r = (struct html_reader *)reader;
	if (!r)
		return;
	buf_release(&r->raw);
	buf_release(&r->decoded);
	buf_release(&r->text);
	buf_release(&r->title);
	buf_release(&r->headings);
	html_meta_release(&r->meta);
	free(r);
}

static enum fund_status html_next_article(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct html_reader *r = (struct html_reader *)reader;
	struct slice html;
	enum encoding declared;
	*recovered = false;
	*line = 0;
	if (r->done)
		return FUND_END;
	r->done = true;
	enum fund_status st = input_read_all(r->in, r->limits->bytes, &r->raw, why);
	if (st != FUND_OK)
		return st;
	*out = (struct article){ .format = reader_html.name };
	bool known = declared_encoding(slice_of(r->raw.data, r->raw.len < SNIFFED ? r->raw.len : SNIFFED), &declared);
	st = encoding_to_utf8(slice_buf(&r->raw), known ? &declared : NULL, &r->decoded, &html, &out->encoding);
	if (st == FUND_OK)
		st = read_page(r, html, false);
	if (st == FUND_OK && slice_trim(slice_buf(&r->text)).len == 0)
		st = read_page(r, html, true); /* it has nothing but what stands around articles elsewhere */
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	fill(r, out);
	return out->title.len || out->body.len || out->lead.len ? FUND_OK : FUND_END;
}

const struct reader_format reader_html = { "HTML", false, html_recognise, html_open, html_next_article, html_close };
