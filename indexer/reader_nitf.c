/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_nitf.c - News Industry Text Format (IPTC), 2.5 to 3.6: one article a file.
 *
 * Source   the element references of nitf-3-6.dtd: head/docdata, body/body.head, body/body.content.
 */
#include "indexer/xml_reader.h"

static const struct xml_rule rules[] = {
	{ .element = "head", .to = XML_NOWHERE },
	{ .element = "doc-id", .within = "head", .attribute = "id-string", .to = XML_ID, .how = XML_FIRST },
	{ .element = "date.issue", .within = "head", .attribute = "norm", .to = XML_DATE, .how = XML_INSTEAD },
	{ .element = "date.release", .within = "head", .attribute = "norm", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "pubdata", .within = "head", .attribute = "name", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = "fixture", .within = "head", .attribute = "fix-id", .to = XML_SECTION, .how = XML_FIRST },
	{ .element = "tobject.subject", .within = "head", .attribute = "tobject.subject.type", .to = XML_SECTION, .how = XML_FIRST },
	{ .element = "title", .within = "head", .to = XML_TITLE },
	{ .element = "body", .to = XML_BODY },
	{ .element = "body.head", .within = "body", .to = XML_NOWHERE },
	{ .element = "hl1", .within = "body.head", .to = XML_TITLE, .how = XML_INSTEAD },
	{ .element = "hl2", .within = "body.head", .to = XML_LEAD, .how = XML_PARAGRAPH },
	{ .element = "headline", .within = "body.head", .to = XML_TITLE, .how = XML_INSTEAD },
	{ .element = "abstract", .within = "body.head", .to = XML_LEAD, .how = XML_PARAGRAPH },
	{ .element = "bytag", .within = "byline", .to = XML_NOWHERE },
	{ .element = "byttl", .within = "byline", .to = XML_NOWHERE },
	{ .element = "byline", .within = "body.head", .to = XML_AUTHOR, .how = XML_LIST },
	{ .element = "distributor", .within = "body.head", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = "dateline", .within = "body.head", .to = XML_NOWHERE },
	{ .element = "story.date", .within = "dateline", .attribute = "norm", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "media", .to = XML_NOWHERE },
	{ .element = "media-caption", .within = "media", .to = XML_BODY, .how = XML_PARAGRAPH },
	{ .element = NULL },
};

static const struct xml_dialect nitf = { .name = "NITF", .rules = rules, .more = xml_text_rules, .whole = true, .local_names = true };

static int nitf_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole, (void)name;
	return xml_root_is(head, "nitf", NULL);
}

static enum fund_status nitf_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return xml_reader_open(out, in, &nitf, why);
}

const struct reader_format reader_nitf = { "NITF", false, nitf_recognise, nitf_open, xml_reader_next, xml_reader_close };
