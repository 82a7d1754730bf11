/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_forms.c - words by how they are written: wildcards, regular expressions, fuzzy words, one form.
 *
 * By themselves they are joined into one list a segment, as if they were one word: its documents, its frequency, its rarity. A fuzzy word has one such
 * list for each number of edits, and a document counts by the best of them.
 */
#include "query/plan_private.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "query/lender.h"
#include "query/lex.h"
#include "store/postings.h"

#define SHORT_WORD 5u /* letters up to which a fuzzy word has one edit */
static const double edit_weight[FUZZY_COSTS] = { 1.0, 0.85, 0.7, 0.6, 0.5 }; /* by AUTOMATON_EDIT halves */

/* ---- patterns ---- */

static enum fund_status keep_automaton(struct plan_build *b, struct automaton *a)
{
	struct automaton **grown = realloc(b->automata, (b->n_automata + (size_t)1) * sizeof *grown);
	if (!grown) {
		automaton_free(a);
		return FUND_NO_MEMORY;
	}
	b->automata = grown;
	b->automata[b->n_automata++] = a;
	return FUND_OK;
}

void plan_build_release(struct plan_build *b)
{
	for (uint32_t i = 0; i < b->n_automata; i++)
		automaton_free(b->automata[i]);
	free(b->automata);
	b->automata = NULL;
	b->n_automata = 0;
}

/* Small letters, without the stars of gender forms, in the arena. */
static enum fund_status clean_pattern(struct plan_build *b, struct slice text, struct slice *out)
{
	struct buf small = BUF_INIT;
	enum fund_status st = FUND_OK;
	for (size_t at = 0, end; at <= text.len && st == FUND_OK; at = end + 1) {
		for (end = at; end < text.len && text.data[end] != '*'; end++)
			;
		if (end > at)
			st = analyse_written(slice_part(text, at, end - at), &small);
		if (st == FUND_OK && end < text.len && !lex_is_gender_star(text, end))
			st = buf_add_byte(&small, '*');
	}
	*out = st == FUND_OK ? arena_slice(b->arena, slice_buf(&small)) : slice_of(NULL, 0);
	buf_release(&small);
	return st == FUND_OK && !out->data ? FUND_NO_MEMORY : st;
}

static const char *const spellings[][2] = { { "ä", "ae" }, { "ö", "oe" }, { "ü", "ue" }, { "ß", "ss" } };

/* Whether anything in it can be written otherwise: where it is, and which spelling stands there. */
static bool find_spelling(struct slice s, size_t from, size_t *at, int *which, int *side)
{
	for (*at = from; *at + 2 <= s.len; ++*at)
		for (*which = 0; *which < 4; ++*which)
			for (*side = 0; *side < 2; ++*side)
				if (memcmp(s.data + *at, spellings[*which][*side], 2) == 0)
					return true;
	return false;
}

/* The ways in which an ending can be written: both of them for what can be written otherwise once; of more, what stands behind the first. */
static enum fund_status spell_ending(struct plan_build *b, struct slice ending, struct expansion_source *source)
{
	size_t at, next;
	int which, side, next_which, next_side;
	while (find_spelling(ending, 0, &at, &which, &side) && find_spelling(ending, at + 1, &next, &next_which, &next_side))
		ending = slice_part(ending, at + 2, ending.len - at - 2);
	source->suffixes[0] = ending;
	source->n_suffixes = 1;
	if (!find_spelling(ending, 0, &at, &which, &side))
		return FUND_OK;
	uint8_t *copy = arena_copy(b->arena, ending.data, ending.len);
	if (!copy)
		return FUND_NO_MEMORY;
	memcpy(copy + at, spellings[which][!side], 2); /* all are two bytes long */
	source->suffixes[source->n_suffixes++] = slice_of(copy, ending.len);
	return FUND_OK;
}

static enum fund_status wildcard_source(struct plan_build *b, struct slice pattern, struct expansion_source *source)
{
	struct slice text;
	size_t at;
	int which, side;
	enum fund_status st = clean_pattern(b, pattern, &text);
	if (st == FUND_OK)
		st = automaton_wildcard(&source->automaton, text);
	if (st == FUND_OK)
		st = keep_automaton(b, source->automaton);
	const uint8_t *first = st == FUND_OK ? memchr(text.data, '*', text.len) : NULL, *last = first ? memrchr(text.data, '*', text.len) : NULL;
	if (!first)
		return st;
	struct slice head = slice_of(text.data, (size_t)(first - text.data)), tail = slice_of(last + 1, (size_t)(text.data + text.len - last) - 1);
	if (find_spelling(head, 0, &at, &which, &side)) /* words begin with what stands before it, however they go on */
		source->prefix = slice_of(head.data, at);
	else
		source->prefix = head;
	if (head.len == 0 && tail.len)
		return spell_ending(b, tail, source);
	source->any_head = head.len == 0;
	return FUND_OK;
}

