/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fundstelle-query prints as JSON is what docs/query.schema.json says; and the validator that looks finds faults where there are some. */
#include "config.h"

#include <string.h>

#include "tests/json_schema.h"
#include "tests/program.h"

/* ---- the validator ---- */

static const struct {
	const char *schema, *good, *bad; /* NULL: none */
} documents[] = {
	{ "true", "1", NULL },
	{ "false", NULL, "1" },
	{ "{}", "[1, {\"a\": null}]", NULL },
	{ "{\"type\": \"string\"}", "\"a\"", "1" },
	{ "{\"type\": \"integer\"}", "-12", "1.5" },
	{ "{\"type\": \"integer\"}", "1.0", "\"1\"" },
	{ "{\"type\": \"number\"}", "1.5e3", "null" },
	{ "{\"type\": \"boolean\"}", "false", "0" },
	{ "{\"type\": \"null\"}", "null", "false" },
	{ "{\"type\": \"array\"}", "[]", "{}" },
	{ "{\"type\": [\"string\", \"null\"]}", "null", "1" },
	{ "{\"const\": 1}", "1.0", "2" },
	{ "{\"const\": {\"a\": [1, \"b\"], \"c\": null}}", "{\"c\": null, \"a\": [1, \"b\"]}", "{\"c\": null, \"a\": [\"b\", 1]}" },
	{ "{\"const\": [1]}", "[1]", "[1, 1]" },
	{ "{\"enum\": [\"a\", 7]}", "7", "\"b\"" },
	{ "{\"required\": [\"a\"]}", "{\"a\": 1}", "{\"b\": 1}" },
	{ "{\"required\": [\"a\"]}", "[]", NULL }, /* says nothing about what is no object */
	{ "{\"properties\": {\"a\": {\"type\": \"string\"}}}", "{\"a\": \"x\"}", "{\"a\": 1}" },
	{ "{\"properties\": {\"a\": {\"properties\": {\"b\": {\"const\": 1}}}}}", "{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 2}}" },
	{ "{\"properties\": {\"a\": {}}, \"additionalProperties\": false}", "{\"a\": 1}", "{\"a\": 1, \"b\": 2}" },
	{ "{\"additionalProperties\": {\"type\": \"null\"}}", "{\"a\": null}", "{\"a\": 1}" },
	{ "{\"items\": {\"type\": \"integer\"}}", "[1, 2]", "[1, \"2\"]" },
	{ "{\"prefixItems\": [{\"type\": \"string\"}], \"items\": false}", "[\"a\"]", "[\"a\", 1]" },
	{ "{\"prefixItems\": [{\"type\": \"string\"}, {\"type\": \"null\"}]}", "[\"a\", null, 3]", "[\"a\", 3]" },
	{ "{\"minItems\": 1}", "[0]", "[]" },
	{ "{\"maxItems\": 1}", "[0]", "[0, 0]" },
	{ "{\"minimum\": 0}", "0", "-1" },
	{ "{\"maximum\": 14}", "14", "14.5" },
	{ "{\"minLength\": 2}", "\"\xC3\xA4\xC3\xB6\"", "\"\xC3\xA4\"" },
	{ "{\"pattern\": \"^[0-9]{4}$\"}", "\"2022\"", "\"22\"" },
	{ "{\"pattern\": \"^a$\"}", "\"a\"", "\"a\\u0000\"" },
	{ "{\"anyOf\": [{\"type\": \"null\"}, {\"const\": 3}]}", "3", "4" },
	{ "{\"$ref\": \"#/$defs/a\", \"$defs\": {\"a\": {\"type\": \"null\"}}}", "null", "1" },
	{ "{\"properties\": {\"a\": {\"$ref\": \"#\"}}, \"required\": [\"a\"]}", NULL, "{\"a\": {}}" },
	{ "{\"$ref\": \"#/$defs/a\", \"minimum\": 3, \"$defs\": {\"a\": {\"type\": \"integer\"}}}", "3", "2" }, /* beside a reference, too */
};

