/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * term_stream.h - sorted terms with their postings: what the inverter holds in memory, what a run holds on disk.
 *
 * Units    doc: the number that the inverter gave the document, ascending within a term.
 */
#ifndef INDEXER_TERM_STREAM_H
#define INDEXER_TERM_STREAM_H

#include "base/bytes.h"

#define TERM_BYTES_MAX 129u /* class byte and term */

/* Class bytes of terms: docs/FORMAT.md, "Terms". */
enum term_class {
	CLASS_AUTHOR = 'a',
	CLASS_BOUNDARY = 'b',
	CLASS_PART = 'x', /* behind the words: they tell what it is made of */
	CLASS_SOURCE = 'q',
	CLASS_SECTION = 's',
	CLASS_VARIANT = 'v',
	CLASS_WORD = 'w',
};

struct posting {
	uint32_t doc, freq;
	uint8_t boost;
	const uint32_t *pos; /* ascending, freq of them; until the next posting of this stream */
	const uint32_t *forms; /* of each position the form's place in the term's row; NULL: the first. As long as pos */
};

struct term_stream {
	void *context;
	struct slice term; /* with its class byte; until the next term */
	struct slice forms; /* of a term that has forms: met_forms.h; until the next term */
	enum fund_status (*next_term)(struct term_stream *s);			      /* FUND_END */
	enum fund_status (*next_posting)(struct term_stream *s, struct posting *out); /* FUND_END */
};

/* Where merged terms go: a segment, or a comparison with one. As segment_writer's; forms: as in a term_stream, those that were met, the
 * most frequent first, among equals by their bytes. */
struct term_sink {
	void *context;
	enum fund_status (*begin_term)(void *context, struct slice term, struct slice forms);
	enum fund_status (*add_posting)(void *context, uint32_t doc, const struct posting *p); /* p->doc is not the sink's */
	enum fund_status (*end_term)(void *context);
};

/* Positions of one posting, and their forms. */
struct position_room {
	uint32_t *pos, *forms;
	uint32_t cap;
};
enum fund_status position_room_grow(struct position_room *r);
void position_room_release(struct position_room *r);

#endif
