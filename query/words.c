/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/words.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/translate.h"
#include "base/utf8.h"
#include "query/automaton.h"
#include "query/expansion.h"
#include "query/lender.h"
#include "store/form_scan.h"

#define SUGGEST_SHORT 4u /* letters: one edit, not two */
#define SUGGEST_LEAST 4u /* letters: shorter words are like too many */

struct counted_word {
	struct slice word; /* data NULL: a free slot */
	uint64_t articles, occurrences;
};

struct counting {
	struct arena *arena;
	struct counted_word *slots; /* by hash, probed one by one */
	size_t n, n_slots;
};

static struct counted_word *slot_of(struct counted_word *slots, size_t n_slots, struct slice word)
{
	size_t at = (size_t)hash_bytes(word.data, word.len) & (n_slots - 1);
	while (slots[at].word.data && !slice_equal(slots[at].word, word))
		at = (at + 1) & (n_slots - 1);
	return &slots[at];
}

static enum fund_status grow(struct counting *c)
{
	size_t more = c->n_slots ? 2 * c->n_slots : 256;
	struct counted_word *slots = calloc(more, sizeof *slots);
	if (!slots)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < c->n_slots; i++)
		if (c->slots[i].word.data)
			*slot_of(slots, more, c->slots[i].word) = c->slots[i];
	free(c->slots);
	c->slots = slots;
	c->n_slots = more;
	return FUND_OK;
}

/* A word may belong to several terms and stand in several segments. */
static enum fund_status count(struct counting *c, const struct form *f)
{
	enum fund_status st = 2 * (c->n + 1) > c->n_slots ? grow(c) : FUND_OK;
	if (st != FUND_OK)
		return st;
	struct counted_word *w = slot_of(c->slots, c->n_slots, f->word);
	if (!w->word.data) {
		w->word = arena_slice(c->arena, f->word);
		if (!w->word.data)
			return FUND_NO_MEMORY;
		c->n++;
	}
	w->articles += f->df;
	w->occurrences += f->cf;
	return FUND_OK;
}

struct lent_matches {
	struct searcher *searcher;
	struct automaton *automaton;
	enum fund_status (*each)(void *context, const struct form *f, uint32_t cost);
	void *context;
};

static bool takes_lent_form(void *context, struct slice word)
{
	const struct lent_matches *m = context;
	uint32_t cost;
	return automaton_matches(m->automaton, word, &cost);
}

static enum fund_status on_lent_form(void *context, struct slice word, struct slice term, uint64_t df)
{
	const struct lent_matches *m = context;
	struct form f = { .word = word, .df = df < UINT32_MAX ? (uint32_t)df : UINT32_MAX };
	uint32_t cost;
	if (!automaton_matches(m->automaton, word, &cost))
		return FUND_OK;
	enum fund_status st = lender_form_occurrences(m->searcher->lender, 'w', word, term, &f.cf);
	return st == FUND_OK ? m->each(m->context, &f, cost) : st;
}

/* Every word of text that the automaton takes, with what its edits cost. */
static enum fund_status each_match(struct searcher *s, struct automaton *a, enum fund_status (*each)(void *context, const struct form *f, uint32_t cost),
				   void *context)
{
	enum fund_status st = FUND_OK;
	if (s->lender)
		st = lender_forms(s->lender, 'w', slice_of(NULL, 0), &(struct form_visitor){ &(struct lent_matches){ s, a, each, context }, takes_lent_form, on_lent_form });
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK; i++) {
		struct form_scan scan = { .state = NULL };
		uint32_t cost;
		if (s->leaves[i].lent)
			continue;
		st = expansion_scan(&scan, segment_chunks(s->leaves[i].segment), 'w', a);
		if (st == FUND_OK)
			form_scan_want(&scan, automaton_letters(a));
		while (st == FUND_OK && (st = form_scan_next(&scan)) == FUND_OK)
			if (automaton_matches(a, scan.form.word, &cost))
				st = each(context, &scan.form, cost);
			else if (automaton_vain(a))
				form_scan_pass_over(&scan, automaton_vain(a));
		form_scan_release(&scan);
		st = st == FUND_END ? FUND_OK : st;
	}
	return st == FUND_OK && automaton_failed(a) ? FUND_NO_MEMORY : st;
}

/* ---- --terms ---- */

static enum fund_status count_match(void *context, const struct form *f, uint32_t cost)
{
	(void)cost;
	return count(context, f);
}

