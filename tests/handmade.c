/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/handmade.h"

#include <fcntl.h>

#include "base/hash.h"
#include "store/environment.h"
#include "store/text_block.h"

/* ---- the model: every value follows from the document's number ---- */

bool handmade_is_dead(uint32_t doc)
{
	return doc % 7 == 3;
}

struct handmade_key handmade_key(uint32_t doc)
{
	uint32_t group = doc / 12, in_group = doc % 12;
	bool many = in_group >= 4;
	uint32_t file = many ? 4 : in_group;
	struct handmade_key k = { .root = doc < 9000 ? 0 : 4 };

	snprintf(k.path, sizeof(k.path), "dir%03u/%06u%s%u.txt", group / 100, group, group % 3 == 0 ? "#" : "-", file);
	snprintf(k.printed, sizeof(k.printed), many ? "%s#%u" : "%s", k.path, 20 - in_group);
	k.file_first = many ? group * 12 + 4 : doc;
	k.file_end = many ? group * 12 + 12 : doc + 1;
	if (k.file_end > N_DOCS)
		k.file_end = N_DOCS;
	return k;
}

uint64_t handmade_value(enum column column, uint32_t doc)
{
	uint64_t v = (doc + 1) * 0x9E3779B97F4A7C15u * (uint64_t)(column + 1);

	if (column_may_lack(column))
		return 0;
	return column == COLUMN_HASH ? v : v >> 32;
}

size_t handmade_body(uint32_t doc, char body[300])
{
	size_t len = 0;

	for (uint32_t i = 0; i < doc % 40; i++)
		len += (size_t)snprintf(body + len, 300 - len, "%u ", doc * i % 977);
	return len;
}

/* ---- the encoder ---- */

void handmade_put(struct handmade_writing *w, const void *key, size_t key_len, const struct buf *value)
{
	MDB_val k = { key_len, (void *)(uintptr_t)key }, v = { value->len, value->data };

	ck_assert_int_eq(mdb_put(w->txn, w->dbi, &k, &v, 0), 0);
}

static void put_chunk(struct handmade_writing *w, char kind, const uint8_t *tail, size_t tail_len, const struct buf *value)
{
	uint8_t key[64] = { 0x10 };

	chunk_tail_put(key + 1, SEGMENT);
	key[5] = (uint8_t)kind;
	memcpy(key + 6, tail, tail_len);
	handmade_put(w, key, 6 + tail_len, value);
}

static void put_numbered(struct handmade_writing *w, char kind, uint32_t number, const struct buf *value)
{
	uint8_t tail[4];

	chunk_tail_put(tail, number);
	put_chunk(w, kind, tail, 4, value);
}

void handmade_add_u32(struct buf *b, uint32_t v)
{
	uint8_t bytes[4];

	put_u32(bytes, v);
	ck_assert_int_eq(buf_add(b, bytes, 4), FUND_OK);
}

static void add_u64(struct buf *b, uint64_t v)
{
	handmade_add_u32(b, (uint32_t)v);
	handmade_add_u32(b, (uint32_t)(v >> 32));
}

static void seal(struct buf *b, size_t from, size_t end)
{
	put_u32(b->data + from, checksum(b->data + from + 4, end - from - 4));
}

