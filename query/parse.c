/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.c - the grammar of queries, by recursive descent.
 *
 *	group  = clause { clause }                 any of them; with --all each of them
 *	clause = ( "+" | "-" ) operand | or
 *	or     = and { ( "OR" | "ODER" ) and }
 *	and    = not { ( "AND" | "UND" ) not }
 *	not    = { "NOT" | "NICHT" | "-" } operand
 *	operand = "(" group ")" | field operand | phrase | word | date
 */
#include "query/ast.h"
#include "query/lex.h"

#include <stdio.h>

#define DEPTH_MAX 100 /* parentheses within parentheses */

struct parser {
	struct lexer lexer;
	struct lexeme look; /* the next lexeme, not yet taken */
	struct arena *arena;
	const struct parse_options *options;
	struct parse_warning *warning;
	struct fault *why;
	uint32_t *error_off;
	enum field field; /* of the field prefix that we are in */
	uint32_t depth;
};

static enum fund_status parse_group(struct parser *p, struct ast **out);

static void take(struct parser *p)
{
	p->look = lex_next(&p->lexer);
	if (p->look.unclosed && p->warning && !p->warning->text)
		*p->warning = (struct parse_warning){ p->look.off, "this quote has no partner: read as if it stood at the end" };
}

static enum fund_status fail_at(struct parser *p, uint32_t off, const char *text)
{
	*p->error_off = off;
	return fault_set(p->why, FUND_INVALID, "%s", text);
}

static enum fund_status node_new(struct parser *p, enum ast_kind kind, uint32_t off, struct ast **out)
{
	struct ast *a = arena_alloc(p->arena, sizeof *a);
	if (!a)
		return fault_set(p->why, FUND_NO_MEMORY, "out of memory");
	*a = (struct ast){ .kind = kind, .off = off, .field = p->field, .sign = SIGN_SHOULD };
	*out = a;
	return FUND_OK;
}

static enum fund_status parse_leaf(struct parser *p, struct ast **out)
{
	enum fund_status st = node_new(p, p->look.kind == LEX_PHRASE ? AST_PHRASE : AST_WORD, p->look.off, out);
	if (st != FUND_OK)
		return st;
	(*out)->text = p->look.text;
	take(p);
	return FUND_OK;
}

static enum fund_status parse_date_leaf(struct parser *p, struct ast **out)
{
	enum fund_status st = node_new(p, AST_DATE, p->look.off, out);
	if (st != FUND_OK)
		return st;
	if (!parse_date_range(p->look.text, &(*out)->from, &(*out)->to))
		return fail_at(p, (uint32_t)(p->look.text.data - p->lexer.query.data), "not a date: 2022, 2022-01, 2022-01-18 or two of them as 2021-12..2022-02");
	take(p);
	return FUND_OK;
}

static enum fund_status parse_field(struct parser *p, struct ast **out);

static enum fund_status parse_operand(struct parser *p, struct ast **out)
{
	enum fund_status st;
	switch (p->look.kind) {
	case LEX_WORD:
	case LEX_PHRASE:
		return parse_leaf(p, out);
	case LEX_DATE:
		return parse_date_leaf(p, out);
	case LEX_FIELD:
		return parse_field(p, out);
	case LEX_OPEN: {
		uint32_t open = p->look.off;
		if (++p->depth > DEPTH_MAX)
			return fail_at(p, open, "parentheses nested more than 100 deep");
		take(p);
		st = parse_group(p, out);
		if (st != FUND_OK)
			return st;
		if (p->look.kind != LEX_CLOSE)
			return fail_at(p, open, "this parenthesis is not closed: ')' is missing");
		if (!*out)
			return fail_at(p, open, "nothing stands between these parentheses");
		p->depth--;
		take(p);
		return FUND_OK;
	}
	default:
		return fail_at(p, p->look.off, "a word, a phrase or '(' should stand here");
	}
}

static enum fund_status parse_field(struct parser *p, struct ast **out)
{
	enum field outer = p->field;
	p->field = p->look.field;
	take(p);
	enum fund_status st = parse_operand(p, out);
	p->field = outer;
	return st;
}

/* A group of one operator: children in a list, grown at *tail. */
struct list {
	struct ast *group, **tail;
};

static enum fund_status list_begin(struct parser *p, struct list *l, struct ast *first, uint32_t off)
{
	enum fund_status st = node_new(p, AST_GROUP, off, &l->group);
	if (st != FUND_OK)
		return st;
	l->group->children = first;
	l->tail = first ? &first->next : &l->group->children;
	return FUND_OK;
}

