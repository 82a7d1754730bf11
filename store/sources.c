/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/sources.h"

#include "store/pages.h"
#include "store/source_block.h"

static bool is_source_key(struct slice key)
{
	return key.len >= 1 + SOURCE_ROOT && key.data[0] == 0x02;
}

/* Stands before the block's first entry. */
static enum fund_status open_block(struct sources_iter *it, struct slice key, struct slice block)
{
	enum fund_status st = source_block_open(block, &it->cursor, &it->left);

	buf_reset(&it->key);
	buf_reset(&it->path);
	return st == FUND_OK ? buf_add_slice(&it->key, key) : st;
}

static enum fund_status next_block(struct sources_iter *it)
{
	struct slice key, block;
	enum fund_status st = pages_seek_gt(snapshot_pages(it->snapshot), slice_buf(&it->key), &key, &block);

	if (st == FUND_NOT_FOUND || (st == FUND_OK && !is_source_key(key)))
		return FUND_END;
	return st == FUND_OK ? open_block(it, key, block) : st;
}

enum fund_status sources_next(struct sources_iter *it)
{
	if (it->ready) {
		it->ready = false;
		return FUND_OK;
	}
	if (it->left == 0) {
		enum fund_status st = next_block(it);
		if (st != FUND_OK)
			return st;
	}
	bool is_first = it->path.len == 0;
	enum fund_status st = source_block_next(&it->cursor, is_first, &it->path, &it->source);
	if (st != FUND_OK)
		return st;
	if (is_first) {
		uint8_t key[SOURCE_KEY_MAX];
		size_t len = source_key(slice_buf(&it->path), key);
		if (!slice_equal(slice_of(key, len), slice_buf(&it->key)))
			return FUND_CORRUPT;
	}
	it->left--;
	return it->left == 0 && cursor_left(&it->cursor) != 0 ? FUND_CORRUPT : FUND_OK;
}

/* The block that may hold `key`, else the first one. FUND_END: there are none. */
static enum fund_status find_block(struct sources_iter *it, struct slice key)
{
	static const uint8_t all[] = { 0x02 };
	const struct pages *pages = snapshot_pages(it->snapshot);
	struct slice found, block;
	enum fund_status st = pages_seek_le(pages, key, &found, &block);

	if (st == FUND_NOT_FOUND || (st == FUND_OK && !is_source_key(found)))
		st = pages_seek_ge(pages, slice_of(all, sizeof(all)), &found, &block);
	if (st == FUND_NOT_FOUND || (st == FUND_OK && !is_source_key(found)))
		return FUND_END;
	return st == FUND_OK ? open_block(it, found, block) : st;
}

enum fund_status sources_seek(struct sources_iter *it, const struct snapshot *s, uint32_t root, struct slice path)
{
	struct buf target = BUF_INIT;
	uint8_t key[SOURCE_KEY_MAX];
	enum fund_status st = source_name(root, path, &target);

	it->snapshot = s;
	it->ready = false;
	it->left = 0;
	if (st != FUND_OK)
		goto out;
	st = find_block(it, slice_of(key, source_key(slice_buf(&target), key)));
	while (st == FUND_OK) {
		st = sources_next(it);
		if (st == FUND_OK && slice_compare(slice_buf(&it->path), slice_buf(&target)) >= 0) {
			it->ready = true;
			break;
		}
	}
	if (st == FUND_END) { /* nothing behind the target: sources_next says so */
		it->left = 0;
		buf_reset(&it->key);
		st = buf_add_byte(&it->key, 0x03);
	}
out:
	buf_release(&target);
	return st;
}

void sources_iter_release(struct sources_iter *it)
{
	buf_release(&it->path);
	buf_release(&it->key);
	*it = (struct sources_iter){ 0 };
}
