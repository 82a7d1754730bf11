/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/stat_ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 32, STEPS = STAT_AHEAD / STEP, N_THREADS = 3, WORTH_IT = 4 * STEP };

struct look {
	struct stat stat;
	int error;
};

/* Names are looked at in steps; step k has its place in the ring at k % STEPS. */
struct stat_ahead {
	int fd;
	char *const *names;
	size_t n;
	size_t had; /* 1 + the step that the reader knows to be ready; the reader's own */

	pthread_mutex_t lock; /* of all below; a look belongs to who took its step until that is done */
	pthread_cond_t done, room;
	size_t reader; /* the step that is asked for */
	size_t next;   /* the first that nobody took */
	size_t ready[STEPS]; /* 1 + the step whose looks are there */
	unsigned n_waiting; /* threads, for room */
	bool reader_waits, stop;

	pthread_t threads[N_THREADS];
	unsigned n_threads;
	struct look looks[STAT_AHEAD];
};

static bool is_directory(const char *name) { return name[strlen(name) - 1] == '/'; }

static void look_at(struct stat_ahead *a, size_t i)
{
	struct look *l = &a->looks[i % STAT_AHEAD];

	if (!is_directory(a->names[i]))
		l->error = fstatat(a->fd, a->names[i], &l->stat, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
}

static bool is_any_left(const struct stat_ahead *a) { return a->next * STEP < a->n; }
static bool has_room(const struct stat_ahead *a) { return a->next < a->reader + STEPS; }

/* The lock is held, but not while looking. */
static void take_step(struct stat_ahead *a)
{
	size_t step = a->next++, end = (step + 1) * STEP;

	pthread_mutex_unlock(&a->lock);
	for (size_t i = step * STEP; i < end && i < a->n; i++)
		look_at(a, i);
	pthread_mutex_lock(&a->lock);
	a->ready[step % STEPS] = step + 1;
	if (a->reader_waits)
		pthread_cond_signal(&a->done);
}

static void *run(void *context)
{
	struct stat_ahead *a = context;

	pthread_mutex_lock(&a->lock);
	while (!a->stop && is_any_left(a)) {
		if (has_room(a)) {
			take_step(a);
			continue;
		}
		a->n_waiting++;
		pthread_cond_wait(&a->room, &a->lock);
		a->n_waiting--;
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

struct stat_ahead *stat_ahead_begin(int fd, char *const *names, size_t at, size_t n)
{
	if (n - at < WORTH_IT)
		return NULL;
	struct stat_ahead *a = malloc(sizeof *a);
	if (!a)
		return NULL;
	*a = (struct stat_ahead){ .fd = fd, .names = names, .n = n, .reader = at / STEP, .next = at / STEP };
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->done, NULL);
	pthread_cond_init(&a->room, NULL);
	while (a->n_threads < N_THREADS && pthread_create(&a->threads[a->n_threads], NULL, run, a) == 0)
		a->n_threads++;
	return a;
}

/* Whoever waits helps, as long as there is something to look at. */
static void advance(struct stat_ahead *a, size_t step)
{
	pthread_mutex_lock(&a->lock);
	a->reader = step;
	if (a->n_waiting)
		pthread_cond_broadcast(&a->room);
	while (a->ready[step % STEPS] != step + 1) {
		if (is_any_left(a) && has_room(a)) {
			take_step(a);
			continue;
		}
		a->reader_waits = true;
		pthread_cond_wait(&a->done, &a->lock);
		a->reader_waits = false;
	}
	pthread_mutex_unlock(&a->lock);
	a->had = step + 1;
}

int stat_ahead_get(struct stat_ahead *a, size_t i, struct stat *out)
{
	const struct look *l = &a->looks[i % STAT_AHEAD];

	if (i / STEP + 1 != a->had)
		advance(a, i / STEP);
	*out = l->stat;
	return l->error;
}

void stat_ahead_end(struct stat_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_broadcast(&a->room);
	pthread_mutex_unlock(&a->lock);
	for (unsigned i = 0; i < a->n_threads; i++)
		pthread_join(a->threads[i], NULL);
	pthread_cond_destroy(&a->room);
	pthread_cond_destroy(&a->done);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
