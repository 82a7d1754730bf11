/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where words with certain stems may stand: against the analysis of the whole text, whose words are written in every way there is. */
#include <string.h>
#include <strings.h>

#include "query/stretches.h"
#include "stemmer/analyse.h"
#include "tests/scratch.h"

static const char *const words[] = {
	"Impfstoff", "Impfstoffe", "IMPFSTOFFS", "Corona-Impfstoff", "Impf-\nstoff", "Impf-  \n  stoff", "Impf-\r\nstoff", "Impf\xC2\xADstoff", "Impf\xC2\xAC\nstoff", "Impf\xE2\x80\x90stoff",
	"Häuser", "Haeuser", "HAEUSER", "Haus", "Hausbau", "Rathäuser", "Bürger*innen", "Bürger/-innen", "Lehrer(innen)", "LehrerInnen", "Strasse", "Straße", "STRASSE", "Straßenbau",
	"Müller's", "O'Neill", "O\xE2\x80\x99Neill", "Café", "Cafe\xCC\x81s", "Renés", "neue", "neuen", "Steuer", "Aktuelles", "Regierung", "Regierungsviertel", "Re\xE2\x80\x8Bgierung",
	"z. B.", "i. d. R.", "Dr.-Ing.", "U.S.A.", "§ 218", "60 000", "2020er", "2022-01-18", "zeit.de", "a@b.de", "https://zeit.de/Regierung", "AT&T", "C++", "und", "der", "die", "Ost- und",
	"„Regierung“", "»Haus«", "(Haus)", "Haus\xC2\xA0und", "Regierung–Haus", "Haus...", "Haus,Regierung", "МОСКВА", "日本語", "\xFF", "x", "so", "Michael", "Poesie", "poetisch",
};
static const char *const between[] = { " ", " ", " ", " ", " ", " ", ", ", ". ", "\n", " - ", "-", "\n\n", "", "  ", "; ", "\t", "/", "\xE2\x80\xA6 " };
#define N(table) ((uint32_t)(sizeof(table) / sizeof(*(table))))

static struct analyser *analyser;
static void set_up(void) { ck_assert_int_eq(analyser_new(&analyser), FUND_OK); }
static void tear_down(void) { analyser_free(analyser); }

struct seen {
	const struct word *word;
	uint32_t off, len;
};

struct tokens {
	struct seen at[1000];
	uint32_t n;
};

static enum fund_status on_token(void *context, const struct token *t)
{
	struct tokens *all = context;
	ck_assert_uint_lt(all->n, N(all->at));
	all->at[all->n++] = (struct seen){ t->word, t->off, t->len };
	return FUND_OK;
}

static void analyse(struct slice text, struct tokens *out)
{
	const struct token_sink sink = { out, on_token, NULL, NULL };
	uint32_t pos = 0;
	out->n = 0;
	ck_assert_int_eq(analyse_text(analyser, text, &pos, &sink), FUND_OK);
}

static void make_text(uint64_t *state, char *out, size_t room)
{
	size_t len = 0;
	*out = 0;
	for (uint32_t n = 1 + random_below(state, 80); n > 0 && len + 60 < room; n--) {
		strcat(out, words[random_below(state, N(words))]);
		strcat(out, between[random_below(state, N(between))]);
		len = strlen(out);
	}
}

/* Is it the term of the word or of one of its pieces, or, as parts are, within the word as it is folded? */
static bool has_stem(const struct word *w, struct slice stem, bool part)
{
	struct buf folded = BUF_INIT;
	bool has = false;
	for (uint32_t i = 0; i < w->n_refs && !part; i++) {
		const struct term *t = analyser_term(analyser, w->refs[i].term);
		has |= t->kind == TERM_WORD && slice_equal(t->bytes, stem);
	}
	if (part) {
		ck_assert_int_eq(analyse_fold(analyser, w->surface, &folded), FUND_OK);
		has = memmem(folded.data, folded.len, stem.data, stem.len) != NULL;
	}
	buf_release(&folded);
	return has;
}

/* A stem of any word of the text, or some letters of one as a part. */
static bool choose_stem(uint64_t *state, const struct tokens *all, bool part, uint8_t room[TERM_MAX], struct slice *out)
{
	const struct word *w = all->n ? all->at[random_below(state, all->n)].word : NULL;
	if (!w || w->n_refs == 0)
		return false;
	struct slice bytes = analyser_term(analyser, w->refs[random_below(state, w->n_refs)].term)->bytes;
	size_t from = part ? random_below(state, (uint32_t)bytes.len) : 0;
	memcpy(room, bytes.data + from, bytes.len - from);
	*out = slice_of(room, bytes.len - from);
	return true;
}

static const struct stretch *stretch_of(const struct stretches *s, const struct seen *t)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->at[i].from <= t->off && t->off + t->len <= s->at[i].until)
			return &s->at[i];
	return NULL;
}

static void ck_margin(const struct tokens *all, uint32_t i, const struct stretch *s, size_t text_len, uint32_t margin, const char *text)
{
	uint32_t before = 0, behind = 0;
	for (uint32_t k = 0; k < all->n; k++) {
		bool within = all->at[k].off >= s->from && all->at[k].off + all->at[k].len <= s->until;
		before += within && k < i;
		behind += within && k > i;
	}
	ck_assert_msg((before >= margin || s->from == 0) && (behind >= margin || s->until == text_len), "%u, %u words beside word %u: %s", before, behind, i, text);
}

