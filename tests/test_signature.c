/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The carry-save sums of a text's signature against votes counted one by one. */
#include <check.h>

#include "base/hash.h"
#include "indexer/signature.h"
#include "tests/program.h"

static uint64_t naive_signature(const uint64_t *words, uint32_t n)
{
	uint64_t bits = 0;
	for (unsigned bit = 0; bit < 64; bit++) {
		uint32_t votes = 0;
		for (uint32_t i = 1; i < n; i++) {
			uint64_t pair = ((words[i - 1] << 21 | words[i - 1] >> 43) ^ words[i]) * UINT64_C(0x9E3779B97F4A7C15);
			votes += (uint32_t)((pair ^ pair >> 32) >> bit & 1);
		}
		bits |= (uint64_t)(2 * votes > n - 1) << bit;
	}
	return n < SIGNATURE_WORDS_MIN ? 0 : bits ? bits : 1;
}

static uint64_t signature_of(const uint64_t *words, uint32_t n)
{
	struct signature s;
	signature_begin(&s);
	for (uint32_t i = 0; i < n; i++)
		signature_word(&s, words[i]);
	return signature_end(&s);
}

/* Of few words, so that votes are not even; long enough for the sums' bytes to run over. */
START_TEST(a_signature_has_the_bits_that_most_pairs_vote_for)
{
	enum { N = 40000 };
	uint64_t state = 3, words[20], *text = malloc(N * sizeof *text);
	ck_assert_ptr_nonnull(text);
	for (unsigned i = 0; i < 20; i++)
		words[i] = random_next(&state);
	for (uint32_t i = 0; i < N; i++)
		text[i] = words[random_below(&state, 20)];
	for (uint32_t n = 0; n < 300; n++)
		ck_assert_uint_eq(signature_of(text + n, n), naive_signature(text + n, n));
	for (uint32_t n = 300; n < N; n += 1979)
		ck_assert_uint_eq(signature_of(text, n), naive_signature(text, n));
	free(text);
}
END_TEST

START_TEST(a_text_that_lacks_a_tenth_of_its_words_has_nearly_the_same_bits)
{
	uint64_t state = 8, text[1000];
	for (unsigned i = 0; i < 1000; i++)
		text[i] = random_next(&state);
	uint64_t whole = signature_of(text, 1000);
	ck_assert_int_le(__builtin_popcountll(whole ^ signature_of(text, 900)), 14);
	ck_assert_int_ge(__builtin_popcountll(whole ^ signature_of(text + 500, 500)), 12);
	ck_assert_int_ge(__builtin_popcountll(signature_of(text, 500) ^ signature_of(text + 500, 500)), 20);
}
END_TEST

Suite *suite_signature(void)
{
	Suite *s = suite_create("signature");
	TCase *t = tcase_create("all");
	tcase_add_test(t, a_signature_has_the_bits_that_most_pairs_vote_for);
	tcase_add_test(t, a_text_that_lacks_a_tenth_of_its_words_has_nearly_the_same_bits);
	suite_add_tcase(s, t);
	return s;
}