static void list_add(struct list *l, struct ast *a)
{
	*l->tail = a;
	l->tail = &a->next;
}

static enum fund_status parse_not(struct parser *p, struct ast **out)
{
	bool negated = false;
	uint32_t off = p->look.off;
	while (p->look.kind == LEX_NOT || p->look.kind == LEX_MINUS || p->look.kind == LEX_PLUS) {
		negated ^= p->look.kind != LEX_PLUS;
		take(p);
	}
	enum fund_status st = parse_operand(p, out);
	if (st != FUND_OK || !negated)
		return st;
	/* an operand of a group of its own, so that signs of groups do not mix */
	struct list l;
	(*out)->sign = SIGN_MUST_NOT;
	st = list_begin(p, &l, *out, off);
	*out = l.group;
	return st;
}

/* One group for a negated operand alone can be taken apart where it is a clause of a larger group. */
static struct ast *unwrap_not(struct ast *a)
{
	bool alone = a->kind == AST_GROUP && a->children && !a->children->next && a->children->sign == SIGN_MUST_NOT;
	return alone ? a->children : a;
}

static enum fund_status parse_chain(struct parser *p, enum lexeme_kind op, enum ast_sign sign,
				    enum fund_status (*operand)(struct parser *, struct ast **), struct ast **out)
{
	uint32_t off = p->look.off;
	enum fund_status st = operand(p, out);
	if (st != FUND_OK || p->look.kind != op)
		return st;
	struct list l;
	struct ast *first = op == LEX_AND ? unwrap_not(*out) : *out;
	if (first == *out)
		first->sign = sign;
	st = list_begin(p, &l, first, off);
	while (st == FUND_OK && p->look.kind == op) {
		struct ast *next;
		take(p);
		st = operand(p, &next);
		if (st != FUND_OK)
			return st;
		struct ast *plain = op == LEX_AND ? unwrap_not(next) : next;
		if (plain == next)
			plain->sign = sign;
		list_add(&l, plain);
	}
	*out = l.group;
	return st;
}

static enum fund_status parse_and(struct parser *p, struct ast **out) { return parse_chain(p, LEX_AND, SIGN_MUST, parse_not, out); }
static enum fund_status parse_or(struct parser *p, struct ast **out) { return parse_chain(p, LEX_OR, SIGN_SHOULD, parse_and, out); }

static enum fund_status parse_clause(struct parser *p, struct ast **out)
{
	enum lexeme_kind sign = p->look.kind;
	enum fund_status st = parse_or(p, out);
	if (st != FUND_OK)
		return st;
	*out = unwrap_not(*out);
	if ((*out)->sign == SIGN_MUST_NOT)
		return FUND_OK;
	bool must = sign == LEX_PLUS || (p->options->all && (*out)->kind != AST_DATE);
	(*out)->sign = must ? SIGN_MUST : SIGN_SHOULD;
	return FUND_OK;
}

static enum fund_status parse_group(struct parser *p, struct ast **out)
{
	struct list l;
	enum fund_status st = list_begin(p, &l, NULL, p->look.off);
	while (st == FUND_OK && p->look.kind != LEX_END && p->look.kind != LEX_CLOSE) {
		struct ast *clause;
		if (p->look.kind == LEX_AND || p->look.kind == LEX_OR)
			return fail_at(p, p->look.off, "an operator needs something on its left");
		st = parse_clause(p, &clause);
		if (st == FUND_OK)
			list_add(&l, clause);
	}
	*out = st == FUND_OK && l.group->children ? l.group : NULL;
	return st;
}

enum fund_status parse_query(struct arena *arena, struct slice query, const struct parse_options *options, struct ast **out,
			     struct parse_warning *warning, uint32_t *error_off, struct fault *why)
{
	struct parser p = { .lexer = { query, 0 }, .arena = arena, .options = options, .warning = warning, .why = why, .error_off = error_off };
	*out = NULL;
	*error_off = 0;
	if (warning)
		*warning = (struct parse_warning){ 0, NULL };
	if (query.len > UINT32_MAX / 2)
		return fault_set(why, FUND_LIMIT, "the query is too long");
	take(&p);
	enum fund_status st = parse_group(&p, out);
	if (st == FUND_OK && p.look.kind == LEX_CLOSE)
		return fail_at(&p, p.look.off, "this parenthesis was never opened");
	return st;
}
