/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <fcntl.h>

#include "indexer/encoding.h"
#include "indexer/file_reader.h"
#include "store/segment.h"
#include "tests/scratch.h"

static struct scratch scratch;
static struct file_reader *reader;
static int fd = -1;

static void set_up(void)
{
	scratch_make(&scratch);
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
}

static void tear_down(void)
{
	file_reader_free(reader);
	if (fd >= 0)
		close(fd);
	scratch_remove(&scratch);
}

/* A file with these bytes, open in `fd`. */
static void make_file(const void *bytes, size_t len)
{
	char path[512];

	if (fd >= 0)
		close(fd);
	snprintf(path, sizeof path, "%s/file", scratch.dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
}

static enum fund_status open_file(const char *name, struct fault *why)
{
	return file_reader_open(reader, fd, slice_str(name), (struct file_range){ 0, UINT64_MAX }, why);
}

static enum fund_status next(struct article *a, struct fault *why)
{
	bool recovered;
	uint64_t line;
	return file_reader_next(reader, a, &recovered, &line, why);
}

/* ---- plain text ---- */

static const struct {
	const char *name, *bytes;
	size_t len; /* 0: up to the NUL */
	const char *title, *body, *encoding;
	uint32_t date;
} texts[] = {
	{ "a.txt", " date 2022-01 Angesichts der Lage\n\nZweiter Absatz\n", 0, "Angesichts der Lage", "Zweiter Absatz\n", "UTF-8", DATE_PACK(2022, 1, 0) },
	{ "a.txt", " date 2022-01-18 Ein Absatz ohne Titel,\nder weitergeht.\n", 0, "", "Ein Absatz ohne Titel,\nder weitergeht.\n", "UTF-8", DATE_PACK(2022, 1, 18) },
	{ "a.txt", "date 2022-01-18\r\nTitel\r\n\r\nText.\r\n", 0, "Titel", "Text.\r\n", "UTF-8", DATE_PACK(2022, 1, 18) },
	{ "a.txt", "date 2022-01-18\n\nTitel\n\nText.\n", 0, "Titel", "Text.\n", "UTF-8", DATE_PACK(2022, 1, 18) },
	{ "a.txt", "date 2022-01-18\nText,\nder weitergeht.\n", 0, "", "Text,\nder weitergeht.\n", "UTF-8", DATE_PACK(2022, 1, 18) },
	{ "a.txt", " date 2022-13-45 Falsches Datum im Kopf.\n", 0, "", "Falsches Datum im Kopf.\n", "UTF-8", 0 },
	{ "2022/01/18/a.txt", "Titel\n\nText\n", 0, "Titel", "Text\n", "UTF-8", DATE_PACK(2022, 1, 18) },
	{ "2022/01/18/a.txt", "date 2021 Im Kopf gilt\n", 0, "", "Im Kopf gilt\n", "UTF-8", DATE_PACK(2021, 0, 0) },
	{ "a.txt", "Titel \r\n\r\nText\r\n", 0, "Titel", "Text\r\n", "UTF-8", 0 },
	{ "a.txt", "Nur eine Zeile", 0, "", "Nur eine Zeile", "UTF-8", 0 },
	{ "a.txt", "datenschutz ist kein Datum\n", 0, "", "datenschutz ist kein Datum\n", "UTF-8", 0 },
	{ "a.txt", "\xEF\xBB\xBFTitel\n\nText", 0, "Titel", "Text", "UTF-8", 0 },
	{ "a.txt", "Stra\xDF" "e und Gr\xFC\xDF" "e aus K\xF6ln\n", 0, "", "Stra\xC3\x9F" "e und Gr\xC3\xBC\xC3\x9F" "e aus K\xC3\xB6ln\n", "CP1252", 0 },
	{ "a.txt", "Er sagte: \x84Jawohl\x93 \x96 und ging \xFC" "ber die Br\xFC" "cke.", 0, "", "Er sagte: \xE2\x80\x9EJawohl\xE2\x80\x9C \xE2\x80\x93 und ging \xC3\xBC" "ber die Br\xC3\xBC" "cke.", "CP1252", 0 },
	{ "a.txt", "Stra\xE1" "e und Gr\x81\xE1" "e aus K\x94ln, \x84" "rgerlich\n", 0, "", "Stra\xC3\x9F" "e und Gr\xC3\xBC\xC3\x9F" "e aus K\xC3\xB6ln, \xC3\xA4rgerlich\n", "CP850", 0 },
	{ "a.txt", "Stra\xA7" "e und Gr\x9F\xA7" "e aus K\x9Aln, \x8Argerlich\n", 0, "", "Stra\xC3\x9F" "e und Gr\xC3\xBC\xC3\x9F" "e aus K\xC3\xB6ln, \xC3\xA4rgerlich\n", "Mac Roman", 0 },
	{ "a.txt", "\xFF\xFE" "K\0\xF6\0l\0n\0", 10, "", "K\xC3\xB6ln", "UTF-16LE", 0 },
	{ "a.txt", "\xFE\xFF\0K\0\xF6\0l\0n", 10, "", "K\xC3\xB6ln", "UTF-16BE", 0 },
	{ "a.txt", "\xFF\xFE\0\0K\0\0\0\xF6\0\0\0l\0\0\0n\0\0", 20, "", "K\xC3\xB6ln", "UTF-32LE", 0 },
	{ "a.txt", "K\0\xF6\0l\0n\0 \0i\0s\0t\0", 16, "", "K\xC3\xB6ln ist", "UTF-16LE", 0 },
	{ "a.txt", "Text mit\0\0\0Nullen darin, aber sonst lesbar wie jeder andere auch", 64, "", NULL, "UTF-8", 0 },
	{ "a.txt", "Die Stra\xC3 ist gesperrt: \xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4", 0, "", NULL, "UTF-8", 0 },
};

START_TEST(a_text_gives_title_date_body_and_encoding)
{
	struct fault why = { 0 };
	struct article a;

	make_file(texts[_i].bytes, texts[_i].len ? texts[_i].len : strlen(texts[_i].bytes));
	ck_assert_msg(open_file(texts[_i].name, &why) == FUND_OK, "%s", why.text);
	ck_assert_msg(next(&a, &why) == FUND_OK, "%s", why.text);
	ck_assert_str_eq(a.encoding, texts[_i].encoding);
	ck_assert_msg(slice_equal(a.title, slice_str(texts[_i].title)), "title \"%.*s\"", (int)a.title.len, (const char *)a.title.data);
	if (texts[_i].body)
		ck_assert_msg(slice_equal(a.body, slice_str(texts[_i].body)), "body \"%.*s\"", (int)a.body.len, (const char *)a.body.data);
	ck_assert_uint_eq(a.date, texts[_i].date);
	ck_assert(!a.many);
	ck_assert_int_eq(next(&a, &why), FUND_END);
}
END_TEST

START_TEST(a_title_has_at_most_two_hundred_characters)
{
	struct fault why = { 0 };
	struct article a;
	char text[512];

	for (size_t n = 200; n <= 201; n++) {
		size_t len = 0;
		for (size_t i = 0; i < n; i++, len += 2)
			memcpy(text + len, "\xC3\xA4", 2);
		memcpy(text + len, "\n\nText", 6);
		make_file(text, len + 6);
		ck_assert_int_eq(open_file("a.txt", &why), FUND_OK);
		ck_assert_int_eq(next(&a, &why), FUND_OK);
		ck_assert_uint_eq(a.title.len, n == 200 ? 400 : 0);
	}
}
END_TEST

START_TEST(an_empty_file_holds_no_article_and_is_no_failure)
{
	struct fault why = { 0 };
	struct article a;

	make_file("", 0);
	ck_assert_int_eq(open_file("a.txt", &why), FUND_OK);
	ck_assert_int_eq(next(&a, &why), FUND_END);
}
END_TEST

/* ---- what is no article ---- */

static const struct {
	const char *name, *bytes;
	size_t len;
	enum fund_status status;
} others[] = {
	{ "bild.jpg", "\xFF\xD8\xFF\xE0\0\x10JFIF", 10, FUND_UNSUPPORTED }, { "bild.txt", "\x89PNG\r\n\x1A\n\0\0", 10, FUND_UNSUPPORTED },
	{ "a.pdf", "%PDF-1.4\n%", 10, FUND_UNSUPPORTED },		     { "prog", "\x7F" "ELF\2\1\1\0\0\0", 10, FUND_UNSUPPORTED },
	{ "a.docx", "PK\3\4\x14\0\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml", 49, FUND_UNSUPPORTED }, { "tabelle.html", "\0\1\2\3\4\5", 6, FUND_INVALID },
};

START_TEST(what_is_recognisably_something_else_is_skipped)
{
	struct fault why = { 0 };

	make_file(others[_i].bytes, others[_i].len);
	ck_assert_int_eq(open_file(others[_i].name, &why), others[_i].status);
	ck_assert(why.text[0]);
}
END_TEST

START_TEST(random_bytes_have_failed_when_named_as_text_and_are_skipped_when_not)
{
	struct fault why = { 0 };
	uint8_t bytes[4096];
	uint64_t state = 3;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)random_next(&state);
	bytes[0] = 'x';
	make_file(bytes, sizeof bytes);
	ck_assert_int_eq(open_file("a.txt", &why), FUND_INVALID);
	ck_assert_int_eq(open_file("a.bin", &why), FUND_UNSUPPORTED);
}
END_TEST

