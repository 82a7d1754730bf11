/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finder_private.h - the finder's inside, for the files that it is made of: finder_units.c has what is looked for, finder_words.c which words of a text that is,
 * finder.c where it stands and what is marked.
 *
 * Shape    A unit is a relation over slots, a slot a place for a word: a term, an expansion, or what a slot of a span takes. A word of the text is known by the
 *          analyser's number: in which slots it stands is worked out once, its run of slots kept in `known`. Slots have their positions in the text at hand.
 * Units    as in finder.h; slot numbers count from 0 over all units.
 * Owned    arrays by the finder, nodes by its arena, up to finder_free(); terms, slots of spans and expansions are the plan's.
 * Errors   FUND_NO_MEMORY; of the index, where it is asked about parts, FUND_CORRUPT. What was begun is released by finder_free().
 */
#ifndef QUERY_FINDER_PRIVATE_H
#define QUERY_FINDER_PRIVATE_H

#include "query/finder.h"
#include "query/stretches.h"

/* A place for a word, as slots of spans are, and its positions in the text at hand. */
struct finder_slot {
	const struct slot *slot;	     /* of a span; NULL: a term or an expansion is all */
	const struct term_places *term;
	const struct expansion *forms;
	enum field field;
	uint32_t *pos;
	uint32_t n;
	size_t cap;
};

struct finder_unit {
	struct span_node *node; /* over the finder's slots */
	double weight;
};

#define FINDER_LETTERS 26u

/* A word of the text that stands in a slot. */
struct found_word {
	uint32_t pos, off, len;
};

struct positions {
	uint32_t *at;
	uint32_t n;
	size_t cap;
};

struct finder {
	struct searcher *searcher;
	struct arena arena; /* nodes and slots */
	struct finder_slot *slots;
	uint32_t n_slots;
	size_t cap_slots;
	struct finder_unit *units;
	uint32_t n_units;
	size_t cap_units;
	uint32_t *slots_of;    /* by word number: 0 not looked at, 1 none, else place in `known` + 2 */
	size_t cap_slots_of;
	struct positions known; /* runs of slot numbers, each behind its length */
	bool may_begin[256];   /* a word that matches begins with such a byte, unless it has pieces */
	uint32_t may_go_on[FINDER_LETTERS][FINDER_LETTERS]; /* behind its first letter and its second one: a bit for each third one */
	uint8_t byte_with[256]; /* enum written_with: what a word with such a byte is written with */
	struct stem_letters letters, part_letters; /* of all words that match; of those with a part */
	uint32_t longest;	    /* words of a unit; UINT32_MAX: they may be anywhere in a text */
	bool anywhere;	       /* a part of compounds is asked for: it may stand anywhere in a word */
	bool has_variants;     /* a word in another spelling is asked for, whose letters may be others */
	bool any_word;	       /* words are asked for by how they are written: all have to be looked at */
	struct arena parts_arena; /* while a word is asked about */
	const struct word *folded_word; /* the one that is */
	struct buf folded;
	/* the analyser's words as written: of each term the last met, of each the one met before; numbers + 1 */
	struct positions last_of_term, written_before;
	uint32_t n_written;
	/* of the text at hand */
	enum field field;
	const struct token_sink *also;
	struct stretches stretches;
	uint32_t from; /* of the one at hand */
	struct found_word *words;
	uint32_t n_words;
	size_t cap_words;
	struct positions sentences, paragraphs;
	struct span_finder spans;
	struct occurrence *occurrences;
	uint32_t n_occurrences;
	size_t cap_occurrences;
	struct found_mark *marks;
	uint32_t n_marks;
	size_t cap_marks;
};

/* What a word is written with. */
enum written_with {
	WITH_UMLAUTS = 1, /* and ß */
	WITH_OTHERS = 2, /* other letters than those and a to z; signs: it may have pieces, which begin otherwise than it does */
};

/* Room for one more behind `n`. */
static inline enum fund_status finder_grow(void *array, size_t *cap, uint32_t n, size_t size)
{
	void **at = array, *grown = array_room(*at, n + (size_t)1, cap, size);
	if (!grown)
		return FUND_NO_MEMORY;
	*at = grown;
	return FUND_OK;
}

static inline enum fund_status finder_add_position(struct positions *p, uint32_t value)
{
	enum fund_status st = finder_grow(&p->at, &p->cap, p->n, sizeof *p->at);
	if (st == FUND_OK)
		p->at[p->n++] = value;
	return st;
}

/* Units of all words that the plan asks for, and how words begin that may be theirs: finder_units.c. */
enum fund_status finder_add_units(struct finder *f, const struct plan *p);

/* May a word that is written so stand in a slot? `context`: the finder. finder_words.c */
bool finder_may_match(void *context, struct slice surface);
/* In which slots one of the word's terms at `shift` stands: appended to `known`. */
enum fund_status finder_look_up(struct finder *f, const struct word *w, uint32_t shift);
/* The run of slots of a word of one position: n of them at known.at + start, until the next call. */
enum fund_status finder_slots_of_word(struct finder *f, const struct word *w, uint32_t *start, uint32_t *n);

#endif
