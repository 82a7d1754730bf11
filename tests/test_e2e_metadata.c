/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fundstelle-query counts, lists and links over articles with all that metadata has: facets, timelines, lines, copies, similar and new articles; and what it refuses. */
#include <string.h>

#include "base/width.h"
#include "tests/site.h"

Suite *suite_e2e_metadata(void);

#define COPY_TEXT                                                                                                                \
	"Bei einem schweren Unfall auf der Autobahn sind am Montag drei Menschen verletzt worden. Nach Angaben der Polizei kam ein " \
	"Lastwagen von der Fahrbahn ab und stiess mit zwei Autos zusammen. Die Strecke blieb mehrere Stunden gesperrt, der Schaden " \
	"liegt bei rund hunderttausend Euro. Die Ermittler suchen nun nach Zeugen des Unfalls, die sich bei der Wache melden sollen."

static void index_it(int status) { program_expect(status, "fundstelle-index -q -i %s %s", index_dir, archive); }

/* Of a compound the dictionary has one part more. */
static void set_up(void)
{
	site_set_up();
	file_write(archive, "a.jsonl",
		   "{\"id\":\"1\",\"title\":\"Unfall auf der A1\",\"text\":\"" COPY_TEXT "\",\"date\":\"2020-05-06\",\"section\":\"Panorama\",\"source\":\"Bote\"}\n"
		   "{\"id\":\"2\",\"title\":\"Drei Verletzte\",\"text\":\"(dpa) " COPY_TEXT " Weitere Angaben machte die Polizei nicht.\",\"date\":\"2020-05-07\",\"section\":\"Lokales\",\"source\":\"Kurier\"}\n"
		   "{\"id\":\"3\",\"title\":\"Unfall im Labor\",\"text\":\"Im Labor kam es zu einem Unfall mit Salzsäure, der ohne Folgen blieb, wie die Hochschule am Freitag auf Anfrage sagte und bestätigte, mehr war nicht zu erfahren.\",\"date\":\"2021\",\"author\":\"Anna\\tMuster\"}\n");
	file_write(archive, "kwic/b.txt", "日本語 e\xCC\x81" "te\xCC\x81 Zeuge 東京\n\nx Zeuge \x1b[31m rot \xE2\x80\xAE um.\n");
	file_write(archive, "fraktion.txt", "CSU-Fraktion tagt lange. Fraktionschef geht, Bundestags-CDU-CSU-Fraktion bleibt.\n");
	file_write(archive, "100% \xFC" "ber.txt", "Ein Zeuge namens Prozent.\n");
	index_by_system_dictionary(index_dir, archive);
}

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

Suite *suite_e2e_metadata(void)
{
	Suite *s = suite_create("fundstelle-query, what is counted over metadata");
	TCase *t = tcase_create("metadata");
	tcase_add_unchecked_fixture(t, set_up, site_tear_down);
	tcase_add_loop_test(t, counts_over_metadata, 0, (int)(sizeof answers / sizeof *answers));
	tcase_add_test(t, text_shows_copies_below_their_best);
	tcase_add_loop_test(t, keys_titles_and_dates_lead_to_their_file, 0, sizeof links / sizeof *links);
	tcase_add_test(t, keywords_stand_in_one_column_whatever_is_left_of_them);
	tcase_add_loop_test(t, a_concordance_fits_its_terminal, 0, 3);
	tcase_add_test(t, a_key_is_taken_as_it_is_and_as_it_is_printed);
	tcase_add_loop_test(t, what_does_not_go_together_is_refused, 0, (int)(sizeof refused / sizeof *refused));
	suite_add_tcase(s, t);
	t = tcase_create("changes");
	tcase_add_checked_fixture(t, set_up, site_tear_down);
	tcase_add_test(t, only_what_the_last_run_brought_in_is_new);
	suite_add_tcase(s, t);
	return s;
}
