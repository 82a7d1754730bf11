/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_newsml.c - NewsML-G2 (also as a newsMessage of several items) and NewsML 1, as agencies send them.
 *
 * Source   IPTC, NewsML-G2 Specification: newsItem/itemMeta, contentMeta, contentSet/inlineXML; NewsML 1.2 Functional Specification:
 *          NewsItem/NewsManagement, NewsComponent/NewsLines, ContentItem/DataContent. The text itself is XHTML or NITF.
 */
#include "indexer/xml_reader.h"

static const struct xml_rule g2_rules[] = {
	{ .element = "newsItem", .attribute = "guid", .to = XML_ID, .how = XML_ARTICLE | XML_FIRST },
	{ .element = "itemMeta", .to = XML_NOWHERE },
	{ .element = "provider", .within = "itemMeta", .attribute = "literal", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = "name", .within = "itemMeta", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = "versionCreated", .within = "itemMeta", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "firstCreated", .within = "itemMeta", .to = XML_DATE, .how = XML_INSTEAD },
	{ .element = "title", .within = "itemMeta", .to = XML_TITLE, .how = XML_FIRST },
	{ .element = "contentMeta", .to = XML_NOWHERE },
	{ .element = "contentCreated", .within = "contentMeta", .to = XML_DATE, .how = XML_INSTEAD },
	{ .element = "contentModified", .within = "contentMeta", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "headline", .within = "contentMeta", .to = XML_TITLE, .how = XML_INSTEAD },
	{ .element = "by", .within = "contentMeta", .to = XML_AUTHOR, .how = XML_INSTEAD },
	{ .element = "creator", .within = "contentMeta", .to = XML_NOWHERE },
	{ .element = "name", .within = "creator", .to = XML_AUTHOR, .how = XML_FIRST },
	{ .element = "subject", .within = "contentMeta", .to = XML_NOWHERE },
	{ .element = "name", .within = "subject", .to = XML_SECTION, .how = XML_LIST },
	{ .element = "description", .within = "contentMeta", .to = XML_LEAD, .how = XML_FIRST },
	{ .element = "contentSet", .to = XML_NOWHERE },
	{ .element = "inlineXML", .within = "contentSet", .to = XML_BODY },
	{ .element = "inlineData", .within = "contentSet", .to = XML_BODY, .how = XML_HTML },
	{ .element = "head", .within = "inlineXML", .to = XML_NOWHERE },
	{ .element = "body.head", .within = "inlineXML", .to = XML_NOWHERE },
	{ .element = NULL },
};

static const struct xml_rule newsml1_rules[] = {
	{ .element = "NewsItem", .to = XML_NOWHERE, .how = XML_ARTICLE },
	{ .element = "NewsIdentifier", .to = XML_NOWHERE },
	{ .element = "PublicIdentifier", .within = "NewsIdentifier", .to = XML_ID, .how = XML_INSTEAD },
	{ .element = "NewsItemId", .within = "NewsIdentifier", .to = XML_ID, .how = XML_FIRST },
	{ .element = "NewsManagement", .to = XML_NOWHERE },
	{ .element = "FirstCreated", .within = "NewsManagement", .to = XML_DATE, .how = XML_INSTEAD },
	{ .element = "ThisRevisionCreated", .within = "NewsManagement", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "DateId", .within = "NewsIdentifier", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "NewsLines", .to = XML_NOWHERE },
	{ .element = "HeadLine", .within = "NewsLines", .to = XML_TITLE, .how = XML_FIRST },
	{ .element = "SubHeadLine", .within = "NewsLines", .to = XML_LEAD, .how = XML_FIRST },
	{ .element = "ByLine", .within = "NewsLines", .to = XML_AUTHOR, .how = XML_FIRST },
	{ .element = "CreditLine", .within = "NewsLines", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = "AdministrativeMetadata", .to = XML_NOWHERE },
	{ .element = "Provider", .within = "AdministrativeMetadata", .to = XML_NOWHERE },
	{ .element = "Party", .within = "Provider", .attribute = "FormalName", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = "DescriptiveMetadata", .to = XML_NOWHERE },
	{ .element = "SubjectMatter", .within = "DescriptiveMetadata", .attribute = "FormalName", .to = XML_SECTION, .how = XML_LIST },
	{ .element = "ContentItem", .to = XML_NOWHERE },
	{ .element = "DataContent", .within = "ContentItem", .to = XML_BODY, .how = XML_PARAGRAPH },
	{ .element = "head", .within = "DataContent", .to = XML_NOWHERE },
	{ .element = "body.head", .within = "DataContent", .to = XML_NOWHERE },
	{ .element = NULL },
};

static const struct xml_dialect g2 = { .name = "NewsML-G2", .rules = g2_rules, .more = xml_text_rules, .many = true, .local_names = true };
static const struct xml_dialect newsml1 = { .name = "NewsML", .rules = newsml1_rules, .more = xml_text_rules, .many = true, .local_names = true };

static int g2_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole, (void)name;
	int message = xml_root_is(head, "newsMessage", NULL);
	return message ? message : xml_root_is(head, "newsItem", NULL);
}

static int newsml1_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole, (void)name;
	return xml_root_is(head, "NewsML", NULL);
}

static enum fund_status g2_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return xml_reader_open(out, in, &g2, why);
}

static enum fund_status newsml1_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return xml_reader_open(out, in, &newsml1, why);
}

const struct reader_format reader_newsml_g2 = { "NewsML-G2", false, g2_recognise, g2_open, xml_reader_next, xml_reader_close };
const struct reader_format reader_newsml1 = { "NewsML", false, newsml1_recognise, newsml1_open, xml_reader_next, xml_reader_close };
