/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fundstelle-query counts over hits, against the slow way over the same articles in memory: timelines, facets, concordances, collocates;
 * and near copies, similar and new articles. */
#include <math.h>
#include <string.h>

#include "base/width.h"
#include "store/segment.h"
#include "tests/archive_fixture.h"
#include "tests/program.h"

#define N_WORDS 60u

static struct archive_model model;

static void set_up(void) { archive_model_make(&model, 7, 2, 80, N_WORDS); }
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

/* ---- articles with all that metadata has ---- */

static struct scratch scratch;
static char archive[300], index_dir[300];

#define COPY_TEXT                                                                                                                \
	"Bei einem schweren Unfall auf der Autobahn sind am Montag drei Menschen verletzt worden. Nach Angaben der Polizei kam ein " \
	"Lastwagen von der Fahrbahn ab und stiess mit zwei Autos zusammen. Die Strecke blieb mehrere Stunden gesperrt, der Schaden " \
	"liegt bei rund hunderttausend Euro. Die Ermittler suchen nun nach Zeugen des Unfalls, die sich bei der Wache melden sollen."

static void index_it(int status) { program_expect(status, "fundstelle-index -q -i %s %s", index_dir, archive); }

static void set_up_metadata(void)
{
	scratch_make(&scratch);
	snprintf(archive, sizeof archive, "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof index_dir, "%s/index", scratch.dir);
	file_write(archive, "a.jsonl",
		   "{\"id\":\"1\",\"title\":\"Unfall auf der A1\",\"text\":\"" COPY_TEXT "\",\"date\":\"2020-05-06\",\"section\":\"Panorama\",\"source\":\"Bote\"}\n"
		   "{\"id\":\"2\",\"title\":\"Drei Verletzte\",\"text\":\"(dpa) " COPY_TEXT " Weitere Angaben machte die Polizei nicht.\",\"date\":\"2020-05-07\",\"section\":\"Lokales\",\"source\":\"Kurier\"}\n"
		   "{\"id\":\"3\",\"title\":\"Unfall im Labor\",\"text\":\"Im Labor kam es zu einem Unfall mit Salzsäure, der ohne Folgen blieb, wie die Hochschule am Freitag auf Anfrage sagte und bestätigte, mehr war nicht zu erfahren.\",\"date\":\"2021\",\"author\":\"Anna\\tMuster\"}\n");
	file_write(archive, "kwic/b.txt", "日本語 e\xCC\x81" "te\xCC\x81 Zeuge 東京\n\nx Zeuge \x1b[31m rot \xE2\x80\xAE um.\n");
	file_write(archive, "fraktion.txt", "CSU-Fraktion tagt lange. Fraktionschef geht, Bundestags-CDU-CSU-Fraktion bleibt.\n");
	file_write(archive, "100% \xFC" "ber.txt", "Ein Zeuge namens Prozent.\n");
	index_it(0);
}
static void tear_down_metadata(void) { scratch_remove(&scratch); }

static const struct {
	const char *args;
	int status;
	const char *wanted;
} answers[] = {
	{ "-f tsv --facet=ressort Unfall", 0, "Lokales\t1\nPanorama\t1\n\t1\n" },
	{ "-f tsv --facet=quelle Unfall", 0, "Bote\t1\nKurier\t1\n\t1\n" },
	{ "-f tsv --facet=autor Unfall", 0, "Anna\\tMuster\t1\n\t2\n" },
	{ "-f tsv --facet=jahr Unfall", 0, "2020\t2\n2021\t1\n" },
	{ "-f tsv --facet=jahr --from=2021 Unfall", 0, "2021\t1\n" },
	{ "-f tsv -n 1 --offset=1 --facet=quelle Unfall", 0, "Kurier\t1\n" },
	{ "-f jsonl --facet=ressort +Unfall +Labor", 0, "{\"value\": null, \"hits\": 1}\n" },
	{ "--facet=ressort Nirgendwo", 1, "" },
	{ "--timeline Nirgendwo", 1, "" },
	{ "--kwic Nirgendwo", 1, "" },
	{ "--collocates Nirgendwo", 1, "" },
	{ "-f tsv --timeline=year Unfall", 0, "2020\t2\t2\t131\t2020\t2020\n2021\t1\t1\t31\t2021\t2021\n" },
	{ "-f tsv --timeline=month Unfall", 0, "2020-05\t2\t2\t131\t2020-05\t2020-05\n" },
	{ "-f tsv --timeline=year +Unfall +quelle:Bote", 0, "2020\t1\t1\t63\t2020\t2020\n" },
	{ "-f tsv --timeline=year +Unfall -quelle:Bote --to=2020", 0, "2020\t1\t1\t68\t2020\t2020\n" },
	{ "--timeline Prozent", 0, "1 hit has no date of that precision\n" },
	{ "-f tsv --timeline=day Labor", 0, "" },
	{ "-f svg --timeline Prozent", 0, "" },
	{ "-f tsv --collocates --window=1 Fraktion", 0, "bleibt\t13.0000\t1\t1\ngeht\t13.0000\t1\t1\nlange\t13.0000\t1\t1\ntagt\t13.0000\t1\t1\n" },
	{ "--count Unfall", 0, "3\n" },
	{ "-f paths Unfall", 0, "a.jsonl#3\na.jsonl#1\na.jsonl#2\n" },
	{ "-f paths --duplicates=collapse Unfall", 0, "a.jsonl#3\na.jsonl#1\n" },
	{ "-f paths --duplicates=collapse -n 1 --offset=1 Unfall", 0, "a.jsonl#1\n" },
	{ "-f paths --duplicates=collapse -n 0 --offset=2 Unfall", 1, "" },
	{ "-f paths --similar=a.jsonl#1 -n 2", 0, "a.jsonl#2\na.jsonl#3\n" },
	{ "-f paths --similar=a.jsonl#1 -n 1 --offset=1", 0, "a.jsonl#3\n" },
	{ "--count --similar=a.jsonl#1", 0, "4\n" },
	{ "-f paths --similar=a.jsonl#1 --from=2021", 0, "a.jsonl#3\n" },
	{ "-f paths --similar=a.jsonl#9", 1, "" },
	{ "-f tsv --kwic=20 Salzsäure", 0, "a.jsonl#3\t2021\tzu einem Unfall mit\tSalzsäure\t, der ohne Folgen\n" },
};

START_TEST(counts_over_metadata)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s %s", index_dir, answers[_i].args);
	ck_assert_msg(o.status == answers[_i].status && strcmp(o.out, answers[_i].wanted) == 0, "%s: %d\n%s%s", answers[_i].args, o.status, o.out, o.err);
	outcome_free(&o);
}
END_TEST

