/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PATHs of the command line: named twice, not there, named no longer; and articles that leave a file that stays. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* ---- a PATH that is a file ---- */

START_TEST(a_file_that_was_emptied_removes_nothing_without_consent)
{
	char path[400];
	snprintf(path, sizeof path, "%s/viele.jsonl", archive);
	program_expect(0, "fundstelle-index -q -i %s/eine %s", scratch.dir, path);
	leave(0);
	for (int i = 0; i < 2; i++) {
		struct outcome o = program_run(NULL, "fundstelle-index -i %s/eine %s", scratch.dir, path);
		ck_assert_msg(o.status == 1 && strstr(o.out, "0 removed, 300 unchanged") && strstr(o.err, "is empty, but had articles"), "%d %s%s", o.status, o.out, o.err);
		outcome_free(&o);
	}
	struct outcome o = program_run(NULL, "fundstelle-index -i %s/eine --allow-empty %s", scratch.dir, path);
	ck_assert_msg(o.status == 0 && strstr(o.out, "300 removed, 0 unchanged, 0 failed") && o.err_len == 0, "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s/eine %s", scratch.dir, path); /* empty for long: nothing is said */
	ck_assert_msg(o.status == 0 && strstr(o.out, "0 removed, 0 unchanged, 0 failed") && o.err_len == 0, "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
}
END_TEST

START_TEST(an_empty_word_is_no_path)
{
	char *const args[] = { "fundstelle-index", "-i", index_dir, archive, "", NULL };
	struct outcome o = program_run_argv(NULL, args);
	ck_assert_msg(o.status == 2 && strstr(o.err, "a PATH is empty"), "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
}
END_TEST

/* ---- an index in its archive ---- */

static const char *const places[] = { "%s/tief/index", "%s" };

START_TEST(an_index_in_its_archive_is_no_part_of_it)
{
	char dir[400];
	snprintf(dir, sizeof dir, "%s/tief", archive);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	snprintf(dir, sizeof dir, places[_i], archive);
	for (int i = 0; i < 3; i++) {
		size_t n_before = 0, n_after;
		char data[500], *before = NULL;
		snprintf(data, sizeof data, "%s/data.mdb", dir);
		if (i)
			before = file_read(data, &n_before);
		struct outcome o = program_run(NULL, "fundstelle-index -v -i %s %s", dir, archive);
		ck_assert_msg(o.status == 0 && !strstr(o.err, "mdb") && strstr(o.out, i ? " 0 removed, 301 unchanged, 0 failed" : "301 added"), "%d %s%s", o.status, o.out, o.err);
		outcome_free(&o);
		char *after = file_read(data, &n_after);
		ck_assert(!before || (n_before == n_after && memcmp(before, after, n_after) == 0));
		free(before), free(after);
	}
}
END_TEST

/* ---- what is said ---- */

START_TEST(what_is_kept_is_not_said_to_be_removed)
{
	static const char *const options[] = { "--dry-run", "-v", "--dry-run --allow-removals" };
	char name[40];
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "%03d.txt", i);
		article(name, "Die Feuerwehr.\n");
	}
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "%03d.txt", i);
		remove_article(name);
	}
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		bool kept = i < 2;
		struct outcome o = program_run(NULL, "fundstelle-index %s -i %s %s", options[i], index_dir, archive);
		ck_assert_msg(o.status == kept && (strstr(o.out, "txt: would be removed\n") == NULL) == kept && !strstr(o.out, "txt: removed\n") &&
			      strstr(o.out, kept ? " 0 removed" : " 200 removed"), "%s: %d %s%s", options[i], o.status, o.out, o.err);
		outcome_free(&o);
	}
}
END_TEST

START_TEST(ids_that_are_too_long_for_keys_are_told_once_a_file)
{
	char lines[8000], id[1500];
	memset(id, 'i', sizeof id - 1);
	id[sizeof id - 1] = 0;
	int n = snprintf(lines, sizeof lines, "{\"id\":\"%s1\",\"text\":\"lang\"}\n", id);
	n += snprintf(lines + n, sizeof lines - (size_t)n, "{\"id\":\"%s2\",\"text\":\"lang\"}\n{\"id\":\"%.1000s\",\"text\":\"lang\"}\n", id, id);
	article("lang.jsonl", lines);
	for (int i = 0; i < 2; i++) {
		struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, archive);
		ck_assert_int_eq(o.status, 0);
		ck_assert_str_eq(o.err, i ? "" : "lang.jsonl: articles whose ids are longer than 1024 bytes: 2; their keys end in a hash\n");
		outcome_free(&o);
	}
	hits_are("lang", 3);
}
END_TEST

static const struct {
	const char *args;
	int status;
	const char *err;
} unwritable[] = {
	{ "-i %s/voll %s", 1, "fundstelle-index: the output cannot be written: No space left on device; the run itself is complete\n" },
	{ "--dry-run -i %s/index %s", 2, "fundstelle-index: the output cannot be written: No space left on device\n" },
	{ "--help", 2, "fundstelle-index: the output cannot be written: No space left on device\n" },
};

START_TEST(where_the_output_cannot_be_written_the_index_is_not_slandered)
{
	char args[1000], command[2000];
	snprintf(args, sizeof args, unwritable[_i].args, scratch.dir, archive);
	snprintf(command, sizeof command, "%s/fundstelle-index %s 2>&1 >/dev/full; echo $?", getenv("FUNDSTELLE_BIN"), args);
	FILE *f = popen(command, "r");
	char said[1000], wanted[1000];
	said[fread(said, 1, sizeof said - 1, f)] = 0;
	pclose(f);
	snprintf(wanted, sizeof wanted, "%s%d\n", unwritable[_i].err, unwritable[_i].status);
	ck_assert_str_eq(said, wanted);
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
	tcase_add_test(t, a_file_that_was_emptied_removes_nothing_without_consent);
	tcase_add_test(t, an_empty_word_is_no_path);
	tcase_add_loop_test(t, an_index_in_its_archive_is_no_part_of_it, 0, sizeof places / sizeof *places);
	tcase_add_test(t, what_is_kept_is_not_said_to_be_removed);
	tcase_add_test(t, ids_that_are_too_long_for_keys_are_told_once_a_file);
	tcase_add_loop_test(t, where_the_output_cannot_be_written_the_index_is_not_slandered, 0, sizeof unwritable / sizeof *unwritable);
	suite_add_tcase(s, t);
	return s;
}
