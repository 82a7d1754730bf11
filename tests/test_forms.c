/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words as they were written: their codes, their place in the dictionary, and what merging makes of them. Walks over them: test_form_scan.c. */
#include <string.h>

#include "stemmer/analyse.h"
#include "store/edits.h"
#include "store/forms.h"
#include "store/ordinals.h"
#include "store/postings.h"
#include "tests/index_fixture.h"
#include "tests/program.h"

/* ---- ordinals ---- */

static uint32_t skewed(uint64_t *state, uint32_t n)
{
	uint32_t o = random_below(state, 1 + random_below(state, n));
	return random_below(state, 3) ? random_below(state, o + 1) : o;
}

static int falling(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x < *y) - (*x > *y);
}

/* A row of n ordinals of `kinds` forms, and the shares of forms that are met so often. */
static void make_row(uint64_t *state, uint32_t kinds, uint32_t *row, uint32_t n, struct ordinal_shares *s)
{
	uint64_t *times = calloc(kinds, sizeof(*times));
	for (uint32_t i = 0; i < kinds; i++)
		times[i] = 1 + (random_next(state) >> random_below(state, 64));
	qsort(times, kinds, sizeof(*times), falling);
	for (uint32_t i = 0; i < n; i++)
		row[i] = skewed(state, kinds);
	ck_assert_int_eq(ordinal_shares_set(s, times, kinds), FUND_OK);
	ck_assert_uint_eq(s->start[kinds], 1u << s->bits);
	for (uint32_t i = 0; i < kinds; i++)
		ck_assert_uint_lt(s->start[i], s->start[i + 1]);
	free(times);
}

/* Nothing behind the last byte, where ASan would see a read too far. */
static bool decode_exactly(const struct ordinal_shares *s, const uint8_t *bytes, size_t len, uint32_t *out, uint32_t n)
{
	uint8_t *copy = malloc(len + 1);
	if (len)
		memcpy(copy + 1, bytes, len);
	bool right = ordinals_decode(s, slice_of(copy + 1, len), out, n);
	free(copy);
	return right;
}

START_TEST(ordinals_that_were_encoded_are_decoded)
{
	static const uint32_t kinds[] = { 1, 2, 3, 5, 17, 255, 4096, 70000 };
	uint32_t row[1000], out[1000];
	uint64_t state = 5 + (uint64_t)_i;
	struct ordinal_shares s = { 0 };
	struct buf bytes = BUF_INIT;
	for (uint32_t round = 0; round < (kinds[_i] > 1000 ? 10 : 200); round++) {
		uint32_t n = random_below(&state, 1000);
		make_row(&state, kinds[_i], row, n, &s);
		buf_reset(&bytes);
		ck_assert_int_eq(buf_add_str(&bytes, "ahead"), FUND_OK);
		ck_assert_int_eq(ordinals_encode(&s, row, n, &bytes), FUND_OK);
		ck_assert_mem_eq(bytes.data, "ahead", 5);
		ck_assert(decode_exactly(&s, bytes.data + 5, bytes.len - 5, out, n));
		ck_assert_mem_eq(row, out, n * sizeof(*row));
	}
	ordinal_shares_release(&s);
	buf_release(&bytes);
}
END_TEST

START_TEST(damaged_ordinals_are_refused_or_others_but_within_the_forms)
{
	uint32_t row[500], out[500];
	uint64_t state = 77;
	struct ordinal_shares s = { 0 };
	struct buf bytes = BUF_INIT;
	for (uint32_t round = 0; round < TRIALS(5000u); round++) {
		uint32_t kinds = 1 + random_below(&state, 40), n = random_below(&state, 500);
		make_row(&state, kinds, row, n, &s);
		buf_reset(&bytes);
		ck_assert_int_eq(ordinals_encode(&s, row, n, &bytes), FUND_OK);
		size_t len = random_below(&state, (uint32_t)bytes.len + 1);
		if (len)
			bytes.data[random_below(&state, (uint32_t)len)] ^= (uint8_t)(1u << random_below(&state, 8));
		if (decode_exactly(&s, bytes.data, len, out, n))
			for (uint32_t i = 0; i < n; i++)
				ck_assert_uint_lt(out[i], kinds);
	}
	ordinal_shares_release(&s);
	buf_release(&bytes);
}
END_TEST

