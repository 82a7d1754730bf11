/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_form_scan.c - walks over the forms of an index: nothing that is looked for is left out, and little else comes. */
#include <check.h>
#include <string.h>

#include "store/form_scan.h"
#include "store/postings.h"
#include "tests/index_fixture.h"
#include "tests/scratch.h"

static const struct model model = { 11, 60, 3000 };
static const char *dir;
static struct snapshot *snapshot;
static const struct chunk_source *source;

static void make_index(void)
{
	struct fault why = { 0 };
	struct segment *segment;
	dir = fixture_make_dir();
	struct index_writer *w = fixture_open(dir);
	fixture_publish_segment(w, &model);
	index_writer_close(w);
	ck_assert_int_eq(snapshot_open(&snapshot, dir, &why), FUND_OK);
	ck_assert_int_eq(snapshot_segment(snapshot, 0, &segment, &why), FUND_OK);
	source = segment_chunks(segment);
}

static void remove_index(void)
{
	snapshot_close(snapshot);
	fixture_remove_dir(dir);
}


static bool ends(struct slice word, struct slice with)
{
	return word.len >= with.len && memcmp(word.data + word.len - with.len, with.data, with.len) == 0;
}

/* The walk gives the forms that the model has and `matches` says yes to, in the order of terms. */
static void walk_is(struct form_scan *f, uint8_t class, bool (*matches)(struct slice, struct slice), struct slice affix)
{
	char room[40], term[32];
	for (uint32_t t = 0; t < model.n_terms; t++) {
		struct model_forms forms;
		if (model_term(&model, t, term).data[0] != class)
			continue;
		model_count_forms(&model, t, &forms);
		for (uint32_t i = 0; i < forms.n; i++) {
			struct slice word = model_form_word(&model, t, forms.form[i], room);
			if (!matches(word, affix))
				continue;
			ck_assert_int_eq(form_scan_next(f), FUND_OK);
			ck_assert(slice_equal(f->form.word, word) && slice_equal(f->term.term, model_term(&model, t, term)));
			ck_assert(f->form.ordinal == i && f->form.df == forms.df[i] && f->form.cf == forms.cf[i] && f->n_forms == forms.n);
		}
	}
	ck_assert_int_eq(form_scan_next(f), FUND_END);
	ck_assert_int_eq(form_scan_next(f), FUND_END);
}

START_TEST(walks_give_all_forms_or_those_that_begin_or_end_so)
{
	static const char *const affixes[] = { "", "0", "00", "0012", "00129", "001299e", "-01", "n", "-x", "ern", "7ern", "97ern", "7ern-x", "ä", "99", "zzz", "Q" };
	struct form_scan f = { .state = NULL };
	for (unsigned i = 0; i < sizeof(affixes) / sizeof(*affixes); i++) {
		struct slice affix = slice_str(affixes[i]);
		ck_assert_int_eq(form_scan_prefix(&f, source, 'w', affix), FUND_OK);
		walk_is(&f, 'w', slice_begins, affix);
		ck_assert_int_eq(form_scan_suffix(&f, source, 'w', affix), FUND_OK);
		walk_is(&f, 'w', ends, affix);
		ck_assert_int_eq(form_scan_prefix(&f, source, 'q', affix), FUND_OK);
		walk_is(&f, 'q', slice_begins, affix);
	}
	ck_assert_int_eq(form_scan_all(&f, source, 'a'), FUND_OK);
	ck_assert_int_eq(form_scan_next(&f), FUND_END);
	form_scan_release(&f);
}
END_TEST

static bool may_begin(struct slice head) { return head.data[0] == '-' || (head.data[0] == '0' && head.len >= 4 && head.data[3] == '2'); }

/* Now and then less than all that is in vain. */
static size_t vain_head(void *context, struct slice head)
{
	uint32_t *asked = context;
	++*asked;
	return may_begin(head) ? 0 : head.data[0] != '0' && *asked % 2 ? 1 : head.len < 4 ? head.len : 4;
}

