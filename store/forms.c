/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/forms.h"

#include <stdlib.h>

#include "store/affixes.h"
#include "store/dictionary_entry.h"
#include "store/edits.h"

void term_forms_release(struct term_forms *f)
{
	free(f->forms);
	buf_release(&f->words);
	*f = (struct term_forms){ 0 };
}

const struct form *term_forms_find(const struct term_forms *f, struct slice word)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (slice_equal(f->forms[i].word, word))
			return &f->forms[i];
	return NULL;
}

/* ---- terms with their forms ---- */

static enum fund_status make_room(struct term_forms *f, uint32_t n)
{
	if (n <= f->cap)
		return FUND_OK;
	struct form *grown = realloc(f->forms, (size_t)n * 2 * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	f->forms = grown;
	f->cap = 2 * n;
	return FUND_OK;
}

static bool read_rule(struct term_walk *w, struct cursor *c, struct slice *rule, struct slice *places)
{
	uint32_t n_places;
	if (!edit_rule_read(&w->rules, c, rule) || !edit_rule_places(*rule, &n_places))
		return false;
	*places = cursor_take(c, n_places);
	return !c->bad;
}

/* Appends a word to f->words. */
static enum fund_status read_word(struct term_walk *w, struct slice base, struct term_forms *f)
{
	struct slice rule, places;
	if (!read_rule(w, &w->cursor, &rule, &places))
		return FUND_CORRUPT;
	size_t len = edit_apply(rule, places.data, base, f->words.data + f->words.len, FORM_MAX);
	f->words.len += len;
	return len ? FUND_OK : FUND_CORRUPT;
}

static bool read_counts(struct term_walk *w, struct form *form)
{
	uint64_t cf = cursor_varint(&w->cursor) + 1, less = cf > 1 ? cursor_varint(&w->cursor) : 0;
	if (w->cursor.bad || cf == 0 || less >= cf || cf - less > UINT32_MAX)
		return false;
	form->cf = cf;
	form->df = (uint32_t)(cf - less);
	return true;
}

/* What the others leave to the first; they do not rise. */
static bool counts_fit(const struct term_entry *e, uint64_t df_less, struct term_forms *f)
{
	uint64_t others = 0;
	for (uint32_t i = 1; i < f->n; i++) {
		if (f->forms[i].cf > e->cf || f->forms[i].df > e->df || (i > 1 && f->forms[i].cf > f->forms[i - 1].cf))
			return false;
		others += f->forms[i].cf;
		if (others >= e->cf)
			return false;
	}
	f->forms[0].cf = e->cf - others;
	f->forms[0].df = (uint32_t)(e->df - df_less);
	return df_less < e->df && f->forms[0].df <= f->forms[0].cf && (f->n == 1 || f->forms[1].cf <= f->forms[0].cf);
}

static enum fund_status read_several(struct term_walk *w, const struct term_entry *e, struct slice base, struct term_forms *f)
{
	uint64_t n = e->several_forms ? cursor_varint(&w->cursor) + 2 : 1, df_less = 0;
	if (w->cursor.bad || n < 1 || n > cursor_left(&w->cursor))
		return FUND_CORRUPT; /* each takes a byte at least */
	enum fund_status st = make_room(f, (uint32_t)n);
	if (st == FUND_OK)
		st = buf_reserve(&f->words, FORM_MAX * (size_t)n);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		size_t start = f->words.len;
		st = read_word(w, i ? f->forms[0].word : base, f);
		f->forms[i] = (struct form){ .word = slice_from(slice_buf(&f->words), start), .ordinal = i };
		if (st == FUND_OK && n > 1 && i == 0)
			df_less = cursor_varint(&w->cursor);
		if (st == FUND_OK && i > 0 && !read_counts(w, &f->forms[i]))
			st = FUND_CORRUPT;
	}
	f->n = (uint32_t)n;
	return st == FUND_OK && counts_fit(e, df_less, f) && !w->cursor.bad ? FUND_OK : st == FUND_OK ? FUND_CORRUPT : st;
}

/* The counts behind a form's word. */
static inline void skip_counts(struct cursor *c, uint64_t ordinal, uint64_t n)
{
	if (ordinal ? cursor_varint_local(c) > 0 : n > 1)
		cursor_varint_local(c);
}

/* ---- terms that are passed over ---- */

static inline bool has_forms(const struct term_entry *e) { return e->term.len > 0 && class_has_forms(e->term.data[0]); }

/* Most of a term's letters are those of the one before. */
static inline uint64_t term_letters(struct term_walk *w)
{
	struct slice term = w->terms.entry.term;
	uint64_t all = w->letters[w->n_letters], *behind = w->letters + w->n_letters;
	for (const uint8_t *p = term.data + w->n_letters, *end = slice_end(term); p < end; p++)
		*++behind = all |= letter_bit(*p);
	w->n_letters = term.len;
	return all;
}

/* The term lacks letters that are wanted: do all its forms? They have no others but those of their rules. Then *forms is behind them. */
static inline bool all_lack(struct term_walk *w, struct cursor *forms, uint64_t has)
{
	struct cursor c = *forms;
	uint64_t n = w->terms.entry.several_forms ? cursor_varint_local(&c) + 2 : 1;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t more;
		if (!edit_rule_pass(&w->rules, &c, &more) || !letters_lack(w->wanted, has | more))
			return false;
		if (i == 0)
			has |= more;
		skip_counts(&c, i, n);
	}
	if (!c.bad)
		*forms = c;
	return !c.bad;
}