static int by_frequency(const void *a, const void *b)
{
	const struct counted_word *x = a, *y = b;
	if (x->occurrences != y->occurrences)
		return x->occurrences > y->occurrences ? -1 : 1;
	if (x->articles != y->articles)
		return x->articles > y->articles ? -1 : 1;
	return slice_compare(x->word, y->word);
}

static enum fund_status fill(struct counting *c, struct counts *out)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n_slots; i++)
		if (c->slots[i].word.data)
			c->slots[n++] = c->slots[i];
	if (n > 1)
		qsort(c->slots, n, sizeof *c->slots, by_frequency);
	for (size_t i = 0; i < n; i++) {
		struct count_row *row = counts_add(out);
		if (!row)
			return FUND_NO_MEMORY;
		*row = (struct count_row){ .value = c->slots[i].word, .articles = c->slots[i].articles, .occurrences = c->slots[i].occurrences };
	}
	out->total = n;
	return FUND_OK;
}

enum fund_status words_list(struct searcher *s, struct slice pattern, struct counts *out, struct fault *why)
{
	struct counting c = { .arena = out->arena };
	struct buf composed = BUF_INIT;
	struct automaton *a = NULL;
	enum fund_status st = analyse_pattern(pattern, &composed);
	if (st == FUND_OK)
		st = automaton_wildcard(&a, slice_buf(&composed));
	buf_release(&composed);
	if (st == FUND_LIMIT)
		return fault_set(why, FUND_INVALID, "--terms: the pattern is too long");
	if (st == FUND_OK)
		st = each_match(s, a, count_match, &c);
	if (st == FUND_OK)
		st = fill(&c, out);
	automaton_free(a);
	free(c.slots);
	return st;
}

/* ---- suggestions ---- */

struct likest {
	struct buf word;
	uint32_t cost;
	uint64_t articles;
};

static enum fund_status take_likest(void *context, const struct form *f, uint32_t cost)
{
	struct likest *l = context;
	struct slice best = slice_buf(&l->word);
	if (best.len && (cost > l->cost || (cost == l->cost && (f->df < l->articles || (f->df == l->articles && slice_compare(f->word, best) >= 0)))))
		return FUND_OK;
	l->cost = cost;
	l->articles = f->df;
	buf_reset(&l->word);
	return buf_add_slice(&l->word, f->word);
}

static enum fund_status is_known(struct searcher *s, const struct word *w, struct arena *arena, bool *known)
{
	enum fund_status st = FUND_OK;
	*known = w->n_refs == 0;
	for (uint32_t i = 0; i < w->n_refs && st == FUND_OK && !*known; i++)
		for (const char *class = "wxv"; *class && st == FUND_OK && !*known; class++) {
			struct slice bytes = analyser_term(s->analyser, w->refs[i].term)->bytes;
			struct term_places places;
			uint8_t *term = arena_alloc(arena, bytes.len + 1);
			if (!term)
				return FUND_NO_MEMORY;
			term[0] = (uint8_t)*class;
			memcpy(term + 1, bytes.data, bytes.len);
			st = searcher_locate(s, slice_of(term, bytes.len + 1), arena, &places);
			*known = st == FUND_OK && places.df > 0;
		}
	return st;
}

/* As the word was typed: with a capital, if it had one. */
static void capitalise(struct buf *word, struct slice typed)
{
	bool capital = typed.len && ((typed.data[0] >= 'A' && typed.data[0] <= 'Z') ||
				     (typed.len > 1 && typed.data[0] == 0xC3 && (typed.data[1] == 0x84 || typed.data[1] == 0x96 || typed.data[1] == 0x9C)));
	if (!capital || word->len == 0)
		return;
	if (word->data[0] >= 'a' && word->data[0] <= 'z')
		word->data[0] = (uint8_t)(word->data[0] - 'a' + 'A');
	else if (word->len > 1 && word->data[0] == 0xC3 && (word->data[1] == 0xA4 || word->data[1] == 0xB6 || word->data[1] == 0xBC))
		word->data[1] = (uint8_t)(word->data[1] - 0x20);
}

