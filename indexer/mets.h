/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mets.h - what a METS file says of an issue: its pages' files, its articles, and of which blocks of which pages each is made.
 *
 * Source   METS 1.12 (Library of Congress), fileSec and structMap; the profiles of docWorks (Luxembourg, Austria: articles with areas) and of Kitodo and SLUB
 *          (pages, linked by structLink or by the physical map).
 * Memory   in proportion to the METS file, which is the small one.
 */
#ifndef INDEXER_METS_H
#define INDEXER_METS_H

#include "base/arena.h"
#include "indexer/xml_stream.h"

/* A file of text: its ID and where it is. */
struct mets_file {
	struct slice id, href, label; /* label: of the page that it is of, in print or in order; empty: none */
};

/* A block of a page; an empty block: all of the page. */
struct mets_area {
	struct slice file, block;
	bool title; /* of the heading */
};

struct mets_article {
	struct slice id, label;
	uint32_t first, n; /* areas */
	uint32_t depth;
};

struct mets {
	struct arena arena;
	struct mets_file *files;
	struct mets_article *articles;
	struct mets_area *areas;
	uint32_t n_files, n_articles, n_areas;
	size_t cap_files, cap_articles, cap_areas;
	struct slice title, date, id; /* of the issue: the first MODS or Dublin Core has it */
	const char *encoding;
};

/* Fills m, which is {0}. Release it also after a failure. */
enum fund_status mets_read(struct mets *m, struct input *in, uint64_t *line, struct fault *why);
void mets_release(struct mets *m);
const struct mets_file *mets_find_file(const struct mets *m, struct slice id); /* NULL: none of text */

#endif
