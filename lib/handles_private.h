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

struct warnings {
	const struct fundstelle_warning *list;
	uint32_t n;
};

struct fundstelle_result {
	struct arena arena; /* has all that follows */
	struct fundstelle_summary summary;
	struct warnings warnings;
	const struct fundstelle_hit *hits;
	const struct shown_hit *shown; /* the same */
};

struct fundstelle_counts {
	struct arena arena; /* has all that follows */
	struct fundstelle_counts_summary summary;
	struct warnings warnings;
	struct fundstelle_counts_row *rows;
};

struct fundstelle_concordance {
	struct arena arena; /* has all that follows */
	struct warnings warnings;
	struct fundstelle_line *lines;
	uint32_t n;
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

enum fund_status text_copy(struct arena *arena, struct slice s, struct fundstelle_text *out);

/* The query as it was given; false: too long, and told. */
struct slice query_of(const char *query, size_t len);
bool query_fits(struct slice query, struct fundstelle_error *error);
/* What is wrong with them; NULL: nothing. *parts: of a hit. */
const char *search_options_of(const struct fundstelle_search_options *options, struct search_options *out, unsigned *parts);

/* Into a caller's struct, which says its size. */
int hand_out(void *to, const void *from, size_t size);
enum fund_status warnings_copy(struct arena *arena, const struct search_note *note, const struct servers *servers, struct warnings *out);
int warnings_hand_out(const struct warnings *w, uint32_t i, struct fundstelle_warning *out);

/* Tells the caller, and gives the code. */
int tell(struct fundstelle_error *error, int code, uint32_t offset, const char *message);
int tell_fault(struct fundstelle_error *error, enum fund_status st, const struct fault *why);
/* What became of a query: FUND_INVALID is an error in it, at note->error_off. */
int tell_asked(struct fundstelle_error *error, enum fund_status st, const struct search_note *note, const struct fault *why);
int tell_invalid(struct fundstelle_error *error, const char *message);

#endif
