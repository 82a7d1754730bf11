/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages, tables, JSON and mails, each as a file with a name: what articles are in it, and that no damage to it does any. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "indexer/file_reader.h"
#include "indexer/mime.h"
#include "store/segment.h"

/* Articles as one text: "id|title|date|author|section|source|lead|body\n" each, bad records as "!line: reason\n". */
static enum fund_status read_file(struct file_reader *reader, const char *name, struct slice bytes, struct buf *out)
{
	struct fault why = { 0 };
	struct article a;
	uint64_t line;
	bool recovered = true;
	int fd = memfd_create("file", MFD_CLOEXEC);
	ck_assert(fd >= 0 && write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len);
	enum fund_status st = file_reader_open(reader, fd, slice_str(name), (struct file_range){ 0, UINT64_MAX }, &why);
	buf_reset(out);
	while (st == FUND_OK || (st == FUND_INVALID && recovered)) {
		st = file_reader_next(reader, &a, &recovered, &line, &why);
		if (st == FUND_OK)
			buf_add_format(out, "%.*s|%.*s|%u-%u-%u|%.*s|%.*s|%.*s|%.*s|%.*s\n", (int)a.id.len, (const char *)a.id.data, (int)a.title.len,
				       (const char *)a.title.data, DATE_YEAR(a.date), DATE_MONTH(a.date), DATE_DAY(a.date), (int)a.author.len, (const char *)a.author.data,
				       (int)a.section.len, (const char *)a.section.data, (int)a.source.len, (const char *)a.source.data, (int)a.lead.len,
				       (const char *)a.lead.data, (int)a.body.len, (const char *)a.body.data);
		else if (st != FUND_END)
			buf_add_format(out, "!%llu: %s\n", (unsigned long long)line, why.text);
	}
	close(fd);
	return st;
}

struct example {
	const char *what, *name, *bytes;
	size_t len;
	const char *articles;
};
#define EXAMPLE(what, name, bytes, articles) { what, name, bytes, sizeof bytes - 1, articles }

