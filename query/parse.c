/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.c - the grammar of queries, by recursive descent.
 *
 *	group   = clause { clause }                 any of them; with --all each of them
 *	clause  = [ "+" | "-" ] or
 *	or      = and { ( "OR" | "ODER" ) and }
 *	and     = not { ( "AND" | "UND" ) not }
 *	not     = { "NOT" | "NICHT" | "-" } near
 *	near    = operand { ( "NEAR" | "PRE" ) "/" ( number | "S" | "P" ) operand }
 *	operand = "(" group ")" | field ":" operand | "datum:" date [ ".." date ] | "*" | part | [ "=" ] phrase
 *	phrase  = quote part { part } quote [ "~" number ]
 *	part    = word | "=" word | word "~" [ "1" | "2" ] | wildcard | "/" expression "/" | "{" alternative { "," alternative } "}"
 *
 * An alternative is part { part }.
 */
#include "query/ast.h"
#include "base/translate.h"
#include "query/lex.h"

#include <stdio.h>

#define DEPTH_MAX 100 /* parentheses within parentheses */
#define NEARS_MAX 32  /* in a row */

struct parser {
	struct lexer lexer;
	struct lexeme look; /* the next lexeme, not yet taken */
	struct arena *arena;
	const struct parse_options *options;
	struct parse_warning *warning;
	struct fault *why;
	uint32_t *error_off;
	enum field field; /* of the field prefix that we are in */
	bool exact;	  /* words count in the form they are written in */
	bool loose;	  /* in a phrase whose words stand in any order */
	uint32_t depth;
};

static enum fund_status parse_group(struct parser *p, struct ast **out);

static void take(struct parser *p)
{
	p->look = lex_next(&p->lexer);
	if (p->look.unclosed && p->warning && !p->warning->text)
		*p->warning = (struct parse_warning){ p->look.off, N_("this quote has no partner: read as if it stood at the end") };
}

