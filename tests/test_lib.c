/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The library finds what the programs print, to the last byte. What is told of the file itself, and of programs that are built with it: tests/library.sh. */
#include <string.h>

#include "tests/lib_fixture.h"

/* ---- what is found ---- */

static const struct {
	enum place place;
	const char *query, *args; /* the program's */
	struct fundstelle_search_options options;
} searches[] = {
	{ HERE, "Kreml", "", PLAIN },
	{ HERE, "Kreml", "-n 2", CHOOSE(.limit = 2) },
	{ HERE, "Kreml", "-n 2 --offset=1", CHOOSE(.limit = 2, .offset = 1) },
	{ HERE, "Kreml", "--offset=100", CHOOSE(.offset = 100) },
	{ HERE, "Kreml", "-n 0", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ HERE, "Kreml", "--sort=newest", CHOOSE(.order = FUNDSTELLE_NEWEST_FIRST) },
	{ HERE, "Kreml", "--sort=oldest", CHOOSE(.order = FUNDSTELLE_OLDEST_FIRST) },
	{ HERE, "Kreml", "--sort=random --seed=7", CHOOSE(.order = FUNDSTELLE_RANDOM, .seed = 7) },
	{ HERE, "Kreml", "--recency=200", CHOOSE(.recency = 200) },
	{ HERE, "Aufmarfch~ Krcml~", "--ocr", CHOOSE(.flags = FUNDSTELLE_OCR) },
	{ CORPUS, "Truppenaufmarsch an der Grenze", "--recency=3000", CHOOSE(.recency = 3000) },
	{ HERE, "Aufmarsch", "--duplicates=collapse", CHOOSE(.flags = FUNDSTELLE_COLLAPSE) },
	{ HERE, "Aufmarsch", "--duplicates=collapse -n 1", CHOOSE(.flags = FUNDSTELLE_COLLAPSE, .limit = 1) },
	{ HERE, "Aufmarsch Kreml", "--all", CHOOSE(.flags = FUNDSTELLE_ALL_WORDS) },
	{ HERE, "Notwendigkeit", "--exact", CHOOSE(.flags = FUNDSTELLE_EXACT_FORMS) },
	{ HERE, "Kreml", "--new", CHOOSE(.flags = FUNDSTELLE_ONLY_NEW) },
	{ HERE, "Kreml", "--from=2020-06", CHOOSE(.from = "2020-06") },
	{ HERE, "Kreml", "--from=2020 --to=2020-05-06", CHOOSE(.from = "2020", .to = "2020-05-06") },
	{ HERE, "Notwendigkeit", "", PLAIN },
	{ HERE, "Seitenwort", "", PLAIN },
	{ HERE, "viel*", "", PLAIN },
	{ HERE, "", "--similar=a.jsonl#zwei", CHOOSE(.similar_to = "a.jsonl#zwei") },
	{ HERE, "", "--similar=M%FCller.txt", CHOOSE(.similar_to = "M%FCller.txt") },
	{ HERE, "Nirgendwort", "", PLAIN },
	{ HERE, "\"ein Anführungszeichen", "", PLAIN },
	{ CORPUS, "*", "-n 0", CHOOSE(.limit = FUNDSTELLE_NO_LIMIT) },
	{ CORPUS, "Truppenaufmarsch an der Grenze", "-n 100", CHOOSE(.limit = 100) },
	{ CORPUS, "\"an der Grenze\"", "", PLAIN },
	{ CORPUS, "Grenze NEAR/10 Truppen", "", PLAIN },
	{ CORPUS, "titel:Grenze OR datum:1921", "", PLAIN },
	{ CORPUS, "/gro(ss)?[a-z]*stadt/ OR *stützpunkt OR =Zug", "", PLAIN },
	{ CORPUS, "Regierungskrise", "", PLAIN },
	{ BOTH, "Kreml Grenze", "-n 50", CHOOSE(.limit = 50) },
	{ BOTH, "Aufmarsch", "--duplicates=collapse", CHOOSE(.flags = FUNDSTELLE_COLLAPSE) },
	{ XAPIAN, "Truppenaufmarsch an der Grenze", "-n 100", CHOOSE(.limit = 100) },
	{ MIXED, "Kreml Grenze", "-n 50", CHOOSE(.limit = 50) },
};

