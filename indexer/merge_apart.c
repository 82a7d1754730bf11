/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge_apart.c - merge_terms() in a thread of its own: it decodes and merges while the caller's thread encodes and writes, each about half
 * of the work.
 *
 * Batches of 32-bit words go through a ring:
 *
 *	term	  TERM | with positions << 2 | length << 8, the bytes, padded
 *	posting	  POSTING | boost << 8, document, frequency, with positions one a word
 *	end	  END
 */
#include <pthread.h>
#include <stdlib.h>

#include "indexer/runs.h"

#define RING 32u
#define BATCH_WORDS ((size_t)64 << 10) /* a batch is handed over when it has so many */

enum word_kind { TERM = 1, POSTING = 2, END = 3 };

struct word_batch {
	uint32_t *words;
	size_t n, cap;
};

struct apart {
	const struct merge_input *inputs;
	uint32_t n_inputs;
	bool (*stopped)(void);
	struct word_batch ring[RING];
	uint64_t filled, emptied; /* batches */
	struct word_batch *open;  /* the one that is being filled: ring[filled % RING] */
	bool with_positions;
	enum fund_status status;  /* of the merge, once it has ended */
	bool ended, given_up;	  /* given up: nobody reads any more */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
};

/* ---- the thread that merges ---- */

static enum fund_status wait_for_room(struct apart *a)
{
	pthread_mutex_lock(&a->mutex);
	while (a->filled - a->emptied == RING && !a->given_up)
		pthread_cond_wait(&a->changed, &a->mutex);
	enum fund_status st = a->given_up ? FUND_INTERRUPTED : FUND_OK;
	pthread_mutex_unlock(&a->mutex);
	a->open = &a->ring[a->filled % RING];
	a->open->n = 0;
	return st;
}

static void hand_over(struct apart *a)
{
	pthread_mutex_lock(&a->mutex);
	a->filled++;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->mutex);
	a->open = NULL;
}

/* Room for `n` words; the place to write them. NULL: see *st. */
static uint32_t *reserve(struct apart *a, size_t n, enum fund_status *st)
{
	*st = FUND_OK;
	if (a->open && a->open->n >= BATCH_WORDS)
		hand_over(a);
	if (!a->open)
		*st = wait_for_room(a);
	if (*st != FUND_OK)
		return NULL;
	struct word_batch *b = a->open;
	if (b->n + n > b->cap) {
		size_t cap = b->n + n > BATCH_WORDS + 4096 ? b->n + n : BATCH_WORDS + 4096;
		uint32_t *grown = realloc(b->words, cap * sizeof *grown);
		if (!grown) {
			*st = FUND_NO_MEMORY;
			return NULL;
		}
		b->words = grown;
		b->cap = cap;
	}
	uint32_t *at = b->words + b->n;
	b->n += n;
	return at;
}

static enum fund_status put_term(void *context, struct slice term, bool with_positions)
{
	struct apart *a = context;
	enum fund_status st;
	uint32_t *at = reserve(a, 1 + (term.len + 3) / 4, &st);
	if (!at)
		return st;
	a->with_positions = with_positions;
	at[0] = TERM | (uint32_t)with_positions << 2 | (uint32_t)term.len << 8;
	memcpy(at + 1, term.data, term.len);
	return FUND_OK;
}

static enum fund_status put_posting(void *context, uint32_t doc, uint32_t freq, uint8_t boost, const uint32_t *pos)
{
	struct apart *a = context;
	enum fund_status st;
	size_t n_pos = a->with_positions ? freq : 0;
	uint32_t *at = reserve(a, 3 + n_pos, &st);
	if (!at)
		return st;
	at[0] = POSTING | (uint32_t)boost << 8;
	at[1] = doc;
	at[2] = freq;
	if (n_pos)
		memcpy(at + 3, pos, n_pos * sizeof *pos);
	return FUND_OK;
}

static enum fund_status put_end(void *context)
{
	enum fund_status st;
	uint32_t *at = reserve(context, 1, &st);
	if (at)
		*at = END;
	return st;
}

static void *merge(void *context)
{
	struct apart *a = context;
	const struct term_sink sink = { a, put_term, put_posting, put_end };
	enum fund_status st = merge_terms(a->inputs, a->n_inputs, &sink, a->stopped);
	if (a->open)
		hand_over(a);
	pthread_mutex_lock(&a->mutex);
	a->status = st;
	a->ended = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->mutex);
	return NULL;
}

/* ---- the caller's thread ---- */

static enum fund_status replay(const struct word_batch *b, const struct term_sink *sink, bool *with_positions)
{
	enum fund_status st = FUND_OK;
	for (const uint32_t *p = b->words, *end = p + b->n; p < end && st == FUND_OK;)
		switch ((enum word_kind)(p[0] & 3)) {
		case TERM: {
			size_t len = p[0] >> 8;
			*with_positions = p[0] >> 2 & 1;
			st = sink->begin_term(sink->context, slice_of((const uint8_t *)(p + 1), len), *with_positions);
			p += 1 + (len + 3) / 4;
			break;
		}
		case POSTING:
			st = sink->add_posting(sink->context, p[1], p[2], (uint8_t)(p[0] >> 8), p + 3);
			p += 3 + (*with_positions ? p[2] : 0);
			break;
		case END:
			st = sink->end_term(sink->context);
			p++;
			break;
		}
	return st;
}

/* The next batch; NULL: the merge has ended. */
static const struct word_batch *next_batch(struct apart *a)
{
	pthread_mutex_lock(&a->mutex);
	while (a->filled == a->emptied && !a->ended)
		pthread_cond_wait(&a->changed, &a->mutex);
	const struct word_batch *b = a->filled == a->emptied ? NULL : &a->ring[a->emptied % RING];
	pthread_mutex_unlock(&a->mutex);
	return b;
}

static void batch_done(struct apart *a, bool failed)
{
	pthread_mutex_lock(&a->mutex);
	a->emptied++;
	a->given_up = failed;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->mutex);
}

enum fund_status merge_terms_apart(const struct merge_input *inputs, uint32_t n, const struct term_sink *sink, bool (*stopped)(void))
{
	struct apart a = { .inputs = inputs, .n_inputs = n, .stopped = stopped };
	const struct word_batch *b;
	enum fund_status st = FUND_OK;
	bool with_positions = false;
	pthread_t thread;
	pthread_mutex_init(&a.mutex, NULL);
	pthread_cond_init(&a.changed, NULL);
	if (pthread_create(&thread, NULL, merge, &a) != 0) {
		st = merge_terms(inputs, n, sink, stopped);
	} else {
		while (st == FUND_OK && (b = next_batch(&a)) != NULL) {
			st = replay(b, sink, &with_positions);
			batch_done(&a, st != FUND_OK);
		}
		pthread_join(thread, NULL);
		st = st == FUND_OK ? a.status : st;
	}
	for (uint32_t i = 0; i < RING; i++)
		free(a.ring[i].words);
	pthread_cond_destroy(&a.changed);
	pthread_mutex_destroy(&a.mutex);
	return st;
}