/* ---- JSON ---- */

static const char lines[] = "{\"id\": \"a\", \"text\": \"eins\", \"date\": \"2020-05-01\"}\n"
			    "\n"
			    "{\"id\": \"kaputt\", \"text\": \n"
			    "{\"id\": \"b\", \"text\": \"zwei\"}\r\n"
			    "{\"id\": \"c\", \"text\": \"drei\"} x\n"
			    "{\"id\": \"d\", \"text\": \"vier\"}";

START_TEST(a_bad_line_is_named_and_the_others_are_read)
{
	struct fault why = { 0 };
	struct article a;
	bool recovered;
	uint64_t line, bad[2];
	char ids[8] = "";
	size_t n_bad = 0;
	enum fund_status st;

	make_file(lines, sizeof lines - 1);
	ck_assert_int_eq(open_file("2019/a.jsonl", &why), FUND_OK);
	while ((st = file_reader_next(reader, &a, &recovered, &line, &why)) != FUND_END) {
		if (st == FUND_OK) {
			ck_assert(a.many);
			strncat(ids, (const char *)a.id.data, 1);
			continue;
		}
		ck_assert_int_eq(st, FUND_INVALID);
		ck_assert(recovered && n_bad < 2);
		bad[n_bad++] = line;
	}
	ck_assert_str_eq(ids, "abd");
	ck_assert_uint_eq(n_bad, 2);
	ck_assert_uint_eq(bad[0], 3);
	ck_assert_uint_eq(bad[1], 5);
}
END_TEST

