/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void spool_init(struct spool *s, const char *dir, size_t limit)
{
	*s = (struct spool){ .dir = dir, .limit = limit, .fd = -1 };
}

void spool_release(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	buf_release(&s->tail);
}

/* A file without a name. */
static enum fund_status open_file(struct spool *s)
{
	struct buf name = BUF_INIT;
	enum fund_status st;

	s->fd = open(s->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (s->fd >= 0)
		return FUND_OK;
	st = buf_add_format(&name, "%s/run-XXXXXX", s->dir);
	if (st == FUND_OK && !buf_str(&name))
		st = FUND_NO_MEMORY;
	if (st == FUND_OK) {
		s->fd = mkstemp((char *)name.data);
		if (s->fd >= 0)
			unlink((const char *)name.data);
		else
			st = fault_errno(&s->fault, errno, "%s: cannot make a temporary file", s->dir);
	}
	buf_release(&name);
	return st;
}

static enum fund_status write_out(struct spool *s)
{
	size_t done = 0;
	enum fund_status st = s->fd < 0 ? open_file(s) : FUND_OK;

	while (st == FUND_OK && done < s->tail.len) {
		ssize_t n = pwrite(s->fd, s->tail.data + done, s->tail.len - done, (off_t)(s->in_file + done));
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			st = fault_errno(&s->fault, errno, "%s: cannot write a temporary file", s->dir);
	}
	if (st == FUND_OK) {
		s->in_file += done;
		buf_reset(&s->tail);
	}
	return st;
}

static enum fund_status no_memory(struct spool *s)
{
	return fault_set(&s->fault, FUND_NO_MEMORY, "out of memory");
}

enum fund_status spool_write(struct spool *s, const void *data, size_t len)
{
	if (s->tail.len + len > s->limit && s->tail.len) {
		enum fund_status st = write_out(s);
		if (st != FUND_OK)
			return st;
	}
	return buf_add(&s->tail, data, len) == FUND_OK ? FUND_OK : no_memory(s);
}

enum fund_status spool_varint(struct spool *s, uint64_t v)
{
	uint8_t bytes[VARINT64_MAX];

	return spool_write(s, bytes, (size_t)(put_varint(bytes, v) - bytes));
}

/* ---- reading ---- */

enum fund_status spool_reader_init(struct spool_reader *r, const struct spool *s, uint64_t at, uint64_t end, size_t cap)
{
	*r = (struct spool_reader){ .spool = s, .at = at, .end = end, .cap = cap };
	r->room = malloc(cap);
	return r->room ? FUND_OK : FUND_NO_MEMORY;
}

void spool_reader_release(struct spool_reader *r)
{
	free(r->room);
	r->room = NULL;
}

bool spool_reader_fill(struct spool_reader *r)
{
	uint64_t left = r->end - r->at;
	size_t want = left < r->cap ? (size_t)left : r->cap;

	r->next = r->have = 0;
	if (want == 0 || r->status != FUND_OK)
		return false;
	if (r->at >= r->spool->in_file) {
		memcpy(r->room, r->spool->tail.data + (r->at - r->spool->in_file), want);
	} else {
		ssize_t n;
		if (r->at + want > r->spool->in_file)
			want = (size_t)(r->spool->in_file - r->at);
		do
			n = pread(r->spool->fd, r->room, want, (off_t)r->at);
		while (n < 0 && errno == EINTR);
		if (n <= 0) {
			r->status = FUND_IO;
			return false;
		}
		want = (size_t)n;
	}
	r->have = want;
	r->at += want;
	return true;
}

void spool_reader_bytes(struct spool_reader *r, void *out, size_t len)
{
	uint8_t *to = out;

	while (len) {
		if (r->next == r->have && !spool_reader_fill(r)) {
			if (r->status == FUND_OK)
				r->status = FUND_CORRUPT;
			memset(to, 0, len);
			return;
		}
		size_t n = r->have - r->next < len ? r->have - r->next : len;
		memcpy(to, r->room + r->next, n);
		r->next += n;
		to += n;
		len -= n;
	}
}
