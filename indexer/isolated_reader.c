/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the two processes of a reader: a request (below), the file's descriptor with it; then frames (article_wire.h) until WIRE_END. Each
 * article is sent when it is there, so that those before a crash have come. Where a file beside it is wanted (WIRE_SIBLING), the answer comes
 * back, and the file's descriptor with it.
 */
#include "indexer/isolated_reader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "indexer/article_wire.h"
#include "indexer/confine.h"
#include "indexer/fd_passing.h"
#include "indexer/interrupt.h"

#define PATH_LEN_MAX 8192u	       /* bytes of a path that come over: the end says what is in it */
#define RECEIVE ((size_t)256 << 10)    /* bytes asked for at a time */
#define RETIRE ((intptr_t)64 << 20)    /* of heap that a reader process has grown by before it gives way to a new one */
#define KEEP ((size_t)4 << 20)	       /* bytes of the buffer that are kept from file to file */
#define GLANCE 200		       /* milliseconds between looks at whether the run is to stop */
#define SIBLINGS_MAX 1000000u	       /* files beside one file that are opened for it, each time it wants one */

struct request {
	uint64_t first, len;
	uint64_t path_len; /* no byte between that nobody sets */
};

/* ---- the process that parses ---- */

static bool send_all(int socket, struct buf *out)
{
	for (size_t at = 0; at < out->len;) {
		ssize_t n = send(socket, out->data + at, out->len - at, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	buf_reset(out);
	return true;
}

static enum fund_status want_sibling(void *context, struct slice path, int *fd, struct fault *why)
{
	const int *socket = context;
	struct buf out = BUF_INIT;
	uint8_t answer = FUND_NO_MEMORY;
	*fd = -1;
	bool ok = wire_put_sibling(&out, path) == FUND_OK && send_all(*socket, &out) && fd_receive(*socket, &answer, 1, fd) == 1;
	buf_release(&out);
	if (!ok || (answer == FUND_OK) != (*fd >= 0)) {
		if (*fd >= 0)
			close(*fd);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	return answer == FUND_OK ? FUND_OK : fault_set(why, (enum fund_status)answer, "cannot be opened");
}

/* A frame there, and `n` bytes of answer. */
static bool wish(int socket, enum wire_kind kind, void *answer, size_t n, int *fd)
{
	struct buf out = BUF_INIT;
	bool ok = wire_put_wish(&out, kind) == FUND_OK && send_all(socket, &out) && fd_receive(socket, answer, n, fd) == (ssize_t)n;
	buf_release(&out);
	return ok;
}

static enum fund_status want_converter(void *context, int *fd, struct fault *why)
{
	uint8_t answer = FUND_NO_MEMORY;
	*fd = -1;
	if (!wish(*(const int *)context, WIRE_CONVERT, &answer, 1, fd) || (answer == FUND_OK && *fd < 0))
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	return answer == FUND_OK ? FUND_OK : fault_set(why, (enum fund_status)answer, "pdftotext cannot be started");
}

static enum fund_status want_end(void *context, int *status, struct fault *why)
{
	int32_t answer;
	if (!wish(*(const int *)context, WIRE_CONVERTED, &answer, sizeof answer, NULL))
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	*status = answer;
	return FUND_OK;
}

/* The heap that libraries leave behind would be counted against the next file. */
static bool is_worn(const char *heap) { return (char *)sbrk(0) - heap > RETIRE; }

static enum fund_status next_frame(struct file_reader *r, struct buf *out, const char *heap, bool *ended)
{
	struct article a = { .date = 0 };
	struct fault why = { 0 };
	bool recovered = false;
	uint64_t line = 0;
	enum fund_status st = file_reader_next(r, &a, &recovered, &line, &why);
	if (st == FUND_OK)
		return wire_put_article(out, &a);
	*ended = !recovered || st == FUND_NO_MEMORY;
	return wire_put_fault(out, !*ended ? WIRE_BAD : is_worn(heap) ? WIRE_LAST : WIRE_END, st, line, a.member, why.text);
}

static bool serve_file(struct file_reader *r, int socket, int fd, struct slice path, struct file_range range, const char *heap, struct buf *out)
{
	struct fault why = { 0 };
	bool ended = false, ok = true;
	enum fund_status st = file_reader_open(r, fd, path, range, &why);
	if (st != FUND_OK) {
		st = wire_put_fault(out, WIRE_END, st, 0, (struct slice){ NULL, 0 }, why.text);
		return st == FUND_OK && send_all(socket, out);
	}
	while (ok && !ended) {
		st = next_frame(r, out, heap, &ended);
		if (st != FUND_OK) { /* no memory for the frame */
			ended = true;
			st = wire_put_fault(out, WIRE_END, st, 0, (struct slice){ NULL, 0 }, "");
		}
		ok = st == FUND_OK && send_all(socket, out);
	}
	return ok;
}

void isolated_reader_child(int socket, const struct reader_limits *limits)
{
	static uint8_t path[PATH_LEN_MAX];
	struct file_reader *r;
	struct buf out = BUF_INIT;
	struct request request;
	struct siblings siblings = { &socket, want_sibling };
	struct converter converter = { &socket, want_converter, want_end };
	int fd;
	if (buf_reserve(&out, (size_t)64 << 10) != FUND_OK || file_reader_new(&r, limits) != FUND_OK)
		return;
	file_reader_set_siblings(r, &siblings);
	file_reader_set_converter(r, &converter);
	confine_process(limits->memory);
	char *heap = sbrk(0);
	while (fd_receive(socket, &request, sizeof request, &fd) == sizeof request && fd >= 0 && request.path_len <= sizeof path) {
		if (recv(socket, path, request.path_len, MSG_WAITALL) != (ssize_t)request.path_len)
			break;
		bool ok = serve_file(r, socket, fd, slice_of(path, request.path_len), (struct file_range){ request.first, request.len }, heap, &out);
		close(fd);
		if (!ok || is_worn(heap))
			break;
	}
	buf_release(&out);
	file_reader_free(r);
}

/* ---- the process that indexes ---- */

struct isolated_reader {
	struct reader_nursery *nursery;
	struct file_reader *here; /* what needs no other process */
	bool away;		  /* the current file is read by the other */
	const struct siblings *siblings;
	uint32_t n_siblings;	  /* that the current file has wanted */
	pid_t converter;	  /* of the current file; 0: none runs */
	pid_t pid;
	int socket; /* -1: there is no other */
	struct buf in;
	size_t at, frame_end; /* what waits; where the frame that was given out ends */
	struct wire_names names;
};

enum fund_status isolated_reader_new(struct isolated_reader **out, struct reader_nursery *nursery)
{
	struct isolated_reader *r = calloc(1, sizeof *r);
	*out = r;
	if (!r)
		return FUND_NO_MEMORY;
	r->nursery = nursery;
	r->socket = -1;
	enum fund_status st = file_reader_new(&r->here, nursery ? reader_nursery_limits(nursery) : NULL);
	if (st != FUND_OK) {
		free(r);
		*out = NULL;
		return st;
	}
	file_reader_set_own_only(r->here, nursery != NULL);
	return FUND_OK;
}

/* Ends pdftotext, where it runs; how it ended, 0 where nobody knows. */
static int end_converter(struct isolated_reader *r)
{
	int status = 0;
	if (r->converter && reader_nursery_reap(r->nursery, r->converter, &status) != FUND_OK)
		status = 0;
	r->converter = 0;
	return status;
}

/* Ends the other process. Returns how it ended by itself, as waitpid() says; 0 where it had not, or nobody knows. */
static int dismiss(struct isolated_reader *r)
{
	int status = 0;
	end_converter(r);
	if (r->socket < 0)
		return 0;
	close(r->socket);
	r->socket = -1;
	r->away = false;
	return reader_nursery_reap(r->nursery, r->pid, &status) == FUND_OK ? status : 0;
}

void isolated_reader_free(struct isolated_reader *r)
{
	if (!r)
		return;
	dismiss(r);
	file_reader_free(r->here);
	buf_release(&r->in);
	wire_names_release(&r->names);
	free(r);
}

void isolated_reader_set_siblings(struct isolated_reader *r, const struct siblings *siblings)
{
	r->siblings = siblings;
	file_reader_set_siblings(r->here, siblings);
}

static bool request_file(struct isolated_reader *r, int fd, struct slice path, struct file_range range)
{
	if (path.len > PATH_LEN_MAX)
		path = slice_part(path, path.len - PATH_LEN_MAX, PATH_LEN_MAX);
	struct request request = { range.first, range.len, path.len };
	return fd_send(r->socket, &request, sizeof request, fd) && (path.len == 0 || send(r->socket, path.data, path.len, MSG_NOSIGNAL) == (ssize_t)path.len);
}

/* A process that has retired since the last file is found out by the first send to it. */
static enum fund_status send_away(struct isolated_reader *r, int fd, struct slice path, struct file_range range, struct fault *why)
{
	if (r->in.cap > KEEP)
		buf_release(&r->in);
	buf_reset(&r->in);
	r->at = r->frame_end = 0;
	r->n_siblings = 0;
	for (int tries = 0; tries < 3; tries++) {
		enum fund_status st = r->socket >= 0 ? FUND_OK : reader_nursery_spawn(r->nursery, &r->pid, &r->socket, why);
		if (st != FUND_OK)
			return st;
		if (request_file(r, fd, path, range)) {
			r->away = true;
			return FUND_OK;
		}
		dismiss(r);
	}
	return fault_set(why, FUND_NO_MEMORY, "no process can be started to read files");
}

static int64_t milliseconds(void) { return (int64_t)(clock_ns() / 1000000); }

static enum fund_status ended_badly(struct isolated_reader *r, struct fault *why)
{
	int status = dismiss(r);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return fault_set(why, FUND_LIMIT, "its reader was killed: too little memory in the machine?");
	if (WIFSIGNALED(status))
		return fault_set(why, FUND_INVALID, "its reader crashed (signal %d)", WTERMSIG(status));
	return fault_set(why, FUND_INVALID, "its reader ended before its end");
}

/* The process has its limit, and an article that is larger than that would need it here. */
static enum fund_status needs_more(const struct isolated_reader *r, struct fault *why)
{
	return fault_set(why, FUND_LIMIT, "needs more than %llu MiB of memory", (unsigned long long)(reader_nursery_limits(r->nursery)->memory >> 20));
}

/* Some more bytes of the other process. */
static enum fund_status receive(struct isolated_reader *r, struct fault *why)
{
	const struct reader_limits *limits = reader_nursery_limits(r->nursery);
	int64_t until = milliseconds() + (int64_t)limits->seconds * 1000;
	struct pollfd p = { r->socket, POLLIN, 0 };
	if (buf_reserve(&r->in, RECEIVE) != FUND_OK)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	for (;;) {
		int n = poll(&p, 1, GLANCE);
		if (interrupted()) {
			dismiss(r);
			return FUND_INTERRUPTED;
		}
		if (n > 0)
			break;
		if (milliseconds() > until) {
			dismiss(r);
			return fault_set(why, FUND_LIMIT, "takes more than %u seconds", limits->seconds);
		}
	}
	ssize_t n;
	do
		n = recv(r->socket, r->in.data + r->in.len, RECEIVE, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return ended_badly(r, why);
	r->in.len += (size_t)n;
	return FUND_OK;
}

/* The next frame, whole. */
static enum fund_status take_frame(struct isolated_reader *r, struct slice *frame, struct fault *why)
{
	r->at = r->frame_end;
	for (;;) {
		size_t have = r->in.len - r->at;
		uint64_t len = have >= 4 ? get_u32(r->in.data + r->at) : 0;
		if (len > reader_nursery_limits(r->nursery)->memory) {
			dismiss(r);
			return len > INT32_MAX ? fault_set(why, FUND_INVALID, "its reader went astray") : needs_more(r, why);
		}
		if (have >= 4 && have - 4 >= len) {
			*frame = slice_part(slice_buf(&r->in), r->at + 4, (size_t)len);
			r->frame_end = r->at + 4 + (size_t)len;
			return FUND_OK;
		}
		if (r->at && have < r->at) {
			memmove(r->in.data, r->in.data + r->at, have);
			r->in.len = have;
			r->at = r->frame_end = 0;
		}
		enum fund_status st = receive(r, why);
		if (st != FUND_OK)
			return st;
	}
}

static enum fund_status astray(struct isolated_reader *r, struct fault *why)
{
	dismiss(r);
	return fault_set(why, FUND_INVALID, "its reader went astray");
}

/* Opens what the other process wants; should that have ended, the next frame will not come. False: no honest reader wants this. */
static bool give_sibling(struct isolated_reader *r, struct slice path)
{
	int fd = -1;
	if (!sibling_path_is_plain(path) || ++r->n_siblings > SIBLINGS_MAX)
		return false;
	enum fund_status st = r->siblings ? r->siblings->open(r->siblings->context, path, &fd, NULL) : FUND_NOT_FOUND;
	uint8_t answer = (uint8_t)st;
	fd_send(r->socket, &answer, 1, st == FUND_OK ? fd : -1);
	if (fd >= 0)
		close(fd);
	return true;
}

static void give_converter(struct isolated_reader *r)
{
	int fd;
	end_converter(r);
	enum fund_status st = reader_nursery_convert(r->nursery, &r->converter, &fd);
	uint8_t answer = (uint8_t)st;
	fd_send(r->socket, &answer, 1, fd);
	if (fd >= 0)
		close(fd);
}

/* A program closes its output a moment before it ends; how it ends is not known before. It has the time that any file has. */
static int await_converter(struct isolated_reader *r)
{
	const struct timespec pause = { 0, 1000000 };
	int64_t until = milliseconds() + (int64_t)reader_nursery_limits(r->nursery)->seconds * 1000;
	int status = 0;
	while (r->converter && !interrupted()) {
		if (milliseconds() > until) {
			end_converter(r);
			return SIGXCPU; /* as a limit of its own would have ended it */
		}
		enum fund_status st = reader_nursery_look(r->nursery, r->converter, &status);
		if (st != FUND_NOT_FOUND) {
			r->converter = 0;
			return st == FUND_OK ? status : 0;
		}
		nanosleep(&pause, NULL);
	}
	return end_converter(r);
}

static void give_end(struct isolated_reader *r)
{
	int32_t status = await_converter(r);
	fd_send(r->socket, &status, sizeof status, -1);
}

/* The next frame that is for the caller. */
static enum fund_status next_frame_here(struct isolated_reader *r, struct wire_frame *f, struct fault *why)
{
	for (;;) {
		struct slice bytes;
		enum fund_status st = take_frame(r, &bytes, why);
		if (st != FUND_OK)
			return st;
		if (!wire_get(bytes, &r->names, f))
			return astray(r, why);
		if (f->kind < WIRE_SIBLING)
			return FUND_OK;
		if (f->kind == WIRE_CONVERT)
			give_converter(r);
		else if (f->kind == WIRE_CONVERTED)
			give_end(r);
		else if (!give_sibling(r, f->sibling))
			return astray(r, why);
	}
}

static enum fund_status next_from_away(struct isolated_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct wire_frame f;
	enum fund_status st = next_frame_here(r, &f, why);
	if (st != FUND_OK)
		return st;
	if (f.kind == WIRE_ARTICLE) {
		*out = f.article;
		return FUND_OK;
	}
	*recovered = f.kind == WIRE_BAD;
	r->away = *recovered;
	if (!r->away)
		end_converter(r);
	if (f.kind == WIRE_LAST)
		dismiss(r);
	out->member = f.member;
	*line = f.line;
	if (f.status == FUND_NO_MEMORY) { /* the other process's memory, of which the file was to have only so much */
		dismiss(r);
		*recovered = false;
		return needs_more(r, why);
	}
	return f.status == FUND_END ? FUND_END : fault_set(why, f.status, "%.*s", (int)f.reason.len, (const char *)f.reason.data);
}

/* Could the file be opened? The first frame tells; unless it is that of a failure without a place, it stays for next. */
static enum fund_status look_at_first(struct isolated_reader *r, struct fault *why)
{
	struct wire_frame f;
	enum fund_status st = next_frame_here(r, &f, why);
	if (st != FUND_OK)
		return st;
	r->frame_end = r->at;
	if ((f.kind != WIRE_END && f.kind != WIRE_LAST) || f.status == FUND_END || f.status == FUND_NO_MEMORY || f.member.len || f.line)
		return FUND_OK;
	struct article none;
	bool recovered;
	uint64_t line;
	return next_from_away(r, &none, &recovered, &line, why);
}

enum fund_status isolated_reader_open(struct isolated_reader *r, int fd, struct slice path, struct file_range range, struct fault *why)
{
	if (r->away) /* the last one was not read to its end */
		dismiss(r);
	enum fund_status st = file_reader_open(r->here, fd, path, range, why);
	if (st != FUND_NOT_FOUND)
		return st;
	st = send_away(r, fd, path, range, why);
	return st == FUND_OK ? look_at_first(r, why) : st;
}

enum fund_status isolated_reader_next(struct isolated_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	*recovered = false;
	*line = 0;
	return r->away ? next_from_away(r, out, recovered, line, why) : file_reader_next(r->here, out, recovered, line, why);
}
