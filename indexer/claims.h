/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claims.h - which METS a page of OCR belongs to: its text is then indexed as that METS's articles, and not once more as a page.
 *
 * A METS is looked for in the page's folder and the two above, by a name that has "mets" in it, or meta.xml; it claims a page whose relative path it
 * holds, as an attribute's value. Only bytes are compared: no XML is parsed here.
 */
#ifndef INDEXER_CLAIMS_H
#define INDEXER_CLAIMS_H

#include "indexer/walk.h"

struct claim {
	struct buf path, bytes; /* of a METS */
};

struct claims {
	struct buf folder; /* that `rows` are for */
	const struct walk *walk;
	struct claim *rows;
	uint32_t n, cap;
};
void claims_release(struct claims *c); /* also on {0} */

/* *mets: the path of the METS that claims the file, valid until the next call; empty: none does. */
enum fund_status claims_find(struct claims *c, const struct walk *walk, struct slice path, struct slice *mets);

/* For a file that is METS: mixes size and modification time of each file it names into the hash of its bytes, so that a changed page makes it a changed
 * file; *is_mets: it is one. */
enum fund_status claims_mix_pages(const struct walk *walk, struct slice path, int fd, uint64_t *hash, bool *is_mets);

#endif
