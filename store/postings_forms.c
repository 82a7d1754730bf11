/* SPDX-License-Identifier: GPL-2.0-or-later */
/* postings_forms.c - which form stands at each position: decoded for a block at a time, by the shares of the term's forms. */
#include <stdlib.h>

#include "store/postings.h"

static enum fund_status read_shares(struct postings *p)
{
	struct term_forms f = { 0 };
	enum fund_status st = term_forms_read(&f, p->source, p->entry.term);
	uint64_t *occurrences = st == FUND_OK && f.n ? malloc(f.n * sizeof *occurrences) : NULL;
	if (st == FUND_NOT_FOUND || (st == FUND_OK && f.n < 2))
		st = FUND_CORRUPT;
	if (st == FUND_OK && !occurrences)
		st = FUND_NO_MEMORY;
	for (uint32_t i = 0; st == FUND_OK && i < f.n; i++)
		occurrences[i] = f.forms[i].cf;
	if (st == FUND_OK)
		st = ordinal_shares_set(&p->shares, occurrences, f.n);
	free(occurrences);
	term_forms_release(&f);
	return st;
}

static enum fund_status make_room(struct postings *p, size_t n)
{
	if (n <= p->forms_cap)
		return FUND_OK;
	size_t cap = n < 256 ? 256 : n;
	uint32_t *grown = realloc(p->forms, cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	p->forms = grown;
	p->forms_cap = cap;
	return FUND_OK;
}

/* Occurrences in the block's first `n` documents. */
static size_t occurrences_before(const struct postings *p, uint32_t n)
{
	size_t sum = 0;
	if (p->entry.form != LIST_INLINE)
		return p->pos_start[n];
	for (uint32_t i = 0; i < n; i++)
		sum += p->freqs[i];
	return sum;
}

static enum fund_status load_forms(struct postings *p)
{
	enum fund_status st = p->shares.n ? FUND_OK : read_shares(p);
	size_t n = occurrences_before(p, p->n_docs);
	if (st == FUND_OK)
		st = make_room(p, n);
	if (st == FUND_OK && !ordinals_decode(&p->shares, p->form_bytes, p->forms, n))
		st = FUND_CORRUPT;
	p->forms_ready = st == FUND_OK;
	return st;
}

enum fund_status postings_forms(struct postings *p, const uint32_t **ordinals, uint32_t *n)
{
	*ordinals = NULL;
	*n = 0;
	if (!p->entry.has_positions)
		return FUND_NOT_FOUND;
	enum fund_status st = postings_open_positions(p);
	if (st == FUND_OK && p->entry.several_forms && !p->forms_ready)
		st = load_forms(p);
	if (st != FUND_OK)
		return st;
	*n = p->freqs[p->index];
	*ordinals = p->entry.several_forms ? p->forms + occurrences_before(p, p->index) : NULL;
	return FUND_OK;
}
