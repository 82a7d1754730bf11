/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages_check.c - every page of both trees, and the list of free pages. */
#include <stdlib.h>

#include "store/pages_layout.h"

struct walk {
	const struct pages *pages;
	const char *tree;	     /* for messages */
	uint32_t depth;
	bool integer_keys;
	uint8_t *used;		     /* a bit a page: part of a tree, or listed as free */
	struct pages_counts counts;
	struct slice before;	     /* the key before */
	bool any;
	/* Each leaf entry. */
	enum fund_status (*entry)(struct walk *w, struct slice key, struct slice value);
	uint64_t first, n_free;	     /* free list: pages from `first` on are counted */
	struct fault *why;
};

static enum fund_status damaged(const struct walk *w, uint64_t page, const char *what)
{
	return fault_set(w->why, FUND_CORRUPT, "%s: page %ju: %s", w->tree, (uintmax_t)page, what);
}

static bool page_mark(struct walk *w, uint64_t page)
{
	uint8_t bit = (uint8_t)(1u << (page & 7));

	if (w->used[page >> 3] & bit)
		return false;
	w->used[page >> 3] |= bit;
	return true;
}

static int key_compare(const struct walk *w, struct slice a, struct slice b)
{
	if (w->integer_keys) {
		uint64_t x = native_word(a.data), y = native_word(b.data);

		return (x > y) - (x < y);
	}
	return slice_compare(a, b);
}

static bool key_is_valid(const struct walk *w, struct slice key)
{
	return w->integer_keys ? key.len == PAGES_WORD : key.len > 0;
}

static enum fund_status walk_entry(struct walk *w, uint64_t number, const struct node *node)
{
	struct slice value = { NULL, 0 };
	uint64_t overflow, n_overflow;

	if (!key_is_valid(w, node->key))
		return damaged(w, number, "a key of a length that cannot be");
	if (w->any && key_compare(w, w->before, node->key) >= 0)
		return damaged(w, number, "keys do not ascend");
	if (!node_value(w->pages, node, &value, &overflow, &n_overflow))
		return damaged(w, number, "a value that runs past its place");
	for (uint64_t i = 0; i < n_overflow; i++)
		if (!page_mark(w, overflow + i))
			return damaged(w, overflow + i, "is used twice");
	w->before = node->key;
	w->any = true;
	w->counts.overflow += n_overflow;
	w->counts.entries++;
	return w->entry == NULL ? FUND_OK : w->entry(w, node->key, value);
}

/* A separator lies behind all keys before it, and not behind the first key of its child. */
static enum fund_status walk_page(struct walk *w, uint64_t number, uint32_t level, const struct slice *separator)
{
	bool is_leaf = level + 1 == w->depth;
	enum fund_status status = FUND_OK;
	struct page page;
	struct node node;

	if (!page_at(w->pages, number, is_leaf, &page))
		return damaged(w, number, "is not the page that should be here");
	if (!page_mark(w, number))
		return damaged(w, number, "is used twice");
	if (!page_is_filled(w->pages, &page))
		return damaged(w, number, "its entries do not fill it");
	if (is_leaf)
		w->counts.leaf++;
	else
		w->counts.branch++;
	for (uint32_t i = 0; status == FUND_OK && i < page.n; i++) {
		if (!page_node(w->pages, &page, i, &node))
			return damaged(w, number, "an entry that runs past the page");
		if (i > 0 && !is_leaf) {
			if (!key_is_valid(w, node.key))
				return damaged(w, number, "a key of a length that cannot be");
			if (w->any && key_compare(w, w->before, node.key) >= 0)
				return damaged(w, number, "keys do not ascend");
			separator = &node.key;
		}
		if (is_leaf && separator != NULL && key_is_valid(w, node.key) && key_compare(w, *separator, node.key) > 0)
			return damaged(w, number, "a key before those of its branch");
		status = is_leaf ? walk_entry(w, number, &node) : walk_page(w, node_child(&node), level + 1, separator);
	}
	return status;
}

static enum fund_status walk_tree(struct walk *w, uint64_t root, uint32_t depth)
{
	w->depth = depth;
	return depth == 0 ? FUND_OK : walk_page(w, root, 0, NULL);
}

static enum fund_status counts_compare(const struct walk *w, const struct pages_counts *said)
{
	const struct pages_counts *is = &w->counts;

	if (is->branch == said->branch && is->leaf == said->leaf && is->overflow == said->overflow &&
	    is->entries == said->entries)
		return FUND_OK;
	return fault_set(w->why, FUND_CORRUPT, "%s: %ju branch, %ju leaf and %ju overflow pages, %ju entries, "
			 "where the meta page says %ju, %ju, %ju, %ju", w->tree, (uintmax_t)is->branch, (uintmax_t)is->leaf,
			 (uintmax_t)is->overflow, (uintmax_t)is->entries, (uintmax_t)said->branch, (uintmax_t)said->leaf,
			 (uintmax_t)said->overflow, (uintmax_t)said->entries);
}

/* A record of the free list: a count, then page numbers that fall. */
static enum fund_status free_entry(struct walk *w, struct slice key, struct slice value)
{
	uint64_t n, page, before = UINT64_MAX;

	if (native_word(key.data) > w->pages->txnid)
		return fault_set(w->why, FUND_CORRUPT, "free list: a transaction that has not been");
	if (value.len < PAGES_WORD || native_word(value.data) > value.len / PAGES_WORD - 1)
		return fault_set(w->why, FUND_CORRUPT, "free list: a record that runs past its end");
	n = native_word(value.data);
	for (uint64_t i = 1; i <= n; i++, before = page) {
		page = native_word(value.data + i * PAGES_WORD);
		if (page >= before || page < 2 || page > w->pages->last_page)
			return fault_set(w->why, FUND_CORRUPT, "free list: page %ju cannot stand where it does", (uintmax_t)page);
		if (!page_mark(w, page))
			return fault_set(w->why, FUND_CORRUPT, "page %ju is free and used, or free twice", (uintmax_t)page);
		if (page >= w->first)
			w->n_free++;
	}
	return FUND_OK;
}

uint64_t pages_free_from(const struct pages *p, uint64_t first)
{
	struct walk w = { .pages = p, .tree = "free list", .integer_keys = true, .entry = free_entry, .first = first };

	/* Damage can lead in circles: the bits end them. */
	w.used = calloc(1, (size_t)(p->last_page / 8) + 1);
	if (w.used == NULL || walk_tree(&w, p->free_root, p->free_depth) != FUND_OK)
		w.n_free = UINT64_MAX;
	free(w.used);
	return w.n_free;
}

enum fund_status pages_check(const struct pages *p, struct fault *why)
{
	struct walk main_tree = { .pages = p, .tree = "index", .why = why };
	struct walk free_list = { .pages = p, .tree = "free list", .integer_keys = true, .entry = free_entry, .why = why };
	enum fund_status status;

	main_tree.used = free_list.used = calloc(1, (size_t)(p->last_page / 8) + 1);
	if (main_tree.used == NULL)
		return fault_set(why, FUND_NO_MEMORY, "cannot be looked at: no memory");
	status = walk_tree(&main_tree, p->main_root, p->main_depth);
	if (status == FUND_OK)
		status = counts_compare(&main_tree, &p->main_counts);
	if (status == FUND_OK)
		status = walk_tree(&free_list, p->free_root, p->free_depth);
	if (status == FUND_OK)
		status = counts_compare(&free_list, &p->free_counts);
	free(main_tree.used);
	return status;
}
