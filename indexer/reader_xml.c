/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_xml.c - any other XML: its text. Elements that touch (</name><place>) stand on lines of their own, those within a word do not part it.
 */
#include "indexer/xml_reader.h"

static const struct xml_rule rules[] = {
	{ .element = "title", .to = XML_TITLE, .how = XML_FIRST },
	{ .element = NULL },
};

static const struct xml_dialect xml = { .name = "XML", .rules = rules, .more = xml_text_rules, .whole = true, .local_names = true, .split_adjacent = true };

/* Certain by its prolog; a root alone, or the name alone, is less. XHTML is not for here. */
static int xml_recognise(struct slice head, bool whole, struct slice name)
{
	struct xml_sniff s;
	(void)whole;
	xml_sniff(&s, head);
	bool named = slice_ends_in(name, ".xml") || slice_ends_in(name, ".rss") || slice_ends_in(name, ".atom");
	if (slice_equal(s.name, SLICE_LIT("html")) || slice_equal(s.name, SLICE_LIT("HTML")))
		return 0;
	return s.prolog ? 60 : named ? 45 : 0;
}

static enum fund_status xml_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return xml_reader_open(out, in, &xml, why);
}

const struct reader_format reader_xml = { "XML", false, xml_recognise, xml_open, xml_reader_next, xml_reader_close };
