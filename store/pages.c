/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/pages.h"

#include "store/pages_layout.h"
#include "store/planted.h"

static inline bool page_exists(const struct pages *p, uint64_t number)
{
	return number >= 2 && (planted("bound-unchecked") || (number <= p->last_page && number < p->len / p->page_size));
}

static inline unsigned page_flags(const uint8_t *page)
{
	return native_u16(page + PAGES_WORD + 2) & ~PAGE_FLAGS_IN_MEMORY;
}

bool page_at(const struct pages *p, uint64_t number, bool is_leaf, struct page *out)
{
	const uint8_t *bytes;
	uint32_t lower;

	if (!page_exists(p, number))
		return false;
	bytes = p->map + number * p->page_size;
	lower = native_u16(bytes + PAGES_WORD + 4);
	out->bytes = bytes;
	out->upper = native_u16(bytes + PAGES_WORD + 6);
	out->is_leaf = is_leaf;
	if (native_word(bytes) != number || page_flags(bytes) != (is_leaf ? PAGE_LEAF : PAGE_BRANCH))
		return false;
	if (lower <= PAGE_HEADER || (lower & 1) != 0 || lower > out->upper || out->upper > p->page_size)
		return false;
	out->n = (lower - (uint32_t)PAGE_HEADER) / 2;
	return true;
}

bool page_node(const struct pages *p, const struct page *page, uint32_t i, struct node *out)
{
	uint32_t off = native_u16(page->bytes + PAGE_HEADER + 2 * (size_t)i);
	const uint8_t *bytes;
	uint32_t low, high, key_len;

	if (off < page->upper || off > p->page_size - NODE_HEADER)
		return false;
	bytes = page->bytes + off;
	low = native_u16(bytes);
	high = native_u16(bytes + 2);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	out->number_or_len = high | low << 16;
#else
	out->number_or_len = low | high << 16;
#endif
	out->flags = native_u16(bytes + 4);
	key_len = native_u16(bytes + 6);
	if (key_len > p->page_size - NODE_HEADER - off)
		return false;
	out->key = slice_of(bytes + NODE_HEADER, key_len);
	out->data = bytes + NODE_HEADER + key_len;
	out->room = p->page_size - NODE_HEADER - off - key_len;
	return true;
}

/* What a node takes of its page. */
static size_t node_size(const struct page *page, const struct node *node)
{
	size_t len = page->is_leaf ? (node->flags & NODE_BIGDATA ? PAGES_WORD : node->number_or_len) : 0;

	return (NODE_HEADER + node->key.len + len + 1) & ~(size_t)1;
}

bool page_is_filled(const struct pages *p, const struct page *page)
{
	size_t len = 0;
	struct node node;

	for (uint32_t i = 0; i < page->n; i++) {
		if (!page_node(p, page, i, &node))
			return false;
		len += node_size(page, &node);
	}
	return len == p->page_size - page->upper;
}

uint64_t node_child(const struct node *node)
{
	return PAGES_WORD > 4 ? node->number_or_len | (uint64_t)node->flags << 32 : node->number_or_len;
}

/* The first overflow page of a value that has some. */
static bool node_overflow(const struct pages *p, const struct node *node, uint64_t *number)
{
	if (node->flags != NODE_BIGDATA || node->room < PAGES_WORD)
		return false;
	*number = native_word(node->data);
	return page_exists(p, *number);
}

bool node_value(const struct pages *p, const struct node *node, struct slice *value, uint64_t *overflow, uint64_t *n_overflow)
{
	size_t len = node->number_or_len;
	const uint8_t *page;

	*overflow = *n_overflow = 0;
	if (node->flags == 0) {
		*value = slice_of(node->data, len);
		return len <= node->room;
	}
	if (!node_overflow(p, node, overflow))
		return false;
	page = p->map + *overflow * p->page_size;
	*n_overflow = native_u32(page + PAGES_WORD + 4);
	*value = slice_of(page + PAGE_HEADER, len);
	return native_word(page) == *overflow && page_flags(page) == PAGE_OVERFLOW && *n_overflow >= 1 &&
	       *n_overflow - 1 <= p->last_page - *overflow && *n_overflow <= p->len / p->page_size - *overflow &&
	       len <= *n_overflow * p->page_size - PAGE_HEADER;
}

