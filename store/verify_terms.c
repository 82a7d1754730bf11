/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/hash.h"
#include "store/affixes.h"
#include "store/term_filter.h"
#include "store/verify_private.h"

/* A set of beginnings or ends with the blocks they are in, in any order: how many, and the sum of their hashes. */
struct affix_sum {
	uint64_t n, sum;
};
struct block_affixes {
	uint64_t *keys;
	size_t n, cap;
};

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
	/* forms */
	struct term_forms forms; /* of the current term */
	uint64_t *met;		 /* of each form: occurrences, documents, the last one + 1 */
	size_t cap_met;
	struct block_affixes heads, tails; /* of the current block */
	uint32_t block;
	struct affix_sum head_sum, tail_sum;
	struct term_filter_writer filter; /* as it must be: check_section() is its sink */
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

/* ---- forms ---- */

/* Occurrences, documents and last document of a form, three numbers each. */
static enum fund_status reset_met(struct walk *w)
{
	if (w->forms.n > w->cap_met) {
		uint64_t *grown = realloc(w->met, 6 * (size_t)w->forms.n * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		w->met = grown;
		w->cap_met = 2 * (size_t)w->forms.n;
	}
	if (w->forms.n)
		memset(w->met, 0, 3 * (size_t)w->forms.n * sizeof *w->met);
	return FUND_OK;
}

static enum fund_status count_forms(struct walk *w, uint32_t doc, uint32_t freq)
{
	const uint32_t *ordinals;
	uint32_t n;
	enum fund_status st = postings_forms(w->postings, &ordinals, &n);
	if (st == FUND_NOT_FOUND && w->forms.n == 1) { /* without positions */
		ordinals = NULL;
		n = freq;
		st = FUND_OK;
	}
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		uint32_t o = ordinals ? ordinals[i] : 0;
		if (o >= w->forms.n)
			return FUND_CORRUPT;
		w->met[3 * (size_t)o]++;
		w->met[3 * (size_t)o + 1] += w->met[3 * (size_t)o + 2] != (uint64_t)doc + 1;
		w->met[3 * (size_t)o + 2] = (uint64_t)doc + 1;
	}
	return st;
}

static void check_forms(struct walk *w, const struct term_entry *e)
{
	for (uint32_t i = 0; i < w->forms.n; i++) {
		const struct form *f = &w->forms.forms[i];
		if (w->met[3 * (size_t)i] != f->cf || w->met[3 * (size_t)i + 1] != f->df)
			verify_found(w->verify, LIST ": form \"%.*s\" has %llu documents, %llu occurrences; the dictionary says %u, %llu", w->number, TERM(e),
				     (int)f->word.len, f->word.data, (unsigned long long)w->met[3 * (size_t)i + 1],
				     (unsigned long long)w->met[3 * (size_t)i], f->df, (unsigned long long)f->cf);
		for (uint32_t k = 0; k < i && k < 64; k++)
			if (slice_equal(w->forms.forms[k].word, f->word))
				verify_found(w->verify, LIST ": form \"%.*s\" comes twice", w->number, TERM(e), (int)f->word.len, f->word.data);
	}
}

/* ---- beginnings and ends of forms ---- */

static void add_affix(struct affix_sum *sum, uint64_t key, uint32_t block)
{
	uint8_t bytes[12];
	put_u64(bytes, key);
	put_u32(bytes + 8, block);
	sum->n++;
	sum->sum += hash_bytes(bytes, sizeof bytes);
}

