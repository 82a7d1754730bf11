/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/affixes.h"

#include "base/hash.h"

static const uint8_t *place(const struct affix_iter *it, uint32_t block) { return it->chunk.data + AFFIX_HEADER + (size_t)block * AFFIX_PLACE; }

/* The first key of a block: with bytes of the offset behind it, which go. */
static inline __attribute__((always_inline)) uint64_t first_key(const struct affix_iter *it, uint32_t block)
{
	_Static_assert(AFFIX_PLACE >= 8, "a place is read as eight bytes");
	return __builtin_bswap64(get_u64(place(it, block))) >> 8 * (8 - AFFIX_KEY);
}

/* ---- chunks and blocks ---- */

static enum fund_status open_chunk(struct affix_iter *it, struct slice chunk)
{
	if (chunk.len < AFFIX_HEADER)
		return FUND_CORRUPT;
	it->chunk = chunk;
	it->n_blocks = get_u32(chunk.data + 4);
	if (it->n_blocks < 1 || it->n_blocks > (chunk.len - AFFIX_HEADER) / AFFIX_PLACE)
		return FUND_CORRUPT;
	if (!chunk_header_is_right(it->source, chunk, AFFIX_HEADER + (size_t)it->n_blocks * AFFIX_PLACE))
		return FUND_CORRUPT;
	it->block = UINT32_MAX; /* before the first */
	return slice_equal(it->tail, slice_of(place(it, 0), AFFIX_KEY)) ? FUND_OK : FUND_CORRUPT; /* keys have no checksum */
}

/* From its place to the next one's. */
static enum fund_status open_block(struct affix_iter *it, uint32_t block)
{
	size_t header = AFFIX_HEADER + (size_t)it->n_blocks * AFFIX_PLACE, from = get_u32(place(it, block) + AFFIX_KEY);
	size_t to = block + 1 < it->n_blocks ? get_u32(place(it, block + 1) + AFFIX_KEY) : it->chunk.len;
	if (from < header || to > it->chunk.len || to < from + 4)
		return FUND_CORRUPT;
	struct slice bytes = slice_part(it->chunk, from, to - from);
	if (checksum(bytes.data + 4, bytes.len - 4) != get_u32(bytes.data))
		return FUND_CORRUPT;
	it->cursor = cursor_of(slice_from(bytes, 4));
	it->block = block;
	it->is_first = true;
	return FUND_OK;
}

