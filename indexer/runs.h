/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runs.h - sorted runs: lists that did not fit in memory, on disk until all are merged.
 *
 *     term: length u8 (0: end of the run), class byte and bytes; of classes with forms their length as varint, and the forms
 *     postings: gap varint (0: end of the term), frequency varint, boost u8, with positions a gap varint each, and behind it, in a term
 *	         with several forms, a varint for the form
 */
#ifndef INDEXER_RUNS_H
#define INDEXER_RUNS_H

#include "base/spool.h"
#include "indexer/term_stream.h"

/* A part of a spool. */
struct run {
	uint64_t at, end;
};
enum fund_status run_write(struct term_stream *from, struct spool *to, struct run *out);

/* `buffer`: bytes read at once. run_stream_end() frees. */
enum fund_status run_stream(const struct spool *spool, struct run run, size_t buffer, struct term_stream *out);
void run_stream_end(struct term_stream *s); /* also on {0} */

/* A stream and the final numbers of its documents (DOC_END: dropped), which ascend as its own do. */
struct merge_input {
	struct term_stream *stream;
	const uint32_t *docs;
};
/* All terms in order into the sink; of a term all documents in order. `stopped` is asked now and then: true ends with FUND_INTERRUPTED. */
enum fund_status merge_terms(const struct merge_input *inputs, uint32_t n, const struct term_sink *sink, bool (*stopped)(void));
/* The same with the merging in a thread of its own; the sink is called in the caller's. The streams are used by that thread until the call returns. */
enum fund_status merge_terms_apart(const struct merge_input *inputs, uint32_t n, const struct term_sink *sink, bool (*stopped)(void));

#endif
