/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/checked.h"

#include "base/hash.h"

static size_t n_pages(size_t len) { return len / CHECKED_PAGE + (len % CHECKED_PAGE != 0); }

static struct slice page_of(struct slice bytes, size_t page)
{
	struct slice rest = slice_from(bytes, page * CHECKED_PAGE);
	return slice_part(rest, 0, rest.len < CHECKED_PAGE ? rest.len : CHECKED_PAGE);
}

enum fund_status checked_put(struct slice bytes, struct buf *out)
{
	if (bytes.len > UINT32_MAX)
		return FUND_LIMIT;
	enum fund_status st = buf_add_u32(out, (uint32_t)bytes.len);
	for (size_t i = 0; i < n_pages(bytes.len) && st == FUND_OK; i++) {
		struct slice page = page_of(bytes, i);
		st = buf_add_u32(out, checksum(page.data, page.len));
	}
	return st == FUND_OK ? buf_add_slice(out, bytes) : st;
}

enum fund_status checked_open(struct slice stored, struct checked *out)
{
	if (stored.len < 4)
		return FUND_CORRUPT;
	size_t len = get_u32(stored.data), sums = 4 * n_pages(len);
	if (len > stored.len || stored.len - len != 4 + sums)
		return FUND_CORRUPT;
	*out = (struct checked){ slice_of(stored.data + 4 + sums, len), stored.data + 4, 0, 0 };
	return FUND_OK;
}

enum fund_status checked_pages(struct checked *c, size_t from, size_t to)
{
	size_t first = from / CHECKED_PAGE, end = n_pages(to);
	for (size_t i = first; i < end; i++) {
		struct slice page = page_of(c->bytes, i);
		if (checksum(page.data, page.len) != get_u32(c->sums + 4 * i))
			return FUND_CORRUPT;
	}
	c->from = first * CHECKED_PAGE;
	c->to = end * CHECKED_PAGE < c->bytes.len ? end * CHECKED_PAGE : c->bytes.len;
	return FUND_OK;
}
