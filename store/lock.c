/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define POLL_NS 100000000L

/* 0, EAGAIN when another holds it, else what went wrong. */
static int try_lock(int fd)
{
#ifdef F_OFD_SETLK
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_OFD_SETLK, &whole) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return EAGAIN;
	if (errno != EINVAL)
		return errno;
#endif
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? EAGAIN : errno;
}

static enum fund_status owner_fault(int fd, const char *dir, struct fault *why)
{
	char text[80] = "", start[40] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	long pid = 0;

	if (n > 0 && sscanf(text, "%ld %39[0-9TZ:-]", &pid, start) == 2)
		return fault_set(why, FUND_LOCKED, "%s: another run writes this index: process %ld, since %s", dir, pid,
				 start);
	return fault_set(why, FUND_LOCKED, "%s: another run writes this index", dir);
}

/* For others. They go without the time where this machine cannot tell it. */
static enum fund_status note_owner(int fd, const char *path, struct fault *why)
{
	char text[80], start[40];
	time_t now = time(NULL);
	struct tm utc;

	if (!gmtime_r(&now, &utc) || strftime(start, sizeof(start), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		start[0] = '\0';
	int len = snprintf(text, sizeof(text), "%ld %s\n", (long)getpid(), start);
	if (ftruncate(fd, 0) != 0)
		return fault_errno(why, errno, "%s", path);
	ssize_t written = pwrite(fd, text, (size_t)len, 0);
	if (written < 0)
		return fault_errno(why, errno, "%s", path);
	return FUND_OK; /* a short write only shortens the message to others */
}

static enum fund_status wait_for_lock(int fd, const char *dir, uint64_t wait_seconds, struct fault *why)
{
	struct timespec start, now, pause = { 0, POLL_NS };

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		int error = try_lock(fd);
		if (error == 0)
			return FUND_OK;
		if (error != EAGAIN)
			return fault_errno(why, error, "%s/write.lock: cannot lock", dir);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((uint64_t)(now.tv_sec - start.tv_sec) >= wait_seconds)
			return owner_fault(fd, dir, why);
		if (nanosleep(&pause, NULL) != 0 && errno == EINTR)
			return fault_set(why, FUND_INTERRUPTED, "%s: interrupted while waiting for another run", dir);
	}
}

enum fund_status write_lock_take(struct write_lock *l, const char *dir, uint64_t wait_seconds, struct fault *why)
{
	struct buf path = BUF_INIT;
	enum fund_status st = buf_add_format(&path, "%s/write.lock", dir);
	const char *name = st == FUND_OK ? buf_str(&path) : NULL;

	l->fd = -1;
	if (!name) {
		st = fault_set(why, FUND_NO_MEMORY, "%s: no memory", dir);
		goto out;
	}
	l->fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (l->fd < 0) {
		st = fault_errno(why, errno, "%s", name);
		goto out;
	}
	st = wait_for_lock(l->fd, dir, wait_seconds, why);
	if (st == FUND_OK)
		st = note_owner(l->fd, name, why);
out:
	if (st != FUND_OK)
		write_lock_release(l);
	buf_release(&path);
	return st;
}

void write_lock_release(struct write_lock *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
