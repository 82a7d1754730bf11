/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/column_writer.h"

#include "base/hash.h"

#define HEADER 8u /* checksum, n */

void column_writer_init(struct column_writer *c, struct chunk_sink sink)
{
	*c = (struct column_writer){ .sink = sink };
}

void column_writer_release(struct column_writer *c)
{
	for (int i = 0; i < COLUMNS; i++)
		buf_release(&c->chunk[i]);
}

static enum fund_status put_column(struct column_writer *c, enum column column)
{
	struct buf *chunk = &c->chunk[column];
	uint8_t tail[5] = { (uint8_t)column };

	if (column_may_lack(column) && !c->any[column])
		return FUND_OK;
	put_u32(chunk->data + 4, c->n);
	put_u32(chunk->data, checksum(chunk->data + 4, chunk->len - 4));
	chunk_tail_put(tail + 1, c->number);
	return c->sink.put(c->sink.context, CHUNK_COLUMN, slice_of(tail, sizeof(tail)), slice_buf(chunk));
}

enum fund_status column_writer_finish(struct column_writer *c)
{
	enum fund_status st = FUND_OK;

	if (c->n == 0)
		return st;
	for (int i = 0; i < COLUMNS && st == FUND_OK; i++) {
		st = put_column(c, (enum column)i);
		buf_reset(&c->chunk[i]);
	}
	c->number++;
	c->n = 0;
	memset(c->any, 0, sizeof c->any);
	return st;
}

enum fund_status column_writer_add(struct column_writer *c, const uint64_t value[COLUMNS])
{
	static const uint8_t header[HEADER];
	uint8_t bytes[8];

	for (int i = 0; i < COLUMNS; i++) {
		enum fund_status st = c->n == 0 ? buf_add(&c->chunk[i], header, sizeof(header)) : FUND_OK;
		put_u64(bytes, value[i]);
		if (st == FUND_OK)
			st = buf_add(&c->chunk[i], bytes, column_width((enum column)i));
		if (st != FUND_OK)
			return st;
		c->any[i] |= value[i];
	}
	return ++c->n == COLUMN_CHUNK ? column_writer_finish(c) : FUND_OK;
}
