/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finder.h - where in a text a plan matches: what snippets mark, what concordances list.
 *
 * Shape    Works on the stored text through analyse.h, by the same terms, forms and relations (span.h) as the search: what matched in the index matches
 *          here. The plan falls into units: a word in one of its kinds, a wildcard, a phrase, a NEAR. An occurrence is a place where a unit
 *          stands: one word, or all from the first to the last of a phrase. Marks are the words of all occurrences.
 * Units    pos: of the text, ascending, as analyse_text() counts if all of it is wanted; off, len: bytes of the text.
 * Parts    of compounds are those that the index has (word_parts_has()), not what looks like one.
 * Owned    by the finder: what is found stays until its next call. The plan and the searcher are borrowed; that is open whenever a text is looked at,
 *          and on the same state as the plan was made for.
 */
#ifndef QUERY_FINDER_H
#define QUERY_FINDER_H

#include "query/plan.h"

struct occurrence {
	uint32_t first, last; /* pos of its first and last word */
	uint32_t off, len;    /* from the first word's first byte to behind the last word */
	uint32_t unit;
};

/* A word to be marked. */
struct found_mark {
	uint32_t pos;
	uint32_t off, len;
	uint32_t unit; /* the weightiest that it is in */
};

struct found {
	const struct occurrence *occurrences; /* ascending by first, then last; the same place once, for its weightiest unit */
	uint32_t n_occurrences;
	const struct found_mark *marks; /* ascending, one a word */
	uint32_t n_marks;
};

struct finder;
enum fund_status finder_new(struct finder **out, struct searcher *searcher, const struct plan *plan);
void finder_free(struct finder *f); /* NULL is allowed */
uint32_t finder_n_units(const struct finder *f);
double finder_weight(const struct finder *f, uint32_t unit); /* how rare: the larger, the more it says */

#define FINDER_ALL UINT32_MAX
/* The text of one field: FIELD_TITLE for the title, FIELD_ANY for lead and body; the words of others are only found in theirs. `also` hears the tokens
 * that stand within `margin` words of an occurrence, perhaps others, whose positions are no less apart than they are; FINDER_ALL: all of them
 * and all boundaries, as from analyse_text(), but that words which match nothing may come without terms, unless they matter to it; NULL: nobody. Bad input is any
 * bytes; texts over 4 GiB are FUND_LIMIT. */
enum fund_status finder_find(struct finder *f, struct slice text, enum field field, uint32_t margin, const struct token_sink *also, struct found *out);

#endif
