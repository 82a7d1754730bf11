/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h - run one of the two built programs as a user does, and look at what it printed and how it ended. */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include <stdarg.h>
#include <sys/types.h>

#include "tests/scratch.h"

struct outcome {
	int status;  /* exit status; -signal when one ended it */
	char *out, *err; /* NUL behind them */
	size_t out_len, err_len;
};
void outcome_free(struct outcome *o);

/* "fundstelle-index -q -i I PATH": split at blanks, no quoting; "%s" may hold no blank. `input` is its stdin (NULL: nothing). */
struct outcome program_run(const char *input, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with the arguments one by one, NULL behind the last. */
struct outcome program_run_argv(const char *input, char *const argv[]);
/* The same with a terminal of so many columns as its stdout: `out` is what that got. */
struct outcome program_run_terminal(unsigned columns, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Start it and come back at once; stdout and stderr go nowhere. */
pid_t program_start(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Run, compare the exit status, forget the rest: the message shows what it printed. */
#define program_expect(status_, ...)                                                                                     \
	do {                                                                                                             \
		struct outcome outcome_ = program_run(NULL, __VA_ARGS__);                                                \
		ck_assert_msg(outcome_.status == (status_), "status %d instead of %d\n%s%s", outcome_.status, (status_), \
			      outcome_.out, outcome_.err);                                                               \
		outcome_free(&outcome_);                                                                                 \
	} while (0)

/* Files of an archive. Folders of `name` are made. */
void file_write(const char *dir, const char *name, const char *text);
void file_write_bytes(const char *path, const void *bytes, size_t n);
char *file_read(const char *path, size_t *n); /* allocated, NUL behind it */
void file_copy(const char *from, const char *to);

#endif
