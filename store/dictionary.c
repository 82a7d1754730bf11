/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"
#include "store/dictionary_entry.h"
#include "store/planted.h"

/* ---- chunks and blocks ---- */

/* Of a chunk's header: where block number i begins, and where its first term ends among those of the header. */
static const uint8_t *place(struct slice chunk, uint32_t i) { return chunk.data + DICTIONARY_HEADER + (size_t)i * DICTIONARY_PLACE; }
static size_t terms_start(uint32_t n_blocks) { return DICTIONARY_HEADER + (size_t)n_blocks * DICTIONARY_PLACE; }

/* Checks a chunk's header, which ends where the first block begins. */
static enum fund_status open_chunk(const struct chunk_source *s, struct slice chunk, uint32_t *n_blocks)
{
	if (chunk.len < terms_start(1))
		return FUND_CORRUPT;
	*n_blocks = get_u32(chunk.data + 4);
	if (*n_blocks < 1 || *n_blocks > (chunk.len - DICTIONARY_HEADER) / DICTIONARY_PLACE)
		return FUND_CORRUPT;
	size_t header = get_u32(place(chunk, 0)), terms = get_u16(place(chunk, *n_blocks - 1) + 4);
	if (header > chunk.len || header < terms_start(*n_blocks) || terms > header - terms_start(*n_blocks))
		return FUND_CORRUPT;
	return chunk_header_is_right(s, chunk, header) ? FUND_OK : FUND_CORRUPT;
}

static enum fund_status block_bytes(struct slice chunk, uint32_t n_blocks, uint32_t block, struct slice *out)
{
	size_t from = get_u32(place(chunk, block)), to = block + 1 < n_blocks ? get_u32(place(chunk, block + 1)) : chunk.len;
	if (from < terms_start(n_blocks) || to > chunk.len || to < from || to - from < 8)
		return FUND_CORRUPT;
	*out = slice_part(chunk, from, to - from);
	return FUND_OK;
}

/* The first term of a block; the header has it, so that a search reads that alone. */
static inline enum fund_status first_term(struct slice chunk, uint32_t n_blocks, uint32_t block, struct slice *term)
{
	size_t from = block ? get_u16(place(chunk, block - 1) + 4) : 0, to = get_u16(place(chunk, block) + 4);
	if (from >= to || to - from > DICTIONARY_TERM_MAX || to > get_u16(place(chunk, n_blocks - 1) + 4))
		return FUND_CORRUPT;
	*term = slice_part(chunk, terms_start(n_blocks) + from, to - from);
	return FUND_OK;
}

/* A block's head: number of terms, the addresses their places run from, the forms. */
static bool block_head(struct cursor *c, uint32_t *n_terms, uint64_t *list, uint64_t *positions, struct slice *forms)
{
	cursor_u32(c); /* the checksum */
	*n_terms = cursor_u8(c);
	*list = cursor_varint(c);
	*positions = cursor_varint(c);
	*forms = cursor_take(c, (size_t)cursor_varint32(c));
	return !c->bad && *n_terms >= 1 && *n_terms <= 64;
}

/* `suffix` against what `term` has behind `*match` bytes, which becomes how many they share. As slice_compare(). */
static inline int compare_rest(struct slice suffix, struct slice term, size_t *match)
{
	struct slice rest = slice_from(term, *match);
	size_t n = suffix.len < rest.len ? suffix.len : rest.len, same = 0;
	while (same < n && suffix.data[same] == rest.data[same])
		same++;
	*match += same;
	if (same == n)
		return (suffix.len > rest.len) - (suffix.len < rest.len);
	return suffix.data[same] < rest.data[same] ? -1 : 1;
}

