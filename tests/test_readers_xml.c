/* SPDX-License-Identifier: GPL-2.0-or-later */
/* XML: each format's fields, encodings, what is not to be fetched or expanded, and damaged bytes. The samples are our own, built as the standards' are. */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "indexer/file_reader.h"
#include "store/layout.h"
#include "store/segment.h"
#include "tests/scratch.h"

#ifdef HAVE_EXPAT
static const bool has_expat = true;
#else
static const bool has_expat = false;
#endif
static struct file_reader *reader;
static int fd = -1;

static void set_up(void)
{
	ck_assert_int_eq(file_reader_new(&reader, NULL), FUND_OK);
	fd = memfd_create("xml", 0);
	ck_assert_int_ge(fd, 0);
}

static void tear_down(void)
{
	file_reader_free(reader);
	close(fd);
}

static enum fund_status open_bytes(const char *name, struct slice bytes, struct fault *why)
{
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(pwrite(fd, bytes.data, bytes.len, 0), (ssize_t)bytes.len);
	return file_reader_open(reader, fd, slice_str(name), (struct file_range){ 0, UINT64_MAX }, why);
}

static void put(struct buf *b, const char *name, struct slice value)
{
	if (value.len) {
		ck_assert_int_eq(buf_add_format(b, "%s: ", name), FUND_OK);
		ck_assert_int_eq(buf_add_slice(b, value), FUND_OK);
		ck_assert_int_eq(buf_add_byte(b, '\n'), FUND_OK);
	}
}

static void put_layout(struct buf *b, const struct article *a)
{
	struct layout_reader r = layout_reader_of(a->layout);
	while (layout_next(&r)) {
		const struct layout_word *w = &r.word;
		ck_assert_uint_le((uint64_t)w->off + w->len, a->body.len);
		buf_add_str(b, "  ");
		buf_add(b, a->body.data + w->off, w->len);
		buf_add_format(b, " [%.*s] %d,%d %dx%d", (int)r.page.len, (const char *)r.page.data, w->box.x, w->box.y, w->box.w, w->box.h);
		buf_add_format(b, w->confidence < LAYOUT_SURE ? " %u %%\n" : "\n", w->confidence);
	}
	ck_assert(cursor_left(&r.c) == 0 && !r.c.bad);
}

static void put_others(struct buf *b, const struct article *a)
{
	struct layout_others o = layout_others_of(a->others);
	while (layout_others_next(&o)) {
		ck_assert_uint_lt(o.off, a->body.len);
		buf_add_format(b, "  or at %u: ", o.off);
		buf_add_slice(b, o.text);
		buf_add_byte(b, '\n');
	}
}

/* All that a file holds, as text: an article's fields a line each, then "--". */
static void describe(const char *name, struct slice bytes, struct buf *b)
{
	struct fault why = { 0 };
	struct article a;
	bool recovered;
	uint64_t line = 0;
	enum fund_status st = open_bytes(name, bytes, &why);
	while (st == FUND_OK) {
		st = file_reader_next(reader, &a, &recovered, &line, &why);
		if (st == FUND_OK) {
			put(b, "id", a.many ? a.id : (struct slice){ NULL, 0 });
			put(b, "title", a.title);
			put(b, "lead", a.lead);
			put(b, "author", a.author);
			put(b, "section", a.section);
			put(b, "source", a.source);
			if (a.date)
				buf_add_format(b, "date: %04u-%02u-%02u\n", DATE_YEAR(a.date), DATE_MONTH(a.date), DATE_DAY(a.date));
			put(b, "body", a.body);
			put_layout(b, &a);
			put_others(b, &a);
			buf_add_str(b, "--\n");
		} else if (recovered) {
			buf_add_format(b, "line %llu: %s\n", (unsigned long long)line, why.text);
			st = FUND_OK;
		}
	}
	if (st != FUND_END)
		buf_add_format(b, "line %llu: %s\n", (unsigned long long)line, why.text);
}

static void ck_described(const char *name, struct slice bytes, const char *expected)
{
	struct buf b = BUF_INIT;
	describe(name, bytes, &b);
	ck_assert_str_eq(b.len ? buf_str(&b) : "", expected);
	buf_release(&b);
}

