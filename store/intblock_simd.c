/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intblock_simd.c - four lanes at a time.
 *
 * Written with the compiler's vector types: SSE2 on x86-64, NEON on ARM, plain registers elsewhere, from one source. Shifts are
 * constants: one kernel a width, made by the switch below. Words in the file are little-endian; a big-endian machine turns them round.
 */
#include "store/intblock_simd.h"

#include <string.h>

typedef uint32_t lanes __attribute__((vector_size(16))); /* a type of the compiler's, not one of ours */

static inline lanes in_file_order(lanes v)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	for (int i = 0; i < 4; i++)
		v[i] = __builtin_bswap32(v[i]);
#endif
	return v;
}

static inline lanes load(const uint8_t *p)
{
	lanes v;
	memcpy(&v, p, sizeof v);
	return in_file_order(v);
}

void simd_pack_lanes(const uint32_t *values, unsigned b, uint8_t *out)
{
	const uint32_t mask = b == 32 ? UINT32_MAX : ((uint32_t)1 << b) - 1;
	lanes held = { 0, 0, 0, 0 };
	unsigned n_held = 0;
	for (unsigned k = 0; k < 32; k++) {
		lanes v;
		memcpy(&v, values + 4 * k, sizeof v);
		v &= mask;
		held |= v << n_held;
		n_held += b;
		if (n_held >= 32) {
			held = in_file_order(held);
			memcpy(out, &held, sizeof held);
			out += sizeof held;
			n_held -= 32;
			held = n_held ? v >> (b - n_held) : v - v;
		}
	}
}

static inline __attribute__((always_inline)) void unpack(const uint8_t *in, uint32_t *out, const unsigned b)
{
	const uint32_t mask = b == 32 ? UINT32_MAX : ((uint32_t)1 << b) - 1;
	lanes word = load(in);
	unsigned shift = 0, next = 1;
#pragma GCC unroll 32
	for (unsigned k = 0; k < 32; k++) {
		lanes v = word >> shift;
		shift += b;
		if (shift >= 32) {
			shift -= 32;
			if (next < b) {
				word = load(in + 16 * next++);
				if (shift)
					v |= word << (b - shift);
			}
		}
		v &= mask;
		memcpy(out + 4 * k, &v, sizeof v);
	}
}

#define WIDTH(b) case b: unpack(in, values, b); break;

void simd_unpack_lanes(const uint8_t *in, unsigned b, uint32_t *values)
{
	switch (b) {
	WIDTH(1) WIDTH(2) WIDTH(3) WIDTH(4) WIDTH(5) WIDTH(6) WIDTH(7) WIDTH(8)
	WIDTH(9) WIDTH(10) WIDTH(11) WIDTH(12) WIDTH(13) WIDTH(14) WIDTH(15) WIDTH(16)
	WIDTH(17) WIDTH(18) WIDTH(19) WIDTH(20) WIDTH(21) WIDTH(22) WIDTH(23) WIDTH(24)
	WIDTH(25) WIDTH(26) WIDTH(27) WIDTH(28) WIDTH(29) WIDTH(30) WIDTH(31) WIDTH(32)
	default: break;
	}
}

uint32_t simd_prefix_sum(uint32_t *values, uint32_t before)
{
	const lanes zero = { 0, 0, 0, 0 };
	lanes sum = zero + before, any = zero;
	for (unsigned k = 0; k < 32; k++) {
		lanes v;
		memcpy(&v, values + 4 * k, sizeof v);
		any |= v;
		v += 1;
		v += __builtin_shufflevector(zero, v, 0, 4, 5, 6);
		v += __builtin_shufflevector(zero, v, 0, 1, 4, 5);
		sum += v;
		memcpy(values + 4 * k, &sum, sizeof sum);
		sum = __builtin_shufflevector(sum, sum, 3, 3, 3, 3);
	}
	return any[0] | any[1] | any[2] | any[3];
}

bool simd_add_one(uint32_t *values, uint32_t n)
{
	lanes wrapped = { 0, 0, 0, 0 };
	for (uint32_t i = 0; i < n; i += 4) {
		lanes v;
		memcpy(&v, values + i, sizeof v);
		v += 1;
		wrapped |= (lanes)(v == 0);
		memcpy(values + i, &v, sizeof v);
	}
	return !(wrapped[0] | wrapped[1] | wrapped[2] | wrapped[3]);
}

const char *simd_name(void)
{
#if defined(__SSE2__)
	return "sse2";
#elif defined(__ARM_NEON)
	return "neon";
#else
	return "portable";
#endif
}
