/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kwic.h - a concordance: every occurrence of what was asked for, with what stands on both sides.
 *
 * Shape    lines of an article in the order of its text: title, lead, body. Contexts are whole words of the same field.
 */
#ifndef QUERY_KWIC_H
#define QUERY_KWIC_H

#include "query/passage.h"

#define KWIC_WIDTH 40u /* columns on each side, where nothing says otherwise */
#define KWIC_WIDTH_MAX 10000u

enum kwic_order { KWIC_BY_POSITION, KWIC_BY_LEFT, KWIC_BY_RIGHT };

struct kwic_line {
	struct slice key;
	struct slice address; /* of its file, for a terminal; empty: none is wanted, or it is not here */
	uint32_t date;
	struct slice left, match, right; /* valid UTF-8, no line ends */
	struct slice order;		 /* what it is sorted by: folded, the nearest word first; empty: by position */
	uint64_t number;		 /* among all lines, in their order of hits and positions */
};

/* Grows; lines and their texts live in the arena. */
struct kwic_list {
	struct kwic_line *lines;
	uint32_t n;
};

struct kwic {
	struct passage passage;
	struct analyser *analyser;
	uint32_t width;
	enum kwic_order order;
	uint64_t number; /* of the next line */
	struct buf folded;
};

enum fund_status kwic_init(struct kwic *k, struct analyser *analyser, struct searcher *searcher, const struct plan *plan, uint32_t width,
			   enum kwic_order order); /* searcher: as finder_new() */
void kwic_release(struct kwic *k); /* also on {0} */
/* Appends the article's lines, with the key, address and date of `origin`, which live as long as they. */
enum fund_status kwic_add(struct kwic *k, const struct stored_article *a, const struct kwic_line *origin, struct arena *arena, struct kwic_list *out);

#endif
