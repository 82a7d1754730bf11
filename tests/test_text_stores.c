/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that outlive the segment they were written with: the directory that leads to them, who keeps them, when they go. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "store/memory_chunks.h"
#include "store/pages.h"
#include "store/writer_private.h"
#include "tests/index_fixture.h"

Suite *suite_text_stores(void);

/* ---- the directory ---- */

static struct memory_chunks chunks;
static struct text_directory_writer directory;

static void set_up_directory(void) { text_directory_writer_init(&directory, memory_chunks_sink(&chunks), 0); }

static void tear_down_directory(void)
{
	text_directory_writer_release(&directory);
	memory_chunks_release(&chunks);
}

static void add_run(uint32_t store, uint64_t address, uint32_t record, uint32_t n_docs)
{
	struct text_run run = { .store = store, .address = address, .record = record, .n_docs = n_docs, .n_records = record + n_docs };
	ck_assert_int_eq(text_directory_writer_add(&directory, &run), FUND_OK);
}

/* "first+documents store/address.record" of each run. */
static void directory_is(const char *wanted)
{
	struct chunk_source source = memory_chunks_source(&chunks);
	struct slice tail = slice_of("", 0), chunk;
	char text[400] = "";
	size_t len = 0;

	ck_assert_int_eq(text_directory_writer_finish(&directory), FUND_OK);
	memory_chunks_settle(&chunks);
	while (source.next(source.context, CHUNK_TEXT_DIRECTORY, tail, &tail, &chunk) == FUND_OK)
		for (size_t off = TEXT_DIRECTORY_HEAD; off < chunk.len; off += TEXT_RUN_LEN) {
			struct text_run r = text_run_take(chunk.data + off);
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%u+%u %u/%llu.%u;", r.first, r.n_docs, r.store, (unsigned long long)r.address, r.record);
		}
	ck_assert_str_eq(text, wanted);
}

START_TEST(documents_that_follow_each_other_in_a_block_are_one_run)
{
	add_run(3, 100, 0, 2);
	add_run(3, 100, 2, 1);
	add_run(3, 100, 4, 1); /* a record is left out */
	add_run(5, 100, 5, 1); /* another store */
	add_run(5, 200, 6, 1); /* another block */
	directory_is("0+3 3/100.0;3+1 3/100.4;4+1 5/100.5;5+1 5/200.6;");
}
END_TEST

START_TEST(a_block_is_awaited_by_documents_between_others)
{
	struct text_run block = { .n_records = 3, .address = 700 };

	add_run(3, 100, 0, 1);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(text_directory_writer_await(&directory), FUND_OK);
	add_run(3, 100, 1, 4);
	ck_assert_int_eq(text_directory_writer_await(&directory), FUND_OK);
	ck_assert_int_eq(text_directory_writer_finish(&directory), FUND_INVALID);
	block.n_records = 2;
	ck_assert_int_eq(text_directory_writer_settle(&directory, &block), FUND_INVALID);
	block.n_records = 3;
	ck_assert_int_eq(text_directory_writer_settle(&directory, &block), FUND_OK);
	directory_is("0+1 3/100.0;1+2 0/700.0;3+4 3/100.1;7+1 0/700.2;");
}
END_TEST

START_TEST(a_run_without_documents_is_refused)
{
	ck_assert_int_eq(text_directory_writer_add(&directory, &(struct text_run){ .n_docs = 0 }), FUND_INVALID);
	add_run(1, 1, 0, UINT32_MAX - 1);
	ck_assert_int_eq(text_directory_writer_add(&directory, &(struct text_run){ .n_docs = 2 }), FUND_INVALID);
}
END_TEST

/* Two blocks in memory, whose records take turns. */
#define TURNS 10000u
static struct segment *two_blocks(void)
{
	struct segment_stats stats = { .n_docs = TURNS, .n_stores = 1, .stores = { { .n_docs = TURNS } } };
	struct chunk_sink sink = memory_chunks_sink(&chunks);
	struct text_builder *builder;
	struct text_run blocks[2] = { { .n_docs = 1 }, { .n_docs = 1 } };
	struct buf stored = BUF_INIT;
	struct segment *s;
	char room[20];

