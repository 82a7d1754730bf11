/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * session.h - indexes that are asked again and again: opened when they are asked, held until somebody else may want their pages, opened anew when those were
 * overwritten while they were read. The one way to them of the programs and of the library.
 *
 * Life     session_init(), any calls, session_release(). What is held is one state: each call that finds the index let go takes the newest.
 * Memory   names, servers and analyser are borrowed.
 * Found    what a search found is a struct of its own: any number of them may stand on one session, which does not know them. Its page is valid until the next page.
 * Threads  none: one session a thread.
 */
#ifndef QUERY_SESSION_H
#define QUERY_SESSION_H

#include "query/search.h"

struct session {
	const char *const *names; /* of indexes: directories, xapian:... */
	uint32_t n_names;
	struct servers *servers; /* of all openings */
	struct analyser *analyser;
	struct searcher searcher;
	bool open;
};

/* Starts as {0}. */
struct finding {
	struct search search;
	struct search_note note;
	struct state_marks *marks; /* of the state that it stands on */
	struct arena page;	   /* has search.result.hits */
};
void finding_release(struct finding *f); /* also on {0} */

void session_init(struct session *s, const char *const *names, uint32_t n_names, struct servers *servers, struct analyser *analyser);
void session_release(struct session *s); /* also on {0} */

/* Opened, unless it is held. Errors: searcher_open(). */
enum fund_status session_hold(struct session *s, struct fault *why);
/* Nothing of the index is held until the next call: the indexer may reuse what it replaced. */
void session_let_go(struct session *s);

/* `take` reads from s->searcher; it is called again, with the index opened anew, where what it read may have been overwritten. `why` is {0} at each call. */
typedef enum fund_status session_taker(struct session *s, void *context, struct fault *why);
enum fund_status session_read(struct session *s, session_taker *take, void *context, struct fault *why);
/* The same in the state that was marked, and in no other. FUND_STALE: the index changed. */
enum fund_status session_read_on(struct session *s, const struct state_marks *marks, session_taker *take, void *context, struct fault *why);
/* What is held now is what session_read_on() will ask for; what *marks had before is freed. */
enum fund_status session_mark(const struct session *s, struct state_marks **marks);

/* What is wanted of a search. */
struct session_query {
	struct slice text;
	const struct search_options *options;
	uint32_t n;	/* hits of the first page */
	unsigned parts; /* of a hit */
	double *took;	/* us until the first page has its keys; NULL: not wanted */
};
/* Ranks and takes the first page, unless only the count is wanted; marks the state. FUND_INVALID: out->note says where in the query. FUND_END: no article that others are to be
 * similar to. The query's text is borrowed as long as pages are read. */
enum fund_status session_find(struct session *s, struct finding *out, const struct session_query *q, struct fault *why);
/* n hits from `first` on. FUND_STALE: the index changed since. */
enum fund_status session_page(struct session *s, struct finding *f, uint32_t first, uint32_t n, unsigned parts, struct fault *why);
/* The article with this key, in `arena`, which is reset; its address only with HIT_ADDRESS. FUND_END: there is none. */
enum fund_status session_show(struct session *s, struct slice key, unsigned parts, struct arena *arena, struct shown_hit *out, struct fault *why);

#endif
