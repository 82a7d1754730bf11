/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/stat_ahead.h"
#include "indexer/walk.h"
#include "tests/scratch.h"

static struct scratch scratch;

static void set_up(void) { scratch_make(&scratch); }
static void tear_down(void) { scratch_remove(&scratch); }

static const char *under(const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%.250s/%.250s", scratch.dir, name);
	return path;
}

/* Makes the folders on the way too. */
static void make_file(const char *name)
{
	char path[1024];

	snprintf(path, sizeof path, "%s", under(name));
	for (char *slash = path + strlen(scratch.dir) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = 0;
		mkdir(path, 0755);
		*slash = '/';
	}
	FILE *f = fopen(path, "w");
	if (f) {
		fputs("x", f);
		fclose(f);
	}
}

/* All paths of a walk, a line each; "! path" for what could not be read. */
static void walk_all(const char *root, const char *index, struct buf *out)
{
	struct walk *w;
	struct walk_entry e;
	struct fault why = { 0 };
	enum fund_status st = walk_open(&w, root, &why);

	ck_assert_msg(st == FUND_OK, "%s", why.text);
	if (index)
		walk_pass_index(w, index);
	while ((st = walk_next(w, &e, &why)) == FUND_OK) {
		if (e.kind == WALK_UNREADABLE)
			buf_add_str(out, "! ");
		buf_add_slice(out, e.path);
		buf_add_byte(out, '\n');
	}
	ck_assert_int_eq(st, FUND_END);
	walk_close(w);
}

static void ck_walk(const char *root, const char *expected)
{
	struct buf out = BUF_INIT;

	walk_all(root, NULL, &out);
	ck_assert_str_eq(buf_str(&out), expected);
	buf_release(&out);
}

START_TEST(files_come_in_the_order_of_their_paths_bytes)
{
	static const char *const names[] = { "a/x", "a-b", "a.txt", "a/b/c", "a0/y", "b", "a/b.txt", "\xC3\xA4/z", "A", "a/-" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		make_file(names[i]);
	ck_walk(scratch.dir, "A\na-b\na.txt\na/-\na/b.txt\na/b/c\na/x\na0/y\nb\n\xC3\xA4/z\n");
}
END_TEST

static int by_bytes(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

START_TEST(a_random_tree_comes_as_sorting_its_paths_would_give_it)
{
	static const char *const parts[] = { "a", "a-", "a.b", "b", "b0", "ab", "-", "_", "B", "a b" };
	static char room[300][64];
	char *paths[300];
	struct buf expected = BUF_INIT;
	uint64_t state = (uint64_t)_i + 1;
	size_t n = 0;

	for (size_t i = 0; i < 300; i++) {
		size_t len = 0;
		for (uint32_t depth = random_below(&state, 4), d = 0; d <= depth; d++)
			len += (size_t)snprintf(room[i] + len, sizeof room[i] - len, "%s%s", d ? "/" : "", parts[random_below(&state, 10)]);
		make_file(room[i]);
	}
	for (size_t i = 0; i < 300; i++) {
		struct stat st;
		if (stat(under(room[i]), &st) == 0 && S_ISREG(st.st_mode))
			paths[n++] = room[i];
	}
	qsort(paths, n, sizeof *paths, by_bytes);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(paths[i], paths[i - 1]) != 0) {
			buf_add_str(&expected, paths[i]);
			buf_add_byte(&expected, '\n');
		}
	ck_walk(scratch.dir, buf_str(&expected));
	buf_release(&expected);
}
END_TEST

/* A folder of so many names that they are looked at ahead, in several rounds of the ring; each file has a size of its own. */
static void make_crowd(unsigned n)
{
	char name[64];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof name, i % 700 == 5 ? "crowd/%05u/below" : "crowd/%05u", i);
		make_file(name);
		ck_assert_int_eq(truncate(under(name), i), 0);
	}
}

START_TEST(in_a_crowded_folder_each_file_has_its_own_size)
{
	struct walk *w;
	struct walk_entry e;
	struct fault why = { 0 };
	unsigned n = 2 * STAT_AHEAD + 77, seen = 0;

	make_crowd(n);
	ck_assert_int_eq(walk_open(&w, scratch.dir, &why), FUND_OK);
	for (; walk_next(w, &e, &why) == FUND_OK; seen++) {
		ck_assert_int_eq(e.kind, WALK_FILE);
		ck_assert_uint_eq(e.size, seen);
	}
	ck_assert_uint_eq(seen, n);
	walk_close(w);
}
END_TEST

