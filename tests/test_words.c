/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "stemmer/number.h"
#include "stemmer/sentence.h"
#include "stemmer/url.h"
#include "stemmer/words.h"

/* The surfaces of a text, with | between them. */
static const struct {
	const char *text, *surfaces;
} texts[] = {
	{ "", "" },
	{ " \n\t.,;", "" },
	{ "Der Westen versucht, den Konflikt zu lösen.", "Der|Westen|versucht|den|Konflikt|zu|lösen" },
	/* quotation marks, brackets, dashes */
	{ "„klaren Signale“ – »so« ‚rote Linie‘ (hier) [da] “x” \"y\" 'z'", "klaren|Signale|so|rote|Linie|hier|da|x|y|z" },
	{ "sagte er… und—ging", "sagte|er|und|ging" },
	{ "Was?!Wer", "Was|Wer" },
	/* hyphens */
	{ "US-Militärstützpunkt", "US-Militärstützpunkt" },
	{ "Truppen‐Aufmarsch Truppen‑Aufmarsch Truppen⸗Aufmarsch",
	  "Truppen-Aufmarsch|Truppen-Aufmarsch|Truppen-Aufmarsch" },
	{ "Vor- und Nachteile", "Vor|und|Nachteile" },
	{ "-nachteile -- a--b", "nachteile|a|b" },
	{ "2,5-fach U-21-EM 20-jährige", "2,5-fach|U-21-EM|20-jährige" },
	{ "1914-1918 3-4 2019–2020", "1914|1918|3|4|2019|2020" },
	{ "Dr.-Ing. U.S.-Präsident", "Dr-Ing|U.S-Präsident" },
	{ "AT&T H&M A & B R&", "AT&T|H&M|A|B|R" },
	/* apostrophes */
	{ "Müller's Müller’s O`Neill O´Neill", "Müller's|Müller's|O'Neill|O'Neill" },
	{ "Hans' Auto, 'n Abend ‘so’ geht's", "Hans|Auto|n|Abend|so|geht's" },
	/* numbers */
	{ "100.000 1,5 18.01.2022 10.00 10:00", "100.000|1,5|18.01.2022|10.00|10:00" },
	{ "100\xC2\xA0" "000 1\xE2\x80\xAF" "000\xE2\x80\xAF" "000 100'000 100’000", "100.000|1.000.000|100'000|100'000" },
	{ "100 000 Euro, 12 345", "100.000|Euro|12|345" },
	{ "Platz 3, 2020 000", "Platz|3|2020|000" },
	{ "1.000.000,50 Euro, 5.", "1.000.000,50|Euro|5" },
	{ "Am 3.Mai, Seite3.Dann", "Am|3|Mai|Seite3|Dann" },
	{ "2022-01-18 2022-01-18-5 2022-1-18", "2022-01-18|2022-01-18|5|2022|1|18" },
	{ "G7 Covid-19 CO₂ m² 90er 1,5fach USB3.0", "G7|Covid-19|CO₂|m²|90er|1,5fach|USB3.0" },
	{ "100€ 5% $7 #metoo @name", "100|5|7|metoo|name" },
	{ "192.168.1.1 1.2.3", "192.168.1.1|1.2.3" },
	{ "§218 § 218 §§ 218 §218a § Absatz", "§218|§218|§218|§218a|Absatz" },
	/* abbreviations */
	{ "z.B. z. B. i. d. R. U.S.A. J. R. R. Tolkien", "z.B|z.B|i.d.R|U.S.A|J|R|R|Tolkien" },
	{ "Ende.Anfang a.D. v. Chr.", "Ende|Anfang|a.D|v|Chr" },
	{ "u. a. S. Müller, z. B. u. a. v. B.", "u.a|S|Müller|z.B|u.a|v|B" },
	{ "J.R.R.Tolkien", "J.R.R|Tolkien" },
	{ "C++ C# F#, D++x Abc++", "C++|C#|F#|D|x|Abc" },
	/* gender forms */
	{ "Bürger*innen Bürger:innen Bürger_innen Bürger/-innen Bürger/innen Bürger(innen) Bürger·innen",
	  "Bürger*innen|Bürger:innen|Bürger_innen|Bürger/-innen|Bürger/innen|Bürger(innen)|Bürger·innen" },
	{ "Bürger*in Lehrer/in jede*r ein:e Angestellte/r Name(n)",
	  "Bürger*in|Lehrer/in|jede*r|ein:e|Angestellte/r|Name(n)" },
	{ "Bürger*innenrat Bürger*innen-Rat", "Bürger*innenrat|Bürger*innen-Rat" },
	{ "und/oder Hamburg/Bremen Liste:in a*b *fett* _kursiv_ Wort(e", "und|oder|Hamburg|Bremen|Liste:in|a|b|fett|kursiv|Wort|e" },
	{ "Lage:innenpolitisch der*die", "Lage:innenpolitisch|der|die" },
	/* addresses */
	{ "www.zeit.de zeit.de/politik, (spiegel.de) „taz.de“", "www.zeit.de|zeit.de/politik|spiegel.de|taz.de" },
	{ "https://x.org/a?b=c. http://localhost:80/", "https://x.org/a?b=c|http://localhost:80/" },
	{ "max.muster@web.de a_b@c.de hans-peter@x.de", "max.muster@web.de|a_b@c.de|hans-peter@x.de" },
	{ "nobody@ x@y user@Der", "nobody|x|y|user|Der" },
	/* ends of lines */
	{ "Truppen-\naufmarsch", "Truppenaufmarsch" },
	{ "Truppen- \r\n  aufmarsch", "Truppenaufmarsch" },
	{ "Truppen⸗\naufmarsch Truppen¬\naufmarsch Truppen\xC2\xAD\naufmarsch Truppen‐\naufmarsch",
	  "Truppenaufmarsch|Truppenaufmarsch|Truppenaufmarsch|Truppenaufmarsch" },
	{ "Vor-\nund Nachteile, Vor-\noder, Vor-\nbzw. Vor⸗\nund", "Vor|und|Nachteile|Vor|oder|Vor|bzw|Vor|und" },
	{ "Vor-\nundenkbar", "Vorundenkbar" },
	{ "Berlin-\nBrandenburg Berlin¬\nBrandenburg", "Berlin-Brandenburg|BerlinBrandenburg" },
	{ "US-\namerikanisch Covid-\n19 20-\njährige 1914-\n1918", "US-amerikanisch|Covid-19|20-jährige|1914|1918" },
	{ "Truppen-\n\naufmarsch", "Truppen|aufmarsch" },
	{ "Truppen-\naufmarsch-\nplan", "Truppenaufmarschplan" },
	{ "Natalia\nTomiyama", "Natalia|Tomiyama" },
	{ "am Ende-\n", "am|Ende" },
	/* characters that are not there, and marks */
	{ "Trup\xC2\xADpen Trup\xE2\x80\x8Bpen Trup\xE2\x81\xA0pen \xEF\xBB\xBFTruppe", "Truppen|Truppen|Truppen|Truppe" },
	{ "Truppe\xC2\xAD n", "Truppe|n" },
	{ "Ha\xCC\x88user Cafe\xCC\x81 U\xCC\x88" "ber", "Häuser|Café|Über" },
	{ "\xCC\x88" "a", "a" },
	/* other scripts */
	{ "Привет, мир! Ἀθήνα", "Привет|мир|Ἀθήνα" },
	{ "中文 ひら", "中|文|ひ|ら" },
	{ "Łódź Dvořák ſchön ﬁnden", "Łódź|Dvořák|ſchön|ﬁnden" },
	/* bytes that are no UTF-8 */
	{ "M\xFCller kaputt\xFF\xFE", "M|ller|kaputt" },
	{ "a\xC3", "a" },
	{ "\xE2\x80", "" },
};

