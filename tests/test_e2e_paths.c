/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PATHs of the command line: named twice, not there, named no longer; and articles that leave a file that stays. */
#include <string.h>

#include "tests/site.h"

static void set_up(void)
{
	char *lines, *at;
	site_set_up();
	lines = at = malloc(300 * 60);
	ck_assert_ptr_nonnull(lines);
	for (int i = 0; i < 300; i++)
		at += sprintf(at, "{\"id\":\"%d\",\"text\":\"Zeuge Nummer %d\"}\n", i, i);
	article("viele.jsonl", lines);
	free(lines);
	article("a.txt", "Die Feuerwehr rückte aus.\n");
	file_write(scratch.dir, "other/b.txt", "Die Feuerwehr kam zurück.\n");
	program_expect(0, "fundstelle-index -q -i %s %s %s/other", index_dir, archive, scratch.dir);
}

/* Of the many articles only the first n are left. */
static void leave(int n)
{
	char path[400];
	size_t len;
	snprintf(path, sizeof path, "%s/viele.jsonl", archive);
	char *text = file_read(path, &len), *end = text;
	for (int i = 0; i < n; i++)
		end = strchr(end, '\n') + 1;
	file_write_bytes(path, text, (size_t)(end - text));
	free(text);
}

/* "%s" is the folder that has archive and other. */
static const struct {
	const char *paths;
	int status;
	const char *out, *err; /* what is said, somewhere */
} paths[] = {
	{ "%1$s/archive %1$s/archive/ %1$s/./archive", 0, "0 added, 0 changed, 0 removed, 302 unchanged, 0 failed", "" },
	{ "%1$s/archive nirgends//", 1, "302 unchanged, 0 failed", "/nirgends: is missing\n" },
	{ "%1$s/archive /nirgends/da", 1, "302 unchanged, 0 failed", "/nirgends/da: is missing\n" },
	{ "--rebuild %1$s/archive", 0, "0 added, 0 changed, 0 removed, 302 unchanged, 0 failed", "" },
	{ "--rebuild --allow-removals %1$s/archive", 0, "0 added, 0 changed, 1 removed, 301 unchanged, 0 failed", "" },
};

START_TEST(a_path_counts_once_and_what_it_had_stays_until_it_may_go)
{
	char args[1500];
	snprintf(args, sizeof args, paths[_i].paths, scratch.dir);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, args);
	ck_assert_msg(o.status == paths[_i].status && strstr(o.out, paths[_i].out) && strstr(o.err, paths[_i].err), "%s: %d\n%s%s", args, o.status, o.out, o.err);
	ck_assert((o.err_len == 0) == (paths[_i].err[0] == 0));
	outcome_free(&o);
	index_is_sound();
}
END_TEST

START_TEST(articles_that_left_a_file_are_kept_where_they_are_many_until_they_may_go)
{
	leave(100);
	for (int i = 0; i < 2; i++) {
		run_is(1, "0 added, 0 changed, 0 removed, 302 unchanged, 0 failed");
		hits_are("Zeuge", 300);
	}
	run_is_with(0, "0 added, 0 changed, 200 removed, 102 unchanged, 0 failed", "--allow-removals");
	hits_are("Zeuge", 100);
	index_is_sound();
}
END_TEST

static void says(const char *options, const char *line)
{
	struct outcome o = program_run(NULL, "fundstelle-index %s -i %s %s", options, index_dir, archive);
	ck_assert_msg(o.status == 0 && strstr(o.out, line), "%s: %d %s%s", options, o.status, o.out, o.err);
	outcome_free(&o);
}

START_TEST(a_dry_run_says_what_would_become_of_each_file_and_verbose_what_did)
{
	leave(299);
	article("b.jsonl", "{\"id\":\"0\",\"text\":\"Erst so.\"}\n");
	says("--dry-run", "b.jsonl: would be added\n");
	says("--dry-run", "viele.jsonl: articles would be removed\n");
	says("-v", "1 added, 0 changed, 1 removed, 301 unchanged, 0 failed");
	article("b.jsonl", "{\"id\":\"0\",\"text\":\"Dann anders.\"}\n");
	remove_article("a.txt");
	says("--dry-run", "b.jsonl: would be changed\n");
	says("--dry-run", "a.txt: would be removed\n");
	hits_are("Feuerwehr", 2);
	says("-v", "a.txt: removed\n");
	hits_are("Feuerwehr", 1);
}
END_TEST

Suite *suite_e2e_paths(void);
Suite *suite_e2e_paths(void)
{
	Suite *s = suite_create("fundstelle-index, its paths");
	TCase *t = tcase_create("paths");
	tcase_add_checked_fixture(t, set_up, site_tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_path_counts_once_and_what_it_had_stays_until_it_may_go, 0, sizeof paths / sizeof *paths);
	tcase_add_test(t, articles_that_left_a_file_are_kept_where_they_are_many_until_they_may_go);
	tcase_add_test(t, a_dry_run_says_what_would_become_of_each_file_and_verbose_what_did);
	suite_add_tcase(s, t);
	return s;
}
