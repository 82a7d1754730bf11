/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.h - write.lock: who may write an index.
 *
 * The lock belongs to the open file (fcntl's OFD locks, flock where they are missing), so the kernel drops it with a
 * process that is killed. The text in it, "pid start\n", only serves the message; the file stays.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/bytes.h"

struct write_lock {
	int fd; /* -1: not held */
};
#define WRITE_LOCK_INIT { -1 }

/* Polls up to `wait_seconds` (UINT64_MAX: for ever). FUND_LOCKED: `why` names pid and start of the owner;
 * FUND_INTERRUPTED: a signal came while waiting; FUND_IO, FUND_NO_SPACE. */
enum fund_status write_lock_take(struct write_lock *l, const char *dir, uint64_t wait_seconds, struct fault *why);
void write_lock_release(struct write_lock *l); /* also when not held */

#endif
