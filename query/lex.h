/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lex.h - a query string cut into marks and words. Any bytes; whatever is no mark belongs to a word. */
#ifndef QUERY_LEX_H
#define QUERY_LEX_H

#include "query/ast.h"

enum lexeme_kind {
	LEX_END,
	LEX_WORD,
	LEX_EXACT,    /* text: behind the = */
	LEX_WILDCARD,
	LEX_FUZZY,    /* text: before the ~; number: the digit behind it, 0: none */
	LEX_REGEX,    /* text: between the slashes */
	LEX_SET,      /* text: between the braces */
	LEX_ALL,      /* a star by itself */
	LEX_PHRASE,   /* text without its quotes; exact: ="…"; loose, number: "…"~3 */
	LEX_PLUS,     /* before a word, phrase or parenthesis, behind a blank or at the start */
	LEX_MINUS,
	LEX_OPEN,
	LEX_CLOSE,
	LEX_AND,
	LEX_OR,
	LEX_NOT,
	LEX_NEAR,     /* ordered, scope, number: the distance */
	LEX_FIELD,    /* "titel:" before a word or phrase: field is set */
	LEX_DATE,     /* "datum:…": text is the date */
	LEX_BAD,      /* text is where, why says what would be right */
};

struct lexeme {
	enum lexeme_kind kind;
	struct slice text; /* borrowed from the query */
	uint32_t off;	   /* of its first byte, mark or quote included */
	enum field field;
	uint32_t number;
	enum span_scope scope;
	bool ordered, loose, exact;
	bool unclosed;	   /* a quote without its partner: read up to the end of the query */
	const char *why;   /* static */
};

struct lexer {
	struct slice query;
	uint32_t at;
	uint32_t depth; /* groups that are open */
};

struct lexeme lex_next(struct lexer *l);
/* One part of a phrase or set: as lex_next(), but that only blanks end it and there are no operators, signs, groups, fields and phrases. */
struct lexeme lex_part(struct lexer *l);
/* The alternatives of a set, which commas separate: false at the end. */
bool lex_alternative(struct slice set, uint32_t *at, struct slice *out);
/* Is the star at text[at] the sign of a gender form (Bürger*innen, Lehrer*in, jede*r), and no wildcard? */
bool lex_is_gender_star(struct slice text, size_t at);

#endif
