/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/lock.h"
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

/* A process that holds the lock for so long, or until it is killed. Returns when it holds it. */
static pid_t holder(unsigned microseconds)
{
	int ready[2];
	char byte;

	ck_assert_int_eq(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct write_lock lock = WRITE_LOCK_INIT;
		if (write_lock_take(&lock, dir, 0, NULL) != FUND_OK || write(ready[1], "x", 1) != 1)
			_exit(1);
		usleep(microseconds);
		_exit(0);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

START_TEST(a_second_process_is_told_pid_and_start_of_the_first)
{
	struct write_lock lock = WRITE_LOCK_INIT;
	struct fault why = { 0 };
	char text[40];
	pid_t pid = holder(30000000);

	ck_assert_int_eq(write_lock_take(&lock, dir, 0, &why), FUND_LOCKED);
	snprintf(text, sizeof(text), "process %ld, since 2", (long)pid);
	ck_assert_msg(strstr(why.text, text) != NULL, "%s", why.text);
	ck_assert_int_eq(lock.fd, -1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(a_first_one_that_left_no_note_is_another_run)
{
	struct write_lock lock = WRITE_LOCK_INIT;
	struct fault why = { 0 };
	char path[600], text[600];
	pid_t pid = holder(30000000);

	snprintf(path, sizeof(path), "%s/write.lock", dir);
	ck_assert_int_eq(truncate(path, 0), 0); /* as between taking the lock and writing the note */
	ck_assert_int_eq(write_lock_take(&lock, dir, 0, &why), FUND_LOCKED);
	snprintf(text, sizeof(text), "%s: another run writes this index", dir);
	ck_assert_str_eq(why.text, text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

static void ignore(int signal)
{
	(void)signal;
}

/* The signal comes again and again, so that one of them meets the pause. */
START_TEST(a_signal_ends_the_waiting)
{
	struct write_lock lock = WRITE_LOCK_INIT;
	struct fault why = { 0 };
	const struct itimerval often = { { 0, 7000 }, { 0, 7000 } }, never = { { 0, 0 }, { 0, 0 } };
	pid_t pid = holder(30000000);

	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = ignore }, NULL);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	enum fund_status st = write_lock_take(&lock, dir, UINT64_MAX, &why);
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_int_eq(st, FUND_INTERRUPTED);
	ck_assert_ptr_nonnull(strstr(why.text, ": interrupted while waiting for another run"));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(the_lock_of_a_killed_process_is_free_at_once)
{
	struct write_lock lock = WRITE_LOCK_INIT;
	pid_t pid = holder(30000000);

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(write_lock_take(&lock, dir, 0, NULL), FUND_OK);
	write_lock_release(&lock);
}
END_TEST

START_TEST(waiting_gets_the_lock_when_it_is_given_back)
{
	struct write_lock lock = WRITE_LOCK_INIT;
	pid_t pid = holder(300000);

	ck_assert_int_eq(write_lock_take(&lock, dir, 20, NULL), FUND_OK);
	write_lock_release(&lock);
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(the_same_process_cannot_take_it_twice)
{
	struct write_lock one = WRITE_LOCK_INIT, two = WRITE_LOCK_INIT;

	ck_assert_int_eq(write_lock_take(&one, dir, 0, NULL), FUND_OK);
	ck_assert_int_eq(write_lock_take(&two, dir, 0, NULL), FUND_LOCKED);
	write_lock_release(&two);
	write_lock_release(&one);
	ck_assert_int_eq(write_lock_take(&two, dir, 0, NULL), FUND_OK);
	write_lock_release(&two);
}
END_TEST

START_TEST(a_directory_that_is_missing_is_an_error_with_its_name)
{
	struct write_lock lock = WRITE_LOCK_INIT;
	struct fault why = { 0 };

	ck_assert_int_eq(write_lock_take(&lock, "/nonexistent/index", 0, &why), FUND_IO);
	ck_assert_msg(strstr(why.text, "/nonexistent/index/write.lock: No such") != NULL, "%s", why.text);
}
END_TEST

START_TEST(a_second_writer_is_locked_out_and_the_first_goes_on)
{
	struct index_writer *w = fixture_open(dir), *other;
	struct fault why = { 0 };
	struct model m = { 1, 20, 8 };

	ck_assert_int_eq(index_writer_open(&other, dir, &fixture_settings, 0, &why), FUND_LOCKED);
	ck_assert_ptr_null(other);
	fixture_publish_segment(w, &m);
	index_writer_close(w);
	fixture_check_index(dir, &m, 1);
}
END_TEST

Suite *suite_lock(void);
Suite *suite_lock(void)
{
	Suite *s = suite_create("lock");
	TCase *c = tcase_create("lock");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_second_process_is_told_pid_and_start_of_the_first);
	tcase_add_test(c, a_first_one_that_left_no_note_is_another_run);
	tcase_add_test(c, a_signal_ends_the_waiting);
	tcase_add_test(c, the_lock_of_a_killed_process_is_free_at_once);
	tcase_add_test(c, waiting_gets_the_lock_when_it_is_given_back);
	tcase_add_test(c, the_same_process_cannot_take_it_twice);
	tcase_add_test(c, a_directory_that_is_missing_is_an_error_with_its_name);
	tcase_add_test(c, a_second_writer_is_locked_out_and_the_first_goes_on);
	suite_add_tcase(s, c);
	return s;
}
