/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word_matches.h - what is not a plain word but one of the things of which any will do (a phrase, a pattern, a compound that is also looked for as two words):
 * its matches in a window of documents, scored as its iterator does.
 *
 * They are looked up all, once for each window; so they can be added to the sums of plain words as a list is.
 */
#ifndef QUERY_WORD_MATCHES_H
#define QUERY_WORD_MATCHES_H

#include "query/iter.h"

struct word_match {
	uint32_t doc;
	int64_t score;
};

struct word_matches {
	struct word_match *matches; /* of the window, ascending */
	uint32_t n;
	int64_t most;  /* more than any of them scores; 0: there is none */
	uint32_t next; /* the first document behind the window that may match; DOC_END: none */
	/* private */
	struct iter *iter;
	size_t cap;
};

/* In the arena, but for what word_matches_release() frees. *out NULL: nothing matches in the leaf. FUND_NO_MEMORY, FUND_CORRUPT. */
enum fund_status word_matches_open(struct word_matches **out, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct arena *arena);
void word_matches_release(struct word_matches *m); /* NULL is allowed */
/* The matches from `start` up to `end`; windows ascend. */
enum fund_status word_matches_read(struct word_matches *m, uint32_t start, uint32_t end);

#endif
