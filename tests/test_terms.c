/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One article, written in every format, encoding and container: whatever it lies in, the same words are found of it, in the same order. */
#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <iconv.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/program.h"

Suite *suite_terms(void);

#define FOLDER "2022/01/18/"

/* What every encoding below can hold. */
static const char title[] = "Häuser am Fluß: Truppenaufmarsch in Überlingen";
static const char first[] = "Die Bürger*innen der Südweststadt zählten 3,5 Millionen Euro; der EU-Außenbeauftragte sprach am Freitag über die Straßenbahnhaltestelle.";
static const char second[] = "«Größe allein genügt nicht», sagte Müller-Lüdenscheidt. Schifffahrtsgesellschaften und Donaudampfschiffe dürfen weiterfahren, so das Präsidium.";

/* What the placeholders of a file stand for: @T, @A, @B as above, @C: the first paragraph with its last word cut by the end of a line, @E: by that of TEI,
 * @D: date, @W: both and the title as words of ALTO, @X: as words of hOCR, @L: length of the HTTP message that follows. */
struct file {
	const char *name, *encoding; /* of iconv; NULL: UTF-8 */
	const char *text;
	bool untitled; /* the format has no title: its words stand in the text */
	int (*container)(struct archive *); /* the text as a member of it; NULL: by itself */
	int (*filter)(struct archive *);
};

#define TEXT " date @D @T\n\n@A\n\n@B\n"
#define PAGE(body) "<PcGts xmlns=\"http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15\"><Page imageFilename=\"1.jpg\">" body "</Page></PcGts>"
#define REGION(id, text) "<TextRegion id=\"" id "\"><TextLine id=\"l" id "\"><TextEquiv><Unicode>" text "</Unicode></TextEquiv></TextLine></TextRegion>"
#define XHTML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>@T</title><meta name=\"date\" content=\"@D\"/></head>"
#define ALTO "<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\"><Layout><Page ID=\"p\"><PrintSpace><TextBlock ID=\"b\"><TextLine>@W</TextLine></TextBlock></PrintSpace></Page></Layout></alto>"
#define MAIL "Subject: =?UTF-8?Q?H=C3=A4user_am_Flu=C3=9F=3A_Truppenaufmarsch_in_=C3=9Cberlingen?=\nMessage-ID: <a@b.example>\nDate: Tue, 18 Jan 2022 12:00:00 +0100\nMIME-Version: 1.0\n" \
	     "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n@A\n\n@B\n"
#define HTTP_PAGE "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"