START_TEST(ordinals_have_these_bytes)
{
	static const uint64_t times[] = { 700, 200, 100 };
	static const uint32_t none[200] = { 0 }, some[] = { 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 1, 0 };
	static const uint8_t golden[] = { 0x63, 0x50 };
	struct ordinal_shares s = { 0 };
	struct buf bytes = BUF_INIT;
	ck_assert_int_eq(ordinal_shares_set(&s, times, 3), FUND_OK);
	ck_assert_int_eq(ordinals_encode(&s, none, 200, &bytes), FUND_OK);
	ck_assert_uint_eq(bytes.len, 0);
	ck_assert_int_eq(ordinals_encode(&s, some, 12, &bytes), FUND_OK);
	ck_assert_msg(bytes.len == sizeof(golden) && memcmp(bytes.data, golden, sizeof(golden)) == 0, "%zu: %02x %02x", bytes.len, bytes.data[0],
		      bytes.data[1]);
	ordinal_shares_release(&s);
	buf_release(&bytes);
}
END_TEST

/* ---- edits ---- */

static const struct {
	const char *base, *word;
	unsigned rule_len, n_places;
} edits[] = {
	{ "haus", "haus", 1, 0 },
	{ "haus", "hauses", 3, 0 },
	{ "haus", "häuser", 6, 1 },
	{ "usmilitarstutzpunkt", "us-militärstützpunkte", 10, 3 },
	{ "strass", "straße", 4, 0 },
	{ "grosstadt", "großstädten", 9, 2 },
	{ "18.1.2022", "18.01.2022", 3, 1 },
	{ "sein", "wäre", 6, 0 },
	{ "a", "ä", 3, 0 },
	{ "kreml", "k", 1, 0 },
};

static void change_and_back(struct slice base, struct slice word, struct edit *edit)
{
	uint8_t out[128];
	edit_make(base, word, edit);
	size_t len = edit_apply(slice_of(edit->rule, edit->rule_len), edit->places, base, out, sizeof(out));
	ck_assert_uint_eq(len, word.len);
	ck_assert_mem_eq(out, word.data, len);
	size_t common = 0, made = 0;
	while (common < base.len && common < word.len && base.data[common] == word.data[common])
		common++;
	for (size_t n = 0; n <= base.len; n++) {
		bool keeps = edit_keeps(slice_of(edit->rule, edit->rule_len), edit->places, base.len, n, &made);
		ck_assert_msg(keeps == (n <= common), "%.*s %.*s: %zu of %zu", (int)base.len, (const char *)base.data, (int)word.len, (const char *)word.data, n, common);
		ck_assert(!keeps || made == word.len);
	}
}

START_TEST(a_word_is_this_change_of_another)
{
	struct edit edit;
	change_and_back(slice_str(edits[_i].base), slice_str(edits[_i].word), &edit);
	ck_assert_uint_eq(edit.rule_len, edits[_i].rule_len);
	ck_assert_uint_eq(edit.n_places, edits[_i].n_places);
}
END_TEST

static struct slice random_word(uint64_t *state, uint8_t *room, uint32_t max)
{
	static const char *const letters[] = { "a", "b", "s", "ä", "ß", "-", "n", "é" };
	size_t len = 0;
	for (uint32_t n = 1 + random_below(state, max); n > 0 && len + 2 <= max; n--) {
		const char *l = letters[random_below(state, 8)];
		memcpy(room + len, l, strlen(l));
		len += strlen(l);
	}
	return slice_of(room, len);
}

START_TEST(any_word_is_a_change_of_any_other)
{
	uint64_t state = 99;
	uint8_t a[128], b[128];
	struct edit edit;
	for (int round = 0; round < TRIALS(20000); round++)
		change_and_back(random_word(&state, a, 128), random_word(&state, b, round % 2 ? 128 : 12), &edit);
}
END_TEST

START_TEST(damaged_rules_are_refused_or_stay_within_the_room)
{
	uint64_t state = 101;
	uint8_t a[128], b[128], out[128];
	struct edit edit;
	for (int round = 0; round < TRIALS(20000); round++) {
		struct slice base = random_word(&state, a, 20);
		uint32_t n;
		edit_make(base, random_word(&state, b, 20), &edit);
		size_t len = random_below(&state, edit.rule_len + 1), made;
		uint8_t *rule = malloc(len + 1), places[EDIT_PLACES];
		memcpy(rule, edit.rule, len);
		for (unsigned i = 0; i < EDIT_PLACES; i++)
			places[i] = (uint8_t)random_below(&state, 30);
		if (len)
			rule[random_below(&state, (uint32_t)len)] = (uint8_t)random_next(&state);
		if (edit_rule_places(slice_of(rule, len), &n))
			ck_assert_uint_le(edit_apply(slice_of(rule, len), places, base, out, sizeof(out)), sizeof(out));
		edit_keeps(slice_of(rule, len), places, base.len, random_below(&state, 30), &made);
		free(rule);
	}
}
END_TEST

