/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/file_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "indexer/date.h"
#include "indexer/formats.h"
#include "indexer/input_source.h"

#define HEAD ((size_t)64 << 10) /* what formats are recognised by */

const struct reader_limits reader_limits_default = { (uint64_t)1 << 30, 250, 4, 300 };

struct file_reader {
	struct reader_limits limits;
	struct input *in;
	const struct reader_format *format;
	struct reader *reader;
	struct buf path;
	uint32_t path_date;
	int fd;
	uint64_t first; /* of the range: lines before it are counted when one is to be named */
	time_t deadline;
};

enum fund_status file_reader_new(struct file_reader **out, const struct reader_limits *limits)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return FUND_NO_MEMORY;
	(*out)->limits = limits ? *limits : reader_limits_default;
	return FUND_OK;
}

static void end_file(struct file_reader *r)
{
	if (r->format)
		r->format->close(r->reader);
	input_close(r->in);
	r->format = NULL;
	r->reader = NULL;
	r->in = NULL;
}

void file_reader_free(struct file_reader *r)
{
	if (!r)
		return;
	end_file(r);
	buf_release(&r->path);
	free(r);
}

static time_t seconds_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* The name without what compression put behind it. */
static struct slice inner_name(struct slice name)
{
	static const char *const endings[] = { ".gz", ".bz2", ".xz", ".zst" };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t len = strlen(endings[i]);
		if (name.len > len && memcmp(name.data + name.len - len, endings[i], len) == 0)
			return slice_of(name.data, name.len - len);
	}
	return name;
}

/* Takes off compression, layer by layer. */
static enum fund_status unwrap(struct file_reader *r, struct slice *name, struct slice *head, struct fault *why)
{
	for (uint32_t depth = 0;; depth++) {
		enum fund_status st = input_peek(r->in, HEAD, head, why);
		if (st != FUND_OK || !compression_name(*head))
			return st;
		if (depth == r->limits.depth)
			return fault_set(why, FUND_LIMIT, "compressed more than %u times over", r->limits.depth);
		struct input *outer = r->in;
		r->in = NULL;
		st = input_open_decompressed(&r->in, outer, &r->limits, why);
		if (st != FUND_OK)
			return st;
		*name = inner_name(*name);
	}
}

enum fund_status file_reader_open(struct file_reader *r, int fd, struct slice path, struct file_range range, struct fault *why)
{
	struct slice head, name;
	end_file(r);
	buf_reset(&r->path);
	enum fund_status st = buf_add_slice(&r->path, path);
	if (st == FUND_OK)
		st = input_open_fd(&r->in, fd, range.first, range.len);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	r->fd = fd;
	r->first = range.first;
	r->path_date = date_of_path(path);
	r->deadline = seconds_now() + (time_t)r->limits.seconds;
	name = slice_buf(&r->path);
	st = unwrap(r, &name, &head, why);
	if (st == FUND_OK)
		st = format_of(head, head.len < HEAD, name, &r->format, why);
	if (st == FUND_OK)
		st = r->format->open(&r->reader, r->in, name, &r->limits, why);
	if (st == FUND_END)
		return FUND_OK; /* empty: no format, no article */
	if (st != FUND_OK)
		end_file(r);
	return st;
}

/* How many lines end before the range. */
static uint64_t lines_before(int fd, uint64_t first)
{
	uint8_t block[16384];
	uint64_t lines = 0, at = 0;
	while (at < first) {
		ssize_t n = pread(fd, block, first - at < sizeof block ? (size_t)(first - at) : sizeof block, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			lines += block[i] == '\n';
		at += (uint64_t)n;
	}
	return lines;
}

enum fund_status file_reader_next(struct file_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	*recovered = false;
	*line = 0;
	if (!r->format)
		return FUND_END;
	if (seconds_now() > r->deadline) {
		end_file(r);
		return fault_set(why, FUND_LIMIT, "took more than %u s", r->limits.seconds);
	}
	enum fund_status st = r->format->next(r->reader, out, recovered, line, why);
	if (st == FUND_OK && out->date == 0)
		out->date = r->path_date;
	if (st != FUND_OK && st != FUND_END && *line && r->first)
		*line += lines_before(r->fd, r->first);
	if (st != FUND_OK && !*recovered)
		end_file(r);
	return st;
}

/* ---- ranges ---- */

/* The offset behind the first newline at or behind `at`, or the file's size. */
static enum fund_status behind_newline(int fd, uint64_t at, uint64_t size, uint64_t *out, struct fault *why)
{
	uint8_t block[16384];
	while (at < size) {
		ssize_t n = pread(fd, block, sizeof block, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_errno(why, errno, "cannot be read at byte %llu", (unsigned long long)at);
		if (n == 0)
			break;
		const uint8_t *end = memchr(block, '\n', (size_t)n);
		if (end) {
			*out = at + (uint64_t)(end - block) + 1;
			return FUND_OK;
		}
		at += (uint64_t)n;
	}
	*out = size;
	return FUND_OK;
}

static enum fund_status is_one_a_line(int fd, struct slice path, uint64_t size, bool *yes, struct fault *why)
{
	const struct reader_format *format;
	struct input *in;
	struct slice head;
	*yes = false;
	enum fund_status st = input_open_fd(&in, fd, 0, size);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	st = input_peek(in, HEAD, &head, why);
	if (st == FUND_OK && !compression_name(head) && format_of(head, head.len < HEAD, path, &format, NULL) == FUND_OK)
		*yes = format->one_a_line;
	input_close(in);
	return st;
}

enum fund_status file_ranges(int fd, struct slice path, uint64_t size, uint64_t target, struct file_range *ranges, uint32_t max, uint32_t *n,
			     struct fault *why)
{
	bool cut = false;
	enum fund_status st = FUND_OK;
	if (size > target && max > 1)
		st = is_one_a_line(fd, path, size, &cut, why);
	*n = 0;
	if (st != FUND_OK || !cut) {
		ranges[(*n)++] = (struct file_range){ 0, UINT64_MAX };
		return st;
	}
	if (size / max >= target) /* fewer, larger ranges */
		target = size / (max - 1) + 1;
	for (uint64_t at = 0; at < size && st == FUND_OK;) {
		uint64_t end = size;
		if (size - at > target)
			st = behind_newline(fd, at + target, size, &end, why);
		if (st == FUND_OK)
			ranges[(*n)++] = (struct file_range){ at, end - at };
		at = end;
	}
	return st;
}

enum fund_status file_hash(int fd, uint64_t *hash, struct fault *why)
{
	const size_t block = (size_t)256 << 10;
	uint8_t *bytes = malloc(block);
	enum fund_status st = FUND_OK;
	if (!bytes)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*hash = 0;
	for (uint64_t at = 0;;) {
		size_t len = 0;
		ssize_t n = 0;
		/* whole blocks, so that the hash does not depend on how reads come in */
		while (len < block && ((n = pread(fd, bytes + len, block - len, (off_t)(at + len))) > 0 || (n < 0 && errno == EINTR)))
			len += n > 0 ? (size_t)n : 0;
		if (n < 0) {
			st = fault_errno(why, errno, "cannot be read at byte %llu", (unsigned long long)(at + len));
			break;
		}
		if (len)
			*hash = hash_bytes_seed(bytes, len, *hash);
		at += len;
		if (len < block)
			break;
	}
	free(bytes);
	return st;
}
