/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * article_key.h - what stands behind the path in an article's key: nothing, '#' and the member, '#' and the id or the ordinal.
 *
 * Ids that come again in the same file get '#' and the ordinal behind them. Ordinals count from 1 all records of the file, bad ones too.
 */
#ifndef INDEXER_ARTICLE_KEY_H
#define INDEXER_ARTICLE_KEY_H

#include "indexer/article.h"

#define KEY_TAIL_MAX 1024u /* bytes; longer ones end in a hash */

/* The tails of one file so far. */
struct key_maker {
	uint64_t *seen; /* hashes, open addressing; 0: free */
	size_t cap, n;
};
void key_maker_begin(struct key_maker *k); /* a new file; starts as {0} */
void key_maker_release(struct key_maker *k);

/* "#member" and "#id" as far as there are any, into `tail`, which is reset. *needs_ordinal: an article of many without an id. *cut: it ends in
 * a hash. */
enum fund_status key_tail(const struct article *a, struct buf *tail, bool *needs_ordinal, bool *cut);
/* Is it the first of its bytes? From now on it is there. */
enum fund_status key_maker_note(struct key_maker *k, struct slice tail, bool *is_new);
/* Makes the tail complete and unlike all before it. */
enum fund_status key_maker_add(struct key_maker *k, struct buf *tail, bool needs_ordinal, uint64_t ordinal);

#endif
