/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * siblings.h - files beside the one that is read: METS says which pages an issue has, and the pages are files of their own.
 *
 * A reader opens nothing by itself; whoever reads for it decides, and checks what it asks for. Paths are relative to the root, without "." and "..".
 */
#ifndef INDEXER_SIBLINGS_H
#define INDEXER_SIBLINGS_H

#include "base/bytes.h"

struct siblings {
	void *context;
	/* A regular file of the same root, for reading; no link is followed. FUND_NOT_FOUND where there is none. The caller closes *fd. */
	enum fund_status (*open)(void *context, struct slice path, int *fd, struct fault *why);
};

/* Where a reference leads that stands in the file `path`: "../alto/0001.xml", "file://./alto/0001.xml", with %20. FUND_UNSUPPORTED: out of the root, to
 * another machine, to nothing that is a path. `out` is replaced. */
enum fund_status sibling_path(struct slice path, struct slice reference, struct buf *out);

/* Is it such a path? For whoever gets one from a reader, which may be in a hostile file's hands. */
bool sibling_path_is_plain(struct slice path);

#endif
