/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fundstelle-query as it was built: what it finds, formats, order, batches. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/query_fixture.h"

/* On a terminal of that name, or in a pipe. */
static void has_no_link(const char *term, bool terminal, const char *args)
{
	char line[2000];
	snprintf(line, sizeof line, "/usr/bin/env -u TMUX -u STY -u VTE_VERSION -u KONSOLE_VERSION -u TERM_PROGRAM -u WT_SESSION TERM=%s %s/fundstelle-query -i %s %s", term,
		 getenv("FUNDSTELLE_BIN"), index_dir, args);
	struct outcome o = terminal ? program_run_terminal(80, "%s", line) : program_run(NULL, "%s", line);
	ck_assert_msg(o.out_len > 0 && !strstr(o.out, "\x1b]8;"), "%s: %s%s", args, o.out, o.err);
	outcome_free(&o);
}

/* ---- what is found ---- */

static const struct {
	const char *args, *paths;
} answers[] = {
	{ "Truppenaufmarsch", "2021/11/truppen.txt\n" },
	{ "Deeskalation", "2022/01/de.txt\n" },
	{ "+Grenze -Truppen", "2022/02/grenze.txt\n2022/01/de.txt\n" },
	{ "Grenze NICHT Truppen", "2022/02/grenze.txt\n2022/01/de.txt\n" },
	{ "Kreml AND regnet", "a.jsonl#zwei%20drei\n" },
	{ "--all Kreml regnet", "a.jsonl#zwei%20drei\n" },
	{ "Kreml UND ( regnet ODER schneit )", "a.jsonl#zwei%20drei\n" },
	{ "\"klaren Signale von Deeskalation\"", "2022/01/de.txt\n" },
	{ "\"Deeskalation von Signale\"", "" },
	{ "titel:Kreml", "a.jsonl#1\n" },
	{ "autor:Muster", "a.jsonl#1\n" },
	{ "ressort:Politik", "a.jsonl#1\n" },
	{ "quelle:Bote", "a.jsonl#1\n" },
	{ "Kreml datum:2020-05-07", "a.jsonl#zwei%20drei\n" },
	{ "Kreml datum:2020-05-06..2020-05-06", "a.jsonl#1\n" },
	{ "--from=2022 Grenze", "2022/02/grenze.txt\n2022/01/de.txt\n" },
	{ "--to=2021-11 Grenze", "2021/11/truppen.txt\n" },
	{ "--from=2022-01 --to=2022-01 Grenze", "2022/01/de.txt\n" },
	{ "-n1 Grenze", "2022/02/grenze.txt\n" },
	{ "-n1 --offset=1 Grenze", "2021/11/truppen.txt\n" },
	{ "--sort=newest Grenze", "2022/02/grenze.txt\n2022/01/de.txt\n2021/11/truppen.txt\n" },
	{ "--sort=oldest Grenze", "2021/11/truppen.txt\n2022/01/de.txt\n2022/02/grenze.txt\n" },
	{ "--sort=oldest -n1 Grenze OR prozentig", "2021/11/truppen.txt\n" },
	{ "--sort=newest -n1 --offset=3 Grenze OR prozentig", "100%25.txt\n" },
	{ "--sort=newest -n1 +Grenze -Truppen", "2022/02/grenze.txt\n" },
	{ "Nirgendwort", "" },
};

/* Keys as they are need no escapes with -f paths; so spell the blank as the other formats do. */
static void spell_blanks(char *text, char room[1000])
{
	size_t n = 0;
	for (; *text != '\0'; text++)
		n += (size_t)snprintf(room + n, 1000 - n, *text == ' ' ? "%%20" : "%c", *text);
	room[n] = '\0';
}

