/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/json.h"

#include "base/translate.h"
#include "base/utf8.h"

struct json json_of(struct slice text)
{
	return (struct json){ .p = text.data, .end = slice_end(text), .start = text.data };
}

static bool fail(struct json *j, const char *error)
{
	if (!j->error) {
		j->error = error;
		j->error_off = (size_t)(j->p - j->start);
	}
	return false;
}

static void skip_space(struct json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' || *j->p == '\n' || *j->p == '\r'))
		j->p++;
}

enum json_type json_peek(struct json *j)
{
	skip_space(j);
	if (j->error || j->p == j->end)
		return JSON_NONE;
	switch (*j->p) {
	case '"': return JSON_STRING;
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case 't': return JSON_TRUE;
	case 'f': return JSON_FALSE;
	case 'n': return JSON_NULL;
	default: return JSON_NUMBER;
	}
}

/* ---- strings ---- */

/* The first byte that ends a run of plain ones: a quote, a backslash, a control character. Eight at a time: the classic test for a byte
 * below n, and for a byte equal to one by xor. */
static const uint8_t *plain_end(const uint8_t *p, const uint8_t *end)
{
	const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
	for (; end - p >= 8; p += 8) {
		uint64_t v = get_u64(p), quote = v ^ ones * '"', slash = v ^ ones * '\\';
		if ((((v - ones * 0x20) & ~v) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & high)
			break;
	}
	while (p < end && *p != '"' && *p != '\\' && *p >= 0x20)
		p++;
	return p;
}

static bool hex4(struct json *j, uint32_t *out)
{
	*out = 0;
	if (j->end - j->p < 4)
		return fail(j, "\\u needs four hexadecimal digits");
	for (int i = 0; i < 4; i++, j->p++) {
		uint32_t c = *j->p, lower = c | 0x20;
		uint32_t digit = c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
		if (digit == 16)
			return fail(j, "\\u needs four hexadecimal digits");
		*out = *out << 4 | digit;
	}
	return true;
}

static bool unicode_escape(struct json *j, struct buf *room)
{
	uint32_t cp, low;
	uint8_t bytes[4];
	if (!hex4(j, &cp))
		return false;
	if (cp >= 0xD800 && cp < 0xDC00 && j->end - j->p >= 6 && j->p[0] == '\\' && j->p[1] == 'u') {
		const uint8_t *back = j->p;
		j->p += 2;
		if (!hex4(j, &low))
			return false;
		if (low >= 0xDC00 && low < 0xE000)
			cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
		else
			j->p = back;
	}
	if (cp >= 0xD800 && cp < 0xE000)
		cp = UTF8_REPLACEMENT;
	return buf_add(room, bytes, utf8_encode(cp, bytes)) == FUND_OK || fail(j, "out of memory");
}

static bool escape(struct json *j, struct buf *room)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (j->p == j->end)
		return fail(j, "the string does not end");
	uint8_t c = *j->p++;
	if (c == 'u')
		return unicode_escape(j, room);
	const char *known = c ? strchr(from, c) : NULL;
	if (!known) {
		j->p--;
		return fail(j, "unknown escape in a string");
	}
	return buf_add_byte(room, (uint8_t)to[known - from]) == FUND_OK || fail(j, "out of memory");
}

bool json_string(struct json *j, struct buf *room, struct slice *out)
{
	const uint8_t *run = ++j->p;
	j->p = plain_end(j->p, j->end);
	if (j->p < j->end && *j->p == '"') {
		*out = slice_of(run, (size_t)(j->p++ - run));
		return true;
	}
	buf_reset(room);
	for (;;) {
		if (buf_add(room, run, (size_t)(j->p - run)) != FUND_OK)
			return fail(j, "out of memory");
		if (j->p == j->end)
			return fail(j, "the string does not end");
		uint8_t c = *j->p++;
		if (c == '"')
			break;
		if (c != '\\') {
			j->p--;
			return fail(j, "a control character in a string");
		}
		if (!escape(j, room))
			return false;
		run = j->p;
		j->p = plain_end(j->p, j->end);
	}
	*out = slice_buf(room);
	return true;
}

