/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.h - the regular files below a root, in the order of their paths' bytes.
 *
 * Directories are sorted as if their names ended in '/', so that the stream is in plain byte order of the whole relative path. Symbolic
 * links are not followed, FIFOs, sockets and devices not reported. Memory: one directory's names a level. One fstatat a file,
 * in big directories ahead of the caller (stat_ahead.h).
 */
#ifndef INDEXER_WALK_H
#define INDEXER_WALK_H

#include "base/bytes.h"

enum walk_kind {
	WALK_FILE,
	WALK_UNREADABLE, /* a directory (or entry) that could not be read: `path` ("" is the root), why. Its files are unknown, not gone */
};

struct walk_entry {
	enum walk_kind kind;
	struct slice path; /* relative to the root; until the next call. A root that is a file has its name */
	bool directory;	   /* WALK_UNREADABLE: stands where its files would; else only this entry is unknown */
	uint64_t size, inode, device;
	int64_t mtime_ns, ctime_ns;
};

struct walk;
/* FUND_NOT_FOUND: the root is missing; FUND_INVALID: neither directory nor regular file; FUND_IO. */
enum fund_status walk_open(struct walk **out, const char *root, struct fault *why);
/* What belongs to the index in the directory `index`, known by its device and inode, is passed over, should the walk come there. Before the first
 * walk_next(); an index that is not there yet is none. */
void walk_pass_index(struct walk *w, const char *index);
/* FUND_END. `why` is set for WALK_UNREADABLE. */
enum fund_status walk_next(struct walk *w, struct walk_entry *out, struct fault *why);
/* Open the current file for reading, O_NOFOLLOW, and make sure that it still is a regular file. */
enum fund_status walk_open_file(struct walk *w, int *fd, struct fault *why);
/* The same later and from any thread: relative to the root, no component of the path is followed as a link. */
enum fund_status walk_open_path(const struct walk *w, struct slice path, int *fd, struct fault *why);
/* Each name in the folder that holds `path`, in no order; nothing where the root is a file: what is beside it is not ours. */
enum fund_status walk_list(const struct walk *w, struct slice path, void (*each)(void *context, const char *name), void *context);
/* A file of the root's tree other than the walk's own, as walk_open_path(); FUND_NOT_FOUND also where the root is a file. */
enum fund_status walk_open_sibling(const struct walk *w, struct slice path, int *fd, struct fault *why);
bool walk_is_file(const struct walk *w); /* the root is a file */
uint64_t walk_device(const struct walk *w);
/* The descriptor of the root, or of its folder where the root is a file; the walk's. */
int walk_folder(const struct walk *w);
/* st_dev of the deepest directory on the way to `path` that exists, for unmounted disks; *len: the bytes of its path, with '/'. */
enum fund_status walk_directory_device(const struct walk *w, struct slice path, uint64_t *device, size_t *len);
void walk_close(struct walk *w);

#endif
