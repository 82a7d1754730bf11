/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * second_stage.h - what raises the best hits of a search by relevance: late hints, then words that stand near each other (proximity.h).
 *
 * Of the first stage's hits the SECOND_STAGE_HITS best, in the order of topk.h, are raised, however many are wanted: so no score depends on pages or on
 * pruning.
 * Late hints  of the group that is asked for: hints that more than one of HINT_COMMON articles has. They say little, and to look for them in every
 *             match costs more than the words themselves. Rarer ones count from the first stage on.
 */
#ifndef QUERY_SECOND_STAGE_H
#define QUERY_SECOND_STAGE_H

#include "query/iter.h"

#define SECOND_STAGE_HITS 200u
#define HINT_COMMON 32u

struct topk;
struct hit;

/* Is there one for this plan? */
bool second_stage_applies(const struct searcher *s, const struct plan *plan);
/* Makes late hints of the common ones, before the first stage. */
void second_stage_prepare(const struct searcher *s, struct plan *plan);
/* The most that it adds to any score, in micro-units. */
int64_t second_stage_most(const struct searcher *s, const struct plan *plan);
/* Raises the n best hits of the first stage, in any order. Those that cannot be among the k best in the end are left as they are. */
enum fund_status second_stage_raise(struct topk *t, const struct plan *plan, struct hit *hits, uint32_t n);
/* The items of what it added to a hit, which is document `doc` of the leaf. */
enum fund_status second_stage_explain(const struct searcher *s, const struct plan *plan, const struct hit *hit, uint32_t doc, struct arena *arena,
				      const struct explain_sink *sink);

#endif