/* The last block whose first term is <= `term`; block 0 when none is. */
static enum fund_status search_chunk(struct slice chunk, uint32_t n_blocks, struct slice term, uint32_t *block)
{
	uint32_t low = 0, high = n_blocks; /* the answer is in [low, high) */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		struct slice first;
		size_t match = 0;
		enum fund_status st = first_term(chunk, n_blocks, middle, &first);
		if (st != FUND_OK)
			return st;
		if (compare_rest(first, term, &match) <= 0)
			low = middle;
		else
			high = middle;
	}
	*block = low;
	return FUND_OK;
}

static enum fund_status check_block(struct slice chunk, uint32_t n_blocks, uint32_t block, struct slice *bytes)
{
	enum fund_status st = block_bytes(chunk, n_blocks, block, bytes);
	if (st != FUND_OK)
		return st;
	return checksum(bytes->data + 4, bytes->len - 4) == get_u32(bytes->data) || planted("checksum-unchecked") ? FUND_OK : FUND_CORRUPT;
}

static enum fund_status enter_chunk(struct dictionary_iter *it)
{
	enum fund_status st = open_chunk(it->source, it->chunk, &it->n_blocks);
	it->first_block = st == FUND_OK ? get_u32(it->chunk.data + 8) : 0;
	return st;
}

static enum fund_status open_block(struct dictionary_iter *it)
{
	struct slice bytes, first;
	enum fund_status st = check_block(it->chunk, it->n_blocks, it->block, &bytes);
	if (st == FUND_OK)
		st = first_term(it->chunk, it->n_blocks, it->block, &first);
	if (st != FUND_OK)
		return st;
	memcpy(it->term, first.data, first.len);
	it->entry.term = slice_of(it->term, first.len);
	it->shared = 0;
	it->cursor = cursor_of(bytes);
	it->index = UINT32_MAX; /* before the first */
	return block_head(&it->cursor, &it->left, &it->next_list, &it->next_positions, &it->forms) ? FUND_OK : FUND_CORRUPT;
}

/* ---- lookups ---- */

static enum fund_status next_in_block(struct dictionary_iter *it)
{
	struct cursor c = it->cursor;
	if (!entry_read(it, &c))
		return FUND_CORRUPT;
	it->cursor = c;
	return FUND_OK;
}

/* Is all that stands behind the iterator's block greater than `term`? The search compared keys of chunks, which have no checksum: one damaged byte there could
 * have led it to the wrong one. */
static enum fund_status check_neighbour(const struct dictionary_iter *it, struct slice term)
{
	struct slice first, chunk = it->chunk, tail;
	uint32_t n_blocks = it->n_blocks, block = it->block + 1;
	enum fund_status st = FUND_OK;
	if (block == n_blocks) {
		st = it->source->next(it->source->context, CHUNK_DICTIONARY, it->tail, &tail, &chunk);
		if (st == FUND_NOT_FOUND)
			return FUND_OK;
		if (st == FUND_OK)
			st = open_chunk(it->source, chunk, &n_blocks);
		block = 0;
	}
	if (st == FUND_OK)
		st = first_term(chunk, n_blocks, block, &first);
	if (st != FUND_OK)
		return st;
	return slice_compare(first, term) > 0 ? FUND_OK : FUND_CORRUPT;
}

/* Stand in the block that holds `term` if any does. FUND_NOT_FOUND: all terms are greater. */
static enum fund_status find_block(struct dictionary_iter *it, const struct chunk_source *s, struct slice term)
{
	it->source = s;
	enum fund_status st = s->seek_le(s->context, CHUNK_DICTIONARY, term, &it->tail, &it->chunk);
	if (st != FUND_OK)
		return st;
	st = enter_chunk(it);
	if (st == FUND_OK)
		st = search_chunk(it->chunk, it->n_blocks, term, &it->block);
	return st == FUND_OK ? open_block(it) : st;
}

/* The iterator's term, of which what it shares with the one before is known to be the beginning of `term`. */
static void put_together(struct dictionary_iter *it, struct slice term, struct slice suffix)
{
	memcpy(it->term, term.data, it->shared);
	if (suffix.len)
		memcpy(it->term + it->shared, suffix.data, suffix.len);
}

