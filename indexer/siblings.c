/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/siblings.h"

static bool begins_with(struct slice s, const char *with) { return s.len >= strlen(with) && memcmp(s.data, with, strlen(with)) == 0; }

static int hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* "a%20b" as bytes. */
static enum fund_status unescape(struct slice s, struct buf *out)
{
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < s.len && st == FUND_OK; i++) {
		bool coded = s.data[i] == '%' && i + 2 < s.len && hex(s.data[i + 1]) >= 0 && hex(s.data[i + 2]) >= 0;
		st = buf_add_byte(out, coded ? (uint8_t)(hex(s.data[i + 1]) << 4 | hex(s.data[i + 2])) : s.data[i]);
		i += coded ? 2 : 0;
	}
	return st;
}

/* One step: a name goes behind, ".." takes one away. False: out of the root, or no name. */
static bool step(struct buf *out, struct slice name, enum fund_status *st)
{
	if (name.len == 0 || slice_equal(name, SLICE_LIT(".")))
		return true;
	if (slice_equal(name, SLICE_LIT(".."))) {
		if (out->len == 0)
			return false;
		while (out->len && out->data[out->len - 1] != '/')
			out->len--;
		out->len -= out->len > 0;
		return true;
	}
	if (memchr(name.data, 0, name.len) || memchr(name.data, '\\', name.len))
		return false;
	*st = out->len ? buf_add_byte(out, '/') : FUND_OK;
	if (*st == FUND_OK)
		*st = buf_add_slice(out, name);
	return true;
}

enum fund_status sibling_path(struct slice path, struct slice reference, struct buf *out)
{
	struct buf plain = BUF_INIT;
	enum fund_status st = FUND_OK;
	if (begins_with(reference, "file://"))
		reference = slice_from(reference, 7);
	else if (begins_with(reference, "file:"))
		reference = slice_from(reference, 5);
	if (reference.len == 0 || reference.data[0] == '/' || memmem(reference.data, reference.len, "://", 3))
		return FUND_UNSUPPORTED;
	buf_reset(out);
	while (path.len && path.data[path.len - 1] != '/')
		path.len--;
	st = path.len ? buf_add(out, path.data, path.len - 1) : FUND_OK;
	if (st == FUND_OK)
		st = unescape(reference, &plain);
	bool inside = true;
	for (size_t at = 0; at < plain.len && inside && st == FUND_OK;) {
		const uint8_t *slash = memchr(plain.data + at, '/', plain.len - at);
		size_t end = slash ? (size_t)(slash - plain.data) : plain.len;
		inside = step(out, slice_part(slice_buf(&plain), at, end - at), &st);
		at = end + 1;
	}
	buf_release(&plain);
	return st != FUND_OK ? st : inside && out->len ? FUND_OK : FUND_UNSUPPORTED;
}

bool sibling_path_is_plain(struct slice path)
{
	if (path.len == 0 || memchr(path.data, 0, path.len))
		return false;
	for (size_t at = 0; at <= path.len;) {
		const uint8_t *slash = at < path.len ? memchr(path.data + at, '/', path.len - at) : NULL;
		size_t end = slash ? (size_t)(slash - path.data) : path.len;
		struct slice name = slice_part(path, at, end - at);
		if (name.len == 0 || slice_equal(name, SLICE_LIT(".")) || slice_equal(name, SLICE_LIT("..")))
			return false;
		at = end + 1;
	}
	return true;
}
