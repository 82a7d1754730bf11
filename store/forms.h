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

/* ---- many forms ---- */

/*
 * A walk over the forms of one class: all, or those that begin or end with given bytes, or those whose beginnings a caller wants. In the
 * order of their terms, and of a term by ordinal; a word that belongs to several terms comes once for each. Nothing is read that is
 * not near a match but by form_scan_all(). Starts as {0}.
 */
struct form_scan {
	struct form form;	   /* the current one: until the next call */
	struct term_entry term;	   /* whose form it is: with its class byte; until the next call */
	uint32_t n_forms;	   /* that the term has */
	/* private */
	struct form_scan_state *state;
};
/* An empty prefix or suffix is all. */
enum fund_status form_scan_all(struct form_scan *f, const struct chunk_source *s, uint8_t class);
enum fund_status form_scan_prefix(struct form_scan *f, const struct chunk_source *s, uint8_t class, struct slice prefix);
enum fund_status form_scan_suffix(struct form_scan *f, const struct chunk_source *s, uint8_t class, struct slice suffix);
/* Those whose first bytes (up to FORM_HEAD of them; of a shorter word all) are not in vain: for automata. Then still to be matched. `vain`: so many of these bytes
 * begin no word that is looked for; 0: one may begin so. */
#define FORM_HEAD 5u
enum fund_status form_scan_heads(struct form_scan *f, const struct chunk_source *s, uint8_t class, size_t (*vain)(void *context, struct slice head), void *context);
/*
 * Those whose first and last bytes (up to FORM_HEAD; of a shorter word all) cost no more than `most`: for words that are like a word. What costs `any` or more is not
 * told apart: any word may be so.
 */
struct form_ends {
	void *head, *tail; /* contexts of `cost` */
	/*
	 * `letters`: the bytes from the outer one inwards, which is the highest of FORM_HEAD; 0 behind all of a shorter word. Above most: cannot be. If the cost is
	 * above `most` or not below `any`: -> all ends between this one and that number are in vain (none is as high as 256^FORM_HEAD). 0: it does not know.
	 */
	uint64_t (*cost)(void *context, uint64_t letters, uint32_t *cost);
	void (*tell)(void *context, uint32_t any); /* from now on what costs this or more need not be told apart; before the first end */
	uint32_t most, any;
	bool adds; /* both ends together cost no more than `most`; else each by itself */
};
enum fund_status form_scan_ends(struct form_scan *f, const struct chunk_source *s, uint8_t class, const struct form_ends *ends);
/* FUND_OK, FUND_END, FUND_CORRUPT, FUND_NO_MEMORY. */
enum fund_status form_scan_next(struct form_scan *f);
/* Words that begin with the first `n` bytes of the current one need not come, until the next call; 0: all come. */
void form_scan_pass_over(struct form_scan *f, size_t n);
/* Nor those of which `vain` says how many of their first bytes begin no word that is looked for, 0: one may begin so; it is asked of what neighbours begin with. Before
 * the first form. */
void form_scan_ask(struct form_scan *f, size_t (*vain)(void *context, struct slice head), void *context);
/* Words that lack these letters need not come. Before the first form. */
void form_scan_want(struct form_scan *f, struct letters_wanted wanted);
void form_scan_release(struct form_scan *f); /* also on {0} */

#endif
