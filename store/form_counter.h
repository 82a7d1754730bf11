/* SPDX-License-Identifier: GPL-2.0-or-later */
/* form_counter.h - the forms of the term that is being written: what was announced of them, and what the postings have. */
#ifndef STORE_FORM_COUNTER_H
#define STORE_FORM_COUNTER_H

#include "store/forms.h"
#include "store/ordinals.h"

/* Starts as {0}. */
struct form_counter {
	uint32_t n;
	struct form *forms; /* words are set by form_counter_end() */
	uint64_t *announced;
	uint64_t *met;
	uint32_t *last_doc; /* that has it, + 1 */
	uint32_t *offsets;  /* of the words */
	struct buf words;
	size_t cap;
	struct ordinal_shares shares;
	uint32_t *first; /* a row of zeros, for postings that name no forms */
	size_t cap_first;
};
void form_counter_release(struct form_counter *c); /* also on {0} */
void form_counter_reset(struct form_counter *c);
/* cf 0: whatever the postings have; of a term with one form only. FUND_INVALID: out of order. */
enum fund_status form_counter_add(struct form_counter *c, struct slice word, uint64_t cf);
enum fund_status form_counter_shares(struct form_counter *c, const struct ordinal_shares **shares);
/* A posting's forms; *ordinals NULL becomes a row of zeros. */
enum fund_status form_counter_met(struct form_counter *c, uint32_t doc, uint32_t freq, const uint32_t **ordinals);
/* forms and n are then what dictionary_writer_add() takes. FUND_INVALID: not what was announced. */
enum fund_status form_counter_end(struct form_counter *c, uint32_t df, uint64_t cf);

#endif
