/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - a stream of bytes: a file's range, or what a decompressor makes of one.
 *
 * Borrowed bytes are valid until the next call on the same input.
 */
#ifndef INDEXER_INPUT_H
#define INDEXER_INPUT_H

#include "base/bytes.h"

struct input;

/* Reads fd from `first`, at most `len` bytes, by pread; does not close it. */
enum fund_status input_open_fd(struct input **out, int fd, uint64_t first, uint64_t len);
void input_close(struct input *in);

/* At least min(want, what is left) bytes, without consuming them; want <= 1 MiB. */
enum fund_status input_peek(struct input *in, size_t want, struct slice *out, struct fault *why);
/* Some bytes, at least 1, consumed; FUND_END. */
enum fund_status input_read(struct input *in, struct slice *out, struct fault *why);
/* All the rest, at most `max` bytes (else FUND_LIMIT), behind what `out` holds. */
enum fund_status input_read_all(struct input *in, uint64_t max, struct buf *out, struct fault *why);
/* The next line without its newline (nor a carriage return before it); FUND_LIMIT when longer than `max`; FUND_END. */
enum fund_status input_read_line(struct input *in, size_t max, struct slice *line, struct fault *why);

#endif
