/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * naive.h - the query language a second time, as simple as it can be told: articles as rows of words in memory, each question asked of each word.
 *
 * Shares with the program the analysis of texts alone (analyse.h). Trees are made beside a query's text, not from it.
 */
#ifndef TESTS_NAIVE_H
#define TESTS_NAIVE_H

#include "query/ast.h"
#include "stemmer/analyse.h"

enum naive_field { NAIVE_TEXT, NAIVE_AUTHOR, NAIVE_SECTION, NAIVE_SOURCE, NAIVE_FIELDS };

/* A term at a position. */
struct naive_item {
	uint32_t pos;
	enum term_kind kind;
	struct slice term; /* the analyser's */
	char *form;	   /* of a TERM_WORD: the word or piece in small letters */
};

struct naive_row {
	struct naive_item *items;
	uint32_t n, cap;
};

struct naive_article {
	char key[64];
	uint32_t date; /* packed, 0: none */
	struct naive_row rows[NAIVE_FIELDS];
	uint32_t title_end; /* positions below it are the title's */
	uint32_t *starts[3], n_starts[3], cap_starts[3]; /* by span_scope: where fields, paragraphs, sentences begin */
};

/* `body` may have empty lines. Strings may be NULL. */
void naive_article_init(struct naive_article *a, struct analyser *analyser, const char *title, const char *body, const char *author, const char *section,
			const char *source);
void naive_article_release(struct naive_article *a);

enum naive_kind {
	NAIVE_WORD,   /* text: any form of it; with pieces also these side by side */
	NAIVE_EXACT,  /* text, in that form */
	NAIVE_WILDCARD,
	NAIVE_REGEX,
	NAIVE_FUZZY,  /* text, distance: edits */
	NAIVE_PHRASE, /* children side by side */
	NAIVE_LOOSE,  /* children in any order, distance words more */
	NAIVE_ANY,    /* one of the children: sets, groups with OR beside NEAR */
	NAIVE_NEAR,   /* two children */
	NAIVE_GROUP,  /* children with signs */
	NAIVE_DATE,
	NAIVE_ALL,
};

struct naive_node {
	enum naive_kind kind;
	enum ast_sign sign;
	bool explicit; /* an operand of OR: a function word counts there */
	enum field field;
	char text[64];
	uint32_t distance;
	enum span_scope scope;
	bool ordered;
	uint32_t from, to;
	struct naive_node *children[6];
	uint32_t n;
};

bool naive_matches(struct analyser *analyser, const struct naive_node *q, const struct naive_article *a);

#endif
