/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * postings_writer.h - lists and positions into chunks; gives what the dictionary says of each list.
 *
 * Memory   one list in encoded form, and one block of positions.
 */
#ifndef STORE_POSTINGS_WRITER_H
#define STORE_POSTINGS_WRITER_H

#include "store/postings.h"

struct postings_writer;

/* `lengths`: weighted length of each document, n_docs of them; borrowed until the writer is freed. */
enum fund_status postings_writer_new(struct postings_writer **out, struct chunk_sink sink, const uint32_t *lengths, uint32_t n_docs,
				     struct field_weights weights);
void postings_writer_free(struct postings_writer *w);

/* `shares`: of the term's forms, where it has several, borrowed until the end; else NULL. */
enum fund_status postings_writer_begin(struct postings_writer *w, bool with_positions, const struct ordinal_shares *shares);
/* Documents ascend and are < n_docs; pos (ascending, n = freq; ignored without positions) is read before the call returns, as are the
 * ordinals of the forms that stand there (ignored without shares). */
enum fund_status postings_writer_add(struct postings_writer *w, uint32_t doc, uint32_t freq, uint8_t boost, const uint32_t *pos, const uint32_t *forms);
/* Ends the list. The entry's inline bytes live until the next begin. Its term is left empty. A list without documents is FUND_INVALID. */
enum fund_status postings_writer_end(struct postings_writer *w, struct term_entry *entry);
/* Puts the last chunks. */
enum fund_status postings_writer_finish(struct postings_writer *w, uint32_t *n_list_chunks, uint32_t *n_position_chunks);

#endif
