/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter_phrase.c - documents in which terms stand at fixed distances from each other.
 *
 * Documents first: the rarest term leads, the others must have the document too. Only then positions, the rarest term's first.
 */
#include "query/iter.h"

#include <stdlib.h>

#include "store/postings.h"

struct phrase_list {
	struct postings postings;
	uint32_t shift;
};

struct iter_phrase {
	struct iter base;
	const struct plan *plan;
	struct phrase_list **lists; /* rarest first */
	uint32_t n_lists;
	uint32_t title_end; /* positions below it are the title's, where the phrase must stand in it */
	uint32_t freq;	    /* of the current document */
	uint32_t *starts;   /* of its phrases */
	uint32_t cap_starts;
	uint32_t hopeful_to; /* up to this document the rarest list's bound was enough; 0: not asked yet */
};

/* All lists on one document >= target. */
static enum fund_status align(struct iter_phrase *p, uint32_t target)
{
	for (uint32_t i = 0; i < p->n_lists;) {
		struct postings *list = &p->lists[i]->postings;
		enum fund_status st = postings_seek(list, target);
		if (st != FUND_OK)
			return st;
		if (list->doc == DOC_END) {
			p->base.doc = DOC_END;
			return FUND_OK;
		}
		i = list->doc == target || i == 0 ? i + 1 : 0;
		target = list->doc;
	}
	p->base.doc = target;
	return FUND_OK;
}

/* Where the document's title ends, for phrases that must stand in it. */
static enum fund_status load_title_end(struct iter_phrase *p)
{
	uint64_t fields;
	p->title_end = UINT32_MAX;
	if (p->plan->field != FIELD_TITLE)
		return FUND_OK;
	enum fund_status st = segment_value(p->base.leaf->segment, COLUMN_FIELDS, p->base.doc, &fields);
	p->title_end = (uint32_t)(fields & 0xFFFF);
	return st;
}

