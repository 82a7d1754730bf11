/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/postings_writer.h"

#include <stdlib.h>

#include "base/hash.h"

#define INLINE_DOCS 4u	      /* lists up to this many documents may stand in the dictionary … */
#define INLINE_BYTES 24u      /* … when they take no more than this */
#define PIECE_BLOCKS 512u
#define PIECE_BYTES 196608u
#define SKIP_BYTES 14u

struct postings_writer {
	struct chunk_packer lists, position_units;
	const uint32_t *lengths;
	uint32_t n_docs;
	struct field_weights weights;
	bool with_positions;
	const struct ordinal_shares *shares;
	/* the open block */
	uint32_t n;
	uint32_t docs[INTBLOCK_LEN], freqs[INTBLOCK_LEN];
	uint8_t boosts[INTBLOCK_LEN];
	struct buf block_positions; /* u32 each, as p0, p - before - 1 …: what is packed */
	struct buf block_forms;	    /* u32 each: ordinals */
	uint32_t last_of_block;	    /* the document before the open block */
	/* the open list */
	uint32_t df, last_doc;
	uint64_t cf;
	bool has_address;
	uint64_t first_position, end_position; /* addresses of the list's positions */
	struct impacts list_impacts;
	struct buf skips, piece_impacts, data; /* of the open piece */
	uint32_t piece_before;
	struct buf pieces; /* the head's entries */
	uint32_t n_pieces, n_blocks;
	struct buf unit, form_bytes; /* what is being put together */
	uint8_t payload[INLINE_BYTES];
};

enum fund_status postings_writer_new(struct postings_writer **out, struct chunk_sink sink, const uint32_t *lengths, uint32_t n_docs,
				     struct field_weights weights)
{
	struct postings_writer *w = calloc(1, sizeof *w);
	*out = w;
	if (!w)
		return FUND_NO_MEMORY;
	chunk_packer_init(&w->lists, sink, CHUNK_LISTS);
	chunk_packer_init(&w->position_units, sink, CHUNK_POSITIONS);
	w->lengths = lengths;
	w->n_docs = n_docs;
	w->weights = weights;
	return FUND_OK;
}

void postings_writer_free(struct postings_writer *w)
{
	if (!w)
		return;
	struct buf *all[] = { &w->block_positions, &w->block_forms, &w->skips, &w->piece_impacts, &w->data, &w->pieces, &w->unit, &w->form_bytes };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_release(all[i]);
	chunk_packer_release(&w->lists);
	chunk_packer_release(&w->position_units);
	free(w);
}

enum fund_status postings_writer_begin(struct postings_writer *w, bool with_positions, const struct ordinal_shares *shares)
{
	w->with_positions = with_positions;
	w->shares = with_positions ? shares : NULL;
	w->n = w->df = 0;
	w->cf = 0;
	w->list_impacts.n = 0;
	w->last_of_block = w->piece_before = UINT32_MAX;
	w->n_pieces = w->n_blocks = 0;
	w->has_address = false;
	w->first_position = w->end_position = 0;
	buf_reset(&w->block_positions);
	buf_reset(&w->block_forms);
	buf_reset(&w->skips);
	buf_reset(&w->piece_impacts);
	buf_reset(&w->data);
	buf_reset(&w->pieces);
	return FUND_OK;
}

/* ---- blocks ---- */

/* The open block's bytes behind what `out` holds. */
static enum fund_status encode_block(const struct postings_writer *w, struct buf *out)
{
	uint32_t gaps[INTBLOCK_LEN], less[INTBLOCK_LEN], before = w->last_of_block;
	enum fund_status st = buf_reserve(out, 2 * INTBLOCK_BYTES_MAX + 1 + 2 * INTBLOCK_LEN + 4);
	if (st != FUND_OK)
		return st;
	for (uint32_t i = 0; i < w->n; i++) {
		gaps[i] = w->docs[i] - before - 1;
		less[i] = w->freqs[i] - 1;
		before = w->docs[i];
	}
	uint8_t *start = out->data + out->len, *p = intblock_encode(gaps, w->n, start);
	p = intblock_encode(less, w->n, p);
	uint8_t *n_boosts = p++;
	*n_boosts = 0;
	for (uint32_t i = 0; i < w->n; i++)
		if (w->boosts[i]) {
			*p++ = (uint8_t)i;
			*p++ = w->boosts[i];
			++*n_boosts;
		}
	put_u32(p, checksum(start, (size_t)(p - start)));
	out->len += (size_t)(p + 4 - start);
	return FUND_OK;
}

