/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * old_docs.h - the articles of one file as the index has them, found by the tail of their key.
 *
 * Threads  one a thread; the snapshot's segments have been opened before.
 */
#ifndef INDEXER_OLD_DOCS_H
#define INDEXER_OLD_DOCS_H

#include "store/segment.h"

/* A document of a published segment. */
struct doc_place {
	uint32_t segment; /* its number */
	uint32_t doc;
};

struct old_doc {
	uint64_t tail_hash, hash;
	struct doc_place place;
	bool matched; /* the file still has it */
};

struct old_docs {
	struct old_doc *docs;
	uint32_t n, cap, n_matched;
	uint32_t *table; /* index + 1 by tail_hash, open addressing; none for few documents */
	uint32_t table_cap;
	struct key_iter keys;
};

enum fund_status old_docs_load(struct old_docs *o, struct snapshot *s, uint32_t root, struct slice path);
/* The one with this tail that has not been matched yet, marked as matched; NULL: none. */
struct old_doc *old_docs_match(struct old_docs *o, struct slice tail);
void old_docs_release(struct old_docs *o); /* also on {0} */

#endif
