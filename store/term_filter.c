/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/term_filter.h"

#include <stdlib.h>

#include "base/hash.h"

#define BLOCK 64u		    /* bytes: a checksum and bits */
#define BITS (8 * (BLOCK - 4))	    /* of a block */
#define BLOCK_TERMS (BITS / 8)	    /* for which they are made */
#define PROBES 5u		    /* bits of a term */
#define HEADER 8u		    /* checksum, number of blocks; behind them two terms, a length and bytes each */

uint64_t term_filter_hash(struct slice term) { return hash_bytes(term.data, term.len); }

/* The block is chosen by the hash's highest bits, the bits by its lowest 45. */
static uint32_t block_of(uint64_t hash, uint32_t n_blocks) { return (uint32_t)((hash >> 32) * n_blocks >> 32); }
static uint32_t bit_of(uint64_t hash, unsigned probe) { return (uint32_t)((hash >> 9 * probe & 511) * BITS >> 9); }

/* ---- reading ---- */

/* The terms at both ends, and the blocks. */
struct section {
	struct slice first, last, blocks;
	uint32_t n_blocks;
};

static bool read_header(struct slice chunk, struct section *out)
{
	if (chunk.len < HEADER + 2)
		return false;
	out->n_blocks = get_u32(chunk.data + 4);
	out->first = slice_of(chunk.data + HEADER + 1, chunk.data[HEADER]);
	size_t last = HEADER + 1 + out->first.len;
	if (last >= chunk.len || chunk.len - last - 1 < chunk.data[last])
		return false;
	out->last = slice_of(chunk.data + last + 1, chunk.data[last]);
	out->blocks = slice_from(chunk, last + 1 + out->last.len);
	return out->n_blocks > 0 && out->blocks.len == (uint64_t)out->n_blocks * BLOCK;
}

static bool has_all_bits(const uint8_t *bits, uint64_t hash)
{
	for (unsigned i = 0; i < PROBES; i++)
		if (!(bits[bit_of(hash, i) >> 3] >> (bit_of(hash, i) & 7) & 1))
			return false;
	return true;
}

enum fund_status term_filter_ask(const struct chunk_source *s, struct slice section, struct slice term, uint64_t hash, bool *may)
{
	struct section at;
	*may = true;
	if (!read_header(section, &at) || !chunk_header_is_right(s, section, section.len - at.blocks.len))
		return FUND_CORRUPT;
	if (slice_compare(term, at.first) < 0 || slice_compare(term, at.last) > 0)
		return FUND_OK;
	const uint8_t *block = at.blocks.data + (size_t)BLOCK * block_of(hash, at.n_blocks);
	if (checksum(block + 4, BLOCK - 4) != get_u32(block))
		return FUND_CORRUPT;
	*may = has_all_bits(block + 4, hash);
	return FUND_OK;
}

/* ---- writing ---- */

void term_filter_writer_release(struct term_filter_writer *w)
{
	free(w->hashes);
	buf_release(&w->first);
	buf_release(&w->last);
	buf_release(&w->chunk);
	*w = (struct term_filter_writer){ .sink = w->sink };
}

static enum fund_status put_end(struct buf *out, struct slice term)
{
	uint8_t len = (uint8_t)term.len;
	enum fund_status st = buf_add(out, &len, 1);
	return st == FUND_OK ? buf_add_slice(out, term) : st;
}

static enum fund_status begin_chunk(struct term_filter_writer *w, uint32_t n_blocks)
{
	uint8_t head[HEADER] = { 0 };
	buf_reset(&w->chunk);
	put_u32(head + 4, n_blocks);
	enum fund_status st = buf_add(&w->chunk, head, sizeof head);
	if (st == FUND_OK)
		st = put_end(&w->chunk, slice_buf(&w->first));
	if (st == FUND_OK)
		st = put_end(&w->chunk, slice_buf(&w->last));
	if (st != FUND_OK)
		return st;
	put_u32(w->chunk.data, checksum(w->chunk.data + 4, w->chunk.len - 4));
	return buf_reserve(&w->chunk, (size_t)n_blocks * BLOCK);
}

static void fill_blocks(struct term_filter_writer *w, uint32_t n_blocks)
{
	uint8_t *blocks = w->chunk.data + w->chunk.len;
	memset(blocks, 0, (size_t)n_blocks * BLOCK);
	for (size_t i = 0; i < w->n; i++) {
		uint8_t *bits = blocks + (size_t)BLOCK * block_of(w->hashes[i], n_blocks) + 4;
		for (unsigned k = 0; k < PROBES; k++)
			bits[bit_of(w->hashes[i], k) >> 3] |= (uint8_t)(1u << (bit_of(w->hashes[i], k) & 7));
	}
	for (uint32_t i = 0; i < n_blocks; i++)
		put_u32(blocks + (size_t)i * BLOCK, checksum(blocks + (size_t)i * BLOCK + 4, BLOCK - 4));
	w->chunk.len += (size_t)n_blocks * BLOCK;
}

static enum fund_status end_section(struct term_filter_writer *w)
{
	uint32_t n_blocks = (uint32_t)((w->n + BLOCK_TERMS - 1) / BLOCK_TERMS);
	if (w->n == 0)
		return FUND_OK;
	enum fund_status st = begin_chunk(w, n_blocks);
	if (st != FUND_OK)
		return st;
	fill_blocks(w, n_blocks);
	w->n = 0;
	return w->sink.put(w->sink.context, CHUNK_FILTER, slice_buf(&w->first), slice_buf(&w->chunk));
}

static enum fund_status set(struct buf *b, struct slice term)
{
	buf_reset(b);
	return buf_add_slice(b, term);
}

enum fund_status term_filter_writer_add(struct term_filter_writer *w, struct slice term)
{
	enum fund_status st = w->n == FILTER_SECTION ? end_section(w) : FUND_OK;
	uint64_t *grown = array_room(w->hashes, w->n + 1, &w->cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	w->hashes = grown;
	if (st == FUND_OK && w->n == 0)
		st = set(&w->first, term);
	if (st == FUND_OK)
		st = set(&w->last, term);
	if (st == FUND_OK)
		w->hashes[w->n++] = term_filter_hash(term);
	return st;
}

enum fund_status term_filter_writer_finish(struct term_filter_writer *w) { return end_section(w); }
