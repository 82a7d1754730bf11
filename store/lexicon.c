/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lexicon.c - the writing of blocks that belong to the index as a whole, each under its letter. */
#include "store/writer_private.h"

/* Until the publish: the letter, length of the block u32, the block. */
enum fund_status index_writer_add_lexicon_block(struct index_writer *w, uint8_t letter, struct slice block)
{
	uint8_t head[5] = { letter };

	if (block.len > UINT32_MAX)
		return FUND_LIMIT;
	put_u32(head + 1, (uint32_t)block.len);
	enum fund_status st = buf_add(&w->lexicon, head, sizeof(head));
	return st == FUND_OK ? buf_add_slice(&w->lexicon, block) : st;
}

static struct slice lexicon_key(uint8_t room[2], uint8_t letter)
{
	room[0] = KEY_LEXICON;
	room[1] = letter;
	return slice_of(room, 2);
}

static enum fund_status delete_old(struct index_writer *w)
{
	enum fund_status st = FUND_OK;
	uint8_t room[2];

	for (unsigned letter = 0; letter < LEXICON_LETTERS && st == FUND_OK; letter++)
		st = writer_delete(w, lexicon_key(room, (uint8_t)letter));
	return st;
}

/* In the transaction that is open. */
enum fund_status writer_put_lexicon(struct index_writer *w)
{
	struct cursor c = cursor_of(slice_buf(&w->lexicon));
	enum fund_status st = w->lexicon.len ? delete_old(w) : FUND_OK;
	uint8_t room[2];

	while (st == FUND_OK && cursor_left(&c)) {
		uint8_t letter = cursor_u8(&c);
		struct slice block = cursor_take(&c, cursor_u32(&c));
		st = writer_put(w, lexicon_key(room, letter), block);
	}
	buf_reset(&w->lexicon);
	return st;
}
