/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline.h - hits over time: a row for each year, month or day from the first hit's to the last one's, empty ones too.
 *
 * Units    hits: articles that match; articles and words: all that the filters leave in that period, the ground of --relative.
 *          Filters are --from, --to, --new, and what the query demands or forbids of dates, section, source and author.
 */
#ifndef QUERY_TIMELINE_H
#define QUERY_TIMELINE_H

#include "query/report.h"
#include "query/search.h"

#define TIMELINES_MAX 8 /* queries that are compared */

enum period_unit { PERIOD_YEAR, PERIOD_MONTH, PERIOD_DAY };

struct timeline_options {
	enum period_unit unit;
	bool relative;
};

/* The searches are prepared, all with the same filters of the command line. */
enum fund_status timeline_make(struct search *searches, uint32_t n, const struct timeline_options *options, struct report *out);
/* As a picture: bars for one query, lines for several. */
void timeline_svg(const struct report *r, const struct timeline_options *options, struct printer *p);

#endif
