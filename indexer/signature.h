/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signature.h - 64 bits that are alike for texts that are nearly alike: agency copy in several papers, shortened or touched up.
 *
 * Shape    each pair of neighbouring words votes, by its hash, for or against each bit; a bit is set where most are for it. So texts
 *          that share a part s of their pairs (cosine) differ in about 64 * acos(s) / pi bits, strangers in 32.
 * Source   Charikar: Similarity Estimation Techniques from Rounding Algorithms (STOC 2002), section 3.
 * Cost     some twenty instructions a word: votes are added up eight words at a time, in carry-save adders (Warren: Hacker's Delight, 5-1).
 */
#ifndef INDEXER_SIGNATURE_H
#define INDEXER_SIGNATURE_H

#include "base/bytes.h"

#define SIGNATURE_WORDS_MIN 20u /* shorter texts have none: 0 */

struct signature {
	uint32_t n;	      /* words so far */
	uint64_t before;      /* the hash of the word before */
	uint64_t waiting[8];  /* votes that are not added up yet, (n - 1) % 8 of them */
	uint64_t ones, twos, fours; /* the low digits of all sums, a bit a sum */
	uint32_t n_lanes;     /* votes in `lanes` */
	uint64_t lanes[8];    /* the sums' eights, a byte a sum: of the hash's byte i in lanes[i] */
	uint32_t votes[64];   /* for each bit */
};

void signature_begin(struct signature *s);
void signature_word(struct signature *s, uint64_t hash); /* of its surface */
uint64_t signature_end(struct signature *s);

#endif
