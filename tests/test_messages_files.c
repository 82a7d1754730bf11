/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of files that cannot be read, and of those that are beyond a limit: messages of docs/MESSAGES.md that no other suite produces. */
#include "config.h"

#include <string.h>

#include "base/bytes.h"
#include "tests/site.h"

Suite *suite_messages_files(void);

static void run_says(int status, const char *options, const char *text)
{
	struct outcome o = program_run(NULL, "fundstelle-index %s -i %s %s", options, index_dir, archive);
	ck_assert_msg(o.status == status && strstr(o.err, text), "%d: %s%s\nnot: %s", o.status, o.out, o.err, text);
	outcome_free(&o);
}

#define DEEP "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
static const struct {
	const char *name, *bytes, *text;
} files[] = {
	{ "a.json", "[\n{\"title\": \"a\", \"text\": \"b\"},\n{\"title\": \"a\", \"te", "a.json:3: " },
	{ "c.jsonl", "{\"title\":\"a\",\"text\":\"b\",\"x\":" DEEP DEEP DEEP DEEP DEEP DEEP DEEP DEEP DEEP DEEP "\n", "nested too deep" },
	{ "d.csv", "a;b;c\n1;2;3\n4;5;6\n7;8;9\n", "no column of its first line is called title or text" },
#ifdef HAVE_EXPAT
	{ "e.xml", "<?xml version=\"1.0\"?>\n<x>\n<p>Die Feuerwehr.</x>\n", "e.xml:3: XML, column 20: mismatched tag\n" },
#endif
};

START_TEST(a_file_that_cannot_be_read)
{
	article(files[_i].name, files[_i].bytes);
	run_says(1, "-v", files[_i].text);
}
END_TEST

/* Told under -v alone, and no failure. */
static const struct {
	const char *name, *bytes, *text;
} dates[] = {
	{ "a.txt", "date 2022-13-01\nDie Feuerwehr.\n", "a.txt: no date between 1500 and 2100, ignored: 2022-13-01\n" },
	{ "b.jsonl", "{\"id\":\"x\",\"text\":\"a\",\"date\":\"2022-02-30\"}\n", "b.jsonl#x: no date between 1500 and 2100, ignored: 2022-02-30\n" },
	{ "c.jsonl", "{\"text\":\"a\",\"date\":\"18.1.2022\"}\n{\"text\":\"a\",\"date\":\"neulich\"}\n", "c.jsonl#2: no date between 1500 and 2100, ignored: neulich\n" },
	{ "d.html", "<html><head><meta name=date content=1234-05-06></head><body><p>Die Feuerwehr.</body></html>", "d.html: no date between 1500 and 2100, ignored: 1234-05-06\n" },
	{ "e.eml", "From: a@b.de\nSubject: x\nDate: Tue, 32 Jan 2022 12:00:00 +0100\n\nDie Feuerwehr.\n", "no date between 1500 and 2100, ignored: Tue, 32 Jan 2022 12:00:00 +0100\n" },
#ifdef HAVE_EXPAT
	{ "f.xml", "<rss version=\"2.0\"><channel><item><guid>g</guid><title>T</title><description>a</description><pubDate>0.0.0</pubDate></item></channel></rss>",
	  "f.xml#g: no date between 1500 and 2100, ignored: 0.0.0\n" },
#endif
};

START_TEST(a_date_that_cannot_be_is_told_where_files_are_listed_and_ignored)
{
	article(dates[_i].name, dates[_i].bytes);
	struct outcome o = program_run(NULL, "fundstelle-index -v -i %s %s", index_dir, archive);
	ck_assert_msg(o.status == 0 && strstr(o.err, dates[_i].text), "%d: %s%s", o.status, o.out, o.err);
	outcome_free(&o);
	o = program_run(NULL, "fundstelle-index --rebuild -i %s %s", index_dir, archive);
	ck_assert_msg(o.status == 0 && *o.err == '\0', "%d: %s", o.status, o.err);
	outcome_free(&o);
}
END_TEST

/* ---- limits: what stands in a file so many times between a beginning and an end ---- */

#define LETTERS "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* and one more: 64 bytes */
#define WORDS "Am Morgen rückte die Feuerwehr aus, am Abend kam sie zurück. "
#define KIB(n) ((size_t)(n) * 16)
#define MIB(n) KIB((size_t)(n) * 1024)

struct part {
	const char *text;
	size_t times;
};

