/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of options of each program: how it is read, and that the manual page and the completions say the same. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/option_table.h"
#include "query/ocr_letters.h"
#include "tests/program.h"

extern const struct option_table query_options, index_options;
static const struct option_table *const tables[] = { &query_options, &index_options };
#define N_TABLES 2

/* ---- reading ---- */

static const struct option_spec specs[] = {
	{ 'a', "alpha", NULL, NULL, "A" },	      { 'n', "number", "N", NULL, "B" }, { 300, "maybe", "[X]", "this that", "C" },
	{ 301, "mayor", "WHEN", "auto always never", "D" }, { '0', NULL, NULL, NULL, "E" },
};
static bool is_upper(const char *a) { return a[0] == '-' && isupper((unsigned char)a[1]); }
static const struct option_table table = { "prog", "Head\n", "Foot\n", specs, 5, is_upper };

/* Ids as letters ('M' for 300, 'Y' for 301, 'w' for a word), each with its value in brackets; "!" and the fault where it fails. */
static void read_all(const char *line, char *out)
{
	char copy[200], *argv[32] = { "prog" };
	int argc = 1, id;
	const char *value;
	struct fault why = { 0 };
	struct option_reader r;
	enum fund_status st;
	snprintf(copy, sizeof copy, "%s", line);
	for (char *save = NULL, *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	*out = 0;
	option_reader_init(&r, &table, argc, argv);
	while ((st = option_next(&r, &id, &value, &why)) == FUND_OK)
		out += sprintf(out, "%c%s%s%s", id == OPTION_WORD ? 'w' : id == 300 ? 'M' : id == 301 ? 'Y' : id, value ? "(" : "", value ? value : "",
			       value ? ")" : "");
	if (st != FUND_END)
		sprintf(out, "!%s", why.text);
}

static const struct {
	const char *line, *read;
} lines[] = {
	{ "", "" },
	{ "-a", "a" },
	{ "one -a two", "w(one)aw(two)" },
	{ "-n5 -n 6 --number=7 --number 8 --num 9", "n(5)n(6)n(7)n(8)n(9)" },
	{ "-an5 -0a", "an(5)0a" },
	{ "--maybe x", "Mw(x)" },
	{ "--maybe=x", "M(x)" },
	{ "-Krim", "w(-Krim)" },
	{ "-n -Krim", "n(-Krim)" },
	{ "-- -a --b", "w(-a)w(--b)" },
	{ "x -- -a", "w(x)w(-a)" },
	{ "-", "w(-)" },
	{ "-n", "!option '-n' needs a value" },
	{ "--number", "!option '--number' needs a value" },
	{ "-z", "!unknown option '-z'; try prog --help" },
	{ "--zeta", "!unknown or ambiguous option '--zeta'; try prog --help" },
	{ "--may", "!unknown or ambiguous option '--may'; try prog --help" },
	{ "--alpha=1", "!option '--alpha=1' takes no value" },
};

START_TEST(arguments_are_read_in_their_order)
{
	char out[400];
	read_all(lines[_i].line, out);
	ck_assert_str_eq(out, lines[_i].read);
}
END_TEST

START_TEST(values_are_told_apart_and_listed)
{
	char room[64];
	struct fault why = { 0 };
	ck_assert_int_eq(option_value(&table, 301, "auto"), 0);
	ck_assert_int_eq(option_value(&table, 301, "never"), 2);
	ck_assert_int_eq(option_value(&table, 301, "nev"), -1);
	ck_assert_int_eq(option_value(&table, 301, ""), -1);
	ck_assert_int_eq(option_value(&table, 'n', "auto"), -1);
	ck_assert_str_eq(option_values(&table, 301, room, sizeof room), "auto, always or never");
	ck_assert_str_eq(option_values(&table, 300, room, sizeof room), "this or that");
	ck_assert_int_eq(option_not_a_value(&table, 301, "x", &why), FUND_INVALID);
	ck_assert_str_eq(why.text, "--mayor=x: auto, always or never");
}
END_TEST

/* ---- the manual pages ---- */

static const char *const languages[] = { "docs", "docs/de" };
#define N_PAGES (N_TABLES * 2)

/* The manual page number i: each program's in each language. */
static const struct option_table *page_of(int i, char **page)
{
	const struct option_table *t = tables[i % N_TABLES];
	char path[500];
	size_t n;
	snprintf(path, sizeof path, "%s/%s/%s.1", getenv("FUNDSTELLE_SRC"), languages[i / N_TABLES], t->program);
	*page = file_read(path, &n);
	ck_assert_msg(*page != NULL, "no %s", path);
	return t;
}

START_TEST(the_manual_has_every_option)
{
	char *page, wanted[64];
	const struct option_table *t = page_of(_i, &page);
	for (size_t i = 0; i < t->n; i++) {
		const struct option_spec *s = &t->specs[i];
		if (s->name)
			snprintf(wanted, sizeof wanted, "Fl Fl %s", s->name);
		else
			snprintf(wanted, sizeof wanted, "Fl %c", s->id);
		const char *at = strstr(page, wanted);
		while (at && (isalnum((unsigned char)at[strlen(wanted)]) || at[strlen(wanted)] == '-'))
			at = strstr(at + 1, wanted);
		ck_assert_msg(at != NULL, "%s.1 says nothing of --%s", t->program, s->name ? s->name : wanted);
	}
	free(page);
}
END_TEST

/* As the manual writes it: capitals where a word begins, umlauts as escapes. */
static const char *in_manual(const char *letters, bool capital, char out[16])
{
	static const struct {
		const char *letter, *escape;
	} umlauts[] = { { "ä", "\\(:a" }, { "ö", "\\(:o" }, { "ü", "\\(:u" } };
	snprintf(out, 16, "%s", letters);
	for (size_t i = 0; i < sizeof umlauts / sizeof *umlauts; i++)
		if (strcmp(letters, umlauts[i].letter) == 0)
			snprintf(out, 16, "%s", umlauts[i].escape);
	if (capital)
		out[0] = (char)toupper((unsigned char)out[0]);
	return out;
}

START_TEST(the_manual_has_every_confusion_of_letters)
{
	char path[500], a[16], b[16], one[40], other[40];
	size_t n;
	snprintf(path, sizeof path, "%s/%s/fundstelle-query.1", getenv("FUNDSTELLE_SRC"), languages[_i]);
	char *page = file_read(path, &n);
	ck_assert_ptr_nonnull(page);
	for (char *c = page; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	for (uint32_t i = 0; i < ocr_letters_n; i++) {
		const struct ocr_letters *o = &ocr_letters[i];
		in_manual(o->a, o->first, a);
		in_manual(o->b, o->first, b);
		snprintf(one, sizeof one, " %s %s ", a, b);
		snprintf(other, sizeof other, " %s %s ", b, a);
		ck_assert_msg(strstr(page, one) || strstr(page, other), "%s: no%s", path, one);
	}
	free(page);
}
END_TEST

/* Where the list of options describes it, not only where another mentions it: the lists of both languages have the same items in the same order. */
START_TEST(both_languages_describe_the_same_options)
{
	char *pages[2], *save[2];
	for (int i = 0; i < 2; i++)
		page_of(_i + i * N_TABLES, &pages[i]);
	char *line[2] = { strtok_r(pages[0], "\n", &save[0]), strtok_r(pages[1], "\n", &save[1]) };
	for (;;) {
		size_t n[2];
		for (int i = 0; i < 2; i++)
			while (line[i] && strncmp(line[i], ".It Fl", 6) != 0)
				line[i] = strtok_r(NULL, "\n", &save[i]);
		if (!line[0] || !line[1])
			break;
		for (int i = 0; i < 2; i++)
			n[i] = strcspn(strstr(line[i], "Fl Fl") ? strstr(line[i], "Fl Fl") + 6 : line[i], " ");
		ck_assert_msg(n[0] == n[1] && strncmp(line[0], line[1], strlen(".It Fl x")) == 0, "%s: %s | %s", tables[_i]->program, line[0], line[1]);
		for (int i = 0; i < 2; i++)
			line[i] = strtok_r(NULL, "\n", &save[i]);
	}
	ck_assert_msg(line[0] == NULL && line[1] == NULL, "%s: one language alone has %s", tables[_i]->program, line[0] ? line[0] : line[1]);
	free(pages[0]);
	free(pages[1]);
}
END_TEST

START_TEST(the_manual_has_no_option_that_is_none)
{
	char *page;
	const struct option_table *t = page_of(_i, &page);
	for (const char *at = page; (at = strstr(at, "Fl Fl ")) != NULL;) {
		at += strlen("Fl Fl ");
		size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz-"), i = 0;
		for (; i < t->n; i++) {
			const char *name = t->specs[i].name;
			if (name && strlen(name) == n && memcmp(name, at, n) == 0)
				break;
		}
		ck_assert_msg(i < t->n, "%s.1 has --%.*s, which is no option", t->program, (int)n, at);
	}
	free(page);
}
END_TEST

/* The contract's, in its order: of each program and nothing else. */
static const char *const statuses[N_TABLES] = { "0 1 2", "0 1 2 75" };

START_TEST(the_manual_has_every_exit_status)
{
	char *page, found[64] = "";
	page_of(_i, &page);
	char *at = strstr(page, _i < N_TABLES ? ".Sh EXIT STATUS" : ".Sh RÜCKGABEWERT"), *end = at ? strstr(at + 1, ".Sh ") : NULL;
	ck_assert_ptr_nonnull(end);
	*end = 0;
	for (; (at = strstr(at, "\n.It ")) != NULL; at++)
		sprintf(found + strlen(found), "%s%d", *found ? " " : "", atoi(at + strlen("\n.It ")));
	ck_assert_str_eq(found, statuses[_i % N_TABLES]);
	free(page);
}
END_TEST

/* --help names the same statuses. */
START_TEST(help_has_every_exit_status)
{
	struct outcome o = program_run(NULL, "%s --help", tables[_i]->program);
	const char *foot = strstr(o.out, "\nExit: ");
	ck_assert_msg(foot != NULL, "%s", o.out);
	char copy[32], wanted[16];
	snprintf(copy, sizeof copy, "%s", statuses[_i]);
	for (char *save = NULL, *status = strtok_r(copy, " ", &save); status; status = strtok_r(NULL, " ", &save)) {
		snprintf(wanted, sizeof wanted, "%s ", status);
		ck_assert_msg(strstr(foot, wanted) != NULL, "no %sin %s", wanted, foot);
	}
	outcome_free(&o);
}
END_TEST

/* An option is a line, so it does not fit 24 of them; it does fit a screen of 40, as of a terminal that is not the smallest. */
#define HELP_LINES 40

START_TEST(help_lists_every_option_on_a_screen_of_80_columns)
{
	struct outcome o = program_run(NULL, "%s --help", tables[_i]->program);
	char wanted[64];
	ck_assert_int_eq(o.status, 0);
	for (size_t i = 0; i < tables[_i]->n; i++)
		if (tables[_i]->specs[i].name) {
			snprintf(wanted, sizeof wanted, "--%s", tables[_i]->specs[i].name);
			ck_assert_msg(strstr(o.out, wanted) != NULL, "no %s in\n%s", wanted, o.out);
		}
	size_t n_lines = 0;
	for (const char *c = o.out; *c; c++)
		n_lines += *c == '\n';
	ck_assert_msg(n_lines <= HELP_LINES, "%zu lines", n_lines);
	for (char *save = NULL, *line = strtok_r(o.out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t width = 0;
		for (const char *c = line; *c; c++)
			width += (*c & 0xC0) != 0x80;
		ck_assert_msg(width <= 80, "%zu columns: %s", width, line);
	}
	outcome_free(&o);
}
END_TEST

/* ---- completions: asked of a real bash ---- */

static const struct {
	const char *program, *line, *has, *has_not; /* the words of the command line, a blank between; the last is completed */
} completions[] = {
	{ "fundstelle-query", "--for", "--format=", "--from=" },
	{ "fundstelle-query", "--format = js", "json", "tsv" },
	{ "fundstelle-query", "-f t", "trec", "json" },
	{ "fundstelle-query", "--sort =", "newest", "--limit=" },
	{ "fundstelle-query", "tit", "titel:", "autor:" },
	{ "fundstelle-query", "-n 1", "", "--" },
	{ "fundstelle-index", "--ver", "--verbose", "--wait" },
	{ "fundstelle-index", "--progress = a", "always", "never" },
	{ "fundstelle-index", "-i /et", "/etc", "--" },
};

START_TEST(bash_completes)
{
	char script[1000];
	if (access("/bin/bash", X_OK) != 0)
		return;
	snprintf(script, sizeof script,
		 "compopt() { :; }; source '%s/dist/bash/%s'; COMP_WORDS=(%s %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
		 "$(complete -p %s | sed 's/.*-F \\([^ ]*\\).*/\\1/'); printf '<%%s>' \"${COMPREPLY[@]}\"",
		 getenv("FUNDSTELLE_BIN"), completions[_i].program, completions[_i].program, completions[_i].line, completions[_i].program);
	char *argv[] = { "/bin/bash", "-c", script, NULL };
	struct outcome o = program_run_argv(NULL, argv);
	ck_assert_msg(o.status == 0 && o.err_len == 0 && strstr(o.out, completions[_i].has), "%s: %d %s %s", completions[_i].line, o.status, o.out, o.err);
	ck_assert_msg(!strstr(o.out, completions[_i].has_not), "%s: %s", completions[_i].line, o.out);
	outcome_free(&o);
}
END_TEST

/* zsh and fish are asked for no more than whether they can read them, where they are there. */
START_TEST(other_shells_read_theirs)
{
	static const struct {
		const char *shell, *file;
	} files[] = { { "zsh", "zsh/_" }, { "fish", "fish/" } };
	for (size_t i = 0; i < 2; i++) {
		char script[1000];
		snprintf(script, sizeof script, "command -v %s >/dev/null || exit 0; %s -n '%s/dist/%s%s%s'", files[i].shell, files[i].shell,
			 getenv("FUNDSTELLE_BIN"), files[i].file, tables[_i]->program, i ? ".fish" : "");
		char *argv[] = { "/bin/sh", "-c", script, NULL };
		struct outcome o = program_run_argv(NULL, argv);
		ck_assert_msg(o.status == 0 && o.err_len == 0, "%s: %s%s", files[i].shell, o.out, o.err);
		outcome_free(&o);
	}
}
END_TEST

Suite *suite_options(void);
Suite *suite_options(void)
{
	Suite *s = suite_create("options");
	TCase *c = tcase_create("table");
	tcase_add_loop_test(c, arguments_are_read_in_their_order, 0, (int)(sizeof lines / sizeof *lines));
	tcase_add_test(c, values_are_told_apart_and_listed);
	tcase_add_loop_test(c, the_manual_has_every_option, 0, N_PAGES);
	tcase_add_loop_test(c, the_manual_has_every_confusion_of_letters, 0, 2);
	tcase_add_loop_test(c, both_languages_describe_the_same_options, 0, N_TABLES);
	tcase_add_loop_test(c, the_manual_has_no_option_that_is_none, 0, N_PAGES);
	tcase_add_loop_test(c, the_manual_has_every_exit_status, 0, N_PAGES);
	tcase_add_loop_test(c, help_has_every_exit_status, 0, N_TABLES);
	tcase_add_loop_test(c, help_lists_every_option_on_a_screen_of_80_columns, 0, N_TABLES);
	tcase_add_loop_test(c, bash_completes, 0, (int)(sizeof completions / sizeof *completions));
	tcase_add_loop_test(c, other_shells_read_theirs, 0, N_TABLES);
	suite_add_tcase(s, c);
	return s;
}
