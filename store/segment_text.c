/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_text.c - a segment's texts: the directory, compressed blocks, articles. */
#include "base/hash.h"
#include "store/segment_private.h"
#include "store/text_block.h"

#define SHARED_MAX (8 * TEXT_BLOCK_TARGET) /* a larger block takes the place of the first, so that only one is kept of those */

/* A directory chunk's runs. The chunk verified last is not hashed again. */
static enum fund_status open_directory(struct segment *s, struct slice chunk, uint32_t *n)
{
	if (chunk.len < TEXT_DIRECTORY_HEAD)
		return FUND_CORRUPT;
	*n = get_u32(chunk.data + 4);
	if (*n == 0 || (chunk.len - TEXT_DIRECTORY_HEAD) / TEXT_RUN_LEN != *n || (chunk.len - TEXT_DIRECTORY_HEAD) % TEXT_RUN_LEN != 0)
		return FUND_CORRUPT;
	if (atomic_load_explicit(&s->text_directory, memory_order_relaxed) == chunk.data)
		return FUND_OK;
	if (get_u32(chunk.data) != checksum(chunk.data + 4, chunk.len - 4))
		return FUND_CORRUPT;
	atomic_store_explicit(&s->text_directory, chunk.data, memory_order_relaxed);
	return FUND_OK;
}

/* Only of a store that the segment keeps: the chunks of others may go at any time. */
static enum fund_status take_run(const struct segment *s, const uint8_t *p, struct text_run *out)
{
	*out = text_run_take(p);
	bool is_right = out->n_docs >= 1 && out->first < s->stats.n_docs && out->n_docs <= s->stats.n_docs - out->first && out->record < out->n_records &&
			out->n_docs <= out->n_records - out->record && segment_stats_store(&s->stats, out->store);
	return is_right ? FUND_OK : FUND_CORRUPT;
}

static enum fund_status find_run(struct segment *s, uint32_t doc, struct text_run *out)
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

		if (get_u32(chunk.data + TEXT_DIRECTORY_HEAD + (size_t)middle * TEXT_RUN_LEN) <= doc)
			low = middle;
		else
			high = middle;
	}
	status = take_run(s, chunk.data + TEXT_DIRECTORY_HEAD + (size_t)low * TEXT_RUN_LEN, out);
	if (status == FUND_OK && (doc < out->first || doc - out->first >= out->n_docs))
		return FUND_CORRUPT;
	return status;
}

/* ---- stores ---- */

/* The chunks of a store that was written with another segment. */
struct foreign_store {
	const struct segment *segment;
	uint32_t number;
};

static enum fund_status foreign_get(void *context, enum chunk_kind kind, struct slice tail, struct slice *value)
{
	const struct foreign_store *f = context;

	return segment_foreign_chunk(f->segment, f->number, kind, tail, value);
}

enum fund_status segment_text_block(const struct segment *s, const struct text_run *run, struct slice *stored)
{
	struct foreign_store store = { s, run->store };
	const struct chunk_source foreign = { &store, foreign_get, NULL, NULL, NULL };
	struct slice rest;
	enum fund_status status = chunk_at(run->store == s->stats.number ? &s->chunks : &foreign, CHUNK_TEXT, run->address, &rest);

	if (status != FUND_OK)
		return status == FUND_NOT_FOUND ? FUND_CORRUPT : status;
	if (run->stored_len > rest.len)
		return FUND_CORRUPT;
	*stored = slice_of(rest.data, run->stored_len);
	return FUND_OK;
}

/* ---- articles ---- */

void text_cache_release(struct text_cache *c)
{
	uint32_t room = c->room;

	for (uint32_t i = 0; i < TEXT_STORES_MAX; i++)
		buf_release(&c->blocks[i].raw);
	*c = (struct text_cache){ .room = room };
}

/* Does a block have as many records as the directory says, and nothing else? */
static bool has_records(struct slice raw, uint32_t n_records)
{
	struct cursor c = cursor_of(raw);
	uint32_t n = 0;

	for (; n < n_records && !c.bad; n++)
		text_record_next(&c);
	return !c.bad && cursor_left(&c) == 0;
}

