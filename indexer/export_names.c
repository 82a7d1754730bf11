/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/export_names.h"

#include <stdlib.h>

#include "base/hash.h"
#include "xapian/layout.h"
#include "xapian/names.h"

/* All blocks are made before the first is written: a database that is walked through should not change. */
struct names_export {
	const struct xapian_c *x;
	struct xapian_db *db;
	struct fault *why;
	struct buf blocks, last;
	size_t prefix;
	struct block {
		uint64_t number;
		size_t start;
	} *list;
	size_t n_list, cap;
	uint32_t n_names; /* of the last block; 0: the next name begins one */
};

static enum fund_status begin_block(struct names_export *e, struct slice name)
{
	struct block *list = array_room(e->list, e->n_list + 1, &e->cap, sizeof *list);
	if (!list)
		return FUND_NO_MEMORY;
	e->list = list;
	e->list[e->n_list++] = (struct block){ hash_bytes(name.data, name.len), e->blocks.len };
	buf_reset(&e->last);
	return FUND_OK;
}

static enum fund_status see_name(void *context, struct slice term, uint64_t df)
{
	struct names_export *e = context;
	struct slice name = slice_from(term, e->prefix);
	(void)df;
	enum fund_status st = e->n_names ? FUND_OK : begin_block(e, name);
	if (st == FUND_OK)
		st = xapian_names_add(&e->blocks, &e->last, name);
	e->n_names = xapian_names_end(name, e->n_names + 1) ? 0 : e->n_names + 1;
	return st;
}

static struct slice block_bytes(const struct names_export *e, size_t i)
{
	size_t end = i + 1 < e->n_list ? e->list[i + 1].start : e->blocks.len;
	return slice_of(e->blocks.data + e->list[i].start, end - e->list[i].start);
}

static enum fund_status put_block(struct names_export *e, size_t i)
{
	char key[48];
	struct slice had;
	xapian_names_key(e->list[i].number, key);
	enum fund_status st = e->x->db_metadata(e->db, key, &had, e->why);
	return st == FUND_OK && !slice_equal(had, block_bytes(e, i)) ? e->x->db_set_metadata(e->db, key, block_bytes(e, i), e->why) : st;
}

static int by_number(const void *a, const void *b)
{
	const struct block *x = a, *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

/* Takes away what is in the old directory and not in the list, which is sorted for that. */
static enum fund_status remove_blocks(struct names_export *e, struct slice directory)
{
	struct cursor c = cursor_of(directory);
	enum fund_status st = FUND_OK;
	char key[48];
	if (e->n_list > 1)
		qsort(e->list, e->n_list, sizeof *e->list, by_number);
	while (cursor_left(&c) >= 8 && st == FUND_OK) {
		struct block old = { cursor_u64(&c), 0 };
		xapian_names_key(old.number, key);
		if (e->n_list == 0 || !bsearch(&old, e->list, e->n_list, sizeof *e->list, by_number))
			st = e->x->db_set_metadata(e->db, key, slice_of(NULL, 0), e->why);
	}
	return st;
}

static enum fund_status put_directory(struct names_export *e)
{
	struct slice had;
	struct buf before = BUF_INIT, numbers = BUF_INIT;
	enum fund_status st = e->x->db_metadata(e->db, XAPIAN_METADATA_NAMES, &had, e->why);
	if (st == FUND_OK)
		st = buf_add_slice(&before, had);
	for (size_t i = 0; i < e->n_list && st == FUND_OK; i++) {
		uint8_t bytes[8];
		put_u64(bytes, e->list[i].number);
		st = buf_add(&numbers, bytes, sizeof bytes);
	}
	if (st == FUND_OK && !slice_equal(slice_buf(&before), slice_buf(&numbers)))
		st = e->x->db_set_metadata(e->db, XAPIAN_METADATA_NAMES, slice_buf(&numbers), e->why);
	if (st == FUND_OK)
		st = remove_blocks(e, slice_buf(&before));
	buf_release(&before);
	buf_release(&numbers);
	return st;
}

enum fund_status export_names(const struct xapian_c *x, struct xapian_db *db, struct fault *why)
{
	const char *prefix = xapian_form_prefix('w', false);
	struct names_export e = { .x = x, .db = db, .why = why, .prefix = strlen(prefix) };
	const struct xapian_term_visitor visitor = { &e, see_name };
	enum fund_status st = x->db_each_term(db, slice_str(prefix), &visitor, why);
	for (size_t i = 0; i < e.n_list && st == FUND_OK; i++)
		st = put_block(&e, i);
	if (st == FUND_OK)
		st = put_directory(&e);
	buf_release(&e.blocks);
	buf_release(&e.last);
	free(e.list);
	return st;
}
