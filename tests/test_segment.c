/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An index written here byte by byte as docs/FORMAT.md says, without the writer; read through snapshot.h and segment.h. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/pages.h"
#include "store/segment.h"
#include "store/text_block.h"
#include "tests/scratch.h"

#define N_DOCS 20000u
#define SEGMENT 7u
#define KEY_CHUNK 992u
#define TEXT_BLOCK 40u
#define DIRECTORY_CHUNK 70u

/* ---- the model: every value follows from the document's number ---- */

static bool model_is_dead(uint32_t doc)
{
	return doc % 7 == 3;
}

/* Files of 1 and, each fifth, of 8 articles; some names with '#'. Root 0 has the first 9,000 documents, root 4 the rest. */
struct model_key {
	uint32_t root;
	char path[64], printed[80];
	uint32_t file_first, file_end;
};

static struct model_key model_key(uint32_t doc)
{
	uint32_t group = doc / 12, in_group = doc % 12;
	bool many = in_group >= 4;
	uint32_t file = many ? 4 : in_group;
	struct model_key k = { .root = doc < 9000 ? 0 : 4 };

	snprintf(k.path, sizeof(k.path), "dir%03u/%06u%s%u.txt", group / 100, group, group % 3 == 0 ? "#" : "-", file);
	snprintf(k.printed, sizeof(k.printed), many ? "%s#%u" : "%s", k.path, 20 - in_group);
	k.file_first = many ? group * 12 + 4 : doc;
	k.file_end = many ? group * 12 + 12 : doc + 1;
	if (k.file_end > N_DOCS)
		k.file_end = N_DOCS;
	return k;
}

static uint64_t model_value(enum column column, uint32_t doc)
{
	uint64_t v = (doc + 1) * 0x9E3779B97F4A7C15u * (uint64_t)(column + 1);

	if (column_may_lack(column))
		return 0;
	return column == COLUMN_HASH ? v : v >> 32;
}

static size_t model_body(uint32_t doc, char body[300])
{
	size_t len = 0;

	for (uint32_t i = 0; i < doc % 40; i++)
		len += (size_t)snprintf(body + len, 300 - len, "%u ", doc * i % 977);
	return len;
}

/* ---- the encoder ---- */

struct writing {
	MDB_txn *txn;
	MDB_dbi dbi;
};

static void put(struct writing *w, const void *key, size_t key_len, const struct buf *value)
{
	MDB_val k = { key_len, (void *)(uintptr_t)key }, v = { value->len, value->data };

	ck_assert_int_eq(mdb_put(w->txn, w->dbi, &k, &v, 0), 0);
}

static void put_chunk(struct writing *w, char kind, const uint8_t *tail, size_t tail_len, const struct buf *value)
{
	uint8_t key[64] = { 0x10 };

	chunk_tail_put(key + 1, SEGMENT);
	key[5] = (uint8_t)kind;
	memcpy(key + 6, tail, tail_len);
	put(w, key, 6 + tail_len, value);
}

static void put_numbered(struct writing *w, char kind, uint32_t number, const struct buf *value)
{
	uint8_t tail[4];

	chunk_tail_put(tail, number);
	put_chunk(w, kind, tail, 4, value);
}

static void add_u32(struct buf *b, uint32_t v)
{
	uint8_t bytes[4];

	put_u32(bytes, v);
	ck_assert_int_eq(buf_add(b, bytes, 4), FUND_OK);
}

static void add_u64(struct buf *b, uint64_t v)
{
	add_u32(b, (uint32_t)v);
	add_u32(b, (uint32_t)(v >> 32));
}

static void seal(struct buf *b, size_t from, size_t end)
{
	put_u32(b->data + from, checksum(b->data + from + 4, end - from - 4));
}

static void write_columns(struct writing *w)
{
	for (uint32_t column = 0; column < COLUMNS; column++)
		for (uint32_t chunk = 0; chunk * COLUMN_CHUNK < N_DOCS && !column_may_lack((enum column)column); chunk++) {
			uint32_t first = chunk * COLUMN_CHUNK, n = N_DOCS - first < COLUMN_CHUNK ? N_DOCS - first : COLUMN_CHUNK;
			uint8_t tail[5] = { (uint8_t)column };
			struct buf b = BUF_INIT;

			add_u32(&b, 0);
			add_u32(&b, n);
			for (uint32_t d = first; d < first + n; d++) {
				if (column == COLUMN_HASH)
					add_u64(&b, model_value(column, d));
				else
					add_u32(&b, (uint32_t)model_value(column, d));
			}
			seal(&b, 0, b.len);
			chunk_tail_put(tail + 1, chunk);
			put_chunk(w, 'c', tail, 5, &b);
			buf_release(&b);
		}
}

