/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collocates.h - the words that stand more often near what was asked for than elsewhere.
 *
 * Measure  logDice = 14 + log2(2 f(x,y) / (f(x) + f(y))): at most 14, two more is four times as strong, whatever the size of the archive.
 *          f(x): occurrences of the query in the hits; f(y): of the word in the whole index; f(x,y): of the word within the window, counted
 *          once even when two occurrences of the query have it in theirs.
 * Source   Rychly: A Lexicographer-Friendly Association Score (RASLAN 2008).
 * Shape    words are counted by their stems, in all inflections; the most frequent form stands for them.
 */
#ifndef QUERY_COLLOCATES_H
#define QUERY_COLLOCATES_H

#include "query/counts.h"
#include "query/search.h"

#define COLLOCATES_DEFAULT 20u
#define WINDOW_DEFAULT 5u
#define WINDOW_MAX 1000u

struct collocates_options {
	uint32_t n;	 /* the strongest; UINT32_MAX: all */
	uint32_t window; /* positions on each side */
	uint32_t least;	 /* f(x,y) */
};

/* The search is prepared. */
enum fund_status collocates_make(struct search *search, const struct collocates_options *options, struct counts *out);

#endif
