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
#include "indexer/converter.h"
#include "indexer/siblings.h"

struct file_reader; /* reusable: keeps its buffers from file to file */

/* What one file may use; beyond it the file (or the member of a container) has failed, FUND_LIMIT. */
struct reader_limits {
	uint64_t bytes;	   /* of what has to be read whole: a text, a page, a member that is a 7z */
	uint64_t total;	   /* that come out of compression and containers */
	uint32_t ratio;	   /* of a layer: expanded : packed, once 16 MiB are exceeded */
	uint32_t depth;	   /* compression and containers nested */
	uint32_t members;  /* of a container */
	uint32_t seconds;  /* without an article: of a reader in a process of its own */
	uint64_t memory;   /* of such a process, beyond what it has at its start */
	const struct siblings *siblings; /* files beside it that it may have; NULL: none */
	const char *pdftotext; /* the program, for whoever starts processes; NULL: none */
	const struct converter *converter; /* it, for the reader of PDF; NULL: none */
};
extern const struct reader_limits reader_limits_default;

enum fund_status file_reader_new(struct file_reader **out, const struct reader_limits *limits);
void file_reader_free(struct file_reader *r);

/* From the next file on: who opens files beside it. NULL: nobody. */
void file_reader_set_siblings(struct file_reader *r, const struct siblings *siblings);
/* Who starts pdftotext; NULL: nobody. */
void file_reader_set_converter(struct file_reader *r, const struct converter *converter);
/* Only what code of our own reads in the file as it is (plain text, JSON Lines); of anything else file_reader_open() says FUND_NOT_FOUND. */
void file_reader_set_own_only(struct file_reader *r, bool own_only);

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

/* FUND_OK: an article. FUND_END. Anything else with *recovered: one record or member cannot be read, go on; else the file ends here, as failed.
 * `why` says what (whoever reports puts "path: ", "path:17: " or "path#member: " before it: `line` and out->member are set where they are
 * known). FUND_UNSUPPORTED (with *recovered): a member that holds no article, which is no failure. */
enum fund_status file_reader_next(struct file_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why);

/* XXH3 of the bytes of a file, streamed. */
enum fund_status file_hash(int fd, uint64_t *hash, struct fault *why);

#endif
