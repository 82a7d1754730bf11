/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handles_private.h - what is behind the handles of fundstelle.h. */
#ifndef LIB_HANDLES_PRIVATE_H
#define LIB_HANDLES_PRIVATE_H

#include <signal.h>

#include "lib/fundstelle.h"
#include "query/session.h"

#define NAMES_MAX 64u
#define QUERY_MAX (1u << 20) /* bytes */

struct fundstelle_index {
	char **names; /* ours; n_names of them */
	uint32_t n_names;
	bool has_server;
	struct servers *servers;
	struct analyser *analyser;
	struct session session;
	struct state_marks *seen; /* the state that was held last, where it is let go; NULL: none */
	struct arena status;	  /* texts of the last status */
};

struct fundstelle_result {
	struct arena arena; /* has all that follows */
	struct fundstelle_summary summary;
	const struct fundstelle_warning *warnings;
	const struct fundstelle_hit *hits;
	const struct shown_hit *shown; /* the same */
};

struct fundstelle_article {
	struct arena arena;
	struct fundstelle_fields fields;
};

/* Around whatever may talk to a server: one that went away must not end the process with SIGPIPE. */
struct call {
	sigset_t mask;
	bool blocked;
};
void call_begin(struct call *c, struct fundstelle_index *index);
void call_end(const struct call *c);

struct fundstelle_text text_of(struct slice s);
struct fundstelle_date date_of(uint32_t packed);
double score_of(int64_t micro);

/* Tells the caller, and gives the code. */
int tell(struct fundstelle_error *error, int code, uint32_t offset, const char *message);
int tell_fault(struct fundstelle_error *error, enum fund_status st, const struct fault *why);
int tell_invalid(struct fundstelle_error *error, const char *message);

#endif
