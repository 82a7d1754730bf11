/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks of integers and the bounds of their scores: round trips, the portable twin, bytes that somebody damaged. */
#include <string.h>

#include "store/impact.h"
#include "store/intblock.h"
#include "tests/scratch.h"

enum shape { ZEROS, SMALL, GAPS, OUTLIERS, WIDE, RISING, SHAPES };

static void fill(uint32_t *values, uint32_t n, enum shape shape, uint64_t *state)
{
	for (uint32_t i = 0; i < n; i++)
		switch (shape) {
		case ZEROS: values[i] = 0; break;
		case SMALL: values[i] = random_below(state, 4); break;
		case GAPS: values[i] = random_below(state, 1u << random_below(state, 14)); break;
		case OUTLIERS: values[i] = random_below(state, 20) ? random_below(state, 16) : (uint32_t)random_next(state); break;
		case WIDE: values[i] = (uint32_t)(random_next(state) >> 32); break;
		default: values[i] = i == 0 ? UINT32_MAX : i; break;
		}
}

/* Decoded with nothing behind its last byte, where ASan would see a read too far. */
static size_t decode_exactly(const uint8_t *bytes, size_t len, uint32_t n, uint32_t *values, size_t (*decode)(struct slice, uint32_t, uint32_t *))
{
	uint8_t *copy = malloc(len + 1);
	memcpy(copy + 1, bytes, len);
	size_t took = decode(slice_of(copy + 1, len), n, values);
	free(copy);
	return took;
}

START_TEST(what_was_encoded_is_decoded_by_both_twins)
{
	uint64_t state = 42 + (uint64_t)_i;
	uint32_t values[INTBLOCK_LEN], fast[INTBLOCK_LEN + 8], portable[INTBLOCK_LEN + 8];
	uint8_t bytes[INTBLOCK_BYTES_MAX];
	for (uint32_t n = 1; n <= INTBLOCK_LEN; n++) {
		fill(values, n, (enum shape)_i, &state);
		size_t len = (size_t)(intblock_encode(values, n, bytes) - bytes);
		ck_assert_uint_le(len, INTBLOCK_BYTES_MAX);
		ck_assert_uint_eq(decode_exactly(bytes, len, n, fast, intblock_decode), len);
		ck_assert_uint_eq(decode_exactly(bytes, len, n, portable, intblock_portable_decode), len);
		ck_assert_uint_eq(intblock_size(slice_of(bytes, len), n), len);
		ck_assert_mem_eq(values, fast, n * sizeof(*values));
		ck_assert_mem_eq(values, portable, n * sizeof(*values));
	}
}
END_TEST

START_TEST(a_block_that_ends_too_early_is_refused)
{
	uint64_t state = 7;
	uint32_t values[INTBLOCK_LEN], out[INTBLOCK_LEN + 8];
	uint8_t bytes[INTBLOCK_BYTES_MAX];
	fill(values, INTBLOCK_LEN, (enum shape)_i, &state);
	size_t len = (size_t)(intblock_encode(values, INTBLOCK_LEN, bytes) - bytes);
	for (size_t part = 0; part < len; part++) {
		ck_assert_uint_eq(decode_exactly(bytes, part, INTBLOCK_LEN, out, intblock_decode), 0);
		ck_assert_uint_eq(decode_exactly(bytes, part, INTBLOCK_LEN, out, intblock_portable_decode), 0);
	}
}
END_TEST

START_TEST(any_bytes_are_decoded_alike_or_refused_alike)
{
	uint64_t state = 99;
	uint32_t fast[INTBLOCK_LEN + 8], portable[INTBLOCK_LEN + 8];
	uint8_t bytes[INTBLOCK_BYTES_MAX];
	for (int round = 0; round < 20000; round++) {
		uint32_t n = 1 + random_below(&state, INTBLOCK_LEN), len = random_below(&state, round % 2 ? 80 : INTBLOCK_BYTES_MAX);
		for (uint32_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)random_next(&state);
		if (len)
			bytes[0] = (uint8_t)random_below(&state, 40); /* widths that exist, mostly */
		size_t took = decode_exactly(bytes, len, n, fast, intblock_decode);
		ck_assert_uint_eq(took, decode_exactly(bytes, len, n, portable, intblock_portable_decode));
		ck_assert_uint_le(took, len);
		if (took)
			ck_assert_mem_eq(fast, portable, n * sizeof(*fast));
	}
}
END_TEST

