/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * search.h - one query from its text to what is shown.
 *
 * Life     search_find() ranks; search_page() copies what is shown of some hits out of the index, as often as wanted; between pages the
 *          searcher may be closed and opened again, as long as the state is the same (searcher_is_at()).
 */
#ifndef QUERY_SEARCH_H
#define QUERY_SEARCH_H

#include "query/copies.h"
#include "query/hits.h"
#include "query/plan.h"
#include "query/recency.h"

struct search_options {
	struct parse_options parse;
	uint32_t limit; /* UINT32_MAX: all */
	uint32_t offset;
	uint32_t from, to;
	bool only_new; /* of the last indexing run */
	uint32_t recency; /* half-life in days of what newness adds; 0: nothing */
	bool ocr;      /* letters that machines confuse cost fuzzy words less */
	const char *similar; /* to the article with this key; then there is no query. NULL: none */
	bool collapse; /* copies under their best hit; limit and offset count groups */
	enum hit_order order;
	uint64_t seed;
	bool want_suggestion; /* for words that the index lacks */
	bool want_total;   /* make the total exact where that is cheap */
	bool count_only;   /* the exact total, no hits */
	const struct hit *behind; /* borrowed, of the same query and state: only hits behind this one, if search_goes_on(); NULL: all */
};

struct search_note { /* about the query itself, for a person */
	struct parse_warning warning;
	uint32_t error_off; /* with FUND_INVALID */
	const struct plan_limit *limits; /* until the search is reset */
	uint32_t n_limits;
};

/* One thing that a person should know about an answer. */
enum search_warning_kind {
	WARNING_QUERY,	/* the query may not mean what it should: `off` says where */
	WARNING_LIMIT,	/* `about`, of the query, stands for more words than were looked for */
	WARNING_MISSING /* the server `about` does not answer: its articles are missing */
};
struct search_warning {
	enum search_warning_kind kind;
	uint32_t off;
	struct slice about;
	uint32_t n_words, n_used;
	struct fault text; /* all of it, for a person */
};
/* The i-th of them; false: there are no more. Servers come first, in the order of their list. `servers` NULL: there are none. */
bool search_warning(const struct search_note *note, const struct servers *servers, uint32_t i, struct search_warning *out);

struct search {
	struct searcher *searcher;
	struct search_options options;
	struct arena arena; /* parsed query, plan, iterators */
	struct plan *plan;
	struct plan_build build;
	struct topk topk;
	struct recency recency;
	struct result result; /* all but the hits */
	uint32_t n_shown;     /* hits (groups) behind the offset */
	struct copies copies; /* with collapse */
	bool has_self;	      /* with similar: the article itself, which is no hit */
	uint32_t self_leaf, self_doc;
	uint64_t started;     /* us */
};

void search_release(struct search *s); /* also on {0} */
/* Forget the query, keep the memory: for --batch. */
void search_reset(struct search *s);
/* The query understood: s->plan stands. */
enum fund_status search_prepare(struct search *s, struct searcher *searcher, struct slice query, const struct search_options *options,
				struct search_note *note, struct fault *why);
/* The hits of the plan that stands. */
enum fund_status search_rank(struct search *s, struct fault *why);
/* May more hits be asked for behind the last one? Not where some are lent, nor where a second stage moves some. */
bool search_goes_on(const struct search *s);
/* Notes how long it took up to now. */
void search_took(struct search *s);
/* Says what a failure without words means. */
enum fund_status search_describe(enum fund_status st, struct fault *why);
/* Both. */
enum fund_status search_find(struct search *s, struct searcher *searcher, struct slice query, const struct search_options *options,
			     struct search_note *note, struct fault *why);
/* Hits first … first + n of those behind the offset, with `parts` of them, into s->result.hits; everything they hold lives in `arena`. */
enum fund_status search_page(struct search *s, struct searcher *searcher, uint32_t first, uint32_t n, unsigned parts, struct arena *arena,
			     struct fault *why);

/* The live article with this key (as printed or as it is), in any index: one hit with its text and how that begins, its address only with
 * HIT_ADDRESS. FUND_NOT_FOUND. */
enum fund_status search_show(struct searcher *s, struct slice key, unsigned parts, struct arena *arena, struct shown_hit *out, struct fault *why);
/* The address of the file that the article with this key is in, in the arena; empty: it is not here. */
enum fund_status search_address(struct searcher *s, const struct leaf *leaf, const struct article_key *key, struct arena *arena, struct slice *out);

#endif
