/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/html_token.h"

/* ---- elements ---- */

#define NAME_(name, traits) { #name, sizeof #name - 1, traits },
static const struct {
	const char name[12];
	uint8_t len;
	uint16_t traits;
} elements[] = { HTML_ELEMENTS(NAME_) };
#undef NAME_

unsigned html_traits(enum html_element e) { return e < HTML_OTHER ? elements[e].traits : 0; }

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
static bool is_space(uint8_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
static bool ends_name(uint8_t c) { return is_space(c) || c == '/' || c == '>'; }

/* Compares as far as the table's name goes: `s` in any case, `name` in lower case. */
static int compare_name(struct slice s, const char *name)
{
	for (size_t i = 0; i < s.len; i++) {
		int c = lower(s.data[i]) - (uint8_t)name[i];
		if (c || !name[i])
			return c;
	}
	return name[s.len] ? -1 : 0;
}

static enum html_element element_of(struct slice name)
{
	unsigned low = 0, high = HTML_OTHER;
	while (low < high) {
		unsigned mid = (low + high) / 2;
		int c = compare_name(name, elements[mid].name);
		if (c == 0)
			return (enum html_element)mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return HTML_OTHER;
}

/* ---- tags ---- */

struct html_tokens html_tokens_of(struct slice html)
{
	return (struct html_tokens){ .p = html.data, .end = slice_end(html), .raw = HTML_OTHER, .element = HTML_OTHER };
}

bool html_attribute(const struct html_tokens *t, const char *name, struct slice *value)
{
	for (unsigned i = 0; i < t->n_attributes; i++) {
		if (compare_name(t->attributes[i].name, name) == 0) {
			*value = t->attributes[i].value;
			return true;
		}
	}
	return false;
}

/* The value behind "name=": in either quotes or bare. */
static const uint8_t *attribute_value(const uint8_t *p, const uint8_t *end, struct slice *value)
{
	const uint8_t *start;
	while (p < end && is_space(*p))
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		start = p + 1;
		p = memchr(start, *p, (size_t)(end - start));
		if (!p)
			return end;
		*value = slice_of(start, (size_t)(p - start));
		return p + 1;
	}
	start = p;
	while (p < end && !is_space(*p) && *p != '>')
		p++;
	*value = slice_of(start, (size_t)(p - start));
	return p;
}

/* From behind the tag's name to behind its '>'; false: the input ends in it. */
static bool read_attributes(struct html_tokens *t)
{
	const uint8_t *p = t->p, *end = t->end;
	t->n_attributes = 0;
	for (;;) {
		while (p < end && (is_space(*p) || *p == '/'))
			p++;
		if (p == end || *p == '>')
			break;
		const uint8_t *start = p++; /* a '=' here begins a name */
		struct slice value = { NULL, 0 };
		while (p < end && !ends_name(*p) && *p != '=')
			p++;
		struct slice name = slice_of(start, (size_t)(p - start));
		while (p < end && is_space(*p))
			p++;
		if (p < end && *p == '=')
			p = attribute_value(p + 1, end, &value);
		if (t->n_attributes < HTML_ATTRIBUTES_MAX) {
			t->attributes[t->n_attributes].name = name;
			t->attributes[t->n_attributes++].value = value;
		}
	}
	t->closed = p < end && p[-1] == '/';
	t->p = p == end ? end : p + 1;
	return p < end;
}

/* At '<' and a letter, or "</" and a letter. */
static enum html_token_type read_tag(struct html_tokens *t)
{
	bool close = t->p[1] == '/';
	const uint8_t *start = t->p + 1 + close, *p = start;
	while (p < t->end && !ends_name(*p))
		p++;
	t->element = element_of(slice_of(start, (size_t)(p - start)));
	t->p = p;
	if (!read_attributes(t))
		return HTML_END;
	t->closed = t->closed && (t->xml || t->element == HTML_svg);
	if (!close && !t->closed && html_traits(t->element) & (HTML_RAW | HTML_REFERENCES))
		t->raw = t->element;
	return close ? HTML_CLOSE : HTML_OPEN;
}

/* ---- what is passed over ---- */

/* Behind "<!--": the byte behind the comment. */
static const uint8_t *skip_comment(const uint8_t *p, const uint8_t *end)
{
	if (p < end && *p == '>')
		return p + 1;
	if (end - p >= 2 && p[0] == '-' && p[1] == '>')
		return p + 2;
	while ((p = memchr(p, '-', (size_t)(end - p)))) {
		if (end - p >= 3 && p[1] == '-' && p[2] == '>')
			return p + 3;
		if (end - p >= 4 && p[1] == '-' && p[2] == '!' && p[3] == '>')
			return p + 4;
		p++;
	}
	return end;
}

/* "<!DOCTYPE …>", "<?xml …?>", "</ …>", "<![if …]>". */
static const uint8_t *skip_bogus(const uint8_t *p, const uint8_t *end)
{
	p = memchr(p, '>', (size_t)(end - p));
	return p ? p + 1 : end;
}

/* ---- raw text ---- */

static bool begins_with(const uint8_t *p, const uint8_t *end, const char *lower_case)
{
	for (; *lower_case; p++, lower_case++)
		if (p == end || lower(*p) != (uint8_t)*lower_case)
			return false;
	return true;
}

/* "name" and what can stand behind a tag's name? */
static bool is_tag_name(const uint8_t *p, const uint8_t *end, enum html_element e)
{
	size_t len = elements[e].len;
	return begins_with(p, end, elements[e].name) && (size_t)(end - p) > len && ends_name(p[len]);
}

/* The "</name" that ends it, or NULL. */
static const uint8_t *raw_end(const uint8_t *p, const uint8_t *end, enum html_element e)
{
	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		if (end - p > 2 && p[1] == '/' && is_tag_name(p + 2, end, e))
			return p;
		p++;
	}
	return NULL;
}

