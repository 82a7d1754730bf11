/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stat_ahead.h - looks at the files of one directory before the walk comes to them, with a few threads.
 *
 * Where a look takes its time (a network, a disk that must turn, or only the kernel), several wait side by side. Memory: a ring of
 * STAT_AHEAD looks, whatever the size of the directory. Without threads, the same looks are done by whoever asks.
 */
#ifndef INDEXER_STAT_AHEAD_H
#define INDEXER_STAT_AHEAD_H

#include <stddef.h>
#include <sys/stat.h>

#define STAT_AHEAD 2048 /* as many names the threads may be in front of the walk */

struct stat_ahead;
/* Of names[at] to names[n - 1] in the directory `fd`; names that end in '/' are left out. Descriptor and names stay the caller's and have to
 * live until stat_ahead_end(). NULL: no memory, or too few names to be worth it: look at them one by one. */
struct stat_ahead *stat_ahead_begin(int fd, char *const *names, size_t at, size_t n);
/* fstatat() of names[i] without following links: 0 or the error's number. `i` never goes back. */
int stat_ahead_get(struct stat_ahead *a, size_t i, struct stat *out);
/* Waits for looks that have begun. NULL is allowed. */
void stat_ahead_end(struct stat_ahead *a);

#endif
