/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pages_open.c - the file as a whole: its map and its meta pages. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/guard.h"
#include "store/pages_layout.h"

#define META_MAGIC 0xBEEFC0DEu
#define META_MAGIC_SWAPPED 0xDEC0EFBEu
#define META_VERSION 1u
#define TREE_BYTES (8 + 5 * PAGES_WORD)
#define META_TREES (PAGE_HEADER + 8 + 2 * PAGES_WORD)
#define META_LAST_PAGE (META_TREES + 2 * TREE_BYTES)
#define META_TXNID (META_LAST_PAGE + PAGES_WORD)
#define META_END (META_TXNID + PAGES_WORD)
#define PAGE_SIZE_MIN 256u
#define PAGE_SIZE_MAX 32768u
#define TREE_INTEGER_KEYS 8u
#define MISSING_MAX 65536u /* pages behind the file's end that are looked up in the free list */
#define READ_TRIES 50
#define READ_PAUSE_NS 200000L

/* A meta page may be rewritten while it is looked at. */
static void meta_copy(const struct pages *p, unsigned i, uint8_t meta[META_END])
{
	const volatile uint8_t *from = p->map + (size_t)i * p->page_size;

	for (size_t k = 0; k < META_END; k++)
		meta[k] = from[k];
}

static uint64_t meta_txnid(const uint8_t meta[META_END])
{
	return native_word(meta + META_TXNID);
}

/* Of page 0, before anything else is known. */
static enum fund_status check_kind(struct pages *p, struct fault *why)
{
	const uint8_t *m = p->map;
	uint32_t magic;

	if (p->len == 0)
		return fault_set(why, FUND_CORRUPT, "is empty");
	if (p->len < META_END)
		return fault_set(why, FUND_FORMAT, "is no index: only %zu bytes", p->len);
	magic = native_u32(m + PAGE_HEADER);
	if (magic == META_MAGIC_SWAPPED || native_u32(m + 12) == META_MAGIC_SWAPPED ||
	    native_u32(m + 16) == META_MAGIC_SWAPPED)
		return fault_set(why, FUND_FORMAT, "was written on a machine of the other byte order");
	if (magic != META_MAGIC && (native_u32(m + 12) == META_MAGIC || native_u32(m + 16) == META_MAGIC))
		return fault_set(why, FUND_FORMAT, "was written on a machine of another word size");
	if (magic != META_MAGIC)
		return fault_set(why, FUND_FORMAT, "is no index: not in LMDB's format");
	if (native_u32(m + PAGE_HEADER + 4) != META_VERSION)
		return fault_set(why, FUND_FORMAT, "is in version %u of LMDB's format, not in version %u",
				 native_u32(m + PAGE_HEADER + 4), META_VERSION);
	p->page_size = native_u32(m + META_TREES);
	if (p->page_size < PAGE_SIZE_MIN || p->page_size > PAGE_SIZE_MAX || (p->page_size & (p->page_size - 1)) != 0)
		return fault_set(why, FUND_CORRUPT, "is damaged: a page size of %u", p->page_size);
	if (p->len < 2 * (size_t)p->page_size)
		return fault_set(why, FUND_CORRUPT, "is cut off: only %zu bytes", p->len);
	return FUND_OK;
}

/* The two alternate: transaction n is in page n % 2, and the other one is its neighbour's. Both are 0 in a new file. */
static bool metas_agree(const struct pages *p, uint8_t meta[2][META_END])
{
	uint64_t even = meta_txnid(meta[0]), odd = meta_txnid(meta[1]);

	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *m = meta[i];

		if ((native_u16(m + PAGES_WORD + 2) & PAGE_META) == 0 || native_u32(m + PAGE_HEADER) != META_MAGIC ||
		    native_u32(m + PAGE_HEADER + 4) != META_VERSION || native_u32(m + META_TREES) != p->page_size)
			return false;
	}
	if (even == 0 && odd == 0)
		return true;
	return (even & 1) == 0 && (odd & 1) == 1 && (even + 1 == odd || odd + 1 == even);
}

static enum fund_status read_metas(const struct pages *p, uint8_t meta[2][META_END], struct fault *why)
{
	uint8_t again[2][META_END];

	for (int i = 0; i < READ_TRIES; i++) {
		meta_copy(p, 0, meta[0]);
		meta_copy(p, 1, meta[1]);
		meta_copy(p, 0, again[0]);
		meta_copy(p, 1, again[1]);
		if (memcmp(meta, again, sizeof(again)) == 0 && metas_agree(p, meta))
			return FUND_OK;
		nanosleep(&(struct timespec){ 0, READ_PAUSE_NS }, NULL);
	}
	return fault_set(why, FUND_CORRUPT, "is damaged: its meta pages contradict each other");
}

static bool take_tree(const struct pages *p, const uint8_t *tree, unsigned flags, uint64_t *root, uint32_t *depth,
		      struct pages_counts *counts)
{
	*depth = native_u16(tree + 6);
	counts->branch = native_word(tree + 8);
	counts->leaf = native_word(tree + 8 + PAGES_WORD);
	counts->overflow = native_word(tree + 8 + 2 * PAGES_WORD);
	counts->entries = native_word(tree + 8 + 3 * PAGES_WORD);
	*root = native_word(tree + 8 + 4 * PAGES_WORD);
	if ((native_u16(tree + 4) & TREE_INTEGER_KEYS) != flags)
		return false;
	if (*root == PAGE_NONE)
		return *depth == 0 && counts->entries == 0;
	return *depth >= 1 && *depth <= DEPTH_MAX && *root >= 2 && *root <= p->last_page;
}