/* ---- search ---- */

/* From the root to an entry: index[depth - 1] is the entry's, n of its page when it stands behind the last. */
struct path {
	const struct pages *pages;
	uint32_t depth;
	struct page page[DEPTH_MAX];
	uint32_t index[DEPTH_MAX];
};

/* How many nodes of the page, from `first` on, have keys < `key` (<= where `or_equal`). */
static bool page_search(const struct pages *p, const struct page *page, uint32_t first, struct slice key, bool or_equal,
			uint32_t *index)
{
	uint32_t low = first, high = page->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct node node;
		int c;

		if (!page_node(p, page, middle, &node))
			return false;
		c = slice_compare(node.key, key);
		if (c < 0 || (c == 0 && or_equal))
			low = middle + 1;
		else
			high = middle;
	}
	*index = low;
	return true;
}

/* What the branches above say of a page's keys: >= low, < high. */
struct range {
	struct slice low, high;
	bool has_low, has_high;
};

static bool page_is_within(const struct pages *p, const struct page *page, const struct range *range)
{
	struct node node;

	if (range->has_low && (!page_node(p, page, 0, &node) || slice_compare(node.key, range->low) < 0))
		return false;
	return !range->has_high || (page_node(p, page, page->n - 1, &node) && slice_compare(node.key, range->high) < 0);
}

static bool range_narrow(const struct pages *p, const struct page *page, uint32_t index, struct range *range)
{
	struct node node;

	if (index > 0) {
		if (!page_node(p, page, index, &node))
			return false;
		range->low = node.key;
		range->has_low = true;
	}
	if (index + 1 == page->n)
		return page_is_filled(p, page);
	if (!page_node(p, page, index + 1, &node))
		return false;
	range->high = node.key;
	range->has_high = true;
	return true;
}

static bool path_child(const struct path *path, uint32_t level, uint64_t *number)
{
	struct node node;

	if (!page_node(path->pages, &path->page[level], path->index[level], &node))
		return false;
	*number = node_child(&node);
	return true;
}

/* To the first entry >= key, or behind the last of the leaf where it would stand. */
static bool path_descend(struct path *path, const struct pages *p, struct slice key)
{
	struct range range = { { NULL, 0 }, { NULL, 0 }, false, false };
	uint64_t number = p->main_root;

	path->pages = p;
	path->depth = p->main_depth;
	for (uint32_t level = 0; level < path->depth; level++) {
		struct page *page = &path->page[level];
		bool is_leaf = level + 1 == path->depth;

		if (!page_at(p, number, is_leaf, page))
			return false;
		if (is_leaf)
			return page_is_within(p, page, &range) && page_search(p, page, 0, key, false, &path->index[level]);
		if (!page_search(p, page, 1, key, true, &path->index[level]))
			return false;
		path->index[level]--;
		if (!range_narrow(p, page, path->index[level], &range) || !path_child(path, level, &number))
			return false;
	}
	return false;
}

/* To the neighbouring leaf's first or last entry. FUND_NOT_FOUND: there is none. A page is left behind its last entry, and entered from
 * behind at it, only where that is its last. */
static enum fund_status path_step(struct path *path, bool forward)
{
	uint32_t level = path->depth - 1;
	uint64_t number;

