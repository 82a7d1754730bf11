/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "store/environment.h"
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

/* ---- segments ---- */

static const struct model shapes[] = {
	{ 1, 1, 1 },     { 2, 16, 4 },    { 3, 17, 40 },    { 4, 129, 300 },
	{ 5, 700, 200 }, { 6, 2100, 60 }, { 7, 17000, 12 }, { 8, 70000, 5 },
};

START_TEST(a_segment_reads_back_as_it_was_written)
{
	struct index_writer *w = fixture_open(dir);

	fixture_publish_segment(w, &shapes[_i]);
	index_writer_close(w);
	fixture_check_index(dir, &shapes[_i], 1);
}
END_TEST

START_TEST(a_reader_finds_no_index_before_the_first_publish)
{
	struct index_writer *w = fixture_open(dir);
	struct segment_stats stats;
	struct snapshot *snapshot;
	struct fault why = { 0 };

	ck_assert_uint_eq(snapshot_manifest(index_writer_snapshot(w))->generation, 0);
	fixture_write_segment(w, &shapes[1], &stats);
	index_writer_close(w);
	ck_assert_int_eq(snapshot_open(&snapshot, dir, &why), FUND_NOT_FOUND);
}
END_TEST

START_TEST(segments_add_up_over_runs_and_the_id_stays)
{
	uint64_t id = 0;

	for (uint32_t i = 0; i < 3; i++) {
		struct index_writer *w = fixture_open(dir);
		const struct manifest *m = snapshot_manifest(index_writer_snapshot(w));
		ck_assert_uint_eq(m->generation, i);
		ck_assert_uint_eq(m->n_segments, i);
		ck_assert(i == 0 || m->id == id);
		ck_assert_uint_eq(m->analysis_hash, 0x1234);
		id = m->id;
		fixture_publish_segment(w, &shapes[1 + i]);
		index_writer_close(w);
		fixture_check_index(dir, shapes + 1, i + 1);
	}
}
END_TEST

START_TEST(several_publishes_in_one_run)
{
	struct index_writer *w = fixture_open(dir);

	for (uint32_t i = 0; i < 3; i++)
		fixture_publish_segment(w, &shapes[1 + i]);
	ck_assert_uint_eq(snapshot_manifest(index_writer_snapshot(w))->generation, 3);
	index_writer_close(w);
	fixture_check_index(dir, shapes + 1, 3);
}
END_TEST

START_TEST(documents_behind_terms_and_missing_texts_are_refused)
{
	struct index_writer *w = fixture_open(dir);
	struct segment_writer *s, *other;
	struct segment_stats stats;
	struct doc_info doc = { .key = { 0, SLICE_LIT("a.txt"), 0 }, .length = 3, .words = 3 };
	struct fault why = { 0 };

	ck_assert_int_eq(segment_writer_new(&s, w, &why), FUND_OK);
	ck_assert_int_eq(segment_writer_new(&other, w, &why), FUND_INVALID);
	ck_assert_int_eq(segment_writer_add_doc(s, &doc), FUND_OK);
	ck_assert_int_eq(segment_writer_begin_term(s, SLICE_LIT("wa"), false), FUND_OK);
	ck_assert_int_eq(segment_writer_add_posting(s, 0, 1, 0, NULL, NULL), FUND_OK);
	ck_assert_int_eq(segment_writer_end_term(s), FUND_OK);
	ck_assert_int_eq(segment_writer_add_doc(s, &doc), FUND_INVALID);
	ck_assert_int_eq(segment_writer_finish(s, &stats), FUND_INVALID);
	ck_assert_msg(strstr(index_writer_fault(w)->text, "differ in number") != NULL, "%s",
		      index_writer_fault(w)->text);
	segment_writer_free(s);
	index_writer_close(w);
}
END_TEST

START_TEST(the_state_at_opening_stays_readable_while_segments_are_written)
{
	struct index_writer *w = fixture_open(dir);
	struct segment *segment;
	struct segment_stats stats;
	struct fault why = { 0 };

	fixture_publish_segment(w, &shapes[3]);
	for (uint32_t i = 0; i < 8; i++)
		fixture_write_segment(w, &shapes[1 + i % 3], &stats);
	ck_assert_int_eq(snapshot_segment(index_writer_snapshot(w), 0, &segment, &why), FUND_OK);
	fixture_check_segment(segment, &shapes[3]);
	index_writer_close(w);
}
END_TEST

