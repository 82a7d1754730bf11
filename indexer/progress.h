/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.h - how far a run is, on a terminal: files and bytes done, rate, time left. One line on stderr that is written over.
 *
 * How much there is to do is counted ahead, by a thread of its own that walks the archive beside the run: until it is through, the line says what is
 * done alone.
 */
#ifndef INDEXER_PROGRESS_H
#define INDEXER_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/bytes.h"

struct progress {
	bool on, shown;
	uint64_t files, bytes; /* done: read, or seen to be as they were */
	double start, last;
	/* what there is */
	const char *const *paths;
	uint32_t n_paths;
	const char *index;
	uint64_t total_files, total_bytes; /* once `counted` */
	atomic_bool counted, stop;
	bool counting; /* there is a thread */
	pthread_t thread;
};

void progress_init(struct progress *p, bool on);
/* Starts to count, if the progress is shown; what belongs to the index in the directory `index` does not count. Both must live until progress_end(). No process may be forked in between. */
void progress_count(struct progress *p, const char *const *paths, uint32_t n_paths, const char *index);
void progress_end(struct progress *p);
void progress_step(struct progress *p); /* cheap: writes five times a second */
void progress_clear(struct progress *p); /* before anything else is printed */

/* The line after so many seconds; returns its length. */
size_t progress_line(const struct progress *p, double passed, char *out, size_t cap);

#endif
