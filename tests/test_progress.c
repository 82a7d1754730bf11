/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line that says how far a run is: what is done, what there is, when it will end. */
#include <string.h>

#include "indexer/progress.h"
#include "tests/program.h"

Suite *suite_progress(void);

static const struct {
	uint64_t files, bytes, total_files, total_bytes;
	bool counted;
	double passed;
	const char *line;
} lines[] = {
	{ 0, 0, 0, 0, false, 0, "0 files, 0.0 MB, 0.0 MB/s" },
	{ 12, 3400000, 0, 0, false, 2, "12 files, 3.4 MB, 1.7 MB/s" },
	{ 12, 3400000, 70, 9000000, false, 2, "12 files, 3.4 MB, 1.7 MB/s" }, /* the count is under way */
	{ 12, 3400000, 70, 10200000, true, 2, "12 of 70 files, 3.4 of 10.2 MB, 1.7 MB/s, 4 s left" },
	{ 12, 1000000, 70, 200000000, true, 2, "12 of 70 files, 1.0 of 200.0 MB, 0.5 MB/s, 7 min left" },
	{ 70, 10200000, 70, 10200000, true, 5, "70 of 70 files, 10.2 of 10.2 MB, 2.0 MB/s, 0 s left" },
	{ 0, 0, 70, 10200000, true, 0.1, "0 of 70 files, 0.0 of 10.2 MB" },	      /* no rate, no time */
	{ 71, 10300000, 70, 10200000, true, 5, "71 files, 10.3 MB, 2.1 MB/s" }, /* more came since: the count is worth nothing */
};

START_TEST(the_line_says_what_is_known)
{
	char line[200], small[20];
	struct progress p = { .files = lines[_i].files, .bytes = lines[_i].bytes, .total_files = lines[_i].total_files, .total_bytes = lines[_i].total_bytes };
	atomic_store(&p.counted, lines[_i].counted);
	size_t n = progress_line(&p, lines[_i].passed, line, sizeof line);
	ck_assert_str_eq(line, lines[_i].line);
	ck_assert_uint_eq(n, strlen(line));
	ck_assert_uint_lt(progress_line(&p, lines[_i].passed, small, sizeof small), sizeof small);
}
END_TEST

START_TEST(what_there_is_is_counted_beside_the_run)
{
	struct scratch scratch;
	struct progress p;
	char other[300];
	scratch_make(&scratch);
	snprintf(other, sizeof other, "%s/b", scratch.dir);
	file_write(scratch.dir, "a/x/1.txt", "eins");
	file_write(scratch.dir, "a/2.txt", "zwei ");
	file_write(scratch.dir, "b/3.txt", "drei  ");
	const char *const paths[] = { scratch.dir, "/nirgends", other };
	progress_init(&p, true);
	progress_count(&p, paths, 3, "");
	for (int i = 0; i < 1000 && !atomic_load(&p.counted); i++)
		usleep(10000);
	ck_assert(atomic_load(&p.counted));
	ck_assert_uint_eq(p.total_files, 4); /* one of them twice, as it is read */
	ck_assert_uint_eq(p.total_bytes, 4 + 5 + 6 + 6);
	progress_end(&p);
	progress_init(&p, false);
	progress_count(&p, paths, 3, "");
	ck_assert(!p.counting);
	progress_end(&p);
	scratch_remove(&scratch);
}
END_TEST

Suite *suite_progress(void)
{
	Suite *s = suite_create("progress");
	TCase *c = tcase_create("progress");
	tcase_add_loop_test(c, the_line_says_what_is_known, 0, sizeof lines / sizeof *lines);
	tcase_add_test(c, what_there_is_is_counted_beside_the_run);
	suite_add_tcase(s, c);
	return s;
}
