/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "store/verify_private.h"

/* One segment's terms. */
struct walk {
	struct verify *verify;
	struct segment *segment;
	const struct chunk_source *source;
	uint32_t number, n_docs;
	struct postings *postings;
	uint8_t last[DICTIONARY_TERM_MAX]; /* the term before */
	size_t last_len;
	uint64_t n_terms, n_postings;
	bool whole; /* every chunk could be read */
};

#define TERM(entry) (int)((entry)->term.len - 1), (entry)->term.data + 1, (entry)->term.data[0]
#define LIST "segment %u: list of \"%.*s\" (class %c)"

static bool bounds(const struct impacts *impacts, uint32_t freq, uint64_t len)
{
	for (uint32_t i = 0; i < impacts->n; i++)
		if (impacts->pair[i].freq >= freq && impacts->pair[i].len <= len)
			return true;
	return false;
}

/* Words of title, lead and body share one numbering, with a gap behind the first two. */
static enum fund_status check_positions(struct walk *w, const struct term_entry *e, uint32_t doc, uint32_t freq)
{
	const uint32_t *pos;
	uint32_t n;
	uint64_t words;
	enum fund_status st = postings_positions(w->postings, &pos, &n);

	if (st == FUND_OK)
		st = segment_value(w->segment, COLUMN_WORDS, doc, &words);
	if (st != FUND_OK)
		return st;
	bool right = n == freq;
	for (uint32_t i = 1; right && i < n; i++)
		right = pos[i] > pos[i - 1];
	if (right && e->term.data[0] == 'w')
		right = pos[n - 1] < words + 2 * FIELD_GAP;
	if (!right)
		verify_found(w->verify, LIST ": positions in document %u cannot be", w->number, TERM(e), doc);
	return FUND_OK;
}

struct list_state {
	struct impacts whole, block;
	uint32_t block_last;
	bool bounds_told;
};

static enum fund_status check_bounds(struct walk *w, const struct term_entry *e, struct list_state *state, uint32_t doc)
{
	uint32_t freq;
	uint64_t len;
	enum fund_status st = postings_weighted_freq(w->postings, &freq);

	if (st == FUND_OK)
		st = segment_value(w->segment, COLUMN_LENGTH, doc, &len);
	if (st == FUND_OK && (state->block_last == DOC_END || doc > state->block_last))
		st = postings_block_impacts(w->postings, doc, &state->block_last, &state->block);
	if (st != FUND_OK || state->bounds_told ||
	    (bounds(&state->whole, freq, len) && bounds(&state->block, freq, len)))
		return st;
	state->bounds_told = true;
	verify_found(w->verify, LIST ": document %u scores above the list's bounds", w->number, TERM(e), doc);
	return st;
}

static enum fund_status check_posting(struct walk *w, const struct term_entry *e, struct list_state *state,
				      uint64_t *cf)
{
	uint32_t freq, doc = w->postings->doc;
	enum fund_status st = postings_freq(w->postings, &freq);

	if (st != FUND_OK)
		return st;
	if (doc >= w->n_docs || freq == 0)
		return FUND_CORRUPT;
	*cf += freq;
	st = check_bounds(w, e, state, doc);
	return st == FUND_OK && e->has_positions ? check_positions(w, e, doc, freq) : st;
}

static void check_list(struct walk *w, const struct term_entry *e)
{
	struct list_state state = { .block_last = DOC_END };
	uint64_t df = 0, cf = 0, next = 0;
	enum fund_status st = postings_open(w->postings, w->source, e, segment_weights(w->segment));

	if (st == FUND_OK)
		st = postings_impacts(w->postings, &state.whole);
	while (st == FUND_OK && verify_goes_on(w->verify)) {
		st = postings_next(w->postings);
		if (st != FUND_OK || w->postings->doc == DOC_END)
			break;
		st = w->postings->doc < next ? FUND_CORRUPT : check_posting(w, e, &state, &cf);
		next = (uint64_t)w->postings->doc + 1;
		df++;
	}
	if (verify_status(w->verify, st, LIST ": behind %llu of %u documents", w->number, TERM(e),
			  (unsigned long long)df, e->df) &&
	    (df != e->df || cf != e->cf))
		verify_found(w->verify, LIST ": %llu documents, %llu occurrences; the dictionary says %u, %llu",
			     w->number, TERM(e), (unsigned long long)df, (unsigned long long)cf, e->df,
			     (unsigned long long)e->cf);
	postings_release(w->postings);
}