/* A file of n lines, each eleventh broken. */
static void make_lines(struct buf *b, uint32_t n)
{
	for (uint32_t i = 1; i <= n; i++)
		buf_add_format(b, i % 11 ? "{\"id\": \"%u\", \"text\": \"Wort %u\"}\n" : "{\"id\": \"%u\", %u\n", i, i);
	make_file(b->data, b->len);
}

START_TEST(a_file_read_in_parts_gives_what_the_whole_gives)
{
	struct buf b = BUF_INIT;
	struct fault why = { 0 };
	struct file_range ranges[64];
	uint32_t n, expected = 1;
	uint64_t end = 0;

	make_lines(&b, 500);
	ck_assert_int_eq(file_ranges(fd, SLICE_LIT("a.jsonl"), b.len, 700, ranges, 64, &n, &why), FUND_OK);
	ck_assert_uint_gt(n, 10);
	for (uint32_t i = 0; i < n; i++) {
		struct article a;
		bool recovered;
		uint64_t line;
		enum fund_status st;
		ck_assert_uint_eq(ranges[i].first, end);
		end = ranges[i].first + ranges[i].len;
		ck_assert_int_eq(file_reader_open(reader, fd, SLICE_LIT("a.jsonl"), ranges[i], &why), FUND_OK);
		while ((st = file_reader_next(reader, &a, &recovered, &line, &why)) != FUND_END) {
			if (st == FUND_OK)
				ck_assert_uint_eq((unsigned)strtoul((const char *)a.id.data, NULL, 10), expected);
			else
				ck_assert_uint_eq(line, expected);
			ck_assert_int_eq(st == FUND_OK, expected % 11 != 0);
			expected++;
		}
	}
	ck_assert_uint_eq(expected, 501);
	ck_assert_uint_eq(end, b.len);
	buf_release(&b);
}
END_TEST