START_TEST(a_walk_by_beginnings_leaves_out_what_cannot_match)
{
	struct form_scan f = { .state = NULL };
	struct form_scan all = { .state = NULL };
	uint32_t n = 0, wanted = 0, asked = 0;
	ck_assert_int_eq(form_scan_heads(&f, source, 'w', vain_head, &asked), FUND_OK);
	while (form_scan_next(&f) == FUND_OK)
		n += may_begin(slice_of(f.form.word.data, f.form.word.len < FORM_HEAD ? f.form.word.len : FORM_HEAD));
	ck_assert_int_eq(form_scan_all(&all, source, 'w'), FUND_OK);
	while (form_scan_next(&all) == FUND_OK)
		wanted += may_begin(slice_of(all.form.word.data, all.form.word.len < FORM_HEAD ? all.form.word.len : FORM_HEAD));
	ck_assert_uint_eq(n, wanted);
	ck_assert_uint_gt(n, 0);
	form_scan_release(&f);
	form_scan_release(&all);
}
END_TEST

#define DIGIT_ANY 5u

/* The bytes of an end from the outer one inwards, zeros behind. */
static uint64_t outer(bool back, struct slice word)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < FORM_HEAD; i++)
		bytes = bytes << 8 | (i < word.len ? word.data[back ? word.len - 1 - i : i] : 0u);
	return bytes;
}

/* The outermost letter, a digit, and half of the next (of a word of one letter: of the same). */
static uint64_t digit_cost(void *context, uint64_t letters, uint32_t *cost)
{
	const struct digits {
		bool back;
		uint32_t most;
	} *d = context;
	uint8_t first = (uint8_t)(letters >> 8 * (FORM_HEAD - 1)), second = (uint8_t)(letters >> 8 * (FORM_HEAD - 2));
	ck_assert_uint_eq(letters >> 8 * FORM_HEAD, 0);
	second = second ? second : first;
	uint32_t least = first >= '0' && first <= '9' ? (uint32_t)(first - '0') : 9u;
	*cost = least + (second >= '0' && second <= '9' ? (uint32_t)(second - '0') / 2 : 9u);
	if (least <= d->most && least < DIGIT_ANY)
		return 0;
	return (uint64_t)(first < '9' ? first + 1u : 0x100u) << 8 * (FORM_HEAD - 1);
}

static void digit_tell(void *context, uint32_t any) { ck_assert(context && any > 0 && any < DIGIT_ANY); } /* it tells as much as before */

static bool may_be(uint32_t a, uint32_t b, uint32_t most) { return (a < DIGIT_ANY ? a : DIGIT_ANY) + (b < DIGIT_ANY ? b : DIGIT_ANY) <= most; }

static uint32_t count_ends(struct form_scan *f, const struct form_ends *ends)
{
	uint32_t n = 0;
	while (form_scan_next(f) == FUND_OK) {
		struct slice w = f->form.word;
		uint32_t head, tail;
		digit_cost(ends->head, outer(false, w), &head);
		digit_cost(ends->tail, outer(true, w), &tail);
		n += ends->adds ? may_be(head, tail, ends->most) : may_be(head, 0, ends->most) && may_be(tail, 0, ends->most);
	}
	form_scan_release(f);
	return n;
}

/* Ends of a word that cost what chance gives them: `cheap` of 256 cost 0, as many 1, all others more than is allowed. */
struct chance {
	uint32_t any, cheap, n_asked;
	uint64_t seed;
	uint32_t *told; /* `any` of those that come, as they were told; 0: not yet */
};

static uint64_t chance_cost(void *context, uint64_t letters, uint32_t *cost)
{
	struct chance *c = context;
	uint32_t roll = (uint32_t)((letters + c->seed) * 0x9E3779B97F4A7C15u >> 56);
	*cost = roll < c->cheap ? 0 : roll < 2 * c->cheap ? 1 : 3;
	c->n_asked++;
	return 0;
}

static void chance_tell(void *context, uint32_t any)
{
	struct chance *c = context;
	ck_assert_uint_eq(c->n_asked, 0);
	c->any = *c->told = any;
}

/* Words that chance allows. */
static uint32_t count_chance(struct form_scan *f, struct chance *head, struct chance *tail)
{
	uint32_t n = 0, first, last;
	while (form_scan_next(f) == FUND_OK) {
		chance_cost(head, outer(false, f->form.word), &first);
		chance_cost(tail, outer(true, f->form.word), &last);
		n += (first < 2 ? first : 2) + (last < 2 ? last : 2) <= 2;
	}
	form_scan_release(f);
	return n;
}

