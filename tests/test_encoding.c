/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which encoding a text is in: by examples, and measured on 3,000 articles that are encoded here, cut, put together and damaged. The figures
 * stand in docs/BENCHMARKS.md, "Encodings"; FUNDSTELLE_VERBOSE prints them.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "indexer/encoding.h"
#include "indexer/file_reader.h"

/* ---- encoding ---- */

/* The byte that a single-byte encoding has for a character; 0: none. */
static uint8_t byte_of[ENCODINGS][0x2200];

static void make_bytes(enum encoding e)
{
	for (unsigned b = 0x80; b < 0x100; b++) {
		struct buf out = BUF_INIT;
		uint8_t byte = (uint8_t)b;
		uint32_t cp;
		ck_assert_int_eq(encoding_decode(e, slice_of(&byte, 1), &out), FUND_OK);
		utf8_decode(out.data, out.data + out.len, &cp);
		if (cp < 0x2200)
			byte_of[e][cp] = byte;
		buf_release(&out);
	}
}

/* UTF-8 in another encoding, '?' for what it does not have; `expected` is what reading it should give. */
static void encode(enum encoding e, struct slice text, struct buf *out, struct buf *expected)
{
	enum fund_status st = FUND_OK;
	const uint8_t *end = text.data + text.len;
	for (const uint8_t *p = text.data; st == FUND_OK && p < end;) {
		uint32_t cp;
		uint8_t byte;
		size_t n = utf8_decode(p, end, &cp);
		byte = cp < 0x80 ? (uint8_t)cp : cp < 0x2200 && byte_of[e][cp] ? byte_of[e][cp] : '?';
		st = buf_add_byte(out, byte);
		if (st == FUND_OK)
			st = byte == '?' ? buf_add_byte(expected, '?') : buf_add(expected, p, n);
		p += n;
	}
	ck_assert_int_eq(st, FUND_OK);
}

/* As a program did that took UTF-8 for CP1252, in which five bytes are no characters and stay what they are. */
static void encode_twice(struct slice text, struct buf *out, struct buf *expected)
{
	static struct buf one;
	enum fund_status st = buf_add_slice(expected, text);
	for (size_t i = 0; st == FUND_OK && i < text.len; i++) {
		uint8_t byte = text.data[i], control[4];
		bool none = byte == 0x81 || byte == 0x8D || byte == 0x8F || byte == 0x90 || byte == 0x9D;
		buf_reset(&one);
		st = encoding_decode(ENCODING_CP1252, slice_of(&byte, 1), &one);
		if (st == FUND_OK)
			st = none ? buf_add(out, control, utf8_encode(byte, control)) : buf_add_slice(out, slice_buf(&one));
	}
	ck_assert_int_eq(st, FUND_OK);
}

/* ---- examples ---- */

