/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory_chunks.h - chunks that are kept in memory: a segment that is no index's.
 *
 * Life     put in any order -> settle -> read. Values are copied; those that are read live until the release or the reset.
 * Threads  once settled, it may be read by several at once.
 */
#ifndef STORE_MEMORY_CHUNKS_H
#define STORE_MEMORY_CHUNKS_H

#include "base/arena.h"
#include "store/chunks.h"

struct memory_chunk {
	enum chunk_kind kind;
	struct slice tail, value;
};

struct memory_chunks {
	struct arena arena;
	struct memory_chunk *chunks; /* sorted by kind and tail, once settled */
	size_t n, cap;
};

void memory_chunks_release(struct memory_chunks *m); /* also on {0} */
void memory_chunks_reset(struct memory_chunks *m);   /* empties it, keeps memory */
struct chunk_sink memory_chunks_sink(struct memory_chunks *m);
void memory_chunks_settle(struct memory_chunks *m);
struct chunk_source memory_chunks_source(const struct memory_chunks *m);

#endif
