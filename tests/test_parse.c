/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The query language: what a line is read as, written as an s-expression; where a wrong one is wrong; any bytes at all. */
#include <stdarg.h>
#include <string.h>

#include "base/strnum.h"
#include "query/ast.h"
#include "store/segment.h"
#include "tests/scratch.h"

struct text {
	char *at;
	size_t room;
};

static void write_node(const struct ast *a, struct text *out);

static void put(struct text *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(out->at, out->room, format, args);
	va_end(args);
	ck_assert_int_lt(n, (int)out->room);
	out->at += n;
	out->room -= (size_t)n;
}

static void write_children(const struct ast *a, const char *open, const char *close, struct text *out)
{
	put(out, "%s", open);
	for (const struct ast *c = a->children; c != NULL; c = c->next) {
		write_node(c, out);
		put(out, "%s", c->next ? " " : "");
	}
	put(out, "%s", close);
}

static void write_near(const struct ast *a, struct text *out)
{
	write_children(a, "<", "", out);
	if (a->scope != SCOPE_FIELD)
		put(out, " %s/%s>", a->ordered ? "PRE" : "NEAR", a->scope == SCOPE_SENTENCE ? "S" : "P");
	else
		put(out, " %s/%u>", a->ordered ? "PRE" : "NEAR", a->distance);
}

static void write_node(const struct ast *a, struct text *out)
{
	static const char *const signs[] = { "", "+", "-" }, *const fields[] = { "", "titel:", "autor:", "ressort:", "quelle:" };
	static const char *const before[] = { [AST_EXACT] = "=", [AST_WILDCARD] = "%", [AST_REGEX] = "/", [AST_FUZZY] = "~" };
	put(out, "%s%s", signs[a->sign], a->kind == AST_GROUP || a->kind == AST_NEAR || a->kind == AST_DATE ? "" : fields[a->field]);
	switch (a->kind) {
	case AST_WORD: put(out, "%.*s", (int)a->text.len, (const char *)a->text.data); break;
	case AST_EXACT:
	case AST_WILDCARD:
	case AST_REGEX: put(out, "%s%.*s", before[a->kind], (int)a->text.len, (const char *)a->text.data); break;
	case AST_FUZZY: put(out, "%s%u:%.*s", before[a->kind], a->distance, (int)a->text.len, (const char *)a->text.data); break;
	case AST_SET: write_children(a, "{", "}", out); break;
	case AST_NEAR: write_near(a, out); break;
	case AST_ALL: put(out, "*"); break;
	case AST_PHRASE:
		if (a->children)
			write_children(a, "\"", "\"", out);
		else
			put(out, "\"%.*s\"", (int)a->text.len, (const char *)a->text.data);
		if (a->loose)
			put(out, "~%u", a->distance);
		break;
	case AST_DATE:
		put(out, "[%u.%u.%u-%u.%u.%u]", DATE_YEAR(a->from), DATE_MONTH(a->from), DATE_DAY(a->from), DATE_YEAR(a->to), DATE_MONTH(a->to), DATE_DAY(a->to));
		break;
	case AST_GROUP: write_children(a, "(", ")", out); break;
	}
}

struct outcome_of_parse {
	enum fund_status status;
	char text[600];
	uint32_t error_off;
	struct parse_warning warning;
	struct fault why;
};

static struct outcome_of_parse parse(struct slice query, bool all)
{
	struct outcome_of_parse o = { .error_off = UINT32_MAX };
	struct arena arena = ARENA_INIT;
	struct parse_options options = { .all = all };
	struct ast *ast = NULL;
	o.status = parse_query(&arena, query, &options, &ast, &o.warning, &o.error_off, &o.why);
	if (o.status == FUND_OK && ast != NULL)
		write_node(ast, &(struct text){ o.text, sizeof(o.text) });
	arena_release(&arena);
	return o;
}

START_TEST(a_query_of_two_thousand_million_bytes_is_refused_before_it_is_read)
{
	struct outcome_of_parse o = parse(slice_of("a", (size_t)UINT32_MAX), false);
	ck_assert_int_eq(o.status, FUND_LIMIT);
	ck_assert_str_eq(o.why.text, "the query is too long");
}
END_TEST

