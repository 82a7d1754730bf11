/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file_reader.h - a file of the archive in, its articles out: recognised by content, decompressed, decoded.
 *
 * The one door to all formats: whoever indexes knows none of them. A format is one file behind reader.h.
 * Threads  one reader a thread; files are independent.
 */
#ifndef INDEXER_FILE_READER_H
#define INDEXER_FILE_READER_H

#include "indexer/article.h"

struct file_reader; /* reusable: keeps its buffers from file to file */

/* What a reader may use for one file; beyond it the file is FUND_LIMIT, as failed. */
struct reader_limits {
	uint64_t bytes;	   /* of decompressed input; default 1 GiB a member that is read whole */
	uint32_t ratio;	   /* decompressed : compressed, once 16 MiB are exceeded */
	uint32_t depth;	   /* compression and containers nested */
	uint32_t seconds;
};
extern const struct reader_limits reader_limits_default;

enum fund_status file_reader_new(struct file_reader **out, const struct reader_limits *limits);
void file_reader_free(struct file_reader *r);

/* A part of a file: whole files have first 0, len UINT64_MAX. */
struct file_range {
	uint64_t first, len;
};
/* Where a big file may be cut so that its parts can be read side by side: only plain files of one record a line. Fills up to
 * `max` ranges of about `target` bytes, in order, covering the file; one range of everything where it cannot be cut. Ranges depend on the file's bytes and
 * `target` alone. `fd` is open for reading. */
enum fund_status file_ranges(int fd, struct slice path, uint64_t size, uint64_t target, struct file_range *ranges, uint32_t max, uint32_t *n,
			     struct fault *why);

/* Start on an open regular file; `path` is relative to its root (its name helps recognition, its folders give the date). Does not close fd.
 * FUND_UNSUPPORTED: recognised, and holds no article: skip it; the fault names what it is. FUND_INVALID, FUND_LIMIT, FUND_IO: failed, why. */
enum fund_status file_reader_open(struct file_reader *r, int fd, struct slice path, struct file_range range, struct fault *why);

/* FUND_OK: an article. FUND_END. FUND_INVALID with *recovered: one bad record, named in `why` ("line 17: …"; whoever reports puts "path: " or "path:17: " before
 * it: `line` is set), go on. Anything else: the file ends here, as failed. */
enum fund_status file_reader_next(struct file_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why);

/* XXH3 of the bytes of a file, streamed. */
enum fund_status file_hash(int fd, uint64_t *hash, struct fault *why);

#endif
