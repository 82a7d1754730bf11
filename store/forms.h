/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forms.h - the words as they were written, in one segment.
 *
 * Shape    A term of the classes a, q, s, w has forms, at least one: the words it was made of, in lower case (composed, umlauts kept,
 *          soft hyphens and line ends gone), the most frequent first. A form's place in this row is its ordinal: postings_forms() gives
 *          the ordinal of what stands at each position. A piece of a hyphenated word has the piece as its form. Terms of other classes
 *          have none.
 * Units    df: documents, cf: occurrences; both count dead documents, as the dictionary's do. The cf of a term's forms sum to the term's.
 * Bytes    docs/FORMAT.md, "Forms".
 * Memory   borrowed from the snapshot, or from what is read into, as stated.
 */
#ifndef STORE_FORMS_H
#define STORE_FORMS_H

#include "base/letters.h"
#include "store/dictionary.h"
#include "store/edits.h"

#define FORM_MAX 128u /* bytes; longer ones were cut, as terms are, and end in a hash of the whole */
#define FORM_HEAD 5u /* bytes of beginnings and ends that are told apart */

/* Do terms of this class have forms? */
static inline bool class_has_forms(uint8_t class) { return class == 'w' || class == 'a' || class == 'q' || class == 's'; }

struct form {
	struct slice word; /* without class byte */
	uint32_t ordinal;
	uint32_t df;
	uint64_t cf;
};

/* ---- the forms of one term ---- */

/* Starts as {0}; may be read into again and again. */
struct term_forms {
	uint32_t n;
	struct form *forms; /* by ordinal; until the next read or the release */
	/* private */
	uint32_t cap;
	struct buf words;
};
void term_forms_release(struct term_forms *f); /* also on {0} */
/* All forms of the term; n 0 for a class without. FUND_NOT_FOUND: there is no such term. */
enum fund_status term_forms_read(struct term_forms *f, const struct chunk_source *s, struct slice term);
/* The one that is `word`; NULL: none of them. */
const struct form *term_forms_find(const struct term_forms *f, struct slice word);

/* All terms in order, each with its forms: for merges and --verify. Borrows the snapshot's bytes, owns nothing. */
struct term_walk {
	struct dictionary_iter terms; /* terms.entry: the current one */
	/* private: the forms of a block stand in the order of its terms */
	struct cursor cursor;
	const uint8_t *rules_of; /* the chunk whose rules are listed */
	struct edit_list rules;
	struct slice vain; /* terms all of whose forms begin so have none here; empty: all have */
	bool begins_vain;  /* the current term does */
	bool begins_told; /* nor have those whose first FORM_HEAD bytes are not among these, if all their forms keep them */
	const uint64_t *told, *told_end; /* keys of beginnings (affix_head()), ascending, from the current term's on */
	struct letters_wanted wanted; /* nor have those all of whose forms lack these */
	uint64_t letters[DICTIONARY_TERM_MAX + 1]; /* of the current term's first bytes, but the class */
	size_t n_letters; /* of them; the others were not asked for */
};
/* Before the first term of the block that holds `from` if any does. */
enum fund_status term_walk_begin(struct term_walk *w, const struct chunk_source *s, struct slice from);
/* FUND_OK, FUND_END, FUND_CORRUPT, FUND_NO_MEMORY. */
enum fund_status term_walk_next(struct term_walk *w, struct term_forms *f);
/* Private, for form_scan.c: all terms of the block, which was not begun yet, begin as `vain` does, and have forms: do these? Then it need not be. */
bool term_walk_block_begins_vain(struct term_walk *w);

#endif
