/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_topk_windows.c - words of several lists (as they are, as parts of compounds, in other spellings), hints, and what is no plain word (phrases, patterns, groups, a
 * compound that is also looked for as two words), asked for in two ways: by topk_or.c, window by window and leaving out what cannot enter; and by iterators, every
 * document by itself, which a word that must not occur and does not leads to.
 * test_topk.c holds the latter against a naive reference.
 */
#include <sys/stat.h>

#include "tests/archive_fixture.h"
#include "tests/asker.h"

#define ARTICLES 2600

static const char *const vocabulary[] = {
	"Haus", "Haustür", "der", "Tür", "und", "Schloss", "Schloß", "Türschloss", "Häuser", "Wald", "Waldhaus", "Grenze", "Staatsgrenze", "Staat", "Telefon",
	"Telephon", "Haustelefon", "Truppen", "Grenztruppen", "Aufmarsch", "Truppenaufmarsch", "Waldgrenze", "Schlosswald", "Staatstelefon", "Hausschloss", "Türen",
	"Staatswald", "Januar", "Jänner", "Januartruppen",
};
#define N_WORDS (sizeof vocabulary / sizeof *vocabulary)

static struct archive_model model;
static struct asker by_windows, by_documents;

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
		if (i % 20 == 0)
			fputs(i % 500 == 0 ? "Kranzbinder." : i % 60 == 0 ? "Kranz Binder." : i % 40 == 0 ? "Binder und Kranz." : "Kranz.", f);
		fprintf(f, "\"}\n");
	}
	ck_assert_int_eq(fclose(f), 0);
}

static void make_archive(void)
{
	scratch_make(&model.scratch);
	snprintf(model.archive, sizeof model.archive, "%s/archive", model.scratch.dir);
	snprintf(model.index, sizeof model.index, "%s/index", model.scratch.dir);
	ck_assert_int_eq(mkdir(model.archive, 0755), 0);
	write_articles();
	archive_model_index(&model);
}

static void remove_archive(void) { scratch_remove(&model.scratch); }

static void set_up(void)
{
	const char *dir = model.index;
	asker_open(&by_windows, &dir, 1);
	asker_open(&by_documents, &dir, 1);
	ck_assert_uint_eq(by_windows.searcher.n_docs, ARTICLES);
}

static void tear_down(void)
{
	asker_close(&by_windows);
	asker_close(&by_documents);
}

/* A word, or now and then anything else of which any may occur. */
static size_t say_one(char *text, size_t cap, uint64_t *state)
{
	const char *a = random_word(state), *b = random_word(state);
	static const char *const forms[] = { "\"%s %s\"", "(+%s +%s)", "(%s %s)", "titel:%s %s", "%s NEAR/4 %s", "(%s -%s)" };
	uint32_t form = random_below(state, 24);
	if (form < sizeof forms / sizeof *forms)
		return (size_t)snprintf(text, cap, forms[form], a, b);
	return (size_t)snprintf(text, cap, "%s", form == 23 ? "Staats*" : form == 22 ? "Kranzbinder" : form == 21 ? "Kranz" : a);
}

static void say_words(char *text, size_t cap, uint64_t *state)
{
	uint32_t n = 1 + random_below(state, 4);
	bool rich = random_below(state, 2); /* a group by itself would be the query, which it is not beside the word that must not occur */
	size_t len = (size_t)snprintf(text, cap, "%s", rich ? "Grenze" : random_word(state));
	for (uint32_t i = 1; i < n; i++) {
		len += (size_t)snprintf(text + len, cap - len, " ");
		len += rich ? say_one(text + len, cap - len, state) : (size_t)snprintf(text + len, cap - len, "%s", random_word(state));
	}
}

/* Documents a window; 0: as many as there are usually. */
static const uint32_t windows[] = { 0, 1, 7, 64, 100, 1000 };

START_TEST(words_of_several_lists_find_the_same_window_by_window_and_each_document_by_itself)
{
	uint64_t state = 41 + (uint64_t)_i;
	ck_assert_msg(asker_find(&by_documents, "Kranzbinder", UINT32_MAX)->n_hits > 20, "two words are not the compound");
	by_windows.searcher.window = windows[_i];
	for (uint32_t i = 0; i < TRIALS(300u); i++) {
		uint32_t limit = i % 3 == 0 ? 10 : i % 3 == 1 ? 1 + random_below(&state, 80) : UINT32_MAX;
		char text[200], other[240];
		say_words(text, sizeof text, &state);
		snprintf(other, sizeof other, "%s -nirgends", text);
		results_are_equal(text, asker_find(&by_windows, text, limit), asker_find(&by_documents, other, limit));
	}
}
END_TEST

