/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ordinals.h - which of a term's forms stands at each position, in about as few bits as that says.
 *
 * Shape    a row of ordinals of known number; the shares of the forms are known to both sides from the dictionary. The row of an
 *          ordinal 0 throughout has no bytes.
 * Bytes    docs/FORMAT.md, "Ordinals of forms".
 * Source   Martin: Range encoding, an algorithm for removing redundancy from a digitised message (1979).
 */
#ifndef STORE_ORDINALS_H
#define STORE_ORDINALS_H

#include "base/bytes.h"

/* The shares, out of 1 << bits. Starts as {0}; may be set again and again. */
struct ordinal_shares {
	uint32_t n;
	unsigned bits;
	uint32_t *start; /* n + 1: where each one's share begins */
	size_t cap;
};
/* `occurrences` of each form, >= 1, not rising; n >= 1. FUND_LIMIT: more than 2^24 forms. */
enum fund_status ordinal_shares_set(struct ordinal_shares *s, const uint64_t *occurrences, uint32_t n);
void ordinal_shares_release(struct ordinal_shares *s); /* also on {0} */

/* Appends the row; all ordinals are < s->n. */
enum fund_status ordinals_encode(const struct ordinal_shares *s, const uint32_t *ordinals, size_t n, struct buf *out);
/* False: the bytes cannot be right. */
bool ordinals_decode(const struct ordinal_shares *s, struct slice in, uint32_t *ordinals, size_t n);

#endif
