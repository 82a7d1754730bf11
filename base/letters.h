/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letters.h - which letters a word has, as a set of 64 bits: says quickly of most words that they are not what is looked for.
 *
 * Shape    a bit for each byte, one for four of them: a to z, all of which differ, share theirs with other bytes only. What a set lacks, no word of it has.
 */
#ifndef BASE_LETTERS_H
#define BASE_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

static inline uint64_t letter_bit(uint8_t byte) { return (uint64_t)1 << (byte & 63u); }

static inline uint64_t letters_in(struct slice bytes)
{
	uint64_t all = 0;
	for (size_t i = 0; i < bytes.len; i++)
		all |= letter_bit(bytes.data[i]);
	return all;
}

/* Words that are looked for have all of these but `may_lack` at most. {0}: any word may be one. */
struct letters_wanted {
	uint64_t all;
	uint32_t may_lack;
};

/* Can no word be one that has no more than these? */
static inline bool letters_lack(struct letters_wanted wanted, uint64_t has)
{
	uint64_t lacking = wanted.all & ~has;
	for (uint32_t i = 0; i < wanted.may_lack; i++)
		lacking &= lacking - 1;
	return lacking != 0;
}

#endif
