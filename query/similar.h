/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * similar.h - articles like a given one: a query of the words that set it apart.
 *
 * Words are weighed by how often they stand in it (title twice, saturating) and by their rarity; the SIMILAR_TERMS weightiest, that
 * another article has too, are asked for. Equal weights go by the term's bytes, so the query is always the same.
 */
#ifndef QUERY_SIMILAR_H
#define QUERY_SIMILAR_H

#include "query/plan.h"

#define SIMILAR_TERMS 40u

enum fund_status similar_plan(struct plan_build *b, const struct stored_article *article, struct plan **out);

#endif
