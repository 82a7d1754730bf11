/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_translation.h - a plan that is being put in Xapian's words, for the files that do so: lender_query.c has groups and filters, lender_word.c words, lender_span.c
 * phrases and relations, lender_translation.c what they are put together with.
 *
 * Memory   each query that is made belongs to the translation, until translation_end(); one of NULL finds nothing. Parts are freed by translation_combine(), or by whoever has
 *          them: free(parts.at).
 */
#ifndef QUERY_LENDER_TRANSLATION_H
#define QUERY_LENDER_TRANSLATION_H

#include "query/lender_private.h"

struct translation {
	struct lender *l;
	struct xapian_query **made; /* all that are to be freed */
	size_t n_made, cap_made;
	bool exact;
	double spare;
};

/* What is being combined: NULLs are left out. */
struct parts {
	struct xapian_query **at;
	size_t n, cap;
};

enum fund_status parts_add(struct parts *p, struct xapian_query *q);

/* Of a query that was made just now, unless that failed. */
enum fund_status translation_keep(struct translation *t, enum fund_status st, struct xapian_query *q);
/* NULL of no parts. Ends the parts. */
enum fund_status translation_combine(struct translation *t, enum xapian_op op, struct parts *p, uint32_t window, struct xapian_query **out);
/* NULL: the left is nothing. */
enum fund_status translation_pair(struct translation *t, enum xapian_op op, struct xapian_query *a, struct xapian_query *b, struct xapian_query **out);
/* Frees all that were made, but that one. */
void translation_end(struct translation *t, const struct xapian_query *but);

/* A term, so that its weight is scale * f / (f + K); NULL: no document has it. */
enum fund_status translate_scaled(struct translation *t, struct slice term, double scale, struct xapian_query **out);
/* Whether it is there; the same in the title. */
enum fund_status translate_unscaled(struct translation *t, struct slice term, struct xapian_query **out);
enum fund_status translate_in_title(struct translation *t, struct slice term, struct xapian_query **out);
/* All forms of an expansion, unweighed. */
enum fund_status translate_any_form(struct translation *t, const struct expansion *x, bool in_title, struct parts *any);
/* Their weights: an occurrence in the lead or the title counts as several, and its form stands among those of the title, too. */
enum fund_status translate_weighed_forms(struct translation *t, const struct expansion *x, double scale, bool with_fields, struct parts *any);

/* Of these kinds of plans. */
enum fund_status translate_term(struct translation *t, const struct plan *p, struct xapian_query **out);
enum fund_status translate_word(struct translation *t, const struct plan *p, struct xapian_query **out);
enum fund_status translate_forms(struct translation *t, const struct plan *p, struct xapian_query **out);
enum fund_status translate_phrase(struct translation *t, const struct plan *p, struct xapian_query **out);
enum fund_status translate_span(struct translation *t, const struct plan *p, struct xapian_query **out);

#endif
