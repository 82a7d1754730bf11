/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snippet.h - the passage of an article that shows best why it was found, every matching form marked.
 *
 * Computed from the stored text by finder.h: what matched in the index matches here.
 */
#ifndef QUERY_SNIPPET_H
#define QUERY_SNIPPET_H

#include "query/hits.h"
#include "query/plan.h"

struct snippet_maker; /* one a query: borrows its plan; keeps its buffers from article to article */
enum fund_status snippet_maker_new(struct snippet_maker **out, struct searcher *searcher, const struct plan *plan); /* as finder_new() */
void snippet_maker_free(struct snippet_maker *m);

/* The whole text with its matches marked (titles). Invalid UTF-8 is replaced in the copy. Allocated in the arena. */
enum fund_status snippet_mark(struct snippet_maker *m, struct slice text, struct arena *arena, struct marked_text *out);
/* The best passage of about `words` words of the body (or lead); the beginning when nothing matches. Blanks and line ends are single blanks in it. */
enum fund_status snippet_make(struct snippet_maker *m, const struct stored_article *article, uint32_t words, struct arena *arena,
			      struct marked_text *out);

#endif