/* The last block behind the current one that begins at or before `from`; the next one when none does. */
static uint32_t block_of(const struct affix_iter *it, uint64_t from)
{
	uint32_t low = it->block + 1, high = low + 1, step = 1; /* the answer is in [low, high) */
	while (high < it->n_blocks && first_key(it, high) <= from) {
		low = high;
		step *= 2;
		high = it->n_blocks - high > step ? high + step : it->n_blocks;
	}
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (first_key(it, middle) <= from)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static enum fund_status next_chunk(struct affix_iter *it)
{
	struct slice chunk;
	enum fund_status st = it->source->next(it->source->context, it->kind, it->tail, &it->tail, &chunk);
	if (st == FUND_OK)
		st = open_chunk(it, chunk);
	return st == FUND_NOT_FOUND ? FUND_END : st;
}

enum fund_status affix_seek(struct affix_iter *it, const struct chunk_source *s, enum chunk_kind kind, uint64_t from)
{
	uint8_t tail[AFFIX_KEY];
	struct slice chunk;
	*it = (struct affix_iter){ .source = s, .kind = kind, .from = from, .cursor = cursor_of(slice_of("", 0)) };
	affix_key_put(tail, from);
	enum fund_status st = s->seek_le(s->context, kind, slice_of(tail, sizeof tail), &it->tail, &chunk);
	if (st == FUND_NOT_FOUND) {
		it->tail = slice_of("", 0);
		it->block = UINT32_MAX;
		return FUND_OK;
	}
	return st == FUND_OK ? open_chunk(it, chunk) : st;
}

/* ---- keys ---- */

/* A key's shared bytes and the others; `end`: of what may be read. */
static uint64_t with_rest(uint64_t key, struct slice rest, const uint8_t *end)
{
	if (rest.len && end - rest.data >= 8)
		return key << 8 * rest.len | __builtin_bswap64(get_u64(rest.data)) >> 8 * (8 - rest.len);
	for (size_t i = 0; i < rest.len; i++)
		key = key << 8 | rest.data[i];
	return key;
}

static bool read_key(struct affix_iter *it)
{
	struct cursor c = it->cursor;
	uint8_t head = *c.p++, shared = head & 7u;
	uint64_t len = head >> 3;
	if (shared >= AFFIX_KEY || (it->is_first && shared))
		return false;
	struct slice rest = slice_of(c.p, AFFIX_KEY - shared);
	cursor_pass_local(&c, rest.len);
	if (c.bad)
		return false;
	uint64_t key = with_rest(it->key >> 8 * (AFFIX_KEY - shared), rest, c.end);
	if (len == AFFIX_LEN_INLINE)
		len += cursor_varint_local(&c);
	it->blocks = slice_of(c.p, (size_t)len);
	cursor_pass_local(&c, len);
	bool right = !c.bad && key > it->key && (!it->is_first || key == first_key(it, it->block));
	it->cursor = c;
	it->is_first = false;
	it->key = key;
	return right;
}

/* Leading bytes in which the current key agrees with `from`. */
static unsigned agreement(const struct affix_iter *it)
{
	uint64_t differ = it->key ^ it->from;
	return differ ? ((unsigned)__builtin_clzll(differ) - (64 - 8 * AFFIX_KEY)) / 8 : AFFIX_KEY;
}

/* Over the rest of a key whose first byte is `head`, with more bytes of runs than that tells. */
static bool pass_long_key(struct affix_iter *it, unsigned head)
{
	struct cursor c = { it->cursor.p + 1, it->cursor.end, false };
	if ((head & 7u) >= AFFIX_KEY)
		return false;
	cursor_pass_local(&c, AFFIX_KEY - (head & 7u));
	cursor_pass_local(&c, (head >> 3) + cursor_varint_local(&c));
	it->cursor.p = c.p;
	return !c.bad;
}

/* Passes over keys that share more with the current one, which is less than `from`, than `from` does: so are they. And over those whose first other byte
 * is less than that of `from`. */
static bool pass_keys(struct affix_iter *it)
{
	const uint8_t *p = it->cursor.p, *end = it->cursor.end; /* registers: most of a search is here */
	unsigned agree = agreement(it), head, shared;
	uint8_t other = (uint8_t)(it->from >> 8 * (AFFIX_KEY - 1 - agree));
	bool right = true;
	while (right && end - p > 1) {
		head = *p;
		shared = head & 7u;
		if (shared <= agree && (shared < agree || p[1] >= other))
			break;
		size_t len = 1 + AFFIX_KEY - shared + (head >> 3);
		if (head >> 3 == AFFIX_LEN_INLINE || shared >= AFFIX_KEY) {
			it->cursor.p = p;
			right = pass_long_key(it, head);
			p = it->cursor.p;
		} else {
			right = len <= (size_t)(end - p);
			p += len;
		}
	}
	it->cursor.p = p;
	return right;
}

/* The chunk that may have a key >= from; the next one, if that is not further away. */
static enum fund_status find_chunk(struct affix_iter *it)
{
	uint8_t tail[AFFIX_KEY];
	struct slice chunk;
	enum fund_status st = next_chunk(it);
	if (st != FUND_OK || first_key(it, it->n_blocks - 1) > it->from)
		return st;
	affix_key_put(tail, it->from);
	st = it->source->seek_le(it->source->context, it->kind, slice_of(tail, sizeof tail), &it->tail, &chunk);
	return st == FUND_OK ? open_chunk(it, chunk) : st == FUND_NOT_FOUND ? FUND_CORRUPT : st;
}

/* The next block that may have a key >= from. */
static enum fund_status next_block(struct affix_iter *it)
{
	enum fund_status st = it->block + 1 < it->n_blocks ? FUND_OK : find_chunk(it);
	return st == FUND_OK ? open_block(it, block_of(it, it->from)) : st;
}

enum fund_status affix_next(struct affix_iter *it)
{
	for (;;) {
		if (it->cursor.p == it->cursor.end) {
			enum fund_status st = next_block(it);
			if (st != FUND_OK)
				return st;
		}
		if (it->key < it->from && !it->is_first && !pass_keys(it))
			return FUND_CORRUPT;
		if (it->cursor.p == it->cursor.end)
			continue;
		if (!read_key(it))
			return FUND_CORRUPT;
		if (it->key >= it->from)
			return FUND_OK;
	}
}

void affix_skip(struct affix_iter *it, uint64_t from)
{
	it->from = from;
	if (it->block + 1 < it->n_blocks && first_key(it, it->block + 1) <= from)
		it->cursor = cursor_of(slice_of("", 0));
}
