/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stops.h - the German function words: their own terms, shared with no other word.
 *
 * The stemmer makes `sich` of Sicherheit and sich, `nach` of nächste and nach, `war` of Ware and war. Function words
 * therefore have their terms from a table, and another word whose stem is one of these gets STOPS_MARK behind it:
 * sich, sich'.
 */
#ifndef STEMMER_STOPS_H
#define STEMMER_STOPS_H

#include "base/bytes.h"

#define STOPS_MARK '\''

/* The term of a folded word if it is a function word; else data is NULL. Static. */
struct slice stops_term(struct slice form);
/* Is the term one of a function word? */
bool stops_has(struct slice term);
uint64_t stops_fingerprint(void);

#endif
