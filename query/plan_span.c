/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_span.c - phrases with sets, forms or in any order, and NEAR: relations over slots (span.h).
 *
 * In a phrase a slot has a word's own term and its other spellings, no compounds. Beside NEAR it has those, too.
 */
#include "query/plan_private.h"

struct span_build {
	struct plan_build *b;
	enum field field;
	bool in_phrase;
	bool flat; /* a loose phrase: each piece of a word with hyphens is a word */
	bool in_set;
	bool exact; /* words in the form they are written in */
	struct span_node *list; /* what words are added to */
};

static enum fund_status span_node_new(struct plan_build *b, enum span_kind kind, struct span_node **out)
{
	*out = arena_alloc(b->arena, sizeof **out);
	if (!*out)
		return FUND_NO_MEMORY;
	**out = (struct span_node){ .kind = kind };
	return FUND_OK;
}

static enum fund_status add_child(struct plan_build *b, struct span_node *parent, struct span_node *child)
{
	struct span_node **children = arena_one_more(b->arena, parent->children, parent->n_children, sizeof *children);
	if (!children)
		return FUND_NO_MEMORY;
	parent->children = children;
	parent->children[parent->n_children++] = child;
	return FUND_OK;
}

static struct span_node *simplest(struct span_node *node) { return node->n_children == 1 ? node->children[0] : node; }

/* ---- slots ---- */

static enum fund_status slot_new(struct plan_build *b, enum field field, struct span_node **out)
{
	enum fund_status st = span_node_new(b, SPAN_SLOT, out);
	struct slot *slot = arena_alloc(b->arena, sizeof *slot);
	if (st != FUND_OK || !slot)
		return FUND_NO_MEMORY;
	*slot = (struct slot){ .field = field };
	(*out)->slot = slot;
	return FUND_OK;
}

static enum fund_status slot_add(struct plan_build *b, struct slot *slot, const struct term_places *places)
{
	for (uint32_t i = 0; i < slot->n_terms; i++)
		if (slice_equal(slot->terms[i].term, places->term))
			return FUND_OK;
	struct term_places *terms = arena_one_more(b->arena, slot->terms, slot->n_terms, sizeof *terms);
	if (!terms)
		return FUND_NO_MEMORY;
	slot->terms = terms;
	slot->terms[slot->n_terms++] = *places;
	return FUND_OK;
}

static enum fund_status slot_add_forms(struct plan_build *b, struct slot *slot, const struct expansion *x)
{
	const struct expansion **forms = arena_one_more(b->arena, slot->forms, slot->n_forms, sizeof *forms);
	if (!forms)
		return FUND_NO_MEMORY;
	slot->forms = forms;
	slot->forms[slot->n_forms++] = x;
	return FUND_OK;
}

/* The terms of a word's plan. */
static enum fund_status slot_add_plan(const struct span_build *s, struct slot *slot, const struct plan *p)
{
	enum fund_status st = FUND_OK;
	if (p->kind == PLAN_TERM && !(s->in_phrase && p->term.kind == TERM_PART))
		return slot_add(s->b, slot, &p->term.places);
	for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++)
		st = slot_add_plan(s, slot, p->children[i]);
	return st;
}

/* The form in which a word is written, or a piece of it. */
static enum fund_status slot_of_form(const struct span_build *s, const struct term_ref *ref, struct span_node **out)
{
	struct expansion *x = arena_alloc(s->b->arena, sizeof *x);
	enum fund_status st = x ? slot_new(s->b, s->field, out) : FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = plan_expand_form(s->b, s->field, ref, x);
	s->b->unknown |= st == FUND_OK && x->df == 0;
	return st == FUND_OK ? slot_add_forms(s->b, (*out)->slot, x) : st;
}

/* A wildcard, a fuzzy word or an expression. */
static enum fund_status slot_of_pattern(const struct span_build *s, const struct ast *ast, struct span_node **out)
{
	struct expansion *x = arena_alloc(s->b->arena, sizeof *x);
	enum fund_status st = x ? slot_new(s->b, s->field, out) : FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = plan_expand(s->b, ast, x, 1);
	return st == FUND_OK ? slot_add_forms(s->b, (*out)->slot, x) : st;
}

static enum fund_status slot_of_word(const struct span_build *s, const struct word *w, struct span_node **out)
{
	struct plan *p;
	if (s->exact)
		return slot_of_form(s, &w->refs[0], out);
	enum fund_status st = slot_new(s->b, s->field, out);
	if (st == FUND_OK)
		st = plan_word_terms(s->b, w, s->field, &p);
	return st == FUND_OK ? slot_add_plan(s, (*out)->slot, p) : st;
}

