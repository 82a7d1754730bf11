/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facet.h - how the hits are spread over sections, sources, authors or years.
 *
 * Counted from columns; of each value one article's text is read, for its name. Most frequent first, equal ones by their bytes; years
 * in their order; hits without a value last.
 */
#ifndef QUERY_FACET_H
#define QUERY_FACET_H

#include "query/counts.h"
#include "query/search.h"

enum facet { FACET_SECTION, FACET_SOURCE, FACET_AUTHOR, FACET_YEAR }; /* as --facet's values are listed */

/* The search is prepared. */
enum fund_status facet_make(struct search *search, enum facet facet, struct counts *out);

#endif
