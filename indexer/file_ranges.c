/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_ranges.c - files as bytes: where one may be cut, its hash. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "indexer/formats.h"
#include "indexer/input_source.h"

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
	enum fund_status st = input_open_fd(&in, fd, 0, size, why);
	if (st != FUND_OK)
		return st;
	st = input_peek(in, FORMAT_HEAD, &head, why);
	if (st == FUND_OK && !compression_name(head) && format_of(head, head.len < FORMAT_HEAD, path, &format, NULL) == FUND_OK)
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