/* ---- the second stage, naively ---- */

static int64_t scores[3][ARTICLES]; /* by document; -1: not found */

/* Asked with these weights of hints and of nearness; gives how many were found, and their documents best first. */
static uint32_t ask_with(const char *query, double hints, double near, int64_t score_of[ARTICLES], uint32_t docs[ARTICLES])
{
	struct ranking ranking = ranking_default;
	ranking.own_part = hints;
	ranking.near = near;
	searcher_rank(&by_windows.searcher, &ranking);
	asker_find(&by_windows, query, UINT32_MAX);
	const struct hit_list *l = &by_windows.search.topk.best;
	for (uint32_t i = 0; i < ARTICLES; i++)
		score_of[i] = -1;
	for (uint32_t i = 0; i < l->n; i++) {
		score_of[l->hits[i].doc] = l->hits[i].score;
		docs[i] = l->hits[i].doc;
	}
	return l->n;
}

/* Hints that many articles have, of compounds that few have. */
static const char *const hinted[] = { "Staatstelefon Waldhaus", "Haustelefon Grenze", "Grenztruppen Türschloss Wald", "+Grenze Staatswald" };

START_TEST(of_hints_and_nearness_the_two_hundred_best_have_all_and_the_others_nothing)
{
	static uint32_t docs[ARTICLES];
	const char *query = hinted[_i];
	int64_t *plain = scores[0], *with_hints = scores[1], *all = scores[2];
	uint32_t n = ask_with(query, 0, 0, plain, docs), n_raised = 0;
	ck_assert_msg(n > SECOND_STAGE_HITS, "%s: %u hits", query, n);
	ck_assert_uint_eq(ask_with(query, ranking_default.own_part, 0, with_hints, docs), n);
	ck_assert_uint_eq(ask_with(query, ranking_default.own_part, ranking_default.near, all, docs), n);
	int64_t *near = scores[1]; /* of the same two hundred, since no hint is in the first stage */
	static int64_t hints[ARTICLES];
	for (uint32_t i = 0; i < ARTICLES; i++)
		hints[i] = with_hints[i] - plain[i];
	ck_assert_uint_eq(ask_with(query, 0, ranking_default.near, near, docs), n);
	ask_with(query, 0, 0, plain, docs);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t doc = docs[i];
		int64_t raise = i < SECOND_STAGE_HITS ? hints[doc] + near[doc] - plain[doc] : 0;
		ck_assert_msg(all[doc] == plain[doc] + raise, "%s: number %u of the first stage, %lld, has %lld", query, i + 1, (long long)plain[doc], (long long)all[doc]);
		n_raised += raise > 0;
	}
	ck_assert_uint_gt(n_raised, 20);
	searcher_rank(&by_windows.searcher, &ranking_default);
}
END_TEST

START_TEST(however_few_are_wanted_they_are_the_first_of_all)
{
	static const uint32_t limits[] = { 1, 10, 199, 200, 201, 300 };
	uint64_t state = 7;
	for (uint32_t i = 0; i < 40; i++) {
		char text[200];
		if (i < sizeof hinted / sizeof *hinted)
			snprintf(text, sizeof text, "%s", hinted[i]);
		else
			say_words(text, sizeof text, &state);
		const struct result *all = asker_find(&by_documents, text, UINT32_MAX);
		for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
			struct result first = *all;
			first.n_hits = all->n_hits < limits[k] ? all->n_hits : limits[k];
			results_are_equal(text, asker_find(&by_windows, text, limits[k]), &first);
		}
	}
}
END_TEST

Suite *suite_topk_windows(void)
{
	Suite *s = suite_create("topk, windows");
	TCase *t = tcase_create("compounds and spellings");
	tcase_add_unchecked_fixture(t, make_archive, remove_archive);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, words_of_several_lists_find_the_same_window_by_window_and_each_document_by_itself, 0, (int)(sizeof windows / sizeof *windows));
	tcase_add_loop_test(t, of_hints_and_nearness_the_two_hundred_best_have_all_and_the_others_nothing, 0, (int)(sizeof hinted / sizeof *hinted));
	tcase_add_test(t, however_few_are_wanted_they_are_the_first_of_all);
	suite_add_tcase(s, t);
	return s;
}
