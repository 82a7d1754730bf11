/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encoding_guess.h - which encoding makes these bytes German?
 *
 * Each character beyond ASCII gets points by its kind and by what stands beside it: an umlaut that touches letters, a quotation mark with a blank
 * on its one side. The points of each line under each encoding are summed, and the sequence of encodings with the most points, less a price for each change, is
 * the reading (Viterbi). So one damaged line does not decide, and an archive put together from several systems is read part by part.
 * Measured docs/BENCHMARKS.md, "Encodings".
 */
#ifndef INDEXER_ENCODING_GUESS_H
#define INDEXER_ENCODING_GUESS_H

#include "indexer/encoding.h"

/* A run of lines in one encoding. */
struct encoding_part {
	enum encoding encoding; /* below ENCODING_GUESSED */
	size_t len;
};

/* Fills `parts` (struct encoding_part, one behind the other) with what covers the bytes. FUND_NO_MEMORY. */
enum fund_status encoding_guess(struct slice bytes, struct buf *parts);

#endif
