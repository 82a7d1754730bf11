/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - what takes bytes from outside, each as a function of any bytes at all. Listed in targets.h.
 *
 * A target must neither crash nor leak nor read past the bytes, whatever they are; what else must hold it states by FUZZ_CHECK().
 * Users    driver.c (seeds and mutations of them, alike in every run: the suite "fuzz"), libfuzzer.c (scripts/fuzz).
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"

#define FUZZ_MAX ((size_t)64 << 10) /* bytes of an input */

struct fuzz_target {
	const char *name;
	void (*run)(struct slice bytes); /* borrowed for the call; as long as they are, not a byte more may be read */
};
extern const struct fuzz_target fuzz_targets[];
extern const size_t fuzz_n_targets;

/* abort(), which both drivers take for a finding. */
#define FUZZ_CHECK(holds)                                                                              \
	do {                                                                                           \
		if (!(holds)) {                                                                        \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds);    \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

/* For READER(): opened as a file of that name, read to its end. */
void fuzz_reader(const char *file_name, struct slice bytes);

/* A copy of the bytes whose first four are the checksum of the others, so that a decoder looks behind it. Grows *room. */
struct slice fuzz_sealed(struct buf *room, struct slice bytes);

/* driver.c: all files of the folder, then `n` mutations of them (of nothing, where there are none), always the same. The file `crash`, open
 * for writing, holds the input that is tried. Returns the number of seeds. */
unsigned fuzz_replay(const struct fuzz_target *t, const char *folder, unsigned n, int crash);

#endif
