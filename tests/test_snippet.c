/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The passage that shows why: which one is taken, what is marked in it, and that no text can break it. */
#include <string.h>

#include "query/snippet.h"
#include "store/segment.h"
#include "tests/scratch.h"

struct shown {
	char text[4000]; /* marks as [..] */
};

static struct snippet_maker *maker_of(struct analyser *analyser, const char *const *stems, uint32_t n)
{
	static struct plan terms[8], *children[8], any;
	struct snippet_maker *maker;
	any = (struct plan){ .kind = PLAN_BOOL, .children = children, .n_children = n };
	for (uint32_t i = 0; i < n; i++) {
		terms[i] = (struct plan){ .kind = PLAN_TERM, .term = { .places = { .term = slice_str(stems[i]) }, .weight = 100 }, .scale = 3.0 - i };
		children[i] = &terms[i];
	}
	static struct searcher searcher; /* of no index */
	searcher.analyser = analyser;
	ck_assert_int_eq(snippet_maker_new(&maker, &searcher, &any), FUND_OK);
	return maker;
}

static void write_marked(const struct marked_text *m, struct shown *out)
{
	size_t n = 0;
	uint32_t at = 0;
	for (uint32_t i = 0; i <= m->n_marks; i++) {
		uint32_t until = i < m->n_marks ? m->marks[i].off : (uint32_t)m->text.len;
		ck_assert_msg(until >= at && until <= m->text.len, "marks overlap or run past the text");
		memcpy(out->text + n, m->text.data + at, until - at);
		n += until - at;
		if (i == m->n_marks)
			break;
		n += (size_t)sprintf(out->text + n, "[%.*s]", (int)m->marks[i].len, (const char *)m->text.data + until);
		at = until + m->marks[i].len;
	}
	out->text[n] = '\0';
}

static const struct {
	const char *about, *stems[3], *body, *wanted; /* a part of the marked passage */
} passages[] = {
	{ "an inflected form is marked as a whole", { "wtruppenaufmarsch" }, "Die Truppenaufmärsche dauern an.", "Die [Truppenaufmärsche] dauern an." },
	{ "line ends become blanks", { "wruh" }, "Alles ist\nin Ruhe\r\n\r\ndort.", "Alles ist in [Ruhe] dort." },
	{ "nothing matches: the beginning", { "wnirgend" }, "Anfang des Textes.", "Anfang des Textes." },
	{ "pieces joined across a line are one mark", { "wtruppenaufmarsch" }, "Der Truppen-\naufmarsch kam.", "Der [Truppenaufmarsch] kam." },
	{ "a word's own hyphen at a line's end stays", { "wmilitarstutzpunkt" }, "Der US-\nMilitärstützpunkt brannte.", "Der [US-Militärstützpunkt] brannte." },
	{ "a half word at a line's end is no joint", { "wnachteil" }, "Vor-\nund Nachteile.", "Vor- und [Nachteile]." },
	{ "invalid bytes are replaced", { "wruh" }, "Die \xff Ruhe.", "Die \xEF\xBF\xBD [Ruhe]." },
};

START_TEST(the_passage_shows_the_matching_forms)
{
	struct analyser *analyser;
	struct arena arena = ARENA_INIT;
	struct marked_text m;
	struct shown shown;
	uint32_t n = 0;
	while (n < 3 && passages[_i].stems[n] != NULL)
		n++;
	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	struct snippet_maker *maker = maker_of(analyser, passages[_i].stems, n);
	struct stored_article a = { .body = slice_str(passages[_i].body) };
	ck_assert_int_eq(snippet_make(maker, &a, 30, &arena, &m), FUND_OK);
	write_marked(&m, &shown);
	ck_assert_msg(strstr(shown.text, passages[_i].wanted) != NULL, "%s: %s", passages[_i].about, shown.text);
	snippet_maker_free(maker);
	analyser_free(analyser);
	arena_release(&arena);
}
END_TEST

START_TEST(the_passage_with_more_of_the_words_is_taken)
{
	static const char *const stems[] = { "wkreml", "wgipfel" };
	struct analyser *analyser;
	struct arena arena = ARENA_INIT;
	struct marked_text m;
	struct shown shown;
	char body[20000] = "Im Kreml war es still. ";
	for (int i = 0; i < 300; i++)
		strcat(body, "Fülltext steht hier lang und breit. ");
	strcat(body, "Der Kreml lud zum Gipfel. ");
	for (int i = 0; i < 100; i++)
		strcat(body, "Danach kommt noch mehr davon. ");
	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	struct snippet_maker *maker = maker_of(analyser, stems, 2);
	struct stored_article a = { .body = slice_str(body) };
	ck_assert_int_eq(snippet_make(maker, &a, 20, &arena, &m), FUND_OK);
	write_marked(&m, &shown);
	ck_assert_msg(strstr(shown.text, "[Kreml] lud zum [Gipfel]") != NULL, "%s", shown.text);
	ck_assert_uint_lt(m.text.len, 600);
	snippet_maker_free(maker);
	analyser_free(analyser);
	arena_release(&arena);
}
END_TEST