static void surfaces_of(struct slice text, struct buf *out)
{
	struct words w;
	struct span span;

	words_init(&w, text);
	while (words_next(&w, &span)) {
		if (out->len)
			ck_assert_int_eq(buf_add_byte(out, '|'), FUND_OK);
		ck_assert_int_eq(buf_add_slice(out, span.surface), FUND_OK);
	}
}

START_TEST(a_text_has_these_words)
{
	struct buf out = BUF_INIT;

	surfaces_of(slice_str(texts[_i].text), &out);
	ck_assert_str_eq(buf_str(&out), texts[_i].surfaces);
	buf_release(&out);
}
END_TEST

/* Behind any of these the fast path and the slow path must see the same word. */
START_TEST(what_follows_a_word_does_not_change_it)
{
	static const char *const tails[] = { " x", "\n", "\tx", ", x", ". X", ".", "!", "- x", ": x", "“ x", "… x", "— x",
					     ")", "\xC2\xA0x", "\xC2\xBB", "\xFF", "\r\n", "'" };
	static const char *const words[] = { "Haus", "Öl", "a", "Bürgermeisterin", "äöü", "ab" };
	struct words w;
	struct span span;
	char text[64];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);
		snprintf(text, sizeof(text), "%s%s", words[i], tails[_i]);
		words_init(&w, slice_str(text));
		ck_assert(words_next(&w, &span));
		ck_assert_uint_eq(span.off, 0);
		ck_assert_uint_eq(span.len, len);
		ck_assert(slice_equal(span.surface, slice_str(words[i])));
	}
}
END_TEST

