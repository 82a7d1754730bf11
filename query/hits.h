/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hits.h - found articles as presenters need them: everything copied out of the index, so that the snapshot may be closed
 * before the first byte is written.
 */
#ifndef QUERY_HITS_H
#define QUERY_HITS_H

#include "query/topk.h"

struct mark {
	uint32_t off, len; /* bytes of the text it marks */
	uint32_t from, from_len; /* bytes of the article's own text that are shown there */
};
struct marked_text {
	struct slice text; /* valid UTF-8, with a NUL behind it */
	const struct mark *marks; /* ascending, not overlapping */
	uint32_t n_marks;
};

/* Where what a mark of the snippet marks was printed; a word that was cut at a line's end has two. */
struct shown_box {
	uint32_t mark;	   /* its number */
	struct slice page; /* its name */
	int32_t x, y, w, h;
};

/* A copy of a hit. */
struct shown_copy {
	struct slice key, source;
	struct slice address; /* as its hit's */
	uint32_t date;
};

struct shown_hit {
	uint32_t rank;	    /* from 1 */
	int64_t score;	    /* micro-units */
	int64_t falling;    /* the same, falling strictly from hit to hit */
	uint32_t date;
	struct slice key;
	struct slice address; /* HIT_ADDRESS: of its file; empty: it is not here */
	struct marked_text title, snippet;
	const struct shown_box *boxes; /* of the snippet's marks, in their order */
	uint32_t n_boxes;
	struct slice author, section, source;
	struct slice lead, body, format, encoding, date_text; /* --show alone */
	const struct explain_item *explain;		     /* --explain */
	uint32_t n_explain;
	const struct shown_copy *copies;	     /* where copies are collapsed */
	uint32_t n_copies;
};

/* What of a hit is wanted: keys alone cost nothing. */
enum hit_part { HIT_KEY = 0, HIT_TITLE = 1, HIT_SNIPPET = 2, HIT_EXPLAIN = 4, HIT_ADDRESS = 8 };

struct result {
	struct slice query;
	uint64_t total;
	bool total_exact;
	struct slice suggestion; /* the query as it may have been meant; empty: none */
	uint64_t took_us;
	uint64_t index_id, generation; /* of the first index */
	struct slice analysis;
	const struct plan_limit *limits; /* patterns that stand for more words than were looked for */
	uint32_t n_limits;
	const struct servers *servers; /* of which some may be lost; NULL: there are none */
	struct shown_hit *hits;
	uint32_t n_hits;
	uint32_t next; /* the offset behind the last hit that is shown, 0: there are no more */
};

#endif
