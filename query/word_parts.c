/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/word_parts.h"

#include "query/lender.h"
#include "store/postings.h"

static enum fund_status beginnings(void *context, struct lexicon *x, struct slice text)
{
	struct slice block;
	enum fund_status st = snapshot_lexicon(context, text.data[0], &block);
	if (st == FUND_OK)
		st = lexicon_decode_beginnings(x, block, text);
	return st == FUND_NOT_FOUND ? FUND_OK : st;
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

/* FUND_NOT_FOUND: it is not in the segment. */
static enum fund_status open_term(struct leaf *leaf, struct slice term, struct postings *p)
{
	struct term_entry entry;
	enum fund_status st = dictionary_find(segment_chunks(leaf->segment), term, &entry);
	return st == FUND_OK ? postings_open(p, segment_chunks(leaf->segment), &entry, leaf->weights) : st;
}

bool positions_meet(const uint32_t *a, uint32_t n_a, const uint32_t *b, uint32_t n_b)
{
	for (uint32_t i = 0, k = 0; i < n_a && k < n_b;) {
		if (a[i] == b[k])
			return true;
		if (a[i] < b[k])
			i++;
		else
			k++;
	}
	return false;
}

/* In the document that both are at. */
static enum fund_status do_meet(struct postings *a, struct postings *b, bool *yes)
{
	const uint32_t *p, *q;
	uint32_t n = 0, m = 0;
	enum fund_status st = postings_positions(a, &p, &n);
	if (st == FUND_OK)
		st = postings_positions(b, &q, &m);
	*yes = st == FUND_OK && positions_meet(p, n, q, m);
	return st;
}

static enum fund_status meet_anywhere(struct postings *word, struct postings *part, bool *yes)
{
	enum fund_status st = postings_next(part);
	while (st == FUND_OK && part->doc != DOC_END) {
		st = postings_seek(word, part->doc);
		if (st != FUND_OK || word->doc == DOC_END)
			return st;
		if (word->doc == part->doc)
			st = do_meet(word, part, yes);
		if (*yes)
			return st;
		if (st == FUND_OK)
			st = word->doc == part->doc ? postings_next(part) : postings_seek(part, word->doc);
	}
	return st;
}

/* Not every place of the word need be one of the part: other words may have its stem. */
static enum fund_status meet_in_leaf(struct leaf *leaf, struct slice word, struct slice part, struct postings p[static 2], bool *yes)
{
	enum fund_status st = open_term(leaf, word, &p[0]);
	if (st != FUND_OK)
		return st;
	st = open_term(leaf, part, &p[1]);
	if (st == FUND_OK) {
		st = meet_anywhere(&p[0], &p[1], yes);
		postings_release(&p[1]);
	}
	postings_release(&p[0]);
	return st;
}

enum fund_status word_parts_has(struct searcher *s, struct slice word, struct slice part, struct arena *arena, bool *yes)
{
	struct postings *p = arena_alloc(arena, 2 * sizeof *p);
	struct slice term;
	enum fund_status st = p ? term_of_word(word, arena, &term) : FUND_NO_MEMORY;
	*yes = false;
	for (uint32_t i = 0; i < s->n_leaves && st == FUND_OK && !*yes; i++) {
		if (s->leaves[i].lent)
			continue;
		st = meet_in_leaf(&s->leaves[i], term, part, p, yes);
		st = st == FUND_NOT_FOUND ? FUND_OK : st;
	}
	return st == FUND_OK && !*yes && s->lender ? lender_has_part(s->lender, term, part, yes) : st;
}
