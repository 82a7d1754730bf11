/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/ordinals.h"

#include <stdlib.h>

#define BITS_MIN 12u
#define FORMS_LIMIT (1u << 24)
#define SUM_BITS 36u /* occurrences are scaled below 2^36, so that a share's product fits 64 bits */
#define TOP 56u	     /* the coder's interval is within 2^56 */
#define LOW_TOP ((uint64_t)1 << (TOP - 8))
#define NEAR 4u /* ordinals looked at one by one */

/* ---- shares ---- */

void ordinal_shares_release(struct ordinal_shares *s)
{
	free(s->start);
	*s = (struct ordinal_shares){ 0 };
}

static enum fund_status make_room(struct ordinal_shares *s, uint32_t n)
{
	size_t cap = s->cap ? s->cap : 16;
	if (n < s->cap)
		return FUND_OK;
	while (cap <= n)
		cap *= 2;
	uint32_t *grown = realloc(s->start, cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	s->start = grown;
	s->cap = cap;
	return FUND_OK;
}

/* The first takes what the others leave. If that is nothing, all have the same. */
enum fund_status ordinal_shares_set(struct ordinal_shares *s, const uint64_t *occurrences, uint32_t n)
{
	uint64_t sum = 0, others = 0;
	unsigned bits = BITS_MIN, shift = 0;
	if (n < 1 || n > FORMS_LIMIT)
		return FUND_LIMIT;
	enum fund_status st = make_room(s, n);
	if (st != FUND_OK)
		return st;
	for (uint32_t i = 0; i < n; i++)
		sum += occurrences[i];
	while (sum >> shift >> SUM_BITS)
		shift++;
	sum >>= shift;
	while (n > (uint32_t)1 << (bits - 4))
		bits++;
	for (uint32_t i = 1; i < n; i++) {
		uint64_t share = sum ? ((occurrences[i] >> shift) << bits) / sum : 0;
		s->start[i] = share ? (uint32_t)share : 1;
		others += s->start[i];
	}
	uint32_t even = ((uint32_t)1 << bits) / n;
	bool fits = others < (uint64_t)1 << bits;
	uint32_t first = fits ? ((uint32_t)1 << bits) - (uint32_t)others : ((uint32_t)1 << bits) - (n - 1) * even, next = first;
	s->start[0] = 0;
	for (uint32_t i = 1; i < n; i++) {
		uint32_t share = fits ? s->start[i] : even;
		s->start[i] = next;
		next += share;
	}
	s->start[n] = (uint32_t)1 << bits;
	s->n = n;
	s->bits = bits;
	return FUND_OK;
}

/* ---- encoding ---- */

struct encoder {
	struct buf *out;
	size_t start; /* of the row in out */
	uint64_t low, range;
};

/* Adds 1 to what was written: it ends in a byte that is not 0xff, as the interval began below 1. */
static void carry(struct encoder *e)
{
	size_t i = e->out->len;
	while (i > e->start && ++e->out->data[--i] == 0)
		;
}

static void encode(struct encoder *e, const struct ordinal_shares *s, uint32_t ordinal)
{
	uint64_t unit = e->range >> s->bits;
	e->low += unit * s->start[ordinal];
	e->range = unit * (s->start[ordinal + 1] - s->start[ordinal]);
	if (e->low >> TOP) {
		carry(e);
		e->low &= ((uint64_t)1 << TOP) - 1;
	}
	for (; e->range < LOW_TOP; e->range <<= 8) {
		e->out->data[e->out->len++] = (uint8_t)(e->low >> (TOP - 8));
		e->low = e->low << 8 & (((uint64_t)1 << TOP) - 1);
	}
}

/* The shortest bytes of a number within the interval; zeros at the end go without saying. */
static void finish(struct encoder *e)
{
	for (unsigned n = 0; n <= TOP / 8; n++) {
		uint64_t below = ((uint64_t)1 << (TOP - 8 * n)) - 1, v = (e->low + below) & ~below;
		if (v - e->low >= e->range)
			continue;
		if (v >> TOP)
			carry(e);
		for (unsigned i = 1; i <= n; i++)
			e->out->data[e->out->len++] = (uint8_t)(v >> (TOP - 8 * i));
		break;
	}
	while (e->out->len > e->start && e->out->data[e->out->len - 1] == 0)
		e->out->len--;
}

enum fund_status ordinals_encode(const struct ordinal_shares *s, const uint32_t *ordinals, size_t n, struct buf *out)
{
	struct encoder e = { .out = out, .start = out->len, .range = (uint64_t)1 << TOP };
	/* an ordinal takes at most its bits, and what flushing adds */
	enum fund_status st = buf_reserve(out, n * (s->bits / 8 + 2) + TOP / 8 + 1);
	for (size_t i = 0; i < n && st == FUND_OK; i++)
		encode(&e, s, ordinals[i]);
	if (st == FUND_OK)
		finish(&e);
	return st;
}

/* ---- decoding ---- */

/* The ordinal in whose share `at` lies. */
static uint32_t find_share(const struct ordinal_shares *s, uint64_t at)
{
	uint32_t low = 0, high = s->n;
	for (uint32_t i = 1; i <= NEAR && i < s->n; i++)
		if (s->start[i] > at)
			return i - 1;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (s->start[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

bool ordinals_decode(const struct ordinal_shares *s, struct slice in, uint32_t *ordinals, size_t n)
{
	uint64_t value = 0, range = (uint64_t)1 << TOP;
	size_t at = 0;
	for (; at < TOP / 8; at++)
		value = value << 8 | (at < in.len ? in.data[at] : 0);
	for (size_t i = 0; i < n; i++) {
		uint64_t unit = range >> s->bits;
		uint32_t ordinal = 0;
		if (value >= unit * s->start[1]) {
			if (value >= unit << s->bits)
				return false;
			ordinal = find_share(s, value / unit);
		}
		value -= unit * s->start[ordinal];
		range = unit * (s->start[ordinal + 1] - s->start[ordinal]);
		for (; range < LOW_TOP; range <<= 8, at++)
			value = value << 8 | (at < in.len ? in.data[at] : 0);
		ordinals[i] = ordinal;
	}
	return true;
}
