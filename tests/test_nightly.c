/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an unattended run meets in the course of the years: renamed folders, folders that cannot be read, disks that are not mounted. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "tests/site.h"

#define NOBODY 65534

/* The build may lie where only its user may look. */
static void copy_program_within_reach(const char *name)
{
	char from[700], to[700];
	snprintf(from, sizeof(from), "%s/%s", getenv("FUNDSTELLE_BIN"), name);
	snprintf(to, sizeof(to), "%s/%s", scratch.dir, name);
	file_copy(from, to);
	ck_assert_int_eq(chmod(to, 0755), 0);
}

/* Permissions mean nothing to root. Each test has a process of its own. */
static void become_nobody(void)
{
	if (geteuid() != 0)
		return;
	copy_program_within_reach("fundstelle-index");
	copy_program_within_reach("fundstelle-query");
	setenv("FUNDSTELLE_BIN", scratch.dir, 1);
	ck_assert_int_eq(chown(scratch.dir, NOBODY, NOBODY), 0);
	ck_assert_int_eq(chown(archive, NOBODY, NOBODY), 0);
	ck_assert(setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0);
}

static const char *in_archive(const char *name)
{
	static char rooms[2][700];
	static int turn;
	turn = !turn;
	snprintf(rooms[turn], sizeof(rooms[turn]), "%s/%s", archive, name);
	return rooms[turn];
}

static void move(const char *from, const char *to)
{
	ck_assert_int_eq(rename(in_archive(from), in_archive(to)), 0);
}

/* The run, for its messages. */
static struct outcome run(const char *options)
{
	return program_run(NULL, "fundstelle-index -i %s %s %s", index_dir, options, archive);
}

