/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lessons.h - what one walk over the archive teaches that an earlier moment of it would have needed: which contents are new (a file that vanished and
 *             has come back under another name), and which file systems only got another number.
 *
 * A file system is renumbered, not unmounted, when a file on it still has its inode, change time and size. Device numbers of disks without a fixed
 * place, of network and btrfs mounts change with each mount.
 */
#ifndef INDEXER_LESSONS_H
#define INDEXER_LESSONS_H

#include "base/bytes.h"

#define LESSON_DEVICES 16u

struct lessons {
	struct buf fresh;    /* u64 each: hashes of new files' bytes */
	bool sorted;
	struct buf vanished; /* struct vanished_file each */
	struct renumbered {
		uint64_t was, is;
	} devices[LESSON_DEVICES];
	uint32_t n_devices;
};
struct vanished_file {
	uint64_t hash, n_articles;
};
#define LESSONS_INIT { .fresh = BUF_INIT, .vanished = BUF_INIT }
void lessons_release(struct lessons *l);

enum fund_status lessons_add_fresh(struct lessons *l, uint64_t hash);
enum fund_status lessons_add_vanished(struct lessons *l, uint64_t hash, uint64_t n_articles);
/* Behind the walk: are these bytes among the new files? Never for hash 0, which stands for "not known". */
bool lessons_is_fresh(struct lessons *l, uint64_t hash);
/* Articles of vanished files whose bytes have come back. */
uint64_t lessons_renamed(struct lessons *l);

void lessons_add_device(struct lessons *l, uint64_t was, uint64_t is);
bool lessons_same_device(const struct lessons *l, uint64_t was, uint64_t is);

#endif
