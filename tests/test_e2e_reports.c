/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fundstelle-query counts over hits, against the slow way over the same articles in memory: timelines, facets, concordances, collocates. */
#include <math.h>
#include <string.h>

#include "base/width.h"
#include "store/segment.h"
#include "tests/archive_fixture.h"
#include "tests/program.h"

#define N_WORDS 60u

static struct archive_model model;

static void set_up(void) { archive_model_make(&model, 7, 2, 160, N_WORDS); }
static void tear_down(void) { archive_model_remove(&model); }

static struct outcome ask(const char *args) { return program_run(NULL, "fundstelle-query -i %s %s", model.index, args); }

static char *asked(const char *args)
{
	struct outcome o = ask(args);
	ck_assert_msg(o.status == 0 || o.status == 1, "%s: %d %s", args, o.status, o.err);
	ck_assert_msg((o.status == 0) == (o.out_len > 0), "%s: %d and %zu bytes", args, o.status, o.out_len);
	free(o.err);
	return o.out;
}

static bool has_word(const struct model_article *a, uint32_t w)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->word[i] == w)
			return true;
	return false;
}

/* ---- timelines ---- */

static const struct {
	const char *name;
	unsigned parts; /* of a date that is printed */
} units[] = { { "year", 1 }, { "month", 2 }, { "day", 3 } };

/* The period of an article; "": its date is not that precise. */
static void period_of(const struct model_article *a, unsigned parts, char out[16])
{
	out[0] = 0;
	if (a->date == 0 || (parts == 3 && DATE_DAY(a->date) == 0))
		return;
	if (parts == 1)
		snprintf(out, 16, "%u", DATE_YEAR(a->date));
	else if (parts == 2)
		snprintf(out, 16, "%u-%02u", DATE_YEAR(a->date), DATE_MONTH(a->date));
	else
		snprintf(out, 16, "%u-%02u-%02u", DATE_YEAR(a->date), DATE_MONTH(a->date), DATE_DAY(a->date));
}

static void count_slowly(uint32_t w, unsigned parts, const char *period, unsigned *hits, unsigned *articles, unsigned *words)
{
	*hits = *articles = *words = 0;
	for (uint32_t i = 0; i < model.n; i++) {
		const struct model_article *a = &model.articles[i];
		char of[16];
		period_of(a, parts, of);
		if (a->dead || strcmp(of, period) != 0)
			continue;
		*articles += 1;
		*words += a->n;
		*hits += has_word(a, w);
	}
}

START_TEST(a_timeline_counts_as_the_slow_way_does)
{
	unsigned parts = units[_i].parts;
	for (uint32_t w = 0; w < N_WORDS; w += 7) {
		char room[16], args[100], last[16] = "";
		unsigned sum = 0, undated = 0;
		bool ended = true; /* with a hit */
		snprintf(args, sizeof args, "-f tsv --relative --timeline=%s %s", units[_i].name, model_word(w, room));
		char *out = asked(args);
		for (char *save = NULL, *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			char *field[7], *at = line;
			unsigned h, a, n;
			for (int k = 0; k < 7; k++)
				field[k] = strsep(&at, "\t");
			ck_assert(field[6] && !at);
			const char *period = field[0];
			unsigned hits = (unsigned)atoi(field[1]), articles = (unsigned)atoi(field[2]), words = (unsigned)atoi(field[3]);
			double relative = atof(field[4]);
			count_slowly(w, parts, period, &h, &a, &n);
			ck_assert_msg(hits == h && articles == a && words == n, "%s: %s, not %u %u %u", room, period, h, a, n);
			ck_assert_str_eq(field[5], period);
			ck_assert_str_eq(field[6], period);
			ck_assert((n == 0) == (*field[4] == 0));
			ck_assert(n == 0 || fabs(relative - h * 1e6 / n) < 1e-3);
			ck_assert_msg(strcmp(last, period) < 0, "%s behind %s", period, last);
			ck_assert(hits > 0 || *last); /* begins with a hit */
			strcpy(last, period);
			sum += hits;
			ended = hits > 0;
		}
		ck_assert(ended);
		count_slowly(w, parts, "", &undated, &(unsigned){ 0 }, &(unsigned){ 0 });
		unsigned live = 0;
		for (uint32_t i = 0; i < model.n; i++)
			live += !model.articles[i].dead && has_word(&model.articles[i], w);
		ck_assert_uint_eq(sum + undated, live);
		free(out);
	}
}
END_TEST

