/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in an article's lead is found, marked, counted and shown as what stands in its body; and lists longer than a page, and bars, of the same archive. */
#include <string.h>

#include "tests/query_fixture.h"

static void set_up(void)
{
	site_set_up();
	file_write(archive, "a.jsonl",
		   "{\"id\":\"1\",\"title\":\"Brücke gesperrt\",\"lead\":\"Der Landrat warnt vor Hochwasser an der Elbe.\","
		   "\"text\":\"Die Brücke bleibt zu. Am Deich stehen Helfer.\",\"date\":\"2021-05-06\"}\n"
		   "{\"id\":\"2\",\"title\":\"Fest am Fluss\",\"text\":\"Die Ärztin sprach. Auf dem Deich wurde getanzt, von Hochwasser keine Spur.\",\"date\":\"2021-06-07\"}\n"
		   "{\"id\":\"3\",\"text\":\"Am Deich blieb es still.\",\"date\":\"2021-06-08\"}\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
}

/* "_" in `args` is a blank within an argument. */
static const struct {
	const char *args;
	int status;
	const char *wanted; /* on stdout, somewhere */
} rows[] = {
	{ "-f paths Landrat", 0, "a.jsonl#1\n" },
	{ "-f paths \"vor_Hochwasser\"", 0, "a.jsonl#1\n" },
	{ "-f paths Landrat_NEAR/S_Elbe", 0, "a.jsonl#1\n" },
	{ "-f paths Landrat_NEAR/P_Elbe", 0, "a.jsonl#1\n" },
	{ "--count Elbe_NEAR/9_Brücke", 1, "0\n" },
	{ "--count titel:Landrat", 1, "0\n" },
	{ "-f json Landrat", 0, "\"snippet\": {\"text\": \"Der Landrat warnt vor Hochwasser an der Elbe.\", \"marks\": [[4, 11]]}" },
	{ "--kwic=20 -f tsv Hochwasser", 0, "a.jsonl#1\t2021-05-06\tLandrat warnt vor\tHochwasser\tan der Elbe.\n" },
	{ "--kwic=20 -f tsv Landrat_NEAR/S_Elbe", 0, "\tLandrat warnt vor Hochwasser an der Elbe\t" },
	{ "--collocates -f tsv Hochwasser", 0, "\nLandrat\t" },
	{ "--show=a.jsonl#1", 0, "\n\nDer Landrat warnt vor Hochwasser an der Elbe.\n\nDie Brücke bleibt zu." },
	{ "-f jsonl --show=a.jsonl#1", 0, "\"lead\": \"Der Landrat warnt vor Hochwasser an der Elbe.\"" },
	{ "-f json Ärztinn", 1, "\"suggestion\": \"Ärztin\"" },
};

START_TEST(a_lead_is_text)
{
	char args[200];
	snprintf(args, sizeof args, "%s", rows[_i].args);
	char *argv[12] = { "fundstelle-query", "-i", index_dir };
	int n = 3;
	for (char *save = NULL, *at = strtok_r(args, " ", &save); at; at = strtok_r(NULL, " ", &save)) {
		argv[n++] = at;
		for (char *blank; (blank = strchr(at, '_'));)
			*blank = ' ';
	}
	struct outcome o = program_run_argv(NULL, argv);
	ck_assert_msg(o.status == rows[_i].status && strstr(o.out, rows[_i].wanted), "%s: %d\n%s%s", rows[_i].args, o.status, o.out, o.err);
	outcome_free(&o);
}
END_TEST

static const char *const queries[] = { "q1\tHochwasser\nq2\tDeich\n", "q1\tHochwasser\r\nq2\tDeich\r\n" };

START_TEST(a_batch_counts_a_line_a_query_whatever_ends_it)
{
	struct outcome o = program_run(queries[_i], "fundstelle-query -i %s --batch=- --count -f tsv", index_dir);
	ck_assert_str_eq(o.out, "q1\t2\nq2\t3\n");
	ck_assert_int_eq(o.status, 0);
	outcome_free(&o);
}
END_TEST

/* More hits than are held at once. */
START_TEST(a_batch_lists_all_hits_page_by_page)
{
	enum { MANY = 2100 };
	char *lines = malloc(MANY * 80), *at = lines;
	ck_assert_ptr_nonnull(lines);
	for (int i = 0; i < MANY; i++)
		at += sprintf(at, "{\"id\":\"%04d\",\"text\":\"Wieder ein Zeuge.\"}\n", i);
	file_write(archive, "viele.jsonl", lines);
	free(lines);
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	struct outcome o = program_run("q1\tZeuge\n", "fundstelle-query -i %s --batch=- -n 0 -f trec", index_dir);
	uint32_t n = 0;
	for (const char *c = o.out; (c = strchr(c, '\n')); c++)
		n++;
	ck_assert_msg(o.status == 0 && n == MANY && strstr(o.out, "#2099 2100 "), "%d: %u lines %s", o.status, n, o.err);
	outcome_free(&o);
}
END_TEST

/* On a terminal of so many columns: the bar of May, of one hit, is half as long as that of June, of two, and the lines fit. */
static const unsigned widths[] = { 120, 80, 60, 50 };

static uint32_t count_of(const char *text, const char *end, const char *sign)
{
	uint32_t n = 0;
	for (const char *at = text; (at = strstr(at, sign)) && at < end; at++)
		n++;
	return n;
}

START_TEST(a_timeline_has_bars_on_a_terminal)
{
	struct outcome o = program_run_terminal(widths[_i], "fundstelle-query -i %s --timeline=month Deich", index_dir);
	const char *may = strstr(o.out, "2021-05 "), *june = strstr(o.out, "2021-06 ");
	ck_assert_msg(may && june, "%s", o.out);
	uint32_t one = count_of(may, june, "█"), two = count_of(june, strchr(june, '\n'), "█");
	ck_assert_msg(two > 0 && (two == 2 * one || two == 2 * one + 1), "%u columns: %u and %u blocks\n%s", widths[_i], one, two, o.out);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i %s --timeline=month Deich", index_dir);
	ck_assert(!strstr(o.out, "█"));
	outcome_free(&o);
}
END_TEST

Suite *suite_e2e_fields(void);
Suite *suite_e2e_fields(void)
{
	Suite *s = suite_create("fundstelle-query, leads and lists");
	TCase *t = tcase_create("fields");
	tcase_add_checked_fixture(t, set_up, site_tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_lead_is_text, 0, sizeof rows / sizeof *rows);
	tcase_add_loop_test(t, a_batch_counts_a_line_a_query_whatever_ends_it, 0, 2);
	tcase_add_test(t, a_batch_lists_all_hits_page_by_page);
	tcase_add_loop_test(t, a_timeline_has_bars_on_a_terminal, 0, sizeof widths / sizeof *widths);
	suite_add_tcase(s, t);
	return s;
}
