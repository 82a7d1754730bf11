/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States of an index: told from what is none, held by readers side by side, stale where nobody could hold them. */
#include <check.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/environment.h"
#include "store/pages.h"
#include "tests/handmade.h"

START_TEST(where_there_is_no_index_none_is_found)
{
	struct fault why = { .status = FUND_OK };
	struct snapshot *s;
	char path[300];

	ck_assert_int_eq(snapshot_open(&s, "/nonexistent/index", &why), FUND_NOT_FOUND);
	snprintf(path, sizeof(path), "%s/empty", handmade_scratch.dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(snapshot_open(&s, path, &why), FUND_NOT_FOUND);
	ck_assert_ptr_null(s);
	ck_assert_ptr_nonnull(strstr(why.text, path));
	snprintf(path, sizeof(path), "%s/data.mdb", handmade_scratch.dir); /* a file as directory */
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
	struct handmade_writing w;
	char path[300];
	MDB_env *env;

	snprintf(path, sizeof(path), "%s/other", handmade_scratch.dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	env = handmade_open_lmdb(path);
	handmade_begin(&w, env);
	handmade_add_u32(&value, 1);
	if (unfinished[_i].key != NULL)
		handmade_put(&w, unfinished[_i].key, strlen(unfinished[_i].key), &value);
	if (unfinished[_i].manifest)
		handmade_write_manifest(&w, 0, 0);
	ck_assert_int_eq(environment_commit(w.txn, w.dbi), 0);
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
		MDB_env *env = handmade_open_lmdb(handmade_scratch.dir);

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
	ck_assert_int_eq(snapshot_open(&second, handmade_scratch.dir, NULL), FUND_OK);
	ck_assert_int_eq(snapshot_open(&third, handmade_scratch.dir, NULL), FUND_OK);
	ck_assert_int_eq(n_registered(), 3);
	snapshot_close(second);
	ck_assert_int_eq(n_registered(), 2);
	ck_assert_int_eq(snapshot_check(handmade_snapshot), FUND_OK);
	snapshot_close(third);
	ck_assert_uint_eq(snapshot_n_segments(handmade_snapshot), 1);
}
END_TEST

/* What a writer of another process does. */
static void rewrite(uint64_t generation, unsigned times)
{
	pid_t pid = fork();

	if (pid == 0) {
		MDB_env *env = handmade_open_lmdb(handmade_scratch.dir);

		for (unsigned i = 0; i < times; i++) {
			struct handmade_writing w;

			handmade_begin(&w, env);
			if (i % 4 == 0)
				handmade_write_columns(&w);
			handmade_write_manifest(&w, generation + i, handmade_write_tombstones(&w));
			if (environment_commit(w.txn, w.dbi) != 0)
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
	ck_assert_int_eq(snapshot_check(handmade_snapshot), FUND_OK);
	ck_assert_uint_eq(snapshot_manifest(handmade_snapshot)->generation, 1);
	handmade_use(handmade_snapshot, &seed);
	ck_assert_uint_eq(handmade_n_noticed, 0);
	ck_assert_int_eq(pages_check(snapshot_pages(handmade_snapshot), NULL), FUND_OK);
	ck_assert_int_eq(snapshot_open(&later, handmade_scratch.dir, NULL), FUND_OK);
	ck_assert_uint_eq(snapshot_manifest(later)->generation, 13);
	snapshot_close(later);
}
END_TEST

START_TEST(without_a_lock_file_a_snapshot_can_grow_stale)
{
	struct snapshot *s;
	char path[300];

	snprintf(path, sizeof(path), "%s/lock.mdb", handmade_scratch.dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(snapshot_open(&s, handmade_scratch.dir, NULL), FUND_OK);
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

	snapshot_close(handmade_snapshot);
	handmade_snapshot = NULL;
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(snapshot_open(&s[i], handmade_scratch.dir, NULL), FUND_OK);
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

	fd = handmade_open_file(&handmade_scratch, "lock.mdb", O_WRONLY);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(write(fd, "no lock file", 12), 12);
	close(fd);
	ck_assert_int_eq(snapshot_open(&s, handmade_scratch.dir, NULL), FUND_OK);
	snapshot_close(s);
}
END_TEST

/* Where the root of the main tree stands in the meta page of a transaction: pages_layout.h. */
static off_t root_in_meta(uint64_t txnid) { return (off_t)((txnid & 1) * 4096 + 32 + 12 * sizeof(size_t)); }

/* The page is as it was written, only not of this state: a bit of the number that leads to it may be enough. */
START_TEST(a_root_of_the_state_before_is_damage)
{
	struct fault why = { .status = FUND_OK };
	struct snapshot *s, *later;
	size_t root;

	ck_assert_int_eq(snapshot_open(&s, handmade_scratch.dir, NULL), FUND_OK);
	root = (size_t)snapshot_pages(s)->main_root;
	rewrite(2, 1);
	ck_assert_int_eq(snapshot_open(&later, handmade_scratch.dir, NULL), FUND_OK);
	uint64_t now = snapshot_pages(later)->main_root, txnid = snapshot_pages(later)->txnid;
	snapshot_close(later);
	int fd = handmade_open_file(&handmade_scratch, "data.mdb", O_RDWR);
	size_t there = 0;
	ck_assert_int_eq(pread(fd, &there, sizeof(there), root_in_meta(txnid)), sizeof(there));
	ck_assert_uint_eq(there, now);
	ck_assert_int_eq(pwrite(fd, &root, sizeof(root), root_in_meta(txnid)), sizeof(root));
	close(fd);
	ck_assert_int_eq(snapshot_open(&later, handmade_scratch.dir, &why), FUND_CORRUPT);
	ck_assert_ptr_nonnull(strstr(why.text, "/data.mdb is damaged: its meta page leads to pages of another state"));
	snapshot_close(s);
}
END_TEST

/* As mdb_load does. */
START_TEST(a_copy_whose_transactions_are_numbered_anew_can_be_read)
{
	static const uint8_t key[] = { KEY_TRANSACTION };
	MDB_env *env = handmade_open_lmdb(handmade_scratch.dir);
	MDB_val k = { 1, (void *)(uintptr_t)key }, v = { KEY_TRANSACTION_LEN, NULL };
	uint8_t value[KEY_TRANSACTION_LEN];
	struct handmade_writing w;
	struct snapshot *s;

	put_u64(value + 4, 99);
	put_u32(value, checksum(value + 4, 8));
	v.mv_data = value;
	handmade_begin(&w, env);
	ck_assert_int_eq(mdb_put(w.txn, w.dbi, &k, &v, 0), 0);
	ck_assert_uint_ne(mdb_txn_id(w.txn), 99);
	ck_assert_int_eq(mdb_txn_commit(w.txn), 0);
	mdb_env_close(env);
	ck_assert_int_eq(snapshot_open(&s, handmade_scratch.dir, NULL), FUND_OK);
	snapshot_close(s);
}
END_TEST

Suite *suite_snapshot(void);
Suite *suite_snapshot(void)
{
	Suite *suite = suite_create("snapshot");
	TCase *state = tcase_create("state"), *opening = tcase_create("opening");

	tcase_add_unchecked_fixture(state, handmade_make_image, handmade_remove_image);
	tcase_add_checked_fixture(state, handmade_set_up, handmade_tear_down);
	tcase_add_test(state, snapshots_of_one_index_register_side_by_side);
	tcase_add_test(state, a_registered_snapshot_stays_as_it_is);
	tcase_add_test(state, many_snapshots_at_once);
	suite_add_tcase(suite, state);

	tcase_add_unchecked_fixture(opening, handmade_make_image, handmade_remove_image);
	tcase_add_checked_fixture(opening, handmade_make_index, handmade_remove_index);
	tcase_add_test(opening, where_there_is_no_index_none_is_found);
	tcase_add_loop_test(opening, half_made_indexes_are_told_from_foreign_files, 0, sizeof(unfinished) / sizeof(unfinished[0]));
	tcase_add_test(opening, without_a_lock_file_a_snapshot_can_grow_stale);
	tcase_add_test(opening, a_damaged_lock_file_does_not_keep_readers_out);
	tcase_add_test(opening, a_root_of_the_state_before_is_damage);
	tcase_add_test(opening, a_copy_whose_transactions_are_numbered_anew_can_be_read);
	suite_add_tcase(suite, opening);
	return suite;
}
