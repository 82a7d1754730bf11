/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/facet.h"

#include <stdlib.h>

#include "base/date_text.h"
#include "query/matches.h"

struct value {
	uint64_t number; /* the column's, or the year; 0: none */
	uint64_t count;
	uint32_t leaf, doc; /* an article that has it */
	struct slice text;
};

/* Open addressing by number; a slot with count 0 is free. */
struct counter {
	enum facet facet;
	struct arena *arena; /* of names */
	struct text_cache cache;
	struct value *slots;
	uint32_t n, cap; /* cap: a power of two */
};

static struct value *slot_of(struct value *slots, uint32_t cap, uint64_t number)
{
	uint32_t i = (uint32_t)((number * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (cap - 1);
	while (slots[i].count && slots[i].number != number)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static enum fund_status grow(struct counter *c)
{
	uint32_t cap = c->cap ? 2 * c->cap : 256;
	struct value *slots = calloc(cap, sizeof *slots);
	if (!slots)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < c->cap; i++)
		if (c->slots[i].count)
			*slot_of(slots, cap, c->slots[i].number) = c->slots[i];
	free(c->slots);
	c->slots = slots;
	c->cap = cap;
	return FUND_OK;
}

static enum fund_status number_of(enum facet facet, struct leaf *leaf, uint32_t doc, uint64_t *number)
{
	static const enum column columns[] = { COLUMN_SECTION, COLUMN_SOURCE, COLUMN_AUTHOR };
	uint32_t date;
	if (facet != FACET_YEAR)
		return segment_value(leaf->segment, columns[facet], doc, number);
	enum fund_status st = leaf_date(leaf, doc, &date);
	*number = st == FUND_OK ? DATE_YEAR(date) : 0;
	return st;
}

static struct slice field_of(enum facet facet, const struct stored_article *a)
{
	return facet == FACET_SECTION ? a->section : facet == FACET_SOURCE ? a->source : a->author;
}

/* What is lent has to be named while it is there. */
static enum fund_status name_at_once(struct counter *c, struct leaf *leaf, struct value *v)
{
	struct stored_article a;
	if (v->number == 0 || c->facet == FACET_YEAR)
		return FUND_OK;
	enum fund_status st = segment_article(leaf->segment, v->doc, &c->cache, &a);
	if (st != FUND_OK)
		return st;
	v->text = arena_slice(c->arena, field_of(c->facet, &a));
	return v->text.data ? FUND_OK : FUND_NO_MEMORY;
}

static enum fund_status count_hit(void *context, struct leaf *leaf, uint32_t doc)
{
	struct counter *c = context;
	uint64_t number;
	enum fund_status st = 2 * c->n >= c->cap ? grow(c) : FUND_OK;
	if (st == FUND_OK)
		st = number_of(c->facet, leaf, doc, &number);
	if (st != FUND_OK)
		return st;
	struct value *v = slot_of(c->slots, c->cap, number);
	if (v->count++ == 0) {
		*v = (struct value){ .number = number, .count = 1, .leaf = leaf->number, .doc = doc };
		c->n++;
		if (leaf->lent)
			return name_at_once(c, leaf, v);
	}
	return FUND_OK;
}

/* ---- names ---- */

static enum fund_status name_value(struct search *s, enum facet facet, struct value *v, struct text_cache *cache, struct arena *arena)
{
	struct stored_article a;
	char year[DATE_TEXT_MAX];
	if (v->number == 0 || v->text.data)
		return FUND_OK;
	struct slice text = slice_str(date_text((uint32_t)v->number, 0, 0, year));
	if (facet != FACET_YEAR) {
		enum fund_status st = segment_article(s->searcher->leaves[v->leaf].segment, v->doc, cache, &a);
		if (st != FUND_OK)
			return st;
		text = field_of(facet, &a);
	}
	v->text = arena_slice(arena, text);
	return v->text.data ? FUND_OK : FUND_NO_MEMORY;
}

static int by_place(const void *a, const void *b)
{
	const struct value *x = a, *y = b;
	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	return (x->doc > y->doc) - (x->doc < y->doc);
}

static int by_count(const void *a, const void *b)
{
	const struct value *x = a, *y = b;
	if (!x->number != !y->number)
		return x->number ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return slice_compare(x->text, y->text);
}

static int by_number(const void *a, const void *b)
{
	const struct value *x = a, *y = b;
	if (!x->number != !y->number)
		return x->number ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* In the order of the texts, so that neighbours are decoded once; then in the order that is shown. */
static enum fund_status name_values(struct search *s, struct counter *c, struct arena *arena)
{
	struct text_cache cache = { 0 };
	enum fund_status st = FUND_OK;
	uint32_t n = 0;
	for (uint32_t i = 0; i < c->cap; i++)
		if (c->slots[i].count)
			c->slots[n++] = c->slots[i];
	if (n > 1)
		qsort(c->slots, n, sizeof *c->slots, by_place);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = name_value(s, c->facet, &c->slots[i], &cache, arena);
	text_cache_release(&cache);
	if (n > 1)
		qsort(c->slots, n, sizeof *c->slots, c->facet == FACET_YEAR ? by_number : by_count);
	return st;
}

static enum fund_status fill(struct counts *out, const struct counter *c)
{
	for (uint32_t i = 0; i < c->n; i++) {
		struct count_row *row = counts_add(out);
		if (!row)
			return FUND_NO_MEMORY;
		row->value = c->slots[i].text;
		row->hits = c->slots[i].count;
		out->total += row->hits;
	}
	return FUND_OK;
}

enum fund_status facet_make(struct search *search, enum facet facet, struct counts *out)
{
	struct counter c = { .facet = facet, .arena = out->arena };
	enum fund_status st = matches_each(search->searcher, search->plan, &search->arena, LEND_FIELDS, count_hit, &c);
	if (st == FUND_OK)
		st = name_values(search, &c, out->arena);
	if (st == FUND_OK)
		st = fill(out, &c);
	free(c.slots);
	text_cache_release(&c.cache);
	return st;
}
