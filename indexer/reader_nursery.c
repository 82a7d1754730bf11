/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/reader_nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "base/coverage.h"
#include "base/sanitized.h"
#include "indexer/confine.h"
#include "indexer/fd_passing.h"

#define READERS_MAX 4096

struct reader_nursery {
	pid_t pid;
	int socket;
	struct reader_limits limits;
	pthread_mutex_t mutex;
};

enum op { OP_SPAWN, OP_CONVERT, OP_LOOK, OP_REAP };

struct request {
	enum op op;
	pid_t pid;
};

struct reply {
	int error; /* errno; 0: none; EAGAIN of OP_LOOK: it runs */
	int status;
	pid_t pid;
};

/* ---- the nursery's side ---- */

/* This process ends with the one that started it. */
static void end_with(pid_t parent)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	if (getppid() != parent)
		_exit(1);
}

/* Descriptors from `first` to before `end`. */
static void close_from(int first, int end)
{
#ifdef SYS_close_range
	if (first >= end || syscall(SYS_close_range, (unsigned)first, (unsigned)end - 1, 0) == 0)
		return;
#endif
	long most = sysconf(_SC_OPEN_MAX);
	for (int fd = first; fd < end && fd < (most > 0 && most < 4096 ? (int)most : 4096); fd++)
		close(fd);
}

/* Nothing of the program's but the one socket: no file, no terminal, no signal that is meant for it. */
static void forget_all_but(int socket)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nowhere >= 0 && !SANITIZED)
		dup2(nowhere, 2); /* what libc has to say of a crash is said by whoever sees it */
	if (nowhere >= 0)
		dup2(nowhere, 0), dup2(nowhere, 1);
	close_from(3, socket);
	close_from(socket + 1, INT_MAX);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
}

/* Becomes pdftotext. Without arguments for "-layout": columns of newspapers would be mixed. */
static void become_converter(int socket, const struct reader_limits *limits)
{
	static char *const args[] = { "pdftotext", "-q", "-enc", "UTF-8", "-eol", "unix", "-htmlmeta", "-", "-", NULL };
	static char *const environment[] = { "LC_ALL=C", NULL };
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (dup2(socket, 0) < 0 || dup2(socket, 1) < 0 || dup2(nowhere, 2) < 0) /* files may not be written, a log on stderr neither */
		_exit(127);
	confine_program(limits->pdftotext, limits->memory, limits->seconds);
	execve(limits->pdftotext, args, environment);
	_exit(127);
}

static void spawn(int control, pid_t self, const struct reader_limits *limits, void (*child)(int, const struct reader_limits *), struct reply *reply, int *theirs)
{
	int pair[2];
	*theirs = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		reply->error = errno;
		return;
	}
	reply->pid = fork();
	if (reply->pid == 0) {
		end_with(self);
		close(control);
		close(pair[0]);
		child(pair[1], limits);
		_exit(0);
	}
	reply->error = reply->pid < 0 ? errno : 0;
	close(pair[1]);
	*theirs = pair[0];
}

