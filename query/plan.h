/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - a parsed query after analysis: terms with weights under boolean nodes. Independent of segments and of what runs it.
 *
 * Owned by the arena given to plan_build(). Document frequencies are summed over all segments of the searcher.
 */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query/ast.h"
#include "query/expansion.h"
#include "query/searcher.h"
#include "query/span.h"

enum plan_kind {
	PLAN_NONE,   /* matches nothing: a word that no article has */
	PLAN_ALL,    /* matches every document, score 0 */
	PLAN_TERM,   /* one term of one class */
	PLAN_WORD,   /* terms that are one word in several kinds: scores as one term, occurrences added up by weight */
	PLAN_PHRASE, /* terms at fixed distances */
	PLAN_FORMS,  /* many words that count as one: wildcards, expressions, fuzzy words, =Wort */
	PLAN_SPAN,   /* words in a relation to each other: sets, NEAR, loose phrases */
	PLAN_BOOL,   /* children with signs: must, should, must not, filter */
	PLAN_BEST,   /* any of the children; scores as the best of them: spellings of one thing */
	PLAN_DATE,   /* date in from..to */
	PLAN_NEW,    /* added or changed by the last indexing run */
};

enum plan_role {
	ROLE_SHOULD,
	ROLE_MUST,
	ROLE_MUST_NOT,
	ROLE_FILTER,   /* must, without a score */
	ROLE_OPTIONAL, /* a stop word: counts where nothing else does */
	ROLE_HINT,     /* only adds to the score of what matches otherwise */
	ROLE_LATE_HINT, /* the same, in the second stage of a search: second_stage.h */
};

/* Is a child of that role a reason why an article is found? */
static inline bool plan_role_shows(enum plan_role role) { return role != ROLE_MUST_NOT && role != ROLE_HINT && role != ROLE_LATE_HINT; }

/* Where a word may stand. Title words are those of class w whose boost says title. */
struct plan_term {
	struct term_places places; /* its term with the class byte */
	enum field field;
	enum term_kind kind;
	uint32_t weight;     /* hundredths, of an occurrence: under PLAN_WORD */
};

struct phrase_term {
	struct term_places places;
	uint32_t shift; /* position relative to the phrase's first word */
};

/* What may stand at one position: any of some terms, or of their forms. */
struct slot {
	enum field field;
	struct term_places *terms;
	uint32_t n_terms;
	const struct expansion **forms;
	uint32_t n_forms;
	uint32_t number; /* among its plan's slots */
	double idf;
};

/* Summed over its terms: no less than the documents that it is in. */
uint64_t slot_df(const struct slot *slot);

/* Documents and pseudo-frequencies of many words in one leaf. */
struct joined_list {
	uint64_t *bits;	 /* by document; NULL: there is none */
	uint32_t *freqs; /* by document */
};

struct plan {
	enum plan_kind kind;
	enum plan_role role;	/* within its parent */
	struct plan_term term;
	double scale;		/* terms, words, phrases, spans: weight * idf * SCORE_UNIT; of phrases and spans the sum of the idfs */
	struct phrase_term *phrase; /* n_phrase of them */
	uint32_t n_phrase;
	enum field field;	/* phrases, forms; spans: of all their slots, title and any being one */
	struct slice text;	/* phrases, spans: as typed, for --explain */
	struct span_node *span; /* spans: the relation, over slots */
	struct slot **slots;
	uint32_t n_slots;
	struct term_places boundaries[SCOPE_SENTENCE + 1]; /* where scopes begin, by scope; only those that span needs */
	uint32_t from, to;	/* dates */
	const struct expansion *forms; /* forms: what they stand for, joined in one list a leaf, and how many documents there are in all */
	struct joined_list *joined;
	uint64_t df;
	bool is_variant;
	struct plan **children;
	uint32_t n_children;
};

/* A pattern that stands for more words than are looked for. */
struct plan_limit {
	struct slice text; /* of the query */
	uint32_t n_words, n_used;
};

struct plan_build {
	struct searcher *searcher;
	struct arena *arena;
	uint32_t from, to;	 /* --from, --to: packed; 0 and UINT32_MAX: open */
	bool only_new;		 /* --new */
	bool ocr;		 /* letters that machines confuse cost fuzzy words less */
	bool unknown;		 /* a word was met that the index lacks */
	bool one_word;		 /* nothing else is asked for */
	bool has_it;		 /* every hit has the word at hand, or none has */
	struct plan *hints;	 /* PLAN_BOOL: hints that belong to the group in the making; NULL: none yet */
	struct plan_limit *limits; /* filled */
	uint32_t n_limits;
	struct automaton **automata; /* owned */
	uint32_t n_automata;
	struct fault *why;	 /* of FUND_INVALID, and error_off where in the query */
	uint32_t error_off;
};

/* Articles that have a word, summed over its kinds. */
uint64_t plan_word_df(const struct plan *word);
/* What hangs outside of the arena: when the plan is not needed any more. Also on {0}. */
void plan_build_release(struct plan_build *b);

/* `ast` may be NULL (no word): PLAN_NONE. FUND_NO_MEMORY, FUND_CORRUPT; FUND_INVALID: a wrong expression. */
enum fund_status plan_build(struct plan_build *b, const struct ast *ast, struct plan **out);
/* The filters of the command line around a plan. */
enum fund_status plan_filter(struct plan_build *b, struct plan **plan);

#endif
