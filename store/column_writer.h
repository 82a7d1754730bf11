/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * column_writer.h - columns of a segment in chunks of COLUMN_CHUNK documents.
 *
 * Bytes    docs/FORMAT.md, "Columns". Of columns that may lack, a chunk that is all 0 is not stored.
 */
#ifndef STORE_COLUMN_WRITER_H
#define STORE_COLUMN_WRITER_H

#include "store/segment.h"

struct column_writer {
	struct chunk_sink sink;
	struct buf chunk[COLUMNS]; /* of the open chunk: header and values */
	uint32_t number, n;	   /* of the open chunk; documents in it */
	uint64_t any[COLUMNS];	   /* not 0: some value is not */
};

void column_writer_init(struct column_writer *c, struct chunk_sink sink);
void column_writer_release(struct column_writer *c); /* also on {0} */
enum fund_status column_writer_add(struct column_writer *c, const uint64_t value[COLUMNS]);
enum fund_status column_writer_finish(struct column_writer *c);

#endif