/* ---- segments that are held ---- */

static uint64_t transaction(struct index_writer *w) { return snapshot_pages(index_writer_snapshot(w))->txnid; }

static void publish_with(struct index_writer *w, const struct segment_stats *stats)
{
	struct manifest next = { 0 };
	struct fault why = { 0 };

	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	ck_assert_int_eq(manifest_add_segment(&next, stats), FUND_OK);
	ck_assert_msg(index_writer_publish(w, &next, NULL, &why) == FUND_OK, "%s", why.text);
	manifest_release(&next);
}

START_TEST(a_segment_that_is_held_can_be_read_and_is_written_with_the_state_that_has_it)
{
	struct index_writer *w = fixture_open(dir);
	struct segment_stats stats;
	struct segment *held;
	const struct model both[] = { shapes[2], shapes[_i] };

	fixture_publish_segment(w, &shapes[2]);
	uint64_t before = transaction(w);
	struct segment_writer *s = fixture_hold_segment(w, &shapes[_i], &stats);
	ck_assert_int_eq(segment_writer_held(s, &held), FUND_OK);
	ck_assert_ptr_nonnull(held);
	fixture_check_segment(held, &shapes[_i]);
	ck_assert_int_eq(segment_writer_settle(s), FUND_OK);
	ck_assert_int_eq(segment_writer_held(s, &held), FUND_OK);
	ck_assert_ptr_null(held);
	publish_with(w, &stats);
	ck_assert_uint_eq(transaction(w), before + 1);
	segment_writer_free(s);
	index_writer_close(w);
	fixture_check_index(dir, both, 2);
}
END_TEST

START_TEST(a_segment_that_is_held_and_not_wanted_leaves_nothing_behind)
{
	struct index_writer *w = fixture_open(dir);
	struct segment_stats stats;
	const struct model both[] = { shapes[2], shapes[3] };

	fixture_publish_segment(w, &shapes[2]);
	segment_writer_free(fixture_hold_segment(w, &shapes[4], &stats));
	fixture_publish_segment(w, &shapes[3]);
	ck_assert_uint_eq(fixture_count_keys(index_writer_snapshot(w), 0x10, stats.number), 0);
	index_writer_close(w);
	fixture_check_index(dir, both, 2);
}
END_TEST

START_TEST(a_segment_that_is_too_large_to_be_held_is_written)
{
	const struct model large = { 62, 320000, 12 };
	struct index_writer *w = fixture_open(dir);
	struct segment_stats stats;
	struct segment *held;
	struct segment_writer *s = fixture_hold_segment(w, &large, &stats);

	ck_assert_uint_gt(stats.bytes, 16 << 20);
	ck_assert_int_eq(segment_writer_held(s, &held), FUND_OK);
	ck_assert_ptr_null(held);
	segment_writer_free(s);
	publish_with(w, &stats);
	index_writer_close(w);
	fixture_check_index(dir, &large, 1);
}
END_TEST

/* ---- what is left over ---- */

START_TEST(the_chunks_of_an_unpublished_segment_go_with_the_next_run)
{
	struct index_writer *w = fixture_open(dir);
	struct segment_stats stats;
	struct fault why = { 0 };
	struct snapshot *snapshot;

	fixture_publish_segment(w, &shapes[2]);
	fixture_write_segment(w, &shapes[4], &stats);
	index_writer_close(w);
	ck_assert_int_eq(snapshot_open(&snapshot, dir, &why), FUND_OK);
	ck_assert_uint_gt(fixture_count_keys(snapshot, 0x10, stats.number), 5);
	snapshot_close(snapshot);
	w = fixture_open(dir);
	index_writer_close(w);
	ck_assert_int_eq(snapshot_open(&snapshot, dir, &why), FUND_OK);
	ck_assert_uint_eq(fixture_count_keys(snapshot, 0x10, stats.number), 0);
	ck_assert_uint_eq(snapshot_manifest(snapshot)->generation, 1);
	snapshot_close(snapshot);
	fixture_check_index(dir, &shapes[2], 1);
}
END_TEST