/* Few beginnings are cheap, or many: ends that cost something are not asked for, or are. */
START_TEST(where_few_words_begin_cheaply_their_ends_do_not_matter_and_none_is_left_out)
{
	static const uint32_t cheap[] = { 0, 1, 2, 4, 100 };
	uint32_t n_told = 0, n = 0;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct form_scan f = { .state = NULL };
		uint32_t told = 0;
		struct chance head = { 2, cheap[_i], 0, seed, NULL }, tail = { 2, 20, 0, seed + 1000, &told };
		struct form_ends ends = { &head, &tail, chance_cost, chance_tell, 2, 2, true };
		ck_assert_int_eq(form_scan_all(&f, source, 'w'), FUND_OK);
		uint32_t wanted = count_chance(&f, &head, &tail);
		head.n_asked = tail.n_asked = 0;
		ck_assert_int_eq(form_scan_ends(&f, source, 'w', &ends), FUND_OK);
		ck_assert(told == 0 || told == 1);
		n_told += told;
		n += wanted;
		ck_assert_uint_eq(count_chance(&f, &head, &tail), wanted);
	}
	ck_assert_msg(cheap[_i] < 100 ? n_told > 0 : n_told == 0, "%u of 50", n_told);
	ck_assert_uint_gt(n, 0);
}
END_TEST

/* Beginnings none of which is cheap, and of which 64 of 256 are told to be dear where that is asked for; all ends cost nothing. */
struct dear {
	bool is_tail;
	uint32_t any;
};

static bool is_dear(uint64_t letters) { return (letters * 0x9E3779B97F4A7C15u >> 56) < 64; }

static uint64_t dear_cost(void *context, uint64_t letters, uint32_t *cost)
{
	const struct dear *d = context;
	*cost = d->is_tail ? 0 : is_dear(letters) ? 2 : 3;
	return d->is_tail || d->any > 2 ? 0 : (uint64_t)1 << 8 * FORM_HEAD;
}

static void dear_tell(void *context, uint32_t any) { ((struct dear *)context)->any = any; }

START_TEST(where_many_words_have_a_cheap_end_their_beginnings_are_asked_for)
{
	struct form_scan f = { .state = NULL };
	struct dear head = { false, 2 }, tail = { true, 2 };
	struct form_ends ends = { &head, &tail, dear_cost, dear_tell, 2, 2, true };
	uint32_t n[2][2] = { { 0 } };
	ck_assert_int_eq(form_scan_all(&f, source, 'w'), FUND_OK);
	while (form_scan_next(&f) == FUND_OK)
		n[0][is_dear(outer(false, f.form.word))]++;
	form_scan_release(&f);
	ck_assert_int_eq(form_scan_ends(&f, source, 'w', &ends), FUND_OK);
	ck_assert_uint_eq(head.any, 3);
	while (form_scan_next(&f) == FUND_OK)
		n[1][is_dear(outer(false, f.form.word))]++;
	form_scan_release(&f);
	ck_assert(n[1][1] == n[0][1] && n[1][1] > 0);
	ck_assert_msg(n[1][0] < n[0][0], "%u of %u others come", n[1][0], n[0][0]);
}
END_TEST

/* Within one edit, no end matters where few words begin cheaply. */
START_TEST(ends_are_not_asked_for_where_beginnings_are_enough)
{
	struct form_scan f = { .state = NULL };
	uint32_t told = 0, wanted = 0, n = 0, cost;
	struct chance head = { 2, 1, 0, 3, NULL }, tail = { 2, 20, 0, 4, &told };
	struct form_ends ends = { &head, &tail, chance_cost, chance_tell, 1, 2, true };
	ck_assert_int_eq(form_scan_all(&f, source, 'w'), FUND_OK);
	while (form_scan_next(&f) == FUND_OK)
		wanted += chance_cost(&head, outer(false, f.form.word), &cost) == 0 && cost < 2;
	form_scan_release(&f);
	ck_assert_int_eq(form_scan_ends(&f, source, 'w', &ends), FUND_OK);
	ck_assert(told == 0 && tail.n_asked == 0);
	while (form_scan_next(&f) == FUND_OK)
		n += chance_cost(&head, outer(false, f.form.word), &cost) == 0 && cost < 2;
	form_scan_release(&f);
	ck_assert(n == wanted && n > 0);
}
END_TEST

