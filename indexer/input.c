/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/input_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK ((size_t)256 << 10)

/* Bytes wait in buf from `at` on; refilled from the source when they run out. */
struct input {
	struct input_source source;
	struct buf buf;
	size_t at;
	uint64_t before; /* bytes that came before buf's first */
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
		in->before += in->at;
		in->at = in->buf.len = 0;
	} else if (in->at > BLOCK) {
		in->before += in->at;
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

static struct slice waiting(const struct input *in) { return slice_from(slice_buf(&in->buf), in->at); }

enum fund_status input_peek(struct input *in, size_t want, struct slice *out, struct fault *why)
{
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && in->buf.len - in->at < want)
		st = refill(in, why);
	*out = waiting(in);
	return st == FUND_END ? FUND_OK : st;
}

enum fund_status input_read_at_most(struct input *in, uint64_t max, struct slice *out, struct fault *why)
{
	if (in->at == in->buf.len) {
		enum fund_status st = refill(in, why);
		if (st != FUND_OK)
			return st;
	}
	*out = waiting(in);
	if (out->len > max)
		out->len = (size_t)max;
	in->at += out->len;
	return FUND_OK;
}

enum fund_status input_read(struct input *in, struct slice *out, struct fault *why) { return input_read_at_most(in, UINT64_MAX, out, why); }

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

/* ---- budget ---- */

#define RATIO_FREE ((uint64_t)16 << 20) /* bytes out before the ratio counts */

enum fund_status read_budget_take(struct read_budget *b, size_t n, struct fault *why)
{
	b->bytes += n;
	return b->bytes <= b->limits.total ? FUND_OK : fault_set(why, FUND_LIMIT, "expands to more than %llu bytes", (unsigned long long)b->limits.total);
}

enum fund_status read_budget_ratio(const struct read_budget *b, uint64_t in, uint64_t out, struct fault *why)
{
	if (out <= RATIO_FREE || out / (in ? in : 1) <= b->limits.ratio)
		return FUND_OK;
	return fault_set(why, FUND_LIMIT, "expands to more than %u times its size", b->limits.ratio);
}

/* ---- places ---- */

uint64_t input_tell(const struct input *in) { return in->before + in->at; }
bool input_is_seekable(const struct input *in) { return in->source.seek != NULL; }
uint64_t input_size(const struct input *in) { return in->source.size; }

void input_seek(struct input *in, uint64_t to)
{
	if (to >= in->before && to <= in->before + in->buf.len) {
		in->at = (size_t)(to - in->before);
		return;
	}
	in->source.seek(in->source.context, to);
	in->before = to;
	in->at = in->buf.len = 0;
	in->ended = false;
}

/* ---- files ---- */

struct file {
	int fd;
	uint64_t at, first, end;
};

static enum fund_status file_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct file *f = context;
	uint64_t left = f->at < f->end ? f->end - f->at : 0;
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

static void file_seek(void *context, uint64_t to)
{
	struct file *f = context;
	f->at = to < f->end - f->first ? f->first + to : f->end;
}

/* Where the file ends now; a range of it, where that is sooner. */
static uint64_t range_end(const struct stat *st, uint64_t first, uint64_t len)
{
	uint64_t size = st->st_size > 0 ? (uint64_t)st->st_size : 0;
	if (first >= size)
		return first;
	return len < size - first ? first + len : size;
}

enum fund_status input_open_fd(struct input **out, int fd, uint64_t first, uint64_t len, struct fault *why)
{
	struct stat st;
	struct file *f = malloc(sizeof *f);
	*out = NULL;
	if (!f)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	if (fstat(fd, &st) != 0) { /* never taken for an empty file: its articles would be lost */
		free(f);
		return fault_errno(why, errno, "cannot be read");
	}
	*f = (struct file){ fd, first, first, range_end(&st, first, len) };
	posix_fadvise(fd, (off_t)first, 0, POSIX_FADV_SEQUENTIAL);
	enum fund_status opened = input_open(out, (struct input_source){ f, file_read, free, file_seek, f->end - first });
	return opened == FUND_OK ? opened : fault_set(why, opened, "out of memory");
}

/* ---- bytes in memory ---- */

struct memory {
	struct buf owned;
	struct slice bytes;
	size_t at;
};

static enum fund_status memory_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct memory *m = context;
	size_t left = m->bytes.len - m->at;
	(void)why;
	*len = left < cap ? left : cap;
	if (*len)
		memcpy(out, m->bytes.data + m->at, *len);
	m->at += *len;
	return FUND_OK;
}

static void memory_seek(void *context, uint64_t to)
{
	struct memory *m = context;
	m->at = to < m->bytes.len ? (size_t)to : m->bytes.len;
}

static void memory_close(void *context)
{
	struct memory *m = context;
	buf_release(&m->owned);
	free(m);
}

/* Takes `owned` where there is any; else borrows the bytes. */
static enum fund_status open_memory(struct input **out, struct buf owned, struct slice bytes)
{
	struct memory *m = malloc(sizeof *m);
	*out = NULL;
	if (!m) {
		buf_release(&owned);
		return FUND_NO_MEMORY;
	}
	*m = (struct memory){ owned, owned.data ? slice_buf(&owned) : bytes, 0 };
	return input_open(out, (struct input_source){ m, memory_read, memory_close, memory_seek, m->bytes.len });
}

enum fund_status input_open_bytes(struct input **out, struct slice bytes) { return open_memory(out, (struct buf)BUF_INIT, bytes); }
enum fund_status input_open_buf(struct input **out, struct buf owned) { return open_memory(out, owned, (struct slice){ NULL, 0 }); }

enum fund_status input_into_memory(struct input **in, uint64_t max, struct fault *why)
{
	struct buf all = BUF_INIT;
	enum fund_status st = input_read_all(*in, max, &all, why);
	input_close(*in);
	*in = NULL;
	if (st != FUND_OK) {
		buf_release(&all);
		return st;
	}
	st = input_open_buf(in, all);
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}