START_TEST(a_segment_that_falls_out_of_the_manifest_is_deleted)
{
	struct index_writer *w = fixture_open(dir);
	struct manifest next = { 0 };
	struct fault why = { 0 };

	for (uint32_t i = 2; i < 5; i++)
		fixture_publish_segment(w, &shapes[i]);
	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	uint32_t dropped = next.segments[1].number;
	ck_assert_int_eq(index_writer_kill(w, dropped, 5), FUND_OK);
	manifest_drop_segment(&next, dropped);
	ck_assert_int_eq(index_writer_publish(w, &next, NULL, &why), FUND_OK);
	ck_assert_uint_eq(fixture_count_keys(index_writer_snapshot(w), 0x10, dropped), 0);
	ck_assert_uint_eq(fixture_count_keys(index_writer_snapshot(w), 0x03, dropped), 0);
	index_writer_close(w);
	manifest_release(&next);
	const struct model left[] = { shapes[2], shapes[4] };
	fixture_check_index(dir, left, 2);
}
END_TEST

START_TEST(segments_that_fall_out_are_deleted_in_the_transaction_of_the_new_state)
{
	struct index_writer *w = fixture_open(dir);
	struct manifest next = { 0 };
	struct fault why = { 0 };

	for (uint32_t i = 1; i < 5; i++)
		fixture_publish_segment(w, &shapes[i]);
	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_int_eq(index_writer_kill(w, next.segments[0].number, 0), FUND_OK);
		manifest_drop_segment(&next, next.segments[0].number);
	}
	uint64_t before = snapshot_pages(index_writer_snapshot(w))->txnid;
	ck_assert_int_eq(index_writer_publish(w, &next, NULL, &why), FUND_OK);
	ck_assert_uint_eq(snapshot_pages(index_writer_snapshot(w))->txnid, before + 1);
	index_writer_close(w);
	manifest_release(&next);
	fixture_check_index(dir, &shapes[4], 1);
}
END_TEST

/* ---- tombstones ---- */

START_TEST(tombstones_are_those_that_were_asked_for)
{
	const struct model m = { 9, 300000, 1 }; /* two chunks */
	static bool dead[300000];
	struct index_writer *w = fixture_open(dir);
	struct segment *segment;
	struct fault why = { 0 };
	uint32_t n_dead = 0;
	bool is_dead;

	fixture_publish_segment(w, &m);
	uint32_t number = snapshot_manifest(index_writer_snapshot(w))->segments[0].number;
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < 500; i++) {
			uint32_t doc = (uint32_t)fixture_hash(round, i, 0) % (round == 1 ? 200000 : 300000);
			n_dead += !dead[doc];
			dead[doc] = true;
			ck_assert_int_eq(index_writer_kill(w, number, doc), FUND_OK);
		}
		ck_assert_int_eq(
			index_writer_is_dead(w, number, (uint32_t)fixture_hash(round, 3, 0) % 200000, &is_dead),
			FUND_OK);
		ck_assert_uint_eq(index_writer_n_dead(w, number), n_dead);
		fixture_republish(w);
		ck_assert_uint_eq(index_writer_n_dead(w, number), n_dead);
		ck_assert_int_eq(snapshot_segment(index_writer_snapshot(w), 0, &segment, &why), FUND_OK);
		ck_assert_uint_eq(segment_stats(segment)->n_dead, n_dead);
		for (uint32_t doc = 0; doc < m.n_docs; doc++) {
			ck_assert_int_eq(segment_is_dead(segment, doc, &is_dead), FUND_OK);
			ck_assert_int_eq(is_dead, dead[doc]);
		}
	}
	ck_assert_int_eq(index_writer_kill(w, number, m.n_docs), FUND_NOT_FOUND);
	ck_assert_int_eq(index_writer_kill(w, number + 1, 0), FUND_NOT_FOUND);
	index_writer_close(w);
}
END_TEST

