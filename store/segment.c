/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment.c - a segment's chunks, columns and tombstones. Keys: segment_keys.c; texts: segment_text.c. */
#include "store/segment.h"

#include <stdlib.h>

#include "base/hash.h"
#include "store/dictionary.h"
#include "store/pages.h"
#include "store/segment_private.h"
#include "store/term_filter.h"

#define CONCERN_SEGMENT 0x10
#define CONCERN_TOMBSTONES 0x03
#define KEY_HEAD 6u  /* concern, segment, kind */
#define KEY_MAX 511u /* LMDB's limit */
#define TERMS_A_CHUNK 4000u /* of a dictionary, about */
#define DICTIONARY_TABLE_MAX 4096u /* chunks: 128 KB of table, 16 million terms */

/* ---- chunks ---- */

/* A tail too long for a key is cut: all keys that begin with the cut one are it, so no order changes. */
static struct slice make_key(uint8_t key[KEY_MAX], uint32_t segment, enum chunk_kind kind, struct slice tail)
{
	size_t len = tail.len < KEY_MAX - KEY_HEAD ? tail.len : KEY_MAX - KEY_HEAD;

	key[0] = CONCERN_SEGMENT;
	chunk_tail_put(key + 1, segment);
	key[5] = (uint8_t)kind;
	if (len > 0)
		memcpy(key + KEY_HEAD, tail.data, len);
	return slice_of(key, KEY_HEAD + len);
}

static uint32_t memo_count(uint32_t n_chunks) { return n_chunks < MEMOS_MAX ? n_chunks : MEMOS_MAX; }

/* NULL: nothing is remembered of such a chunk. */
static struct chunk_memo *memo_of(const struct segment *s, enum chunk_kind kind, struct slice tail)
{
	if ((kind != CHUNK_LISTS && kind != CHUNK_POSITIONS) || tail.len != 4)
		return NULL;
	uint32_t number = get_be32_tail(tail), n = memo_count(kind == CHUNK_LISTS ? s->stats.n_list_chunks : s->stats.n_position_chunks);
	return number < n ? (kind == CHUNK_LISTS ? s->lists : s->positions) + number : NULL;
}

static enum fund_status chunks_get(void *context, enum chunk_kind kind, struct slice tail, struct slice *value)
{
	const struct segment *s = context;
	struct chunk_memo *memo = memo_of(s, kind, tail);
	uint8_t key[KEY_MAX];

	if (memo && chunk_memo_get(memo, value))
		return FUND_OK;
	if (tail.len > KEY_MAX - KEY_HEAD)
		return FUND_NOT_FOUND;
	enum fund_status st = pages_get(s->pages, make_key(key, s->stats.number, kind, tail), value);
	if (st == FUND_OK && memo)
		chunk_memo_put(memo, *value);
	return st;
}

enum fund_status segment_foreign_chunk(const struct segment *s, uint32_t number, enum chunk_kind kind, struct slice tail, struct slice *value)
{
	uint8_t key[KEY_MAX];

	return s->pages ? pages_get(s->pages, make_key(key, number, kind, tail), value) : FUND_NOT_FOUND;
}

static enum fund_status own_key(enum fund_status status, struct slice key, struct slice *found)
{
	if (status != FUND_OK)
		return status;
	if (found->len < KEY_HEAD || memcmp(found->data, key.data, KEY_HEAD) != 0)
		return FUND_NOT_FOUND;
	*found = slice_from(*found, KEY_HEAD);
	return FUND_OK;
}

/* The keys of the chunks themselves, in pages. */
static enum fund_status pages_chunk_le(void *context, enum chunk_kind kind, struct slice tail, struct slice *found,
				       struct slice *value)
{
	const struct segment *s = context;
	uint8_t bytes[KEY_MAX];
	struct slice key = make_key(bytes, s->stats.number, kind, tail);

	return own_key(pages_seek_le(s->pages, key, found, value), key, found);
}

