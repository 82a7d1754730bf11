/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "stemmer/fold.h"
#include "stemmer/stem.h"
#include "stemmer/unicode.h"

static const struct {
	const char *text, *folded;
} folds[] = {
	/* letters */
	{ "", "" },
	{ "Haus", "haus" },
	{ "STRASSE", "strasse" },
	{ "Straße", "strasse" },
	{ "STRAẞE", "strasse" },
	{ "Häuser", "hauser" },
	{ "ÖL", "ol" },
	{ "Übung", "ubung" },
	{ "Café", "cafe" },
	{ "Señor", "senor" },
	{ "Façade", "facade" },
	{ "Łódź", "lodz" },
	{ "Dvořák", "dvorak" },
	{ "Ångström", "angstrom" },
	{ "Sørensen", "sorensen" },
	{ "Šešelj", "seselj" },
	{ "İstanbul", "istanbul" },
	{ "Işık", "isik" },
	{ "Þór", "thor" },
	{ "ſchön", "schon" },
	{ "Waſſer", "wasser" },
	{ "ﬁnden", "finden" },
	{ "Griﬀ", "griff" },
	{ "Oﬃzier", "offizier" },
	{ "Waﬄe", "waffle" },
	{ "ﬅ ﬆ", "stst" },
	{ "Ｆｕｌｌ", "full" },
	{ "CO₂", "co2" },
	{ "m²", "m2" },
	{ "Ⅳ", "iv" },
	{ "Đoković", "dokovic" },
	{ "Ἀθήνα", "αθηνα" },
	{ "ΟΔΟΣ", "οδοσ" },
	{ "ὁδός", "οδοσ" },
	{ "Москва", "москва" },
	{ "Чайка", "чайка" },
	{ "Ёлка", "елка" },
	/* signs within a word go */
	{ "O'Neill", "oneill" },
	{ "z.B", "zb" },
	{ "G7", "g7" },
	/* umlauts written as two letters */
	{ "Haeuser", "hauser" },
	{ "Mueller", "muller" },
	{ "Müller", "muller" },
	{ "Muell", "mull" },
	{ "Fuelle", "fulle" },
	{ "Oel", "ol" },
	{ "Goethe", "gothe" },
	{ "Göthe", "gothe" },
	{ "Schroeder", "schroder" },
	{ "Koeln", "koln" },
	{ "Zuerich", "zurich" },
	{ "zuernen", "zurnen" },
	{ "fuer", "fur" },
	{ "gruen", "grun" },
	{ "Menue", "menu" },
	{ "europaeisch", "europaisch" },
	{ "europäisch", "europaisch" },
	{ "Europaeer", "europaer" },
	{ "Praesident", "prasident" },
	{ "Caesar", "casar" },
	{ "Cäsar", "casar" },
	{ "Cæsar", "casar" },
	{ "saeuerlich", "sauerlich" },
	{ "säuerlich", "sauerlich" },
	{ "Traeume", "traume" },
	{ "UEBERSICHT", "ubersicht" },
	{ "Kuenstlerin", "kunstlerin" },
	{ "Gefaelle", "gefalle" },
	{ "Militaer", "militar" },
	{ "waehlen", "wahlen" },
	/* two sounds */
	{ "aktuell", "aktuell" },
	{ "Aktuelles", "aktuelles" },
	{ "Michael", "michael" },
	{ "Michaela", "michaela" },
	{ "Israel", "israel" },
	{ "israelische", "israelische" },
	{ "Raphael", "raphael" },
	{ "Neuenburg", "neuenburg" },
	{ "Poet", "poet" },
	{ "Poesie", "poesie" },
	{ "Duell", "duell" },
	{ "Januar", "januar" },
	{ "Quelle", "quelle" },
	{ "bequem", "bequem" },
	{ "neue", "neue" },
	{ "Frauen", "frauen" },
	{ "Mauer", "mauer" },
	{ "Feuer", "feuer" },
	{ "Abenteuer", "abenteuer" },
	{ "abenteuerlich", "abenteuerlich" },
	{ "Bauern", "bauern" },
	{ "Bäuerin", "bauerin" },
	{ "Knäuel", "knauel" },
	{ "Treue", "treue" },
	{ "zuerst", "zuerst" },
	{ "aufrechtzuerhalten", "aufrechtzuerhalten" },
	{ "weiterzuentwickeln", "weiterzuentwickeln" },
	{ "zueinander", "zueinander" },
	{ "individuell", "individuell" },
	{ "Individuen", "individuen" },
	{ "sexuell", "sexuell" },
	{ "manuell", "manuell" },
	{ "Samuel", "samuel" },
	{ "Manuela", "manuela" },
	{ "Influenza", "influenza" },
	{ "Aerosole", "aerosole" },
	{ "Phoenix", "phoenix" },
	{ "Koeffizient", "koeffizient" },
	{ "Koexistenz", "koexistenz" },
	{ "soeben", "soeben" },
	{ "Statuen", "statuen" },
	{ "Revue", "revue" },
	{ "Venezuela", "venezuela" },
	{ "Nettoeinkommen", "nettoeinkommen" },
	{ "Autoexport", "autoexport" },
	{ "Klimaerwärmung", "klimaerwarmung" },
	{ "Joe", "joe" },
	{ "UEFA", "uefa" },
	{ "Böen", "boen" },
	{ "wohltuend", "wohltuend" },
	{ "Reggae", "reggae" },
};

