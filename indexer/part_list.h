/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part_list.h - the list of one part of compounds: the lists of all its compounds, made one.
 *
 * Kept     a list in a spool, a posting: gap varint, frequency varint, boost u8, for each position a gap varint and, in a list with forms, a varint
 *          for the form's place in the term's row.
 * Memory   the postings of one part.
 */
#ifndef INDEXER_PART_LIST_H
#define INDEXER_PART_LIST_H

#include "base/spool.h"
#include "indexer/term_stream.h"

struct kept_list {
	uint64_t at, end; /* in the spool */
	uint32_t df;
	bool has_forms;
	const uint8_t *is_compound; /* by form, 1 or 0; NULL: all are. Borrowed */
};

struct one_posting {
	uint32_t doc, freq;
	uint8_t boost;
	size_t at; /* of its first position in `pos` */
};

struct part_list {
	struct one_posting *postings, *merged; /* those of all compounds; room for as many */
	size_t n_postings, cap_postings, cap_merged;
	size_t *runs; /* where each compound's begin */
	size_t n_runs, cap_runs;
	uint32_t *pos;
	size_t n_pos, cap_pos;
	uint32_t *together; /* the positions of several compounds in a document */
	size_t cap_together;
};

void part_list_release(struct part_list *l); /* also on {0} */
/* Empties it, keeps the memory. */
void part_list_reset(struct part_list *l);
enum fund_status part_list_add(struct part_list *l, const struct spool *spool, const struct kept_list *kept);
/* As a term of its own; nothing can be added before it is reset. */
enum fund_status part_list_write(struct part_list *l, const struct term_sink *to, struct slice term);

#endif