/* The likest word, in l->word; nothing where there is none. */
static enum fund_status find_likest(struct searcher *s, struct slice typed, struct likest *l)
{
	struct buf written = BUF_INIT;
	struct automaton *a = NULL;
	enum fund_status st = analyse_written(typed, &written);
	uint32_t letters = (uint32_t)utf8_length(slice_buf(&written)), most = letters < SUGGEST_LEAST ? 0 : letters <= SUGGEST_SHORT ? 1 : 2;
	/* Within one edit takes a fraction of the time, and where a word is so none of two is likest. */
	for (uint32_t edits = 1; edits <= most && st == FUND_OK && l->word.len == 0; edits++) {
		st = automaton_fuzzy(&a, slice_buf(&written), edits);
		if (st == FUND_OK)
			st = each_match(s, a, take_likest, l);
		automaton_free(a);
	}
	buf_release(&written);
	capitalise(&l->word, typed);
	return st == FUND_LIMIT ? FUND_OK : st;
}

struct suggesting {
	struct searcher *searcher;
	struct arena *arena;
	struct slice query, words; /* those of its words that are looked at */
	bool exact;		   /* they are, in the form they are written in */
	struct buf out;
	size_t copied; /* bytes of the query that are in out */
	bool replaced;
};

/* Does the index have the word, for what the query asks? */
static enum fund_status is_found(struct suggesting *g, const struct word *w, bool *found)
{
	struct buf form = BUF_INIT;
	struct expansion x = { .df = 0 };
	enum fund_status st = is_known(g->searcher, w, g->arena, found);
	if (st != FUND_OK || !*found || !g->exact || w->n_refs == 0 || w->n_positions > 1)
		return st;
	struct slice bytes = analyser_term(g->searcher->analyser, w->refs[0].term)->bytes;
	uint8_t *term = arena_alloc(g->arena, bytes.len + 1);
	if (!term)
		return FUND_NO_MEMORY;
	term[0] = 'w';
	memcpy(term + 1, bytes.data, bytes.len);
	st = analyse_written(w->surface, &form);
	if (st == FUND_OK)
		st = expansion_of_form(g->searcher, g->arena, slice_of(term, bytes.len + 1), slice_buf(&form), &x);
	*found = st == FUND_OK && x.df > 0;
	buf_release(&form);
	return st;
}

static enum fund_status suggest_word(void *context, const struct token *t)
{
	struct suggesting *g = context;
	struct likest l = { .word = BUF_INIT };
	struct slice typed = slice_part(g->words, t->off, t->len);
	size_t off = (size_t)(typed.data - g->query.data);
	bool found;
	enum fund_status st = is_found(g, t->word, &found);
	if (st != FUND_OK || found)
		return st;
	st = find_likest(g->searcher, typed, &l);
	if (st == FUND_OK && l.word.len) {
		st = buf_add(&g->out, g->query.data + g->copied, off - g->copied);
		if (st == FUND_OK)
			st = buf_add_slice(&g->out, slice_buf(&l.word));
		g->copied = off + typed.len;
		g->replaced = true;
	}
	buf_release(&l.word);
	return st;
}

static enum fund_status suggest_words(struct suggesting *g, const struct ast *ast)
{
	struct token_sink sink = { g, suggest_word, NULL, NULL };
	uint32_t pos = 0;
	if (ast->field != FIELD_ANY && ast->field != FIELD_TITLE)
		return FUND_OK;
	g->words = ast->text;
	g->exact = ast->kind == AST_EXACT;
	return analyse_text(g->searcher->analyser, ast->text, &pos, &sink);
}

static enum fund_status suggest(struct suggesting *g, const struct ast *ast)
{
	enum fund_status st = FUND_OK;
	if (ast->kind == AST_WORD || ast->kind == AST_EXACT || (ast->kind == AST_PHRASE && !ast->children))
		return suggest_words(g, ast);
	for (const struct ast *c = ast->children; c && st == FUND_OK; c = c->next)
		st = suggest(g, c);
	return st;
}

enum fund_status words_suggest(struct searcher *s, const struct ast *ast, struct slice query, struct arena *arena, struct slice *out)
{
	struct suggesting g = { .searcher = s, .arena = arena, .query = query };
	*out = (struct slice){ NULL, 0 };
	enum fund_status st = ast ? suggest(&g, ast) : FUND_OK;
	if (st == FUND_OK && g.replaced) {
		st = buf_add(&g.out, query.data + g.copied, query.len - g.copied);
		*out = st == FUND_OK ? arena_slice(arena, slice_buf(&g.out)) : *out;
	}
	buf_release(&g.out);
	return st;
}
