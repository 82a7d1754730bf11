/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that are like a word: edits against their definition, letters that machines confuse against a naive count, and what is known of both ends of a near word. */
#include <string.h>

#include "base/utf8.h"
#include "query/automaton.h"
#include "query/near_end.h"
#include "query/ocr_letters.h"
#include "tests/scratch.h"

/* Of words like one with umlauts, with and without confusions: whatever is near has the letters. */
START_TEST(a_near_word_has_the_letters)
{
	static const char *const pieces[] = { "a", "b", "m", "rn", "ü", "s", "l", "i", "ß", "е" };
	uint64_t state = 31;
	uint32_t near = 0, cost;
	for (int round = 0; round < TRIALS(20000); round++) {
		char words[2][40] = { "", "" };
		struct automaton *a;
		uint32_t edits = 1 + random_below(&state, 2);
		for (uint32_t i = 0, n = 3 + random_below(&state, 6); i < n; i++) {
			const char *piece = pieces[random_below(&state, 10)];
			strcat(words[0], piece);
			strcat(words[1], random_below(&state, 5) ? piece : pieces[random_below(&state, 10)]);
		}
		ck_assert_int_eq(round % 2 ? automaton_ocr(&a, slice_str(words[0]), edits) : automaton_fuzzy(&a, slice_str(words[0]), edits), FUND_OK);
		if (automaton_matches(a, slice_str(words[1]), &cost)) {
			near++;
			ck_assert_msg(!letters_lack(automaton_letters(a), letters_in(slice_str(words[1]))), "%s %s", words[0], words[1]);
		}
		automaton_free(a);
	}
	ck_assert_uint_gt(near, 2000);
}
END_TEST

static uint32_t levenshtein(const char *a, const char *b)
{
	uint32_t row[20], lb = (uint32_t)strlen(b);
	for (uint32_t k = 0; k <= lb; k++)
		row[k] = k;
	for (uint32_t i = 0; a[i]; i++) {
		uint32_t diagonal = row[0];
		row[0] = i + 1;
		for (uint32_t k = 1; k <= lb; k++) {
			uint32_t best = diagonal + (a[i] != b[k - 1]);
			best = row[k] + 1 < best ? row[k] + 1 : best;
			best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
			diagonal = row[k];
			row[k] = best;
		}
	}
	return row[lb];
}

START_TEST(edits_are_counted_as_levenshtein_does)
{
	uint64_t state = 99;
	for (int round = 0; round < 2000; round++) {
		char word[12], other[12];
		struct automaton *a;
		uint32_t edits = random_below(&state, 3), n = 1 + random_below(&state, 8), cost;
		for (uint32_t i = 0; i < n; i++)
			word[i] = (char)('a' + random_below(&state, 3));
		word[n] = 0;
		ck_assert_int_eq(automaton_fuzzy(&a, slice_str(word), edits), FUND_OK);
		for (int i = 0; i < 20; i++) {
			uint32_t m = random_below(&state, 10);
			for (uint32_t k = 0; k < m; k++)
				other[k] = (char)('a' + random_below(&state, 3));
			other[m] = 0;
			uint32_t apart = levenshtein(word, other);
			bool is = automaton_matches(a, slice_str(other), &cost);
			ck_assert_msg(is == (apart <= edits) && (!is || cost == apart * AUTOMATON_EDIT), "%s %s: %u, cost %u", word, other, apart, cost);
		}
		automaton_free(a);
	}
}
END_TEST

static void random_word(uint64_t *state, uint32_t n, char *out)
{
	static const char *const letters[] = { "a", "b", "c", "\xc3\xa4", "\xe2\x82\xac" };
	*out = 0;
	for (uint32_t i = 0; i < n; i++)
		strcat(out, letters[random_below(state, 5)]);
}

/* One letter put in, left out or replaced. */
static void edit(uint64_t *state, char *word)
{
	char rest[100], one[8];
	size_t n = strlen(word), at = random_below(state, (uint32_t)n + 1), next;
	while (at > 0 && (word[at] & 0xC0) == 0x80)
		at--;
	for (next = at + (at < n); next < n && (word[next] & 0xC0) == 0x80; next++)
		;
	uint32_t way = random_below(state, 3);
	random_word(state, way < 2, one);
	strcpy(rest, word + (way ? next : at));
	word[at] = 0;
	strcat(strcat(word, one), rest);
}

