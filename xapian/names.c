/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/names.h"

#include <stdio.h>

#include "base/hash.h"

#define NAMES_USUAL 4096u /* of a block, about */
#define NAMES_MOST 16384u
#define NAME_LONGEST 255u

void xapian_names_key(uint64_t number, char out[48]) { snprintf(out, 48, "%s.%016llx", XAPIAN_METADATA_NAMES, (unsigned long long)number); }

enum fund_status xapian_names_add(struct buf *block, struct buf *last, struct slice name)
{
	size_t shared = 0;
	while (shared < name.len && shared < last->len && name.data[shared] == last->data[shared])
		shared++;
	enum fund_status st = buf_add_varint(block, shared);
	if (st == FUND_OK)
		st = buf_add_varint(block, name.len - shared);
	if (st == FUND_OK)
		st = buf_add_slice(block, slice_from(name, shared));
	last->len = shared;
	return st == FUND_OK ? buf_add_slice(last, slice_from(name, shared)) : st;
}

bool xapian_names_end(struct slice name, uint32_t n) { return n >= NAMES_MOST || hash_bytes(name.data, name.len) % NAMES_USUAL == 0; }

enum fund_status xapian_names_next(struct xapian_names *r)
{
	if (cursor_left(&r->c) == 0)
		return FUND_END;
	size_t shared = cursor_varint32(&r->c), len = cursor_varint32(&r->c);
	struct slice rest = cursor_take(&r->c, len);
	if (r->c.bad || shared > r->name.len || shared + len > NAME_LONGEST)
		return FUND_CORRUPT;
	r->name.len = shared;
	return buf_add_slice(&r->name, rest);
}

void xapian_names_release(struct xapian_names *r) { buf_release(&r->name); }