static const struct {
	const char *query, *tree, *tree_of_all; /* NULL: the same */
} readings[] = {
	{ "", "", NULL },
	{ "   ", "", NULL },
	{ "Wort", "(Wort)", "(+Wort)" },
	{ "Truppenaufmarsch Ukraine", "(Truppenaufmarsch Ukraine)", "(+Truppenaufmarsch +Ukraine)" },
	{ "+Ukraine -Krim", "(+Ukraine -Krim)", NULL },
	{ "A AND B", "((+A +B))", "(+(+A +B))" },
	{ "A UND B ODER C", "(((+A +B) C))", NULL },
	{ "NOT C", "(-C)", NULL },
	{ "A NICHT C", "(A -C)", "(+A -C)" },
	{ "\"zwei Worte\" eins", "(\"zwei Worte\" eins)", NULL },
	{ "„deutsche Quotes“", "(\"deutsche Quotes\")", NULL },
	{ "titel:Kreml", "(titel:Kreml)", NULL },
	{ "ressort:\"Aus aller Welt\"", "(ressort:\"Aus aller Welt\")", NULL },
	{ "a:b", "(a:b)", NULL },
	{ "titel:", "(titel:)", NULL },
	{ "datum:2022-01 Wort", "([2022.1.0-2022.1.31] Wort)", NULL },
	{ "Covid-19", "(Covid-19)", NULL },
	{ "- Wort", "(- Wort)", NULL },
	{ "a -- b", "(a -- b)", NULL },
	{ "und oder nicht", "(und oder nicht)", NULL },
	{ "=Häuser", "(=Häuser)", "(+=Häuser)" },
	{ "titel:=Häuser -=Haus", "(titel:=Häuser -=Haus)", NULL },
	{ "=\"am See\"", "(\"=am =See\")", NULL },
	{ "\"das =Haus am See\"", "(\"das =Haus am See\")", NULL },
	{ "= a == b", "(= a == b)", NULL },
	{ "Militär* *stützpunkt *port* Milit*ung", "(%Militär* %*stützpunkt %*port* %Milit*ung)", NULL },
	{ "(Militär*), „Militär* da“", "((%Militär*) , \"%Militär* da\")", NULL },
	{ "Bürger*innen Lehrer*in jede*r Bürger*innenrat", "(Bürger*innen Lehrer*in jede*r Bürger*innenrat)", NULL },
	{ "in*in Bürger*inn Bürger*inf Haus*rat", "(%in*in %Bürger*inn %Bürger*inf %Haus*rat)", NULL },
	{ "Bürger*innen*", "(%Bürger*innen*)", NULL },
	{ "*", "(*)", "(+*)" },
	{ "** *.* 5 * 3", "(** *.* 5 * 3)", NULL },
	{ "Stoltenburg~ Putin~1 Putin~2", "(~0:Stoltenburg ~1:Putin ~2:Putin)", NULL },
	{ "~ ~5 a~b", "(~ ~5 a~b)", NULL },
	{ "/gro(ss)?[a-z]*stadt/", "(/gro(ss)?[a-z]*stadt)", NULL },
	{ "/[/]a\\/b/ und/oder /usr/bin", "(/[/]a\\/b und/oder /usr/bin)", NULL },
	{ "// /a b/ (/ab/)", "(// /a b/ (/ab))", NULL },
	{ "AC/DC 1/2 km/h / // /. /a/b/ /r/de? /dpa/", "(AC/DC 1/2 km/h / // /. /a/b/ /r/de? /dpa)", NULL },
	{ "/usr/[x]/bin /wiki/A_(b)/c /usr/*/bin /.\\/.\\ ", "(/usr/[x]/bin /wiki/A_(b)/c %usr/*/bin /.\\/.\\)", NULL },
	{ "/suche?q=km/h /C++/C /$50/Tag /Kolleg*innen/Leute", "(/suche?q=km/h /C++/C /$50/Tag /Kolleg*innen/Leute)", NULL },
	{ "/[a/ /gr[o/a]ß/ (/[^]/)", "(/[a /gr[o/a]ß (/[^]))", NULL },
	{ "{Haus,Hof} {x} {", "({Haus Hof} {x} {)", NULL },
	{ "\"{Haus,Hof} am See\"", "(\"{Haus Hof} am See\")", NULL },
	{ "\"am {=See, großen Meer,Mee*} gut\"", "(\"am {=See großen Meer %Mee*} gut\")", NULL },
	{ "\"drei Worte hier\"~3", "(\"drei Worte hier\"~3)", NULL },
	{ "\"drei Worte\"~ 3", "(\"drei Worte\" ~ 3)", NULL },
	{ "Truppen NEAR/5 Grenze", "(<Truppen Grenze NEAR/5>)", "(+<Truppen Grenze NEAR/5>)" },
	{ "A NEAR/S B PRE/P C", "(<<A B NEAR/S> C PRE/P>)", NULL },
	{ "A NEAR/3 B AND NOT C PRE/4 D", "((+<A B NEAR/3> -<C D PRE/4>))", NULL },
	{ "(A OR \"b c\") NEAR/2 {d,e}", "(<((A \"b c\")) {d e} NEAR/2>)", "(+<(+(A \"b c\")) {d e} NEAR/2>)" },
	{ "titel:(A NEAR/1 B)", "((<titel:A titel:B NEAR/1>))", NULL },
	{ "NEAR Haus PREMIERE near/5", "(NEAR Haus PREMIERE near/5)", NULL },
	{ "Was sagt der Minister?", "(Was sagt der Minister?)", NULL },
	{ "C++ AT&T 5% §218 a/b it's", "(C++ AT&T 5% §218 a/b it's)", NULL },
	{ "a) Punkt 1) Satz :-) da", "(a Punkt 1 Satz :- da)", NULL },
	{ "datum:2022", "([2022.0.0-2022.15.31])", NULL },
};

