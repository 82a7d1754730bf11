/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/plan_private.h"

static struct plan *node_new(struct plan_build *b, enum plan_kind kind)
{
	struct plan *p = arena_alloc(b->arena, sizeof *p);
	if (p)
		*p = (struct plan){ .kind = kind, .role = ROLE_SHOULD };
	return p;
}

enum fund_status plan_node_new(struct plan_build *b, enum plan_kind kind, struct plan **out)
{
	*out = node_new(b, kind);
	return *out ? FUND_OK : FUND_NO_MEMORY;
}

enum fund_status plan_add_child(struct plan_build *b, struct plan *parent, struct plan *child)
{
	struct plan **children = arena_one_more(b->arena, parent->children, parent->n_children, sizeof *children);
	if (!children)
		return FUND_NO_MEMORY;
	parent->children = children;
	parent->children[parent->n_children++] = child;
	return FUND_OK;
}

struct plan *plan_simplest(struct plan_build *b, struct plan *p)
{
	if (p->n_children == 1)
		return p->children[0];
	if (p->n_children == 0)
		return node_new(b, PLAN_NONE);
	return p;
}

/* ---- terms ---- */

enum fund_status plan_with_class(struct plan_build *b, char class, struct slice bytes, struct slice *out)
{
	uint8_t *p = arena_alloc(b->arena, bytes.len + 1);
	if (!p)
		return FUND_NO_MEMORY;
	p[0] = (uint8_t)class;
	memcpy(p + 1, bytes.data, bytes.len);
	*out = slice_of(p, bytes.len + 1);
	return FUND_OK;
}

/* ---- phrases ---- */

struct phrase_build {
	struct plan_build *b;
	enum field field;
	struct phrase_term *terms;
	uint32_t n;
	uint32_t first; /* position of the first term */
	bool missing;	/* a term that no segment has: the phrase cannot match */
	double idf;
};

static enum fund_status phrase_add(struct phrase_build *p, struct slice bytes, uint32_t pos)
{
	struct plan_build *b = p->b;
	struct slice term;
	struct term_places places;
	enum fund_status st = plan_with_class(b, plan_field_class(p->field), bytes, &term);
	if (st == FUND_OK)
		st = searcher_locate(b->searcher, term, b->arena, &places);
	if (st != FUND_OK)
		return st;
	p->missing |= places.df == 0;
	b->unknown |= places.df == 0;
	struct phrase_term *terms = arena_one_more(b->arena, p->terms, p->n, sizeof *terms);
	if (!terms)
		return FUND_NO_MEMORY;
	p->terms = terms;
	if (p->n == 0)
		p->first = pos;
	p->terms[p->n++] = (struct phrase_term){ places, pos - p->first };
	p->idf += places.df ? bm25_idf(b->searcher->n_docs, places.df) : 0;
	return FUND_OK;
}

/* One term a position: the pieces of a word that has several, else the word. Parts and variants have no place in a phrase. */
static enum fund_status phrase_token(void *context, const struct token *t)
{
	struct phrase_build *p = context;
	const struct word *w = t->word;
	const struct analyser *a = p->b->searcher->analyser;
	uint32_t want = 0;
	for (uint32_t i = w->n_positions > 1 ? 1 : 0; i < w->n_refs && want < w->n_positions; i++) {
		const struct term *term = analyser_term(a, w->refs[i].term);
		if (term->kind != TERM_WORD || w->refs[i].shift != want)
			continue;
		enum fund_status st = phrase_add(p, term->bytes, t->pos + want++);
		if (st != FUND_OK)
			return st;
	}
	return FUND_OK;
}

enum fund_status plan_phrase(struct plan_build *b, struct slice text, enum field field, struct plan **out)
{
	struct phrase_build p = { .b = b, .field = field };
	struct token_sink sink = { &p, phrase_token, NULL, NULL };
	uint32_t pos = 0;
	*out = NULL;
	enum fund_status st = analyse_text(b->searcher->analyser, text, &pos, &sink);
	if (st != FUND_OK || p.n == 0 || p.missing)
		return st;
	if (p.n == 1) {
		struct slice bytes = slice_from(p.terms[0].places.term, 1);
		return plan_term(b, bytes, TERM_WORD, field, out);
	}
	st = plan_node_new(b, PLAN_PHRASE, out);
	if (st != FUND_OK)
		return st;
	(*out)->phrase = p.terms;
	(*out)->n_phrase = p.n;
	(*out)->field = field;
	(*out)->scale = p.idf * SCORE_UNIT;
	(*out)->text = text;
	return FUND_OK;
}

