/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/pages.h"
#include "tests/index_fixture.h"

#define SPACE 4000u /* files that may exist */

static char dir[512];

/* What the index should say: by file number, in the order of their paths. version 0: not there. */
static uint32_t version[SPACE];

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "%s", fixture_make_dir());
	memset(version, 0, sizeof(version));
}

static void tear_down(void)
{
	fixture_remove_dir(dir);
}

/* Some paths agree in their first 500 bytes and more; roots follow each other. */
static struct slice path_of(uint32_t file, char room[700])
{
	static const char text[] = "archiv/";
	int len;

	if (file / 40 % 25 == 7)
		len = snprintf(room, 700, "%s%0560u/%04u", text, file / 40, file);
	else
		len = snprintf(room, 700, "%s%02u/%04u-%x.txt", text, file / 100, file,
			       (unsigned)fixture_hash(file, 0, 0));
	return slice_of(room, (size_t)len);
}

static struct source source_of(uint32_t file, char room[700])
{
	uint64_t h = fixture_hash(file, version[file], 1);
	struct source s = { .root = file / 2000,
			    .path = path_of(file, room),
			    .size = h >> (h % 64),
			    .hash = h,
			    .inode = file + 1000,
			    .device = 2049,
			    .mtime_ns = (int64_t)(h % 3 ? h >> 2 : -(h >> 3)),
			    .ctime_ns = (int64_t)(h >> 20),
			    .n_articles = h % 4 };

	if (h % 13 == 0) {
		s.flags = SOURCE_FAILED;
		s.reason = SLICE_LIT("kein Text");
	} else if (h % 17 == 0) {
		s.flags = SOURCE_SKIPPED | SOURCE_RACY;
		s.reason = SLICE_LIT("ein Bild");
	}
	return s;
}

/* Path order: long paths sort differently from their numbers, so the model sorts once. */
static uint32_t order[SPACE];

static int compare_files(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	char one[700], other[700];

	if (x / 2000 != y / 2000)
		return x / 2000 < y / 2000 ? -1 : 1;
	return slice_compare(path_of(x, one), path_of(y, other));
}

static void make_order(void)
{
	for (uint32_t i = 0; i < SPACE; i++)
		order[i] = i;
	qsort(order, SPACE, sizeof(*order), compare_files);
}

static void publish(struct index_writer *w)
{
	struct sources_update *u;
	struct manifest next = { 0 };
	struct fault why = { 0 };
	char room[700];
	uint64_t n = 0;

	ck_assert_int_eq(sources_update_new(&u, w), FUND_OK);
	for (uint32_t i = 0; i < SPACE; i++)
		if (version[order[i]]) {
			struct source s = source_of(order[i], room);
			ck_assert_int_eq(sources_update_add(u, &s), FUND_OK);
			n++;
		}
	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	ck_assert_msg(index_writer_publish(w, &next, u, &why) == FUND_OK, "%s", why.text);
	ck_assert_uint_eq(snapshot_manifest(index_writer_snapshot(w))->n_sources, n);
	manifest_release(&next);
	sources_update_free(u);
}

static void check_source(const struct source *is, uint32_t file)
{
	char room[700];
	struct source s = source_of(file, room);

	ck_assert_uint_eq(is->root, s.root);
	ck_assert_msg(slice_equal(is->path, s.path), "%.*s instead of %.*s", (int)is->path.len, is->path.data,
		      (int)s.path.len, s.path.data);
	ck_assert(is->flags == s.flags && is->size == s.size && is->hash == s.hash && is->inode == s.inode &&
		  is->device == s.device);
	ck_assert(is->mtime_ns == s.mtime_ns && is->ctime_ns == s.ctime_ns && is->n_articles == s.n_articles);
	ck_assert(slice_equal(is->reason, s.reason));
}

static void check_all(const struct snapshot *snapshot, uint32_t from)
{
	struct sources_iter it = { 0 };
	char room[700];

	ck_assert_int_eq(sources_seek(&it, snapshot, order[from] / 2000, path_of(order[from], room)), FUND_OK);
	for (uint32_t i = from; i < SPACE; i++)
		if (version[order[i]]) {
			ck_assert_int_eq(sources_next(&it), FUND_OK);
			check_source(&it.source, order[i]);
		}
	ck_assert_int_eq(sources_next(&it), FUND_END);
	ck_assert_int_eq(sources_next(&it), FUND_END);
	sources_iter_release(&it);
}

/* ---- blocks as they lie in the file ---- */

#define BLOCKS_MAX 1000u
struct blocks {
	uint64_t place[BLOCKS_MAX]; /* offset in data.mdb: a block that is not written keeps it */
	size_t len[BLOCKS_MAX];
	uint32_t n;
};