static bool is_same(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

START_TEST(a_line_is_read_as_this_tree)
{
	struct outcome_of_parse o = parse(slice_str(readings[_i].query), false);
	ck_assert_msg(o.status == FUND_OK && is_same(o.text, readings[_i].tree), "%s: %s %s", readings[_i].query, o.text, o.why.text);
	if (readings[_i].tree_of_all == NULL)
		return;
	o = parse(slice_str(readings[_i].query), true);
	ck_assert_msg(o.status == FUND_OK && is_same(o.text, readings[_i].tree_of_all), "--all %s: %s %s", readings[_i].query, o.text, o.why.text);
}
END_TEST

static const struct {
	const char *query;
	uint32_t off;
} errors[] = {
	{ "(A B", 0 }, { "A (B (C)", 2 }, { "A )", 2 }, { "A AND", 5 }, { "OR A", 0 }, { "A AND OR B", 6 }, { "datum:2022-99", 6 }, { "A datum:x..y", 8 },
	{ "A NEAR/5", 8 }, { "NEAR/5 A", 0 }, { "A NEAR/ B", 7 }, { "A NEAR/0 B", 7 }, { "A PRE/1001 B", 6 }, { "A NEAR/x B", 7 }, { "A NEAR/5S B", 7 },
	{ "A NEAR/3 (B AND C)", 10 }, { "(A -B) NEAR/3 C", 4 }, { "A NEAR/3 datum:2022", 9 }, { "A NEAR/3 *", 9 }, { "titel:A NEAR/3 autor:B", 15 },
	{ "A NEAR/3 NOT B", 9 }, { "Wort~5", 4 }, { "\"a b\"~2000", 5 }, { "()", 0 }, { "\"a {b c,d} e\"~2", 4 },
	{ "/gu[tT]/x", 8 }, { "/gr[oa/x", 7 }, { "Haus /a[b]/c/", 11 }, { "\"am /(a|b)/, See\"", 11 }, { "titel:/a*/.", 10 },
};

START_TEST(wrong_syntax_is_pointed_at)
{
	struct outcome_of_parse o = parse(slice_str(errors[_i].query), false);
	ck_assert_int_eq(o.status, FUND_INVALID);
	ck_assert_msg(o.error_off == errors[_i].off, "%s: %u, %s", errors[_i].query, o.error_off, o.why.text);
	ck_assert_uint_gt(strlen(o.why.text), 10);
}
END_TEST

START_TEST(a_lonely_quote_is_warned_of)
{
	struct outcome_of_parse o = parse(slice_str("Haus \"am See"), false);
	ck_assert(o.status == FUND_OK && is_same(o.text, "(Haus \"am See\")"));
	ck_assert(o.warning.text != NULL && o.warning.off == 5);
}
END_TEST

START_TEST(deep_nesting_is_refused_or_read_but_harmless)
{
	static const char *const bombs[] = { "(", "NOT ", "A AND (", "-(", "((\"", "+", "titel:", "A NEAR/3 ", "{", "(A NEAR/3 ", "\"", ")", ":)", "a*" };
	size_t unit = strlen(bombs[_i]), n = 200000;
	char *text = malloc(n * unit + 1);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * unit, bombs[_i], unit);
	struct arena arena = ARENA_INIT;
	struct parse_options options = { 0 };
	struct parse_warning warning = { 0, NULL };
	struct fault why = { 0 };
	struct ast *ast;
	uint32_t off = 0;
	enum fund_status st = parse_query(&arena, slice_of(text, n * unit), &options, &ast, &warning, &off, &why);
	ck_assert(st == FUND_INVALID || st == FUND_OK);
	arena_release(&arena);
	free(text);
}
END_TEST

