/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The old blocks' boundaries are kept: the new entries from one block's key up to the next one's are encoded
 * together, and where that gives the old bytes, nothing is written. A block that has grown too large is cut, one that
 * has become small joins its successor.
 */
#include <stdlib.h>

#include "store/pages.h"
#include "store/source_block.h"
#include "store/writer_private.h"

#define BLOCK_TARGET 3840u /* nearly a page of LMDB's: what is smaller than half of one is stored in a leaf, and is written again with its neighbours */
#define BLOCK_MAX 6144u
#define BLOCK_SMALL 1024u

struct sources_update {
	const struct pages *pages;
	bool has_old, has_next; /* blocks as published: the one whose range is being filled, the one behind it */
	struct slice old_key, old_block, next_key, next_block;
	struct source_group group; /* new entries of that range */
	bool changed;              /* the group cannot be the old block any more */
	struct buf deletes;        /* keys: length u8 twice (low, high), bytes */
	struct buf puts;           /* key like that, length of the block u32, block */
	struct buf last, name, fields, block;
	uint64_t n_sources, n_failed;
	bool finished;
};

/* The first block behind `key`. */
static enum fund_status block_behind(const struct pages *pages, struct slice key, struct slice *found,
				     struct slice *block, bool *any)
{
	enum fund_status st = pages_seek_gt(pages, key, found, block);

	*any = st == FUND_OK && found->len > 1 && found->data[0] == KEY_SOURCES;
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

static enum fund_status step(struct sources_update *u)
{
	u->has_old = u->has_next;
	u->old_key = u->next_key;
	u->old_block = u->next_block;
	u->has_next = false;
	return u->has_old ? block_behind(u->pages, u->old_key, &u->next_key, &u->next_block, &u->has_next) : FUND_OK;
}

enum fund_status sources_update_new(struct sources_update **out, struct index_writer *w)
{
	static const uint8_t first[] = { KEY_SOURCES };
	struct sources_update *u = calloc(1, sizeof(*u));

	*out = NULL;
	if (!u)
		return fault_set(&w->fault, FUND_NO_MEMORY, "%s: no memory", writer_dir(w));
	u->pages = snapshot_pages(w->snapshot);
	enum fund_status st = block_behind(u->pages, slice_of(first, 1), &u->next_key, &u->next_block, &u->has_next);
	if (st == FUND_OK)
		st = step(u);
	if (st != FUND_OK) {
		sources_update_free(u);
		return fault_set(&w->fault, st, "the index cannot be read: run fundstelle-index --verify");
	}
	*out = u;
	return FUND_OK;
}

void sources_update_free(struct sources_update *u)
{
	if (!u)
		return;
	source_group_release(&u->group);
	buf_release(&u->deletes);
	buf_release(&u->puts);
	buf_release(&u->last);
	buf_release(&u->name);
	buf_release(&u->fields);
	buf_release(&u->block);
	free(u);
}

/* ---- what is to be written ---- */

static enum fund_status note_key(struct buf *to, struct slice key)
{
	uint8_t len[2];

	put_u16(len, (uint16_t)key.len);
	enum fund_status st = buf_add(to, len, sizeof(len));
	return st == FUND_OK ? buf_add_slice(to, key) : st;
}

/* The group's first n entries as a block; leaves it encoded in u->block. */
static enum fund_status emit(struct sources_update *u, size_t n)
{
	uint8_t key[SOURCE_KEY_MAX];
	size_t key_len = source_key(source_group_name(&u->group, 0), key);
	source_group_settle(&u->group);
	enum fund_status st = source_group_encode(&u->group, n, &u->block);

