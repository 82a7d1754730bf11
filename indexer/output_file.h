/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output_file.h - a file that is there whole or not at all: written beside its place, renamed once it is complete. A pipe or a device is written to, never replaced;
 * nor is a symbolic link, but what it leads to (/dev/stdout may be a file).
 */
#ifndef INDEXER_OUTPUT_FILE_H
#define INDEXER_OUTPUT_FILE_H

#include <sys/types.h>

#include "base/bytes.h"
#include "base/status.h"

struct output_file {
	const char *path; /* borrowed; what it leads to: `target`, or NULL */
	char *target;
	struct buf beside; /* empty: `path` itself is written */
	int fd;
};

/* `mode` is that of a new file, before the umask. */
enum fund_status output_file_open(struct output_file *f, const char *path, mode_t mode, struct fault *why);
/* What is being written, for messages; until it is closed. */
const char *output_file_name(const struct output_file *f);
/* `st` is how the writing went: after a failure, which is given back, no file is left. */
enum fund_status output_file_close(struct output_file *f, enum fund_status st, struct fault *why);

#endif
