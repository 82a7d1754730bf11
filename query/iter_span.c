/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iter_span.c - documents in which words stand in a relation: NEAR, sets in phrases, phrases in any order.
 *
 * Documents first: where several words are needed the rarest leads, and the others must have the document too. Then, where only good matches are
 * wanted, a bound from frequencies alone. Positions are read last, and worked on by span.c.
 */
#include "query/iter.h"

#include <stdlib.h>

#include "store/postings.h"

/* A slot in this segment: the lists of its terms. */
struct slot_reader {
	const struct slot *slot;
	struct slot_list {
		struct postings *postings;
		const uint64_t *wanted; /* forms; NULL: all of them */
	} *lists;
	uint32_t n_lists;
	uint64_t cost;
	uint32_t pos_doc; /* whose positions are in `pos`; DOC_END: nobody's */
	const uint32_t *pos;
	uint32_t n_pos;
	uint32_t *merged; /* room for the positions of several lists */
	uint32_t cap_merged;
};

/* A node of the relation, as far as documents go. */
struct run {
	const struct span_node *node;
	struct slot_reader *reader; /* slots */
	struct run **children;	    /* those of an "or" that this segment has; else all, rarest first */
	uint32_t n_children;
	uint32_t doc;
	bool started;
	uint64_t cost;
};

struct iter_span {
	struct iter base;
	const struct plan *plan;
	struct slot_reader **readers; /* by the slot's number */
	struct run *root;
	struct postings *boundaries[SCOPE_SENTENCE + 1]; /* NULL: not needed, or none here */
	struct span_finder finder;
	uint32_t fields[3], n_fields; /* where title, lead and body begin in the current document */
	uint32_t fields_doc, title_end;
	uint32_t freq; /* spans in the current document */
};

/* ---- documents ---- */

static enum fund_status reader_seek(struct slot_reader *r, uint32_t target, uint32_t *doc)
{
	*doc = DOC_END;
	for (uint32_t i = 0; i < r->n_lists; i++) {
		enum fund_status st = postings_seek(r->lists[i].postings, target);
		if (st != FUND_OK)
			return st;
		*doc = r->lists[i].postings->doc < *doc ? r->lists[i].postings->doc : *doc;
	}
	return FUND_OK;
}

static enum fund_status run_seek(struct run *r, uint32_t target);

static enum fund_status run_seek_any(struct run *r, uint32_t target)
{
	uint32_t least = DOC_END;
	for (uint32_t i = 0; i < r->n_children; i++) {
		enum fund_status st = run_seek(r->children[i], target);
		if (st != FUND_OK)
			return st;
		least = r->children[i]->doc < least ? r->children[i]->doc : least;
	}
	r->doc = least;
	return FUND_OK;
}

static enum fund_status run_seek_all(struct run *r, uint32_t target)
{
	for (uint32_t i = 0; i < r->n_children && target != DOC_END;) {
		struct run *c = r->children[i];
		enum fund_status st = run_seek(c, target);
		if (st != FUND_OK)
			return st;
		i = c->doc == target || i == 0 ? i + 1 : 0;
		target = c->doc;
	}
	r->doc = target;
	return FUND_OK;
}

/* The first document >= target that may match. */
static enum fund_status run_seek(struct run *r, uint32_t target)
{
	if (r->started && r->doc >= target)
		return FUND_OK;
	r->started = true;
	if (r->node->kind == SPAN_SLOT)
		return reader_seek(r->reader, target, &r->doc);
	return r->node->kind == SPAN_OR ? run_seek_any(r, target) : run_seek_all(r, target);
}

/* ---- positions ---- */

