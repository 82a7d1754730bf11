/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml_text.h - running text put together from pieces: white space as XML has it becomes one blank, ends of lines and of paragraphs are what
 * the markup says.
 *
 * Bytes    UTF-8, blanks single, lines end with '\n', paragraphs with an empty line; neither at the beginning nor at the end.
 */
#ifndef INDEXER_XML_TEXT_H
#define INDEXER_XML_TEXT_H

#include "base/bytes.h"

#define XML_TEXT_MAX ((size_t)64 << 20) /* bytes of one field */

/* What stands before the next character; the strongest counts. */
enum xml_gap { XML_GAP_NONE, XML_GAP_BLANK, XML_GAP_LINE, XML_GAP_PARAGRAPH, XML_GAP_JOINT /* nothing, whatever white space is there */ };

struct xml_text {
	struct buf buf;
	enum xml_gap gap;
	enum fund_status status; /* of the first failure: FUND_NO_MEMORY, FUND_LIMIT; nothing is added after it */
};

void xml_text_reset(struct xml_text *t);   /* also on {0} */
void xml_text_release(struct xml_text *t); /* also on {0}; leaves {0} */
void xml_text_add(struct xml_text *t, struct slice s);     /* white space folded */
void xml_text_add_raw(struct xml_text *t, struct slice s); /* as it is, behind the gap that is due */
static inline void xml_text_gap(struct xml_text *t, enum xml_gap gap) { t->gap = gap > t->gap ? gap : t->gap; }
static inline struct slice xml_text_slice(const struct xml_text *t) { return slice_buf(&t->buf); }

#endif
