/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_private.h - what the files that build plans share. All nodes live in the build's arena. */
#ifndef QUERY_PLAN_PRIVATE_H
#define QUERY_PLAN_PRIVATE_H

#include "query/plan.h"
#include "query/word_parts.h"

enum fund_status plan_node_new(struct plan_build *b, enum plan_kind kind, struct plan **out);
enum fund_status plan_add_child(struct plan_build *b, struct plan *parent, struct plan *child);
/* The only child of a node, or PLAN_NONE where it has none; NULL: no memory. */
struct plan *plan_simplest(struct plan_build *b, struct plan *p);

/* The term of a class, in the arena. */
enum fund_status plan_with_class(struct plan_build *b, char class, struct slice bytes, struct slice *out);

/* ---- plan_word.c ---- */
/* The class of the words of a field. */
char plan_field_class(enum field field);
/* A term that no segment has leaves *out NULL. */
enum fund_status plan_term(struct plan_build *b, struct slice bytes, enum term_kind kind, enum field field, struct plan **out);
/* The number that this word and those behind it are groups of (8 685) becomes a hint (8685): 8.685 may have stood there. `before`: the clause in front, or NULL. */
enum fund_status plan_grouped_number(struct plan_build *b, const struct ast *before, const struct ast *word);
/* One word as the analyser sees it: its own term in all kinds, and the variants the analyser names. */
enum fund_status plan_word_terms(struct plan_build *b, const struct word *w, enum field field, struct plan **out);
/* The same of a word that is no phrase's; if it is a compound with its parts as hints, and written apart. */
enum fund_status plan_plain_word(struct plan_build *b, const struct word *w, enum field field, struct plan **out);

/* Words side by side, in any inflection. NULL: it cannot be, a word is in no article. */
enum fund_status plan_phrase(struct plan_build *b, struct slice text, enum field field, struct plan **out);

/* ---- plan_apart.c ---- */
/* Few articles have it, so that two words in its place are worth a look. */
bool plan_is_rare(const struct plan *word);
/* The compound `surface` as two words side by side, in its own letters: Jonglier Keulen. They count where *word does, or by themselves; *word is left as it
 * is where no article has them. */
enum fund_status plan_written_apart(struct plan_build *b, struct slice surface, const struct word_parts *parts, struct plan **word);

/* ---- plan_span.c ---- */
/* A set, a NEAR, or a phrase that is more than words in their order. NULL: no word is in it. */
enum fund_status plan_span(struct plan_build *b, const struct ast *ast, struct plan **out);

/* ---- plan_forms.c ---- */
#define FUZZY_COSTS 5u /* no edit, half of one, one … two; those of whole edits without plan_build.ocr */
/* A wildcard, a fuzzy word or an expression by itself. */
enum fund_status plan_forms(struct plan_build *b, const struct ast *ast, struct plan **out);
/* The list of an expansion in one leaf, in the arena. */
enum fund_status plan_join_leaf(struct searcher *s, struct arena *arena, const struct expansion *x, uint32_t leaf, enum field field, struct joined_list *list);
/* The words of an expansion as one. */
enum fund_status plan_form_list(struct plan_build *b, const struct ast *ast, const struct expansion *x, struct plan **out);
/* The words that it stands for, by what their edits cost: out[cost / step], n_out of them, the last for all that are left. */
enum fund_status plan_expand(struct plan_build *b, const struct ast *ast, struct expansion *out, uint32_t n_out);
/* The form in which a word of the query is written, or a piece of it: that of one of its terms. */
enum fund_status plan_expand_form(struct plan_build *b, enum field field, const struct term_ref *ref, struct expansion *out);

#endif
