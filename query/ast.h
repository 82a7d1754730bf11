/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ast.h - a query as it was written, understood but not yet analysed.
 *
 * Shape    a tree. A group holds clauses, each with its sign; AND and OR are groups too. Words and phrases keep their text as
 *          typed: what they mean is the analyser's business (plan.h).
 * Owned    by the arena that was given to the parser.
 */
#ifndef QUERY_AST_H
#define QUERY_AST_H

#include "base/arena.h"
#include "query/span.h"

enum field {
	FIELD_ANY,     /* title, lead and body */
	FIELD_TITLE,
	FIELD_AUTHOR,
	FIELD_SECTION,
	FIELD_SOURCE,
	FIELDS
};

enum ast_kind {
	AST_GROUP,    /* clauses: should, must, must not */
	AST_WORD,     /* text */
	AST_EXACT,    /* =text: in that form only */
	AST_WILDCARD, /* text with stars */
	AST_FUZZY,    /* text~: words like it; distance: edits at most, 0: as many as suit its length */
	AST_REGEX,    /* text between slashes */
	AST_SET,      /* {a,b}: one of the children */
	AST_PHRASE,   /* text between quotes. Children: its parts, where it has others than words. distance: words more, in any order ("…"~3) */
	AST_NEAR,     /* two children, at most distance apart, or in one scope; ordered: in this order */
	AST_DATE,     /* from..to, packed as DATE_PACK(), both inclusive */
	AST_ALL,      /* every article */
};

enum ast_sign { SIGN_SHOULD, SIGN_MUST, SIGN_MUST_NOT };

struct ast {
	enum ast_kind kind;
	enum ast_sign sign;   /* within its group */
	enum field field;     /* all but groups and dates */
	struct slice text;    /* borrowed from the query string; NEAR: all of it */
	uint32_t off;	      /* where it begins in the query, in bytes */
	uint32_t distance;
	enum span_scope scope; /* NEAR */
	bool ordered, loose;   /* NEAR; phrases in any order */
	bool kept;	       /* an operand of OR: there a function word counts like any other */
	uint32_t from, to;    /* dates */
	struct ast *children; /* a list linked by next */
	struct ast *next;
};

struct parse_options {
	bool all;   /* words side by side must all occur */
	bool exact; /* each word in the form it is written in only */
};

/* What a person should know about a query that is valid all the same (a lonely quote). */
struct parse_warning {
	uint32_t off;
	const char *text; /* static; NULL: none */
};

/* FUND_INVALID: wrong syntax; *error_off is the place (bytes), the fault says what would be right. A query without any word gives *out NULL. */
enum fund_status parse_query(struct arena *arena, struct slice query, const struct parse_options *options, struct ast **out,
			     struct parse_warning *warning, uint32_t *error_off, struct fault *why);

/* "2022", "2022-01", "2022-01-18" or "2021-12..2022-02" (either end may be missing): as a range of packed dates. False: not a date. */
bool parse_date_range(struct slice text, uint32_t *from, uint32_t *to);
/* The first three of these alone, as --from and --to have them: its first and last day. */
bool parse_one_date(struct slice text, uint32_t *from, uint32_t *to);

#endif
