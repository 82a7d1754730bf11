/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export_xapian.h - an index written into a Xapian database, what is equal already left alone. The layout: xapian/layout.h. */
#ifndef INDEXER_EXPORT_XAPIAN_H
#define INDEXER_EXPORT_XAPIAN_H

#include "indexer/export.h"

struct export_counts {
	uint64_t written, removed, unchanged;
};

/* One transaction: all of it is there afterwards, or nothing. FUND_LOCKED: another writer; FUND_INVALID: it holds another shard. */
enum fund_status export_xapian(struct snapshot *s, struct shard shard, const char *dir, struct export_counts *counts, struct fault *why);

#endif
