/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * concordance.h - the lines of all hits of a query, one by one: by their articles' rank, or sorted by what stands beside the keyword.
 *
 * Life     concordance_find(), concordance_begin(), concordance_next() until FUND_END; release also on {0} and behind a failure. Lines are taken out of the
 *          index a page of articles at a time. No more articles are ranked than lines are wanted, and no more than RANKED_MOST at once: then those behind the
 *          last of them. So neither a million lines nor a million hits sit in memory. All are ranked at once where lines are to be sorted, and
 *          where search_goes_on() says that it takes all to rank some.
 * Pages    The first is small, so that the first line comes soon; the next ones are as large as their lines fit into some megabytes.
 * Order    Lines are taken out in the order of the archive, where neighbours share a block of text: those that are sorted throughout, each with the number that
 *          it would have in the order of hits; others page by page.
 * Index    that of the session, which may be let go between calls: all lines are of the state that was searched.
 */
#ifndef QUERY_CONCORDANCE_H
#define QUERY_CONCORDANCE_H

#include "query/kwic_sort.h"
#include "query/session.h"

struct concordance {
	struct session *session; /* borrowed */
	struct finding found;
	/* private */
	struct slice query;
	const struct search_options *search;
	const struct concordance_options *options;
	uint32_t ranked; /* articles at most; UINT32_MAX: all */
	struct hit behind; /* what was ranked last stands behind this one */
	bool goes_on, may_go_on; /* it does; the next ranking may */
	struct kwic kwic;
	struct kwic_list list; /* of one page */
	struct arena lines;
	uint32_t first, n_page; /* the next page's first hit; its articles */
	struct page_hit *page;	/* of the last page, in the order of its lines */
	uint32_t n_hits, hit, at; /* of it; the hit whose lines come, the next line of it */
	uint32_t *order;    /* of hits, as they are taken; NULL: as they are */
	struct kwic_sorter *sorter; /* NULL: lines come as they are found */
	uint64_t skip, left;	    /* lines to pass over, and to give, still */
	struct fault why;	    /* the sorter's */
};

struct concordance_options {
	uint32_t width; /* columns on each side */
	enum kwic_order order;
	bool links;	/* lines have the address of their file */
	uint64_t skip, wanted; /* lines to pass over; to give at most */
	size_t memory;	       /* to sort in; what does not fit goes to files in `dir` */
	const char *dir;
};

/* Ranks. Errors: session_find(). Query and options are borrowed until the release; of `search` limit and offset do not count. */
enum fund_status concordance_find(struct concordance *c, struct slice query, const struct search_options *search, const struct concordance_options *options,
				  struct fault *why);
enum fund_status concordance_begin(struct concordance *c, struct fault *why);
/* Valid until the next call. FUND_END behind the last; FUND_STALE: the index changed since. */
enum fund_status concordance_next(struct concordance *c, struct kwic_line *out, struct fault *why);
void concordance_release(struct concordance *c);

#endif
