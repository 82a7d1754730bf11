/* SPDX-License-Identifier: GPL-2.0-or-later */
/* finder_units.c - what a finder looks for: units of a plan, as relations over slots, and how words begin that may stand in these. */
#include "query/finder_private.h"

/* ---- how words begin ---- */

/* Those of term[at], or all where the term ends or has no small letter there. */
static uint32_t letters_at(struct slice term, size_t at, bool any)
{
	return any || at >= term.len || !is_small_letter(term.data[at]) ? (UINT32_C(1) << FINDER_LETTERS) - 1 : UINT32_C(1) << (term.data[at] - 'a');
}

/* How words begin that have the term: folding changes the first letter of none that begins with an ASCII one; a stem keeps the first three letters of the folded word. */
static void note_beginning(struct finder *f, struct slice term, bool is_variant)
{
	uint8_t first = term.len ? term.data[0] : 0;
	f->may_begin[first] = true;
	if (!is_small_letter(first))
		return;
	f->may_begin[first - 'a' + 'A'] = true;
	bool any = is_variant || term.len < 2 || !is_small_letter(term.data[1]);
	for (uint32_t i = 0, seconds = letters_at(term, 1, any); i < FINDER_LETTERS; i++)
		if (seconds >> i & 1)
			f->may_go_on[first - 'a'][i] |= letters_at(term, 2, any);
}

static void note_term(struct finder *f, struct slice term)
{
	uint8_t class = term.len > 1 ? term.data[0] : 0;
	f->has_variants |= class == 'v';
	stem_letters_add(&f->letters, slice_from(term, term.len ? 1 : 0));
	f->anywhere |= class == 'x';
	if (class == 'x')
		stem_letters_add(&f->part_letters, slice_from(term, 1));
	else
		note_beginning(f, slice_from(term, term.len ? 1 : 0), class == 'v');
}

/* ---- slots and units ---- */

static enum fund_status add_slot(struct finder *f, const struct slot *slot, const struct term_places *term, enum field field, struct span_node **out)
{
	enum fund_status st = finder_grow(&f->slots, &f->cap_slots, f->n_slots, sizeof *f->slots);
	struct span_node *node = arena_alloc(&f->arena, sizeof *node);
	struct slot *own = arena_alloc(&f->arena, sizeof *own);
	if (st != FUND_OK || !node || !own)
		return FUND_NO_MEMORY;
	*own = (struct slot){ .number = f->n_slots };
	*node = (struct span_node){ .kind = SPAN_SLOT, .slot = own };
	f->slots[f->n_slots++] = (struct finder_slot){ .slot = slot, .term = term, .field = field };
	for (uint32_t i = 0; slot && i < slot->n_terms; i++)
		note_term(f, slot->terms[i].term);
	f->any_word |= (slot && slot->n_forms) || (!slot && !term);
	if (term)
		note_term(f, term->term);
	*out = node;
	return FUND_OK;
}

/* The relation again, over slots of the finder. */
static enum fund_status copy_node(struct finder *f, const struct span_node *from, struct span_node **out)
{
	if (from->kind == SPAN_SLOT)
		return add_slot(f, from->slot, NULL, from->slot->field, out);
	struct span_node *node = arena_alloc(&f->arena, sizeof *node);
	struct span_node **children = arena_alloc(&f->arena, (from->n_children + (size_t)1) * sizeof *children);
	enum fund_status st = node && children ? FUND_OK : FUND_NO_MEMORY;
	if (st != FUND_OK)
		return st;
	*node = *from;
	node->children = children;
	for (uint32_t i = 0; i < from->n_children && st == FUND_OK; i++)
		st = copy_node(f, from->children[i], &children[i]);
	*out = node;
	return st;
}

/* A plain phrase as a sequence. */
static enum fund_status phrase_node(struct finder *f, const struct plan *p, struct span_node **out)
{
	struct span_node *node = arena_alloc(&f->arena, sizeof *node);
	struct span_node **children = arena_alloc(&f->arena, (p->n_phrase + (size_t)1) * sizeof *children);
	enum fund_status st = node && children ? FUND_OK : FUND_NO_MEMORY;
	if (st != FUND_OK)
		return st;
	*node = (struct span_node){ .kind = SPAN_SEQUENCE, .children = children, .n_children = p->n_phrase };
	for (uint32_t i = 0; i < p->n_phrase && st == FUND_OK; i++)
		st = add_slot(f, NULL, &p->phrase[i].places, p->field, &children[i]);
	*out = node;
	return st;
}

/* Words that its spans have at most. */
static uint32_t longest_span(const struct span_node *node)
{
	uint64_t sum = 0, most = 1;
	if (node->kind == SPAN_LOOSE || node->kind == SPAN_NEAR)
		return UINT32_MAX;
	for (uint32_t i = 0; i < node->n_children; i++) {
		uint32_t child = longest_span(node->children[i]);
		sum += child;
		most = child > most ? child : most;
	}
	most = node->kind == SPAN_SEQUENCE ? sum : most;
	return most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
}

static enum fund_status add_unit(struct finder *f, struct span_node *node, double weight)
{
	uint32_t longest = longest_span(node);
	f->longest = longest > f->longest ? longest : f->longest;
	enum fund_status st = finder_grow(&f->units, &f->cap_units, f->n_units, sizeof *f->units);
	if (st == FUND_OK)
		f->units[f->n_units++] = (struct finder_unit){ node, weight };
	return st;
}

static bool has_term(const struct finder *f, const struct plan_term *t)
{
	for (uint32_t i = 0; i < f->n_units; i++) {
		const struct span_node *node = f->units[i].node;
		const struct finder_slot *slot = node->kind == SPAN_SLOT ? &f->slots[node->slot->number] : NULL;
		if (slot && slot->term && slot->field == t->field && slice_equal(slot->term->term, t->places.term))
			return true;
	}
	return false;
}

enum fund_status finder_add_units(struct finder *f, const struct plan *p)
{
	struct span_node *node;
	enum fund_status st = FUND_OK;
	switch (p->kind) {
	case PLAN_TERM:
		if (has_term(f, &p->term))
			return FUND_OK;
		st = add_slot(f, NULL, &p->term.places, p->term.field, &node);
		return st == FUND_OK ? add_unit(f, node, p->scale * p->term.weight) : st;
	case PLAN_PHRASE:
		st = phrase_node(f, p, &node);
		return st == FUND_OK ? add_unit(f, node, p->scale * FREQ_UNIT) : st;
	case PLAN_FORMS:
		st = add_slot(f, NULL, NULL, p->field, &node);
		if (st != FUND_OK)
			return st;
		f->slots[f->n_slots - 1].forms = p->forms;
		return add_unit(f, node, p->scale * FREQ_UNIT);
	case PLAN_SPAN:
		st = copy_node(f, p->span, &node);
		return st == FUND_OK ? add_unit(f, node, p->scale * FREQ_UNIT) : st;
	case PLAN_BOOL:
	case PLAN_BEST:
	case PLAN_WORD:
		for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++)
			if (p->kind != PLAN_BOOL || plan_role_shows(p->children[i]->role))
				st = finder_add_units(f, p->children[i]);
		return st;
	case PLAN_NONE:
	case PLAN_ALL:
	case PLAN_DATE:
	case PLAN_NEW:
		break;
	}
	return st;
}