	ck_assert_int_eq(text_builder_new(&builder), FUND_OK);
	for (uint32_t b = 0; b < 2; b++) {
		blocks[b].address = stored.len;
		for (uint32_t doc = b; doc < TURNS; doc += 2) {
			snprintf(room, sizeof(room), "Text %05u", doc);
			struct stored_article a = { .body = slice_str(room) };
			ck_assert_int_eq(text_builder_add(builder, &a), FUND_OK);
		}
		ck_assert_int_eq(text_builder_close(builder, &stored, &blocks[b].n_records, &blocks[b].raw_len), FUND_OK);
		blocks[b].stored_len = (uint32_t)(stored.len - blocks[b].address);
	}
	text_builder_free(builder);
	ck_assert_int_eq(sink.put(sink.context, CHUNK_TEXT, slice_of("\0\0\0\0", 4), slice_buf(&stored)), FUND_OK);
	buf_release(&stored);
	for (uint32_t doc = 0; doc < TURNS; doc++) {
		blocks[doc % 2].record = doc / 2;
		ck_assert_int_eq(text_directory_writer_add(&directory, &blocks[doc % 2]), FUND_OK);
	}
	ck_assert_int_eq(text_directory_writer_finish(&directory), FUND_OK);
	memory_chunks_settle(&chunks);
	ck_assert_int_eq(segment_of_chunks(&s, memory_chunks_source(&chunks), &stats, (struct field_weights){ 1, 1 }), FUND_OK);
	return s;
}

static void article_is(struct segment *s, uint32_t doc, struct text_cache *cache, char first)
{
	struct stored_article a;
	char room[20];

	ck_assert_int_eq(segment_article(s, doc, cache, &a), FUND_OK);
	snprintf(room, sizeof(room), "%cext %05u", first, doc);
	ck_assert(slice_equal(a.body, slice_str(room)));
}

START_TEST(a_directory_of_many_chunks_is_read_in_order_and_by_document)
{
	struct segment *s = two_blocks();
	struct text_cache cache = TEXT_CACHE_WALK;
	struct text_run run;

	for (uint32_t i = 0; i < TURNS; i++) {
		ck_assert_int_eq(segment_text_run(s, i, &run), FUND_OK);
		ck_assert(run.first == i && run.n_docs == 1 && run.record == i / 2);
	}
	ck_assert_int_eq(segment_text_run(s, TURNS, &run), FUND_END);
	for (uint32_t doc = 0; doc < TURNS; doc += doc < 8000 ? 13 : 1)
		article_is(s, doc, &cache, 'T');
	text_cache_release(&cache);
	segment_free(s);
}
END_TEST

/* What was unpacked is marked: so it is seen whether it is unpacked again. */
START_TEST(blocks_that_take_turns_are_unpacked_once_by_whoever_walks)
{
	struct segment *s = two_blocks();
	struct text_cache walk = TEXT_CACHE_WALK, one = { 0 };

	for (int i = 0; i < 2; i++) {
		struct text_cache *c = i ? &one : &walk;
		article_is(s, 0, c, 'T');
		uint8_t *record = c->blocks[c->at].raw.data + 1 + 2 + 10 + 1; /* behind the length, and the first record, tag, length */
		article_is(s, 1, c, 'T');
		if (i == 0)
			record[2] = 'M';
		article_is(s, 2, c, i ? 'T' : 'M');
		text_cache_release(c);
	}
	segment_free(s);
}
END_TEST

/* ---- an index of two segments, the first of which keeps texts of one that is no more ---- */

#define FIRST 1u
#define KEEPER 3u
static const struct model kept = { 5, 3000, 40 }, beside = { 6, 900, 30 };
static char dir[512];
static char findings[2000];

static void replace(struct index_writer *w, uint32_t number, const struct segment_stats *stats)
{
	struct manifest next = { 0 };
	struct fault why = { 0 };

	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	manifest_drop_segment(&next, number);
	ck_assert_int_eq(manifest_add_segment(&next, stats), FUND_OK);
	ck_assert_msg(index_writer_publish(w, &next, NULL, &why) == FUND_OK, "%s", why.text);
	manifest_release(&next);
}

static void set_up(void)
{
	struct segment_stats stats;

	snprintf(dir, sizeof(dir), "%s", fixture_make_dir());
	struct index_writer *w = fixture_open(dir);
	fixture_publish_segment(w, &kept);
	fixture_publish_segment(w, &beside);
	fixture_take_over(w, &kept, FIRST, &stats);
	ck_assert_uint_eq(stats.number, KEEPER);
	replace(w, FIRST, &stats);
	index_writer_close(w);
}

static void tear_down(void) { fixture_remove_dir(dir); }

static void note(void *context, const char *text)
{
	(void)context;
	snprintf(findings + strlen(findings), sizeof(findings) - strlen(findings), "%s\n", text);
}