static void list_blocks(const struct snapshot *snapshot, struct blocks *out)
{
	const struct pages *pages = snapshot_pages(snapshot);
	uint8_t first = 2;
	struct slice key = slice_of(&first, 1), value;

	out->n = 0;
	while (pages_seek_gt(pages, key, &key, &value) == FUND_OK && key.data[0] == 2) {
		ck_assert_uint_lt(out->n, BLOCKS_MAX);
		out->place[out->n] = (uint64_t)(value.data - pages->map);
		out->len[out->n++] = value.len;
	}
}

/* Blocks small enough to lie in a leaf page move with it: only the others can be told. */
static uint32_t n_rewritten(const struct blocks *before, const struct blocks *after)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < after->n; i++) {
		bool found = after->len[i] <= 2100;
		for (uint32_t j = 0; j < before->n && !found; j++)
			found = before->place[j] == after->place[i] && before->len[j] == after->len[i];
		n += !found;
	}
	return n;
}

START_TEST(random_edits_read_back_as_the_model_says)
{
	struct index_writer *w = fixture_open(dir);

	make_order();
	for (uint32_t round = 0; round < 12; round++) {
		uint32_t n_edits = (uint32_t)fixture_hash((uint64_t)_i, round, 7) % (round % 3 ? 60 : 3000);
		for (uint32_t i = 0; i < n_edits; i++) {
			uint64_t h = fixture_hash((uint64_t)_i, round, 100 + i);
			uint32_t file = (uint32_t)(h % SPACE);
			version[file] = h >> 32 & 1 ? 0 : 1 + (uint32_t)(h >> 40) % 1000;
		}
		publish(w);
		check_all(index_writer_snapshot(w), 0);
		for (uint32_t i = 0; i < 20; i++)
			check_all(index_writer_snapshot(w), (uint32_t)fixture_hash((uint64_t)_i, round, i) % SPACE);
	}
	memset(version, 0, sizeof(version));
	publish(w);
	check_all(index_writer_snapshot(w), 0);
	index_writer_close(w);
}
END_TEST

START_TEST(unchanged_sources_write_no_block)
{
	static struct blocks before, after;
	struct index_writer *w = fixture_open(dir);

	make_order();
	for (uint32_t i = 0; i < SPACE; i++)
		version[i] = 1;
	publish(w);
	list_blocks(index_writer_snapshot(w), &before);
	ck_assert_uint_gt(before.n, 20);
	publish(w);
	list_blocks(index_writer_snapshot(w), &after);
	ck_assert_uint_eq(after.n, before.n);
	ck_assert_uint_eq(n_rewritten(&before, &after), 0);
	index_writer_close(w);
}
END_TEST

static const struct {
	const char *what;
	uint32_t first, n, to; /* files that get the version `to` */
	uint32_t blocks_max;
} edits[] = {
	{ "one changed file rewrites one block", 1234, 1, 2, 1 },
	{ "one removed file rewrites one block", 1234, 1, 0, 1 },
	{ "the first file rewrites one block", 0, 1, 2, 1 },
	{ "a removed first file rewrites one block", 0, 1, 0, 1 },
	{ "the last file rewrites one block", SPACE - 1, 1, 2, 1 },
	{ "a row of removed files rewrites their neighbours only", 1000, 300, 0, 4 },
};

START_TEST(edits_rewrite_only_their_blocks)
{
	static struct blocks before, after;
	struct index_writer *w = fixture_open(dir);

	make_order();
	for (uint32_t i = 0; i < SPACE; i++)
		version[i] = 1;
	publish(w);
	list_blocks(index_writer_snapshot(w), &before);
	for (uint32_t i = 0; i < edits[_i].n; i++)
		version[edits[_i].first + i] = edits[_i].to;
	publish(w);
	check_all(index_writer_snapshot(w), 0);
	list_blocks(index_writer_snapshot(w), &after);
	ck_assert_msg(n_rewritten(&before, &after) <= edits[_i].blocks_max, "%s: %u", edits[_i].what,
		      n_rewritten(&before, &after));
	index_writer_close(w);
}
END_TEST

/* All files, of which `n_changed` from the block in the middle on are new versions; all were racy, and are not any more. */
static void publish_settled(struct index_writer *w, bool racy, uint32_t n_changed)
{
	struct sources_update *u;
	struct manifest next = { 0 };
	struct fault why = { 0 };
	char room[700];

	ck_assert_int_eq(sources_update_new(&u, w), FUND_OK);
	for (uint32_t i = 0; i < SPACE; i++) {
		version[order[i]] = i >= SPACE / 2 && i < SPACE / 2 + n_changed ? 2 : 1;
		struct source s = source_of(order[i], room);
		s.flags |= SOURCE_RACY;
		s.settled = !racy;
		ck_assert_int_eq(sources_update_add(u, &s), FUND_OK);
	}
	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	ck_assert_msg(index_writer_publish(w, &next, u, &why) == FUND_OK, "%s", why.text);
	manifest_release(&next);
	sources_update_free(u);
}