static enum fund_status pages_chunk_next(void *context, enum chunk_kind kind, struct slice tail, struct slice *found,
					 struct slice *value)
{
	const struct segment *s = context;
	uint8_t bytes[KEY_MAX];
	struct slice key = make_key(bytes, s->stats.number, kind, tail);

	return own_key(pages_seek_gt(s->pages, key, found, value), key, found);
}

/* About so many chunks has the dictionary; places of its blocks are as many, beginnings and ends no more. */
static uint32_t dictionary_chunks(const struct segment *s)
{
	uint64_t n = s->stats.n_terms / TERMS_A_CHUNK + 1;
	return n < DICTIONARY_TABLE_MAX ? (uint32_t)n : DICTIONARY_TABLE_MAX;
}

/* Which table a kind has; SEGMENT_TABLES: none. */
static uint32_t table_number(enum chunk_kind kind)
{
	static const enum chunk_kind kinds[SEGMENT_TABLES] = { CHUNK_DICTIONARY, CHUNK_DICTIONARY_PLACES, CHUNK_HEADS, CHUNK_TAILS };
	uint32_t i = 0;
	while (i < SEGMENT_TABLES && kinds[i] != kind)
		i++;
	return i;
}

/* A table costs a search for each chunk, so it is made when as many were done; by whoever asks then. NULL: there is none. */
static struct chunk_table *table_of(struct segment *s, enum chunk_kind kind)
{
	uint32_t i = table_number(kind);
	struct chunk_table *t = i < SEGMENT_TABLES ? atomic_load_explicit(&s->often[i].table, memory_order_acquire) : NULL;
	if (t || i == SEGMENT_TABLES || atomic_fetch_add_explicit(&s->often[i].asked, 1, memory_order_relaxed) != dictionary_chunks(s))
		return t;
	struct chunk_source source = { s, chunks_get, pages_chunk_le, pages_chunk_next, NULL };
	if (chunk_table_new(&t, source, kind, DICTIONARY_TABLE_MAX) == FUND_OK) /* else searches go on, and tell what is wrong */
		atomic_store_explicit(&s->often[i].table, t, memory_order_release);
	return t;
}

static enum fund_status chunks_seek_le(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	struct chunk_table *table = table_of(context, kind);
	return table ? chunk_table_seek_le(table, tail, found, value) : pages_chunk_le(context, kind, tail, found, value);
}

static enum fund_status chunks_next(void *context, enum chunk_kind kind, struct slice tail, struct slice *found, struct slice *value)
{
	struct chunk_table *table = table_of(context, kind);
	return table ? chunk_table_next(table, tail, found, value) : pages_chunk_next(context, kind, tail, found, value);
}

enum fund_status segment_chunk_of_doc(const struct segment *s, enum chunk_kind kind, uint32_t doc, uint32_t *first, struct slice *value)
{
	uint8_t tail[DOC_TAIL];
	struct slice found;
	enum fund_status status;

	chunk_tail_put(tail, doc);
	status = s->chunks.seek_le(s->chunks.context, kind, slice_of(tail, sizeof(tail)), &found, value);
	if (status == FUND_NOT_FOUND || (status == FUND_OK && found.len != DOC_TAIL))
		return FUND_CORRUPT;
	if (status == FUND_OK)
		*first = get_be32_tail(found);
	return status;
}

/* ---- life ---- */

static _Atomic uint64_t n_made;

