/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/pages.h"
#include "store/writer_private.h"
#include "tests/index_fixture.h"

static char dir[512];
static char first_finding[1024];

static void note(void *context, const char *text)
{
	(void)context;
	if (first_finding[0] == 0)
		snprintf(first_finding, sizeof(first_finding), "%s", text);
}

static const struct verify_report report = { NULL, note };

static void put_sources(struct index_writer *w)
{
	struct sources_update *u;
	struct manifest next = { 0 };
	struct fault why = { 0 };
	char room[64];

	ck_assert_int_eq(sources_update_new(&u, w), FUND_OK);
	for (uint32_t i = 0; i < 150; i++) {
		int len = snprintf(room, sizeof(room), "archiv/%05u.txt", i);
		struct source s = { .path = slice_of(room, (size_t)len),
				    .size = i,
				    .hash = fixture_hash(i, 1, 1),
				    .n_articles = 3,
				    .flags = i % 50 == 3 ? SOURCE_FAILED : 0,
				    .reason = SLICE_LIT("leer") };
		ck_assert_int_eq(sources_update_add(u, &s), FUND_OK);
	}
	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	ck_assert_msg(index_writer_publish(w, &next, u, &why) == FUND_OK, "%s", why.text);
	manifest_release(&next);
	sources_update_free(u);
}

/* Two segments, tombstones, sources, an orphan. */
static void set_up(void)
{
	const struct model models[] = { { 1, 450, 120 }, { 2, 40, 60 } }, orphan = { 3, 30, 10 };
	struct segment_stats stats;

	snprintf(dir, sizeof(dir), "%s", fixture_make_dir());
	first_finding[0] = 0;
	struct index_writer *w = fixture_open(dir);
	fixture_publish_segment(w, &models[0]);
	fixture_publish_segment(w, &models[1]);
	for (uint32_t doc = 0; doc < 450; doc += 7)
		ck_assert_int_eq(index_writer_kill(w, 1, doc), FUND_OK);
	put_sources(w);
	fixture_write_segment(w, &orphan, &stats);
	index_writer_close(w);
}

static void tear_down(void)
{
	fixture_remove_dir(dir);
}

static uint64_t verify(void)
{
	struct fault why = { 0 };
	uint64_t n = 0;
	enum fund_status st = index_verify(dir, &report, &n, &why);

	if (st == FUND_OK)
		return n;
	snprintf(first_finding, sizeof(first_finding), "%.*s", (int)sizeof(first_finding) - 1, why.text);
	ck_assert_msg(st == FUND_FORMAT || st == FUND_NOT_FOUND, "%s: %s", fund_status_name(st), why.text);
	return 1; /* refused altogether */
}

START_TEST(a_sound_index_has_no_findings)
{
	ck_assert_msg(verify() == 0, "%s", first_finding);
}
END_TEST

START_TEST(a_missing_index_is_a_failure_not_a_finding)
{
	struct fault why = { 0 };
	uint64_t n;

	ck_assert_int_eq(index_verify("/nonexistent", &report, &n, &why), FUND_NOT_FOUND);
	ck_assert_uint_eq(n, 0);
}
END_TEST

/* ---- damage ---- */

struct span {
	uint64_t off;
	size_t len;
	uint8_t concern, kind;
	bool live;
};

#define SPANS_MAX 4000u
static struct span spans[SPANS_MAX];
static uint32_t n_spans;

static void add_span(const struct pages *p, struct slice bytes, struct slice key, bool is_live)
{
	ck_assert_uint_lt(n_spans, SPANS_MAX);
	spans[n_spans++] = (struct span){ (uint64_t)(bytes.data - p->map), bytes.len, key.data[0],
					  key.len > 5 ? key.data[5] : 0, is_live };
}

/* Where the keys and values of the index lie in the file. */
static void list_spans(void)
{
	struct snapshot *snapshot;
	struct slice key = slice_of("", 0), value;

	n_spans = 0;
	ck_assert_int_eq(snapshot_open(&snapshot, dir, NULL), FUND_OK);
	const struct pages *p = snapshot_pages(snapshot);
	while (pages_seek_gt(p, key, &key, &value) == FUND_OK) {
		bool is_orphan = key.data[0] == 0x10 && key.data[4] == 3;
		add_span(p, value, key, !is_orphan);
		add_span(p, key, key, !is_orphan);
	}
	snapshot_close(snapshot);
}

static void flip(uint64_t off, uint8_t bits)
{
	char path[600];
	uint8_t byte;

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	int fd = open(path, O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &byte, 1, (off_t)off), 1);
	byte ^= bits;
	ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)off), 1);
	close(fd);
}

START_TEST(every_flipped_byte_of_live_data_is_found)
{
	list_spans();
	for (uint32_t i = 0; i < 250; i++) {
		uint64_t h = fixture_hash((uint64_t)_i, i, 0);
		const struct span *s = &spans[h % n_spans];
		if (!s->live || s->len == 0)
			continue;
		uint64_t off = s->off + (h >> 20) % s->len;
		uint8_t bits = (uint8_t)(1u << (h >> 56) % 8);
		flip(off, bits);
		ck_assert_msg(verify() != 0, "byte %llu of %zu under %02x %c, bits %02x",
			      (unsigned long long)(off - s->off), s->len, s->concern, s->kind ? s->kind : ' ', bits);
		flip(off, bits);
	}
	first_finding[0] = 0;
	ck_assert_msg(verify() == 0, "%s", first_finding);
}
END_TEST