START_TEST(offsets_are_those_of_the_text)
{
	static const struct {
		const char *text;
		uint32_t off, len;
	} cases[] = {
		{ "  Haus ", 2, 4 },
		{ "„Häuser“", 3, 7 },
		{ "(Truppen-\n aufmarsch)", 1, 19 },
		{ "Trup\xC2\xADpen", 0, 9 },
		{ " Ha\xCC\x88user", 1, 8 },
		{ "§ 218.", 0, 6 },
		{ "z. B. so", 0, 4 },
		{ ".100\xC2\xA0" "000,", 1, 8 },
		{ "\xFFyz", 1, 2 },
		{ "Bürger(innen).", 0, 14 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct words w;
		struct span span;
		words_init(&w, slice_str(cases[i].text));
		ck_assert(words_next(&w, &span));
		ck_assert_uint_eq(span.off, cases[i].off);
		ck_assert_uint_eq(span.len, cases[i].len);
	}
}
END_TEST

START_TEST(a_surface_lasts_for_some_words)
{
	struct words w;
	struct span spans[WORDS_KEPT];

	words_init(&w, SLICE_LIT("A-1 B-2 C-3 D-4"));
	for (int i = 0; i < WORDS_KEPT; i++)
		ck_assert(words_next(&w, &spans[i]));
	ck_assert(slice_equal(spans[0].surface, SLICE_LIT("A-1")));
	ck_assert(slice_equal(spans[3].surface, SLICE_LIT("D-4")));
}
END_TEST

/* n bytes of `unit` again and again: every byte in a word or between, words bounded, and done in no time. */
static void check_bounded(const char *unit, size_t n)
{
	struct words w;
	struct span span;
	uint8_t *text = malloc(n);
	size_t len = strlen(unit), end = 0;
	bool good;

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < n; i++)
		text[i] = (uint8_t)unit[i % len];
	words_init(&w, slice_of(text, n));
	for (good = true; good && words_next(&w, &span); end = (size_t)span.off + span.len)
		good = span.off >= end && span.len > 0 && span.len <= n - span.off &&
		       span.surface.len <= WORD_MAX + WORD_SLACK;
	ck_assert_msg(good, "%u + %u behind %zu", span.off, span.len, end);
	free(text);
}

static const char *const repeated[] = {
	"a", "ä", "1", "a-", "a'", "1.", "a.", "a_", "aa.", "\xC2\xAD", "a\xC2\xAD", "a\xCC\x88", "\xCC\x88", "-", "-\n",
	"a-\n", "a&", "§", "§ 1", "a@", "a:", "1:", "1,", "http://a", "a*innen", "ab(", "\n", " ", ".", "\xE2\x80", "\xC3",
	"a\xC2\xAC \n", "中", "z. B", "1 000", "1'000", "abc/-", "www.", "a.de/",
};

START_TEST(a_million_bytes_of_anything_are_bounded)
{
	check_bounded(repeated[_i], 1000000);
}
END_TEST