/* Where the fields of the current document begin, and where the title ends. */
static enum fund_status load_fields(struct iter_span *s)
{
	uint64_t fields;
	if (s->fields_doc == s->base.doc)
		return FUND_OK;
	enum fund_status st = segment_value(s->base.leaf->segment, COLUMN_FIELDS, s->base.doc, &fields);
	if (st != FUND_OK)
		return st;
	uint32_t title = (uint32_t)(fields & 0xFFFF), lead = (uint32_t)(fields >> 16 & 0xFFFF), at = 0;
	s->title_end = title;
	s->fields[0] = 0;
	s->n_fields = 1;
	if (title)
		s->fields[s->n_fields++] = at = title + FIELD_GAP;
	if (lead)
		s->fields[s->n_fields++] = at + lead + FIELD_GAP;
	s->fields_doc = s->base.doc;
	return FUND_OK;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static enum fund_status add_positions(struct slot_reader *r, const struct slot_list *list)
{
	const uint32_t *pos, *forms = NULL;
	uint32_t n, n_forms;
	enum fund_status st = postings_positions(list->postings, &pos, &n);
	if (st == FUND_OK && list->wanted)
		st = postings_forms(list->postings, &forms, &n_forms);
	if (st != FUND_OK)
		return st;
	if (r->n_pos + n > r->cap_merged) {
		uint32_t cap = 2 * (r->n_pos + n);
		uint32_t *grown = realloc(r->merged, cap * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		r->merged = grown;
		r->cap_merged = cap;
	}
	for (uint32_t i = 0; i < n; i++)
		if (form_is_wanted(list->wanted, forms ? forms[i] : 0))
			r->merged[r->n_pos++] = pos[i];
	return FUND_OK;
}

/* The positions of all lists that have the document. Two terms at one position (a word and its variant) are one. */
static enum fund_status merge_positions(struct slot_reader *r, uint32_t doc)
{
	enum fund_status st = FUND_OK;
	r->n_pos = 0;
	for (uint32_t i = 0; i < r->n_lists && st == FUND_OK; i++)
		if (r->lists[i].postings->doc == doc)
			st = add_positions(r, &r->lists[i]);
	if (st != FUND_OK)
		return st;
	if (r->n_pos > 1)
		qsort(r->merged, r->n_pos, sizeof *r->merged, by_number);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < r->n_pos; i++)
		if (kept == 0 || r->merged[kept - 1] != r->merged[i])
			r->merged[kept++] = r->merged[i];
	r->pos = r->merged;
	r->n_pos = kept;
	return FUND_OK;
}

static enum fund_status read_positions(struct iter_span *s, struct slot_reader *r)
{
	enum fund_status st = FUND_OK;
	uint32_t doc = s->base.doc, here = 0, last = 0;
	for (uint32_t i = 0; i < r->n_lists && st == FUND_OK; i++) {
		struct postings *p = r->lists[i].postings;
		if (p->doc < doc)
			st = postings_seek(p, doc);
		if (st == FUND_OK && p->doc == doc) {
			here++;
			last = i;
		}
	}
	r->n_pos = 0;
	if (st == FUND_OK && here)
		st = here == 1 && !r->lists[last].wanted ? postings_positions(r->lists[last].postings, &r->pos, &r->n_pos) : merge_positions(r, doc);
	if (st == FUND_OK && r->slot->field == FIELD_TITLE) {
		st = load_fields(s);
		while (st == FUND_OK && r->n_pos && r->pos[r->n_pos - 1] >= s->title_end)
			r->n_pos--;
	}
	if (st == FUND_OK)
		r->pos_doc = doc;
	return st;
}

static enum fund_status slot_positions(void *context, const struct slot *slot, const uint32_t **pos, uint32_t *n)
{
	struct iter_span *s = context;
	struct slot_reader *r = s->readers[slot->number];
	*pos = NULL;
	*n = 0;
	enum fund_status st = r->pos_doc != s->base.doc ? read_positions(s, r) : FUND_OK;
	if (st == FUND_OK) {
		*pos = r->pos;
		*n = r->n_pos;
	}
	return st;
}

static enum fund_status scope_boundaries(void *context, enum span_scope scope, const uint32_t **pos, uint32_t *n)
{
	struct iter_span *s = context;
	struct postings *p = s->boundaries[scope];
	*pos = NULL;
	*n = 0;
	if (s->plan->field >= FIELD_AUTHOR) /* one sentence */
		return FUND_OK;
	if (scope == SCOPE_FIELD) {
		enum fund_status st = load_fields(s);
		*pos = s->fields;
		*n = st == FUND_OK ? s->n_fields : 0;
		return st;
	}
	if (!p)
		return FUND_OK;
	enum fund_status st = postings_seek(p, s->base.doc);
	return st == FUND_OK && p->doc == s->base.doc ? postings_positions(p, pos, n) : st;
}

/* ---- matches that cannot enter ---- */

static enum fund_status slot_bound(struct iter_span *s, struct slot_reader *r, uint64_t *most)
{
	enum fund_status st = FUND_OK;
	*most = 0;
	for (uint32_t i = 0; i < r->n_lists && st == FUND_OK; i++) {
		struct postings *p = r->lists[i].postings;
		uint32_t freq = 0;
		if (p->doc < s->base.doc)
			st = postings_seek(p, s->base.doc);
		if (st == FUND_OK && p->doc == s->base.doc)
			st = postings_freq(p, &freq);
		*most += freq;
	}
	return st;
}

/* How many spans there can be at most, from frequencies. */
static enum fund_status bound_of(struct iter_span *s, const struct span_node *node, uint64_t *most)
{
	enum fund_status st = FUND_OK;
	*most = node->kind == SPAN_OR ? 0 : UINT64_MAX;
	if (node->kind == SPAN_SLOT) {
		return slot_bound(s, s->readers[node->slot->number], most);
	}
	for (uint32_t i = 0; i < (node->kind == SPAN_NEAR ? 1 : node->n_children) && st == FUND_OK; i++) {
		uint64_t one;
		st = bound_of(s, node->children[i], &one);
		*most = node->kind == SPAN_OR ? *most + one : one < *most ? one : *most;
	}
	if (node->kind == SPAN_LOOSE && *most < UINT32_MAX) /* a word stands in as many shortest stretches as begin close enough */
		*most *= node->n_children + (uint64_t)node->distance;
	return st;
}

/* A relation within another has all its pairs: no bound is known but that of a whole. */
static bool has_bound(const struct span_node *node, bool whole)
{
	for (uint32_t i = 0; i < node->n_children; i++)
		if (!has_bound(node->children[i], false))
			return false;
	return whole || node->kind == SPAN_SLOT || node->kind == SPAN_OR;
}

static enum fund_status is_hopeful(struct iter_span *s, bool *hopeful)
{
	uint64_t most;
	uint32_t len;
	*hopeful = true;
	if (s->base.least == INT64_MIN || !has_bound(s->plan->span, true))
		return FUND_OK;
	enum fund_status st = bound_of(s, s->plan->span, &most);
	if (st == FUND_OK)
		st = leaf_length(s->base.leaf, s->base.doc, &len);
	if (st != FUND_OK)
		return st;
	uint32_t freq = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
	*hopeful = bm25_score(s->base.bm25, s->plan->scale, score_freq(freq, FREQ_UNIT), len) + 1 >= s->base.least;
	s->base.pruned |= !*hopeful;
	return FUND_OK;
}

/* ---- the iterator ---- */

static enum fund_status count_spans(struct iter_span *s)
{
	struct span_source source = { s, slot_positions, scope_boundaries };
	const struct span_list *found;
	enum fund_status st = span_find(&s->finder, s->plan->span, &source, &found);
	s->freq = st == FUND_OK ? found->n : 0;
	return st;
}

static enum fund_status span_seek(struct iter *it, uint32_t target)
{
	struct iter_span *s = (struct iter_span *)it;
	for (;; target = it->doc + 1) {
		bool dead, hopeful;
		enum fund_status st = run_seek(s->root, target);
		it->doc = s->root->doc;
		if (st != FUND_OK || it->doc == DOC_END)
			return st;
		st = leaf_is_dead(it->leaf, it->doc, &dead); /* positions are what costs */
		hopeful = !dead;
		if (st == FUND_OK && hopeful)
			st = is_hopeful(s, &hopeful);
		if (st == FUND_OK && hopeful)
			st = count_spans(s);
		if (st != FUND_OK || (hopeful && s->freq))
			return st;
	}
}

static enum fund_status span_score(struct iter *it, int64_t *micro)
{
	struct iter_span *s = (struct iter_span *)it;
	uint32_t len;
	enum fund_status st = leaf_length(it->leaf, it->doc, &len);
	if (st == FUND_OK)
		*micro = bm25_score(it->bm25, s->plan->scale, score_freq(s->freq, FREQ_UNIT), len);
	return st;
}

static enum fund_status span_explain(struct iter *it, const struct explain_sink *sink)
{
	struct iter_span *s = (struct iter_span *)it;
	const char *kind = s->plan->is_variant ? "variant" : "proximity";
	struct explain_item item = { .term = s->plan->text, .field = s->plan->field, .kind = kind, .freq = s->freq, .df = it->cost };
	enum fund_status st = span_score(it, &item.score);
	return st == FUND_OK ? sink->item(sink->context, &item) : st;
}

static void span_release(struct iter *it)
{
	struct iter_span *s = (struct iter_span *)it;
	for (uint32_t i = 0; s->readers && i < s->plan->n_slots; i++) {
		struct slot_reader *r = s->readers[i];
		for (uint32_t k = 0; r && k < r->n_lists; k++)
			postings_release(r->lists[k].postings);
		if (r)
			free(r->merged);
	}
	for (int i = 0; i <= SCOPE_SENTENCE; i++)
		if (s->boundaries[i])
			postings_release(s->boundaries[i]);
	span_finder_release(&s->finder);
}

static const struct iter_ops span_ops = { span_seek, span_score, span_explain, span_release };

/* ---- making one ---- */

/* NULL: it has no positions. */
static enum fund_status open_list(struct arena *arena, struct leaf *leaf, const struct term_entry *entry, struct postings **out)
{
	*out = NULL;
	if (!entry->has_positions)
		return FUND_OK;
	struct postings *p = arena_alloc(arena, sizeof *p);
	leaf_will_need_positions(leaf, entry);
	enum fund_status st = p ? postings_open(p, segment_chunks(leaf->segment), entry, leaf->weights) : FUND_NO_MEMORY;
	*out = st == FUND_OK ? p : NULL;
	return st;
}

/* The same of a term that the segment may lack. */
static enum fund_status open_term(struct arena *arena, struct leaf *leaf, const struct term_places *places, struct postings **out)
{
	struct term_entry entry;
	*out = NULL;
	enum fund_status st = leaf_term(leaf, places, &entry);
	return st == FUND_OK ? open_list(arena, leaf, &entry, out) : st == FUND_NOT_FOUND ? FUND_OK : st;
}

/* `lent_df`: its documents, where the leaf is the lent one. */
static void add_list(struct slot_reader *r, struct postings *p, const uint64_t *wanted, const struct leaf *leaf, uint64_t lent_df)
{
	if (!p)
		return;
	r->lists[r->n_lists++] = (struct slot_list){ p, wanted };
	r->cost += leaf->lent ? lent_df : p->entry.df;
}

static enum fund_status open_forms(struct arena *arena, struct leaf *leaf, const struct expansion *x, struct slot_reader *r)
{
	const struct leaf_forms *forms = &x->leaves[leaf->number];
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < forms->n && st == FUND_OK; i++) {
		struct term_entry entry;
		struct postings *p = NULL;
		st = expansion_entry(x, leaf, &forms->terms[i], &entry);
		if (st == FUND_OK)
			st = open_list(arena, leaf, &entry, &p);
		add_list(r, p, forms->terms[i].wanted, leaf, i == 0 ? x->df : 0);
	}
	return st;
}