START_TEST(ranges_are_bounded_and_other_formats_are_not_cut)
{
	struct buf b = BUF_INIT;
	struct fault why = { 0 };
	struct file_range ranges[4];
	uint32_t n;

	make_lines(&b, 500);
	ck_assert_int_eq(file_ranges(fd, SLICE_LIT("a.jsonl"), b.len, 100, ranges, 4, &n, &why), FUND_OK);
	ck_assert_uint_le(n, 4);
	ck_assert_uint_eq(ranges[n - 1].first + ranges[n - 1].len, b.len);
	make_file("ein Text\nin zwei Zeilen\n", 24);
	ck_assert_int_eq(file_ranges(fd, SLICE_LIT("a.txt"), 24, 5, ranges, 4, &n, &why), FUND_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(ranges[0].len, UINT64_MAX);
	buf_release(&b);
}
END_TEST

static const struct {
	const char *text;
	uint32_t n;
	bool many;
} jsons[] = {
	{ "{\"title\": \"T\",\n \"text\": \"x\"}\n", 1, false },
	{ "[{\"text\": \"x\"},\n {\"text\": \"y\"}]", 2, true },
	{ "{\"stand\": 1,\n \"artikel\": [{\"text\": \"x\"}, {\"text\": \"y\"}, {\"text\": \"z\"}]}", 3, true },
	{ "[\n]", 0, true },
};

START_TEST(a_json_file_is_an_object_or_an_array_of_them)
{
	struct fault why = { 0 };
	struct article a;
	uint32_t n = 0;

	make_file(jsons[_i].text, strlen(jsons[_i].text));
	ck_assert_msg(open_file("a.json", &why) == FUND_OK, "%s", why.text);
	while (next(&a, &why) == FUND_OK) {
		ck_assert_int_eq(a.many, jsons[_i].many);
		ck_assert_str_eq(a.format, "JSON");
		n++;
	}
	ck_assert_uint_eq(n, jsons[_i].n);
}
END_TEST

START_TEST(a_json_file_cut_off_gives_what_stands_before_and_has_failed)
{
	static const char text[] = "[{\"text\": \"x\"},\n {\"text\": \"y\"},\n {\"te";
	struct fault why = { 0 };
	struct article a;

	make_file(text, sizeof text - 1);
	ck_assert_int_eq(open_file("a.json", &why), FUND_OK);
	ck_assert_int_eq(next(&a, &why), FUND_OK);
	ck_assert_int_eq(next(&a, &why), FUND_OK);
	ck_assert_int_eq(next(&a, &why), FUND_INVALID);
	ck_assert_int_eq(next(&a, &why), FUND_END);
}
END_TEST

/* ---- gzip: printf 'Ein Wort im Archiv\n' | gzip -n ---- */

static const uint8_t gz[] = { 0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x73, 0xcd, 0xcc, 0x53, 0x08, 0xcf, 0x2f, 0x2a, 0x51, 0xc8,
			      0xcc, 0x55, 0x70, 0x2c, 0x4a, 0xce, 0xc8, 0x2c, 0xe3, 0x02, 0x00 };
static const char plain[] = "Ein Wort im Archiv\n";

static uint32_t crc_of(const char *s, size_t len)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < len; i++) {
		crc ^= (uint8_t)s[i];
		for (int k = 0; k < 8; k++)
			crc = crc & 1 ? 0xEDB88320u ^ crc >> 1 : crc >> 1;
	}
	return ~crc;
}

static size_t make_gzip(uint8_t *out)
{
	memcpy(out, gz, sizeof gz);
	put_u32(out + sizeof gz, crc_of(plain, sizeof plain - 1));
	put_u32(out + sizeof gz + 4, sizeof plain - 1);
	return sizeof gz + 8;
}

START_TEST(gzip_is_looked_through)
{
	uint8_t bytes[64];
	struct fault why = { 0 };
	struct article a;

	make_file(bytes, make_gzip(bytes));
	ck_assert_msg(open_file("a.txt.gz", &why) == FUND_OK, "%s", why.text);
	ck_assert_msg(next(&a, &why) == FUND_OK, "%s", why.text);
	ck_assert(slice_equal(a.body, slice_of(plain, sizeof plain - 1)));
}
END_TEST

START_TEST(gzip_of_two_members_is_one_file)
{
	uint8_t bytes[128];
	struct fault why = { 0 };
	struct article a;
	size_t len = make_gzip(bytes);

	make_file(bytes, len + make_gzip(bytes + len));
	ck_assert_int_eq(open_file("a.txt.gz", &why), FUND_OK);
	ck_assert_msg(next(&a, &why) == FUND_OK, "%s", why.text);
	ck_assert_uint_eq(a.body.len, 2 * (sizeof plain - 1));
}
END_TEST

static enum fund_status read_damaged(const uint8_t *bytes, size_t len)
{
	struct fault why = { 0 };
	struct article a;
	make_file(bytes, len);
	enum fund_status st = open_file("a.txt.gz", &why);
	return st == FUND_OK ? next(&a, &why) : st;
}

