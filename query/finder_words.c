/* SPDX-License-Identifier: GPL-2.0-or-later */
/* finder_words.c - which words of a text stand in which slots of a finder: by their terms, by how they are written, by their parts. */
#include "query/finder_private.h"

#include <stdlib.h>

#include "query/word_parts.h"

/* ---- which words stand in which slots ---- */

static bool is_digraph(uint8_t c, uint8_t next) { return next == 'e' && (c == 'a' || c == 'o' || c == 'u'); }

/* Of a word of a to z, umlauts and ß. */
static bool may_begin_so(const struct finder *f, struct slice surface)
{
	if (!f->may_begin[surface.data[0]])
		return false;
	if (surface.len < 3 || surface.data[0] >= 0x80 || surface.data[1] >= 0x80 || surface.data[2] >= 0x80)
		return true;
	uint8_t first = surface.data[0] | 0x20, second = surface.data[1] | 0x20, third = surface.data[2] | 0x20;
	return is_digraph(first, second) || is_digraph(second, third) || f->may_go_on[first - 'a'][second - 'a'] >> (third - 'a') & 1;
}

bool finder_may_match(void *context, struct slice surface)
{
	const struct finder *f = context;
	uint8_t with = 0;
	if (f->also && f->also->matters && f->also->matters(f->also->context, surface))
		return true;
	if (f->any_word || surface.len == 0)
		return true;
	for (size_t i = 0; i < surface.len; i++)
		with |= f->byte_with[surface.data[i]];
	return with & WITH_OTHERS || may_begin_so(f, surface) || (f->anywhere && surface.len > 5 && (f->has_variants || stem_letters_may_be_in(&f->part_letters, surface)));
}

/* Does the term of the index stand for this one of the text? Words of all fields are analysed alike; their classes differ. */
static bool is_term(struct slice indexed, const struct term *t)
{
	static const char classes[TERM_KINDS] = { 'w', 'x', 'v' };
	uint8_t class = indexed.data[0];
	bool same_class = class == 'w' || class == 'v' ? class == (uint8_t)classes[t->kind] : t->kind == TERM_WORD;
	return same_class && indexed.len == t->bytes.len + 1 && memcmp(indexed.data + 1, t->bytes.data, t->bytes.len) == 0;
}

/* Numbers the words as written that the analyser has met since. */
static enum fund_status know_written(struct finder *f)
{
	enum fund_status st = FUND_OK;
	while (f->last_of_term.n < analyser_n_terms(f->searcher->analyser) && st == FUND_OK)
		st = finder_add_position(&f->last_of_term, 0);
	for (; f->n_written < analyser_n_written(f->searcher->analyser) && st == FUND_OK; f->n_written++) {
		uint32_t *last = &f->last_of_term.at[analyser_written(f->searcher->analyser, f->n_written).term];
		st = finder_add_position(&f->written_before, *last);
		*last = f->n_written + 1;
	}
	return st;
}

/* The word as written of a term of a word; data NULL: the term is no word's. */
static struct slice written_of(const struct finder *f, const struct term_ref *ref)
{
	for (uint32_t n = f->last_of_term.at[ref->term]; n; n = f->written_before.at[n - 1]) {
		struct written w = analyser_written(f->searcher->analyser, n - 1);
		if (w.ordinal == ref->written)
			return w.bytes;
	}
	return slice_of(NULL, 0);
}

/* ---- parts of compounds ---- */

/* A part's stem stands in the word as it is folded, whose own stem may lack it: so the index is asked about few words. */
static enum fund_status may_have_part(struct finder *f, struct slice part, const struct word *w, bool *yes)
{
	enum fund_status st = FUND_OK;
	if (f->folded_word != w) {
		buf_reset(&f->folded);
		st = analyse_fold(f->searcher->analyser, w->surface, &f->folded);
		f->folded_word = st == FUND_OK ? w : NULL;
	}
	*yes = st == FUND_OK && f->folded.len >= COMPOUND_LEAST && memmem(f->folded.data, f->folded.len, part.data, part.len) != NULL;
	return st;
}