static const struct {
	const char *name, *bytes;
	size_t len;
	const char *text, *encoding;
} examples[] = {
#define EXAMPLE(name, bytes, text, encoding) { name, bytes, sizeof bytes - 1, text, encoding }
	EXAMPLE("nothing", "", "", "UTF-8"),
	EXAMPLE("ASCII", "Ende", "Ende", "UTF-8"),
	EXAMPLE("a quotation in CP1252", "Er sagte: \x84Nein\x93.", "Er sagte: „Nein“.", "CP1252"),
	EXAMPLE("one umlaut in CP850", "Das M\x84" "dchen", "Das Mädchen", "CP850"),
	EXAMPLE("one umlaut in Mac Roman", "Das M\x8A" "dchen", "Das Mädchen", "Mac Roman"),
	EXAMPLE("the euro of ISO-8859-15", "F\xFC" "r 5 \xA4 im Caf\xE9", "Für 5 € im Café", "ISO-8859-15"),
	EXAMPLE("capitals in CP850", "GR\x9A" "N, \x8E" "RGER", "GRÜN, ÄRGER", "CP850"),
	EXAMPLE("UTF-16 without mark, big-endian", "\0S\0t\0r\0a\0\xDF\0e", "Straße", "UTF-16BE"),
	EXAMPLE("UTF-16, cut in the middle of a character", "\xFF\xFEK\0\xF6\0l\0n", "Köl", "UTF-16LE"),
	EXAMPLE("UTF-32", "\xFF\xFE\0\0S\0\0\0\xDF\0\0\0\0\xF6\1\0", "Sß\xF0\x9F\x98\x80", "UTF-32LE"),
	EXAMPLE("UTF-32, big-endian, cut in the middle of a character", "\0\0\xFE\xFF\0\0\0K\0\0\0\xF6\0\x11\0\0\0\0", "Kö\xEF\xBF\xBD", "UTF-32BE"),
	EXAMPLE("a word parted at a line's end", "Der Auf\xAC\nmarsch", "Der Auf¬\nmarsch", "CP1252"),
	EXAMPLE("a word parted at a line's end in CP850", "Der gr\x94\xE1te Auf\xAA\r\nmarsch", "Der größte Auf¬\r\nmarsch", "CP850"),
	EXAMPLE("a quarter is none in CP850", "Nur 3\xAC\nSt\x81" "ck", "Nur 3¼\nStück", "CP850"),
	EXAMPLE("UTF-8 twice", "F\xC3\x83\xC2\xBCr die Stra\xC3\x83\xC5\xB8" "e \xC3\xA2\xE2\x82\xAC\xE2\x80\x9C und \xC3\x83\xE2\x80\x9E" "rger", "Für die Straße – und Ärger", "UTF-8 twice"),
	EXAMPLE("UTF-8 that is not twice", "S\xC3\xA3o Tom\xC3\xA9, \xC3\x83 propos", "São Tomé, Ã propos", "UTF-8"),
	EXAMPLE("UTF-8 cut at its end", "Die Stra\xC3\x9F" "e f\xC3\xBChrt nach K\xC3", "Die Straße führt nach K\xC3", "UTF-8"),
	EXAMPLE("two encodings, a line each",
		"Die S\xE4nger \xFC" "bten f\xFCr die gro\xDF" "e Auff\xFChrung im n\xE4" "chsten Fr\xFChjahr.\n"
		"Die S\x84nger \x81" "bten f\x81r die gro\xE1" "e Auff\x81hrung im n\x84" "chsten Fr\x81hjahr.\n",
		"Die Sänger übten für die große Aufführung im nächsten Frühjahr.\nDie Sänger übten für die große Aufführung im nächsten Frühjahr.\n",
		"CP1252, in part CP850"),
	EXAMPLE("damaged UTF-8 stays UTF-8", "Die Stra\xC3 ist gesperrt, \xFF sagt man in K\xC3\xB6ln, M\xC3\xBCnchen, D\xC3\xBCsseldorf und L\xC3\xBC" "beck.",
		"Die Stra\xC3 ist gesperrt, \xFF sagt man in Köln, München, Düsseldorf und Lübeck.", "UTF-8"),
};

START_TEST(an_encoding_is_recognised)
{
	struct buf room = BUF_INIT;
	struct slice text;
	const char *name;
	ck_assert_int_eq(encoding_to_utf8(slice_of(examples[_i].bytes, examples[_i].len), NULL, &room, &text, &name), FUND_OK);
	ck_assert_msg(slice_equal(text, slice_str(examples[_i].text)), "%s: \"%.*s\" (%s)", examples[_i].name, (int)text.len, (const char *)text.data, name);
	ck_assert_str_eq(name, examples[_i].encoding);
	buf_release(&room);
}
END_TEST

static const struct {
	const char *label;
	enum encoding encoding; /* ENCODINGS: not known */
} label_examples[] = {
	{ "UTF-8", ENCODING_UTF8 },	       { " utf8 ", ENCODING_UTF8 },	{ "ISO-8859-1", ENCODING_CP1252 }, { "iso_8859-1:1987", ENCODING_CP1252 },
	{ "Windows-1252", ENCODING_CP1252 },   { "US-ASCII", ENCODING_CP1252 },	{ "iso-8859-15", ENCODING_ISO8859_15 }, { "macintosh", ENCODING_MACROMAN },
	{ "IBM850", ENCODING_CP850 },	       { "x-unbekannt", ENCODINGS },	{ "", ENCODINGS },		   { "ein sehr langer Name ohne jeden Sinn", ENCODINGS },
};

