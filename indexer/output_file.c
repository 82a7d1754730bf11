/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_no_file(const char *path)
{
	struct stat is;
	return stat(path, &is) == 0 && !S_ISREG(is.st_mode);
}

/* A symbolic link's target; NULL: it is none, or leads nowhere. */
static char *target_of(const char *path)
{
	struct stat is;
	return lstat(path, &is) == 0 && S_ISLNK(is.st_mode) ? realpath(path, NULL) : NULL;
}

const char *output_file_name(const struct output_file *f) { return f->beside.len ? (const char *)f->beside.data : f->path; }

static void release(struct output_file *f)
{
	buf_release(&f->beside);
	free(f->target);
	f->target = NULL;
}

enum fund_status output_file_open(struct output_file *f, const char *path, mode_t mode, struct fault *why)
{
	bool in_place = is_no_file(path);
	*f = (struct output_file){ .target = in_place ? NULL : target_of(path), .beside = BUF_INIT, .fd = -1 };
	f->path = f->target ? f->target : path;
	if (!in_place && (buf_add_format(&f->beside, "%s.%ld", f->path, (long)getpid()) != FUND_OK || !buf_str(&f->beside))) {
		release(f);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	f->fd = open(output_file_name(f), O_WRONLY | O_CLOEXEC | (in_place ? 0 : O_CREAT | O_TRUNC), mode);
	if (f->fd >= 0)
		return FUND_OK;
	enum fund_status st = fault_errno(why, errno, "%s", output_file_name(f));
	release(f);
	return st;
}

enum fund_status output_file_close(struct output_file *f, enum fund_status st, struct fault *why)
{
	if (close(f->fd) != 0 && st == FUND_OK)
		st = fault_errno(why, errno, "%s", output_file_name(f));
	if (f->beside.len && st == FUND_OK && rename(output_file_name(f), f->path) != 0)
		st = fault_errno(why, errno, "%s", f->path);
	if (f->beside.len && st != FUND_OK)
		unlink(output_file_name(f));
	release(f);
	return st;
}
