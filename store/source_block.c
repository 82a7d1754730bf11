/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/source_block.h"

#include <stdlib.h>

#include "base/hash.h"

#define HAS_REASON (SOURCE_FAILED | SOURCE_SKIPPED)

size_t source_key(struct slice name, uint8_t key[SOURCE_KEY_MAX])
{
	size_t len = name.len < SOURCE_KEY_MAX - 1 ? name.len : SOURCE_KEY_MAX - 1;

	key[0] = 0x02;
	memcpy(key + 1, name.data, len);
	return 1 + len;
}

enum fund_status source_name(uint32_t root, struct slice path, struct buf *out)
{
	uint8_t bytes[SOURCE_ROOT] = { (uint8_t)(root >> 8), (uint8_t)root };

	buf_reset(out);
	if (root > UINT16_MAX)
		return FUND_INVALID;
	enum fund_status st = buf_add(out, bytes, sizeof(bytes));
	return st == FUND_OK ? buf_add_slice(out, path) : st;
}

static uint64_t zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t v)
{
	uint64_t bits = v >> 1 ^ (v & 1 ? UINT64_MAX : 0);
	int64_t value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

enum fund_status source_fields_encode(const struct source *s, struct buf *out)
{
	uint8_t room[1 + 7 * VARINT64_MAX + 8 + VARINT64_MAX], *p = room;

	*p++ = s->flags;
	p = put_varint(p, s->size);
	p = put_varint(p, zigzag(s->mtime_ns));
	p = put_varint(p, zigzag(s->ctime_ns));
	p = put_varint(p, s->inode);
	p = put_varint(p, s->device);
	put_u64(p, s->hash);
	p = put_varint(p + 8, s->n_articles);
	if (s->flags & HAS_REASON)
		p = put_varint(p, s->reason.len);
	enum fund_status st = buf_add(out, room, (size_t)(p - room));
	return st == FUND_OK && s->flags & HAS_REASON ? buf_add_slice(out, s->reason) : st;
}

/* ---- groups ---- */

void source_group_release(struct source_group *g)
{
	buf_release(&g->bytes);
	free(g->span);
	*g = (struct source_group){ 0 };
}

void source_group_clear(struct source_group *g)
{
	buf_reset(&g->bytes);
	g->n = 0;
	g->encoded = 0;
}

struct slice source_group_name(const struct source_group *g, size_t i)
{
	return slice_part(slice_buf(&g->bytes), g->span[i].off, g->span[i].name_len);
}

static size_t shared_prefix(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len, i = 0;

	while (i < n && a.data[i] == b.data[i])
		i++;
	return i;
}

/* Bytes of entry i behind its neighbour: lengths are taken as two bytes each. */
static size_t entry_cost(const struct source_group *g, size_t i)
{
	size_t shared = i ? shared_prefix(source_group_name(g, i - 1), source_group_name(g, i)) : 0;

	return 4 + g->span[i].name_len - shared + g->span[i].fields_len;
}

enum fund_status source_group_add(struct source_group *g, struct slice name, struct slice fields, bool settled)
{
	size_t off = g->bytes.len;

	struct source_span *grown = array_room(g->span, g->n + 1, &g->cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	g->span = grown;
	enum fund_status st = buf_add_slice(&g->bytes, name);
	if (st == FUND_OK)
		st = buf_add_slice(&g->bytes, fields);
	if (st != FUND_OK) {
		g->bytes.len = off;
		return st;
	}
	g->span[g->n++] = (struct source_span){ off, name.len, fields.len, settled };
	g->encoded += entry_cost(g, g->n - 1);
	return FUND_OK;
}

/* The fields begin with the flags. */
void source_group_settle(struct source_group *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->span[i].settled)
			g->bytes.data[g->span[i].off + g->span[i].name_len] &= (uint8_t)~SOURCE_RACY;
}

void source_group_drop(struct source_group *g, size_t n)
{
	size_t off = n < g->n ? g->span[n].off : g->bytes.len;

	if (n == 0)
		return;
	memmove(g->bytes.data, g->bytes.data + off, g->bytes.len - off);
	g->bytes.len -= off;
	g->n -= n;
	memmove(g->span, g->span + n, g->n * sizeof(*g->span));
	g->encoded = 0;
	for (size_t i = 0; i < g->n; i++) {
		g->span[i].off -= off;
		g->encoded += entry_cost(g, i);
	}
}

static bool same_key(struct slice a, struct slice b)
{
	uint8_t one[SOURCE_KEY_MAX], other[SOURCE_KEY_MAX];
	size_t n = source_key(a, one), m = source_key(b, other);

	return n == m && memcmp(one, other, n) == 0;
}

size_t source_group_cut(const struct source_group *g, size_t target)
{
	size_t bytes = 0, cut = 0;

	for (size_t i = 0; i + 1 < g->n; i++) {
		bytes += entry_cost(g, i);
		if (same_key(source_group_name(g, i), source_group_name(g, i + 1)))
			continue;
		if (cut && bytes > target)
			break;
		cut = i + 1;
	}
	return cut;
}

enum fund_status source_group_encode(const struct source_group *g, size_t n, struct buf *out)
{
	static const uint8_t room[4];
	enum fund_status st;

	buf_reset(out);
	st = buf_add(out, room, sizeof(room));
	if (st == FUND_OK)
		st = buf_add_varint(out, n);
	for (size_t i = 0; i < n && st == FUND_OK; i++) {
		struct slice name = source_group_name(g, i);
		size_t shared = i ? shared_prefix(source_group_name(g, i - 1), name) : 0;
		st = buf_add_varint(out, shared);
		if (st == FUND_OK)
			st = buf_add_varint(out, name.len - shared);
		if (st == FUND_OK) /* the fields lie behind the name */
			st = buf_add(out, name.data + shared, name.len - shared + g->span[i].fields_len);
	}
	if (st == FUND_OK)
		put_u32(out->data, checksum(out->data + 4, out->len - 4));
	return st;
}

/* ---- reading ---- */

enum fund_status source_block_open(struct slice block, struct cursor *c, uint64_t *n)
{
	if (block.len < 5 || get_u32(block.data) != checksum(block.data + 4, block.len - 4))
		return FUND_CORRUPT;
	*c = cursor_of(slice_from(block, 4));
	*n = cursor_varint(c);
	return c->bad || *n == 0 || *n > block.len ? FUND_CORRUPT : FUND_OK;
}

static enum fund_status next_name(struct cursor *c, bool is_first, struct buf *name)
{
	uint64_t shared = cursor_varint(c), suffix_len = cursor_varint(c);
	bool ascends = is_first;

	if (c->bad || suffix_len > cursor_left(c) || (is_first ? shared != 0 : shared > name->len))
		return FUND_CORRUPT;
	struct slice suffix = cursor_take(c, (size_t)suffix_len);
	if (!is_first && suffix.len)
		ascends = shared == name->len || suffix.data[0] > name->data[shared];
	if (!ascends)
		return FUND_CORRUPT;
	name->len = (size_t)shared;
	enum fund_status st = buf_add_slice(name, suffix);
	return st == FUND_OK && name->len < SOURCE_ROOT ? FUND_CORRUPT : st;
}

enum fund_status source_block_next(struct cursor *c, bool is_first, struct buf *name, struct source *out)
{
	enum fund_status st = next_name(c, is_first, name);

	if (st != FUND_OK)
		return st;
	*out = (struct source){ .root = (uint32_t)name->data[0] << 8 | name->data[1],
				.path = slice_from(slice_buf(name), SOURCE_ROOT) };
	out->flags = cursor_u8(c);
	out->size = cursor_varint(c);
	out->mtime_ns = unzigzag(cursor_varint(c));
	out->ctime_ns = unzigzag(cursor_varint(c));
	out->inode = cursor_varint(c);
	out->device = cursor_varint(c);
	out->hash = cursor_u64(c);
	out->n_articles = cursor_varint(c);
	if (out->flags & HAS_REASON) {
		uint64_t len = cursor_varint(c);
		if (len > cursor_left(c))
			return FUND_CORRUPT;
		out->reason = cursor_take(c, (size_t)len);
	}
	return c->bad ? FUND_CORRUPT : FUND_OK;
}
