/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.h - finished batches, in order, into one new segment.
 *
 * Documents get their final numbers here, texts go to disk at once, lists stay with the workers until they outgrow the budget: then each worker's are
 * spilled as a sorted run, and all are merged at the end. So memory changes how long it takes, not what comes out.
 */
#ifndef INDEXER_BUILD_H
#define INDEXER_BUILD_H

#include "indexer/runs.h"
#include "indexer/worker.h"

struct spilled {
	struct run run;
	uint32_t worker;
};

struct build {
	struct index_writer *index;
	struct worker *workers;
	uint32_t n_workers;
	struct segment_writer *segment; /* NULL: no document yet */
	uint32_t n_docs;
	struct spool spool;
	struct spilled *runs;
	uint32_t n_runs, cap_runs;
	size_t memory; /* budget */
	struct buf key; /* of documents whose key is completed here */
	struct fault *why;
};

void build_init(struct build *b, struct index_writer *index, struct worker *workers, uint32_t n_workers, size_t memory, const char *dir, struct fault *why);
void build_release(struct build *b); /* a segment that was not finished is forgotten */
/* `keys`: of the file whose ranges are being taken up; `ordinals`: how many records it had before this entry. */
enum fund_status build_add_doc(struct build *b, struct batch *batch, const struct entry *e, struct batch_doc *doc, struct key_maker *keys, uint64_t ordinals);
enum fund_status build_add_texts(struct build *b, const struct batch *batch);
/* Do the workers hold more than the budget? Ask, and spill, only when all of them rest. */
bool build_is_full(const struct build *b);
enum fund_status build_spill(struct build *b);
/* FUND_END: there was no document. */
enum fund_status build_finish(struct build *b, struct segment_stats *stats);

#endif
