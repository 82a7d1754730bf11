/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * readers.h - a snapshot's place in LMDB's table of readers, which keeps the writer from reusing its pages.
 *
 * LMDB forbids to open an environment twice in one process, for closing one drops the other's file locks. So the
 * snapshots of a process share one by its file (device, inode).
 * Threads  all functions may be called by several at once.
 */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include <sys/types.h>

#include "base/bytes.h"

struct reader;

/* FUND_NOT_FOUND: one cannot register there (no lock file, no write access to it, no memory map, no free place, another file
 * than (device, inode) by now): read without. */
enum fund_status reader_register(struct reader **out, const char *dir, dev_t device, ino_t inode);
void reader_leave(struct reader *r); /* NULL is allowed */
uint64_t reader_txnid(const struct reader *r); /* the state that stays until it leaves */

#endif
