/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/encoding.h"
#include "indexer/html_text.h"
#include "indexer/mime.h"

/* ---- transfer encodings ---- */

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

enum fund_status mime_add_base64(struct buf *out, struct slice text)
{
	uint32_t bits = 0;
	unsigned n = 0;
	enum fund_status st = buf_reserve(out, text.len / 4 * 3 + 3);
	for (size_t i = 0; st == FUND_OK && i < text.len; i++) {
		int value = base64_value(text.data[i]);
		if (text.data[i] == '=') { /* padding: what follows begins anew */
			n = 0;
			continue;
		}
		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		n += 6;
		if (n >= 8) {
			n -= 8;
			out->data[out->len++] = (uint8_t)(bits >> n); /* there is room */
		}
	}
	return st;
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* One line without its end; *soft: it goes on in the next. */
static enum fund_status add_quoted_line(struct buf *out, struct slice line, bool *soft)
{
	enum fund_status st = FUND_OK;
	while (line.len && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\t' || line.data[line.len - 1] == '\r'))
		line.len--; /* what it gained on its way */
	*soft = line.len && line.data[line.len - 1] == '=';
	line.len -= *soft;
	while (st == FUND_OK && line.len) {
		const uint8_t *equals = memchr(line.data, '=', line.len);
		size_t n = equals ? (size_t)(equals - line.data) : line.len;
		st = buf_add(out, line.data, n);
		line = slice_from(line, n);
		if (st != FUND_OK || line.len == 0)
			break;
		bool coded = line.len > 2 && hex(line.data[1]) >= 0 && hex(line.data[2]) >= 0;
		st = buf_add_byte(out, coded ? (uint8_t)(hex(line.data[1]) << 4 | hex(line.data[2])) : '=');
		n = coded ? 3 : 1;
		line = slice_from(line, n);
	}
	return st;
}

enum fund_status mime_add_quoted_printable(struct buf *out, struct slice text)
{
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t n = end ? (size_t)(end - text.data) : text.len;
		bool soft;
		st = add_quoted_line(out, slice_of(text.data, n), &soft);
		if (st == FUND_OK && end && !soft)
			st = buf_add_byte(out, '\n');
		n += end != NULL;
		text = slice_from(text, n);
	}
	return st;
}

/* ---- flowed text ---- */

/* Lines that end with a blank go on in the next; a blank before a line was put there to protect it. */
static enum fund_status add_flowed(struct buf *out, struct slice text, bool delete_blank)
{
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t n = end ? (size_t)(end - text.data) : text.len, used = n + (end != NULL);
		struct slice line = slice_of(text.data, n && text.data[n - 1] == '\r' ? n - 1 : n);
		text = slice_from(text, used);
		if (line.len && line.data[0] == ' ')
			line = slice_from(line, 1);
		bool flows = line.len && line.data[line.len - 1] == ' ' && !(line.len == 3 && memcmp(line.data, "-- ", 3) == 0);
		line.len -= flows && delete_blank;
		st = buf_add_slice(out, line);
		if (st == FUND_OK && !flows && end)
			st = buf_add_byte(out, '\n');
	}
	return st;
}

/* ---- parts ---- */

struct content {
	struct slice type; /* "text/plain; charset=utf-8" */
	struct slice transfer, disposition;
};

static struct content content_of(struct slice header)
{
	struct content c = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	if (!mime_field(header, "Content-Type", &c.type))
		c.type = SLICE_LIT("text/plain");
	mime_field(header, "Content-Transfer-Encoding", &c.transfer);
	mime_field(header, "Content-Disposition", &c.disposition);
	return c;
}

static bool parameter_is(struct slice type, const char *name, const char *wanted)
{
	struct buf value = BUF_INIT;
	bool yes = mime_add_parameter(&value, type, name) == FUND_OK && slice_begins_with(slice_buf(&value), wanted);
	buf_release(&value);
	return yes;
}

/* The body as UTF-8: transfer encoding and charset taken off. */
static enum fund_status add_body(struct buf *out, const struct content *c, struct slice body, const char **name)
{
	struct buf bytes = BUF_INIT, charset = BUF_INIT, room = BUF_INIT;
	struct slice raw = body, text;
	enum encoding e;
	enum fund_status st = FUND_OK;
	if (slice_begins_with(c->transfer, "base64"))
		st = mime_add_base64(&bytes, body);
	else if (slice_begins_with(c->transfer, "quoted-printable"))
		st = mime_add_quoted_printable(&bytes, body);
	if (bytes.data)
		raw = slice_buf(&bytes);
	if (st == FUND_OK)
		st = mime_add_parameter(&charset, c->type, "charset");
	bool known = st == FUND_OK && encoding_of_label(slice_buf(&charset), &e);
	if (st == FUND_OK)
		st = encoding_to_utf8(raw, known ? &e : NULL, &room, &text, name);
	if (st == FUND_OK && slice_begins_with(c->type, "text/html"))
		st = html_to_text(text, out);
	else if (st == FUND_OK && parameter_is(c->type, "format", "flowed"))
		st = add_flowed(out, text, parameter_is(c->type, "delsp", "yes"));
	else if (st == FUND_OK)
		st = buf_add_slice(out, text);
	buf_release(&bytes);
	buf_release(&charset);
	buf_release(&room);
	return st;
}