static void check_term(struct walk *w, const struct term_entry *e)
{
	if (!memchr("abpqsvw", e->term.data[0], 7))
		verify_found(w->verify, "segment %u: a term of unknown class %u", w->number, e->term.data[0]);
	if (slice_compare(slice_of(w->last, w->last_len), e->term) >= 0)
		verify_found(w->verify, "segment %u: term \"%.*s\" (class %c) is out of order", w->number, TERM(e));
	memcpy(w->last, e->term.data, e->term.len);
	w->last_len = e->term.len;
	w->n_terms++;
	w->n_postings += e->df;
	check_list(w, e);
}

/* The terms of the chunk whose key is `first`, up to the next chunk's. */
static enum fund_status check_chunk(struct walk *w, struct slice first, const struct slice *next)
{
	struct dictionary_iter it;
	bool is_first = true;
	enum fund_status st = dictionary_seek(&it, w->source, first);

	while (st == FUND_OK && verify_goes_on(w->verify)) {
		st = dictionary_next(&it);
		if (st == FUND_OK && it.entry.term.len == 0)
			st = FUND_CORRUPT;
		if (st != FUND_OK || (next && slice_compare(it.entry.term, *next) >= 0))
			break;
		if (is_first && !slice_equal(it.entry.term, first))
			return FUND_CORRUPT;
		is_first = false;
		check_term(w, &it.entry);
	}
	if (st == FUND_END && is_first)
		return FUND_CORRUPT;
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status check_dictionary(struct walk *w)
{
	const uint8_t lowest = 0;
	struct slice first, next, value;
	enum fund_status st =
		w->source->next(w->source->context, CHUNK_DICTIONARY, slice_of(&lowest, 0), &first, &value);

	while (st == FUND_OK && verify_goes_on(w->verify)) {
		st = w->source->next(w->source->context, CHUNK_DICTIONARY, first, &next, &value);
		if (st != FUND_OK && st != FUND_NOT_FOUND)
			break;
		if (first.len &&
		    !verify_status(w->verify, check_chunk(w, first, st == FUND_OK ? &next : NULL),
				   "segment %u: dictionary chunk of \"%.*s\" (class %c), behind \"%.*s\"", w->number,
				   (int)first.len - 1, first.data + 1, first.data[0], (int)w->last_len, w->last))
			w->whole = false;
		first = next;
	}
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

void verify_terms(struct verify *v, struct segment *s)
{
	struct walk w = { .verify = v,
			  .segment = s,
			  .source = segment_chunks(s),
			  .number = segment_number(s),
			  .n_docs = segment_n_docs(s),
			  .postings = calloc(1, sizeof(struct postings)),
			  .whole = true };
	const struct segment_stats *stats = segment_stats(s);

	if (!w.postings) {
		v->no_memory = true;
		return;
	}
	if (!verify_status(v, check_dictionary(&w), "segment %u: dictionary", w.number))
		w.whole = false;
	if (w.whole && verify_goes_on(v) && (w.n_terms != stats->n_terms || w.n_postings != stats->n_postings))
		verify_found(v, "segment %u: %llu terms, %llu postings; the manifest says %llu, %llu", w.number,
			     (unsigned long long)w.n_terms, (unsigned long long)w.n_postings,
			     (unsigned long long)stats->n_terms, (unsigned long long)stats->n_postings);
	free(w.postings);
}