START_TEST(a_walk_through_a_crowded_folder_may_be_left_at_any_file)
{
	struct walk *w;
	struct walk_entry e;
	struct fault why = { 0 };

	make_crowd(STAT_AHEAD + 200);
	for (unsigned after = 0; after < 2000; after += 333) {
		ck_assert_int_eq(walk_open(&w, scratch.dir, &why), FUND_OK);
		for (unsigned i = 0; i < after; i++)
			ck_assert_int_eq(walk_next(w, &e, &why), FUND_OK);
		walk_close(w);
	}
}
END_TEST

START_TEST(files_that_go_while_a_crowded_folder_is_walked_are_no_error)
{
	struct walk *w;
	struct walk_entry e;
	struct fault why = { 0 };
	char name[64];
	unsigned n = 2 * STAT_AHEAD + 500, seen = 0;
	enum fund_status st;

	make_crowd(n);
	ck_assert_int_eq(walk_open(&w, scratch.dir, &why), FUND_OK);
	ck_assert_int_eq(walk_next(w, &e, &why), FUND_OK);
	for (unsigned i = n - 100; i < n; i++) { /* further off than anyone looks */
		snprintf(name, sizeof name, "crowd/%05u", i);
		ck_assert_int_eq(unlink(under(name)), 0);
	}
	while ((st = walk_next(w, &e, &why)) == FUND_OK)
		seen++;
	ck_assert_int_eq(st, FUND_END);
	ck_assert_uint_eq(seen + 1, n - 100);
	walk_close(w);
}
END_TEST

START_TEST(links_and_fifos_are_left_alone)
{
	make_file("real/a.txt");
	ck_assert_int_eq(symlink("/etc/passwd", under("link.txt")), 0);
	ck_assert_int_eq(symlink("real", under("folder")), 0);
	ck_assert_int_eq(symlink("..", under("real/loop")), 0);
	ck_assert_int_eq(mkfifo(under("fifo.txt"), 0644), 0);
	ck_walk(scratch.dir, "real/a.txt\n");
}
END_TEST

START_TEST(a_folder_that_cannot_be_read_is_named_and_the_others_go_on)
{
	if (geteuid() == 0) {
		fprintf(stderr, "skipped: root may read every folder\n");
		return;
	}
	make_file("a/1");
	make_file("b/2");
	make_file("c/3");
	chmod(under("b"), 0);
	ck_walk(scratch.dir, "a/1\n! b\nc/3\n");
	chmod(under("b"), 0755);
}
END_TEST

START_TEST(a_root_that_is_a_file_has_its_name)
{
	make_file("x/einzeln.txt");
	ck_walk(under("x/einzeln.txt"), "einzeln.txt\n");
}
END_TEST

START_TEST(an_empty_root_ends_at_once)
{
	ck_walk(scratch.dir, "");
}
END_TEST

START_TEST(a_root_that_is_missing_or_no_file_is_an_error)
{
	struct walk *w;
	struct fault why = { 0 };

	ck_assert_int_eq(walk_open(&w, under("nichts"), &why), FUND_NOT_FOUND);
	ck_assert_int_eq(mkfifo(under("fifo"), 0644), 0);
	ck_assert_int_eq(walk_open(&w, under("fifo"), &why), FUND_INVALID);
	ck_assert_ptr_null(w);
}
END_TEST

START_TEST(what_belongs_to_the_index_is_passed_over_in_its_directory_alone)
{
	static const struct {
		const char *index, *paths;
	} rows[] = {
		{ "", "a.txt\nhier/a.txt\nhier/data.mdb\nhier/rebuild/data.mdb\nhier/rebuilds\n" }, /* the root itself */
		{ "hier", "a.txt\ndata.mdb\ndata.mdb.new\nhier/a.txt\nhier/rebuilds\nlock.mdb\nrebuild/x\nwrite.lock\n" },
		{ "nichts", "a.txt\ndata.mdb\ndata.mdb.new\nhier/a.txt\nhier/data.mdb\nhier/rebuild/data.mdb\nhier/rebuilds\nlock.mdb\nrebuild/x\nwrite.lock\n" },
	};
	static const char *const files[] = { "a.txt", "data.mdb", "data.mdb.new", "lock.mdb", "write.lock", "rebuild/x", "hier/a.txt", "hier/data.mdb",
					     "hier/rebuild/data.mdb", "hier/rebuilds" };
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		make_file(files[i]);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&out);
		walk_all(scratch.dir, under(rows[i].index), &out);
		ck_assert_str_eq(buf_str(&out), rows[i].paths);
	}
	buf_release(&out);
}
END_TEST