/* Is this term (with its class x) a part of that of the text? */
static enum fund_status is_part(struct finder *f, struct slice indexed, const struct word *w, const struct term *t, bool *yes)
{
	struct slice part = slice_from(indexed, 1);
	*yes = false;
	if (t->kind != TERM_WORD || slice_equal(part, t->bytes))
		return FUND_OK;
	arena_reset(&f->parts_arena);
	enum fund_status st = may_have_part(f, part, w, yes);
	if (st != FUND_OK || !*yes)
		return st;
	return word_parts_has(f->searcher, t->bytes, indexed, &f->parts_arena, yes);
}

/* ---- slots ---- */

static enum fund_status stands_for(struct finder *f, struct slice indexed, const struct word *w, const struct term *t, bool *yes)
{
	if (indexed.data[0] == 'x')
		return is_part(f, indexed, w, t, yes);
	*yes = is_term(indexed, t);
	return FUND_OK;
}

static enum fund_status stands_in(struct finder *f, const struct finder_slot *s, const struct word *w, const struct term_ref *ref, bool *yes)
{
	const struct term *t = analyser_term(f->searcher->analyser, ref->term);
	enum fund_status st = FUND_OK;
	struct slice written = f->any_word && t->kind == TERM_WORD ? written_of(f, ref) : slice_of(NULL, 0);
	*yes = false;
	if (s->term)
		return stands_for(f, s->term->term, w, t, yes);
	if (!s->slot) {
		*yes = written.data && expansion_has(s->forms, written);
		return FUND_OK;
	}
	for (uint32_t i = 0; i < s->slot->n_forms && !*yes; i++)
		*yes = written.data && expansion_has(s->slot->forms[i], written);
	for (uint32_t i = 0; i < s->slot->n_terms && !*yes && st == FUND_OK; i++)
		st = stands_for(f, s->slot->terms[i].term, w, t, yes);
	return st;
}

enum fund_status finder_look_up(struct finder *f, const struct word *w, uint32_t shift)
{
	enum fund_status st = f->any_word ? know_written(f) : FUND_OK;
	for (uint32_t s = 0; s < f->n_slots && st == FUND_OK; s++) {
		bool stands = false;
		for (uint32_t i = 0; i < w->n_refs && !stands && st == FUND_OK; i++)
			if (w->refs[i].shift == shift)
				st = stands_in(f, &f->slots[s], w, &w->refs[i], &stands);
		if (stands && st == FUND_OK)
			st = finder_add_position(&f->known, s);
	}
	return st;
}

/* Worked out once a word. */
enum fund_status finder_slots_of_word(struct finder *f, const struct word *w, uint32_t *start, uint32_t *n)
{
	uint32_t *slots_of = array_zeros(f->slots_of, w->number + (size_t)1, &f->cap_slots_of, sizeof *slots_of);
	enum fund_status st = slots_of ? FUND_OK : FUND_NO_MEMORY;
	*n = 0;
	if (slots_of)
		f->slots_of = slots_of;
	if (st == FUND_OK && f->slots_of[w->number] == 0) {
		uint32_t at = f->known.n;
		st = finder_add_position(&f->known, 0);
		if (st == FUND_OK)
			st = finder_look_up(f, w, 0);
		if (st != FUND_OK)
			return st;
		f->known.at[at] = f->known.n - at - 1;
		f->slots_of[w->number] = f->known.at[at] ? at + 2 : 1;
		if (f->known.at[at] == 0)
			f->known.n = at;
	}
	if (st == FUND_OK && f->slots_of[w->number] > 1) {
		*start = f->slots_of[w->number] - 1;
		*n = f->known.at[*start - 1];
	}
	return st;
}
