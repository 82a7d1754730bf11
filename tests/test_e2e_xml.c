/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives of XML: METS with its pages, by the built programs; real articles laid out in each format. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "indexer/file_reader.h"
#include "indexer/record.h"
#include "tests/program.h"

static struct scratch scratch;
static char archive[300], index_dir[300];

static void set_up(void)
{
	scratch_make(&scratch);
	snprintf(archive, sizeof archive, "%s/archive", scratch.dir);
	snprintf(index_dir, sizeof index_dir, "%s/index", scratch.dir);
	ck_assert_int_eq(mkdir(archive, 0755), 0);
}

static void tear_down(void)
{
	scratch_remove(&scratch);
}

/* ---- METS ---- */

static void write_page(const char *name, unsigned n, const char *word)
{
	struct buf b = BUF_INIT;
	buf_add_format(&b, "<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v2#\"><Layout><Page ID=\"P%u\" PHYSICAL_IMG_NR=\"%u\"><PrintSpace>", n, n);
	buf_add_format(&b, "<TextBlock ID=\"P%u_TB1\"><TextLine><String CONTENT=\"Titelwort%u\" HPOS=\"10\" VPOS=\"20\" WIDTH=\"80\" HEIGHT=\"30\"/></TextLine></TextBlock>", n, n);
	buf_add_format(&b, "<TextBlock ID=\"P%u_TB2\"><TextLine><String CONTENT=\"%s\" HPOS=\"10\" VPOS=\"60\" WIDTH=\"80\" HEIGHT=\"30\"/><SP/>", n, word);
	buf_add_format(&b, "<String CONTENT=\"Ge\" HPOS=\"95\" VPOS=\"60\" WIDTH=\"20\" HEIGHT=\"30\"/><HYP CONTENT=\"-\"/></TextLine></TextBlock>");
	buf_add_format(&b, "<TextBlock ID=\"P%u_TB3\"><TextLine><String CONTENT=\"wicht%u\" HPOS=\"10\" VPOS=\"100\" WIDTH=\"80\" HEIGHT=\"30\"/></TextLine></TextBlock>", n, n);
	buf_add_str(&b, "</PrintSpace></Page></Layout></alto>");
	file_write(archive, name, buf_str(&b));
	buf_release(&b);
}

#define METS_HEAD                                                                                                                                   \
	"<mets:mets xmlns:mets=\"http://www.loc.gov/METS/\" xmlns:mods=\"http://www.loc.gov/mods/v3\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">" \
	"<mets:dmdSec ID=\"I\"><mets:mdWrap MDTYPE=\"MODS\"><mets:xmlData><mods:mods><mods:titleInfo><mods:title>Allgemeine Zeitung</mods:title></mods:titleInfo>" \
	"<mods:originInfo><mods:dateIssued encoding=\"iso8601\">1848-01-14</mods:dateIssued></mods:originInfo></mods:mods></mets:xmlData></mets:mdWrap></mets:dmdSec>" \
	"<mets:fileSec><mets:fileGrp USE=\"IMAGE\"><mets:file ID=\"IMG1\" MIMETYPE=\"image/tiff\"><mets:FLocat LOCTYPE=\"URL\" xlink:href=\"images/1.tif\"/></mets:file></mets:fileGrp>" \
	"<mets:fileGrp USE=\"FULLTEXT\">"
#define METS_FILE(id, href) "<mets:file ID=\"" id "\" MIMETYPE=\"text/xml\"><mets:FLocat LOCTYPE=\"URL\" xlink:href=\"" href "\"/></mets:file>"
#define METS_PAGES                                                                                                                                \
	"</mets:fileGrp></mets:fileSec><mets:structMap TYPE=\"PHYSICAL\"><mets:div TYPE=\"physSequence\"><mets:div ORDER=\"1\" ORDERLABEL=\"57\" TYPE=\"page\">" \
	"<mets:fptr FILEID=\"IMG1\"/><mets:fptr FILEID=\"ALTO1\"/></mets:div><mets:div ORDER=\"2\" TYPE=\"page\"><mets:fptr FILEID=\"ALTO2\"/></mets:div></mets:div></mets:structMap>"
#define METS_AREA(file, block) "<mets:fptr><mets:area BETYPE=\"IDREF\" FILEID=\"" file "\" BEGIN=\"" block "\"/></mets:fptr>"

