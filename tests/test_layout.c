/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "store/layout.h"
#include "tests/scratch.h"

#define WORDS 2000u

static void make_words(struct layout_word *words, uint32_t n, uint64_t seed)
{
	uint64_t state = seed;
	uint32_t end = 0;
	for (uint32_t i = 0; i < n; i++) {
		bool again = i && random_below(&state, 10) == 0, wild = random_below(&state, 50) == 0;
		words[i] = (struct layout_word){ .off = again ? words[i - 1].off : end + random_below(&state, 3), .confidence = LAYOUT_SURE };
		words[i].len = again ? words[i - 1].len : 1 + random_below(&state, 20);
		words[i].box = i && random_below(&state, 8) ? words[i - 1].box : (struct layout_box){ 100, (int32_t)(40 * i), 80, 40 };
		words[i].box.x = wild ? (int32_t)random_next(&state) : words[i].box.x + 90;
		words[i].box.w = wild ? INT32_MIN : (int32_t)random_below(&state, 200);
		if (random_below(&state, 3) == 0)
			words[i].confidence = (uint8_t)random_below(&state, LAYOUT_SURE);
		end = words[i].off + words[i].len;
	}
}

START_TEST(words_come_back_as_they_went_in)
{
	static struct layout_word words[WORDS];
	struct layout_writer w = { .bytes = BUF_INIT };
	make_words(words, WORDS, (uint64_t)_i + 1);
	layout_writer_reset(&w);
	for (uint32_t i = 0; i < WORDS; i++) {
		char name[16];
		snprintf(name, sizeof name, "%u", i / 500);
		if (i % 500 == 0)
			ck_assert_int_eq(layout_add_page(&w, slice_str(name)), FUND_OK);
		ck_assert_int_eq(layout_add_word(&w, &words[i]), FUND_OK);
	}
	struct layout_reader r = layout_reader_of(slice_buf(&w.bytes));
	for (uint32_t i = 0; i < WORDS; i++) {
		ck_assert(layout_next(&r));
		ck_assert_uint_eq(r.word.off, words[i].off);
		ck_assert_uint_eq(r.word.len, words[i].len);
		ck_assert_mem_eq(&r.word.box, &words[i].box, sizeof words[i].box);
		ck_assert_uint_eq(r.word.confidence, words[i].confidence);
		ck_assert_uint_eq(r.word.page, i / 500);
		ck_assert_uint_eq(r.page.data[0], '0' + i / 500);
	}
	ck_assert(!layout_next(&r));
	layout_writer_release(&w);
}
END_TEST

START_TEST(a_word_of_a_printed_line_takes_five_bytes)
{
	struct layout_writer w = { .bytes = BUF_INIT };
	layout_writer_reset(&w);
	for (uint32_t i = 0; i < 1000; i++) {
		struct layout_word word = { i * 7, 6, { (int32_t)(100 + i % 10 * 95), (int32_t)(i / 10 * 45), 85, 40 }, 0, LAYOUT_SURE };
		ck_assert_int_eq(layout_add_word(&w, &word), FUND_OK);
	}
	ck_assert_uint_le(w.bytes.len, 5000);
	layout_writer_release(&w);
}
END_TEST

START_TEST(other_readings_come_back)
{
	struct buf b = BUF_INIT;
	uint32_t last = 0;
	ck_assert_int_eq(layout_add_other(&b, &last, 7, SLICE_LIT("Kann")), FUND_OK);
	ck_assert_int_eq(layout_add_other(&b, &last, 7, SLICE_LIT("Bann")), FUND_OK);
	ck_assert_int_eq(layout_add_other(&b, &last, 4000, SLICE_LIT("x")), FUND_OK);
	struct layout_others o = layout_others_of(slice_buf(&b));
	ck_assert(layout_others_next(&o) && o.off == 7 && slice_equal(o.text, SLICE_LIT("Kann")));
	ck_assert(layout_others_next(&o) && o.off == 7 && slice_equal(o.text, SLICE_LIT("Bann")));
	ck_assert(layout_others_next(&o) && o.off == 4000 && slice_equal(o.text, SLICE_LIT("x")));
	ck_assert(!layout_others_next(&o));
	buf_release(&b);
}
END_TEST

/* In memory of exactly that length, so that a byte too far is seen. */
static void read_all(const uint8_t *bytes, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	ck_assert_ptr_nonnull(exact);
	memcpy(exact, bytes, len);
	struct layout_reader r = layout_reader_of(slice_of(exact, len));
	size_t n = 0;
	while (layout_next(&r))
		n++;
	ck_assert_uint_le(n, len);
	struct layout_others o = layout_others_of(slice_of(exact, len));
	while (layout_others_next(&o))
		n++;
	free(exact);
}

START_TEST(damaged_bytes_end_the_reading)
{
	static struct layout_word words[50];
	struct layout_writer w = { .bytes = BUF_INIT };
	uint64_t state = 5;
	make_words(words, 50, 3);
	layout_writer_reset(&w);
	ck_assert_int_eq(layout_add_page(&w, SLICE_LIT("IV")), FUND_OK);
	for (uint32_t i = 0; i < 50; i++)
		ck_assert_int_eq(layout_add_word(&w, &words[i]), FUND_OK);
	for (size_t len = 0; len < w.bytes.len; len++)
		read_all(w.bytes.data, len);
	for (size_t i = 0; i < w.bytes.len; i++) {
		uint8_t was = w.bytes.data[i];
		w.bytes.data[i] = (uint8_t)random_next(&state);
		read_all(w.bytes.data, w.bytes.len);
		w.bytes.data[i] = was;
	}
	layout_writer_release(&w);
}
END_TEST

Suite *suite_layout(void)
{
	Suite *s = suite_create("layout");
	TCase *t = tcase_create("layout");

	tcase_add_loop_test(t, words_come_back_as_they_went_in, 0, 5);
	tcase_add_test(t, a_word_of_a_printed_line_takes_five_bytes);
	tcase_add_test(t, other_readings_come_back);
	tcase_add_test(t, damaged_bytes_end_the_reading);
	suite_add_tcase(s, t);
	return s;
}