static uint64_t verify(const char *where)
{
	const struct verify_report report = { NULL, note };
	struct fault why = { 0 };
	uint64_t n = 0;

	findings[0] = 0;
	ck_assert_msg(index_verify(where, &report, &n, &why) == FUND_OK, "%s", why.text);
	return n;
}

/* Keys of a segment, all and the texts. */
static void keys_are(uint32_t segment, bool has_texts, bool has_others)
{
	struct snapshot *s;
	struct slice key, value;
	uint8_t prefix[6];
	uint32_t n_texts = 0;

	ck_assert_int_eq(snapshot_open(&s, dir, NULL), FUND_OK);
	size_t len = put_segment_prefix(prefix, KEY_SEGMENT, segment);
	prefix[len++] = CHUNK_TEXT;
	key = slice_of(prefix, len);
	while (pages_seek_gt(snapshot_pages(s), key, &key, &value) == FUND_OK && key.len > len && memcmp(key.data, prefix, len) == 0)
		n_texts++;
	uint32_t n = fixture_count_keys(s, KEY_SEGMENT, segment) + fixture_count_keys(s, KEY_TOMBSTONES, segment);
	ck_assert_msg(has_texts == (n_texts > 0) && has_others == (n > n_texts), "segment %u: %u texts of %u keys", segment, n_texts, n);
	snapshot_close(s);
}

static void is_sound(const char *where)
{
	const struct model both[] = { beside, kept };

	fixture_check_index(where, both, 2);
	ck_assert_msg(verify(where) == 0, "%s", findings);
}

START_TEST(texts_outlive_their_segment)
{
	is_sound(dir);
	keys_are(FIRST, true, false);
	keys_are(KEEPER, false, true);
	index_writer_close(fixture_open(dir));
	keys_are(FIRST, true, false);
	is_sound(dir);
}
END_TEST

START_TEST(the_keeper_counts_them_as_its_own)
{
	struct snapshot *s;

	ck_assert_int_eq(snapshot_open(&s, dir, NULL), FUND_OK);
	const struct segment_stats *stats = manifest_segment(snapshot_manifest(s), KEEPER);
	ck_assert(stats->n_stores == 1 && stats->stores[0].number == FIRST && stats->stores[0].n_docs == kept.n_docs);
	ck_assert_uint_gt(stats->stores[0].bytes, 10000);
	ck_assert_uint_gt(stats->bytes_text, stats->stores[0].bytes);
	ck_assert_uint_gt(stats->bytes, stats->bytes_text);
	snapshot_close(s);
}
END_TEST

START_TEST(texts_go_when_nobody_keeps_them)
{
	struct segment_stats stats;
	struct index_writer *w = fixture_open(dir);

	fixture_write_segment(w, &kept, &stats);
	replace(w, KEEPER, &stats);
	index_writer_close(w);
	keys_are(FIRST, false, false);
	keys_are(KEEPER, false, false);
	is_sound(dir);
}
END_TEST

START_TEST(they_are_handed_on)
{
	struct segment_stats stats;
	struct index_writer *w = fixture_open(dir);

	fixture_take_over(w, &kept, KEEPER, &stats);
	replace(w, KEEPER, &stats);
	index_writer_close(w);
	keys_are(FIRST, true, false);
	keys_are(KEEPER, false, false);
	is_sound(dir);
}
END_TEST

START_TEST(a_segment_keeps_only_older_stores_and_not_too_many)
{
	struct segment_writer *s;
	struct index_writer *w = fixture_open(dir);
	struct fault why = { 0 };

	ck_assert_int_eq(segment_writer_new(&s, w, &why), FUND_OK);
	ck_assert_int_eq(segment_writer_keep_store(s, &(struct text_store){ .number = 4 }), FUND_INVALID);
	ck_assert_int_eq(segment_writer_keep_text(s, &(struct text_run){ .store = FIRST, .n_docs = 1, .n_records = 1 }), FUND_INVALID);
	for (uint32_t i = 0; i < TEXT_STORES_MAX - 1; i++)
		ck_assert_int_eq(segment_writer_keep_store(s, &(struct text_store){ .number = i % 3 }), FUND_OK);
	ck_assert_int_eq(segment_writer_keep_store(s, &(struct text_store){ .number = 1 }), FUND_INVALID);
	segment_writer_free(s);
	index_writer_close(w);
}
END_TEST

static const struct {
	const char *what;
	uint8_t concern, kind;
	uint32_t segment;
} leftovers[] = {
	{ "a chunk before the texts of the store", KEY_SEGMENT, CHUNK_COLUMN, FIRST },
	{ "a chunk behind them", KEY_SEGMENT, CHUNK_TEXT_DIRECTORY, FIRST },
	{ "tombstones of its segment", KEY_TOMBSTONES, 0, FIRST },
	{ "texts that nobody keeps", KEY_SEGMENT, CHUNK_TEXT, 4 },
};

