/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/postings.h"

#include <stdlib.h>

#include "base/hash.h"

#define SKIP_BYTES 14u
#define PIECE_HEADER 16u
#define PIECE_ENTRY 20u
#define BLOCK_BYTES_MIN 7u /* gaps and frequencies of no bits, no boosts, checksum */
#define NONE UINT32_MAX

/* ---- the three forms ---- */

static void new_block(struct postings *p)
{
	p->index = 0;
	p->freqs_ready = p->boosts_ready = p->weighted_ready = p->positions_ready = p->forms_ready = false;
	p->doc_pos_index = NONE;
}

/* An inline list is decoded whole, but for its positions: of those it is noted where they begin. */
static enum fund_status load_inline(struct postings *p)
{
	struct cursor c = cursor_of(p->entry.payload);
	uint32_t next = 0;
	if (p->entry.df > INTBLOCK_LEN)
		return FUND_CORRUPT;
	p->n_docs = p->entry.df;
	new_block(p);
	for (uint32_t i = 0; i < p->n_docs; i++) {
		uint64_t v = cursor_varint(&c), doc = next + (v >> 1);
		p->freqs[i] = v & 1 ? cursor_varint32(&c) + 1 : 1;
		p->boosts[i] = v & 1 ? cursor_u8(&c) : 0;
		if (c.bad || doc >= DOC_END || p->freqs[i] == 0)
			return FUND_CORRUPT;
		p->docs[i] = (uint32_t)doc;
		next = (uint32_t)doc + 1;
		p->pos_start[i] = (uint32_t)(c.p - p->entry.payload.data);
		for (uint32_t k = 0; p->entry.has_positions && k < p->freqs[i] && !c.bad; k++)
			cursor_varint32(&c);
	}
	p->freqs_ready = p->boosts_ready = p->positions_ready = true;
	p->form_bytes = slice_of(c.p, cursor_left(&c));
	return c.bad || (p->form_bytes.len && !p->entry.several_forms) ? FUND_CORRUPT : FUND_OK;
}

/* Documents of a block whose bytes are known, behind `before`. */
static enum fund_status load_block(struct postings *p, struct slice bytes, uint32_t n, uint32_t before)
{
	if (bytes.len < BLOCK_BYTES_MIN || checksum(bytes.data, bytes.len - 4) != get_u32(bytes.data + bytes.len - 4))
		return FUND_CORRUPT;
	bytes.len -= 4;
	size_t len = intblock_decode(bytes, n, p->docs);
	if (len == 0 || !intblock_prefix_sum(p->docs, n, before) || p->docs[n - 1] == DOC_END)
		return FUND_CORRUPT;
	p->n_docs = n;
	p->rest = slice_from(bytes, len);
	new_block(p);
	return FUND_OK;
}

static enum fund_status load_single(struct postings *p)
{
	struct slice rest;
	enum fund_status st = chunk_at(p->source, CHUNK_LISTS, p->entry.list, &rest);
	if (st != FUND_OK)
		return st;
	if (p->entry.list_len > rest.len || p->entry.df > INTBLOCK_LEN)
		return FUND_CORRUPT;
	p->pos_address = p->entry.positions;
	return load_block(p, slice_of(rest.data, (size_t)p->entry.list_len), p->entry.df, NONE);
}

/* ---- long lists ---- */

static enum fund_status load_head(struct postings *p)
{
	struct slice rest;
	enum fund_status st = chunk_at(p->source, CHUNK_LISTS, p->entry.list, &rest);
	if (st != FUND_OK)
		return st;
	uint64_t len = p->entry.list_len;
	if (len > rest.len || len < 8 || checksum(rest.data + 4, (size_t)len - 4) != get_u32(rest.data))
		return FUND_CORRUPT;
	p->n_pieces = get_u32(rest.data + 4);
	if (p->n_pieces < 1 || p->n_pieces > (len - 8) / PIECE_ENTRY)
		return FUND_CORRUPT;
	p->head = slice_part(rest, 8, (size_t)len - 8);
	return FUND_OK;
}

