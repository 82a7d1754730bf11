/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fundstelle-query as it was built: exit statuses and messages where something is wrong with the query, the output or the index. */
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/query_fixture.h"

static const struct {
	const char *query, *message;
} errors[] = {
	{ "(Grenze", "column 1: " },
	{ "Grenze)", "column 7: " },
	{ "Grenze AND", "column 11: " },
	{ "AND Grenze", "column 1: " },
	{ "0123456789012345678901234567890123456789012345678901234567890123~", "63 letters" },
	{ "datum:2022-13", "column 7: " },
	{ "datum:gestern", "column 7: " },
	{ "Märkte OR", "column 10: " },
};

START_TEST(wrong_syntax_gets_one_line_that_points_at_the_place)
{
	char *argv[] = { "fundstelle-query", "-i", index_dir, (char *)errors[_i].query, NULL };
	struct outcome o = program_run_argv(NULL, argv);
	ck_assert_msg(o.status == 2 && o.out_len == 0 && strstr(o.err, errors[_i].message) != NULL, "%s: %d %s%s", errors[_i].query, o.status, o.out, o.err);
	ck_assert_ptr_eq(strchr(o.err, '\n'), o.err + o.err_len - 1);
	outcome_free(&o);
}
END_TEST

static const char *const ordinary[] = { "Was sagt der Minister?", "Covid-19",  "C++",    "a:b",  "\"lonely quote", "--", "---", "!?",      "50 % mehr (und mehr)", "z. B.",
					"Müller & Söhne",	   "http://a.b/c", "- Grenze", "+", "''",            "§ 218", "1.000.000 €", "and or not", "„Zitat“", "titel:" };

START_TEST(any_line_of_ordinary_words_is_a_query)
{
	char *argv[] = { "fundstelle-query", "-i", index_dir, "--", (char *)ordinary[_i], NULL };
	struct outcome o = program_run_argv(NULL, argv);
	ck_assert_msg(o.status == 0 || o.status == 1, "%s: %d %s", ordinary[_i], o.status, o.err);
	outcome_free(&o);
}
END_TEST

static const struct {
	int status;
	const char *args;
} usages[] = {
	{ 0, "--help" },	{ 0, "--version" },	  { 2, "" },		      { 2, "--no-such-option Wort" }, { 2, "-n x Wort" },
	{ 2, "-f yaml Wort" },	{ 2, "--from=2022-13 Wort" }, { 2, "--to=gestern Wort" }, { 2, "--sort=best Wort" }, { 2, "--seed=x Wort" }, { 2, "--color=perhaps Wort" },  { 2, "--batch=/nirgends/da" },
	{ 2, "--offset=-1 Wort" },
};

START_TEST(usage_is_judged_by_its_exit_status)
{
	struct outcome o = query_run(usages[_i].args);
	ck_assert_msg(o.status == usages[_i].status, "'%s': %d %s%s", usages[_i].args, o.status, o.out, o.err);
	ck_assert((o.status == 0) == (o.err_len == 0) && (o.status == 0) == (o.out_len > 0));
	outcome_free(&o);
}
END_TEST

START_TEST(output_that_cannot_be_written_is_trouble_and_a_closed_pipe_is_not)
{
	char path[600];
	int status, pipes[2];
	snprintf(path, sizeof(path), "%s/fundstelle-query", getenv("FUNDSTELLE_BIN"));
	ck_assert_int_eq(pipe(pipes), 0);
	close(pipes[0]);
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			int out = i == 0 ? open("/dev/full", O_WRONLY) : pipes[1], err = open("/dev/null", O_WRONLY);
			dup2(out, 1), dup2(err, 2);
			execl(path, path, "-i", index_dir, "Grenze", (char *)NULL);
			_exit(127);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == (i == 0 ? 2 : 0), "%x", status);
	}
}
END_TEST

/* One line on stderr, nothing on stdout, exit 2. */
static void is_refused(const char *dir)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s Grenze", dir);
	ck_assert_msg(o.status == 2 && o.out_len == 0 && o.err_len > 0 && strchr(o.err, '\n') == o.err + o.err_len - 1, "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index -i %s --status", dir);
	ck_assert_msg(o.status == 2 && strchr(o.err, '\n') == o.err + o.err_len - 1, "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
}