	if (st == FUND_OK)
		st = note_key(&u->puts, slice_of(key, key_len));
	if (st == FUND_OK)
		st = buf_add_u32(&u->puts, (uint32_t)u->block.len);
	if (st == FUND_OK)
		st = buf_add_slice(&u->puts, slice_buf(&u->block));
	if (st == FUND_OK)
		source_group_drop(&u->group, n);
	return st;
}

static bool is_unchanged(struct sources_update *u)
{
	return u->has_old && !u->changed && u->group.n &&
	       source_group_encode(&u->group, u->group.n, &u->block) == FUND_OK &&
	       slice_equal(slice_buf(&u->block), u->old_block);
}

/* The range of the old block is complete. */
static enum fund_status close_range(struct sources_update *u)
{
	enum fund_status st = FUND_OK;

	if (is_unchanged(u)) {
		source_group_clear(&u->group);
		return st;
	}
	if (u->has_old)
		st = note_key(&u->deletes, u->old_key);
	u->changed = u->group.n != 0;
	if (st != FUND_OK || u->group.n == 0 || (u->has_next && u->group.encoded < BLOCK_SMALL))
		return st;
	u->changed = false;
	return emit(u, u->group.n);
}

static enum fund_status cut_large(struct sources_update *u)
{
	size_t limit = u->has_old ? BLOCK_MAX : BLOCK_TARGET;
	enum fund_status st = FUND_OK;

	while (st == FUND_OK && u->group.encoded > limit) {
		size_t n = source_group_cut(&u->group, BLOCK_TARGET);
		if (n == 0)
			break;
		st = emit(u, n);
	}
	return st;
}

enum fund_status sources_update_add(struct sources_update *u, const struct source *s)
{
	uint8_t key[SOURCE_KEY_MAX];
	enum fund_status st = source_name(s->root, s->path, &u->name);

	if (st == FUND_OK &&
	    (u->finished || (u->n_sources && slice_compare(slice_buf(&u->name), slice_buf(&u->last)) <= 0)))
		st = FUND_INVALID;
	buf_reset(&u->fields);
	if (st == FUND_OK)
		st = source_fields_encode(s, &u->fields);
	size_t len = st == FUND_OK ? source_key(slice_buf(&u->name), key) : 0;
	while (st == FUND_OK && u->has_next && slice_compare(slice_of(key, len), u->next_key) >= 0) {
		st = close_range(u);
		if (st == FUND_OK)
			st = step(u);
	}
	if (st == FUND_OK)
		st = source_group_add(&u->group, slice_buf(&u->name), slice_buf(&u->fields), s->settled);
	if (st == FUND_OK)
		st = cut_large(u);
	if (st != FUND_OK)
		return st;
	u->n_sources++;
	u->n_failed += (s->flags & SOURCE_FAILED) != 0;
	struct buf swap = u->last;
	u->last = u->name;
	u->name = swap;
	return FUND_OK;
}

enum fund_status sources_update_finish(struct sources_update *u)
{
	enum fund_status st = FUND_OK;

	if (u->finished)
		return st;
	while (st == FUND_OK && u->has_next) {
		st = close_range(u);
		if (st == FUND_OK)
			st = step(u);
	}
	if (st == FUND_OK)
		st = close_range(u);
	u->finished = st == FUND_OK;
	return st;
}

void sources_update_counts(const struct sources_update *u, uint64_t *n_sources, uint64_t *n_failed)
{
	*n_sources = u->n_sources;
	*n_failed = u->n_failed;
}

/* Keys of blocks that go first: one of them may be that of a block that comes. */
enum fund_status sources_update_apply(struct sources_update *u, struct index_writer *w)
{
	struct cursor c = cursor_of(slice_buf(&u->deletes));
	enum fund_status st = FUND_OK;

	while (st == FUND_OK && cursor_left(&c))
		st = writer_delete(w, cursor_take(&c, cursor_u16(&c)));
	c = cursor_of(slice_buf(&u->puts));
	while (st == FUND_OK && cursor_left(&c)) {
		struct slice key = cursor_take(&c, cursor_u16(&c));
		st = writer_put(w, key, cursor_take(&c, cursor_u32(&c)));
	}
	return st;
}