static const uint8_t *piece_entry(const struct postings *p, uint32_t piece) { return p->head.data + PIECE_ENTRY * (size_t)piece; }
static uint32_t piece_last(const struct postings *p, uint32_t piece) { return get_u32(piece_entry(p, piece) + 12); }
static uint32_t piece_first_block(const struct postings *p, uint32_t piece) { return get_u32(piece_entry(p, piece) + 16); }

static const uint8_t *skip_entry(const struct piece *piece, uint32_t block) { return piece->skips.data + SKIP_BYTES * (size_t)block; }
static uint32_t block_last(const struct piece *piece, uint32_t block) { return get_u32(skip_entry(piece, block)); }

/* Blocks follow each other, in documents and in bytes, up to where the head says that the piece ends. */
static bool is_sound(const struct postings *p, uint32_t number, const struct piece *piece)
{
	uint64_t first = (uint64_t)piece->before + 1;
	uint32_t off = 0;
	if (piece->before != (number ? piece_last(p, number - 1) : NONE))
		return false;
	if (number == 0)
		first = 0;
	for (uint32_t i = 0; i < piece->n_blocks; i++) {
		uint32_t last = block_last(piece, i), from = get_u32(skip_entry(piece, i) + 4);
		if (last < first || last == DOC_END || from < off || from > piece->data.len)
			return false;
		first = (uint64_t)last + 1;
		off = from;
	}
	return first == (uint64_t)piece_last(p, number) + 1;
}

static enum fund_status load_piece(struct postings *p, uint32_t number, struct piece *out)
{
	struct slice rest;
	const uint8_t *entry = piece_entry(p, number);
	enum fund_status st = chunk_at(p->source, CHUNK_LISTS, get_u64(entry), &rest);
	if (st != FUND_OK)
		return st;
	uint32_t len = get_u32(entry + 8);
	if (len > rest.len || len < PIECE_HEADER)
		return FUND_CORRUPT;
	uint32_t n_blocks = get_u16(rest.data + 4), impacts = get_u16(rest.data + 6), data = get_u32(rest.data + 8);
	size_t header = PIECE_HEADER + SKIP_BYTES * (size_t)n_blocks + impacts;
	if (n_blocks == 0 || header > len || data != len - header || checksum(rest.data + 4, header - 4) != get_u32(rest.data))
		return FUND_CORRUPT;
	struct piece piece = { .n_blocks = n_blocks, .before = get_u32(rest.data + 12) };
	piece.skips = slice_part(rest, PIECE_HEADER, SKIP_BYTES * (size_t)n_blocks);
	piece.impacts = slice_of(slice_end(piece.skips), impacts);
	piece.data = slice_part(piece.impacts, impacts, data);
	if (!is_sound(p, number, &piece))
		return FUND_CORRUPT;
	*out = piece;
	return FUND_OK;
}

/* Decodes block `block` of the current piece. */
static enum fund_status load_long_block(struct postings *p, uint32_t block)
{
	const struct piece *at = &p->at;
	const uint8_t *skip = skip_entry(at, block);
	uint64_t number = (uint64_t)piece_first_block(p, p->piece) + block, seen = number * INTBLOCK_LEN;
	uint32_t from = get_u32(skip + 4), to = block + 1 < at->n_blocks ? get_u32(skip + SKIP_BYTES + 4) : (uint32_t)at->data.len;
	uint32_t before = block ? block_last(at, block - 1) : at->before;
	if (seen >= p->entry.df)
		return FUND_CORRUPT;
	uint32_t n = p->entry.df - seen < INTBLOCK_LEN ? (uint32_t)(p->entry.df - seen) : INTBLOCK_LEN;
	enum fund_status st = load_block(p, slice_part(at->data, from, to - from), n, before);
	if (st != FUND_OK)
		return st;
	p->block = block;
	p->pos_address = p->entry.positions + get_u32(skip + 8);
	return p->docs[n - 1] == get_u32(skip) ? FUND_OK : FUND_CORRUPT;
}