static enum fund_status take_meta(struct pages *p, const uint8_t meta[META_END], struct fault *why)
{
	p->txnid = meta_txnid(meta);
	p->last_page = native_word(meta + META_LAST_PAGE);
	if (p->last_page < 1 || p->last_page > SIZE_MAX / p->page_size - 1)
		return fault_set(why, FUND_CORRUPT, "is damaged: its meta page names a last page that cannot be");
	if (!take_tree(p, meta + META_TREES, TREE_INTEGER_KEYS, &p->free_root, &p->free_depth, &p->free_counts) ||
	    !take_tree(p, meta + META_TREES + TREE_BYTES, 0, &p->main_root, &p->main_depth, &p->main_counts))
		return fault_set(why, FUND_CORRUPT, "is damaged: its meta page describes a tree that cannot be");
	p->main_entries = p->main_counts.entries;
	return FUND_OK;
}

/* LMDB writes no page that it took and gave back in the same transaction, so pages at the end may be missing: but only
 * such as are free. */
static enum fund_status check_length(const struct pages *p, struct fault *why)
{
	uint64_t n_pages = p->len / p->page_size;
	uint64_t missing = p->last_page >= n_pages ? p->last_page - n_pages + 1 : 0;

	if (missing == 0 || (missing <= MISSING_MAX && pages_free_from(p, n_pages) == missing))
		return FUND_OK;
	return fault_set(why, FUND_CORRUPT, "is cut off: %zu of %zu bytes", p->len,
			 ((size_t)p->last_page + 1) * p->page_size);
}

static enum fund_status map_file(struct pages *p, int fd, struct fault *why)
{
	size_t metas = 2 * (size_t)sysconf(_SC_PAGESIZE);
	struct stat st;
	void *map;

	*p = (struct pages){ .map = NULL };
	if (fstat(fd, &st) != 0)
		return fault_errno(why, errno, "cannot be examined");
	if (!S_ISREG(st.st_mode))
		return fault_set(why, FUND_FORMAT, "is no regular file");
	if ((uintmax_t)st.st_size > SIZE_MAX / 2)
		return fault_set(why, FUND_NO_MEMORY, "is too large for this machine");
	if (st.st_size == 0)
		return FUND_OK;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return fault_errno(why, errno, "cannot be mapped");
	posix_madvise(map, (size_t)st.st_size, POSIX_MADV_RANDOM); /* before the first page is touched */
	p->map = map;
	p->len = (size_t)st.st_size;
	pages_will_need(slice_of(p->map, p->len < metas ? p->len : metas));
	guard_add_map(p->map, p->len);
	return FUND_OK;
}

static bool has_grown(const struct pages *p, int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size > 0 && (uintmax_t)st.st_size > p->len;
}

static enum fund_status open_once(struct pages *p, int fd, uint64_t txnid, struct fault *why)
{
	uint8_t meta[2][META_END];
	enum fund_status status = map_file(p, fd, why);
	unsigned which;

	if (status == FUND_OK)
		status = check_kind(p, why);
	if (status == FUND_OK)
		status = read_metas(p, meta, why);
	if (status != FUND_OK)
		return status;
	which = txnid != 0 ? (unsigned)(txnid & 1) : meta_txnid(meta[1]) > meta_txnid(meta[0]);
	if (txnid != 0 && meta_txnid(meta[which]) != txnid)
		return fault_set(why, FUND_STALE, "has no state %ju any more", (uintmax_t)txnid);
	status = take_meta(p, meta[which], why);
	return status == FUND_OK ? check_length(p, why) : status;
}

enum fund_status pages_open(struct pages *p, int fd, uint64_t txnid, struct fault *why)
{
	enum fund_status status = open_once(p, fd, txnid, why);

	/* A writer may have made the file longer, and then its meta page, in between. */
	for (int i = 0; status == FUND_CORRUPT && i < READ_TRIES && has_grown(p, fd); i++) {
		pages_close(p);
		status = open_once(p, fd, txnid, why);
	}
	if (status != FUND_OK)
		pages_close(p);
	return status;
}

void pages_close(struct pages *p)
{
	if (p->map != NULL) {
		guard_remove_map(p->map);
		munmap((void *)(uintptr_t)p->map, p->len);
	}
	*p = (struct pages){ .map = NULL };
}

void pages_advise_through(const struct pages *p)
{
	if (p->map != NULL)
		posix_madvise((void *)(uintptr_t)p->map, p->len, POSIX_MADV_NORMAL);
}

void pages_will_need(struct slice bytes)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)bytes.data & ~(page - 1);

	posix_madvise((void *)start, (uintptr_t)bytes.data + bytes.len - start, POSIX_MADV_WILLNEED);
}

uint64_t pages_newest(const struct pages *p)
{
	uint8_t meta[2][META_END];

	if (read_metas(p, meta, NULL) != FUND_OK)
		return UINT64_MAX;
	return meta_txnid(meta[0]) > meta_txnid(meta[1]) ? meta_txnid(meta[0]) : meta_txnid(meta[1]);
}
