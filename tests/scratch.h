/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scratch.h - a directory for one test, random numbers that repeat, and how often to try them. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <check.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sanitized.h"

/* Of random trials against a slow way: under sanitizers, which see each wrong access by itself and take thrice the time, half. */
#define TRIALS(n) (SANITIZED ? (n) / 2 : (n))

struct scratch {
	char dir[256];
};

static inline void scratch_make(struct scratch *s)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(s->dir, sizeof(s->dir), "%s/fundstelle-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline void scratch_remove(const struct scratch *s)
{
	nftw(s->dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* xorshift64* (Marsaglia 2003, Vigna 2014). The state starts as anything but 0. */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1Du;
}

static inline uint32_t random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((random_next(state) >> 32) * n >> 32);
}

#endif