START_TEST(tombstones_that_are_not_published_are_forgotten)
{
	struct index_writer *w = fixture_open(dir);

	fixture_publish_segment(w, &shapes[3]);
	ck_assert_int_eq(index_writer_kill(w, 1, 7), FUND_OK);
	index_writer_close(w);
	w = fixture_open(dir);
	ck_assert_uint_eq(index_writer_n_dead(w, 1), 0);
	index_writer_close(w);
}
END_TEST

/* ---- failures ---- */

static const struct model live = { 20, 400, 100 };

static void publish_live(void)
{
	struct index_writer *w = fixture_open(dir);

	fixture_publish_segment(w, &live);
	index_writer_close(w);
}

/* Writes and publishes for ever. */
static void write_until_killed(void)
{
	struct index_writer *w;
	struct segment_stats stats;

	for (uint64_t seed = 50;; seed++) {
		const struct model m = { seed, 3000, 40 };
		if (index_writer_open(&w, dir, &fixture_settings, 0, NULL) != FUND_OK ||
		    fixture_try_segment(w, &m, &stats) != FUND_OK)
			_exit(1);
		index_writer_close(w);
	}
}

START_TEST(killed_at_any_moment_the_old_state_stays_and_the_next_run_completes)
{
	publish_live();
	for (uint32_t round = 0; round < 6; round++) {
		pid_t pid = fork();
		int status;
		if (pid == 0)
			write_until_killed();
		usleep(5000 + (useconds_t)(fixture_hash((uint64_t)_i, round, (uint64_t)getpid()) % 80000));
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		fixture_check_index(dir, &live, 1);
	}
	struct index_writer *w = fixture_open(dir);
	fixture_publish_segment(w, &shapes[2]);
	index_writer_close(w);
	const struct model both[] = { live, shapes[2] };
	fixture_check_index(dir, both, 2);
}
END_TEST

/* Runs in a child, whose file-size limit does not stay. Exits 0 when the disk was full where it should be. */
static void run_out_of_space(rlim_t limit)
{
	struct rlimit r = { limit, limit };
	struct index_writer *w;
	struct segment_stats stats;
	const struct model m = { 60, 3000, 60 };

	signal(SIGXFSZ, SIG_IGN);
	if (index_writer_open(&w, dir, &fixture_settings, 0, NULL) != FUND_OK || setrlimit(RLIMIT_FSIZE, &r) != 0)
		_exit(2);
	if (fixture_try_segment(w, &m, &stats) != FUND_NO_SPACE || index_writer_fault(w)->status != FUND_NO_SPACE)
		_exit(3);
	if (snapshot_manifest(index_writer_snapshot(w))->generation != 1)
		_exit(4);
	index_writer_close(w);
	_exit(0);
}

START_TEST(a_full_disk_is_an_error_and_the_old_state_stays)
{
	struct stat st;
	int status;

	publish_live();
	ck_assert_int_eq(stat(in_dir("data.mdb"), &st), 0);
	pid_t pid = fork();
	if (pid == 0)
		run_out_of_space((rlim_t)st.st_size + 100000 + 1000 * (rlim_t)_i);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
	fixture_check_index(dir, &live, 1);
	struct index_writer *w = fixture_open(dir);
	fixture_publish_segment(w, &shapes[2]);
	index_writer_close(w);
	const struct model both[] = { live, shapes[2] };
	fixture_check_index(dir, both, 2);
}
END_TEST

static const struct {
	const char *what, *bytes;
	enum fund_status status;
} foreign[] = {
	{ "text",
	  "Das ist kein Index, sondern ein Text, lang genug fuer einen Kopf. Und noch etwas dazu, damit es reicht.",
	  FUND_FORMAT },
	{ "one byte", "x", FUND_FORMAT },
};

START_TEST(a_foreign_file_is_refused_and_nothing_is_written)
{
	struct index_writer *w;
	struct fault why = { 0 };
	FILE *f = fopen(in_dir("data.mdb"), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(foreign[_i].bytes, f), 0);
	fclose(f);
	ck_assert_int_eq(index_writer_open(&w, dir, &fixture_settings, 0, &why), foreign[_i].status);
	ck_assert_msg(strstr(why.text, "data.mdb") != NULL, "%s", why.text);
	ck_assert_int_eq(access(in_dir("lock.mdb"), F_OK), -1);
	ck_assert_int_eq(access(in_dir("write.lock"), F_OK), -1);
}
END_TEST