/* ---- what a word is written like ---- */

static const struct {
	const char *surface, *forms;
} written[] = {
	{ "Häuser", "haus=häuser" },
	{ "HÄUSER", "haus=häuser" },
	{ "US-Militärstützpunkt", "usmilitarstutzpunkt=us-militärstützpunkt us=us militarstutzpunkt=militärstützpunkt" },
	{ "Müller's", "mull=müller's" },
	{ "Bürger*innen", "burgerinn=bürger*innen" },
	{ "ÉCOLE", "ecol=école" },
	{ "§218", "§218=§218 218=218" },
	{ "C++", "c++=c++" },
	{ "ΣΟΦΙΑ", "σοφια=σοφια" },
	{ "Москва", "москва=москва" },
};

START_TEST(terms_have_the_word_in_small_letters_as_their_form)
{
	struct analyser *a;
	const struct word *word;
	struct buf got = BUF_INIT;
	ck_assert_int_eq(analyser_new(&a), FUND_OK);
	ck_assert_int_eq(analyse_word(a, slice_str(written[_i].surface), &word), FUND_OK);
	for (uint32_t i = 0; i < word->n_refs; i++) {
		const struct term *t = analyser_term(a, word->refs[i].term);
		for (uint32_t n = 0; n < analyser_n_written(a); n++) {
			struct written w = analyser_written(a, n);
			if (t->kind == TERM_WORD && w.term == word->refs[i].term && w.ordinal == word->refs[i].written)
				ck_assert_int_eq(buf_add_format(&got, "%s%.*s=%.*s", got.len ? " " : "", (int)t->bytes.len, t->bytes.data, (int)w.bytes.len,
								w.bytes.data),
						 FUND_OK);
		}
	}
	ck_assert_str_eq(buf_str(&got), written[_i].forms);
	buf_release(&got);
	analyser_free(a);
}
END_TEST

START_TEST(forms_of_a_term_are_numbered_as_they_come)
{
	static const char *const words[] = { "Haus", "haus", "Häuser", "HAUS", "Hauses", "häuser" };
	static const uint32_t ordinals[] = { 0, 0, 1, 0, 2, 1 };
	struct analyser *a;
	const struct word *word;
	struct buf form = BUF_INIT;
	ck_assert_int_eq(analyser_new(&a), FUND_OK);
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_int_eq(analyse_word(a, slice_str(words[i]), &word), FUND_OK);
		ck_assert_uint_eq(word->refs[0].written, ordinals[i]);
	}
	ck_assert_uint_eq(analyser_term(a, word->refs[0].term)->n_forms, 3);
	ck_assert_int_eq(analyse_written(SLICE_LIT("H\xC3\xA4u\xC2\xADSER"), &form), FUND_OK);
	ck_assert_str_eq(buf_str(&form), "häuser");
	buf_release(&form);
	analyser_free(a);
}
END_TEST

/* ---- nights: segments, merged, are what one run makes ---- */

static struct scratch scratch;

static void write_article(uint32_t i, uint32_t version)
{
	static const char *const words[] = { "Haus",  "Häuser", "Hauses",  "haus",    "Militär", "militärisch", "US-Militär", "Militärs",
					     "Straße", "Strassen", "STRASSE", "Bürger*innen", "Bürgerin", "ging", "gehen", "3.000" };
	uint64_t state = 1 + i * 31 + version * 1009;
	char text[2000], folder[300], name[40];
	size_t len = 0;
	for (uint32_t n = 10 + random_below(&state, 60); n > 0; n--)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s ", words[random_below(&state, 16)], random_below(&state, 7) ? "" : ".");
	snprintf(folder, sizeof(folder), "%s/a", scratch.dir);
	snprintf(name, sizeof(name), "%u/%u.txt", i % 7, i);
	file_write(folder, name, text);
}

