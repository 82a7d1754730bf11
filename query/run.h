/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - what the command line asked for, done: one query, a batch of them, one article.
 *
 * Each gives the exit status: 0 hits, 1 none, 2 trouble (told on stderr).
 */
#ifndef QUERY_RUN_H
#define QUERY_RUN_H

#include "query/options.h"

#define PROGRAM "fundstelle-query"

int run_query(const struct options *o, struct analyser *analyser, struct printer *out);
int run_batch(const struct options *o, struct analyser *analyser, struct printer *out);
int run_show(const struct options *o, struct analyser *analyser, struct printer *out);
int run_kwic(const struct options *o, struct analyser *analyser, struct printer *out);
int run_report(const struct options *o, struct analyser *analyser, struct printer *out);

/* For all of them. */
#define RETRIES 8	/* of a reader without a lock whose pages were overwritten */
#define PAGE_HITS 1000u /* hits that are held at once */
#define TOO_FAST "the index changes faster than it can be read here: make its lock.mdb writable for this user, or try again"
#define CHANGED "the index changed while its hits were listed: the list above is not complete; run the query again"
/* What a read that went wrong means: on a snapshot that may have been overwritten, that it was (FUND_STALE); over Xapian, that a server is lost. */
enum fund_status run_judge(struct searcher *s, enum fund_status st, struct fault *why);
int run_trouble(const struct fault *why);
enum fund_status run_open(const struct options *o, struct analyser *analyser, struct searcher *s, struct fault *why);
/* Flushes; the exit status, or 2 and a message when that failed. */
int run_finish(struct printer *out, int exit_status);
/* Points at the place in the query that is wrong. */
int run_syntax_error(struct slice query, uint32_t off, const struct fault *why);
/* What a person should know: a warning about the query, a limit that was reached, a server that is lost (once). */
void run_warn(const struct options *o, struct slice query, const struct search_note *note);
struct present_options run_present_options(const struct options *o);

#endif