START_TEST(a_label_names_an_encoding)
{
	enum encoding e = ENCODINGS;
	bool known = encoding_of_label(slice_str(label_examples[_i].label), &e);
	ck_assert_int_eq(known, label_examples[_i].encoding != ENCODINGS);
	ck_assert_int_eq(e, label_examples[_i].encoding);
}
END_TEST

START_TEST(what_a_document_says_is_believed_where_it_can_be)
{
	struct buf room = BUF_INIT;
	struct slice text;
	const char *name;
	enum encoding said = ENCODING_ISO8859_2;
	ck_assert_int_eq(encoding_to_utf8(SLICE_LIT("\xE9"), &said, &room, &text, &name), FUND_OK);
	ck_assert_str_eq(name, "ISO-8859-2");
	ck_assert_int_eq(encoding_to_utf8(SLICE_LIT("K\xC3\xB6ln"), &said, &room, &text, &name), FUND_OK);
	ck_assert_str_eq(name, "UTF-8");
	said = ENCODING_UTF8;
	ck_assert_int_eq(encoding_to_utf8(SLICE_LIT("K\xF6ln"), &said, &room, &text, &name), FUND_OK);
	ck_assert_str_eq(name, "CP1252");
	said = ENCODING_UTF16LE;
	ck_assert_int_eq(encoding_to_utf8(SLICE_LIT("Text, der keiner ist"), &said, &room, &text, &name), FUND_OK);
	ck_assert_str_eq(name, "UTF-8");
	buf_release(&room);
}
END_TEST

/* Every byte string is read as something, within its bounds. */
START_TEST(any_bytes_give_some_text)
{
	uint64_t seed = 1;
	for (int round = 0; round < 3000; round++) {
		size_t len = (size_t)(round % 97);
		uint8_t *bytes = malloc(len ? len : 1);
		struct buf room = BUF_INIT;
		struct slice text;
		const char *name;
		ck_assert_ptr_nonnull(bytes);
		for (size_t i = 0; i < len; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			bytes[i] = (uint8_t)(seed >> (round % 3 ? 56 : 57));
		}
		ck_assert_int_eq(encoding_to_utf8(slice_of(bytes, len), NULL, &room, &text, &name), FUND_OK);
		ck_assert_ptr_nonnull(name);
		(void)encoding_is_binary(slice_of(bytes, len));
		free(bytes);
		buf_release(&room);
	}
}
END_TEST

/* ---- measured ---- */

#define ARTICLES 3000

static struct { struct slice text; } articles[ARTICLES];
static struct buf all_texts; /* empty: no data here */

static void load_articles(void)
{
	const char *data = getenv("FUNDSTELLE_DATA");
	char path[1024];
	size_t ends[ARTICLES];
	struct file_reader *reader;
	struct fault why = { 0 };
	struct article a;
	uint64_t line;
	bool recovered;
	snprintf(path, sizeof path, "%s/news.jsonl.gz", data ? data : "");
	int fd = data ? open(path, O_RDONLY) : -1;
	if (fd < 0) {
		fprintf(stderr, "skipped: FUNDSTELLE_DATA does not name the directory of news.jsonl.gz\n");
		return;
	}
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
	ck_assert_int_eq(file_reader_open(reader, fd, SLICE_LIT("news.jsonl.gz"), (struct file_range){ 0, UINT64_MAX }, &why), FUND_OK);
	for (size_t i = 0; i < ARTICLES; i++) {
		ck_assert_int_eq(file_reader_next(reader, &a, &recovered, &line, &why), FUND_OK);
		ck_assert(buf_add_slice(&all_texts, a.title) == FUND_OK && buf_add_str(&all_texts, "\n\n") == FUND_OK && buf_add_slice(&all_texts, a.body) == FUND_OK);
		ends[i] = all_texts.len;
	}
	for (size_t i = 0; i < ARTICLES; i++)
		articles[i].text = slice_of(all_texts.data + (i ? ends[i - 1] : 0), ends[i] - (i ? ends[i - 1] : 0));
	file_reader_free(reader);
	close(fd);
}