START_TEST(a_walk_by_both_ends_leaves_out_what_cannot_match)
{
	struct form_scan f = { .state = NULL };
	struct {
		bool back;
		uint32_t most;
	} first = { false, 1 + (uint32_t)_i % 6 }, last = { true, 1 + (uint32_t)_i % 6 };
	struct form_ends ends = { &first, &last, digit_cost, digit_tell, first.most, DIGIT_ANY, _i / 6 == 1 };
	ck_assert_int_eq(form_scan_all(&f, source, 'w'), FUND_OK);
	uint32_t wanted = count_ends(&f, &ends);
	ck_assert_int_eq(form_scan_ends(&f, source, 'w', &ends), FUND_OK);
	ck_assert_uint_eq(count_ends(&f, &ends), wanted);
	ck_assert_uint_gt(wanted, 0);
}
END_TEST

/* Of each beginning that was told to be passed over: is it what a word that comes begins with, and do all others come? */
START_TEST(words_that_begin_as_one_that_was_passed_over_need_not_come_and_all_others_do)
{
	struct form_scan all = { .state = NULL }, some = { .state = NULL };
	uint8_t vain[FORM_MAX];
	size_t n = 0, passed = 0, came = 0, length = 1 + (size_t)_i;
	ck_assert_int_eq(form_scan_all(&all, source, 'w'), FUND_OK);
	ck_assert_int_eq(form_scan_all(&some, source, 'w'), FUND_OK);
	enum fund_status st = form_scan_next(&some);
	while (form_scan_next(&all) == FUND_OK) {
		struct slice word = all.form.word;
		bool is = st == FUND_OK && slice_equal(word, some.form.word) && slice_equal(all.term.term, some.term.term) && all.form.ordinal == some.form.ordinal;
		ck_assert_msg(is || (n && word.len >= n && memcmp(word.data, vain, n) == 0), "%.*s did not come", (int)word.len, (const char *)word.data);
		passed += !is;
		came += is;
		if (!is)
			continue;
		ck_assert(all.form.df == some.form.df && all.form.cf == some.form.cf && all.n_forms == some.n_forms);
		if (n == 0 || word.len < n || memcmp(word.data, vain, n) != 0) {
			n = word.len < length ? word.len : length;
			memcpy(vain, word.data, n);
			form_scan_pass_over(&some, length);
		}
		st = form_scan_next(&some);
	}
	ck_assert_int_eq(st, FUND_END);
	ck_assert(passed > 0 && came > 0);
	form_scan_release(&all);
	form_scan_release(&some);
}
END_TEST

/* Those that begin with `wanted` are looked for. */
static size_t begins_otherwise(void *context, struct slice head)
{
	const struct slice *wanted = context;
	for (size_t i = 0; i < head.len && i < wanted->len; i++)
		if (head.data[i] != wanted->data[i])
			return i + 1;
	return 0;
}

/* What comes is in its order, and all comes that begins as it may. */
START_TEST(words_whose_neighbours_begin_in_vain_need_not_come_and_all_others_do)
{
	static const char *const wanted[] = { "w", "wort", "h", "ha", "h\xc3\xa4", "e", "1", "x" };
	size_t lacking = 0;
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		struct form_scan all = { .state = NULL }, some = { .state = NULL };
		struct slice head = slice_str(wanted[i]), end = SLICE_LIT("n");
		ck_assert_int_eq(form_scan_suffix(&all, source, 'w', end), FUND_OK);
		ck_assert_int_eq(form_scan_suffix(&some, source, 'w', end), FUND_OK);
		form_scan_ask(&some, begins_otherwise, &head);
		enum fund_status st = form_scan_next(&some);
		while (form_scan_next(&all) == FUND_OK) {
			struct slice word = all.form.word;
			bool is = st == FUND_OK && slice_equal(word, some.form.word) && slice_equal(all.term.term, some.term.term) && all.form.ordinal == some.form.ordinal;
			ck_assert_msg(is || begins_otherwise(&head, word), "%.*s did not come", (int)word.len, (const char *)word.data);
			lacking += !is;
			if (is)
				st = form_scan_next(&some);
		}
		ck_assert_int_eq(st, FUND_END);
		form_scan_release(&all);
		form_scan_release(&some);
	}
	ck_assert(lacking > 0);
}
END_TEST

