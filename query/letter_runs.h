/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letter_runs.h - runs of small letters of ASCII in a text, whatever their case there: any of some, in one pass.
 *
 * Source   Horspool: Practical fast searching in strings (1980); of several as in Navarro, Raffinot: Flexible Pattern Matching in Strings (2002), 3.3.2.
 */
#ifndef QUERY_LETTER_RUNS_H
#define QUERY_LETTER_RUNS_H

#include "base/bytes.h"

#define LETTER_RUNS 16u
#define LETTER_RUN_MAX 16u
#define LETTER_RUNS_NOWHERE SIZE_MAX

/* {0} at first. */
struct letter_runs {
	uint32_t n, least; /* the length of the shortest */
	uint32_t len[LETTER_RUNS];
	uint8_t letters[LETTER_RUNS][LETTER_RUN_MAX];
	uint16_t ends[256]; /* which runs end with this byte: a bit each */
	uint8_t skip[256];  /* how far their end may move on from a byte that stands there */
};

/* 1 to LETTER_RUN_MAX letters; one that holds another needs no search of its own. false: they are too many. */
bool letter_runs_add(struct letter_runs *r, struct slice letters);
/* Behind the first run that ends at `end` or later; *len: its length. LETTER_RUNS_NOWHERE. */
size_t letter_runs_find(const struct letter_runs *r, struct slice text, size_t end, uint32_t *len);

#endif