static enum fund_status open_reader(struct arena *arena, struct iter_span *s, const struct slot *slot)
{
	struct leaf *leaf = s->base.leaf;
	size_t room = slot->n_terms + (size_t)1;
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < slot->n_forms; i++)
		room += slot->forms[i]->leaves[leaf->number].n;
	struct slot_reader *r = arena_alloc(arena, sizeof *r);
	struct slot_list *lists = arena_alloc(arena, room * sizeof *lists);
	if (!r || !lists)
		return FUND_NO_MEMORY;
	*r = (struct slot_reader){ .slot = slot, .lists = lists, .pos_doc = DOC_END };
	s->readers[slot->number] = r;
	for (uint32_t i = 0; i < slot->n_terms && st == FUND_OK; i++) {
		struct postings *p;
		st = open_term(arena, leaf, &slot->terms[i], &p);
		add_list(r, p, NULL, leaf, slot->terms[i].df);
	}
	for (uint32_t i = 0; i < slot->n_forms && st == FUND_OK; i++)
		st = open_forms(arena, leaf, slot->forms[i], r);
	return st;
}

static void add_run(struct run *parent, struct run *child)
{
	uint32_t at = parent->n_children++;
	for (; at > 0 && parent->children[at - 1]->cost > child->cost; at--)
		parent->children[at] = parent->children[at - 1];
	parent->children[at] = child;
}

