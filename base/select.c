/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/select.h"

/* The bits that numbers are shifted by to have less than SELECT_BUCKETS. */
static unsigned shift_of(uint64_t span)
{
	unsigned shift = 0;
	while (span >> shift >= SELECT_BUCKETS)
		shift++;
	return shift;
}

int64_t select_floor(const int64_t *a, uint32_t n, uint32_t k)
{
	uint32_t counts[SELECT_BUCKETS] = { 0 }, bucket = SELECT_BUCKETS, sum = 0;
	int64_t least = a[0], most = a[0];
	for (uint32_t i = 1; i < n; i++) {
		least = a[i] < least ? a[i] : least;
		most = a[i] > most ? a[i] : most;
	}
	unsigned shift = shift_of((uint64_t)most - (uint64_t)least);
	for (uint32_t i = 0; i < n; i++)
		counts[((uint64_t)a[i] - (uint64_t)least) >> shift]++;
	while (sum < k)
		sum += counts[--bucket];
	return (int64_t)((uint64_t)least + ((uint64_t)bucket << shift));
}

#define DIGIT 8u
#define DIGITS (1u << DIGIT)

static void sort_by_digit(const struct keyed *from, struct keyed *to, uint32_t n, unsigned shift)
{
	uint32_t at[DIGITS] = { 0 };
	for (uint32_t i = 0; i < n; i++)
		at[from[i].key >> shift & (DIGITS - 1)]++;
	for (uint32_t d = 0, sum = 0; d < DIGITS; d++) {
		uint32_t count = at[d];
		at[d] = sum;
		sum += count;
	}
	for (uint32_t i = 0; i < n; i++)
		to[at[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

struct keyed *sort_keyed(struct keyed *all, struct keyed *room, uint32_t n)
{
	uint64_t differ = 0;
	for (uint32_t i = 1; i < n; i++)
		differ |= all[i].key ^ all[0].key;
	for (unsigned shift = 0; shift < 64; shift += DIGIT) {
		if ((differ >> shift & (DIGITS - 1)) == 0)
			continue;
		struct keyed *sorted = room;
		sort_by_digit(all, sorted, n, shift);
		room = all;
		all = sorted;
	}
	return all;
}