static uint32_t n_racy(const struct snapshot *snapshot)
{
	struct sources_iter it = { 0 };
	uint32_t n = 0;

	ck_assert_int_eq(sources_seek(&it, snapshot, 0, slice_of(NULL, 0)), FUND_OK);
	for (enum fund_status st; (st = sources_next(&it)) != FUND_END;) {
		ck_assert_int_eq(st, FUND_OK);
		n += it.source.flags & SOURCE_RACY ? 1 : 0;
	}
	sources_iter_release(&it);
	return n;
}

START_TEST(that_a_file_is_racy_no_more_is_written_with_its_block_and_not_by_itself)
{
	static struct blocks before, after;
	struct index_writer *w = fixture_open(dir);

	make_order();
	publish_settled(w, true, 0);
	list_blocks(index_writer_snapshot(w), &before);
	publish_settled(w, false, 0);
	list_blocks(index_writer_snapshot(w), &after);
	ck_assert_uint_eq(n_rewritten(&before, &after), 0);
	ck_assert_uint_eq(n_racy(index_writer_snapshot(w)), SPACE);
	publish_settled(w, false, 1);
	list_blocks(index_writer_snapshot(w), &after);
	ck_assert_uint_eq(n_rewritten(&before, &after), 1);
	ck_assert_uint_gt(n_racy(index_writer_snapshot(w)), SPACE - 200);
	ck_assert_uint_lt(n_racy(index_writer_snapshot(w)), SPACE - 10);
	index_writer_close(w);
}
END_TEST

START_TEST(blocks_keep_their_size_over_many_updates)
{
	static struct blocks blocks;
	struct index_writer *w = fixture_open(dir);
	uint64_t bytes = 0;

	make_order();
	for (uint32_t round = 0; round < 40; round++) {
		for (uint32_t i = 0; i < 200; i++) {
			uint64_t h = fixture_hash(9, round, i);
			version[h % SPACE] = h >> 32 & 3 ? 1 + round : 0;
		}
		publish(w);
	}
	check_all(index_writer_snapshot(w), 0);
	list_blocks(index_writer_snapshot(w), &blocks);
	for (uint32_t i = 0; i < blocks.n; i++)
		bytes += blocks.len[i];
	ck_assert_msg(bytes / blocks.n > 1500 && bytes / blocks.n < 6144, "%llu bytes in %u blocks",
		      (unsigned long long)bytes, blocks.n);
	index_writer_close(w);
}
END_TEST

START_TEST(a_list_out_of_order_is_refused)
{
	struct index_writer *w = fixture_open(dir);
	struct sources_update *u;
	struct source one = { .path = SLICE_LIT("b") }, other = { .path = SLICE_LIT("a") },
		      high = { .root = 65536, .path = SLICE_LIT("c") };

	ck_assert_int_eq(sources_update_new(&u, w), FUND_OK);
	ck_assert_int_eq(sources_update_add(u, &one), FUND_OK);
	ck_assert_int_eq(sources_update_add(u, &one), FUND_INVALID);
	ck_assert_int_eq(sources_update_add(u, &other), FUND_INVALID);
	ck_assert_int_eq(sources_update_add(u, &high), FUND_INVALID);
	sources_update_free(u);
	index_writer_close(w);
}
END_TEST

START_TEST(an_empty_list_reads_as_empty)
{
	struct index_writer *w = fixture_open(dir);

	make_order();
	check_all(index_writer_snapshot(w), 0);
	index_writer_close(w);
}
END_TEST

Suite *suite_sources(void);
Suite *suite_sources(void)
{
	Suite *s = suite_create("sources");
	TCase *c = tcase_create("sources");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, random_edits_read_back_as_the_model_says, 0, 4);
	tcase_add_test(c, unchanged_sources_write_no_block);
	tcase_add_loop_test(c, edits_rewrite_only_their_blocks, 0, sizeof(edits) / sizeof(edits[0]));
	tcase_add_test(c, that_a_file_is_racy_no_more_is_written_with_its_block_and_not_by_itself);
	tcase_add_test(c, blocks_keep_their_size_over_many_updates);
	tcase_add_test(c, a_list_out_of_order_is_refused);
	tcase_add_test(c, an_empty_list_reads_as_empty);
	suite_add_tcase(s, c);
	return s;
}
