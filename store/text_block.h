/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_block.h - articles into compressed blocks. Workers compress, one writer stores: a finished block is plain bytes.
 *
 * Bytes    docs/FORMAT.md, "Text". zlib's format; libdeflate writes and reads it where configure found it.
 */
#ifndef STORE_TEXT_BLOCK_H
#define STORE_TEXT_BLOCK_H

#include "store/segment.h"

#define TEXT_BLOCK_TARGET 32768u /* raw bytes after which a block is closed */

struct text_builder; /* one a thread */
enum fund_status text_builder_new(struct text_builder **out);
void text_builder_free(struct text_builder *b);
enum fund_status text_builder_add(struct text_builder *b, const struct stored_article *article);
/* Documents and raw bytes waiting in the open block. */
uint32_t text_builder_n_docs(const struct text_builder *b);
size_t text_builder_raw_len(const struct text_builder *b);
/* Compress what waits; appends checksum and stream to `stored`; the builder is then empty. FUND_END: nothing waits. */
enum fund_status text_builder_close(struct text_builder *b, struct buf *stored, uint32_t *n_docs, uint32_t *raw_len);

/* The reverse of text_builder_close: checks the checksum, makes `raw` the raw_len bytes. FUND_CORRUPT, FUND_NO_MEMORY. */
enum fund_status text_block_unpack(struct slice stored, uint32_t raw_len, struct buf *raw);
/* The record at the cursor; sets c->bad where there is none. For all records of a block, one after the other. */
struct slice text_record_next(struct cursor *c);

/* Record of one article, without its length: also the bytes that are hashed for COLUMN_HASH by whoever wants to. */
enum fund_status stored_article_encode(const struct stored_article *a, struct buf *out);
enum fund_status stored_article_decode(struct slice record, struct stored_article *out);

#endif