START_TEST(any_bytes_are_a_query_or_an_error_with_a_place)
{
	static const char *const pieces[] = { "AND", "OR", "NOT", "(", ")", "\"", "+", "-", " ", " ", "titel:", "datum:", "2022", "..", "Wort", "~3", "~", "{a,b}", "{", ",", "}", "NEAR/2", "NEAR/", "PRE/P", "=", "/a[b]*/", "[", "\\", "*innen", "\xff", "\xc3", "ä", "„", "“", "*", "/" };
	uint64_t state = 12;
	for (int round = 0; round < 20000; round++) {
		char text[300] = "";
		size_t n = 0;
		uint32_t count = random_below(&state, 24);
		for (uint32_t i = 0; i < count; i++) {
			const char *piece = pieces[random_below(&state, sizeof(pieces) / sizeof(*pieces))];
			memcpy(text + n, piece, strlen(piece));
			n += strlen(piece);
		}
		char *exact = malloc(n + 1);
		memcpy(exact, text, n);
		struct arena arena = ARENA_INIT;
		struct parse_options options = { .all = round % 2 };
		struct parse_warning warning = { 0, NULL };
		struct fault why = { 0 };
		struct ast *ast;
		uint32_t off = UINT32_MAX;
		enum fund_status st = parse_query(&arena, slice_of(exact, n), &options, &ast, &warning, &off, &why);
		ck_assert_msg(st == FUND_OK || (st == FUND_INVALID && off <= n), "%s: %d at %u", text, st, off);
		arena_release(&arena);
		free(exact);
	}
}
END_TEST

static const struct {
	const char *text;
	uint32_t from, to; /* 0, 0: no date */
} dates[] = {
	{ "2022", DATE_PACK(2022, 0, 0), DATE_PACK(2022, 12, 31) },
	{ "2022-01", DATE_PACK(2022, 1, 0), DATE_PACK(2022, 1, 31) },
	{ "2022-01-18", DATE_PACK(2022, 1, 18), DATE_PACK(2022, 1, 18) },
	{ "2021-12..2022-02", DATE_PACK(2021, 12, 0), DATE_PACK(2022, 2, 31) },
	{ "..1999", 1, /* undated articles are not before anything */ DATE_PACK(1999, 12, 31) },
	{ "2022-13", 0, 0 }, { "2022-1", 0, 0 }, { "22", 0, 0 }, { "2022-02-30", 0, 0 }, { "", 0, 0 }, { "2023..2022", 0, 0 },
};

START_TEST(a_date_is_a_range_at_its_precision)
{
	uint32_t from = 0, to = 0;
	bool is_date = parse_date_range(slice_str(dates[_i].text), &from, &to);
	ck_assert_msg(is_date == (dates[_i].to != 0), "%s", dates[_i].text);
	if (is_date)
		ck_assert_msg(from == dates[_i].from && to >= dates[_i].to && DATE_YEAR(to) == DATE_YEAR(dates[_i].to) && to < dates[_i].to + 128, "%s: %x to %x", dates[_i].text, from, to);
}
END_TEST

#define N(table) ((int)(sizeof(table) / sizeof(*(table))))

Suite *suite_parse(void);
Suite *suite_parse(void)
{
	Suite *s = suite_create("the query language");
	TCase *t = tcase_create("parse");

	tcase_add_test(t, a_query_of_two_thousand_million_bytes_is_refused_before_it_is_read);
	tcase_add_loop_test(t, a_line_is_read_as_this_tree, 0, N(readings));
	tcase_add_loop_test(t, wrong_syntax_is_pointed_at, 0, N(errors));
	tcase_add_test(t, a_lonely_quote_is_warned_of);
	tcase_add_loop_test(t, deep_nesting_is_refused_or_read_but_harmless, 0, 14);
	tcase_add_test(t, any_bytes_are_a_query_or_an_error_with_a_place);
	tcase_add_loop_test(t, a_date_is_a_range_at_its_precision, 0, N(dates));
	suite_add_tcase(s, t);
	return s;
}