static void release_articles(void) { buf_release(&all_texts); }

/* At most n bytes, no character cut. */
static struct slice cut(struct slice s, size_t n)
{
	if (s.len <= n)
		return s;
	while (n > 0 && (s.data[n] & 0xC0) == 0x80)
		n--;
	return slice_of(s.data, n);
}

/* Latin-1 has no typographic marks: those who wrote it had others. */
static void in_latin1_marks(struct slice text, struct buf *out)
{
	static const struct { const char *from, *to; } marks[] = { { "„", "\"" }, { "“", "\"" }, { "”", "\"" }, { "–", "-" }, { "’", "'" }, { "‚", "'" }, { "‘", "'" }, { "…", "..." }, { "€", "EUR" } };
	enum fund_status st = FUND_OK;
	buf_reset(out);
	for (size_t i = 0; st == FUND_OK && i < text.len;) {
		size_t m = 0, n = sizeof marks / sizeof *marks;
		while (m < n && !(text.len - i >= strlen(marks[m].from) && memcmp(text.data + i, marks[m].from, strlen(marks[m].from)) == 0))
			m++;
		st = m < n ? buf_add_str(out, marks[m].to) : buf_add_byte(out, text.data[i]);
		i += m < n ? strlen(marks[m].from) : 1;
	}
	ck_assert_int_eq(st, FUND_OK);
}

enum way { PLAIN, LATIN1, UTF8, TWICE, UTF16, HALVES, CUT };

static const struct {
	const char *name;
	enum way way;
	enum encoding encoding, other; /* other: of the second half */
	double most[3]; /* per cent that may be wrong: of 200 bytes, of 1,000, of all */
} measured[] = {
	{ "UTF-8", UTF8, 0, 0, { 0, 0, 0 } },
	{ "UTF-8, its first and last character cut", CUT, 0, 0, { 0.1, 0.1, 0.5 } },
	{ "UTF-8 twice", TWICE, 0, 0, { 0.3, 0.1, 0.1 } },
	{ "UTF-16LE without mark", UTF16, ENCODING_UTF16LE, 0, { 0.1, 0.1, 0.1 } },
	{ "Latin-1", LATIN1, ENCODING_CP1252, 0, { 0.1, 0.1, 0 } },
	{ "CP1252", PLAIN, ENCODING_CP1252, 0, { 0.1, 0, 0 } },
	{ "ISO-8859-15", PLAIN, ENCODING_ISO8859_15, 0, { 0.1, 0.1, 0.1 } },
	{ "CP850", PLAIN, ENCODING_CP850, 0, { 0.1, 0.1, 0.1 } },
	{ "CP437", PLAIN, ENCODING_CP437, 0, { 0.1, 0.1, 0.1 } },
	{ "Mac Roman", PLAIN, ENCODING_MACROMAN, 0, { 0.2, 0.1, 0.1 } },
	{ "UTF-8, then CP1252", HALVES, ENCODING_UTF8, ENCODING_CP1252, { 1.5, 0.5, 0.5 } },
	{ "CP850, then CP1252", HALVES, ENCODING_CP850, ENCODING_CP1252, { 5, 7, 0.5 } },
	{ "CP1252, then Mac Roman", HALVES, ENCODING_CP1252, ENCODING_MACROMAN, { 7, 10, 0.5 } },
};