static const struct json_value *tree(struct arena *arena, const char *text)
{
	struct json_complaint why = { "" };
	const struct json_value *value = json_tree(slice_str(text), arena, &why);
	ck_assert_msg(value != NULL, "%s: %s", text, why.text);
	return value;
}

START_TEST(what_a_schema_forbids_is_found_and_what_it_allows_is_not)
{
	struct arena arena = ARENA_INIT;
	struct json_complaint why = { "" };
	const struct json_value *schema = tree(&arena, documents[_i].schema);
	const char *good = documents[_i].good, *bad = documents[_i].bad;
	ck_assert_msg(json_schema_check(schema, &why), "%s", why.text);
	ck_assert_msg(!good || json_schema_holds(schema, "", tree(&arena, good), false, &why), "%s", why.text);
	ck_assert(!bad || !json_schema_holds(schema, "", tree(&arena, bad), false, &why));
	arena_release(&arena);
}
END_TEST

START_TEST(a_complaint_names_the_place)
{
	struct arena arena = ARENA_INIT;
	struct json_complaint why = { "" };
	const struct json_value *schema = tree(&arena, "{\"properties\": {\"hits\": {\"items\": {\"properties\": {\"rank\": {\"minimum\": 1}}}}}}");
	ck_assert(!json_schema_holds(schema, "", tree(&arena, "{\"hits\": [{\"rank\": 1}, {\"rank\": 0}]}"), false, &why));
	ck_assert_str_eq(why.text, "at '/hits/1/rank': too small");
	arena_release(&arena);
}
END_TEST

START_TEST(strictly_an_object_has_only_what_is_described)
{
	struct arena arena = ARENA_INIT;
	struct json_complaint why = { "" };
	const struct json_value *schema = tree(&arena, "{\"items\": {\"properties\": {\"a\": {}}}}"), *more = tree(&arena, "[{\"a\": 1}, {\"a\": 1, \"b\": 2}]");
	ck_assert(json_schema_holds(schema, "", more, false, &why));
	ck_assert(!json_schema_holds(schema, "", more, true, &why));
	ck_assert_str_eq(why.text, "at '/1': a member 'b' that is not described");
	arena_release(&arena);
}
END_TEST

static const char *const unsound[] = {
	"{\"typ\": \"string\"}", "{\"$ref\": \"#/$defs/b\", \"$defs\": {\"a\": {}}}", "{\"$ref\": \"other.json\"}", "{\"items\": {\"uniqueItems\": true}}",
	"{\"properties\": {\"a\": {\"format\": \"date\"}}}", "{\"anyOf\": [{\"oneOf\": []}]}", "{\"properties\": [1]}", "{\"anyOf\": {}}", "{\"items\": 1}", "[]",
};

START_TEST(a_schema_that_says_more_than_is_checked_is_refused)
{
	struct arena arena = ARENA_INIT;
	struct json_complaint why = { "" };
	ck_assert(!json_schema_check(tree(&arena, unsound[_i]), &why));
	arena_release(&arena);
}
END_TEST

static const char *const no_json[] = { "", "{\"a\": 1} {}", "{\"a\": 1,}", "[1", "{\"a\": 1, \"a\": 2}", "{\"x\": {\"b\": 1, \"a\": 2, \"b\": 3}}", "nul" };

START_TEST(what_is_no_json_or_says_a_name_twice_is_refused)
{
	struct arena arena = ARENA_INIT;
	struct json_complaint why = { "" };
	ck_assert(!json_tree(slice_str(no_json[_i]), &arena, &why));
	arena_release(&arena);
}
END_TEST

/* ---- what is printed ---- */

static struct scratch scratch;
static char archive[300], index_dir[300], empty_dir[300];
static struct arena schema_arena = ARENA_INIT;
static const struct json_value *schema;

static void read_schema(void)
{
	char path[600];
	size_t n;
	const char *top = getenv("FUNDSTELLE_SRC");
	ck_assert_msg(top != NULL, "FUNDSTELLE_SRC does not say where the sources are");
	snprintf(path, sizeof path, "%s/docs/query.schema.json", top);
	char *text = file_read(path, &n);
	schema = tree(&schema_arena, text);
	free(text);
}