static const char mets_articles[] = METS_HEAD METS_FILE("ALTO1", "file://./alto/0001.xml") METS_FILE("ALTO2", "alto/0002.xml") METS_PAGES
	"<mets:structMap TYPE=\"LOGICAL\"><mets:div TYPE=\"Newspaper\"><mets:div TYPE=\"ISSUE\">"
	"<mets:div ID=\"DIVL1\" TYPE=\"ARTICLE\" LABEL=\"Aus Bayern\"><mets:div TYPE=\"HEADING\"><mets:div TYPE=\"TITLE\">" METS_AREA("ALTO1", "P1_TB1") "</mets:div></mets:div>"
	"<mets:div TYPE=\"BODY\">" METS_AREA("ALTO1", "P1_TB2") METS_AREA("ALTO2", "P2_TB3") "</mets:div></mets:div>"
	"<mets:div ID=\"DIVL2\" TYPE=\"ARTICLE\"><mets:div TYPE=\"HEADING\">" METS_AREA("ALTO2", "P2_TB1") "</mets:div><mets:div TYPE=\"BODY\">" METS_AREA("ALTO2", "P2_TB2")
	"</mets:div></mets:div></mets:div></mets:div></mets:structMap></mets:mets>";

static const char mets_pages[] = METS_HEAD METS_FILE("ALTO1", "alto/0001.xml") METS_FILE("ALTO2", "alto/0002.xml") METS_PAGES "</mets:mets>";

#define METS_OUTSIDE(href) METS_HEAD METS_FILE("ALTO1", href) METS_FILE("ALTO2", "alto/0002.xml") METS_PAGES "</mets:mets>"
/* Page 1 is "draussen.xml" beside the archive, or meant to be something else that is not in it. */
static const char *const mets_outside[] = {
	METS_OUTSIDE("../../draussen.xml"),	METS_OUTSIDE("%2E%2E/..%2fdraussen.xml"), METS_OUTSIDE("file://../../draussen.xml"), METS_OUTSIDE("alto/../../../draussen.xml"),
	METS_OUTSIDE("../../etc/passwd"),	METS_OUTSIDE("../../../../../../../../etc/passwd"), METS_OUTSIDE("/etc/passwd"), METS_OUTSIDE("file:///etc/passwd"),
	METS_OUTSIDE("http://127.0.0.1:9/1.xml"), METS_OUTSIDE("alto/verweis.xml"), METS_OUTSIDE("ordner/draussen.xml"),
};

static void run_says(int status, const char *counts)
{
	struct outcome o = program_run(NULL, "fundstelle-index -i %s %s", index_dir, archive);
	ck_assert_msg(o.status == status && strncmp(o.out + 9, counts, strlen(counts)) == 0, "status %d, wanted %s\n%s%s", o.status, counts, o.out, o.err);
	outcome_free(&o);
}

static void answer_has(const char *query, const char *wanted)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s -f jsonl %s", index_dir, query);
	ck_assert_msg(strstr(o.out, wanted) != NULL, "%s: %s is not in %s%s", query, wanted, o.out, o.err);
	outcome_free(&o);
}

static void hits_are(const char *query, int n)
{
	struct outcome o = program_run(NULL, "fundstelle-query -i %s --count %s", index_dir, query);
	ck_assert_msg(atoi(o.out) == n, "%s: %s", query, o.out);
	outcome_free(&o);
}

START_TEST(articles_of_a_mets_are_the_articles_and_its_pages_are_not_indexed_again)
{
	write_page("1848/alto/0001.xml", 1, "Textwort");
	write_page("1848/alto/0002.xml", 2, "Anderes");
	file_write(archive, "1848/issue-mets.xml", mets_articles);
	run_says(0, "2 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	answer_has("Textwort", "\"key\": \"1848/issue-mets.xml#DIVL1\", \"title\": \"Aus Bayern\", \"date\": \"1848-01-14\"");
	answer_has("Textwort", "\"page\": \"57\", \"box\": [10, 60, 80, 30]");
	answer_has("Gewicht2", "{\"mark\": 0, \"page\": \"57\", \"box\": [95, 60, 20, 30]}, {\"mark\": 0, \"page\": \"2\", \"box\": [10, 100, 80, 30]}");
	answer_has("Anderes", "\"title\": \"Titelwort2\"");
	hits_are("Textwort", 1);
	program_expect(0, "fundstelle-index -i %s --verify=deep", index_dir);
}
END_TEST

