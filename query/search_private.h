/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * search_private.h - what search.c, which understands and ranks, and search_show.c, which copies what is shown out of the index, have in common.
 *
 * Owned    copies by the arena, as search.h says of each; a key as it is by `plain`.
 * Errors   FUND_NO_MEMORY; of the index FUND_CORRUPT; without words, which search_describe() finds.
 */
#ifndef QUERY_SEARCH_PRIVATE_H
#define QUERY_SEARCH_PRIVATE_H

#include "query/search.h"

/* Nothing is copied as nothing. */
static inline enum fund_status search_copy(struct arena *arena, struct slice s, struct slice *out)
{
	*out = s.len ? arena_slice(arena, s) : (struct slice){ NULL, 0 };
	return s.len && !out->data ? FUND_NO_MEMORY : FUND_OK;
}

/* The article with this key, as it is or as it is printed: its leaf and its document there; then *key is as it is, perhaps in `plain`. FUND_NOT_FOUND. */
enum fund_status search_find_key(struct searcher *s, struct slice *key, struct buf *plain, uint32_t *leaf, uint32_t *doc);

#endif
