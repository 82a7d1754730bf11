/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expansion.h - the words of the index that a wildcard, an expression, a fuzzy word or =Wort stands for: terms, and which of their forms.
 *
 * Limit    EXPANSION_MAX words; of more, the most frequent are taken, and plan_build notes it.
 * Owned    by the arena of the plan; what is borrowed from a snapshot (entries) holds for one opening of the searcher.
 */
#ifndef QUERY_EXPANSION_H
#define QUERY_EXPANSION_H

#include "query/automaton.h"
#include "query/searcher.h"
#include "store/form_scan.h"

#define EXPANSION_MAX 10000u

struct form_term {
	struct slice term; /* with its class */
	struct term_entry entry;
	uint64_t *wanted; /* a bit for each form's ordinal; NULL: all of them */
	uint32_t n_forms; /* that the term has */
};

struct leaf_forms {
	struct form_term *terms;
	uint32_t n;
};

/* A form as Xapian has it: with its term, and its class. */
struct form_pair {
	struct slice term, form;
};

struct expansion {
	uint8_t class;
	/* which words: those of the automaton at this cost, or one form */
	struct automaton *automaton; /* borrowed from plan_build; NULL: `form` */
	uint32_t cost_from, cost_to;
	struct slice form;
	/* what is there of them */
	uint32_t opening; /* of the searcher, that the entries are of */
	struct leaf_forms *leaves; /* one a leaf of the searcher; of the lent one by expansion_lend() */
	struct form_pair *pairs;   /* what may be lent, by term and form */
	uint32_t n_pairs;
	uint32_t n_words, n_found; /* different words; before the limit */
	uint64_t df;		   /* summed over terms: no less than the documents */
};

/* How words are looked for: by the automaton among words that begin or end with certain letters, if all do. */
struct expansion_source {
	struct automaton *automaton;
	struct slice prefix;	/* len 0: not known */
	struct slice suffixes[4]; /* as good as each other: spellings of one ending; n_suffixes 0: not known */
	uint32_t n_suffixes;
	bool any_head; /* nothing can be said of how words begin */
};

/* Words of one class, those of each cost in an expansion of its own: out[cost / step], n_out of them, the last for all higher ones. */
enum fund_status expansion_find(struct searcher *s, struct arena *arena, uint8_t class, const struct expansion_source *source, uint32_t step,
				struct expansion *out, uint32_t n_out);
/* One form of one term (with its class). */
enum fund_status expansion_of_form(struct searcher *s, struct arena *arena, struct slice term, struct slice form, struct expansion *out);

/* Its words in what the lent leaf holds now; they live in the arena. */
enum fund_status expansion_lend(const struct expansion *x, const struct leaf *leaf, struct arena *arena);

/* Its entry in this leaf; looked up again when the searcher was opened anew since. */
enum fund_status expansion_entry(const struct expansion *x, const struct leaf *leaf, const struct form_term *t, struct term_entry *out);
static inline bool form_is_wanted(const uint64_t *wanted, uint32_t ordinal) { return !wanted || (wanted[ordinal / 64] >> ordinal % 64 & 1); }
/* Begins a walk over the forms of a class that leaves out much of what the automaton does not take. */
enum fund_status expansion_scan(struct form_scan *f, const struct chunk_source *s, uint8_t class, struct automaton *a);
/* Is a word as written one of them? */
bool expansion_has(const struct expansion *x, struct slice written);

#endif
