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
};
struct marked_text {
	struct slice text; /* valid UTF-8 */
	const struct mark *marks; /* ascending, not overlapping */
	uint32_t n_marks;
};

struct shown_hit {
	uint32_t rank;	    /* from 1 */
	int64_t score;	    /* micro-units */
	int64_t falling;    /* the same, falling strictly from hit to hit */
	uint32_t date;
	struct slice key;
	struct marked_text title, snippet;
	struct slice author, section, source;
	struct slice lead, body, format, encoding, date_text; /* --show alone */
	const struct explain_item *explain;		     /* --explain */
	uint32_t n_explain;
};

/* What of a hit is wanted: keys alone cost nothing. */
enum hit_part { HIT_KEY = 0, HIT_TITLE = 1, HIT_SNIPPET = 2, HIT_EXPLAIN = 4, HIT_TEXT = 8 };

struct result {
	struct slice query;
	uint64_t total;
	bool total_exact;
	uint64_t took_us;
	uint64_t index_id, generation; /* of the first index */
	struct slice analysis;
	struct shown_hit *hits;
	uint32_t n_hits;
};

#endif
