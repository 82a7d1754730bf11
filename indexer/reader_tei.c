/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_tei.c - texts of the Text Encoding Initiative, P4 and P5: a file is an article; in newspapers of Deutsches Textarchiv each <div type="jArticle"> is
 * one, and what stands between them another.
 *
 * Source   TEI P5 Guidelines, chapters 2 (header), 3 (core), 4 (structure); the base format of Deutsches Textarchiv, "Zeitungen".
 * Text     as printed: of <choice> the original spelling, but corrected; without running heads, catchwords and signatures (<fw>).
 */
#include "indexer/xml_reader.h"

static const struct xml_rule rules[] = {
	{ .element = "teiCorpus", .to = XML_NOWHERE },
	{ .element = "TEI", .within = "teiCorpus", .to = XML_NOWHERE, .how = XML_ARTICLE },
	{ .element = "teiHeader", .to = XML_NOWHERE },
	{ .element = "encodingDesc", .to = XML_NOWHERE },
	{ .element = "revisionDesc", .to = XML_NOWHERE },
	{ .element = "fileDesc", .to = XML_NOWHERE },
	{ .element = "sourceDesc", .within = "fileDesc", .to = XML_NOWHERE },
	{ .element = "publicationStmt", .within = "fileDesc", .to = XML_NOWHERE },
	{ .element = "titleStmt", .within = "fileDesc", .to = XML_NOWHERE },
	{ .element = "seriesStmt", .within = "fileDesc", .to = XML_NOWHERE },
	/* where the text was printed: its date counts, not that of the edition */
	{ .element = "date", .within = "sourceDesc", .attribute = "when", .to = XML_DATE, .how = XML_INSTEAD, .when = "type", .is = "publication" },
	{ .element = "date", .within = "sourceDesc", .to = XML_DATE, .how = XML_INSTEAD, .when = "type", .is = "publication" },
	{ .element = "date", .within = "sourceDesc", .attribute = "when", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "date", .within = "sourceDesc", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "title", .within = "seriesStmt", .to = XML_SOURCE, .how = XML_INSTEAD, .when = "level", .is = "j" },
	{ .element = "title", .within = "sourceDesc", .to = XML_SOURCE, .how = XML_FIRST, .when = "level", .is = "j" },
	{ .element = "title", .within = "sourceDesc", .to = XML_SOURCE, .how = XML_FIRST, .when = "type", .is = "main" },
	{ .element = "title", .within = "sourceDesc", .to = XML_NOWHERE },
	{ .element = "author", .within = "sourceDesc", .to = XML_NOWHERE },
	{ .element = "title", .within = "titleStmt", .to = XML_TITLE, .how = XML_FIRST, .when = "type", .is = "main" },
	{ .element = "title", .within = "titleStmt", .to = XML_TITLE, .how = XML_FIRST },
	{ .element = "author", .within = "titleStmt", .to = XML_AUTHOR, .how = XML_LIST },
	{ .element = "idno", .within = "titleStmt", .to = XML_NOWHERE },
	{ .element = "text", .to = XML_BODY },
	{ .element = "div", .to = XML_BODY, .how = XML_ARTICLE | XML_PARAGRAPH, .when = "type", .is = "jArticle" },
	{ .element = "head", .within = "*", .to = XML_TITLE, .how = XML_FIRST },
	{ .element = "byline", .within = "*", .to = XML_AUTHOR, .how = XML_FIRST },
	{ .element = "fw", .to = XML_NOWHERE },
	{ .element = "figDesc", .to = XML_NOWHERE },
	{ .element = "choice", .to = XML_AS_BEFORE },
	{ .element = "sic", .within = "choice", .to = XML_NOWHERE },
	{ .element = "reg", .within = "choice", .to = XML_NOWHERE },
	{ .element = "expan", .within = "choice", .to = XML_NOWHERE },
	{ .element = "lb", .to = XML_AS_BEFORE, .how = XML_JOINT, .when = "break", .is = "no" },
	{ .element = "pb", .to = XML_AS_BEFORE, .how = XML_JOINT, .when = "break", .is = "no" },
	{ .element = "cb", .to = XML_AS_BEFORE, .how = XML_JOINT, .when = "break", .is = "no" },
	{ .element = "lb", .to = XML_AS_BEFORE, .how = XML_LINE },
	{ .element = "pb", .to = XML_AS_BEFORE, .how = XML_LINE },
	{ .element = "cb", .to = XML_AS_BEFORE, .how = XML_LINE },
	{ .element = "l", .to = XML_AS_BEFORE, .how = XML_LINE },
	{ .element = "item", .to = XML_AS_BEFORE, .how = XML_LINE },
	{ .element = "row", .to = XML_AS_BEFORE, .how = XML_LINE },
	{ .element = "cell", .to = XML_AS_BEFORE, .how = XML_BLANK },
	{ .element = "p", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "ab", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "head", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "div", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "lg", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "list", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "table", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "note", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "sp", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "opener", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "closer", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "dateline", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "byline", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "titlePart", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "docImprint", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "figure", .to = XML_AS_BEFORE, .how = XML_PARAGRAPH },
	{ .element = "quote", .to = XML_AS_BEFORE },
	{ .element = NULL },
};

static const struct xml_dialect tei = { .name = "TEI", .rules = rules, .whole = true, .local_names = true };

static int tei_recognise(struct slice head, bool whole, struct slice name)
{
	static const char *const roots[] = { "TEI", "TEI.2", "teiCorpus" };
	(void)whole, (void)name;
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (xml_root_is(head, roots[i], NULL))
			return 95;
	return 0;
}

static enum fund_status tei_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return xml_reader_open(out, in, &tei, why);
}

const struct reader_format reader_tei = { "TEI", false, tei_recognise, tei_open, xml_reader_next, xml_reader_close };
