/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_word.c - the terms of a single word: which kinds, at which weight, how rare. */
#include "query/plan_private.h"

/* A compound that more than one of so many articles has, and these few, is not looked for by its parts. */
#define COMPOUND_COMMON 64u
#define COMPOUND_RARE 2u

static const char kind_class[TERM_KINDS] = { 'w', 'x', 'v' };

char plan_field_class(enum field field)
{
	static const char classes[FIELDS] = { 'w', 'w', 'a', 's', 'q' };
	return classes[field];
}

static uint32_t hundredths(double weight) { return (uint32_t)(FREQ_UNIT * weight + 0.5); }

static uint32_t kind_weight(const struct plan_build *b, enum term_kind kind)
{
	const struct ranking *r = &b->searcher->ranking;
	const double weights[TERM_KINDS] = { 1.0, r->part, r->variant };
	return hundredths(weights[kind]);
}

/* ---- one term ---- */

/* A term that no segment has leaves *out NULL. */
static enum fund_status find_term(struct plan_build *b, struct slice bytes, enum term_kind kind, enum field field, uint32_t weight, struct plan **out)
{
	char class = plan_field_class(field) == 'w' ? kind_class[kind] : plan_field_class(field);
	struct slice term;
	struct term_places places;
	*out = NULL;
	if (weight == 0) /* tried out by bench/rank */
		return FUND_OK;
	enum fund_status st = plan_with_class(b, class, bytes, &term);
	if (st == FUND_OK)
		st = searcher_locate(b->searcher, term, b->arena, &places);
	if (st != FUND_OK || places.df == 0)
		return st;
	st = plan_node_new(b, PLAN_TERM, out);
	if (st == FUND_OK)
		(*out)->term = (struct plan_term){ places, field, kind, weight };
	return st;
}

enum fund_status plan_term(struct plan_build *b, struct slice bytes, enum term_kind kind, enum field field, struct plan **out)
{
	enum fund_status st = find_term(b, bytes, kind, field, FREQ_UNIT, out);
	if (st != FUND_OK || !*out)
		return st;
	(*out)->scale = bm25_idf(b->searcher->n_docs, (*out)->term.places.df) * SCORE_UNIT;
	return FUND_OK;
}

/* ---- one word ---- */

/* All kinds of one term: the word, compounds that have it (as `part`, unless that is empty), other spellings. */
static enum fund_status add_kinds(struct plan_build *b, struct slice bytes, struct slice part, enum field field, uint32_t weight, struct plan *word)
{
	enum term_kind last = plan_field_class(field) == 'w' && field != FIELD_TITLE ? TERM_VARIANT : TERM_WORD;
	for (enum term_kind kind = TERM_WORD; kind <= last; kind++) {
		struct plan *p;
		if (kind == TERM_PART && part.len == 0)
			continue;
		enum fund_status st = find_term(b, kind == TERM_PART ? part : bytes, kind, field, weight * kind_weight(b, kind) / FREQ_UNIT, &p);
		if (st == FUND_OK && p)
			st = plan_add_child(b, word, p);
		if (st != FUND_OK)
			return st;
	}
	return FUND_OK;
}

/* Articles that have the most frequent of a word's kinds. */
static uint64_t most_df(const struct plan *word)
{
	uint64_t df = word->kind == PLAN_TERM ? word->term.places.df : 0;
	for (uint32_t i = 0; i < word->n_children; i++)
		df = word->children[i]->term.places.df > df ? word->children[i]->term.places.df : df;
	return df;
}

/* Kinds of one word are as rare as the most frequent of them: else a spelling that hardly anybody uses would count more than the usual one. Their
 * documents overlap, so that the sum would make frequent parts worthless. */
static void set_scales(struct plan_build *b, struct plan *word, double weight)
{
	word->scale = weight * bm25_idf(b->searcher->n_docs, most_df(word)) * SCORE_UNIT;
	for (uint32_t i = 0; i < word->n_children; i++)
		word->children[i]->scale = word->scale;
}

/* A term that counts fully is that term; in the title there are none but those. */
static struct plan *settle(struct plan_build *b, struct plan *word, enum field field)
{
	if (field == FIELD_TITLE)
		word->kind = PLAN_BEST;
	if (word->n_children == 1 && word->children[0]->term.weight != FREQ_UNIT && word->kind == PLAN_WORD)
		return word;
	return plan_simplest(b, word);
}

static enum fund_status finish_word(struct plan_build *b, enum field field, struct plan **word)
{
	set_scales(b, *word, 1.0);
	*word = settle(b, *word, field);
	return *word ? FUND_OK : FUND_NO_MEMORY;
}

/* ---- the parts of a compound ---- */

uint64_t plan_word_df(const struct plan *word)
{
	uint64_t df = word->kind == PLAN_TERM ? word->term.places.df : 0;
	for (uint32_t i = 0; i < word->n_children; i++)
		df += word->children[i]->term.places.df;
	return df;
}

