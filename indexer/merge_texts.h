/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge_texts.h - the texts of a merged segment: most stay where they are.
 *
 * Policy   the segment takes over the text stores of its parts of which at least half lives, the larger ones first; what lives of the others is
 *          written into its own. So a merge writes few texts, and dead ones are given back later than dead documents.
 */
#ifndef INDEXER_MERGE_TEXTS_H
#define INDEXER_MERGE_TEXTS_H

#include "store/index_writer.h"

/* One segment that goes into the merge. */
struct text_part {
	struct segment *segment;
	const uint32_t *docs; /* new numbers; DOC_END: dead */
	bool is_held; /* its store is in memory, and cannot be kept */
};

/* The texts of all documents to `out`. from[new]: the part that the document comes from. keep false: all are written. Stops with FUND_INTERRUPTED. */
enum fund_status merge_texts(const struct text_part *parts, uint32_t n_parts, const uint32_t *from, uint32_t n_docs, bool keep, struct segment_writer *out);

#endif
