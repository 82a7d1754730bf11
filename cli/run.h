/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - what the command line asked for, done: one query, a batch of them, one article.
 *
 * Each gives the exit status: 0 hits, 1 none, 2 trouble (told on stderr).
 * Life     an index is open for no longer than it takes to copy hits out of it: while they are printed, nothing of it is held.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/options.h"

#define PROGRAM "fundstelle-query"

int run_query(const struct options *o, struct printer *out);
int run_batch(const struct options *o, struct printer *out);
int run_show(const struct options *o, struct printer *out);
int run_kwic(const struct options *o, struct printer *out);
int run_counts(const struct options *o, struct printer *out);

/* For all of them. */
int run_trouble(const struct fault *why);
/* Of the library: an error in a query points at its place in it. */
int run_error(struct slice query, const struct fundstelle_error *error);
/* The same for one of many queries: `speaker` is the program, and which of them it is. */
int run_error_of(const char *speaker, struct slice query, const struct fundstelle_error *error);

/* The indexes that the command line names. */
struct client {
	const struct options *options;
	fundstelle_index *index;
	uint32_t n_told; /* servers that are lost: each is told once */
};
/* 0, or told. */
int client_open(struct client *c, const struct options *o);
void client_close(struct client *c);
/* What a person should know of the last question: a warning about its queries, a limit that was reached, a server that is lost. */
void client_warn(struct client *c, const char *speaker, const struct slice *queries);

/* Flushes; the exit status, or 2 and a message when that failed. */
int run_finish(struct printer *out, int exit_status);
struct present_options run_present_options(const struct options *o);
/* What presenters are told. */
void run_take_hits(struct listing *list, const struct client *c, const fundstelle_result *result, struct slice query);
/* The page; the first hit of all is number 0. */
void run_present_page(const struct options *o, const struct listing *list, uint32_t first, struct printer *out, const struct present_options *po);

#endif
