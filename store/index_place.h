/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index_place.h - where the index is when the command line does not say, and what is there. The place: $FUNDSTELLE_INDEX, $XDG_DATA_HOME/fundstelle,
 * ~/.local/share/fundstelle. */
#ifndef STORE_INDEX_PLACE_H
#define STORE_INDEX_PLACE_H

#include "base/bytes.h"

/* Appended to `out`, NUL behind it. FUND_INVALID: none of them is set. */
enum fund_status index_place(struct buf *out, struct fault *why);
/* Makes the folders above that place, for their owner alone as the XDG specification has it: a fresh account has none of them. A folder that
 * cannot be made is left to whoever makes the index to report. */
enum fund_status index_place_make_parents(const char *dir);

/* Is this what stands in an index's directory because it is one? A folder's name ends in '/'. */
bool index_place_owns(const char *name);

#endif
