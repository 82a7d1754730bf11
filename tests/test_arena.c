/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "base/arena.h"

#define KIB ((size_t)1024)

START_TEST(pieces_are_aligned_apart_and_stay)
{
	enum { N = 5000 };
	struct arena a = ARENA_INIT;
	static uint8_t *pieces[N];
	size_t asked = 0;

	for (size_t i = 0; i < N; i++) {
		size_t len = i * 37 % 400;
		pieces[i] = arena_alloc(&a, len);
		ck_assert_ptr_nonnull(pieces[i]);
		ck_assert_uint_eq((uintptr_t)pieces[i] % 8, 0);
		memset(pieces[i], (int)(i & 0xFF), len);
		asked += len;
	}
	for (size_t i = 0; i < N; i++) {
		uint8_t expected[400];
		memset(expected, (int)(i & 0xFF), sizeof(expected));
		ck_assert_mem_eq(pieces[i], expected, i * 37 % 400);
	}
	ck_assert_uint_ge(a.used, asked);
	ck_assert_uint_le(a.used, asked + 7 * (size_t)N);
	ck_assert_uint_ge(a.held, a.used);
	ck_assert_uint_le(a.held, 3 * a.used);
	arena_release(&a);
}
END_TEST

START_TEST(copies_hold_the_bytes_and_slices_a_nul_behind_them)
{
	struct arena a = ARENA_INIT;
	const char *copy = arena_copy(&a, "Wort", 5);
	struct slice s = arena_slice(&a, SLICE_LIT("Haus")), nothing = arena_slice(&a, (struct slice){ NULL, 0 });

	ck_assert_str_eq(copy, "Wort");
	ck_assert_uint_eq(s.len, 4);
	ck_assert_str_eq((const char *)s.data, "Haus");
	ck_assert_uint_eq(nothing.len, 0);
	ck_assert_ptr_nonnull(nothing.data);
	ck_assert_uint_eq(nothing.data[0], 0);
	arena_release(&a);
}
END_TEST

START_TEST(a_large_piece_leaves_the_rest_of_the_current_block_in_use)
{
	struct arena a = ARENA_INIT;
	uint8_t *before = arena_alloc(&a, 8);
	uint8_t *large = arena_alloc(&a, 9000 * KIB);

	ck_assert_ptr_nonnull(large);
	memset(large, 1, 9000 * KIB);
	ck_assert_ptr_eq(arena_alloc(&a, 8), before + 8);
	ck_assert_uint_eq(a.used, 9000 * KIB + 16);
	arena_release(&a);
}
END_TEST

START_TEST(a_large_first_piece_works)
{
	struct arena a = ARENA_INIT;
	uint8_t *large = arena_alloc(&a, 300 * KIB);

	ck_assert_ptr_nonnull(large);
	memset(large, 1, 300 * KIB);
	ck_assert_ptr_nonnull(arena_alloc(&a, 300 * KIB));
	arena_release(&a);
}
END_TEST

START_TEST(reset_keeps_the_largest_block_and_no_other)
{
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < 3000; i++)
		ck_assert_ptr_nonnull(arena_alloc(&a, 1 * KIB));
	size_t held = a.held;
	arena_reset(&a);
	ck_assert_uint_eq(a.used, 0);
	ck_assert_uint_gt(a.held, 0);
	ck_assert_uint_lt(a.held, held);
	size_t kept = a.held;
	for (size_t i = 0; i < 1500; i++)
		memset(arena_alloc(&a, 1 * KIB), 2, 1 * KIB);
	ck_assert_uint_eq(a.held, kept);
	arena_release(&a);
	ck_assert_uint_eq(a.held, 0);
}
END_TEST

START_TEST(an_empty_arena_may_be_reset_and_released)
{
	struct arena a = ARENA_INIT;

	arena_reset(&a);
	arena_release(&a);
	arena_release(&a);
	ck_assert_ptr_null(a.block);
}
END_TEST

START_TEST(an_array_grows_by_one_and_keeps_what_it_had)
{
	struct arena a = ARENA_INIT;
	uint32_t *array = NULL;
	size_t moved = 0;

	for (uint32_t n = 0; n < 5000; n++) {
		uint32_t *grown = arena_one_more(&a, array, n, sizeof *grown);
		ck_assert_ptr_nonnull(grown);
		moved += grown != array;
		array = grown;
		array[n] = n * 7;
	}
	for (uint32_t n = 0; n < 5000; n++)
		ck_assert_uint_eq(array[n], n * 7);
	ck_assert_uint_eq(moved, 14); /* 0, 1, 2, 4 ... 4,096 */
	ck_assert_ptr_null(arena_one_more(&a, array, SIZE_MAX / 4 + 1, 8));
	arena_release(&a);
}
END_TEST

START_TEST(what_no_memory_holds_gives_null_and_harms_nothing)
{
	struct arena a = ARENA_INIT;
	uint8_t byte = 7;

	ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX - 64));
	ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX / 2));
	ck_assert_ptr_null(arena_copy(&a, &byte, SIZE_MAX - 3));
	ck_assert_ptr_null(arena_slice(&a, slice_of(&byte, SIZE_MAX)).data);
	ck_assert_uint_eq(a.used, 0);
	ck_assert_ptr_nonnull(arena_alloc(&a, 8));
	arena_release(&a);
}
END_TEST

Suite *suite_arena(void)
{
	Suite *s = suite_create("arena");
	TCase *t = tcase_create("arena");

	tcase_add_test(t, pieces_are_aligned_apart_and_stay);
	tcase_add_test(t, copies_hold_the_bytes_and_slices_a_nul_behind_them);
	tcase_add_test(t, a_large_piece_leaves_the_rest_of_the_current_block_in_use);
	tcase_add_test(t, a_large_first_piece_works);
	tcase_add_test(t, reset_keeps_the_largest_block_and_no_other);
	tcase_add_test(t, an_empty_arena_may_be_reset_and_released);
	tcase_add_test(t, an_array_grows_by_one_and_keeps_what_it_had);
	tcase_add_test(t, what_no_memory_holds_gives_null_and_harms_nothing);
	suite_add_tcase(s, t);
	return s;
}
