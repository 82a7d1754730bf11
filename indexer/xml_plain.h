/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml_plain.h - an empty element as nearly all are written, taken without a parser: <String ID="s1" HPOS="10"/>, in UTF-8.
 *
 * Names    letters and digits of ASCII, '_', '-', '.', ':'.
 * Values   behind '=' and a quote: valid characters, no reference, no tab or line end (which would become blanks).
 * What is taken means the same to any parser of XML, as long as no DTD says more of it; all else is left to one.
 */
#ifndef INDEXER_XML_PLAIN_H
#define INDEXER_XML_PLAIN_H

#include "base/bytes.h"

#define XML_PLAIN_ATTRIBUTES 32u
#define XML_PLAIN_BYTES 1024u

enum xml_plain_kind {
	XML_PLAIN_EMPTY,  /* an empty element: name and attributes are there */
	XML_PLAIN_OTHER,  /* another tag, up to t->end */
	XML_PLAIN_CUT,	  /* its end is not among these bytes */
	XML_PLAIN_STRANGE /* a comment, an instruction, a section, a blank around '=', no XML: nobody but a parser knows where it ends */
};

/* A tag; all its strings are in `bytes`, valid until the next. */
struct xml_plain {
	const uint8_t *end; /* behind it, in the bytes that were looked at */
	const char *name, *attributes[2 * XML_PLAIN_ATTRIBUTES + 1]; /* as in xml_stream.h */
	uint32_t lines;	    /* line ends in it */
	size_t columns;	    /* characters behind the last of them, or all */
	char bytes[XML_PLAIN_BYTES];
};

/* The tag that begins at p, with '<'; p < end. */
enum xml_plain_kind xml_plain_take(struct xml_plain *t, const uint8_t *p, const uint8_t *end);

#endif