START_TEST(long_words_end_at_the_limit)
{
	struct words w;
	struct span span;
	static uint8_t text[3 * WORD_MAX];

	memset(text, 'x', sizeof(text));
	words_init(&w, slice_of(text, sizeof(text)));
	for (int i = 0; i < 3; i++) {
		ck_assert(words_next(&w, &span));
		ck_assert_uint_eq(span.len, WORD_MAX);
	}
	ck_assert(!words_next(&w, &span));
}
END_TEST

START_TEST(many_pieces_make_several_words)
{
	struct buf text = BUF_INIT;
	struct words w;
	struct span span;

	for (int i = 0; i < WORD_PIECES + 1; i++)
		ck_assert_int_eq(buf_add_str(&text, i ? "-ab" : "ab"), FUND_OK);
	words_init(&w, slice_buf(&text));
	ck_assert(words_next(&w, &span));
	ck_assert_uint_eq(span.len, 3 * WORD_PIECES - 1);
	ck_assert(words_next(&w, &span));
	ck_assert_uint_eq(span.len, 2);
	ck_assert(!words_next(&w, &span));
	buf_release(&text);
}
END_TEST

static const struct {
	const char *scanned, *canonical, *variant;
} numbers[] = {
	{ "0", "0", "" },
	{ "007", "007", "" },
	{ "100.000", "100000", "" },
	{ "100000", "100000", "" },
	{ "100'000", "100000", "" },
	{ "1.000.000", "1000000", "" },
	{ "1,000,000", "1000000", "" },
	{ "1,000", "1,000", "" },
	{ "1.000.000,50", "1000000,50", "" },
	{ "1,5", "1,5", "" },
	{ "1.5", "1.5", "1,5" },
	{ "0.001", "0.001", "0,001" },
	{ "1234.567", "1234.567", "1234,567" },
	{ "18.01.2022", "18.1.2022", "2022" },
	{ "18.1.2022", "18.1.2022", "2022" },
	{ "1.1.22", "1.1.22", "" },
	{ "2022-01-18", "18.1.2022", "2022" },
	{ "99.99.2022", "99.99.2022", "" },
	{ "10.00", "10.00", "10,00" },
	{ "10:00", "10.00", "" },
	{ "09:30", "9.30", "" },
	{ "09.30", "9.30", "9,30" },
	{ "192.168.1.1", "192.168.1.1", "" },
	{ "1.2.3.4.5.6.7.8.9", "1.2.3.4.5.6.7.8", "" },
};

START_TEST(a_number_has_one_form)
{
	struct number number;
	struct slice text = slice_str(numbers[_i].scanned);
	size_t n = number_iso_date(text);

	text.len = n ? n : number_scan(text);
	number_canonical(text, &number);
	ck_assert(slice_equal(slice_of(number.text, number.len), slice_str(numbers[_i].canonical)));
	ck_assert(slice_equal(slice_of(number.variant, number.variant_len), slice_str(numbers[_i].variant)));
}
END_TEST

static const struct {
	const char *text;
	size_t len;
} urls[] = {
	{ "https://www.zeit.de/a/b.html", 28 }, { "www.zeit.de", 11 }, { "zeit.de", 7 },	{ "Ende.Anfang", 0 },
	{ "Ende.De", 0 },			 { "zeit.de.", 7 },	{ "zeit.de)", 7 },	{ "zeit.deutsch", 0 },
	{ "a@b.de", 6 },			 { "a@b", 0 },		{ "zeit.de/a,", 9 },	{ "zeit.de:80", 10 },
	{ "zeit.de: nein", 7 },			 { "https://", 0 },	{ "und/oder", 0 },	{ "zeit.deä", 0 },
	{ "a.b.c.de", 8 },			 { "a..de", 0 },	{ "http://x", 8 },	{ "", 0 },
	{ "zeit.de“", 7 },			 { "x-y.com", 7 },	{ "1.de", 4 },
};

START_TEST(an_address_is_this_long)
{
	ck_assert_uint_eq(url_scan(slice_str(urls[_i].text)), urls[_i].len);
}
END_TEST