static const struct sample {
	const char *what, *xml, *expected;
} samples[] = {
	{ "NITF: headline before head title, norm date, byline without its tag",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	  "<!DOCTYPE nitf PUBLIC \"-//IPTC//DTD NITF 3.3//EN\" \"nitf-3-3.dtd\">\n"
	  "<nitf><head><title>Im Kopf</title><docdata><doc-id id-string=\"iptc.2022.7\" regsrc=\"x\"/><date.issue norm=\"20220118T120000+0100\"/></docdata>"
	  "<pubdata type=\"print\" name=\"Das Blatt\" position.section=\"A\"/><tobject><tobject.subject tobject.subject.type=\"Politik\"/></tobject></head>\n"
	  "<body><body.head><hedline><hl1>Aufmarsch an der <org>Grenze</org></hl1><hl2>Neue Truppen</hl2></hedline>"
	  "<byline>Anna Muster<bytag>Korrespondentin</bytag></byline><dateline><location>Kiew</location></dateline>"
	  "<abstract><p>Kurz gesagt.</p></abstract></body.head>\n"
	  "<body.content><p>Erster   Absatz mit <em>Beto</em>nung.</p>\n<p>Zweiter&nbsp;Absatz.<br/>Neue Zeile</p>"
	  "<media media-type=\"image\"><media-reference source=\"a.jpg\">nicht</media-reference><media-caption>Bild: Soldaten</media-caption></media>"
	  "<table><tr><th>Jahr</th><td>2022</td></tr></table></body.content></body></nitf>",
	  "title: Aufmarsch an der Grenze\nlead: Neue Truppen\n\nKurz gesagt.\nauthor: Anna Muster\nsection: Politik\nsource: Das Blatt\ndate: 2022-01-18\n"
	  "body: Erster Absatz mit Betonung.\n\nZweiter\xC2\xA0" "Absatz.\nNeue Zeile\n\nBild: Soldaten\n\nJahr 2022\n--\n" },
	{ "NITF with a month for its date",
	  "<nitf><head><title>T</title><docdata><date.issue norm=\"202201\"/></docdata></head><body><body.content><p>x</p></body.content></body></nitf>",
	  "title: T\ndate: 2022-01-00\nbody: x\n--\n" },
	{ "RSS: guid before link, escaped HTML, full content before the description, the channel is the source",
	  "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:media=\"http://search.yahoo.com/mrss/\">"
	  "<channel><title>Das Blatt</title><link>https://example.org/</link><image><title>Logo</title></image>"
	  "<item><title>Stra&amp;szlig;e &amp;amp; Weg</title><link>https://example.org/1</link><guid isPermaLink=\"false\">g1</guid><media:title>nein</media:title>"
	  "<pubDate>Tue, 18 Jan 2022 12:00:00 +0100</pubDate><category>Politik</category><category>Inland</category><author>a@b.de (Anna)</author>"
	  "<description>Der Vorspann</description><content:encoded><![CDATA[<p>Erster</p><p>Zweiter <b>Ab</b>satz</p><script>x</script>]]></content:encoded></item>"
	  "<item><link>https://example.org/2</link><description>&lt;p&gt;Nur so&lt;/p&gt;</description></item></channel></rss>",
	  "id: g1\ntitle: Stra\xC3\x9F" "e & Weg\nlead: Der Vorspann\nauthor: a@b.de (Anna)\nsection: Politik, Inland\nsource: Das Blatt\ndate: 2022-01-18\nbody: Erster\n\nZweiter Absatz\n--\n"
	  "id: https://example.org/2\nsource: Das Blatt\nbody: Nur so\n--\n" },
	{ "RSS 1.0 as RDF, its items beside the channel",
	  "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
	  "<channel><title>Blatt</title></channel><item><title>T</title><link>http://e/1</link><description>x</description><dc:date>2003-02</dc:date></item></rdf:RDF>",
	  "id: http://e/1\ntitle: T\nsource: Blatt\ndate: 2003-02-00\nbody: x\n--\n" },
	{ "Atom: text, html and xhtml, published before updated, a source's fields are not the entry's",
	  "<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"><a:title>Blatt</a:title><a:id>feed</a:id>"
	  "<a:entry><a:id>urn:1</a:id><a:title type=\"html\">A &amp;amp; B</a:title><a:updated>2022-01-19T10:00:00Z</a:updated><a:published>2022-01-18T10:00:00Z</a:published>"
	  "<a:author><a:name>Anna</a:name><a:email>x@y</a:email></a:author><a:author><a:name>Bert</a:name></a:author><a:category term=\"Sport\" label=\"S\"/>"
	  "<a:source><a:id>andere</a:id><a:title>Andere</a:title><a:updated>1999-01-01</a:updated></a:source>"
	  "<a:content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Eins</p><p>Zwei</p></div></a:content></a:entry>"
	  "<a:entry><a:id>urn:2</a:id><a:title>1 &lt; 2</a:title><a:summary>kurz</a:summary></a:entry></a:feed>",
	  "id: urn:1\ntitle: A & B\nauthor: Anna, Bert\nsection: Sport\nsource: Andere\ndate: 2022-01-18\nbody: Eins\n\nZwei\n--\n"
	  "id: urn:2\ntitle: 1 < 2\nsource: Blatt\nbody: kurz\n--\n" },
	{ "NewsML-G2: a message of items, content created before versions",
	  "<newsMessage xmlns=\"http://iptc.org/std/nar/2006-10-01/\"><header><sent>2022-02-01</sent></header><itemSet>"
	  "<newsItem guid=\"urn:newsml:x:1\" version=\"2\"><itemMeta><itemClass qcode=\"ninat:text\"/><provider literal=\"dpa\"/><versionCreated>2022-01-20T10:00:00Z</versionCreated></itemMeta>"
	  "<contentMeta><contentCreated>2022-01-18T09:00:00+01:00</contentCreated><subject qcode=\"medtop:11000000\"><name>Politik</name></subject>"
	  "<headline>Kopf</headline><by>Anna Muster</by></contentMeta>"
	  "<contentSet><inlineXML contenttype=\"application/xhtml+xml\"><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>nicht</title></head><body><p>Eins</p><p>Zwei</p></body></html></inlineXML></contentSet></newsItem>"
	  "<newsItem guid=\"urn:newsml:x:2\"><contentMeta><headline>Zweiter</headline></contentMeta><contentSet><inlineXML>"
	  "<nitf xmlns=\"\"><body><body.head><hl1>nicht</hl1></body.head><body.content><p>Drei</p></body.content></body></nitf></inlineXML></contentSet></newsItem></itemSet></newsMessage>",
	  "id: urn:newsml:x:1\ntitle: Kopf\nauthor: Anna Muster\nsection: Politik\nsource: dpa\ndate: 2022-01-18\nbody: Eins\n\nZwei\n--\n"
	  "id: urn:newsml:x:2\ntitle: Zweiter\nbody: Drei\n--\n" },
	{ "NewsML 1.2 with NITF inside",
	  "<NewsML Version=\"1.2\"><Catalog/><NewsEnvelope><DateAndTime>20220201T000000Z</DateAndTime></NewsEnvelope><NewsItem><Identification><NewsIdentifier><ProviderId>apa.at</ProviderId>"
	  "<DateId>20220117</DateId><NewsItemId>APA0123</NewsItemId><RevisionId>1</RevisionId><PublicIdentifier>urn:newsml:apa.at:APA0123</PublicIdentifier></NewsIdentifier></Identification>"
	  "<NewsManagement><NewsItemType FormalName=\"News\"/><FirstCreated>20220118T101112+0100</FirstCreated><ThisRevisionCreated>20220119</ThisRevisionCreated></NewsManagement>"
	  "<NewsComponent><NewsLines><HeadLine>Titel</HeadLine><ByLine>Max</ByLine><CopyrightLine>nicht</CopyrightLine></NewsLines><AdministrativeMetadata><Provider><Party FormalName=\"APA\"/></Provider></AdministrativeMetadata>"
	  "<ContentItem><MediaType FormalName=\"Text\"/><DataContent><nitf><body><body.content><p>Hallo</p><p>Welt</p></body.content></body></nitf></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>",
	  "id: urn:newsml:apa.at:APA0123\ntitle: Titel\nauthor: Max\nsource: APA\ndate: 2022-01-18\nbody: Hallo\n\nWelt\n--\n" },
	{ "an item or entry that is all of its file needs no id in its key",
	  "<newsItem xmlns=\"http://iptc.org/std/nar/2006-10-01/\" guid=\"urn:1\"><contentMeta><headline>Kopf</headline></contentMeta></newsItem>", "title: Kopf\n--\n" },
	{ "TEI: a letter's date is the source's, lines joined, corrections, no running heads",
	  "<?xml version=\"1.0\"?><TEI xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader><fileDesc><titleStmt><title type=\"main\">Die Reise</title><title type=\"sub\">In Briefen</title>"
	  "<author><persName><surname>Muster</surname>, <forename>Anna</forename></persName></author></titleStmt><publicationStmt><publisher>Haus</publisher><date type=\"publication\">2011-04-01</date></publicationStmt>"
	  "<sourceDesc><bibl>Anna Muster: Die Reise.</bibl><biblFull><titleStmt><title level=\"m\" type=\"main\">Die Reise</title></titleStmt><publicationStmt><date type=\"publication\">1813</date></publicationStmt></biblFull></sourceDesc></fileDesc>"
	  "<profileDesc><textClass><keywords><term>Reise</term></keywords></textClass></profileDesc></teiHeader>"
	  "<text><front><titlePage><docTitle><titlePart>Die Reise</titlePart></docTitle></titlePage></front><body><pb facs=\"#f1\" n=\"1\"/><fw place=\"top\" type=\"header\">Seite 1</fw>"
	  "<div n=\"1\"><head>Er\xC5\xBFter Brief</head><lb/><p>Die Unter-<lb/>\n\xC5\xBFuchung <choice><sic>Karls</sic><corr>Carls</corr></choice> <choice><orig>Thal</orig><reg>Tal</reg></choice> Zug<lb break=\"no\"/>\nbr\xC3\xBC" "cke</p></div></body></text></TEI>",
	  "title: Die Reise\nauthor: Muster, Anna\nsource: Die Reise\ndate: 1813-00-00\nbody: Die Reise\n\nEr\xC5\xBFter Brief\n\nDie Unter-\n\xC5\xBFuchung Carls Thal Zugbr\xC3\xBC" "cke\n--\n" },
	{ "TEI of a newspaper: each article, and what stands between them",
	  "<TEI xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader><fileDesc><titleStmt><title type=\"main\">Allgemeine Zeitung. Nr. 14</title></titleStmt>"
	  "<sourceDesc><biblFull><publicationStmt><date type=\"publication\">1848-01-14</date></publicationStmt><seriesStmt><title level=\"j\">Allgemeine Zeitung</title></seriesStmt></biblFull></sourceDesc></fileDesc></teiHeader>"
	  "<text><body><div type=\"jPoliticalNews\"><head>Deut\xC5\xBF" "chland.</head><div type=\"jArticle\"><head>Bayern.</head><p>Heute.</p><head>Nachtrag</head></div>"
	  "<div type=\"jArticle\"><p>Ohne Kopf.</p></div></div><div type=\"jAnnouncements\"><p>M\xC3\xB6" "bel</p></div></body></text></TEI>",
	  "title: Bayern.\nsource: Allgemeine Zeitung\ndate: 1848-01-14\nbody: Heute.\n\nNachtrag\n--\n"
	  "source: Allgemeine Zeitung\ndate: 1848-01-14\nbody: Ohne Kopf.\n--\n"
	  "title: Allgemeine Zeitung. Nr. 14\nsource: Allgemeine Zeitung\ndate: 1848-01-14\nbody: Deut\xC5\xBF" "chland.\n\nM\xC3\xB6" "bel\n--\n" },
	{ "ALTO: halves of words by SUBS_CONTENT, by HYP, by the double hyphen of Fraktur; other readings; two boxes for what was cut",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v3#\"><Description><MeasurementUnit>pixel</MeasurementUnit><sourceImageInformation><fileName>4.tif</fileName></sourceImageInformation></Description>"
	  "<Styles><TextStyle ID=\"T\" FONTSIZE=\"9\"/></Styles><Layout><Page ID=\"P1\" PHYSICAL_IMG_NR=\"4\" HEIGHT=\"4000\" WIDTH=\"3000\"><TopMargin ID=\"m\"/><PrintSpace><ComposedBlock ID=\"c\">"
	  "<TextBlock ID=\"b1\"><TextLine HPOS=\"100\" VPOS=\"200\" WIDTH=\"500\" HEIGHT=\"40\"><String CONTENT=\"Der\" HPOS=\"100\" VPOS=\"205\" WIDTH=\"50\" HEIGHT=\"30\" WC=\"1.0\"/><SP WIDTH=\"20\"/>"
	  "<String CONTENT=\"Truppen\" SUBS_TYPE=\"HypPart1\" SUBS_CONTENT=\"Truppenaufmarsch\" HPOS=\"170.6\" VPOS=\"205\" WIDTH=\"120\" HEIGHT=\"30\" WC=\"0.57\"/><HYP CONTENT=\"-\"/></TextLine>"
	  "<TextLine HPOS=\"100\" VPOS=\"250\" WIDTH=\"500\" HEIGHT=\"40\"><String CONTENT=\"aufmarsch\" SUBS_TYPE=\"HypPart2\" SUBS_CONTENT=\"Truppenaufmarsch\" HPOS=\"100\" VPOS=\"250\" WIDTH=\"140\" HEIGHT=\"30\"/><SP/>"
	  "<String CONTENT=\"be\" HPOS=\"260\" WIDTH=\"30\" VPOS=\"250\" HEIGHT=\"30\"/><HYP CONTENT=\"&#173;\"/></TextLine>"
	  "<TextLine HPOS=\"100\" VPOS=\"300\" WIDTH=\"500\" HEIGHT=\"40\"><String CONTENT=\"gann\" HPOS=\"100\" WIDTH=\"60\" VPOS=\"300\" HEIGHT=\"30\"><ALTERNATIVE PURPOSE=\"OCR\">Kann</ALTERNATIVE><Glyph CONTENT=\"g\"/></String><SP/>"
	  "<String CONTENT=\"Unterſuchungs=\" HPOS=\"200\" WIDTH=\"160\" VPOS=\"300\" HEIGHT=\"30\"/></TextLine></TextBlock></ComposedBlock><Illustration ID=\"i\"/>"
	  "<TextBlock ID=\"b2\"><TextLine HPOS=\"100\" VPOS=\"340\" WIDTH=\"500\" HEIGHT=\"40\"><String CONTENT=\"haft.\" HPOS=\"100\" WIDTH=\"60\" VPOS=\"340\" HEIGHT=\"30\"/></TextLine></TextBlock>"
	  "<TextBlock ID=\"b3\"><TextLine><String CONTENT=\"a=\"/><String CONTENT=\"b\"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>",
	  "body: Der Truppenaufmarsch be-\ngann Unterſuchungs⸗\nhaft.\n\na= b\n"
	  "  Der [4] 100,200 50x40\n  Truppenaufmarsch [4] 170,200 120x40 57 %\n  Truppenaufmarsch [4] 100,250 140x40\n  be- [4] 260,250 30x40\n  gann [4] 100,300 60x40\n"
	  "  Unterſuchungs⸗ [4] 200,300 160x40\n  haft. [4] 100,340 60x40\n  a= [4] 0,0 0x0\n  b [4] 0,0 0x0\n  or at 25: Kann\n--\n" },
	{ "ALTO without boxes, prefixed; a half whose whole is not said to go on",
	  "<a:alto xmlns:a=\"http://www.loc.gov/standards/alto/ns-v2#\"><a:Layout><a:Page ID=\"p\"><a:PrintSpace><a:TextBlock><a:TextLine><a:String CONTENT=\"Zug\" SUBS_TYPE=\"HypPart1\" SUBS_CONTENT=\"Zugführer\"/></a:TextLine>"
	  "<a:TextLine><a:String CONTENT=\"führer\" SUBS_TYPE=\"HypPart2\" SUBS_CONTENT=\"Zugführer\"/><a:String CONTENT=\"kam\"/></a:TextLine></a:TextBlock></a:PrintSpace></a:Page></a:Layout></a:alto>",
	  "body: Zugführer kam\n--\n" },
	{ "ALTO of two pages is two articles, with their numbers for ids",
	  "<alto><Layout><Page PHYSICAL_IMG_NR=\"1\"><PrintSpace><TextBlock><TextLine><String CONTENT=\"eins\"/></TextLine></TextBlock></PrintSpace></Page>"
	  "<Page PHYSICAL_IMG_NR=\"2\"/><Page PHYSICAL_IMG_NR=\"3\"><PrintSpace><TextBlock><TextLine><String CONTENT=\"drei\"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>",
	  "id: 1\nbody: eins\n--\nid: 3\nbody: drei\n--\n" },
	{ "PAGE: regions in the order of reading, words before lines, the first reading before the others",
	  "<PcGts xmlns=\"http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15\"><Metadata><Creator>nicht</Creator></Metadata><Page imageFilename=\"0005.jpg\">"
	  "<ReadingOrder><OrderedGroup id=\"g\"><RegionRefIndexed index=\"0\" regionRef=\"r2\"/><RegionRefIndexed index=\"1\" regionRef=\"r1\"/></OrderedGroup></ReadingOrder>"
	  "<TextRegion id=\"r1\"><Coords points=\"0,0 10,0\"/><TextLine id=\"l1\"><Coords points=\"10,20 110,20 110,40 10,40\"/><TextEquiv><Unicode>Zweite Re-</Unicode></TextEquiv></TextLine>"
	  "<TextLine><Coords points=\"10,50 99,60\"/><TextEquiv><Unicode>gion</Unicode></TextEquiv></TextLine><TextEquiv><Unicode>Zweite Region</Unicode></TextEquiv></TextRegion>"
	  "<TextRegion id=\"r2\"><TextLine id=\"l2\"><Coords points=\"10,220 110,220 110,240 10,240\"/><Word id=\"w\"><Coords points=\"10,221 50,221 50,239 10,239\"/><Glyph><TextEquiv><Unicode>E</Unicode></TextEquiv></Glyph>"
	  "<TextEquiv index=\"1\" conf=\"0.8\"><PlainText/><Unicode>Erste</Unicode></TextEquiv><TextEquiv index=\"2\"><Unicode>Ernste</Unicode></TextEquiv></Word><TextEquiv><Unicode>Erste nein</Unicode></TextEquiv></TextLine></TextRegion>"
	  "<ImageRegion id=\"i\"><Coords points=\"1,1 2,2\"/></ImageRegion></Page></PcGts>",
	  "body: Erste\n\nZweite Re-\ngion\n  Erste [0005.jpg] 10,220 40x20 80 %\n  Zweite [0005.jpg] 10,20 100x20\n  Re- [0005.jpg] 10,20 100x20\n  gion [0005.jpg] 10,50 89x10\n  or at 0: Ernste\n--\n" },
	{ "hOCR as Tesseract writes it",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n"
	  "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"de\"><head><title>nicht</title><meta name='ocr-system' content='tesseract 5.3.0'/></head><body>"
	  "<div class='ocr_page' id='page_1' title='image \"a.png\"; bbox 0 0 800 600; ppageno 6'><div class='ocr_carea' id='block_1_1'><p class='ocr_par' lang='deu'>"
	  "<span class='ocr_line' title=\"bbox 10 10 300 40; baseline 0 -5\"><span class='ocrx_word' title='bbox 10 12 90 38; x_wconf 91'><strong>Neue</strong></span> <span class='ocrx_word' title='bbox 100 12 200 38; x_wconf 55'>Brü-</span></span>"
	  "<span class='ocr_line' title='bbox 10 50 300 80'><span class='ocrx_word' title='bbox 10 50 60 80'>cke</span></span></p></div></div></body></html>",
	  "body: Neue Brü-\ncke\n  Neue [7] 10,10 80x30 91 %\n  Brü- [7] 100,10 100x30 55 %\n  cke [7] 10,50 50x30\n--\n" },
	{ "any XML: elements side by side are lines, within a word they do not part it",
	  "<?xml version=\"1.0\"?>\n<satz><!-- nicht --><name>M\xC3\xBCller</name><ort>K\xC3\xB6ln</ort>\n <x>Wort<b>teil</b>e</x>\n<?nicht das?><title>Kopf</title><y>1 &lt; 2</y><leer/></satz>",
	  "title: Kopf\nbody: M\xC3\xBCller\nK\xC3\xB6ln\nWortteile\n1 < 2\n--\n" },
	{ "an empty document holds no article", "<?xml version=\"1.0\"?><leer/>", "" },
	{ "entities of the document's own, and HTML's without a document type",
	  "<!DOCTYPE a [<!ENTITY stadt \"K\xC3\xB6ln\"><!ENTITY und \"&#38;#38;\">]><a>&stadt; &und; &uuml;ber&shy;all &unbekannt;</a>",
	  "body: K\xC3\xB6ln & \xC3\xBC" "ber\xC2\xAD" "all\n--\nline 1: &unbekannt; is not declared\n" },
	{ "an external entity is not fetched, the rest is read, and it is told",
	  "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<nitf><body>Vor &x; nach</body></nitf>",
	  "body: Vor nach\n--\nline 2: &x; is outside the file: nothing is fetched\n" },
	{ "an external document type and its parameter entities are not fetched",
	  "<?xml version=\"1.0\"?><!DOCTYPE l SYSTEM \"http://127.0.0.1:9/x.dtd\" [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]><l>x</l>", "body: x\n--\n" },
	{ "entities made of entities are a bomb",
	  "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"Lach\"><!ENTITY b \"&a;&a;\">]>\n<nitf><body>&b;</body></nitf>",
	  "line 2: entity &b; is made of other entities or of markup: it is not expanded\n" },
	{ "what is not well-formed is named with its line", "<?xml version=\"1.0\"?>\n<a>\n<b>x</a>", "line 3: XML, column 7: mismatched tag\n" },
	{ "articles before the damage are read",
	  "<rss><channel><item><title>a</title></item>\n<item><title>b</item></channel></rss>", "title: a\n--\nline 2: XML, column 17: mismatched tag\n" },
	{ "a byte of CP1252 in UTF-8 is damage, not the encoding of all",
	  "<?xml version=\"1.0\"?>\n<a>K\xC3\xB6ln und M\xC3\xBCnchen, die Stra\xC3\x9F" "e\nnach S\xC3\xBC" "den und \xC3\x9C" "ber\n\xDF</a>",
	  "line 4: XML, column 1: not well-formed (invalid token)\n" },
	{ "a control character is no XML", "<?xml version=\"1.0\"?><a>x\x01</a>", "line 1: XML, column 26: not well-formed (invalid token)\n" },
};