/* *out NULL: cannot match in this segment. */
static enum fund_status run_new(struct arena *arena, struct iter_span *s, const struct span_node *node, struct run **out)
{
	struct run *r = arena_alloc(arena, sizeof *r);
	struct run **children = arena_alloc(arena, (node->n_children + 1) * sizeof *children);
	bool any = node->kind == SPAN_OR;
	*out = NULL;
	if (!r || !children)
		return FUND_NO_MEMORY;
	*r = (struct run){ .node = node, .children = children };
	if (node->kind == SPAN_SLOT) {
		r->reader = s->readers[node->slot->number];
		r->cost = r->reader->cost;
		*out = r->reader->n_lists ? r : NULL;
		return FUND_OK;
	}
	for (uint32_t i = 0; i < node->n_children; i++) {
		struct run *child;
		enum fund_status st = run_new(arena, s, node->children[i], &child);
		if (st != FUND_OK || (!child && !any))
			return st;
		if (child)
			add_run(r, child);
	}
	for (uint32_t i = 0; i < r->n_children; i++)
		r->cost = any ? r->cost + r->children[i]->cost : r->children[0]->cost;
	*out = r->n_children ? r : NULL;
	return FUND_OK;
}

enum fund_status iter_span_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	enum fund_status st = FUND_OK;
	*out = NULL;
	struct iter_span *s = arena_alloc(arena, sizeof *s);
	if (!s)
		return FUND_NO_MEMORY;
	*s = (struct iter_span){ .base = iter_base(&span_ops, 0, leaf, bm25), .plan = plan, .fields_doc = DOC_END };
	s->readers = arena_alloc(arena, (plan->n_slots + 1) * sizeof *s->readers);
	if (!s->readers)
		return FUND_NO_MEMORY;
	memset(s->readers, 0, plan->n_slots * sizeof *s->readers);
	for (uint32_t i = 0; i < plan->n_slots && st == FUND_OK; i++)
		st = open_reader(arena, s, plan->slots[i]);
	for (int i = SCOPE_PARAGRAPH; i <= SCOPE_SENTENCE && st == FUND_OK; i++)
		if (plan->boundaries[i].df)
			st = open_term(arena, leaf, &plan->boundaries[i], &s->boundaries[i]);
	if (st == FUND_OK)
		st = run_new(arena, s, plan->span, &s->root);
	if (st != FUND_OK || !s->root) {
		span_release(&s->base);
		return st;
	}
	s->base.cost = s->root->cost;
	*out = &s->base;
	return FUND_OK;
}