START_TEST(a_truncated_index_is_refused)
{
	struct index_writer *w;
	struct fault why = { 0 };
	struct stat st;

	publish_live();
	ck_assert_int_eq(stat(in_dir("data.mdb"), &st), 0);
	ck_assert_int_eq(truncate(in_dir("data.mdb"), st.st_size / 2), 0);
	ck_assert_int_eq(index_writer_open(&w, dir, &fixture_settings, 0, &why), FUND_CORRUPT);
	ck_assert_msg(strstr(why.text, "data.mdb") != NULL, "%s", why.text);
}
END_TEST

START_TEST(an_empty_data_file_is_as_none)
{
	int fd = open(in_dir("data.mdb"), O_CREAT | O_WRONLY, 0666);

	ck_assert_int_ge(fd, 0);
	close(fd);
	publish_live();
	fixture_check_index(dir, &live, 1);
}
END_TEST

START_TEST(an_index_cannot_be_made_below_a_missing_directory_or_in_a_file)
{
	struct index_writer *w;
	struct fault why = { 0 };

	ck_assert_int_eq(index_writer_open(&w, in_dir("a/b"), &fixture_settings, 0, &why), FUND_IO);
	int fd = open(in_dir("file"), O_CREAT | O_WRONLY, 0666);
	close(fd);
	ck_assert_int_eq(index_writer_open(&w, in_dir("file"), &fixture_settings, 0, &why), FUND_IO);
	ck_assert_msg(strstr(why.text, "/file: cannot make the index: Not a directory") != NULL, "%s", why.text);
}
END_TEST

/* A small address space costs room, not the index. */
START_TEST(a_small_address_space_gets_a_small_map)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit r = { 3u << 30, 3u << 30 };
		struct index_writer *w;
		struct segment_stats stats;
		if (setrlimit(RLIMIT_AS, &r) != 0)
			_exit(2);
		if (index_writer_open(&w, dir, &fixture_settings, 0, NULL) != FUND_OK ||
		    fixture_try_segment(w, &live, &stats) != FUND_OK)
			_exit(3);
		index_writer_close(w);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}
END_TEST

START_TEST(a_segment_that_was_not_written_cannot_be_published)
{
	struct index_writer *w = fixture_open(dir);
	struct manifest next = { 0 };
	struct segment_stats stats = { .number = 77 };
	struct fault why = { 0 };

	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	ck_assert_int_eq(manifest_add_segment(&next, &stats), FUND_OK);
	ck_assert_int_eq(index_writer_publish(w, &next, NULL, &why), FUND_INVALID);
	ck_assert_msg(strstr(why.text, ": segment 77 cannot be published") != NULL, "%s", why.text);
	manifest_release(&next);
	index_writer_close(w);
}
END_TEST

START_TEST(the_numbers_of_segments_end)
{
	struct index_writer *w = fixture_open(dir);
	struct manifest next = { 0 };
	struct segment_writer *s;
	struct fault why = { 0 };

	ck_assert_int_eq(manifest_copy(&next, snapshot_manifest(index_writer_snapshot(w))), FUND_OK);
	next.next_segment = UINT32_MAX;
	ck_assert_int_eq(index_writer_publish(w, &next, NULL, &why), FUND_OK);
	manifest_release(&next);
	index_writer_close(w);
	w = fixture_open(dir);
	ck_assert_int_eq(segment_writer_new(&s, w, &why), FUND_LIMIT);
	ck_assert_msg(strstr(why.text, ": no segment numbers are left: build the index anew") != NULL, "%s", why.text);
	index_writer_close(w);
}
END_TEST