/* The words of each stretch are those of the whole text. */
static void ck_words(const struct tokens *all, const struct stretches *s, struct slice text)
{
	uint32_t k = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		struct tokens some;
		ck_assert(s->at[i].from <= s->at[i].until && s->at[i].until <= text.len && (i == 0 || s->at[i].from > s->at[i - 1].until));
		analyse(slice_part(text, s->at[i].from, s->at[i].until - s->at[i].from), &some);
		while (k < all->n && all->at[k].off < s->at[i].from)
			k++;
		for (uint32_t t = 0; t < some.n; t++, k++)
			ck_assert_msg(k < all->n && all->at[k].word == some.at[t].word && all->at[k].off == some.at[t].off + s->at[i].from && all->at[k].len == some.at[t].len,
				      "word %u of the stretch at %u is another: %s", t, s->at[i].from, (const char *)text.data);
		ck_assert(k == all->n || all->at[k].off >= s->at[i].until);
	}
}

START_TEST(every_word_with_the_stem_stands_in_a_stretch_with_words_beside_it)
{
	char text[4000];
	uint8_t room[TERM_MAX];
	uint64_t state = 900 + (uint64_t)_i;
	struct stretches s = { NULL, 0, 0 };
	uint32_t met = 0, apart = 0;
	for (int round = 0; round < 4000; round++) {
		struct tokens all;
		struct stem_letters letters = { 0 };
		struct slice stem;
		bool part = round % 3 == 2;
		uint32_t margin = random_below(&state, 6);
		make_text(&state, text, sizeof text);
		struct slice whole = slice_str(text);
		analyse(whole, &all);
		if (!choose_stem(&state, &all, part, room, &stem))
			continue;
		stem_letters_add(&letters, stem);
		if (round % 5 == 0)
			stem_letters_add(&letters, SLICE_LIT("regier"));
		ck_assert_int_eq(stretches_find(&s, &letters, whole, margin), FUND_OK);
		apart += s.n > 1 || (s.n == 1 && s.at[0].until - s.at[0].from < whole.len);
		ck_words(&all, &s, whole);
		for (uint32_t i = 0; i < all.n; i++) {
			if (!has_stem(all.at[i].word, stem, part))
				continue;
			const struct stretch *at = stretch_of(&s, &all.at[i]);
			ck_assert_msg(at != NULL, "%.*s, %.*s is in no stretch: %s", (int)stem.len, (const char *)stem.data, (int)all.at[i].len, text + all.at[i].off, text);
			ck_assert_msg(stem_letters_may_be_in(&letters, all.at[i].word->surface), "%.*s, %.*s", (int)stem.len, (const char *)stem.data,
				      (int)all.at[i].word->surface.len, (const char *)all.at[i].word->surface.data);
			ck_margin(&all, i, at, whole.len, margin, text);
			met++;
		}
		analyser_reset(analyser);
	}
	ck_assert_msg(met > 2000 && apart > 300, "%u %u", met, apart);
	stretches_release(&s);
}
END_TEST

START_TEST(any_of_some_runs_is_found_as_a_naive_search_does)
{
	uint64_t state = 12;
	uint32_t found = 0;
	for (int round = 0; round < 20000; round++) {
		struct letter_runs runs = { 0 };
		char text[60], run[LETTER_RUNS][12];
		uint32_t n = 1 + random_below(&state, 5), n_text = random_below(&state, 40), len;
		for (uint32_t i = 0; i < n_text; i++)
			text[i] = "aabbcAB-\xC3"[random_below(&state, 9)];
		text[n_text] = 0;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t length = 1 + random_below(&state, 6);
			for (uint32_t k = 0; k < length; k++)
				run[i][k] = "abc"[random_below(&state, 3)];
			run[i][length] = 0;
			ck_assert(letter_runs_add(&runs, slice_str(run[i])));
		}
		size_t first = SIZE_MAX;
		for (uint32_t i = 0; i < n; i++) {
			const char *at = strcasestr(text, run[i]);
			size_t end = at ? (size_t)(at - text) + strlen(run[i]) : SIZE_MAX;
			first = end < first ? end : first;
		}
		size_t got = letter_runs_find(&runs, slice_of(text, n_text), 0, &len);
		ck_assert_msg(got == LETTER_RUNS_NOWHERE ? first == SIZE_MAX : got >= len && got >= first, "%s in %s: %zu", run[0], text, got);
		if (got == LETTER_RUNS_NOWHERE)
			continue;
		bool is = false; /* one that holds another may be found by that */
		for (uint32_t i = 0; i < n; i++)
			is |= strlen(run[i]) == len && strncasecmp(text + got - len, run[i], len) == 0;
		ck_assert(is && got == first);
		found++;
	}
	ck_assert_uint_gt(found, 5000);
}
END_TEST

START_TEST(too_many_runs_are_not_known)
{
	struct stem_letters letters = { 0 };
	char stem[8];
	for (uint32_t i = 0; i < 20; i++) {
		snprintf(stem, sizeof stem, "br%cnd", (char)('b' + (char)i));
		stem_letters_add(&letters, slice_str(stem));
	}
	ck_assert(letters.unknown && stem_letters_may_be_in(&letters, SLICE_LIT("x")));
}
END_TEST

Suite *suite_stretches(void);
Suite *suite_stretches(void)
{
	Suite *s = suite_create("stretches of texts");
	TCase *t = tcase_create("stretches");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, every_word_with_the_stem_stands_in_a_stretch_with_words_beside_it, 0, 4);
	tcase_add_test(t, any_of_some_runs_is_found_as_a_naive_search_does);
	tcase_add_test(t, too_many_runs_are_not_known);
	suite_add_tcase(s, t);
	return s;
}