static void add_key_block(struct buf *b, uint32_t first, uint32_t end)
{
	size_t start = b->len;
	char before[100] = "";
	size_t before_len = 0;

	add_u32(b, 0);
	for (uint32_t d = first; d < end; d++) {
		struct model_key k = model_key(d);
		size_t shared = 0, len = 2 + strlen(k.printed);
		char entry[100] = { 0, (char)k.root };

		memcpy(entry + 2, k.printed, len - 2);
		while (d > first && shared < len && shared < before_len && entry[shared] == before[shared])
			shared++;
		ck_assert_int_eq(buf_add_varint(b, shared), FUND_OK);
		ck_assert_int_eq(buf_add_varint(b, len - shared), FUND_OK);
		ck_assert_int_eq(buf_add_varint(b, strlen(k.printed) - strlen(k.path)), FUND_OK);
		ck_assert_int_eq(buf_add(b, entry + shared, len - shared), FUND_OK);
		memcpy(before, entry, len);
		before_len = len;
	}
	seal(b, start, b->len);
}

static void write_keys(struct writing *w)
{
	for (uint32_t first = 0; first < N_DOCS; first += KEY_CHUNK) {
		uint32_t end = N_DOCS - first < KEY_CHUNK ? N_DOCS : first + KEY_CHUNK, n_blocks = (end - first + 15) / 16;
		struct buf b = BUF_INIT;

		add_u32(&b, 0);
		add_u32(&b, end - first);
		for (uint32_t i = 0; i < n_blocks; i++)
			add_u32(&b, 0);
		for (uint32_t i = 0; i < n_blocks; i++) {
			uint32_t from = first + 16 * i, to = from + 16 < end ? from + 16 : end;

			put_u32(b.data + 8 + 4 * (size_t)i, (uint32_t)b.len);
			add_key_block(&b, from, to);
		}
		seal(&b, 0, 8 + 4 * (size_t)n_blocks);
		put_numbered(w, 'k', first, &b);
		buf_release(&b);
	}
}

static void build_text(struct text_builder *builder, uint32_t first, uint32_t end, struct buf *stored, uint32_t *raw_len)
{
	uint32_t n;

	for (uint32_t d = first; d < end; d++) {
		char body[300];
		size_t len = model_body(d, body);
		struct stored_article a = { .title = slice_str("T"), .body = slice_of(body, len) };

		ck_assert_int_eq(text_builder_add(builder, &a), FUND_OK);
	}
	ck_assert_int_eq(text_builder_close(builder, stored, &n, raw_len), FUND_OK);
}

/* Each chunk of text holds what one chunk of the directory lists. */
static void write_texts(struct writing *w)
{
	struct text_builder *builder;

	ck_assert_int_eq(text_builder_new(&builder), FUND_OK);
	for (uint32_t chunk = 0; chunk * DIRECTORY_CHUNK * TEXT_BLOCK < N_DOCS; chunk++) {
		struct buf texts = BUF_INIT, directory = BUF_INIT;
		uint32_t doc = chunk * DIRECTORY_CHUNK * TEXT_BLOCK, n = 0;

		add_u32(&directory, 0);
		add_u32(&directory, 0);
		for (; n < DIRECTORY_CHUNK && doc < N_DOCS; n++) {
			uint32_t end = N_DOCS - doc < TEXT_BLOCK ? N_DOCS : doc + TEXT_BLOCK, raw_len = 0;
			size_t start = texts.len;

			build_text(builder, doc, end, &texts, &raw_len);
			add_u32(&directory, doc);
			add_u32(&directory, end - doc);
			add_u64(&directory, (uint64_t)chunk << 18 | start);
			add_u32(&directory, (uint32_t)(texts.len - start));
			add_u32(&directory, raw_len);
			doc = end;
		}
		put_u32(directory.data + 4, n);
		seal(&directory, 0, directory.len);
		ck_assert_uint_lt(texts.len, CHUNK_MAX);
		put_numbered(w, 't', chunk, &texts);
		put_numbered(w, 'x', chunk * DIRECTORY_CHUNK * TEXT_BLOCK, &directory);
		buf_release(&texts);
		buf_release(&directory);
	}
	text_builder_free(builder);
}

