/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stretches.h - where in a text words with certain stems may stand: all else need not be analysed.
 *
 * Shape    Places that have the letters of a stem, in the text or in what stands between blanks there, with words on both sides. A stretch begins and ends at
 *          a blank between two letters of ASCII, which no word goes across (words.h): so it has the words of the whole text.
 * Units    bytes of the text.
 */
#ifndef QUERY_STRETCHES_H
#define QUERY_STRETCHES_H

#include "query/stem_letters.h"

struct stretch {
	uint32_t from, until;
};

/* {0} at first: keeps its memory. */
struct stretches {
	struct stretch *at; /* ascending, apart */
	uint32_t n;
	size_t cap;
};
void stretches_release(struct stretches *s);
/* Those of a text of less than 4 GiB in which a word has one of these stems, or parts, and `margin` words on both sides or as many as there are. Where too little is
 * known of the stems, it is one. */
enum fund_status stretches_find(struct stretches *s, const struct stem_letters *letters, struct slice text, uint32_t margin);

#endif