/* LMDB's errors as they are told. */
static const struct {
	int error;
	enum fund_status status;
	const char *text;
} errors[] = {
	{ MDB_MAP_FULL, FUND_NO_SPACE, "I: cannot write: the address space that this process may use is full" },
	{ MDB_READERS_FULL, FUND_LIMIT, "I: cannot write: more than 1022 readers at once" },
	{ MDB_TXN_FULL, FUND_LIMIT, "I: cannot write: more changes than one transaction holds" },
	{ MDB_VERSION_MISMATCH, FUND_FORMAT, "I: cannot write: not an index of this machine and version" },
	{ MDB_INVALID, FUND_FORMAT, "I: cannot write: not an index of this machine and version" },
	{ MDB_CORRUPTED, FUND_CORRUPT, "I: cannot write: damaged (MDB_CORRUPTED: " },
	{ MDB_BAD_TXN, FUND_IO, "I: cannot write: MDB_BAD_TXN: " },
	{ EACCES, FUND_IO, "I: cannot write: Permission denied" },
	{ ENOSPC, FUND_NO_SPACE, "I: cannot write: No space left on device" },
};

START_TEST(an_error_of_lmdb_is_told_with_its_reason)
{
	struct fault why = { 0 };

	ck_assert_int_eq(environment_fault(&why, errors[_i].error, "I", "cannot write"), errors[_i].status);
	ck_assert_msg(strncmp(why.text, errors[_i].text, strlen(errors[_i].text)) == 0, "%s", why.text);
}
END_TEST

static void add_life_tests(TCase *c)
{
	tcase_add_loop_test(c, a_segment_reads_back_as_it_was_written, 0, sizeof(shapes) / sizeof(shapes[0]));
	tcase_add_test(c, a_reader_finds_no_index_before_the_first_publish);
	tcase_add_test(c, segments_add_up_over_runs_and_the_id_stays);
	tcase_add_test(c, several_publishes_in_one_run);
	tcase_add_test(c, the_state_at_opening_stays_readable_while_segments_are_written);
	tcase_add_test(c, documents_behind_terms_and_missing_texts_are_refused);
	tcase_add_loop_test(c, a_segment_that_is_held_can_be_read_and_is_written_with_the_state_that_has_it, 0, 6);
	tcase_add_test(c, a_segment_that_is_held_and_not_wanted_leaves_nothing_behind);
	tcase_add_test(c, a_segment_that_is_too_large_to_be_held_is_written);
	tcase_add_test(c, the_chunks_of_an_unpublished_segment_go_with_the_next_run);
	tcase_add_test(c, a_segment_that_falls_out_of_the_manifest_is_deleted);
	tcase_add_test(c, segments_that_fall_out_are_deleted_in_the_transaction_of_the_new_state);
	tcase_add_test(c, tombstones_are_those_that_were_asked_for);
	tcase_add_test(c, tombstones_that_are_not_published_are_forgotten);
}

static void add_failure_tests(TCase *c)
{
	tcase_add_loop_test(c, killed_at_any_moment_the_old_state_stays_and_the_next_run_completes, 0, 3);
	tcase_add_loop_test(c, a_full_disk_is_an_error_and_the_old_state_stays, 0, 6);
	tcase_add_loop_test(c, a_foreign_file_is_refused_and_nothing_is_written, 0,
			    sizeof(foreign) / sizeof(foreign[0]));
	tcase_add_loop_test(c, an_error_of_lmdb_is_told_with_its_reason, 0, sizeof(errors) / sizeof(errors[0]));
	tcase_add_test(c, a_segment_that_was_not_written_cannot_be_published);
	tcase_add_test(c, the_numbers_of_segments_end);
	tcase_add_test(c, a_truncated_index_is_refused);
	tcase_add_test(c, an_empty_data_file_is_as_none);
	tcase_add_test(c, an_index_cannot_be_made_below_a_missing_directory_or_in_a_file);
	if (!SANITIZED)
		tcase_add_test(c, a_small_address_space_gets_a_small_map);
}

Suite *suite_index_writer(void);
Suite *suite_index_writer(void)
{
	Suite *s = suite_create("index_writer");
	TCase *c = tcase_create("index_writer");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 120);
	add_life_tests(c);
	add_failure_tests(c);
	suite_add_tcase(s, c);
	return s;
}