/* The block's next term against `term`, with which the one before, a lesser one, shares `match` bytes. A lesser one is not put together. *order as of
 * slice_compare(). */
static inline bool compare_next(struct dictionary_iter *it, struct cursor *c, struct slice term, size_t *match, int *order)
{
	struct slice suffix;
	if (!entry_read_suffix(it, c, &suffix))
		return false;
	*order = it->shared > *match ? -1 : it->shared < *match ? 1 : compare_rest(suffix, term, match);
	if (*order >= 0)
		put_together(it, term, suffix);
	return true;
}

/* The block's first term stands in the header whole. */
static enum fund_status compare_first(struct dictionary_iter *it, struct slice term, size_t *match, int *order)
{
	struct slice first = it->entry.term;
	*order = compare_rest(first, term, match);
	if (*order > 0 || (it->block == 0 && !slice_equal(first, it->tail)))
		return FUND_CORRUPT; /* the search ends in a block that begins at or before the term */
	return FUND_OK;
}

/* The first term of the block found that is >= `term`; FUND_NOT_FOUND: none in this block. */
static enum fund_status find_in_block(struct dictionary_iter *it, struct slice term)
{
	struct cursor c = it->cursor;
	size_t match = 0;
	int order;
	enum fund_status st = compare_first(it, term, &match, &order);
	if (st != FUND_OK)
		return st;
	while (it->left) {
		it->left--;
		it->index++;
		if (it->index && !compare_next(it, &c, term, &match, &order))
			return FUND_CORRUPT;
		if (order >= 0) {
			bool right = entry_read_numbers(it, &c);
			it->cursor = c;
			return right ? FUND_OK : FUND_CORRUPT;
		}
		entry_pass_numbers(&c, &it->next_list, &it->next_positions);
	}
	it->cursor = c;
	if (c.bad)
		return FUND_CORRUPT;
	st = check_neighbour(it, term);
	return st == FUND_OK ? FUND_NOT_FOUND : st;
}

enum fund_status dictionary_find(const struct chunk_source *s, struct slice term, struct term_entry *out)
{
	struct dictionary_iter it;
	it.entry.term = (struct slice){ NULL, 0 };
	enum fund_status st = find_block(&it, s, term);
	if (st == FUND_OK)
		st = find_in_block(&it, term);
	if (st != FUND_OK)
		return st;
	if (!slice_equal(it.entry.term, term))
		return FUND_NOT_FOUND;
	*out = it.entry;
	out->term = term;
	return FUND_OK;
}

/* ---- iteration ---- */

static enum fund_status enter_next_chunk(struct dictionary_iter *it, struct slice after)
{
	enum fund_status st = it->source->next(it->source->context, CHUNK_DICTIONARY, after, &it->tail, &it->chunk);
	it->block = 0;
	return st == FUND_OK ? enter_chunk(it) : st;
}

static enum fund_status next_chunk(struct dictionary_iter *it, struct slice after)
{
	enum fund_status st = enter_next_chunk(it, after);
	return st == FUND_NOT_FOUND ? FUND_END : st == FUND_OK ? open_block(it) : st;
}

