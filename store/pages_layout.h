/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pages_layout.h - the inside of pages.h: LMDB's pages and nodes, bounds-checked. For pages.c and pages_check.c.
 *
 *     page:    number (word), pad u16, flags u16, lower u16, upper u16; an overflow page: count of pages u32 for the last two
 *              then an offset u16 a node, up to `lower`; nodes from `upper` to the end
 *     node:    low u16, high u16 (big-endian machines: high, low), flags u16, key length u16, key
 *              leaf: low | high << 16 is the value's length; the value follows, or (BIGDATA) the number of its overflow page
 *              branch: low | high << 16 | flags << 32 (64-bit machines) is the child's page; the first node's key counts as the lowest
 *     meta:    behind the page header of pages 0 and 1: magic u32, version u32, address, map size,
 *              two trees (free list, main): pad u32 (the first: page size), flags u16, depth u16, branch, leaf, overflow pages,
 *              entries, root; last page, transaction
 */
#ifndef STORE_PAGES_LAYOUT_H
#define STORE_PAGES_LAYOUT_H

#include "store/pages.h"

#define PAGES_WORD sizeof(size_t)
#define PAGE_HEADER (PAGES_WORD + 8)
#define PAGE_NONE ((uint64_t)SIZE_MAX) /* root of an empty tree */
#define NODE_HEADER 8u
#define DEPTH_MAX 32u

enum page_flag { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8 };
#define PAGE_FLAGS_IN_MEMORY 0xC010u /* dirty, loose, keep: say nothing on disk */
enum node_flag { NODE_BIGDATA = 1 };

static inline uint16_t native_u16(const uint8_t *p) { uint16_t v; memcpy(&v, p, sizeof(v)); return v; }
static inline uint32_t native_u32(const uint8_t *p) { uint32_t v; memcpy(&v, p, sizeof(v)); return v; }
static inline uint64_t native_word(const uint8_t *p) { size_t v; memcpy(&v, p, sizeof(v)); return v; }

/* A branch or leaf page whose header holds. */
struct page {
	const uint8_t *bytes;
	uint32_t n, upper;
	bool is_leaf;
};
struct node {
	struct slice key;
	uint32_t number_or_len; /* as stored: low | high << 16 */
	uint16_t flags;
	const uint8_t *data;	/* behind the key */
	size_t room;		/* bytes from there to the page's end */
};

/* All give false where the bytes cannot be right. */
bool page_at(const struct pages *p, uint64_t number, bool is_leaf, struct page *out);
bool page_node(const struct pages *p, const struct page *page, uint32_t i, struct node *out);
/* The nodes take all bytes from `upper` to the page's end, as LMDB keeps them: so none is hidden by a `lower` that became too small. To be
 * asked where an answer rests on a node being the page's last. */
bool page_is_filled(const struct pages *p, const struct page *page);
uint64_t node_child(const struct node *node);
/* The value; *overflow and *n_overflow are its overflow pages, 0 where it stands in the leaf. */
bool node_value(const struct pages *p, const struct node *node, struct slice *value, uint64_t *overflow, uint64_t *n_overflow);

/* These bytes of a map are about to be read. In pages_open.c. */
void pages_will_need(struct slice bytes);

/* How many pages from `first` to the last are in the free list; UINT64_MAX where that is damaged. In pages_check.c. */
uint64_t pages_free_from(const struct pages *p, uint64_t first);

#endif
