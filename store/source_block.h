/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source_block.h - sources in front-coded blocks.
 *
 * Bytes    docs/FORMAT.md, "Sources".
 */
#ifndef STORE_SOURCE_BLOCK_H
#define STORE_SOURCE_BLOCK_H

#include "store/sources.h"

#define SOURCE_KEY_PATH 500u /* bytes of the path in a block's key */
#define SOURCE_KEY_MAX (3u + SOURCE_KEY_PATH)
#define SOURCE_ROOT 2u	     /* bytes of the root before a path */

/* The key of a block that begins with `name` (root u16 BE and path). Returns its length. */
size_t source_key(struct slice name, uint8_t key[SOURCE_KEY_MAX]);
/* root u16 BE and path into `out`, which is reset. FUND_INVALID: the root does not fit. */
enum fund_status source_name(uint32_t root, struct slice path, struct buf *out);

/* All of an entry behind its name. */
enum fund_status source_fields_encode(const struct source *s, struct buf *out);

/* Entries waiting to become blocks. */
struct source_group {
	struct buf bytes;  /* name and fields of each */
	struct source_span {
		size_t off, name_len, fields_len;
		bool settled; /* loses SOURCE_RACY where the block is written */
	} *span;
	size_t n, cap;
	size_t encoded;	   /* about how many bytes they take as one block */
};
void source_group_release(struct source_group *g);
void source_group_clear(struct source_group *g);
enum fund_status source_group_add(struct source_group *g, struct slice name, struct slice fields, bool settled);
void source_group_settle(struct source_group *g);
void source_group_drop(struct source_group *g, size_t n); /* the first n */
struct slice source_group_name(const struct source_group *g, size_t i);
/* How many of the first entries make a block of about `target` bytes; 0: the group cannot be cut. */
size_t source_group_cut(const struct source_group *g, size_t target);
/* The first n entries as a block into `out`, which is reset. */
enum fund_status source_group_encode(const struct source_group *g, size_t n, struct buf *out);

/* Reading: checks the checksum and the number of entries. */
enum fund_status source_block_open(struct slice block, struct cursor *c, uint64_t *n);
/* The next entry; `name` is the one before (empty for the first) and becomes this one's. out->path borrows from it.
 * FUND_CORRUPT also when the names do not ascend. */
enum fund_status source_block_next(struct cursor *c, bool is_first, struct buf *name, struct source *out);

#endif
