/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_pages.c - what LMDB wrote is read as LMDB reads it; and a fault in the map is a message. Damage: test_pages_damage.c. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault_line.h"
#include "lib/fundstelle.h"
#include "tests/lmdb_fixture.h"

static void assert_same(int rc, MDB_val k, MDB_val v, enum fund_status status, struct slice found, struct slice value)
{
	if (rc == MDB_NOTFOUND) {
		ck_assert_int_eq(status, FUND_NOT_FOUND);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(status, FUND_OK);
	ck_assert(slice_equal(found, slice_of(k.mv_data, k.mv_size)));
	ck_assert(slice_equal(value, slice_of(v.mv_data, v.mv_size)));
}

static void compare_one(MDB_cursor *c, const struct pages *p, const uint8_t *key, size_t len)
{
	MDB_val k = { len, (void *)(uintptr_t)key }, v;
	struct slice asked = slice_of(key, len), found = asked, value;
	enum fund_status status = pages_get(p, asked, &value);
	int rc = mdb_cursor_get(c, &k, &v, MDB_SET_KEY);
	bool there = rc == 0;

	assert_same(rc, k, v, status, found, value);
	k = (MDB_val){ len, (void *)(uintptr_t)key };
	rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	assert_same(rc, k, v, pages_seek_ge(p, asked, &found, &value), found, value);
	if (there)
		rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
	status = pages_seek_gt(p, asked, &found, &value);
	assert_same(rc, k, v, status, found, value);
	k = (MDB_val){ len, (void *)(uintptr_t)key };
	rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
	if (!there)
		rc = mdb_cursor_get(c, &k, &v, rc == 0 ? MDB_PREV : MDB_LAST);
	status = pages_seek_le(p, asked, &found, &value);
	assert_same(rc, k, v, status, found, value);
}

START_TEST(finds_what_lmdb_finds)
{
	uint64_t seed = (uint64_t)_i + 1;
	struct fault why = { .status = FUND_OK };

	for (int round = 0; round < 8; round++) {
		uint8_t key[LMDB_KEY_MAX];
		struct pages p;
		MDB_txn *txn;
		MDB_cursor *c;

		lmdb_change(&seed, 40u << (2 * (round % 4)));
		ck_assert_int_eq(mdb_txn_begin(lmdb.env, NULL, MDB_RDONLY, &txn), 0);
		ck_assert_int_eq(mdb_cursor_open(txn, lmdb.dbi, &c), 0);
		ck_assert_msg(lmdb_open_pages(&p, mdb_txn_id(txn), &why) == FUND_OK, "%s", why.text);
		ck_assert_uint_eq(p.txnid, mdb_txn_id(txn));
		ck_assert_msg(pages_check(&p, &why) == FUND_OK, "%s", why.text);
		for (int i = 0; i < 1000; i++)
			compare_one(c, &p, key, lmdb_make_key(&seed, key));
		compare_one(c, &p, (const uint8_t *)"", 1);
		compare_one(c, &p, (const uint8_t *)"\xff\xff\xff\xff\xff", 5);
		pages_close(&p);
		mdb_cursor_close(c);
		mdb_txn_abort(txn);
	}
}
END_TEST

START_TEST(an_empty_tree_has_no_keys)
{
	struct slice found, value;
	struct pages p;

	ck_assert_int_eq(lmdb_open_pages(&p, 0, NULL), FUND_OK);
	ck_assert_int_eq(pages_get(&p, SLICE_LIT("a"), &value), FUND_NOT_FOUND);
	ck_assert_int_eq(pages_seek_le(&p, SLICE_LIT("a"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(pages_seek_ge(&p, SLICE_LIT("a"), &found, &value), FUND_NOT_FOUND);
	ck_assert_int_eq(pages_check(&p, NULL), FUND_OK);
	pages_close(&p);
}
END_TEST

START_TEST(a_state_can_be_read_until_it_is_overwritten)
{
	uint64_t seed = 5, first;
	struct pages p, again;

	lmdb_change(&seed, 100);
	ck_assert_int_eq(lmdb_open_pages(&p, 0, NULL), FUND_OK);
	first = p.txnid;
	ck_assert_uint_eq(pages_newest(&p), first);
	lmdb_change(&seed, 100);
	ck_assert_uint_eq(pages_newest(&p), first + 1);
	ck_assert_int_eq(lmdb_open_pages(&again, first, NULL), FUND_OK);
	ck_assert_uint_eq(again.txnid, first);
	pages_close(&again);
	lmdb_change(&seed, 100);
	ck_assert_uint_eq(pages_newest(&p), first + 2);
	ck_assert_int_eq(lmdb_open_pages(&again, first, NULL), FUND_STALE);
	pages_close(&p);
}
END_TEST

/* What LMDB took and gave back in one transaction it does not write, and the file may be shorter than its last page. */
START_TEST(a_file_may_lack_pages_at_its_end_that_are_free)
{
	static uint8_t big[10 * 4096];
	uint64_t seed = 29;
	MDB_val key = { 3, "big" }, value = { sizeof(big), big };
	struct pages p;
	MDB_txn *txn;
	uint8_t *bytes;
	size_t len;
	unsigned n_missing = 0;
	int fd = lmdb_other_file();

	lmdb_change(&seed, 100);
	ck_assert_int_eq(mdb_txn_begin(lmdb.env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_put(txn, lmdb.dbi, &key, &value, 0), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	ck_assert_int_eq(mdb_txn_begin(lmdb.env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_del(txn, lmdb.dbi, &key, NULL), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
	for (int i = 0; i < 6; i++) /* the trees move to the front */
		lmdb_change(&seed, 1);
	bytes = lmdb_load(&len);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	while (pages_open(&p, fd, 0, NULL) == FUND_OK) {
		ck_assert_int_eq(pages_check(&p, NULL), FUND_OK);
		pages_close(&p);
		n_missing++;
		ck_assert_int_eq(ftruncate(fd, (off_t)(len - n_missing * 4096)), 0);
	}
	ck_assert_uint_ge(n_missing, 3);
	ck_assert_uint_lt(n_missing, len / 4096 / 2);
	close(fd);
	free(bytes);
}
END_TEST

/* ---- guard ---- */

static void die_in_map(void)
{
	int fd = lmdb_other_file();
	struct pages p;
	uint8_t *bytes;
	size_t len;

	bytes = lmdb_load(&len);
	if (write(fd, bytes, len) != (ssize_t)len || pages_open(&p, fd, 0, NULL) != FUND_OK || ftruncate(fd, 0) != 0)
		_exit(9);
	free(bytes);
	_exit(p.map[4096] == 77 ? 8 : 7);
}

static void die_elsewhere(void)
{
	volatile int *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	_exit(*nowhere);
}

static int run_guarded(void (*f)(void), char line[64])
{
	int pipe_fd[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(pipe_fd), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(pipe_fd[1], STDERR_FILENO);
		fault_line_install(fundstelle_maps, "the index is damaged\n");
		f();
	}
	close(pipe_fd[1]);
	n = read(pipe_fd[0], line, 63);
	line[n > 0 ? n : 0] = '\0';
	close(pipe_fd[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(a_fault_in_the_map_is_one_line_and_exit_2)
{
	char line[64];
	int status = run_guarded(die_in_map, line);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	ck_assert_str_eq(line, "the index is damaged\n");
}
END_TEST

START_TEST(a_fault_elsewhere_keeps_its_signal)
{
	char line[64];
	int status = run_guarded(die_elsewhere, line);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
	ck_assert_str_eq(line, "");
}
END_TEST

Suite *suite_pages(void);
Suite *suite_pages(void)
{
	Suite *suite = suite_create("pages");
	TCase *reading = tcase_create("reading"), *guard = tcase_create("guard");

	tcase_add_checked_fixture(reading, lmdb_set_up, lmdb_tear_down);
	tcase_add_loop_test(reading, finds_what_lmdb_finds, 0, 3);
	tcase_add_test(reading, an_empty_tree_has_no_keys);
	tcase_add_test(reading, a_state_can_be_read_until_it_is_overwritten);
	tcase_add_test(reading, a_file_may_lack_pages_at_its_end_that_are_free);
	tcase_set_timeout(reading, 60);
	suite_add_tcase(suite, reading);

	suite_add_tcase(suite, guard);
	tcase_add_checked_fixture(guard, lmdb_set_up, lmdb_tear_down);
	if (getenv("FUNDSTELLE_EMULATED")) {
		puts("skipped: faults in the map: an emulator has signals of its own");
	} else {
		tcase_add_test(guard, a_fault_in_the_map_is_one_line_and_exit_2);
		tcase_add_test(guard, a_fault_elsewhere_keeps_its_signal);
	}
	return suite;
}