static uint32_t write_tombstones(struct writing *w)
{
	uint8_t key[9] = { 0x03 };
	struct buf b = BUF_INIT;
	uint32_t n_dead = 0;

	chunk_tail_put(key + 1, SEGMENT);
	ck_assert_int_eq(buf_reserve(&b, 4 + tombstone_bytes(N_DOCS, 0)), FUND_OK);
	b.len = 4 + tombstone_bytes(N_DOCS, 0);
	memset(b.data, 0, b.len);
	for (uint32_t d = 0; d < N_DOCS; d++)
		if (model_is_dead(d)) {
			b.data[4 + d / 8] |= (uint8_t)(1u << d % 8);
			n_dead++;
		}
	seal(&b, 0, b.len);
	put(w, key, 9, &b);
	buf_release(&b);
	return n_dead;
}

static void write_manifest(struct writing *w, uint64_t generation, uint32_t n_dead)
{
	struct manifest m = { .generation = generation, .weights = { 3, 2 }, .next_root = 4 };
	struct segment_stats stats = { .number = SEGMENT, .n_docs = N_DOCS, .n_dead = n_dead };
	struct buf b = BUF_INIT;
	struct root *root;

	ck_assert_int_eq(manifest_add_root(&m, slice_str("/four"), 0, &root), FUND_OK);
	ck_assert_int_eq(manifest_add_root(&m, slice_str("/zero"), 0, &root), FUND_OK);
	root->number = 0;
	ck_assert_int_eq(manifest_add_segment(&m, &stats), FUND_OK);
	ck_assert_int_eq(manifest_encode(&m, &b), FUND_OK);
	put(w, "\1", 1, &b);
	buf_release(&b);
	manifest_release(&m);
}

static MDB_env *open_lmdb(const char *dir)
{
	MDB_env *env;

	ck_assert_int_eq(mdb_env_create(&env), 0);
	ck_assert_int_eq(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
	ck_assert_int_eq(mdb_env_open(env, dir, MDB_NOTLS | MDB_NOSYNC, 0600), 0);
	return env;
}

static void begin(struct writing *w, MDB_env *env)
{
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &w->txn), 0);
	ck_assert_int_eq(mdb_dbi_open(w->txn, NULL, 0, &w->dbi), 0);
}

static void write_index(const char *dir)
{
	MDB_env *env = open_lmdb(dir);
	struct writing w;

	begin(&w, env);
	write_columns(&w);
	write_keys(&w);
	write_texts(&w);
	write_manifest(&w, 1, write_tombstones(&w));
	ck_assert_int_eq(mdb_txn_commit(w.txn), 0);
	mdb_env_close(env);
}

/* ---- fixture: the index is written once a test case and copied for each test ---- */

static struct scratch image, scratch;
static struct snapshot *snapshot;
static struct segment *segment;

static void make_image(void)
{
	scratch_make(&image);
	write_index(image.dir);
}

static void remove_image(void)
{
	scratch_remove(&image);
}

static int open_in(const struct scratch *s, const char *name, int flags)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	fd = open(path, flags, 0600);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static void make_index(void)
{
	static char bytes[1 << 16];
	int from, to;
	ssize_t n;

	scratch_make(&scratch);
	from = open_in(&image, "data.mdb", O_RDONLY);
	to = open_in(&scratch, "data.mdb", O_WRONLY | O_CREAT);
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		ck_assert_int_eq(write(to, bytes, (size_t)n), n);
	close(from);
	close(to);
	close(open_in(&scratch, "lock.mdb", O_WRONLY | O_CREAT));
}

static void setup(void)
{
	struct fault why = { .status = FUND_OK };

	make_index();
	ck_assert_msg(snapshot_open(&snapshot, scratch.dir, &why) == FUND_OK, "%s", why.text);
	ck_assert_int_eq(snapshot_segment(snapshot, 0, &segment, &why), FUND_OK);
}

static void remove_index(void)
{
	scratch_remove(&scratch);
}

static void teardown(void)
{
	snapshot_close(snapshot);
	remove_index();
}

/* ---- reading ---- */

START_TEST(every_value_of_every_column_is_read)
{
	ck_assert_uint_eq(segment_number(segment), SEGMENT);
	ck_assert_uint_eq(segment_n_docs(segment), N_DOCS);
	ck_assert_uint_eq(segment_weights(segment).title, 3);
	for (uint32_t column = 0; column < COLUMNS; column++)
		for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 3) {
			uint64_t value;

			ck_assert_int_eq(segment_value(segment, (enum column)column, d, &value), FUND_OK);
			ck_assert_uint_eq(value, model_value((enum column)column, d));
		}
}
END_TEST