START_TEST(any_text_gives_a_valid_passage)
{
	static const char *const stems[] = { "wkreml", "wgipfel" };
	static const char *const pieces[] = { "Kreml", "Gipfel", " ", "\n", "-", "\xC2\xAD", "\xff", "ä", "a\xCC\x88", "\xE2\x80\x8B", ".", "18.", "Bürger*innen ", "„", "\x1b", "\0" };
	uint64_t state = 31;
	struct analyser *analyser;
	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	struct snippet_maker *maker = maker_of(analyser, stems, 2);
	for (int round = 0; round < 3000; round++) {
		struct arena arena = ARENA_INIT;
		struct marked_text m;
		struct shown shown;
		size_t n = 0;
		char text[1500];
		uint32_t count = random_below(&state, 120);
		for (uint32_t i = 0; i < count; i++) {
			const char *piece = pieces[random_below(&state, sizeof(pieces) / sizeof(*pieces))];
			memcpy(text + n, piece, strlen(piece) + 1);
			n += strlen(piece);
		}
		char *exact = malloc(n + 1);
		memcpy(exact, text, n);
		struct stored_article a = { .body = slice_of(exact, n) };
		ck_assert_int_eq(snippet_make(maker, &a, 1 + random_below(&state, 30), &arena, &m), FUND_OK);
		write_marked(&m, &shown);
		ck_assert_int_eq(snippet_mark(maker, slice_of(exact, n), &arena, &m), FUND_OK);
		write_marked(&m, &shown);
		free(exact);
		arena_release(&arena);
	}
	snippet_maker_free(maker);
	analyser_free(analyser);
}
END_TEST

/* What the maker must mark, found the slow way: every token with one of the terms. */
struct slow {
	struct analyser *analyser;
	struct slice term;
	uint32_t n;
};

static enum fund_status count_token(void *context, const struct token *t)
{
	struct slow *s = context;
	for (uint32_t i = 0; i < t->word->n_refs; i++) {
		const struct term *term = analyser_term(s->analyser, t->word->refs[i].term);
		if (term->kind == TERM_WORD && slice_equal(term->bytes, s->term)) {
			s->n++;
			break;
		}
	}
	return FUND_OK;
}

START_TEST(every_form_that_the_index_knows_is_marked)
{
	static const char text[] =
		"Der US-Militärstützpunkt und die Ämter: Bürger*innen, BürgerInnen, Bürger/-innen und AeMTER. \"Öfen\", Oefen und O\xCC\x88"
		"fen; ſagt Müller's 18.01.2022, §218, C++ und http://www.zeit.de/politik an a@b.de. Trup-\npen, Straßen und STRASSEN, "
		"\xEF\xAC\x81ktiv, z. B. im Ostseebad-Heringsdorf-Ost. E-Mails 100.000 G7-Gipfel O'Neill d'Estaing aé\xC2\xADrosol";
	struct analyser *analyser;
	struct slice body = slice_of(text, sizeof(text) - 1);
	uint32_t pos = 0, n_checked = 0;
	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	struct token_sink none = { &(struct slow){ analyser, { NULL, 0 }, 0 }, count_token, NULL, NULL };
	ck_assert_int_eq(analyse_text(analyser, body, &pos, &none), FUND_OK);
	for (uint32_t i = 0; i < analyser_n_terms(analyser); i++) {
		const struct term *term = analyser_term(analyser, i);
		char stem[TERM_MAX + 2] = "w";
		if (term->kind != TERM_WORD)
			continue;
		memcpy(stem + 1, term->bytes.data, term->bytes.len);
		struct slow slow = { analyser, slice_of(stem + 1, term->bytes.len), 0 };
		struct token_sink sink = { &slow, count_token, NULL, NULL };
		struct arena arena = ARENA_INIT;
		struct marked_text m;
		struct analyser *fresh;
		const char *stems[] = { stem };
		pos = 0;
		ck_assert_int_eq(analyse_text(analyser, body, &pos, &sink), FUND_OK);
		ck_assert_int_eq(analyser_new(&fresh), FUND_OK); /* its maker looks at few words only */
		struct snippet_maker *maker = maker_of(fresh, stems, 1);
		ck_assert_int_eq(snippet_mark(maker, body, &arena, &m), FUND_OK);
		ck_assert_msg(m.n_marks == slow.n, "%s: %u marks, %u words", stem, m.n_marks, slow.n);
		n_checked++;
		snippet_maker_free(maker);
		analyser_free(fresh);
		arena_release(&arena);
	}
	ck_assert_uint_gt(n_checked, 30);
	analyser_free(analyser);
}
END_TEST

Suite *suite_snippet(void);
Suite *suite_snippet(void)
{
	Suite *s = suite_create("snippets");
	TCase *t = tcase_create("passages");

	tcase_add_loop_test(t, the_passage_shows_the_matching_forms, 0, (int)(sizeof(passages) / sizeof(*passages)));
	tcase_add_test(t, the_passage_with_more_of_the_words_is_taken);
	tcase_add_test(t, every_form_that_the_index_knows_is_marked);
	tcase_add_test(t, any_text_gives_a_valid_passage);
	suite_add_tcase(s, t);
	return s;
}