static const struct example examples[] = {
	/* ---- pages ---- */
	EXAMPLE("a plain page", "a.html",
		"<!DOCTYPE html>\n<html lang=\"de\"><head><meta charset=\"utf-8\"><title>Der Titel</title><meta name=\"date\" content=\"2022-01-18\">"
		"<script>var x = \"<p>Skriptwort\";</script></head>\n<body><nav><a href=\"/\">Startseite</a></nav><article><h1>Der Titel</h1>\n<p>Erster &amp; letzter.</p>\n"
		"<p>Noch einer.</p></article></body></html>\n",
		"|Der Titel|2022-1-18|||||Erster & letzter.\n\nNoch einer.\n"),
	EXAMPLE("a page of a big paper", "2021/page",
		"\n<!-- Seite 1 --><!doctype HTML><html><head><title>Wahl in Hessen: Wer gewinnt? | Der Kurier</title>\n"
		"<meta property='og:site_name' content='Der Kurier'><meta property=og:title content=\"Wer gewinnt?\"><meta name=description content=\"Hessen w&auml;hlt am Sonntag.\">"
		"<meta name=\"author\" content=\"https://kurier.example/autor\"><meta property=\"article:published_time\" content=\"2023-10-08T18:00:00+02:00\">"
		"<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",\"@graph\":[{\"@type\":\"WebPage\",\"headline\":\"falsch\"},"
		"{\"headline\":\"Wer gewinnt in Hessen?\",\"@type\":[\"NewsArticle\"],\"author\":[{\"@type\":\"Person\",\"name\":\"Anna Beispiel\"},{\"name\":\"Karl M\\u00fcller\"}],"
		"\"articleSection\":\"Politik\",\"publisher\":{\"name\":\"Kurier Verlag\"},\"datePublished\":\"2023-10-09\"}]}</script></head>"
		"<body class=x><header><h1 class=logo>Der Kurier</h1><nav><ul><li>Politik<li>Sport</ul></nav></header>"
		"<div id=wrap><form id=aspnetForm><main><article><header><span>Wahl in Hessen</span><h1>Wer gewinnt in&nbsp;Hessen?</h1><time datetime=\"2020-01-01\">gestern</time></header>"
		"<p class=lead>Hessen wählt am Sonntag.</p><div class=body><p>Die <b>W</b>ahl&shy;lokale schließen um 18&nbsp;Uhr.<aside><p>Anzeige</aside><figure><img alt=x><figcaption>Ein Bild</figcaption></figure>"
		"<p>Danach <i>wird <b>gezählt</i>.</b><noscript><img src=x></noscript></div><footer>Teilen</footer></article>"
		"<article class=teaser><h2>Anderer Artikel</h2></article></main></form></div><footer>Impressum</footer></body></html>",
		"|Wer gewinnt in\xC2\xA0Hessen?|2023-10-8|Anna Beispiel, Karl Müller|Politik|Kurier Verlag||Wahl in Hessen\n\ngestern\n\nHessen wählt am Sonntag.\n\n"
		"Die Wahl\xC2\xADlokale schließen um 18\xC2\xA0Uhr.\n\nAnzeige\n\nEin Bild\n\nDanach wird gezählt.\n"),
	EXAMPLE("a description that is the first paragraph is the lead", "a.htm", "<title>T</title><meta name=description content='Der Vorspann.'><h1>T</h1><p>Der Vorspann.<p>Text.",
		"|T|0-0-0||||Der Vorspann.|Text.\n"),
	EXAMPLE("a description that stands nowhere else is the lead", "a.htm", "<title>T</title><meta name=description content='Nur hier.'><p>Text.", "|T|0-0-0||||Nur hier.|Text.\n"),
	EXAMPLE("Latin-1 means CP1252", "a.html", "<html><meta http-equiv=Content-Type content=\"text/html; charset=iso-8859-1\"><title>Stra\xDF" "e</title>\x84Ja\x93 \x96 5 \x80",
		"|Straße|0-0-0|||||„Ja“ – 5 €\n"),
	EXAMPLE("a wrong declaration", "a.html", "<html><meta charset=iso-8859-1><title>Stra\xC3\x9F" "e</title>K\xC3\xB6ln", "|Straße|0-0-0|||||Köln\n"),
	EXAMPLE("no declaration", "a.html", "<html><title>Stra\xE1" "e</title>K\x94ln, M\x81nchen", "|Straße|0-0-0|||||Köln, München\n"),
	EXAMPLE("XHTML", "a.xhtml",
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x\">\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><head>"
		"<title>T</title><script src=\"x\"/></head><body><h1>\xDC" "ber</h1><p><![CDATA[a < b & c]]></p></body></html>",
		"|Über|0-0-0|||||a < b & c\n"),
	EXAMPLE("UTF-16", "a.html", "\xFF\xFE<\0t\0i\0t\0l\0e\0>\0T\0<\0/\0t\0i\0t\0l\0e\0>\0\xDC\0", "|T|0-0-0|||||Ü\n"),
	EXAMPLE("the title without the paper's name, where a heading has it", "a.html", "<title>Große Reise - Kurier</title><body><div><h1>Große Reise</h1><p>Text</div>", "|Große Reise|0-0-0|||||Text\n"),
	EXAMPLE("only navigation", "a.html", "<html><body><nav>Verweise<p>mehr</nav>", "||0-0-0|||||Verweise\n\nmehr\n"),
	EXAMPLE("navigation and footer are left out, other things around the text are not", "a.html",
		"<title>Titel</title><header><h1>Zeitung</h1><p>Kopf</header><div role=navigation>Weg</div><form>Suche</form><p>Text<aside>Kasten</aside><footer>Ende</footer>",
		"|Titel|0-0-0|||||Zeitung\n\nKopf\nSuche\n\nText\nKasten\n"),
	EXAMPLE("navigation without an end", "a.html", "<title>T</title><div><nav><a>Start</a></div><div>Text des Artikels</div>", "|T|0-0-0|||||Text des Artikels\n"),
	EXAMPLE("teasers beside the text", "a.html", "<title>T</title><div><p>Der lange Text des Artikels steht in keinem Element für Artikel.</p></div><article>Einer</article><article>Zweiter</article>",
		"|T|0-0-0|||||Der lange Text des Artikels steht in keinem Element für Artikel.\n\nEiner\nZweiter\n"),
	EXAMPLE("a damaged JSON-LD", "a.html", "<title>T</title><script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"a\nb\"</script><p>Text", "|T|0-0-0|||||Text\n"),
	EXAMPLE("dates that are none give way", "a.html", "<meta property='article:published_time' content='gestern'><meta name=date content='2022-13-45'><time datetime='2022-01-18T10:00'>x</time>",
		"||2022-1-18|||||x\n"),
	EXAMPLE("cut in a tag", "a.html", "<html><head><title>Titel</title></head><body><article><h1>Titel</h1><p>Erster Absatz</p><p cla", "|Titel|0-0-0|||||Erster Absatz\n"),
	EXAMPLE("a page without a text", "a.html", "<html><body><script>x</script></body></html>", ""),
	/* ---- tables ---- */
	EXAMPLE("CSV", "a.csv", "id,date,title,text\n1,2022-01-18,\"Titel, der erste\",\"Er sagte: \"\"Ja\"\".\nZweite Zeile\"\n2,,Zwei,Kurz\r\n",
		"1|Titel, der erste|2022-1-18|||||Er sagte: \"Ja\".\nZweite Zeile\n2|Zwei|0-0-0|||||Kurz\n"),
	EXAMPLE("CSV as German spreadsheets write it", "a.csv", "\xEF\xBB\xBF\"ID\";Datum;Titel;Inhalt;Autor;Ressort;Quelle\r\n7;18.01.2022;T;\"a;b\";A;R;Q\r\n", "7|T|2022-1-18|A|R|Q||a;b\n"),
	EXAMPLE("a spreadsheet's separator line", "a.csv", "sep=|\ntitle|text\na|b\n", "|a|0-0-0|||||b\n"),
	EXAMPLE("TSV", "a.tsv", "title\ttext\turl\nT\tein \"Wort\" mehr\thttp://x/1\n\n", "http://x/1|T|0-0-0|||||ein \"Wort\" mehr\n"),
	EXAMPLE("a table by its content", "export.txt", "id;titel;text\n1;T;x\n", "1|T|0-0-0|||||x\n"),
	EXAMPLE("rows in several encodings", "a.csv", "title,text\nStra\xDF" "e,K\xF6ln\nStra\xC3\x9F" "e,K\xC3\xB6ln\n", "|Straße|0-0-0|||||Köln\n|Straße|0-0-0|||||Köln\n"),
	EXAMPLE("UTF-16 as spreadsheets write it", "a.csv", "\xFF\xFEt\0e\0x\0t\0\t\0t\0i\0t\0l\0e\0\n\0\xDC\0\t\0T\0\n\0", "|T|0-0-0|||||Ü\n"),
	EXAMPLE("rows with too few and too many fields are named", "a.csv", "title,text\na,b\nc\n\"d\n\",e,f\ng,h,\n", "|a|0-0-0|||||b\n!3: 1 fields, where the header has 2\n!4: 3 fields, where the header has 2\n|g|0-0-0|||||h\n"),
	EXAMPLE("a quotation mark that is not closed is named", "a.csv", "title,text\na,\"b\nc,d\n", "!2: a quotation mark is not closed\n|c|0-0-0|||||d\n"),
	EXAMPLE("quotation marks that are not doubled", "a.csv", "title,text\n\"Er sagte \"Ja\" dazu\",5\" Rohr\n", "|Er sagte \"Ja\" dazu|0-0-0|||||5\" Rohr\n"),
	EXAMPLE("a table of something else", "a.csv", "a,b\n1,2\n", "!1: no column of its first line is called title or text\n"),
	/* ---- JSON ---- */
	EXAMPLE("lists and objects as values", "a.json",
		"{\"title\":{\"rendered\":\"T\"},\"text\":[\"a\",{\"type\":\"p\",\"text\":\"b\"},{\"children\":[{\"text\":\"c\"},{\"bild\":\"x\"}]}],\"author\":[{\"name\":\"A\"},\"B\"],\"ressort\":{\"id\":7,\"name\":\"R\"}}",
		"|T|0-0-0|A, B|R|||a\n\nb\n\nc\n"),
	EXAMPLE("HTML in JSON", "a.json", "{\"text\":\"<p>a &amp; b</p><p>c</p>\"}", "||0-0-0|||||a & b\n\nc\n"),
	EXAMPLE("bad elements are named, the others read", "a.json", "[{\"text\":\"a\"},\n {\"text\": x},\n {\"text\":\"c\"}, 7, {\"foo\":1}]",
		"||0-0-0|||||a\n!2: a value should stand here (byte 10)\n||0-0-0|||||c\n!3: elements that are no objects: 1\n!3: has no title and no text\n"),
	EXAMPLE("elements that are no objects are named, those side by side together", "a.json", "[[{\"text\":\"a\"}],\n1,\n\"{\", {\"text\":\"b\"},\nnull]",
		"!1: elements that are no objects: 3\n||0-0-0|||||b\n!4: elements that are no objects: 1\n"),
	EXAMPLE("an array of something else", "a.json", "[1,2]", "!1: elements that are no objects: 2\n"),
	EXAMPLE("an array of something else, without an end", "a.json", "[1,\n2,", "!1: elements that are no objects: 2\n!2: the array is not closed\n"),
	EXAMPLE("an object with an array that begins with something else", "a.json", "{\"n\": [1], \"a\": [2, {\"text\":\"a\"}, 3]}",
		"!1: elements that are no objects: 1\n||0-0-0|||||a\n!1: elements that are no objects: 1\n"),
	EXAMPLE("an object with an array, and more behind it", "a.json", "{\"stand\": [1, 2], \"a\": [{\"text\":\"a\"}], \"n\": {\"x\": []}}", "||0-0-0|||||a\n"),
	EXAMPLE("garbage behind it", "a.json", "{\"a\": [{\"text\":\"a\"}]} x", "||0-0-0|||||a\n!1: something stands behind the end\n"),
	EXAMPLE("an array without an end", "a.json", "[{\"text\":\"a\"}\n", "||0-0-0|||||a\n!2: the array is not closed\n"),
	EXAMPLE("objects one behind the other", "a.json", "{\"text\":\n \"a\"}\n{\"text\":\n \"b\"}\n", "||0-0-0|||||a\n||0-0-0|||||b\n"),
	EXAMPLE("an object without an article", "a.json", "{\"name\": \"paket\"}", "!1: has no title and no text\n"),
	EXAMPLE("neither object nor array", "a.json", "\n7", "!2: neither an object nor an array of objects\n"),
	EXAMPLE("JSON Lines, one of them bad", "a.jsonl", "{\"id\":1,\"text\":\"a\"}\n\n{\"id\": \"kaputt\", \"text\": \n{\"id\":2,\"text\":\"b\"} x\n{\"id\":3,\"text\":\"c\"}",
		"1||0-0-0|||||a\n!3: a value should stand here (byte 26)\n!4: something stands behind the object (byte 21)\n3||0-0-0|||||c\n"),
	EXAMPLE("JSON Lines in Latin-1", "a.jsonl", "{\"text\":\"K\xF6ln\"}\n{\"text\":\"K\xC3\xB6ln\"}\n", "||0-0-0|||||Köln\n||0-0-0|||||Köln\n"),
	EXAMPLE("JSON Lines in UTF-32", "a.jsonl", "\0\0\xFE\xFF\0\0\0{\0\0\0\"\0\0\0t\0\0\0e\0\0\0x\0\0\0t\0\0\0\"\0\0\0:\0\0\0\"\0\0\0\xDC\0\0\0\"\0\0\0}", "||0-0-0|||||Ü\n"),
	EXAMPLE("JSON Lines in UTF-16", "a.jsonl", "\xFE\xFF\0{\0\"\0t\0e\0x\0t\0\"\0:\0\"\0\xDC\0\"\0}\0\n\0{\0\"\0t\0e\0x\0t\0\"\0:\0\"\0b\0\"\0}", "||0-0-0|||||Ü\n||0-0-0|||||b\n"),
	/* ---- mails ---- */
	EXAMPLE("a mail", "a.eml",
		"From: \"M\xC3\xBCller, Hans\" <h@x.example>\r\nSubject: =?UTF-8?Q?Gr=C3?=\r\n =?utf-8?q?=BC=C3=9Fe_aus?= =?iso-8859-1?B?S/Zsbg==?= heute\r\nDate: Tue, 18 Jan 2022 12:00:00 +0100\r\n"
		"Message-ID: <1@x.example>\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nStra=DFe, die weiter=\r\ngeht.  \r\n",
		"1@x.example|Grüße ausKöln heute|2022-1-18|Müller, Hans||||Straße, die weitergeht.\n\n"),
	EXAMPLE("parts", "mail",
		"MIME-Version: 1.0\nFrom: a@x.example (Anna)\nSubject: T\nDate: 2022-01-18\nContent-Type: multipart/mixed; boundary*0=\"x\"; boundary*1=y\n\nVorspann\n--xy\n"
		"Content-Type: multipart/alternative; boundary=in\n\n--in\nContent-Type: text/html; charset=utf-8\n\n<p>html</p>\n--in\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
		"U3RyYcOfZQo=\n--in--\n--xy\nContent-Type: text/html\n\n<p>Gr&uuml;&szlig;e<br>alle\n--xy\nContent-Disposition: attachment; filename=a.txt\nContent-Type: text/plain\n\nAnhang\n--xy--\nEnde\n",
		"|T|2022-1-18|Anna||||Straße\n\nGrüße\nalle\n"),
	EXAMPLE("parts with another boundary than the header's: all of it is text", "a.eml",
		"Subject: T\nFrom: x\nContent-Type: multipart/mixed; boundary=falsch\n\nVorspann\n--xy\nContent-Type: text/plain\n\nStra\xC3\x9F" "e\n--xy--\n",
		"|T|0-0-0|x||||Vorspann\n--xy\nContent-Type: text/plain\n\nStraße\n--xy--\n\n"),
	EXAMPLE("parts without a boundary", "a.eml", "Subject: T\nFrom: x\nContent-Type: multipart/alternative\n\n--xy\n\nText\n--xy--\n", "|T|0-0-0|x||||--xy\n\nText\n--xy--\n\n"),
	EXAMPLE("a boundary without a part: nothing", "a.eml", "Subject: T\nFrom: x\nContent-Type: multipart/mixed; boundary=xy\n\n--xy\nContent-Type: image/png\n\nx\n--xy--\n",
		"|T|0-0-0|x||||\n"),
	EXAMPLE("flowed text", "a.eml", "Subject: T\nFrom: x\nContent-Type: text/plain; format=flowed; delsp=yes\n\nDampf \nschiff\n From hier\n", "|T|0-0-0|x||||Dampfschiff\nFrom hier\n\n"),
	EXAMPLE("an mbox", "a.mbox",
		"From MAILER-DAEMON Tue Jan 18 12:00:00 2022\nSubject: Eins\nMessage-ID: <1@x>\n\n>From hier an\nFrom dort\n\n>>From da\n\nFrom x Tue Jan 18 12:00:00 2022\nSubject: Zwei\nContent-Length: 57\n\n"
		"Text\n\nFrom x Tue Jan 18 12:00:00 2022\nist der Text weiter\n\nFrom y Tue Jan 18 12:00:00 2022\n\nohne Kopf\n",
		"1@x|Eins|0-0-0|||||From hier an\nFrom dort\n\n>From da\n\n\n|Zwei|0-0-0|||||Text\n\nFrom x Tue Jan 18 12:00:00 2022\nist der Text weiter\n\n\n||0-0-0|||||ohne Kopf\n\n"),
	EXAMPLE("named mbox, and none", "a.mbox", "Hallo\n", "!1: does not begin with a line \"From \"\n"),
};