/* The same for scripts: in "<!-- <script> … </script> -->" the end tag ends only the inner one. */
static const uint8_t *script_end(struct html_tokens *t)
{
	const uint8_t *end = t->end;
	bool comment = false, inner = false;
	for (const uint8_t *p = t->p; p < end && !t->plain_scripts; p++) {
		if (*p == '-' && comment && end - p >= 3 && p[1] == '-' && p[2] == '>') {
			comment = inner = false;
			continue;
		}
		if (*p != '<')
			continue;
		if (end - p > 2 && p[1] == '/' && is_tag_name(p + 2, end, HTML_script)) {
			if (!inner)
				return p;
			inner = false;
		} else if (comment && is_tag_name(p + 1, end, HTML_script)) {
			inner = true;
		} else if (!comment && begins_with(p, end, "<!--")) {
			comment = true;
			p++; /* "<!-->" is closed at once */
		}
	}
	t->plain_scripts = true;
	return raw_end(t->p, end, HTML_script);
}

static bool known_endless(const struct html_tokens *t, enum html_element e) { return t->endless[e / 64] >> e % 64 & 1; }

/* Up to the end tag of t->raw. */
static enum html_token_type read_raw(struct html_tokens *t)
{
	enum html_element e = t->raw;
	const uint8_t *start = t->p, *stop = NULL;
	t->raw = HTML_OTHER;
	if (e != HTML_plaintext && !known_endless(t, e))
		stop = e == HTML_script ? script_end(t) : raw_end(start, t->end, e);
	if (!stop) {
		if (e != HTML_plaintext)
			t->endless[e / 64] |= (uint64_t)1 << e % 64;
		stop = html_traits(e) & HTML_REFERENCES ? memchr(start, '<', (size_t)(t->end - start)) : NULL;
	}
	t->p = stop ? stop : t->end;
	t->element = e;
	t->text = slice_of(start, (size_t)(t->p - start));
	t->references = (html_traits(e) & HTML_REFERENCES) != 0;
	return HTML_TEXT;
}

/* ---- the stream ---- */

/* Does '<' at p begin markup, or is it only a sign? */
static bool is_markup(const uint8_t *p, const uint8_t *end)
{
	if (end - p < 2)
		return false;
	return is_letter(p[1]) || p[1] == '!' || p[1] == '?' || (p[1] == '/' && end - p > 2);
}

static enum html_token_type read_text(struct html_tokens *t)
{
	const uint8_t *p = t->p;
	do
		p = memchr(p + 1, '<', (size_t)(t->end - p - 1));
	while (p && !is_markup(p, t->end));
	if (!p)
		p = t->end;
	t->text = slice_of(t->p, (size_t)(p - t->p));
	t->references = true;
	t->element = HTML_OTHER;
	t->p = p;
	return HTML_TEXT;
}

static enum html_token_type read_cdata(struct html_tokens *t)
{
	const uint8_t *start = t->p + 9, *p = start;
	while (p < t->end && (p = memchr(p, ']', (size_t)(t->end - p))) && !begins_with(p, t->end, "]]>"))
		p++;
	if (!p)
		p = t->end;
	t->text = slice_of(start, (size_t)(p - start));
	t->references = false;
	t->element = HTML_OTHER;
	t->p = p < t->end ? p + 3 : p;
	return HTML_TEXT;
}

enum html_token_type html_next(struct html_tokens *t)
{
	while (t->p < t->end) {
		if (t->raw != HTML_OTHER) {
			enum html_token_type type = read_raw(t);
			if (t->text.len)
				return type;
			continue;
		}
		const uint8_t *p = t->p;
		if (*p != '<' || !is_markup(p, t->end))
			return read_text(t);
		if (is_letter(p[1]) || (p[1] == '/' && is_letter(p[2])))
			return read_tag(t);
		t->skipped = true;
		if (begins_with(p, t->end, "<!--"))
			t->p = skip_comment(p + 4, t->end);
		else if (t->xml && t->end - p >= 9 && memcmp(p, "<![CDATA[", 9) == 0)
			return read_cdata(t);
		else
			t->p = skip_bogus(p + 2, t->end);
	}
	return HTML_END;
}