	for (;;) {
		if (forward && !page_is_filled(path->pages, &path->page[level]))
			return FUND_CORRUPT;
		if (level == 0)
			return FUND_NOT_FOUND;
		level--;
		if (forward ? path->index[level] + 1 < path->page[level].n : path->index[level] > 0)
			break;
	}
	path->index[level] = forward ? path->index[level] + 1 : path->index[level] - 1;
	while (level + 1 < path->depth) {
		if (!path_child(path, level, &number))
			return FUND_CORRUPT;
		level++;
		if (!page_at(path->pages, number, level + 1 == path->depth, &path->page[level]) ||
		    (!forward && !page_is_filled(path->pages, &path->page[level])))
			return FUND_CORRUPT;
		path->index[level] = forward ? 0 : path->page[level].n - 1;
	}
	return FUND_OK;
}

static enum fund_status path_key(const struct path *path, struct slice *key)
{
	struct node node;

	if (!page_node(path->pages, &path->page[path->depth - 1], path->index[path->depth - 1], &node))
		return FUND_CORRUPT;
	*key = node.key;
	return FUND_OK;
}

/* A damaged key mostly stands out of order: then its value is not what it is asked for. */
static bool leaf_is_ordered_at(const struct pages *p, const struct page *leaf, uint32_t i, struct slice key)
{
	struct node node;

	if (i > 0 && (!page_node(p, leaf, i - 1, &node) || slice_compare(node.key, key) >= 0))
		return false;
	return i + 1 == leaf->n || (page_node(p, leaf, i + 1, &node) && slice_compare(node.key, key) > 0);
}

/* `value` NULL: it is not wanted, and its page, which may have to be fetched from the disk, not looked at. */
static enum fund_status path_entry(const struct path *path, struct slice *key, struct slice *value)
{
	const struct page *leaf = &path->page[path->depth - 1];
	uint32_t i = path->index[path->depth - 1];
	uint64_t overflow, n_overflow;
	struct node node;

	if (!page_node(path->pages, leaf, i, &node) || !leaf_is_ordered_at(path->pages, leaf, i, node.key) ||
	    (value && !node_value(path->pages, &node, value, &overflow, &n_overflow)))
		return FUND_CORRUPT;
	*key = node.key;
	return FUND_OK;
}

static bool path_is_behind(const struct path *path)
{
	return path->index[path->depth - 1] == path->page[path->depth - 1].n;
}

enum fund_status pages_get(const struct pages *p, struct slice key, struct slice *value)
{
	enum fund_status status;
	struct slice found;
	struct path path;

	if (p->main_depth == 0)
		return FUND_NOT_FOUND;
	if (!path_descend(&path, p, key))
		return FUND_CORRUPT;
	if (path_is_behind(&path))
		return page_is_filled(p, &path.page[path.depth - 1]) ? FUND_NOT_FOUND : FUND_CORRUPT;
	status = path_key(&path, &found);
	if (status == FUND_OK && !slice_equal(found, key))
		return FUND_NOT_FOUND;
	return status == FUND_OK ? path_entry(&path, &found, value) : status;
}

static enum fund_status seek_forward(const struct pages *p, struct slice key, bool or_equal, struct slice *found,
				     struct slice *value)
{
	enum fund_status status = FUND_OK;
	struct path path;
	int c;

	if (p->main_depth == 0)
		return FUND_NOT_FOUND;
	if (!path_descend(&path, p, key))
		return FUND_CORRUPT;
	if (!path_is_behind(&path) && !or_equal) {
		status = path_key(&path, found);
		if (status == FUND_OK && slice_equal(*found, key))
			path.index[path.depth - 1]++;
	}
	if (status == FUND_OK && path_is_behind(&path))
		status = path_step(&path, true);
	if (status == FUND_OK)
		status = path_entry(&path, found, value);
	if (status != FUND_OK)
		return status;
	c = slice_compare(*found, key);
	return c > 0 || (c == 0 && or_equal) ? FUND_OK : FUND_CORRUPT;
}

enum fund_status pages_seek_ge(const struct pages *p, struct slice key, struct slice *found, struct slice *value)
{
	return seek_forward(p, key, true, found, value);
}

