/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which terms there are not: nothing that is there may be denied, whatever happened to the bytes. */
#include <check.h>
#include <stdio.h>

#include "store/memory_chunks.h"
#include "store/term_filter.h"

#define N (2 * FILTER_SECTION + 1000) /* terms: three sections */

static struct memory_chunks chunks;
static char room[16];

/* Terms by number, ascending; odd numbers are not written. */
static struct slice term_of(uint32_t i) { return slice_of(room, (size_t)snprintf(room, sizeof room, "w%08u", i)); }

static void write_terms(uint32_t n)
{
	struct term_filter_writer w = { .sink = memory_chunks_sink(&chunks) };
	for (uint32_t i = 0; i < n; i++)
		ck_assert_int_eq(term_filter_writer_add(&w, term_of(2 * i)), FUND_OK);
	ck_assert_int_eq(term_filter_writer_finish(&w), FUND_OK);
	term_filter_writer_release(&w);
	memory_chunks_settle(&chunks);
}

static void tear_down(void) { memory_chunks_release(&chunks); }

static enum fund_status ask(struct slice term, bool *may)
{
	struct chunk_source s = memory_chunks_source(&chunks);
	struct slice found, section;
	*may = true;
	enum fund_status st = s.seek_le(s.context, CHUNK_FILTER, term, &found, &section);
	return st == FUND_OK ? term_filter_ask(&s, section, term, term_filter_hash(term), may) : st;
}

START_TEST(a_term_that_is_there_may_be_there)
{
	bool may;
	write_terms(N);
	ck_assert_uint_eq(chunks.n, 3);
	for (uint32_t i = 0; i < N; i++) {
		ck_assert_int_eq(ask(term_of(2 * i), &may), FUND_OK);
		ck_assert_msg(may, "%s", room);
	}
}
END_TEST

START_TEST(of_a_hundred_that_are_not_there_less_than_five_may_be)
{
	bool may;
	uint32_t n = 0;
	write_terms(N);
	for (uint32_t i = 0; i < 20000; i++) {
		ck_assert_int_eq(ask(term_of(1 + 2 * (i * 23 % N)), &may), FUND_OK);
		n += may;
	}
	ck_assert_uint_lt(n, 1000);
	ck_assert_uint_gt(n, 100); /* else the chunks are too large */
}
END_TEST

START_TEST(no_terms_make_no_chunk)
{
	write_terms(0);
	ck_assert_uint_eq(chunks.n, 0);
}
END_TEST

START_TEST(a_flipped_bit_denies_no_term)
{
	bool may;
	write_terms(500);
	uint8_t *bytes = (uint8_t *)(uintptr_t)chunks.chunks[0].value.data;
	for (size_t bit = 0; bit < 8 * chunks.chunks[0].value.len; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		for (uint32_t i = 0; i < 500; i++)
			ck_assert_msg(ask(term_of(2 * i), &may) == FUND_CORRUPT || may, "bit %zu, %s", bit, room);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}
END_TEST

/* To which a key leads that was damaged. */
START_TEST(another_section_denies_no_term)
{
	struct chunk_source s = memory_chunks_source(&chunks);
	bool may;
	write_terms(N);
	for (uint32_t i = 0; i < N; i += 997)
		for (uint32_t c = 0; c < chunks.n; c++) {
			struct slice term = term_of(2 * i);
			ck_assert_int_eq(term_filter_ask(&s, chunks.chunks[c].value, term, term_filter_hash(term), &may), FUND_OK);
			ck_assert_msg(may, "%s in chunk %u", room, c);
		}
}
END_TEST

START_TEST(a_chunk_that_was_cut_is_damaged)
{
	struct chunk_source s = memory_chunks_source(&chunks);
	bool may;
	write_terms(500);
	struct slice whole = chunks.chunks[0].value, term = term_of(2);
	for (size_t len = 0; len < whole.len; len++)
		ck_assert_msg(term_filter_ask(&s, slice_of(whole.data, len), term, term_filter_hash(term), &may) == FUND_CORRUPT, "%zu bytes", len);
}
END_TEST

Suite *suite_term_filter(void);
Suite *suite_term_filter(void)
{
	Suite *s = suite_create("term filter");
	TCase *c = tcase_create("filter");

	tcase_add_checked_fixture(c, NULL, tear_down);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, a_term_that_is_there_may_be_there);
	tcase_add_test(c, of_a_hundred_that_are_not_there_less_than_five_may_be);
	tcase_add_test(c, no_terms_make_no_chunk);
	tcase_add_test(c, a_flipped_bit_denies_no_term);
	tcase_add_test(c, another_section_denies_no_term);
	tcase_add_test(c, a_chunk_that_was_cut_is_damaged);
	suite_add_tcase(s, c);
	return s;
}