START_TEST(text_shows_copies_below_their_best)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s Lastwagen", index_dir);
	char *first = strstr(o.out, "Unfall auf der A1"), *copy = strstr(o.out, "also: 2020-05-07  Kurier  a.jsonl#2");
	ck_assert_msg(first && copy && first < copy && !strstr(o.out, "Drei Verletzte") && strncmp(o.out, "2 articles", 10) == 0, "%s", o.out);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i %s --duplicates=show Lastwagen", index_dir);
	ck_assert_msg(strstr(o.out, "Drei Verletzte") && !strstr(o.out, "also:"), "%s", o.out);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-query -i %s -f jsonl --duplicates=collapse Lastwagen", index_dir);
	ck_assert_msg(strstr(o.out, "\"duplicates\": [{\"key\": \"a.jsonl#2\", \"date\": \"2020-05-07\", \"source\": \"Kurier\"}]"), "%s", o.out);
	outcome_free(&o);
}
END_TEST

static const struct {
	const char *name, *args, *file, *text;
	bool links; /* or the text is there without one */
} links[] = {
	{ "a copy's key", "--hyperlink=always Lastwagen", "/archive/a.jsonl", "a.jsonl#2", true },
	{ "a copy's date", "--hyperlink=always Lastwagen", "/archive/a.jsonl", "2020-05-07", true },
	{ "the key of a line", "--hyperlink=always --kwic Labor", "/archive/a.jsonl", "a.jsonl#3", true },
	{ "the date of a line", "--hyperlink=always --kwic Lastwagen", "/archive/a.jsonl", "2020-05-06", true },
	{ "lines that are sorted", "--hyperlink=always --kwic --sort=left Zeuge", "/archive/kwic/b.txt", "kwic/b.txt", true },
	{ "a key of any bytes", "--hyperlink=always --kwic Prozent", "/archive/100%25%20%FCber.txt", "100%25 %FCber.txt", true },
	{ "the key of an article", "--hyperlink=always --show=a.jsonl#1", "/archive/a.jsonl", "a.jsonl#1", true },
	{ "its title", "--hyperlink=always --show=a.jsonl#1", "/archive/a.jsonl", "Unfall auf der A1", true },
	{ "its date", "--hyperlink=always --show=a.jsonl#1", "/archive/a.jsonl", "2020-05-06", true },
	{ "a line in a pipe", "--kwic Labor", "", "a.jsonl#3", false },
	{ "a line for programs", "--hyperlink=always -f tsv --kwic Labor", "", "a.jsonl#3", false },
	{ "an article in a pipe", "--show=a.jsonl#1", "", "Unfall auf der A1", false },
	{ "an article for programs", "--hyperlink=always -f json --show=a.jsonl#1", "", "Unfall auf der A1", false },
	{ "a copy in a pipe", "Lastwagen", "", "a.jsonl#2", false },
};

