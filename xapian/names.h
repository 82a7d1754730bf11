/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - the names of all forms of words (layout.h, "Forms") in the metadata of a database, in blocks: one message of a server each. Terms it sends one by one.
 *
 * Shape    XAPIAN_METADATA_NAMES: the numbers of the blocks in order, u64 each; no value: there are none. A block stands under xapian_names_key() of its number, which is
 *          the hash of its first name: names without XFW, ascending, each with varints for what it shares with the one before and for the rest, then the rest.
 * Change   Where a block ends is decided by the name that ends it: a new name changes the block that it is in, and no other.
 */
#ifndef XAPIAN_NAMES_H
#define XAPIAN_NAMES_H

#include "base/bytes.h"

#define XAPIAN_METADATA_NAMES "fundstelle.names"

void xapian_names_key(uint64_t number, char out[48]);
/* Appends a name to a block; `last`: the one before, empty at first. */
enum fund_status xapian_names_add(struct buf *block, struct buf *last, struct slice name);
/* Does a block of n names end with this one? */
bool xapian_names_end(struct slice name, uint32_t n);

/* One after the other; starts as {0} but for the cursor. */
struct xapian_names {
	struct cursor c;
	struct buf name; /* the current one */
};
enum fund_status xapian_names_next(struct xapian_names *r); /* FUND_END, FUND_CORRUPT */
void xapian_names_release(struct xapian_names *r); /* also on {0} */

#endif