/* Most frequencies are small: of each of those the shortest document is enough. */
static struct impacts block_impacts(const struct postings_writer *w)
{
	struct impacts set = { .n = 0 };
	uint32_t shortest[16];
	memset(shortest, 0xff, sizeof shortest);
	for (uint32_t i = 0; i < w->n; i++) {
		uint32_t freq = pseudo_freq(w->freqs[i], w->boosts[i], w->weights), len = w->lengths[w->docs[i]];
		if (freq >= 16)
			impacts_add(&set, (struct impact){ freq, len });
		else if (len < shortest[freq])
			shortest[freq] = len;
	}
	for (uint32_t freq = 16; freq-- > 1;)
		if (shortest[freq] != UINT32_MAX)
			impacts_add(&set, (struct impact){ freq, shortest[freq] });
	return set;
}

static enum fund_status encode_forms(const struct postings_writer *w, struct buf *out)
{
	return ordinals_encode(w->shares, (const uint32_t *)(const void *)w->block_forms.data, w->block_forms.len / 4, out);
}

/* The forms, behind their length. */
static enum fund_status add_forms(struct postings_writer *w)
{
	buf_reset(&w->form_bytes);
	enum fund_status st = encode_forms(w, &w->form_bytes);
	if (st == FUND_OK)
		st = buf_add_varint(&w->unit, w->form_bytes.len);
	return st == FUND_OK ? buf_add_slice(&w->unit, slice_buf(&w->form_bytes)) : st;
}

/* All positions of the block in rows of 128. */
static enum fund_status encode_positions(struct postings_writer *w, uint64_t *address)
{
	uint32_t row[INTBLOCK_LEN];
	size_t n = w->block_positions.len / 4;
	buf_reset(&w->unit);
	for (size_t at = 0; at < n; at += INTBLOCK_LEN) {
		uint32_t len = n - at < INTBLOCK_LEN ? (uint32_t)(n - at) : INTBLOCK_LEN;
		enum fund_status st = buf_reserve(&w->unit, INTBLOCK_BYTES_MAX);
		if (st != FUND_OK)
			return st;
		memcpy(row, w->block_positions.data + 4 * at, 4 * (size_t)len);
		uint8_t *end = intblock_encode(row, len, w->unit.data + w->unit.len);
		w->unit.len = (size_t)(end - w->unit.data);
	}
	enum fund_status st = w->shares ? add_forms(w) : FUND_OK;
	if (st == FUND_OK)
		st = buf_add_u32(&w->unit, checksum(w->unit.data, w->unit.len));
	if (st == FUND_OK)
		st = chunk_packer_add(&w->position_units, slice_buf(&w->unit), address);
	if (!w->has_address)
		w->first_position = *address;
	w->has_address = true;
	/* one that has a chunk of its own ends, in addresses, where the next chunk begins */
	w->end_position = *address + (w->unit.len < CHUNK_SPAN ? w->unit.len : CHUNK_SPAN);
	return st;
}

/* ---- pieces ---- */

static enum fund_status end_piece(struct postings_writer *w)
{
	uint8_t head[20], entry[20];
	uint64_t address;
	uint32_t n_blocks = (uint32_t)(w->skips.len / SKIP_BYTES);
	if (n_blocks == 0)
		return FUND_OK;
	put_u16(head + 4, (uint16_t)n_blocks);
	put_u16(head + 6, (uint16_t)w->piece_impacts.len);
	put_u32(head + 8, (uint32_t)w->data.len);
	put_u32(head + 12, w->piece_before);
	buf_reset(&w->unit);
	enum fund_status st = buf_add(&w->unit, head, 16);
	if (st == FUND_OK)
		st = buf_add_slice(&w->unit, slice_buf(&w->skips));
	if (st == FUND_OK)
		st = buf_add_slice(&w->unit, slice_buf(&w->piece_impacts));
	if (st != FUND_OK)
		return st;
	put_u32(w->unit.data, checksum(w->unit.data + 4, w->unit.len - 4));
	st = buf_add_slice(&w->unit, slice_buf(&w->data));
	if (st == FUND_OK)
		st = chunk_packer_add(&w->lists, slice_buf(&w->unit), &address);
	if (st != FUND_OK)
		return st;
	put_u64(entry, address);
	put_u32(entry + 8, (uint32_t)w->unit.len);
	put_u32(entry + 12, w->last_of_block);
	put_u32(entry + 16, w->n_blocks - n_blocks);
	w->n_pieces++;
	w->piece_before = w->last_of_block;
	buf_reset(&w->skips);
	buf_reset(&w->piece_impacts);
	buf_reset(&w->data);
	return buf_add(&w->pieces, entry, sizeof entry);
}