/* A killed run had not yet deleted it all. */
START_TEST(what_a_killed_run_left_beside_a_store_goes_and_the_store_stays)
{
	struct index_writer *w = fixture_open(dir);
	uint8_t key[12] = { 0 };
	size_t len = put_segment_prefix(key, leftovers[_i].concern, leftovers[_i].segment);

	if (leftovers[_i].kind)
		key[len++] = leftovers[_i].kind;
	ck_assert_int_eq(writer_put(w, slice_of(key, len + 4), SLICE_LIT("Rest")), FUND_OK);
	ck_assert_int_eq(writer_commit(w), FUND_OK);
	index_writer_close(w);
	ck_assert_msg(verify(dir) == 0, "%s", findings); /* no damage */
	keys_are(leftovers[_i].segment, true, leftovers[_i].kind != CHUNK_TEXT);
	index_writer_close(fixture_open(dir));
	keys_are(leftovers[_i].segment, leftovers[_i].segment == FIRST, false);
	is_sound(dir);
}
END_TEST

START_TEST(a_copy_has_them)
{
	struct fault why = { 0 };
	char to[600];

	snprintf(to, sizeof(to), "%s/copy", dir);
	ck_assert_msg(index_backup(dir, to, &why) == FUND_OK, "%s", why.text);
	is_sound(to);
	struct index_writer *w = fixture_open(dir);
	ck_assert_msg(index_writer_shrink(w, &why) == FUND_OK, "%s", why.text);
	index_writer_close(w);
	is_sound(dir);
	keys_are(FIRST, true, false);
}
END_TEST

/* ---- damage ---- */

/* The last run of the keeper's directory is changed, and sealed. */
static void change_run(struct index_writer *w, size_t field, size_t len, uint64_t value, bool is_difference)
{
	uint8_t key[10];
	struct slice chunk;
	struct buf changed = BUF_INIT;

	put_segment_prefix(key, KEY_SEGMENT, KEEPER);
	key[5] = CHUNK_TEXT_DIRECTORY;
	chunk_tail_put(key + 6, 0);
	ck_assert_int_eq(pages_get(snapshot_pages(index_writer_snapshot(w)), slice_of(key, sizeof(key)), &chunk), FUND_OK);
	ck_assert_int_eq(buf_add_slice(&changed, chunk), FUND_OK);
	uint8_t *p = changed.data + changed.len - TEXT_RUN_LEN + field;
	uint64_t old = len == 8 ? get_u64(p) : get_u32(p);
	if (len == 8)
		put_u64(p, is_difference ? old + value : value);
	else
		put_u32(p, (uint32_t)(is_difference ? old + value : value));
	put_u32(changed.data, checksum(changed.data + 4, changed.len - 4));
	ck_assert_int_eq(writer_put(w, slice_of(key, sizeof(key)), slice_buf(&changed)), FUND_OK);
	ck_assert_int_eq(writer_commit(w), FUND_OK);
	buf_release(&changed);
}

#define LESS(n) (UINT64_MAX - (n) + 1)
static const struct {
	const char *what;
	size_t field, len;
	uint64_t value;
	bool is_difference;
} damages[] = {
	{ "documents behind the last one", 0, 4, 5, true },
	{ "documents of the run before", 0, 4, LESS(1), true },
	{ "no documents", 4, 4, 0, false },
	{ "more documents than the segment has", 4, 4, UINT32_MAX, false },
	{ "a store that nobody keeps", 8, 4, 99, false },
	{ "the store of another segment", 8, 4, 2, false },
	{ "the keeper's own store, which it does not have", 8, 4, KEEPER, false },
	{ "a record behind the block's last one", 12, 4, 1000000, false },
	{ "records behind the block's last one", 12, 4, 1, true },
	{ "a record less than the block has", 16, 4, LESS(1), true },
	{ "a record more than the block has", 16, 4, 1, true },
	{ "a block that goes on behind its chunk", 20, 4, UINT32_MAX, false },
	{ "a block that ends early", 20, 4, LESS(1), true },
	{ "other bytes unpacked", 24, 4, 1, true },
	{ "a chunk that is not there", 28, 8, 77ull << 18, false },
	{ "an offset behind the chunk's end", 28, 8, 200000, true },
	{ "an address that cannot be", 28, 8, UINT64_MAX, false },
	{ "the first block instead of the last", 28, 8, 0, false },
};