START_TEST(a_column_chunk_is_as_long_as_its_documents)
{
	const uint8_t *values, *again;
	uint32_t n;

	ck_assert_int_eq(segment_column(segment, COLUMN_LENGTH, 1, &values, &n), FUND_OK);
	ck_assert_uint_eq(n, N_DOCS - COLUMN_CHUNK);
	ck_assert_uint_eq(get_u32(values), model_value(COLUMN_LENGTH, COLUMN_CHUNK));
	ck_assert_int_eq(segment_column(segment, COLUMN_LENGTH, 1, &again, &n), FUND_OK);
	ck_assert_ptr_eq(values, again);
	ck_assert_int_eq(segment_column(segment, COLUMN_SIGNATURE, 0, &values, &n), FUND_NOT_FOUND);
}
END_TEST

START_TEST(a_document_that_is_not_there_is_corrupt)
{
	struct text_cache cache = { .n = 0 };
	struct stored_article article;
	struct article_key key;
	struct buf room = BUF_INIT;
	const uint8_t *values;
	uint64_t value;
	uint32_t n;

	ck_assert_int_eq(segment_value(segment, COLUMN_DATE, N_DOCS, &value), FUND_CORRUPT);
	ck_assert_int_eq(segment_value(segment, COLUMN_DATE, UINT32_MAX, &value), FUND_CORRUPT);
	ck_assert_int_eq(segment_column(segment, COLUMN_DATE, 2, &values, &n), FUND_CORRUPT);
	ck_assert_int_eq(segment_key(segment, N_DOCS, &(struct key_chunk){ .n = 0 }, &room, &key), FUND_CORRUPT);
	ck_assert_int_eq(segment_article(segment, N_DOCS, &cache, &article), FUND_CORRUPT);
	buf_release(&room);
	text_cache_release(&cache);
}
END_TEST

static void assert_key(const struct article_key *key, uint32_t doc)
{
	struct model_key k = model_key(doc);

	ck_assert_uint_eq(key->root, k.root);
	ck_assert_msg(slice_equal(key->key, slice_str(k.printed)), "document %u", doc);
	ck_assert_uint_eq(key->id_len, strlen(k.printed) - strlen(k.path));
}

START_TEST(keys_are_read_by_document)
{
	struct buf room = BUF_INIT;
	struct article_key key;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 11) {
		ck_assert_int_eq(segment_key(segment, d, &(struct key_chunk){ .n = 0 }, &room, &key), FUND_OK);
		assert_key(&key, d);
	}
	buf_release(&room);
}
END_TEST

START_TEST(keys_are_read_in_order_from_anywhere)
{
	static const uint32_t starts[] = { 0, 1, 15, 16, 17, KEY_CHUNK - 1, KEY_CHUNK, N_DOCS - 1, N_DOCS, 0 };
	struct key_iter it = { .segment = NULL };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		uint32_t end = i + 1 == sizeof(starts) / sizeof(starts[0]) ? N_DOCS : starts[i] + 40;

		ck_assert_int_eq(key_iter_seek(&it, segment, starts[i]), FUND_OK);
		for (uint32_t d = starts[i]; d < end && d < N_DOCS; d++) {
			ck_assert_int_eq(key_iter_next(&it), FUND_OK);
			ck_assert_uint_eq(it.doc, d);
			assert_key(&it.key, d);
		}
		if (end >= N_DOCS)
			for (int again = 0; again < 2; again++)
				ck_assert_int_eq(key_iter_next(&it), FUND_END);
	}
	key_iter_release(&it);
}
END_TEST

START_TEST(the_documents_of_a_file_are_found)
{
	uint32_t first, end;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 97) {
		struct model_key k = model_key(d);

		ck_assert_int_eq(segment_file_docs(segment, k.root, slice_str(k.path), &first, &end), FUND_OK);
		ck_assert_uint_eq(first, k.file_first);
		ck_assert_uint_eq(end, k.file_end);
		k.path[strlen(k.path) - 1] = 'u';
		ck_assert_int_eq(segment_file_docs(segment, k.root, slice_str(k.path), &first, &end), FUND_OK);
		ck_assert_uint_eq(first, end);
		ck_assert_int_eq(segment_file_docs(segment, 2, slice_str(k.path), &first, &end), FUND_OK);
		ck_assert_uint_eq(first, end);
	}
}
END_TEST

START_TEST(a_printed_key_finds_its_live_document)
{
	uint32_t doc;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 89) {
		enum fund_status status = segment_find_key(segment, slice_str(model_key(d).printed), &doc);

		ck_assert_int_eq(status, model_is_dead(d) ? FUND_NOT_FOUND : FUND_OK);
		if (status == FUND_OK)
			ck_assert_uint_eq(doc, d);
	}
	ck_assert_int_eq(segment_find_key(segment, slice_str(""), &doc), FUND_NOT_FOUND);
	ck_assert_int_eq(segment_find_key(segment, slice_str("#####"), &doc), FUND_NOT_FOUND);
	ck_assert_int_eq(segment_find_key(segment, slice_str("zzz#1"), &doc), FUND_NOT_FOUND);
}
END_TEST

