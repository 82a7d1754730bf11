/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sources.h - the files of the archive as the last run saw them, sorted by (root, path).
 *
 * An update is a merge-join: read the old entries in order beside the sorted walk, and hand over the new ones in the
 * same order. Only blocks whose bytes change are written.
 */
#ifndef STORE_SOURCES_H
#define STORE_SOURCES_H

#include "store/snapshot.h"

enum source_flag {
	SOURCE_FAILED = 1,  /* could not be read (in part): reason */
	SOURCE_RACY = 2,    /* modified less than 2 s before it was looked at */
	SOURCE_SKIPPED = 4, /* recognised as something that holds no article: reason */
};

struct source {
	uint32_t root;
	struct slice path; /* relative, without leading '/' */
	uint8_t flags;
	uint64_t size, inode, device, hash;
	int64_t mtime_ns, ctime_ns;
	uint64_t n_articles;
	bool settled; /* only to write: SOURCE_RACY is past, and may go when the block is written for another reason */
	struct slice reason; /* failed or skipped: a line; else empty */
};

/* ---- reading ---- */
struct sources_iter {
	struct source source; /* the current one; slices borrow from the iterator until the next call */
	/* private */
	const struct snapshot *snapshot;
	struct buf path;
	struct buf key;
	struct cursor cursor;
	uint64_t left;
	bool ready; /* the current one has not been given out yet */
};
/* Stands before the first one >= (root, path). `it` starts as {0}. */
enum fund_status sources_seek(struct sources_iter *it, const struct snapshot *s, uint32_t root, struct slice path);
enum fund_status sources_next(struct sources_iter *it); /* FUND_END, FUND_CORRUPT */
void sources_iter_release(struct sources_iter *it);

/* ---- writing: the complete new list, in order; nothing is written before publish ---- */
struct sources_update;
struct index_writer;
/* Belongs to the writer's present snapshot: good for one publish that succeeds. Keeps the blocks that change in
 * memory. */
enum fund_status sources_update_new(struct sources_update **out, struct index_writer *w);
void sources_update_free(struct sources_update *u); /* NULL is allowed */
/* Strictly ascending by (root, path's bytes), else FUND_INVALID. Slices are copied. */
enum fund_status sources_update_add(struct sources_update *u, const struct source *s);

#endif
