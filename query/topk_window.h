/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topk_window.h - words of a query at work in a window of a segment's documents: for topk_or.c and topk_and.c.
 *
 * Scores of leading words are added up in an array over the window, a block of postings at a time. The documents that have any are then listed, and what other words
 * add is looked up for these alone. Documents that cannot enter with all that may still come are dropped from the list: the floor rises with the sums, before anything
 * is offered.
 */
#ifndef QUERY_TOPK_WINDOW_H
#define QUERY_TOPK_WINDOW_H

#include "query/topk.h"
#include "query/word_lists.h"

#define WINDOW 16384u /* documents at most */

/* Documents of a window that may be hits, ascending. */
struct window_docs {
	uint32_t n;
	uint32_t docs[WINDOW];
	int64_t sums[WINDOW];
};

/* The window's documents; all but `docs` and `best` is zero between windows. Kept with the searcher: to clear it for each query would cost as much as a rare word. */
struct window_room {
	struct window_docs docs;
	int64_t sums[WINDOW];
	uint32_t freqs[WINDOW];	      /* of the word at hand */
	int64_t best[WINDOW + SECOND_STAGE_HITS]; /* scores of which one is the floor */
	uint64_t seen[WINDOW / 64];   /* a bit a document: it has a sum */
};

struct window_search {
	struct topk *topk;
	struct leaf *leaf;
	const struct bm25 *bm25;
	uint32_t leaf_index;
	struct word_lists **words; /* hints, then the others */
	uint32_t n, n_hints;
	uint32_t window; /* documents at most */
	int64_t floor;	 /* as many documents as are wanted score that, or will: also those of the window, which are not offered yet */
	struct window_room *room;
};

/* The way through a window. */
struct window_pass {
	const struct word_lists *word; /* at hand */
	uint32_t start, end;
	uint32_t n_others; /* of an OR: words whose bounds together do not bring a document in */
	int64_t rest;	   /* what the words that are not added yet may add */
	bool alone;	   /* there is one leading word: its documents are known to have nothing of another */
};

/* `s` is closed whatever comes of it; `st` tells what came. */
enum fund_status window_search_open(struct window_search *s, struct topk *t, uint32_t leaf, uint32_t n_words, struct arena *arena);
/* Not where the segment lacks the word: then the search has none more. */
enum fund_status window_add_word(struct window_search *s, const struct topk_word *word, struct arena *arena);
void window_search_close(struct window_search *s, enum fund_status st);

struct window_pass window_begin(const struct window_search *s, uint32_t start, uint32_t end);
/* Adds the scores of all documents of the word. */
enum fund_status window_pass_word(struct window_search *s, const struct word_lists *word, struct window_pass *pass);
/* Raises the floor by the sums so far, which only grow. */
enum fund_status window_raise_floor(struct window_search *s, const struct window_pass *pass);
/* Lists the documents that have a sum. */
void window_list(struct window_search *s, const struct window_pass *pass);
/* Adds what the word scores in those that are listed. */
enum fund_status window_add(struct window_search *s, const struct window_pass *pass, struct word_lists *word);
/* Drops listed ones that lack the word, which was added. */
void window_keep_having(struct window_search *s, const struct window_pass *pass, const struct word_lists *word);
/* Raises the floor by those that are listed, and drops those that cannot enter with the rest. */
enum fund_status window_settle(struct window_search *s, const struct window_pass *pass);
/* Offers those that are left. */
enum fund_status window_offer(struct window_search *s, const struct window_pass *pass);

static inline uint32_t window_masks(const struct window_pass *pass) { return (pass->end - pass->start + 63) / 64; }

static inline uint32_t window_end(const struct window_search *s, uint32_t start)
{
	return s->leaf->n_docs - start > s->window ? start + s->window : s->leaf->n_docs;
}

/* What a document must reach by all that may be in it: topk_threshold(), with the window's own. */
static inline int64_t window_threshold(const struct window_search *s)
{
	int64_t least = topk_threshold(s->topk);
	return s->floor > least ? s->floor : least;
}

#endif
