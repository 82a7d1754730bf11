/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link.h - the file that an article is in, as an address that a terminal opens when it is clicked on. */
#ifndef QUERY_LINK_H
#define QUERY_LINK_H

#include "store/manifest.h"
#include "store/segment.h"

/* Appends the path of the key's file: of a container its own. FUND_NOT_FOUND: its root is not here, as on another machine. */
enum fund_status link_path(const struct manifest *m, const struct article_key *key, struct buf *out);
/* Appends file://host/path: all but letters, digits, '-', '.', '_', '~' and '/' as %XX, so that no byte of it is one that steers a terminal. */
enum fund_status link_address(struct slice path, const char *host, struct buf *out);

#endif
