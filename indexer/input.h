/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - a stream of bytes: a file's range, or what a decompressor or a container makes of one.
 *
 * Borrowed bytes are valid until the next call on the same input.
 */
#ifndef INDEXER_INPUT_H
#define INDEXER_INPUT_H

#include "base/bytes.h"

struct input;

/* Reads fd from `first`, at most `len` bytes, by pread; does not close it. */
enum fund_status input_open_fd(struct input **out, int fd, uint64_t first, uint64_t len, struct fault *why);
/* A copy of nothing: reads bytes that stay where they are until it is closed. */
enum fund_status input_open_bytes(struct input **out, struct slice bytes);
void input_close(struct input *in); /* NULL is allowed */

/* At least min(want, what is left) bytes, without consuming them; want <= 1 MiB. */
enum fund_status input_peek(struct input *in, size_t want, struct slice *out, struct fault *why);
/* Some bytes, at least 1, consumed; FUND_END. */
enum fund_status input_read(struct input *in, struct slice *out, struct fault *why);
/* The same, no more than `max` bytes. */
enum fund_status input_read_at_most(struct input *in, uint64_t max, struct slice *out, struct fault *why);
/* All the rest, at most `max` bytes (else FUND_LIMIT), behind what `out` holds. */
enum fund_status input_read_all(struct input *in, uint64_t max, struct buf *out, struct fault *why);
/* The next line without its newline (nor a carriage return before it); FUND_LIMIT when longer than `max`; FUND_END. */
enum fund_status input_read_line(struct input *in, size_t max, struct slice *line, struct fault *why);
/* *out: what reads `in` as UTF-8 where it is UTF-16 or UTF-32, by its byte order mark (which becomes UTF-8's) or its zeros, *name which; else both NULL.
 * Borrows `in`. */
enum fund_status input_as_utf8(struct input **out, const char **name, struct input *in, struct fault *why);

#endif
