/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/lex.h"

#include "base/translate.h"
#include "base/utf8.h"
#include "stemmer/analyse.h"

#define PREFIX_MAX 10u /* bytes of the longest name of a field, with its colon */

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
	const uint8_t *end = slice_end(l->query);
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

static struct slice part(const struct lexer *l, uint32_t from, uint32_t to) { return slice_part(l->query, from, to - from); }

/* Digits at `at`, behind which it moves: their number, at most 999,999. False: there are none. */
static bool lex_number(const struct lexer *l, uint32_t *at, uint32_t *number)
{
	uint32_t start = *at;
	for (*number = 0; *at < l->query.len && l->query.data[*at] >= '0' && l->query.data[*at] <= '9'; ++*at)
		*number = *number < 100000 ? *number * 10 + (l->query.data[*at] - '0') : 999999;
	return *at > start;
}

/* "…"~3 */
static void lex_looseness(struct lexer *l, struct lexeme *x)
{
	uint32_t at = l->at + 1;
	if (l->at >= l->query.len || l->query.data[l->at] != '~' || !lex_number(l, &at, &x->number))
		return;
	if (x->number > SPAN_DISTANCE_MAX)
		*x = (struct lexeme){ .kind = LEX_BAD, .off = l->at, .why = N_("at most 1000 words more") };
	x->loose = true;
	l->at = at;
}

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
	if (!x.unclosed)
		lex_looseness(l, &x);
	return x;
}

/* Where a word ends: at a blank, a parenthesis or a quote that opens. A closing parenthesis inside a word that opened one of its own, as
 * in Bürger(innen), belongs to it; so does the blank in 60 000. */