/* The bytes of an end from the outer one inwards, zeros behind. */
static uint64_t outer(bool back, const char *word, size_t len)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < NEAR_END_LETTERS; i++)
		bytes = bytes << 8 | (i < len ? (uint8_t)word[back ? len - 1 - i : i] : 0u);
	return bytes;
}

static uint64_t cost_and_next(struct near_end *e, const char *word, uint32_t *cost) { return near_end_cost(e, outer(e->back, word, strlen(word)), cost); }

static uint32_t end_cost(struct near_end *e, const char *word)
{
	uint32_t cost;
	cost_and_next(e, word, &cost);
	return cost < e->any ? cost : e->any; /* what costs more may be any word's */
}

static bool ends_fit(const struct near_end *head, uint32_t first, uint32_t last, uint32_t distance)
{
	return head->adds ? first + last <= distance : first <= distance && last <= distance;
}

/* The outer letters of a word that `n` bytes are of. */
static void outer_letters(bool back, const char *word, size_t n, char *out)
{
	size_t len = strlen(word), end = 0;
	const char *from;
	while (end < len && end < n) {
		end++;
		while (end < len && ((back ? word[len - end] : word[end]) & 0xC0) == 0x80)
			end++;
	}
	for (; back && end < len && (word[len - end] & 0xC0) == 0x80; end++)
		;
	from = back ? word + len - end : word;
	memcpy(out, from, end);
	out[end] = 0;
}

static uint32_t decode(const char *s, uint32_t *out)
{
	uint32_t n = 0;
	for (const uint8_t *p = (const uint8_t *)s, *end = p + strlen(s); p < end; n++)
		p += utf8_decode(p, end, &out[n]);
	return n;
}

/*
 * What a word costs at least that begins (ends) with these letters: the least from them to any beginning (end) of the word, or from fewer of them to one that is
 * longer than the end's half.
 */
static uint32_t naive_end(const struct near_end *e, const char *word, const char *letters)
{
	uint32_t a[200], b[200], n = decode(word, a), m = decode(letters, b), row[200], best = UINT32_MAX;
	for (uint32_t k = 0; k <= n; k++)
		row[k] = k;
	for (uint32_t i = 0; i <= m; i++) {
		for (uint32_t k = i < m && e->adds ? e->half : i < m ? n + 1 : 0; k <= n; k++)
			best = row[k] < best ? row[k] : best;
		uint32_t diagonal = row[0];
		row[0] = i + 1;
		for (uint32_t k = 1; k <= n && i < m; k++) {
			uint32_t here = diagonal + (e->back ? b[m - 1 - i] != a[n - k] : b[i] != a[k - 1]);
			here = row[k] + 1 < here ? row[k] + 1 : here;
			here = row[k - 1] + 1 < here ? row[k - 1] + 1 : here;
			diagonal = row[k];
			row[k] = here;
		}
	}
	return best;
}

/* Does what an end says of those behind it leave out this one, near the word, whose own end matters? */
static bool leaves_out(struct near_end *e, const char *end, const char *near, const char *word, bool ocr)
{
	uint32_t cost, most = near_word_most(e->word);
	char five[250];
	uint64_t from = outer(e->back, end, strlen(end)), at = outer(e->back, near, strlen(near)), to = cost_and_next(e, end, &cost);
	ck_assert_msg(to == 0 || from < to, "%s: goes back", end);
	ck_assert_msg(to == 0 || cost > most || cost >= e->any, "%s: matters itself", end);
	outer_letters(e->back, near, NEAR_END_LETTERS, five);
	cost = end_cost(e, near);
	ck_assert_msg(ocr || cost <= naive_end(e, word, five), "%s %s: %u", word, near, cost);
	if (at < from || at >= to)
		return false;
	cost = ocr ? cost : naive_end(e, word, five);
	return cost <= most && cost < e->any;
}

