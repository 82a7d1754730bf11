/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index_place.h - where the index is when the command line does not say: $FUNDSTELLE_INDEX, $XDG_DATA_HOME/fundstelle,
 * ~/.local/share/fundstelle. */
#ifndef STORE_INDEX_PLACE_H
#define STORE_INDEX_PLACE_H

#include "base/bytes.h"

/* Appended to `out`, NUL behind it. FUND_INVALID: none of them is set. */
enum fund_status index_place(struct buf *out, struct fault *why);

#endif