static const struct file files[] = {
	{ .name = "utf8.txt", .text = TEXT },
	{ .name = "bom.txt", .text = "\xEF\xBB\xBF" TEXT },
	{ .name = "cut.txt", .text = " date @D @T\n\n@C\n\n@B\n" },
	{ .name = "utf16le.txt", .encoding = "UTF-16LE", .text = TEXT },
	{ .name = "utf16be.txt", .encoding = "UTF-16BE", .text = "\xEF\xBB\xBF" TEXT },
	{ .name = "latin1.txt", .encoding = "ISO-8859-1", .text = TEXT },
	{ .name = "cp1252.txt", .encoding = "CP1252", .text = TEXT },
	{ .name = "cp850.txt", .encoding = "CP850", .text = TEXT },
	{ .name = "mac.txt", .encoding = "MACINTOSH", .text = TEXT },
	{ .name = "utf8.html", .text = "<!DOCTYPE html><html lang=\"de\"><head><meta charset=\"utf-8\"><title>@T</title><meta name=\"date\" content=\"@D\"></head>"
				       "<body><nav>Startseite</nav><h1>@T</h1><p>@A<p>@B</body></html>" },
	{ .name = "latin1.html", .encoding = "ISO-8859-1",
	  .text = "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\"><title>@T</title></head><body><div>@A</div><script>Skript</script>@B</body></html>" },
	{ .name = "a.xhtml", .text = XHTML_HEAD "<body><p>@A</p><p>@B</p></body></html>" },
	{ .name = "a.json", .text = "{\"title\": \"@T\", \"date\": \"@D\", \"text\": \"@A\\n\\n@B\"}" },
	{ .name = "a.jsonl", .text = "{\"headline\": \"@T\", \"published\": \"@D\", \"body\": \"@A\\n@B\"}\n" },
	{ .name = "a.csv", .text = "id,titel,datum,inhalt\n1,@T,@D,\"@A\n@B\"\n" },
	{ .name = "a.tsv", .encoding = "CP1252", .text = "id\ttitel\tdatum\tinhalt\n1\t@T\t@D\t@A @B\n" },
	{ .name = "a.mbox", .text = "From a@b.example Tue Jan 18 12:00:00 2022\n" MAIL },
	{ .name = "a.eml", .text = MAIL },
	{ .name = "in.tar", .text = TEXT, .container = archive_write_set_format_ustar },
	{ .name = "in.tar.xz", .text = TEXT, .container = archive_write_set_format_pax_restricted, .filter = archive_write_add_filter_xz },
	{ .name = "in.zip", .text = TEXT, .container = archive_write_set_format_zip },
	{ .name = "in.7z", .text = TEXT, .container = archive_write_set_format_7zip },
	{ .name = "in.txt.gz", .text = TEXT, .container = archive_write_set_format_raw, .filter = archive_write_add_filter_gzip },
	{ .name = "in.txt.bz2", .text = TEXT, .container = archive_write_set_format_raw, .filter = archive_write_add_filter_bzip2 },
	{ .name = "in.txt.zst", .text = TEXT, .container = archive_write_set_format_raw, .filter = archive_write_add_filter_zstd },
	{ .name = "crawl.warc", .text = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://b.example/a\r\nWARC-Date: 2022-01-18T12:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
					"Content-Type: application/http; msgtype=response\r\nContent-Length: @L\r\n\r\n" HTTP_PAGE "<html><head><title>@T</title></head><body><p>@A</p><p>@B</p></body></html>\r\n\r\n" },
#ifdef HAVE_EXPAT
	{ .name = "nitf.xml", .text = "<nitf><head><docdata><date.issue norm=\"20220118\"/></docdata></head><body><body.head><hedline><hl1>@T</hl1></hedline></body.head>"
				      "<body.content><p>@A</p><p>@B</p></body.content></body></nitf>" },
	{ .name = "nitf-cp1252.xml", .encoding = "CP1252", .text = "<?xml version=\"1.0\" encoding=\"windows-1252\"?><nitf><body><body.head><hedline><hl1>@T</hl1></hedline></body.head>"
				      "<body.content><p>@A</p><p>@B</p></body.content></body></nitf>" },
	{ .name = "g2.xml", .text = "<newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\" guid=\"urn:1\"><contentMeta><contentCreated>2022-01-18</contentCreated><headline>@T</headline></contentMeta>"
				    "<contentSet><inlineXML><html xmlns=\"http://www.w3.org/1999/xhtml\"><body><p>@A</p><p>@B</p></body></html></inlineXML></contentSet></newsItem>" },
	{ .name = "newsml1.xml", .text = "<NewsML><NewsItem><NewsComponent><NewsLines><HeadLine>@T</HeadLine></NewsLines><ContentItem><DataContent><nitf><body><body.content><p>@A</p><p>@B</p>"
					 "</body.content></body></nitf></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>" },
	{ .name = "a.rss", .text = "<rss version=\"2.0\"><channel><item><title>@T</title><pubDate>Tue, 18 Jan 2022 12:00:00 +0100</pubDate><description>&lt;p&gt;@A&lt;/p&gt;@B</description></item></channel></rss>" },
	{ .name = "a.atom", .text = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>urn:1</id><title>@T</title><published>@D</published><content type=\"xhtml\">"
				    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>@A</p><p>@B</p></div></content></entry></feed>" },
	{ .name = "tei.xml", .text = "<TEI xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader><fileDesc><titleStmt><title>Zeitung</title></titleStmt></fileDesc></teiHeader><text><body>"
				     "<div type=\"jArticle\"><head>@T</head><p>@E</p><p>@B</p></div></body></text></TEI>" },
	{ .name = "alto.xml", .text = ALTO, .untitled = true },
	{ .name = "mets/alto/1.xml", .text = ALTO, .untitled = true },
	{ .name = "mets/mets.xml", .untitled = true,
	  .text = "<mets xmlns=\"http://www.loc.gov/METS/\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"><fileSec><fileGrp USE=\"FULLTEXT\"><file ID=\"A\" MIMETYPE=\"text/xml\">"
		  "<FLocat LOCTYPE=\"URL\" xlink:href=\"alto/1.xml\"/></file></fileGrp></fileSec></mets>" },
	{ .name = "page.xml", .text = PAGE(REGION("t", "@T") REGION("a", "@A") REGION("b", "@B")), .untitled = true },
	{ .name = "hocr.html", .text = XHTML_HEAD "<body><div class='ocr_page' title='ppageno 0'><p class='ocr_par'><span class='ocr_line' title='bbox 1 1 2 2'>@X</span></p></div></body></html>", .untitled = true },
	{ .name = "any.xml", .text = "<satz><title>@T</title><x>@A</x><y>@B</y></satz>" },
#endif
};

#define N_FILES (sizeof files / sizeof *files)

/* ---- laying it out ---- */

static struct scratch scratch;
static char archive[300], index_dir[300], bulk[300];

static void add_words(struct buf *to, const char *text, const char *before, const char *behind)
{
	for (size_t len; *text; text += len + (text[len] != '\0')) {
		len = strcspn(text, " ");
		buf_add_str(to, before);
		buf_add(to, text, len);
		ck_assert_int_eq(buf_add_str(to, behind), FUND_OK);
	}
}

/* The last word of the first paragraph in two halves, the second on a new line. */
static void add_cut(struct buf *to, const char *between)
{
	const char *at = strstr(first, "haltestelle");
	buf_add(to, first, (size_t)(at - first));
	buf_add_str(to, between);
	ck_assert_int_eq(buf_add_str(to, at), FUND_OK);
}

static void fill(struct buf *to, const char *text);

static void add_placeholder(struct buf *to, const char *at)
{
	struct buf page = BUF_INIT;
	switch (*at) {
	case 'T': buf_add_str(to, title); break;
	case 'A': buf_add_str(to, first); break;
	case 'B': buf_add_str(to, second); break;
	case 'D': buf_add_str(to, "2022-01-18"); break;
	case 'C': add_cut(to, "-\n"); break;
	case 'E': add_cut(to, "-<lb/>\n"); break;
	case 'W':
	case 'X':
		for (int i = 0; i < 3; i++)
			add_words(to, i == 0 ? title : i == 1 ? first : second, *at == 'W' ? "<String CONTENT=\"" : "<span class='ocrx_word' title='bbox 1 1 2 2'>", *at == 'W' ? "\"/><SP/>" : "</span> ");
		break;
	case 'L': /* without the record's end */
		fill(&page, strstr(at, HTTP_PAGE));
		buf_add_format(to, "%zu", page.len - 4);
		buf_release(&page);
		break;
	default: ck_abort_msg("@%c", *at);
	}
}

static void fill(struct buf *to, const char *text)
{
	for (const char *at; (at = strchr(text, '@')) != NULL; text = at + 1) {
		bool placeholder = at[1] >= 'A' && at[1] <= 'Z';
		buf_add(to, text, (size_t)(at - text) + !placeholder);
		if (placeholder)
			add_placeholder(to, ++at);
	}
	ck_assert_int_eq(buf_add_str(to, text), FUND_OK);
}

static void encode(struct buf *b, const char *encoding)
{
	static char room[1 << 16];
	char *in = (char *)b->data, *out = room;
	size_t left = b->len, space = sizeof room;
	iconv_t cd = iconv_open(encoding, "UTF-8");
	ck_assert_msg(cd != (iconv_t)-1 && iconv(cd, &in, &left, &out, &space) == 0 && left == 0, "%s", encoding);
	iconv_close(cd);
	buf_reset(b);
	ck_assert_int_eq(buf_add(b, room, sizeof room - space), FUND_OK);
}

static void write_container(const struct file *f, const char *path, const struct buf *text)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	ck_assert_int_eq(f->container(a), ARCHIVE_OK);
	ck_assert(!f->filter || f->filter(a) == ARCHIVE_OK);
	ck_assert_int_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
	archive_entry_set_pathname(e, "artikel.txt");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, (la_int64_t)text->len);
	ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
	ck_assert_int_eq(archive_write_data(a, text->data, text->len), (la_ssize_t)text->len);
	archive_entry_free(e);
	ck_assert_int_eq(archive_write_free(a), ARCHIVE_OK);
}