START_TEST(a_file_gives_its_articles)
{
	struct file_reader *reader;
	struct buf out = BUF_INIT;
	const struct example *e = &examples[_i];
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
	read_file(reader, e->name, slice_of(e->bytes, e->len), &out);
	ck_assert_msg(slice_equal(slice_buf(&out), slice_str(e->articles)), "%s:\n%s", e->what, out.len ? buf_str(&out) : "");
	file_reader_free(reader);
	buf_release(&out);
}
END_TEST

/* Under AddressSanitizer, each byte that is read too far shows. */
START_TEST(a_damaged_file_is_read_within_its_bounds)
{
	struct file_reader *reader;
	struct buf out = BUF_INIT;
	const struct example *e = &examples[_i];
	uint8_t *copy = malloc(e->len + 1);
	ck_assert_ptr_nonnull(copy);
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
	for (size_t len = 0; len < e->len; len++)
		read_file(reader, e->name, slice_of(e->bytes, len), &out);
	for (size_t i = 0; i < e->len; i++) {
		memcpy(copy, e->bytes, e->len);
		copy[i] = (uint8_t)(copy[i] ^ 1u << i % 8);
		read_file(reader, e->name, slice_of(copy, e->len), &out);
		copy[i] = (uint8_t)"\"\n<>&="[i % 6];
		read_file(reader, e->name, slice_of(copy, e->len), &out);
	}
	file_reader_free(reader);
	buf_release(&out);
	free(copy);
}
END_TEST