void handmade_write_columns(struct handmade_writing *w)
{
	for (uint32_t column = 0; column < COLUMNS; column++)
		for (uint32_t chunk = 0; chunk * COLUMN_CHUNK < N_DOCS && !column_may_lack((enum column)column); chunk++) {
			uint32_t first = chunk * COLUMN_CHUNK, n = N_DOCS - first < COLUMN_CHUNK ? N_DOCS - first : COLUMN_CHUNK;
			uint8_t tail[5] = { (uint8_t)column };
			struct buf b = BUF_INIT;

			handmade_add_u32(&b, 0);
			handmade_add_u32(&b, n);
			for (uint32_t d = first; d < first + n; d++) {
				if (column == COLUMN_HASH)
					add_u64(&b, handmade_value(column, d));
				else
					handmade_add_u32(&b, (uint32_t)handmade_value(column, d));
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

	handmade_add_u32(b, 0);
	for (uint32_t d = first; d < end; d++) {
		struct handmade_key k = handmade_key(d);
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

static void write_keys(struct handmade_writing *w)
{
	for (uint32_t first = 0; first < N_DOCS; first += KEY_CHUNK) {
		uint32_t end = N_DOCS - first < KEY_CHUNK ? N_DOCS : first + KEY_CHUNK, n_blocks = (end - first + 15) / 16;
		struct buf b = BUF_INIT;

		handmade_add_u32(&b, 0);
		handmade_add_u32(&b, end - first);
		for (uint32_t i = 0; i < n_blocks; i++)
			handmade_add_u32(&b, 0);
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
		size_t len = handmade_body(d, body);
		struct stored_article a = { .title = slice_str("T"), .body = slice_of(body, len) };

		ck_assert_int_eq(text_builder_add(builder, &a), FUND_OK);
	}
	ck_assert_int_eq(text_builder_close(builder, stored, &n, raw_len), FUND_OK);
}

/* Each chunk of text holds what one chunk of the directory lists. */
static void write_texts(struct handmade_writing *w)
{
	struct text_builder *builder;

	ck_assert_int_eq(text_builder_new(&builder), FUND_OK);
	for (uint32_t chunk = 0; chunk * DIRECTORY_CHUNK * TEXT_BLOCK < N_DOCS; chunk++) {
		struct buf texts = BUF_INIT, directory = BUF_INIT;
		uint32_t doc = chunk * DIRECTORY_CHUNK * TEXT_BLOCK, n = 0;

		handmade_add_u32(&directory, 0);
		handmade_add_u32(&directory, 0);
		for (; n < DIRECTORY_CHUNK && doc < N_DOCS; n++) {
			uint32_t end = N_DOCS - doc < TEXT_BLOCK ? N_DOCS : doc + TEXT_BLOCK, raw_len = 0;
			size_t start = texts.len;

			build_text(builder, doc, end, &texts, &raw_len);
			handmade_add_u32(&directory, doc);
			handmade_add_u32(&directory, end - doc);
			handmade_add_u32(&directory, SEGMENT);
			handmade_add_u32(&directory, 0);
			handmade_add_u32(&directory, end - doc);
			handmade_add_u32(&directory, (uint32_t)(texts.len - start));
			handmade_add_u32(&directory, raw_len);
			add_u64(&directory, (uint64_t)chunk << 18 | start);
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

uint32_t handmade_write_tombstones(struct handmade_writing *w)
{
	uint8_t key[9] = { 0x03 };
	struct buf b = BUF_INIT;
	uint32_t n_dead = 0;

	chunk_tail_put(key + 1, SEGMENT);
	ck_assert_int_eq(buf_reserve(&b, 4 + tombstone_bytes(N_DOCS, 0)), FUND_OK);
	b.len = 4 + tombstone_bytes(N_DOCS, 0);
	memset(b.data, 0, b.len);
	for (uint32_t d = 0; d < N_DOCS; d++)
		if (handmade_is_dead(d)) {
			b.data[4 + d / 8] |= (uint8_t)(1u << d % 8);
			n_dead++;
		}
	seal(&b, 0, b.len);
	handmade_put(w, key, 9, &b);
	buf_release(&b);
	return n_dead;
}

void handmade_write_manifest(struct handmade_writing *w, uint64_t generation, uint32_t n_dead)
{
	struct manifest m = { .generation = generation, .weights = { 3, 2 }, .next_root = 4 };
	struct segment_stats stats = { .number = SEGMENT, .n_docs = N_DOCS, .n_dead = n_dead, .n_stores = 1, .stores = { { .number = SEGMENT, .n_docs = N_DOCS } } };
	struct buf b = BUF_INIT;
	struct root *root;

	ck_assert_int_eq(manifest_add_root(&m, slice_str("/four"), 0, &root), FUND_OK);
	ck_assert_int_eq(manifest_add_root(&m, slice_str("/zero"), 0, &root), FUND_OK);
	root->number = 0;
	ck_assert_int_eq(manifest_add_segment(&m, &stats), FUND_OK);
	ck_assert_int_eq(manifest_encode(&m, &b), FUND_OK);
	handmade_put(w, "\1", 1, &b);
	buf_release(&b);
	manifest_release(&m);
}

MDB_env *handmade_open_lmdb(const char *dir)
{
	MDB_env *env;

	ck_assert_int_eq(mdb_env_create(&env), 0);
	ck_assert_int_eq(mdb_env_set_mapsize(env, (size_t)1 << 30), 0);
	ck_assert_int_eq(mdb_env_open(env, dir, MDB_NOTLS | MDB_NOSYNC, 0600), 0);
	return env;
}

void handmade_begin(struct handmade_writing *w, MDB_env *env)
{
	ck_assert_int_eq(mdb_txn_begin(env, NULL, 0, &w->txn), 0);
	ck_assert_int_eq(mdb_dbi_open(w->txn, NULL, 0, &w->dbi), 0);
}

static void write_index(const char *dir)
{
	MDB_env *env = handmade_open_lmdb(dir);
	struct handmade_writing w;

	handmade_begin(&w, env);
	handmade_write_columns(&w);
	write_keys(&w);
	write_texts(&w);
	handmade_write_manifest(&w, 1, handmade_write_tombstones(&w));
	ck_assert_int_eq(environment_commit(w.txn, w.dbi), 0);
	mdb_env_close(env);
}

/* ---- fixture: the index is written once a test case and copied for each test ---- */

struct scratch handmade_scratch;
static struct scratch image;
struct snapshot *handmade_snapshot;
struct segment *handmade_segment;

void handmade_make_image(void)
{
	scratch_make(&image);
	write_index(image.dir);
}

void handmade_remove_image(void)
{
	scratch_remove(&image);
}

int handmade_open_file(const struct scratch *s, const char *name, int flags)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	fd = open(path, flags, 0600);
	ck_assert_int_ge(fd, 0);
	return fd;
}

void handmade_make_index(void)
{
	static char bytes[1 << 16];
	int from, to;
	ssize_t n;

	scratch_make(&handmade_scratch);
	from = handmade_open_file(&image, "data.mdb", O_RDONLY);
	to = handmade_open_file(&handmade_scratch, "data.mdb", O_WRONLY | O_CREAT);
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		ck_assert_int_eq(write(to, bytes, (size_t)n), n);
	close(from);
	close(to);
	close(handmade_open_file(&handmade_scratch, "lock.mdb", O_WRONLY | O_CREAT));
}

void handmade_set_up(void)
{
	struct fault why = { .status = FUND_OK };

	handmade_make_index();
	ck_assert_msg(snapshot_open(&handmade_snapshot, handmade_scratch.dir, &why) == FUND_OK, "%s", why.text);
	ck_assert_int_eq(snapshot_segment(handmade_snapshot, 0, &handmade_segment, &why), FUND_OK);
}

void handmade_remove_index(void)
{
	scratch_remove(&handmade_scratch);
}

void handmade_tear_down(void)
{
	snapshot_close(handmade_snapshot);
	handmade_remove_index();
}

/* ---- looking at it ---- */

void handmade_is_key(const struct article_key *key, uint32_t doc)
{
	struct handmade_key k = handmade_key(doc);

	ck_assert_uint_eq(key->root, k.root);
	ck_assert_msg(slice_equal(key->key, slice_str(k.printed)), "document %u", doc);
	ck_assert_uint_eq(key->id_len, strlen(k.printed) - strlen(k.path));
}

void handmade_is_article(const struct stored_article *a, uint32_t doc)
{
	char body[300];
	size_t len = handmade_body(doc, body);

	ck_assert(slice_equal(a->title, SLICE_LIT("T")));
	ck_assert(slice_equal(a->body, slice_of(body, len)));
}

unsigned handmade_n_noticed;

static bool is_ok(enum fund_status status)
{
	handmade_n_noticed += status != FUND_OK;
	return status == FUND_OK;
}

static void use_document(struct segment *s, uint32_t d, struct buf *room, struct text_cache *cache)
{
	struct handmade_key k = handmade_key(d);
	struct stored_article article;
	struct article_key key;
	uint32_t first, end;
	uint64_t value;
	bool dead;

	for (uint32_t column = 0; column < COLUMNS; column++)
		if (is_ok(segment_value(s, (enum column)column, d, &value)))
			ck_assert_uint_eq(value, handmade_value((enum column)column, d));
	if (is_ok(segment_key(s, d, &(struct key_chunk){ .n = 0 }, room, &key)))
		handmade_is_key(&key, d);
	if (is_ok(segment_file_docs(s, k.root, slice_str(k.path), &first, &end))) {
		ck_assert_uint_eq(first, k.file_first);
		ck_assert_uint_eq(end, k.file_end);
	}
	if (is_ok(segment_is_dead(s, d, &dead)))
		ck_assert(dead == handmade_is_dead(d));
	if (is_ok(segment_article(s, d, cache, &article)))
		handmade_is_article(&article, d);
}

void handmade_use(struct snapshot *s, uint64_t *seed)
{
	struct text_cache cache = { 0 };
	struct buf room = BUF_INIT;
	struct text_run run;
	struct segment *damaged;
	uint32_t n_docs = 0;
	enum fund_status status;

	ck_assert_int_eq(snapshot_segment(s, 0, &damaged, NULL), FUND_OK);
	for (int i = 0; i < 8; i++)
		use_document(damaged, random_below(seed, N_DOCS), &room, &cache);
	for (uint32_t i = 0; (status = segment_text_run(damaged, i, &run)) == FUND_OK; i++)
		n_docs += run.n_docs;
	ck_assert(!is_ok(status == FUND_END ? FUND_OK : status) || n_docs == N_DOCS);
	text_cache_release(&cache);
	buf_release(&room);
}