static enum fund_status fuzzy_source(struct plan_build *b, const struct ast *ast, struct expansion_source *source)
{
	struct slice word;
	uint32_t edits = ast->distance;
	enum fund_status st = clean_pattern(b, ast->text, &word);
	if (st == FUND_OK && edits == 0)
		edits = utf8_length(word) <= SHORT_WORD ? 1 : 2;
	if (st == FUND_OK)
		st = b->ocr ? automaton_ocr(&source->automaton, word, edits) : automaton_fuzzy(&source->automaton, word, edits);
	if (st == FUND_LIMIT) {
		b->error_off = ast->off;
		return fault_set(b->why, FUND_INVALID, "a word with ~ has 63 letters at most");
	}
	return st == FUND_OK ? keep_automaton(b, source->automaton) : st;
}

static enum fund_status regex_source(struct plan_build *b, const struct ast *ast, struct expansion_source *source)
{
	struct buf composed = BUF_INIT;
	uint32_t off = 0;
	enum fund_status st = analyse_pattern(ast->text, &composed);
	if (st == FUND_OK)
		st = automaton_regex(&source->automaton, slice_buf(&composed), &off, b->why);
	buf_release(&composed);
	if (st == FUND_INVALID || st == FUND_LIMIT) {
		b->error_off = ast->off + 1 + (uint32_t)analyse_pattern_place(ast->text, off);
		return FUND_INVALID;
	}
	return st == FUND_OK ? keep_automaton(b, source->automaton) : st;
}

static enum fund_status note_limit(struct plan_build *b, const struct ast *ast, const struct expansion *x)
{
	if (x->n_found <= EXPANSION_MAX)
		return FUND_OK;
	struct plan_limit *limits = arena_one_more(b->arena, b->limits, b->n_limits, sizeof *limits);
	if (!limits)
		return FUND_NO_MEMORY;
	b->limits = limits;
	b->limits[b->n_limits++] = (struct plan_limit){ ast->text, x->n_found, EXPANSION_MAX };
	return FUND_OK;
}

/* What two neighbours of the costs that are told apart differ in. */
static uint32_t cost_step(const struct plan_build *b) { return b->ocr ? 1 : AUTOMATON_EDIT; }

enum fund_status plan_expand(struct plan_build *b, const struct ast *ast, struct expansion *out, uint32_t n_out)
{
	struct expansion_source source = { .n_suffixes = 0 };
	enum fund_status st = ast->kind == AST_WILDCARD ? wildcard_source(b, ast->text, &source) :
			      ast->kind == AST_FUZZY    ? fuzzy_source(b, ast, &source) :
							  regex_source(b, ast, &source);
	if (st == FUND_OK)
		st = expansion_find(b->searcher, b->arena, (uint8_t)plan_field_class(ast->field), &source, cost_step(b), out, n_out);
	return st == FUND_OK ? note_limit(b, ast, &out[0]) : st;
}

/* The word as written that a term of a word of the query was made of. */
enum fund_status plan_expand_form(struct plan_build *b, enum field field, const struct term_ref *ref, struct expansion *out)
{
	const struct analyser *a = b->searcher->analyser;
	struct slice form = { NULL, 0 }, term;
	for (uint32_t i = analyser_n_written(a); i-- > 0 && !form.data;) {
		struct written w = analyser_written(a, i);
		if (w.term == ref->term && w.ordinal == ref->written)
			form = w.bytes;
	}
	if (form.data)
		form = arena_slice(b->arena, form);
	enum fund_status st = form.data ? plan_with_class(b, plan_field_class(field), analyser_term(a, ref->term)->bytes, &term) : FUND_NO_MEMORY;
	return st == FUND_OK ? expansion_of_form(b->searcher, b->arena, term, form, out) : st;
}

/* ---- one list of many ---- */

