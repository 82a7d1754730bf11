/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/lex.h"

#include "base/utf8.h"

/* Quotes that open a phrase, each with those that may close it. A typographic phrase may also end in a plain quote. */
static const struct {
	uint32_t open;
	uint32_t close[3];
} quotes[] = {
	{ '"', { '"', 0x201C, 0x201D } },
	{ 0x201E, { 0x201C, 0x201D, '"' } }, /* „…“ */
	{ 0x201C, { 0x201D, '"', 0 } },	     /* “…” */
	{ 0x00BB, { 0x00AB, '"', 0 } },	     /* »…« */
	{ 0x00AB, { 0x00BB, '"', 0 } },	     /* «…» */
};

static const struct {
	const char *name;
	enum lexeme_kind kind;
} operators[] = {
	{ "AND", LEX_AND }, { "UND", LEX_AND }, { "OR", LEX_OR }, { "ODER", LEX_OR }, { "NOT", LEX_NOT }, { "NICHT", LEX_NOT },
};

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{ "titel", FIELD_TITLE },    { "title", FIELD_TITLE },	   { "autor", FIELD_AUTHOR },  { "author", FIELD_AUTHOR },
	{ "ressort", FIELD_SECTION }, { "section", FIELD_SECTION }, { "quelle", FIELD_SOURCE }, { "source", FIELD_SOURCE },
};

static uint32_t peek(const struct lexer *l, uint32_t at, uint32_t *len)
{
	uint32_t cp = 0;
	const uint8_t *end = l->query.data + l->query.len;
	*len = at < l->query.len ? (uint32_t)utf8_decode(l->query.data + at, end, &cp) : 0;
	return cp;
}

static bool is_blank(uint32_t cp) { return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xA0 || cp == 0x3000; }

static int quote_kind(uint32_t cp)
{
	for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
		if (quotes[i].open == cp)
			return (int)i;
	return -1;
}

static bool closes(int kind, uint32_t cp)
{
	for (size_t i = 0; i < 3; i++)
		if (cp != 0 && quotes[kind].close[i] == cp)
			return true;
	return false;
}

static struct slice part(const struct lexer *l, uint32_t from, uint32_t to) { return slice_of(l->query.data + from, to - from); }

static struct lexeme lex_phrase(struct lexer *l, int kind, uint32_t quote_len)
{
	struct lexeme x = { .kind = LEX_PHRASE, .off = l->at, .unclosed = true };
	uint32_t len, start = l->at + quote_len, at = start;
	for (; at < l->query.len; at += len)
		if (closes(kind, peek(l, at, &len))) {
			x.unclosed = false;
			break;
		}
	x.text = part(l, start, at);
	l->at = x.unclosed ? at : at + len;
	return x;
}

/* Where a word ends: at a blank, a parenthesis or a quote that opens. A closing parenthesis inside a word that opened one of its own, as
 * in Bürger(innen), belongs to it. */
static uint32_t word_end(const struct lexer *l)
{
	uint32_t at = l->at, len, depth = 0;
	for (; at < l->query.len; at += len) {
		uint32_t cp = peek(l, at, &len);
		if (is_blank(cp) || (cp == ')' && depth == 0) || (quote_kind(cp) >= 0 && at > l->at))
			break;
		depth += cp == '(';
		depth -= cp == ')';
	}
	return at;
}

static bool equals_any_case(struct slice text, const char *name)
{
	if (text.len != strlen(name))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32 : text.data[i]) != name[i])
			return false;
	return true;
}

/* "titel:" or "datum:" at the head of a word, with something behind it. */
static bool lex_prefix(struct lexer *l, uint32_t end, struct lexeme *x)
{
	const uint8_t *colon = memchr(l->query.data + l->at, ':', end - l->at);
	uint32_t len, behind;
	if (!colon)
		return false;
	behind = (uint32_t)(colon - l->query.data) + 1;
	uint32_t next = peek(l, behind, &len);
	if (len == 0 || is_blank(next) || next == ')')
		return false;
	struct slice name = part(l, l->at, behind - 1);
	if (equals_any_case(name, "datum") || equals_any_case(name, "date")) {
		*x = (struct lexeme){ .kind = LEX_DATE, .off = l->at, .text = part(l, behind, end) };
		l->at = end;
		return true;
	}
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (equals_any_case(name, fields[i].name)) {
			*x = (struct lexeme){ .kind = LEX_FIELD, .off = l->at, .field = fields[i].field, .text = name };
			l->at = behind;
			return true;
		}
	return false;
}

static struct lexeme lex_word(struct lexer *l)
{
	uint32_t end = word_end(l);
	struct lexeme x = { .kind = LEX_WORD, .off = l->at };
	if (lex_prefix(l, end, &x))
		return x;
	x.text = part(l, l->at, end);
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (slice_equal(x.text, slice_str(operators[i].name)))
			x.kind = operators[i].kind;
	l->at = end;
	return x;
}

/* A sign counts when something follows it at once: "- 5" and "a - b" are no operators. */
static bool is_sign(const struct lexer *l, uint32_t cp, uint32_t len)
{
	uint32_t next_len, next = peek(l, l->at + len, &next_len);
	return (cp == '+' || cp == '-') && next_len && !is_blank(next) && next != cp && next != ')';
}

struct lexeme lex_next(struct lexer *l)
{
	uint32_t len, cp;
	for (cp = peek(l, l->at, &len); len && is_blank(cp); cp = peek(l, l->at, &len))
		l->at += len;
	struct lexeme x = { .kind = LEX_END, .off = l->at };
	if (len == 0)
		return x;
	if (cp == '(' || cp == ')') {
		x.kind = cp == '(' ? LEX_OPEN : LEX_CLOSE;
	} else if (is_sign(l, cp, len)) {
		x.kind = cp == '+' ? LEX_PLUS : LEX_MINUS;
	} else {
		int kind = quote_kind(cp);
		return kind >= 0 ? lex_phrase(l, kind, len) : lex_word(l);
	}
	x.text = part(l, l->at, l->at + len);
	l->at += len;
	return x;
}