/* An array longer than any buffer, its elements across all borders. */
START_TEST(a_big_array_is_read_element_by_element)
{
	struct file_reader *reader;
	struct buf json = BUF_INIT, out = BUF_INIT, expected = BUF_INIT;
	enum fund_status st = buf_add_str(&json, _i ? "{\"stand\": \"heute\", \"artikel\": [" : "[");
	for (int i = 0; st == FUND_OK && i < 3000; i++) {
		st = buf_add_format(&json, "%s\n{\"id\": %d, \"text\": \"", i ? "," : "", i);
		for (int k = 0; st == FUND_OK && k < i % 700; k++)
			st = buf_add_str(&json, "\\\"w\\\\ ");
		if (st == FUND_OK)
			st = buf_add_str(&json, "\"}");
	}
	ck_assert_int_eq(st, FUND_OK);
	ck_assert_int_eq(buf_add_str(&json, _i ? "], \"ende\": true}" : "]"), FUND_OK);
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
	ck_assert_int_eq(read_file(reader, "a.json", slice_buf(&json), &out), FUND_END);
	size_t n = 0;
	for (size_t i = 0; i < out.len; i++)
		n += out.data[i] == '\n';
	ck_assert_uint_eq(n, 3000);
	file_reader_free(reader);
	buf_release(&json);
	buf_release(&out);
	buf_release(&expected);
}
END_TEST

