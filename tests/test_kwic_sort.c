/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a concordance that do not fit in memory come back in order, whatever does not work meanwhile. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "query/kwic_sort.h"
#include "tests/program.h"

#define TEXT_MAX 60

struct model_line {
	char order[TEXT_MAX], key[TEXT_MAX], left[TEXT_MAX];
	uint64_t number;
};

static struct scratch scratch;

static void set_up(void) { scratch_make(&scratch); }
static void tear_down(void) { scratch_remove(&scratch); }

/* Few letters: many are equal, many begin alike. */
static void random_text(uint64_t *seed, char out[TEXT_MAX], uint32_t most)
{
	uint32_t n = random_below(seed, most);
	for (uint32_t i = 0; i < n; i++)
		out[i] = "ab "[random_below(seed, 3)];
	out[n] = '\0';
}

static struct model_line *random_lines(uint64_t seed, uint32_t n)
{
	struct model_line *lines = calloc(n ? n : 1, sizeof *lines);
	ck_assert_ptr_nonnull(lines);
	for (uint32_t i = 0; i < n; i++) {
		random_text(&seed, lines[i].order, random_below(&seed, 3) ? 5 : TEXT_MAX - 1);
		random_text(&seed, lines[i].key, 30);
		random_text(&seed, lines[i].left, TEXT_MAX - 1);
		lines[i].number = i;
	}
	return lines;
}

static int by_order(const void *a, const void *b)
{
	const struct model_line *x = a, *y = b;
	int c = strcmp(x->order, y->order);
	return c ? c : (x->number > y->number) - (x->number < y->number);
}

static struct kwic_line line_of(const struct model_line *m)
{
	return (struct kwic_line){ .key = slice_str(m->key), .date = (uint32_t)m->number * 7, .address = slice_str(m->left), .left = slice_str(m->left), .match = SLICE_LIT("Wort"),
				   .right = slice_str(m->order), .order = slice_str(m->order), .number = m->number };
}

static void check_line(const struct kwic_line *l, const struct model_line *m)
{
	struct kwic_line wanted = line_of(m);
	ck_assert_uint_eq(l->number, wanted.number);
	ck_assert_uint_eq(l->date, wanted.date);
	ck_assert(slice_equal(l->order, wanted.order) && slice_equal(l->key, wanted.key) && slice_equal(l->left, wanted.left));
	ck_assert(slice_equal(l->address, wanted.address) && slice_equal(l->match, wanted.match) && slice_equal(l->right, wanted.right));
}

static const struct {
	uint32_t n, memory;
	uint64_t wanted;
} sizes[] = {
	{ 0, 1000, UINT64_MAX },     /* nothing */
	{ 1, 1000, UINT64_MAX },
	{ 300, 1 << 20, UINT64_MAX }, /* all in memory */
	{ 300, 1 << 20, 7 },
	{ 300, 1, UINT64_MAX },	     /* each line a run */
	{ 32, 1, UINT64_MAX },	     /* exactly one merge */
	{ 33, 1, UINT64_MAX },
	{ 20000, 1000, UINT64_MAX }, /* runs of runs of runs */
	{ 20000, 1000, 50 },
	{ 20000, 1000, 0 },
	{ 20000, 100000, UINT64_MAX },
};

START_TEST(lines_come_back_in_order)
{
	uint32_t n = sizes[_i].n;
	uint64_t given = n < sizes[_i].wanted ? n : sizes[_i].wanted;
	struct model_line *lines = random_lines(11 + (uint64_t)_i, n);
	struct kwic_sorter *s;
	struct kwic_line l;
	struct fault why = { 0 };
	ck_assert_int_eq(kwic_sorter_new(&s, sizes[_i].memory, sizes[_i].wanted, scratch.dir, &why), FUND_OK);
	for (uint32_t i = 0; i < n; i++) {
		l = line_of(&lines[i]);
		ck_assert_int_eq(kwic_sorter_add(s, &l), FUND_OK);
	}
	qsort(lines, n, sizeof *lines, by_order);
	for (uint64_t i = 0; i < given; i++) {
		ck_assert_int_eq(kwic_sorter_next(s, &l), FUND_OK);
		check_line(&l, &lines[i]);
	}
	ck_assert_int_eq(kwic_sorter_next(s, &l), FUND_END);
	ck_assert_int_eq(kwic_sorter_next(s, &l), FUND_END);
	kwic_sorter_free(s);
	free(lines);
}
END_TEST

