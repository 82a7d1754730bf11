/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checked.h - bytes with checksums close together, for whoever reads a little here and there of much.
 *
 * Shape    length u32, a checksum u32 for each page of CHECKED_PAGE bytes (the last may be shorter), the bytes.
 * Life     borrows what it was opened on.
 */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#include "base/bytes.h"

#define CHECKED_PAGE 240u /* the most that XXH3 takes without setting up its loop */

struct checked {
	struct slice bytes; /* not to be read but through checked_at() */
	const uint8_t *sums;
	size_t from, to; /* what was found right last */
};

/* Appends. FUND_LIMIT: more than 4 GiB. */
enum fund_status checked_put(struct slice bytes, struct buf *out);
/* FUND_CORRUPT: the lengths cannot be right. */
enum fund_status checked_open(struct slice stored, struct checked *out);
enum fund_status checked_pages(struct checked *c, size_t from, size_t to);
/* `n` bytes from `at` on; NULL: they are not there, or damaged. */
static inline const uint8_t *checked_at(struct checked *c, size_t at, size_t n)
{
	if (at > c->bytes.len || n > c->bytes.len - at)
		return NULL;
	if ((at < c->from || at + n > c->to) && checked_pages(c, at, at + n) != FUND_OK)
		return NULL;
	return c->bytes.data + at;
}

#endif
