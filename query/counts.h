/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counts.h - what is counted over hits, a row each: periods of time, values of a field, words. Made from an open index, in an arena of the caller's. */
#ifndef QUERY_COUNTS_H
#define QUERY_COUNTS_H

#include "base/arena.h"

struct count_row { /* what has no meaning there is 0 */
	struct slice value; /* a period, the text of a field, a word, with a NUL behind it; no data: hits without that field */
	uint32_t query;	    /* of several, its number */
	uint64_t hits, articles, words;
	uint64_t occurrences, nearby; /* of the word: in all; near what was asked for */
	double strength;
};

struct counts {
	struct arena *arena; /* rows and their texts live in it */
	struct count_row *rows;
	uint32_t n_rows;
	uint64_t total, undated, occurrences;
};

/* A new row, all 0; NULL: no memory. */
struct count_row *counts_add(struct counts *c);

#endif
