/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timelines, facets and concordances of the library are those that the program prints as TSV, to the last byte. */
#include <string.h>

#include "cli/present.h"
#include "tests/lib_fixture.h"

/* ---- timelines and facets ---- */

static const struct {
	enum place place;
	const char *query, *args; /* the program's */
	bool timeline;
	uint32_t by;
	struct fundstelle_search_options options;
} counted[] = {
	{ HERE, "Kreml", "--timeline=year", true, FUNDSTELLE_YEAR, PLAIN },
	{ HERE, "Kreml", "--timeline", true, FUNDSTELLE_MONTH, PLAIN },
	{ CORPUS, "*", "--timeline=month", true, FUNDSTELLE_MONTH, PLAIN },
	{ CORPUS, "Grenze", "--timeline=day --from=1914", true, FUNDSTELLE_DAY, CHOOSE(.from = "1914") },
	{ BOTH, "Kreml Grenze", "--timeline=year --all", true, FUNDSTELLE_YEAR, CHOOSE(.flags = FUNDSTELLE_ALL_WORDS) },
	{ XAPIAN, "Grenze", "--timeline=year", true, FUNDSTELLE_YEAR, PLAIN },
	{ HERE, "Nirgendwort", "--timeline=year", true, FUNDSTELLE_YEAR, PLAIN },
	{ HERE, "viel* Kreml", "--timeline=year", true, FUNDSTELLE_YEAR, PLAIN },
	{ HERE, "Kreml", "--facet=ressort", false, FUNDSTELLE_BY_SECTION, PLAIN },
	{ HERE, "Kreml", "--facet=quelle", false, FUNDSTELLE_BY_SOURCE, PLAIN },
	{ HERE, "Kreml", "--facet=autor", false, FUNDSTELLE_BY_AUTHOR, PLAIN },
	{ CORPUS, "*", "--facet=quelle", false, FUNDSTELLE_BY_SOURCE, PLAIN },
	{ BOTH, "*", "--facet=jahr --new", false, FUNDSTELLE_BY_YEAR, CHOOSE(.flags = FUNDSTELLE_ONLY_NEW) },
	{ MIXED, "Kreml Grenze", "--facet=ressort", false, FUNDSTELLE_BY_SECTION, PLAIN },
	{ HERE, "Nirgendwort", "--facet=jahr", false, FUNDSTELLE_BY_YEAR, PLAIN },
};