START_TEST(each_format_gives_the_fields_that_its_standard_names)
{
	ck_described("a.xml", slice_str(samples[_i].xml), samples[_i].expected);
}
END_TEST

static const struct {
	const char *what, *bytes;
	size_t len; /* 0: up to the NUL */
} encodings[] = {
	{ "declared CP1252", "<?xml version='1.0' encoding='windows-1252'?><a>\x84" "Stra\xDF" "e\x93</a>", 0 },
	{ "CP1252 said to be Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\x84" "Stra\xDF" "e\x93</a>", 0 },
	{ "CP1252 said to be UTF-8", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\x84" "Stra\xDF" "e\x93</a>", 0 },
	{ "CP1252 that says nothing", "<?xml version=\"1.0\"?><a>\x84" "Stra\xDF" "e\x93</a>", 0 },
	{ "UTF-8", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\xE2\x80\x9EStra\xC3\x9F" "e\xE2\x80\x9C</a>", 0 },
	{ "UTF-8 said to be UTF-16", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>\xE2\x80\x9EStra\xC3\x9F" "e\xE2\x80\x9C</a>", 0 },
	{ "UTF-8 with a mark, said to be Latin-1", "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xE2\x80\x9EStra\xC3\x9F" "e\xE2\x80\x9C</a>", 0 },
	{ "Mac Roman", "<?xml version=\"1.0\" encoding=\"macintosh\"?><a>\xE3Stra\xA7" "e\xD2</a>", 0 },
	{ "UTF-16 with a mark", "\xFF\xFE<\0a\0>\0\x1E\x20S\0t\0r\0a\0\xDF\0e\0\x1C\x20<\0/\0a\0>\0", 32 },
	{ "UTF-16 without", "\0<\0a\0>\x20\x1E\0S\0t\0r\0a\0\xDF\0e\x20\x1C\0<\0/\0a\0>", 30 },
};

START_TEST(an_encoding_is_what_the_bytes_can_be)
{
	struct slice bytes = encodings[_i].len ? slice_of(encodings[_i].bytes, encodings[_i].len) : slice_str(encodings[_i].bytes);
	ck_described("a.xml", bytes, "body: \xE2\x80\x9EStra\xC3\x9F" "e\xE2\x80\x9C\n--\n");
}
END_TEST

START_TEST(an_encoding_that_nobody_knows_is_an_error)
{
	ck_described("a.xml", SLICE_LIT("<?xml version=\"1.0\" encoding=\"x-neu\"?><a>x</a>"), "line 1: XML, column 31: unknown encoding\n");
	ck_described("a.xml", SLICE_LIT("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a>x</a>"), "line 1: XML, column 31: unknown encoding\n");
}
END_TEST

static const struct {
	const char *name, *bytes, *expected;
} names[] = {
	{ "a.xml", "kein XML", "line 1: XML, column 1: syntax error\n" },
	{ "a.rss", "", "" },
	{ "a.txt", "<?xml version=\"1.0\"?><a>x</a>", "body: x\n--\n" }, /* content before the name */
	{ "a.txt", "<a>x</a>", "body: <a>x</a>\n--\n" },
	{ "a", "  <rss><channel><item><title>t</title></item></channel></rss>", "title: t\n--\n" },
};

START_TEST(content_counts_more_than_the_name)
{
	ck_described(names[_i].name, slice_str(names[_i].bytes), names[_i].expected);
}
END_TEST

START_TEST(elements_nested_too_deep_are_an_error)
{
	struct buf b = BUF_INIT, out = BUF_INIT;
	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq(buf_add_str(&b, "<a>"), FUND_OK);
	describe("a.xml", slice_buf(&b), &out);
	ck_assert_str_eq(buf_str(&out), "line 1: elements are nested more than 500 deep\n");
	buf_release(&b);
	buf_release(&out);
}
END_TEST

START_TEST(attributes_do_not_expand_without_bound)
{
	struct buf b = BUF_INIT, out = BUF_INIT;
	ck_assert_int_eq(buf_add_str(&b, "<!DOCTYPE l [<!ENTITY a0 \"Lachen und mehr\">"), FUND_OK);
	for (int i = 1; i < 12; i++)
		buf_add_format(&b, "<!ENTITY a%d \"&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;\">", i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_add_str(&b, "]><l x='&a11;'>x</l>");
	describe("a.xml", slice_buf(&b), &out);
	ck_assert_msg(strstr(buf_str(&out), "amplification"), "%s", buf_str(&out));
	buf_release(&b);
	buf_release(&out);
}
END_TEST

/* ---- damaged bytes ---- */

START_TEST(each_prefix_of_a_sample_is_read_or_an_error)
{
	const char *xml = samples[_i].xml;
	struct buf out = BUF_INIT;
	for (size_t len = 0; len < strlen(xml); len++) {
		buf_reset(&out);
		describe("a.xml", slice_of(xml, len), &out);
	}
	buf_release(&out);
}
END_TEST

START_TEST(each_flipped_byte_of_a_sample_is_read_or_an_error)
{
	size_t len = strlen(samples[_i].xml);
	char *xml = strdup(samples[_i].xml);
	struct buf out = BUF_INIT;
	uint64_t state = (uint64_t)_i + 1;
	ck_assert_ptr_nonnull(xml);
	for (size_t i = 0; i < len; i++) {
		char was = xml[i];
		xml[i] = (char)(was ^ (1 << random_below(&state, 8)));
		buf_reset(&out);
		describe("a.xml", slice_of(xml, len), &out);
		xml[i] = was;
	}
	buf_release(&out);
	free(xml);
}
END_TEST

Suite *suite_readers_xml(void)
{
	Suite *s = suite_create("readers_xml");
	TCase *t = tcase_create("xml");
	const int n = sizeof samples / sizeof *samples;

	tcase_add_checked_fixture(t, set_up, tear_down);
	if (has_expat) {
		tcase_add_loop_test(t, each_format_gives_the_fields_that_its_standard_names, 0, n);
		tcase_add_loop_test(t, an_encoding_is_what_the_bytes_can_be, 0, sizeof encodings / sizeof *encodings);
		tcase_add_test(t, an_encoding_that_nobody_knows_is_an_error);
		tcase_add_loop_test(t, content_counts_more_than_the_name, 0, sizeof names / sizeof *names);
		tcase_add_test(t, elements_nested_too_deep_are_an_error);
		tcase_add_test(t, attributes_do_not_expand_without_bound);
	}
	tcase_add_loop_test(t, each_prefix_of_a_sample_is_read_or_an_error, 0, n);
	tcase_add_loop_test(t, each_flipped_byte_of_a_sample_is_read_or_an_error, 0, n);
	suite_add_tcase(s, t);
	return s;
}