static uint32_t word_end(const struct lexer *l)
{
	uint32_t at = l->at + (uint32_t)analyse_number_len(part(l, l->at, (uint32_t)l->query.len)), len, depth = 0;
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

/* The name in front of a colon at the head of a word, with something behind it; data NULL: none that is short enough. */
static struct slice prefix_name(const struct lexer *l)
{
	uint32_t len, behind;
	size_t most = l->query.len - l->at < PREFIX_MAX ? l->query.len - l->at : PREFIX_MAX;
	const uint8_t *colon = memchr(l->query.data + l->at, ':', most);
	if (!colon)
		return slice_of(NULL, 0);
	behind = (uint32_t)(colon - l->query.data) + 1;
	uint32_t next = peek(l, behind, &len);
	bool empty = len == 0 || is_blank(next) || next == ')';
	return empty ? slice_of(NULL, 0) : part(l, l->at, behind - 1);
}

/* "titel:" or "datum:2022" */
static bool lex_prefix(struct lexer *l, struct lexeme *x)
{
	struct slice name = prefix_name(l);
	uint32_t behind = l->at + (uint32_t)name.len + 1;
	if (equals_any_case(name, "datum") || equals_any_case(name, "date")) {
		*x = (struct lexeme){ .kind = LEX_DATE, .off = l->at, .text = part(l, behind, word_end(l)) };
		l->at = word_end(l);
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

/* ---- what a word is ---- */

/* Letters and digits, and whatever is not ASCII. */
static bool is_wordish(uint8_t c) { return c >= 0x80 || (c >= '0' && c <= '9') || is_letter(c); }

static bool has_wordish(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_wordish(s.data[i]))
			return true;
	return false;
}

static bool begins(struct slice s, size_t at, const char *with)
{
	size_t len = strlen(with);
	return s.len - at >= len && memcmp(s.data + at, with, len) == 0;
}

bool lex_is_gender_star(struct slice text, size_t at)
{
	static const char *const endings[] = { "innen", "in", "r" }; /* only the first may go on: Bürger*innenrat */
	for (size_t i = 1; i <= 3; i++)
		if (at < i || !is_wordish(text.data[at - i]))
			return false;
	for (size_t i = 0; i < 3; i++) {
		size_t behind = at + 1 + strlen(endings[i]);
		if (begins(text, at + 1, endings[i]) && (i == 0 || behind == text.len || !is_wordish(text.data[behind])))
			return true;
	}
	return false;
}

static bool has_wildcard(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '*' && !lex_is_gender_star(text, i))
			return true;
	return false;
}

/* Without the punctuation at its ends. */
static struct slice trimmed(struct slice s)
{
	while (s.len && s.data[0] != '*' && !is_wordish(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len && s.data[s.len - 1] != '*' && !is_wordish(s.data[s.len - 1]))
		s.len--;
	return s;
}

/* Wort~ and Wort~1 */
static bool is_fuzzy(struct lexeme *x)
{
	struct slice s = x->text;
	bool digit = s.len > 1 && s.data[s.len - 1] >= '0' && s.data[s.len - 1] <= '9' && s.data[s.len - 2] == '~';
	size_t len = s.len - 1 - digit;
	if (s.len < 2 || s.data[len] != '~' || !has_wordish(slice_of(s.data, len)))
		return false;
	x->number = digit ? s.data[s.len - 1] - (uint32_t)'0' : 0;
	x->text.len = len;
	x->kind = LEX_FUZZY;
	if (digit && (x->number == 0 || x->number > 2))
		*x = (struct lexeme){ .kind = LEX_BAD, .off = x->off + (uint32_t)len, .why = N_("one edit or two: Wort~, Wort~1 or Wort~2") };
	return true;
}

/* A word that is more than a word. */
static void classify(struct lexeme *x)
{
	struct slice s = x->text;
	if (s.len == 1 && s.data[0] == '*') {
		x->kind = LEX_ALL;
	} else if (s.len > 1 && s.data[0] == '=' && is_wordish(s.data[1])) {
		x->kind = LEX_EXACT;
		x->text = slice_from(s, 1);
	} else if (!is_fuzzy(x) && has_wordish(s) && has_wildcard(trimmed(s))) {
		x->kind = LEX_WILDCARD;
		x->text = trimmed(s);
	}
}

/* NEAR/5, NEAR/S, PRE/P */
static bool lex_near(const struct lexer *l, struct lexeme *x)
{
	uint32_t name = begins(x->text, 0, "NEAR/") ? 5 : begins(x->text, 0, "PRE/") ? 4 : 0, at = x->off + name, end = x->off + (uint32_t)x->text.len;
	if (name == 0)
		return false;
	x->kind = LEX_NEAR;
	x->ordered = name == 4;
	uint8_t letter = at + 1 == end ? l->query.data[at] & 0xDF : 0;
	if (letter == 'S' || letter == 'P') {
		x->scope = letter == 'S' ? SCOPE_SENTENCE : SCOPE_PARAGRAPH;
		x->number = SPAN_ANY_DISTANCE;
	} else if (!lex_number(l, &at, &x->number) || at != end || x->number == 0 || x->number > SPAN_DISTANCE_MAX) {
		*x = (struct lexeme){ .kind = LEX_BAD, .off = x->off + name, .why = N_("a number from 1 to 1000 should stand here, S (one sentence) or P (one paragraph)") };
	}
	return true;
}

static struct lexeme lex_word(struct lexer *l)
{
	struct lexeme x = { .kind = LEX_WORD, .off = l->at };
	if (lex_prefix(l, &x))
		return x;
	uint32_t end = word_end(l);
	x.text = part(l, l->at, end);
	l->at = end;
	if (lex_near(l, &x))
		return x;
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (slice_equal(x.text, slice_str(operators[i].name))) {
			x.kind = operators[i].kind;
			return x;
		}
	classify(&x);
	return x;
}

/* ---- regular expressions and sets ---- */

/* The slash that ends the expression which begins at l->at; one in brackets only where they are not closed. 0: the word has none. */
static uint32_t closing_slash(const struct lexer *l)
{
	bool in_brackets = false;
	uint32_t len, in_open_ones = 0;
	for (uint32_t at = l->at + 1; at < l->query.len; at += len) {
		uint32_t cp = peek(l, at, &len), behind_len, behind = peek(l, at + len, &behind_len);
		if (is_blank(cp))
			break;
		if (in_brackets) {
			in_brackets = cp != ']';
			in_open_ones = cp == '/' ? at : in_open_ones;
		} else if (cp == '\\' && behind_len) {
			len += behind_len;
		} else if (cp == '[') {
			in_brackets = true;
			in_open_ones = 0;
			if (behind == '^')
				len++;
			if (at + len < l->query.len && l->query.data[at + len] == ']')
				len++; /* the first in brackets stands for itself */
		} else if (cp == '/') {
			return at;
		}
	}
	return in_brackets ? in_open_ones : 0;
}

/* Does it have what an expression has, and a name does not? ? + $ are in addresses and names, too. */
static bool has_expression_signs(struct slice s)
{
	static const char signs[] = "\\[](){}|^";
	for (size_t i = 0; i < s.len; i++)
		if (memchr(signs, s.data[i], sizeof signs - 1))
			return true;
	return has_wildcard(s);
}

/* /usr/bin is a word, and so is all that a slash begins and none ends. */
static bool lex_regex(struct lexer *l, struct lexeme *x)
{
	uint32_t end = closing_slash(l), len, behind = peek(l, end + 1, &len);
	struct slice inside = part(l, l->at + 1, end > l->at ? end : l->at + 1);
	bool ends = len == 0 || is_blank(behind) || behind == ')';
	if (inside.len == 0 || (!ends && !(has_wordish(inside) && has_expression_signs(inside))))
		return false;
	*x = (struct lexeme){ .kind = LEX_REGEX, .off = l->at, .text = inside };
	if (!ends)
		*x = (struct lexeme){ .kind = LEX_BAD, .off = end + 1,
				      .why = N_("nothing stands behind the slash that ends an expression; one within it has a backslash before it") };
	l->at = end + 1;
	return true;
}

/* Where the brace stands that closes the set which begins at l->at; 0: it is none. */
static uint32_t set_end(const struct lexer *l)
{
	const uint8_t *start = l->query.data + l->at, *end = memchr(start, '}', l->query.len - l->at);
	struct slice inside = slice_of(start + 1, end ? (size_t)(end - start) - 1 : 0);
	bool is_set = inside.len && memchr(inside.data, ',', inside.len) && !memchr(inside.data, '{', inside.len) && has_wordish(inside);
	return is_set ? (uint32_t)(end - l->query.data) : 0;
}

bool lex_alternative(struct slice set, uint32_t *at, struct slice *out)
{
	if (*at > set.len)
		return false;
	const uint8_t *start = set.data + *at, *comma = memchr(start, ',', set.len - *at);
	*out = slice_of(start, comma ? (size_t)(comma - start) : set.len - *at);
	*at += (uint32_t)out->len + 1;
	return true;
}

static bool lex_enclosed(struct lexer *l, uint32_t cp, struct lexeme *x)
{
	if (cp == '/')
		return lex_regex(l, x);
	uint32_t end = cp == '{' ? set_end(l) : 0;
	if (end == 0)
		return false;
	*x = (struct lexeme){ .kind = LEX_SET, .off = l->at, .text = part(l, l->at + 1, end) };
	l->at = end + 1;
	return true;
}

/* A sign counts when something follows it at once: "- 5" and "a - b" are no operators. */
static bool is_sign(const struct lexer *l, uint32_t cp, uint32_t len)
{
	uint32_t next_len, next = peek(l, l->at + len, &next_len);
	return (cp == '+' || cp == '-') && next_len && !is_blank(next) && next != cp && next != ')';
}

/* a) 1) :-) where no group is open: punctuation. */
static bool closes_nothing(const struct lexer *l)
{
	uint32_t n_words = 0, n_digits = 0, n_signs = 0;
	if (l->depth > 0)
		return false;
	for (uint32_t at = l->at; at > 0 && !is_blank(l->query.data[at - 1]); at--) {
		uint8_t c = l->query.data[at - 1];
		n_digits += c >= '0' && c <= '9';
		n_words += c >= 'a' && c <= 'z' ? 1 : is_wordish(c) && c > '9' ? 2 : 0;
		n_signs += c == ':' || c == ';' || c == '-' || c == '=';
		if (c == ')' || (!is_wordish(c) && n_signs == 0))
			return false;
	}
	return n_words + n_digits + n_signs > 0 && n_words <= 1 && n_digits <= 3;
}

static void skip_blanks(struct lexer *l)
{
	uint32_t len, cp;
	for (cp = peek(l, l->at, &len); len && is_blank(cp); cp = peek(l, l->at, &len))
		l->at += len;
	if (cp == ')' && closes_nothing(l)) {
		l->at++;
		skip_blanks(l);
	}
}

struct lexeme lex_next(struct lexer *l)
{
	uint32_t len, cp, next_len;
	skip_blanks(l);
	cp = peek(l, l->at, &len);
	struct lexeme x = { .kind = LEX_END, .off = l->at };
	if (len == 0 || lex_enclosed(l, cp, &x))
		return x;
	if (cp == '(' || cp == ')') {
		x.kind = cp == '(' ? LEX_OPEN : LEX_CLOSE;
		l->depth += cp == '(';
		l->depth -= cp == ')' && l->depth > 0;
	} else if (is_sign(l, cp, len)) {
		x.kind = cp == '+' ? LEX_PLUS : LEX_MINUS;
	} else {
		bool exact = cp == '=' && quote_kind(peek(l, l->at + 1, &next_len)) >= 0;
		l->at += exact;
		cp = exact ? peek(l, l->at, &len) : cp;
		int kind = quote_kind(cp);
		x = kind >= 0 ? lex_phrase(l, kind, len) : lex_word(l);
		x.exact = exact;
		return x;
	}
	x.text = part(l, l->at, l->at + len);
	l->at += len;
	return x;
}

struct lexeme lex_part(struct lexer *l)
{
	uint32_t len, cp;
	for (cp = peek(l, l->at, &len); len && is_blank(cp); cp = peek(l, l->at, &len))
		l->at += len;
	struct lexeme x = { .kind = LEX_END, .off = l->at };
	if (len == 0 || lex_enclosed(l, cp, &x))
		return x;
	uint32_t end = l->at;
	while (end < l->query.len && !is_blank(peek(l, end, &len)))
		end += len;
	x.kind = LEX_WORD;
	x.text = part(l, l->at, end);
	l->at = end;
	classify(&x);
	return x;
}