/* What the program prints for the same, and how it ends. */
static struct outcome ask_program(size_t i, const char *format)
{
	const char *names[3];
	char args[200], *argv[40] = { "fundstelle-query", "--explain", "-f", (char *)(uintptr_t)format };
	size_t argc = 4, n = names_of(searches[i].place, names);
	for (size_t k = 0; k < n; k++) {
		argv[argc++] = "-i";
		argv[argc++] = (char *)(uintptr_t)names[k];
	}
	snprintf(args, sizeof args, "%s", searches[i].args);
	for (char *save = NULL, *word = strtok_r(args, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	if (searches[i].query[0])
		argv[argc++] = (char *)(uintptr_t)searches[i].query;
	return program_run_argv(NULL, argv);
}

static void summary_is_that_of_the_program(size_t i, const struct fundstelle_summary *s, uint64_t count)
{
	struct outcome o = ask_program(i, "json");
	member_is(&o, "\"total\": %llu,", s->total);
	member_is(&o, s->total_exact ? "\"total_exact\": true" : "\"total_exact\": false", 0);
	member_is(&o, "\"generation\": %llu,", s->generation);
	member_is(&o, "\"id\": \"%016llx\"", s->index_id);
	ck_assert(strstr(o.out, "\"suggestion\": null") ? s->suggestion.len == 0 : s->suggestion.len && strstr(o.out, s->suggestion.data));
	ck_assert_msg(!s->total_exact || s->total == count, "%llu, counted %llu", (unsigned long long)s->total, (unsigned long long)count);
	ck_assert(s->analysis.len > 0);
	outcome_free(&o);
}

START_TEST(hits_are_those_of_the_program_to_the_last_byte)
{
	const char *names[3];
	fundstelle_index *index;
	fundstelle_result *result;
	uint64_t count;
	struct fundstelle_summary summary = { .size = sizeof summary };
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_search_options options = searches[_i].options;
	size_t n = names_of(searches[_i].place, names);
	if (!has_xapian && searches[_i].place >= XAPIAN)
		return;
	options.flags |= FUNDSTELLE_EXPLAIN | FUNDSTELLE_EXACT_TOTAL | FUNDSTELLE_SUGGEST;
	struct outcome o = ask_program((size_t)_i, "jsonl");
	ck_assert_msg(fundstelle_open(names, n, NULL, &index, &error) == FUNDSTELLE_OK, "%s", error.message);
	int code = fundstelle_search(index, searches[_i].query, strlen(searches[_i].query), &options, &result, &error);
	ck_assert_msg(code == FUNDSTELLE_OK, "%d %s", code, error.message);
	ck_assert_int_eq(fundstelle_count(index, searches[_i].query, FUNDSTELLE_TERMINATED, &options, &count, &error), FUNDSTELLE_OK);
	fundstelle_close(index); /* the result does not need it */
	fundstelle_result_summary(result, &summary);
	char *lines = lines_of(result);
	ck_assert_msg(strcmp(lines, o.out) == 0, "%s %s:\n%snot\n%s%s", searches[_i].query, searches[_i].args, lines, o.out, o.err);
	ck_assert_int_eq(o.status, summary.n_hits == 0);
	summary_is_that_of_the_program((size_t)_i, &summary, count);
	free(lines);
	outcome_free(&o);
	fundstelle_result_free(result);
}
END_TEST

static const struct {
	uint32_t flags;
	bool title, snippet, explained;
} part_cases[] = {
	{ 0, true, true, false },
	{ FUNDSTELLE_NO_SNIPPET, true, false, false },
	{ FUNDSTELLE_NO_TEXT, false, false, false },
	{ FUNDSTELLE_NO_TEXT | FUNDSTELLE_EXPLAIN, false, false, true },
};

START_TEST(a_hit_has_the_parts_that_were_asked_for)
{
	struct fundstelle_search_options options = CHOOSE(.flags = part_cases[_i].flags);
	struct fundstelle_hit hit = { .size = sizeof hit };
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	ck_assert_int_eq(fundstelle_search(index, "schweigt", FUNDSTELLE_TERMINATED, &options, &result, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_result_hit(result, 0, &hit), FUNDSTELLE_OK);
	ck_assert_str_eq(hit.key.data, "a.jsonl#1");
	ck_assert_str_eq(hit.title.data, part_cases[_i].title ? "Kreml schweigt" : "");
	ck_assert_int_eq(hit.n_title_marks, part_cases[_i].title);
	ck_assert(!part_cases[_i].title || (hit.title_marks[0].begin == 6 && hit.title_marks[0].end == 14));
	ck_assert_int_eq(hit.snippet.len > 0, part_cases[_i].snippet);
	ck_assert_int_eq(hit.n_explained > 0, part_cases[_i].explained);
	ck_assert_int_eq(fundstelle_result_hit(result, 1, &hit), FUNDSTELLE_INVALID);
	fundstelle_result_free(result);
	fundstelle_close(index);
}
END_TEST

static const struct {
	const char *query;
	uint32_t kind, offset, words, used;
	const char *about, *message;
} warnings[] = {
	{ "Kreml \"Aufmarsch", FUNDSTELLE_DOUBTFUL, 6, 0, 0, "", "quote" },
	{ "viel*", FUNDSTELLE_CUT, 0, 12000, 10000, "viel*", "'viel*' stands for 12000 words" },
};

START_TEST(a_result_warns_of_what_the_program_warns_of)
{
	struct fundstelle_warning w = { .size = sizeof w };
	struct fundstelle_summary summary = { .size = sizeof summary };
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	ck_assert_int_eq(fundstelle_search(index, warnings[_i].query, FUNDSTELLE_TERMINATED, NULL, &result, NULL), FUNDSTELLE_OK);
	fundstelle_result_summary(result, &summary);
	ck_assert_uint_eq(summary.n_warnings, 1);
	ck_assert_int_eq(fundstelle_result_warning(result, 0, &w), FUNDSTELLE_OK);
	ck_assert_int_eq(w.kind, warnings[_i].kind);
	ck_assert_int_eq(w.offset, warnings[_i].offset);
	ck_assert_int_eq(w.words, warnings[_i].words);
	ck_assert_int_eq(w.used, warnings[_i].used);
	ck_assert_str_eq(w.about.data, warnings[_i].about);
	ck_assert_msg(strstr(w.message.data, warnings[_i].message), "%s", w.message.data);
	ck_assert_int_eq(fundstelle_result_warning(result, 1, &w), FUNDSTELLE_INVALID);
	fundstelle_result_free(result);
	fundstelle_close(index);
}
END_TEST

START_TEST(a_server_that_does_not_answer_is_warned_of_where_partial_answers_are_wanted)
{
	const char *names[] = { index_dir, "xapian://127.0.0.1:1" };
	struct fundstelle_open_options options = { .size = sizeof options, .partial = 1, .timeout = 3 };
	struct fundstelle_warning w = { .size = sizeof w };
	struct fundstelle_hit hit = { .size = sizeof hit };
	fundstelle_index *index;
	fundstelle_result *result;
	fundstelle_article *article;
	fundstelle_counts *counts;
	struct fundstelle_text queries[] = { { "Kreml", 5 }, { "Aufmarsch", 9 } };
	struct fundstelle_counts_summary summary = { .size = sizeof summary };
	if (!has_xapian)
		return;
	ck_assert_int_eq(fundstelle_open(names, 2, &options, &index, NULL), FUNDSTELLE_OK);
	for (int i = 0; i < 2; i++) { /* each result says so, also when it was asked again */
		ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &result, NULL), FUNDSTELLE_OK);
		ck_assert_int_eq(fundstelle_result_hit(result, 0, &hit), FUNDSTELLE_OK);
		ck_assert_int_eq(fundstelle_result_warning(result, 0, &w), FUNDSTELLE_OK);
		ck_assert_int_eq(w.kind, FUNDSTELLE_MISSING);
		ck_assert_str_eq(w.about.data, names[1]);
		ck_assert_ptr_nonnull(strstr(w.message.data, "does not answer"));
		fundstelle_result_free(result);
		ck_assert_int_eq(fundstelle_show(index, "a.jsonl#1", FUNDSTELLE_TERMINATED, &article, NULL), FUNDSTELLE_OK);
		fundstelle_article_free(article);
		ck_assert_int_eq(fundstelle_index_warning(index, 0, &w), FUNDSTELLE_OK);
		ck_assert_str_eq(w.about.data, names[1]);
		ck_assert_int_eq(fundstelle_timelines(index, queries, 2, NULL, FUNDSTELLE_YEAR, &counts, NULL), FUNDSTELLE_OK);
		fundstelle_counts_summary(counts, &summary);
		ck_assert_uint_eq(summary.n_warnings, 1); /* not one a query */
		fundstelle_counts_free(counts);
		ck_assert_int_eq(fundstelle_refresh(index, NULL, NULL), FUNDSTELLE_OK);
	}
	fundstelle_close(index);
}
END_TEST

Suite *suite_lib(void);
Suite *suite_lib(void)
{
	Suite *s = suite_create("the library");
	TCase *t = tcase_create("answers");
	tcase_add_unchecked_fixture(t, lib_set_up, site_tear_down);
	tcase_add_loop_test(t, hits_are_those_of_the_program_to_the_last_byte, 0, N(searches));
	tcase_add_loop_test(t, a_hit_has_the_parts_that_were_asked_for, 0, N(part_cases));
	tcase_add_loop_test(t, a_result_warns_of_what_the_program_warns_of, 0, N(warnings));
	tcase_add_test(t, a_server_that_does_not_answer_is_warned_of_where_partial_answers_are_wanted);
	suite_add_tcase(s, t);
	return s;
}
