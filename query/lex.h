/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lex.h - a query string cut into marks and words. Any bytes; whatever is no mark belongs to a word. */
#ifndef QUERY_LEX_H
#define QUERY_LEX_H

#include "query/ast.h"

enum lexeme_kind {
	LEX_END,
	LEX_WORD,
	LEX_PHRASE, /* text without its quotes */
	LEX_PLUS,   /* before a word, phrase or parenthesis, behind a blank or at the start */
	LEX_MINUS,
	LEX_OPEN,
	LEX_CLOSE,
	LEX_AND,
	LEX_OR,
	LEX_NOT,
	LEX_FIELD, /* "titel:" before a word or phrase: field is set */
	LEX_DATE,  /* "datum:…": text is the date */
};

struct lexeme {
	enum lexeme_kind kind;
	struct slice text; /* borrowed from the query */
	uint32_t off;	   /* of its first byte, mark or quote included */
	enum field field;
	bool unclosed;	   /* a quote without its partner: read up to the end of the query */
};

struct lexer {
	struct slice query;
	uint32_t at;
};

struct lexeme lex_next(struct lexer *l);

#endif