static enum fund_status slot_of_term(const struct span_build *s, struct slice bytes, struct span_node **out)
{
	struct plan *p;
	enum fund_status st = slot_new(s->b, s->field, out);
	if (st == FUND_OK)
		st = plan_term(s->b, bytes, TERM_WORD, s->field, &p);
	return st == FUND_OK && p ? slot_add(s->b, (*out)->slot, &p->term.places) : st;
}

/* ---- words ---- */

/* A slot for each piece of a word that takes several positions. */
static enum fund_status add_pieces(const struct span_build *s, const struct word *w, struct span_node *list)
{
	enum fund_status st = FUND_OK;
	uint32_t want = 0;
	for (uint32_t i = 1; i < w->n_refs && want < w->n_positions && st == FUND_OK; i++) {
		const struct term *term = analyser_term(s->b->searcher->analyser, w->refs[i].term);
		struct span_node *piece;
		if (term->kind != TERM_WORD || w->refs[i].shift != want)
			continue;
		want++;
		st = s->exact ? slot_of_form(s, &w->refs[i], &piece) : slot_of_term(s, term->bytes, &piece);
		if (st == FUND_OK)
			st = add_child(s->b, list, piece);
	}
	return st;
}

/* US-Militärstützpunkt stands in one piece, or its pieces stand side by side. */
static enum fund_status word_of_pieces(const struct span_build *s, const struct word *w, struct span_node **out)
{
	struct span_node *whole, *pieces;
	enum fund_status st = span_node_new(s->b, SPAN_OR, out);
	if (st == FUND_OK)
		st = slot_of_word(s, w, &whole);
	if (st == FUND_OK)
		st = add_child(s->b, *out, whole);
	if (st == FUND_OK)
		st = span_node_new(s->b, SPAN_SEQUENCE, &pieces);
	if (st == FUND_OK)
		st = add_pieces(s, w, pieces);
	return st == FUND_OK && pieces->n_children ? add_child(s->b, *out, pieces) : st;
}

static enum fund_status add_word(void *context, const struct token *t)
{
	struct span_build *s = context;
	struct span_node *node;
	if (t->word->n_refs == 0)
		return FUND_OK;
	bool pieces = t->word->n_positions > 1;
	if (pieces && s->flat && !s->in_set)
		return add_pieces(s, t->word, s->list);
	enum fund_status st = pieces && !s->flat ? word_of_pieces(s, t->word, &node) : slot_of_word(s, t->word, &node);
	return st == FUND_OK ? add_child(s->b, s->list, node) : st;
}

static enum fund_status add_words(struct span_build *s, struct slice text, struct span_node *list)
{
	struct token_sink sink = { s, add_word, NULL, NULL };
	uint32_t pos = 0;
	s->list = list;
	return analyse_text(s->b->searcher->analyser, text, &pos, &sink);
}

/* ---- parts of the query ---- */

static enum fund_status span_of(struct span_build *s, const struct ast *ast, struct span_node **out);

/* Words side by side. */
static enum fund_status span_of_words(struct span_build *s, struct slice text, struct span_node **out)
{
	bool in_phrase = s->in_phrase;
	enum fund_status st = span_node_new(s->b, SPAN_SEQUENCE, out);
	if (st == FUND_OK)
		st = add_words(s, text, *out);
	if (st == FUND_OK && (*out)->n_children > 1 && !in_phrase) { /* C/D beside NEAR is a phrase after all */
		(*out)->n_children = 0;
		s->in_phrase = true;
		st = add_words(s, text, *out);
		s->in_phrase = in_phrase;
	}
	*out = st != FUND_OK || (*out)->n_children == 0 ? NULL : simplest(*out);
	return st;
}