START_TEST(keys_titles_and_dates_lead_to_their_file)
{
	char link[200];
	struct outcome o = program_run(NULL, "fundstelle-query -i %s %s", index_dir, links[_i].args);
	snprintf(link, sizeof link, "%s\x1b\\%s\x1b]8;;\x1b\\", links[_i].file, links[_i].text);
	ck_assert_msg(links[_i].links ? strstr(o.out, link) != NULL : strstr(o.out, links[_i].text) && !strstr(o.out, "\x1b]"), "%s: %s%s", links[_i].name, o.out, o.err);
	outcome_free(&o);
}
END_TEST

START_TEST(keywords_stand_in_one_column_whatever_is_left_of_them)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s --kwic=25 --sort=oldest Zeuge", index_dir);
	unsigned n = 0;
	for (char *save = NULL, *line = strtok_r(o.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save), n++) {
		char *at = strstr(line, "Zeuge");
		at = at ? at : strstr(line, "Zeugen");
		ck_assert_msg(at && text_width(slice_of(line, (size_t)(at - line))) == 26, "%s", line);
		for (unsigned char *c = (unsigned char *)line; *c; c++)
			ck_assert_msg(*c >= 0x20 && *c != 0x7F, "a control character");
		ck_assert(!strstr(line, "\xE2\x80\xAE"));
	}
	ck_assert_uint_eq(n, 5);
	outcome_free(&o);
}
END_TEST

/* Date and key stand in a column of their own, whatever the keyword takes; no line is wider than the terminal. */
START_TEST(a_concordance_fits_its_terminal)
{
	static const unsigned widths[] = { 80, 100, 200 };
	unsigned columns = widths[_i];
	struct outcome o = program_run_terminal(columns, "fundstelle-query -i %s --color=never --kwic --sort=oldest Unfall NEAR/9 Menschen OR Lastwagen", index_dir);
	unsigned n = 0;
	size_t dates = 0;
	for (char *save = NULL, *line = strtok_r(o.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *date = strstr(line, "2020-");
		ck_assert_msg(text_width(slice_str(line)) <= columns, "%s", line);
		if (!date)
			continue; /* the next line has it */
		size_t at = text_width(slice_of(line, (size_t)(date - line)));
		ck_assert_msg(dates == 0 || at == dates, "%s", line);
		dates = at;
		n++;
	}
	ck_assert_msg(n > 1, "%u lines: %s", n, o.err);
	outcome_free(&o);
}
END_TEST

START_TEST(a_key_is_taken_as_it_is_and_as_it_is_printed)
{
	static const char *const keys[] = { "--similar=100% \xFC" "ber.txt", "--similar=100%25 %FCber.txt", "--show=100% \xFC" "ber.txt", "--show=100%25 %FCber.txt" };
	for (int i = 0; i < 4; i++) {
		struct outcome o = program_run_argv(NULL, (char *[]){ "fundstelle-query", "-i", index_dir, (char *)keys[i], NULL });
		ck_assert_msg(o.err_len == 0, "%s: %d %s", keys[i], o.status, o.err);
		outcome_free(&o);
	}
}
END_TEST

static void finds(const char *args, const char *wanted)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -f paths -n 0 %s", index_dir, args);
	ck_assert_msg(strcmp(o.out, wanted) == 0 && o.status == (*wanted ? 0 : 1), "%s: %d\n%s%s", args, o.status, o.out, o.err);
	outcome_free(&o);
}

