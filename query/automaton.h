/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * automaton.h - a set of words, as an automaton that reads a word letter by letter: wildcards, regular expressions, words within some edits.
 *
 * Shape    Nodes of a nondeterministic automaton (Thompson), at most AUTOMATON_NODES. What stands behind a beginning of a word is a set of nodes: each such
 *          set that is met becomes a state with a table of what follows it, so that a letter costs one look. States that fill their room are
 *          forgotten, and made anew as they are met: memory is bounded, time is linear in the word for any expression.
 * Letters  words come as the index has their forms: UTF-8 in small letters, composed. Patterns may have any case.
 * Source   Thompson: Regular expression search algorithm (1968); Cox: Regular expression matching can be simple and fast (2007), for states made as met;
 *          Wu, Manber: Fast text searching allowing errors (1992), for words within some edits: a set of nodes is a row of bits there, and a letter costs
 *          a few operations without any table; POSIX.1-2017, 9.4, for the expressions.
 */
#ifndef QUERY_AUTOMATON_H
#define QUERY_AUTOMATON_H

#include "base/arena.h"
#include "base/letters.h"

#define AUTOMATON_NODES 4096u
#define AUTOMATON_EDIT 2u /* what one edit costs; half of it is for letters that are easily taken for each other: near_word.h */

struct automaton;
void automaton_free(struct automaton *a); /* NULL is allowed */

/* `pattern`: letters and stars, each of any letters or none. ä, ö, ü, ß stand for ae, oe, ue, ss, too, and the other way round. FUND_LIMIT, FUND_NO_MEMORY. */
enum fund_status automaton_wildcard(struct automaton **out, struct slice pattern);
/* Words that come about from `word` by at most so many letters put in, left out or replaced. */
enum fund_status automaton_fuzzy(struct automaton **out, struct slice word, uint32_t edits);
/* The same where letters that machines confuse cost half an edit. */
enum fund_status automaton_ocr(struct automaton **out, struct slice word, uint32_t edits);
/* An extended regular expression of POSIX for a whole word. FUND_INVALID: wrong at *off; FUND_LIMIT: too complex. Both have a text in `why`. */
enum fund_status automaton_regex(struct automaton **out, struct slice expression, uint32_t *off, struct fault *why);

/* Is there a word that begins with these bytes? A letter that is cut at the end counts as any. */
bool automaton_may_begin(struct automaton *a, struct slice head);
/* Is it this word? *cost: what its edits cost; 0 for anything but fuzzy words. */
bool automaton_matches(struct automaton *a, struct slice word, uint32_t *cost);
/* The first bytes of what automaton_matches() or automaton_may_begin() said no to last, if no word that begins with them is one; 0: not known. */
uint32_t automaton_vain(const struct automaton *a);
/* The letters that words of it have. */
struct letters_wanted automaton_letters(const struct automaton *a);
/* Out of memory since it was made: answers may have been false no's. */
bool automaton_failed(const struct automaton *a);
/* Of fuzzy words; NULL for all other automata. near_word.h */
struct near_word;
const struct near_word *automaton_near(const struct automaton *a);

/* ---- for automaton_*.c ---- */

enum automaton_kind { NODE_LETTER, NODE_ANY, NODE_SET, NODE_SPLIT, NODE_BEGIN, NODE_END, NODE_ACCEPT };

struct letter_range {
	uint32_t from, to; /* code points, both of them in it */
};

struct automaton_node {
	uint8_t kind;
	bool negated;	     /* sets */
	uint32_t value;	     /* letter; set: its first range; accept: the cost */
	uint32_t n_ranges;
	uint32_t next, other; /* behind it; other: of a split */
};

#define NODE_NONE UINT32_MAX /* no room for it: passed on, the maker gives FUND_LIMIT */

enum fund_status automaton_new(struct automaton **out);
/* One that asks `word`, which it owns from then on, also when it fails. */
enum fund_status automaton_of_near(struct automaton **out, struct near_word *word);
uint32_t automaton_add(struct automaton *a, struct automaton_node node);
struct automaton_node *automaton_node(struct automaton *a, uint32_t number);
enum fund_status automaton_add_range(struct automaton *a, uint32_t from, uint32_t to);
uint32_t automaton_n_ranges(const struct automaton *a);
/* Begins at `start`. FUND_LIMIT when nodes were more than there is room for; then and for other failures it is freed. */
enum fund_status automaton_finish(struct automaton **a, uint32_t start);
uint32_t automaton_lower(uint32_t cp);

#endif