static bool is_block(const struct text_cached *b, const struct segment *s, const struct text_run *run)
{
	return b->used && b->segment == s->serial && b->address == run->address && b->store == run->store && b->stored_len == run->stored_len &&
	       b->raw_len == run->raw_len && b->n_records == run->n_records;
}

/* The run's block, or the place for it: of the one that was not used for longest. */
static uint32_t find_block(const struct text_cache *c, const struct segment *s, const struct text_run *run)
{
	uint32_t oldest = 0;

	for (uint32_t i = 0; i <= c->room && i < TEXT_STORES_MAX; i++) {
		if (is_block(&c->blocks[i], s, run))
			return i;
		if (c->blocks[i].used < c->blocks[oldest].used)
			oldest = i;
	}
	return run->raw_len > SHARED_MAX ? 0 : oldest;
}

static enum fund_status block_fill(struct text_cached *b, const struct segment *s, const struct text_run *run)
{
	struct slice stored;
	enum fund_status status = segment_text_block(s, run, &stored);

	b->used = 0;
	if (status == FUND_OK)
		status = text_block_unpack(stored, run->raw_len, &b->raw);
	if (status != FUND_OK)
		return status;
	if (!has_records(slice_buf(&b->raw), run->n_records))
		return FUND_CORRUPT;
	b->segment = s->serial;
	b->address = run->address;
	b->store = run->store;
	b->stored_len = run->stored_len;
	b->raw_len = run->raw_len;
	b->n_records = run->n_records;
	return FUND_OK;
}

/* To the document's run, with its block unpacked. */
static enum fund_status cache_seek(struct text_cache *c, struct segment *s, uint32_t doc)
{
	struct text_run run;
	enum fund_status status = find_run(s, doc, &run);

	c->run.n_docs = 0;
	if (status != FUND_OK)
		return status;
	c->at = find_block(c, s, &run);
	if (!is_block(&c->blocks[c->at], s, &run))
		status = block_fill(&c->blocks[c->at], s, &run);
	if (status != FUND_OK)
		return status;
	c->blocks[c->at].used = ++c->n;
	c->segment = s->serial;
	c->run = run;
	return FUND_OK;
}

enum fund_status segment_article(struct segment *s, uint32_t doc, struct text_cache *cache, struct stored_article *out)
{
	struct slice record = { NULL, 0 };
	struct cursor c;

	if (cache->run.n_docs == 0 || cache->segment != s->serial || doc < cache->run.first || doc - cache->run.first >= cache->run.n_docs) {
		enum fund_status status = cache_seek(cache, s, doc);

		if (status != FUND_OK)
			return status;
	}
	c = cursor_of(slice_buf(&cache->blocks[cache->at].raw));
	for (uint32_t i = 0; i <= cache->run.record + (doc - cache->run.first) && !c.bad; i++)
		record = text_record_next(&c);
	return c.bad ? FUND_CORRUPT : stored_article_decode(record, out);
}

/* ---- runs in order ---- */

/* The document behind those of a directory chunk. */
static uint32_t place_end(const struct text_place *place)
{
	if (place->n == 0)
		return 0;
	struct text_run last = text_run_take(place->runs + (size_t)(place->n - 1) * TEXT_RUN_LEN);
	return last.first + last.n_docs;
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
	*place = (struct text_place){ place->index + place->n, n, get_be32_tail(found), chunk.data + TEXT_DIRECTORY_HEAD };
	return FUND_OK;
}

static enum fund_status run_at(struct segment *s, uint32_t index, struct text_run *run)
{
	struct text_place *place = &s->text_place;
	enum fund_status status = FUND_OK;

	if (index < place->index)
		*place = (struct text_place){ .n = 0 };
	while (status == FUND_OK && index - place->index >= place->n)
		status = next_directory(s, place);
	return status == FUND_OK ? take_run(s, place->runs + (size_t)(index - place->index) * TEXT_RUN_LEN, run) : status;
}

enum fund_status segment_text_run(struct segment *s, uint32_t index, struct text_run *out)
{
	enum fund_status status;

	pthread_mutex_lock(&s->mutex);
	status = run_at(s, index, out);
	pthread_mutex_unlock(&s->mutex);
	return status;
}
