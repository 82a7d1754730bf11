/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/word_parts.h"

#include "query/lender.h"
#include "store/forms.h"
#include "store/postings.h"

static enum fund_status beginnings(void *context, struct lexicon *x, struct slice text)
{
	const struct snapshot *snapshot = context;
	struct slice next = slice_of(text.data, text.len < LEXICON_BEGINNING_MIN ? text.len : LEXICON_BEGINNING_MIN), first = { NULL, 0 }, block;
	uint8_t room[LEXICON_WORD_MAX];
	enum fund_status st = FUND_OK;
	while (st == FUND_OK) {
		struct slice before = first;
		st = snapshot_lexicon_block(snapshot, next, &first, &block);
		if (st == FUND_OK && before.data && slice_compare(first, before) <= 0) /* it is not there: on with what is */
			st = snapshot_lexicon_next(snapshot, before, &first, &block);
		if (st == FUND_OK)
			st = lexicon_decode_beginnings(x, block, text, room, &next);
	}
	return st == FUND_NOT_FOUND || st == FUND_END ? FUND_OK : st;
}

struct finding {
	struct searcher *searcher;
	struct arena *arena;
	struct word_parts *out;
	struct buf *term;
};

static enum fund_status add_part(void *context, struct slice word, unsigned level, uint32_t end)
{
	struct finding *f = context;
	struct word_parts *w = f->out;
	buf_reset(f->term);
	enum fund_status st = analyse_part(f->searcher->analyser, word, f->term);
	if (st != FUND_OK || f->term->len == 0)
		return st;
	for (uint32_t i = 0; i < w->n; i++)
		if (slice_equal(w->parts[i].term, slice_buf(f->term)))
			return FUND_OK;
	struct word_part *parts = arena_one_more(f->arena, w->parts, w->n, sizeof *parts);
	if (!parts)
		return FUND_NO_MEMORY;
	w->parts = parts;
	w->parts[w->n] = (struct word_part){ arena_slice(f->arena, slice_buf(f->term)), level, end };
	return w->parts[w->n++].term.data ? FUND_OK : FUND_NO_MEMORY;
}

/* The lexicon of index number i, then of each of Xapian's databases. FUND_END behind the last. */
static enum fund_status source_of(struct searcher *s, uint32_t i, struct word_source *out)
{
	if (i >= s->n_indexes)
		return s->lender ? lender_word_source(s->lender, i - s->n_indexes, out) : FUND_END;
	*out = (struct word_source){ s->snapshots[i], beginnings };
	return FUND_OK;
}

enum fund_status word_parts_find(struct searcher *s, struct slice surface, struct arena *arena, struct word_parts *out)
{
	struct lexicon words = LEXICON_INIT;
	struct buf folded = BUF_INIT, term = BUF_INIT;
	struct finding f = { s, arena, out, &term };
	*out = (struct word_parts){ NULL, 0 };
	enum fund_status st = analyse_fold(s->analyser, surface, &folded);
	for (uint32_t i = 0; st == FUND_OK && out->n == 0; i++) {
		struct word_source source;
		st = source_of(s, i, &source);
		if (st != FUND_OK)
			break;
		lexicon_reset(&words);
		st = compound_parts(&words, &source, slice_buf(&folded), &(struct part_sink){ &f, add_part });
	}
	st = st == FUND_END ? FUND_OK : st;
	lexicon_release(&words);
	buf_release(&folded);
	buf_release(&term);
	return st;
}

/* ---- is it a part? ---- */

static bool is_ascii(struct slice s)
{
	uint8_t all = 0;
	for (size_t i = 0; i < s.len; i++)
		all |= s.data[i];
	return all < 0x80;
}

static enum fund_status forms_have(struct searcher *s, const struct term_forms *forms, struct slice letters, struct buf *folded, bool *yes)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < forms->n && st == FUND_OK && !*yes; i++) {
		struct slice form = forms->forms[i].word;
		if ((*yes = memmem(form.data, form.len, letters.data, letters.len) != NULL) || is_ascii(form))
			continue; /* folding hardly changes endings without umlauts */
		buf_reset(folded);
		st = analyse_fold(s->analyser, form, folded);
		*yes = st == FUND_OK && folded->len && memmem(folded->data, folded->len, letters.data, letters.len) != NULL;
	}
	return st;
}

