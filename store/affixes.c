/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/affixes.h"

#include "base/hash.h"

static enum fund_status open_chunk(struct affix_iter *it, struct slice chunk)
{
	if (chunk.len < 4 || checksum(chunk.data + 4, chunk.len - 4) != get_u32(chunk.data))
		return FUND_CORRUPT;
	it->cursor = cursor_of(slice_from(chunk, 4));
	it->key = 0;
	it->is_first = true;
	return FUND_OK;
}

enum fund_status affix_seek(struct affix_iter *it, const struct chunk_source *s, enum chunk_kind kind, uint64_t from)
{
	uint8_t tail[AFFIX_KEY];
	struct slice chunk;
	*it = (struct affix_iter){ .source = s, .kind = kind, .from = from };
	affix_key_put(tail, from);
	enum fund_status st = s->seek_le(s->context, kind, slice_of(tail, sizeof tail), &it->tail, &chunk);
	if (st == FUND_NOT_FOUND) {
		it->cursor = cursor_of(slice_of("", 0));
		it->tail = slice_of("", 0);
		return FUND_OK;
	}
	return st == FUND_OK ? open_chunk(it, chunk) : st;
}

static bool affix_key_is(struct slice tail, uint64_t key)
{
	uint8_t bytes[AFFIX_KEY];
	affix_key_put(bytes, key);
	return slice_equal(tail, slice_of(bytes, sizeof bytes));
}

static bool read_key(struct affix_iter *it)
{
	uint8_t bytes[AFFIX_KEY];
	uint64_t before = it->key;
	uint8_t head = cursor_u8(&it->cursor), shared = head & 7u;
	size_t len = head >> 3;
	if (shared >= AFFIX_KEY)
		return false;
	struct slice rest = cursor_take(&it->cursor, AFFIX_KEY - shared);
	if (it->cursor.bad)
		return false;
	affix_key_put(bytes, before);
	memcpy(bytes + shared, rest.data, rest.len);
	it->key = 0;
	for (unsigned i = 0; i < AFFIX_KEY; i++)
		it->key = it->key << 8 | bytes[i];
	if (len == AFFIX_LEN_INLINE)
		len += (size_t)cursor_varint32(&it->cursor);
	it->blocks = cursor_take(&it->cursor, len);
	bool named = !it->is_first || affix_key_is(it->tail, it->key); /* keys have no checksum */
	it->is_first = false;
	return !it->cursor.bad && it->key > before && named;
}

enum fund_status affix_next(struct affix_iter *it)
{
	for (;;) {
		if (cursor_left(&it->cursor) == 0) {
			struct slice chunk;
			enum fund_status st = it->source->next(it->source->context, it->kind, it->tail, &it->tail, &chunk);
			if (st == FUND_OK)
				st = open_chunk(it, chunk);
			if (st != FUND_OK)
				return st == FUND_NOT_FOUND ? FUND_END : st;
		}
		if (!read_key(it))
			return FUND_CORRUPT;
		if (it->key >= it->from)
			return FUND_OK;
	}
}

enum fund_status affix_blocks(struct slice runs, uint32_t n_blocks, void (*block)(void *context, uint32_t block), void *context)
{
	struct cursor c = cursor_of(runs);
	uint64_t next = 0;
	while (cursor_left(&c)) {
		uint64_t v = cursor_varint(&c), first = next + (v >> 1), last = first;
		if (v & 1)
			last += 1 + (uint64_t)cursor_varint32(&c);
		if (c.bad || first < next || last >= n_blocks)
			return FUND_CORRUPT;
		for (uint64_t i = first; i <= last; i++)
			block(context, (uint32_t)i);
		next = last + 2;
	}
	return FUND_OK;
}
