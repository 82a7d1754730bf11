/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * select.h - how large the best of some numbers are, and few things in order: by counting, without branches that depend on them.
 */
#ifndef BASE_SELECT_H
#define BASE_SELECT_H

#include "base/bytes.h"

/* At most the k-th largest of n numbers (1 <= k <= n), and little less: by a part of SELECT_BUCKETS of the distance of the least and the largest. */
int64_t select_floor(const int64_t *numbers, uint32_t n, uint32_t k);
#define SELECT_BUCKETS 512u

struct keyed {
	uint64_t key;
	void *value;
};
/* Ascending by key, equal ones in the order they had; `room` for n. The sorted ones are in the array that is returned: `all` or `room`. */
struct keyed *sort_keyed(struct keyed *all, struct keyed *room, uint32_t n);

#endif