static enum fund_status starts_room(struct iter_phrase *p, uint32_t n)
{
	if (n <= p->cap_starts)
		return FUND_OK;
	uint32_t cap = n < 64 ? 64 : 2 * n;
	uint32_t *grown = realloc(p->starts, cap * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	p->starts = grown;
	p->cap_starts = cap;
	return FUND_OK;
}

/* Where a phrase would begin, by the rarest word alone. */
static enum fund_status first_starts(struct iter_phrase *p)
{
	const uint32_t *pos;
	uint32_t n, shift = p->lists[0]->shift;
	enum fund_status st = postings_positions(&p->lists[0]->postings, &pos, &n);
	if (st == FUND_OK)
		st = starts_room(p, n);
	if (st != FUND_OK)
		return st;
	p->freq = 0;
	for (uint32_t i = 0; i < n; i++)
		if (pos[i] >= shift && pos[i] - shift < p->title_end)
			p->starts[p->freq++] = pos[i] - shift;
	return FUND_OK;
}

/* Only those starts stay where this word stands in its place. */
static enum fund_status filter_starts(struct iter_phrase *p, struct phrase_list *l)
{
	const uint32_t *pos;
	uint32_t n, at = 0, kept = 0;
	enum fund_status st = postings_positions(&l->postings, &pos, &n);
	for (uint32_t i = 0; i < p->freq && st == FUND_OK; i++) {
		uint64_t want = (uint64_t)p->starts[i] + l->shift;
		while (at < n && pos[at] < want)
			at++;
		if (at < n && pos[at] == want)
			p->starts[kept++] = p->starts[i];
	}
	p->freq = kept;
	return st;
}

/* The positions of a frequent word are decoded only where those of the rarer ones leave a hope. */
static enum fund_status count_matches(struct iter_phrase *p)
{
	enum fund_status st = load_title_end(p);
	if (st == FUND_OK)
		st = first_starts(p);
	for (uint32_t i = 1; i < p->n_lists && st == FUND_OK && p->freq; i++)
		st = filter_starts(p, p->lists[i]);
	return st;
}

/* ---- matches that cannot enter ---- */

/* The first document >= target in a block of the rarest list where the phrase could score enough, were it as frequent as its word. */
static enum fund_status skip_blocks(struct iter_phrase *p, uint32_t *target)
{
	struct postings *lead = &p->lists[0]->postings;
	while (*target > p->hopeful_to || p->hopeful_to == 0) {
		struct impacts set;
		uint32_t last;
		int64_t most = 0;
		enum fund_status st = postings_block_impacts(lead, lead->doc > *target ? lead->doc : *target, &last, &set);
		if (st != FUND_OK || last == DOC_END)
			return st;
		for (uint32_t i = 0; i < set.n; i++) {
			int64_t one = bm25_score(p->base.bm25, p->plan->scale, score_freq(set.pair[i].freq, FREQ_UNIT), set.pair[i].len);
			most = one > most ? one : most;
		}
		if (most + 1 >= p->base.least) { /* 1: rounding */
			p->hopeful_to = last;
			return FUND_OK;
		}
		p->base.pruned = true;
		*target = last + 1;
	}
	return FUND_OK;
}

/* Could the phrase score enough here, as frequent as its rarest word? */
static enum fund_status is_hopeful(struct iter_phrase *p, bool *hopeful)
{
	uint32_t least = UINT32_MAX, len;
	enum fund_status st = leaf_length(p->base.leaf, p->base.doc, &len);
	for (uint32_t i = 0; i < p->n_lists && st == FUND_OK; i++) {
		uint32_t freq;
		st = postings_freq(&p->lists[i]->postings, &freq);
		least = freq < least ? freq : least;
	}
	*hopeful = st == FUND_OK && bm25_score(p->base.bm25, p->plan->scale, score_freq(least, FREQ_UNIT), len) + 1 >= p->base.least;
	p->base.pruned |= !*hopeful;
	return st;
}

static enum fund_status phrase_seek(struct iter *it, uint32_t target)
{
	struct iter_phrase *p = (struct iter_phrase *)it;
	bool prunes = it->least != INT64_MIN, dead, hopeful;
	for (;; target = it->doc + 1) {
		enum fund_status st = prunes ? skip_blocks(p, &target) : FUND_OK;
		if (st == FUND_OK)
			st = align(p, target);
		if (st != FUND_OK || it->doc == DOC_END)
			return st;
		st = leaf_is_dead(it->leaf, it->doc, &dead); /* positions are what costs */
		hopeful = !dead;
		if (st == FUND_OK && hopeful && prunes)
			st = is_hopeful(p, &hopeful);
		if (st == FUND_OK && hopeful)
			st = count_matches(p);
		if (st != FUND_OK || (hopeful && p->freq))
			return st;
	}
}

static enum fund_status phrase_score(struct iter *it, int64_t *micro)
{
	struct iter_phrase *p = (struct iter_phrase *)it;
	uint32_t len;
	enum fund_status st = leaf_length(it->leaf, it->doc, &len);
	if (st == FUND_OK)
		*micro = bm25_score(it->bm25, p->plan->scale, score_freq(p->freq, FREQ_UNIT), len);
	return st;
}

static enum fund_status phrase_explain(struct iter *it, const struct explain_sink *sink)
{
	struct iter_phrase *p = (struct iter_phrase *)it;
	struct explain_item item = { .term = p->plan->text, .field = p->plan->field, .kind = "proximity", .freq = p->freq, .df = it->cost };
	enum fund_status st = phrase_score(it, &item.score);
	return st == FUND_OK ? sink->item(sink->context, &item) : st;
}

static void phrase_release(struct iter *it)
{
	struct iter_phrase *p = (struct iter_phrase *)it;
	for (uint32_t i = 0; i < p->n_lists; i++)
		postings_release(&p->lists[i]->postings);
	free(p->starts);
	p->starts = NULL;
}

static const struct iter_ops phrase_ops = { phrase_seek, phrase_score, phrase_explain, phrase_release };

static enum fund_status add_list(struct arena *arena, struct iter_phrase *p, const struct phrase_term *term, const struct term_entry *entry)
{
	struct phrase_list *l = arena_alloc(arena, sizeof *l);
	if (!l)
		return FUND_NO_MEMORY;
	l->shift = term->shift;
	leaf_will_need_positions(p->base.leaf, entry);
	enum fund_status st = postings_open(&l->postings, segment_chunks(p->base.leaf->segment), entry, p->base.leaf->weights);
	if (st != FUND_OK)
		return st;
	uint32_t at = p->n_lists++;
	for (; at > 0 && p->lists[at - 1]->postings.entry.df > entry->df; at--)
		p->lists[at] = p->lists[at - 1];
	p->lists[at] = l;
	uint64_t df = p->base.leaf->lent ? term->places.df : entry->df;
	if (df < p->base.cost)
		p->base.cost = df;
	return FUND_OK;
}

enum fund_status iter_phrase_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	enum fund_status st = FUND_OK;
	*out = NULL;
	struct iter_phrase *p = arena_alloc(arena, sizeof *p);
	if (!p)
		return FUND_NO_MEMORY;
	*p = (struct iter_phrase){ .base = iter_base(&phrase_ops, UINT64_MAX, leaf, bm25), .plan = plan };
	p->lists = arena_alloc(arena, plan->n_phrase * sizeof *p->lists);
	if (!p->lists)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < plan->n_phrase && st == FUND_OK; i++) {
		struct term_entry entry;
		st = leaf_term(leaf, &plan->phrase[i].places, &entry);
		if (st == FUND_OK)
			st = add_list(arena, p, &plan->phrase[i], &entry);
	}
	if (st != FUND_OK) {
		phrase_release(&p->base);
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	}
	*out = &p->base;
	return FUND_OK;
}