/* Words near a word, and ends that are no near word's: what is passed over behind these has none of those. */
static void nothing_near_is_passed_over(bool ocr)
{
	uint64_t state = 23;
	uint32_t passed = 0;
	for (int round = 0; round < TRIALS(20000); round++) {
		char word[200], near[250], end[300];
		uint32_t cost;
		struct automaton *a;
		random_word(&state, 1 + random_below(&state, 14), word);
		strcpy(near, word);
		for (uint32_t i = random_below(&state, 3); i > 0; i--)
			edit(&state, near);
		ck_assert_int_eq((ocr ? automaton_ocr : automaton_fuzzy)(&a, slice_str(word), 2), FUND_OK);
		ck_assert(automaton_matches(a, slice_str(near), &cost));
		for (int back = 0; back < 2; back++) {
			struct near_end e;
			near_end_init(&e, automaton_near(a), back);
			if (round % 2 && e.adds)
				near_end_tell(&e, 1 + random_below(&state, near_word_most(e.word) + 1));
			for (int i = 0; i < 8; i++) {
				uint32_t unused;
				strcpy(end, near);
				for (uint32_t k = 1 + random_below(&state, 4); k > 0; k--)
					edit(&state, end);
				ck_assert_msg(!leaves_out(&e, end, near, word, ocr), "%s: %s passes over %s", word, end, near);
				passed += cost_and_next(&e, end, &unused) > 0;
			}
		}
		automaton_free(a);
	}
	ck_assert_uint_gt(passed, 1000);
}

START_TEST(behind_an_end_that_is_no_near_words_nothing_near_is_passed_over)
{
	nothing_near_is_passed_over(_i != 0);
}
END_TEST

START_TEST(a_short_word_that_is_not_near_has_no_ends_of_one)
{
	struct automaton *a;
	struct near_end e;
	uint32_t cost;
	ck_assert_int_eq(automaton_fuzzy(&a, SLICE_LIT("stoltenburg"), 2), FUND_OK);
	near_end_init(&e, automaton_near(a), false);
	cost_and_next(&e, "st", &cost);
	ck_assert_uint_eq(cost, 3);
	cost_and_next(&e, "stolt", &cost); /* there may be more of it */
	ck_assert_uint_eq(cost, 0);
	automaton_free(a);
}
END_TEST

START_TEST(both_ends_of_a_word_that_is_near_cost_no_more_than_it_has_edits)
{
	uint64_t state = 5;
	for (int round = 0; round < TRIALS(20000); round++) {
		char word[100], other[120];
		uint32_t edits = random_below(&state, 3), n = 1 + random_below(&state, 14), first, last;
		struct automaton *a;
		struct near_end head, tail;
		random_word(&state, n, word);
		strcpy(other, word);
		for (uint32_t i = 0; i < edits; i++)
			edit(&state, other);
		ck_assert_int_eq(automaton_fuzzy(&a, slice_str(word), edits), FUND_OK);
		ck_assert_uint_eq(near_word_letters(automaton_near(a)), n);
		near_end_init(&head, automaton_near(a), false);
		near_end_init(&tail, automaton_near(a), true);
		first = end_cost(&head, other);
		last = end_cost(&tail, other);
		ck_assert_msg(ends_fit(&head, first, last, edits), "%s %s: %u and %u of %u", word, other, first, last, edits);
		end_cost(&head, "xbcde"); /* what came before does not matter */
		ck_assert_msg(ends_fit(&head, end_cost(&head, other), last, edits), "%s %s behind xbcde", word, other);
		automaton_free(a);
	}
}
END_TEST

/* A beginning may cost less than the limit by its half of the word, but more by all of it. */
START_TEST(an_end_that_no_near_word_has_costs_more_than_the_limit_whatever_its_half_does)
{
	static const struct {
		const char *letters;
		bool far;
	} heads[] = { { "kraix", false }, { "krain", false }, { "kraft", true }, { "krage", true }, { "ukrxx", false }, { "kraen", false } };
	struct automaton *a;
	struct near_end e;
	uint32_t cost;
	ck_assert_int_eq(automaton_fuzzy(&a, SLICE_LIT("ukrainne"), 2), FUND_OK);
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		near_end_init(&e, automaton_near(a), false);
		ck_assert(e.adds && e.half == 4);
		cost_and_next(&e, heads[i].letters, &cost);
		ck_assert_msg((cost > near_word_most(e.word)) == heads[i].far, "%s: %u", heads[i].letters, cost);
	}
	automaton_free(a);
}
END_TEST

