/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h - reads the files of a batch: opened, compared with what the index has, analysed, inverted, compressed. Lists that outgrow the worker's
 *            share of the memory are spilled as a sorted run, while the other workers go on.
 *
 * Threads  one worker a thread; the snapshot and the walks are shared, and only read.
 */
#ifndef INDEXER_WORKER_H
#define INDEXER_WORKER_H

#include <stdatomic.h>

#include "indexer/article_key.h"
#include "indexer/batch.h"
#include "indexer/claims.h"
#include "indexer/inverter.h"
#include "indexer/isolated_reader.h"
#include "indexer/runs.h"

struct worker_settings {
	struct snapshot *old; /* NULL: nothing is indexed yet */
	bool everything;      /* --rebuild: also what has not changed becomes a new document */
	bool dry;	      /* compare only */
	uint32_t born;
	size_t memory;	 /* this worker's share */
	const char *dir; /* for its runs */
	struct field_weights weights;
	struct reader_nursery *nursery; /* NULL: files are parsed in the worker's thread, all of them */
	int confinement;		/* what the worker's thread may open: confine.h; -1: anything */
};

struct worker {
	struct worker_settings settings;
	uint32_t number;
	struct analyser *analyser;
	struct inverter *inverter; /* NULL behind worker_end(): all its lists are in runs */
	struct isolated_reader *reader;
	struct text_builder *text;
	struct text_cache cache; /* of the old segments' texts */
	struct old_docs old;
	struct key_maker keys;
	struct siblings siblings; /* of the file that is read */
	struct claims claims;
	struct buf tail, record;
	struct spool spool;	/* of the runs */
	struct run *runs;
	uint32_t n_runs;
	size_t cap_runs;
	struct buf final;	/* u32 each: final number of the inverter's documents, filled as batches are taken up */
	atomic_ullong bytes_read;
};

enum fund_status worker_init(struct worker *w, uint32_t number, const struct worker_settings *settings);
void worker_release(struct worker *w); /* also on {0} */
/* First of all, in the thread that will run it. */
void worker_begin(struct worker *w);
/* Fills the batch's results and its status. */
void worker_run(struct worker *w, struct batch *b);
/* No more batches come. Where lists were spilled, the last of them are, too: the merge then has the memory of lists and words. */
enum fund_status worker_end(struct worker *w, struct fault *why);

#endif
