/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/expansion.h"

#include <stdlib.h>

#include "query/lender.h"
#include "query/near_end.h"

/* A form that was found. */
struct record {
	struct slice term, word; /* in the arena; neighbours of one term share its bytes */
	struct term_entry entry;
	uint32_t leaf, ordinal, n_forms, df, cost;
	bool kept;
};

struct gathering {
	struct searcher *searcher;
	struct arena *arena;
	struct record *records;
	size_t n, cap;
};

/* ---- gathering ---- */

static enum fund_status room(struct gathering *g)
{
	struct record *grown = array_room(g->records, g->n + 1, &g->cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	g->records = grown;
	return FUND_OK;
}

static enum fund_status copy(struct arena *arena, struct slice s, struct slice *out)
{
	*out = arena_slice(arena, s);
	return out->data ? FUND_OK : FUND_NO_MEMORY;
}

/* The term of a record: the one before it may have it already. */
static enum fund_status set_term(struct gathering *g, struct record *r, const struct term_entry *entry)
{
	const struct record *last = g->n ? &g->records[g->n - 1] : NULL;
	if (last && last->leaf == r->leaf && slice_equal(last->term, entry->term)) {
		r->term = last->term;
		r->entry = last->entry;
		return FUND_OK;
	}
	enum fund_status st = copy(g->arena, entry->term, &r->term);
	r->entry = *entry;
	r->entry.term = r->term;
	if (st == FUND_OK && entry->form == LIST_INLINE)
		st = copy(g->arena, entry->payload, &r->entry.payload);
	return st;
}

static enum fund_status keep(struct gathering *g, uint32_t leaf, const struct form_scan *scan, uint32_t cost)
{
	struct record r = { .leaf = leaf, .ordinal = scan->form.ordinal, .n_forms = scan->n_forms, .df = scan->form.df, .cost = cost, .kept = true };
	enum fund_status st = room(g);
	if (st == FUND_OK)
		st = set_term(g, &r, &scan->term);
	if (st == FUND_OK)
		st = copy(g->arena, scan->form.word, &r.word);
	if (st == FUND_OK)
		g->records[g->n++] = r;
	return st;
}

static size_t vain_head(void *context, struct slice head)
{
	if (automaton_may_begin(context, head))
		return 0;
	return automaton_vain(context) ? automaton_vain(context) : head.len;
}
static size_t vain_start(void *context, struct slice start)
{
	uint32_t cost;
	return automaton_matches(context, start, &cost) ? 0 : automaton_vain(context);
}
_Static_assert(NEAR_END_LETTERS == FORM_HEAD, "no more letters than bytes");

static uint64_t end_cost(void *context, uint64_t letters, uint32_t *cost) { return near_end_cost(context, letters, cost); }
static void end_tell(void *context, uint32_t any) { near_end_tell(context, any); }

static enum fund_status scan_near(struct form_scan *f, const struct chunk_source *s, uint8_t class, const struct near_word *near)
{
	struct near_end head, tail;
	near_end_init(&head, near, false);
	near_end_init(&tail, near, true);
	struct form_ends ends = { .head = &head, .tail = &tail, .cost = end_cost, .tell = end_tell, .most = near_word_most(near), .any = head.any, .adds = head.adds };
	return form_scan_ends(f, s, class, &ends);
}

enum fund_status expansion_scan(struct form_scan *f, const struct chunk_source *s, uint8_t class, struct automaton *a)
{
	const struct near_word *near = automaton_near(a);
	enum fund_status st = near ? scan_near(f, s, class, near) : form_scan_heads(f, s, class, vain_head, a);
	if (st == FUND_OK)
		form_scan_ask(f, vain_start, a);
	return st;
}

/* Takes what matches of a walk that was begun with this status. */
static enum fund_status take_all(struct gathering *g, uint32_t leaf, struct automaton *a, struct form_scan *scan, enum fund_status st)
{
	if (st == FUND_OK)
		form_scan_want(scan, automaton_letters(a));
	while (st == FUND_OK) {
		uint32_t cost;
		st = form_scan_next(scan);
		if (st != FUND_OK)
			break;
		if (automaton_matches(a, scan->form.word, &cost))
			st = keep(g, leaf, scan, cost);
		else if (automaton_vain(a))
			form_scan_pass_over(scan, automaton_vain(a));
	}
	form_scan_release(scan);
	return st == FUND_END ? FUND_OK : st;
}

struct lent_gathering {
	struct gathering *g;
	struct automaton *automaton;
	uint8_t class;
};

static enum fund_status keep_lent(struct gathering *g, uint8_t class, struct slice form, struct slice term, uint64_t df, uint32_t cost)
{
	const struct record *last;
	struct record r = { .leaf = g->searcher->lent_leaf, .df = df < UINT32_MAX ? (uint32_t)df : UINT32_MAX, .cost = cost, .kept = true };
	enum fund_status st = room(g);
	if (st != FUND_OK)
		return st;
	last = g->n ? &g->records[g->n - 1] : NULL;
	if (last && last->leaf == r.leaf && slice_equal(slice_from(last->term, 1), term)) {
		r.term = last->term;
	} else {
		uint8_t *bytes = arena_alloc(g->arena, term.len + 1);
		if (!bytes)
			return FUND_NO_MEMORY;
		bytes[0] = class;
		if (term.len)
			memcpy(bytes + 1, term.data, term.len);
		r.term = slice_of(bytes, term.len + 1);
	}
	st = copy(g->arena, form, &r.word);
	if (st == FUND_OK)
		g->records[g->n++] = r;
	return st;
}

static bool takes_lent_form(void *context, struct slice form)
{
	const struct lent_gathering *l = context;
	uint32_t cost;
	return automaton_matches(l->automaton, form, &cost);
}

static enum fund_status on_lent_form(void *context, struct slice form, struct slice term, uint64_t df)
{
	const struct lent_gathering *l = context;
	uint32_t cost;
	return automaton_matches(l->automaton, form, &cost) ? keep_lent(l->g, l->class, form, term, df, cost) : FUND_OK;
}

static enum fund_status gather_lent(struct gathering *g, uint8_t class, const struct expansion_source *source)
{
	struct lent_gathering l = { g, source->automaton, class };
	const struct form_visitor visitor = { &l, takes_lent_form, on_lent_form };
	return lender_forms(g->searcher->lender, class, source->prefix, &visitor);
}

static enum fund_status gather_leaf(struct gathering *g, uint32_t leaf, uint8_t class, const struct expansion_source *source)
{
	const struct chunk_source *chunks = segment_chunks(g->searcher->leaves[leaf].segment);
	struct form_scan scan = { .state = NULL };
	struct automaton *a = source->automaton;
	enum fund_status st = FUND_OK;
	if (g->searcher->leaves[leaf].lent)
		return gather_lent(g, class, source);
	if (source->prefix.len)
		return take_all(g, leaf, a, &scan, form_scan_prefix(&scan, chunks, class, source->prefix));
	if (source->n_suffixes == 0)
		return take_all(g, leaf, a, &scan, source->any_head ? form_scan_all(&scan, chunks, class) : expansion_scan(&scan, chunks, class, a));
	for (uint32_t i = 0; i < source->n_suffixes && st == FUND_OK; i++) {
		scan = (struct form_scan){ .state = NULL };
		st = take_all(g, leaf, a, &scan, form_scan_suffix(&scan, chunks, class, source->suffixes[i]));
	}
	return st;
}

/* ---- the limit ---- */

static int by_word(const void *a, const void *b) { return slice_compare(((const struct record *)a)->word, ((const struct record *)b)->word); }

struct counted {
	uint64_t df;
	size_t first, end; /* its records */
};

static int by_frequency(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;
	if (x->df != y->df)
		return x->df > y->df ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first); /* by their bytes */
}