START_TEST(ends_that_need_not_be_told_are_leapt_over)
{
	struct automaton *a;
	struct near_end e;
	uint32_t cost;
	ck_assert_int_eq(automaton_fuzzy(&a, SLICE_LIT("stoltenburg"), 2), FUND_OK);
	near_end_init(&e, automaton_near(a), true);
	ck_assert_uint_eq(cost_and_next(&e, "nberg", &cost), 0);
	ck_assert_uint_eq(cost, 1);
	near_end_tell(&e, 1);
	ck_assert_uint_eq(cost_and_next(&e, "nberg", &cost), outer(true, "nburg", 5));
	ck_assert_uint_eq(cost_and_next(&e, "nburg", &cost), 0);
	ck_assert_uint_eq(cost, 0);
	near_end_tell(&e, 3); /* more than at first */
	ck_assert_uint_eq(cost_and_next(&e, "rberg", &cost), 0);
	ck_assert_uint_eq(cost, 2);
	automaton_free(a);
}
END_TEST

/* ---- letters that machines confuse ---- */

static const char *const ocr_alphabet[] = { "r", "n", "m", "i", "u", "\xc3\xbc", "s", "\xc5\xbf", "f", "c", "k", "d", "b", "v", "1", "w", "h", "e", "sch", "ri", "iii" };

static void random_ocr_word(uint64_t *state, uint32_t n, char *out)
{
	*out = 0;
	for (uint32_t i = 0; i < n; i++)
		strcat(out, ocr_alphabet[random_below(state, sizeof ocr_alphabet / sizeof *ocr_alphabet)]);
}

static uint32_t letters_of(const char *text, uint32_t *out)
{
	uint32_t n = 0;
	for (const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text); p < end; n++)
		p += utf8_decode(p, end, &out[n]);
	return n;
}

/* Letters that are confused, decoded: each as it is, and turned. */
static struct confused {
	uint32_t letters[4], n;
} confused[128][2];

static void decode_confused(void)
{
	ck_assert_uint_le(ocr_letters_n, sizeof confused / sizeof *confused);
	for (uint32_t c = 0; c < ocr_letters_n; c++)
		for (int turned = 0; turned < 2; turned++)
			confused[c][turned].n = letters_of(turned ? ocr_letters[c].b : ocr_letters[c].a, confused[c][turned].letters);
}

/* Do the last letters of the n read as these, with the long s an s? How many they are, or 0. */
static uint32_t ends_in(const uint32_t *letters, uint32_t n, const struct confused *want)
{
	for (uint32_t i = 0; i < want->n; i++)
		if (want->n > n || ocr_letter(letters[n - want->n + i]) != want->letters[i])
			return 0;
	return want->n;
}

/* Every way to cut both words, by the definition of near_word.h. */
static uint32_t ocr_distance(const char *word, const char *other)
{
	uint32_t a[64], b[64], n = letters_of(word, a), m = letters_of(other, b), cost[64][64];
	for (uint32_t i = 0; i <= n; i++)
		for (uint32_t k = 0; k <= m; k++) {
			uint32_t best = i || k ? UINT32_MAX : 0;
			if (i && k)
				best = cost[i - 1][k - 1] + (ocr_letter(a[i - 1]) == ocr_letter(b[k - 1]) ? 0 : 2);
			if (i && cost[i - 1][k] + 2 < best)
				best = cost[i - 1][k] + 2;
			if (k && cost[i][k - 1] + 2 < best)
				best = cost[i][k - 1] + 2;
			for (uint32_t c = 0; c < 2 * ocr_letters_n; c++) {
				const struct ocr_letters *o = &ocr_letters[c / 2];
				uint32_t x = ends_in(a, i, &confused[c / 2][c % 2]), y = x ? ends_in(b, k, &confused[c / 2][1 - c % 2]) : 0;
				if (y && (!o->first || (x == i && y == k)) && cost[i - x][k - y] + 1 < best)
					best = cost[i - x][k - y] + 1;
			}
			cost[i][k] = best;
		}
	return cost[n][m];
}