/* A word of several pieces (US-Militärstützpunkt) is there when it stands in one piece or its pieces stand side by side. */
static enum fund_status plan_pieces(struct plan_build *b, const struct token *t, struct slice text, enum field field, struct plan **out)
{
	struct plan *whole, *pieces;
	enum fund_status st = plan_node_new(b, PLAN_BEST, out);
	if (st == FUND_OK)
		st = plan_word_terms(b, t->word, field, &whole);
	if (st == FUND_OK && whole->kind != PLAN_NONE)
		st = plan_add_child(b, *out, whole);
	if (st == FUND_OK)
		st = plan_phrase(b, slice_part(text, t->off, t->len), field, &pieces);
	if (st == FUND_OK && pieces)
		st = plan_add_child(b, *out, pieces);
	if (st == FUND_OK)
		*out = plan_simplest(b, *out);
	return *out ? st : FUND_NO_MEMORY;
}

struct words_build {
	struct plan_build *b;
	const struct ast *ast;
	struct plan *group; /* one child a word */
	uint32_t n_stop;
};

static enum fund_status words_token(void *context, const struct token *t)
{
	struct words_build *wb = context;
	struct plan *p;
	if (t->word->n_refs == 0)
		return FUND_OK;
	enum fund_status st = t->word->n_positions > 1 ? plan_pieces(wb->b, t, wb->ast->text, wb->ast->field, &p)
						       : plan_plain_word(wb->b, t->word, wb->ast->field, &p);
	if (st != FUND_OK)
		return st;
	const struct term *term = analyser_term(wb->b->searcher->analyser, t->word->refs[0].term);
	if (t->word->n_positions == 1 && analyse_is_stop_word(wb->b->searcher->analyser, term->bytes)) {
		p->role = ROLE_OPTIONAL;
		wb->n_stop++;
	} else {
		p->role = ROLE_MUST;
	}
	return plan_add_child(wb->b, wb->group, p);
}

/* What was typed without a blank: mostly one word, several for "C/D" or "und/oder": then all of them. NULL: nothing but punctuation. */
static enum fund_status plan_word(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	struct words_build wb = { .b = b, .ast = ast };
	struct token_sink sink = { &wb, words_token, NULL, NULL };
	uint32_t pos = 0;
	*out = NULL;
	enum fund_status st = plan_node_new(b, PLAN_BOOL, &wb.group);
	if (st == FUND_OK)
		st = analyse_text(b->searcher->analyser, ast->text, &pos, &sink);
	if (st != FUND_OK || wb.group->n_children == 0)
		return st;
	if (wb.group->n_children == 1) {
		*out = wb.group->children[0];
		return FUND_OK;
	}
	for (uint32_t i = 0; i < wb.group->n_children; i++)
		wb.group->children[i]->role = ROLE_MUST;
	wb.group->role = ROLE_MUST;
	*out = wb.group;
	return FUND_OK;
}

/* ---- groups ---- */

static enum fund_status plan_node(struct plan_build *b, const struct ast *ast, struct plan **out);

static enum plan_role role_of(const struct ast *ast, const struct plan *p)
{
	if (ast->sign == SIGN_MUST_NOT)
		return ROLE_MUST_NOT;
	if (ast->kind == AST_DATE)
		return ROLE_FILTER;
	if (ast->kind == AST_WORD && p->role == ROLE_OPTIONAL && ast->sign == SIGN_SHOULD && !ast->kept)
		return ROLE_OPTIONAL;
	return ast->sign == SIGN_MUST ? ROLE_MUST : ROLE_SHOULD;
}

/* Stop words say nothing where other words do: they go, unless they are all that was asked for. */
static void settle_stop_words(struct plan *group)
{
	bool others = false;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < group->n_children; i++) {
		enum plan_role r = group->children[i]->role;
		others |= r == ROLE_MUST || r == ROLE_SHOULD;
	}
	for (uint32_t i = 0; i < group->n_children; i++) {
		struct plan *c = group->children[i];
		if (c->role == ROLE_OPTIONAL && others)
			continue;
		if (c->role == ROLE_OPTIONAL)
			c->role = ROLE_SHOULD;
		group->children[kept++] = c;
	}
	group->n_children = kept;
}

/* Adds the hints of one word to those of the group. */
static enum fund_status take_hints(struct plan_build *b, const struct plan *from, struct plan **to)
{
	enum fund_status st = *to ? FUND_OK : plan_node_new(b, PLAN_BOOL, to);
	for (uint32_t i = 0; i < from->n_children && st == FUND_OK; i++)
		st = plan_add_child(b, *to, from->children[i]);
	return st;
}

/* The group with the hints beside it. */
static enum fund_status with_hints(struct plan_build *b, const struct plan *hints, struct plan **plan)
{
	struct plan *group = *plan;
	enum fund_status st = FUND_OK;
	if (!hints || hints->n_children == 0)
		return FUND_OK;
	if (group->kind != PLAN_BOOL) {
		st = plan_node_new(b, PLAN_BOOL, &group);
		if (st == FUND_OK)
			st = plan_add_child(b, group, *plan);
	}
	if (st == FUND_OK)
		st = take_hints(b, hints, &group);
	*plan = group;
	return st;
}

