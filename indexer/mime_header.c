/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "indexer/encoding.h"
#include "indexer/mime.h"

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c; }
static bool same(struct slice s, const char *name)
{
	size_t i = 0;
	for (; i < s.len && name[i]; i++)
		if (lower(s.data[i]) != lower((uint8_t)name[i]))
			return false;
	return i == s.len && !name[i];
}

/* ---- fields ---- */

static size_t line_len(struct slice s)
{
	const uint8_t *end = s.len ? memchr(s.data, '\n', s.len) : NULL;
	return end ? (size_t)(end - s.data) + 1 : s.len;
}

static bool is_empty_line(struct slice s) { return s.len == 0 || s.data[0] == '\n' || (s.data[0] == '\r' && (s.len == 1 || s.data[1] == '\n')); }

struct mime_part mime_split(struct slice message)
{
	struct slice s = message;
	while (!is_empty_line(s))
		s = slice_from(s, line_len(s));
	struct slice header = slice_of(message.data, message.len - s.len);
	return (struct mime_part){ header, slice_from(s, line_len(s)) };
}

/* A field with the lines it goes on over. */
static size_t field_len(struct slice s)
{
	size_t n = line_len(s);
	while (n < s.len && (s.data[n] == ' ' || s.data[n] == '\t'))
		n += line_len(slice_from(s, n));
	return n;
}

bool mime_field(struct slice header, const char *name, struct slice *value)
{
	while (header.len) {
		size_t n = field_len(header);
		const uint8_t *colon = memchr(header.data, ':', n);
		if (colon && same(slice_trim(slice_of(header.data, (size_t)(colon - header.data))), name)) {
			*value = slice_trim(slice_of(colon + 1, n - (size_t)(colon + 1 - header.data)));
			return true;
		}
		header = slice_from(header, n);
	}
	return false;
}

/* ---- encoded words ---- */

static enum fund_status add_decoded(struct buf *out, struct slice bytes, struct slice charset)
{
	struct buf room = BUF_INIT;
	struct slice text;
	enum encoding e;
	const char *name;
	bool known = encoding_of_label(charset, &e);
	enum fund_status st = encoding_to_utf8(bytes, known ? &e : NULL, &room, &text, &name);
	if (st == FUND_OK)
		st = buf_add_slice(out, text);
	buf_release(&room);
	return st;
}

/* "=?charset?Q?text?=" at s: its parts, and its length; 0: it is none. */
static size_t encoded_word(struct slice s, struct slice *charset, uint8_t *how, struct slice *text)
{
	if (s.len < 8 || s.data[0] != '=' || s.data[1] != '?')
		return 0;
	const uint8_t *end = slice_end(s), *p = memchr(s.data + 2, '?', s.len - 2);
	if (!p || end - p < 5 || p[2] != '?')
		return 0;
	*charset = slice_part(s, 2, (size_t)(p - s.data) - 2);
	const uint8_t *language = charset->len ? memchr(charset->data, '*', charset->len) : NULL; /* RFC 2231, section 5 */
	if (language)
		charset->len = (size_t)(language - charset->data);
	*how = lower(p[1]);
	const uint8_t *start = p + 3;
	for (p = start; p + 1 < end && *p != '\n' && !(p[0] == '?' && p[1] == '='); p++)
		;
	*text = slice_of(start, (size_t)(p - start));
	return p + 1 < end && *p == '?' && (*how == 'q' || *how == 'b') ? (size_t)(p - s.data) + 2 : 0;
}

/* The Q encoding: quoted-printable in which '_' is a blank. */
static enum fund_status add_q(struct buf *out, struct slice text)
{
	struct buf plain = BUF_INIT;
	enum fund_status st = buf_add_slice(&plain, text);
	for (size_t i = 0; i < plain.len; i++)
		if (plain.data[i] == '_')
			plain.data[i] = ' ';
	/* a blank at the end would be dropped as one that a line gained on its way */
	if (st == FUND_OK && plain.len && plain.data[plain.len - 1] == ' ')
		st = buf_add_str(&plain, "=\n");
	if (st == FUND_OK)
		st = mime_add_quoted_printable(out, slice_buf(&plain));
	buf_release(&plain);
	return st;
}

/* Encoded words one behind the other, as far as they go: the bytes of those in one encoding are decoded together, as a character may be split between them. Returns
 * how much of s they took. */
static size_t take_words(struct slice s, struct buf *out, enum fund_status *st)
{
	struct buf bytes = BUF_INIT;
	struct slice charset, first = { NULL, 0 }, text;
	size_t done = 0, at = 0, n;
	uint8_t how;
	while (*st == FUND_OK && (n = encoded_word(slice_from(s, at), &charset, &how, &text))) {
		if (first.data && !(first.len == charset.len && memcmp(first.data, charset.data, charset.len) == 0)) {
			*st = add_decoded(out, slice_buf(&bytes), first);
			buf_reset(&bytes);
		}
		first = charset;
		if (*st == FUND_OK)
			*st = how == 'q' ? add_q(&bytes, text) : mime_add_base64(&bytes, text);
		done = at += n;
		while (at < s.len && is_white(s.data[at]))
			at++;
	}
	if (*st == FUND_OK && done)
		*st = add_decoded(out, slice_buf(&bytes), first);
	buf_release(&bytes);
	return done;
}

enum fund_status mime_add_words(struct buf *out, struct slice value)
{
	struct buf plain = BUF_INIT;
	struct slice s;
	const char *name;
	enum fund_status st = encoding_to_utf8(value, NULL, &plain, &s, &name);
	while (st == FUND_OK && s.len) {
		size_t n = s.data[0] == '=' ? take_words(s, out, &st) : 0;
		if (n == 0) {
			bool blank = is_white(s.data[0]);
			while (blank && n + 1 < s.len && is_white(s.data[n + 1]))
				n++;
			st = buf_add_byte(out, blank ? ' ' : s.data[0]);
			n++;
		}
		s = slice_from(s, n);
	}
	buf_release(&plain);
	return st;
}

