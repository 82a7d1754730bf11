/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - what the command line asked for, done: one query, a batch of them, one article.
 *
 * Each gives the exit status: 0 hits, 1 none, 2 trouble (told on stderr).
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/options.h"
#include "query/session.h"

#define PROGRAM "fundstelle-query"

int run_query(const struct options *o, struct analyser *analyser, struct printer *out);
int run_batch(const struct options *o, struct analyser *analyser, struct printer *out);
int run_show(const struct options *o, struct analyser *analyser, struct printer *out);
int run_kwic(const struct options *o, struct analyser *analyser, struct printer *out);
int run_report(const struct options *o, struct analyser *analyser, struct printer *out);

/* For all of them. */
int run_trouble(const struct fault *why);
/* Of the indexes that the command line names. */
void run_session(struct session *s, const struct options *o, struct analyser *analyser);
/* Flushes; the exit status, or 2 and a message when that failed. */
int run_finish(struct printer *out, int exit_status);
/* Points at the place in the query that is wrong. */
int run_syntax_error(struct slice query, uint32_t off, const struct fault *why);
/* What a person should know: a warning about the query, a limit that was reached, a server that is lost (once). */
void run_warn(const struct options *o, struct slice query, const struct search_note *note);
/* Do keys, titles and dates lead to files? */
bool run_has_links(const struct options *o);
struct present_options run_present_options(const struct options *o);

#endif
