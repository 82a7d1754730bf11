/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge_apart.c - merge_terms() in a thread of its own: it decodes and merges while the caller's thread encodes and writes, each about half
 * of the work.
 *
 * Batches of 32-bit words go through a ring:
 *
 *	term	  TERM | with positions << 2 | length << 8, length of the forms, the term's bytes, padded, the forms', padded
 *	posting	  POSTING | with forms << 2 | boost << 8, document, frequency, with positions one a word, and as many forms
 *	end	  END
 */
#include <pthread.h>
#include <stdlib.h>

#include "indexer/runs.h"

#define RING 32u
#define BATCH_WORDS ((size_t)64 << 10) /* a batch is handed over when it has so many */

enum word_kind { TERM, POSTING, END };

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

static size_t words_of(size_t bytes) { return (bytes + 3) / 4; }

static enum fund_status put_term(void *context, struct slice term, struct slice forms)
{
	struct apart *a = context;
	enum fund_status st;
	uint32_t *at = reserve(a, 2 + words_of(term.len) + words_of(forms.len), &st);
	if (!at)
		return st;
	at[0] = TERM | (uint32_t)term.len << 8;
	at[1] = (uint32_t)forms.len;
	memcpy(at + 2, term.data, term.len);
	if (forms.len)
		memcpy(at + 2 + words_of(term.len), forms.data, forms.len);
	return FUND_OK;
}

static enum fund_status put_posting(void *context, uint32_t doc, const struct posting *p)
{
	struct apart *a = context;
	enum fund_status st;
	bool with_forms = p->forms;
	size_t n_pos = p->freq;
	uint32_t *at = reserve(a, 3 + n_pos * (1u + with_forms), &st);
	if (!at)
		return st;
	at[0] = POSTING | (uint32_t)with_forms << 2 | (uint32_t)p->boost << 8;
	at[1] = doc;
	at[2] = p->freq;
	if (n_pos)
		memcpy(at + 3, p->pos, n_pos * sizeof *p->pos);
	if (with_forms)
		memcpy(at + 3 + n_pos, p->forms, n_pos * sizeof *p->forms);
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

static enum fund_status replay(const struct word_batch *b, const struct term_sink *sink)
{
	enum fund_status st = FUND_OK;
	for (const uint32_t *p = b->words, *end = p + b->n; p < end && st == FUND_OK;)
		switch ((enum word_kind)(p[0] & 3)) {
		case TERM: {
			struct slice term = slice_of((const uint8_t *)(p + 2), p[0] >> 8);
			struct slice forms = slice_of((const uint8_t *)(p + 2 + words_of(term.len)), p[1]);
			st = sink->begin_term(sink->context, term, forms);
			p += 2 + words_of(term.len) + words_of(forms.len);
			break;
		}
		case POSTING: {
			size_t n_pos = p[2];
			bool with_forms = p[0] >> 2 & 1;
			struct posting posting = { .freq = p[2], .boost = (uint8_t)(p[0] >> 8), .pos = p + 3, .forms = with_forms ? p + 3 + n_pos : NULL };
			st = sink->add_posting(sink->context, p[1], &posting);
			p += 3 + n_pos * (1u + with_forms);
			break;
		}
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
	pthread_t thread;
	pthread_mutex_init(&a.mutex, NULL);
	pthread_cond_init(&a.changed, NULL);
	if (pthread_create(&thread, NULL, merge, &a) != 0) {
		st = merge_terms(inputs, n, sink, stopped);
	} else {
		while (st == FUND_OK && (b = next_batch(&a)) != NULL) {
			st = replay(b, sink);
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
