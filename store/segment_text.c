/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_text.c - a segment's texts: the directory, compressed blocks, articles. */
#include "base/hash.h"
#include "store/segment_private.h"
#include "store/text_block.h"

#define DIRECTORY_HEAD 8u /* checksum, n */
#define ENTRY_LEN 24u

struct text_entry {
	uint32_t first, n_docs;
	uint64_t address;
	uint32_t stored_len, raw_len;
};

/* A directory chunk's entries. The chunk verified last is not hashed again. */
static enum fund_status open_directory(struct segment *s, struct slice chunk, uint32_t *n)
{
	if (chunk.len < DIRECTORY_HEAD)
		return FUND_CORRUPT;
	*n = get_u32(chunk.data + 4);
	if (*n == 0 || (chunk.len - DIRECTORY_HEAD) / ENTRY_LEN != *n || (chunk.len - DIRECTORY_HEAD) % ENTRY_LEN != 0)
		return FUND_CORRUPT;
	if (atomic_load_explicit(&s->text_directory, memory_order_relaxed) == chunk.data)
		return FUND_OK;
	if (get_u32(chunk.data) != checksum(chunk.data + 4, chunk.len - 4))
		return FUND_CORRUPT;
	atomic_store_explicit(&s->text_directory, chunk.data, memory_order_relaxed);
	return FUND_OK;
}

static enum fund_status take_entry(const struct segment *s, const uint8_t *p, struct text_entry *out)
{
	out->first = get_u32(p);
	out->n_docs = get_u32(p + 4);
	out->address = get_u64(p + 8);
	out->stored_len = get_u32(p + 16);
	out->raw_len = get_u32(p + 20);
	return out->n_docs >= 1 && out->first < s->stats.n_docs && out->n_docs <= s->stats.n_docs - out->first ? FUND_OK
														: FUND_CORRUPT;
}

static enum fund_status find_entry(struct segment *s, uint32_t doc, struct text_entry *out)
{
	struct slice chunk;
	uint32_t first, n = 0, low = 0;
	enum fund_status status;

	if (doc >= s->stats.n_docs)
		return FUND_CORRUPT;
	status = segment_chunk_of_doc(s, CHUNK_TEXT_DIRECTORY, doc, &first, &chunk);
	if (status == FUND_OK)
		status = open_directory(s, chunk, &n);
	if (status != FUND_OK)
		return status;
	for (uint32_t high = n; high - low > 1;) {
		uint32_t middle = low + (high - low) / 2;

		if (get_u32(chunk.data + DIRECTORY_HEAD + (size_t)middle * ENTRY_LEN) <= doc)
			low = middle;
		else
			high = middle;
	}
	status = take_entry(s, chunk.data + DIRECTORY_HEAD + (size_t)low * ENTRY_LEN, out);
	if (status == FUND_OK && (doc < out->first || doc - out->first >= out->n_docs))
		return FUND_CORRUPT;
	return status;
}

static enum fund_status stored_block(const struct segment *s, const struct text_entry *entry, struct slice *stored)
{
	struct slice rest;
	enum fund_status status = chunk_at(&s->chunks, CHUNK_TEXT, entry->address, &rest);

	if (status != FUND_OK)
		return status == FUND_NOT_FOUND ? FUND_CORRUPT : status;
	if (entry->stored_len > rest.len)
		return FUND_CORRUPT;
	*stored = slice_of(rest.data, entry->stored_len);
	return FUND_OK;
}

/* ---- articles ---- */

void text_cache_release(struct text_cache *c)
{
	buf_release(&c->raw);
	*c = (struct text_cache){ .n = 0 };
}

static enum fund_status cache_fill(struct text_cache *cache, struct segment *s, uint32_t doc)
{
	struct text_entry entry;
	struct slice stored;
	enum fund_status status = find_entry(s, doc, &entry);

	cache->n = 0;
	if (status == FUND_OK)
		status = stored_block(s, &entry, &stored);
	if (status == FUND_OK)
		status = text_block_unpack(stored, entry.raw_len, &cache->raw);
	if (status != FUND_OK)
		return status;
	cache->segment = s->serial;
	cache->first = entry.first;
	cache->n = entry.n_docs;
	return FUND_OK;
}

enum fund_status segment_article(struct segment *s, uint32_t doc, struct text_cache *cache, struct stored_article *out)
{
	struct slice record = { NULL, 0 };
	struct cursor c;

	if (cache->n == 0 || cache->segment != s->serial || doc < cache->first || doc - cache->first >= cache->n) {
		enum fund_status status = cache_fill(cache, s, doc);

		if (status != FUND_OK)
			return status;
	}
	c = cursor_of(slice_buf(&cache->raw));
	for (uint32_t d = cache->first; d <= doc && !c.bad; d++)
		record = text_record_next(&c);
	return c.bad ? FUND_CORRUPT : stored_article_decode(record, out);
}

/* ---- blocks in order ---- */

/* The document behind those of a directory chunk. */
static uint32_t place_end(const struct text_place *place)
{
	const uint8_t *last;

	if (place->n == 0)
		return 0;
	last = place->entries + (size_t)(place->n - 1) * ENTRY_LEN;
	return get_u32(last) + get_u32(last + 4);
}

/* To the directory chunk behind (at the start: the first one). FUND_END: there is none, and all documents were seen. */
static enum fund_status next_directory(struct segment *s, struct text_place *place)
{
	uint32_t end = place_end(place);
	uint8_t tail[DOC_TAIL];
	struct slice found, chunk;
	uint32_t n;
	enum fund_status status;

	chunk_tail_put(tail, place->first_doc);
	status = s->chunks.next(s->chunks.context, CHUNK_TEXT_DIRECTORY, slice_of(tail, place->n == 0 ? 0 : sizeof(tail)), &found,
				&chunk);
	if (status == FUND_NOT_FOUND)
		return end == s->stats.n_docs ? FUND_END : FUND_CORRUPT;
	if (status == FUND_OK && (found.len != DOC_TAIL || get_be32_tail(found) != end))
		status = FUND_CORRUPT;
	if (status == FUND_OK)
		status = open_directory(s, chunk, &n);
	if (status != FUND_OK)
		return status;
	*place = (struct text_place){ place->index + place->n, n, get_be32_tail(found), chunk.data + DIRECTORY_HEAD };
	return FUND_OK;
}

static enum fund_status find_block(struct segment *s, uint32_t index, struct text_entry *entry)
{
	struct text_place *place = &s->text_place;
	enum fund_status status = FUND_OK;

	if (index < place->index)
		*place = (struct text_place){ .n = 0 };
	while (status == FUND_OK && index - place->index >= place->n)
		status = next_directory(s, place);
	return status == FUND_OK ? take_entry(s, place->entries + (size_t)(index - place->index) * ENTRY_LEN, entry) : status;
}

enum fund_status segment_text_block(struct segment *s, uint32_t index, struct text_block_ref *out)
{
	struct text_entry entry;
	enum fund_status status;

	pthread_mutex_lock(&s->mutex);
	status = find_block(s, index, &entry);
	pthread_mutex_unlock(&s->mutex);
	if (status == FUND_OK)
		status = stored_block(s, &entry, &out->stored);
	if (status != FUND_OK)
		return status;
	out->first = entry.first;
	out->n_docs = entry.n_docs;
	out->raw_len = entry.raw_len;
	return FUND_OK;
}
