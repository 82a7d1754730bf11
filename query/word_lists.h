/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word_lists.h - a word in one segment: its lists (itself, as a part of compounds, in other spellings), what they score together, and at most together. What is
 * no plain word has its matches instead.
 *
 * Bounds   of a window of documents, from the impacts of the blocks there (impact.h): micro-units, never less than what a document there scores. 0: no
 *          document there has the word.
 * Source   Ding, Suel: Faster top-k document retrieval using block-max indexes (2011).
 */
#ifndef QUERY_WORD_LISTS_H
#define QUERY_WORD_LISTS_H

#include "query/topk.h"
#include "query/word_matches.h"
#include "store/postings.h"

struct word_list {
	struct postings postings;
	uint32_t weight;     /* hundredths */
	int64_t bound;	     /* in the window; of a word of few lists only whether there is anything */
	/* private */
	struct impacts block;	/* of the last block of the window, from block_first to block_last */
	uint32_t block_first, block_last;
	struct impacts impacts; /* of all its blocks in the window */
	bool started;
	bool merged; /* the impacts are of more than `block` */
};

struct word_lists {
	struct word_list **lists;
	uint32_t n;
	struct word_matches *matches; /* in the place of lists: of what is no plain word. Without both the segment lacks it */
	struct leaf *leaf;
	const struct bm25 *bm25;
	bool hint;	  /* as asked: topk_word */
	uint64_t near;	  /* the same */
	uint64_t *has;	  /* a bit a document of the window: it has the word. For topk_window.c */
	double scale;
	int64_t bound; /* in the window */
	bool whole;    /* bounds are those of whole lists, in every window: set before the first one, where there are few windows */
	bool changed;  /* private: the impacts, since it was bound */
};

/* Is it a plain word, all of whose occurrences are in lists? */
bool word_lists_fit(const struct plan *plan);
/* Documents of the leaf that have a plain word, in each of its kinds. */
enum fund_status word_lists_df(struct leaf *leaf, const struct plan *plan, uint64_t *df);
/* In the arena; each list at its first document. Also after a failure *out is to be released, unless it is NULL. */
enum fund_status word_lists_open(struct word_lists **out, struct leaf *leaf, const struct bm25 *bm25, const struct topk_word *word, struct arena *arena);
void word_lists_release(struct word_lists *w);

/* A window begins behind the one before; lists may have moved within that. *end, unless NULL, falls to where the first of its blocks ends. */
enum fund_status word_lists_begin(struct word_lists *w, uint32_t start, uint32_t *end);
/* And is to end there: `bound` holds in it. */
enum fund_status word_lists_bound(struct word_lists *w, uint32_t start, uint32_t end);
/*
 * How often the word is in each of n documents of the window, ascending and not before one that was asked for: score_freq() of its lists is added to
 * freqs[document - start], that of some other documents of the window, too.
 */
enum fund_status word_lists_freqs(struct word_lists *w, const uint32_t *docs, uint32_t n, uint32_t start, uint32_t end, uint32_t *freqs);
/* What it scores in each of n documents, ascending: 0 where it is not. Once, and without windows; of lists only. */
enum fund_status word_lists_scores(struct word_lists *w, const uint32_t *docs, uint32_t n, int64_t *micro);

#endif