START_TEST(a_query_finds_these_articles_in_this_order)
{
	char room[1000] = "", line[512], *argv[] = { "fundstelle-query", "-i", index_dir, "-f", "paths", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };
	size_t n = 5;
	snprintf(line, sizeof(line), "%s", answers[_i].args);
	for (char *rest = NULL, *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		argv[n++] = word;
	struct outcome o = program_run_argv(NULL, argv);
	spell_blanks(o.out, room);
	ck_assert_msg(strcmp(room, answers[_i].paths) == 0, "%s:\n%s%s", answers[_i].args, room, o.err);
	ck_assert_int_eq(o.status, *answers[_i].paths == '\0');
	outcome_free(&o);
}
END_TEST

/* ---- formats ---- */

START_TEST(each_format_prints_what_its_contract_says)
{
	query_prints("-f paths Deeskalation", 0, "2022/01/de.txt\n");
	struct outcome o = query_run("-f tsv Deeskalation");
	ck_assert_int_eq(strncmp(o.out, "1\t", 2), 0);
	ck_assert_ptr_nonnull(strstr(o.out, "\t2022-01\t2022/01/de.txt\t\n"));
	outcome_free(&o);
	o = query_run("-f paths -0 -n0 Grenze");
	ck_assert_uint_eq(o.out_len, sizeof("2022/02/grenze.txt") + sizeof("2021/11/truppen.txt") + sizeof("2022/01/de.txt"));
	ck_assert_str_eq(o.out, "2022/02/grenze.txt");
	outcome_free(&o);
	query_has("Deeskalation", "2022/01/de.txt");
	query_has("--color=always Deeskalation", "\x1b[");
	query_has("--hyperlink=always Deeskalation", "/archive/2022/01/de.txt\x1b\\2022/01/de.txt\x1b]8;;\x1b\\  ");
	query_has("--hyperlink=always Kreml", "/archive/a.jsonl\x1b\\Wetter\\x1B[31m rot\x1b]8;;\x1b\\\n");
	query_has("--hyperlink=always Latin", "/archive/M%FCller.txt\x1b\\");
	query_has("--hyperlink=always -f tsv Deeskalation", "\t2022/01/de.txt\t");
	has_no_link("xterm-kitty", false, "Deeskalation");
	has_no_link("xterm", true, "Deeskalation");
	has_no_link("xterm-kitty", true, "--hyperlink=never Deeskalation");
	has_no_link("xterm-kitty", true, "--color=never Deeskalation");
	has_no_link("xterm-kitty", true, "-f json Deeskalation");
	o = program_run_terminal(80, "/usr/bin/env -u TMUX -u STY TERM=xterm-kitty NO_COLOR=1 %s/fundstelle-query -i %s Deeskalation", getenv("FUNDSTELLE_BIN"), index_dir);
	ck_assert_msg(strstr(o.out, "\x1b]8;id=1;file://") && !strstr(o.out, "\x1b[1m"), "%s%s", o.out, o.err);
	outcome_free(&o);
	query_has("-f json Deeskalation", "\"schema\": 1, \"query\": \"Deeskalation\", \"total\": 1, \"total_exact\": true, \"took_us\": ");
	query_has("-f json Deeskalation", "\"suggestion\": null");
	query_has("-f json Deeskalation", "\"index\": {\"id\": ");
	query_has("-f json Deeskalation", "{\"rank\": 1, \"score\": ");
	query_has("-f json Deeskalation", "\"key\": \"2022/01/de.txt\", \"title\": null, \"date\": \"2022-01\", \"author\": null, \"section\": null, \"source\": null, ");
	query_has("-f jsonl titel:Kreml", "\"author\": \"Anna Muster\", \"section\": \"Politik\", \"source\": \"Bote\"");
	query_has("-f jsonl Deeskalation", "\"duplicates\": []");
	query_has("-f json Nirgendwort", "\"hits\": []");
}
END_TEST

/* The stemmer takes for endings what are parts: Stammtisch and stammt are one term, and so are Vorsitz and Vorsitzende, Schnelltest and schnellten. */
static const struct own_part {
	const char *query, *compound, *other; /* other: has the stem, not the part */
} own_parts[] = {
	{ "Tisch", "Stammtisch", "stammt" },
	{ "Ende", "Vorsitzende", "Vorsitz" },
	{ "Test", "Schnelltest", "schnellten" },
	{ "Turm", "Kirchturm", "Kirche" },
};

START_TEST(a_form_has_the_parts_of_a_compound_only_if_it_is_the_compound)
{
	const struct own_part *w = &own_parts[_i];
	char dir[400], index[400], name[16];
	snprintf(dir, sizeof dir, "%s/parts", scratch.dir);
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "v%d.txt", i);
		file_write(dir, name, "Der Stamm, der Tisch, ein Stammtisch, zwei Stammtische. Das Ende, der Vorsitz der Vorsitzenden. Die Vorsitzende. Der Vorsitzende. Vor dem Sitz. "
				      "Ein Schnelltest, ein Test, die Schnelle. Der Turm, die Kirche, ein Kirchturm.\n");
	}
	char text[200];
	snprintf(text, sizeof text, "Hier steht %s allein.\n", w->compound);
	file_write(dir, "compound.txt", text);
	snprintf(text, sizeof text, "Hier steht %s allein, und %s.\n", w->other, w->other);
	file_write(dir, "other.txt", text);
	snprintf(index, sizeof index, "%s/parts-index", scratch.dir);
	index_by_system_dictionary(index, dir);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/parts-index --color=always --limit=0 --duplicates=show %s", scratch.dir, w->query);
	snprintf(text, sizeof text, "steht \x1b[1;31m%s\x1b[0m allein", w->compound);
	ck_assert_msg(strstr(o.out, text) && !strstr(o.out, "other.txt"), "%s", o.out);
	outcome_free(&o);
}
END_TEST

