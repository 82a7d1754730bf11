/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html_meta.h - what a page says about its article: <meta>, Open Graph, JSON-LD, <time>.
 *
 * Several say the same thing; each way of saying it has a rank, the lower the better, and of equals the first counts. A date that is none is kept only while there
 * is no better one.
 * Source   ogp.me; schema.org/NewsArticle; Dublin Core in HTML (DCMI 2008).
 */
#ifndef INDEXER_HTML_META_H
#define INDEXER_HTML_META_H

#include "indexer/html_token.h"

enum html_field { HTML_TITLE, HTML_DATE, HTML_AUTHOR, HTML_SECTION, HTML_SOURCE, HTML_DESCRIPTION, HTML_FIELDS };

struct html_meta {
	struct buf value[HTML_FIELDS];
	unsigned rank[HTML_FIELDS];
	struct buf room, list;
};

void html_meta_begin(struct html_meta *m); /* starts as {0} */
void html_meta_release(struct html_meta *m);

/* A <meta> tag, with whatever attributes. */
enum fund_status html_meta_tag(struct html_meta *m, const struct html_tokens *t);
/* A <time> tag. */
enum fund_status html_meta_time(struct html_meta *m, const struct html_tokens *t, bool in_article);
/* The text of <script type="application/ld+json">: what it has of articles. What is no JSON is passed over. */
enum fund_status html_meta_json(struct html_meta *m, struct slice json);

#endif
