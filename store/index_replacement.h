/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_replacement.h - an index of an older format gives way to one that is built beside it.
 *
 * Life     begin (takes the old one's lock) -> an index_writer makes an index in index_replacement_dir(), is closed -> publish (the old one is
 *          replaced at once) or not -> end.
 * Disk     DIR/rebuild. The old data.mdb is not touched before publish; who has it open keeps it, so the program that wrote it goes on answering.
 *          What a killed run left there goes with the next writer of DIR.
 */
#ifndef STORE_INDEX_REPLACEMENT_H
#define STORE_INDEX_REPLACEMENT_H

#include "base/bytes.h"
#include "store/lock.h"

struct index_replacement {
	struct write_lock lock;
	struct buf dir, beside; /* strings */
};

/* Whatever it returns, index_replacement_end() is called. FUND_INVALID: `dir` holds no index of an older format (any more). Else as index_writer_open(). */
enum fund_status index_replacement_begin(struct index_replacement *r, const char *dir, uint64_t wait_seconds, struct fault *why);
const char *index_replacement_dir(const struct index_replacement *r);
enum fund_status index_replacement_publish(struct index_replacement *r, struct fault *why);
/* Deletes what is beside and was not published, and gives the lock back. */
void index_replacement_end(struct index_replacement *r);

#endif
