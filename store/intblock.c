/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/intblock.h"

#include "store/intblock_simd.h"

#define HAS_EXCEPTIONS 0x80u
#define IS_ONE 0x80u /* beside an exception's index: what stands above the width is 1, and has no bytes */

static unsigned bits_of(uint32_t v) { return v ? 32u - (unsigned)__builtin_clz(v) : 0; }

static uint32_t low_bits(unsigned b) { return b == 32 ? UINT32_MAX : ((uint32_t)1 << b) - 1; }

/* ---- encoding ---- */

static size_t packed_len(uint32_t n, unsigned b) { return n == INTBLOCK_LEN ? 16 * (size_t)b : ((size_t)n * b + 7) / 8; }

/* The width that makes the block smallest. An exception costs its index and, if it has more than one bit above the width, the bytes of these: a
 * histogram of bit lengths gives the sum exactly. */
static unsigned best_width(const uint32_t *values, uint32_t n, uint32_t *n_exceptions)
{
	uint32_t with_bits[33] = { 0 };
	for (uint32_t i = 0; i < n; i++)
		with_bits[bits_of(values[i])]++;
	unsigned best = 32;
	while (best > 0 && with_bits[best] == 0)
		best--;
	unsigned top = best;
	size_t least = packed_len(n, best);
	uint32_t above = 0;
	*n_exceptions = 0;
	for (unsigned b = top; b-- > 0;) {
		above += with_bits[b + 1];
		size_t cost = packed_len(n, b) + 1 + with_bits[b + 1];
		for (unsigned k = b + 2; k <= top && cost < least; k++)
			cost += with_bits[k] * (1 + (k - b + 6) / 7);
		if (cost < least) {
			least = cost;
			best = b;
			*n_exceptions = above;
		}
	}
	return best;
}

static uint8_t *pack_row(const uint32_t *values, uint32_t n, unsigned b, uint8_t *out)
{
	uint64_t held = 0;
	unsigned n_held = 0;
	for (uint32_t i = 0; i < n; i++) {
		held |= (uint64_t)(values[i] & low_bits(b)) << n_held;
		for (n_held += b; n_held >= 8; n_held -= 8, held >>= 8)
			*out++ = (uint8_t)held;
	}
	if (n_held)
		*out++ = (uint8_t)held;
	return out;
}

static uint8_t *pack_lanes(const uint32_t *values, unsigned b, uint8_t *out)
{
	simd_pack_lanes(values, b, out);
	return out + 16 * (size_t)b;
}

uint8_t *intblock_encode(const uint32_t *values, uint32_t n, uint8_t *out)
{
	uint32_t n_exceptions;
	unsigned b = best_width(values, n, &n_exceptions);
	*out++ = (uint8_t)(b | (n_exceptions ? HAS_EXCEPTIONS : 0));
	if (n_exceptions)
		*out++ = (uint8_t)n_exceptions;
	if (b)
		out = n == INTBLOCK_LEN ? pack_lanes(values, b, out) : pack_row(values, n, b, out);
	if (!n_exceptions)
		return out;
	uint8_t *high = out + n_exceptions;
	for (uint32_t i = 0; i < n; i++)
		if (values[i] > low_bits(b)) {
			bool one = values[i] >> b == 1;
			*out++ = (uint8_t)(i | (one ? IS_ONE : 0));
			high = one ? high : put_varint(high, values[i] >> b);
		}
	return high;
}

/* ---- decoding ---- */

/* Header and length of the packed bits; 0: cannot be right. */
static size_t read_header(struct slice in, uint32_t n, unsigned *b, uint32_t *n_exceptions)
{
	if (in.len < 1 || n < 1 || n > INTBLOCK_LEN)
		return 0;
	bool exceptions = in.data[0] & HAS_EXCEPTIONS;
	*b = in.data[0] & ~HAS_EXCEPTIONS;
	*n_exceptions = 0;
	if (*b > 32 || (exceptions && in.len < 2))
		return 0;
	if (exceptions)
		*n_exceptions = in.data[1];
	size_t head = 1 + exceptions;
	bool possible = !exceptions || (*n_exceptions >= 1 && *n_exceptions <= n && *b < 32);
	return possible && in.len - head >= packed_len(n, *b) + *n_exceptions ? head : 0;
}