static void lay_out(int row, struct slice text, struct buf *bytes, struct buf *expected)
{
	static struct buf plain;
	enum encoding e = measured[row].encoding, other = measured[row].other;
	const uint8_t *half;
	enum fund_status st = FUND_OK;
	buf_reset(bytes);
	buf_reset(expected);
	switch (measured[row].way) {
	case PLAIN: encode(e, text, bytes, expected); break;
	case LATIN1: in_latin1_marks(text, &plain); encode(e, slice_buf(&plain), bytes, expected); break;
	case TWICE: encode_twice(text, bytes, expected); break;
	case UTF8: ck_assert(buf_add_slice(bytes, text) == FUND_OK && buf_add_slice(expected, text) == FUND_OK); break;
	case CUT: /* half a character before and behind */
		ck_assert(buf_add_str(bytes, "\x9F") == FUND_OK && buf_add_slice(bytes, text) == FUND_OK && buf_add_str(bytes, "\xC3") == FUND_OK);
		ck_assert_int_eq(buf_add_slice(expected, slice_buf(bytes)), FUND_OK);
		break;
	case UTF16:
		for (const uint8_t *p = text.data, *end = p + text.len; st == FUND_OK && p < end;) {
			uint32_t cp;
			p += utf8_decode(p, end, &cp);
			uint8_t two[2] = { (uint8_t)cp, (uint8_t)(cp >> 8) }, written[4];
			if (cp < 0x10000)
				st = buf_add(bytes, two, 2) || buf_add(expected, written, utf8_encode(cp, written));
		}
		ck_assert_int_eq(st, FUND_OK);
		break;
	case HALVES: /* at the end of a line */
		half = memchr(text.data + text.len / 2, '\n', text.len - text.len / 2);
		half = half ? half + 1 : text.data + text.len;
		if (e == ENCODING_UTF8)
			ck_assert(buf_add(bytes, text.data, (size_t)(half - text.data)) == FUND_OK && buf_add(expected, text.data, (size_t)(half - text.data)) == FUND_OK);
		else
			encode(e, slice_of(text.data, (size_t)(half - text.data)), bytes, expected);
		encode(other, slice_of(half, (size_t)(text.data + text.len - half)), bytes, expected);
		break;
	}
}

START_TEST(three_thousand_articles_are_read_in_their_encoding)
{
	static const size_t lengths[3] = { 200, 1000, SIZE_MAX };
	struct buf bytes = BUF_INIT, expected = BUF_INIT, room = BUF_INIT;
	if (!all_texts.len)
		return;
	make_bytes(measured[_i].encoding ? measured[_i].encoding : ENCODING_CP1252);
	make_bytes(measured[_i].other ? measured[_i].other : ENCODING_CP1252);
	for (int l = 0; l < 3; l++) {
		unsigned wrong = 0;
		for (size_t i = 0; i < ARTICLES; i++) {
			struct slice text;
			const char *name;
			lay_out(_i, cut(articles[i].text, lengths[l]), &bytes, &expected);
			ck_assert_int_eq(encoding_to_utf8(slice_buf(&bytes), NULL, &room, &text, &name), FUND_OK);
			bool bad = !slice_equal(text, slice_buf(&expected));
			wrong += bad;
			if (bad && getenv("FUNDSTELLE_WRONG"))
				fprintf(stderr, "%s %d %s: %.*s\n", measured[_i].name, l, name, (int)(text.len > 300 ? 300 : text.len), (const char *)text.data);
		}
		double percent = 100.0 * wrong / ARTICLES;
		if (getenv("FUNDSTELLE_VERBOSE"))
			fprintf(stderr, "%s | %zu | %.2f %%\n", measured[_i].name, lengths[l], percent);
		ck_assert_msg(percent <= measured[_i].most[l], "%s, %zu bytes: %.2f %% wrong", measured[_i].name, lengths[l], percent);
	}
	buf_release(&bytes);
	buf_release(&expected);
	buf_release(&room);
}
END_TEST

Suite *suite_encoding(void);
Suite *suite_encoding(void)
{
	Suite *s = suite_create("encoding");
	TCase *t = tcase_create("examples");
	tcase_add_loop_test(t, an_encoding_is_recognised, 0, (int)(sizeof examples / sizeof *examples));
	tcase_add_loop_test(t, a_label_names_an_encoding, 0, (int)(sizeof label_examples / sizeof *label_examples));
	tcase_add_test(t, what_a_document_says_is_believed_where_it_can_be);
	tcase_add_test(t, any_bytes_give_some_text);
	suite_add_tcase(s, t);
	t = tcase_create("measured");
	tcase_add_unchecked_fixture(t, load_articles, release_articles);
	tcase_add_loop_test(t, three_thousand_articles_are_read_in_their_encoding, 0, (int)(sizeof measured / sizeof *measured));
	suite_add_tcase(s, t);
	return s;
}