START_TEST(only_what_the_last_run_brought_in_is_new)
{
	finds("--new Labor", "a.jsonl#3\n");
	file_write(archive, "neu.txt", "date 2022-01-01 Neues aus dem Labor.\n");
	index_it(0);
	finds("--new Labor", "neu.txt\n");
	finds("--new Autobahn", "");
	index_it(0); /* nothing to do: the last run that did something counts */
	finds("--new Labor", "neu.txt\n");
	program_expect(0, "fundstelle-index -q -i %s --compact", index_dir);
	finds("--new Labor", "neu.txt\n");
	program_expect(0, "fundstelle-index -q -i %s --rebuild %s", index_dir, archive);
	finds("--new Labor", "");
	file_write(archive, "neu.txt", "date 2022-01-01 Anderes aus dem Labor.\n");
	index_it(0);
	finds("--new Labor", "neu.txt\n");
	struct outcome o = program_run("a\tLabor\nb\tAutobahn\n", "fundstelle-query -i %s --new --batch=- -f trec", index_dir);
	ck_assert_msg(o.status == 0 && strncmp(o.out, "a Q0 neu.txt 1 ", 15) == 0 && !strstr(o.out, "\nb"), "%s", o.out);
	outcome_free(&o);
	char path[400];
	snprintf(path, sizeof path, "%s/neu.txt", archive);
	remove(path);
	index_it(0);
	finds("--new Labor", "");
	o = program_run("a\tLabor\n", "fundstelle-query -i %s --new --batch=-", index_dir);
	ck_assert_msg(o.status == 1 && o.out_len == 0 && o.err_len == 0, "%d %s%s", o.status, o.out, o.err);
	outcome_free(&o);
}
END_TEST

static const char *const refused[] = {
	"--timeline --facet=jahr Unfall", "--kwic --show=a", "--facet=datum Unfall", "--timeline=week Unfall", "--relative Unfall", "-f trec --timeline Unfall",
	"-f svg Unfall", "-f paths --kwic Unfall", "--sort=left Unfall", "--kwic=0 Unfall", "--collocates=x Unfall", "--similar=a Unfall", "--facet=jahr",
	"--duplicates=merge Unfall", "--batch=- --kwic", "--count --timeline Unfall", "--similar=a --kwic", "--timeline (Unfall", "--kwic Unfall)",
	"/[a/", "/gr[oß/", "/gu[tT]/x", "titel:/[a/", "--kwic /[a/", "\"am /[a/ See\"", "/*/",
};

START_TEST(what_does_not_go_together_is_refused)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s %s", index_dir, refused[_i]);
	ck_assert_msg(o.status == 2 && o.out_len == 0 && o.err_len > 0, "%s: %d %s", refused[_i], o.status, o.out);
	outcome_free(&o);
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
	t = tcase_create("metadata");
	tcase_add_checked_fixture(t, set_up_metadata, tear_down_metadata);
	tcase_add_loop_test(t, counts_over_metadata, 0, (int)(sizeof answers / sizeof *answers));
	tcase_add_test(t, text_shows_copies_below_their_best);
	tcase_add_loop_test(t, keys_titles_and_dates_lead_to_their_file, 0, sizeof links / sizeof *links);
	tcase_add_test(t, keywords_stand_in_one_column_whatever_is_left_of_them);
	tcase_add_loop_test(t, a_concordance_fits_its_terminal, 0, 3);
	tcase_add_test(t, a_key_is_taken_as_it_is_and_as_it_is_printed);
	tcase_add_test(t, only_what_the_last_run_brought_in_is_new);
	tcase_add_loop_test(t, what_does_not_go_together_is_refused, 0, (int)(sizeof refused / sizeof *refused));
	suite_add_tcase(s, t);
	return s;
}
