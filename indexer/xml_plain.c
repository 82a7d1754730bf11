/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/xml_plain.h"

#include "base/utf8.h"

/* A tag while it is being looked at: names and values where they stand. */
struct scan {
	const uint8_t *p, *end;
	const uint8_t *line;  /* where its last line begins */
	size_t continuations; /* bytes since then that are no character of their own */
	uint32_t lines;
	bool plain;
	uint32_t n;
	uint64_t kinds; /* set of attribute_kind() */
	struct span { const uint8_t *name, *value; uint32_t name_len, value_len; } attributes[XML_PLAIN_ATTRIBUTES];
};

/* Of ASCII; ORDINARY: in a value, from the blank on all but '"', '&', "'" and '<'. */
enum { NAME = 1, ORDINARY = 2 };
static const uint8_t kinds[256] = {
	[' ' ... '!'] = ORDINARY, ['#' ... '%'] = ORDINARY, ['(' ... ','] = ORDINARY, ['-' ... '.'] = NAME | ORDINARY, ['/'] = ORDINARY,
	['0' ... ':'] = NAME | ORDINARY, [';'] = ORDINARY, ['=' ... '@'] = ORDINARY, ['A' ... 'Z'] = NAME | ORDINARY, ['[' ... '^'] = ORDINARY,
	['_'] = NAME | ORDINARY, ['`'] = ORDINARY, ['a' ... 'z'] = NAME | ORDINARY, ['{' ... 0x7F] = ORDINARY,
};

static const uint8_t *pass(uint8_t kind, const uint8_t *p, const uint8_t *end)
{
	while (p < end && kinds[*p] & kind)
		p++;
	return p;
}

static bool begins_name(uint8_t c) { return is_letter(c) || c == '_'; }

static void pass_blank(struct scan *s)
{
	for (; s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'); s->p++) {
		if (*s->p == '\r')
			s->plain = false; /* a line's end or half of one */
		if (*s->p != '\n')
			continue;
		s->lines++;
		s->line = s->p + 1;
		s->continuations = 0;
	}
}

/* One that a parser could refuse, from U+F000 on, is left to it. */
static void pass_character(struct scan *s)
{
	uint32_t cp = UTF8_REPLACEMENT;
	size_t n = *s->p < 0xEF ? utf8_decode(s->p, s->end, &cp) : 1;
	s->plain &= cp != UTF8_REPLACEMENT;
	s->continuations += n - 1;
	s->p += n;
}

/* Up to its quote. */
static enum xml_plain_kind pass_value(struct scan *s, uint8_t quote)
{
	while ((s->p = pass(ORDINARY, s->p, s->end)) < s->end) {
		uint8_t c = *s->p;
		if (c == quote)
			return XML_PLAIN_EMPTY;
		if (c == '<')
			return XML_PLAIN_STRANGE;
		if (c >= 0x80) {
			pass_character(s);
			continue;
		}
		s->plain &= c == '"' || c == '\'';
		s->p++;
	}
	return XML_PLAIN_CUT;
}

/* Two of one name make a document ill-formed: a parser is to say so. */
static bool is_repeated(const struct scan *s, const struct span *a)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->attributes[i].name_len == a->name_len && memcmp(s->attributes[i].name, a->name, a->name_len) == 0)
			return true;
	return false;
}

static void note(struct scan *s, struct span a)
{
	uint64_t kind = UINT64_C(1) << ((a.name[0] + a.name_len) & 63); /* mostly no two are of one */
	if (s->n == XML_PLAIN_ATTRIBUTES || (s->kinds & kind && is_repeated(s, &a))) {
		s->plain = false;
		return;
	}
	s->kinds |= kind;
	s->attributes[s->n++] = a;
}

static enum xml_plain_kind pass_attribute(struct scan *s)
{
	const uint8_t *name = s->p, *value;
	if (!begins_name(*name))
		return XML_PLAIN_STRANGE;
	s->p = pass(NAME, s->p, s->end);
	uint32_t len = (uint32_t)(s->p - name);
	if (s->end - s->p < 2)
		return XML_PLAIN_CUT;
	if (s->p[0] != '=' || (s->p[1] != '"' && s->p[1] != '\''))
		return XML_PLAIN_STRANGE;
	value = s->p += 2;
	enum xml_plain_kind kind = pass_value(s, value[-1]);
	if (kind != XML_PLAIN_EMPTY)
		return kind;
	note(s, (struct span){ name, value, len, (uint32_t)(s->p - value) });
	s->p++;
	return kind;
}

/* From behind the name up to behind the '>'. */
static enum xml_plain_kind pass_attributes(struct scan *s)
{
	for (;;) {
		const uint8_t *before = s->p;
		pass_blank(s);
		if (s->end - s->p < 2)
			return s->p < s->end && *s->p++ == '>' ? XML_PLAIN_OTHER : XML_PLAIN_CUT;
		if (*s->p == '>') {
			s->p++;
			return XML_PLAIN_OTHER;
		}
		if (*s->p == '/') {
			s->p += 2;
			return s->p[-1] == '>' ? XML_PLAIN_EMPTY : XML_PLAIN_STRANGE;
		}
		if (s->p == before)
			return XML_PLAIN_STRANGE;
		enum xml_plain_kind kind = pass_attribute(s);
		if (kind != XML_PLAIN_EMPTY)
			return kind;
	}
}

/* The bytes of [first, first + len) in the copy of the tag, as a string. */
static const char *string_at(struct xml_plain *t, const uint8_t *tag, const uint8_t *first, uint32_t len)
{
	char *s = t->bytes + (first - tag);
	s[len] = 0;
	return s;
}

static void keep(struct xml_plain *t, const struct scan *s, const uint8_t *tag, uint32_t name_len)
{
	memcpy(t->bytes, tag, (size_t)(s->p - tag));
	t->name = string_at(t, tag, tag + 1, name_len);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct span *a = &s->attributes[i];
		t->attributes[2 * i] = string_at(t, tag, a->name, a->name_len);
		t->attributes[2 * i + 1] = string_at(t, tag, a->value, a->value_len);
	}
	t->attributes[2 * (size_t)s->n] = NULL;
	t->lines = s->lines;
	t->columns = (size_t)(s->p - s->line) - s->continuations;
}

static enum xml_plain_kind end_tag(struct xml_plain *t, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *close = memchr(p, '>', (size_t)(end - p));
	t->end = close ? close + 1 : end;
	return close ? XML_PLAIN_OTHER : XML_PLAIN_CUT;
}

enum xml_plain_kind xml_plain_take(struct xml_plain *t, const uint8_t *p, const uint8_t *end)
{
	struct scan s;
	if (end - p < 2)
		return XML_PLAIN_CUT;
	if (p[1] == '/')
		return end_tag(t, p, end);
	if (!begins_name(p[1]))
		return XML_PLAIN_STRANGE;
	s.p = p + 1;
	s.end = end;
	s.line = p;
	s.continuations = 0;
	s.lines = s.n = 0;
	s.kinds = 0;
	s.plain = true;
	s.p = pass(NAME, s.p, end);
	uint32_t name_len = (uint32_t)(s.p - p - 1);
	enum xml_plain_kind kind = pass_attributes(&s);
	t->end = s.p;
	if (kind != XML_PLAIN_EMPTY)
		return kind;
	if (!s.plain || s.p - p > (ptrdiff_t)XML_PLAIN_BYTES)
		return XML_PLAIN_OTHER;
	keep(t, &s, p, name_len);
	return kind;
}
