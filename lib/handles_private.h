/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handles_private.h - what is behind the handles of fundstelle.h. */
#ifndef LIB_HANDLES_PRIVATE_H
#define LIB_HANDLES_PRIVATE_H

#include <signal.h>

#include "lib/fundstelle.h"
#include "query/concordance.h"
#include "query/counts.h"

#define NAMES_MAX 64u

struct warnings { /* n 0: no list */
	struct fundstelle_warning *list;
	uint32_t n;
};

struct fundstelle_index {
	char **names; /* ours; n_names of them */
	uint32_t n_names;
	bool has_server;
	struct servers *servers;
	struct analyser *analyser; /* NULL: opened for its status alone */
	struct session session;
	struct state_marks *seen; /* the state that was held last, where it is let go; NULL: none */
	struct finding *idle;	  /* for the next search, which takes over its memory; NULL: none */
	struct arena status;	  /* texts of the last status */
	struct arena asked;	  /* those of the warnings */
	struct warnings warnings; /* of the last question */
};

struct fundstelle_result {
	struct arena arena;	 /* query, texts of the summary, warnings */
	struct arena page;	 /* hits, unless the finding has them */
	struct finding *finding; /* where there may be more pages; NULL: all hits are here */
	const struct fundstelle_index *index; /* that was asked */
	struct page {
		uint32_t first, n; /* of those behind the offset */
		unsigned parts;
	} at;
	struct fundstelle_summary summary;
	struct warnings warnings;
	const struct fundstelle_hit *hits;
	const struct shown_hit *shown; /* the same */
};

struct fundstelle_counts {
	struct arena arena; /* has all that follows */
	struct fundstelle_counts_summary summary;
	struct warnings warnings;
	struct counts made;
};

struct fundstelle_concordance {
	struct arena arena; /* has all that follows */
	struct fundstelle_concordance_summary summary;
	struct warnings warnings;
	struct fundstelle_line *lines;
	struct reading *reading; /* of those that come one by one; NULL: all are here */
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

/* A question begins: nothing is warned of yet, and the index is open. FUNDSTELLE_OK, or told. */
int question_begin(fundstelle_index *index, struct fundstelle_error *error);
/* Ends: what a person should know about its n queries is kept. */
enum fund_status question_end(fundstelle_index *index, const struct search_note *notes, uint32_t n);

struct fundstelle_text text_of(struct slice s);
struct fundstelle_date date_of(uint32_t packed);
double score_of(int64_t micro);

enum fund_status text_copy(struct arena *arena, struct slice s, struct fundstelle_text *out);

struct slice query_of(const char *query, size_t len);
/* How hits are to be handed out, beside which. */
struct hits_wanted {
	unsigned parts; /* enum hit_part */
	uint32_t page;	/* hits at once; UINT32_MAX: all */
	bool timed;
};
/* What is wrong with them; NULL: nothing. */
const char *search_options_of(const struct fundstelle_search_options *options, struct search_options *out, struct hits_wanted *wanted);

/* Into a caller's struct, which says its size. */
int hand_out(void *to, const void *from, size_t size);
enum fund_status warnings_copy(struct arena *arena, const struct warnings *from, struct warnings *out);
int warnings_hand_out(const struct warnings *w, uint32_t i, struct fundstelle_warning *out);

/* Tells the caller, and gives the code. */
int tell(struct fundstelle_error *error, int code, const char *message);
int tell_fault(struct fundstelle_error *error, enum fund_status st, const struct fault *why);
/* What became of a query: FUND_INVALID is an error in it, at note->error_off; of several in that one. */
int tell_asked(struct fundstelle_error *error, enum fund_status st, uint32_t query, const struct search_note *note, const struct fault *why);
int tell_invalid(struct fundstelle_error *error, const char *message);
int tell_no_memory(struct fundstelle_error *error);

#endif
