/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of words: regular expressions against regexec(), wildcards against their definition, wrong and huge expressions, any bytes. test_near_word.c has edits. */
#include <regex.h>
#include <string.h>

#include "query/automaton.h"
#include "tests/scratch.h"

static bool matches(struct automaton *a, const char *word)
{
	uint32_t cost;
	return automaton_matches(a, slice_str(word), &cost);
}

static const struct {
	const char *pattern, *word;
	bool is;
} wildcards[] = {
	{ "Militär*", "militär", true },	{ "Militär*", "militärstützpunkt", true }, { "Militär*", "miliz", false },
	{ "militaer*", "militärs", true },	{ "Militär*", "militaers", true },	   { "*stützpunkt", "militärstützpunkt", true },
	{ "*stützpunkt", "stützpunkte", false }, { "*port*", "sport", true },		   { "*port*", "por", false },
	{ "Milit*ung", "militarisierung", true }, { "Strass*", "straßen", true },	   { "Straß*", "strasse", true },
	{ "gu*", "günstig", false },		{ "gue*", "günstig", true },		   { "gunsti*", "günstig", false },
	{ "ÄRZT*", "ärzte", true },		{ "a*b*c", "abc", true },		   { "a*b*c", "abcb", false },
	{ "*", "", true },			{ "café*", "cafés", true },
};

START_TEST(a_star_stands_for_any_letters)
{
	struct automaton *a;
	ck_assert_int_eq(automaton_wildcard(&a, slice_str(wildcards[_i].pattern)), FUND_OK);
	ck_assert_msg(matches(a, wildcards[_i].word) == wildcards[_i].is, "%s %s", wildcards[_i].pattern, wildcards[_i].word);
	automaton_free(a);
}
END_TEST

static const struct {
	const char *expression, *word;
	bool is;
} expressions[] = {
	{ "gro(ss)?[a-z]*stadt", "grossstadt", true }, { "gro(ss)?[a-z]*stadt", "großstadt", false }, { "gro(ss)?[a-zß]*stadt", "großstadt", true },
	{ "GROSS.*", "grosse", true },		       { "[A-Z]x", "ax", true },		      { "[^Ä]rzte", "ärzte", false },
	{ "[Ä]rzte", "ärzte", true },		       { "a|b|", "", true },			      { "(ab|cd){2}", "abcd", true },
	{ "(ab|cd){2}", "ab", false },		       { "a{2,}", "aaaaa", true },		      { "a{2,3}", "aaaa", false },
	{ "^abc$", "abc", true },		       { "a^b", "ab", false },			      { "a$b", "ab", false },
	{ "(^a|b)c", "ac", true },		       { "[]a]+", "]a", true },			      { "[[:digit:]]{4}", "1989", true },
	{ "[[:alpha:]]+", "größe", true },	       { "[^[:alpha:]]", "5", true },		      { "a\\.b", "a.b", true },
	{ "a\\.b", "axb", false },		       { "()", "", true },			      { "(a*)*", "aaa", true },
	{ "x{0}", "", true },			       { "[a-]", "-", true },			      { "[\\]", "\\", true },
	{ "[[.a.]-[=c=]]", "b", true },		       { "м.р", "мир", true },			      { "МИР", "мир", true },
};

START_TEST(an_expression_is_for_the_whole_word)
{
	struct automaton *a;
	struct fault why = { 0 };
	uint32_t off;
	ck_assert_msg(automaton_regex(&a, slice_str(expressions[_i].expression), &off, &why) == FUND_OK, "%s: %s", expressions[_i].expression, why.text);
	ck_assert_msg(matches(a, expressions[_i].word) == expressions[_i].is, "%s %s", expressions[_i].expression, expressions[_i].word);
	automaton_free(a);
}
END_TEST

static const struct {
	const char *expression;
	uint32_t off;
} wrong[] = {
	{ "a(b", 1 }, { "ab)", 2 }, { "[a", 0 }, { "*a", 0 }, { "(+)", 1 }, { "a{3,2}", 2 }, { "a{x}", 2 }, { "a{300}", 2 }, { "a{2", 3 }, { "[z-a]", 1 }, { "[[:foo:]]", 3 },
	{ "a\\d", 1 }, { "a\\", 1 }, { "a**********?*", 11 },
};