START_TEST(flipped_bytes_of_orphans_are_no_damage)
{
	list_spans();
	for (uint32_t i = 0; i < n_spans; i++) {
		if (spans[i].live || spans[i].len < 20) /* values: keys belong to the tree */
			continue;
		flip(spans[i].off + spans[i].len / 2, 0x10);
		ck_assert_msg(verify() == 0, "%s", first_finding);
	}
}
END_TEST

/* Pages hold more than keys and values: wherever the byte lies, there is an answer and no crash. */
START_TEST(any_damaged_byte_of_the_file_gives_an_answer)
{
	char path[600];
	struct stat st;
	struct fault why = { 0 };
	uint64_t n;

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	for (uint32_t i = 0; i < 250; i++) {
		uint64_t h = fixture_hash((uint64_t)_i, i, 9);
		uint64_t page = (h >> 32) % ((uint64_t)st.st_size / 4096);
		uint64_t off = page * 4096 + h % (i % 2 ? 64 : 4096); /* page headers are the delicate part */
		uint8_t bits = (uint8_t)(1 + (h >> 24) % 255);
		flip(off, bits);
		(void)index_verify(dir, &report, &n, &why);
		flip(off, bits);
	}
	first_finding[0] = 0;
	ck_assert_msg(verify() == 0, "%s", first_finding);
}
END_TEST

START_TEST(a_finding_names_the_structure)
{
	static const struct {
		uint8_t concern, kind;
		const char *name;
	} names[] = {
		{ 0x10, 'c', "column" },         { 0x10, 'd', "dictionary" }, { 0x10, 'k', "keys" },
		{ 0x10, 'f', "filter of the terms" }, { 0x10, 'h', "beginnings of forms" }, { 0x10, 'r', "ends of forms" },
		{ 0x10, 'l', "list of" },        { 0x10, 'p', "list of" },    { 0x10, 't', "text of document" },
		{ 0x10, 'x', "text directory" }, { 0x02, 0, "sources" },      { 0x03, 0, "tombstones" },
	};

	list_spans();
	for (uint32_t i = 0; i < n_spans; i += 2)
		if (spans[i].concern == names[_i].concern && (spans[i].kind == names[_i].kind || !names[_i].kind) &&
		    spans[i].live) {
			flip(spans[i].off + spans[i].len / 2, 0x40);
			ck_assert_uint_ge(verify(), 1);
			ck_assert_msg(strstr(first_finding, names[_i].name) != NULL, "%s", first_finding);
			return;
		}
	ck_abort_msg("no %s", names[_i].name);
}
END_TEST

/* ---- what contradicts the rest, with a right checksum ---- */

static void put_bytes(uint64_t off, const uint8_t *bytes, size_t len)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	int fd = open(path, O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, len, (off_t)off), (ssize_t)len);
	close(fd);
}

START_TEST(a_filter_that_denies_a_term_is_found)
{
	uint8_t block[64], denied[64] = { 0 };
	char path[600];

	list_spans();
	uint32_t i = 0;
	while (i < n_spans && !(spans[i].kind == CHUNK_FILTER && spans[i].live))
		i += 2;
	ck_assert_uint_lt(i, n_spans);
	uint64_t off = spans[i].off + spans[i].len - sizeof block;
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	int fd = open(path, O_RDONLY);
	ck_assert_int_eq(pread(fd, block, sizeof block, (off_t)off), (ssize_t)sizeof block);
	close(fd);
	put_u32(denied, checksum(denied + 4, sizeof denied - 4));
	ck_assert_int_ne(memcmp(block, denied, sizeof block), 0);
	put_bytes(off, denied, sizeof denied);
	ck_assert_uint_eq(verify(), 1);
	ck_assert_msg(strstr(first_finding, "filter of the terms") != NULL, "%s", first_finding);
}
END_TEST

START_TEST(the_writer_names_tombstones_that_it_cannot_read)
{
	list_spans();
	for (uint32_t i = 0; i < n_spans; i += 2)
		if (spans[i].concern == KEY_TOMBSTONES)
			flip(spans[i].off + spans[i].len / 2, 0x40);
	struct index_writer *w = fixture_open(dir);
	ck_assert_int_eq(index_writer_kill(w, 1, 1), FUND_CORRUPT);
	ck_assert_msg(strstr(index_writer_fault(w)->text, ": segment 1: tombstones 0 cannot be read"), "%s", index_writer_fault(w)->text);
	index_writer_close(w);
}
END_TEST

Suite *suite_verify(void);
Suite *suite_verify(void)
{
	Suite *s = suite_create("verify");
	TCase *c = tcase_create("verify");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, a_sound_index_has_no_findings);
	tcase_add_test(c, a_missing_index_is_a_failure_not_a_finding);
	tcase_add_loop_test(c, every_flipped_byte_of_live_data_is_found, 0, 4);
	tcase_add_test(c, flipped_bytes_of_orphans_are_no_damage);
	tcase_add_loop_test(c, any_damaged_byte_of_the_file_gives_an_answer, 0, 4);
	tcase_add_loop_test(c, a_finding_names_the_structure, 0, 12);
	tcase_add_test(c, a_filter_that_denies_a_term_is_found);
	tcase_add_test(c, the_writer_names_tombstones_that_it_cannot_read);
	suite_add_tcase(s, c);
	return s;
}