/* ---- parameters ---- */

/* The next "; name=value" of *s; false: none is left. */
static bool next_parameter(struct slice *s, struct slice *name, struct slice *value)
{
	size_t i = 0;
	while (i < s->len && s->data[i] != ';')
		i += s->data[i] == '"' && memchr(s->data + i + 1, '"', s->len - i - 1) ? (size_t)((const uint8_t *)memchr(s->data + i + 1, '"', s->len - i - 1) - (s->data + i)) + 1 : 1;
	if (i >= s->len)
		return false;
	*s = slice_from(*s, i + 1);
	const uint8_t *equals = s->len ? memchr(s->data, '=', s->len) : NULL;
	if (!equals)
		return false;
	*name = slice_trim(slice_of(s->data, (size_t)(equals - s->data)));
	struct slice rest = slice_from(*s, (size_t)(equals - s->data) + 1);
	while (rest.len && is_white(rest.data[0]))
		rest = slice_from(rest, 1);
	bool quoted = rest.len && rest.data[0] == '"';
	size_t n = quoted;
	while (n < rest.len && (quoted ? rest.data[n] != '"' : rest.data[n] != ';' && !is_white(rest.data[n])))
		n++;
	*value = slice_part(rest, (quoted && rest.len), n - quoted);
	*s = slice_from(rest, n + (quoted && n < rest.len));
	return true;
}

static int hex(uint8_t c) { return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1; }

static enum fund_status add_percent(struct buf *out, struct slice s)
{
	enum fund_status st = FUND_OK;
	for (size_t i = 0; st == FUND_OK && i < s.len; i++) {
		bool coded = s.data[i] == '%' && i + 2 < s.len && hex(s.data[i + 1]) >= 0 && hex(s.data[i + 2]) >= 0;
		st = buf_add_byte(out, coded ? (uint8_t)(hex(s.data[i + 1]) << 4 | hex(s.data[i + 2])) : s.data[i]);
		i += coded ? 2 : 0;
	}
	return st;
}

/* The parameter `name`, or its piece `n`: "name*0", "name*0*". *coded: with percent signs. */
static bool find_parameter(struct slice value, const char *name, int n, struct slice *out, bool *coded)
{
	char piece[64];
	struct slice key;
	if (n < 0)
		snprintf(piece, sizeof piece, "%s", name);
	else
		snprintf(piece, sizeof piece, "%s*%d", name, n);
	while (next_parameter(&value, &key, out)) {
		*coded = key.len && key.data[key.len - 1] == '*';
		if (same(slice_of(key.data, key.len - *coded), piece))
			return true;
	}
	return false;
}

enum fund_status mime_add_parameter(struct buf *out, struct slice value, const char *name)
{
	struct buf bytes = BUF_INIT;
	struct slice piece, charset = { NULL, 0 };
	bool coded;
	enum fund_status st = FUND_OK;
	bool whole = find_parameter(value, name, -1, &piece, &coded);
	for (int n = 0; st == FUND_OK && n < 100 && (whole ? n == 0 : find_parameter(value, name, n, &piece, &coded)); n++) {
		const uint8_t *quote = coded && n == 0 && piece.len ? memchr(piece.data, '\'', piece.len) : NULL;
		const uint8_t *second = quote ? memchr(quote + 1, '\'', piece.len - (size_t)(quote + 1 - piece.data)) : NULL;
		if (second) { /* charset'language'value */
			charset = slice_of(piece.data, (size_t)(quote - piece.data));
			piece = slice_from(piece, (size_t)(second - piece.data) + 1);
		}
		st = coded ? add_percent(&bytes, piece) : buf_add_slice(&bytes, piece);
	}
	if (st == FUND_OK)
		st = charset.len ? add_decoded(out, slice_buf(&bytes), charset) : mime_add_words(out, slice_buf(&bytes));
	buf_release(&bytes);
	return st;
}

/* ---- senders ---- */

enum fund_status mime_add_sender(struct buf *out, struct slice value)
{
	struct buf text = BUF_INIT;
	enum fund_status st = mime_add_words(&text, value);
	struct slice s = slice_buf(&text);
	const uint8_t *angle = s.len ? memchr(s.data, '<', s.len) : NULL, *open = s.len ? memchr(s.data, '(', s.len) : NULL;
	struct slice name = angle ? slice_trim(slice_of(s.data, (size_t)(angle - s.data))) : (struct slice){ NULL, 0 };
	if (name.len >= 2 && name.data[0] == '"' && name.data[name.len - 1] == '"')
		name = slice_trim(slice_part(name, 1, name.len - 2));
	if (name.len == 0 && angle) { /* <address> */
		name = slice_from(s, (size_t)(angle - s.data) + 1);
		const uint8_t *end = name.len ? memchr(name.data, '>', name.len) : NULL;
		name.len = end ? (size_t)(end - name.data) : name.len;
	} else if (name.len == 0 && open) { /* address (name) */
		name = slice_from(s, (size_t)(open - s.data) + 1);
		const uint8_t *end = name.len ? memchr(name.data, ')', name.len) : NULL;
		name.len = end ? (size_t)(end - name.data) : name.len;
	} else if (name.len == 0) {
		name = slice_trim(s);
	}
	if (st == FUND_OK)
		st = buf_add_slice(out, name);
	buf_release(&text);
	return st;
}
