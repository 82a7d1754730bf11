/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge.h - many segments into one, dead documents left out.
 *
 * Policy   a segment is merged with all smaller ones when these have together 57 % of its documents, or when more than 14 % of its own are dead; at most five
 *          stay. Texts: merge_texts.h.
 */
#ifndef INDEXER_MERGE_H
#define INDEXER_MERGE_H

#include "store/index_writer.h"

/* What is due of `next`, a state to be published, is merged: *merged is then what is to be published, of which only the transaction that is open has
 * anything. `added`: the writer of the segment that `next` has and the index does not; NULL: there is none. So what a run adds need not be written twice.
 * FUND_END: nothing is due, or it is too large for one transaction. */
enum fund_status merge_ahead(struct index_writer *w, const struct manifest *next, struct segment_writer *added, struct manifest *merged);
/* Merges what the policy asks for, and publishes it; nothing otherwise. */
enum fund_status merge_if_due(struct index_writer *w, struct fault *why);
/* Everything into one segment with texts of its own, unless it is one already without dead documents. */
enum fund_status merge_all(struct index_writer *w, struct fault *why);

#endif
