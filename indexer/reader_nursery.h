/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_nursery.h - a small process that starts the processes that read files, so that a program of many threads need not fork.
 *
 *	fundstelle-index ──┬── nursery ──┬── reader: confined, one a worker
 *	  its threads      │             ├── reader
 *	                   │             └── pdftotext: confined, while it is needed
 *
 * It is started while the program is small and has one thread, holds no file of it, and ends with it. Whatever becomes of a reader, the
 * nursery waits for it, and tells how it ended.
 * Threads  any may ask; one at a time.
 */
#ifndef INDEXER_READER_NURSERY_H
#define INDEXER_READER_NURSERY_H

#include <sys/types.h>

#include "indexer/file_reader.h"

struct reader_nursery;

/* `child` runs in each reader process, with its end of a stream socket, until it returns. */
enum fund_status reader_nursery_start(struct reader_nursery **out, const struct reader_limits *limits,
				      void (*child)(int socket, const struct reader_limits *limits), struct fault *why);
/* Ends it and all its readers. NULL is allowed. */
void reader_nursery_stop(struct reader_nursery *n);
const struct reader_limits *reader_nursery_limits(const struct reader_nursery *n);

/* A new reader, and the other end of its socket, which belongs to the caller. */
enum fund_status reader_nursery_spawn(struct reader_nursery *n, pid_t *pid, int *socket, struct fault *why);
/* The same for the program of limits.pdftotext, confined; the socket is its input and its output. FUND_UNSUPPORTED: it is not there. */
enum fund_status reader_nursery_convert(struct reader_nursery *n, pid_t *pid, int *socket);
/* Whether it has ended by itself, and how; FUND_NOT_FOUND: it runs. */
enum fund_status reader_nursery_look(struct reader_nursery *n, pid_t pid, int *status);
/* Ends the reader if it has not ended; *status as waitpid() gives it. */
enum fund_status reader_nursery_reap(struct reader_nursery *n, pid_t pid, int *status);

#endif
