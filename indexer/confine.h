/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - take from a process or thread what reading files does not need. Silently less where the kernel has less.
 *
 * Source   Linux: Documentation/userspace-api/landlock.rst, seccomp_filter.rst.
 */
#ifndef INDEXER_CONFINE_H
#define INDEXER_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

/* The calling process, for good: it opens, makes, removes and executes nothing, connects to nothing (Landlock), and of the system's calls only those are
 * left that memory, time and descriptors it already has need (seccomp); more memory than `memory` bytes beyond what it has now is refused. */
void confine_process(uint64_t memory);

/* The calling process, which is about to become `program`: it reads and executes what the system has installed (/usr, /lib) and `program`, and nothing else; it
 * writes, makes and reaches nothing, starts no other process, and has so much memory and so many seconds of the processor. */
void confine_program(const char *program, uint64_t memory, unsigned seconds);

/* A set of what threads may open: these folders' files for reading, and one folder for its own files. -1: the kernel has no Landlock. */
int confine_set_new(void);
void confine_set_allow_reading(int set, int folder);
void confine_set_allow_writing(int set, const char *folder);
/* The calling thread, for good. */
void confine_thread(int set);

#endif
