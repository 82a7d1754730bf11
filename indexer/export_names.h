/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export_names.h - the names of all forms of a Xapian database into its metadata (xapian/names.h). */
#ifndef INDEXER_EXPORT_NAMES_H
#define INDEXER_EXPORT_NAMES_H

#include "xapian/xapian_c.h"

/* Of what the database holds now, committed or not. Only blocks that are new or others are written. */
enum fund_status export_names(const struct xapian_c *x, struct xapian_db *db, struct fault *why);

#endif
