/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/affix_writer.h"

#include <stdlib.h>

#include "base/hash.h"
#include "store/affixes.h"

#define CHUNK_TARGET (8u * 4096 - 16) /* eight pages less a page header */
#define BLOCK_TARGET 160u	      /* bytes of keys: a search ends in reading one */

void affix_writer_release(struct affix_writer *w)
{
	free(w->heads.all);
	free(w->tails.all);
	*w = (struct affix_writer){ 0 };
}

static enum fund_status add(struct affixes *a, uint64_t key, uint32_t block)
{
	/* neighbours share their beginnings, and often their ends */
	for (size_t i = a->n; i > 0 && a->n - i < 8 && a->all[i - 1].block == block; i--)
		if (a->all[i - 1].key == key)
			return FUND_OK;
	struct affix *grown = array_room(a->all, a->n + 1, &a->cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	a->all = grown;
	a->all[a->n++] = (struct affix){ key, block };
	return FUND_OK;
}

enum fund_status affix_writer_add(struct affix_writer *w, uint8_t class, struct slice word, uint32_t block)
{
	enum fund_status st = add(&w->heads, affix_head(class, word), block);
	return st == FUND_OK ? add(&w->tails, affix_tail(class, word), block) : st;
}

/* ---- sorting: the blocks come in order, so by key alone, in passes that keep it ---- */

static bool pass(const struct affix *from, struct affix *to, size_t n, unsigned shift)
{
	size_t count[257] = { 0 };
	for (size_t i = 0; i < n; i++)
		count[(from[i].key >> shift & 255) + 1]++;
	if (count[(from[0].key >> shift & 255) + 1] == n)
		return false;
	for (unsigned i = 1; i < 257; i++)
		count[i] += count[i - 1];
	for (size_t i = 0; i < n; i++)
		to[count[from[i].key >> shift & 255]++] = from[i];
	return true;
}

static enum fund_status sort(struct affixes *a)
{
	struct affix *other = malloc((a->n + 1) * sizeof *other);
	if (!other)
		return FUND_NO_MEMORY;
	for (unsigned shift = 0; a->n > 1 && shift < 8 * AFFIX_KEY; shift += 8)
		if (pass(a->all, other, a->n, shift)) {
			struct affix *swap = a->all;
			a->all = other;
			other = swap;
		}
	free(other);
	a->cap = a->n;
	return FUND_OK;
}

/* ---- chunks ---- */

struct output {
	struct chunk_sink sink;
	enum chunk_kind kind;
	struct buf places, blocks, runs; /* of the open chunk: its blocks' places, offsets being from the first block, and they; of a key */
	struct buf chunk;
	uint32_t n_blocks;
	size_t block;	 /* where the open block begins */
	uint64_t before; /* the last key put into it */
};

static size_t chunk_len(const struct output *o) { return AFFIX_HEADER + o->places.len + o->blocks.len; }

static void end_block(struct output *o)
{
	if (o->n_blocks == 0)
		return;
	uint8_t *block = o->blocks.data + o->block;
	put_u32(block, checksum(block + 4, o->blocks.len - o->block - 4));
}

static enum fund_status put_chunk(struct output *o)
{
	uint8_t header[AFFIX_HEADER] = { 0 };
	if (o->n_blocks == 0)
		return FUND_OK;
	end_block(o);
	put_u32(header + 4, o->n_blocks);
	for (uint32_t i = 0; i < o->n_blocks; i++) {
		uint8_t *offset = o->places.data + (size_t)i * AFFIX_PLACE + AFFIX_KEY;
		put_u32(offset, get_u32(offset) + (uint32_t)(AFFIX_HEADER + o->places.len));
	}
	buf_reset(&o->chunk);
	enum fund_status st = buf_add(&o->chunk, header, sizeof header);
	if (st == FUND_OK)
		st = buf_add_slice(&o->chunk, slice_buf(&o->places));
	if (st != FUND_OK)
		return st;
	put_u32(o->chunk.data, checksum(o->chunk.data + 4, o->chunk.len - 4));
	st = buf_add_slice(&o->chunk, slice_buf(&o->blocks));
	if (st == FUND_OK)
		st = o->sink.put(o->sink.context, o->kind, slice_of(o->places.data, AFFIX_KEY), slice_buf(&o->chunk));
	buf_reset(&o->places);
	buf_reset(&o->blocks);
	o->n_blocks = 0;
	return st;
}

static enum fund_status begin_block(struct output *o, uint64_t key)
{
	uint8_t place[AFFIX_PLACE];
	end_block(o);
	o->block = o->blocks.len;
	o->before = 0;
	o->n_blocks++;
	affix_key_put(place, key);
	put_u32(place + AFFIX_KEY, (uint32_t)o->block);
	enum fund_status st = buf_add(&o->places, place, sizeof place);
	return st == FUND_OK ? buf_add(&o->blocks, "\0\0\0", 4) : st;
}

/* Runs of blocks that follow each other: gap << 1 | more than one, then by how many more than two. */
static enum fund_status put_blocks(struct buf *runs, const struct affix *a, size_t n)
{
	uint32_t next = 0;
	enum fund_status st = FUND_OK;
	for (size_t i = 0, k; i < n && st == FUND_OK; i = k) {
		uint32_t first = a[i].block, last = first;
		for (k = i + 1; k < n && a[k].block <= last + 1; k++)
			last = a[k].block;
		st = buf_add_varint(runs, (uint64_t)(first - next) << 1 | (last > first));
		if (st == FUND_OK && last > first)
			st = buf_add_varint(runs, last - first - 1);
		next = last + 2;
	}
	return st;
}

/* Shared letters and length of the runs, the other letters, the runs. */
static enum fund_status put_entry(struct buf *chunk, uint64_t key, uint64_t before, struct slice runs)
{
	uint8_t bytes[AFFIX_KEY], last[AFFIX_KEY], room[1 + AFFIX_KEY + VARINT64_MAX], *p = room, shared = 0;
	size_t more = runs.len < AFFIX_LEN_INLINE ? runs.len : AFFIX_LEN_INLINE;
	affix_key_put(bytes, key);
	affix_key_put(last, before);
	while (before && shared < AFFIX_KEY - 1 && bytes[shared] == last[shared])
		shared++;
	*p++ = (uint8_t)(shared | more << 3);
	memcpy(p, bytes + shared, AFFIX_KEY - shared);
	p += AFFIX_KEY - shared;
	if (more == AFFIX_LEN_INLINE)
		p = put_varint(p, runs.len - AFFIX_LEN_INLINE);
	enum fund_status st = buf_add(chunk, room, (size_t)(p - room));
	return st == FUND_OK ? buf_add_slice(chunk, runs) : st;
}

static enum fund_status put_key(struct output *o, const struct affix *a, size_t n)
{
	buf_reset(&o->runs);
	enum fund_status st = put_blocks(&o->runs, a, n);
	size_t len = 1 + AFFIX_KEY + VARINT32_MAX + o->runs.len;
	if (st == FUND_OK && chunk_len(o) + AFFIX_PLACE + 4 + len > CHUNK_TARGET)
		st = put_chunk(o);
	if (st == FUND_OK && (o->n_blocks == 0 || o->blocks.len + len > o->block + BLOCK_TARGET))
		st = begin_block(o, a->key);
	if (st == FUND_OK)
		st = put_entry(&o->blocks, a->key, o->before, slice_buf(&o->runs));
	o->before = a->key;
	return st;
}

static enum fund_status put_all(struct output *o, struct affixes *a, enum chunk_kind kind)
{
	enum fund_status st = sort(a);
	o->kind = kind;
	for (size_t i = 0, next; i < a->n && st == FUND_OK; i = next) {
		for (next = i + 1; next < a->n && a->all[next].key == a->all[i].key;)
			next++;
		st = put_key(o, a->all + i, next - i);
	}
	return st == FUND_OK ? put_chunk(o) : st;
}

enum fund_status affix_writer_finish(struct affix_writer *w, struct chunk_sink sink)
{
	struct output o = { .sink = sink };
	enum fund_status st = put_all(&o, &w->heads, CHUNK_HEADS);
	if (st == FUND_OK)
		st = put_all(&o, &w->tails, CHUNK_TAILS);
	buf_release(&o.places);
	buf_release(&o.blocks);
	buf_release(&o.runs);
	buf_release(&o.chunk);
	return st;
}
