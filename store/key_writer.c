/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/key_writer.h"

#include "base/hash.h"

#define CHUNK_HEADER(n_blocks) (8u + 4u * (n_blocks))

void key_writer_init(struct key_writer *k, struct chunk_sink sink)
{
	*k = (struct key_writer){ .sink = sink };
}

void key_writer_release(struct key_writer *k)
{
	buf_release(&k->blocks);
	buf_release(&k->block);
	buf_release(&k->last);
	buf_release(&k->next);
	buf_release(&k->chunk);
}

static enum fund_status put_chunk(struct key_writer *k)
{
	uint32_t header = CHUNK_HEADER(k->n_blocks);
	uint8_t tail[4];

	if (k->n_blocks == 0)
		return FUND_OK;
	buf_reset(&k->chunk);
	enum fund_status st = buf_reserve(&k->chunk, header + k->blocks.len);
	if (st != FUND_OK)
		return st;
	uint8_t *p = k->chunk.data;
	put_u32(p + 4, k->n_chunk_docs);
	for (uint32_t i = 0; i < k->n_blocks; i++)
		put_u32(p + 8 + 4 * i, header + k->offset[i]);
	put_u32(p, checksum(p + 4, header - 4));
	memcpy(p + header, k->blocks.data, k->blocks.len);
	k->chunk.len = header + k->blocks.len;
	chunk_tail_put(tail, k->first_doc);
	st = k->sink.put(k->sink.context, CHUNK_KEYS, slice_of(tail, sizeof(tail)), slice_buf(&k->chunk));
	k->first_doc += k->n_chunk_docs;
	k->n_blocks = k->n_chunk_docs = 0;
	buf_reset(&k->blocks);
	return st;
}

static enum fund_status close_block(struct key_writer *k)
{
	enum fund_status st = FUND_OK;

	if (k->n_block_docs == 0)
		return st;
	if (CHUNK_HEADER(k->n_blocks + 1) + k->blocks.len + 4 + k->block.len > CHUNK_MAX)
		st = put_chunk(k);
	if (st != FUND_OK)
		return st;
	k->offset[k->n_blocks++] = (uint32_t)k->blocks.len;
	k->n_chunk_docs += k->n_block_docs;
	st = buf_add_u32(&k->blocks, checksum(k->block.data, k->block.len));
	if (st == FUND_OK)
		st = buf_add_slice(&k->blocks, slice_buf(&k->block));
	buf_reset(&k->block);
	k->n_block_docs = 0;
	return st == FUND_OK && k->n_blocks == KEY_CHUNK_BLOCKS ? put_chunk(k) : st;
}

static size_t shared_prefix(const struct buf *a, const struct buf *b)
{
	size_t n = a->len < b->len ? a->len : b->len, i = 0;

	while (i < n && a->data[i] == b->data[i])
		i++;
	return i;
}

enum fund_status key_writer_add(struct key_writer *k, const struct article_key *key)
{
	uint8_t root[2] = { (uint8_t)(key->root >> 8), (uint8_t)key->root };

	if (key->root > UINT16_MAX || key->id_len > key->key.len)
		return FUND_INVALID;
	buf_reset(&k->next);
	enum fund_status st = buf_add(&k->next, root, sizeof(root));
	if (st == FUND_OK)
		st = buf_add_slice(&k->next, key->key);
	if (st != FUND_OK)
		return st;
	size_t shared = k->n_block_docs ? shared_prefix(&k->last, &k->next) : 0;
	st = buf_add_varint(&k->block, shared);
	if (st == FUND_OK)
		st = buf_add_varint(&k->block, k->next.len - shared);
	if (st == FUND_OK)
		st = buf_add_varint(&k->block, key->id_len);
	if (st == FUND_OK)
		st = buf_add(&k->block, k->next.data + shared, k->next.len - shared);
	if (st != FUND_OK)
		return st;
	struct buf swap = k->last;
	k->last = k->next;
	k->next = swap;
	return ++k->n_block_docs == KEY_BLOCK ? close_block(k) : FUND_OK;
}

enum fund_status key_writer_finish(struct key_writer *k)
{
	enum fund_status st = close_block(k);

	return st == FUND_OK ? put_chunk(k) : st;
}
