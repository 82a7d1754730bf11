/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/pages.h"
#include "tests/index_fixture.h"

static char dir[512];

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "%s", fixture_make_dir());
}

static void tear_down(void)
{
	fixture_remove_dir(dir);
}

static const char *in_dir(const char *name)
{
	static char path[600];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* Published segments that differ in size. */
static const struct model live = { 20, 400, 100 };
static const struct model small = { 21, 17, 40 }, middle = { 22, 700, 200 }, large = { 23, 17000, 12 },
			  other = { 24, 2100, 60 };

static void publish_live(void)
{
	struct index_writer *w = fixture_open(dir);

	fixture_publish_segment(w, &live);
	index_writer_close(w);
}

/* But for the numbers of their last transactions. */
static void check_equal(const char *a, const char *b)
{
	static const uint8_t transaction[] = { KEY_TRANSACTION };
	struct snapshot *one, *two;
	struct fault why = { 0 };
	struct slice key = slice_of(transaction, 1), value, key_b = key, value_b;
	enum fund_status st;

	ck_assert_msg(snapshot_open(&one, a, &why) == FUND_OK, "%s", why.text);
	ck_assert_msg(snapshot_open(&two, b, &why) == FUND_OK, "%s", why.text);
	do {
		st = pages_seek_gt(snapshot_pages(one), key, &key, &value);
		ck_assert_int_eq(pages_seek_gt(snapshot_pages(two), key_b, &key_b, &value_b), st);
		ck_assert(st != FUND_OK || (slice_equal(key, key_b) && slice_equal(value, value_b)));
	} while (st == FUND_OK);
	ck_assert_int_eq(st, FUND_NOT_FOUND);
	snapshot_close(one);
	snapshot_close(two);
}

START_TEST(a_backup_equals_its_original)
{
	char to[600];
	struct fault why = { 0 };
	struct stat st;

	publish_live();
	publish_live();
	snprintf(to, sizeof(to), "%s", in_dir("copy"));
	ck_assert_msg(index_backup(dir, to, &why) == FUND_OK, "%s", why.text);
	check_equal(dir, to);
	ck_assert_int_eq(stat(in_dir("copy/data.mdb.new"), &st), -1);
	struct index_writer *w; /* and can be written to */
	ck_assert_msg(index_writer_open(&w, to, &fixture_settings, 0, &why) == FUND_OK, "%s", why.text);
	fixture_publish_segment(w, &other);
	index_writer_close(w);
	const struct model all[] = { live, live, other };
	fixture_check_index(to, all, 3);
	ck_assert_int_eq(index_backup(dir, to, &why), FUND_INVALID);
	ck_assert_msg(strstr(why.text, "is written to") != NULL, "%s", why.text);
	fixture_check_index(to, all, 3);
}
END_TEST

START_TEST(a_backup_replaces_an_earlier_one_of_its_index_and_nothing_else)
{
	char to[600], foreign[600], lock[700];
	struct fault why = { 0 };
	struct index_writer *w;
	const struct model two[] = { live, live };

	publish_live();
	snprintf(to, sizeof(to), "%s", in_dir("copy"));
	ck_assert_msg(index_backup(dir, to, &why) == FUND_OK, "%s", why.text);
	publish_live();
	ck_assert_msg(index_backup(dir, to, &why) == FUND_OK, "%s", why.text);
	check_equal(dir, to);
	fixture_check_index(to, two, 2);
	ck_assert_int_eq(index_backup(dir, dir, &why), FUND_INVALID);
	snprintf(foreign, sizeof(foreign), "%s", in_dir("foreign"));
	w = fixture_open(foreign);
	fixture_publish_segment(w, &other);
	index_writer_close(w);
	snprintf(lock, sizeof(lock), "%s/write.lock", foreign);
	unlink(lock); /* as a backup of it looks */
	ck_assert_int_eq(index_backup(dir, foreign, &why), FUND_INVALID);
	fixture_check_index(foreign, &other, 1);
}
END_TEST

START_TEST(a_backup_leaves_chunks_behind_that_are_not_published)
{
	char to[600];
	struct fault why = { 0 };
	struct segment_stats stats;
	struct snapshot *snapshot;

	publish_live();
	struct index_writer *w = fixture_open(dir);
	fixture_write_segment(w, &middle, &stats);
	index_writer_close(w);
	snprintf(to, sizeof(to), "%s", in_dir("copy"));
	ck_assert_msg(index_backup(dir, to, &why) == FUND_OK, "%s", why.text);
	ck_assert_int_eq(snapshot_open(&snapshot, to, &why), FUND_OK);
	ck_assert_uint_eq(fixture_count_keys(snapshot, 0x10, stats.number), 0);
	snapshot_close(snapshot);
	fixture_check_index(to, &live, 1);
}
END_TEST

START_TEST(a_backup_of_nothing_says_so)
{
	struct fault why = { 0 };
	char to[600];

	snprintf(to, sizeof(to), "%s", in_dir("copy"));
	ck_assert_int_eq(index_backup(dir, to, &why), FUND_NOT_FOUND);
	ck_assert_int_eq(access(to, F_OK), -1);
}
END_TEST

/* A reader in a process of its own: opens, tells, and reads all when it is told to. */
static pid_t reader(int *told)
{
	int opened[2], go[2];
	char byte;

	ck_assert(pipe(opened) == 0 && pipe(go) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct snapshot *snapshot;
		struct segment *segment;
		close(go[1]);
		if (snapshot_open(&snapshot, dir, NULL) != FUND_OK || write(opened[1], "x", 1) != 1 ||
		    read(go[0], &byte, 1) != 0 || snapshot_segment(snapshot, 0, &segment, NULL) != FUND_OK)
			_exit(1);
		fixture_check_segment(segment, &live);
		snapshot_close(snapshot);
		_exit(0);
	}
	close(go[0]);
	ck_assert_int_eq(read(opened[0], &byte, 1), 1);
	*told = go[1];
	return pid;
}

START_TEST(a_shrink_gives_space_back_while_a_reader_goes_on)
{
	struct manifest next = { 0 };
	struct fault why = { 0 };
	struct stat before, after;
	int go, status;

	publish_live();
	pid_t pid = reader(&go);
	struct index_writer *w = fixture_open(dir);
	fixture_publish_segment(w, &large);
	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	manifest_drop_segment(&next, next.segments[1].number);
	ck_assert_int_eq(index_writer_publish(w, &next, NULL, &why), FUND_OK);
	ck_assert_int_eq(stat(in_dir("data.mdb"), &before), 0);
	ck_assert_msg(index_writer_shrink(w, &why) == FUND_OK, "%s", why.text);
	ck_assert_int_eq(stat(in_dir("data.mdb"), &after), 0);
	index_writer_close(w);
	ck_assert_int_lt(after.st_size, before.st_size / 2);
	fixture_check_index(dir, &live, 1);
	for (uint32_t i = 0; i < 5; i++) { /* what a later run writes must not touch what the reader reads */
		w = fixture_open(dir);
		fixture_publish_segment(w, &middle);
		index_writer_close(w);
	}
	close(go);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
	manifest_release(&next);
}
END_TEST

START_TEST(a_reader_keeps_its_state_while_it_is_replaced_many_times)
{
	struct manifest next = { 0 };
	struct fault why = { 0 };
	int go, status;

	publish_live();
	pid_t pid = reader(&go);
	for (uint32_t i = 0; i < 6; i++) {
		struct index_writer *w = fixture_open(dir);
		fixture_publish_segment(w, &other);
		ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
		manifest_drop_segment(&next, next.segments[0].number);
		ck_assert_int_eq(index_writer_publish(w, &next, NULL, &why), FUND_OK);
		index_writer_close(w);
		manifest_release(&next);
	}
	close(go);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
	fixture_check_index(dir, &other, 1);
}
END_TEST

/* A shrink that was killed when the new file was in place, while a reader held a lock file that speaks of the old
 * one. */
START_TEST(a_lock_file_of_a_replaced_data_file_is_not_believed)
{
	char copy[600], from[600];
	struct fault why = { 0 };
	int go, status;

	publish_live();
	snprintf(copy, sizeof(copy), "%s", in_dir("copy"));
	ck_assert_int_eq(index_backup(dir, copy, &why), FUND_OK);
	for (uint32_t i = 0; i < 3; i++) {
		struct index_writer *w = fixture_open(dir);
		fixture_republish(w);
		index_writer_close(w);
	}
	pid_t pid = reader(&go);
	snprintf(from, sizeof(from), "%s", in_dir("copy/data.mdb"));
	ck_assert_int_eq(rename(from, in_dir("data.mdb")), 0);
	fixture_check_index(dir, &live, 1);
	struct index_writer *w = fixture_open(dir);
	ck_assert_uint_eq(snapshot_manifest(index_writer_snapshot(w))->generation, 1);
	fixture_publish_segment(w, &small);
	index_writer_close(w);
	const struct model both[] = { live, small };
	fixture_check_index(dir, both, 2);
	close(go);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}
END_TEST

START_TEST(the_leftover_of_a_killed_shrink_is_deleted)
{
	publish_live();
	int fd = open(in_dir("data.mdb.new"), O_CREAT | O_WRONLY, 0666);
	close(fd);
	struct index_writer *w = fixture_open(dir);
	index_writer_close(w);
	ck_assert_int_eq(access(in_dir("data.mdb.new"), F_OK), -1);
	fixture_check_index(dir, &live, 1);
}
END_TEST

Suite *suite_backup(void);
Suite *suite_backup(void)
{
	Suite *s = suite_create("backup");
	TCase *c = tcase_create("backup");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, a_backup_equals_its_original);
	tcase_add_test(c, a_backup_replaces_an_earlier_one_of_its_index_and_nothing_else);
	tcase_add_test(c, a_backup_leaves_chunks_behind_that_are_not_published);
	tcase_add_test(c, a_backup_of_nothing_says_so);
	tcase_add_test(c, a_shrink_gives_space_back_while_a_reader_goes_on);
	tcase_add_test(c, a_reader_keeps_its_state_while_it_is_replaced_many_times);
	tcase_add_test(c, a_lock_file_of_a_replaced_data_file_is_not_believed);
	tcase_add_test(c, the_leftover_of_a_killed_shrink_is_deleted);
	suite_add_tcase(s, c);
	return s;
}