/* Counts the different words and takes from the records those beyond the limit. */
static enum fund_status limit_words(struct gathering *g, uint32_t *n_words)
{
	size_t n = 0;
	struct counted *words = malloc((g->n + 1) * sizeof *words);
	if (!words)
		return FUND_NO_MEMORY;
	if (g->n)
		qsort(g->records, g->n, sizeof *g->records, by_word);
	for (size_t i = 0; i < g->n; i++) {
		if (i == 0 || !slice_equal(g->records[i].word, g->records[i - 1].word))
			words[n++] = (struct counted){ 0, i, i };
		words[n - 1].df += g->records[i].df;
		words[n - 1].end = i + 1;
	}
	if (n > EXPANSION_MAX) {
		qsort(words, n, sizeof *words, by_frequency);
		for (size_t i = EXPANSION_MAX; i < n; i++)
			for (size_t k = words[i].first; k < words[i].end; k++)
				g->records[k].kept = false;
	}
	free(words);
	*n_words = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return FUND_OK;
}

/* ---- expansions ---- */

static int by_place(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	if (x->leaf != y->leaf)
		return x->leaf < y->leaf ? -1 : 1;
	int c = slice_compare(x->term, y->term);
	if (c)
		return c;
	return x->ordinal != y->ordinal ? (x->ordinal > y->ordinal ? 1 : -1) : slice_compare(x->word, y->word);
}