static const struct {
	const char *text;
	const char *marks; /* before each word: . a sentence, P a paragraph, - neither */
} sentences[] = {
	{ "Er kam. Sie ging.", "--.-" },
	{ "Er kam! Sie ging? Ja.", "--.-." },
	{ "Er kam … Sie ging", "--.-" },
	{ "Er kam… und ging", "----" },
	{ "Er kam.“ Sie ging", "--.-" },
	{ "„Was?“, fragte er.", "---" },
	{ "„Was?“ Er ging.", "-.-" },
	{ "am 3. Mai kam", "----" },
	{ "am 31. Dezember", "---" },
	{ "Platz 3. Der Sieger", "--.-" },
	{ "im Jahr 1914. Krieg war", "---.-" },
	{ "Dr. Meier, Prof. Huber, St. Pauli, Nr. 5", "--------" },
	{ "mit ca. Hundert", "---" },
	{ "z. B. Bonn, z.B. Berlin", "----" },
	{ "usw. Dann kam", "-.-" },
	{ "usw. Krieg kam", "---" },
	{ "J. Müller und J. R. R. Tolkien", "-------" },
	{ "Plan B. Dann kam", "--.-" },
	{ "Wilhelm II. Kaiser", "---" },
	{ "Wilhelm II. Der Kaiser", "--.-" },
	{ "Ende.Anfang", "-." },
	{ "endet. klein", "--" },
	{ "um 10 Uhr. Krieg", "---." },
	{ "auf seine Art. Er ging", "---.-" },
	{ "so. 2020 war", "-.-" },
	{ "eins\n\nzwei", "-P" },
	{ "eins\r\n\r\nzwei", "-P" },
	{ "eins\r\nzwei", "--" },
	{ "eins\n \t\nzwei", "-P" },
	{ "eins.\n\nZwei", "-P" },
	{ "eins.\nZwei", "-." },
	{ "eins\nZwei", "--" },
	{ "eins\xE2\x80\xA9zwei", "-P" },
	{ "\n\nEins", "-" },
	{ "。中。文", "-." },
	{ "Überall. Über", "-." },
	{ "Ende. Übrigens", "-." },
	{ "Ende. über", "--" },
};

START_TEST(sentences_begin_here)
{
	const char *text = sentences[_i].text;
	struct words w;
	struct span span;
	struct slice before = { NULL, 0 };
	enum boundary what;
	char marks[32];
	size_t n = 0;

	words_init(&w, slice_str(text));
	while (words_next(&w, &span)) {
		struct slice word = slice_of(text + span.off, span.len);
		bool is = before.len && sentence_boundary(span.gap, before, word, &what);
		ck_assert_uint_lt(n, sizeof(marks) - 1);
		marks[n++] = !is ? '-' : what == BOUNDARY_PARAGRAPH ? 'P' : '.';
		before = word;
	}
	marks[n] = '\0';
	ck_assert_str_eq(marks, sentences[_i].marks);
}
END_TEST

#define LOOP(tc, test, table) tcase_add_loop_test(tc, test, 0, (int)(sizeof(table) / sizeof((table)[0])))

Suite *suite_words(void);
Suite *suite_words(void)
{
	Suite *suite = suite_create("words");
	TCase *tc = tcase_create("boundaries");

	LOOP(tc, a_text_has_these_words, texts);
	tcase_add_loop_test(tc, what_follows_a_word_does_not_change_it, 0, 18);
	tcase_add_test(tc, offsets_are_those_of_the_text);
	tcase_add_test(tc, a_surface_lasts_for_some_words);
	LOOP(tc, a_million_bytes_of_anything_are_bounded, repeated);
	tcase_add_test(tc, long_words_end_at_the_limit);
	tcase_add_test(tc, many_pieces_make_several_words);
	suite_add_tcase(suite, tc);

	tc = tcase_create("kinds");
	LOOP(tc, a_number_has_one_form, numbers);
	LOOP(tc, an_address_is_this_long, urls);
	suite_add_tcase(suite, tc);

	tc = tcase_create("sentences");
	LOOP(tc, sentences_begin_here, sentences);
	suite_add_tcase(suite, tc);
	return suite;
}
