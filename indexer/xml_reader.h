/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml_reader.h - what the readers of XML formats have in common: a format is a table that says which element goes where.
 *
 * An element without a rule is transparent: its text goes where its parent's does. Of the rules for one element the first whose conditions hold counts.
 * Articles inherit date, author, section and source from what stands around them.
 */
#ifndef INDEXER_XML_READER_H
#define INDEXER_XML_READER_H

#include "indexer/reader.h"
#include "indexer/xml_stream.h"
#include "indexer/xml_text.h"

enum xml_field {
	XML_ID, XML_TITLE, XML_LEAD, XML_BODY, XML_AUTHOR, XML_SECTION, XML_SOURCE, XML_DATE, XML_FIELDS,
	XML_NOWHERE = XML_FIELDS, /* nothing of it is read */
	XML_AS_BEFORE		  /* where the parent's text goes */
};

/* How an element is taken; a set. */
enum xml_how {
	XML_PARAGRAPH = 1, /* an empty line before and behind it */
	XML_LINE = 2,	   /* a new line before and behind it */
	XML_BLANK = 4,	   /* a blank before and behind it */
	XML_FIRST = 8,	   /* only where the field is still empty; else the next rule counts */
	XML_LIST = 16,	   /* several are told apart by ", " */
	XML_INSTEAD = 32,  /* replaces what the field has */
	XML_ARTICLE = 64,  /* an article begins and ends with it */
	XML_HTML = 128,	   /* what it holds is HTML: escaped, or as elements */
	XML_MAYBE_HTML = 256, /* the same where its attribute `type` says so */
	XML_JOINT = 512,   /* white space around it does not part a word */
};

struct xml_rule {
	const char *element; /* as xml_stream.h names it */
	const char *within;  /* an element with a rule of its own that is open around it; "*": an article; NULL: anywhere */
	const char *attribute; /* the text is this attribute's, which the element must have; NULL: the element's */
	enum xml_field to;
	unsigned how;	     /* set of enum xml_how */
	const char *when, *is; /* only where the element has this attribute with this value; NULL: always */
};

struct xml_dialect {
	const char *name;
	const struct xml_rule *rules; /* ends with an element NULL */
	const struct xml_rule *more;  /* those that count behind them; NULL: none */
	bool many;	       /* a file may hold several articles: keys get the id or the ordinal */
	bool whole;	       /* what stands outside of articles is one, too: of many files the only one */
	bool lead_may_be_body; /* a lead without a body is the body */
	bool local_names;      /* rules are for names without any prefix */
	bool split_adjacent;   /* elements side by side are lines: for XML of which nothing is known */
};

extern const struct xml_rule xml_text_rules[]; /* what XHTML, NITF and most others call a paragraph, a line, a cell */

enum fund_status xml_reader_open(struct reader **out, struct input *in, const struct xml_dialect *dialect, struct fault *why);
/* As struct reader_format has them. */
enum fund_status xml_reader_next(struct reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why);
void xml_reader_close(struct reader *r);

/* For recognise(): 95 when the root has that name and its tag holds `mark` (NULL: any), else 0. */
int xml_root_is(struct slice head, const char *root, const char *mark);

#endif