START_TEST(a_changed_page_makes_its_mets_a_changed_file)
{
	write_page("1848/alto/0001.xml", 1, "Textwort");
	write_page("1848/alto/0002.xml", 2, "Anderes");
	file_write(archive, "1848/issue-mets.xml", mets_articles);
	run_says(0, "2 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	run_says(0, "0 added, 0 changed, 0 removed, 2 unchanged, 0 failed");
	write_page("1848/alto/0002.xml", 2, "Neuigkeit");
	run_says(0, "0 added, 1 changed, 0 removed, 1 unchanged, 0 failed");
	hits_are("Neuigkeit", 1);
	hits_are("Anderes", 0);
}
END_TEST

START_TEST(pages_are_the_articles_of_a_mets_without_any)
{
	write_page("1848/alto/0001.xml", 1, "Textwort");
	write_page("1848/alto/0002.xml", 2, "Anderes");
	file_write(archive, "1848/mets.xml", mets_pages);
	run_says(0, "2 added, 0 changed, 0 removed, 0 unchanged, 0 failed");
	answer_has("Textwort", "\"key\": \"1848/mets.xml#ALTO1\"");
	answer_has("Anderes", "\"date\": \"1848-01-14\"");
}
END_TEST

/* A link to the page outside, and one to its folder. */
static void make_links(void)
{
	char path[400];
	snprintf(path, sizeof path, "%s/1848/alto/verweis.xml", archive);
	ck_assert_int_eq(symlink("../../../draussen.xml", path), 0);
	snprintf(path, sizeof path, "%s/1848/ordner", archive);
	ck_assert_int_eq(symlink("../..", path), 0);
}

START_TEST(a_mets_reaches_no_file_outside_of_the_archive)
{
	char outside[400];
	snprintf(outside, sizeof outside, "%s/draussen.xml", scratch.dir);
	write_page("../draussen.xml", 1, "Geheimnis");
	ck_assert_int_eq(access(outside, R_OK), 0);
	write_page("1848/alto/0002.xml", 2, "Anderes");
	make_links();
	file_write(archive, "1848/mets.xml", mets_outside[_i]);
	run_says(1, "1 added, 0 changed, 0 removed, 0 unchanged, 1 failed");
	hits_are("Geheimnis", 0);
	hits_are("Anderes", 1);
}
END_TEST

/* ---- real articles in each format ---- */

static void add_escaped(struct buf *b, struct slice s)
{
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < s.len && st == FUND_OK; i++) {
		uint8_t c = s.data[i];
		const char *coded = c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
		st = coded ? buf_add_str(b, coded) : buf_add_byte(b, c);
	}
	ck_assert_int_eq(st, FUND_OK);
}

/* Each line of the text as a paragraph. */
static void add_lines(struct buf *b, struct slice text, const char *before, const char *behind)
{
	for (size_t at = 0; at < text.len;) {
		const uint8_t *end = memchr(text.data + at, '\n', text.len - at);
		size_t to = end ? (size_t)(end - text.data) : text.len;
		if (to > at) {
			buf_add_str(b, before);
			add_escaped(b, slice_of(text.data + at, to - at));
			buf_add_str(b, behind);
		}
		at = to + 1;
	}
}

static void lay_out(unsigned format, const struct article *a, struct buf *b)
{
	static const char *const heads[] = {
		"<?xml version=\"1.0\"?><nitf><head><title>", "<rss><channel><item><title>", "<entry xmlns=\"http://www.w3.org/2005/Atom\"><title>",
		"<TEI xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader><fileDesc><titleStmt><title>",
		"<newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\"><contentMeta><headline>",
	};
	static const char *const dates[][2] = {
		{ "</title><docdata><date.issue norm=\"", "\"/></docdata></head><body><body.content>" }, { "</title><dc:date>", "</dc:date><description>" },
		{ "</title><published>", "</published><content>" }, { "</title></titleStmt><sourceDesc><bibl><date when=\"", "\"/></bibl></sourceDesc></fileDesc></teiHeader><text><body>" },
		{ "</headline><contentCreated>", "</contentCreated></contentMeta><contentSet><inlineXML><html><body>" },
	};
	static const char *const ends[] = { "</body.content></body></nitf>", "</description></item></channel></rss>", "</content></entry>", "</body></text></TEI>",
					    "</body></html></inlineXML></contentSet></newsItem>" };
	bool paragraphs = format != 1 && format != 2;
	buf_add_str(b, heads[format]);
	struct slice title = a->title;
	add_escaped(b, title);
	buf_add_str(b, dates[format][0]);
	add_escaped(b, a->date_text);
	buf_add_str(b, dates[format][1]);
	if (paragraphs) {
		add_lines(b, a->body, "<p>", "</p>\n");
	} else if (format == 1) { /* HTML in disguise: escaped twice */
		struct buf once = BUF_INIT;
		add_escaped(&once, a->body);
		add_escaped(b, slice_buf(&once));
		buf_release(&once);
	} else {
		add_escaped(b, a->body);
	}
	ck_assert_int_eq(buf_add_str(b, ends[format]), FUND_OK);
}

