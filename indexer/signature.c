/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/signature.h"

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
			s->votes[8 * i + bit] += 8 * (uint32_t)(s->lanes[i] >> 8 * bit & 0xFF);
	memset(s->lanes, 0, sizeof s->lanes);
	s->n_lanes = 0;
}

/* Adds three bits in each of 64 places; *sum may be one of them. Returns the carries. */
static inline uint64_t add_three(uint64_t *sum, uint64_t b, uint64_t c)
{
	uint64_t a = *sum, either = a ^ b;
	*sum = either ^ c;
	return (a & b) | (either & c);
}

static void add_eight(struct signature *s)
{
	const uint64_t *w = s->waiting;
	uint64_t twos_a = add_three(&s->ones, w[0], w[1]), twos_b = add_three(&s->ones, w[2], w[3]);
	uint64_t fours_a = add_three(&s->twos, twos_a, twos_b);
	twos_a = add_three(&s->ones, w[4], w[5]), twos_b = add_three(&s->ones, w[6], w[7]);
	uint64_t fours_b = add_three(&s->twos, twos_a, twos_b), eights = add_three(&s->fours, fours_a, fours_b);
	for (unsigned i = 0; i < 8; i++)
		s->lanes[i] += spread((uint8_t)(eights >> 8 * i));
	if (++s->n_lanes == LANE_FULL)
		settle(s);
}

static void add_votes(struct signature *s, uint64_t votes, uint32_t weight)
{
	for (unsigned i = 0; i < 64; i++)
		s->votes[i] += weight * (uint32_t)(votes >> i & 1);
}

void signature_word(struct signature *s, uint64_t hash)
{
	if (s->n++ > 0) {
		uint64_t pair = (s->before << 21 | s->before >> 43) ^ hash;
		uint32_t at = (s->n - 2) % 8;
		pair *= UINT64_C(0x9E3779B97F4A7C15);
		s->waiting[at] = pair ^ pair >> 32;
		if (at == 7)
			add_eight(s);
	}
	s->before = hash;
}

uint64_t signature_end(struct signature *s)
{
	uint64_t bits = 0;
	if (s->n < SIGNATURE_WORDS_MIN)
		return 0;
	settle(s);
	add_votes(s, s->ones, 1), add_votes(s, s->twos, 2), add_votes(s, s->fours, 4);
	for (uint32_t i = 0; i < (s->n - 1) % 8; i++)
		add_votes(s, s->waiting[i], 1);
	for (unsigned i = 0; i < 64; i++)
		bits |= (uint64_t)(2 * s->votes[i] > s->n - 1) << i;
	return bits ? bits : 1;
}
