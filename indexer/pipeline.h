/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipeline.h - batches out to the workers, results back in order. With one worker the caller waits while it
 * works: it has a thread of its own, since what threads may open is taken from them for good.
 */
#ifndef INDEXER_PIPELINE_H
#define INDEXER_PIPELINE_H

#include "indexer/worker.h"

struct pipeline;
/* `take` gets every batch in the order of submission, in the caller's thread. */
enum fund_status pipeline_new(struct pipeline **out, struct worker *workers, uint32_t n_workers,
			      enum fund_status (*take)(void *context, struct batch *b), void *context);
void pipeline_free(struct pipeline *p); /* waits for the workers, forgets what they did */
/* An empty batch to fill; NULL: no memory. It belongs to the pipeline. */
struct batch *pipeline_batch(struct pipeline *p);
/* Hand it in; takes up results that are ready. */
enum fund_status pipeline_submit(struct pipeline *p, struct batch *b);
/* Waits until all that was handed in is taken up: then no worker works. */
enum fund_status pipeline_drain(struct pipeline *p);

#endif
