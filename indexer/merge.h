/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * merge.h - many segments into one, dead documents left out.
 *
 * Policy   at most five segments; the sixth takes with it those that are no larger than all smaller ones together. One of which more than 15 % is
 *          dead is rewritten with all smaller ones. Texts: merge_texts.h.
 */
#ifndef INDEXER_MERGE_H
#define INDEXER_MERGE_H

#include "store/index_writer.h"

/* Merges what the policy asks for, and publishes it; nothing otherwise. */
enum fund_status merge_if_due(struct index_writer *w, struct fault *why);
/* Everything into one segment with texts of its own, unless it is one already without dead documents. */
enum fund_status merge_all(struct index_writer *w, struct fault *why);

#endif
