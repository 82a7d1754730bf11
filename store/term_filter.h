/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * term_filter.h - which terms a segment lacks, known without a look into its dictionary: most words that are asked for are in few segments, and few have parts
 * or variants.
 *
 * Shape    a blocked Bloom filter (Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters, 2007). Terms in their order make sections, a chunk
 *          each; of a section's blocks of 64 bytes a term's hash chooses one and sets five bits there: 8 bits a term, of 100 terms that are not there 3 may be.
 * Trust    only what has a checksum may say that a term is not there: not the keys that chunks are found by.
 * Bytes    docs/FORMAT.md, "Which terms there are not".
 */
#ifndef STORE_TERM_FILTER_H
#define STORE_TERM_FILTER_H

#include "store/chunks.h"

#define FILTER_SECTION 240000u /* terms: 4,000 blocks, one chunk */

/* ---- reading ---- */
uint64_t term_filter_hash(struct slice term);
/* *may false: the term, whose hash that is, is not in the segment. `section`: the chunk under the last key not greater than the term, or any other one, which
 * then knows nothing of it. FUND_OK, FUND_CORRUPT. */
enum fund_status term_filter_ask(const struct chunk_source *s, struct slice section, struct slice term, uint64_t hash, bool *may);

/* ---- writing ---- */
/* Starts as {0}, with a sink. Memory: 2 MB at most. */
struct term_filter_writer {
	struct chunk_sink sink;
	uint64_t *hashes; /* of the open section */
	size_t n, cap;
	struct buf first, last; /* its terms */
	struct buf chunk;	/* that is put together */
};
void term_filter_writer_release(struct term_filter_writer *w);
enum fund_status term_filter_writer_add(struct term_filter_writer *w, struct slice term); /* ascending strictly */
enum fund_status term_filter_writer_finish(struct term_filter_writer *w);

#endif