static enum fund_status span_of_phrase(struct span_build *s, const struct ast *ast, struct span_node **out)
{
	bool in_phrase = s->in_phrase, flat = s->flat;
	enum fund_status st = span_node_new(s->b, ast->loose ? SPAN_LOOSE : SPAN_SEQUENCE, out);
	s->in_phrase = true;
	s->flat = ast->loose;
	s->exact = false;
	if (st == FUND_OK)
		(*out)->distance = ast->distance;
	if (st == FUND_OK && !ast->children)
		st = add_words(s, ast->text, *out);
	for (const struct ast *c = ast->children; c && st == FUND_OK; c = c->next) {
		struct span_node *child;
		s->field = c->field;
		s->exact = c->kind == AST_EXACT;
		if (c->kind == AST_WORD || c->kind == AST_EXACT) {
			st = add_words(s, c->text, *out);
			continue;
		}
		st = span_of(s, c, &child);
		if (st == FUND_OK && child)
			st = add_child(s->b, *out, child);
	}
	s->in_phrase = in_phrase;
	s->flat = flat;
	if (st == FUND_OK && ast->loose && (*out)->n_children > SPAN_LOOSE_MAX)
		return FUND_LIMIT;
	*out = st != FUND_OK || (*out)->n_children == 0 ? NULL : simplest(*out);
	return st;
}

/* Alternatives that take one position each share a slot, so that they count as one word. */
static enum fund_status add_alternative(struct span_build *s, struct span_node *any, struct span_node **slots, struct span_node *one)
{
	enum fund_status st = FUND_OK;
	if (one->kind != SPAN_SLOT)
		return add_child(s->b, any, one);
	if (!*slots || (*slots)->slot->field != one->slot->field) {
		*slots = one;
		return add_child(s->b, any, one);
	}
	for (uint32_t i = 0; i < one->slot->n_terms && st == FUND_OK; i++)
		st = slot_add(s->b, (*slots)->slot, &one->slot->terms[i]);
	for (uint32_t i = 0; i < one->slot->n_forms && st == FUND_OK; i++)
		st = slot_add_forms(s->b, (*slots)->slot, one->slot->forms[i]);
	return st;
}

static enum fund_status span_of_any(struct span_build *s, const struct ast *ast, struct span_node **out)
{
	struct span_node *slots = NULL;
	bool in_set = s->in_set;
	enum fund_status st = span_node_new(s->b, SPAN_OR, out);
	s->in_set = true;
	for (const struct ast *c = ast->children; c && st == FUND_OK; c = c->next) {
		struct span_node *one;
		st = span_of(s, c, &one);
		if (st == FUND_OK && one)
			st = add_alternative(s, *out, &slots, one);
	}
	s->in_set = in_set;
	*out = st != FUND_OK || (*out)->n_children == 0 ? NULL : simplest(*out);
	return st;
}

static enum fund_status span_of_near(struct span_build *s, const struct ast *ast, struct span_node **out)
{
	struct span_node *left, *right;
	enum fund_status st = span_of(s, ast->children, &left);
	if (st == FUND_OK)
		st = span_of(s, ast->children->next, &right);
	if (st != FUND_OK || !left || !right) { /* punctuation alone asks for nothing */
		*out = st != FUND_OK ? NULL : left ? left : right;
		return st;
	}
	st = span_node_new(s->b, SPAN_NEAR, out);
	if (st != FUND_OK)
		return st;
	(*out)->distance = ast->distance;
	(*out)->scope = ast->scope;
	(*out)->ordered = ast->ordered;
	st = add_child(s->b, *out, left);
	return st == FUND_OK ? add_child(s->b, *out, right) : st;
}

static enum fund_status span_of(struct span_build *s, const struct ast *ast, struct span_node **out)
{
	*out = NULL;
	s->field = ast->field;
	switch (ast->kind) {
	case AST_GROUP:
	case AST_SET:
		return span_of_any(s, ast, out);
	case AST_NEAR:
		return span_of_near(s, ast, out);
	case AST_PHRASE:
		return span_of_phrase(s, ast, out);
	case AST_WORD:
	case AST_EXACT:
		s->exact = ast->kind == AST_EXACT;
		return span_of_words(s, ast->text, out);
	case AST_WILDCARD:
	case AST_FUZZY:
	case AST_REGEX:
		return slot_of_pattern(s, ast, out);
	case AST_DATE:
	case AST_ALL: /* the parser refuses them here */
		break;
	}
	return FUND_OK;
}

/* ---- the plan ---- */

uint64_t slot_df(const struct slot *slot)
{
	uint64_t df = 0;
	for (uint32_t i = 0; i < slot->n_terms; i++)
		df += slot->terms[i].df;
	for (uint32_t i = 0; i < slot->n_forms; i++)
		df += slot->forms[i]->df;
	return df;
}

