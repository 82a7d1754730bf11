/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part_forms.h - which forms of a term are the compound that one of them is.
 *
 * Forms of a term have their stem in common, and the stemmer may take the last part for an ending: Stammtisch and stammte are both
 * "stammt". A form is the compound where it begins with it up to the stem of its last part: with Stammtisch, for Stammtische.
 * Units    letters of folded words; an umlaut is one, and the same as its vowel (Turm, Türme).
 */
#ifndef INDEXER_PART_FORMS_H
#define INDEXER_PART_FORMS_H

#include "base/bytes.h"
#include "stemmer/analyse.h"

/* For each form of the row (met_forms.h), in its order, a byte is appended to `out`: how many letters it has in common with `word`, which is
 * folded, from the beginning. *differ: one has so few that it may be another word; else `out` need not be asked. `room` is for folding. */
enum fund_status part_forms_shared(struct analyser *a, struct slice row, struct slice word, struct buf *room, struct buf *out, bool *differ);

#endif
