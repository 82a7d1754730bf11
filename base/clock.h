/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h - how much time passes. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds since some moment before: of the clock that nobody sets. */
static inline uint64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t clock_us(void) { return clock_ns() / 1000; }
static inline double clock_seconds(void) { return (double)clock_ns() / 1e9; }

#endif
