/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "indexer/record.h"
#include "tests/scratch.h"

static const char *const valid[] = {
	"{}", "[]", "\"\"", "0", "-0", "12.5e+3", "1E-2", "true", "false", "null", " \t\r\n[ 1 , 2 ] ", "{\"a\":{\"b\":[[],{}]}}",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"", "\"\xC3\xA4\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "{\"a\":1,\"a\":2}",
};

START_TEST(a_document_of_the_standard_is_read)
{
	struct json j = json_of(slice_str(valid[_i]));

	ck_assert_msg(json_skip(&j) && json_at_end(&j), "%s: %s", valid[_i], j.error ? j.error : "something is left");
}
END_TEST

static const char *const invalid[] = {
	"", " ", "{", "}", "[", "[1", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "1.", ".5", "+1", "1e", "-", "nul",
	"tru", "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"\t\"", "[1 2]", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "NaN", "Infinity", "\\",
};

START_TEST(a_document_against_the_standard_is_refused)
{
	struct json j = json_of(slice_str(invalid[_i]));

	ck_assert_msg(!(json_skip(&j) && json_at_end(&j)), "%s", invalid[_i]);
	ck_assert_uint_le(j.error_off, strlen(invalid[_i]));
}
END_TEST

START_TEST(what_stands_behind_a_value_is_not_overlooked)
{
	struct json j = json_of(SLICE_LIT("{} {}"));

	ck_assert(json_skip(&j));
	ck_assert(!json_at_end(&j));
}
END_TEST

static const struct {
	const char *text, *value;
} strings[] = {
	{ "\"plain\"", "plain" },
	{ "\"a\\nb\"", "a\nb" },
	{ "\"\\\"\\\\\\/\\b\\f\\r\\t\"", "\"\\/\b\f\r\t" },
	{ "\"Stra\\u00dfe\"", "Stra\xC3\x9F" "e" },
	{ "\"\\u20AC\"", "\xE2\x82\xAC" },
	{ "\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80" },
	{ "\"\\ud83dx\"", "\xEF\xBF\xBDx" },
	{ "\"\\ude00\"", "\xEF\xBF\xBD" },
	{ "\"\\ud83d\\u0041\"", "\xEF\xBF\xBD" "A" },
	{ "\"ein langer Text mit \\u00e4 in der Mitte und noch mehr dahinter\"", "ein langer Text mit \xC3\xA4 in der Mitte und noch mehr dahinter" },
};

START_TEST(escapes_become_the_characters_they_stand_for)
{
	struct json j = json_of(slice_str(strings[_i].text));
	struct buf room = BUF_INIT;
	struct slice s;

	ck_assert(json_string(&j, &room, &s));
	ck_assert_msg(slice_equal(s, slice_str(strings[_i].value)), "%s gives \"%.*s\"", strings[_i].text, (int)s.len, (const char *)s.data);
	buf_release(&room);
}
END_TEST

START_TEST(a_string_without_escapes_is_borrowed)
{
	struct slice text = SLICE_LIT("\"geliehen\"");
	struct json j = json_of(text);
	struct buf room = BUF_INIT;
	struct slice s;

	ck_assert(json_string(&j, &room, &s));
	ck_assert_ptr_eq(s.data, text.data + 1);
	ck_assert_ptr_null(room.data);
}
END_TEST

static bool nested(unsigned depth)
{
	char text[2 * 200 + 1];

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	struct json j = json_of(slice_of(text, 2 * (size_t)depth));
	return json_skip(&j) && json_at_end(&j);
}

START_TEST(nesting_ends_at_the_stated_depth)
{
	ck_assert(nested(JSON_DEPTH_MAX));
	ck_assert(!nested(JSON_DEPTH_MAX + 1));
	ck_assert(!nested(200));
}
END_TEST

START_TEST(the_usual_names_make_an_article)
{
	struct record r = { 0 };
	struct article a;
	struct json j = json_of(SLICE_LIT("{\"GUID\": 17, \"Titel\": \"T\", \"vorspann\": \"V\", \"inhalt\": \"a\\nb\", \"datum\": \"18. Januar 2022\","
					  " \"autor\": [\"A\", \"B\", 3], \"ressort\": null, \"unbekannt\": {\"text\": 1}, \"quelle\": \"Q\"}"));

	ck_assert_msg(record_read(&r, &j), "%s", j.error);
	record_article(&r, &a);
	ck_assert(slice_equal(a.id, SLICE_LIT("17")));
	ck_assert(slice_equal(a.title, SLICE_LIT("T")));
	ck_assert(slice_equal(a.lead, SLICE_LIT("V")));
	ck_assert(slice_equal(a.body, SLICE_LIT("a\nb")));
	ck_assert(slice_equal(a.author, SLICE_LIT("A, B")));
	ck_assert(slice_equal(a.source, SLICE_LIT("Q")));
	ck_assert_uint_eq(a.section.len, 0);
	ck_assert_uint_eq(a.date, 2022u << 9 | 1u << 5 | 18u);
	record_release(&r);
}
END_TEST

START_TEST(the_first_name_of_a_row_counts_and_of_equal_names_the_last)
{
	struct record r = { 0 };
	struct json j = json_of(SLICE_LIT("{\"url\": \"u\", \"id\": \"i\", \"guid\": \"g\", \"text\": \"a\", \"text\": \"b\", \"title\": null, \"titel\": \"t\"}"));

	ck_assert(record_read(&r, &j));
	ck_assert(slice_equal(r.value[RECORD_ID], SLICE_LIT("i")));
	ck_assert(slice_equal(r.value[RECORD_TEXT], SLICE_LIT("b")));
	ck_assert(slice_equal(r.value[RECORD_TITLE], SLICE_LIT("t")));
	record_release(&r);
}
END_TEST

/* Reads a copy of exactly the right length, so that a byte too far is found by the sanitizer. */
static void read_mutant(const char *bytes, size_t len)
{
	struct record r = { 0 };
	char *copy = malloc(len ? len : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	struct json j = json_of(slice_of(copy, len)), k = j;

	if (!record_read(&r, &j))
		ck_assert_uint_le(j.error_off, len);
	json_skip(&k);
	record_release(&r);
	free(copy);
}

START_TEST(no_mutation_reads_beyond_the_text)
{
	static const char text[] = "{\"id\": \"x\\u00e4\", \"title\": \"\\ud83d\\ude00 T\", \"text\": \"viele W\xC3\xB6rter\\n\", \"n\": [-1.5e3, true, null, {\"a\": []}]}";
	static const char marks[] = "\"\\{}[]:,u0 \x01\xFF-e";
	char mutant[sizeof text];
	uint64_t state = 1;

	for (size_t len = 0; len < sizeof text; len++)
		read_mutant(text, len);
	for (int round = 0; round < 20000; round++) {
		memcpy(mutant, text, sizeof text);
		for (uint32_t k = 0; k <= random_below(&state, 3); k++)
			mutant[random_below(&state, sizeof text - 1)] = marks[random_below(&state, sizeof marks - 1)];
		read_mutant(mutant, sizeof text - 1);
	}
}
END_TEST

Suite *suite_json(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("scanner");

	tcase_add_loop_test(t, a_document_of_the_standard_is_read, 0, sizeof valid / sizeof *valid);
	tcase_add_loop_test(t, a_document_against_the_standard_is_refused, 0, sizeof invalid / sizeof *invalid);
	tcase_add_test(t, what_stands_behind_a_value_is_not_overlooked);
	tcase_add_loop_test(t, escapes_become_the_characters_they_stand_for, 0, sizeof strings / sizeof *strings);
	tcase_add_test(t, a_string_without_escapes_is_borrowed);
	tcase_add_test(t, nesting_ends_at_the_stated_depth);
	tcase_add_test(t, no_mutation_reads_beyond_the_text);
	suite_add_tcase(s, t);
	t = tcase_create("records");
	tcase_add_test(t, the_usual_names_make_an_article);
	tcase_add_test(t, the_first_name_of_a_row_counts_and_of_equal_names_the_last);
	suite_add_tcase(s, t);
	return s;
}