/* The first block at or behind `from` whose last document is >= target; n_blocks: none. Gallops: targets are mostly near. */
static uint32_t find_block(const struct piece *piece, uint32_t from, uint32_t target)
{
	uint32_t low = from, step = 1;
	while (low < piece->n_blocks && block_last(piece, low) < target) {
		from = low + 1;
		low += step;
		step *= 2;
	}
	uint32_t high = low < piece->n_blocks ? low : piece->n_blocks;
	while (from < high) {
		uint32_t middle = from + (high - from) / 2;
		if (block_last(piece, middle) < target)
			from = middle + 1;
		else
			high = middle;
	}
	return high;
}

static uint32_t find_piece(const struct postings *p, uint32_t from, uint32_t target)
{
	uint32_t high = p->n_pieces;
	while (from < high) {
		uint32_t middle = from + (high - from) / 2;
		if (piece_last(p, middle) < target)
			from = middle + 1;
		else
			high = middle;
	}
	return high;
}

/* Also after a failure: what follows must not touch half a block. A short list stays decoded, for its bounds. */
static enum fund_status end(struct postings *p, enum fund_status st)
{
	p->doc = DOC_END;
	p->index = 0;
	return st;
}

/* Stand in the block that holds the first document >= target, beyond the current block. */
static enum fund_status seek_block(struct postings *p, uint32_t target)
{
	if (p->entry.form != LIST_LONG)
		return end(p, FUND_OK);
	uint32_t piece = p->piece, block = p->block + 1;
	if (piece_last(p, piece) < target) {
		piece = find_piece(p, piece + 1, target);
		block = 0;
		if (piece == p->n_pieces)
			return end(p, FUND_OK);
		enum fund_status st = piece == p->ahead_piece ? FUND_OK : load_piece(p, piece, &p->ahead);
		if (st != FUND_OK)
			return end(p, st);
		p->at = p->ahead;
		p->ahead_piece = p->piece = piece;
	}
	block = find_block(&p->at, block, target);
	enum fund_status st = block < p->at.n_blocks ? load_long_block(p, block) : FUND_CORRUPT;
	return st == FUND_OK ? FUND_OK : end(p, st);
}

/* ---- moving ---- */

enum fund_status postings_open(struct postings *p, const struct chunk_source *source, const struct term_entry *entry, struct field_weights weights)
{
	p->source = source;
	p->entry = *entry;
	p->weights = weights;
	p->started = false;
	p->doc = p->n_docs = p->index = 0;
	p->doc_pos = NULL;
	p->doc_pos_cap = 0;
	p->shares = (struct ordinal_shares){ 0 };
	p->forms = NULL;
	p->forms_cap = 0;
	p->n_pieces = p->piece = 0;
	p->block = p->ahead_piece = NONE;
	if (entry->df == 0)
		return FUND_CORRUPT;
	if (entry->form == LIST_INLINE)
		return load_inline(p);
	if (entry->form == LIST_BLOCK)
		return load_single(p);
	enum fund_status st = load_head(p);
	return st == FUND_OK ? load_piece(p, 0, &p->at) : st;
}

void postings_release(struct postings *p)
{
	free(p->doc_pos);
	p->doc_pos = NULL;
	p->doc_pos_cap = 0;
	ordinal_shares_release(&p->shares);
	free(p->forms);
	p->forms = NULL;
	p->forms_cap = 0;
}

enum fund_status postings_next(struct postings *p)
{
	if (!p->started)
		return postings_seek(p, 0);
	if (p->doc == DOC_END)
		return FUND_OK;
	if (p->index + 1 < p->n_docs) {
		p->doc = p->docs[++p->index];
		return FUND_OK;
	}
	enum fund_status st = seek_block(p, p->doc + 1);
	if (st == FUND_OK && p->doc != DOC_END)
		p->doc = p->docs[0];
	return st;
}

