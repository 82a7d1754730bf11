/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - a parsed query after analysis: terms with weights under boolean nodes. Independent of segments and of what runs it.
 *
 * Owned by the arena given to plan_build(). Document frequencies are summed over all segments of the searcher.
 */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query/ast.h"
#include "query/searcher.h"

enum plan_kind {
	PLAN_NONE,   /* matches nothing: a word that no article has */
	PLAN_ALL,    /* matches every document, score 0 */
	PLAN_TERM,   /* one term of one class */
	PLAN_PHRASE, /* terms at fixed distances */
	PLAN_BOOL,   /* children with signs: must, should, must not, filter */
	PLAN_BEST,   /* any of the children; scores as the best of them: spellings of one thing */
	PLAN_DATE,   /* date in from..to */
};

enum plan_role {
	ROLE_SHOULD,
	ROLE_MUST,
	ROLE_MUST_NOT,
	ROLE_FILTER,   /* must, without a score */
	ROLE_OPTIONAL, /* adds to the score of what matches otherwise (stop words) */
};

/* Where a word may stand. Title words are those of class w whose boost says title. */
struct plan_term {
	struct term_places places; /* its term with the class byte */
	enum field field;
	enum term_kind kind;
	double weight;
	double scale;	     /* weight * idf * SCORE_UNIT */
};

struct phrase_term {
	struct term_places places;
	uint32_t shift; /* position relative to the phrase's first word */
};

struct plan {
	enum plan_kind kind;
	enum plan_role role;	/* within its parent */
	struct plan_term term;
	struct phrase_term *phrase; /* n_phrase of them */
	uint32_t n_phrase;
	enum field field;	/* phrases */
	double scale;		/* phrases: sum of the idfs * SCORE_UNIT */
	struct slice text;	/* phrases: as typed, for --explain */
	uint32_t from, to;	/* dates */
	struct plan **children;
	uint32_t n_children;
};

/* A word the query asked for, for snippets: terms that mark. */
struct plan_mark {
	struct slice term; /* with its class byte */
	double idf;
};

struct plan_build {
	struct searcher *searcher;
	struct arena *arena;
	uint32_t from, to;	 /* --from, --to: packed; 0 and UINT32_MAX: open */
	struct plan_mark *marks; /* filled */
	uint32_t n_marks, cap_marks;
};

/* `ast` may be NULL (no word): PLAN_NONE. FUND_NO_MEMORY, FUND_CORRUPT. */
enum fund_status plan_build(struct plan_build *b, const struct ast *ast, struct plan **out);

#endif