static enum fund_status want(struct arena *arena, struct form_term *t, const struct record *r)
{
	uint32_t words = (r->n_forms + 63) / 64;
	if (!t->wanted) {
		t->wanted = arena_alloc(arena, words * sizeof *t->wanted);
		if (!t->wanted)
			return FUND_NO_MEMORY;
		memset(t->wanted, 0, words * sizeof *t->wanted);
	}
	if (r->ordinal / 64 < words)
		t->wanted[r->ordinal / 64] |= (uint64_t)1 << r->ordinal % 64;
	return FUND_OK;
}

/* All forms of a term are no condition. */
static void settle_term(struct form_term *t)
{
	for (uint32_t i = 0; i < t->n_forms; i++)
		if (!form_is_wanted(t->wanted, i))
			return;
	t->wanted = NULL;
}

/* What may be lent of the expansion. */
static enum fund_status add_pair(struct gathering *g, struct expansion *x, const struct record *r)
{
	uint64_t df = 0;
	enum fund_status st = FUND_OK;
	if (x->n_pairs == 0 || !slice_equal(x->pairs[x->n_pairs - 1].term, r->term))
		st = lender_term(g->searcher->lender, r->term, &df, NULL);
	x->df += df;
	x->pairs[x->n_pairs++] = (struct form_pair){ r->term, r->word };
	return st;
}

/* Makes the leaves of an expansion of those records (in their places) whose cost is its own. */
static enum fund_status fill(struct gathering *g, struct expansion *x)
{
	uint32_t n_leaves = g->searcher->n_leaves;
	enum fund_status st = FUND_OK;
	x->opening = g->searcher->opening;
	x->leaves = arena_alloc(g->arena, (n_leaves + (size_t)1) * sizeof *x->leaves);
	struct form_term *terms = arena_alloc(g->arena, (g->n + 1) * sizeof *terms);
	if (g->searcher->lender)
		x->pairs = arena_alloc(g->arena, (g->n + 1) * sizeof *x->pairs);
	if (!x->leaves || !terms || (g->searcher->lender && !x->pairs))
		return FUND_NO_MEMORY;
	memset(x->leaves, 0, n_leaves * sizeof *x->leaves);
	for (size_t i = 0; i < g->n && st == FUND_OK; i++) {
		const struct record *r = &g->records[i];
		struct leaf_forms *leaf = &x->leaves[r->leaf];
		if (!r->kept || r->cost < x->cost_from || r->cost > x->cost_to)
			continue;
		if (g->searcher->leaves[r->leaf].lent) {
			st = add_pair(g, x, r);
			continue;
		}
		if (leaf->n == 0)
			leaf->terms = terms;
		if (leaf->n == 0 || !slice_equal(leaf->terms[leaf->n - 1].term, r->term)) {
			*terms++ = (struct form_term){ r->term, r->entry, NULL, r->n_forms };
			leaf->n++;
			x->df += r->entry.df;
		}
		st = want(g->arena, &leaf->terms[leaf->n - 1], r);
	}
	for (uint32_t i = 0; i < n_leaves; i++)
		for (uint32_t k = 0; k < x->leaves[i].n; k++)
			settle_term(&x->leaves[i].terms[k]);
	return st;
}

enum fund_status expansion_find(struct searcher *s, struct arena *arena, uint8_t class, const struct expansion_source *source, uint32_t step,
				struct expansion *out, uint32_t n_out)
{
	struct gathering g = { .searcher = s, .arena = arena };
	uint32_t n_words = 0;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK; i++)
		st = gather_leaf(&g, i, class, source);
	if (st == FUND_OK && automaton_failed(source->automaton))
		st = FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = limit_words(&g, &n_words);
	if (st == FUND_OK && g.n)
		qsort(g.records, g.n, sizeof *g.records, by_place);
	for (uint32_t i = 0; i < n_out && st == FUND_OK; i++) {
		out[i] = (struct expansion){ .class = class, .automaton = source->automaton, .cost_from = i * step,
					     .cost_to = i + 1 < n_out ? (i + 1) * step - 1 : UINT32_MAX,
					     .n_words = n_words < EXPANSION_MAX ? n_words : EXPANSION_MAX, .n_found = n_words };
		st = fill(&g, &out[i]);
	}
	free(g.records);
	return st;
}