static enum fund_status plan_group(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	struct plan *group, *hints = NULL;
	*out = NULL;
	enum fund_status st = plan_node_new(b, PLAN_BOOL, &group);
	for (const struct ast *c = ast->children, *before = NULL; c && st == FUND_OK; before = c, c = c->next) {
		struct plan *p;
		b->hints = NULL;
		b->has_it = b->one_word || c->sign != SIGN_SHOULD;
		st = plan_node(b, c, &p);
		if (st == FUND_OK)
			st = plan_grouped_number(b, before, c);
		if (st == FUND_OK && b->hints && p && c->sign != SIGN_MUST_NOT) /* those of a group within, or of a number */
			st = take_hints(b, b->hints, &hints);
		if (st != FUND_OK || !p)
			continue; /* punctuation alone asks for nothing */
		p->role = role_of(c, p);
		st = plan_add_child(b, group, p);
	}
	if (st != FUND_OK || group->n_children == 0)
		return st;
	settle_stop_words(group);
	struct plan *only = group->children[0];
	*out = group->n_children == 1 && (only->role == ROLE_SHOULD || only->role == ROLE_MUST) ? only : group;
	b->hints = NULL;
	return with_hints(b, hints, out);
}

static enum fund_status plan_node(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	enum fund_status st = FUND_OK;
	*out = NULL;
	switch (ast->kind) {
	case AST_GROUP:
		return plan_group(b, ast, out);
	case AST_WORD:
		return plan_word(b, ast, out);
	case AST_WILDCARD:
	case AST_FUZZY:
	case AST_REGEX:
		return plan_forms(b, ast, out);
	case AST_EXACT:
	case AST_SET:
	case AST_PHRASE:
	case AST_NEAR:
		return plan_span(b, ast, out);
	case AST_ALL:
		return plan_node_new(b, PLAN_ALL, out);
	case AST_DATE:
		st = plan_node_new(b, PLAN_DATE, out);
		if (st == FUND_OK) {
			(*out)->from = ast->from;
			(*out)->to = ast->to;
		}
		return st;
	}
	return st;
}

static enum fund_status add_filter(struct plan_build *b, enum plan_kind kind, struct plan *group)
{
	struct plan *p;
	enum fund_status st = plan_node_new(b, kind, &p);
	if (st != FUND_OK)
		return st;
	p->role = ROLE_FILTER;
	p->from = b->from;
	p->to = b->to;
	return plan_add_child(b, group, p);
}

enum fund_status plan_filter(struct plan_build *b, struct plan **plan)
{
	struct plan *group;
	bool dates = b->from > 1 || b->to != UINT32_MAX;
	if (!dates && !b->only_new)
		return FUND_OK;
	enum fund_status st = plan_node_new(b, PLAN_BOOL, &group);
	if (st != FUND_OK)
		return st;
	(*plan)->role = ROLE_MUST;
	st = plan_add_child(b, group, *plan);
	if (st == FUND_OK && dates)
		st = add_filter(b, PLAN_DATE, group);
	if (st == FUND_OK && b->only_new)
		st = add_filter(b, PLAN_NEW, group);
	*plan = group;
	return st;
}

/* How many things are asked for that score. */
static uint32_t count_asked(const struct ast *a)
{
	uint32_t n = a->kind != AST_GROUP && a->kind != AST_DATE;
	for (const struct ast *c = a->kind == AST_GROUP ? a->children : NULL; c; c = c->next)
		n += c->sign == SIGN_MUST_NOT ? 0 : count_asked(c);
	return n;
}

/* Hints say something beside other words: not where stop words were the others. */
static struct plan *without_lone_hints(struct plan *p)
{
	uint32_t asked = 0, kept = 0;
	if (p->kind != PLAN_BOOL)
		return p;
	for (uint32_t i = 0; i < p->n_children; i++)
		asked += p->children[i]->role == ROLE_SHOULD || p->children[i]->role == ROLE_MUST;
	if (asked != 1)
		return p;
	for (uint32_t i = 0; i < p->n_children; i++)
		if (p->children[i]->role != ROLE_HINT)
			p->children[kept++] = p->children[i];
	p->n_children = kept;
	return kept == 1 && p->children[0]->kind != PLAN_BOOL ? p->children[0] : p;
}

enum fund_status plan_build(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	struct plan *plan = NULL;
	b->n_limits = 0;
	b->hints = NULL;
	b->one_word = b->has_it = ast && count_asked(ast) == 1;
	enum fund_status st = ast ? plan_node(b, ast, &plan) : FUND_OK;
	if (st == FUND_OK && plan && b->hints)
		st = with_hints(b, b->hints, &plan);
	if (st == FUND_OK && plan)
		plan = without_lone_hints(plan);
	if (st == FUND_OK && !plan)
		st = plan_node_new(b, PLAN_NONE, &plan);
	if (st == FUND_OK)
		st = plan_filter(b, &plan);
	*out = plan;
	return st;
}