/* With its class w. */
static enum fund_status term_of_word(struct slice word, struct arena *arena, struct slice *term)
{
	uint8_t *bytes = arena_alloc(arena, word.len + 1);
	if (!bytes)
		return FUND_NO_MEMORY;
	bytes[0] = 'w';
	memcpy(bytes + 1, word.data, word.len);
	*term = slice_of(bytes, word.len + 1);
	return FUND_OK;
}

enum fund_status word_forms_have(struct searcher *s, struct slice word, struct slice letters, struct arena *arena, bool *yes)
{
	struct term_forms forms = { .n = 0 };
	struct buf folded = BUF_INIT;
	struct slice term;
	enum fund_status st = term_of_word(word, arena, &term);
	*yes = false;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK && !*yes; i++) {
		if (s->leaves[i].lent)
			continue;
		st = term_forms_read(&forms, segment_chunks(s->leaves[i].segment), term);
		if (st == FUND_OK)
			st = forms_have(s, &forms, letters, &folded, yes);
		st = st == FUND_NOT_FOUND ? FUND_OK : st;
	}
	term_forms_release(&forms);
	buf_release(&folded);
	return st;
}

/* FUND_NOT_FOUND: it is not in the segment. */
static enum fund_status open_term(struct leaf *leaf, struct slice term, struct postings *p)
{
	struct term_entry entry;
	enum fund_status st = dictionary_find(segment_chunks(leaf->segment), term, &entry);
	return st == FUND_OK ? postings_open(p, segment_chunks(leaf->segment), &entry, leaf->weights) : st;
}

/* FUND_NOT_FOUND: it has none in the segment, or its places are not known. */
static enum fund_status first_place(struct leaf *leaf, struct slice term, struct postings *p, uint32_t *doc, uint32_t *pos)
{
	const uint32_t *all;
	uint32_t n = 0;
	enum fund_status st = open_term(leaf, term, p);
	if (st != FUND_OK)
		return st;
	st = postings_next(p);
	if (st == FUND_OK && p->doc != DOC_END)
		st = postings_positions(p, &all, &n);
	if (st == FUND_OK && n) {
		*doc = p->doc;
		*pos = all[0];
	}
	postings_release(p);
	return st == FUND_OK && n == 0 ? FUND_NOT_FOUND : st;
}

static enum fund_status stands_at(struct leaf *leaf, struct slice term, struct postings *p, uint32_t doc, uint32_t pos, bool *yes)
{
	const uint32_t *all;
	uint32_t n = 0;
	enum fund_status st = open_term(leaf, term, p);
	if (st != FUND_OK)
		return st;
	st = postings_seek(p, doc);
	if (st == FUND_OK && p->doc == doc)
		st = postings_positions(p, &all, &n);
	for (uint32_t i = 0; st == FUND_OK && i < n; i++)
		*yes |= all[i] == pos;
	postings_release(p);
	return st;
}

enum fund_status word_parts_has(struct searcher *s, struct slice word, struct slice part, struct arena *arena, bool *yes)
{
	struct postings *p = arena_alloc(arena, sizeof *p);
	struct slice term;
	enum fund_status st = p ? term_of_word(word, arena, &term) : FUND_NO_MEMORY;
	*yes = false;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK && !*yes; i++) {
		uint32_t doc = 0, pos = 0;
		if (s->leaves[i].lent)
			continue;
		st = first_place(&s->leaves[i], term, p, &doc, &pos);
		if (st == FUND_OK)
			st = stands_at(&s->leaves[i], part, p, doc, pos, yes);
		st = st == FUND_NOT_FOUND ? FUND_OK : st;
	}
	return st == FUND_OK && !*yes && s->lender ? lender_has_part(s->lender, term, part, yes) : st;
}
