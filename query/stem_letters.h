/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stem_letters.h - letters that a word has as it is written, if one of some stems begins it, or is a part of it: says of most words that they have none.
 *
 * Shape    Of each stem a run of its letters. Folding leaves letters of ASCII as they are, but that an e behind a, o, u may go; it makes umlauts, ß and letters
 *          with accents of others, and leaves out signs (fold.h).
 */
#ifndef QUERY_STEM_LETTERS_H
#define QUERY_STEM_LETTERS_H

#include "query/letter_runs.h"

#define STEM_LETTERS_LEAST 4u /* of a run, if the stem has as many */

/* {0} at first. */
struct stem_letters {
	bool unknown; /* of a stem no letters are known: any word may have it */
	bool short_ones; /* a stem has fewer than STEM_LETTERS_LEAST letters */
	struct letter_runs runs;
};
void stem_letters_add(struct stem_letters *s, struct slice stem);
/* `word`: any bytes, as written, with whatever signs stand within. true: it is not known. */
bool stem_letters_may_be_in(const struct stem_letters *s, struct slice word);

#endif