/* A block of a long list goes into the open piece, with its skip entry. */
static enum fund_status end_block(struct postings_writer *w)
{
	uint8_t skip[SKIP_BYTES], impacts[1 + IMPACTS_MAX * 2 * VARINT32_MAX];
	uint64_t address = w->first_position;
	uint32_t off = (uint32_t)w->data.len, last = w->docs[w->n - 1];
	enum fund_status st = encode_block(w, &w->data);
	if (st == FUND_OK && w->with_positions)
		st = encode_positions(w, &address);
	if (st != FUND_OK)
		return st;
	if (address - w->first_position > UINT32_MAX)
		return FUND_LIMIT;
	put_u32(skip, last);
	put_u32(skip + 4, off);
	put_u32(skip + 8, (uint32_t)(address - w->first_position));
	put_u16(skip + 12, (uint16_t)w->piece_impacts.len);
	struct impacts set = block_impacts(w);
	uint8_t *end = impacts_encode(&set, impacts);
	st = buf_add(&w->skips, skip, sizeof skip);
	if (st == FUND_OK)
		st = buf_add(&w->piece_impacts, impacts, (size_t)(end - impacts));
	if (st != FUND_OK)
		return st;
	impacts_merge(&w->list_impacts, &set);
	w->n = 0;
	w->last_of_block = last;
	w->n_blocks++;
	buf_reset(&w->block_positions);
	buf_reset(&w->block_forms);
	bool full = w->skips.len >= PIECE_BLOCKS * SKIP_BYTES || w->data.len + w->skips.len + w->piece_impacts.len + 4096 > PIECE_BYTES;
	return full ? end_piece(w) : FUND_OK;
}

/* ---- lists ---- */

static enum fund_status add_positions(struct postings_writer *w, const uint32_t *pos, uint32_t n)
{
	enum fund_status st = buf_reserve(&w->block_positions, 4 * (size_t)n);
	if (st != FUND_OK)
		return st;
	uint8_t *to = w->block_positions.data + w->block_positions.len;
	uint32_t before = UINT32_MAX; /* so that the first stands for itself */
	for (uint32_t i = 0; i < n; i++, to += 4) {
		uint32_t v = pos[i] - before - 1;
		if (i && pos[i] <= before)
			return FUND_INVALID;
		memcpy(to, &v, 4);
		before = pos[i];
	}
	w->block_positions.len += 4 * (size_t)n;
	return FUND_OK;
}

enum fund_status postings_writer_add(struct postings_writer *w, uint32_t doc, uint32_t freq, uint8_t boost, const uint32_t *pos, const uint32_t *forms)
{
	if (doc >= w->n_docs || freq == 0 || (w->df && doc <= w->last_doc))
		return FUND_INVALID;
	if (w->n == INTBLOCK_LEN) {
		enum fund_status st = end_block(w);
		if (st != FUND_OK)
			return st;
	}
	w->docs[w->n] = doc;
	w->freqs[w->n] = freq;
	w->boosts[w->n++] = boost;
	w->last_doc = doc;
	w->df++;
	w->cf += freq;
	enum fund_status st = w->with_positions ? add_positions(w, pos, freq) : FUND_OK;
	return st == FUND_OK && w->shares ? buf_add(&w->block_forms, forms, 4 * (size_t)freq) : st;
}