/* One confusion, or any other edit. */
static void misread(uint64_t *state, char *word)
{
	const struct ocr_letters *o = &ocr_letters[random_below(state, ocr_letters_n)];
	bool turned = random_below(state, 2);
	const char *from = turned ? o->b : o->a, *to = turned ? o->a : o->b;
	char rest[200], *at = strstr(word, from);
	if (!at) {
		if (random_below(state, 4) == 0)
			edit(state, word);
		return;
	}
	strcpy(rest, at + strlen(from));
	strcpy(at, to);
	strcat(word, rest);
}

START_TEST(confusions_cost_half_an_edit_as_a_naive_count_has_it)
{
	uint64_t state = 12;
	uint32_t by_cost[6] = { 0 };
	decode_confused();
	for (int round = 0; round < 6000; round++) {
		char word[120], other[160];
		struct automaton *a;
		uint32_t edits = random_below(&state, 3), n = 1 + random_below(&state, 8), cost;
		random_ocr_word(&state, n, word);
		ck_assert_int_eq(automaton_ocr(&a, slice_str(word), edits), FUND_OK);
		for (int i = 0; i < 10; i++) {
			strcpy(other, word);
			for (uint32_t k = random_below(&state, 7); k > 0; k--)
				misread(&state, other);
			uint32_t apart = ocr_distance(word, other);
			bool is = automaton_matches(a, slice_str(other), &cost);
			ck_assert_msg(is == (apart <= 2 * edits) && (!is || cost == apart), "%s %s: %u, cost %u", word, other, apart, cost);
			by_cost[apart < 5 ? apart : 5]++;
		}
		automaton_free(a);
	}
	for (size_t i = 0; i < sizeof by_cost / sizeof *by_cost; i++)
		ck_assert_uint_gt(by_cost[i], 500);
}
END_TEST

START_TEST(both_ends_of_a_word_that_was_misread_cost_no_more_than_it_does)
{
	uint64_t state = 15;
	decode_confused();
	for (int round = 0; round < TRIALS(40000); round++) {
		char word[150], other[200];
		uint32_t n = 1 + random_below(&state, 16), first, last;
		struct automaton *a;
		struct near_end head, tail;
		random_ocr_word(&state, n, word);
		strcpy(other, word);
		for (uint32_t k = random_below(&state, 5); k > 0; k--)
			misread(&state, other);
		if (automaton_ocr(&a, slice_str(word), 2) != FUND_OK)
			continue; /* too long */
		uint32_t apart = ocr_distance(word, other);
		near_end_init(&head, automaton_near(a), false);
		near_end_init(&tail, automaton_near(a), true);
		if (round % 2) { /* what came before does not matter */
			end_cost(&head, "\xc5\xbf" "cr");
			end_cost(&tail, "r\xc5\xbf" "i");
		}
		first = end_cost(&head, other);
		last = end_cost(&tail, other);
		ck_assert_msg(apart > 4 || ends_fit(&head, first, last, apart), "%s %s: %u and %u of %u", word, other, first, last, apart);
		automaton_free(a);
	}
}
END_TEST

