/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/input_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK ((size_t)256 << 10)

/* Bytes wait in buf from `at` on; refilled from the source when they run out. */
struct input {
	struct input_source source;
	struct buf buf;
	size_t at;
	bool ended;
};

enum fund_status input_open(struct input **out, struct input_source source)
{
	struct input *in = calloc(1, sizeof *in);
	*out = in;
	if (!in) {
		source.close(source.context);
		return FUND_NO_MEMORY;
	}
	in->source = source;
	return FUND_OK;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	in->source.close(in->source.context);
	buf_release(&in->buf);
	free(in);
}

/* One more block behind what waits. */
static enum fund_status refill(struct input *in, struct fault *why)
{
	size_t len;
	if (in->ended)
		return FUND_END;
	if (in->at && in->at == in->buf.len) {
		in->at = in->buf.len = 0;
	} else if (in->at > BLOCK) {
		memmove(in->buf.data, in->buf.data + in->at, in->buf.len - in->at);
		in->buf.len -= in->at;
		in->at = 0;
	}
	enum fund_status st = buf_reserve(&in->buf, BLOCK);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	st = in->source.read(in->source.context, in->buf.data + in->buf.len, BLOCK, &len, why);
	if (st != FUND_OK)
		return st;
	in->buf.len += len;
	in->ended = len == 0;
	return len ? FUND_OK : FUND_END;
}

static struct slice waiting(const struct input *in) { return slice_of(in->buf.data ? in->buf.data + in->at : NULL, in->buf.len - in->at); }

enum fund_status input_peek(struct input *in, size_t want, struct slice *out, struct fault *why)
{
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && in->buf.len - in->at < want)
		st = refill(in, why);
	*out = waiting(in);
	return st == FUND_END ? FUND_OK : st;
}

enum fund_status input_read(struct input *in, struct slice *out, struct fault *why)
{
	if (in->at == in->buf.len) {
		enum fund_status st = refill(in, why);
		if (st != FUND_OK)
			return st;
	}
	*out = waiting(in);
	in->at = in->buf.len;
	return FUND_OK;
}

enum fund_status input_read_all(struct input *in, uint64_t max, struct buf *out, struct fault *why)
{
	struct slice part;
	enum fund_status st;
	uint64_t total = 0;
	while ((st = input_read(in, &part, why)) == FUND_OK) {
		total += part.len;
		if (total > max)
			return fault_set(why, FUND_LIMIT, "larger than %llu bytes", (unsigned long long)max);
		st = buf_add_slice(out, part);
		if (st != FUND_OK)
			return fault_set(why, st, "out of memory");
	}
	return st == FUND_END ? FUND_OK : st;
}

enum fund_status input_read_line(struct input *in, size_t max, struct slice *line, struct fault *why)
{
	size_t searched = 0;
	for (;;) {
		struct slice w = waiting(in);
		const uint8_t *end = w.len > searched ? memchr(w.data + searched, '\n', w.len - searched) : NULL;
		searched = w.len;
		if (!end && searched <= max) {
			enum fund_status st = refill(in, why);
			if (st == FUND_OK)
				continue;
			if (st != FUND_END || w.len == 0)
				return st;
			w = waiting(in);
		}
		size_t len = end ? (size_t)(end - w.data) : w.len;
		if (len > max)
			return fault_set(why, FUND_LIMIT, "a line is longer than %zu bytes", max);
		in->at += len + (end != NULL);
		*line = slice_of(w.data, len && w.data[len - 1] == '\r' ? len - 1 : len);
		return FUND_OK;
	}
}

/* ---- files ---- */

struct file {
	int fd;
	uint64_t at, end;
};

static enum fund_status file_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct file *f = context;
	uint64_t left = f->end - f->at;
	ssize_t n;
	*len = 0;
	if (left == 0)
		return FUND_OK;
	do
		n = pread(f->fd, out, left < cap ? (size_t)left : cap, (off_t)f->at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return fault_errno(why, errno, "cannot be read at byte %llu", (unsigned long long)f->at);
	*len = (size_t)n;
	f->at += (uint64_t)n;
	return FUND_OK;
}

enum fund_status input_open_fd(struct input **out, int fd, uint64_t first, uint64_t len)
{
	struct file *f = malloc(sizeof *f);
	*out = NULL;
	if (!f)
		return FUND_NO_MEMORY;
	*f = (struct file){ fd, first, len > INT64_MAX - first ? INT64_MAX : first + len };
	posix_fadvise(fd, (off_t)first, 0, POSIX_FADV_SEQUENTIAL);
	return input_open(out, (struct input_source){ f, file_read, free });
}
