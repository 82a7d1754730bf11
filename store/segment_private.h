/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_private.h - the inside of struct segment, for segment.c, segment_keys.c, segment_text.c and snapshot.c. */
#ifndef STORE_SEGMENT_PRIVATE_H
#define STORE_SEGMENT_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "store/chunk_memo.h"
#include "store/chunk_table.h"
#include "store/pages.h"
#include "store/segment.h"

#define DOC_TAIL 4u /* tails that are a document or a number */

/* Where segment_text_run() last was in the text directory. */
struct text_place {
	uint32_t index;	     /* of the chunk's first run, from the segment's start */
	uint32_t n;	     /* runs in the chunk; 0: nowhere */
	uint32_t first_doc;  /* the chunk's tail */
	const uint8_t *runs;
};

#define SEGMENT_TABLES 4u /* kinds of chunks */
#define MEMOS_MAX 65536u /* chunks of a kind, 16 GiB; those above are looked up each time */

struct segment {
	const struct pages *pages; /* NULL: its chunks are elsewhere */
	const struct manifest *manifest; /* NULL: there */
	struct field_weights weights;
	uint64_t serial; /* of this process: tells it from one that stood at the same address */
	struct segment_stats stats;
	struct chunk_source chunks;
	struct chunks_checked checked;
	uint32_t n_column_chunks, n_tombstone_chunks;
	struct chunk_memo *lists, *positions;	    /* by number, memo_count() of them */
	struct chunk_memo filter;		    /* where it is one chunk */
	struct {
		_Atomic(struct chunk_table *) table; /* NULL: not yet */
		atomic_uint asked;
	} often[SEGMENT_TABLES]; /* chunks of kinds that were asked for often */
	_Atomic(const uint8_t *) *columns[COLUMNS]; /* values of verified chunks; NULL: not looked at */
	_Atomic(const uint8_t *) *tombstones;	    /* NULL where no document is dead */
	atomic_bool tombstones_ready;
	_Atomic(const uint8_t *) text_directory;    /* the chunk verified last */
	pthread_mutex_t mutex;			    /* of all below */
	struct text_place text_place;
};

/* Borrows pages and manifest; i: its place in the manifest. */
enum fund_status segment_new(struct segment **out, const struct pages *pages, const struct manifest *manifest, uint32_t i);

/* A chunk that was written with another segment of the index: of a store that this one keeps. */
enum fund_status segment_foreign_chunk(const struct segment *s, uint32_t number, enum chunk_kind kind, struct slice tail, struct slice *value);
/* The chunk, among those whose tail is their first document, that should hold `doc`; with its first document. */
enum fund_status segment_chunk_of_doc(const struct segment *s, enum chunk_kind kind, uint32_t doc, uint32_t *first, struct slice *value);

#endif
