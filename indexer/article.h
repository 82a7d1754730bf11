/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * article.h - one article as a reader hands it over: UTF-8 throughout, whatever the file was.
 *
 * All slices borrow from the reader, until its next call. An empty slice: the file has none.
 */
#ifndef INDEXER_ARTICLE_H
#define INDEXER_ARTICLE_H

#include "base/bytes.h"

struct article {
	struct slice member;  /* inside a container: the member's name (and, nested, "outer#inner"); else empty */
	struct slice id;      /* the article's own id, as bytes; empty: none */
	bool many;	      /* the file (or member) may hold several articles: the key gets '#' and the id or the ordinal */
	struct slice title, lead, body, author, section, source;
	uint32_t date;	      /* DATE_PACK() of store/segment.h; 0: none, the path's is taken */
	struct slice date_text;   /* as it stood in the file */
	struct slice layout; /* where the words of the body were printed: store/layout.h; empty: not known */
	struct slice others; /* other readings of words of the body, by OCR: store/layout.h */
	const char *format;   /* "text", "json lines": static */
	const char *encoding; /* "UTF-8", "CP1252": static */
};

#endif