static void add_posting(struct joined_list *list, uint32_t doc, uint32_t freq)
{
	uint64_t bit = (uint64_t)1 << doc % 64, *bits = &list->bits[doc / 64];
	list->freqs[doc] = *bits & bit ? list->freqs[doc] + freq : freq;
	*bits |= bit;
}

/* Whole blocks: every occurrence counts. */
static enum fund_status join_plain(struct postings *p, uint32_t n_docs, struct joined_list *list)
{
	enum fund_status st = postings_seek(p, 0);
	while (st == FUND_OK && p->doc != DOC_END) {
		const uint32_t *docs, *freqs;
		uint32_t n;
		st = postings_block(p, &docs, &freqs, &n);
		if (st != FUND_OK)
			return st;
		for (uint32_t i = 0; i < n; i++) {
			if (docs[i] >= n_docs)
				return FUND_CORRUPT;
			add_posting(list, docs[i], freqs[i]);
		}
		st = postings_seek(p, docs[n - 1] + 1);
	}
	return st;
}

/* Where the title and the lead end. */
static enum fund_status field_ends(struct leaf *leaf, uint32_t doc, uint32_t *title, uint32_t *lead)
{
	uint64_t fields;
	enum fund_status st = segment_value(leaf->segment, COLUMN_FIELDS, doc, &fields);
	*title = (uint32_t)(fields & 0xFFFF);
	*lead = (uint32_t)(fields >> 16 & 0xFFFF);
	*lead = *lead ? *lead + (*title ? *title + FIELD_GAP : 0) : 0;
	return st;
}

/* The pseudo-frequency of the occurrences in wanted forms, and in the title where it is about that. */
static enum fund_status wanted_freq(struct postings *p, struct leaf *leaf, const uint64_t *wanted, enum field field, uint32_t *freq)
{
	const uint32_t *pos, *forms;
	uint32_t n, n_forms, title = 0, lead = 0;
	bool in_fields = field == FIELD_ANY || field == FIELD_TITLE;
	enum fund_status st = postings_positions(p, &pos, &n);
	if (st == FUND_OK)
		st = postings_forms(p, &forms, &n_forms);
	if (st == FUND_OK && in_fields)
		st = field_ends(leaf, p->doc, &title, &lead);
	*freq = 0;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		if (!form_is_wanted(wanted, forms ? forms[i] : 0) || (field == FIELD_TITLE && pos[i] >= title))
			continue;
		*freq += field == FIELD_TITLE ? 1u : pos[i] < title ? leaf->weights.title : pos[i] < lead ? leaf->weights.lead : 1u;
	}
	return st;
}

static enum fund_status join_wanted(struct postings *p, struct leaf *leaf, const uint64_t *wanted, enum field field, struct joined_list *list)
{
	enum fund_status st = postings_seek(p, 0);
	while (st == FUND_OK && p->doc != DOC_END) {
		uint32_t freq;
		if (p->doc >= leaf->n_docs)
			return FUND_CORRUPT;
		st = wanted_freq(p, leaf, wanted, field, &freq);
		if (st == FUND_OK && freq)
			add_posting(list, p->doc, freq);
		if (st == FUND_OK)
			st = postings_next(p);
	}
	return st;
}

enum fund_status plan_join_leaf(struct searcher *s, struct arena *arena, const struct expansion *x, uint32_t number, enum field field, struct joined_list *list)
{
	struct leaf *leaf = &s->leaves[number];
	const struct leaf_forms *forms = &x->leaves[number];
	enum fund_status st = FUND_OK;
	size_t words = leaf->n_docs / 64 + (size_t)1;
	*list = (struct joined_list){ NULL, NULL };
	if (forms->n == 0)
		return FUND_OK;
	list->bits = arena_alloc(arena, words * sizeof *list->bits);
	list->freqs = arena_alloc(arena, (leaf->n_docs + (size_t)1) * sizeof *list->freqs);
	struct postings *p = arena_alloc(arena, sizeof *p);
	if (!list->bits || !list->freqs || !p)
		return FUND_NO_MEMORY;
	memset(list->bits, 0, words * sizeof *list->bits);
	for (uint32_t i = 0; i < forms->n && st == FUND_OK; i++) {
		const struct form_term *t = &forms->terms[i];
		st = postings_open(p, segment_chunks(leaf->segment), &t->entry, leaf->weights);
		if (st != FUND_OK)
			break;
		st = t->wanted || field == FIELD_TITLE ? join_wanted(p, leaf, t->wanted, field, list) : join_plain(p, leaf->n_docs, list);
		postings_release(p);
	}
	return st;
}