/* ---- pieces of mails ---- */

static const struct {
	const char *value, *name, *text;
} parameters[] = {
	{ "text/plain; charset=utf-8", "charset", "utf-8" },
	{ "text/plain; a=\"x;charset=y\"; CharSet = \"ISO-8859-1\"", "charset", "ISO-8859-1" },
	{ "attachment; filename*=iso-8859-1''%FCber.txt", "filename", "über.txt" },
	{ "attachment; filename*0*=UTF-8''%C3%BC; filename*1=\"b\"; filename*2*=%65r", "filename", "über" },
	{ "attachment; filename=\"=?utf-8?q?=C3=BC?=\"", "filename", "ü" },
	{ "text/plain", "charset", "" }, { "text/plain; charset", "charset", "" }, { "text/plain; charset=", "charset", "" }, { "; charset=\"x", "charset", "x" },
};

START_TEST(a_parameter_is_put_together)
{
	struct buf out = BUF_INIT;
	ck_assert_int_eq(mime_add_parameter(&out, slice_str(parameters[_i].value), parameters[_i].name), FUND_OK);
	ck_assert_msg(slice_equal(slice_buf(&out), slice_str(parameters[_i].text)), "%s: %s", parameters[_i].value, out.len ? buf_str(&out) : "");
	buf_release(&out);
}
END_TEST

