/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fold.h - one spelling for all spellings of a word: what the stemmer and the exact search see.
 *
 * Letters  lower case; marks of Latin and Greek letters dropped; ligatures, long s, full width and superscripts
 *          resolved; ø o, æ ae, œ oe, ł l, ß ss.
 * Umlauts  ä ö ü and ae oe ue become a o u, unless the two letters are two sounds (aktuell, Michael, neue). Which
 *          they are is said by fold_patterns; else by three rules: two sounds at the end of a word, `ue` behind a, e,
 *          o, q or an umlaut, and before another vowel (but aeu is äu).
 * Left out signs (. ' * …) that stand within a word.
 */
#ifndef STEMMER_FOLD_H
#define STEMMER_FOLD_H

#include "base/bytes.h"

/* Appends the folded form of `text` to out. */
enum fund_status fold_text(struct slice text, struct buf *out);

/* A hash of every table that folding depends on. */
uint64_t fold_fingerprint(void);

#endif