static const struct {
	const char *name, *text;
	struct part parts[5];
} large[] = {
	{ "a.json", "a second array of objects", { { "{\n\"articles\": [\n{\"title\":\"a\",\"text\":\"", 1 }, { LETTERS " ", MIB(1) }, { "\"}],\"more\":[{\"title\":\"c\"}]}", 1 } } },
	{ "b.json", "an object is longer than 64 MiB", { { "{\n\"x\":\"", 1 }, { LETTERS "a", MIB(65) }, { "\"}", 1 } } },
	{ "c.json", "an element is longer than 64 MiB", { { "[{\"text\":\"", 1 }, { LETTERS "a", MIB(65) }, { "\"}]", 1 } } },
	{ "d.csv", "more than 64 rows whose quotation marks do not close", { { "title;text\n", 1 }, { "\"a;b\n", 66 } } },
	{ "e.csv", "a row is longer than 16 MiB", { { "title;text\n\"", 1 }, { LETTERS "\n", MIB(17) } } },
	{ "f.csv", "more than 256 columns", { { "title;text", 1 }, { ";x", 300 }, { "\na;b\nc;d\n", 1 } } },
	{ "g.mbox", "the message is longer than 64 MiB", { { "From a@b.de Tue Jan 18 12:00:00 2022\nSubject: x\n\n", 1 }, { LETTERS "\n", MIB(65) } } },
	{ "h.warc", "a line is longer than 65536 bytes", { { "WARC/1.0\r\nX: ", 1 }, { LETTERS "a", KIB(65) }, { "\r\n\r\n", 1 } } },
	{ "i.warc", "has a header larger than 256 KiB", { { "WARC/1.0\r\n", 1 }, { "X: " LETTERS "\r\n", KIB(257) }, { "\r\n", 1 } } },
#ifdef HAVE_EXPAT
	{ "j.xml", "a page has too much text",
	  { { "<alto><Layout><Page><PrintSpace><TextBlock><TextLine>", 1 },
	    { "<String CONTENT=\"" LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS LETTERS "\"/>", MIB(65) / 7 },
	    { "</TextLine></TextBlock></PrintSpace></Page></Layout></alto>", 1 } } },
	{ "k.xml", "an article has more than 64 MiB of text", { { "<x><p>", 1 }, { WORDS, MIB(70) }, { "</p></x>", 1 } } },
	{ "l.xml", "declares too many entities", { { "<!DOCTYPE x [<!ENTITY e \"", 1 }, { LETTERS "a", KIB(65) }, { "\">]><x><p>Text</p></x>", 1 } } },
	{ "m.xml", "entities expand to more than 67108864 bytes",
	  { { "<!DOCTYPE x [<!ENTITY e \"", 1 }, { LETTERS " ", KIB(60) }, { "\">]><x><p>", 1 }, { "&e;", 1200 }, { "</p></x>", 1 } } },
#endif
};

START_TEST(a_file_beyond_a_limit)
{
	struct buf b = BUF_INIT;
	char path[400];
	for (const struct part *p = large[_i].parts; p < large[_i].parts + 5 && p->text; p++)
		for (size_t i = 0; i < p->times; i++)
			ck_assert_int_eq(buf_add_str(&b, p->text), FUND_OK);
	snprintf(path, sizeof path, "%s/%s", archive, large[_i].name);
	file_write_bytes(path, b.data, b.len);
	buf_release(&b);
	run_says(1, "", large[_i].text);
}
END_TEST

#ifdef HAVE_EXPAT
START_TEST(a_page_of_a_mets_that_cannot_be_read)
{
	article("mets.xml", "<mets xmlns=\"http://www.loc.gov/METS/\"><fileSec><fileGrp USE=\"FULLTEXT\"><file ID=\"A\"><FLocat href=\"seite.xml\"/></file></fileGrp></fileSec></mets>");
	article("seite.xml", "<alto><Layout><Page></alto>");
	run_says(1, "", "mets.xml: seite.xml: ");
}
END_TEST
#endif

#ifndef HAVE_EXPAT
START_TEST(a_file_of_a_format_that_was_not_built_in)
{
	article("a.xml", "<?xml version=\"1.0\"?><x><p>Die Feuerwehr.</p></x>");
	run_says(0, "-v", "a.xml: XML: this version does not read it");
}
END_TEST
#endif

START_TEST(an_empty_path_of_an_earlier_run_that_is_gone)
{
	char other[400];
	snprintf(other, sizeof other, "%s/leer", scratch.dir);
	article("a.txt", "Feuerwehr.\n");
	file_write(other, "leer.txt", "");
	program_expect(0, "fundstelle-index -i %s %s %s", index_dir, archive, other);
	file_write(scratch.dir, "leer/leer.txt", "");
	char path[500];
	snprintf(path, sizeof path, "%s/leer.txt", other);
	ck_assert(unlink(path) == 0 && rmdir(other) == 0);
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s %s", index_dir, archive, other);
	ck_assert_msg(o.status == 1 && strstr(o.err, "/leer: is missing"), "%d: %s", o.status, o.err);
	outcome_free(&o);
}
END_TEST

Suite *suite_messages_files(void)
{
	Suite *s = suite_create("messages about files");
	TCase *t = tcase_create("files");
	tcase_add_checked_fixture(t, site_set_up, site_tear_down);
	tcase_add_loop_test(t, a_date_that_cannot_be_is_told_where_files_are_listed_and_ignored, 0, (int)(sizeof dates / sizeof *dates));
	tcase_add_loop_test(t, a_file_that_cannot_be_read, 0, sizeof files / sizeof *files);
	tcase_add_loop_test(t, a_file_beyond_a_limit, 0, sizeof large / sizeof *large);
#ifdef HAVE_EXPAT
	tcase_add_test(t, a_page_of_a_mets_that_cannot_be_read);
#else
	tcase_add_test(t, a_file_of_a_format_that_was_not_built_in);
#endif
	tcase_add_test(t, an_empty_path_of_an_earlier_run_that_is_gone);
	suite_add_tcase(s, t);
	return s;
}