START_TEST(the_dead_are_dead)
{
	const uint8_t *bits;
	bool dead;

	ck_assert(segment_has_dead(segment));
	for (uint32_t d = 0; d < N_DOCS; d++) {
		ck_assert_int_eq(segment_is_dead(segment, d, &dead), FUND_OK);
		ck_assert(dead == model_is_dead(d));
	}
	ck_assert_int_eq(segment_tombstones(segment, 0, &bits), FUND_OK);
	ck_assert_ptr_nonnull(bits);
	ck_assert_uint_eq(bits[0], 1u << 3);
}
END_TEST

static void assert_article(const struct stored_article *a, uint32_t doc)
{
	char body[300];
	size_t len = model_body(doc, body);

	ck_assert(slice_equal(a->title, SLICE_LIT("T")));
	ck_assert(slice_equal(a->body, slice_of(body, len)));
}

START_TEST(articles_come_back)
{
	struct text_cache cache = { .n = 0 };
	struct stored_article article;

	for (uint32_t d = 0; d < N_DOCS; d += 1 + d % 37) {
		ck_assert_int_eq(segment_article(segment, d, &cache, &article), FUND_OK);
		assert_article(&article, d);
		ck_assert_uint_le(cache.first, d);
	}
	text_cache_release(&cache);
}
END_TEST

START_TEST(text_blocks_come_in_order_and_again)
{
	struct text_block_ref block;
	uint32_t n_blocks = (N_DOCS + TEXT_BLOCK - 1) / TEXT_BLOCK;
	struct buf raw = BUF_INIT;

	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < n_blocks; i++) {
			ck_assert_int_eq(segment_text_block(segment, i, &block), FUND_OK);
			ck_assert_uint_eq(block.first, i * TEXT_BLOCK);
			ck_assert_int_eq(text_block_unpack(block.stored, block.raw_len, &raw), FUND_OK);
		}
	ck_assert_int_eq(segment_text_block(segment, n_blocks, &block), FUND_END);
	ck_assert_int_eq(segment_text_block(segment, UINT32_MAX, &block), FUND_END);
	ck_assert_int_eq(segment_text_block(segment, 3, &block), FUND_OK);
	buf_release(&raw);
}
END_TEST

