/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chunk_table.h - the chunks of one kind of a segment by their tails, for whoever looks for more of them than there are: a search in pages goes
 * through three of them, one here through an array.
 *
 * Life     borrows the tails and chunks from the source, which must outlive it. Any thread may ask.
 */
#ifndef STORE_CHUNK_TABLE_H
#define STORE_CHUNK_TABLE_H

#include "store/chunks.h"

struct chunk_table;
/* Reads the tails, of which none is empty, not the chunks. FUND_LIMIT: there are more than `most`; FUND_CORRUPT, FUND_NO_MEMORY. */
enum fund_status chunk_table_new(struct chunk_table **out, struct chunk_source source, enum chunk_kind kind, uint32_t most);
void chunk_table_free(struct chunk_table *t); /* NULL is allowed */

/* As those of a chunk_source; `value` is looked up when it is asked for first. */
enum fund_status chunk_table_seek_le(struct chunk_table *t, struct slice tail, struct slice *found, struct slice *value);
enum fund_status chunk_table_next(struct chunk_table *t, struct slice tail, struct slice *found, struct slice *value);

#endif