static int end_now(pid_t pid)
{
	int status = 0;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* How it ended, if it has; with OP_REAP it has. */
static bool has_ended(const struct request *request, struct reply *reply)
{
	if (request->op == OP_REAP)
		reply->status = end_now(request->pid);
	else if (waitpid(request->pid, &reply->status, WNOHANG) == 0)
		reply->error = EAGAIN;
	return reply->error == 0;
}

static void nurse(int control, const struct reader_limits *limits, void (*child)(int, const struct reader_limits *))
{
	pid_t readers[READERS_MAX], self = getpid();
	int n = 0, fd;
	struct request request;
	while (fd_receive(control, &request, sizeof request, NULL) == sizeof request) {
		struct reply reply = { .error = 0 };
		fd = -1;
		bool is_new = request.op == OP_SPAWN || request.op == OP_CONVERT;
		if (is_new && n < READERS_MAX) {
			spawn(control, self, limits, request.op == OP_CONVERT ? become_converter : child, &reply, &fd);
			if (reply.error == 0)
				readers[n++] = reply.pid;
		} else if (is_new) {
			reply.error = EAGAIN;
		}
		for (int i = 0; !is_new && i < n; i++)
			if (readers[i] == request.pid && has_ended(&request, &reply))
				readers[i] = readers[--n];
		bool sent = fd_send(control, &reply, sizeof reply, fd);
		if (fd >= 0)
			close(fd);
		if (!sent)
			break;
	}
	while (n)
		end_now(readers[--n]);
}

/* ---- the program's side ---- */

enum fund_status reader_nursery_start(struct reader_nursery **out, const struct reader_limits *limits,
				      void (*child)(int socket, const struct reader_limits *limits), struct fault *why)
{
	struct reader_nursery *n = calloc(1, sizeof *n);
	pid_t self = getpid();
	int pair[2];
	*out = NULL;
	if (!n)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		free(n);
		return fault_errno(why, errno, "no process can be started to read files");
	}
	n->limits = limits ? *limits : reader_limits_default;
	n->pid = fork();
	if (n->pid == 0) {
		end_with(self);
		forget_all_but(pair[1]);
		nurse(pair[1], &n->limits, child);
		coverage_keep();
		_exit(0);
	}
	close(pair[1]);
	if (n->pid < 0) {
		int error = errno;
		close(pair[0]);
		free(n);
		return fault_errno(why, error, "no process can be started to read files");
	}
	n->socket = pair[0];
	pthread_mutex_init(&n->mutex, NULL);
	*out = n;
	return FUND_OK;
}

void reader_nursery_stop(struct reader_nursery *n)
{
	if (!n)
		return;
	close(n->socket);
	while (waitpid(n->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	pthread_mutex_destroy(&n->mutex);
	free(n);
}

const struct reader_limits *reader_nursery_limits(const struct reader_nursery *n) { return &n->limits; }

static bool ask(struct reader_nursery *n, const struct request *request, struct reply *reply, int *fd)
{
	pthread_mutex_lock(&n->mutex);
	bool ok = fd_send(n->socket, request, sizeof *request, -1) && fd_receive(n->socket, reply, sizeof *reply, fd) == sizeof *reply;
	pthread_mutex_unlock(&n->mutex);
	return ok;
}

static enum fund_status start_process(struct reader_nursery *n, enum op op, pid_t *pid, int *socket, struct fault *why)
{
	struct request request = { op, 0 };
	struct reply reply = { .error = 0 };
	*socket = -1;
	if (!ask(n, &request, &reply, socket))
		return fault_set(why, FUND_NO_MEMORY, "the process that starts readers of files has ended");
	if (reply.error || *socket < 0) {
		fault_errno(why, reply.error, "no process can be started to read files");
		return FUND_NO_MEMORY;
	}
	*pid = reply.pid;
	return FUND_OK;
}

enum fund_status reader_nursery_spawn(struct reader_nursery *n, pid_t *pid, int *socket, struct fault *why) { return start_process(n, OP_SPAWN, pid, socket, why); }

enum fund_status reader_nursery_convert(struct reader_nursery *n, pid_t *pid, int *socket)
{
	*socket = -1;
	if (!n->limits.pdftotext || access(n->limits.pdftotext, X_OK) != 0)
		return FUND_UNSUPPORTED;
	return start_process(n, OP_CONVERT, pid, socket, NULL);
}

static enum fund_status how_it_ended(struct reader_nursery *n, enum op op, pid_t pid, int *status)
{
	struct request request = { op, pid };
	struct reply reply = { .error = 0 };
	if (!ask(n, &request, &reply, NULL))
		return FUND_IO;
	*status = reply.status;
	return reply.error ? FUND_NOT_FOUND : FUND_OK;
}

enum fund_status reader_nursery_look(struct reader_nursery *n, pid_t pid, int *status) { return how_it_ended(n, OP_LOOK, pid, status); }

enum fund_status reader_nursery_reap(struct reader_nursery *n, pid_t pid, int *status) { return how_it_ended(n, OP_REAP, pid, status); }
