/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/form_counter.h"

#include <stdlib.h>

void form_counter_release(struct form_counter *c)
{
	free(c->forms);
	free(c->announced);
	free(c->met);
	free(c->last_doc);
	free(c->offsets);
	free(c->first);
	buf_release(&c->words);
	ordinal_shares_release(&c->shares);
	*c = (struct form_counter){ 0 };
}

void form_counter_reset(struct form_counter *c)
{
	c->n = 0;
	buf_reset(&c->words);
}

static bool grow_one(void **array, size_t n, size_t size)
{
	void *grown = realloc(*array, n * size);
	if (grown)
		*array = grown;
	return grown != NULL;
}

static enum fund_status grow(struct form_counter *c)
{
	size_t cap = c->cap ? 2 * c->cap : 16;
	if (!grow_one((void **)&c->forms, cap, sizeof *c->forms) || !grow_one((void **)&c->announced, cap, sizeof *c->announced) ||
	    !grow_one((void **)&c->met, cap, sizeof *c->met) || !grow_one((void **)&c->last_doc, cap, sizeof *c->last_doc) ||
	    !grow_one((void **)&c->offsets, cap, sizeof *c->offsets))
		return FUND_NO_MEMORY;
	c->cap = cap;
	return FUND_OK;
}

static struct slice word_of(const struct form_counter *c, uint32_t i)
{
	size_t end = i + 1 < c->n ? c->offsets[i + 1] : c->words.len;
	return slice_part(slice_buf(&c->words), c->offsets[i], end - c->offsets[i]);
}

static bool in_order(const struct form_counter *c, struct slice word, uint64_t cf)
{
	uint32_t last = c->n - 1;
	if (c->n == 0)
		return true;
	return cf && (cf < c->announced[last] || (cf == c->announced[last] && slice_compare(word_of(c, last), word) < 0));
}

enum fund_status form_counter_add(struct form_counter *c, struct slice word, uint64_t cf)
{
	if (word.len < 1 || word.len > FORM_MAX || !in_order(c, word, cf))
		return FUND_INVALID;
	enum fund_status st = c->n == c->cap ? grow(c) : FUND_OK;
	if (st != FUND_OK)
		return st;
	c->offsets[c->n] = (uint32_t)c->words.len;
	c->announced[c->n] = cf;
	c->met[c->n] = 0;
	c->last_doc[c->n] = 0;
	c->forms[c->n] = (struct form){ .ordinal = c->n };
	c->n++;
	return buf_add_slice(&c->words, word);
}

enum fund_status form_counter_shares(struct form_counter *c, const struct ordinal_shares **shares)
{
	*shares = &c->shares;
	return ordinal_shares_set(&c->shares, c->announced, c->n);
}

static enum fund_status first_row(struct form_counter *c, uint32_t n, const uint32_t **row)
{
	if (n > c->cap_first) {
		uint32_t *grown = calloc(2 * (size_t)n, sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		free(c->first);
		c->first = grown;
		c->cap_first = 2 * (size_t)n;
	}
	*row = c->first;
	return FUND_OK;
}

enum fund_status form_counter_met(struct form_counter *c, uint32_t doc, uint32_t freq, const uint32_t **ordinals)
{
	enum fund_status st = *ordinals ? FUND_OK : first_row(c, freq, ordinals);
	for (uint32_t i = 0; st == FUND_OK && i < freq; i++) {
		uint32_t o = (*ordinals)[i];
		if (o >= c->n)
			return FUND_INVALID;
		c->met[o]++;
		c->forms[o].df += c->last_doc[o] != doc + 1;
		c->last_doc[o] = doc + 1;
	}
	return st;
}

enum fund_status form_counter_end(struct form_counter *c, uint32_t df, uint64_t cf)
{
	if (c->n == 1) {
		c->met[0] = cf;
		c->forms[0].df = df;
	}
	for (uint32_t i = 0; i < c->n; i++) {
		c->forms[i].word = word_of(c, i);
		c->forms[i].cf = c->met[i];
		if (c->announced[i] && c->announced[i] != c->met[i])
			return FUND_INVALID;
	}
	return FUND_OK;
}