START_TEST(a_path_is_opened_later_unless_a_link_took_a_place_on_it)
{
	struct walk *w;
	struct fault why = { 0 };
	int fd;

	make_file("a/b/c.txt");
	make_file("secret/c.txt");
	ck_assert_int_eq(walk_open(&w, scratch.dir, &why), FUND_OK);
	ck_assert_int_eq(walk_open_path(w, SLICE_LIT("a/b/c.txt"), &fd, &why), FUND_OK);
	close(fd);
	ck_assert_int_ne(walk_open_path(w, SLICE_LIT("a/b/none.txt"), &fd, &why), FUND_OK);
	ck_assert_int_ne(walk_open_path(w, SLICE_LIT("a/b"), &fd, &why), FUND_OK);
	remove(under("a/b/c.txt"));
	ck_assert_int_eq(symlink("/etc/passwd", under("a/b/c.txt")), 0);
	ck_assert_int_ne(walk_open_path(w, SLICE_LIT("a/b/c.txt"), &fd, &why), FUND_OK);
	remove(under("a/b/c.txt"));
	remove(under("a/b"));
	ck_assert_int_eq(symlink("../secret", under("a/b")), 0);
	ck_assert_int_ne(walk_open_path(w, SLICE_LIT("a/b/c.txt"), &fd, &why), FUND_OK);
	walk_close(w);
}
END_TEST

START_TEST(the_device_of_a_path_is_that_of_the_deepest_folder_there_is)
{
	struct walk *w;
	struct fault why = { 0 };
	uint64_t device = 0;
	size_t len;

	make_file("a/b/c.txt");
	ck_assert_int_eq(walk_open(&w, scratch.dir, &why), FUND_OK);
	ck_assert_int_eq(walk_directory_device(w, SLICE_LIT("a/b/c.txt"), &device, &len), FUND_OK);
	ck_assert_uint_eq(len, strlen("a/b/"));
	ck_assert_uint_eq(device, walk_device(w));
	device = 0;
	ck_assert_int_eq(walk_directory_device(w, SLICE_LIT("a/gone/c.txt"), &device, &len), FUND_OK);
	ck_assert_uint_eq(len, strlen("a/"));
	ck_assert_uint_eq(device, walk_device(w));
	walk_close(w);
}
END_TEST

Suite *suite_walk(void)
{
	Suite *s = suite_create("walk");
	TCase *t = tcase_create("walk");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, files_come_in_the_order_of_their_paths_bytes);
	tcase_add_loop_test(t, a_random_tree_comes_as_sorting_its_paths_would_give_it, 0, 5);
	tcase_add_test(t, in_a_crowded_folder_each_file_has_its_own_size);
	tcase_add_test(t, a_walk_through_a_crowded_folder_may_be_left_at_any_file);
	tcase_add_test(t, files_that_go_while_a_crowded_folder_is_walked_are_no_error);
	tcase_add_test(t, links_and_fifos_are_left_alone);
	tcase_add_test(t, a_folder_that_cannot_be_read_is_named_and_the_others_go_on);
	tcase_add_test(t, a_root_that_is_a_file_has_its_name);
	tcase_add_test(t, an_empty_root_ends_at_once);
	tcase_add_test(t, a_root_that_is_missing_or_no_file_is_an_error);
	tcase_add_test(t, what_belongs_to_the_index_is_passed_over_in_its_directory_alone);
	tcase_add_test(t, a_path_is_opened_later_unless_a_link_took_a_place_on_it);
	tcase_add_test(t, the_device_of_a_path_is_that_of_the_deepest_folder_there_is);
	suite_add_tcase(s, t);
	return s;
}
