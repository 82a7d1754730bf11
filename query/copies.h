/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copies.h - hits that are near copies of a better one: agency text that several papers printed.
 *
 * Two articles are copies when their signatures (docs/FORMAT.md, column 5) differ in at most COPIES_BITS bits. A hit is compared with the best of each
 * group among the COPIES_REACH groups before it: copies have nearly the same words, so they score nearly alike and stand close together.
 */
#ifndef QUERY_COPIES_H
#define QUERY_COPIES_H

#include "query/topk.h"

#define COPIES_BITS 10
#define COPIES_REACH 1000u

/* Hits in groups, in the order of their best. Zero-initialised; keeps its memory. */
struct copies {
	uint32_t *head;	 /* of each group, the best hit's place in the list */
	uint32_t *group; /* of each hit, the number of its group */
	uint64_t *signatures; /* of each hit */
	uint32_t n, n_groups, cap;
};

enum fund_status copies_find(struct copies *c, const struct topk *t);
void copies_release(struct copies *c); /* also on {0} */

#endif
