/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near_word.h - how many letters must be put in, left out or replaced to come from one word to others (Levenshtein), up to a limit.
 *
 * Cost     Each such edit costs NEAR_EDIT. For texts that were read by machine (near_word_ocr()) letters of ocr_letters.h that stand in the word and their
 *          counterpart that stands in the text cost 1 instead, and a long s is an s. Both words are cut into pieces in the same order, pairs of which are equal letters
 *          (0), one letter and none, or two letters (NEAR_EDIT), or such a confusion (1): the distance is the least sum. So no letter is part of two edits.
 * Shape    For each cost a row of bits: bit i says that what was read is the first i letters of the word at that cost. A letter read moves
 *          all of them at once; a confusion goes on from the row of one to three letters ago. The word is kept in both directions, for the ends of words.
 * Letters  code points in small letters; bytes are UTF-8. What is cut of a letter at the inner end of a beginning or an end is left out.
 * Source   Wu, Manber: Fast text searching allowing errors (1992).
 * Threads  a word is read only once it is made.
 */
#ifndef QUERY_NEAR_WORD_H
#define QUERY_NEAR_WORD_H

#include <stdbool.h>

#include "base/letters.h"
#include "base/status.h"

#define NEAR_WORD_LETTERS 63u /* a row is one machine word */
#define NEAR_WORD_EDITS 2u
#define NEAR_EDIT 2u /* what an edit costs */
#define NEAR_COST_MAX (NEAR_WORD_EDITS * NEAR_EDIT)

struct near_word;
/* From malloc, ended by free(). n <= NEAR_WORD_LETTERS; more edits than NEAR_WORD_EDITS count as so many. FUND_NO_MEMORY. */
enum fund_status near_word_new(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits);
/* The same where confusions of letters cost less. */
enum fund_status near_word_ocr(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits);
uint32_t near_word_most(const struct near_word *w); /* the limit: of costs, counted in near_word_unit() */
uint32_t near_word_unit(const struct near_word *w); /* what 1 of them is worth: NEAR_EDIT, as all are; 1 with confusions */
uint32_t near_word_letters(const struct near_word *w);
/* The letters that near words have. */
struct letters_wanted near_word_wanted(const struct near_word *w);
/* From the word to this one, in units; above the limit: limit + 1, and then the first *vain bytes, if they are not 0, begin no word that is nearer. */
uint32_t near_word_distance(const struct near_word *w, struct slice word, uint32_t *vain);

#endif
