/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "base/utf8.h"

#define BAD UTF8_REPLACEMENT

static const struct {
	const char *what, *bytes;
	size_t valid_len; /* what utf8_valid_prefix says */
	uint32_t cps[6];  /* 0 ends them */
} texts[] = {
	{ "ASCII", "Abc", 3, { 'A', 'b', 'c' } },
	{ "an umlaut", "\xC3\xA4", 2, { 0xE4 } },
	{ "the first and last of two bytes", "\xC2\x80\xDF\xBF", 4, { 0x80, 0x7FF } },
	{ "the first and last of three bytes", "\xE0\xA0\x80\xEF\xBF\xBF", 6, { 0x800, 0xFFFF } },
	{ "the last before and the first behind the surrogates", "\xED\x9F\xBF\xEE\x80\x80", 6, { 0xD7FF, 0xE000 } },
	{ "the first and last of four bytes", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8, { 0x10000, 0x10FFFF } },
	{ "U+FFFD itself is valid", "\xEF\xBF\xBD", 3, { BAD } },
	{ "a continuation byte alone", "a\x80z", 1, { 'a', BAD, 'z' } },
	{ "CP1252 in between", "a\xE4z", 1, { 'a', BAD, 'z' } },
	{ "overlong, two bytes", "\xC0\xAF", 0, { BAD, BAD } },
	{ "overlong NUL", "\xC1\x80", 0, { BAD, BAD } },
	{ "overlong, three bytes", "\xE0\x9F\xBF", 0, { BAD, BAD, BAD } },
	{ "overlong, four bytes", "\xF0\x8F\xBF\xBF", 0, { BAD, BAD, BAD, BAD } },
	{ "a surrogate", "\xED\xA0\x80", 0, { BAD, BAD, BAD } },
	{ "above U+10FFFF", "\xF4\x90\x80\x80", 0, { BAD, BAD, BAD, BAD } },
	{ "five bytes", "\xF8\x88\x80\x80\x80", 0, { BAD, BAD, BAD, BAD, BAD } },
	{ "never in UTF-8", "\xFE\xFF", 0, { BAD, BAD } },
	{ "cut after one of two", "a\xC3", 1, { 'a', BAD } },
	{ "cut after two of three: one for the valid prefix", "a\xE2\x82", 1, { 'a', BAD } },
	{ "cut after three of four: one for the valid prefix", "\xF0\x9F\x93", 0, { BAD } },
	{ "broken after two of three", "\xE2\x82z", 0, { BAD, 'z' } },
	{ "broken by another character", "\xE2\x82\xC3\xA4", 0, { BAD, 0xE4 } },
	{ "behind eight of ASCII", "12345678\xC3\xA4\xFF", 10, { 0 } },
};

START_TEST(bytes_read_as_these_characters)
{
	struct slice s = slice_str(texts[_i].bytes);
	uint8_t *copy = malloc(s.len); /* so that ASan sees a read behind the last byte */

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, s.data, s.len);
	ck_assert_msg(utf8_valid_prefix(slice_of(copy, s.len)) == texts[_i].valid_len, "%s", texts[_i].what);
	const uint8_t *p = copy, *end = copy + s.len;
	for (size_t i = 0; texts[_i].cps[i] && texts[_i].cps[0]; i++) {
		uint32_t cp;
		ck_assert_msg(p < end, "%s: ended early", texts[_i].what);
		p += utf8_decode(p, end, &cp);
		ck_assert_msg(cp == texts[_i].cps[i], "%s: character %zu is U+%04X", texts[_i].what, i, cp);
	}
	ck_assert_msg(!texts[_i].cps[0] || p == end, "%s: did not end", texts[_i].what);
	free(copy);
}
END_TEST

START_TEST(valid_text_has_as_many_characters)
{
	size_t n = 0;

	while (n < 6 && texts[_i].cps[n])
		n++;
	if (texts[_i].valid_len == strlen(texts[_i].bytes))
		ck_assert_uint_eq(utf8_length(slice_str(texts[_i].bytes)), n);
	ck_assert_uint_eq(utf8_length(slice_of(NULL, 0)), 0);
}
END_TEST

START_TEST(every_character_comes_back)
{
	for (uint32_t cp = 1; cp <= 0x10FFFF; cp++) {
		uint8_t bytes[4];
		uint32_t again;
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		size_t len = utf8_encode(cp, bytes);
		if (utf8_decode(bytes, bytes + len, &again) != len || again != cp)
			ck_abort_msg("U+%04X became U+%04X", cp, again);
		if (utf8_valid_prefix(slice_of(bytes, len)) != len)
			ck_abort_msg("U+%04X is not valid", cp);
	}
}
END_TEST

START_TEST(what_is_no_character_is_encoded_as_the_replacement)
{
	static const uint32_t none[] = { 0xD800, 0xDFFF, 0x110000, UINT32_MAX };
	uint8_t bytes[4];

	ck_assert_uint_eq(utf8_encode(none[_i], bytes), 3);
	ck_assert_mem_eq(bytes, "\xEF\xBF\xBD", 3);
}
END_TEST

START_TEST(the_first_bad_byte_is_found_at_every_offset)
{
	uint8_t text[40];

	for (size_t at = 0; at < sizeof(text); at++) {
		memset(text, 'a', sizeof(text));
		text[at] = 0xFF;
		ck_assert_uint_eq(utf8_valid_prefix(slice_of(text, sizeof(text))), at);
		ck_assert_uint_eq(utf8_valid_prefix(slice_of(text, at)), at);
	}
	ck_assert_uint_eq(utf8_valid_prefix((struct slice){ NULL, 0 }), 0);
}
END_TEST

Suite *suite_utf8(void)
{
	Suite *s = suite_create("utf8");
	TCase *t = tcase_create("utf8");

	tcase_add_loop_test(t, bytes_read_as_these_characters, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_loop_test(t, valid_text_has_as_many_characters, 0, sizeof(texts) / sizeof(texts[0]));
	tcase_add_test(t, every_character_comes_back);
	tcase_add_loop_test(t, what_is_no_character_is_encoded_as_the_replacement, 0, 4);
	tcase_add_test(t, the_first_bad_byte_is_found_at_every_offset);
	suite_add_tcase(s, t);
	return s;
}