START_TEST(gzip_with_a_wrong_checksum_or_length_has_failed)
{
	uint8_t bytes[64];
	size_t len = make_gzip(bytes);

	for (size_t i = len - 8; i < len; i++) {
		bytes[i] ^= 1;
		ck_assert_int_eq(read_damaged(bytes, len), FUND_INVALID);
		bytes[i] ^= 1;
	}
	ck_assert_int_eq(read_damaged(bytes, len), FUND_OK);
}
END_TEST

START_TEST(gzip_cut_anywhere_has_failed)
{
	uint8_t bytes[64];
	size_t len = make_gzip(bytes);

	for (size_t cut = 11; cut < len; cut++)
		ck_assert_int_eq(read_damaged(bytes, cut), FUND_INVALID);
}
END_TEST

START_TEST(a_bomb_ends_at_the_limit)
{
	struct reader_limits small = reader_limits_default;
	uint8_t bytes[64];
	struct fault why = { 0 };
	struct article a;

	small.bytes = 10;
	file_reader_free(reader);
	ck_assert_int_eq(file_reader_new(&reader, &small), FUND_OK);
	make_file(bytes, make_gzip(bytes));
	enum fund_status st = open_file("a.txt.gz", &why);
	ck_assert_int_eq(st == FUND_OK ? next(&a, &why) : st, FUND_LIMIT);
}
END_TEST

/* ---- any bytes ---- */

START_TEST(no_bytes_make_a_reader_crash_or_hang)
{
	static const char *const names[] = { "a.txt", "a.json", "a.jsonl", "a.gz", "a" };
	uint8_t bytes[400];
	uint64_t state = (uint64_t)_i + 1;

	for (int round = 0; round < 400; round++) {
		struct fault why = { 0 };
		struct article a;
		bool recovered;
		uint64_t line;
		size_t len = random_below(&state, sizeof bytes - 64);
		if (round % 2) {
			memcpy(bytes, lines, len < sizeof lines ? len : sizeof lines - 1);
			len = len < sizeof lines ? len : sizeof lines - 1;
		} else {
			for (size_t i = 0; i < len; i++)
				bytes[i] = (uint8_t)random_next(&state);
			if (round % 4 == 0 && len > 40)
				make_gzip(bytes);
		}
		for (uint32_t k = 0; k < random_below(&state, 4) && len; k++)
			bytes[random_below(&state, (uint32_t)len)] = (uint8_t)random_next(&state);
		make_file(bytes, len);
		if (open_file(names[random_below(&state, 5)], &why) != FUND_OK)
			continue;
		for (int n = 0; n < 1000; n++) {
			enum fund_status st = file_reader_next(reader, &a, &recovered, &line, &why);
			if (st != FUND_OK && !recovered)
				break;
			ck_assert_int_lt(n, 999);
		}
	}
}
END_TEST

Suite *suite_readers(void)
{
	Suite *s = suite_create("readers");
	TCase *t = tcase_create("readers");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_text_gives_title_date_body_and_encoding, 0, sizeof texts / sizeof *texts);
	tcase_add_test(t, a_title_has_at_most_two_hundred_characters);
	tcase_add_test(t, an_empty_file_holds_no_article_and_is_no_failure);
	tcase_add_loop_test(t, what_is_recognisably_something_else_is_skipped, 0, sizeof others / sizeof *others);
	tcase_add_test(t, random_bytes_have_failed_when_named_as_text_and_are_skipped_when_not);
	tcase_add_test(t, a_bad_line_is_named_and_the_others_are_read);
	tcase_add_test(t, a_file_read_in_parts_gives_what_the_whole_gives);
	tcase_add_test(t, ranges_are_bounded_and_other_formats_are_not_cut);
	tcase_add_loop_test(t, a_json_file_is_an_object_or_an_array_of_them, 0, sizeof jsons / sizeof *jsons);
	tcase_add_test(t, a_json_file_cut_off_gives_what_stands_before_and_has_failed);
	tcase_add_test(t, gzip_is_looked_through);
	tcase_add_test(t, gzip_of_two_members_is_one_file);
	tcase_add_test(t, gzip_with_a_wrong_checksum_or_length_has_failed);
	tcase_add_test(t, gzip_cut_anywhere_has_failed);
	tcase_add_test(t, a_bomb_ends_at_the_limit);
	tcase_add_loop_test(t, no_bytes_make_a_reader_crash_or_hang, 0, 4);
	suite_add_tcase(s, t);
	return s;
}
