/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_directory.h - where the texts of a segment's documents are: runs of documents that follow each other both in the segment and in a block.
 *
 * Shape    runs ascend by document, without gaps; those of one store ascend by block and record, too, since merges keep the order of each segment.
 * Bytes    docs/FORMAT.md, "Text".
 */
#ifndef STORE_TEXT_DIRECTORY_H
#define STORE_TEXT_DIRECTORY_H

#include "store/chunks.h"

#define TEXT_DIRECTORY_HEAD 8u /* checksum, number of runs */
#define TEXT_RUN_LEN 36u

struct text_run {
	uint32_t first, n_docs; /* documents of the segment */
	uint32_t store;		/* number of the segment with which the block's chunk was written */
	uint32_t record;	/* in the block, of the first document */
	uint32_t n_records;	/* of the block */
	uint32_t stored_len, raw_len;
	uint64_t address;
};
struct text_run text_run_take(const uint8_t *bytes); /* TEXT_RUN_LEN of them; nothing is checked */

/* Documents are given in their order. Runs that wait for their block are kept in memory with all behind them. */
struct text_directory_writer {
	struct chunk_sink sink;
	struct buf chunk; /* head and runs */
	uint32_t n_docs;  /* that have a run */
	uint32_t store;	  /* that of the blocks to come */
	uint32_t n_awaited;
	size_t awaited_off; /* of the first run that waits, in chunk */
};
void text_directory_writer_init(struct text_directory_writer *w, struct chunk_sink sink, uint32_t store);
void text_directory_writer_release(struct text_directory_writer *w);
/* The next run->n_docs documents; run->first is not looked at. */
enum fund_status text_directory_writer_add(struct text_directory_writer *w, const struct text_run *run);
/* The next document: the next record of a block that is not yet stored. */
enum fund_status text_directory_writer_await(struct text_directory_writer *w);
/* The block with all records that were awaited. FUND_INVALID: it has not as many. */
enum fund_status text_directory_writer_settle(struct text_directory_writer *w, const struct text_run *block);
enum fund_status text_directory_writer_finish(struct text_directory_writer *w); /* FUND_INVALID: documents still wait */

#endif