/* Numbers the slots, and gives each its rarity. */
static enum fund_status collect_slots(struct plan_build *b, struct plan *plan, const struct span_node *node)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < node->n_children && st == FUND_OK; i++)
		st = collect_slots(b, plan, node->children[i]);
	if (st != FUND_OK || node->kind != SPAN_SLOT)
		return st;
	struct slot **slots = arena_one_more(b->arena, plan->slots, plan->n_slots, sizeof *slots);
	if (!slots)
		return FUND_NO_MEMORY;
	plan->slots = slots;
	node->slot->number = plan->n_slots;
	node->slot->idf = bm25_idf(b->searcher->n_docs, slot_df(node->slot));
	plan->slots[plan->n_slots++] = node->slot;
	return FUND_OK;
}

/* How much a span says: what its words say; one of several as much as the most frequent of them. */
static double rarity(const struct span_node *node)
{
	double sum = 0, least = 0;
	if (node->kind == SPAN_SLOT)
		return node->slot->idf;
	for (uint32_t i = 0; i < node->n_children; i++) {
		double one = rarity(node->children[i]);
		sum += one;
		least = i == 0 || one < least ? one : least;
	}
	return node->kind == SPAN_OR ? least : sum;
}

/* Where sentences and paragraphs begin, if the relation asks for them. */
static enum fund_status locate_boundaries(struct plan_build *b, struct plan *plan, const struct span_node *node)
{
	static const char *const terms[] = { [SCOPE_PARAGRAPH] = "bp", [SCOPE_SENTENCE] = "bs" };
	enum fund_status st = FUND_OK;
	if (node->kind == SPAN_NEAR && node->scope != SCOPE_FIELD && plan->boundaries[node->scope].df == 0)
		st = searcher_locate(b->searcher, slice_str(terms[node->scope]), b->arena, &plan->boundaries[node->scope]);
	for (uint32_t i = 0; i < node->n_children && st == FUND_OK; i++)
		st = locate_boundaries(b, plan, node->children[i]);
	return st;
}

static bool is_one_term(const struct span_node *node) { return node->kind == SPAN_SLOT && node->slot->n_terms == 1 && node->slot->n_forms == 0; }

/* Words side by side that are one term each: what iter_phrase.c is faster at. */
static bool is_plain_phrase(const struct span_node *node)
{
	for (uint32_t i = 0; i < node->n_children; i++)
		if (!is_one_term(node->children[i]))
			return false;
	return node->kind == SPAN_SEQUENCE;
}

static enum fund_status plain_phrase(struct plan_build *b, const struct span_node *node, struct plan **out)
{
	enum fund_status st = plan_node_new(b, PLAN_PHRASE, out);
	struct phrase_term *terms = arena_alloc(b->arena, node->n_children * sizeof *terms);
	if (st != FUND_OK || !terms)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < node->n_children; i++)
		terms[i] = (struct phrase_term){ node->children[i]->slot->terms[0], i };
	(*out)->phrase = terms;
	(*out)->n_phrase = node->n_children;
	return FUND_OK;
}

enum fund_status plan_span(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	struct span_build s = { .b = b };
	struct span_node *root;
	struct plan slots = { .n_slots = 0 };
	struct plan *hints = b->hints;
	b->hints = NULL; /* words in a relation give none */
	*out = NULL;
	enum fund_status st = span_of(&s, ast, &root);
	b->hints = hints;
	if (st != FUND_OK || !root)
		return st;
	st = collect_slots(b, &slots, root);
	if (st != FUND_OK)
		return st;
	if (is_one_term(root)) {
		struct slice term = root->slot->terms[0].term;
		return plan_term(b, slice_from(term, 1), TERM_WORD, root->slot->field, out);
	}
	if (root->kind == SPAN_SLOT && root->slot->n_terms == 0 && root->slot->n_forms == 1)
		return plan_form_list(b, ast, root->slot->forms[0], out);
	st = is_plain_phrase(root) ? plain_phrase(b, root, out) : plan_node_new(b, PLAN_SPAN, out);
	if (st == FUND_OK)
		st = locate_boundaries(b, *out, root);
	if (st != FUND_OK)
		return st;
	(*out)->span = root;
	(*out)->slots = slots.slots;
	(*out)->n_slots = slots.n_slots;
	(*out)->text = ast->text;
	(*out)->field = slots.slots[0]->field == FIELD_TITLE && (*out)->kind == PLAN_SPAN ? FIELD_ANY : slots.slots[0]->field;
	(*out)->scale = rarity(root) * SCORE_UNIT;
	return FUND_OK;
}