static enum fund_status make(struct segment **out, const struct segment_stats *stats, struct field_weights weights)
{
	struct segment *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return FUND_NO_MEMORY;
	s->serial = atomic_fetch_add(&n_made, 1) + 1;
	s->stats = *stats;
	s->weights = weights;
	s->n_column_chunks = s->stats.n_docs / COLUMN_CHUNK + (s->stats.n_docs % COLUMN_CHUNK != 0);
	s->n_tombstone_chunks = s->stats.n_docs / TOMBSTONE_CHUNK + (s->stats.n_docs % TOMBSTONE_CHUNK != 0);
	if (pthread_mutex_init(&s->mutex, NULL) != 0) {
		free(s);
		return FUND_NO_MEMORY;
	}
	for (size_t c = 0; c < COLUMNS; c++)
		s->columns[c] = calloc(s->n_column_chunks + 1u, sizeof(*s->columns[c]));
	s->tombstones = calloc(s->n_tombstone_chunks + 1u, sizeof(*s->tombstones));
	s->lists = calloc(memo_count(s->stats.n_list_chunks) + 1u, sizeof(*s->lists));
	s->positions = calloc(memo_count(s->stats.n_position_chunks) + 1u, sizeof(*s->positions));
	*out = s;
	for (size_t c = 0; c < COLUMNS; c++)
		if (s->columns[c] == NULL)
			*out = NULL;
	if (*out != NULL && s->tombstones != NULL && s->lists != NULL && s->positions != NULL)
		return FUND_OK;
	*out = NULL;
	segment_free(s);
	return FUND_NO_MEMORY;
}

enum fund_status segment_new(struct segment **out, const struct pages *pages, const struct manifest *manifest, uint32_t i)
{
	enum fund_status st = make(out, &manifest->segments[i], manifest->weights);

	if (st != FUND_OK)
		return st;
	(*out)->pages = pages;
	(*out)->manifest = manifest;
	(*out)->chunks = (struct chunk_source){ *out, chunks_get, chunks_seek_le, chunks_next, &(*out)->checked };
	return FUND_OK;
}

enum fund_status segment_of_chunks(struct segment **out, struct chunk_source chunks, const struct segment_stats *stats, struct field_weights weights)
{
	enum fund_status st = make(out, stats, weights);

	if (st == FUND_OK)
		(*out)->chunks = chunks;
	return st;
}