/* Whatever file in that folder is open: it has no name any more. */
static void empty_open_files(void)
{
	char link[64], path[400];
	for (int fd = 3; fd < 64; fd++) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		ssize_t n = readlink(link, path, sizeof path - 1);
		if (n > 0 && strncmp(path, scratch.dir, strlen(scratch.dir)) == 0)
			ck_assert_int_eq(ftruncate(fd, 0), 0);
	}
}

START_TEST(a_file_that_lost_its_lines_is_an_error)
{
	struct model_line *lines = random_lines(5, 20000);
	struct kwic_sorter *s;
	struct kwic_line l;
	struct fault why = { 0 };
	char text[400];
	ck_assert_int_eq(kwic_sorter_new(&s, 100000, UINT64_MAX, scratch.dir, &why), FUND_OK);
	for (uint32_t i = 0; i < 20000; i++) {
		l = line_of(&lines[i]);
		ck_assert_int_eq(kwic_sorter_add(s, &l), FUND_OK);
	}
	empty_open_files();
	enum fund_status st = FUND_OK;
	while (st == FUND_OK)
		st = kwic_sorter_next(s, &l);
	snprintf(text, sizeof text, "%s: cannot read a temporary file", scratch.dir);
	ck_assert_int_eq(st, FUND_IO);
	ck_assert_str_eq(why.text, text);
	kwic_sorter_free(s);
	free(lines);
}
END_TEST

/* Sixty times as many lines, and not twice the memory. */
START_TEST(what_is_held_hardly_grows_with_the_lines)
{
	static const uint32_t counts[] = { 5000, 300000 };
	size_t most[2] = { 0, 0 };
	struct model_line *lines = random_lines(5, 1000);
	for (int k = 0; k < 2; k++) {
		struct kwic_sorter *s;
		struct fault why = { 0 };
		struct kwic_line l;
		ck_assert_int_eq(kwic_sorter_new(&s, 200000, UINT64_MAX, scratch.dir, &why), FUND_OK);
		for (uint32_t i = 0; i < counts[k]; i++) {
			l = line_of(&lines[i % 1000]);
			ck_assert_int_eq(kwic_sorter_add(s, &l), FUND_OK);
			most[k] = kwic_sorter_held(s) > most[k] ? kwic_sorter_held(s) : most[k];
		}
		kwic_sorter_free(s);
	}
	ck_assert_msg(most[0] > 200000 && most[1] < 200000 + 2 * 65536 * 2 * (KWIC_FAN_IN + 1), "%zu and %zu bytes", most[0], most[1]);
	free(lines);
}
END_TEST

START_TEST(files_have_no_names)
{
	struct kwic_sorter *s;
	struct fault why = { 0 };
	struct stat dir;
	ck_assert_int_eq(kwic_sorter_new(&s, 1, UINT64_MAX, scratch.dir, &why), FUND_OK);
	struct kwic_line l = { .order = slice_str(scratch.dir) };
	for (uint32_t i = 0; i < 100; i++)
		ck_assert_int_eq(kwic_sorter_add(s, &l), FUND_OK);
	ck_assert_int_eq(stat(scratch.dir, &dir), 0);
	ck_assert_uint_eq(dir.st_nlink, 2);
	ck_assert_int_eq(rmdir(scratch.dir), 0); /* nothing is in it */
	ck_assert_int_eq(mkdir(scratch.dir, 0700), 0);
	kwic_sorter_free(s);
}
END_TEST