/* The next part of a multipart body: what is between two lines "--boundary". False: none is left. */
static bool next_part(struct slice *rest, struct slice boundary, struct slice *part)
{
	struct slice s = *rest;
	const uint8_t *start = NULL;
	while (s.len) {
		const uint8_t *end = memchr(s.data, '\n', s.len);
		size_t n = end ? (size_t)(end - s.data) + 1 : s.len;
		if (n >= boundary.len + 2 && s.data[0] == '-' && s.data[1] == '-' && memcmp(s.data + 2, boundary.data, boundary.len) == 0) {
			if (start) {
				*part = slice_of(start, (size_t)(s.data - start));
				*rest = s; /* this line begins the next */
				return true;
			}
			if (n >= boundary.len + 4 && memcmp(s.data + 2 + boundary.len, "--", 2) == 0)
				break; /* behind the last */
			start = s.data + n;
		}
		s = slice_from(s, n);
	}
	*part = slice_of(start, start ? (size_t)(s.data - start) : 0);
	*rest = slice_of(NULL, 0);
	return start && part->len; /* the message was cut */
}

static enum fund_status add_part(struct buf *out, struct mime_part p, unsigned depth, bool html, const char **encoding);

/* Of each part the text; `first`: of the first that has one. */
static enum fund_status add_parts(struct buf *out, struct slice boundary, struct slice body, bool first, unsigned depth, bool html, const char **encoding)
{
	struct slice part;
	size_t before = out->len;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && boundary.len && !(first && out->len > before) && next_part(&body, boundary, &part))
		st = add_part(out, mime_split(part), depth, html, encoding);
	return st;
}

/* Does no line of it begin a part? Its boundary is missing, or another than the header says. */
static bool has_no_parts(struct slice body, struct slice boundary)
{
	struct slice part;
	return boundary.len == 0 || !next_part(&body, boundary, &part);
}

/* Of alternatives a plain one, else any; of all others each; all of it where there is none. */
static enum fund_status add_multipart(struct buf *out, const struct content *c, struct slice body, unsigned depth, bool html, const char **encoding)
{
	static const struct content plain = { { (const uint8_t *)"text/plain", 10 }, { NULL, 0 }, { NULL, 0 } };
	struct buf boundary = BUF_INIT;
	size_t before = out->len;
	bool alternative = slice_begins_with(c->type, "multipart/alternative");
	enum fund_status st = mime_add_parameter(&boundary, c->type, "boundary");
	if (st == FUND_OK && has_no_parts(body, slice_buf(&boundary)))
		st = add_body(out, &plain, body, encoding);
	else if (st == FUND_OK)
		st = add_parts(out, slice_buf(&boundary), body, alternative, depth, html && !alternative, encoding);
	if (st == FUND_OK && alternative && html && out->len == before)
		st = add_parts(out, slice_buf(&boundary), body, true, depth, true, encoding);
	buf_release(&boundary);
	return st;
}

static enum fund_status add_part(struct buf *out, struct mime_part p, unsigned depth, bool html, const char **encoding)
{
	struct content c = content_of(p.header);
	enum fund_status st = FUND_OK;
	size_t before = out->len;
	if (depth == MIME_DEPTH_MAX || slice_begins_with(c.disposition, "attachment"))
		return FUND_OK;
	if (slice_begins_with(c.type, "multipart/"))
		return add_multipart(out, &c, p.body, depth + 1, html, encoding);
	if (slice_begins_with(c.type, "message/rfc822"))
		return add_part(out, mime_split(p.body), depth + 1, html, encoding);
	if (!(slice_begins_with(c.type, "text/html") ? html : slice_begins_with(c.type, "text/plain") || slice_begins_with(c.type, "text/enriched") || !memchr(c.type.data, '/', c.type.len)))
		return FUND_OK;
	if (before && out->data[before - 1] != '\n')
		st = buf_add_str(out, "\n\n");
	else if (before)
		st = buf_add_byte(out, '\n');
	return st == FUND_OK ? add_body(out, &c, p.body, encoding) : st;
}

enum fund_status mime_add_text(struct buf *out, struct mime_part message, const char **encoding)
{
	return add_part(out, message, 0, true, encoding);
}