/* White space apart. */
static bool same_text(struct slice a, struct slice b)
{
	size_t i = 0, k = 0;
#define BLANK(c) ((c) == ' ' || (c) == '\n' || (c) == '\r' || (c) == '\t')
	for (;;) {
		while (i < a.len && BLANK(a.data[i]))
			i++;
		while (k < b.len && BLANK(b.data[k]))
			k++;
		if (i == a.len || k == b.len)
			return i == a.len && k == b.len;
		if (a.data[i++] != b.data[k++])
			return false;
	}
}

/* The lines of an archive that is not part of the source; NULL: it is not there. */
static FILE *open_data(const char *name)
{
	const char *data = getenv("FUNDSTELLE_DATA");
	char command[600];
	if (!data) {
		fprintf(stderr, "skipped: FUNDSTELLE_DATA does not say where %s is\n", name);
		return NULL;
	}
	snprintf(command, sizeof command, "gzip -dc '%s/%s'", data, name);
	return popen(command, "r");
}

static bool next_record(FILE *f, char **line, size_t *cap, struct record *r, struct article *out)
{
	ssize_t n = getline(line, cap, f);
	if (n <= 0)
		return false;
	struct json j = json_of(slice_of(*line, (size_t)n));
	ck_assert(record_read(r, &j));
	record_article(r, out);
	return true;
}

START_TEST(an_article_is_the_same_in_every_format)
{
	FILE *f = open_data("news.jsonl.gz");
	struct record record = { .key = BUF_INIT };
	struct article a, got;
	char *line = NULL, path[400];
	size_t cap = 0;
	struct file_reader *reader;
	if (!f)
		return;
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
	snprintf(path, sizeof path, "%s/a.xml", scratch.dir);
	for (unsigned i = 0; i < 400 && next_record(f, &line, &cap, &record, &a); i++)
		for (unsigned format = 0; format < 5; format++) {
			struct fault why = { 0 };
			struct buf b = BUF_INIT;
			bool recovered;
			uint64_t at;
			lay_out(format, &a, &b);
			file_write_bytes(path, b.data, b.len);
			FILE *xml = fopen(path, "r");
			ck_assert_ptr_nonnull(xml);
			ck_assert_msg(file_reader_open(reader, fileno(xml), SLICE_LIT("a.xml"), (struct file_range){ 0, UINT64_MAX }, &why) == FUND_OK, "%s", why.text);
			ck_assert_msg(file_reader_next(reader, &got, &recovered, &at, &why) == FUND_OK, "article %u, format %u: %s", i, format, why.text);
			ck_assert_msg(same_text(got.title, a.title), "article %u, %s: title %.*s", i, got.format, (int)got.title.len, (const char *)got.title.data);
			ck_assert_msg(same_text(got.body, a.body), "article %u, %s: text %.*s", i, got.format, (int)got.body.len, (const char *)got.body.data);
			ck_assert_msg(got.date == a.date, "article %u, %s: date", i, got.format);
			fclose(xml);
			buf_release(&b);
		}
	file_reader_free(reader);
	record_release(&record);
	free(line);
	pclose(f);
}
END_TEST

/* ---- old print as ALTO ---- */

#define HALVES 90u

struct half {
	char file[32], word[128];
};

static size_t hyphen_len(struct slice word)
{
	return word.len > 3 && memcmp(word.data + word.len - 3, "\xE2\xB8\x97", 3) == 0 ? 3 : word.len > 1 && word.data[word.len - 1] == '-' ? 1 : 0;
}

static struct slice next_word(struct slice text, size_t *at)
{
	while (*at < text.len && BLANK(text.data[*at]))
		++*at;
	size_t from = *at;
	while (*at < text.len && !BLANK(text.data[*at]))
		++*at;
	return slice_of(text.data + from, *at - from);
}

static bool only_small_letters(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < 'a' || s.data[i] > 'z')
			return false;
	return s.len > 2;
}

static void add_string(struct buf *b, struct slice content, const char *part, struct slice half, struct slice rest)
{
	buf_add_str(b, "<String CONTENT=\"");
	add_escaped(b, content);
	if (part) {
		buf_add_format(b, "\" SUBS_TYPE=\"%s\" SUBS_CONTENT=\"", part);
		add_escaped(b, half);
		add_escaped(b, rest);
	}
	ck_assert_int_eq(buf_add_str(b, "\"/>"), FUND_OK);
}

