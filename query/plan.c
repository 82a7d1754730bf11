/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/plan.h"

/* The word itself counts fully; a compound part of the same form less, another spelling least. Measured in docs/RELEVANCE.md. */
static const double kind_weight[TERM_KINDS] = { 1.0, 0.8, 0.7 };
static const char kind_class[TERM_KINDS] = { 'w', 'p', 'v' };
static const char field_class[FIELDS] = { 'w', 'w', 'a', 's', 'q' };

static struct plan *node_new(struct plan_build *b, enum plan_kind kind)
{
	struct plan *p = arena_alloc(b->arena, sizeof *p);
	if (p)
		*p = (struct plan){ .kind = kind, .role = ROLE_SHOULD };
	return p;
}

static enum fund_status node(struct plan_build *b, enum plan_kind kind, struct plan **out)
{
	*out = node_new(b, kind);
	return *out ? FUND_OK : FUND_NO_MEMORY;
}

static enum fund_status add_child(struct plan_build *b, struct plan *parent, struct plan *child)
{
	uint32_t n = parent->n_children;
	if ((n & (n - 1)) == 0) { /* room doubles at powers of two */
		struct plan **grown = arena_alloc(b->arena, (n ? 2 * (size_t)n : 1) * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		if (n)
			memcpy(grown, parent->children, n * sizeof *grown);
		parent->children = grown;
	}
	parent->children[parent->n_children++] = child;
	return FUND_OK;
}

/* ---- terms ---- */

static enum fund_status with_class(struct plan_build *b, char class, struct slice bytes, struct slice *out)
{
	uint8_t *p = arena_alloc(b->arena, bytes.len + 1);
	if (!p)
		return FUND_NO_MEMORY;
	p[0] = (uint8_t)class;
	memcpy(p + 1, bytes.data, bytes.len);
	*out = slice_of(p, bytes.len + 1);
	return FUND_OK;
}

static enum fund_status add_mark(struct plan_build *b, struct slice term, double idf)
{
	for (uint32_t i = 0; i < b->n_marks; i++)
		if (slice_equal(b->marks[i].term, term))
			return FUND_OK;
	if (b->n_marks == b->cap_marks) {
		uint32_t cap = b->cap_marks ? 2 * b->cap_marks : 16;
		struct plan_mark *grown = arena_alloc(b->arena, cap * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		if (b->n_marks)
			memcpy(grown, b->marks, b->n_marks * sizeof *grown);
		b->marks = grown;
		b->cap_marks = cap;
	}
	b->marks[b->n_marks++] = (struct plan_mark){ term, idf };
	return FUND_OK;
}

/* A term that no segment has leaves *out NULL. */
static enum fund_status plan_term(struct plan_build *b, struct slice bytes, enum term_kind kind, enum field field, double weight,
				  struct plan **out)
{
	char class = field_class[field] == 'w' ? kind_class[kind] : field_class[field];
	struct slice term;
	struct term_places places;
	*out = NULL;
	enum fund_status st = with_class(b, class, bytes, &term);
	if (st == FUND_OK)
		st = searcher_locate(b->searcher, term, b->arena, &places);
	if (st != FUND_OK || places.df == 0)
		return st;
	double idf = bm25_idf(b->searcher->n_docs, places.df);
	st = node(b, PLAN_TERM, out);
	if (st != FUND_OK)
		return st;
	(*out)->term = (struct plan_term){ places, field, kind, weight, weight * idf * SCORE_UNIT };
	return add_mark(b, term, weight * idf);
}

/* ---- phrases ---- */

struct phrase_build {
	struct plan_build *b;
	enum field field;
	struct phrase_term *terms;
	uint32_t n, cap;
	uint32_t first; /* position of the first term */
	bool missing;	/* a term that no segment has: the phrase cannot match */
	double idf;
};

static enum fund_status phrase_add(struct phrase_build *p, struct slice bytes, uint32_t pos)
{
	struct plan_build *b = p->b;
	struct slice term;
	struct term_places places;
	enum fund_status st = with_class(b, field_class[p->field], bytes, &term);
	if (st == FUND_OK)
		st = searcher_locate(b->searcher, term, b->arena, &places);
	if (st != FUND_OK)
		return st;
	p->missing |= places.df == 0;
	if (p->n == p->cap) {
		uint32_t cap = p->cap ? 2 * p->cap : 8;
		struct phrase_term *grown = arena_alloc(b->arena, cap * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		if (p->n)
			memcpy(grown, p->terms, p->n * sizeof *grown);
		p->terms = grown;
		p->cap = cap;
	}
	if (p->n == 0)
		p->first = pos;
	p->terms[p->n++] = (struct phrase_term){ places, pos - p->first };
	double idf = places.df ? bm25_idf(b->searcher->n_docs, places.df) : 0;
	p->idf += idf;
	return places.df ? add_mark(b, term, idf) : FUND_OK;
}

/* One term a position: the pieces of a word that has several, else the word. Parts and variants have no place in a phrase. */
static enum fund_status phrase_token(void *context, const struct token *t)
{
	struct phrase_build *p = context;
	const struct word *w = t->word;
	const struct analyser *a = p->b->searcher->analyser;
	uint32_t want = 0;
	for (uint32_t i = w->n_positions > 1 ? 1 : 0; i < w->n_refs && want < w->n_positions; i++) {
		const struct term *term = analyser_term(a, w->refs[i].term);
		if (term->kind != TERM_WORD || w->refs[i].shift != want)
			continue;
		enum fund_status st = phrase_add(p, term->bytes, t->pos + want++);
		if (st != FUND_OK)
			return st;
	}
	return FUND_OK;
}

static enum fund_status plan_phrase(struct plan_build *b, struct slice text, enum field field, struct plan **out)
{
	struct phrase_build p = { .b = b, .field = field };
	struct token_sink sink = { &p, phrase_token, NULL, NULL };
	uint32_t pos = 0;
	*out = NULL;
	enum fund_status st = analyse_text(b->searcher->analyser, text, &pos, &sink);
	if (st != FUND_OK || p.n == 0 || p.missing)
		return st;
	if (p.n == 1) {
		struct slice bytes = slice_of(p.terms[0].places.term.data + 1, p.terms[0].places.term.len - 1);
		return plan_term(b, bytes, TERM_WORD, field, 1.0, out);
	}
	st = node(b, PLAN_PHRASE, out);
	if (st != FUND_OK)
		return st;
	(*out)->phrase = p.terms;
	(*out)->n_phrase = p.n;
	(*out)->field = field;
	(*out)->scale = p.idf * SCORE_UNIT;
	(*out)->text = text;
	return FUND_OK;
}

/* ---- words ---- */

/* All kinds of one term: the word, compounds that have it as a part, other spellings. */
static enum fund_status plan_kinds(struct plan_build *b, struct slice bytes, enum field field, double weight, struct plan *parent)
{
	enum term_kind last = field_class[field] == 'w' && field != FIELD_TITLE ? TERM_VARIANT : TERM_WORD;
	for (enum term_kind kind = TERM_WORD; kind <= last; kind++) {
		struct plan *p;
		enum fund_status st = plan_term(b, bytes, kind, field, weight * kind_weight[kind], &p);
		if (st == FUND_OK && p)
			st = add_child(b, parent, p);
		if (st != FUND_OK)
			return st;
	}
	return FUND_OK;
}

static struct plan *simplest(struct plan_build *b, struct plan *p)
{
	if (p->n_children == 1)
		return p->children[0];
	if (p->n_children == 0)
		return node_new(b, PLAN_NONE);
	return p;
}

/* Spellings of one word are as rare as all of them together: else a spelling that hardly anybody uses would count more than the usual one. */
static void share_rarity(struct plan_build *b, struct plan *word)
{
	uint64_t df = 0;
	for (uint32_t i = 0; i < word->n_children; i++)
		if (word->children[i]->term.kind != TERM_PART)
			df += word->children[i]->term.places.df;
	double idf = bm25_idf(b->searcher->n_docs, df < b->searcher->n_docs ? df : b->searcher->n_docs);
	for (uint32_t i = 0; i < word->n_children; i++) {
		struct plan_term *t = &word->children[i]->term;
		if (t->kind != TERM_PART)
			t->scale = t->weight * idf * SCORE_UNIT;
	}
}

/* One word as the analyser sees it: its own term in all kinds, and the variants the analyser names. */
static enum fund_status plan_one_word(struct plan_build *b, const struct word *w, enum field field, struct plan **out)
{
	enum fund_status st = node(b, PLAN_BOOL, out);
	for (uint32_t i = 0; st == FUND_OK && i < w->n_refs; i++) {
		const struct term *t = analyser_term(b->searcher->analyser, w->refs[i].term);
		if (i == 0)
			st = plan_kinds(b, t->bytes, field, 1.0, *out);
		else if (t->kind == TERM_VARIANT && field_class[field] == 'w')
			st = plan_kinds(b, t->bytes, field, kind_weight[TERM_VARIANT], *out);
	}
	if (st == FUND_OK) {
		share_rarity(b, *out);
		*out = simplest(b, *out);
	}
	return *out ? st : FUND_NO_MEMORY;
}

/* A word of several pieces (US-Militärstützpunkt) is there when it stands in one piece or its pieces stand side by side. */
static enum fund_status plan_pieces(struct plan_build *b, const struct token *t, struct slice text, enum field field, struct plan **out)
{
	struct plan *whole, *pieces;
	enum fund_status st = node(b, PLAN_BEST, out);
	if (st == FUND_OK)
		st = plan_one_word(b, t->word, field, &whole);
	if (st == FUND_OK && whole->kind != PLAN_NONE)
		st = add_child(b, *out, whole);
	if (st == FUND_OK)
		st = plan_phrase(b, slice_of(text.data + t->off, t->len), field, &pieces);
	if (st == FUND_OK && pieces)
		st = add_child(b, *out, pieces);
	if (st == FUND_OK)
		*out = simplest(b, *out);
	return *out ? st : FUND_NO_MEMORY;
}

struct words_build {
	struct plan_build *b;
	const struct ast *ast;
	struct plan *group; /* one child a word */
	uint32_t n_stop;
};

static enum fund_status words_token(void *context, const struct token *t)
{
	struct words_build *wb = context;
	struct plan *p;
	if (t->word->n_refs == 0)
		return FUND_OK;
	enum fund_status st = t->word->n_positions > 1 ? plan_pieces(wb->b, t, wb->ast->text, wb->ast->field, &p)
						       : plan_one_word(wb->b, t->word, wb->ast->field, &p);
	if (st != FUND_OK)
		return st;
	const struct term *term = analyser_term(wb->b->searcher->analyser, t->word->refs[0].term);
	if (t->word->n_positions == 1 && analyse_is_stop_word(wb->b->searcher->analyser, term->bytes)) {
		p->role = ROLE_OPTIONAL;
		wb->n_stop++;
	} else {
		p->role = ROLE_MUST;
	}
	return add_child(wb->b, wb->group, p);
}

/* What was typed without a blank: mostly one word, several for "C/D" or "und/oder": then all of them. NULL: nothing but punctuation. */
static enum fund_status plan_word(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	struct words_build wb = { .b = b, .ast = ast };
	struct token_sink sink = { &wb, words_token, NULL, NULL };
	uint32_t pos = 0;
	*out = NULL;
	enum fund_status st = node(b, PLAN_BOOL, &wb.group);
	if (st == FUND_OK)
		st = analyse_text(b->searcher->analyser, ast->text, &pos, &sink);
	if (st != FUND_OK || wb.group->n_children == 0)
		return st;
	if (wb.group->n_children == 1) {
		*out = wb.group->children[0];
		return FUND_OK;
	}
	for (uint32_t i = 0; i < wb.group->n_children; i++)
		wb.group->children[i]->role = ROLE_MUST;
	wb.group->role = ROLE_MUST;
	*out = wb.group;
	return FUND_OK;
}

/* ---- groups ---- */

static enum fund_status plan_node(struct plan_build *b, const struct ast *ast, struct plan **out);

static enum plan_role role_of(const struct ast *ast, const struct plan *p)
{
	if (ast->sign == SIGN_MUST_NOT)
		return ROLE_MUST_NOT;
	if (ast->kind == AST_DATE)
		return ROLE_FILTER;
	if (ast->kind == AST_WORD && p->role == ROLE_OPTIONAL)
		return ROLE_OPTIONAL;
	return ast->sign == SIGN_MUST ? ROLE_MUST : ROLE_SHOULD;
}

/* Stop words say nothing where other words do: they go, unless they are all that was asked for. */
static void settle_stop_words(struct plan *group)
{
	bool others = false;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < group->n_children; i++) {
		enum plan_role r = group->children[i]->role;
		others |= r == ROLE_MUST || r == ROLE_SHOULD;
	}
	for (uint32_t i = 0; i < group->n_children; i++) {
		struct plan *c = group->children[i];
		if (c->role == ROLE_OPTIONAL && others)
			continue;
		if (c->role == ROLE_OPTIONAL)
			c->role = ROLE_SHOULD;
		group->children[kept++] = c;
	}
	group->n_children = kept;
}

static enum fund_status plan_group(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	struct plan *group;
	*out = NULL;
	enum fund_status st = node(b, PLAN_BOOL, &group);
	for (const struct ast *c = ast->children; c && st == FUND_OK; c = c->next) {
		struct plan *p;
		st = plan_node(b, c, &p);
		if (st != FUND_OK || !p)
			continue; /* punctuation alone asks for nothing */
		p->role = role_of(c, p);
		st = add_child(b, group, p);
	}
	if (st != FUND_OK || group->n_children == 0)
		return st;
	settle_stop_words(group);
	struct plan *only = group->children[0];
	*out = group->n_children == 1 && (only->role == ROLE_SHOULD || only->role == ROLE_MUST) ? only : group;
	return FUND_OK;
}

static enum fund_status plan_node(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	enum fund_status st = FUND_OK;
	*out = NULL;
	switch (ast->kind) {
	case AST_GROUP:
		return plan_group(b, ast, out);
	case AST_WORD:
		return plan_word(b, ast, out);
	case AST_PHRASE:
		st = plan_phrase(b, ast->text, ast->field, out);
		return st == FUND_OK && !*out ? node(b, PLAN_NONE, out) : st;
	case AST_DATE:
		st = node(b, PLAN_DATE, out);
		if (st == FUND_OK) {
			(*out)->from = ast->from;
			(*out)->to = ast->to;
		}
		return st;
	}
	return st;
}

/* --from and --to filter whatever the query finds. */
static enum fund_status with_dates(struct plan_build *b, struct plan **plan)
{
	struct plan *group, *date;
	if (b->from <= 1 && b->to == UINT32_MAX)
		return FUND_OK;
	enum fund_status st = node(b, PLAN_BOOL, &group);
	if (st == FUND_OK)
		st = node(b, PLAN_DATE, &date);
	if (st != FUND_OK)
		return st;
	date->role = ROLE_FILTER;
	date->from = b->from;
	date->to = b->to;
	(*plan)->role = ROLE_MUST;
	st = add_child(b, group, *plan);
	if (st == FUND_OK)
		st = add_child(b, group, date);
	*plan = group;
	return st;
}

enum fund_status plan_build(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	struct plan *plan = NULL;
	b->marks = NULL;
	b->n_marks = b->cap_marks = 0;
	enum fund_status st = ast ? plan_node(b, ast, &plan) : FUND_OK;
	if (st == FUND_OK && !plan)
		st = node(b, PLAN_NONE, &plan);
	if (st == FUND_OK)
		st = with_dates(b, &plan);
	*out = plan;
	return st;
}