static uint32_t occurrences(const char *text, const char *part)
{
	uint32_t n = 0;
	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

/* ---- names ---- */

START_TEST(a_renamed_folder_is_no_mass_removal)
{
	articles(0, 210);
	run_is(0, "210 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	for (char from[] = "0", to[] = "a"; from[0] < '7'; from[0]++, to[0]++)
		move(from, to);
	run_is(0, "210 added, 0 changed, 210 removed, 0 unchanged, 0 failed");
	hits_are("Feuerwehr", 210);
	for (char from[] = "a", to[] = "0"; to[0] < '7'; from[0]++, to[0]++) /* names before the old ones */
		move(from, to);
	run_is(0, "210 added, 0 changed, 210 removed, 0 unchanged, 0 failed");
	hits_are("Feuerwehr", 210);
	index_is_sound();
}
END_TEST

START_TEST(where_too_much_would_go_what_was_renamed_is_not_kept_twice)
{
	articles(0, 350);
	run_is(0, "350 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	article("2/kaputt.json", "{");
	move("0", "umbenannt");
	for (uint32_t i = 0; i < 350; i++) {
		char article_path[40];
		snprintf(article_path, sizeof(article_path), "%u/%04u.txt", i % 7, i);
		if (i % 7 > 2)
			remove_article(article_path);
	}
	struct outcome o = run("");
	ck_assert_int_eq(o.status, 1);
	ck_assert_msg(strncmp(o.out, "indexed: 50 added, 0 changed, 50 removed, 300 unchanged, 1 failed;", 66) == 0, "%s%s", o.out, o.err);
	ck_assert_msg(occurrences(o.err, "200 of 350 articles would be removed") == 1 && occurrences(o.err, "kaputt.json") == 1, "%s", o.err);
	outcome_free(&o);
	hits_are("Feuerwehr", 350);
	run_is_with(0, "0 added, 0 changed, 200 removed, 150 unchanged, 1 failed", "--allow-removals");
	hits_are("Feuerwehr", 150);
	index_is_sound();
}
END_TEST

START_TEST(of_a_file_of_many_articles_the_changed_one_is_changed)
{
	FILE *f;
	for (int round = 0; round < 2; round++) {
		f = fopen(in_archive("viele.jsonl"), "w");
		for (int i = 0; i < 1000; i++)
			fprintf(f, "{\"id\": \"a%d\", \"title\": \"Meldung\", \"text\": \"Die Feuerwehr, Einsatz %d%s.\"}\n", i, i, round && i == 500 ? " und noch einer" : "");
		fclose(f);
		run_is(0, round ? "0 added, 1 changed, 0 removed, 999 unchanged, 0 failed" : "1000 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	}
	hits_are("einer", 1);
	hits_are("Feuerwehr", 1000);
	index_is_sound();
}
END_TEST

START_TEST(a_large_file_that_was_touched_is_not_read_into_the_index_again)
{
	FILE *f = fopen(in_archive("viele.jsonl"), "w");
	for (int i = 0; i < 20000; i++)
		fprintf(f, "{\"id\": \"a%d\", \"text\": \"Die Feuerwehr rückte aus, zum wiederholten Mal in dieser Woche und in dieser Stadt, Einsatz %d, Wagen %d.\"}\n", i, i, i * 7);
	fclose(f);
	make_old("viele.jsonl", 1600000000);
	run_is(0, "20000 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	make_old("viele.jsonl", 1700000000);
	struct outcome o = run("-v");
	ck_assert_msg(o.status == 0 && strstr(o.out, "viele.jsonl: touched, not changed\n") != NULL, "%s%s", o.out, o.err);
	outcome_free(&o);
}
END_TEST

/* ---- folders ---- */

START_TEST(a_folder_that_cannot_be_read_keeps_its_articles_and_is_named_once)
{
	become_nobody();
	articles(0, 70);
	run_is(0, "70 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(chmod(in_archive("3"), 0), 0);
	struct outcome o = run("-q");
	ck_assert_int_eq(o.status, 1);
	ck_assert_msg(strncmp(o.err, "3/: cannot be read: ", 20) == 0 && occurrences(o.err, "\n") == 1, "%s", o.err);
	outcome_free(&o);
	o = run("-q");
	ck_assert_msg(o.status == 0 && o.err_len == 0 && o.out_len == 0, "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
	run_is(0, "0 added, 0 changed, 0 removed, 70 unchanged, 1 failed");
	o = program_run(NULL, "fundstelle-index -i %s --status --failed", index_dir);
	ck_assert_msg(strncmp(o.out, "3/: cannot be read: ", 20) == 0, "%s", o.out);
	outcome_free(&o);
	run_is_with(0, "0 added, 0 changed, 0 removed, 70 unchanged, 1 failed", "--rebuild");
	hits_are("Feuerwehr", 70);
	index_is_sound();
	ck_assert_int_eq(chmod(in_archive("3"), 0755), 0);
	remove_article("3/0003.txt");
	run_is(0, "0 added, 0 changed, 1 removed, 69 unchanged, 0 failed");
	index_is_sound();
}
END_TEST

START_TEST(files_whose_folder_lets_nobody_look_at_them_are_kept)
{
	become_nobody();
	articles(0, 70);
	run_is(0, "70 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(chmod(in_archive("3"), 0444), 0);
	run_is(1, "0 added, 0 changed, 0 removed, 70 unchanged, 10 failed");
	run_is(0, "0 added, 0 changed, 0 removed, 70 unchanged, 10 failed");
	hits_are("Feuerwehr", 70);
	ck_assert_int_eq(chmod(in_archive("3"), 0755), 0);
	run_is(0, "0 added, 0 changed, 0 removed, 70 unchanged, 0 failed");
	run_is(0, "0 added, 0 changed, 0 removed, 70 unchanged, 0 failed");
	index_is_sound();
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named_once_though_it_is_new)
{
	become_nobody();
	article("a.txt", "Die Feuerwehr.\n");
	file_write(archive, "b.txt", "Geheim.\n"); /* just now: racily clean */
	ck_assert_int_eq(chmod(in_archive("b.txt"), 0), 0);
	for (int i = 0; i < 3; i++) {
		struct outcome o = run("");
		ck_assert_msg(o.status == (i == 0) && (o.err_len == 0) == (i != 0) && strstr(o.out, " 1 failed"), "run %d: %d %s%s", i, o.status, o.out, o.err);
		outcome_free(&o);
	}
	run_is_with(1, "0 added, 0 changed, 0 removed, 1 unchanged, 1 failed", "--retry-failed");
	ck_assert_int_eq(chmod(in_archive("b.txt"), 0600), 0);
	run_is(0, "1 added, 0 changed, 0 removed, 1 unchanged, 0 failed");
}
END_TEST

START_TEST(a_path_that_cannot_be_read_keeps_its_articles)
{
	become_nobody();
	articles(0, 20);
	run_is(0, "20 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(chmod(archive, 0), 0);
	run_is(1, "0 added, 0 changed, 0 removed, 20 unchanged, 1 failed");
	ck_assert_int_eq(chmod(archive, 0755), 0);
	run_is(0, "0 added, 0 changed, 0 removed, 20 unchanged, 0 failed");
}
END_TEST

START_TEST(an_unmounted_disk_below_the_path_keeps_its_articles)
{
	struct outcome o;
	articles(0, 20);
	ck_assert_int_eq(mkdir(in_archive("platte"), 0755), 0);
	if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", in_archive("platte"), "tmpfs", 0, NULL) != 0) {
		fputs("skipped: no right to mount\n", stderr);
		return;
	}
	for (int i = 0; i < 3; i++) {
		char name[60];
		snprintf(name, sizeof(name), "platte/2020/0%d/a.txt", i);
		article(name, "Die Feuerwehr kam\n");
	}
	run_is(0, "23 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	ck_assert_int_eq(umount2(in_archive("platte"), MNT_DETACH), 0);
	o = run("");
	ck_assert_msg(o.status == 1 && occurrences(o.err, "\n") == 1 && strstr(o.err, "platte/: is on another file system") != NULL, "%d %s", o.status, o.err);
	ck_assert_msg(strstr(o.out, "0 removed, 23 unchanged, 1 failed") != NULL, "%s", o.out);
	outcome_free(&o);
	hits_are("Feuerwehr", 23);
	run_is_with(0, "0 added, 0 changed, 3 removed, 20 unchanged, 0 failed", "--allow-removals");
	hits_are("Feuerwehr", 20);
}
END_TEST

/* ---- what programs read ---- */

START_TEST(the_closing_line_as_json)
{
	articles(0, 3);
	article("kaputt.json", "{");
	struct outcome o = run("--format=json");
	const char *wanted = "{\"schema\": 1, \"added\": 3, \"changed\": 0, \"removed\": 0, \"unchanged\": 0, \"failed\": 1, \"postponed\": 0, \"bytes\": ";
	ck_assert_int_eq(o.status, 1);
	ck_assert_msg(strncmp(o.out, wanted, strlen(wanted)) == 0 && strstr(o.out, ", \"exit\": 1}\n") != NULL && occurrences(o.out, "\n") == 1, "%s", o.out);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s --status --failed --format=json", index_dir);
	ck_assert_msg(strstr(o.out, "\"path\": \"kaputt.json\", \"reason\": \"") != NULL, "%s", o.out);
	outcome_free(&o);
}
END_TEST

START_TEST(metrics_also_tell_of_a_run_that_did_nothing_or_failed)
{
	char path[400], option[420];
	size_t n;
	snprintf(path, sizeof(path), "%s/m.prom", scratch.dir);
	snprintf(option, sizeof(option), "-q --metrics=%s", path);
	articles(0, 3);
	for (int round = 0; round < 2; round++) {
		struct outcome o = run(option);
		ck_assert_int_eq(o.status, 0);
		outcome_free(&o);
		char *text = file_read(path, &n);
		ck_assert_msg(strstr(text, round ? "\nfundstelle_run_unchanged 3\n" : "\nfundstelle_run_added 3\n") != NULL, "%s", text);
		ck_assert_msg(strstr(text, "\nfundstelle_run_start_seconds 0\n") == NULL && strstr(text, "\nfundstelle_run_exit_status 0\n") != NULL, "%s", text);
		free(text);
	}
	file_write_bytes(data_file, "kaputt", 6);
	struct outcome o = run(option);
	ck_assert_int_eq(o.status, 2);
	outcome_free(&o);
	char *text = file_read(path, &n);
	ck_assert_msg(strstr(text, "\nfundstelle_run_exit_status 2\n") != NULL, "%s", text);
	free(text);
}
END_TEST

/* So that root may name a device. */
START_TEST(metrics_go_into_a_pipe_that_is_there_and_it_stays_one)
{
	char path[400], option[420], got[8000];
	struct stat st;
	snprintf(path, sizeof path, "%s/pipe", scratch.dir);
	snprintf(option, sizeof option, "-q --metrics=%s", path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	int fd = open(path, O_RDWR); /* which has room for them */
	ck_assert_int_ge(fd, 0);
	articles(0, 3);
	struct outcome o = run(option);
	ck_assert_msg(o.status == 0, "%d %s", o.status, o.err);
	outcome_free(&o);
	ck_assert(lstat(path, &st) == 0 && S_ISFIFO(st.st_mode));
	ssize_t n = read(fd, got, sizeof got - 1);
	ck_assert_int_gt(n, 0);
	got[n] = '\0';
	ck_assert_msg(strstr(got, "\nfundstelle_run_added 3\n"), "%s", got);
	close(fd);
}
END_TEST

START_TEST(metrics_go_where_a_link_leads_and_it_stays_one)
{
	char link[400], target[400], option[420];
	struct stat st;
	snprintf(link, sizeof link, "%s/link", scratch.dir);
	snprintf(target, sizeof target, "%s/target", scratch.dir);
	snprintf(option, sizeof option, "-q --metrics=%s", link);
	int fd = open(target, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(symlink(target, link), 0);
	articles(0, 3);
	struct outcome o = run(option);
	ck_assert_msg(o.status == 0, "%d %s", o.status, o.err);
	outcome_free(&o);
	ck_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
	ck_assert(lstat(target, &st) == 0 && st.st_size > 0);
}
END_TEST

START_TEST(a_fresh_account_gets_its_default_index)
{
	articles(0, 3);
	ck_assert(setenv("HOME", scratch.dir, 1) == 0 && unsetenv("XDG_DATA_HOME") == 0 && unsetenv("FUNDSTELLE_INDEX") == 0);
	program_expect(0, "fundstelle-index -q %s", archive);
	program_expect(0, "fundstelle-query Feuerwehr");
}
END_TEST

START_TEST(verify_names_the_articles_whose_text_is_damaged)
{
	size_t n;
	articles(0, 5);
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	char *bytes = file_read(data_file, &n);
	for (size_t at = 0; at + 51 <= n; at++) /* the one block of texts: a key of kind t */
		if (memcmp(bytes + at, "\x10\0\0\0\1t\0\0\0\0", 10) == 0)
			bytes[at + 10 + 40] ^= 4;
	file_write_bytes(data_file, bytes, n);
	free(bytes);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s --verify", index_dir);
	ck_assert_msg(o.status == 1 && strstr(o.out, "text of document 0 (0/0000.txt)") && strstr(o.out, "text of document 4 (4/0004.txt)"), "%s%s", o.out, o.err);
	outcome_free(&o);
}
END_TEST

Suite *suite_nightly(void);
Suite *suite_nightly(void)
{
	Suite *s = suite_create("unattended runs");
	TCase *t = tcase_create("nights");

	tcase_add_checked_fixture(t, site_set_up, site_tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, a_renamed_folder_is_no_mass_removal);
	tcase_add_test(t, where_too_much_would_go_what_was_renamed_is_not_kept_twice);
	tcase_add_test(t, of_a_file_of_many_articles_the_changed_one_is_changed);
	tcase_add_test(t, a_large_file_that_was_touched_is_not_read_into_the_index_again);
	tcase_add_test(t, a_folder_that_cannot_be_read_keeps_its_articles_and_is_named_once);
	tcase_add_test(t, files_whose_folder_lets_nobody_look_at_them_are_kept);
	tcase_add_test(t, a_file_that_cannot_be_read_is_named_once_though_it_is_new);
	tcase_add_test(t, a_path_that_cannot_be_read_keeps_its_articles);
	tcase_add_test(t, an_unmounted_disk_below_the_path_keeps_its_articles);
	tcase_add_test(t, the_closing_line_as_json);
	tcase_add_test(t, metrics_also_tell_of_a_run_that_did_nothing_or_failed);
	tcase_add_test(t, metrics_go_into_a_pipe_that_is_there_and_it_stays_one);
	tcase_add_test(t, metrics_go_where_a_link_leads_and_it_stays_one);
	tcase_add_test(t, a_fresh_account_gets_its_default_index);
	tcase_add_test(t, verify_names_the_articles_whose_text_is_damaged);
	suite_add_tcase(s, t);
	return s;
}