/* More words that begin alike than a pattern is taken for. */
static void write_many_words(void)
{
	struct buf b = BUF_INIT;
	for (int i = 0; i < 12000; i++)
		buf_add_format(&b, "viel%c%c%c%c%s", 'a' + i / 2197 % 13, 'a' + i / 169 % 13, 'a' + i / 13 % 13, 'a' + i % 13, i % 12 == 11 ? ".\n" : " ");
	file_write(archive, "viele.txt", buf_str(&b));
	buf_release(&b);
}

static void write_page(void)
{
	file_write(archive, "seite.xml",
		   "<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v2#\"><Layout><Page ID=\"P1\" PHYSICAL_IMG_NR=\"1\"><PrintSpace><TextBlock ID=\"B\"><TextLine>"
		   "<String CONTENT=\"Seitenwort\" HPOS=\"10\" VPOS=\"60\" WIDTH=\"80\" HEIGHT=\"30\"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>");
}

/* Enough words to know a copy by. */
#define LONG                                                                                                         \
	" Am Abend waren die Wege noch immer nass, die Felder standen unter Wasser, und wer nicht hinaus musste, blieb " \
	"lieber daheim bei Tee und Zeitung, bis der Wind am Morgen endlich drehte."

static void set_up(void)
{
	scratch_make(&scratch);
	snprintf(archive, sizeof archive, "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof index_dir, "%s/index", scratch.dir);
	file_write(archive, "a.jsonl",
		   "{\"id\":\"1\",\"title\":\"Kreml schweigt\",\"text\":\"Im Kreml wird nichts gesagt. Die Nothwendigkeit eines Truppenaufmarsches.\",\"date\":\"2020-05-06\","
		   "\"author\":\"Anna Muster\",\"section\":\"Politik\",\"source\":\"Bote\"}\n"
		   "{\"id\":\"zwei\",\"text\":\"Der Aufmarsch: im Kreml\\tregnet es. \\u001b]0;x\\u0007 Es regnet und regnet im ganzen Lande." LONG "\",\"date\":\"2020-07\"}\n"
		   "{\"id\":\"drei\",\"text\":\"Der Aufmarsch: im Kreml\\tregnet es. \\u001b]0;x\\u0007 Es regnet und regnet im ganzen Lande." LONG "\",\"date\":\"2020-07\",\"source\":\"Blatt\"}\n"
		   "{\"id\":\"leer\",\"title\":\"\",\"text\":\"Aufmarsch ohne Datum, Notwendigkeit; \\\"Truppen\\\" im Kreml.\"}\n");
	file_write(archive, "M\xFCller.txt", "Der Kreml, nach altem Namen benannt: Latin-1.\n");
	file_write(archive, "100%25.txt", "Im Kreml: prozentig.\n");
	write_many_words();
	write_page();
	read_schema();
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
}

static void tear_down(void)
{
	arena_release(&schema_arena);
	scratch_remove(&scratch);
}

#define BATCH "q1\tKreml\nzweite Frage\t+Aufmarsch +Kreml\n"
#define OBJECT false
#define LINES true

static const struct {
	const char *args, *pointer;
	bool lines;
	const char *part; /* is in it; NULL: nothing in particular */
} outputs[] = {
	{ "-f json Kreml", "/$defs/list", OBJECT, "\"key\": \"M%FCller.txt\"" },
	{ "-f json -n 1 Kreml", "/$defs/list", OBJECT, "\"title\": " },
	{ "-f json -n 0 --sort=oldest Kreml", "/$defs/list", OBJECT, NULL },
	{ "-f json --sort=random --seed=3 Kreml", "/$defs/list", OBJECT, NULL },
	{ "-f json --duplicates=collapse Aufmarsch", "/$defs/list", OBJECT, "\"duplicates\": [{" },
	{ "-f json --explain Kreml Aufmarsch Notwendigkeit", "/$defs/list", OBJECT, "\"kind\": \"proximity\"" },
	{ "-f json --explain Notwendigkeit", "/$defs/list", OBJECT, "\"kind\": \"variant\"" },
	{ "-f json --explain titel:Kreml OR quelle:Bote", "/$defs/list", OBJECT, "\"field\": \"source\"" },
	{ "-f json --count Kreml", "/$defs/list", OBJECT, "\"hits\": []" },
	{ "-f json Kremml", "/$defs/list", OBJECT, "\"suggestion\": \"Kreml\"" },
	{ "-f json Nirgendwort", "/$defs/list", OBJECT, "\"total\": 0" },
	{ "-f json viel*", "/$defs/list", OBJECT, "\"used\": 10000" },
	{ "-f json *", "/$defs/list", OBJECT, NULL },
	{ "-f json --similar=a.jsonl#zwei", "/$defs/list", OBJECT, "\"query\": \"a.jsonl#zwei\"" },
	{ "-f json --new Kreml", "/$defs/list", OBJECT, NULL },
	{ "-f jsonl Kreml", "/$defs/hit", LINES, NULL },
	{ "-f jsonl --explain --duplicates=collapse Kreml", "/$defs/hit", LINES, "\"explain\": [{" },
	{ "-f jsonl --similar=a.jsonl#zwei", "/$defs/hit", LINES, NULL },
	{ "-f jsonl --batch=-", "/$defs/hit", LINES, "\"qid\": \"zweite Frage\"" },
	{ "-f jsonl --batch=- --explain", "/$defs/hit", LINES, "\"qid\": \"q1\"" },
	{ "-f jsonl --batch=- --count", "/$defs/count", LINES, "\"qid\": \"zweite Frage\"" },
	{ "-f jsonl --count Kreml", "/$defs/count", LINES, NULL },
	{ "-f json --show=a.jsonl#1", "/$defs/article", OBJECT, "\"marks\": []}, \"duplicates\": []" },
	{ "-f json --show=M%FCller.txt", "/$defs/article", OBJECT, "\"title\": null" },
	{ "-f jsonl --show=a.jsonl#zwei", "/$defs/article", LINES, "\"date\": \"2020-07\"" },
	{ "-f json --timeline=day Kreml", "/$defs/timeline", OBJECT, "\"undated\": " },
	{ "-f json --timeline --relative Kreml", "/$defs/timeline", OBJECT, "\"per_million\": null" },
	{ "-f json --timeline=year Kreml --timeline viel*", "/$defs/timeline", OBJECT, "\"used\": 10000" },
	{ "-f json --timeline=year Nirgendwort", "/$defs/timeline", OBJECT, "\"timeline\": []" },
	{ "-f jsonl --timeline=month --relative Kreml", "/$defs/period", LINES, NULL },
	{ "-f jsonl --timeline=year Kreml --timeline Aufmarsch", "/$defs/period", LINES, "\"query\": \"Aufmarsch\"" },
	{ "-f json --facet=quelle Kreml", "/$defs/facet", OBJECT, "\"value\": null" },
	{ "-f json --facet=jahr viel*", "/$defs/facet", OBJECT, "\"used\": 10000" },
	{ "-f jsonl --facet=autor Kreml", "/$defs/value", LINES, "Anna Muster" },
	{ "-f jsonl --facet=ressort Kreml", "/$defs/value", LINES, "Politik" },
	{ "-f json --kwic regnet", "/$defs/kwic", OBJECT, "\\u001B" },
	{ "-f json --kwic=9 --sort=left -n 5 viel*", "/$defs/kwic", OBJECT, "\"used\": 10000" },
	{ "-f json --kwic Nirgendwort", "/$defs/kwic", OBJECT, "\"kwic\": []" },
	{ "-f jsonl --kwic --sort=right Kreml", "/$defs/occurrence", LINES, "\"key\": \"M%FCller.txt\"" },
	{ "-f json --collocates Kreml", "/$defs/collocates", OBJECT, "\"word\": " },
	{ "-f jsonl --collocates=3 --window=2 Kreml", "/$defs/collocate", LINES, NULL },
	{ "-f json --terms=Kr*", "/$defs/terms", OBJECT, "\"term\": \"kreml\"" },
	{ "-f jsonl --terms=*marsch*", "/$defs/term", LINES, "\"term\": \"aufmarsch\"" },
#ifdef HAVE_EXPAT
	{ "-f json Seitenwort", "/$defs/list", OBJECT, "\"boxes\": [{\"mark\": 0" },
#endif
};

static void check_value(struct slice text, const char *pointer, const char *args)
{
	struct arena arena = ARENA_INIT;
	struct json_complaint why = { "" };
	const struct json_value *value = json_tree(text, &arena, &why);
	bool good = value && json_schema_holds(schema, pointer, value, true, &why) && json_schema_holds(schema, "", value, false, &why);
	ck_assert_msg(good, "%s: %s in\n%.*s", args, why.text, (int)text.len, (const char *)text.data);
	arena_release(&arena);
}

START_TEST(each_output_keeps_to_the_schema)
{
	const char *args = outputs[_i].args, *part = outputs[_i].part;
	struct outcome o = program_run(strstr(args, "--batch") ? BATCH : NULL, "fundstelle-query -i %s %s", index_dir, args);
	ck_assert_msg(o.status <= 1 && o.out_len > 0, "%s: %d %s", args, o.status, o.err);
	ck_assert_msg(!part || strstr(o.out, part), "%s: no %s in\n%s", args, part, o.out);
	ck_assert_int_eq(o.out[o.out_len - 1], '\n');
	if (!outputs[_i].lines)
		check_value(slice_of(o.out, o.out_len), outputs[_i].pointer, args);
	for (char *save = NULL, *line = outputs[_i].lines ? strtok_r(o.out, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save))
		check_value(slice_str(line), outputs[_i].pointer, args);
	outcome_free(&o);
}
END_TEST

START_TEST(an_answer_of_an_index_without_articles_keeps_to_the_schema)
{
	static const char *const all[] = { "-f json Kreml", "-f json --timeline Kreml", "-f json --facet=jahr Kreml", "-f json --kwic Kreml", "-f json --collocates Kreml",
					   "-f json --terms=a*" };
	snprintf(empty_dir, sizeof empty_dir, "%s/empty", scratch.dir);
	file_write(empty_dir, "nothing.txt", "");
	program_expect(0, "fundstelle-index -q -i %s/empty-index %s", scratch.dir, empty_dir);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct outcome o = program_run(NULL, "fundstelle-query -i %s/empty-index %s", scratch.dir, all[i]);
		ck_assert_msg(o.status == 1 && o.out_len > 0, "%s: %d %s", all[i], o.status, o.err);
		check_value(slice_of(o.out, o.out_len), "", all[i]);
		outcome_free(&o);
	}
}
END_TEST

