/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#define ARGS_MAX 48

static const char *program_path(const char *name, char room[512])
{
	const char *dir = getenv("FUNDSTELLE_BIN");
	if (name[0] == '/') /* a program of the system */
		return name;
	ck_assert_msg(dir != NULL, "FUNDSTELLE_BIN does not say where the programs are");
	snprintf(room, 512, "%s/%s", dir, name);
	return room;
}

static void become(char *const argv[])
{
	char room[512];
	signal(SIGPIPE, SIG_DFL);
	execv(program_path(argv[0], room), argv);
	_exit(127);
}

/* Read both pipes to their ends while feeding the third: none may wait for another. */
static void converse(int in, const char *input, int out, int err, struct outcome *o)
{
	struct pollfd fds[3] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN }, { .fd = in, .events = POLLOUT } };
	char **text[2] = { &o->out, &o->err };
	size_t *len[2] = { &o->out_len, &o->err_len }, cap[2] = { 0, 0 };
	size_t left = input != NULL ? strlen(input) : 0;

	if (left == 0) {
		close(in);
		fds[2].fd = -1;
	}
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		ck_assert(poll(fds, 3, -1) > 0 || errno == EINTR);
		for (int i = 0; i < 2; i++) {
			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			if (*len[i] + 65536 > cap[i])
				*text[i] = realloc(*text[i], (cap[i] = (cap[i] + 65536) * 2) + 1);
			ssize_t n = read(fds[i].fd, *text[i] + *len[i], 65536);
			if (n > 0)
				*len[i] += (size_t)n;
			else
				fds[i].fd = -1;
		}
		if (fds[2].fd >= 0 && fds[2].revents) {
			ssize_t n = write(in, input, left);
			left -= n > 0 ? (size_t)n : left;
			input += n > 0 ? n : 0;
			if (left == 0) {
				close(in);
				fds[2].fd = -1;
			}
		}
	}
	for (int i = 0; i < 2; i++) {
		if (*text[i] == NULL)
			*text[i] = calloc(1, 1);
		(*text[i])[*len[i]] = '\0';
	}
}

struct outcome program_run_argv(const char *input, char *const argv[])
{
	struct outcome o = { 0 };
	int in[2], out[2], err[2], status;

	signal(SIGPIPE, SIG_IGN);
	ck_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(in[0], 0), dup2(out[1], 1), dup2(err[1], 2);
		become(argv);
	}
	close(in[0]), close(out[1]), close(err[1]);
	converse(in[1], input, out[0], err[0], &o);
	close(out[0]), close(err[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	o.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	return o;
}

static void split(char *line, char *argv[ARGS_MAX])
{
	uint32_t n = 0;
	for (char *rest = NULL, *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		ck_assert_uint_lt(n, ARGS_MAX - 1);
		argv[n++] = word;
	}
	argv[n] = NULL;
}

struct outcome program_run(const char *input, const char *format, ...)
{
	char line[4096], *argv[ARGS_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	split(line, argv);
	return program_run_argv(input, argv);
}

/* A terminal that passes on what it gets as it is. */
static int terminal_open(unsigned columns, int *program_side)
{
	struct winsize size = { .ws_row = 50, .ws_col = (unsigned short)columns };
	struct termios raw;
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert(fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0);
	*program_side = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert(*program_side >= 0 && tcgetattr(*program_side, &raw) == 0);
	cfmakeraw(&raw);
	ck_assert(tcsetattr(*program_side, TCSANOW, &raw) == 0 && ioctl(fd, TIOCSWINSZ, &size) == 0);
	return fd;
}

struct outcome program_run_terminal(unsigned columns, const char *format, ...)
{
	struct outcome o = { 0 };
	char line[4096], *argv[ARGS_MAX];
	int in[2], err[2], program_side, status, terminal = terminal_open(columns, &program_side);
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	split(line, argv);
	ck_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		dup2(in[0], 0), dup2(program_side, 1), dup2(err[1], 2);
		become(argv);
	}
	close(in[0]), close(program_side), close(err[1]);
	converse(in[1], NULL, terminal, err[0], &o);
	close(terminal), close(err[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	o.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	return o;
}

pid_t program_start(const char *format, ...)
{
	char line[4096], *argv[ARGS_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	split(line, argv);
	/* check's handler of SIGTERM ends the whole group: a child that is not yet the program must not run it */
	sigset_t term, before;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		int nowhere = open("/dev/null", O_RDWR);
		dup2(nowhere, 0), dup2(nowhere, 1), dup2(nowhere, 2);
		signal(SIGTERM, SIG_DFL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		become(argv);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

void outcome_free(struct outcome *o)
{
	free(o->out);
	free(o->err);
	*o = (struct outcome){ 0 };
}

void file_write_bytes(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");
	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

void file_write(const char *dir, const char *name, const char *text)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		ck_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
		*at = '/';
	}
	file_write_bytes(path, text, strlen(text));
}

char *file_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	char *bytes = calloc(*n + 1, 1);
	ck_assert_uint_eq(fread(bytes, 1, *n, f), *n);
	fclose(f);
	return bytes;
}

void file_copy(const char *from, const char *to)
{
	size_t n;
	char *bytes = file_read(from, &n);
	file_write_bytes(to, bytes, n);
	free(bytes);
}