/* Within the block, from the current place on: a few steps, then halving. */
static uint32_t find_in_block(const struct postings *p, uint32_t target)
{
	uint32_t low = p->index, high = p->n_docs;
	for (uint32_t near = 0; near < 4 && low < high; near++, low++)
		if (p->docs[low] >= target)
			return low;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (p->docs[middle] < target)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum fund_status postings_seek(struct postings *p, uint32_t target)
{
	enum fund_status st = FUND_OK;
	if (p->started && p->doc >= target)
		return FUND_OK;
	bool in_block = p->n_docs && p->docs[p->n_docs - 1] >= target;
	p->started = true;
	if (!in_block)
		st = seek_block(p, target);
	if (st != FUND_OK || p->doc == DOC_END)
		return st;
	p->index = find_in_block(p, target);
	p->doc = p->docs[p->index];
	return FUND_OK;
}

/* ---- frequencies ---- */

static enum fund_status load_freqs(struct postings *p)
{
	if (p->freqs_ready)
		return FUND_OK;
	size_t len = intblock_decode(p->rest, p->n_docs, p->freqs);
	if (len == 0)
		return FUND_CORRUPT;
	struct slice rest = slice_from(p->rest, len);
	if (!intblock_add_one(p->freqs, p->n_docs) || rest.len < 1 || rest.len != 1 + 2 * (size_t)rest.data[0] || rest.data[0] > p->n_docs)
		return FUND_CORRUPT;
	p->boost_bytes = slice_from(rest, 1);
	p->freqs_ready = true;
	return FUND_OK;
}

static enum fund_status load_boosts(struct postings *p)
{
	enum fund_status st = load_freqs(p);
	if (st != FUND_OK || p->boosts_ready)
		return st;
	memset(p->boosts, 0, p->n_docs);
	for (size_t i = 0; i < p->boost_bytes.len; i += 2) {
		if (p->boost_bytes.data[i] >= p->n_docs)
			return FUND_CORRUPT;
		p->boosts[p->boost_bytes.data[i]] = p->boost_bytes.data[i + 1];
	}
	p->boosts_ready = true;
	return FUND_OK;
}

static enum fund_status load_weighted(struct postings *p)
{
	if (p->weighted_ready)
		return FUND_OK;
	enum fund_status st = load_freqs(p);
	if (st != FUND_OK)
		return st;
	memcpy(p->weighted, p->freqs, p->n_docs * sizeof *p->freqs);
	if (p->boosts_ready) {
		for (uint32_t i = 0; i < p->n_docs; i++)
			p->weighted[i] = pseudo_freq(p->freqs[i], p->boosts[i], p->weights);
	} else {
		for (size_t i = 0; i < p->boost_bytes.len; i += 2) {
			uint8_t index = p->boost_bytes.data[i];
			if (index >= p->n_docs)
				return FUND_CORRUPT;
			p->weighted[index] = pseudo_freq(p->freqs[index], p->boost_bytes.data[i + 1], p->weights);
		}
	}
	p->weighted_ready = true;
	return FUND_OK;
}

enum fund_status postings_freq(struct postings *p, uint32_t *freq)
{
	enum fund_status st = load_freqs(p);
	*freq = st == FUND_OK ? p->freqs[p->index] : 0;
	return st;
}

enum fund_status postings_boost(struct postings *p, uint8_t *boost)
{
	enum fund_status st = load_boosts(p);
	*boost = st == FUND_OK ? p->boosts[p->index] : 0;
	return st;
}

enum fund_status postings_weighted_freq(struct postings *p, uint32_t *freq)
{
	enum fund_status st = load_weighted(p);
	*freq = st == FUND_OK ? p->weighted[p->index] : 0;
	return st;
}

enum fund_status postings_block(struct postings *p, const uint32_t **docs, const uint32_t **weighted_freqs, uint32_t *n)
{
	enum fund_status st = p->doc == DOC_END || !p->n_docs ? FUND_OK : load_weighted(p);
	*docs = p->docs + p->index;
	*weighted_freqs = p->weighted + p->index;
	*n = st == FUND_OK && p->doc != DOC_END ? p->n_docs - p->index : 0;
	return st;
}

/* ---- positions ---- */

/* Room for the positions of a document; n is what bytes that were seen can hold. */
static enum fund_status doc_pos_room(struct postings *p, uint32_t n)
{
	if (n <= p->doc_pos_cap)
		return FUND_OK;
	uint32_t cap = n < 64 ? 64 : n;
	uint32_t *grown = realloc(p->doc_pos, (size_t)cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	p->doc_pos = grown;
	p->doc_pos_cap = cap;
	return FUND_OK;
}

static uint32_t row_len(uint32_t left) { return left < INTBLOCK_LEN ? left : INTBLOCK_LEN; }

/* The ordinals behind the rows, which end at *at; moves it behind them. */
static bool step_over_forms(struct postings *p, struct slice rest, size_t *at)
{
	struct cursor c = cursor_of(slice_from(rest, *at));
	p->form_bytes = cursor_take(&c, (size_t)cursor_varint32(&c));
	*at = (size_t)(c.p - rest.data);
	return !c.bad;
}

/* Checks the block's rows; none is unpacked yet. */
enum fund_status postings_open_positions(struct postings *p)
{
	struct slice rest;
	uint64_t n = 0;
	size_t at = 0, rows;
	if (p->positions_ready)
		return FUND_OK;
	enum fund_status st = load_freqs(p);
	if (st == FUND_OK)
		st = chunk_at(p->source, CHUNK_POSITIONS, p->pos_address, &rest);
	if (st != FUND_OK)
		return st;
	for (uint32_t i = 0; i < p->n_docs; i++) {
		p->pos_start[i] = (uint32_t)n;
		n += p->freqs[i];
		if (n > UINT32_MAX)
			return FUND_CORRUPT;
	}
	p->pos_start[p->n_docs] = (uint32_t)n;
	for (uint32_t left = (uint32_t)n; left; left -= row_len(left)) {
		size_t len = intblock_size(slice_from(rest, at), row_len(left));
		if (len == 0)
			return FUND_CORRUPT;
		at += len;
	}
	rows = at;
	if ((p->entry.several_forms && !step_over_forms(p, rest, &at)) || rest.len - at < 4 || checksum(rest.data, at) != get_u32(rest.data + at))
		return FUND_CORRUPT;
	p->pos_rows = slice_of(rest.data, rows);
	p->row_start = p->row_len = 0;
	p->positions_ready = true;
	return FUND_OK;
}

/* Unpacks the row that holds place `at` of the block's positions: this one or a later one. */
static enum fund_status unpack_row(struct postings *p, uint32_t at)
{
	uint32_t total = p->pos_start[p->n_docs];
	while (at - p->row_start >= p->row_len) {
		uint32_t start = p->row_start + p->row_len, n = row_len(total - start);
		bool wanted = at - start < n;
		size_t len = wanted ? intblock_decode(p->pos_rows, n, p->row) : intblock_size(p->pos_rows, n);
		if (len == 0)
			return FUND_CORRUPT;
		p->pos_rows = slice_from(p->pos_rows, len);
		p->row_start = start;
		p->row_len = n;
	}
	return FUND_OK;
}

static enum fund_status block_positions(struct postings *p, uint32_t from, uint32_t n)
{
	uint64_t next = 0;
	for (uint32_t i = 0; i < n;) {
		enum fund_status st = unpack_row(p, from + i);
		if (st != FUND_OK)
			return st;
		uint32_t at = from + i - p->row_start, end = n - i < p->row_len - at ? at + n - i : p->row_len;
		for (; at < end; at++, i++) {
			next += p->row[at];
			p->doc_pos[i] = (uint32_t)next++;
		}
		if (next > (uint64_t)UINT32_MAX + 1)
			return FUND_CORRUPT;
	}
	return FUND_OK;
}

static enum fund_status inline_positions(struct postings *p, uint32_t n)
{
	size_t off = p->pos_start[p->index];
	struct cursor c = cursor_of(slice_from(p->entry.payload, off));
	uint64_t next = 0;
	for (uint32_t i = 0; i < n; i++) {
		next += cursor_varint32(&c);
		p->doc_pos[i] = (uint32_t)next++;
	}
	return c.bad || next > (uint64_t)UINT32_MAX + 1 ? FUND_CORRUPT : FUND_OK;
}

enum fund_status postings_positions(struct postings *p, const uint32_t **pos, uint32_t *n)
{
	*pos = NULL;
	*n = 0;
	if (!p->entry.has_positions)
		return FUND_NOT_FOUND;
	enum fund_status st = postings_open_positions(p);
	if (st != FUND_OK)
		return st;
	uint32_t count = p->freqs[p->index];
	if (p->doc_pos_index != p->index) {
		p->doc_pos_index = NONE;
		st = doc_pos_room(p, count);
		if (st == FUND_OK)
			st = p->entry.form == LIST_INLINE ? inline_positions(p, count) : block_positions(p, p->pos_start[p->index], count);
		if (st != FUND_OK)
			return st;
		p->doc_pos_index = p->index;
	}
	*pos = p->doc_pos;
	*n = count;
	return FUND_OK;
}

/* ---- bounds ---- */

/* A short list has no stored bound: lengths are not known here, so a length of 0 bounds every one. */
static enum fund_status short_impacts(struct postings *p, uint32_t first, uint32_t end, struct impacts *out)
{
	uint32_t most = 0;
	enum fund_status st = load_weighted(p);
	for (uint32_t i = first; st == FUND_OK && i < p->n_docs && p->docs[i] < end; i++)
		most = p->weighted[i] > most ? p->weighted[i] : most;
	out->n = st == FUND_OK ? 1 : 0;
	out->pair[0] = (struct impact){ most, 0 };
	return st;
}

enum fund_status postings_impacts(struct postings *p, struct impacts *out)
{
	out->n = 0;
	if (p->entry.form != LIST_LONG)
		return short_impacts(p, 0, DOC_END, out);
	size_t entries = PIECE_ENTRY * (size_t)p->n_pieces;
	struct cursor c = cursor_of(slice_from(p->head, entries));
	return impacts_decode(&c, out) ? FUND_OK : FUND_CORRUPT;
}

static enum fund_status long_block_impacts(struct postings *p, uint32_t target, uint32_t *last, struct impacts *out)
{
	uint32_t piece = find_piece(p, p->piece, target);
	if (piece == p->n_pieces)
		return FUND_OK;
	const struct piece *at = &p->at;
	if (piece != p->piece) {
		if (piece != p->ahead_piece) {
			enum fund_status st = load_piece(p, piece, &p->ahead);
			if (st != FUND_OK)
				return st;
			p->ahead_piece = piece;
		}
		at = &p->ahead;
	}
	uint32_t from = piece == p->piece && p->block != NONE ? p->block : 0;
	uint32_t block = find_block(at, from, target);
	if (block == at->n_blocks)
		return FUND_CORRUPT;
	size_t off = get_u16(skip_entry(at, block) + 12);
	if (off >= at->impacts.len)
		return FUND_CORRUPT;
	struct cursor c = cursor_of(slice_from(at->impacts, off));
	if (!impacts_decode(&c, out))
		return FUND_CORRUPT;
	*last = block_last(at, block);
	return FUND_OK;
}

enum fund_status postings_range_impacts(struct postings *p, uint32_t start, uint32_t end, struct impacts *out)
{
	enum fund_status st = postings_seek(p, start);
	out->n = 0;
	return st != FUND_OK || p->doc >= end ? st : short_impacts(p, p->index, end, out);
}

enum fund_status postings_block_impacts(struct postings *p, uint32_t target, uint32_t *last, struct impacts *out)
{
	*last = DOC_END;
	out->n = 0;
	if (p->started && p->doc == DOC_END)
		return FUND_OK;
	if (p->entry.form == LIST_LONG)
		return long_block_impacts(p, target, last, out);
	if (p->docs[p->n_docs - 1] < target)
		return FUND_OK;
	*last = p->docs[p->n_docs - 1];
	return short_impacts(p, 0, DOC_END, out);
}
