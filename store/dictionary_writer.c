/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/hash.h"
#include "store/dictionary.h"

#define BLOCK_TERMS 16u
#define CHUNK_TARGET 65536u

struct dictionary_writer {
	struct chunk_sink sink;
	struct buf chunk_blocks;   /* finished blocks of the open chunk */
	struct buf offsets;	   /* u32 each, relative to the first block */
	struct buf block;	   /* entries of the open block */
	struct buf header;	   /* of a chunk, when it is put together */
	uint32_t n_terms;	   /* of the open block */
	uint64_t block_list, block_positions; /* addresses the open block runs from */
	uint64_t next_list, next_positions;
	uint8_t first[DICTIONARY_TERM_MAX], last[DICTIONARY_TERM_MAX];
	size_t first_len, last_len;
};

enum fund_status dictionary_writer_new(struct dictionary_writer **out, struct chunk_sink sink)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return FUND_NO_MEMORY;
	(*out)->sink = sink;
	return FUND_OK;
}

void dictionary_writer_free(struct dictionary_writer *w)
{
	if (!w)
		return;
	buf_release(&w->chunk_blocks);
	buf_release(&w->offsets);
	buf_release(&w->block);
	buf_release(&w->header);
	free(w);
}

static enum fund_status end_chunk(struct dictionary_writer *w)
{
	uint32_t n_blocks = (uint32_t)(w->offsets.len / 4);
	uint32_t header = 8 + 4 * n_blocks;
	if (n_blocks == 0)
		return FUND_OK;
	buf_reset(&w->header);
	enum fund_status st = buf_reserve(&w->header, header + w->chunk_blocks.len);
	if (st != FUND_OK)
		return st;
	put_u32(w->header.data + 4, n_blocks);
	for (uint32_t i = 0; i < n_blocks; i++)
		put_u32(w->header.data + 8 + 4 * (size_t)i, header + get_u32(w->offsets.data + 4 * (size_t)i));
	put_u32(w->header.data, checksum(w->header.data + 4, header - 4));
	memcpy(w->header.data + header, w->chunk_blocks.data, w->chunk_blocks.len);
	st = w->sink.put(w->sink.context, CHUNK_DICTIONARY, slice_of(w->first, w->first_len),
			 slice_of(w->header.data, header + w->chunk_blocks.len));
	buf_reset(&w->chunk_blocks);
	buf_reset(&w->offsets);
	return st;
}

static enum fund_status end_block(struct dictionary_writer *w)
{
	uint8_t head[4 + 1 + 2 * VARINT64_MAX], off[4], *p = head + 4;
	if (w->n_terms == 0)
		return FUND_OK;
	*p++ = (uint8_t)w->n_terms;
	p = put_varint(p, w->block_list);
	p = put_varint(p, w->block_positions);
	put_u32(off, (uint32_t)w->chunk_blocks.len);
	size_t start = w->chunk_blocks.len;
	enum fund_status st = buf_add(&w->offsets, off, 4);
	if (st == FUND_OK)
		st = buf_add(&w->chunk_blocks, head, (size_t)(p - head));
	if (st == FUND_OK)
		st = buf_add_slice(&w->chunk_blocks, slice_buf(&w->block));
	if (st != FUND_OK)
		return st;
	put_u32(w->chunk_blocks.data + start, checksum(w->chunk_blocks.data + start + 4, w->chunk_blocks.len - start - 4));
	buf_reset(&w->block);
	w->n_terms = 0;
	return w->chunk_blocks.len >= CHUNK_TARGET ? end_chunk(w) : FUND_OK;
}

static uint8_t *put_place(uint8_t *p, uint64_t *next, uint64_t address, uint64_t len)
{
	uint64_t distance = address - *next;
	p = put_varint(p, len << 1 | (distance != 0));
	if (distance)
		p = put_varint(p, distance);
	*next = address + len;
	return p;
}

static void begin_block(struct dictionary_writer *w, struct slice term)
{
	w->block_list = w->next_list;
	w->block_positions = w->next_positions;
	w->last_len = 0;
	if (w->offsets.len == 0) {
		memcpy(w->first, term.data, term.len);
		w->first_len = term.len;
	}
}

enum fund_status dictionary_writer_add(struct dictionary_writer *w, const struct term_entry *e)
{
	uint8_t room[2 * VARINT32_MAX + DICTIONARY_TERM_MAX + 8 * VARINT64_MAX], *p = room;
	size_t shared = 0;
	if (e->term.len < 1 || e->term.len > DICTIONARY_TERM_MAX)
		return FUND_INVALID;
	if (w->n_terms == BLOCK_TERMS) {
		enum fund_status st = end_block(w);
		if (st != FUND_OK)
			return st;
	}
	if (w->n_terms == 0)
		begin_block(w, e->term);
	while (shared < w->last_len && shared < e->term.len && w->last[shared] == e->term.data[shared])
		shared++;
	p = put_varint(p, shared);
	p = put_varint(p, e->term.len - shared);
	memcpy(p, e->term.data + shared, e->term.len - shared);
	p += e->term.len - shared;
	p = put_varint(p, (uint64_t)e->df << 3 | (e->has_positions ? 4u : 0u) | (unsigned)e->form);
	p = put_varint(p, e->cf - e->df);
	if (e->form == LIST_INLINE) {
		p = put_varint(p, e->payload.len);
	} else {
		p = put_place(p, &w->next_list, e->list, e->list_len);
		if (e->has_positions)
			p = put_place(p, &w->next_positions, e->positions, e->positions_len);
	}
	memcpy(w->last, e->term.data, e->term.len);
	w->last_len = e->term.len;
	w->n_terms++;
	enum fund_status st = buf_add(&w->block, room, (size_t)(p - room));
	return st == FUND_OK && e->form == LIST_INLINE ? buf_add_slice(&w->block, e->payload) : st;
}

enum fund_status dictionary_writer_finish(struct dictionary_writer *w)
{
	enum fund_status st = end_block(w);
	return st == FUND_OK ? end_chunk(w) : st;
}
