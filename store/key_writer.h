/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * key_writer.h - article keys of a segment, front-coded in blocks of 16.
 *
 * Bytes    docs/FORMAT.md, "Keys".
 */
#ifndef STORE_KEY_WRITER_H
#define STORE_KEY_WRITER_H

#include "store/segment.h"

#define KEY_BLOCK 16u	      /* documents */
#define KEY_CHUNK_BLOCKS (KEY_CHUNK_DOCS / KEY_BLOCK)

struct key_writer {
	struct chunk_sink sink;
	struct buf blocks;	      /* finished blocks of the open chunk */
	uint32_t offset[KEY_CHUNK_BLOCKS]; /* of each in `blocks` */
	uint32_t n_blocks, n_chunk_docs, first_doc;
	struct buf block;	      /* entries of the open block */
	uint32_t n_block_docs;
	struct buf last, next;	      /* entry before, entry to add: root and key */
	struct buf chunk;
};

void key_writer_init(struct key_writer *k, struct chunk_sink sink);
void key_writer_release(struct key_writer *k); /* also on {0} */
enum fund_status key_writer_add(struct key_writer *k, const struct article_key *key);
enum fund_status key_writer_finish(struct key_writer *k);

#endif
