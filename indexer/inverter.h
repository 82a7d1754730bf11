/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inverter.h - articles in, inverted lists out, in memory.
 *
 * Shape    A chain of bytes a term, found by the analyser's term number without hashing. The chain's blocks grow from 16 bytes on, in one arena:
 *
 *              chain { next, first } -> [ 8 bytes | -> ] [ 16 bytes | -> ] [ 24 bytes ...
 *
 *          Its bytes are varints: a document's gap, then its position gaps (all >= 1), then 0 ahead of the next document. A position gap is
 *          doubled; 1 is added where the form's ordinal is not 0, which then follows.
 * Units    Documents are numbered from 0 as they come, and on across resets.
 * Threads  one inverter a thread.
 */
#ifndef INDEXER_INVERTER_H
#define INDEXER_INVERTER_H

#include "indexer/term_stream.h"
#include "stemmer/analyse.h"
#include "store/text_block.h"

struct inverter;

/* What the columns hold of an article. */
struct inverted_doc {
	uint32_t words, title, lead; /* positions */
	uint32_t length;	     /* weighted */
	uint64_t signature;	     /* of the body */
};

/* The analyser is borrowed. */
enum fund_status inverter_new(struct inverter **out, struct analyser *analyser, struct field_weights weights);
void inverter_free(struct inverter *v); /* NULL is allowed */
enum fund_status inverter_add(struct inverter *v, const struct stored_article *article, struct inverted_doc *out);
size_t inverter_memory(const struct inverter *v); /* bytes held, those of the analyser included */

/* All that was added since the last reset, sorted. Borrows from the inverter until it is changed; inverter_stream_end() frees. */
enum fund_status inverter_stream(struct inverter *v, struct term_stream *out);
void inverter_stream_end(struct term_stream *s); /* also on {0} */
/* Forget the lists, keep memory. An analyser whose table has grown beyond `analyser_max` bytes forgets its words. */
void inverter_reset(struct inverter *v, size_t analyser_max);

/* Sorts numbers by the bytes that `term` gives for them (at most TERM_BYTES_MAX). */
struct term_order {
	uint64_t prefix; /* the first 8 bytes, big-endian */
	uint32_t number;
	uint8_t len; /* of the term, its class included */
	uint8_t class;
	const uint8_t *bytes; /* behind the class */
};
enum fund_status term_order_sort(struct term_order *terms, size_t n);

#endif
