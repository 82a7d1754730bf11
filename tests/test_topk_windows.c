/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_topk_windows.c - words of several lists (as they are, as parts of compounds, in other spellings) and hints, asked for in two ways: by topk_or.c, window by
 * window and leaving out what cannot enter; and by iterators, every document by itself, which a word that must not occur and does not leads to.
 * test_topk.c holds the latter against a naive reference.
 */
#include <sys/stat.h>

#include "query/search.h"
#include "tests/archive_fixture.h"

#define ARTICLES 2600

static const char *const vocabulary[] = {
	"Haus", "Haustür", "der", "Tür", "und", "Schloss", "Schloß", "Türschloss", "Häuser", "Wald", "Waldhaus", "Grenze", "Staatsgrenze", "Staat", "Telefon",
	"Telephon", "Haustelefon", "Truppen", "Grenztruppen", "Aufmarsch", "Truppenaufmarsch", "Waldgrenze", "Schlosswald", "Staatstelefon", "Hausschloss", "Türen",
	"Staatswald", "Januar", "Jänner", "Januartruppen",
};
#define N_WORDS (sizeof vocabulary / sizeof *vocabulary)

static struct archive_model model;
static struct analyser *analyser;
static struct searcher searcher;

/* The further down the list the rarer; so there are lists of a few documents and of many blocks. */
static const char *random_word(uint64_t *state)
{
	uint32_t most = 1 + random_below(state, (uint32_t)N_WORDS);
	return vocabulary[random_below(state, 1 + random_below(state, most))];
}

static void write_articles(void)
{
	char path[320];
	uint64_t state = 5;
	snprintf(path, sizeof path, "%s/a.jsonl", model.archive);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (uint32_t i = 0; i < ARTICLES; i++) {
		uint32_t n = 3 + random_below(&state, 60);
		fprintf(f, "{\"id\":\"%u\",\"title\":\"%s\",\"text\":\"", i, random_word(&state));
		while (n--)
			fprintf(f, "%s%s", random_word(&state), n % 7 ? " " : ". ");
		fprintf(f, "\"}\n");
	}
	ck_assert_int_eq(fclose(f), 0);
}

static void set_up(void)
{
	const char *dirs[] = { model.index };
	struct fault why = { 0 };
	scratch_make(&model.scratch);
	snprintf(model.archive, sizeof model.archive, "%s/archive", model.scratch.dir);
	snprintf(model.index, sizeof model.index, "%s/index", model.scratch.dir);
	ck_assert_int_eq(mkdir(model.archive, 0755), 0);
	write_articles();
	archive_model_index(&model);
	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	ck_assert_msg(searcher_open(&searcher, analyser, dirs, 1, &why) == FUND_OK, "%s", why.text);
	ck_assert_uint_eq(searcher.n_docs, ARTICLES);
}

static void tear_down(void)
{
	searcher_close(&searcher);
	analyser_free(analyser);
	scratch_remove(&model.scratch);
}

static void find(struct search *s, const char *text, const struct search_options *o, struct arena *page)
{
	struct search_note note;
	struct fault why = { 0 };
	ck_assert_msg(search_find(s, &searcher, slice_str(text), o, &note, &why) == FUND_OK, "%s: %s", text, why.text);
	arena_reset(page);
	ck_assert_int_eq(search_page(s, &searcher, 0, UINT32_MAX, HIT_EXPLAIN, page, &why), FUND_OK);
}

static void say_words(char *text, size_t cap, uint64_t *state)
{
	uint32_t n = 1 + random_below(state, 4);
	size_t len = 0;
	for (uint32_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, cap - len, "%s%s", i ? " " : "", random_word(state));
}

static void ck_same(const char *text, const struct search_options *o, const struct search *a, const struct search *b)
{
	ck_assert_msg(a->result.n_hits == b->result.n_hits, "%s, %u: %u hits, not %u", text, o->limit, a->result.n_hits, b->result.n_hits);
	for (uint32_t i = 0; i < a->result.n_hits; i++) {
		const struct shown_hit *x = &a->result.hits[i], *y = &b->result.hits[i];
		ck_assert_msg(slice_equal(x->key, y->key) && x->score == y->score, "%s, %u: hit %u is %.*s (%lld), not %.*s (%lld)", text, o->limit, i + 1, (int)x->key.len,
			      (const char *)x->key.data, (long long)x->score, (int)y->key.len, (const char *)y->key.data, (long long)y->score);
	}
}

/* Documents a window; 0: as many as there are usually. */
static const uint32_t windows[] = { 0, 1, 7, 64, 100, 1000 };

START_TEST(words_of_several_lists_find_the_same_window_by_window_and_each_document_by_itself)
{
	uint64_t state = 41 + (uint64_t)_i;
	struct arena page_a = ARENA_INIT, page_b = ARENA_INIT;
	searcher.or_window = windows[_i];
	for (uint32_t i = 0; i < 150; i++) {
		struct search a = { 0 }, b = { 0 };
		struct search_options o = { .limit = i % 3 == 0 ? 10 : i % 3 == 1 ? 1 + random_below(&state, 80) : UINT32_MAX, .to = UINT32_MAX };
		char text[200], other[240];
		say_words(text, sizeof text, &state);
		snprintf(other, sizeof other, "%s -nirgends", text);
		find(&a, text, &o, &page_a);
		find(&b, other, &o, &page_b);
		ck_same(text, &o, &a, &b);
		search_release(&a), search_release(&b);
	}
	arena_release(&page_a), arena_release(&page_b);
}
END_TEST

Suite *suite_topk_windows(void)
{
	Suite *s = suite_create("topk, windows");
	TCase *t = tcase_create("compounds and spellings");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, words_of_several_lists_find_the_same_window_by_window_and_each_document_by_itself, 0, (int)(sizeof windows / sizeof *windows));
	suite_add_tcase(s, t);
	return s;
}