/* The words of one text, a TextLine a line; halves as `how` says: 0 with the whole word, 1 with HYP, 2 as printed. Notes one word that was cut. */
static void write_alto(struct slice text, unsigned how, const char *name, struct half *noted)
{
	struct buf b = BUF_INIT;
	struct slice none = { NULL, 0 }, half = none;
	buf_add_str(&b, "<alto><Layout><Page ID=\"p\"><PrintSpace><TextBlock><TextLine>");
	for (size_t at = 0; at < text.len;) {
		struct slice word = next_word(text, &at), stem = word;
		bool line_ends = at < text.len && text.data[at] == '\n';
		size_t hyphen = line_ends ? hyphen_len(word) : 0, ahead = at;
		struct slice rest = next_word(text, &ahead);
		bool cut = hyphen && only_small_letters(rest) && rest.len > 3;
		if (word.len == 0)
			break;
		stem.len -= cut && how < 2 ? hyphen : 0;
		if (half.len && how == 0)
			add_string(&b, word, "HypPart2", half, word);
		else
			add_string(&b, stem, cut && how == 0 ? "HypPart1" : NULL, stem, rest);
		if (cut && how == 1)
			buf_add_str(&b, "<HYP CONTENT=\"-\"/>");
		if (cut && !noted->word[0] && word.len - hyphen + rest.len < sizeof noted->word && !half.len)
			snprintf(noted->word, sizeof noted->word, "%.*s%.*s", (int)(word.len - hyphen), (const char *)word.data, (int)rest.len, (const char *)rest.data);
		half = cut ? stem : none;
		if (line_ends)
			buf_add_str(&b, "</TextLine><TextLine>");
	}
	ck_assert_int_eq(buf_add_str(&b, "</TextLine></TextBlock></PrintSpace></Page></Layout></alto>"), FUND_OK);
	snprintf(noted->file, sizeof noted->file, "%s", name);
	file_write(archive, name, buf_str(&b));
	buf_release(&b);
}

START_TEST(words_that_old_print_has_cut_are_found_whole)
{
	static struct half halves[HALVES];
	FILE *f = open_data("historical.jsonl.gz");
	struct record record = { .key = BUF_INIT };
	struct article a;
	char *line = NULL, name[32], quoted[160];
	size_t cap = 0;
	unsigned n = 0, found = 0;
	if (!f)
		return;
	memset(halves, 0, sizeof halves);
	for (; n < HALVES && next_record(f, &line, &cap, &record, &a); n++) {
		snprintf(name, sizeof name, "%u.xml", n);
		write_alto(a.body, n % 3, name, &halves[n]);
	}
	program_expect(0, "fundstelle-index -q -i %s %s", index_dir, archive);
	for (unsigned i = 0; i < n; i++) {
		if (!halves[i].word[0] || strpbrk(halves[i].word, "\"'()[]{}*~:+-,.;/=<>&"))
			continue;
		snprintf(quoted, sizeof quoted, "=%s", halves[i].word);
		struct outcome o = program_run(NULL, "fundstelle-query -i %s -n 0 -f paths %s", index_dir, quoted);
		size_t len = strlen(halves[i].file);
		bool there = false;
		for (const char *p = o.out; (p = strstr(p, halves[i].file)) != NULL && !there; p += len)
			there = (p == o.out || p[-1] == '\n') && p[len] == '\n';
		ck_assert_msg(there, "%s, way %u: \"%s\" is not found\n%s%s", halves[i].file, i % 3, halves[i].word, o.out, o.err);
		found++;
		outcome_free(&o);
	}
	ck_assert_uint_gt(found, 30);
	record_release(&record);
	free(line);
	pclose(f);
}
END_TEST

Suite *suite_e2e_xml(void)
{
	Suite *s = suite_create("XML, end to end");
	TCase *t = tcase_create("xml");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
#ifdef HAVE_EXPAT
	tcase_add_test(t, articles_of_a_mets_are_the_articles_and_its_pages_are_not_indexed_again);
	tcase_add_test(t, a_changed_page_makes_its_mets_a_changed_file);
	tcase_add_test(t, pages_are_the_articles_of_a_mets_without_any);
	tcase_add_loop_test(t, a_mets_reaches_no_file_outside_of_the_archive, 0, sizeof mets_outside / sizeof *mets_outside);
	tcase_add_test(t, an_article_is_the_same_in_every_format);
	tcase_add_test(t, words_that_old_print_has_cut_are_found_whole);
#endif
	suite_add_tcase(s, t);
	return s;
}
