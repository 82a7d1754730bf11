/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What its caller's process is spared; threads. */
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/lib_fixture.h"

/* ---- whose process it is ---- */

/* All that it does, and most of what may fail. */
static void use_everything(void)
{
	static const char *const queries[] = { "Kreml", "viel*", "Kremml", "Kreml NEAR/", "\"offen", "Nirgendwort" };
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_status status = { .size = sizeof status };
	const char *missing = "/nonexistent";
	fundstelle_index *index;
	fundstelle_result *result;
	fundstelle_article *a;
	uint64_t n;
	fundstelle_open(&missing, 1, NULL, &index, &error);
	index = open_one(index_dir);
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		if (fundstelle_search(index, queries[i], FUNDSTELLE_TERMINATED, NULL, &result, &error) == FUNDSTELLE_OK)
			fundstelle_result_free(result);
		fundstelle_count(index, queries[i], FUNDSTELLE_TERMINATED, NULL, &n, &error);
	}
	fundstelle_status(index, 0, &status, &error);
	fundstelle_status(index, 9, &status, &error);
	if (fundstelle_show(index, "a.jsonl#1", FUNDSTELLE_TERMINATED, &a, &error) == FUNDSTELLE_OK)
		fundstelle_article_free(a);
	fundstelle_show(index, "fehlt", FUNDSTELLE_TERMINATED, &a, &error);
	fundstelle_refresh(index, NULL, &error);
	fundstelle_close(index);
}

START_TEST(nothing_is_printed_and_nothing_of_the_process_is_changed)
{
	struct stat out, err;
	static const int signals[] = { SIGBUS, SIGSEGV, SIGPIPE, SIGINT, SIGTERM };
	struct sigaction before[5], after;
	sigset_t mask, mask_after;
	memset(&mask, 0, sizeof mask), memset(&mask_after, 0, sizeof mask_after); /* the kernel fills a part */
	int fd_out = memfd_create("out", 0), fd_err = memfd_create("err", 0), old_out = dup(1), old_err = dup(2);
	setenv("LANG", "de_DE.UTF-8", 1); /* messages would be German in the programs */
	unsetenv("LC_ALL");
	for (size_t i = 0; i < 5; i++)
		sigaction(signals[i], NULL, &before[i]);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	fflush(NULL);
	dup2(fd_out, 1), dup2(fd_err, 2);
	use_everything();
	fflush(NULL);
	dup2(old_out, 1), dup2(old_err, 2);
	ck_assert(fstat(fd_out, &out) == 0 && fstat(fd_err, &err) == 0);
	ck_assert_msg(out.st_size == 0 && err.st_size == 0, "%lld bytes on stdout, %lld on stderr", (long long)out.st_size, (long long)err.st_size);
	ck_assert_str_eq(setlocale(LC_ALL, NULL), "C");
	ck_assert_ptr_null(getenv("LANGUAGE"));
	for (size_t i = 0; i < 5; i++) {
		sigaction(signals[i], NULL, &after);
		ck_assert(after.sa_handler == before[i].sa_handler);
	}
	sigprocmask(SIG_SETMASK, NULL, &mask_after);
	ck_assert_int_eq(memcmp(&mask, &mask_after, sizeof mask), 0);
}
END_TEST

START_TEST(a_broken_pipe_to_a_server_ends_nobody_and_stays_unseen)
{
	struct servers servers = { .n_lost = 0 };
	fundstelle_index index = { .has_server = true, .servers = &servers };
	struct call call;
	sigset_t pending, mask;
	signal(SIGPIPE, SIG_DFL);
	call_begin(&call, &index);
	raise(SIGPIPE);
	call_end(&call);
	ck_assert(sigpending(&pending) == 0 && !sigismember(&pending, SIGPIPE));
	ck_assert(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0 && !sigismember(&mask, SIGPIPE));
}
END_TEST

/* ---- threads ---- */

#define THREADS 6
#define ROUNDS 30