START_TEST(gaps_sum_to_documents_that_rise)
{
	uint32_t v[INTBLOCK_LEN + 8] = { 0, 0, 5, 1 }, wide[INTBLOCK_LEN + 8] = { 3, UINT32_MAX - 3 };
	ck_assert(intblock_prefix_sum(v, 4, UINT32_MAX));
	ck_assert(v[0] == 0 && v[1] == 1 && v[2] == 7 && v[3] == 9);
	ck_assert(!intblock_prefix_sum(wide, 2, 10));
	for (uint32_t n = 1; n <= INTBLOCK_LEN; n++) {
		uint64_t state = n, sum = 4711;
		uint32_t wanted[INTBLOCK_LEN], gaps[INTBLOCK_LEN + 8];
		for (uint32_t i = 0; i < n; i++) {
			gaps[i] = random_below(&state, 1000);
			wanted[i] = (uint32_t)(sum += gaps[i] + 1);
		}
		ck_assert(intblock_prefix_sum(gaps, n, 4711));
		ck_assert_mem_eq(gaps, wanted, n * sizeof(*wanted));
	}
}
END_TEST

START_TEST(one_more_is_counted_up_to_32_bits)
{
	for (uint32_t n = 1; n <= INTBLOCK_LEN; n++) {
		uint32_t v[INTBLOCK_LEN], wide = n / 2;
		for (uint32_t i = 0; i < n; i++)
			v[i] = i * i;
		ck_assert(intblock_add_one(v, n));
		for (uint32_t i = 0; i < n; i++)
			ck_assert_uint_eq(v[i], i * i + 1);
		v[wide] = UINT32_MAX;
		ck_assert(!intblock_add_one(v, n));
	}
}
END_TEST

/* ---- impacts ---- */

static bool is_covered(const struct impacts *set, struct impact one)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (set->pair[i].freq >= one.freq && set->pair[i].len <= one.len)
			return true;
	return false;
}

START_TEST(every_posting_is_covered_by_its_bounds)
{
	uint64_t state = 3;
	for (int round = 0; round < 300; round++) {
		struct impacts set = { 0 }, other = { 0 }, read;
		struct impact all[200];
		uint32_t n = 1 + random_below(&state, 200);
		uint8_t bytes[1 + IMPACTS_MAX * 10];
		for (uint32_t i = 0; i < n; i++) {
			all[i] = (struct impact){ 1 + random_below(&state, 1u << (1 + random_below(&state, 6))), 1 + random_below(&state, 3000) };
			impacts_add(i % 2 ? &set : &other, all[i]);
		}
		impacts_merge(&set, &other);
		ck_assert_uint_le(set.n, IMPACTS_MAX);
		for (uint32_t i = 0; i < n; i++)
			ck_assert_msg(is_covered(&set, all[i]), "(%u, %u) is above the bound", all[i].freq, all[i].len);
		for (uint32_t i = 1; i < set.n; i++)
			ck_assert(set.pair[i - 1].freq < set.pair[i].freq && set.pair[i - 1].len < set.pair[i].len);
		size_t len = (size_t)(impacts_encode(&set, bytes) - bytes);
		struct cursor c = cursor_of(slice_of(bytes, len));
		ck_assert(impacts_decode(&c, &read));
		ck_assert(read.n == set.n && memcmp(read.pair, set.pair, set.n * sizeof(*set.pair)) == 0);
	}
}
END_TEST

START_TEST(few_different_postings_have_an_exact_bound)
{
	struct impacts set = { 0 };
	const struct impact pairs[] = { { 3, 100 }, { 1, 20 }, { 3, 90 }, { 2, 95 }, { 7, 400 } };
	for (size_t i = 0; i < 5; i++)
		impacts_add(&set, pairs[i]);
	ck_assert(set.n == 3 && set.pair[0].freq == 1 && set.pair[1].freq == 3 && set.pair[1].len == 90 && set.pair[2].len == 400);
}
END_TEST

Suite *suite_intblock(void);
Suite *suite_intblock(void)
{
	Suite *s = suite_create("blocks of integers");
	TCase *t = tcase_create("blocks"), *i = tcase_create("impacts");

	tcase_add_loop_test(t, what_was_encoded_is_decoded_by_both_twins, 0, SHAPES);
	tcase_add_loop_test(t, a_block_that_ends_too_early_is_refused, 0, SHAPES);
	tcase_add_test(t, any_bytes_are_decoded_alike_or_refused_alike);
	tcase_add_test(t, gaps_sum_to_documents_that_rise);
	tcase_add_test(t, one_more_is_counted_up_to_32_bits);
	suite_add_tcase(s, t);
	tcase_add_test(i, every_posting_is_covered_by_its_bounds);
	tcase_add_test(i, few_different_postings_have_an_exact_bound);
	suite_add_tcase(s, i);
	return s;
}
