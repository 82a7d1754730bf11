/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/html_text.h"

#include <stdlib.h>

#include "base/utf8.h"

/* ---- characters ---- */

static bool is_space(uint8_t c) { return c <= ' ' && (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'); }

/* What is due before the next character. */
static enum fund_status begin_run(struct html_text *h)
{
	enum fund_status st = FUND_OK;
	if (h->out->len > h->floor) {
		if (h->lines)
			st = buf_add(h->out, "\n\n", h->lines);
		else if (h->blank)
			st = buf_add_byte(h->out, ' ');
	}
	h->lines = 0;
	h->blank = false;
	return st;
}

static void break_line(struct html_text *h, unsigned lines)
{
	if (h->unseen)
		return;
	if (h->lines < lines)
		h->lines = lines;
	h->blank = false;
}

static enum fund_status add_characters(struct html_text *h, const uint32_t cp[2])
{
	uint8_t bytes[8];
	size_t n = utf8_encode(cp[0], bytes);
	if (cp[1])
		n += utf8_encode(cp[1], bytes + n);
	enum fund_status st = begin_run(h);
	return st == FUND_OK ? buf_add(h->out, bytes, n) : st;
}

/* Behind the blanks at p. */
static const uint8_t *skip_blanks(struct html_text *h, const uint8_t *p, const uint8_t *end)
{
	while (p < end && is_space(*p))
		p++;
	h->blank = h->lines == 0;
	return p;
}

/* Behind characters that go into the text as they are: words with one blank between them; in <pre> also more. */
static const uint8_t *behind_run(const uint8_t *p, const uint8_t *end, bool pre)
{
	for (;; p++) {
		while (p < end && *p > ' ' && *p != '&')
			p++;
		if (p == end || *p == '&' || (!pre && is_space(*p) && !(*p == ' ' && p + 1 < end && p[1] != '&' && !is_space(p[1]))))
			return p;
	}
}

static enum fund_status add_text(struct html_text *h, struct slice text, bool references)
{
	const uint8_t *p = text.data, *end = p ? p + text.len : p;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && p < end) {
		uint32_t cp[2];
		size_t len;
		if (!h->pre && is_space(*p)) {
			p = skip_blanks(h, p, end);
			continue;
		}
		if (references && *p == '&' && (len = html_reference(p, end, false, cp))) {
			if (!h->pre && cp[0] < 0x80 && is_space((uint8_t)cp[0]))
				h->blank = h->lines == 0;
			else
				st = add_characters(h, cp);
			p += len;
			continue;
		}
		const uint8_t *run = p;
		p = behind_run(p + 1, end, h->pre > 0);
		st = begin_run(h);
		if (st == FUND_OK)
			st = buf_add(h->out, run, (size_t)(p - run));
	}
	return st;
}

/* ---- elements ---- */

void html_text_begin(struct html_text *h, struct buf *out, bool page)
{
	h->out = out;
	h->floor = out->len;
	h->lines = 0;
	h->blank = false;
	h->page = page;
	h->pre = h->unseen = h->loose = h->articles = h->mains = h->n_open = h->n_ranges = 0;
}

static bool is_pre(enum html_element e) { return e == HTML_pre || e == HTML_listing; }

static bool has_range(enum html_element e) { return e == HTML_article || e == HTML_main || e == HTML_h1; }

/* The number of its range, or HTML_RANGES_MAX. */
static unsigned begin_range(struct html_text *h, enum html_element e)
{
	bool outermost = e == HTML_article ? h->articles == 0 : e != HTML_main || h->mains == 0;
	if (h->n_ranges == HTML_RANGES_MAX)
		return HTML_RANGES_MAX;
	h->ranges[h->n_ranges] = (struct html_range){ e, h->out->len, HTML_RANGE_OPEN, outermost };
	return h->n_ranges++;
}

static bool holds_main(const struct html_text *h, unsigned first)
{
	for (unsigned i = first; i < h->n_ranges; i++)
		if (h->ranges[i].element == HTML_main)
			return true;
	return false;
}

/* It goes with all that was noted inside it: what began there has ended there. */
static void drop_furniture(struct html_text *h, const struct html_open *o)
{
	unsigned first = h->n_ranges;
	while (first > 0 && h->ranges[first - 1].start >= o->start && h->ranges[first - 1].end != HTML_RANGE_OPEN)
		first--;
	if (holds_main(h, first))
		return;
	h->n_ranges = first;
	h->out->len = o->start;
	break_line(h, 1);
}

static void pop(struct html_text *h, bool ended)
{
	struct html_open *o = &h->open[--h->n_open];
	h->unseen -= o->unseen;
	h->pre -= is_pre(o->element);
	h->loose -= !(html_traits(o->element) & HTML_REGION);
	h->articles -= o->element == HTML_article;
	h->mains -= o->element == HTML_main;
	if (o->range < HTML_RANGES_MAX)
		h->ranges[o->range].end = h->out->len;
	if (o->dropped && ended)
		drop_furniture(h, o);
}

/* The number of the innermost open `e`, n_open when there is none in reach: a table's cell shuts off what is around the table. */
static unsigned find_open(const struct html_text *h, enum html_element e)
{
	bool of_tables = e == HTML_table || html_traits(e) & HTML_CELL;
	for (unsigned i = h->n_open; i-- > 0;) {
		enum html_element other = h->open[i].element;
		if (other == e)
			return i;
		if (of_tables ? other == HTML_table : (html_traits(other) & HTML_CELL) != 0)
			break;
	}
	return h->n_open;
}

static void close_element(struct html_text *h, enum html_element e)
{
	unsigned at = find_open(h, e), depth = h->n_open;
	if (at < depth)
		while (h->n_open > at)
			pop(h, true);
}

static bool same(struct slice value, const char *word) { return value.len == strlen(word) && memcmp(value.data, word, value.len) == 0; }

static bool is_furniture(const struct html_text *h, const struct html_tokens *t)
{
	static const char *const roles[] = { "navigation", "banner", "contentinfo", "complementary", "search", "dialog" };
	struct slice role;
	enum html_element e = t->element;
	if (!h->page)
		return false;
	if (e == HTML_header)
		return h->articles == 0 && h->mains == 0;
	if (html_traits(e) & HTML_FURNITURE)
		return true;
	if (e == HTML_main || e == HTML_article || !html_attribute(t, "role", &role))
		return false;
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (same(role, roles[i]))
			return true;
	return false;
}

/* Of that, what is no text of the page. */
static bool is_dropped(const struct html_tokens *t)
{
	struct slice role;
	return t->element == HTML_nav || t->element == HTML_footer || (html_attribute(t, "role", &role) && (same(role, "navigation") || same(role, "contentinfo")));
}

static const uint8_t *skip_space(const uint8_t *p, const uint8_t *end)
{
	while (p < end && is_space(*p))
		p++;
	return p;
}

/* "display: none" in a style, whatever else is in it. */
static bool displays_nothing(struct slice style)
{
	const uint8_t *p = style.data, *end = slice_end(style);
	while (p < end) {
		const uint8_t *value = skip_space(p, end);
		if (slice_begins_with(slice_of(value, (size_t)(end - value)), "display")) {
			value = skip_space(value + strlen("display"), end);
			value = value < end && *value == ':' ? skip_space(value + 1, end) : end;
			if (slice_begins_with(slice_of(value, (size_t)(end - value)), "none"))
				return true;
		}
		p = memchr(p, ';', (size_t)(end - p));
		p = p ? p + 1 : end;
	}
	return false;
}

/* By what its tag says. The whole page never is: a script will show it. */
static bool is_hidden(const struct html_tokens *t)
{
	struct slice value;
	if (t->element == HTML_html || t->element == HTML_body)
		return false;
	if (html_attribute(t, "hidden", &value))
		return !same(value, "until-found");
	if (t->element == HTML_dialog)
		return !html_attribute(t, "open", &value);
	return html_attribute(t, "style", &value) && displays_nothing(value);
}

static void push(struct html_text *h, const struct html_tokens *t, bool unseen)
{
	enum html_element e = t->element;
	if (h->n_open == HTML_OPEN_MAX)
		return;
	h->unseen += unseen;
	unsigned range = !h->unseen && has_range(e) ? begin_range(h, e) : HTML_RANGES_MAX;
	bool furniture = !h->unseen && is_furniture(h, t);
	h->open[h->n_open++] = (struct html_open){ e, unseen, furniture, furniture && is_dropped(t), range, h->out->len };
	h->loose += !(html_traits(e) & HTML_REGION);
	h->pre += is_pre(e);
	h->articles += e == HTML_article;
	h->mains += e == HTML_main;
}

static bool is_entry(enum html_element e) { return e == HTML_dd || e == HTML_dt; }

/* Elements that may lack their end tags end where the next of their kind begins, a paragraph before any block. Only hidden ones are on the stack. */
static void end_loose(struct html_text *h, enum html_element e, unsigned traits)
{
	for (unsigned i = h->n_open; i-- > 0;) {
		enum html_element open = h->open[i].element;
		if (html_traits(open) & HTML_REGION)
			return;
		if (open == HTML_p ? traits & (HTML_BLOCK | HTML_PARAGRAPH) : open != HTML_OTHER && (open == e || (is_entry(open) && is_entry(e)))) {
			while (h->n_open > i)
				pop(h, true);
			return;
		}
	}
}

static void open_element(struct html_text *h, const struct html_tokens *t)
{
	enum html_element e = t->element;
	unsigned traits = html_traits(e);
	if (traits & HTML_CELL && e != HTML_caption) {
		close_element(h, HTML_td);
		close_element(h, HTML_th);
		h->blank = h->lines == 0;
	} else if (e == HTML_tr) {
		close_element(h, HTML_td);
		close_element(h, HTML_th);
	} else if (e == HTML_main) { /* it is never inside these: they lack their end tags */
		while (h->n_open && (h->open[h->n_open - 1].furniture || h->open[h->n_open - 1].unseen))
			pop(h, true);
	}
	if (h->loose)
		end_loose(h, e, traits);
	if (traits & (HTML_BLOCK | HTML_PARAGRAPH))
		break_line(h, traits & HTML_PARAGRAPH ? 2 : 1);
	else if (e == HTML_br)
		break_line(h, h->lines < 2 ? h->lines + 1 : 2);
	if (t->closed || traits & (HTML_VOID | HTML_RAW | HTML_REFERENCES))
		return;
	bool unseen = traits & HTML_UNSEEN || is_hidden(t);
	if (traits & HTML_REGION || unseen || (h->loose && e == HTML_OTHER))
		push(h, t, unseen);
}

enum fund_status html_text_token(struct html_text *h, const struct html_tokens *t, enum html_token_type type)
{
	unsigned traits = html_traits(t->element);
	switch (type) {
	case HTML_TEXT:
		if (h->unseen || traits & HTML_UNSEEN)
			return FUND_OK;
		return add_text(h, t->text, t->references);
	case HTML_OPEN:
		open_element(h, t);
		break;
	case HTML_CLOSE:
		if (traits & HTML_REGION || h->loose)
			close_element(h, t->element);
		if (traits & (HTML_BLOCK | HTML_PARAGRAPH))
			break_line(h, traits & HTML_PARAGRAPH ? 2 : 1);
		else if (t->element == HTML_br) /* "</br>" */
			break_line(h, 1);
		break;
	case HTML_END:
		break;
	}
	return FUND_OK;
}

void html_text_end(struct html_text *h)
{
	while (h->n_open)
		pop(h, false);
}

/* ---- fragments ---- */

static bool has_tags(struct slice html)
{
	struct html_tokens t = html_tokens_of(html);
	enum html_token_type type;
	while ((type = html_next(&t)) == HTML_TEXT)
		;
	return type != HTML_END || t.skipped;
}

enum fund_status html_to_text(struct slice html, struct buf *out)
{
	if (!has_tags(html))
		return html_add_decoded(out, html, false);
	struct html_text *h = malloc(sizeof *h);
	struct html_tokens t = html_tokens_of(html);
	enum html_token_type type;
	enum fund_status st = h ? FUND_OK : FUND_NO_MEMORY;
	if (st == FUND_OK)
		html_text_begin(h, out, false);
	while (st == FUND_OK && (type = html_next(&t)) != HTML_END)
		st = html_text_token(h, &t, type);
	free(h);
	return st;
}