static void unpack_row(const uint8_t *in, uint32_t n, unsigned b, uint32_t *values)
{
	uint8_t padded[INTBLOCK_LEN * 4 + 8];
	size_t len = packed_len(n, b);
	memcpy(padded, in, len);
	memset(padded + len, 0, 8);
	for (uint32_t i = 0, bit = 0; i < n; i++, bit += b)
		values[i] = (uint32_t)(get_u64(padded + bit / 8) >> bit % 8) & low_bits(b);
}

static void unpack_lanes(const uint8_t *in, unsigned b, uint32_t *values)
{
	for (unsigned i = 0; i < INTBLOCK_LEN; i++) {
		unsigned bit = i / 4 * b, lane = i % 4, shift = bit % 32;
		const uint8_t *word = in + 16 * (size_t)(bit / 32) + 4 * (size_t)lane;
		uint64_t v = get_u32(word);
		if (shift + b > 32)
			v |= (uint64_t)get_u32(word + 16) << 32;
		values[i] = (uint32_t)(v >> shift) & low_bits(b);
	}
}

/* Puts the exceptions' high bits where they belong; returns how many bytes they took, 0: cannot be right. */
static size_t patch(struct slice in, uint32_t n, unsigned b, uint32_t n_exceptions, uint32_t *values)
{
	struct cursor high = cursor_of(slice_from(in, n_exceptions));
	int last = -1;
	for (uint32_t i = 0; i < n_exceptions; i++) {
		uint8_t index = in.data[i] & (IS_ONE - 1);
		uint32_t bits = in.data[i] & IS_ONE ? 1 : cursor_varint32(&high);
		if (index <= last || index >= n || high.bad || bits > UINT32_MAX >> b)
			return 0;
		values[index] |= bits << b;
		last = index;
	}
	return (size_t)(high.p - in.data);
}

static size_t decode(struct slice in, uint32_t n, uint32_t *values, void (*lanes)(const uint8_t *, unsigned, uint32_t *))
{
	unsigned b;
	uint32_t n_exceptions;
	size_t at = read_header(in, n, &b, &n_exceptions);
	if (at == 0)
		return 0;
	if (b == 0)
		memset(values, 0, n * sizeof *values);
	else if (n == INTBLOCK_LEN)
		lanes(in.data + at, b, values);
	else
		unpack_row(in.data + at, n, b, values);
	at += packed_len(n, b);
	if (!n_exceptions)
		return at;
	size_t more = patch(slice_from(in, at), n, b, n_exceptions, values);
	return more ? at + more : 0;
}

size_t intblock_portable_decode(struct slice in, uint32_t n, uint32_t *values) { return decode(in, n, values, unpack_lanes); }

size_t intblock_decode(struct slice in, uint32_t n, uint32_t *values) { return decode(in, n, values, simd_unpack_lanes); }

size_t intblock_size(struct slice in, uint32_t n)
{
	unsigned b;
	uint32_t n_exceptions;
	size_t at = read_header(in, n, &b, &n_exceptions);
	if (at == 0)
		return 0;
	at += packed_len(n, b) + n_exceptions;
	const uint8_t *indexes = in.data + at - n_exceptions;
	struct cursor high = cursor_of(slice_from(in, at));
	for (uint32_t i = 0; i < n_exceptions; i++)
		if (!(indexes[i] & IS_ONE))
			cursor_varint32(&high);
	return high.bad ? 0 : (size_t)(high.p - in.data);
}

static bool rises(const uint32_t *values, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		if (values[i] <= values[i - 1])
			return false;
	return true;
}

bool intblock_prefix_sum(uint32_t *values, uint32_t n, uint32_t before)
{
	uint32_t any = 0, sum = before;
	if (n == INTBLOCK_LEN)
		any = simd_prefix_sum(values, before);
	else
		for (uint32_t i = 0; i < n; i++) {
			any |= values[i];
			sum += values[i] + 1;
			values[i] = sum;
		}
	/* 128 gaps below 2^25 - 1 sum to less than 2^32: then a sum that went past 32 bits, once, shows in the last */
	bool small = any < (1u << 25) - 1;
	return values[0] >= before + 1 && values[n - 1] >= before + 1 && (small || rises(values, n));
}

bool intblock_add_one(uint32_t *values, uint32_t n)
{
	uint32_t i = n & ~3u;
	bool fits = simd_add_one(values, i);
	for (; i < n; i++)
		fits &= ++values[i] != 0;
	return fits;
}

const char *intblock_simd_name(void) { return simd_name(); }
