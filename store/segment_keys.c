/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_keys.c - the keys of a segment's documents: by document, in order, by file, by what is printed. */
#include "base/hash.h"
#include "store/segment_private.h"

#define KEY_BLOCK 16u
#define CHUNK_HEAD 8u /* checksum, n_docs */
#define ROOT_BYTES 2u

/* The number of a chunk's first document stands only in LMDB's key, which has no checksum: but the next chunk has to follow. */
static enum fund_status check_first(struct segment *s, uint32_t first, uint32_t n)
{
	uint8_t tail[DOC_TAIL];
	struct slice found;
	enum fund_status status;

	chunk_tail_put(tail, first);
	status = s->chunks.next(s->chunks.context, CHUNK_KEYS, slice_of(tail, sizeof(tail)), &found, NULL);
	if (status == FUND_NOT_FOUND)
		return first + n == s->stats.n_docs ? FUND_OK : FUND_CORRUPT;
	if (status == FUND_OK && (found.len != DOC_TAIL || get_be32_tail(found) != first + n))
		return FUND_CORRUPT;
	return status;
}

/* The chunk that holds `doc`. */
static enum fund_status load_chunk(struct segment *s, uint32_t doc, struct key_chunk *chunk)
{
	struct key_chunk c = { .n = 0 };
	enum fund_status status;
	size_t head;

	if (chunk->n && doc >= chunk->first && doc - chunk->first < chunk->n)
		return FUND_OK;
	chunk->n = 0;
	if (doc >= s->stats.n_docs)
		return FUND_CORRUPT;
	status = segment_chunk_of_doc(s, CHUNK_KEYS, doc, &c.first, &c.bytes);
	if (status != FUND_OK)
		return status;
	if (c.bytes.len < CHUNK_HEAD)
		return FUND_CORRUPT;
	c.n = get_u32(c.bytes.data + 4);
	head = CHUNK_HEAD + 4 * ((size_t)c.n / KEY_BLOCK + (c.n % KEY_BLOCK != 0));
	if (c.n > s->stats.n_docs - c.first || doc - c.first >= c.n || head > c.bytes.len ||
	    get_u32(c.bytes.data) != checksum(c.bytes.data + 4, head - 4))
		return FUND_CORRUPT;
	status = check_first(s, c.first, c.n);
	if (status == FUND_OK)
		*chunk = c;
	return status;
}

/* A cursor over a block's entries, its checksum verified. */
static enum fund_status open_block(const struct key_chunk *k, uint32_t block, struct cursor *c)
{
	struct slice chunk = k->bytes;
	uint32_t n_blocks = k->n / KEY_BLOCK + (k->n % KEY_BLOCK != 0);
	const uint8_t *offsets = chunk.data + CHUNK_HEAD;
	size_t start = get_u32(offsets + 4 * (size_t)block);
	size_t end = block + 1 < n_blocks ? get_u32(offsets + 4 * (size_t)block + 4) : chunk.len;

	if (start > end || end > chunk.len || end - start < 4 ||
	    get_u32(chunk.data + start) != checksum(chunk.data + start + 4, end - start - 4))
		return FUND_CORRUPT;
	*c = cursor_of(slice_part(chunk, start + 4, end - start - 4));
	return FUND_OK;
}

/* The next entry: `bytes` is the one before and becomes this one. */
static enum fund_status decode_entry(struct cursor *c, struct buf *bytes, size_t *id_len)
{
	uint32_t shared = cursor_varint32(c), suffix = cursor_varint32(c), id = cursor_varint32(c);

	if (c->bad || shared > bytes->len || suffix > cursor_left(c))
		return FUND_CORRUPT;
	bytes->len = shared;
	if (buf_add_slice(bytes, cursor_take(c, suffix)) != FUND_OK)
		return FUND_NO_MEMORY;
	if (bytes->len < ROOT_BYTES || id > bytes->len - ROOT_BYTES)
		return FUND_CORRUPT;
	*id_len = id;
	return FUND_OK;
}

static void split_key(const struct buf *bytes, size_t id_len, struct article_key *key)
{
	key->root = (uint32_t)bytes->data[0] << 8 | bytes->data[1];
	key->key = slice_from(slice_buf(bytes), ROOT_BYTES);
	key->id_len = id_len;
}

/* ---- in order ---- */

static enum fund_status iter_open_block(struct key_iter *it, uint32_t doc)
{
	enum fund_status status = load_chunk(it->segment, doc, &it->chunk);
	buf_reset(&it->bytes);
	return status == FUND_OK ? open_block(&it->chunk, (doc - it->chunk.first) / KEY_BLOCK, &it->cursor) : status;
}

/* doc is the one before the next until key_iter_next() has been called: UINT32_MAX before the first. */
enum fund_status key_iter_seek(struct key_iter *it, struct segment *s, uint32_t doc)
{
	enum fund_status status;
	size_t id_len;

	it->segment = s;
	it->doc = doc - 1;
	it->chunk.n = 0;
	if (doc >= s->stats.n_docs)
		return FUND_OK;
	status = iter_open_block(it, doc);
	for (uint32_t i = (doc - it->chunk.first) % KEY_BLOCK; status == FUND_OK && i > 0; i--)
		status = decode_entry(&it->cursor, &it->bytes, &id_len);
	return status;
}