enum fund_status dictionary_seek(struct dictionary_iter *it, const struct chunk_source *s, struct slice from)
{
	memset(it, 0, sizeof *it);
	enum fund_status st = find_block(it, s, from);
	if (st == FUND_NOT_FOUND) { /* before the first: the first chunk's tail is greater than nothing at all */
		st = next_chunk(it, (struct slice){ NULL, 0 });
		return st == FUND_END ? FUND_OK : st;
	}
	if (st == FUND_OK)
		st = find_in_block(it, from);
	it->stands = st == FUND_OK;
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

enum fund_status dictionary_seek_block_of(struct dictionary_iter *it, const struct chunk_source *s, struct slice from)
{
	memset(it, 0, sizeof *it);
	enum fund_status st = find_block(it, s, from);
	return st == FUND_NOT_FOUND ? dictionary_seek(it, s, from) : st;
}

enum fund_status dictionary_seek_block(struct dictionary_iter *it, const struct chunk_source *s, uint32_t block)
{
	uint8_t tail[4];
	struct slice found, first;
	memset(it, 0, sizeof *it);
	it->source = s;
	chunk_tail_put(tail, block);
	enum fund_status st = s->seek_le(s->context, CHUNK_DICTIONARY_PLACES, slice_of(tail, 4), &found, &first);
	if (st == FUND_OK)
		st = s->seek_le(s->context, CHUNK_DICTIONARY, first, &it->tail, &it->chunk);
	if (st == FUND_OK)
		st = enter_chunk(it);
	if (st != FUND_OK)
		return st;
	if (found.len != 4 || get_be32_tail(found) != it->first_block || !slice_equal(first, it->tail))
		return FUND_CORRUPT;
	it->block = block - it->first_block;
	return it->block < it->n_blocks ? open_block(it) : FUND_NOT_FOUND;
}

enum fund_status dictionary_move_to_block(struct dictionary_iter *it, uint32_t block)
{
	enum fund_status st = FUND_OK;
	if (!it->chunk.data || block < it->first_block)
		return dictionary_seek_block(it, it->source, block);
	if (block - it->first_block >= it->n_blocks && block - it->first_block < 2 * it->n_blocks)
		st = enter_next_chunk(it, it->tail); /* likely there: one search for two */
	if (st != FUND_OK || block < it->first_block || block - it->first_block >= it->n_blocks)
		return dictionary_seek_block(it, it->source, block);
	it->block = block - it->first_block;
	it->stands = false;
	return open_block(it);
}

enum fund_status dictionary_n_blocks(const struct chunk_source *s, uint32_t *n)
{
	static const uint8_t last[4] = { 0xff, 0xff, 0xff, 0xff };
	struct dictionary_iter it;
	struct slice found, first;
	*n = 0;
	enum fund_status st = s->seek_le(s->context, CHUNK_DICTIONARY_PLACES, slice_of(last, 4), &found, &first);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	st = found.len == 4 ? dictionary_seek_block(&it, s, get_be32_tail(found)) : FUND_CORRUPT;
	*n = st == FUND_OK ? it.first_block + it.n_blocks : 0;
	return st;
}

struct slice dictionary_iter_common(const struct dictionary_iter *it)
{
	struct slice first, behind;
	size_t n = 0;
	if (it->block + 1 >= it->n_blocks || first_term(it->chunk, it->n_blocks, it->block, &first) != FUND_OK ||
	    first_term(it->chunk, it->n_blocks, it->block + 1, &behind) != FUND_OK)
		return slice_of(NULL, 0);
	while (n < first.len && n < behind.len && first.data[n] == behind.data[n])
		n++;
	return slice_of(first.data, n);
}

struct slice dictionary_iter_rules(const struct dictionary_iter *it)
{
	size_t from = terms_start(it->n_blocks) + get_u16(place(it->chunk, it->n_blocks - 1) + 4);
	return slice_part(it->chunk, from, get_u32(place(it->chunk, 0)) - from);
}

enum fund_status dictionary_next(struct dictionary_iter *it)
{
	enum fund_status st = FUND_OK;
	if (it->stands) {
		it->stands = false;
		return FUND_OK;
	}
	while (st == FUND_OK && it->left == 0) {
		if (it->n_blocks == 0)
			return FUND_END;
		if (it->block + 1 < it->n_blocks) {
			it->block++;
			st = open_block(it);
		} else {
			st = next_chunk(it, it->tail);
		}
	}
	return st == FUND_OK ? next_in_block(it) : st;
}