static enum fund_status add_until_it_fails(const char *dir, struct fault *why)
{
	struct kwic_sorter *s;
	char text[5000];
	struct kwic_line l = { .left = slice_of(memset(text, 'x', sizeof text), sizeof text) };
	enum fund_status st = kwic_sorter_new(&s, 100000, UINT64_MAX, dir, why);
	for (uint32_t i = 0; i < 10000 && st == FUND_OK; i++)
		st = kwic_sorter_add(s, &l);
	kwic_sorter_free(s);
	return st;
}

START_TEST(a_folder_that_is_not_there_is_named)
{
	struct fault why = { 0 };
	ck_assert_int_eq(add_until_it_fails("/nirgendwo", &why), FUND_IO);
	ck_assert_msg(strncmp(why.text, "/nirgendwo: ", 12) == 0, "%s", why.text);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	struct fault why = { 0 };
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 200000, 200000 }), 0);
	ck_assert_int_eq(add_until_it_fails(scratch.dir, &why), FUND_NO_SPACE);
	ck_assert_msg(strncmp(why.text, scratch.dir, strlen(scratch.dir)) == 0, "%s", why.text);
}
END_TEST

/* ---- the program ---- */

/* 60,000 lines of some 600 bytes. */
static void make_archive(char archive[300], char index[300])
{
	uint64_t seed = 3;
	snprintf(archive, 300, "%s/archive", scratch.dir);
	snprintf(index, 300, "%s/index", scratch.dir);
	for (int a = 0; a < 20; a++) {
		struct buf b = BUF_INIT;
		char name[20];
		for (int i = 0; i < 3000; i++)
			buf_add_format(&b, "wort%c%c haus %s", 'a' + (int)random_below(&seed, 26), 'a' + (int)random_below(&seed, 26), i % 10 ? "" : "\n");
		snprintf(name, sizeof name, "%d.txt", a);
		file_write(archive, name, buf_str(&b));
		buf_release(&b);
	}
	program_expect(0, "fundstelle-index -q -i %s %s", index, archive);
}

START_TEST(a_concordance_larger_than_memory_is_sorted)
{
	char archive[300], index[300], last[1000] = "";
	uint32_t n = 0;
	make_archive(archive, index);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -f tsv --kwic=250 --sort=right haus", index);
	ck_assert_msg(o.status == 0 && o.out_len > KWIC_SORT_MEMORY, "%d, %zu bytes: %s", o.status, o.out_len, o.err);
	for (char *save = NULL, *line = strtok_r(o.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save), n++) {
		const char *right = strrchr(line, '\t') + 1;
		ck_assert_msg(strcmp(last, right) <= 0, "%s behind %s", right, last);
		snprintf(last, sizeof last, "%s", right);
	}
	ck_assert_uint_eq(n, 60000);
	outcome_free(&o);
	setenv("TMPDIR", "/nirgendwo", 1);
	o = program_run(NULL, "fundstelle-query -i %s -f tsv --kwic=250 --sort=right haus", index);
	ck_assert_msg(o.status == 2 && strstr(o.err, "/nirgendwo: "), "%d: %s", o.status, o.err);
	outcome_free(&o);
}
END_TEST

Suite *suite_kwic_sort(void);
Suite *suite_kwic_sort(void)
{
	Suite *s = suite_create("sorted concordances");
	TCase *t = tcase_create("lines");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_file_that_lost_its_lines_is_an_error);
	tcase_add_loop_test(t, lines_come_back_in_order, 0, (int)(sizeof sizes / sizeof *sizes));
	tcase_add_test(t, what_is_held_hardly_grows_with_the_lines);
	tcase_add_test(t, files_have_no_names);
	tcase_add_test(t, a_folder_that_is_not_there_is_named);
	tcase_add_test(t, a_full_disk_is_told);
	tcase_add_test(t, a_concordance_larger_than_memory_is_sorted);
	suite_add_tcase(s, t);
	return s;
}