static int by_key(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void sum_affixes(struct walk *w, struct block_affixes *a, struct affix_sum *sum)
{
	if (a->n)
		qsort(a->keys, a->n, sizeof *a->keys, by_key);
	for (size_t i = 0; i < a->n; i++)
		if (i == 0 || a->keys[i] != a->keys[i - 1])
			add_affix(sum, a->keys[i], w->block);
	a->n = 0;
}

static enum fund_status note_affix(struct block_affixes *a, uint64_t key)
{
	uint64_t *grown = array_room(a->keys, a->n + 1, &a->cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	a->keys = grown;
	a->keys[a->n++] = key;
	return FUND_OK;
}

static void sum_block(struct walk *w)
{
	sum_affixes(w, &w->heads, &w->head_sum);
	sum_affixes(w, &w->tails, &w->tail_sum);
}

static enum fund_status note_affixes(struct walk *w, uint8_t class, uint32_t block)
{
	enum fund_status st = FUND_OK;
	if (block != w->block)
		sum_block(w);
	w->block = block;
	for (uint32_t i = 0; i < w->forms.n && st == FUND_OK; i++) {
		st = note_affix(&w->heads, affix_head(class, w->forms.forms[i].word));
		if (st == FUND_OK)
			st = note_affix(&w->tails, affix_tail(class, w->forms.forms[i].word));
	}
	return st;
}

struct stored_block {
	struct affix_sum *sum;
	uint64_t key;
};

static void add_stored(void *context, uint32_t block)
{
	struct stored_block *s = context;
	add_affix(s->sum, s->key, block);
}

static void check_affixes(struct walk *w, enum chunk_kind kind, const struct affix_sum *expected, const char *what)
{
	struct affix_sum sum = { 0, 0 };
	struct affix_iter it;
	uint32_t n_blocks;
	enum fund_status st = dictionary_n_blocks(w->source, &n_blocks);
	if (st == FUND_OK)
		st = affix_seek(&it, w->source, kind, 0);
	while (st == FUND_OK && (st = affix_next(&it)) == FUND_OK) {
		struct stored_block s = { &sum, it.key };
		st = affix_blocks(it.blocks, n_blocks, add_stored, &s);
	}
	if (verify_status(w->verify, st == FUND_END ? FUND_OK : st, "segment %u: %s of forms", w->number, what) && w->whole &&
	    (sum.n != expected->n || sum.sum != expected->sum))
		verify_found(w->verify, "segment %u: %s of forms are not those of the dictionary", w->number, what);
}

/* ---- the filter ---- */

static enum fund_status check_section(void *context, enum chunk_kind kind, struct slice first, struct slice expected)
{
	struct walk *w = context;
	struct slice stored;
	enum fund_status st = w->source->get(w->source->context, kind, first, &stored);
	if (st == FUND_OK && !slice_equal(stored, expected))
		st = FUND_CORRUPT;
	verify_status(w->verify, st, "segment %u: filter of the terms from \"%.*s\" (class %c) on", w->number, (int)first.len - 1, first.data + 1, first.data[0]);
	return FUND_OK;
}

/* ---- lists ---- */

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
	if (st == FUND_OK && w->forms.n)
		st = count_forms(w, doc, freq);
	return st == FUND_OK && e->has_positions ? check_positions(w, e, doc, freq) : st;
}

static void check_list(struct walk *w, const struct term_entry *e)
{
	struct list_state state = { .block_last = DOC_END };
	uint64_t df = 0, cf = 0, next = 0;
	enum fund_status st = postings_open(w->postings, w->source, e, segment_weights(w->segment));

	if (st == FUND_OK)
		st = reset_met(w);
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
	else if (st == FUND_OK)
		check_forms(w, e);
	postings_release(w->postings);
}

static void check_term(struct walk *w, const struct term_entry *e)
{
	if (!memchr("abqsvwx", e->term.data[0], 7))
		verify_found(w->verify, "segment %u: a term of unknown class %u", w->number, e->term.data[0]);
	if (slice_compare(slice_of(w->last, w->last_len), e->term) >= 0)
		verify_found(w->verify, "segment %u: term \"%.*s\" (class %c) is out of order", w->number, TERM(e));
	memcpy(w->last, e->term.data, e->term.len);
	w->last_len = e->term.len;
	w->n_terms++;
	w->n_postings += e->df;
	check_list(w, e);
}

/* Blocks are found by number. */
static enum fund_status check_place(struct walk *w, const struct dictionary_iter *terms)
{
	struct dictionary_iter it;
	enum fund_status st = dictionary_seek_block(&it, w->source, dictionary_iter_block(terms));
	return st == FUND_OK && it.forms.data != terms->forms.data ? FUND_CORRUPT : st == FUND_NOT_FOUND ? FUND_CORRUPT : st;
}

/* The terms of the chunk whose key is `first`, up to the next chunk's. */
static enum fund_status check_chunk(struct walk *w, struct term_walk *it, struct slice first, const struct slice *next)
{
	const struct term_entry *e = &it->terms.entry;
	bool is_first = true;
	enum fund_status st = term_walk_begin(it, w->source, first);

	while (st == FUND_OK && verify_goes_on(w->verify)) {
		st = term_walk_next(it, &w->forms);
		if (st == FUND_OK && e->term.len == 0)
			st = FUND_CORRUPT;
		if (st != FUND_OK || (next && slice_compare(e->term, *next) >= 0))
			break;
		if (is_first && !slice_equal(e->term, first))
			return FUND_CORRUPT;
		is_first = false;
		if (it->terms.index == 0)
			st = check_place(w, &it->terms);
		if (st == FUND_OK)
			st = note_affixes(w, e->term.data[0], dictionary_iter_block(&it->terms));
		if (st == FUND_OK)
			st = term_filter_writer_add(&w->filter, e->term);
		if (st == FUND_OK)
			check_term(w, e);
	}
	if (st == FUND_END && is_first)
		return FUND_CORRUPT;
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status check_dictionary(struct walk *w)
{
	const uint8_t lowest = 0;
	struct slice first, next, value;
	struct term_walk *it = malloc(sizeof *it);
	if (!it)
		return FUND_NO_MEMORY;
	enum fund_status st =
		w->source->next(w->source->context, CHUNK_DICTIONARY, slice_of(&lowest, 0), &first, &value);

	while (st == FUND_OK && verify_goes_on(w->verify)) {
		st = w->source->next(w->source->context, CHUNK_DICTIONARY, first, &next, &value);
		if (st != FUND_OK && st != FUND_NOT_FOUND)
			break;
		if (first.len &&
		    !verify_status(w->verify, check_chunk(w, it, first, st == FUND_OK ? &next : NULL),
				   "segment %u: dictionary chunk of \"%.*s\" (class %c), behind \"%.*s\"", w->number,
				   (int)first.len - 1, first.data + 1, first.data[0], (int)w->last_len, w->last))
			w->whole = false;
		first = next;
	}
	free(it);
	sum_block(w);
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
			  .filter = { .sink = { &w, check_section } },
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
	if (w.whole && verify_goes_on(v))
		verify_status(v, term_filter_writer_finish(&w.filter), "segment %u: filter", w.number);
	check_affixes(&w, CHUNK_HEADS, &w.head_sum, "beginnings");
	check_affixes(&w, CHUNK_TAILS, &w.tail_sum, "ends");
	term_forms_release(&w.forms);
	free(w.met);
	free(w.heads.keys);
	free(w.tails.keys);
	term_filter_writer_release(&w.filter);
	free(w.postings);
}