static const struct {
	const char *query;
	struct fundstelle_search_options options;
} asked[] = {
	{ "Grenze Kreml", CHOOSE(.flags = FUNDSTELLE_EXPLAIN) },
	{ "Kreml", CHOOSE(.flags = FUNDSTELLE_EXPLAIN, .limit = 2) },
	{ "Kreml", CHOOSE(.flags = FUNDSTELLE_EXPLAIN, .limit = 2, .offset = 1) },
};
#define ASKED (sizeof asked / sizeof *asked)

/* NULL: that failed. Allocated. */
static char *answer(fundstelle_index *index, size_t i)
{
	fundstelle_result *r;
	if (fundstelle_search(index, asked[i].query, FUNDSTELLE_TERMINATED, &asked[i].options, &r, NULL) != FUNDSTELLE_OK)
		return NULL;
	char *lines = lines_of(r);
	fundstelle_result_free(r);
	return lines;
}

struct thread_work {
	pthread_t thread;
	const char *name;
	char *wanted[ASKED];
	const fundstelle_result *shared;
	const char *shared_lines;
	bool good;
};

static bool is(char *found, const char *wanted)
{
	bool good = found && strcmp(found, wanted) == 0;
	free(found);
	return good;
}

/* Opened, closed, refreshed and let go now and then, beside what the others do. check's assertions are for its own thread. */
static void *work(void *context)
{
	struct thread_work *w = context;
	fundstelle_index *index = NULL;
	bool good = true;
	for (size_t round = 0; round < ROUNDS && good; round++) {
		if (round % 5 == 0) {
			fundstelle_close(index);
			good = fundstelle_open(&w->name, 1, NULL, &index, NULL) == FUNDSTELLE_OK;
		}
		if (round % 5 == 2)
			good = fundstelle_refresh(index, NULL, NULL) == FUNDSTELLE_OK;
		if (round % 5 == 3)
			fundstelle_let_go(index);
		good = good && is(answer(index, round % ASKED), w->wanted[round % ASKED]) && is(lines_of(w->shared), w->shared_lines);
	}
	fundstelle_close(index);
	w->good = good;
	return NULL;
}

START_TEST(threads_with_an_index_each_find_the_same_and_share_results)
{
	const char *names[] = { index_dir, other_dir, has_xapian ? xapian_name : index_dir };
	struct thread_work works[THREADS];
	fundstelle_result *shared;
	fundstelle_index *index = open_one(index_dir);
	struct fundstelle_search_options options = CHOOSE(.flags = FUNDSTELLE_EXPLAIN);
	ck_assert_int_eq(fundstelle_search(index, "Aufmarsch", FUNDSTELLE_TERMINATED, &options, &shared, NULL), FUNDSTELLE_OK);
	fundstelle_close(index);
	char *shared_lines = lines_of(shared);
	for (size_t i = 0; i < THREADS; i++) {
		works[i] = (struct thread_work){ .name = names[i % 3], .shared = shared, .shared_lines = shared_lines };
		index = open_one(works[i].name);
		for (size_t k = 0; k < ASKED; k++)
			ck_assert((works[i].wanted[k] = answer(index, k)) != NULL);
		ck_assert(works[i].wanted[0][0] != '\0');
		fundstelle_close(index);
	}
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&works[i].thread, NULL, work, &works[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(works[i].thread, NULL);
		ck_assert(works[i].good);
		for (size_t k = 0; k < ASKED; k++)
			free(works[i].wanted[k]);
	}
	free(shared_lines);
	fundstelle_result_free(shared);
}
END_TEST

Suite *suite_lib_process(void);
Suite *suite_lib_process(void)
{
	Suite *s = suite_create("the process that uses the library");
	TCase *t = tcase_create("answers");
	tcase_add_unchecked_fixture(t, lib_set_up, site_tear_down);
	tcase_add_test(t, nothing_is_printed_and_nothing_of_the_process_is_changed);
	tcase_add_test(t, a_broken_pipe_to_a_server_ends_nobody_and_stays_unseen);
	tcase_add_test(t, threads_with_an_index_each_find_the_same_and_share_results);
	suite_add_tcase(s, t);
	return s;
}
