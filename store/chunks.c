/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/chunks.h"

#include "base/hash.h"

void chunk_packer_init(struct chunk_packer *p, struct chunk_sink sink, enum chunk_kind kind)
{
	*p = (struct chunk_packer){ .sink = sink, .kind = kind };
}

void chunk_packer_release(struct chunk_packer *p)
{
	buf_release(&p->chunk);
}

static enum fund_status put_chunk(struct chunk_packer *p)
{
	uint8_t tail[4];
	chunk_tail_put(tail, p->number);
	enum fund_status st = p->sink.put(p->sink.context, p->kind, slice_of(tail, 4), slice_buf(&p->chunk));
	p->number += chunk_numbers(p->chunk.len);
	buf_reset(&p->chunk);
	return st;
}

enum fund_status chunk_packer_add(struct chunk_packer *p, struct slice unit, uint64_t *address)
{
	if (p->chunk.len && (p->chunk.len + unit.len > CHUNK_MAX)) {
		enum fund_status st = put_chunk(p);
		if (st != FUND_OK)
			return st;
	}
	*address = (uint64_t)p->number << 18 | p->chunk.len;
	p->bytes += unit.len;
	return buf_add_slice(&p->chunk, unit);
}

enum fund_status chunk_packer_finish(struct chunk_packer *p, uint32_t *n_chunks)
{
	enum fund_status st = p->chunk.len ? put_chunk(p) : FUND_OK;
	*n_chunks = p->number;
	return st;
}

_Static_assert(CHUNKS_CHECKED == 1u << (64 - 54), "so many bits of a hash");
/* Where a chunk is noted: here, or beside it, where another one stands here. */
static _Atomic(const uint8_t *) *checked_slot(struct chunks_checked *c, const uint8_t *chunk)
{
	uint64_t i = ((uint64_t)(uintptr_t)chunk >> 12) * 0x9E3779B97F4A7C15u >> 54; /* chunks begin pages, and neighbours of a kind are equally far apart */
	const uint8_t *known = atomic_load_explicit(&c->at[i], memory_order_relaxed);
	return known && known != chunk ? &c->at[i ^ 1u] : &c->at[i];
}

bool chunk_header_is_right(const struct chunk_source *s, struct slice chunk, size_t header)
{
	_Atomic(const uint8_t *) *slot = s->checked ? checked_slot(s->checked, chunk.data) : NULL;
	if (slot && atomic_load_explicit(slot, memory_order_relaxed) == chunk.data)
		return true;
	bool right = checksum(chunk.data + 4, header - 4) == get_u32(chunk.data);
	if (slot && right)
		atomic_store_explicit(slot, chunk.data, memory_order_relaxed);
	return right;
}

enum fund_status chunk_at(const struct chunk_source *s, enum chunk_kind kind, uint64_t address, struct slice *rest)
{
	uint8_t tail[4];
	struct slice chunk;
	uint64_t number = address >> 18;
	size_t off = (size_t)(address & (CHUNK_SPAN - 1));
	if (number > UINT32_MAX)
		return FUND_CORRUPT;
	chunk_tail_put(tail, (uint32_t)number);
	enum fund_status st = s->get(s->context, kind, slice_of(tail, 4), &chunk);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_CORRUPT : st;
	if (off >= chunk.len)
		return FUND_CORRUPT;
	*rest = slice_from(chunk, off);
	return FUND_OK;
}