void segment_free(struct segment *s)
{
	if (s == NULL)
		return;
	for (size_t c = 0; c < COLUMNS; c++)
		free(s->columns[c]);
	free(s->tombstones);
	free(s->lists);
	free(s->positions);
	for (size_t i = 0; i < SEGMENT_TABLES; i++)
		chunk_table_free(atomic_load(&s->often[i].table));
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

uint32_t segment_number(const struct segment *s)
{
	return s->stats.number;
}

uint32_t segment_n_docs(const struct segment *s)
{
	return s->stats.n_docs;
}

const struct segment_stats *segment_stats(const struct segment *s)
{
	return &s->stats;
}

struct field_weights segment_weights(const struct segment *s)
{
	return s->weights;
}

const struct chunk_source *segment_chunks(const struct segment *s)
{
	return &s->chunks;
}

/* ---- terms ---- */

/* The section of the filter that may know the term. */
static enum fund_status filter_section(struct segment *s, struct slice term, struct slice *section)
{
	struct slice found;
	bool is_one = s->stats.n_terms <= FILTER_SECTION;

	if (is_one && chunk_memo_get(&s->filter, section))
		return FUND_OK;
	enum fund_status st = is_one ? s->chunks.next(s->chunks.context, CHUNK_FILTER, slice_of(NULL, 0), &found, section)
				     : s->chunks.seek_le(s->chunks.context, CHUNK_FILTER, term, &found, section);
	if (st == FUND_OK && is_one)
		chunk_memo_put(&s->filter, *section);
	return st;
}

static void will_need(const struct segment *s, enum chunk_kind kind, struct slice tail)
{
	uint8_t key[KEY_MAX];

	if (s->pages)
		pages_will_need_value(s->pages, make_key(key, s->stats.number, kind, tail));
}

void segment_will_need(const struct segment *s)
{
	static const uint8_t columns[] = { COLUMN_LENGTH, COLUMN_DATE };

	if (s->stats.n_terms <= FILTER_SECTION)
		will_need(s, CHUNK_FILTER, SLICE_LIT("\xff"));
	for (size_t i = 0; i < sizeof(columns); i++)
		will_need(s, CHUNK_COLUMN, slice_of((uint8_t[1 + DOC_TAIL]){ columns[i] }, 1 + DOC_TAIL));
}

void segment_will_need_key(const struct segment *s, uint32_t doc)
{
	uint8_t tail[DOC_TAIL];

	chunk_tail_put(tail, doc);
	will_need(s, CHUNK_KEYS, slice_of(tail, sizeof(tail)));
}

void segment_will_need_term(const struct segment *s, struct slice term)
{
	will_need(s, CHUNK_DICTIONARY, term);
}

/* From `before` bytes in front of the address on. */
static void will_need_at(const struct segment *s, enum chunk_kind kind, uint64_t address, size_t before, size_t len)
{
	size_t at = (size_t)(address & (CHUNK_SPAN - 1));
	uint8_t tail[DOC_TAIL], key[KEY_MAX];

	if (s->pages == NULL)
		return;
	before = before < at ? before : at;
	chunk_tail_put(tail, (uint32_t)(address >> 18));
	pages_will_need_part(s->pages, make_key(key, s->stats.number, kind, slice_of(tail, sizeof(tail))), at - before, before + len);
}

#define POSTING_BYTES 2u /* about; a long list stands before its head */

void segment_will_need_list(const struct segment *s, const struct term_entry *entry)
{
	if (entry->form != LIST_INLINE)
		will_need_at(s, CHUNK_LISTS, entry->list, entry->form == LIST_LONG ? POSTING_BYTES * (size_t)entry->df : 0, (size_t)entry->list_len);
}

#define POSITIONS_AHEAD 65536u /* bytes: of more only some are read */

void segment_will_need_positions(const struct segment *s, const struct term_entry *entry)
{
	if (entry->form != LIST_INLINE && entry->has_positions && entry->positions_len <= POSITIONS_AHEAD)
		will_need_at(s, CHUNK_POSITIONS, entry->positions, 0, (size_t)entry->positions_len);
}

enum fund_status segment_may_have(struct segment *s, struct slice term, uint64_t hash, bool *may)
{
	struct slice section;
	enum fund_status st = filter_section(s, term, &section);

	*may = true; /* where no section is found: that has no checksum */
	return st == FUND_OK ? term_filter_ask(&s->chunks, section, term, hash, may) : st == FUND_NOT_FOUND ? FUND_OK : st;
}

/* ---- columns ---- */

uint64_t column_text_hash(struct slice text)
{
	uint64_t hash = text.len ? hash_bytes(text.data, text.len) : 0;

	return hash || text.len == 0 ? hash : 1;
}

/* How many documents of `per_chunk` a chunk holds. */
static uint32_t docs_in_chunk(const struct segment *s, uint32_t chunk, uint32_t per_chunk)
{
	uint32_t left = s->stats.n_docs - chunk * per_chunk;

	return left < per_chunk ? left : per_chunk;
}

/* Of some columns a chunk may lack: FUND_NOT_FOUND. */
static enum fund_status column_load(struct segment *s, enum column column, uint32_t chunk, const uint8_t **values)
{
	uint32_t n = docs_in_chunk(s, chunk, COLUMN_CHUNK);
	uint8_t tail[1 + DOC_TAIL] = { (uint8_t)column };
	struct slice value;
	enum fund_status status;

	chunk_tail_put(tail + 1, chunk);
	will_need(s, CHUNK_COLUMN, slice_of(tail, sizeof(tail)));
	status = s->chunks.get(s->chunks.context, CHUNK_COLUMN, slice_of(tail, sizeof(tail)), &value);
	if (status == FUND_NOT_FOUND && !column_may_lack(column))
		return FUND_CORRUPT;
	if (status != FUND_OK)
		return status;
	if (value.len != 8 + (size_t)n * column_width(column) || get_u32(value.data + 4) != n ||
	    get_u32(value.data) != checksum(value.data + 4, value.len - 4))
		return FUND_CORRUPT;
	*values = value.data + 8;
	atomic_store_explicit(&s->columns[column][chunk], *values, memory_order_release);
	return FUND_OK;
}

enum fund_status segment_column(struct segment *s, enum column column, uint32_t chunk, const uint8_t **values, uint32_t *n)
{
	if (chunk >= s->n_column_chunks)
		return FUND_CORRUPT; /* a document that is not: from damaged postings */
	*n = docs_in_chunk(s, chunk, COLUMN_CHUNK);
	*values = atomic_load_explicit(&s->columns[column][chunk], memory_order_acquire);
	return *values != NULL ? FUND_OK : column_load(s, column, chunk, values);
}

enum fund_status segment_value(struct segment *s, enum column column, uint32_t doc, uint64_t *value)
{
	const uint8_t *values;
	uint32_t n, i = doc % COLUMN_CHUNK;
	enum fund_status status;

	if (doc >= s->stats.n_docs)
		return FUND_CORRUPT;
	status = segment_column(s, column, doc / COLUMN_CHUNK, &values, &n);
	if (status == FUND_NOT_FOUND) {
		*value = 0;
		return FUND_OK;
	}
	if (status == FUND_OK)
		*value = column_width(column) == 8 ? get_u64(values + 8 * (size_t)i) : get_u32(values + 4 * (size_t)i);
	return status;
}

/* ---- tombstones ---- */

bool segment_has_dead(const struct segment *s)
{
	return s->stats.n_dead > 0;
}

static uint32_t count_bits(const uint8_t *bits, size_t len)
{
	uint32_t n = 0;

	for (size_t i = 0; i < len; i += 8)
		n += (uint32_t)__builtin_popcountll(get_u64(bits + i));
	return n;
}

/* A value that got lost would bring documents back to life, so all are counted once against the manifest. */
static enum fund_status tombstones_load(struct segment *s)
{
	uint64_t n_dead = 0;

	for (uint32_t chunk = 0; chunk < s->n_tombstone_chunks; chunk++) {
		uint8_t key[9] = { CONCERN_TOMBSTONES };
		struct slice value;
		enum fund_status status;

		chunk_tail_put(key + 1, s->stats.number);
		chunk_tail_put(key + 5, chunk);
		status = pages_get(s->pages, slice_of(key, sizeof(key)), &value);
		if (status == FUND_NOT_FOUND)
			continue;
		if (status != FUND_OK)
			return status;
		uint32_t len = tombstone_bytes(s->stats.n_docs, chunk);
		if (value.len != 4 + (size_t)len || get_u32(value.data) != checksum(value.data + 4, len))
			return FUND_CORRUPT;
		n_dead += count_bits(value.data + 4, len);
		atomic_store(&s->tombstones[chunk], value.data + 4);
	}
	if (n_dead != s->stats.n_dead)
		return FUND_CORRUPT;
	atomic_store_explicit(&s->tombstones_ready, true, memory_order_release);
	return FUND_OK;
}

enum fund_status segment_tombstones(struct segment *s, uint32_t chunk, const uint8_t **bits)
{
	enum fund_status status = FUND_OK;

	*bits = NULL;
	if (s->stats.n_dead == 0)
		return FUND_OK;
	if (chunk >= s->n_tombstone_chunks)
		return FUND_CORRUPT;
	if (!atomic_load_explicit(&s->tombstones_ready, memory_order_acquire))
		status = tombstones_load(s);
	if (status == FUND_OK)
		*bits = atomic_load_explicit(&s->tombstones[chunk], memory_order_relaxed);
	return status;
}

enum fund_status segment_is_dead(struct segment *s, uint32_t doc, bool *dead)
{
	const uint8_t *bits;
	uint32_t i = doc % TOMBSTONE_CHUNK;
	enum fund_status status = segment_tombstones(s, doc / TOMBSTONE_CHUNK, &bits);

	*dead = status == FUND_OK && bits != NULL && (bits[i >> 3] >> (i & 7) & 1);
	return status;
}
