/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.h - finished batches, in order, into one new segment.
 *
 * Documents get their final numbers here, texts go to the segment at once, lists stay with the workers, in memory and in runs, and are merged at the
 * end. So memory changes how long it takes, not what comes out. A small segment is held, and written when it is known whether a merge has it first.
 */
#ifndef INDEXER_BUILD_H
#define INDEXER_BUILD_H

#include "indexer/runs.h"
#include "indexer/worker.h"
#include "stemmer/compound.h"

struct build {
	struct index_writer *index;
	struct worker *workers;
	uint32_t n_workers;
	struct segment_writer *segment; /* NULL: no document yet */
	uint32_t n_docs;
	struct buf key; /* of documents whose key is completed here */
	struct fault *why;
};

void build_init(struct build *b, struct index_writer *index, struct worker *workers, uint32_t n_workers, struct fault *why);
void build_release(struct build *b); /* a segment that is not in the index is forgotten */
/* `keys`: of the file whose ranges are being taken up; `ordinals`: how many records it had before this entry. */
enum fund_status build_add_doc(struct build *b, struct batch *batch, const struct entry *e, struct batch_doc *doc, struct key_maker *keys, uint64_t ordinals);
enum fund_status build_add_texts(struct build *b, const struct batch *batch);
/* When all workers rest. FUND_END: there was no document. b->segment is finished, and may be held: index_writer.h. */
/* `lexicon`: what compounds are split by; an empty one is filled by counting, and from the hunspell `dictionary`. `dir`: for what does not fit in memory. */
enum fund_status build_finish(struct build *b, struct lexicon *lexicon, const char *dictionary, const char *dir, struct segment_stats *stats);

#endif