/* Do all forms of a term of `len` bytes begin as it does, with `same` bytes, which their rules leave as they are? Then *forms is behind them. */
static inline __attribute__((always_inline)) bool all_begin_so(struct term_walk *w, struct cursor *forms, size_t same, size_t len, bool several)
{
	struct cursor c = *forms;
	uint64_t n = several ? cursor_varint_local(&c) + 2 : 1;
	for (uint64_t i = 0; i < n; i++) {
		size_t made;
		if (!edit_rule_keeps(&w->rules, &c, len, same, &made))
			return false;
		if (i == 0)
			len = made;
		skip_counts(&c, i, n);
	}
	if (!c.bad)
		*forms = c;
	return !c.bad;
}

/* Does the current term begin as one of those that were told? */
static inline bool begins_as_told(struct term_walk *w)
{
	uint64_t key = affix_head(w->terms.entry.term.data[0], slice_from(w->terms.entry.term, 1));
	while (w->told < w->told_end && *w->told < key)
		w->told++;
	return w->told < w->told_end && *w->told == key;
}

/* Terms none of whose forms is looked for cost no more than their rules. */
static inline bool pass_over(struct term_walk *w, struct cursor *forms)
{
	size_t len = w->terms.entry.term.len - 1;
	bool several = w->terms.entry.several_forms;
	size_t shared = w->terms.shared > 1 ? w->terms.shared : 1;
	w->n_letters = shared < w->n_letters ? shared : w->n_letters;
	if (shared <= w->vain.len)
		w->begins_vain = slice_begins(slice_from(w->terms.entry.term, 1), w->vain);
	if (w->vain.len && w->begins_vain && all_begin_so(w, forms, w->vain.len, len, several))
		return true;
	if (w->begins_told && !begins_as_told(w) && all_begin_so(w, forms, FORM_HEAD, len, several))
		return true;
	uint64_t has = w->wanted.all ? term_letters(w) : 0;
	return letters_lack(w->wanted, has) && all_lack(w, forms, has);
}

/* From the current term, which has forms, to the first one that is not passed over, or the block's last one. -> is it another one? */
static bool skim(struct term_walk *w, bool *right)
{
	struct cursor entries = w->terms.cursor, forms = w->cursor; /* registers: most of a scan is here */
	bool passed;
	*right = true;
	while ((passed = *right && has_forms(&w->terms.entry) && pass_over(w, &forms)) && w->terms.left)
		*right = entry_read(&w->terms, &entries);
	w->terms.cursor = entries;
	w->cursor = forms;
	return !passed;
}

/* ---- a walk ---- */

enum fund_status term_walk_begin(struct term_walk *w, const struct chunk_source *s, struct slice from)
{
	w->rules_of = NULL;
	w->vain = slice_of(NULL, 0);
	w->begins_vain = false;
	w->begins_told = false;
	w->wanted = (struct letters_wanted){ 0 };
	w->letters[1] = 0;
	w->n_letters = 1;
	return dictionary_seek_block_of(&w->terms, s, from);
}

static enum fund_status begin_block(struct term_walk *w)
{
	w->cursor = cursor_of(w->terms.forms);
	if (w->rules_of == w->terms.chunk.data)
		return FUND_OK;
	w->rules_of = w->terms.chunk.data;
	return edit_list_begin(&w->rules, dictionary_iter_rules(&w->terms)) ? FUND_OK : FUND_CORRUPT;
}

bool term_walk_block_begins_vain(struct term_walk *w)
{
	struct cursor entries = w->terms.cursor, forms = cursor_of(w->terms.forms);
	size_t len = w->terms.entry.term.len;
	bool several, all = begin_block(w) == FUND_OK;
	for (uint32_t i = 0; i < w->terms.left && all; i++)
		all = entry_pass(&entries, i == 0, &len, &several) && all_begin_so(w, &forms, w->vain.len, len - 1, several);
	return all;
}

enum fund_status term_walk_next(struct term_walk *w, struct term_forms *f)
{
	const struct term_entry *e = &w->terms.entry;
	f->n = 0;
	buf_reset(&f->words);
	bool right = true;
	enum fund_status st = dictionary_next(&w->terms);
	if (st == FUND_OK && w->terms.index == 0)
		st = begin_block(w);
	if (st != FUND_OK || (has_forms(e) && !skim(w, &right)))
		return st;
	if (!right)
		return FUND_CORRUPT;
	if (!has_forms(e))
		return e->several_forms ? FUND_CORRUPT : FUND_OK;
	return read_several(w, e, slice_from(e->term, 1), f);
}

enum fund_status term_forms_read(struct term_forms *f, const struct chunk_source *s, struct slice term)
{
	struct term_walk r;
	enum fund_status st = term_walk_begin(&r, s, term);
	while (st == FUND_OK) {
		st = term_walk_next(&r, f);
		int order = st == FUND_OK ? slice_compare(r.terms.entry.term, term) : 0;
		if (st != FUND_OK || order == 0)
			break;
		if (order > 0)
			st = FUND_NOT_FOUND;
	}
	if (st != FUND_OK)
		f->n = 0;
	return st == FUND_END ? FUND_NOT_FOUND : st;
}
