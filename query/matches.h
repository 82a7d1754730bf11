/* SPDX-License-Identifier: GPL-2.0-or-later */
/* matches.h - every live article that matches, without ranking: for counts, timelines, facets. */
#ifndef QUERY_MATCHES_H
#define QUERY_MATCHES_H

#include "query/iter.h"
#include "query/lender.h"

/* Segment by segment, in the order of documents. A callback that returns anything but FUND_OK ends it with that status. The arena
 * holds iterators until its reset. `texts`: what the callback reads of an article that is lent. */
enum fund_status matches_each(struct searcher *s, const struct plan *plan, struct arena *arena,
			      enum lend_texts texts, enum fund_status (*each)(void *context, struct leaf *leaf, uint32_t doc), void *context);
/* Is there any, a dead one too? Says yes where Xapian would have to be asked. */
enum fund_status matches_any(struct searcher *s, const struct plan *plan, struct arena *arena, bool *any);
enum fund_status matches_count(struct searcher *s, const struct plan *plan, struct arena *arena, uint64_t *total);

#endif