enum fund_status pages_seek_gt(const struct pages *p, struct slice key, struct slice *found, struct slice *value)
{
	return seek_forward(p, key, false, found, value);
}

/* A branch key that became too large leads to the leaf before the right one: so where the answer is a leaf's last entry, the
 * next leaf has to begin behind `key`. */
static bool next_leaf_is_greater(const struct path *path, struct slice key)
{
	struct path next = *path;
	struct slice first;
	enum fund_status status = path_step(&next, true);

	if (status != FUND_OK)
		return status == FUND_NOT_FOUND;
	return path_key(&next, &first) == FUND_OK && slice_compare(first, key) > 0;
}

/* To the last entry <= key. */
static enum fund_status path_seek_le(struct path *path, const struct pages *p, struct slice key)
{
	struct slice found;
	uint32_t *index;

	if (p->main_depth == 0)
		return FUND_NOT_FOUND;
	if (!path_descend(path, p, key))
		return FUND_CORRUPT;
	index = &path->index[path->depth - 1];
	if (path_is_behind(path)) {
		if (!next_leaf_is_greater(path, key))
			return FUND_CORRUPT;
		--*index;
		return FUND_OK;
	}
	enum fund_status status = path_key(path, &found);
	if (status != FUND_OK || slice_equal(found, key))
		return status;
	if (*index == 0)
		return path_step(path, false);
	--*index;
	return FUND_OK;
}

enum fund_status pages_seek_le(const struct pages *p, struct slice key, struct slice *found, struct slice *value)
{
	struct path path;
	enum fund_status status = path_seek_le(&path, p, key);

	if (status == FUND_OK)
		status = path_entry(&path, found, value);
	if (status != FUND_OK)
		return status;
	return slice_compare(*found, key) <= 0 ? FUND_OK : FUND_CORRUPT;
}

/* ---- advice: whatever is wrong is told by whoever reads it ---- */

/* The pages of the last key's value that is <= `key`; empty: it stands in its leaf. */
static struct slice overflow_of(const struct pages *p, struct slice key)
{
	struct path path;
	struct node node;
	uint64_t overflow;

	if (path_seek_le(&path, p, key) != FUND_OK || !page_node(p, &path.page[path.depth - 1], path.index[path.depth - 1], &node) ||
	    !node_overflow(p, &node, &overflow))
		return slice_of(p->map, 0);
	size_t from = (size_t)overflow * p->page_size, len = PAGE_HEADER + (size_t)node.number_or_len;
	return slice_of(p->map + from, len < p->len - from ? len : p->len - from);
}

void pages_will_need_value(const struct pages *p, struct slice key)
{
	struct slice value = overflow_of(p, key);

	if (value.len > 0)
		pages_will_need(value);
}

void pages_will_need_part(const struct pages *p, struct slice key, size_t from, size_t len)
{
	struct slice value = overflow_of(p, key);

	if (value.len <= PAGE_HEADER || from >= value.len - PAGE_HEADER)
		return;
	pages_will_need(slice_of(value.data, PAGE_HEADER));
	value = slice_from(value, PAGE_HEADER + from);
	pages_will_need(slice_of(value.data, len < value.len ? len : value.len));
}

#define SEARCHES 32u /* pages at most */

void pages_will_need_searches(const struct pages *p, struct slice key)
{
	struct page root;
	uint32_t i;

	if (p->main_depth < 2 || !page_at(p, p->main_root, false, &root) || !page_search(p, &root, 1, key, true, &i))
		return;
	for (uint32_t end = i + SEARCHES; i <= root.n && i < end; i++) {
		struct node node;

		if (page_node(p, &root, i - 1, &node) && page_exists(p, node_child(&node)))
			pages_will_need(slice_of(p->map + node_child(&node) * p->page_size, p->page_size));
	}
}
