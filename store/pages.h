/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pages.h - LMDB 0.9's file read without LMDB: read-only, bounds-checked.
 *
 * LMDB's pages carry no checksum, and LMDB follows damaged ones into a crash. Here every page number, offset and
 * length is checked before it is used; the depth is bounded; so any bytes give an answer or FUND_CORRUPT.
 *
 * Source   liblmdb/mdb.c of LMDB 0.9.24: MDB_meta, MDB_db, MDB_page, MDB_node. Version 1 of its data format, the machine's
 *          byte order and word size.
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include "base/bytes.h"

/* What the meta page counts of a tree. */
struct pages_counts {
	uint64_t branch, leaf, overflow, entries;
};

/*
 * The key whose value, a checksum u32 and u64, is the number of the transaction: LMDB's pages do not say of which state they are, so a damaged root in a meta page might lead into an
 * older one, in which all is right.
 */
#define KEY_TRANSACTION 0x00
#define KEY_TRANSACTION_LEN 12u

struct pages {
	const uint8_t *map; /* the whole file as it was at opening */
	size_t len;
	uint32_t page_size;
	uint64_t txnid, last_page, main_root, free_root;
	uint32_t main_depth, free_depth;
	uint64_t main_entries;
	struct pages_counts main_counts, free_counts;
};

/* Maps the file and picks the meta page of transaction `txnid` (0: the newest one). `fd` may be closed behind it. FUND_FORMAT: not LMDB's, or
 * of another machine; FUND_CORRUPT: empty, shorter than its meta page says, or a meta page that cannot be right; FUND_STALE: `txnid` is not
 * in the file (any more). The text names no file: whoever knows it puts it in front. */
enum fund_status pages_open(struct pages *p, int fd, uint64_t txnid, struct fault *why);
/* Advice for the kernel alone. A map is taken to be read here and there: cold pages come one by one. This one will be read through: */
void pages_advise_through(const struct pages *p);
/* The value of the last key <= `key` is about to be read in full: fetched at once, and with others that are asked for now, instead of page by page. */
void pages_will_need_value(const struct pages *p, struct slice key);
/* The same of `len` bytes of it from `from` on, and of its first page. */
void pages_will_need_part(const struct pages *p, struct slice key, size_t from, size_t len);
/* Pages that searches for keys from `key` on lead through: below the root, some. */
void pages_will_need_searches(const struct pages *p, struct slice key);
void pages_close(struct pages *p); /* also on {0} */
/* The newest transaction in the file now, for readers without a lock. */
uint64_t pages_newest(const struct pages *p);

/* Keys and values are borrowed from the map. */
enum fund_status pages_get(const struct pages *p, struct slice key, struct slice *value);
/* The last key <= `key`; the first key >= `key`; the first key > `key`. FUND_NOT_FOUND: none. */
enum fund_status pages_seek_le(const struct pages *p, struct slice key, struct slice *found, struct slice *value);
enum fund_status pages_seek_ge(const struct pages *p, struct slice key, struct slice *found, struct slice *value);
enum fund_status pages_seek_gt(const struct pages *p, struct slice key, struct slice *found, struct slice *value);

/* Walks every branch, leaf and overflow header of the main tree and of the free list: page numbers in range, each page used at most
 * once, keys in order, counts as the meta page says, free pages disjoint from used ones. Names what is wrong. */
enum fund_status pages_check(const struct pages *p, struct fault *why);

#endif