static const struct {
	const char *value, *text;
} senders[] = {
	{ "redaktion@x.example", "redaktion@x.example" }, { "<r@x.example>", "r@x.example" }, { "Anna B. <a@x>", "Anna B." },
	{ "=?utf-8?b?TcO8bGxlcg==?= <m@x>", "Müller" }, { "\"\" <a@x>", "a@x" }, { "a@x (Anna)", "Anna" }, { "", "" }, { "<", "" }, { "M\xFCller <a@x>", "Müller" },
};

START_TEST(a_sender_has_a_name_or_an_address)
{
	struct buf out = BUF_INIT;
	ck_assert_int_eq(mime_add_sender(&out, slice_str(senders[_i].value)), FUND_OK);
	ck_assert_msg(slice_equal(slice_buf(&out), slice_str(senders[_i].text)), "%s: %s", senders[_i].value, out.len ? buf_str(&out) : "");
	buf_release(&out);
}
END_TEST

Suite *suite_formats(void);
Suite *suite_formats(void)
{
	Suite *s = suite_create("formats");
	TCase *t = tcase_create("articles");
	tcase_add_loop_test(t, a_file_gives_its_articles, 0, (int)(sizeof examples / sizeof *examples));
	tcase_add_loop_test(t, a_damaged_file_is_read_within_its_bounds, 0, (int)(sizeof examples / sizeof *examples));
	tcase_add_loop_test(t, a_big_array_is_read_element_by_element, 0, 2);
	tcase_add_loop_test(t, a_parameter_is_put_together, 0, (int)(sizeof parameters / sizeof *parameters));
	tcase_add_loop_test(t, a_sender_has_a_name_or_an_address, 0, (int)(sizeof senders / sizeof *senders));
	suite_add_tcase(s, t);
	return s;
}