/* The list as an inline payload; 0: it is too long for one. */
static size_t encode_inline(struct postings_writer *w)
{
	uint8_t room[INLINE_BYTES + 4 * VARINT32_MAX], *p = room;
	const uint8_t *pos = w->block_positions.data;
	uint32_t before = UINT32_MAX;
	if (w->df > INLINE_DOCS)
		return 0;
	for (uint32_t i = 0; i < w->n; i++) {
		bool more = w->freqs[i] > 1 || w->boosts[i];
		p = put_varint(p, (uint64_t)(w->docs[i] - before - 1) << 1 | more);
		before = w->docs[i];
		if (more) {
			p = put_varint(p, w->freqs[i] - 1);
			*p++ = w->boosts[i];
		}
		for (uint32_t k = 0; w->with_positions && k < w->freqs[i]; k++, pos += 4) {
			uint32_t v;
			memcpy(&v, pos, 4);
			p = put_varint(p, v);
			if (p > room + INLINE_BYTES)
				return 0;
		}
		if (p > room + INLINE_BYTES)
			return 0;
	}
	memcpy(w->payload, room, (size_t)(p - room));
	return (size_t)(p - room);
}

/* The forms behind the payload; 0: then it is too long. */
static enum fund_status inline_forms(struct postings_writer *w, size_t *len)
{
	buf_reset(&w->form_bytes);
	enum fund_status st = encode_forms(w, &w->form_bytes);
	if (st == FUND_OK && *len + w->form_bytes.len <= INLINE_BYTES) {
		if (w->form_bytes.len)
			memcpy(w->payload + *len, w->form_bytes.data, w->form_bytes.len);
		*len += w->form_bytes.len;
	} else {
		*len = 0;
	}
	return st;
}

static enum fund_status end_short(struct postings_writer *w, struct term_entry *entry)
{
	uint64_t ignored;
	enum fund_status st = FUND_OK;
	entry->payload.len = encode_inline(w);
	if (entry->payload.len && w->shares)
		st = inline_forms(w, &entry->payload.len);
	if (st != FUND_OK)
		return st;
	if (entry->payload.len) {
		entry->form = LIST_INLINE;
		entry->payload.data = w->payload;
		return FUND_OK;
	}
	entry->form = LIST_BLOCK;
	st = w->with_positions ? encode_positions(w, &ignored) : FUND_OK;
	buf_reset(&w->unit);
	if (st == FUND_OK)
		st = encode_block(w, &w->unit);
	entry->list_len = w->unit.len;
	return st == FUND_OK ? chunk_packer_add(&w->lists, slice_buf(&w->unit), &entry->list) : st;
}

static enum fund_status end_long(struct postings_writer *w, struct term_entry *entry)
{
	uint8_t impacts[1 + IMPACTS_MAX * 2 * VARINT32_MAX], head[8] = { 0 };
	enum fund_status st = end_block(w);
	if (st == FUND_OK)
		st = end_piece(w);
	if (st != FUND_OK)
		return st;
	uint8_t *end = impacts_encode(&w->list_impacts, impacts);
	put_u32(head + 4, w->n_pieces);
	buf_reset(&w->unit);
	st = buf_add(&w->unit, head, 8);
	if (st == FUND_OK)
		st = buf_add_slice(&w->unit, slice_buf(&w->pieces));
	if (st == FUND_OK)
		st = buf_add(&w->unit, impacts, (size_t)(end - impacts));
	if (st != FUND_OK)
		return st;
	if (w->unit.len > CHUNK_MAX)
		return FUND_LIMIT;
	put_u32(w->unit.data, checksum(w->unit.data + 4, w->unit.len - 4));
	entry->form = LIST_LONG;
	entry->list_len = w->unit.len;
	return chunk_packer_add(&w->lists, slice_buf(&w->unit), &entry->list);
}

enum fund_status postings_writer_end(struct postings_writer *w, struct term_entry *entry)
{
	if (w->df == 0)
		return FUND_INVALID;
	*entry = (struct term_entry){ .df = w->df, .cf = w->cf, .has_positions = w->with_positions, .several_forms = w->shares != NULL };
	enum fund_status st = w->df > INTBLOCK_LEN ? end_long(w, entry) : end_short(w, entry);
	entry->positions = w->first_position;
	entry->positions_len = w->end_position - w->first_position;
	return st;
}

enum fund_status postings_writer_finish(struct postings_writer *w, uint32_t *n_list_chunks, uint32_t *n_position_chunks)
{
	enum fund_status st = chunk_packer_finish(&w->lists, n_list_chunks);
	return st == FUND_OK ? chunk_packer_finish(&w->position_units, n_position_chunks) : st;
}