enum fund_status key_iter_next(struct key_iter *it)
{
	uint32_t doc = it->doc + 1;
	enum fund_status status = FUND_OK;
	size_t id_len = 0;

	if (doc >= it->segment->stats.n_docs)
		return FUND_END;
	if (doc - it->chunk.first >= it->chunk.n || (doc - it->chunk.first) % KEY_BLOCK == 0)
		status = iter_open_block(it, doc);
	if (status == FUND_OK)
		status = decode_entry(&it->cursor, &it->bytes, &id_len);
	if (status != FUND_OK)
		return status;
	split_key(&it->bytes, id_len, &it->key);
	it->doc = doc;
	return FUND_OK;
}

void key_iter_release(struct key_iter *it)
{
	buf_release(&it->bytes);
	*it = (struct key_iter){ .segment = NULL };
}

/* ---- by document ---- */

enum fund_status segment_key(struct segment *s, uint32_t doc, struct key_chunk *last, struct buf *out, struct article_key *key)
{
	struct cursor c;
	size_t id_len = 0;
	enum fund_status status = load_chunk(s, doc, last);

	buf_reset(out);
	if (status == FUND_OK)
		status = open_block(last, (doc - last->first) / KEY_BLOCK, &c);
	for (uint32_t i = 0; status == FUND_OK && i <= (doc - last->first) % KEY_BLOCK; i++)
		status = decode_entry(&c, out, &id_len);
	if (status == FUND_OK)
		split_key(out, id_len, key);
	return status;
}

/* ---- by file ---- */

static int compare_file(const struct article_key *key, uint32_t root, struct slice path)
{
	if (key->root != root)
		return key->root < root ? -1 : 1;
	return slice_compare(slice_of(key->key.data, key->key.len - key->id_len), path);
}

/* The first document whose file is not before (or, where `behind`, is behind) the one asked for. */
static enum fund_status lower_bound(struct segment *s, uint32_t low, uint32_t root, struct slice path, bool behind,
				    struct buf *bytes, uint32_t *doc)
{
	uint32_t high = s->stats.n_docs;
	struct key_chunk last = { .n = 0 };

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct article_key key;
		enum fund_status status = segment_key(s, middle, &last, bytes, &key);
		int c;

		if (status != FUND_OK)
			return status;
		c = compare_file(&key, root, path);
		if (c < 0 || (c == 0 && behind))
			low = middle + 1;
		else
			high = middle;
	}
	*doc = low;
	return FUND_OK;
}

static enum fund_status file_docs(struct segment *s, uint32_t root, struct slice path, struct buf *bytes, uint32_t *first,
				  uint32_t *end)
{
	enum fund_status status = lower_bound(s, 0, root, path, false, bytes, first);

	return status == FUND_OK ? lower_bound(s, *first, root, path, true, bytes, end) : status;
}

enum fund_status segment_file_docs(struct segment *s, uint32_t root, struct slice path, uint32_t *first, uint32_t *end)
{
	struct buf bytes = BUF_INIT;
	enum fund_status status = file_docs(s, root, path, &bytes, first, end);

	buf_release(&bytes);
	return status;
}

/* ---- by what is printed ---- */

/* The live document with this key among those of one file. */
static enum fund_status find_in_file(struct segment *s, uint32_t root, struct slice path, struct slice key,
				     struct key_iter *it, uint32_t *doc)
{
	uint32_t first = 0, end = 0;
	enum fund_status status = file_docs(s, root, path, &it->bytes, &first, &end);
	bool dead = true;

	if (status == FUND_OK && first < end)
		status = key_iter_seek(it, s, first);
	for (uint32_t d = first; status == FUND_OK && d < end; d++) {
		status = key_iter_next(it);
		if (status != FUND_OK || !slice_equal(it->key.key, key))
			continue;
		status = segment_is_dead(s, d, &dead);
		if (status == FUND_OK && !dead) {
			*doc = d;
			return FUND_OK;
		}
	}
	return status == FUND_OK ? FUND_NOT_FOUND : status;
}

/* '#' may be part of the path: each one may be where the id begins. */
enum fund_status segment_find_key(struct segment *s, struct slice key, uint32_t *doc)
{
	const struct manifest *m = s->manifest;
	uint32_t n_roots = m != NULL ? m->n_roots : 1;
	struct key_iter it = { .segment = NULL };
	enum fund_status status = FUND_NOT_FOUND;

	for (uint32_t i = 0; status == FUND_NOT_FOUND && i < n_roots; i++) {
		uint32_t root = m != NULL ? m->roots[i].number : 0;

		status = find_in_file(s, root, key, key, &it, doc);
		for (size_t k = 0; status == FUND_NOT_FOUND && k < key.len; k++)
			if (key.data[k] == '#')
				status = find_in_file(s, root, slice_of(key.data, k), key, &it, doc);
	}
	key_iter_release(&it);
	return status;
}
