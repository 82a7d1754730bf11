/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verb_stems.h - the stems by which verbs stand in front of other words: fahren (Fahrplan), jonglieren (Jonglierkeule). */
#ifndef INDEXER_VERB_STEMS_H
#define INDEXER_VERB_STEMS_H

#include "base/slice.h"

/* Of an infinitive in -ieren; len 0: `folded` is none. */
struct slice verb_stem_of_ieren(struct slice folded);
/* How often the verb was met whose stem is `term` (without class), by its forms (met_forms.h, folded); 0: it is none. Short stems in -ier and all that Snowball cuts further
 * are left to the other one. */
uint64_t verb_times(struct slice term, struct slice forms);

#endif