START_TEST(the_schema_says_nothing_that_is_not_checked)
{
	struct json_complaint why = { "" };
	ck_assert_msg(json_schema_check(schema, &why), "%s", why.text);
}
END_TEST

#define N(table) ((int)(sizeof table / sizeof *table))

Suite *suite_json_schema(void);
Suite *suite_json_schema(void)
{
	Suite *s = suite_create("JSON and its schema");
	TCase *t = tcase_create("validator");
	tcase_add_loop_test(t, what_a_schema_forbids_is_found_and_what_it_allows_is_not, 0, N(documents));
	tcase_add_test(t, a_complaint_names_the_place);
	tcase_add_test(t, strictly_an_object_has_only_what_is_described);
	tcase_add_loop_test(t, a_schema_that_says_more_than_is_checked_is_refused, 0, N(unsound));
	tcase_add_loop_test(t, what_is_no_json_or_says_a_name_twice_is_refused, 0, N(no_json));
	suite_add_tcase(s, t);
	t = tcase_create("programs");
	tcase_add_unchecked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, each_output_keeps_to_the_schema, 0, N(outputs));
	tcase_add_test(t, an_answer_of_an_index_without_articles_keeps_to_the_schema);
	tcase_add_test(t, the_schema_says_nothing_that_is_not_checked);
	suite_add_tcase(s, t);
	return s;
}
