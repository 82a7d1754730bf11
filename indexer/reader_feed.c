/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_feed.c - RSS (0.91 to 2.0, and 1.0 as RDF) and Atom: an article an item. Archives keep them as what was published, item by item.
 *
 * Source   RSS 2.0 (rssboard.org), RFC 4287, the modules Dublin Core and Content. Their prefixes are those that everybody uses.
 */
#include "indexer/xml_reader.h"

static const struct xml_rule rss_rules[] = {
	{ .element = "channel", .to = XML_NOWHERE },
	{ .element = "item", .to = XML_NOWHERE, .how = XML_ARTICLE },
	{ .element = "image", .to = XML_NOWHERE },
	{ .element = "textinput", .to = XML_NOWHERE },
	{ .element = "textInput", .to = XML_NOWHERE },
	{ .element = "title", .within = "item", .to = XML_TITLE, .how = XML_INSTEAD | XML_HTML },
	{ .element = "guid", .within = "item", .to = XML_ID, .how = XML_INSTEAD },
	{ .element = "link", .within = "item", .to = XML_ID, .how = XML_FIRST },
	{ .element = "content:encoded", .within = "item", .to = XML_BODY, .how = XML_INSTEAD | XML_HTML },
	{ .element = "encoded", .within = "item", .to = XML_BODY, .how = XML_INSTEAD | XML_HTML },
	{ .element = "description", .within = "item", .to = XML_LEAD, .how = XML_INSTEAD | XML_HTML },
	{ .element = "dc:description", .within = "item", .to = XML_LEAD, .how = XML_FIRST | XML_HTML },
	{ .element = "pubDate", .within = "item", .to = XML_DATE, .how = XML_INSTEAD },
	{ .element = "dc:date", .within = "item", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "dcterms:issued", .within = "item", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "author", .within = "item", .to = XML_AUTHOR, .how = XML_FIRST },
	{ .element = "dc:creator", .within = "item", .to = XML_AUTHOR, .how = XML_LIST },
	{ .element = "category", .within = "item", .to = XML_SECTION, .how = XML_LIST },
	{ .element = "dc:subject", .within = "item", .to = XML_SECTION, .how = XML_FIRST },
	{ .element = "source", .within = "item", .to = XML_SOURCE, .how = XML_INSTEAD },
	{ .element = "dc:source", .within = "item", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = "title", .within = "image", .to = XML_NOWHERE },
	{ .element = "title", .within = "channel", .to = XML_SOURCE, .how = XML_FIRST },
	{ .element = NULL },
};

static const struct xml_rule atom_rules[] = {
	{ .element = "feed", .to = XML_NOWHERE },
	{ .element = "entry", .to = XML_NOWHERE, .how = XML_ARTICLE },
	{ .element = "source", .within = "entry", .to = XML_NOWHERE }, /* the feed that an entry was taken from: its fields are not the entry's */
	{ .element = "title", .within = "source", .to = XML_SOURCE, .how = XML_INSTEAD | XML_MAYBE_HTML },
	{ .element = "id", .within = "source", .to = XML_NOWHERE },
	{ .element = "updated", .within = "source", .to = XML_NOWHERE },
	{ .element = "author", .within = "source", .to = XML_NOWHERE },
	{ .element = "name", .within = "source", .to = XML_NOWHERE },
	{ .element = "category", .within = "source", .to = XML_NOWHERE },
	{ .element = "title", .within = "entry", .to = XML_TITLE, .how = XML_INSTEAD | XML_MAYBE_HTML },
	{ .element = "id", .within = "entry", .to = XML_ID, .how = XML_INSTEAD },
	{ .element = "published", .within = "entry", .to = XML_DATE, .how = XML_INSTEAD },
	{ .element = "updated", .within = "entry", .to = XML_DATE, .how = XML_FIRST },
	{ .element = "content", .within = "entry", .to = XML_BODY, .how = XML_INSTEAD | XML_MAYBE_HTML },
	{ .element = "summary", .within = "entry", .to = XML_LEAD, .how = XML_INSTEAD | XML_MAYBE_HTML },
	{ .element = "author", .within = "entry", .to = XML_NOWHERE },
	{ .element = "name", .within = "author", .to = XML_AUTHOR, .how = XML_LIST },
	{ .element = "category", .within = "entry", .attribute = "term", .to = XML_SECTION, .how = XML_LIST },
	{ .element = "title", .within = "feed", .to = XML_SOURCE, .how = XML_FIRST | XML_MAYBE_HTML },
	{ .element = NULL },
};

static const struct xml_dialect rss = { .name = "RSS", .rules = rss_rules, .many = true, .lead_may_be_body = true };
static const struct xml_dialect atom = { .name = "Atom", .rules = atom_rules, .many = true, .lead_may_be_body = true };

static int rss_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole, (void)name;
	int rdf = xml_root_is(head, "RDF", "http://purl.org/rss/1.0/");
	return rdf ? rdf : xml_root_is(head, "rss", NULL);
}

static int atom_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole, (void)name;
	int feed = xml_root_is(head, "feed", "http://www.w3.org/2005/Atom"), old = xml_root_is(head, "feed", "http://purl.org/atom/ns#");
	return feed ? feed : old ? old : xml_root_is(head, "entry", "http://www.w3.org/2005/Atom");
}

static enum fund_status rss_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return xml_reader_open(out, in, &rss, why);
}

static enum fund_status atom_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path, (void)limits;
	return xml_reader_open(out, in, &atom, why);
}

const struct reader_format reader_rss = { "RSS", false, rss_recognise, rss_open, xml_reader_next, xml_reader_close };
const struct reader_format reader_atom = { "Atom", false, atom_recognise, atom_open, xml_reader_next, xml_reader_close };
