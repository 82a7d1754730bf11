/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader.h - the interface behind which each format is one file: reader_text.c, reader_jsonl.c …
 *
 * A format says how sure it is of a file's first bytes and name, and reads articles one after the other from an input.
 */
#ifndef INDEXER_READER_H
#define INDEXER_READER_H

#include "indexer/article.h"
#include "indexer/file_reader.h"
#include "indexer/input.h"

struct reader; /* each format has its own behind this name */

struct reader_format {
	const char *name;   /* as --verbose and --show tell it */
	bool one_a_line;    /* records end at newlines: file_ranges() may cut there */
	/* 0: no; 100: certain by content. Higher wins; content outweighs the name. `head` holds up to 64 KiB, `whole`: that is all. */
	int (*recognise)(struct slice head, bool whole, struct slice name);
	enum fund_status (*open)(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why);
	/* As file_reader_next(). */
	enum fund_status (*next)(struct reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why);
	void (*close)(struct reader *r); /* NULL is allowed */
};

extern const struct reader_format reader_text, reader_jsonl, reader_json, reader_html, reader_table, reader_mbox, reader_mail, reader_pdf;
extern const struct reader_format reader_nitf, reader_newsml_g2, reader_newsml1, reader_rss, reader_atom, reader_tei, reader_alto, reader_page,
	reader_hocr, reader_mets, reader_xml; /* with expat */
extern const struct reader_format *const reader_formats[]; /* all, ends with NULL: formats.c */

#endif
