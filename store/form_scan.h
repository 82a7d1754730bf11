/* SPDX-License-Identifier: GPL-2.0-or-later */
/* form_scan.h - the words of a class that are like something, through the maps of beginnings and ends. */
#ifndef STORE_FORM_SCAN_H
#define STORE_FORM_SCAN_H

#include "store/forms.h"

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
	void (*tell)(void *context, uint32_t any); /* from now on what costs this or more (1 to most + 1) need not be told apart, what costs less must be */
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
