/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chunks.h - the seam between encoders and LMDB: a segment as a sorted map from (kind, tail) to bytes.
 *
 * Dictionary, postings and positions are written to a chunk_sink and read from a chunk_source; segment.c binds both to
 * LMDB, tests bind them to a map in memory. Kinds and tails: docs/FORMAT.md.
 */
#ifndef STORE_CHUNKS_H
#define STORE_CHUNKS_H

#include <stdatomic.h>

#include "base/bytes.h"

#define CHUNK_MAX 262128u	     /* bytes of a chunk, but for a single unit that is larger */
#define CHUNK_SPAN ((uint32_t)1 << 18) /* addresses from a chunk to the next */

/* How many numbers a chunk takes: more than one when it is oversized, so that addresses go on behind its end. */
static inline uint32_t chunk_numbers(size_t len)
{
	return (uint32_t)((len + CHUNK_SPAN - 1) / CHUNK_SPAN);
}

enum chunk_kind {
	CHUNK_COLUMN = 'c',
	CHUNK_DICTIONARY = 'd',
	CHUNK_FILTER = 'f',	       /* which terms there are not */
	CHUNK_DICTIONARY_PLACES = 'g', /* of its blocks, by number */
	CHUNK_HEADS = 'h',	       /* of forms: in which blocks they are */
	CHUNK_KEYS = 'k',
	CHUNK_LISTS = 'l',
	CHUNK_POSITIONS = 'p',
	CHUNK_TAILS = 'r',
	CHUNK_TEXT = 't',
	CHUNK_TEXT_DIRECTORY = 'x',
};

struct chunk_sink {
	void *context;
	/* Keep a copy of `value` under (kind, tail). Each (kind, tail) comes once; tails of a kind ascend. */
	enum fund_status (*put)(void *context, enum chunk_kind kind, struct slice tail, struct slice value);
};

#define CHUNKS_CHECKED 1024u
/* Headers of chunks whose checksum was right, by their address: some of the last, for a process that asks more than once. Any thread may. */
struct chunks_checked {
	_Atomic(const uint8_t *) at[CHUNKS_CHECKED];
};

/* Borrowed values: valid until the snapshot they came from is closed. */
struct chunk_source {
	void *context;
	/* FUND_OK, FUND_NOT_FOUND, FUND_CORRUPT. */
	enum fund_status (*get)(void *context, enum chunk_kind kind, struct slice tail, struct slice *value);
	/* The last chunk of the kind with a tail <= `tail`. FUND_NOT_FOUND: none. */
	enum fund_status (*seek_le)(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value);
	/* The first chunk of the kind with a tail > `tail`; value NULL: it is not wanted. FUND_NOT_FOUND: none. */
	enum fund_status (*next)(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value);
	struct chunks_checked *checked; /* NULL: each time anew */
};

/* A chunk begins with the checksum of what is between itself and the end of its header, of `header` bytes (4 at least, no more than the chunk has): is it right? */
bool chunk_header_is_right(const struct chunk_source *s, struct slice chunk, size_t header);

/* Tails that are numbers: u32 BE. */
static inline void chunk_tail_put(uint8_t tail[4], uint32_t n)
{
	tail[0] = (uint8_t)(n >> 24); tail[1] = (uint8_t)(n >> 16); tail[2] = (uint8_t)(n >> 8); tail[3] = (uint8_t)n;
}

static inline uint32_t get_be32_tail(struct slice tail)
{
	return (uint32_t)tail.data[0] << 24 | (uint32_t)tail.data[1] << 16 | (uint32_t)tail.data[2] << 8 | tail.data[3];
}

/* Packs units into numbered chunks of one kind (lists, positions, text): a unit never crosses chunks; one larger than
 * CHUNK_MAX gets a chunk of its own. */
struct chunk_packer {
	struct chunk_sink sink;
	enum chunk_kind kind;
	struct buf chunk;
	uint32_t number;      /* of the chunk being filled */
	uint64_t bytes;	      /* written so far, the open chunk included */
};
void chunk_packer_init(struct chunk_packer *p, struct chunk_sink sink, enum chunk_kind kind);
void chunk_packer_release(struct chunk_packer *p);
/* Adds a unit; sets *address (chunk number << 18 | offset). */
enum fund_status chunk_packer_add(struct chunk_packer *p, struct slice unit, uint64_t *address);
enum fund_status chunk_packer_finish(struct chunk_packer *p, uint32_t *n_chunks); /* puts the last one */

/* The bytes from `address` to its chunk's end. */
enum fund_status chunk_at(const struct chunk_source *s, enum chunk_kind kind, uint64_t address, struct slice *rest);

#endif