enum fund_status expansion_of_form(struct searcher *s, struct arena *arena, struct slice term, struct slice form, struct expansion *out)
{
	struct gathering g = { .searcher = s, .arena = arena };
	struct term_forms forms = { .n = 0 };
	enum fund_status st = FUND_OK;
	*out = (struct expansion){ .class = term.data[0], .form = form, .cost_to = UINT32_MAX, .n_words = 1, .n_found = 1 };
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK; i++) {
		if (s->leaves[i].lent) {
			uint64_t df;
			st = lender_forms_df(s->lender, term.data[0], false, &(struct form_pair){ term, form }, 1, &df);
			if (st == FUND_OK && df)
				st = keep_lent(&g, term.data[0], form, slice_from(term, 1), df, 0);
			continue;
		}
		const struct chunk_source *chunks = segment_chunks(s->leaves[i].segment);
		struct form_scan at = { .state = NULL };
		st = term_forms_read(&forms, chunks, term);
		if (st == FUND_NOT_FOUND) {
			st = FUND_OK;
			continue;
		}
		const struct form *f = st == FUND_OK ? term_forms_find(&forms, form) : NULL;
		if (!f)
			continue;
		at.form = *f;
		at.n_forms = forms.n;
		st = dictionary_find(chunks, term, &at.term);
		if (st == FUND_OK)
			st = keep(&g, i, &at, 0);
	}
	if (st == FUND_OK)
		st = fill(&g, out);
	term_forms_release(&forms);
	free(g.records);
	return st;
}

/* ---- what is lent ---- */

/* The forms of one term that are there: false, none is. */
static enum fund_status lend_term(const struct form_pair *pairs, uint32_t n, const struct term_forms *forms, struct arena *arena, struct form_term *out, bool *any)
{
	enum fund_status st = FUND_OK;
	*any = false;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		const struct form *f = term_forms_find(forms, pairs[i].form);
		const struct record r = { .ordinal = f ? f->ordinal : 0, .n_forms = forms->n };
		st = f ? want(arena, out, &r) : FUND_OK;
		*any |= f != NULL;
	}
	return st;
}

enum fund_status expansion_lend(const struct expansion *x, const struct leaf *leaf, struct arena *arena)
{
	struct leaf_forms *out = &x->leaves[leaf->number];
	const struct chunk_source *chunks = segment_chunks(leaf->segment);
	struct term_forms forms = { .n = 0 };
	enum fund_status st = FUND_OK;
	*out = (struct leaf_forms){ arena_alloc(arena, (x->n_pairs + (size_t)1) * sizeof *out->terms), 0 };
	if (!out->terms)
		return FUND_NO_MEMORY;
	for (uint32_t first = 0, end; first < x->n_pairs && st == FUND_OK; first = end) {
		struct form_term *t = &out->terms[out->n];
		bool any = false;
		for (end = first; end < x->n_pairs && slice_equal(x->pairs[end].term, x->pairs[first].term);)
			end++;
		st = term_forms_read(&forms, chunks, x->pairs[first].term);
		if (st == FUND_OK) {
			*t = (struct form_term){ .term = x->pairs[first].term, .n_forms = forms.n };
			st = dictionary_find(chunks, t->term, &t->entry);
		}
		if (st == FUND_OK)
			st = lend_term(&x->pairs[first], end - first, &forms, arena, t, &any);
		if (st == FUND_OK && any) {
			settle_term(t);
			out->n++;
		}
		st = st == FUND_NOT_FOUND ? FUND_OK : st;
	}
	term_forms_release(&forms);
	return st;
}

/* ---- using them ---- */

enum fund_status expansion_entry(const struct expansion *x, const struct leaf *leaf, const struct form_term *t, struct term_entry *out)
{
	if (x->opening != leaf->opening)
		return dictionary_find(segment_chunks(leaf->segment), t->term, out);
	*out = t->entry;
	return FUND_OK;
}

bool expansion_has(const struct expansion *x, struct slice written)
{
	uint32_t cost;
	if (!x->automaton)
		return slice_equal(x->form, written);
	return automaton_matches(x->automaton, written, &cost) && cost >= x->cost_from && cost <= x->cost_to;
}