static bool skip_string(struct json *j)
{
	uint32_t ignored;
	for (j->p++;;) {
		j->p = plain_end(j->p, j->end);
		if (j->p == j->end)
			return fail(j, "the string does not end");
		uint8_t c = *j->p++;
		if (c == '"')
			return true;
		if (c != '\\' || j->p == j->end || !strchr("\"\\/bfnrtu", *j->p) || *j->p == 0) {
			j->p--;
			return fail(j, c == '\\' ? "unknown escape in a string" : "a control character in a string");
		}
		if (*j->p++ == 'u' && !hex4(j, &ignored))
			return false;
	}
}

/* ---- other values ---- */

static bool digits(struct json *j)
{
	const uint8_t *start = j->p;
	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > start || fail(j, "a value should stand here");
}

bool json_number(struct json *j, struct slice *out)
{
	skip_space(j);
	const uint8_t *start = j->p;
	if (j->error)
		return false;
	if (j->p < j->end && *j->p == '-')
		j->p++;
	if (j->p < j->end && *j->p == '0')
		j->p++;
	else if (!digits(j))
		return false;
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!digits(j))
			return false;
	}
	if (j->p < j->end && (*j->p | 0x20) == 'e') {
		j->p++;
		if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
			j->p++;
		if (!digits(j))
			return false;
	}
	*out = slice_of(start, (size_t)(j->p - start));
	return true;
}

static bool literal(struct json *j, const char *word)
{
	size_t len = strlen(word);
	if ((size_t)(j->end - j->p) < len || memcmp(j->p, word, len) != 0)
		return fail(j, "a value should stand here");
	j->p += len;
	return true;
}

static bool skip_members(struct json *j, char open, char close)
{
	bool more;
	for (more = json_enter(j, open, close); more; more = json_more(j, close)) {
		if (open == '{') {
			if (json_peek(j) != JSON_STRING)
				return fail(j, "a name in quotes should stand here");
			if (!skip_string(j))
				return false;
			skip_space(j);
			if (j->p == j->end || *j->p++ != ':')
				return fail(j, "':' should stand here");
		}
		if (!json_skip(j))
			return false;
	}
	return !j->error;
}

bool json_skip(struct json *j)
{
	struct slice number;
	switch (json_peek(j)) {
	case JSON_STRING: return skip_string(j);
	case JSON_NUMBER: return json_number(j, &number);
	case JSON_TRUE: return literal(j, "true");
	case JSON_FALSE: return literal(j, "false");
	case JSON_NULL: return literal(j, "null");
	case JSON_OBJECT: return skip_members(j, '{', '}');
	case JSON_ARRAY: return skip_members(j, '[', ']');
	case JSON_NONE: break;
	}
	return fail(j, "a value should stand here");
}

bool json_enter(struct json *j, char open, char close)
{
	skip_space(j);
	if (j->error)
		return false;
	if (j->p == j->end || *j->p != (uint8_t)open)
		return fail(j, "'{' should stand here"); /* that it is an array is always known before */
	if (++j->depth > JSON_DEPTH_MAX)
		return fail(j, "nested too deep");
	j->p++;
	skip_space(j);
	if (j->p < j->end && *j->p == (uint8_t)close) {
		j->p++;
		j->depth--;
		return false;
	}
	return true;
}

bool json_more(struct json *j, char close)
{
	skip_space(j);
	if (j->error)
		return false;
	if (j->p < j->end && *j->p == ',') {
		j->p++;
		return true;
	}
	if (j->p == j->end || *j->p != (uint8_t)close)
		return fail(j, close == '}' ? "',' or '}' should stand here" : "',' or ']' should stand here");
	j->p++;
	j->depth--;
	return false;
}

bool json_key(struct json *j, struct buf *room, struct slice *out)
{
	if (json_peek(j) != JSON_STRING)
		return fail(j, "a name in quotes should stand here");
	if (!json_string(j, room, out))
		return false;
	skip_space(j);
	if (j->p == j->end || *j->p != ':')
		return fail(j, "':' should stand here");
	j->p++;
	return true;
}

bool json_at_end(struct json *j)
{
	skip_space(j);
	return !j->error && j->p == j->end;
}