START_TEST(every_confusion_is_known_and_fits)
{
	struct automaton *a;
	uint32_t cost, letters[8];
	for (uint32_t i = 0; i < ocr_letters_n; i++) {
		const struct ocr_letters *o = &ocr_letters[i];
		char word[40], other[40];
		ck_assert(letters_of(o->a, letters) <= OCR_LETTERS && letters_of(o->b, letters) <= OCR_LETTERS);
		for (int turned = 0; turned < 2; turned++) {
			snprintf(word, sizeof word, "%s%szz", o->first ? "" : "zz", turned ? o->b : o->a);
			snprintf(other, sizeof other, "%s%szz", o->first ? "" : "zz", turned ? o->a : o->b);
			ck_assert_int_eq(automaton_ocr(&a, slice_str(word), 1), FUND_OK);
			ck_assert_msg(automaton_matches(a, slice_str(other), &cost) && cost == 1, "%s %s", word, other);
			automaton_free(a);
			ck_assert_int_eq(automaton_fuzzy(&a, slice_str(word), 1), FUND_OK);
			ck_assert(!automaton_matches(a, slice_str(other), &cost) || cost == AUTOMATON_EDIT);
			automaton_free(a);
		}
	}
}
END_TEST

START_TEST(a_beginning_that_no_near_word_has_is_known)
{
	static const struct {
		const char *letters;
		bool back;
		uint32_t cost;
	} ends[] = { { "stolt", false, 0 }, { "salte", false, 2 }, { "krimi", false, 2 }, { "krieg", false, 2 }, { "stalt", false, 1 },
		     { "nberg", true, 1 },  { "nheim", true, 2 },  { "nburg", true, 0 } }; /* 2: or more */
	struct automaton *a;
	struct near_end head, tail;
	ck_assert_int_eq(automaton_fuzzy(&a, SLICE_LIT("stoltenburg"), 2), FUND_OK);
	near_end_init(&head, automaton_near(a), false);
	near_end_init(&tail, automaton_near(a), true);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		uint32_t cost = end_cost(ends[i].back ? &tail : &head, ends[i].letters);
		ck_assert_msg(cost == ends[i].cost, "%s: %u", ends[i].letters, cost);
	}
	automaton_free(a);
	ck_assert_int_eq(automaton_fuzzy(&a, SLICE_LIT("rindfleischetikettierungs\xc3\xbc" "berwachungsaufgaben\xc3\xbc" "bertragungsgesetz"), 2), FUND_OK);
	ck_assert_uint_eq(near_word_letters(automaton_near(a)), 63);
	automaton_free(a);
	ck_assert_int_eq(automaton_fuzzy(&a, SLICE_LIT("0123456789012345678901234567890123456789012345678901234567890123"), 2), FUND_LIMIT);
	ck_assert_ptr_null(a);
}
END_TEST

START_TEST(an_umlaut_is_one_letter)
{
	struct automaton *a;
	uint32_t cost;
	ck_assert_int_eq(automaton_fuzzy(&a, slice_str("Müller"), 1), FUND_OK);
	ck_assert(automaton_matches(a, slice_str("muller"), &cost) && cost == AUTOMATON_EDIT);
	ck_assert(automaton_may_begin(a, slice_of("m\xc3", 2)));
	ck_assert(!automaton_may_begin(a, slice_str("xy")));
	automaton_free(a);
}
END_TEST

Suite *suite_near_word(void);
Suite *suite_near_word(void)
{
	Suite *s = suite_create("words that are like a word");
	TCase *t = tcase_create("near word");
	tcase_add_test(t, a_near_word_has_the_letters);
	tcase_add_test(t, edits_are_counted_as_levenshtein_does);
	tcase_add_test(t, a_short_word_that_is_not_near_has_no_ends_of_one);
	tcase_add_test(t, both_ends_of_a_word_that_is_near_cost_no_more_than_it_has_edits);
	tcase_add_test(t, confusions_cost_half_an_edit_as_a_naive_count_has_it);
	tcase_add_test(t, both_ends_of_a_word_that_was_misread_cost_no_more_than_it_does);
	tcase_add_test(t, every_confusion_is_known_and_fits);
	tcase_add_test(t, a_beginning_that_no_near_word_has_is_known);
	tcase_add_loop_test(t, behind_an_end_that_is_no_near_words_nothing_near_is_passed_over, 0, 2);
	tcase_add_test(t, an_end_that_no_near_word_has_costs_more_than_the_limit_whatever_its_half_does);
	tcase_add_test(t, ends_that_need_not_be_told_are_leapt_over);
	tcase_add_test(t, an_umlaut_is_one_letter);
	suite_add_tcase(s, t);
	return s;
}