START_TEST(a_damaged_run_is_corrupt_and_no_other_document_s_text)
{
	struct index_writer *w = fixture_open(dir);
	struct text_cache cache = TEXT_CACHE_WALK;
	struct stored_article a;
	struct snapshot *snapshot;
	struct segment *s;
	uint32_t n_wrong = 0;
	char room[256];

	change_run(w, damages[_i].field, damages[_i].len, damages[_i].value, damages[_i].is_difference);
	index_writer_close(w);
	ck_assert_int_eq(snapshot_open(&snapshot, dir, NULL), FUND_OK);
	ck_assert_int_eq(snapshot_segment(snapshot, 1, &s, NULL), FUND_OK);
	for (uint32_t doc = 0; doc < kept.n_docs; doc++) {
		enum fund_status st = segment_article(s, doc, &cache, &a);
		n_wrong += st != FUND_OK;
		ck_assert_msg(st == FUND_CORRUPT || (st == FUND_OK && (damages[_i].field == 0 || slice_equal(a.body, model_body(&kept, doc, room)))), "%s: document %u",
			      damages[_i].what, doc);
	}
	ck_assert_msg(n_wrong > 0 || damages[_i].field == 0, "%s", damages[_i].what);
	text_cache_release(&cache);
	snapshot_close(snapshot);
	ck_assert_msg(verify(dir) > 0, "%s", damages[_i].what);
}
END_TEST

static const struct {
	const char *what;
	uint32_t segment, number; /* of a chunk of texts */
	const char *value;	  /* NULL: deleted */
	const char *finding;
} chunk_damages[] = {
	{ "a chunk of a store is missing", FIRST, 0, NULL, "texts of segment 1: 0 bytes, 0 chunk numbers" },
	{ "a chunk of a store is cut", FIRST, 0, "kurz", "texts of segment 1: " },
	{ "a store has a chunk more", FIRST, 7, "mehr", "texts of segment 1: " },
	{ "a listed segment without a store of its own has texts", KEEPER, 0, "fremd", "kind 116 that cannot be\n" },
};

START_TEST(verify_finds_damage_in_a_store)
{
	struct index_writer *w = fixture_open(dir);
	uint8_t key[10];

	put_segment_prefix(key, KEY_SEGMENT, chunk_damages[_i].segment);
	key[5] = CHUNK_TEXT;
	chunk_tail_put(key + 6, chunk_damages[_i].number);
	ck_assert_int_eq(writer_delete(w, slice_of(key, sizeof(key))), FUND_OK);
	if (chunk_damages[_i].value)
		ck_assert_int_eq(writer_put(w, slice_of(key, sizeof(key)), slice_str(chunk_damages[_i].value)), FUND_OK);
	ck_assert_int_eq(writer_commit(w), FUND_OK);
	index_writer_close(w);
	ck_assert_msg(verify(dir) > 0 && strstr(findings, chunk_damages[_i].finding), "%s: %s", chunk_damages[_i].what, findings);
}
END_TEST

Suite *suite_text_stores(void)
{
	Suite *suite = suite_create("text stores");
	TCase *t = tcase_create("directory");

	tcase_add_checked_fixture(t, set_up_directory, tear_down_directory);
	tcase_add_test(t, documents_that_follow_each_other_in_a_block_are_one_run);
	tcase_add_test(t, a_block_is_awaited_by_documents_between_others);
	tcase_add_test(t, a_run_without_documents_is_refused);
	tcase_add_test(t, a_directory_of_many_chunks_is_read_in_order_and_by_document);
	tcase_add_test(t, blocks_that_take_turns_are_unpacked_once_by_whoever_walks);
	suite_add_tcase(suite, t);

	t = tcase_create("stores");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, texts_outlive_their_segment);
	tcase_add_test(t, the_keeper_counts_them_as_its_own);
	tcase_add_test(t, texts_go_when_nobody_keeps_them);
	tcase_add_test(t, they_are_handed_on);
	tcase_add_test(t, a_segment_keeps_only_older_stores_and_not_too_many);
	tcase_add_loop_test(t, what_a_killed_run_left_beside_a_store_goes_and_the_store_stays, 0, sizeof(leftovers) / sizeof(leftovers[0]));
	tcase_add_test(t, a_copy_has_them);
	tcase_add_loop_test(t, a_damaged_run_is_corrupt_and_no_other_document_s_text, 0, sizeof(damages) / sizeof(damages[0]));
	tcase_add_loop_test(t, verify_finds_damage_in_a_store, 0, sizeof(chunk_damages) / sizeof(chunk_damages[0]));
	suite_add_tcase(suite, t);
	return suite;
}