/* A plural with an umlaut is the compound, too. */
START_TEST(inflected_forms_of_a_compound_have_its_parts)
{
	static const char *const forms[] = { "Kirchturm", "Kirchturms", "Kirchtürme", "Kirchtürmen", "Stadtverwaltung", "Stadtverwaltungen", "Bahnhof", "Bahnhöfe" };
	char dir[400], index[400], name[32], text[400];
	snprintf(dir, sizeof dir, "%s/parts", scratch.dir);
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "v%d.txt", i);
		file_write(dir, name, "Der Turm, die Kirche, ein Kirchturm. Die Stadt, die Verwaltung, die Stadtverwaltung. Die Bahn, der Hof, der Bahnhof.\n");
	}
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		snprintf(name, sizeof name, "f%zu.txt", i);
		snprintf(text, sizeof text, "Nur dies: %s.\n", forms[i]);
		file_write(dir, name, text);
	}
	snprintf(index, sizeof index, "%s/parts-index", scratch.dir);
	index_by_system_dictionary(index, dir);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct outcome o = program_run(NULL, "fundstelle-query -i %s/parts-index -f paths --limit=0 --duplicates=show %s", scratch.dir,
					       forms[i][0] == 'K' ? "Turm" : forms[i][0] == 'S' ? "Verwaltung" : "Hof");
		snprintf(name, sizeof name, "f%zu.txt", i);
		ck_assert_msg(strstr(o.out, name), "%s: %s", forms[i], o.out);
		outcome_free(&o);
	}
}
END_TEST

START_TEST(marks_are_byte_offsets_of_the_matching_forms)
{
	struct outcome o = query_run("-f jsonl Truppenaufmarsch");
	char *text = strstr(o.out, "\"snippet\": {\"text\": \""), *marks = strstr(o.out, "\"marks\": [["), *end;
	ck_assert(text != NULL && marks != NULL);
	text += strlen("\"snippet\": {\"text\": \"");
	unsigned long from = strtoul(marks + strlen("\"marks\": [["), &end, 10), to = strtoul(end + 1, NULL, 10);
	ck_assert_msg(to - from == strlen("Truppenaufmärsche") && strncmp(text + from, "Truppenaufmärsche", to - from) == 0, "%s", o.out);
	outcome_free(&o);
}
END_TEST

