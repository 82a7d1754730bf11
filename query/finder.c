/* SPDX-License-Identifier: GPL-2.0-or-later */
/* finder.c - a finder at a text: what stands in it, and what is marked. */
#include "query/finder_private.h"

#include <stdlib.h>

#define SHORT_TEXT 1024u /* bytes that are analysed as soon as searched */

static uint8_t byte_with(uint8_t c)
{
	if (is_letter(c))
		return 0;
	switch (c) { /* of C3: ä, ö, ü, ß, Ä, Ö, Ü */
	case 0xC3: case 0xA4: case 0xB6: case 0xBC: case 0x9F: case 0x84: case 0x96: case 0x9C: return WITH_UMLAUTS;
	default: return WITH_OTHERS;
	}
}

enum fund_status finder_new(struct finder **out, struct searcher *searcher, const struct plan *plan)
{
	struct finder *f = calloc(1, sizeof *f);
	*out = NULL;
	if (!f)
		return FUND_NO_MEMORY;
	f->searcher = searcher;
	memset(f->may_begin + 0x80, true, 0x80);
	for (unsigned c = 0; c < 256; c++)
		f->byte_with[c] = byte_with((uint8_t)c);
	enum fund_status st = finder_add_units(f, plan);
	if (st != FUND_OK) {
		finder_free(f);
		return st;
	}
	*out = f;
	return FUND_OK;
}

void finder_free(struct finder *f)
{
	if (!f)
		return;
	for (uint32_t i = 0; i < f->n_slots; i++)
		free(f->slots[i].pos);
	free(f->slots);
	free(f->units);
	free(f->slots_of);
	free(f->known.at);
	free(f->last_of_term.at);
	free(f->written_before.at);
	free(f->words);
	free(f->sentences.at);
	free(f->paragraphs.at);
	free(f->occurrences);
	free(f->marks);
	span_finder_release(&f->spans);
	stretches_release(&f->stretches);
	arena_release(&f->arena);
	arena_release(&f->parts_arena);
	buf_release(&f->folded);
	free(f);
}

uint32_t finder_n_units(const struct finder *f) { return f->n_units; }
double finder_weight(const struct finder *f, uint32_t unit) { return f->units[unit].weight; }

/* ---- a text ---- */

static bool is_field(enum field slot, enum field text) { return slot == text || (slot == FIELD_ANY && text == FIELD_TITLE); }

static enum fund_status note_word(struct finder *f, const struct token *t, uint32_t pos, const uint32_t *slots, uint32_t n)
{
	enum fund_status st = FUND_OK;
	bool stands = false;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		struct finder_slot *s = &f->slots[slots[i]];
		if (!is_field(s->field, f->field))
			continue;
		stands = true;
		st = finder_grow(&s->pos, &s->cap, s->n, sizeof *s->pos);
		if (st == FUND_OK)
			s->pos[s->n++] = pos;
	}
	if (st == FUND_OK && stands)
		st = finder_grow(&f->words, &f->cap_words, f->n_words, sizeof *f->words);
	if (st == FUND_OK && stands)
		f->words[f->n_words++] = (struct found_word){ pos, t->off, t->len };
	return st;
}

static enum fund_status on_token(void *context, const struct token *of_stretch)
{
	struct finder *f = context;
	struct token token = *of_stretch, *t = &token;
	const struct word *w = t->word;
	t->off += f->from;
	enum fund_status st = f->also ? f->also->token(f->also->context, t) : FUND_OK;
	if (st != FUND_OK || w->n_refs == 0)
		return st;
	if (w->n_positions == 1) {
		uint32_t start = 0, n;
		st = finder_slots_of_word(f, w, &start, &n);
		return st == FUND_OK && n ? note_word(f, t, t->pos, f->known.at + start, n) : st;
	}
	for (uint32_t shift = 0; shift < w->n_positions && st == FUND_OK; shift++) {
		uint32_t at = f->known.n;
		st = finder_look_up(f, w, shift);
		if (st == FUND_OK && f->known.n > at)
			st = note_word(f, t, t->pos + shift, f->known.at + at, f->known.n - at);
		f->known.n = at;
	}
	return st;
}

static enum fund_status on_boundary(void *context, enum boundary what, uint32_t pos)
{
	struct finder *f = context;
	enum fund_status st = f->also && f->also->boundary ? f->also->boundary(f->also->context, what, pos) : FUND_OK;
	if (st == FUND_OK)
		st = finder_add_position(&f->sentences, pos);
	return st == FUND_OK && what == BOUNDARY_PARAGRAPH ? finder_add_position(&f->paragraphs, pos) : st;
}

static enum fund_status slot_positions(void *context, const struct slot *slot, const uint32_t **pos, uint32_t *n)
{
	const struct finder *f = context;
	*pos = f->slots[slot->number].pos;
	*n = f->slots[slot->number].n;
	return FUND_OK;
}

static enum fund_status scope_boundaries(void *context, enum span_scope scope, const uint32_t **pos, uint32_t *n)
{
	const struct finder *f = context;
	const struct positions *p = scope == SCOPE_SENTENCE ? &f->sentences : &f->paragraphs;
	*pos = p->at;
	*n = scope == SCOPE_FIELD || f->field >= FIELD_AUTHOR ? 0 : p->n; /* the text is one field */
	return FUND_OK;
}

/* ---- what was found ---- */

static const struct found_word *word_at(const struct finder *f, uint32_t pos)
{
	uint32_t low = 0, high = f->n_words;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (f->words[middle].pos < pos)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->n_words && f->words[low].pos == pos ? &f->words[low] : NULL;
}

