/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Old and regional spellings and those of today; words that look old and are not. */
#include <string.h>

#include "stemmer/analyse.h"
#include "stemmer/spelling.h"
#include "tests/scratch.h"

static const struct {
	const char *old, *today; /* folded; NULL: spelt as today */
} spellings[] = {
	{ "nothwendigkeit", "notwendigkeit" }, { "theil", "teil" },	    { "rathes", "rates" },	   { "gerathen", "geraten" },
	{ "centralstelle", "zentralstelle" },  { "cabinet", "kabinet" },    { "accent", "akzent" },	   { "accord", "akkord" },
	{ "functionen", "funktionen" },	       { "scene", "szene" },	    { "excesse", "exzesse" },	   { "komponirte", "komponierte" },
	{ "triumphiren", "triumphieren" },     { "formirung", "formierung" }, { "telephonie", "telefonie" }, { "photograph", "fotograf" },
	{ "schifffahrt", "schiffahrt" },       { "verzeichniss", "verzeichnis" }, { "verhaltnissmassig", "verhaltnismassig" },
	{ "janner", "januar" },		       { "feber", "februar" },	    { "giebt", "gibt" },	   { "meynung", "meinung" },
	{ "potential", "potenzial" },	       { "todt", "tot" },	    { "waaren", "waren" },	   { "beihulfe", "beihilfe" },
	{ "plazieren", "platzieren" },	       { "colonieen", "kolonien" }, { "theater", NULL },	   { "mathematik", NULL },
	{ "bibliothek", NULL },		       { "rathaus", NULL },	    { "gesamtheit", NULL },	   { "computer", NULL },
	{ "corona", NULL },		       { "chef", NULL },	    { "sicher", NULL },		   { "decke", NULL },
	{ "gastwirt", NULL },		       { "wirt", NULL },	    { "notieren", NULL },	   { "wissen", NULL },
	{ "hockey", NULL },		       { "messe", NULL },	    { "masse", NULL },		   { "g7", NULL },
	{ "vortheil", "vorteil" },	       { "marschiren", "marschieren" }, { "kutschirt", "kutschiert" }, { "granze", "grenze" }, { "allmalig", "allmahlich" },
	{ "baar", "bar" },		       { "baarzahlung", "barzahlung" }, { "rauh", "rau" },	   { "tip", "tipp" },	     { "stop", "stopp" },
	{ "elephanten", "elefanten" },	       { "bureaus", "buros" },	    { "justitiar", "justiziar" }, { "orthographie", "orthografie" }, { "orthodox", NULL },
	{ "geschirre", NULL },		       { "schafhirt", NULL },	    { "tipp", NULL },		   { "", NULL },
};

START_TEST(a_word_is_turned_into_the_spelling_of_today)
{
	uint8_t out[SPELLING_ROOM];
	struct spelling tables;
	spelling_init(&tables);
	size_t len = spelling_modern(&tables, slice_str(spellings[_i].old), out);
	const char *today = spellings[_i].today;
	ck_assert_msg(today ? len == strlen(today) && memcmp(out, today, len) == 0 : len == 0, "%s: %.*s", spellings[_i].old, (int)len, (char *)out);
}
END_TEST

/* Words that must meet: one has a term that the other has. */
static const char *const pairs[][2] = {
	{ "Schiffahrt", "Schifffahrt" }, { "Jänner", "Januar" },	{ "Straße", "Strasse" },   { "Goethe", "Göthe" },	   { "Rath", "Rat" },
	{ "Telephon", "Telefon" },	 { "Central", "zentral" }, { "präsentiren", "präsentieren" }, { "Nothwendige", "Notwendige" },
};

START_TEST(both_spellings_share_a_term)
{
	struct analyser *a;
	const struct word *x, *y;
	bool shared = false;
	ck_assert_int_eq(analyser_new(&a), FUND_OK);
	ck_assert_int_eq(analyse_word(a, slice_str(pairs[_i][0]), &x), FUND_OK);
	ck_assert_int_eq(analyse_word(a, slice_str(pairs[_i][1]), &y), FUND_OK);
	for (uint32_t i = 0; i < x->n_refs; i++)
		for (uint32_t k = 0; k < y->n_refs; k++)
			shared |= slice_equal(analyser_term(a, x->refs[i].term)->bytes, analyser_term(a, y->refs[k].term)->bytes);
	ck_assert_msg(shared, "%s and %s", pairs[_i][0], pairs[_i][1]);
	analyser_free(a);
}
END_TEST

START_TEST(any_letters_stay_within_the_room)
{
	uint64_t state = 8;
	struct spelling tables;
	spelling_init(&tables);
	for (int round = 0; round < TRIALS(200000); round++) {
		static const char letters[] = "abcdefghilnoprstuycccthhiirr";
		uint8_t word[SPELLING_MAX + 8], out[SPELLING_ROOM + 16];
		uint32_t len = random_below(&state, sizeof(word) + 1);
		for (uint32_t i = 0; i < len; i++)
			word[i] = (uint8_t)letters[random_below(&state, sizeof(letters) - 1)];
		memset(out + SPELLING_ROOM, 0x5A, 16);
		uint8_t *exact = malloc(len + 1);
		memcpy(exact, word, len);
		size_t n = spelling_modern(&tables, slice_of(exact, len), out);
		ck_assert_uint_le(n, SPELLING_ROOM);
		for (int i = 0; i < 16; i++)
			ck_assert_uint_eq(out[SPELLING_ROOM + i], 0x5A);
		free(exact);
	}
}
END_TEST

Suite *suite_spelling(void);
Suite *suite_spelling(void)
{
	Suite *s = suite_create("spellings");
	TCase *t = tcase_create("spellings");

	tcase_add_loop_test(t, a_word_is_turned_into_the_spelling_of_today, 0, (int)(sizeof(spellings) / sizeof(*spellings)));
	tcase_add_loop_test(t, both_spellings_share_a_term, 0, (int)(sizeof(pairs) / sizeof(*pairs)));
	tcase_add_test(t, any_letters_stay_within_the_room);
	suite_add_tcase(s, t);
	return s;
}