START_TEST(each_period_says_how_to_list_its_hits)
{
	char *out = asked("--timeline=day kakakak kakalok");
	unsigned n = 0;
	for (char *save = NULL, *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char args[100], wanted[16];
		unsigned hits;
		const char *options = strstr(line, "--from=");
		if (sscanf(line, "%*s %u", &hits) != 1)
			continue; /* the heading */
		ck_assert_ptr_nonnull(options);
		snprintf(args, sizeof args, "--count %s kakakak kakalok", options);
		struct outcome o = ask(args);
		snprintf(wanted, sizeof wanted, "%u\n", hits);
		ck_assert_str_eq(o.out, wanted);
		outcome_free(&o);
		n++;
	}
	ck_assert_uint_gt(n, 5);
	free(out);
}
END_TEST

START_TEST(timelines_of_several_queries_stand_beside_each_other)
{
	char *both = asked("-f tsv --timeline=month kakakak --timeline kakalok"), *one = asked("-f tsv --timeline=month kakalok");
	unsigned n = 0;
	for (char *save = NULL, *line = strtok_r(one, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char period[16], wanted[100];
		unsigned hits;
		ck_assert_int_eq(sscanf(line, "%15[^\t]\t%u", period, &hits), 2);
		snprintf(wanted, sizeof wanted, "%s\tkakalok\t%u\t", period, hits);
		ck_assert_msg(strstr(both, wanted) != NULL, "no %s in\n%s", wanted, both);
		n++;
	}
	ck_assert_uint_eq(n, 3);
	free(both);
	free(one);
	struct outcome o = ask("--timeline kakakak --timeline");
	ck_assert_int_eq(o.status, 2);
	outcome_free(&o);
}
END_TEST

START_TEST(a_timeline_is_drawn)
{
	char *svg = asked("-f svg --timeline=day --relative kakakak"), *two = asked("-f svg --timeline kakakak --timeline kakalok");
	ck_assert(strncmp(svg, "<?xml", 5) == 0 && strcmp(svg + strlen(svg) - 7, "</svg>\n") == 0);
	ck_assert(strstr(svg, "<title>kakakak</title>") && strstr(svg, ">2020-01-0") && strstr(svg, "<rect x="));
	ck_assert(strstr(two, "<polyline") && strstr(two, ">kakalok<"));
	free(svg);
	free(two);
	struct outcome o = program_run_argv(NULL, (char *[]){ "fundstelle-query", "-i", model.index, "-f", "svg", "--timeline", "kakakak <&\">", NULL });
	ck_assert(strstr(o.out, "<title>kakakak &lt;&amp;&quot;&gt;</title>") != NULL);
	outcome_free(&o);
}
END_TEST

/* ---- facets ---- */

START_TEST(years_are_counted)
{
	char *out = asked("-f tsv --facet=jahr kakakak"), wanted[64];
	unsigned dated = 0, undated = 0;
	for (uint32_t i = 0; i < model.n; i++)
		if (!model.articles[i].dead && has_word(&model.articles[i], 0))
			*(model.articles[i].date ? &dated : &undated) += 1;
	snprintf(wanted, sizeof wanted, "2020\t%u\n\t%u\n", dated, undated);
	ck_assert_str_eq(out, wanted);
	free(out);
}
END_TEST

/* ---- concordances ---- */

struct lines {
	char *text, *at[4000];
	unsigned n;
};

static struct lines lines_of(const char *args)
{
	struct lines l = { .text = asked(args) };
	for (char *save = NULL, *line = strtok_r(l.text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		l.at[l.n++] = line;
	return l;
}

/* One field of the article, its words joined; [from, to). */
static void join(const struct model_article *a, uint32_t from, uint32_t to, char *out)
{
	char room[16];
	*out = 0;
	for (uint32_t i = from; i < to; i++)
		out += sprintf(out, "%s%s", i > from ? " " : "", model_word(a->word[i], room));
	if (to == a->n && to > from)
		strcpy(out, " .");
}

static const struct model_article *article_of(const char *key)
{
	for (uint32_t i = 0; i < model.n; i++)
		if (strcmp(model.articles[i].key, key) == 0)
			return &model.articles[i];
	ck_abort_msg("no article %s", key);
}

START_TEST(every_occurrence_has_its_line_with_its_contexts)
{
	uint32_t w = (uint32_t)_i * 5;
	char room[16], args[100], last[32] = "", left[8000], right[8000];
	unsigned live = 0, nth = 0;
	snprintf(args, sizeof args, "-f tsv --kwic=30 %s", model_word(w, room));
	struct lines l = lines_of(args);
	for (unsigned i = 0; i < l.n; i++) {
		char *field[5], *at = l.at[i];
		for (int k = 0; k < 5; k++)
			field[k] = strsep(&at, "\t");
		ck_assert_ptr_nonnull(field[4]);
		const struct model_article *a = article_of(field[0]);
		nth = strcmp(last, field[0]) == 0 ? nth + 1 : 0;
		snprintf(last, sizeof last, "%s", field[0]);
		uint32_t pos = 0, seen = 0;
		for (; pos < a->n && (a->word[pos] != w || seen++ < nth); pos++)
			;
		ck_assert_msg(!a->dead && pos < a->n, "%s has no occurrence %u", field[0], nth);
		bool in_title = pos < a->n_title;
		join(a, in_title ? 0 : a->n_title, pos, left);
		join(a, pos + 1, in_title ? a->n_title : a->n, right);
		ck_assert_str_eq(field[3], model_word(w, room));
		size_t n = strlen(left), m = strlen(field[2]);
		ck_assert_msg(m <= 30 && m <= n && strcmp(left + n - m, field[2]) == 0, "'%s' is no end of '%s'", field[2], left);
		ck_assert_msg(m == n || (left[n - m - 1] == ' ' && (m + 8 > 30)), "'%s' could be longer", field[2]);
		n = strlen(right), m = strlen(field[4]);
		ck_assert_msg(m <= 30 && (strncmp(right, field[4], m) == 0 || strcmp(field[4], ".") == 0), "'%s' is no beginning of '%s'", field[4], right);
	}
	for (uint32_t i = 0; i < model.n; i++)
		for (uint32_t k = 0; !model.articles[i].dead && k < model.articles[i].n; k++)
			live += model.articles[i].word[k] == w;
	ck_assert_uint_eq(l.n, live);
	free(l.text);
}
END_TEST

static int by_right(const void *a, const void *b)
{
	const char *x = strrchr(*(char *const *)a, '\t'), *y = strrchr(*(char *const *)b, '\t');
	int c = strcmp(x, y);
	return c ? c : 0;
}

START_TEST(lines_are_sorted_by_what_stands_right)
{
	struct lines plain = lines_of("-f tsv --kwic kakalok"), sorted = lines_of("-f tsv --kwic --sort=right kakalok");
	ck_assert_uint_eq(plain.n, sorted.n);
	ck_assert_uint_gt(plain.n, 50);
	for (unsigned i = 1; i < sorted.n; i++)
		ck_assert_msg(by_right(&sorted.at[i - 1], &sorted.at[i]) <= 0, "%s\n%s", sorted.at[i - 1], sorted.at[i]);
	free(plain.text);
	free(sorted.text);
}
END_TEST

START_TEST(lines_are_sorted_by_what_stands_left_from_the_keyword_on)
{
	struct lines sorted = lines_of("-f tsv --kwic --sort=left kakalok");
	char last[16] = "";
	for (unsigned i = 0; i < sorted.n; i++) {
		char *field = sorted.at[i];
		strsep(&field, "\t");
		strsep(&field, "\t");
		char *left = strsep(&field, "\t"), *word = strrchr(left, ' ');
		word = word ? word + 1 : left;
		ck_assert_msg(strcmp(last, word) <= 0, "%s behind %s", word, last);
		snprintf(last, sizeof last, "%s", word);
	}
	free(sorted.text);
}
END_TEST

/* Where articles are hits without a line, more of them are to be ranked than lines are wanted. */
static const char *const paged[] = { "kakalok", "--sort=newest katukak OR NOT katukak", "--sort=left kakalok" };

START_TEST(pages_of_lines_put_together_are_the_whole)
{
	char args[3][120];
	snprintf(args[0], sizeof args[0], "-f tsv --kwic %s", paged[_i]);
	snprintf(args[1], sizeof args[1], "-f tsv --kwic -n 7 %s", paged[_i]);
	snprintf(args[2], sizeof args[2], "-f tsv --kwic --offset=7 %s", paged[_i]);
	struct lines all = lines_of(args[0]), first = lines_of(args[1]), rest = lines_of(args[2]);
	ck_assert_uint_eq(first.n, 7);
	ck_assert_uint_gt(rest.n, 20);
	ck_assert_uint_eq(first.n + rest.n, all.n);
	for (unsigned i = 0; i < all.n; i++)
		ck_assert_str_eq(all.at[i], i < 7 ? first.at[i] : rest.at[i - 7]);
	free(all.text);
	free(first.text);
	free(rest.text);
}
END_TEST

/* ---- collocates ---- */

/* Near a word of the query, and none itself; f(y) over the live and the dead, as the dictionary has it. */
static void collocate_slowly(uint32_t x, uint32_t y, uint32_t window, unsigned *near, unsigned *occurrences)
{
	*near = *occurrences = 0;
	for (uint32_t i = 0; i < model.n; i++) {
		const struct model_article *a = &model.articles[i];
		for (uint32_t k = 0; k < a->n && !a->dead && has_word(a, x); k++) {
			bool found = false;
			*occurrences += a->word[k] == x;
			if (a->word[k] != y || y == x)
				continue;
			for (uint32_t d = 0; d < a->n; d++) {
				bool same_field = (d < a->n_title) == (k < a->n_title);
				found |= a->word[d] == x && same_field && (d > k ? d - k : k - d) <= window;
			}
			*near += found;
		}
	}
}

START_TEST(collocates_are_those_of_the_slow_way)
{
	char room[16];
	uint32_t window = (uint32_t)_i;
	char args[100];
	uint32_t x = 3;
	unsigned n = 0, wanted = 0;
	double last = 15;
	snprintf(args, sizeof args, "-f tsv --collocates=1000 --window=%u %s", window, model_word(x, room));
	char *out = asked(args);
	for (char *save = NULL, *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save), n++) {
		char word[16];
		double strength;
		unsigned near, all, expected, occurrences;
		uint32_t y = 0;
		ck_assert_int_eq(sscanf(line, "%15[^\t]\t%lf\t%u\t%u", word, &strength, &near, &all), 4);
		while (y < N_WORDS && strcmp(model_word(y, room), word) != 0)
			y++;
		ck_assert_msg(y < N_WORDS, "'%s' is no word of the archive", word);
		collocate_slowly(x, y, window, &expected, &occurrences);
		ck_assert_msg(near == expected, "%s: %u, not %u", word, near, expected);
		ck_assert_msg(fabs(strength - (14 + log2(2.0 * near / (occurrences + all)))) < 1e-3, "%s", line);
		ck_assert(strength <= last + 1e-9);
		last = strength;
	}
	for (uint32_t y = 0; y < N_WORDS; y++) {
		unsigned near, occurrences;
		collocate_slowly(x, y, window, &near, &occurrences);
		wanted += near > 0;
	}
	ck_assert_uint_eq(n, wanted);
	free(out);
}
END_TEST

/* ---- explain ---- */

START_TEST(the_explanation_sums_exactly_to_the_score)
{
	char *out = asked("-f jsonl -n 0 --explain kakakak kakalok kakamuk \"kakapak kakakak\"");
	unsigned n = 0;
	for (char *save = NULL, *line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save), n++) {
		long sum = 0, score = lround(strtod(strstr(line, "\"score\": ") + 9, NULL) * 10000);
		char *items = strstr(line, "\"explain\": [");
		ck_assert_ptr_nonnull(items);
		for (char *at = items; (at = strstr(at, "\"score\": ")) != NULL; at++)
			sum += lround(strtod(at + 9, NULL) * 10000);
		ck_assert_msg(sum == score, "%ld, not %ld: %s", sum, score, line);
	}
	ck_assert_uint_gt(n, 20);
	free(out);
}
END_TEST

Suite *suite_e2e_reports(void);
Suite *suite_e2e_reports(void)
{
	Suite *s = suite_create("fundstelle-query, what is counted over hits");
	TCase *t = tcase_create("random archive");
	tcase_add_unchecked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_timeline_counts_as_the_slow_way_does, 0, (int)(sizeof units / sizeof *units));
	tcase_add_test(t, each_period_says_how_to_list_its_hits);
	tcase_add_test(t, timelines_of_several_queries_stand_beside_each_other);
	tcase_add_test(t, a_timeline_is_drawn);
	tcase_add_test(t, years_are_counted);
	tcase_add_loop_test(t, every_occurrence_has_its_line_with_its_contexts, 0, (int)N_WORDS / 5);
	tcase_add_test(t, lines_are_sorted_by_what_stands_right);
	tcase_add_test(t, lines_are_sorted_by_what_stands_left_from_the_keyword_on);
	tcase_add_loop_test(t, pages_of_lines_put_together_are_the_whole, 0, (int)(sizeof paged / sizeof *paged));
	tcase_add_loop_test(t, collocates_are_those_of_the_slow_way, 1, 7);
	tcase_add_test(t, the_explanation_sums_exactly_to_the_score);
	suite_add_tcase(s, t);
	return s;
}
