/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Articles, status, and the state that an index holds. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib_fixture.h"

/* ---- articles, status ---- */

static const char *const keys[] = { "a.jsonl#1", "a.jsonl#zwei", "M\xFCller.txt", "M%FCller.txt", "100%25.txt" };

START_TEST(an_article_is_what_the_program_shows)
{
	struct fundstelle_fields f = { .size = sizeof f };
	fundstelle_article *a;
	fundstelle_index *index = open_one(index_dir);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -f text --show=%s", index_dir, keys[_i]);
	ck_assert_int_eq(fundstelle_show(index, keys[_i], strlen(keys[_i]), &a, NULL), FUNDSTELLE_OK);
	fundstelle_close(index);
	fundstelle_article_fields(a, &f);
	const struct fundstelle_text all[] = { f.title, f.author, f.section, f.source, f.format };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		ck_assert_msg(all[i].data[all[i].len] == 0 && strstr(o.out, all[i].data), "no %s in\n%s", all[i].data, o.out);
	ck_assert(f.body.len && f.body.data[f.body.len] == 0);
	ck_assert(f.snippet.len && f.snippet.data[f.snippet.len] == 0);
	ck_assert_msg(_i != 0 || (f.date.year == 2020 && f.date.month == 5 && f.date.day == 6 && strstr(f.body.data, "nichts gesagt") && strcmp(f.title.data, "Kreml schweigt") == 0),
		      "%s", f.body.data);
	ck_assert(_i != 1 || (f.date.month == 7 && f.date.day == 0));
	ck_assert(_i != 3 || strcmp(f.key.data, "M\xFCller.txt") == 0);
	fundstelle_article_free(a);
	outcome_free(&o);
}
END_TEST

START_TEST(an_article_that_is_not_there_is_an_error)
{
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_article *a;
	fundstelle_index *index = open_one(index_dir);
	ck_assert_int_eq(fundstelle_show(index, "fehlt.txt?", 9, &a, &error), FUNDSTELLE_NO_ARTICLE);
	ck_assert_str_eq(error.message, "fehlt.txt: no article with this key");
	ck_assert_ptr_null(a);
	fundstelle_close(index);
}
END_TEST

