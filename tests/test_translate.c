/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages speak the language of the environment: English, or German where the locale is German, installed or not. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/program.h"

static const struct {
	const char *lang, *lc_all, *language, *wanted; /* NULL: not set */
} environments[] = {
	{ NULL, NULL, NULL, "no QUERY" },
	{ "C", NULL, NULL, "no QUERY" },
	{ "C.UTF-8", NULL, NULL, "no QUERY" },
	{ "en_US.UTF-8", NULL, NULL, "no QUERY" },
	{ "de_DE.UTF-8", NULL, NULL, "keine Anfrage" },
	{ "de_DE", NULL, NULL, "keine Anfrage" },
	{ "de_AT.UTF-8", NULL, NULL, "keine Anfrage" },
	{ "en_US.UTF-8", "de_DE.UTF-8", NULL, "keine Anfrage" },
	{ "de_DE.UTF-8", "C", NULL, "no QUERY" },
	{ "de_DE.UTF-8", "", NULL, "keine Anfrage" },
	{ "C.UTF-8", NULL, "de", "keine Anfrage" },
	{ "de_DE.UTF-8", NULL, "en", "no QUERY" },
	{ "C", NULL, "de", "no QUERY" },
	{ "fr_FR.UTF-8", NULL, NULL, "no QUERY" },
	{ "de_DE/../../x", NULL, NULL, "no QUERY" },
};


static struct scratch scratch;

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static bool has_catalogue(void)
{
	char path[600];
	snprintf(path, sizeof path, "%s/locale/de/LC_MESSAGES/fundstelle.mo", getenv("FUNDSTELLE_BIN"));
	return access(path, R_OK) == 0;
}

START_TEST(messages_speak_the_language_of_the_environment)
{
	if (!has_catalogue()) { /* built without msgfmt */
		fprintf(stderr, "translate: no catalogue was built: not tested\n");
		return;
	}
	set("LANG", environments[_i].lang);
	set("LC_ALL", environments[_i].lc_all);
	set("LC_MESSAGES", NULL);
	set("LANGUAGE", environments[_i].language);
	struct outcome o = program_run(NULL, "fundstelle-query");
	ck_assert_msg(o.status == 2 && strstr(o.err, environments[_i].wanted) != NULL, "%d %s", o.status, o.err);
	outcome_free(&o);
}
END_TEST

/* Whether that locale is installed or not. */
static const struct {
	const char *lang, *lc_numeric, *lc_all;
	char point;
} numbers[] = {
	{ NULL, NULL, NULL, '.' },
	{ "C.UTF-8", NULL, NULL, '.' },
	{ "en_GB.UTF-8", NULL, NULL, '.' },
	{ "de_DE.UTF-8", NULL, NULL, ',' },
	{ "de_AT", NULL, NULL, ',' },
	{ "de_DE.UTF-8", "C", NULL, '.' },
	{ "en_US.UTF-8", "de_DE.UTF-8", NULL, ',' },
	{ "de_DE.UTF-8", "de_DE.UTF-8", "C.UTF-8", '.' },
};

static void has(const char *args, const char *format, const char *number, char point)
{
	char dir[400], written[40], wanted[80];
	snprintf(written, sizeof written, "%s", number);
	if (strchr(written, '.'))
		*strchr(written, '.') = point;
	snprintf(dir, sizeof dir, "%s/index", scratch.dir);
	snprintf(wanted, sizeof wanted, format, written);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s %s", dir, args);
	ck_assert_msg(o.status == 0 && strstr(o.out, wanted), "%s: no %s: %s%s", args, wanted, o.out, o.err);
	outcome_free(&o);
}

START_TEST(the_locale_decides_on_decimals_where_people_read_and_nowhere_else)
{
	char point = numbers[_i].point, score[40] = "";
	scratch_make(&scratch);
	file_write(scratch.dir, "a/a.txt", "date 2021-05-06 Die Krim lag still.\n");
	program_expect(0, "fundstelle-index -q -i %s/index %s/a", scratch.dir, scratch.dir);
	set("LANG", numbers[_i].lang);
	set("LC_NUMERIC", numbers[_i].lc_numeric);
	set("LC_ALL", numbers[_i].lc_all);
	struct outcome o = program_run(NULL, "fundstelle-query -i %s/index -f tsv Krim", scratch.dir);
	ck_assert_msg(sscanf(o.out, "1\t%39[0-9.]\t", score) == 1 && strchr(score, '.'), "%s", o.out);
	outcome_free(&o);
	has("Krim", "  %s\n", score, point);
	has("--explain Krim", " %s  krim", score, point);
	has("-f jsonl Krim", "\"score\": %s,", score, '.');
	has("-f jsonl --explain Krim", "\"score\": %s}", score, '.');
	has("-f trec Krim", " %s", "0.", '.');
	has("--timeline --relative Krim", " %s ", "250000.00", point);
	has("-f tsv --timeline --relative Krim", "\t%s\t", "250000.0000", '.');
	has("-f json --timeline --relative Krim", ": %s", "250000.0000", '.');
	scratch_remove(&scratch);
}
END_TEST

START_TEST(german_help_fits_80_columns)
{
	static const char *const programs[] = { "fundstelle-query", "fundstelle-index" };
	set("LC_ALL", "de_DE.UTF-8");
	set("LANGUAGE", NULL);
	struct outcome o = program_run(NULL, "%s --help", programs[_i]);
	ck_assert(!has_catalogue() || strncmp(o.out, "Aufruf:", 7) == 0);
	for (char *save = NULL, *line = strtok_r(o.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t width = 0;
		for (const char *c = line; *c; c++)
			width += (*c & 0xC0) != 0x80;
		ck_assert_msg(width <= 80, "%zu columns: %s", width, line);
	}
	outcome_free(&o);
}
END_TEST

Suite *suite_translate(void);
Suite *suite_translate(void)
{
	Suite *s = suite_create("translation");
	TCase *c = tcase_create("environment");
	tcase_add_loop_test(c, the_locale_decides_on_decimals_where_people_read_and_nowhere_else, 0, (int)(sizeof numbers / sizeof *numbers));
	tcase_add_loop_test(c, messages_speak_the_language_of_the_environment, 0, (int)(sizeof environments / sizeof *environments));
	tcase_add_loop_test(c, german_help_fits_80_columns, 0, 2);
	suite_add_tcase(s, c);
	return s;
}
