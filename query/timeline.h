/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timeline.h - hits over time: a row for each year, month or day from the first hit's to the last one's, empty ones too.
 *
 * Units    hits: articles that match; articles and words: all that the filters leave in that period, the ground of --relative.
 *          Filters are --from, --to, --new, and what the query demands or forbids of dates, section, source and author.
 *          A period's rows are those of the queries, in their order.
 */
#ifndef QUERY_TIMELINE_H
#define QUERY_TIMELINE_H

#include "query/counts.h"
#include "query/search.h"

#define TIMELINES_MAX 8 /* queries that are compared */

enum period_unit { PERIOD_YEAR, PERIOD_MONTH, PERIOD_DAY };

/* The searches are prepared, all with the same filters. */
enum fund_status timeline_make(struct search *searches, uint32_t n, enum period_unit unit, struct counts *out);

#endif