static enum fund_status add_occurrence(struct finder *f, struct span s, uint32_t unit)
{
	const struct found_word *first = word_at(f, s.first), *last = word_at(f, s.last);
	enum fund_status st = finder_grow(&f->occurrences, &f->cap_occurrences, f->n_occurrences, sizeof *f->occurrences);
	if (st == FUND_OK && first && last)
		f->occurrences[f->n_occurrences++] =
			(struct occurrence){ s.first, s.last, first->off, last->off + last->len - first->off, unit };
	return st;
}

static enum fund_status add_mark(struct finder *f, const struct found_word *w, uint32_t unit)
{
	enum fund_status st = finder_grow(&f->marks, &f->cap_marks, f->n_marks, sizeof *f->marks);
	if (st == FUND_OK && w)
		f->marks[f->n_marks++] = (struct found_mark){ w->pos, w->off, w->len, unit };
	return st;
}

/* Every word of the span that stands in a slot of the unit. */
static enum fund_status add_marks(struct finder *f, const struct span_node *node, struct span s, uint32_t unit)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < node->n_children && st == FUND_OK; i++)
		st = add_marks(f, node->children[i], s, unit);
	if (node->kind != SPAN_SLOT)
		return st;
	const struct finder_slot *slot = &f->slots[node->slot->number];
	uint32_t low = 0, high = slot->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (slot->pos[middle] < s.first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < slot->n && slot->pos[low] <= s.last && st == FUND_OK; low++)
		st = add_mark(f, word_at(f, slot->pos[low]), unit);
	return st;
}

static enum fund_status find_unit(struct finder *f, uint32_t unit)
{
	struct span_source source = { f, slot_positions, scope_boundaries };
	const struct span_list *spans;
	const struct span_node *node = f->units[unit].node;
	enum fund_status st = span_find(&f->spans, node, &source, &spans);
	for (uint32_t i = 0; st == FUND_OK && i < spans->n; i++) {
		st = add_occurrence(f, spans->at[i], unit);
		if (st == FUND_OK)
			st = add_marks(f, node, spans->at[i], unit);
	}
	return st;
}

/* The weightier first at the same place. */
static int by_weight(const struct finder *f, uint32_t a, uint32_t b)
{
	double x = f->units[a].weight, y = f->units[b].weight;
	return x > y ? -1 : x < y ? 1 : (a > b) - (a < b);
}

static int by_place(const void *a, const void *b, void *finder)
{
	const struct occurrence *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->last != y->last)
		return x->last < y->last ? -1 : 1;
	return by_weight(finder, x->unit, y->unit);
}

static int by_word(const void *a, const void *b, void *finder)
{
	const struct found_mark *x = a, *y = b;
	if (x->pos != y->pos)
		return x->pos < y->pos ? -1 : 1;
	return by_weight(finder, x->unit, y->unit);
}

static void settle(struct finder *f)
{
	uint32_t kept = 0;
	if (f->n_occurrences)
		qsort_r(f->occurrences, f->n_occurrences, sizeof *f->occurrences, by_place, f);
	for (uint32_t i = 0; i < f->n_occurrences; i++)
		if (kept == 0 || f->occurrences[kept - 1].first != f->occurrences[i].first || f->occurrences[kept - 1].last != f->occurrences[i].last)
			f->occurrences[kept++] = f->occurrences[i];
	f->n_occurrences = kept;
	if (f->n_marks)
		qsort_r(f->marks, f->n_marks, sizeof *f->marks, by_word, f);
	kept = 0;
	for (uint32_t i = 0; i < f->n_marks; i++)
		if (kept == 0 || f->marks[kept - 1].off != f->marks[i].off) /* pieces of a word are marked as one */
			f->marks[kept++] = f->marks[i];
	f->n_marks = kept;
}

/* Positions between stretches are no less apart than in the whole text: each word has a byte at least. */
static enum fund_status read_stretch(struct finder *f, struct slice text, struct stretch s)
{
	const struct token_sink sink = { f, on_token, on_boundary, finder_may_match };
	uint32_t pos = f->from = s.from;
	return analyse_text(f->searcher->analyser, slice_part(text, s.from, s.until - s.from), &pos, &sink);
}

static enum fund_status read_stretches(struct finder *f, struct slice text, uint32_t margin)
{
	if (text.len > UINT32_MAX)
		return FUND_LIMIT;
	if (f->any_word || f->has_variants || f->longest >= UINT32_MAX - margin || text.len < SHORT_TEXT)
		return read_stretch(f, text, (struct stretch){ 0, (uint32_t)text.len });
	enum fund_status st = stretches_find(&f->stretches, &f->letters, text, margin + f->longest);
	for (uint32_t i = 0; i < f->stretches.n && st == FUND_OK; i++)
		st = read_stretch(f, text, f->stretches.at[i]);
	return st;
}

enum fund_status finder_find(struct finder *f, struct slice text, enum field field, uint32_t margin, const struct token_sink *also, struct found *out)
{
	f->field = field;
	f->also = also;
	f->n_words = f->n_occurrences = f->n_marks = f->sentences.n = f->paragraphs.n = 0;
	for (uint32_t i = 0; i < f->n_slots; i++)
		f->slots[i].n = 0;
	enum fund_status st = read_stretches(f, text, margin);
	for (uint32_t i = 0; i < f->n_units && st == FUND_OK; i++)
		st = find_unit(f, i);
	settle(f);
	*out = (struct found){ f->occurrences, f->n_occurrences, f->marks, f->n_marks };
	return st;
}