START_TEST(a_word_folds_to_this)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(fold_text(slice_str(folds[_i].text), &out), FUND_OK);
	ck_assert_str_eq(buf_str(&out), folds[_i].folded);
	buf_release(&out);
}
END_TEST

START_TEST(folding_appends)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(fold_text(SLICE_LIT("Über"), &out), FUND_OK);
	ck_assert_int_eq(fold_text(SLICE_LIT("Maß"), &out), FUND_OK);
	ck_assert_str_eq(buf_str(&out), "ubermass");
	buf_release(&out);
}
END_TEST

/* The longest folding of a character must fit what fold_text() reserves: 8 bytes a byte. */
START_TEST(no_character_folds_to_more_than_eight_bytes_a_byte)
{
	for (uint32_t cp = 0x80; cp < 0x20000; cp++) {
		size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
		ck_assert_uint_le(char_folded(cp).len, len * 8);
	}
}
END_TEST

START_TEST(invalid_bytes_fold_to_nothing)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(fold_text(SLICE_LIT("M\xFCller\xC3"), &out), FUND_OK);
	ck_assert_str_eq(buf_str(&out), "mller");
	buf_release(&out);
}
END_TEST

static const struct {
	const char *folded, *stem;
} stems[] = {
	{ "hauser", "haus" },
	{ "truppenaufmarschs", "truppenaufmarsch" },
	{ "truppenaufmarsches", "truppenaufmarsch" },
	{ "regierungen", "regier" },
	{ "aktuellen", "aktuell" },
	{ "michaels", "michael" },
	{ "neue", "neu" },
	{ "neuen", "neu" },
	{ "frauen", "frau" },
	{ "quellen", "quell" },
	{ "ei", "ei" },
	{ "bauern", "bau" },
};

START_TEST(both_versions_of_the_stemmer_give_this_stem)
{
	struct stemmer s;
	struct slice stem;

	ck_assert_int_eq(stemmer_init(&s), FUND_OK);
	ck_assert_int_eq(stemmer_stem(&s, slice_str(stems[_i].folded), &stem), FUND_OK);
	ck_assert_msg(slice_equal(stem, slice_str(stems[_i].stem)), "%s: %.*s", stems[_i].folded, (int)stem.len,
		      (const char *)stem.data);
	stemmer_release(&s);
}
END_TEST

static const struct {
	uint32_t cp;
	enum char_class class;
} classes[] = {
	{ 'a', CHAR_LOWER },	 { 'Z', CHAR_UPPER },	  { '7', CHAR_DIGIT },	    { '-', CHAR_OTHER },
	{ 0xDF, CHAR_LOWER },	 { 0xD7, CHAR_OTHER },	  { 0xAD, CHAR_IGNORE },    { 0xA0, CHAR_SPACE },
	{ 0x308, CHAR_MARK },	 { 0x17F, CHAR_LOWER },	  { 0x200B, CHAR_IGNORE },  { 0x2028, CHAR_NEWLINE },
	{ 0x4E2D, CHAR_IDEOGRAPH }, { 0x20000, CHAR_IDEOGRAPH }, { 0xFFFD, CHAR_OTHER }, { 0x10FFFF, CHAR_OTHER },
	{ 0x1F600, CHAR_OTHER }, { 0x2019, CHAR_OTHER },  { 0x2082, CHAR_LOWER },   { 0x410, CHAR_UPPER },
	{ 0xE0100, CHAR_MARK },	 { '\n', CHAR_NEWLINE },
};

START_TEST(a_character_has_this_class)
{
	ck_assert_int_eq(char_class(classes[_i].cp), classes[_i].class);
}
END_TEST

START_TEST(letters_and_marks_compose)
{
	ck_assert_uint_eq(char_compose('a', 0x308), 0xE4);
	ck_assert_uint_eq(char_compose('U', 0x308), 0xDC);
	ck_assert_uint_eq(char_compose('e', 0x301), 0xE9);
	ck_assert_uint_eq(char_compose(0xE2, 0x301), 0x1EA5);
	ck_assert_uint_eq(char_compose('x', 0x301), 0);
	ck_assert_uint_eq(char_compose(0x10061, 0x308), 0);
	ck_assert_uint_eq(char_compose('a', 0x10308), 0);
}
END_TEST

Suite *suite_fold(void);
Suite *suite_fold(void)
{
	Suite *suite = suite_create("fold");
	TCase *tc = tcase_create("folding");

	tcase_add_loop_test(tc, a_word_folds_to_this, 0, (int)(sizeof(folds) / sizeof(folds[0])));
	tcase_add_test(tc, folding_appends);
	tcase_add_test(tc, no_character_folds_to_more_than_eight_bytes_a_byte);
	tcase_add_test(tc, invalid_bytes_fold_to_nothing);
	suite_add_tcase(suite, tc);

	tc = tcase_create("stemming");
	tcase_add_loop_test(tc, both_versions_of_the_stemmer_give_this_stem, 0,
			    (int)(sizeof(stems) / sizeof(stems[0])));
	suite_add_tcase(suite, tc);

	tc = tcase_create("characters");
	tcase_add_loop_test(tc, a_character_has_this_class, 0, (int)(sizeof(classes) / sizeof(classes[0])));
	tcase_add_test(tc, letters_and_marks_compose);
	suite_add_tcase(suite, tc);
	return suite;
}
