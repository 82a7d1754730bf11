/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/http_message.h"

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c; }

/* A line without its end, which is taken off *rest. */
static struct slice take_line(struct slice *rest)
{
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = end ? (size_t)(end - rest->data) : rest->len;
	struct slice line = slice_of(rest->data, len);
	*rest = slice_part(*rest, len + (end != NULL), rest->len - len - (end != NULL));
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

bool header_field_next(struct slice *rest, struct slice *name, struct slice *value)
{
	while (rest->len) {
		struct slice line = take_line(rest);
		if (line.len == 0)
			return false;
		const uint8_t *colon = memchr(line.data, ':', line.len);
		if (!colon || line.data[0] == ' ' || line.data[0] == '\t')
			continue;
		*name = slice_trim(slice_of(line.data, (size_t)(colon - line.data)));
		*value = slice_trim(slice_of(colon + 1, line.len - (size_t)(colon - line.data) - 1));
		return true;
	}
	return false;
}

bool header_field_is(struct slice name, const char *known)
{
	size_t i = 0;
	for (; i < name.len && known[i]; i++)
		if (lower(name.data[i]) != (uint8_t)known[i])
			return false;
	return i == name.len && !known[i];
}

struct slice header_media_type(struct slice value)
{
	const uint8_t *end = value.len ? memchr(value.data, ';', value.len) : NULL;
	return slice_trim(slice_of(value.data, end ? (size_t)(end - value.data) : value.len));
}

/* One coding can be undone; of several in a row none. */
static enum http_coding coding_of(struct slice value)
{
	if (value.len == 0 || header_field_is(value, "identity"))
		return HTTP_IDENTITY;
	if (header_field_is(value, "gzip") || header_field_is(value, "x-gzip"))
		return HTTP_GZIP;
	return header_field_is(value, "deflate") ? HTTP_DEFLATE : HTTP_OTHER;
}

/* "gzip, chunked": the last is the outermost. */
static void transfer_codings(struct slice value, struct http_message *out)
{
	while (value.len) {
		const uint8_t *comma = memchr(value.data, ',', value.len);
		size_t len = comma ? (size_t)(comma - value.data) : value.len;
		struct slice one = slice_trim(slice_of(value.data, len));
		if (header_field_is(one, "chunked"))
			out->chunked = true;
		else if (coding_of(one) != HTTP_IDENTITY)
			out->coding = out->coding == HTTP_IDENTITY ? coding_of(one) : HTTP_OTHER;
		value = slice_part(value, len + (comma != NULL), value.len - len - (comma != NULL));
	}
}

bool http_message_parse(struct slice bytes, struct http_message *out)
{
	struct slice line = take_line(&bytes), name, value;
	*out = (struct http_message){ .status = 0 };
	if (line.len < 12 || memcmp(line.data, "HTTP/", 5) != 0)
		return false;
	const uint8_t *p = memchr(line.data, ' ', line.len), *end = slice_end(line);
	while (p && p < end && *p == ' ')
		p++;
	for (int i = 0; p && p < end && i < 3 && *p >= '0' && *p <= '9'; i++)
		out->status = out->status * 10 + (unsigned)(*p++ - '0');
	while (header_field_next(&bytes, &name, &value)) {
		if (header_field_is(name, "content-type"))
			out->type = header_media_type(value);
		else if (header_field_is(name, "content-encoding") && out->coding == HTTP_IDENTITY)
			out->coding = coding_of(value);
		else if (header_field_is(name, "transfer-encoding"))
			transfer_codings(value, out);
	}
	out->body = bytes;
	return true;
}

static int hex_value(uint8_t c)
{
	c = lower(c);
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool http_dechunk(struct slice body, struct buf *out, enum fund_status *st)
{
	*st = FUND_OK;
	while (body.len) {
		struct slice line = take_line(&body);
		size_t len = 0, digits = 0;
		for (; digits < line.len && digits < 8 && hex_value(line.data[digits]) >= 0; digits++)
			len = len << 4 | (size_t)hex_value(line.data[digits]);
		if (digits == 0)
			return false;
		if (len == 0)
			return true;
		bool whole = len <= body.len;
		size_t take = whole ? len : body.len;
		*st = buf_add(out, body.data, take);
		if (*st != FUND_OK || !whole)
			return false;
		body = slice_from(body, take);
		take_line(&body);
	}
	return false;
}