static void lay_out(const struct file *f)
{
	struct buf text = BUF_INIT;
	char name[100], path[500];
	snprintf(name, sizeof name, FOLDER "%s", f->name);
	snprintf(path, sizeof path, "%s/%s", archive, name);
	file_write(archive, name, "");
	fill(&text, f->text);
	if (f->encoding)
		encode(&text, f->encoding);
	if (f->container)
		write_container(f, path, &text);
	else
		file_write_bytes(path, text.data, text.len);
	buf_release(&text);
}

static void set_up(void)
{
	scratch_make(&scratch);
	snprintf(archive, sizeof archive, "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof index_dir, "%s/index", scratch.dir);
	snprintf(bulk, sizeof bulk, "%s/bulk.json", scratch.dir);
	for (size_t i = 0; i < N_FILES; i++)
		lay_out(&files[i]);
}

static void tear_down(void) { scratch_remove(&scratch); }

/* ---- what is found ---- */

/* The line of the article of a file; NULL: none. */
static char *line_of(char *text, const char *name)
{
	char key[120];
	snprintf(key, sizeof key, "\n{\"key\": \"" FOLDER "%s", name);
	for (char *at = text; (at = strstr(at, key)) != NULL; at++)
		if (at[strlen(key)] == '"' || at[strlen(key)] == '#')
			return at + 1;
	return NULL;
}

/* `"name": "value"` of a line, as allocated text; "": it has none. */
static char *field(const char *line, const char *name)
{
	char begin[40];
	snprintf(begin, sizeof begin, " \"%s\": \"", name);
	const char *at = strstr(line, begin), *end = strchr(line, '\n');
	return !at || at > end ? strdup("") : strndup(at + strlen(begin), strcspn(at + strlen(begin), "\""));
}

static void ck_field(const char *line, const char *reference, const char *name, const char *file)
{
	char *a = field(reference, name), *b = field(line, name);
	ck_assert_msg(strcmp(a, b) == 0, "%s: %s:\n%s\ninstead of\n%s", file, name, b, a);
	free(a), free(b);
}

START_TEST(the_same_article_has_the_same_terms_in_every_format)
{
	static const char *const fields[] = { "date", "terms", "parts", "variants" };
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, archive);
	ck_assert_msg(o.status == 0 && o.err_len == 0, "%s%s", o.out, o.err);
	outcome_free(&o);
	program_expect(0, "fundstelle-index -i %s --to-bulk=%s", index_dir, bulk);
	size_t len;
	unsigned n = 0;
	char *text = file_read(bulk, &len), *reference = line_of(text, files[0].name), *terms = field(reference, "terms");
	ck_assert_msg(strstr(terms, "truppenaufmarsch") && strstr(terms, "strassenbahnhaltestell") && strstr(terms, "prasidium"), "%s", terms);
	free(terms);
	for (size_t i = 0; i < N_FILES; i++) {
		char *line = line_of(text, files[i].name);
		bool claimed = strcmp(files[i].name, "mets/alto/1.xml") == 0; /* its text is in the METS that has it */
		ck_assert_msg((line == NULL) == claimed, "%s", files[i].name);
		for (size_t k = 0; line && k < sizeof fields / sizeof *fields; k++)
			ck_field(line, reference, fields[k], files[i].name);
		if (line && !files[i].untitled)
			ck_field(line, reference, "title_terms", files[i].name);
		n += line != NULL;
	}
	for (const char *at = text; (at = strstr(at, "{\"key\"")) != NULL; at++)
		n--;
	ck_assert_msg(n == 0, "a file holds more than the one article");
	free(text);
}
END_TEST

Suite *suite_terms(void)
{
	Suite *s = suite_create("terms of all formats");
	TCase *c = tcase_create("one article");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, the_same_article_has_the_same_terms_in_every_format);
	suite_add_tcase(s, c);
	return s;
}
