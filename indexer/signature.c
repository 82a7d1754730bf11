/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/signature.h"

#include "base/hash.h"

#define LANE_FULL 255u

void signature_begin(struct signature *s) { *s = (struct signature){ 0 }; }

/* The eight bits of a byte as eight bytes of 0 or 1, the lowest first. Each product moves one bit to the top of its byte. */
static inline uint64_t spread(uint8_t byte)
{
	uint64_t copies = byte * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
	return ((copies + UINT64_C(0x00406070787C7E7F)) | (copies & UINT64_C(0x8000000000000000))) >> 7 & UINT64_C(0x0101010101010101);
}

static void settle(struct signature *s)
{
	for (unsigned i = 0; i < 8; i++)
		for (unsigned bit = 0; bit < 8; bit++)
			s->votes[8 * i + bit] += s->lanes[i] >> 8 * bit & 0xFF;
	memset(s->lanes, 0, sizeof s->lanes);
	s->pending = 0;
}

void signature_word(struct signature *s, struct slice surface)
{
	uint64_t word = hash_bytes(surface.data, surface.len);
	if (s->n++ > 0) {
		uint64_t pair = (s->before << 21 | s->before >> 43) ^ word;
		pair *= UINT64_C(0x9E3779B97F4A7C15);
		pair ^= pair >> 32;
		for (unsigned i = 0; i < 8; i++)
			s->lanes[i] += spread((uint8_t)(pair >> 8 * i));
		if (++s->pending == LANE_FULL)
			settle(s);
	}
	s->before = word;
}

uint64_t signature_end(struct signature *s)
{
	uint64_t bits = 0;
	settle(s);
	if (s->n < SIGNATURE_WORDS_MIN)
		return 0;
	for (unsigned i = 0; i < 64; i++)
		bits |= (uint64_t)(2 * s->votes[i] > s->n - 1) << i;
	return bits ? bits : 1;
}