/* Of any letters: what comes is in its order, and all comes that lacks no more than it may. */
START_TEST(words_that_lack_letters_need_not_come_and_all_others_do)
{
	uint64_t state = 40 + (uint64_t)_i;
	size_t passed = 0, lacking = 0, came = 0;
	for (int round = 0; round < TRIALS(200); round++) {
		struct form_scan all = { .state = NULL }, some = { .state = NULL };
		struct letters_wanted wanted = { 0, (uint32_t)_i };
		for (uint32_t n = 1 + (uint32_t)_i + random_below(&state, 4); n > 0; n--)
			wanted.all |= letter_bit((uint8_t)"0123456789wxern-\xc3\xa4"[random_below(&state, 18)]);
		ck_assert_int_eq(form_scan_all(&all, source, 'w'), FUND_OK);
		ck_assert_int_eq(round % 2 ? form_scan_suffix(&some, source, 'w', SLICE_LIT("n")) : form_scan_all(&some, source, 'w'), FUND_OK);
		form_scan_want(&some, wanted);
		enum fund_status st = form_scan_next(&some);
		while (form_scan_next(&all) == FUND_OK) {
			struct slice word = all.form.word;
			bool is = st == FUND_OK && slice_equal(word, some.form.word) && slice_equal(all.term.term, some.term.term) && all.form.ordinal == some.form.ordinal;
			bool lacks = (uint32_t)__builtin_popcountll(wanted.all & ~letters_in(word)) > wanted.may_lack;
			ck_assert_int_eq(lacks, letters_lack(wanted, letters_in(word)));
			if (round % 2 && !ends(word, SLICE_LIT("n")))
				continue;
			ck_assert_msg(is || lacks, "%.*s did not come", (int)word.len, (const char *)word.data);
			passed += !is;
			lacking += lacks;
			came += is && !lacks;
			if (!is)
				continue;
			ck_assert(all.form.df == some.form.df && all.form.cf == some.form.cf && all.n_forms == some.n_forms);
			st = form_scan_next(&some);
		}
		ck_assert_int_eq(st, FUND_END);
		form_scan_release(&all);
		form_scan_release(&some);
	}
	ck_assert(passed > lacking / 2 && came > 0);
}
END_TEST

START_TEST(a_term_that_is_not_there_has_no_forms)
{
	struct term_forms f = { 0 };
	ck_assert_int_eq(term_forms_read(&f, source, SLICE_LIT("wnix")), FUND_NOT_FOUND);
	ck_assert_int_eq(term_forms_read(&f, source, SLICE_LIT("w0")), FUND_NOT_FOUND);
	ck_assert_int_eq(term_forms_read(&f, source, SLICE_LIT("a")), FUND_NOT_FOUND);
	ck_assert_uint_eq(f.n, 0);
	ck_assert_int_eq(term_forms_read(&f, source, SLICE_LIT("w001000")), FUND_OK);
	ck_assert_ptr_nonnull(term_forms_find(&f, SLICE_LIT("001000")));
	ck_assert_ptr_null(term_forms_find(&f, SLICE_LIT("001001")));
	term_forms_release(&f);
}
END_TEST

Suite *suite_form_scan(void);
Suite *suite_form_scan(void)
{
	Suite *s = suite_create("scans for forms");
	TCase *t = tcase_create("walks");
	tcase_set_timeout(t, 60);
	tcase_add_unchecked_fixture(t, make_index, remove_index);
	tcase_add_test(t, walks_give_all_forms_or_those_that_begin_or_end_so);
	tcase_add_test(t, a_walk_by_beginnings_leaves_out_what_cannot_match);
	tcase_add_loop_test(t, a_walk_by_both_ends_leaves_out_what_cannot_match, 0, 12);
	tcase_add_loop_test(t, where_few_words_begin_cheaply_their_ends_do_not_matter_and_none_is_left_out, 0, 5);
	tcase_add_test(t, ends_are_not_asked_for_where_beginnings_are_enough);
	tcase_add_test(t, where_many_words_have_a_cheap_end_their_beginnings_are_asked_for);
	tcase_add_loop_test(t, words_that_begin_as_one_that_was_passed_over_need_not_come_and_all_others_do, 0, 8);
	tcase_add_test(t, words_whose_neighbours_begin_in_vain_need_not_come_and_all_others_do);
	tcase_add_loop_test(t, words_that_lack_letters_need_not_come_and_all_others_do, 0, 3);
	tcase_add_test(t, a_term_that_is_not_there_has_no_forms);
	suite_add_tcase(s, t);
	return s;
}