START_TEST(a_wrong_expression_is_pointed_at)
{
	struct automaton *a;
	struct fault why = { 0 };
	uint32_t off = 99;
	ck_assert_int_eq(automaton_regex(&a, slice_str(wrong[_i].expression), &off, &why), FUND_INVALID);
	ck_assert_msg(off == wrong[_i].off && strlen(why.text) > 10, "%s: %u, %s", wrong[_i].expression, off, why.text);
	ck_assert_ptr_null(a);
}
END_TEST

/* What takes other engines gigabytes, or for ever. */
static const char *const huge[] = {
	"(((a{255}){255}){255}){255}", "((((((){255}){255}){255}){255}){255}){255}", "(a?){255}{255}", "((a{1,255}){1,255}|b){99}", "(.{200}x|.{255}y){20}",
};

START_TEST(an_expression_that_is_too_complex_is_refused_at_once)
{
	struct automaton *a;
	struct fault why = { 0 };
	uint32_t off;
	ck_assert_int_eq(automaton_regex(&a, slice_str(huge[_i]), &off, &why), FUND_LIMIT);
	ck_assert(strstr(why.text, "too complex") != NULL);
}
END_TEST

START_TEST(states_that_fill_their_room_are_made_anew)
{
	struct automaton *a;
	struct fault why = { 0 };
	uint32_t off;
	char word[40];
	uint64_t state = 5;
	ck_assert_int_eq(automaton_regex(&a, slice_str("[ab]*a[ab]{14}"), &off, &why), FUND_OK); /* 2^15 states */
	for (int round = 0; round < 20000; round++) {
		uint32_t n = 1 + random_below(&state, 30);
		for (uint32_t i = 0; i < n; i++)
			word[i] = (char)('a' + random_below(&state, 2));
		word[n] = 0;
		ck_assert(matches(a, word) == (n >= 15 && word[n - 15] == 'a'));
	}
	automaton_free(a);
}
END_TEST

static void random_expression(uint64_t *state, char *out, size_t room, int depth)
{
	static const char *const atoms[] = { "a", "b", "c", ".", "[ab]", "[^a]", "[b-c]" }, *const repeats[] = { "", "", "", "*", "+", "?", "{2}", "{1,2}" };
	size_t n = strlen(out);
	for (uint32_t i = 0, parts = 1 + random_below(state, 3); i < parts && n + 40 < room; i++) {
		if (depth > 0 && random_below(state, 3) == 0) {
			snprintf(out + n, room - n, "(");
			random_expression(state, out, room - 20, depth - 1);
			n = strlen(out);
			snprintf(out + n, room - n, "|");
			random_expression(state, out, room - 20, depth - 1);
			n = strlen(out);
			snprintf(out + n, room - n, ")%s", repeats[random_below(state, 8)]);
		} else {
			snprintf(out + n, room - n, "%s%s", atoms[random_below(state, 7)], repeats[random_below(state, 8)]);
		}
		n = strlen(out);
	}
}

START_TEST(random_expressions_agree_with_regexec)
{
	uint64_t state = 77;
	for (int round = 0; round < 3000; round++) {
		char expression[200] = "", whole[220], word[12];
		struct automaton *a;
		struct fault why = { 0 };
		uint32_t off;
		regex_t reference;
		random_expression(&state, expression, sizeof expression, 2);
		snprintf(whole, sizeof whole, "^(%s)$", expression);
		ck_assert_int_eq(regcomp(&reference, whole, REG_EXTENDED | REG_NOSUB), 0);
		ck_assert_msg(automaton_regex(&a, slice_str(expression), &off, &why) == FUND_OK, "%s: %s", expression, why.text);
		for (int i = 0; i < 20; i++) {
			uint32_t n = random_below(&state, 9);
			for (uint32_t k = 0; k < n; k++)
				word[k] = (char)('a' + random_below(&state, 3));
			word[n] = 0;
			bool is = regexec(&reference, word, 0, NULL, 0) == 0;
			ck_assert_msg(matches(a, word) == is, "%s %s: %d", expression, word, is);
			for (uint32_t k = 0; k <= n && is; k++)
				ck_assert(automaton_may_begin(a, slice_of(word, k)));
			if (is && !automaton_may_begin(a, slice_str("zzz"))) /* what is in vain begins no word */
				ck_assert(automaton_vain(a) > 0 && automaton_vain(a) <= 3 && memcmp(word, "zzz", automaton_vain(a) < n ? automaton_vain(a) : n + 1) != 0);
			ck_assert(!is || !letters_lack(automaton_letters(a), letters_in(slice_str(word))));
		}
		regfree(&reference);
		automaton_free(a);
	}
}
END_TEST

