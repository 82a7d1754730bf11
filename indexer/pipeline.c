/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/pipeline.h"

#include <pthread.h>
#include <stdlib.h>

#define AHEAD 4u	  /* batches a worker may be ahead of what is taken up */
#define AHEAD_LEAST 32u	  /* of all workers together: as much as they do while a transaction is synced */

struct pipeline {
	struct worker *workers;
	uint32_t n_workers;
	enum fund_status (*take)(void *context, struct batch *b);
	void *context;
	struct batch **ring; /* handed in and not yet taken up, in order: [first, end) modulo cap */
	uint32_t cap;
	uint64_t first, next, end; /* next: the first that no worker has taken */
	struct batch **spare;
	uint32_t n_spare;
	/* threads; none where the system gives none */
	pthread_t *threads;
	uint32_t n_threads;
	pthread_mutex_t mutex;
	pthread_cond_t work, done;
	bool stop;
};

struct start {
	struct pipeline *pipeline;
	struct worker *worker;
};

/* Batches without work are done as they are. */
static void *work(void *argument)
{
	struct start start = *(struct start *)argument;
	struct pipeline *p = start.pipeline;
	free(argument);
	worker_begin(start.worker);
	pthread_mutex_lock(&p->mutex);
	for (;;) {
		while (!p->stop && p->next == p->end)
			pthread_cond_wait(&p->work, &p->mutex);
		if (p->stop)
			break;
		struct batch *b = p->ring[p->next++ % p->cap];
		if (b->done)
			continue;
		pthread_mutex_unlock(&p->mutex);
		worker_run(start.worker, b);
		pthread_mutex_lock(&p->mutex);
		b->done = true;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

static enum fund_status start_threads(struct pipeline *p)
{
	p->threads = calloc(p->n_workers, sizeof *p->threads);
	if (!p->threads)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < p->n_workers; i++) {
		struct start *s = malloc(sizeof *s);
		if (!s)
			return FUND_NO_MEMORY;
		*s = (struct start){ p, &p->workers[i] };
		if (pthread_create(&p->threads[i], NULL, work, s) != 0) {
			free(s);
			/* fewer threads do the same work; without any the caller does it */
			return FUND_OK;
		}
		p->n_threads++;
	}
	return FUND_OK;
}

enum fund_status pipeline_new(struct pipeline **out, struct worker *workers, uint32_t n_workers,
			      enum fund_status (*take)(void *context, struct batch *b), void *context)
{
	struct pipeline *p = calloc(1, sizeof *p);
	*out = p;
	if (!p)
		return FUND_NO_MEMORY;
	*p = (struct pipeline){ .workers = workers, .n_workers = n_workers, .take = take, .context = context, .cap = AHEAD * n_workers > AHEAD_LEAST ? AHEAD * n_workers : AHEAD_LEAST };
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->done, NULL);
	p->ring = calloc(p->cap, sizeof *p->ring);
	p->spare = calloc(p->cap + 1, sizeof *p->spare);
	enum fund_status st = p->ring && p->spare ? FUND_OK : FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = start_threads(p);
	if (st != FUND_OK) {
		pipeline_free(p);
		*out = NULL;
	}
	return st;
}

void pipeline_free(struct pipeline *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->mutex);
	for (uint32_t i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	for (uint64_t i = p->first; i < p->end; i++)
		batch_free(p->ring[i % p->cap]);
	for (uint32_t i = 0; i < p->n_spare; i++)
		batch_free(p->spare[i]);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->done);
	pthread_mutex_destroy(&p->mutex);
	free(p->threads);
	free(p->ring);
	free(p->spare);
	free(p);
}

struct batch *pipeline_batch(struct pipeline *p)
{
	if (p->n_spare == 0)
		return batch_new();
	struct batch *b = p->spare[--p->n_spare];
	batch_reset(b);
	return b;
}

static void give_back(struct pipeline *p, struct batch *b)
{
	if (p->n_spare < p->cap)
		p->spare[p->n_spare++] = b;
	else
		batch_free(b);
}

static enum fund_status take_one(struct pipeline *p, struct batch *b)
{
	enum fund_status st = p->take(p->context, b);
	give_back(p, b);
	return st;
}

/* Takes up what is done; waits until fewer than `most` are left. */
static enum fund_status take_up(struct pipeline *p, uint64_t most)
{
	enum fund_status st = FUND_OK;
	pthread_mutex_lock(&p->mutex);
	while (st == FUND_OK && p->first < p->end) {
		struct batch *b = p->ring[p->first % p->cap];
		if (!b->done) {
			if (p->end - p->first <= most)
				break;
			pthread_cond_wait(&p->done, &p->mutex);
			continue;
		}
		if (p->next == p->first)
			p->next++; /* it had no work: no worker needs to see it */
		p->first++;
		pthread_mutex_unlock(&p->mutex);
		st = take_one(p, b);
		pthread_mutex_lock(&p->mutex);
	}
	pthread_mutex_unlock(&p->mutex);
	return st;
}

enum fund_status pipeline_submit(struct pipeline *p, struct batch *b)
{
	if (p->n_threads == 0) {
		if (b->work)
			worker_run(&p->workers[0], b);
		return take_one(p, b);
	}
	enum fund_status st = take_up(p, p->cap - 1);
	if (st != FUND_OK) {
		batch_free(b);
		return st;
	}
	pthread_mutex_lock(&p->mutex);
	b->done = !b->work;
	p->ring[p->end++ % p->cap] = b;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->mutex);
	return p->n_workers == 1 ? pipeline_drain(p) : FUND_OK;
}

enum fund_status pipeline_drain(struct pipeline *p) { return take_up(p, 0); }