/* All terms with forms, their lists, as text. */
static void dump(const char *index, struct buf *out)
{
	struct fault why = { 0 };
	struct snapshot *s;
	struct segment *segment;
	struct term_walk *w = calloc(1, sizeof(*w));
	struct postings *p = calloc(1, sizeof(*p));
	struct term_forms f = { 0 };
	char path[300];
	const uint32_t *pos, *forms;
	uint32_t n;
	snprintf(path, sizeof(path), "%s/%s", scratch.dir, index);
	ck_assert_int_eq(snapshot_open(&s, path, &why), FUND_OK);
	ck_assert_uint_eq(snapshot_n_segments(s), 1);
	ck_assert_int_eq(snapshot_segment(s, 0, &segment, &why), FUND_OK);
	ck_assert_int_eq(term_walk_begin(w, segment_chunks(segment), slice_of(NULL, 0)), FUND_OK);
	while (term_walk_next(w, &f) == FUND_OK) {
		ck_assert_int_eq(buf_add_format(out, "\n%.*s %u %llu", (int)w->terms.entry.term.len, w->terms.entry.term.data, w->terms.entry.df,
						(unsigned long long)w->terms.entry.cf), FUND_OK);
		for (uint32_t i = 0; i < f.n; i++)
			ck_assert_int_eq(buf_add_format(out, " %.*s/%u/%llu", (int)f.forms[i].word.len, f.forms[i].word.data, f.forms[i].df,
							(unsigned long long)f.forms[i].cf), FUND_OK);
		ck_assert_int_eq(postings_open(p, segment_chunks(segment), &w->terms.entry, segment_weights(segment)), FUND_OK);
		while (f.n && postings_next(p) == FUND_OK && p->doc != DOC_END) {
			ck_assert_int_eq(postings_forms(p, &forms, &n), FUND_OK);
			ck_assert_int_eq(postings_positions(p, &pos, &n), FUND_OK);
			for (uint32_t i = 0; i < n; i++)
				ck_assert_int_eq(buf_add_format(out, " %u:%u=%u", p->doc, pos[i], forms ? forms[i] : 0), FUND_OK);
		}
		postings_release(p);
	}
	term_forms_release(&f);
	snapshot_close(s);
	free(w);
	free(p);
}

static void index_into(const char *index, const char *options)
{
	program_expect(0, "fundstelle-index -q --allow-removals -i %s/%s %s %s/a", scratch.dir, index, options, scratch.dir);
}

START_TEST(segments_that_are_merged_have_the_forms_of_one_run)
{
	struct buf merged = BUF_INIT, fresh = BUF_INIT;
	char gone[320];
	scratch_make(&scratch);
	for (uint32_t night = 0; night < 4; night++) {
		for (uint32_t i = night * 150; i < night * 150 + 250; i++)
			write_article(i, night);
		for (uint32_t i = night; i < 100; i += 9) {
			snprintf(gone, sizeof(gone), "%s/a/%u/%u.txt", scratch.dir, i % 7, i);
			unlink(gone);
		}
		index_into("i", night % 2 ? "-j2 -m 1M" : "");
	}
	program_expect(0, "fundstelle-index -i %s/i --verify=deep", scratch.dir);
	program_expect(0, "fundstelle-index -q -i %s/i --compact", scratch.dir);
	program_expect(0, "fundstelle-index -i %s/i --verify=deep", scratch.dir);
	index_into("j", _i ? "-j2" : "-j1");
	dump("i", &merged);
	dump("j", &fresh);
	ck_assert_uint_gt(fresh.len, 10000);
	ck_assert(slice_equal(slice_buf(&merged), slice_buf(&fresh)));
	ck_assert_ptr_nonnull(strstr(buf_str(&fresh), " us-militär/"));
	buf_release(&merged);
	buf_release(&fresh);
	scratch_remove(&scratch);
}
END_TEST

Suite *suite_forms(void);
Suite *suite_forms(void)
{
	Suite *s = suite_create("forms");
	TCase *t = tcase_create("codes");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, ordinals_that_were_encoded_are_decoded, 0, 8);
	tcase_add_test(t, damaged_ordinals_are_refused_or_others_but_within_the_forms);
	tcase_add_test(t, ordinals_have_these_bytes);
	tcase_add_loop_test(t, a_word_is_this_change_of_another, 0, (int)(sizeof(edits) / sizeof(*edits)));
	tcase_add_test(t, any_word_is_a_change_of_any_other);
	tcase_add_test(t, damaged_rules_are_refused_or_stay_within_the_room);
	suite_add_tcase(s, t);

	t = tcase_create("writing");
	tcase_add_loop_test(t, terms_have_the_word_in_small_letters_as_their_form, 0, (int)(sizeof(written) / sizeof(*written)));
	tcase_add_test(t, forms_of_a_term_are_numbered_as_they_come);
	suite_add_tcase(s, t);

	t = tcase_create("nights");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, segments_that_are_merged_have_the_forms_of_one_run, 0, 2);
	suite_add_tcase(s, t);
	return s;
}
