/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - the words that the index has, as they were written: those that match a pattern (--terms), the one that an unknown word may have been meant
 * for ("Meinten Sie").
 *
 * Counts   articles that were removed or replaced count until the next merge drops them.
 */
#ifndef QUERY_WORDS_H
#define QUERY_WORDS_H

#include "query/ast.h"
#include "query/counts.h"
#include "query/searcher.h"

/* All words of text that match `pattern` (stars stand for any letters), the most frequent first. FUND_INVALID, FUND_NO_MEMORY, FUND_CORRUPT. */
enum fund_status words_list(struct searcher *s, struct slice pattern, struct counts *out, struct fault *why);

/* `query` with each of its words that the index lacks replaced by the likest word that it has: fewest edits, then the most frequent. Empty when
 * there is nothing to replace. Lives in `arena`. */
enum fund_status words_suggest(struct searcher *s, const struct ast *ast, struct slice query, struct arena *arena, struct slice *out);

#endif