/* The same of what may be lent. */
static enum fund_status count_lent(const struct plan_build *b, struct plan *const *lists, uint32_t n, uint64_t *df)
{
	struct form_pair *pairs;
	uint32_t n_pairs = 0;
	*df = 0;
	if (!b->searcher->lender)
		return FUND_OK;
	for (uint32_t i = 0; i < n; i++)
		n_pairs += lists[i]->forms->n_pairs;
	pairs = arena_alloc(b->arena, (n_pairs + (size_t)1) * sizeof *pairs);
	if (!pairs)
		return FUND_NO_MEMORY;
	n_pairs = 0;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < lists[i]->forms->n_pairs; k++)
			pairs[n_pairs++] = lists[i]->forms->pairs[k];
	return lender_forms_df(b->searcher->lender, lists[0]->forms->class, lists[0]->field == FIELD_TITLE, pairs, n_pairs, df);
}

/* In how many documents any of the lists is. */
static enum fund_status count_documents(const struct plan_build *b, struct plan *const *lists, uint32_t n, uint64_t *out)
{
	uint64_t df;
	enum fund_status st = count_lent(b, lists, n, &df);
	for (uint32_t l = 0; l < b->searcher->n_leaves; l++)
		for (size_t w = 0; !b->searcher->leaves[l].lent && w < b->searcher->leaves[l].n_docs / 64 + (size_t)1; w++) {
			uint64_t any = 0;
			for (uint32_t i = 0; i < n; i++)
				any |= lists[i]->joined[l].bits ? lists[i]->joined[l].bits[w] : 0;
			df += (uint64_t)__builtin_popcountll(any);
		}
	*out = df;
	return st;
}

static enum fund_status list_node(struct plan_build *b, const struct ast *ast, const struct expansion *x, struct plan **out)
{
	enum fund_status st = plan_node_new(b, PLAN_FORMS, out);
	if (st != FUND_OK)
		return st;
	(*out)->joined = arena_alloc(b->arena, (b->searcher->n_leaves + (size_t)1) * sizeof *(*out)->joined);
	if (!(*out)->joined)
		return FUND_NO_MEMORY;
	(*out)->field = ast->field;
	(*out)->text = ast->text;
	(*out)->forms = x;
	for (uint32_t i = 0; i < b->searcher->n_leaves && st == FUND_OK; i++)
		st = plan_join_leaf(b->searcher, b->arena, x, i, ast->field, &(*out)->joined[i]);
	return st;
}

static void set_rarity(struct plan_build *b, struct plan *list, uint64_t df, double weight)
{
	list->df = df;
	list->scale = weight * bm25_idf(b->searcher->n_docs, df) * SCORE_UNIT;
}

enum fund_status plan_form_list(struct plan_build *b, const struct ast *ast, const struct expansion *x, struct plan **out)
{
	uint64_t df = 0;
	enum fund_status st = list_node(b, ast, x, out);
	if (st == FUND_OK)
		st = count_documents(b, out, 1, &df);
	if (st == FUND_OK)
		set_rarity(b, *out, df, 1.0);
	return st;
}

enum fund_status plan_forms(struct plan_build *b, const struct ast *ast, struct plan **out)
{
	uint32_t step = cost_step(b), n = ast->kind == AST_FUZZY ? (FUZZY_COSTS - 1) / step + 1 : 1;
	struct expansion *x = arena_alloc(b->arena, n * sizeof *x);
	struct plan *best, *lists[FUZZY_COSTS];
	enum fund_status st = x ? plan_expand(b, ast, x, n) : FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = plan_node_new(b, PLAN_BEST, &best);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		st = list_node(b, ast, &x[i], &lists[i]);
		if (st == FUND_OK && x[i].df)
			st = plan_add_child(b, best, lists[i]);
	}
	uint64_t df = 0;
	if (st == FUND_OK)
		st = count_documents(b, lists, n, &df);
	if (st != FUND_OK)
		return st;
	for (uint32_t i = 0; i < n; i++) {
		set_rarity(b, lists[i], df, edit_weight[i * step]);
		lists[i]->is_variant = i > 0;
	}
	*out = plan_simplest(b, best);
	return *out ? FUND_OK : FUND_NO_MEMORY;
}