static struct outcome ask_program(enum place place, const char *args, const char *query, const char *format)
{
	const char *names[3];
	char room[200], *argv[40] = { "fundstelle-query", "-f", (char *)(uintptr_t)format };
	size_t argc = 3, n = names_of(place, names);
	for (size_t k = 0; k < n; k++) {
		argv[argc++] = "-i";
		argv[argc++] = (char *)(uintptr_t)names[k];
	}
	snprintf(room, sizeof room, "%s", args);
	for (char *save = NULL, *word = strtok_r(room, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	if (query)
		argv[argc++] = (char *)(uintptr_t)query;
	return program_run_argv(NULL, argv);
}

static fundstelle_index *open_place(enum place place)
{
	const char *names[3];
	struct fundstelle_error error = { .size = sizeof error };
	fundstelle_index *index;
	size_t n = names_of(place, names);
	ck_assert_msg(fundstelle_open(names, n, NULL, &index, &error) == FUNDSTELLE_OK, "%s", error.message);
	return index;
}

static void add_row(struct buf *b, const struct fundstelle_counts_row *row, bool timeline)
{
	buf_add_slice(b, slice_text(row->value));
	buf_add_format(b, "\t%llu", (unsigned long long)row->hits);
	if (timeline)
		buf_add_format(b, "\t%llu\t%llu\t%s\t%s", (unsigned long long)row->articles, (unsigned long long)row->words, row->value.data, row->value.data);
	ck_assert_int_eq(buf_add_str(b, "\n"), FUND_OK);
}

/* Nothing of JSON has no articles: members that a facet lacks are 0. */
static void summary_is(const struct outcome *json, const struct fundstelle_counts_summary *s, bool timeline)
{
	member_is(json, "\"total\": %llu", s->total);
	if (timeline)
		member_is(json, "\"undated\": %llu", s->undated);
}

START_TEST(counts_are_those_of_the_program)
{
	bool timeline = counted[_i].timeline;
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_counts_summary summary = { .size = sizeof summary };
	struct fundstelle_counts_row row = { .size = sizeof row };
	struct fundstelle_warning warning = { .size = sizeof warning };
	fundstelle_counts *counts;
	struct buf b = BUF_INIT;
	if (!has_xapian && counted[_i].place >= XAPIAN)
		return;
	fundstelle_index *index = open_place(counted[_i].place);
	int code = (timeline ? fundstelle_timeline : fundstelle_facet)(index, counted[_i].query, FUNDSTELLE_TERMINATED, &counted[_i].options, counted[_i].by, &counts, &error);
	fundstelle_close(index); /* they do not need it */
	ck_assert_msg(code == FUNDSTELLE_OK, "%d %s", code, error.message);
	fundstelle_counts_summary(counts, &summary);
	for (uint32_t i = 0; i < summary.n_rows; i++) {
		ck_assert_int_eq(fundstelle_counts_row(counts, i, &row), FUNDSTELLE_OK);
		add_row(&b, &row, timeline);
	}
	ck_assert_int_eq(fundstelle_counts_row(counts, summary.n_rows, &row), FUNDSTELLE_INVALID);
	struct outcome o = ask_program(counted[_i].place, counted[_i].args, counted[_i].query, "tsv"), json = ask_program(counted[_i].place, counted[_i].args, counted[_i].query, "json");
	ck_assert_msg(slice_equal(slice_buf(&b), slice_of(o.out, o.out_len)), "%s %s:\n%.*snot\n%s%s", counted[_i].query, counted[_i].args, (int)b.len, (const char *)b.data, o.out, o.err);
	summary_is(&json, &summary, timeline);
	ck_assert_uint_eq(summary.n_warnings, o.err[0] != '\0');
	ck_assert_int_eq(fundstelle_counts_warning(counts, 0, &warning), summary.n_warnings ? FUNDSTELLE_OK : FUNDSTELLE_INVALID);
	ck_assert(!summary.n_warnings || strstr(o.err, warning.message.data));
	outcome_free(&o);
	outcome_free(&json);
	buf_release(&b);
	fundstelle_counts_free(counts);
}
END_TEST

/* ---- timelines that are compared ---- */

/* Each argument is a query. */
static struct outcome ask_for_timelines(const char *const *queries, const char *format)
{
	char *argv[20] = { "fundstelle-query", "-i", index_dir, "-f", (char *)(uintptr_t)format };
	size_t argc = 5;
	for (size_t i = 0; queries[i]; i++) {
		argv[argc++] = "--timeline=year";
		argv[argc++] = (char *)(uintptr_t)queries[i];
	}
	return program_run_argv(NULL, argv);
}

static const char *const compared[][4] = {
	{ "Kreml", "Aufmarsch", NULL },
	{ "Kreml", "viel*", "\"Aufmarsch", NULL },
	{ "Nirgendwort", "Kreml", NULL },
};

START_TEST(timelines_that_are_compared_are_those_of_the_program)
{
	struct fundstelle_counts_summary summary = { .size = sizeof summary };
	struct fundstelle_counts_row row = { .size = sizeof row };
	struct fundstelle_warning w = { .size = sizeof w };
	struct fundstelle_text texts[4];
	size_t n = 0;
	struct buf b = BUF_INIT;
	fundstelle_counts *counts;
	fundstelle_index *index = open_one(index_dir);
	for (; compared[_i][n]; n++)
		texts[n] = (struct fundstelle_text){ compared[_i][n], n == 0 ? FUNDSTELLE_TERMINATED : strlen(compared[_i][n]) };
	ck_assert_int_eq(fundstelle_timelines(index, texts, n, NULL, FUNDSTELLE_YEAR, &counts, NULL), FUNDSTELLE_OK);
	fundstelle_counts_summary(counts, &summary);
	for (uint32_t i = 0; fundstelle_counts_row(counts, i, &row) == FUNDSTELLE_OK; i++) {
		ck_assert_uint_eq(row.query, i % n);
		buf_add_format(&b, "%s\t%s\t%llu\t%llu\t%llu\t%s\t%s\n", row.value.data, compared[_i][row.query], (unsigned long long)row.hits, (unsigned long long)row.articles,
			       (unsigned long long)row.words, row.value.data, row.value.data);
	}
	struct outcome o = ask_for_timelines(compared[_i], "tsv"), json = ask_for_timelines(compared[_i], "json");
	ck_assert_msg(strcmp(buf_str(&b), o.out) == 0, "%snot\n%s%s", b.data, o.out, o.err);
	member_is(&json, "\"total\": %llu", summary.total);
	member_is(&json, "\"undated\": %llu", summary.undated);
	for (uint32_t i = 0; i < summary.n_warnings; i++) {
		ck_assert_int_eq(fundstelle_counts_warning(counts, i, &w), FUNDSTELLE_OK);
		ck_assert_msg(strstr(o.err, w.message.data), "no %s in\n%s", w.message.data, o.err);
		ck_assert_uint_eq(w.query, i + 1); /* of the table */
	}
	outcome_free(&o);
	outcome_free(&json);
	buf_release(&b);
	fundstelle_counts_free(counts);
	fundstelle_close(index);
}
END_TEST

/* ---- words ---- */

#define COLLOCATES(...) { .size = sizeof(struct fundstelle_collocates_options), __VA_ARGS__ }

static const struct {
	enum place place;
	const char *query, *args; /* no query: the pattern is the argument */
	struct fundstelle_search_options options;
	struct fundstelle_collocates_options collocates;
} words[] = {
	{ CORPUS, "Grenze", "--collocates", PLAIN, COLLOCATES(.n = 0) },
	{ CORPUS, "Grenze", "--collocates=3 --window=2", PLAIN, COLLOCATES(.n = 3, .window = 2) },
	{ BOTH, "Kreml Grenze", "--collocates=1000 --min-count=2 --from=1914", CHOOSE(.from = "1914"), COLLOCATES(.n = 1000, .least = 2) },
	{ XAPIAN, "Grenze", "--collocates", PLAIN, COLLOCATES(.n = 0) },
	{ HERE, "Nirgendwort", "--collocates", PLAIN, COLLOCATES(.n = 0) },
	{ HERE, NULL, "--terms=viela*", PLAIN, COLLOCATES(.n = 0) },
	{ BOTH, NULL, "--terms=*en", PLAIN, COLLOCATES(.n = 0) },
	{ MIXED, NULL, "--terms=Gre*", PLAIN, COLLOCATES(.n = 0) },
	{ HERE, NULL, "--terms=Nirgend*", PLAIN, COLLOCATES(.n = 0) },
};

static void add_word(struct buf *b, const struct fundstelle_counts_row *row, bool collocate)
{
	buf_add_slice(b, slice_text(row->value));
	if (collocate)
		buf_add_format(b, "\t%.4f\t%llu\t%llu\n", row->strength, (unsigned long long)row->nearby, (unsigned long long)row->occurrences);
	else
		buf_add_format(b, "\t%llu\t%llu\n", (unsigned long long)row->articles, (unsigned long long)row->occurrences);
}

START_TEST(words_are_those_of_the_program)
{
	const char *query = words[_i].query, *pattern = query ? NULL : strchr(words[_i].args, '=') + 1;
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_counts_summary summary = { .size = sizeof summary };
	struct fundstelle_counts_row row = { .size = sizeof row };
	fundstelle_counts *counts;
	struct buf b = BUF_INIT;
	if (!has_xapian && words[_i].place >= XAPIAN)
		return;
	fundstelle_index *index = open_place(words[_i].place);
	int code = query ? fundstelle_collocates(index, query, FUNDSTELLE_TERMINATED, &words[_i].options, &words[_i].collocates, &counts, &error) :
			   fundstelle_terms(index, pattern, FUNDSTELLE_TERMINATED, &counts, &error);
	fundstelle_close(index); /* they do not need it */
	ck_assert_msg(code == FUNDSTELLE_OK, "%d %s", code, error.message);
	fundstelle_counts_summary(counts, &summary);
	for (uint32_t i = 0; fundstelle_counts_row(counts, i, &row) == FUNDSTELLE_OK; i++)
		add_word(&b, &row, query != NULL);
	struct outcome o = ask_program(words[_i].place, words[_i].args, query, "tsv"), json = ask_program(words[_i].place, words[_i].args, query, "json");
	ck_assert_msg(strcmp(b.len ? buf_str(&b) : "", o.out) == 0, "%snot\n%s%s", b.len ? (const char *)b.data : "", o.out, o.err);
	member_is(&json, query ? "\"occurrences\": %llu" : "\"total\": %llu", query ? summary.occurrences : summary.total);
	member_is(&json, "\"id\": \"%016llx\"", summary.index_id);
	member_is(&json, "\"generation\": %llu", summary.generation);
	ck_assert_msg(strstr(json.out, summary.analysis.data), "no %s in\n%s", summary.analysis.data, json.out);
	outcome_free(&o);
	outcome_free(&json);
	buf_release(&b);
	fundstelle_counts_free(counts);
}
END_TEST

/* ---- concordances ---- */

#define KWIC(...) { .size = sizeof(struct fundstelle_kwic_options), __VA_ARGS__ }
#define ALL_LINES CHOOSE(.limit = FUNDSTELLE_NO_LIMIT)

static const struct {
	enum place place;
	const char *query, *args;
	struct fundstelle_search_options options;
	struct fundstelle_kwic_options kwic;
} concordances[] = {
	{ HERE, "Kreml", "--kwic", ALL_LINES, KWIC(.width = 0) },
	{ HERE, "Kreml", "--kwic -n 2", CHOOSE(.limit = 2), KWIC(.width = 0) },
	{ HERE, "Kreml", "--kwic -n 10", PLAIN, KWIC(.width = 0) },
	{ HERE, "Kreml", "--kwic=12 -n 2 --offset=3", CHOOSE(.limit = 2, .offset = 3), KWIC(.width = 12) },
	{ HERE, "Kreml", "--kwic --offset=1000", CHOOSE(.offset = 1000), KWIC(.width = 0) },
	{ HERE, "Kreml", "--kwic --sort=left", ALL_LINES, KWIC(.order = FUNDSTELLE_BY_LEFT) },
	{ HERE, "Kreml", "--kwic --sort=right -n 3 --offset=1", CHOOSE(.limit = 3, .offset = 1), KWIC(.order = FUNDSTELLE_BY_RIGHT) },
	{ HERE, "viel*", "--kwic --sort=right", ALL_LINES, KWIC(.order = FUNDSTELLE_BY_RIGHT) },
	{ CORPUS, "der OR \"an der Grenze\"", "--kwic=60 --sort=left", ALL_LINES, KWIC(.order = FUNDSTELLE_BY_LEFT, .width = 60) },
	{ CORPUS, "der", "--kwic", ALL_LINES, KWIC(.width = 0) },
	{ BOTH, "Kreml Grenze", "--kwic", ALL_LINES, KWIC(.width = 0) },
	{ MIXED, "Kreml Grenze", "--kwic --sort=right", ALL_LINES, KWIC(.order = FUNDSTELLE_BY_RIGHT) },
	{ HERE, "Nirgendwort", "--kwic", ALL_LINES, KWIC(.width = 0) },
};

static void say_text(struct printer *p, const char *name, struct fundstelle_text t)
{
	print_format(p, ", \"%s\": ", name);
	print_json(p, slice_text(t));
}

static void say_line(struct printer *p, const struct fundstelle_line *l)
{
	print_str(p, "{\"key\": ");
	print_json_key(p, slice_text(l->key));
	print_str(p, ", \"date\": ");
	present_json_date(p, l->date);
	say_text(p, "left", l->left);
	say_text(p, "match", l->match);
	say_text(p, "right", l->right);
	print_str(p, "}\n");
}

/* Allocated, NUL behind it. */
static char *all_lines(const fundstelle_concordance *c)
{
	struct fundstelle_concordance_summary summary = { .size = sizeof summary };
	struct fundstelle_line line = { .size = sizeof line };
	char path[400];
	size_t n;
	struct printer p;
	snprintf(path, sizeof path, "%s/lines", scratch.dir);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	print_init(&p, fileno(f));
	fundstelle_concordance_summary(c, &summary);
	for (uint32_t i = 0; i < summary.n_lines; i++) {
		ck_assert_int_eq(fundstelle_concordance_line(c, i, &line), FUNDSTELLE_OK);
		say_line(&p, &line);
	}
	ck_assert_int_eq(fundstelle_concordance_line(c, summary.n_lines, &line), FUNDSTELLE_INVALID);
	ck_assert_int_eq(print_flush(&p), FUND_OK);
	print_release(&p);
	fclose(f);
	return file_read(path, &n);
}

START_TEST(lines_are_those_of_the_program)
{
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_concordance_summary summary = { .size = sizeof summary };
	struct fundstelle_warning warning = { .size = sizeof warning };
	fundstelle_concordance *c;
	if (!has_xapian && concordances[_i].place >= XAPIAN)
		return;
	fundstelle_index *index = open_place(concordances[_i].place);
	int code = fundstelle_kwic(index, concordances[_i].query, FUNDSTELLE_TERMINATED, &concordances[_i].options, &concordances[_i].kwic, &c, &error);
	fundstelle_close(index);
	ck_assert_msg(code == FUNDSTELLE_OK, "%d %s", code, error.message);
	char *lines = all_lines(c);
	struct outcome o = ask_program(concordances[_i].place, concordances[_i].args, concordances[_i].query, "jsonl");
	ck_assert_msg(strcmp(lines, o.out) == 0, "%s %s:\n%snot\n%s%s", concordances[_i].query, concordances[_i].args, lines, o.out, o.err);
	fundstelle_concordance_summary(c, &summary);
	ck_assert_uint_eq(summary.n_warnings, o.err[0] != '\0');
	ck_assert_int_eq(fundstelle_concordance_warning(c, 0, &warning), summary.n_warnings ? FUNDSTELLE_OK : FUNDSTELLE_INVALID);
	outcome_free(&o);
	free(lines);
	fundstelle_concordance_free(c);
}
END_TEST

/* ---- errors, life ---- */

START_TEST(what_cannot_be_counted_is_an_error_with_its_place)
{
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_kwic_options wide = KWIC(.width = 10001), odd = KWIC(.order = 3), none = { .size = 0 };
	struct fundstelle_search_options bad = CHOOSE(.from = "gestern");
	fundstelle_counts *counts = (fundstelle_counts *)&error;
	fundstelle_concordance *lines = (fundstelle_concordance *)&error;
	fundstelle_index *index = open_one(index_dir);
	ck_assert_int_eq(fundstelle_timeline(index, "Kreml NEAR/", FUNDSTELLE_TERMINATED, NULL, FUNDSTELLE_YEAR, &counts, &error), FUNDSTELLE_SYNTAX);
	ck_assert(error.offset == 11 && !counts);
	ck_assert_int_eq(fundstelle_facet(index, "Kreml NEAR/", FUNDSTELLE_TERMINATED, NULL, FUNDSTELLE_BY_YEAR, &counts, &error), FUNDSTELLE_SYNTAX);
	ck_assert_int_eq(fundstelle_kwic(index, "Kreml NEAR/", FUNDSTELLE_TERMINATED, NULL, NULL, &lines, &error), FUNDSTELLE_SYNTAX);
	ck_assert(error.offset == 11 && !lines);
	ck_assert_int_eq(fundstelle_timeline(index, "Kreml", 5, NULL, 3, &counts, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "a unit of time that this version does not know");
	ck_assert_int_eq(fundstelle_facet(index, "Kreml", 5, NULL, 4, &counts, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "a facet that this version does not know");
	ck_assert_int_eq(fundstelle_timeline(index, "Kreml", 5, &bad, FUNDSTELLE_DAY, &counts, NULL), FUNDSTELLE_INVALID);
	ck_assert_int_eq(fundstelle_kwic(index, "Kreml", 5, &bad, NULL, &lines, NULL), FUNDSTELLE_INVALID);
	ck_assert_int_eq(fundstelle_kwic(index, "Kreml", 5, NULL, &wide, &lines, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "fundstelle_kwic_options: a width that is too large, or an order that this version does not know");
	ck_assert_int_eq(fundstelle_kwic(index, "Kreml", 5, NULL, &odd, &lines, NULL), FUNDSTELLE_INVALID);
	ck_assert_int_eq(fundstelle_kwic(index, "Kreml", 5, NULL, &none, &lines, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "fundstelle_kwic_options: not of a size, or with members, that this version knows");
	struct fundstelle_text queries[] = { { "Kreml", 5 }, { "Aufmarsch NEAR/", 15 } };
	struct fundstelle_collocates_options far = COLLOCATES(.window = 1001);
	ck_assert_int_eq(fundstelle_timelines(index, queries, 2, NULL, FUNDSTELLE_YEAR, &counts, &error), FUNDSTELLE_SYNTAX);
	ck_assert(error.offset == 15 && error.query == 1 && !counts);
	ck_assert_int_eq(fundstelle_timelines(index, queries, 0, NULL, FUNDSTELLE_YEAR, &counts, &error), FUNDSTELLE_INVALID);
	ck_assert_int_eq(fundstelle_timelines(index, queries, 9, NULL, FUNDSTELLE_YEAR, &counts, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "no timeline, or more than 8");
	ck_assert_int_eq(fundstelle_collocates(index, "Kreml NEAR/", FUNDSTELLE_TERMINATED, NULL, NULL, &counts, &error), FUNDSTELLE_SYNTAX);
	ck_assert_int_eq(fundstelle_collocates(index, "Kreml", 5, NULL, &far, &counts, &error), FUNDSTELLE_INVALID);
	ck_assert_str_eq(error.message, "fundstelle_collocates_options: not of a size, or with members, that this version knows, or a window that is too large");
	ck_assert_int_eq(fundstelle_collocates(index, "Kreml", 5, &bad, NULL, &counts, NULL), FUNDSTELLE_INVALID);
	fundstelle_counts_free(NULL);
	fundstelle_concordance_free(NULL);
	fundstelle_close(index);
}
END_TEST

/* What is counted goes together with what was searched. */
START_TEST(counts_and_lines_are_of_the_state_that_is_held)
{
	struct fundstelle_counts_summary summary = { .size = sizeof summary };
	struct fundstelle_concordance_summary lines = { .size = sizeof lines };
	fundstelle_counts *counts;
	fundstelle_concordance *c;
	fundstelle_index *index = open_one(index_dir);
	article("neu.txt", "Ein Zeppelin.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	for (uint32_t round = 0; round < 2; round++) {
		ck_assert_int_eq(fundstelle_facet(index, "Zeppelin", 8, NULL, FUNDSTELLE_BY_YEAR, &counts, NULL), FUNDSTELLE_OK);
		ck_assert_int_eq(fundstelle_kwic(index, "Zeppelin", 8, NULL, NULL, &c, NULL), FUNDSTELLE_OK);
		fundstelle_counts_summary(counts, &summary);
		fundstelle_concordance_summary(c, &lines);
		ck_assert_uint_eq(summary.total, round);
		ck_assert_uint_eq(lines.n_lines, round);
		fundstelle_counts_free(counts);
		fundstelle_concordance_free(c);
		ck_assert_int_eq(fundstelle_refresh(index, NULL, NULL), FUNDSTELLE_OK);
	}
	fundstelle_close(index);
}
END_TEST

Suite *suite_lib_counts(void);
Suite *suite_lib_counts(void)
{
	Suite *s = suite_create("counts of the library");
	TCase *t = tcase_create("counts");
	tcase_add_unchecked_fixture(t, lib_set_up, site_tear_down);
	tcase_add_loop_test(t, counts_are_those_of_the_program, 0, N(counted));
	tcase_add_loop_test(t, timelines_that_are_compared_are_those_of_the_program, 0, N(compared));
	tcase_add_loop_test(t, words_are_those_of_the_program, 0, N(words));
	tcase_add_loop_test(t, lines_are_those_of_the_program, 0, N(concordances));
	tcase_add_test(t, what_cannot_be_counted_is_an_error_with_its_place);
	tcase_add_test(t, counts_and_lines_are_of_the_state_that_is_held);
	suite_add_tcase(s, t);
	return s;
}