START_TEST(chunks_of_another_kind_or_segment_are_not_found)
{
	const struct chunk_source *s = segment_chunks(segment);
	uint8_t long_tail[600] = { 0 };
	struct slice found, value;

	ck_assert_int_eq(s->get(s->context, CHUNK_LISTS, slice_str("x"), &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->seek_le(s->context, CHUNK_LISTS, slice_str("x"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->next(s->context, CHUNK_LISTS, slice_str("x"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->get(s->context, CHUNK_KEYS, slice_of(long_tail, 600), &value), FUND_NOT_FOUND);
	ck_assert_int_eq(s->seek_le(s->context, CHUNK_KEYS, slice_of(long_tail, 600), &found, &value), FUND_OK);
	ck_assert_uint_eq(found.len, 4);
	ck_assert_int_eq(s->next(s->context, CHUNK_KEYS, slice_of(long_tail, 600), &found, &value), FUND_OK);
	ck_assert(slice_equal(found, slice_of("\0\0\x03\xe0", 4)));
	ck_assert_int_eq(s->next(s->context, CHUNK_KEYS, slice_of(NULL, 0), &found, &value), FUND_OK);
	ck_assert(slice_equal(found, slice_of("\0\0\0\0", 4)));
}
END_TEST

/* ---- damage: an answer is right, or it is an error ---- */

static unsigned n_noticed;

static bool is_ok(enum fund_status status)
{
	n_noticed += status != FUND_OK;
	return status == FUND_OK;
}

static void use_document(struct segment *s, uint32_t d, struct buf *room, struct text_cache *cache)
{
	struct model_key k = model_key(d);
	struct stored_article article;
	struct article_key key;
	uint32_t first, end;
	uint64_t value;
	bool dead;

	for (uint32_t column = 0; column < COLUMNS; column++)
		if (is_ok(segment_value(s, (enum column)column, d, &value)))
			ck_assert_uint_eq(value, model_value((enum column)column, d));
	if (is_ok(segment_key(s, d, &(struct key_chunk){ .n = 0 }, room, &key)))
		assert_key(&key, d);
	if (is_ok(segment_file_docs(s, k.root, slice_str(k.path), &first, &end))) {
		ck_assert_uint_eq(first, k.file_first);
		ck_assert_uint_eq(end, k.file_end);
	}
	if (is_ok(segment_is_dead(s, d, &dead)))
		ck_assert(dead == model_is_dead(d));
	if (is_ok(segment_article(s, d, cache, &article)))
		assert_article(&article, d);
}

static void use_index(struct snapshot *s, uint64_t *seed)
{
	struct text_cache cache = { .n = 0 };
	struct buf room = BUF_INIT;
	struct text_block_ref block;
	struct segment *damaged;
	uint32_t n_docs = 0;
	enum fund_status status;

	ck_assert_int_eq(snapshot_segment(s, 0, &damaged, NULL), FUND_OK);
	for (int i = 0; i < 8; i++)
		use_document(damaged, random_below(seed, N_DOCS), &room, &cache);
	for (uint32_t i = 0; (status = segment_text_block(damaged, i, &block)) == FUND_OK; i++)
		n_docs += block.n_docs;
	ck_assert(!is_ok(status == FUND_END ? FUND_OK : status) || n_docs == N_DOCS);
	text_cache_release(&cache);
	buf_release(&room);
}

/* Numbers of the meta, branch and leaf pages: of the many pages of a file those that LMDB would follow into a crash. */
static uint32_t find_tree_pages(int fd, off_t size, uint32_t pages[64])
{
	uint32_t n = 0;

	for (uint32_t page = 0; page < size / 4096 && n < 64; page++) {
		uint8_t head[16];

		ck_assert_int_eq(pread(fd, head, 16, (off_t)page * 4096), 16);
		if (head[11] == 0 && (head[10] == 1 || head[10] == 2 || head[10] == 8) && get_u32(head) == page)
			pages[n++] = page;
	}
	return n;
}

#ifndef DAMAGE_RUNS
#define DAMAGE_RUNS 150
#endif

START_TEST(damage_gives_an_error_or_the_right_answer)
{
	uint64_t seed = (uint64_t)_i * 1000 + 41;
	uint32_t tree_pages[64], n_tree_pages;
	int fd = open_in(&scratch, "data.mdb", O_RDWR);
	off_t size = lseek(fd, 0, SEEK_END);

	n_tree_pages = find_tree_pages(fd, size, tree_pages);
	for (int run = 0; run < DAMAGE_RUNS; run++) {
		off_t page = random_below(&seed, 2) ? tree_pages[random_below(&seed, n_tree_pages)]
						    : random_below(&seed, (uint32_t)(size / 4096));
		off_t off = page * 4096 + random_below(&seed, random_below(&seed, 2) ? 200 : 4096);
		struct fault why = { .status = FUND_OK };
		struct snapshot *s;
		uint8_t keep, flipped;

		ck_assert_int_eq(pread(fd, &keep, 1, off), 1);
		flipped = keep ^ (uint8_t)(1u << random_below(&seed, 8));
		ck_assert_int_eq(pwrite(fd, &flipped, 1, off), 1);
		if (snapshot_open(&s, scratch.dir, &why) == FUND_OK) {
			use_index(s, &seed);
			snapshot_close(s);
		} else {
			n_noticed++;
			ck_assert_uint_gt(strlen(why.text), 0);
		}
		ck_assert_int_eq(pwrite(fd, &keep, 1, off), 1);
	}
	ck_assert_uint_gt(n_noticed, 0);
	close(fd);
}
END_TEST

/* A cut in the middle of the file is seen at opening. */
START_TEST(a_cut_index_is_refused)
{
	struct fault why = { .status = FUND_OK };
	struct snapshot *s;
	int fd = open_in(&scratch, "data.mdb", O_RDWR);
	off_t size = lseek(fd, 0, SEEK_END);

	for (off_t at = size - 4096; at >= 0; at -= size / 20) {
		ck_assert_int_eq(ftruncate(fd, at), 0);
		ck_assert_int_eq(snapshot_open(&s, scratch.dir, &why), FUND_CORRUPT);
		ck_assert_ptr_nonnull(strstr(why.text, "cut off"));
	}
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(snapshot_open(&s, scratch.dir, &why), FUND_CORRUPT);
	ck_assert_ptr_nonnull(strstr(why.text, "empty"));
	close(fd);
}
END_TEST

/* ---- snapshots ---- */

START_TEST(where_there_is_no_index_none_is_found)
{
	struct fault why = { .status = FUND_OK };
	struct snapshot *s;
	char path[300];

	ck_assert_int_eq(snapshot_open(&s, "/nonexistent/index", &why), FUND_NOT_FOUND);
	snprintf(path, sizeof(path), "%s/empty", scratch.dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(snapshot_open(&s, path, &why), FUND_NOT_FOUND);
	ck_assert_ptr_null(s);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	snprintf(path, sizeof(path), "%s/data.mdb", scratch.dir); /* a file as directory */
	ck_assert_int_eq(snapshot_open(&s, path, &why), FUND_NOT_FOUND);
}
END_TEST

static const struct {
	const char *name, *key;
	bool manifest;
	enum fund_status status;
} unfinished[] = {
	{ "a new LMDB file", NULL, false, FUND_NOT_FOUND },
	{ "the chunks of a run that was killed", "\x10\1\1\1\1c", false, FUND_NOT_FOUND },
	{ "another program's LMDB file", "hello", false, FUND_FORMAT },
	{ "an index that was made and never published", NULL, true, FUND_NOT_FOUND },
};

START_TEST(half_made_indexes_are_told_from_foreign_files)
{
	struct fault why = { .status = FUND_OK };
	struct buf value = BUF_INIT;
	struct snapshot *s;
	struct writing w;
	char path[300];
	MDB_env *env;

	snprintf(path, sizeof(path), "%s/other", scratch.dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	env = open_lmdb(path);
	begin(&w, env);
	add_u32(&value, 1);
	if (unfinished[_i].key != NULL)
		put(&w, unfinished[_i].key, strlen(unfinished[_i].key), &value);
	if (unfinished[_i].manifest)
		write_manifest(&w, 0, 0);
	ck_assert_int_eq(mdb_txn_commit(w.txn), 0);
	mdb_env_close(env);
	ck_assert_msg(snapshot_open(&s, path, &why) == unfinished[_i].status, "%s: %s", unfinished[_i].name, why.text);
	if (unfinished[_i].manifest) {
		ck_assert_int_eq(snapshot_open_held(&s, path, 1, &why), FUND_OK);
		snapshot_close(s);
	}
	buf_release(&value);
}
END_TEST

static int count_reader(const char *line, void *n)
{
	*(int *)n += line[0] == ' ' && strstr(line, "pid") == NULL;
	return 0;
}

/* From another process: this one has the environment open. */
static int n_registered(void)
{
	int pipe_fd[2], n = 0;

	ck_assert_int_eq(pipe(pipe_fd), 0);
	if (fork() == 0) {
		MDB_env *env = open_lmdb(scratch.dir);

		mdb_reader_list(env, count_reader, &n);
		_exit(write(pipe_fd[1], &n, sizeof(n)) != sizeof(n));
	}
	ck_assert_int_eq(read(pipe_fd[0], &n, sizeof(n)), sizeof(n));
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	return n;
}

START_TEST(snapshots_of_one_index_register_side_by_side)
{
	struct snapshot *second, *third;

	ck_assert_int_eq(n_registered(), 1);
	ck_assert_int_eq(snapshot_open(&second, scratch.dir, NULL), FUND_OK);
	ck_assert_int_eq(snapshot_open(&third, scratch.dir, NULL), FUND_OK);
	ck_assert_int_eq(n_registered(), 3);
	snapshot_close(second);
	ck_assert_int_eq(n_registered(), 2);
	ck_assert_int_eq(snapshot_check(snapshot), FUND_OK);
	snapshot_close(third);
	ck_assert_uint_eq(snapshot_n_segments(snapshot), 1);
}
END_TEST

/* What a writer of another process does. */
static void rewrite(uint64_t generation, unsigned times)
{
	pid_t pid = fork();

	if (pid == 0) {
		MDB_env *env = open_lmdb(scratch.dir);

		for (unsigned i = 0; i < times; i++) {
			struct writing w;

			begin(&w, env);
			if (i % 4 == 0)
				write_columns(&w);
			write_manifest(&w, generation + i, write_tombstones(&w));
			if (mdb_txn_commit(w.txn) != 0)
				_exit(1);
		}
		mdb_env_close(env);
		_exit(0);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

START_TEST(a_registered_snapshot_stays_as_it_is)
{
	uint64_t seed = 1;
	struct snapshot *later;

	rewrite(2, 12);
	ck_assert_int_eq(snapshot_check(snapshot), FUND_OK);
	ck_assert_uint_eq(snapshot_manifest(snapshot)->generation, 1);
	use_index(snapshot, &seed);
	ck_assert_uint_eq(n_noticed, 0);
	ck_assert_int_eq(pages_check(snapshot_pages(snapshot), NULL), FUND_OK);
	ck_assert_int_eq(snapshot_open(&later, scratch.dir, NULL), FUND_OK);
	ck_assert_uint_eq(snapshot_manifest(later)->generation, 13);
	snapshot_close(later);
}
END_TEST

START_TEST(without_a_lock_file_a_snapshot_can_grow_stale)
{
	struct snapshot *s;
	char path[300];

	snprintf(path, sizeof(path), "%s/lock.mdb", scratch.dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(snapshot_open(&s, scratch.dir, NULL), FUND_OK);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(snapshot_check(s), FUND_OK);
	rewrite(2, 1);
	ck_assert_int_eq(snapshot_check(s), FUND_OK);
	ck_assert_uint_eq(snapshot_manifest(s)->generation, 1);
	rewrite(3, 1);
	ck_assert_int_eq(snapshot_check(s), FUND_STALE);
	snapshot_close(s);
}
END_TEST

/* More than LMDB's 126. */
START_TEST(many_snapshots_at_once)
{
	enum { MANY = 300 };
	struct snapshot *s[MANY];

	snapshot_close(snapshot);
	snapshot = NULL;
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(snapshot_open(&s[i], scratch.dir, NULL), FUND_OK);
	ck_assert_int_eq(n_registered(), MANY);
	for (int i = 0; i < MANY; i++)
		snapshot_close(s[i]);
	ck_assert_int_eq(n_registered(), 0);
}
END_TEST

START_TEST(a_damaged_lock_file_does_not_keep_readers_out)
{
	struct snapshot *s;
	int fd;

	fd = open_in(&scratch, "lock.mdb", O_WRONLY);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(write(fd, "no lock file", 12), 12);
	close(fd);
	ck_assert_int_eq(snapshot_open(&s, scratch.dir, NULL), FUND_OK);
	snapshot_close(s);
}
END_TEST

Suite *suite_segment(void);
Suite *suite_segment(void)
{
	Suite *suite = suite_create("segment");
	TCase *reading = tcase_create("reading"), *damage = tcase_create("damage"), *state = tcase_create("snapshot");
	TCase *opening = tcase_create("opening");

	tcase_add_unchecked_fixture(reading, make_image, remove_image);
	tcase_add_checked_fixture(reading, setup, teardown);
	tcase_add_test(reading, every_value_of_every_column_is_read);
	tcase_add_test(reading, a_column_chunk_is_as_long_as_its_documents);
	tcase_add_test(reading, a_document_that_is_not_there_is_corrupt);
	tcase_add_test(reading, keys_are_read_by_document);
	tcase_add_test(reading, keys_are_read_in_order_from_anywhere);
	tcase_add_test(reading, the_documents_of_a_file_are_found);
	tcase_add_test(reading, a_printed_key_finds_its_live_document);
	tcase_add_test(reading, the_dead_are_dead);
	tcase_add_test(reading, articles_come_back);
	tcase_add_test(reading, text_blocks_come_in_order_and_again);
	tcase_add_test(reading, chunks_of_another_kind_or_segment_are_not_found);
	suite_add_tcase(suite, reading);

	tcase_add_unchecked_fixture(damage, make_image, remove_image);
	tcase_add_checked_fixture(damage, make_index, remove_index);
	tcase_add_loop_test(damage, damage_gives_an_error_or_the_right_answer, 0, 4);
	tcase_add_test(damage, a_cut_index_is_refused);
	tcase_set_timeout(damage, 120);
	suite_add_tcase(suite, damage);

	tcase_add_unchecked_fixture(state, make_image, remove_image);
	tcase_add_checked_fixture(state, setup, teardown);
	tcase_add_test(state, snapshots_of_one_index_register_side_by_side);
	tcase_add_test(state, a_registered_snapshot_stays_as_it_is);
	tcase_add_test(state, many_snapshots_at_once);
	suite_add_tcase(suite, state);

	tcase_add_unchecked_fixture(opening, make_image, remove_image);
	tcase_add_checked_fixture(opening, make_index, remove_index);
	tcase_add_test(opening, where_there_is_no_index_none_is_found);
	tcase_add_loop_test(opening, half_made_indexes_are_told_from_foreign_files, 0, sizeof(unfinished) / sizeof(unfinished[0]));
	tcase_add_test(opening, without_a_lock_file_a_snapshot_can_grow_stale);
	tcase_add_test(opening, a_damaged_lock_file_does_not_keep_readers_out);
	suite_add_tcase(suite, opening);
	return suite;
}