START_TEST(an_index_that_is_none_is_refused_in_one_line)
{
	char dir[400], path[700], bytes[9000];
	snprintf(dir, sizeof(dir), "%s/fremd", scratch.dir);
	is_refused(dir);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	is_refused(dir);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	file_write_bytes(path, "", 0);
	is_refused(dir);
	file_write_bytes(path, "Das ist kein Index.\n", 20);
	is_refused(dir);
	memset(bytes, 0, sizeof(bytes));
	file_write_bytes(path, bytes, sizeof(bytes));
	is_refused(dir);
	memset(bytes, 0xA5, sizeof(bytes));
	file_write_bytes(path, bytes, sizeof(bytes));
	is_refused(dir);
	is_refused("/dev/null");
}
END_TEST

START_TEST(a_truncated_index_is_refused_or_answers_as_before)
{
	char path[700];
	size_t n;
	uint64_t state = 5;
	struct outcome good = query_run("-n0 -f tsv Grenze Kreml");
	snprintf(path, sizeof(path), "%s/data.mdb", index_dir);
	char *bytes = file_read(path, &n);
	for (int i = 0; i < 40; i++) {
		file_write_bytes(path, bytes, random_below(&state, (uint32_t)n));
		struct outcome o = query_run("-n0 -f tsv Grenze Kreml");
		ck_assert_msg(o.status == 2 || (o.status == 0 && strcmp(o.out, good.out) == 0), "%d %s%s", o.status, o.out, o.err);
		outcome_free(&o);
	}
	outcome_free(&good);
	free(bytes);
}
END_TEST

/* As somebody who may read the files, and no more. */
static int query_as_reader(void)
{
	char path[600], copy[700];
	int status;
	snprintf(path, sizeof(path), "%s/fundstelle-query", getenv("FUNDSTELLE_BIN"));
	snprintf(copy, sizeof(copy), "%s/query", scratch.dir);
	file_copy(path, copy); /* where anybody may reach it */
	ck_assert(chmod(copy, 0755) == 0 && chmod(scratch.dir, 0755) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		int nowhere = open("/dev/null", O_WRONLY);
		dup2(nowhere, 1);
		if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
			_exit(99);
		execl(copy, copy, "-i", index_dir, "Grenze", (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(who_may_only_read_the_files_can_query)
{
	char path[700];
	if (geteuid() != 0) { /* this user's own rights are taken away instead */
		snprintf(path, sizeof(path), "%s/data.mdb", index_dir);
		chmod(path, 0444);
		snprintf(path, sizeof(path), "%s/lock.mdb", index_dir);
		chmod(path, 0444);
		chmod(index_dir, 0555);
		query_prints("--count Grenze", 0, "3\n");
		chmod(index_dir, 0755);
		return;
	}
	chmod(index_dir, 0755);
	snprintf(path, sizeof(path), "%s/data.mdb", index_dir);
	chmod(path, 0644);
	ck_assert_int_eq(query_as_reader(), 0);
}
END_TEST

Suite *suite_e2e_trouble(void);
Suite *suite_e2e_trouble(void)
{
	Suite *s = suite_create("fundstelle-query, in trouble");
	TCase *t = tcase_create("trouble");

	tcase_add_checked_fixture(t, query_set_up, site_tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, wrong_syntax_gets_one_line_that_points_at_the_place, 0, sizeof(errors) / sizeof(*errors));
	tcase_add_loop_test(t, any_line_of_ordinary_words_is_a_query, 0, sizeof(ordinary) / sizeof(*ordinary));
	tcase_add_loop_test(t, usage_is_judged_by_its_exit_status, 0, sizeof(usages) / sizeof(*usages));
	tcase_add_test(t, output_that_cannot_be_written_is_trouble_and_a_closed_pipe_is_not);
	tcase_add_test(t, an_index_that_is_none_is_refused_in_one_line);
	tcase_add_test(t, a_truncated_index_is_refused_or_answers_as_before);
	tcase_add_test(t, who_may_only_read_the_files_can_query);
	suite_add_tcase(s, t);
	return s;
}