START_TEST(newer_articles_may_come_first_and_the_newest_one_is_what_they_are_measured_by)
{
	file_write(archive, "r/alt.txt", "date 1990-01-01\nAlt\n\nDie Brücke, die Brücke, die Brücke wurde neu gebaut, hieß es.\n");
	file_write(archive, "r/neu.txt", "date 2022-03-01\nNeu\n\nDie Brücke und die Brücke wurden wieder ganz neu gebaut, hieß es.\n");
	file_write(archive, "r/ohne.txt", "Ohne\n\nDie Brücke, die Brücke, die Brücke wurde neu gebaut, hieß es.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	query_prints("-f paths Brücke", 0, "r/alt.txt\nr/ohne.txt\nr/neu.txt\n");
	query_prints("-f paths --recency=365 Brücke", 0, "r/neu.txt\nr/alt.txt\nr/ohne.txt\n");
	query_prints("-f paths --recency=365 -n 1 Brücke gebaut", 0, "r/neu.txt\n");
	query_prints("-f paths --recency=365 --to=2000 -n 1 Brücke", 0, "r/alt.txt\n");
	query_has("-f jsonl --explain --recency=365 -n 2 Brücke", "{\"term\": \"recency\", \"field\": \"text\", \"kind\": \"recency\", \"freq\": 1, \"df\": 0, \"score\": -");
	struct outcome o = query_run("-f jsonl --explain --recency=365 -n 1 Brücke"); /* the newest loses nothing */
	ck_assert_msg(strstr(o.out, "r/neu.txt") && !strstr(o.out, "\"recency\""), "%s", o.out);
	outcome_free(&o);
	char newest[400]; /* gone, it measures no more; its segment still has it */
	snprintf(newest, sizeof newest, "%s/r/neu.txt", archive);
	ck_assert_int_eq(unlink(newest), 0);
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	o = query_run("-f jsonl --explain --recency=365 berichtet");
	ck_assert_msg(strstr(o.out, "2022/02/grenze.txt") && !strstr(o.out, "\"recency\""), "%s", o.out);
	outcome_free(&o);
	o = query_run("--recency=0 Brücke");
	ck_assert_int_eq(o.status, 2);
	ck_assert_msg(strstr(o.err, "--recency=0: not a number from 1") != NULL, "%s", o.err);
	outcome_free(&o);
}
END_TEST

START_TEST(with_ocr_a_misread_word_is_nearer_than_another_one)
{
	file_write(archive, "ocr/a.txt", "Im Uuterrieht wurde gelesen.\n");
	file_write(archive, "ocr/b.txt", "Der Unterricht begann.\n");
	file_write(archive, "ocr/c.txt", "Im Unteracht wurde gelesen.\n");
	file_write(archive, "ocr/d.txt", "Im Uuterrieht\u017f wurde gelesen.\n");
	file_write(archive, "ocr/e.txt", "Sie unterſuchten die Waſſerkraft, dann unter\u017fu\u017fhten sie den Wafferſtand.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	query_prints("-f paths Unterricht~1", 0, "ocr/b.txt\n");
	query_prints("-f paths --ocr Unterricht~1", 0, "ocr/b.txt\nocr/a.txt\n");
	query_prints("-f paths Unterricht~", 0, "ocr/b.txt\nocr/a.txt\nocr/c.txt\n");
	query_prints("-f paths --ocr Unterricht~ +gelesen -n 2", 0, "ocr/a.txt\nocr/c.txt\n");
	query_prints("-f paths Wasserstand~", 1, "");
	query_prints("-f paths --ocr Wasserstand~1", 0, "ocr/e.txt\n");
	query_prints("-f paths --ocr \"sie den Wasserstand~1\"", 0, "ocr/e.txt\n");
	query_has("-f jsonl --ocr Wasserstand~1", "Wafferſtand");
	query_has("-f jsonl --ocr --explain Unterricht~1 +Uuterrieht", "\"kind\": \"variant\"");
}
END_TEST

/* The verb, whose letters begin alike, is no compound of the index; inflected ones are. Two runs, so that there are two segments. */
START_TEST(a_part_is_marked_in_the_compounds_that_the_index_took_apart_and_in_no_other_word)
{
	static const char *const matches[] = { "Aufmarsch", "Truppenaufmärsche", "Truppenaufmarsches", "Aufmarsch", "Truppenaufmarsch", "Aufmarsch" };
	uint32_t n = 0;
	setenv("FUNDSTELLE_DICTIONARY", "none", 1);
	file_write(archive, "marsch.txt",
		   "Die Truppen kamen, die Truppen gingen, Truppen und Truppen. Ein Aufmarsch. Wo sie aufmarschierten, aufmarschiert, folgten Truppenaufmärsche. Wegen "
		   "des Truppenaufmarsches war der Aufmarsch\nein Truppenaufmarsch. Das Aufmarschieren, ein Aufmarsch.\n");
	program_expect(0, "fundstelle-index -q --rebuild -i %s %s", index_dir, archive);
	file_write(archive, "noch.txt", "Kein Truppenaufmarsch; man aufmarschiere nicht.\n");
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	struct outcome o = query_run("-f tsv --kwic +Aufmarsch +gingen");
	for (char *save = NULL, *line = strtok_r(o.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *field[4];
		for (int i = 0; i < 4; i++)
			field[i] = strsep(&line, "\t");
		if (strcmp(field[3], "gingen") == 0)
			continue;
		ck_assert_msg(n < sizeof matches / sizeof *matches && strcmp(field[3], matches[n]) == 0, "%s", field[3]);
		n++;
	}
	ck_assert_uint_eq(n, sizeof matches / sizeof *matches);
	outcome_free(&o);
	query_has("-f tsv --kwic Aufmarsch", "noch.txt\t\tKein\tTruppenaufmarsch");
}
END_TEST

START_TEST(scores_of_trec_fall_strictly_and_six_columns_stand)
{
	char name[40];
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "gleich/%02d blank.txt", i);
		file_write(archive, name, "Alle Meldungen sind gleich.\n");
	}
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	struct outcome o = query_run("-f trec -n0 Meldung");
	double before = INFINITY;
	int n = 0;
	for (char *rest = NULL, *line = strtok_r(o.out, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		char key[100], q0[10], tag[20], more;
		int rank, columns;
		double score;
		columns = sscanf(line, "%*s %9s %99s %d %lf %19s %c", q0, key, &rank, &score, tag, &more);
		ck_assert_msg(columns == 5 && strcmp(tag, "fundstelle") == 0, "%s", line);
		ck_assert_msg(score < before && rank == ++n, "%s", line);
		before = score;
	}
	ck_assert_int_eq(n, 30);
	outcome_free(&o);
}
END_TEST

START_TEST(explained_scores_sum_to_the_hits)
{
	struct outcome o = query_run("-f jsonl --explain -n1 Truppenaufmarsch Grenze Minister \"an der Grenze\"");
	char *explain = strstr(o.out, "\"explain\": [");
	ck_assert_ptr_nonnull(explain);
	double total = strtod(strstr(o.out, "\"score\": ") + 9, NULL), sum = 0;
	for (char *at = strstr(explain, "\"score\": "); at != NULL; at = strstr(at + 1, "\"score\": "))
		sum += strtod(at + 9, NULL);
	ck_assert_msg(fabs(total - sum) < 1e-3, "%g is not %g: %s", sum, total, o.out);
	ck_assert_ptr_nonnull(strstr(explain, "\"kind\": \"word\""));
	ck_assert_ptr_nonnull(strstr(explain, "\"df\": "));
	outcome_free(&o);
}
END_TEST

START_TEST(counting_agrees_with_the_list)
{
	query_prints("--count Grenze", 0, "3\n");
	query_prints("--count Nirgendwort", 1, "0\n");
}
END_TEST

START_TEST(pages_are_the_list_cut_in_pieces)
{
	struct outcome all = query_run("-n0 -f paths Grenze Kreml Namen");
	char joined[2000] = "";
	for (int offset = 0; offset < 10; offset += 2) {
		char args[100];
		snprintf(args, sizeof(args), "-n2 --offset=%d -f paths Grenze Kreml Namen", offset);
		struct outcome page = query_run(args);
		ck_assert_int_eq(page.status, page.out_len == 0);
		strcat(joined, page.out);
		outcome_free(&page);
	}
	ck_assert_str_eq(joined, all.out);
	outcome_free(&all);
}
END_TEST

START_TEST(a_random_sample_is_the_same_whatever_the_page)
{
	char joined[2000] = "";
	struct outcome all = query_run("-n0 -f paths --sort=random --seed=7 Grenze Kreml Namen"), other = query_run("-n0 -f paths --sort=random --seed=8 Grenze Kreml Namen");
	for (int offset = 0; offset < 8; offset += 3) {
		char args[120];
		snprintf(args, sizeof(args), "-n3 --offset=%d -f paths --sort=random --seed=7 Grenze Kreml Namen", offset);
		struct outcome page = query_run(args);
		strcat(joined, page.out);
		outcome_free(&page);
	}
	ck_assert_str_eq(joined, all.out);
	ck_assert_uint_eq(all.out_len, other.out_len);
	ck_assert_str_ne(all.out, other.out);
	outcome_free(&all), outcome_free(&other);
}
END_TEST

START_TEST(several_indexes_are_ranked_as_one_list)
{
	char half[400];
	static const char *const names[] = { "2021/11/truppen.txt", "2022/01/de.txt" };
	struct outcome one = query_run("-n0 -f tsv Grenze Kreml");
	for (size_t i = 0; i < 2; i++) { /* the same articles, in an index of their own */
		char from[700], to[700];
		snprintf(half, sizeof(half), "%s/zweites", scratch.dir);
		snprintf(from, sizeof(from), "%s/%s", archive, names[i]);
		snprintf(to, sizeof(to), "%s/%s", half, names[i]);
		file_write(half, names[i], "");
		ck_assert_int_eq(rename(from, to), 0);
	}
	program_expect(0, "fundstelle-index -q -i %s/i1 %s", scratch.dir, archive);
	program_expect(0, "fundstelle-index -q -i %s/i2 %s", scratch.dir, half);
	struct outcome two = program_run(NULL, "fundstelle-query -i %s/i1 -i %s/i2 -n0 -f tsv Grenze Kreml", scratch.dir, scratch.dir);
	ck_assert_str_eq(one.out, two.out);
	outcome_free(&one), outcome_free(&two);
}
END_TEST

/* ---- keys and texts from outside ---- */

START_TEST(an_article_is_shown_by_its_key_in_either_form)
{
	query_has("--show=2022/01/de.txt", "Die klaren Signale von Deeskalation");
	query_has("--show=a.jsonl#1 -f json", "\"text\": \"Im Kreml wird nichts gesagt.\"");
	query_has("--show=M%FCller.txt", "Latin-1");
	query_has("--show=M\xFCller.txt", "Latin-1");
	query_has("--show=100%25.txt", "Prozentig");
	struct outcome o = query_run("--show=nicht/da.txt");
	ck_assert(o.status == 1 && o.out_len == 0 && o.err_len > 0);
	outcome_free(&o);
	query_prints("-f paths Latin", 0, "M\xFCller.txt\n");
	query_has("-f json Latin", "\"key\": \"M%FCller.txt\"");
	query_has("-f json prozentig", "\"key\": \"100%25.txt\"");
}
END_TEST

START_TEST(no_control_character_of_an_article_reaches_the_terminal)
{
	static const char *const formats[] = { "", "-f json", "-f jsonl", "-f tsv", "-f trec", "--show=a.jsonl#zwei%20drei" };
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		char args[200];
		snprintf(args, sizeof(args), "%s %s", formats[i], strncmp(formats[i], "--show", 6) == 0 ? "" : "regnet");
		struct outcome o = query_run(args);
		ck_assert_int_ge(o.status, 0);
		for (size_t at = 0; at < o.out_len; at++)
			ck_assert_msg((unsigned char)o.out[at] >= 0x20 || o.out[at] == '\n' || o.out[at] == '\t', "%s: %s", args, o.out);
		outcome_free(&o);
	}
}
END_TEST

/* ---- batch ---- */

START_TEST(a_batch_answers_each_line_as_a_query_by_itself)
{
	char path[400];
	snprintf(path, sizeof(path), "%s/fragen.tsv", scratch.dir);
	file_write(scratch.dir, "fragen.tsv", "q1\tGrenze\nq2\tNirgendwort\nq3\tKreml schweigt\n");
	struct outcome batch = program_run(NULL, "fundstelle-query -i %s --batch=%s --timing", index_dir, path);
	struct outcome one = query_run("-f tsv Grenze"), three = query_run("-f tsv Kreml schweigt");
	char wanted[4000] = "";
	for (char *rest = NULL, *line = strtok_r(one.out, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		sprintf(wanted + strlen(wanted), "q1\t%s\n", line);
	for (char *rest = NULL, *line = strtok_r(three.out, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		sprintf(wanted + strlen(wanted), "q3\t%s\n", line);
	ck_assert_str_eq(batch.out, wanted);
	ck_assert_int_eq(batch.status, 0);
	ck_assert_msg(strncmp(batch.err, "q1\t", 3) == 0 && strstr(batch.err, "\nq2\t") != NULL && strstr(batch.err, "\nq3\t") != NULL, "%s", batch.err);
	outcome_free(&batch), outcome_free(&one), outcome_free(&three);
	batch = program_run("q1\tGrenze\n\nohne Tabulator\nq2\t( Kreml\nq3\tKreml", "fundstelle-query -i %s --batch=- -f trec", index_dir);
	ck_assert_int_eq(batch.status, 2);
	ck_assert_msg(strstr(batch.err, "fundstelle-query: -:3: no tab") && strstr(batch.err, "\nfundstelle-query: -:4: q2: query, column 1: this parenthesis") && strstr(batch.out, "q3 Q0 a.jsonl#1 1 ") != NULL, "%s%s", batch.out, batch.err);
	outcome_free(&batch);
	batch = program_run("q1\tGrenze\nq\x1b 2\t\"Kreml\nq3\t/[a/\n", "fundstelle-query -i %s --batch=-", index_dir);
	ck_assert_str_eq(batch.err, "fundstelle-query: -:2: q\\x1B 2: warning: query, column 1: this quote has no partner: read as if it stood at the end\n"
				    "fundstelle-query: -:3: q3: query, column 2: this bracket is not closed: ']' is missing: / >>> [a/\n");
	outcome_free(&batch);
}
END_TEST

START_TEST(answers_come_while_the_batch_waits_for_more_questions)
{
	int in[2], out[2], status;
	char answer[400] = "", dir[512], *argv[] = { "fundstelle-query", "-i", index_dir, "--batch=-", "-f", "trec", NULL };
	ck_assert(pipe(in) == 0 && pipe(out) == 0);
	snprintf(dir, sizeof(dir), "%s/fundstelle-query", getenv("FUNDSTELLE_BIN"));
	pid_t pid = fork();
	if (pid == 0) {
		dup2(in[0], 0), dup2(out[1], 1);
		close(in[1]);
		execv(dir, argv);
		_exit(127);
	}
	for (int round = 0; round < 2; round++) {
		struct pollfd ready = { .fd = out[0], .events = POLLIN };
		ck_assert_int_eq(write(in[1], "q\tSonderblatt OR Deeskalation\n", 30), 30);
		ck_assert_int_eq(poll(&ready, 1, 20000), 1);
		ssize_t n = read(out[0], answer, sizeof(answer) - 1);
		answer[n > 0 ? n : 0] = '\0';
		ck_assert_ptr_nonnull(strstr(answer, round == 0 ? "2022/01/de.txt 1" : "neu.txt"));
		/* It waits now, and must see what is published meanwhile. */
		file_write(archive, "neu.txt", "Ein Sonderblatt.\n");
		program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	}
	close(in[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

static const struct {
	const char *args, *suggestion; /* as JSON has it */
} meant[] = {
	{ "Deeskalattion", "\"Deeskalation\"" },
	{ "+Deeskalatoin", "\"+Deeskalation\"" },
	{ "Qqqqqqqqqq", "null" },
	{ "\"von Deeskalatoin\"", "\"\\\"von Deeskalation\\\"\"" },
	{ "\"von Deeskalatoin\"~3", "\"\\\"von Deeskalation\\\"~3\"" },
	{ "Deeskalatoin NEAR/3 Singale", "\"Deeskalation NEAR/3 Signale\"" },
	{ "{Deeskalatoin,Grenze}", "\"{Deeskalation,Grenze}\"" },
	{ "=Deeskalatoin Grenze", "\"=Deeskalation Grenze\"" },
	{ "--exact Deeskalatoin", "\"Deeskalation\"" },
	{ "=Signals", "\"=Signale\"" },
	{ "\"klaren =Signals von\"", "\"\\\"klaren =Signale von\\\"\"" },
	{ "Signals \"klaren Signale\" =Signale Signals NEAR/9 von", "null" },
};

START_TEST(an_unknown_word_gets_a_suggestion_wherever_it_stands)
{
	char args[200], wanted[200];
	snprintf(args, sizeof args, "-f json %s", meant[_i].args);
	snprintf(wanted, sizeof wanted, "\"suggestion\": %s,", meant[_i].suggestion);
	query_has(args, wanted);
}
END_TEST

START_TEST(the_words_of_the_index_are_listed_and_a_suggestion_is_told)
{
	query_has("-f tsv --terms=Deeskal*", "deeskalation\t1\t");
	query_has("-f json --terms=deeskalation", "\"terms\": [\n  {\"term\": \"deeskalation\", \"articles\": 1, \"occurrences\": ");
	struct outcome o = query_run("--terms=gibtesnicht*");
	ck_assert_int_eq(o.status, 1);
	ck_assert_str_eq(o.out, "");
	outcome_free(&o);
	o = query_run("Deeskalatoin");
	ck_assert_int_eq(o.status, 1);
	ck_assert_str_eq(o.out, "");
	ck_assert_str_eq(o.err, "fundstelle-query: did you mean: Deeskalation\n");
	outcome_free(&o);
}
END_TEST

Suite *suite_e2e_query(void);
Suite *suite_e2e_query(void)
{
	Suite *s = suite_create("fundstelle-query, the program");
	TCase *t = tcase_create("queries");

	tcase_add_checked_fixture(t, query_set_up, site_tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_query_finds_these_articles_in_this_order, 0, sizeof(answers) / sizeof(*answers));
	tcase_add_test(t, each_format_prints_what_its_contract_says);
	tcase_add_loop_test(t, a_form_has_the_parts_of_a_compound_only_if_it_is_the_compound, 0, sizeof own_parts / sizeof *own_parts);
	tcase_add_test(t, inflected_forms_of_a_compound_have_its_parts);
	tcase_add_test(t, marks_are_byte_offsets_of_the_matching_forms);
	tcase_add_test(t, newer_articles_may_come_first_and_the_newest_one_is_what_they_are_measured_by);
	tcase_add_test(t, with_ocr_a_misread_word_is_nearer_than_another_one);
	tcase_add_test(t, a_part_is_marked_in_the_compounds_that_the_index_took_apart_and_in_no_other_word);
	tcase_add_test(t, scores_of_trec_fall_strictly_and_six_columns_stand);
	tcase_add_test(t, explained_scores_sum_to_the_hits);
	tcase_add_test(t, counting_agrees_with_the_list);
	tcase_add_test(t, pages_are_the_list_cut_in_pieces);
	tcase_add_test(t, a_random_sample_is_the_same_whatever_the_page);
	tcase_add_test(t, several_indexes_are_ranked_as_one_list);
	tcase_add_test(t, an_article_is_shown_by_its_key_in_either_form);
	tcase_add_test(t, no_control_character_of_an_article_reaches_the_terminal);
	tcase_add_test(t, a_batch_answers_each_line_as_a_query_by_itself);
	tcase_add_test(t, answers_come_while_the_batch_waits_for_more_questions);
	tcase_add_loop_test(t, an_unknown_word_gets_a_suggestion_wherever_it_stands, 0, sizeof meant / sizeof *meant);
	tcase_add_test(t, the_words_of_the_index_are_listed_and_a_suggestion_is_told);
	suite_add_tcase(s, t);
	return s;
}