START_TEST(the_status_is_that_of_fundstelle_index)
{
	struct fundstelle_status s = { .size = sizeof s };
	const char *names[3];
	fundstelle_index *index;
	ck_assert_int_eq(fundstelle_open(names, names_of(BOTH, names), NULL, &index, NULL), FUNDSTELLE_OK);
	ck_assert_uint_eq(fundstelle_status_count(index), 2);
	for (size_t i = 0; i < 2; i++) {
		struct outcome o = program_run(NULL, "fundstelle-index -i %s --status --format=json", names[i]);
		ck_assert_int_eq(fundstelle_status(index, i, &s, NULL), FUNDSTELLE_OK);
		const struct {
			const char *format;
			uint64_t value;
		} members[] = {
			{ "\"articles\": %llu", s.articles }, { "\"deleted\": %llu", s.deleted }, { "\"segments\": %llu", s.segments },	    { "\"terms\": %llu", s.terms },
			{ "\"postings\": %llu", s.postings }, { "\"words\": %llu", s.words },	  { "\"bytes\": %llu", s.bytes },	    { "\"bytes_live\": %llu", s.bytes_live },
			{ "\"files\": %llu", s.files },	      { "\"failed\": %llu", s.failed },	  { "\"bytes_text\": %llu", s.bytes_text }, { "\"added\": %llu", s.run_added },
			{ "\"id\": \"%016llx\"", s.id },	      { "\"generation\": %llu", s.generation }, { "\"format\": %llu", s.format },   { "\"bytes_read\": %llu", s.run_bytes_read },
			{ "\"date_first\": \"%llu-", s.date_first.year }, { "\"date_last\": \"%llu-", s.date_last.year },
		};
		for (size_t k = 0; k < sizeof members / sizeof *members; k++)
			member_is(&o, members[k].format, members[k].value);
		ck_assert_uint_eq(s.n_archives, 1);
		ck_assert(strstr(o.out, s.archives[0].data) && strstr(o.out, s.analysis.data));
		ck_assert_str_eq(s.name.data, names[i]);
		outcome_free(&o);
	}
	struct fundstelle_error error = { .size = sizeof error };
	ck_assert_int_eq(fundstelle_status(index, 2, &s, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "there is no index of that number");
	fundstelle_close(index);
}
END_TEST

START_TEST(an_index_that_is_opened_for_its_status_has_nothing_else)
{
	struct fundstelle_open_options options = { .size = sizeof options, .status_only = 1 };
	struct fundstelle_status s = { .size = sizeof s }, whole = { .size = sizeof whole };
	struct fundstelle_error error = { .size = sizeof error };
	const char *names[3];
	fundstelle_index *index, *other = open_one(index_dir);
	fundstelle_result *result;
	ck_assert_int_eq(fundstelle_open(names, names_of(BOTH, names), &options, &index, NULL), FUNDSTELLE_OK);
	ck_assert_uint_eq(fundstelle_status_count(index), 2);
	ck_assert_int_eq(fundstelle_status(index, 0, &s, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_status(other, 0, &whole, NULL), FUNDSTELLE_OK);
	ck_assert(s.id == whole.id && s.articles == whole.articles && s.words == whole.words && s.bytes == whole.bytes && s.analysis_hash == whole.analysis_hash);
	ck_assert_int_eq(fundstelle_search(index, "Kreml", 5, NULL, &result, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "the index was opened for its status alone");
	article("stand.txt", "Ein anderer Stand.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_int_eq(fundstelle_refresh(index, NULL, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_status(index, 0, &s, NULL), FUNDSTELLE_OK);
	ck_assert_uint_eq(s.generation, whole.generation + 1);
	fundstelle_close(other);
	fundstelle_close(index);
}
END_TEST

/* ---- what is told ---- */

static const struct {
	const char *query;
	bool fails;
	uint32_t kind;
	const char *about; /* NULL: no warning */
} told[] = {
	{ "Kreml", false, 0, NULL },
	{ "Kreml \"Aufmarsch", false, FUNDSTELLE_DOUBTFUL, "" },
	{ "viel*", false, FUNDSTELLE_CUT, "viel*" },
	{ "viel* /x(/", true, FUNDSTELLE_CUT, "viel*" },
	{ "Kreml NEAR/", true, 0, NULL },
};

START_TEST(an_index_warns_of_its_last_question_also_of_one_that_failed)
{
	struct fundstelle_warning w = { .size = sizeof w };
	fundstelle_index *index = open_one(index_dir);
	fundstelle_result *result;
	fundstelle_article *a;
	ck_assert_int_eq(fundstelle_index_warning(index, 0, &w), FUNDSTELLE_INVALID);
	for (size_t i = 0; i < N(told); i++) {
		int code = fundstelle_search(index, told[i].query, FUNDSTELLE_TERMINATED, NULL, &result, NULL);
		ck_assert_int_eq(code, told[i].fails ? FUNDSTELLE_SYNTAX : FUNDSTELLE_OK);
		fundstelle_result_free(result);
		fundstelle_let_go(index); /* asks nothing */
		ck_assert_int_eq(fundstelle_index_warning(index, 0, &w), told[i].about ? FUNDSTELLE_OK : FUNDSTELLE_INVALID);
		ck_assert_msg(!told[i].about || (w.kind == told[i].kind && strcmp(w.about.data, told[i].about) == 0), "%s: %u %s", told[i].query, w.kind, w.about.data);
		ck_assert_int_eq(fundstelle_index_warning(index, 1, &w), FUNDSTELLE_INVALID);
	}
	ck_assert_int_eq(fundstelle_search(index, "viel*", 5, NULL, &result, NULL), FUNDSTELLE_OK);
	fundstelle_result_free(result);
	ck_assert_int_eq(fundstelle_show(index, keys[0], FUNDSTELLE_TERMINATED, &a, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_index_warning(index, 0, &w), FUNDSTELLE_INVALID);
	fundstelle_article_free(a);
	fundstelle_close(index);
}
END_TEST

static const struct {
	const char *text;
	bool good;
	struct fundstelle_date date;
} dates[] = {
	{ "2022", true, { 2022, 0, 0 } },   { "2022-01", true, { 2022, 1, 0 } }, { "2022-01-18", true, { 2022, 1, 18 } }, { "2020-02-29", true, { 2020, 2, 29 } },
	{ "2022-02-29", false, { 0 } },	    { "2022-13", false, { 0 } },	 { "gestern", false, { 0 } },		  { "", false, { 0 } },
	{ "2021..2022", false, { 0 } },	    { "2022-1", false, { 0 } },
};

START_TEST(a_date_is_read_as_options_have_it)
{
	struct fundstelle_date d = { 1, 1, 1 };
	ck_assert_int_eq(fundstelle_read_date(dates[_i].text, &d), dates[_i].good ? FUNDSTELLE_OK : FUNDSTELLE_INVALID);
	ck_assert(dates[_i].good ? d.year == dates[_i].date.year && d.month == dates[_i].date.month && d.day == dates[_i].date.day : d.year == 1);
}
END_TEST

START_TEST(there_is_advice_for_damage_alone)
{
	for (int code = FUNDSTELLE_OK; code <= FUNDSTELLE_END; code++)
		ck_assert_int_eq(fundstelle_advice(code) != NULL, code == FUNDSTELLE_DAMAGED);
}
END_TEST

/* ---- states ---- */

static uint64_t count_of(fundstelle_index *index, const char *query)
{
	uint64_t n;
	ck_assert_int_eq(fundstelle_count(index, query, FUNDSTELLE_TERMINATED, NULL, &n, NULL), FUNDSTELLE_OK);
	return n;
}

START_TEST(an_index_holds_its_state_until_it_is_refreshed_or_let_go)
{
	int changed = -1;
	fundstelle_index *index = open_one(index_dir);
	ck_assert_int_eq(fundstelle_refresh(index, &changed, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(changed, 0);
	article("neu.txt", "Ein Zeppelin.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_uint_eq(count_of(index, "Zeppelin"), 0);
	ck_assert_int_eq(fundstelle_refresh(index, &changed, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(changed, 1);
	ck_assert_uint_eq(count_of(index, "Zeppelin"), 1);
	fundstelle_let_go(index);
	fundstelle_let_go(index);
	article("neuer.txt", "Noch ein Zeppelin.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	ck_assert_uint_eq(count_of(index, "Zeppelin"), 2);
	fundstelle_close(index);
}
END_TEST

START_TEST(an_index_that_is_opened_later_is_opened_by_the_first_question)
{
	struct fundstelle_open_options options = { .size = sizeof options, .later = 1 };
	struct fundstelle_error error = { .size = sizeof error };
	char dir[340];
	const char *name = dir;
	uint64_t n;
	fundstelle_index *index;
	snprintf(dir, sizeof dir, "%s/later", scratch.dir);
	ck_assert_int_eq(fundstelle_open(&name, 1, &options, &index, NULL), FUNDSTELLE_OK);
	ck_assert_int_eq(fundstelle_count(index, "Kreml", 5, NULL, &n, &error), FUNDSTELLE_NO_INDEX);
	program_expect(0, "fundstelle-index -q -i %s %s", dir, archive);
	ck_assert_uint_gt(count_of(index, "Kreml"), 0);
	fundstelle_close(index);
}
END_TEST

START_TEST(an_address_is_told_to_lie_in_an_index_or_not)
{
	char line[400];
	const void *in = NULL;
	fundstelle_index *index = open_one(index_dir);
	FILE *maps = fopen("/proc/self/maps", "r");
	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof line, maps)) {
		const void *start = (const void *)(uintptr_t)strtoull(line, NULL, 16);
		ck_assert(!fundstelle_maps(start) || strstr(line, data_file));
		in = fundstelle_maps(start) ? start : in;
	}
	fclose(maps);
	ck_assert_ptr_nonnull(in);
	ck_assert_int_eq(fundstelle_maps(line), 0);
	ck_assert_int_eq(fundstelle_maps(NULL), 0);
	fundstelle_let_go(index);
	ck_assert_int_eq(fundstelle_maps(in), 0);
	fundstelle_close(index);
}
END_TEST

START_TEST(an_index_that_went_away_is_an_error_and_found_again_when_it_is_back)
{
	char away[340];
	struct fundstelle_error error = { .size = sizeof error };
	uint64_t n;
	fundstelle_index *index = open_one(index_dir);
	snprintf(away, sizeof away, "%s-away", index_dir);
	ck_assert_int_eq(rename(index_dir, away), 0);
	ck_assert_int_eq(fundstelle_refresh(index, NULL, &error), FUNDSTELLE_NO_INDEX);
	ck_assert_int_eq(fundstelle_count(index, "Kreml", 5, NULL, &n, &error), FUNDSTELLE_NO_INDEX);
	ck_assert_uint_eq(fundstelle_status_count(index), 0);
	ck_assert_int_eq(rename(away, index_dir), 0);
	ck_assert_uint_gt(count_of(index, "Kreml"), 0);
	fundstelle_close(index);
}
END_TEST

Suite *suite_lib_index(void);
Suite *suite_lib_index(void)
{
	Suite *s = suite_create("indexes of the library");
	TCase *t = tcase_create("answers");
	tcase_add_unchecked_fixture(t, lib_set_up, site_tear_down);
	tcase_add_loop_test(t, an_article_is_what_the_program_shows, 0, N(keys));
	tcase_add_test(t, an_article_that_is_not_there_is_an_error);
	tcase_add_test(t, the_status_is_that_of_fundstelle_index);
	tcase_add_test(t, an_index_that_is_opened_for_its_status_has_nothing_else);
	tcase_add_test(t, an_index_warns_of_its_last_question_also_of_one_that_failed);
	tcase_add_loop_test(t, a_date_is_read_as_options_have_it, 0, N(dates));
	tcase_add_test(t, there_is_advice_for_damage_alone);
	tcase_add_test(t, an_index_that_is_opened_later_is_opened_by_the_first_question);
	tcase_add_test(t, an_address_is_told_to_lie_in_an_index_or_not);
	tcase_add_test(t, an_index_holds_its_state_until_it_is_refreshed_or_let_go);
	tcase_add_test(t, an_index_that_went_away_is_an_error_and_found_again_when_it_is_back);
	suite_add_tcase(s, t);
	return s;
}
