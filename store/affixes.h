/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * affixes.h - which blocks of the dictionary have forms with a certain beginning or end; see affix_writer.h.
 */
#ifndef STORE_AFFIXES_H
#define STORE_AFFIXES_H

#include "store/chunks.h"
#include "store/forms.h"

#define AFFIX_KEY (1 + FORM_HEAD) /* bytes: class and letters */
#define AFFIX_LEN_INLINE 31u	  /* bytes of runs: as many as fit beside the shared letters */
#define AFFIX_HEADER 8u		  /* of a chunk, ahead of the places of its blocks */
#define AFFIX_PLACE (AFFIX_KEY + 4) /* of a block: its first key, its offset */

_Static_assert(AFFIX_KEY <= 7, "shared bytes are kept in three bits");

static inline void affix_key_put(uint8_t out[AFFIX_KEY], uint64_t key)
{
	for (unsigned i = 0; i < AFFIX_KEY; i++)
		out[i] = (uint8_t)(key >> 8 * (AFFIX_KEY - 1 - i));
}
/* The first bytes, or the last ones in reverse, of a word of up to FORM_HEAD. */
static inline uint64_t affix_head(uint8_t class, struct slice word)
{
	uint64_t key = class;
	for (size_t i = 0; i < FORM_HEAD; i++)
		key = key << 8 | (i < word.len ? word.data[i] : 0);
	return key;
}
static inline uint64_t affix_tail(uint8_t class, struct slice word)
{
	uint64_t key = class;
	for (size_t i = 0; i < FORM_HEAD; i++)
		key = key << 8 | (i < word.len ? word.data[word.len - 1 - i] : 0);
	return key;
}

/* A walk over the keys of one map from `from` on. Borrows the snapshot's bytes. */
struct affix_iter {
	uint64_t key;	    /* the current one */
	struct slice blocks; /* its runs: affix_blocks() */
	/* private */
	const struct chunk_source *source;
	enum chunk_kind kind;
	struct slice tail, chunk;
	struct cursor cursor;
	uint64_t from;
	uint32_t n_blocks, block; /* of the chunk: the current one, UINT32_MAX before the first */
	bool is_first; /* the key that comes is its block's first */
};
/* Before the first key >= from. */
enum fund_status affix_seek(struct affix_iter *it, const struct chunk_source *s, enum chunk_kind kind, uint64_t from);
/* FUND_OK, FUND_END, FUND_CORRUPT. */
enum fund_status affix_next(struct affix_iter *it);
/* The next key is the first one >= from; from > it->key. Blocks between are not read. */
void affix_skip(struct affix_iter *it, uint64_t from);
/* Calls `block` for each block of the runs; FUND_CORRUPT: they cannot be right, or reach behind `n_blocks`. */
static inline enum fund_status affix_blocks(struct slice runs, uint32_t n_blocks, void (*block)(void *context, uint32_t block), void *context)
{
	struct cursor c = cursor_of(runs);
	uint64_t next = 0;
	while (c.p < c.end) {
		uint64_t v = cursor_varint_local(&c), first = next + (v >> 1), last = first;
		if (v & 1)
			last += 1 + cursor_varint_local(&c);
		if (c.bad || first < next || last < first || last >= n_blocks)
			return FUND_CORRUPT;
		for (uint64_t i = first; i <= last; i++)
			block(context, (uint32_t)i);
		next = last + 2;
	}
	return FUND_OK;
}

#endif