/* ---- letters ---- */

static const struct {
	const char *pattern, *all;
} common_letters[] = {
	{ "*port*", "port" }, { "*stützpunkt", "stzpunkt" }, { "*ae*x*", "x" }, { "Straß*", "stra" }, { "*", "" }, { "*мир*", "мир" }, { "*poet*", "pt" },
	{ "/gro(ss)?[a-z]*stadt/", "grostad" }, { "/ab|ac/", "a" }, { "/a?b/", "b" }, { "/(ab)*/", "" }, { "/[a]b/", "b" }, { "/^ab$/", "ab" }, { "/\xef\xbf\xbd" "b/", "b" },
	{ "Stoltenburg~", "stolenburg" }, { "Müller~", "mler" },
};

static struct automaton *automaton_of(const char *pattern)
{
	struct slice p = slice_str(pattern);
	struct automaton *a;
	struct fault why = { 0 };
	uint32_t off;
	ck_assert_int_eq(*pattern == '/' ? automaton_regex(&a, slice_part(p, 1, p.len - 2), &off, &why) :
			 p.data[p.len - 1] == '~' ? automaton_fuzzy(&a, slice_part(p, 0, p.len - 1), 2) : automaton_wildcard(&a, p), FUND_OK);
	return a;
}

START_TEST(all_words_have_these_letters)
{
	struct automaton *a = automaton_of(common_letters[_i].pattern);
	struct letters_wanted wanted = automaton_letters(a);
	ck_assert_msg(wanted.all == letters_in(slice_str(common_letters[_i].all)), "%s", common_letters[_i].pattern);
	ck_assert_uint_eq(wanted.may_lack, automaton_near(a) ? 2 : 0);
	automaton_free(a);
}
END_TEST

START_TEST(any_bytes_are_an_automaton_or_an_error_with_a_place)
{
	static const char *const pieces[] = { "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", ".", "\\", "-", "a", "2", ",", "[:alpha:]", "[=", "ä", "\xff", "\xc3", "\xf0\x9f" };
	uint64_t state = 3;
	for (int round = 0; round < 10000; round++) {
		char text[200] = "";
		struct automaton *a;
		struct fault why = { 0 };
		uint32_t off = 0, cost;
		for (uint32_t i = 0, count = random_below(&state, 16); i < count; i++)
			strcat(text, pieces[random_below(&state, sizeof pieces / sizeof *pieces)]);
		size_t n = strlen(text);
		char *exact = malloc(n + 1);
		memcpy(exact, text, n);
		enum fund_status st = automaton_regex(&a, slice_of(exact, n), &off, &why);
		ck_assert_msg(st == FUND_OK || ((st == FUND_INVALID || st == FUND_LIMIT) && off <= n), "%s: %d at %u", text, st, off);
		if (st == FUND_OK)
			automaton_matches(a, slice_of(exact, n), &cost);
		automaton_free(a);
		if (automaton_wildcard(&a, slice_of(exact, n)) == FUND_OK)
			automaton_matches(a, slice_of(exact, n), &cost);
		automaton_free(a);
		if (automaton_fuzzy(&a, slice_of(exact, n), 2) == FUND_OK)
			ck_assert(automaton_matches(a, slice_of(exact, n), &cost) || n == 0 || cost == UINT32_MAX);
		automaton_free(a);
		free(exact);
	}
}
END_TEST

#define N(table) ((int)(sizeof(table) / sizeof(*(table))))

Suite *suite_automaton(void);
Suite *suite_automaton(void)
{
	Suite *s = suite_create("automata of words");
	TCase *t = tcase_create("automaton");
	tcase_add_loop_test(t, a_star_stands_for_any_letters, 0, N(wildcards));
	tcase_add_loop_test(t, an_expression_is_for_the_whole_word, 0, N(expressions));
	tcase_add_loop_test(t, a_wrong_expression_is_pointed_at, 0, N(wrong));
	tcase_add_loop_test(t, an_expression_that_is_too_complex_is_refused_at_once, 0, N(huge));
	tcase_add_test(t, states_that_fill_their_room_are_made_anew);
	tcase_add_test(t, random_expressions_agree_with_regexec);
	tcase_add_loop_test(t, all_words_have_these_letters, 0, N(common_letters));
	tcase_add_test(t, any_bytes_are_an_automaton_or_an_error_with_a_place);
	suite_add_tcase(s, t);
	return s;
}