static enum fund_status fail_at(struct parser *p, uint32_t off, const char *text)
{
	*p->error_off = off;
	return fault_set(p->why, FUND_INVALID, "%s", translate(text));
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

/* A group of one operator, a phrase's parts …: children in a list, grown at *tail. */
struct list {
	struct ast *group, **tail;
};

static enum fund_status list_begin(struct parser *p, struct list *l, enum ast_kind kind, struct ast *first, uint32_t off)
{
	enum fund_status st = node_new(p, kind, off, &l->group);
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

/* ---- words, phrases, sets ---- */

static enum fund_status parse_set(struct parser *p, const struct lexeme *x, struct ast **out);

/* The part that is in the lexeme. */
static enum fund_status part_node(struct parser *p, const struct lexeme *x, struct ast **out)
{
	enum ast_kind kind = x->kind == LEX_WILDCARD ? AST_WILDCARD :
			     x->kind == LEX_FUZZY    ? AST_FUZZY :
			     x->kind == LEX_REGEX    ? AST_REGEX :
			     x->kind == LEX_EXACT || p->exact ? AST_EXACT : AST_WORD;
	if (x->kind == LEX_BAD)
		return fail_at(p, x->off, x->why);
	if (x->kind == LEX_SET)
		return parse_set(p, x, out);
	enum fund_status st = node_new(p, kind, x->off, out);
	if (st != FUND_OK)
		return st;
	(*out)->text = x->text;
	(*out)->distance = x->number;
	return FUND_OK;
}

/* What stands in a phrase, or in one place of a set. Words in a row are one part: where they begin and end is the analyser's business. */
static enum fund_status parse_parts(struct parser *p, struct slice text, struct ast *phrase)
{
	uint32_t start = (uint32_t)(text.data - p->lexer.query.data);
	struct lexer lexer = { .query = slice_of(p->lexer.query.data, start + text.len), .at = start };
	struct ast **tail = &phrase->children, *last = NULL;
	for (struct lexeme x = lex_part(&lexer); x.kind != LEX_END; x = lex_part(&lexer)) {
		bool words = last && x.kind == LEX_WORD && last->kind == AST_WORD;
		if (words) {
			last->text.len = (size_t)(x.text.data + x.text.len - last->text.data);
			continue;
		}
		enum fund_status st = part_node(p, &x, &last);
		if (st != FUND_OK)
			return st;
		*tail = last;
		tail = &last->next;
	}
	return FUND_OK;
}

static enum fund_status parse_set(struct parser *p, const struct lexeme *x, struct ast **out)
{
	struct list l;
	struct slice one;
	uint32_t at = 0;
	enum fund_status st = list_begin(p, &l, AST_SET, NULL, x->off);
	while (st == FUND_OK && lex_alternative(x->text, &at, &one)) {
		struct ast *phrase;
		st = node_new(p, AST_PHRASE, x->off, &phrase);
		if (st != FUND_OK)
			return st;
		phrase->text = one;
		st = parse_parts(p, one, phrase);
		if (st == FUND_OK && p->loose && phrase->children && (phrase->children->next || memchr(phrase->children->text.data, ' ', phrase->children->text.len)))
			return fail_at(p, phrase->children->off, "a set within \"...\"~n has single words");
		if (st == FUND_OK && phrase->children)
			list_add(&l, phrase->children->next ? phrase : phrase->children);
	}
	*out = l.group;
	return st;
}

static enum fund_status parse_phrase(struct parser *p, struct ast **out)
{
	struct lexeme x = p->look;
	bool exact = p->exact;
	enum fund_status st = node_new(p, AST_PHRASE, x.off, out);
	if (st != FUND_OK)
		return st;
	struct ast *phrase = *out;
	phrase->text = x.text;
	phrase->loose = x.loose;
	phrase->distance = x.number;
	p->exact |= x.exact;
	p->loose = x.loose;
	st = parse_parts(p, x.text, phrase);
	p->exact = exact;
	p->loose = false;
	if (st == FUND_OK && phrase->children && !phrase->children->next && phrase->children->kind == AST_WORD)
		phrase->children = NULL; /* words and nothing else */
	if (st == FUND_OK)
		take(p);
	return st;
}

static enum fund_status parse_part(struct parser *p, struct ast **out)
{
	struct lexeme x = p->look;
	enum fund_status st = part_node(p, &x, out);
	if (st == FUND_OK)
		take(p);
	return st;
}

static enum fund_status parse_every(struct parser *p, struct ast **out)
{
	enum fund_status st = node_new(p, AST_ALL, p->look.off, out);
	if (st == FUND_OK)
		take(p);
	return st;
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
	case LEX_EXACT:
	case LEX_WILDCARD:
	case LEX_FUZZY:
	case LEX_REGEX:
	case LEX_SET:
		return parse_part(p, out);
	case LEX_PHRASE:
		return parse_phrase(p, out);
	case LEX_ALL:
		return parse_every(p, out);
	case LEX_BAD:
		return fail_at(p, p->look.off, p->look.why);
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
	for (; p->look.kind == LEX_FIELD; take(p))
		p->field = p->look.field;
	enum fund_status st = parse_operand(p, out);
	p->field = outer;
	return st;
}

/* ---- operators ---- */

/* Only what has a place in the text can be near something: the offset of what has none, else UINT32_MAX. */
static uint32_t placeless(const struct ast *a)
{
	uint32_t off = UINT32_MAX;
	if (a->kind == AST_DATE || a->kind == AST_ALL)
		return a->off;
	if (a->kind != AST_GROUP)
		return UINT32_MAX;
	for (const struct ast *c = a->children; c && off == UINT32_MAX; c = c->next) {
		bool alone = !a->children->next && c->sign == SIGN_MUST;
		off = c->sign == SIGN_SHOULD || alone ? placeless(c) : c->off;
	}
	return off;
}

static enum fund_status check_place(struct parser *p, const struct ast *a)
{
	uint32_t off = placeless(a);
	return off == UINT32_MAX ? FUND_OK : fail_at(p, off, "beside NEAR or PRE there can be words, phrases, sets and groups with OR");
}

/* The field that a part stands in, by its first word. The title is one with the text: they share their positions. */
static enum field place_of(const struct ast *a)
{
	while (a->children && (a->kind == AST_GROUP || a->kind == AST_NEAR))
		a = a->children;
	return a->field == FIELD_TITLE ? FIELD_ANY : a->field;
}

static bool is_one_place(const struct ast *a, enum field field)
{
	for (const struct ast *c = a->kind == AST_GROUP || a->kind == AST_NEAR ? a->children : NULL; c; c = c->next)
		if (!is_one_place(c, field))
			return false;
	return place_of(a) == field;
}

static enum fund_status parse_near(struct parser *p, struct ast **out)
{
	uint32_t off = p->look.off;
	enum fund_status st = parse_operand(p, out);
	for (uint32_t n = 0; st == FUND_OK && p->look.kind == LEX_NEAR; n++) {
		struct list l;
		struct lexeme near = p->look;
		struct ast *right;
		st = n < NEARS_MAX ? check_place(p, *out) : fail_at(p, p->look.off, "more than 32 NEAR in a row");
		if (st == FUND_OK)
			st = list_begin(p, &l, AST_NEAR, *out, off);
		if (st != FUND_OK)
			return st;
		l.group->distance = near.number;
		l.group->scope = near.scope;
		l.group->ordered = near.ordered;
		take(p);
		uint32_t right_off = p->look.off;
		st = parse_operand(p, &right);
		if (st == FUND_OK)
			st = check_place(p, right);
		if (st == FUND_OK && (!is_one_place(*out, place_of(*out)) || !is_one_place(right, place_of(*out))))
			st = fail_at(p, right_off, "both sides of NEAR and PRE must be in the same field");
		if (st != FUND_OK)
			return st;
		list_add(&l, right);
		uint32_t end = p->look.off > right_off ? p->look.off : (uint32_t)p->lexer.query.len;
		l.group->text = slice_part(p->lexer.query, off, end - off);
		while (l.group->text.len && l.group->text.data[l.group->text.len - 1] == ' ')
			l.group->text.len--;
		*out = l.group;
	}
	return st;
}

static enum fund_status parse_not(struct parser *p, struct ast **out)
{
	bool negated = false;
	uint32_t off = p->look.off;
	while (p->look.kind == LEX_NOT || p->look.kind == LEX_MINUS || p->look.kind == LEX_PLUS) {
		negated ^= p->look.kind != LEX_PLUS;
		take(p);
	}
	enum fund_status st = parse_near(p, out);
	if (st != FUND_OK || !negated)
		return st;
	/* an operand of a group of its own, so that signs of groups do not mix */
	struct list l;
	(*out)->sign = SIGN_MUST_NOT;
	st = list_begin(p, &l, AST_GROUP, *out, off);
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
	first->kept = true;
	st = list_begin(p, &l, AST_GROUP, first, off);
	while (st == FUND_OK && p->look.kind == op) {
		struct ast *next;
		take(p);
		st = operand(p, &next);
		if (st != FUND_OK)
			return st;
		struct ast *plain = op == LEX_AND ? unwrap_not(next) : next;
		if (plain == next)
			plain->sign = sign;
		plain->kept = true;
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
	enum fund_status st = list_begin(p, &l, AST_GROUP, NULL, p->look.off);
	while (st == FUND_OK && p->look.kind != LEX_END && p->look.kind != LEX_CLOSE) {
		struct ast *clause;
		if (p->look.kind == LEX_AND || p->look.kind == LEX_OR || p->look.kind == LEX_NEAR)
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
	struct parser p = { .lexer = { query, 0, 0 }, .exact = options->exact, .arena = arena, .options = options, .warning = warning, .why = why, .error_off = error_off };
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