static enum fund_status add_hint(struct plan_build *b, struct slice part, double weight)
{
	struct plan *hint;
	enum fund_status st = b->hints ? FUND_OK : plan_node_new(b, PLAN_BOOL, &b->hints);
	if (st == FUND_OK)
		st = plan_node_new(b, PLAN_WORD, &hint);
	if (st == FUND_OK)
		st = add_kinds(b, part, part, FIELD_ANY, FREQ_UNIT, hint);
	if (st == FUND_OK)
		set_scales(b, hint, weight);
	if (st != FUND_OK || hint->n_children == 0 || plan_word_df(hint) > b->searcher->n_docs / 2)
		return st; /* what more than half of the articles have says nothing */
	hint->role = ROLE_HINT;
	return plan_add_child(b, b->hints, hint);
}

/* Its parts say something where other words of the query do, too: never that an article matches. Whatever has the compound anyway is not asked for them. */
static enum fund_status add_own_parts(struct plan_build *b, const struct word_parts *w)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < w->n && st == FUND_OK; i++)
		if (w->parts[i].level == 0)
			st = add_hint(b, w->parts[i].term, b->searcher->ranking.own_part);
	return st;
}

/* ---- numbers ---- */

/* Is it a word of digits only, `least` to 3 of them? */
static bool is_group(const struct ast *a, size_t least)
{
	if (!a || a->kind != AST_WORD || a->field != FIELD_ANY || a->sign == SIGN_MUST_NOT || a->text.len < least || a->text.len > 3)
		return false;
	for (size_t i = 0; i < a->text.len; i++)
		if (a->text.data[i] < '0' || a->text.data[i] > '9')
			return false;
	return true;
}

enum fund_status plan_grouped_number(struct plan_build *b, const struct ast *before, const struct ast *word)
{
	size_t n = 0;
	uint8_t *digits;
	const struct ast *end = word;
	for (size_t least = 1; is_group(end, least); least = 3, end = end->next)
		n += end->text.len;
	if (end == word || end == word->next || (is_group(before, 1) && is_group(word, 3)))
		return FUND_OK;
	digits = arena_alloc(b->arena, n);
	if (!digits)
		return FUND_NO_MEMORY;
	n = 0;
	for (; word != end; n += word->text.len, word = word->next)
		memcpy(digits + n, word->text.data, word->text.len);
	return add_hint(b, slice_of(digits, n), 1.0);
}

/* The word as a part of compounds: itself, unless it has other spellings. */
static enum fund_status as_part(struct plan_build *b, const struct word *w, struct buf *part)
{
	struct buf folded = BUF_INIT;
	if (w->n_refs == 1)
		return buf_add_slice(part, analyser_term(b->searcher->analyser, w->refs[0].term)->bytes);
	enum fund_status st = analyse_fold(b->searcher->analyser, w->surface, &folded);
	if (st == FUND_OK)
		st = analyse_part(b->searcher->analyser, slice_buf(&folded), part);
	buf_release(&folded);
	return st;
}

enum fund_status plan_word_terms(struct plan_build *b, const struct word *w, enum field field, struct plan **out)
{
	struct buf own = BUF_INIT;
	enum fund_status st = plan_node_new(b, PLAN_WORD, out);
	if (st == FUND_OK)
		st = as_part(b, w, &own);
	struct slice part = slice_buf(&own), none = { NULL, 0 };
	for (uint32_t i = 0; st == FUND_OK && i < w->n_refs; i++) {
		const struct term *t = analyser_term(b->searcher->analyser, w->refs[i].term);
		if (i == 0)
			st = add_kinds(b, t->bytes, part, field, FREQ_UNIT, *out);
		else if (t->kind == TERM_VARIANT && plan_field_class(field) == 'w')
			st = add_kinds(b, t->bytes, slice_equal(t->bytes, part) ? none : t->bytes, field, kind_weight(b, TERM_VARIANT), *out);
	}
	buf_release(&own);
	if (st == FUND_OK)
		st = finish_word(b, field, out);
	b->unknown |= st == FUND_OK && (*out)->kind == PLAN_NONE;
	return st;
}

/* In so many articles that its parts would hardly bring others. */
static bool is_common(const struct plan_build *b, const struct plan *word)
{
	return most_df(word) > b->searcher->n_docs / COMPOUND_COMMON + COMPOUND_RARE;
}

enum fund_status plan_plain_word(struct plan_build *b, const struct word *w, enum field field, struct plan **out)
{
	struct word_parts parts;
	enum fund_status st = plan_word_terms(b, w, field, out);
	if (st != FUND_OK || w->n_positions > 1 || field != FIELD_ANY)
		return st;
	bool hints = !b->has_it && b->searcher->ranking.own_part > 0 && !is_common(b, *out), apart = plan_is_rare(*out) && b->searcher->ranking.variant > 0;
	if (!hints && !apart)
		return FUND_OK;
	st = word_parts_find(b->searcher, w->surface, b->arena, &parts);
	if (st == FUND_OK && hints)
		st = add_own_parts(b, &parts);
	return st == FUND_OK && apart && parts.n > 1 ? plan_written_apart(b, w->surface, &parts, out) : st;
}
