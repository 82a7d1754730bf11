/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lexicon.c - blocks that belong to the index as a whole, each under its first word, so that few are read to look a word up. */
#include "base/hash.h"
#include "store/pages.h"
#include "store/writer_private.h"

struct block_key {
	uint8_t bytes[1 + LEXICON_KEY_MAX];
};

static struct slice block_key(struct block_key *room, struct slice word)
{
	size_t n = word.len < LEXICON_KEY_MAX ? word.len : LEXICON_KEY_MAX;

	room->bytes[0] = KEY_LEXICON;
	if (n)
		memcpy(room->bytes + 1, word.data, n);
	return slice_of(room->bytes, 1 + n);
}

/* What was found may be of another concern: then there is no block. */
static enum fund_status take_block(enum fund_status st, struct slice key, struct slice value, struct slice *first, struct slice *block)
{
	if (st != FUND_OK)
		return st;
	if (key.len == 0 || key.data[0] != KEY_LEXICON)
		return FUND_NOT_FOUND;
	if (value.len < 4 || get_u32(value.data) != checksum(value.data + 4, value.len - 4))
		return FUND_CORRUPT;
	*first = slice_from(key, 1);
	*block = slice_from(value, 4);
	return FUND_OK;
}

enum fund_status snapshot_lexicon_next(const struct snapshot *s, struct slice word, struct slice *first, struct slice *block)
{
	struct block_key room;
	struct slice key = { NULL, 0 }, value = { NULL, 0 };
	enum fund_status st = pages_seek_gt(snapshot_pages(s), block_key(&room, word), &key, &value);

	return take_block(st, key, value, first, block);
}

enum fund_status snapshot_lexicon_block(const struct snapshot *s, struct slice word, struct slice *first, struct slice *block)
{
	struct block_key room;
	struct slice key = { NULL, 0 }, value = { NULL, 0 };
	enum fund_status st = pages_seek_le(snapshot_pages(s), block_key(&room, word), &key, &value);

	st = take_block(st, key, value, first, block);
	return st == FUND_NOT_FOUND ? snapshot_lexicon_next(s, word, first, block) : st;
}

/* ---- writing ---- */

/* Until the publish: length of the first word u8, the word, length of the block u32, the block. */
enum fund_status index_writer_add_lexicon_block(struct index_writer *w, struct slice first, struct slice block)
{
	uint8_t head[1 + LEXICON_KEY_MAX], len[4];

	if (first.len > LEXICON_KEY_MAX)
		return FUND_LIMIT;
	head[0] = (uint8_t)first.len;
	memcpy(head + 1, first.data, first.len);
	put_u32(len, (uint32_t)block.len);
	enum fund_status st = buf_add(&w->lexicon, head, 1 + first.len);
	if (st == FUND_OK)
		st = buf_add(&w->lexicon, len, sizeof(len));
	return st == FUND_OK ? buf_add_slice(&w->lexicon, block) : st;
}

static enum fund_status delete_old(struct index_writer *w)
{
	struct slice word = slice_of("", 0), first, block;
	struct block_key room;
	enum fund_status st = snapshot_lexicon_block(w->snapshot, word, &first, &block);

	for (; st == FUND_OK || st == FUND_CORRUPT; st = snapshot_lexicon_next(w->snapshot, word, &first, &block)) {
		if (st == FUND_CORRUPT) /* damaged blocks are overwritten or stay: --verify tells */
			return FUND_OK;
		st = writer_delete(w, block_key(&room, first));
		if (st != FUND_OK)
			return st;
		word = first;
	}
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

static enum fund_status put_block(struct index_writer *w, struct slice first, struct slice block, struct buf *value)
{
	struct block_key room;
	uint8_t sum[4];

	put_u32(sum, checksum(block.data, block.len));
	buf_reset(value);
	enum fund_status st = buf_add(value, sum, sizeof(sum));
	if (st == FUND_OK)
		st = buf_add_slice(value, block);
	return st == FUND_OK ? writer_put(w, block_key(&room, first), slice_buf(value)) : st;
}

/* In the transaction that is open. */
enum fund_status writer_put_lexicon(struct index_writer *w)
{
	struct buf value = BUF_INIT;
	struct cursor c = cursor_of(slice_buf(&w->lexicon));
	enum fund_status st = w->lexicon.len ? delete_old(w) : FUND_OK;

	while (st == FUND_OK && cursor_left(&c)) {
		struct slice first = cursor_take(&c, cursor_u8(&c));
		struct slice block = cursor_take(&c, cursor_u32(&c));
		st = put_block(w, first, block, &value);
	}
	buf_release(&value);
	buf_reset(&w->lexicon);
	return st;
}
