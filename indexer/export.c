/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/export.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/strnum.h"
#include "indexer/interrupt.h"
#include "indexer/met_forms.h"
#include "indexer/segment_stream.h"
#include "base/spool.h"

#define WINDOW_LEAST 4096u  /* documents */
#define WINDOWS_MOST 256u   /* each holds a file open */
#define SPOOL_MEMORY ((size_t)256 << 10)
#define SHARD_MOST 100000u
#define SHARD_SEED 0x66756E64u /* never to be changed: machines agree by it */

bool shard_has(struct shard s, struct slice key)
{
	return s.n == 0 || hash_bytes_seed(key.data, key.len, SHARD_SEED) % s.n == s.k - 1;
}

enum fund_status shard_parse(const char *text, struct shard *out, struct fault *why)
{
	char first[16];
	const char *slash = strchr(text, '/');
	uint64_t k = 0, n = 0;
	if (slash && (size_t)(slash - text) < sizeof first) {
		memcpy(first, text, (size_t)(slash - text));
		first[slash - text] = '\0';
		if (parse_count(first, SHARD_MOST, &k) != FUND_OK || parse_count(slash + 1, SHARD_MOST, &n) != FUND_OK)
			n = 0;
	}
	if (k < 1 || n < k)
		return fault_set(why, FUND_INVALID, "--shard=%s: K/N, from 1/N to N/N, as in 1/4", text);
	*out = (struct shard){ (uint32_t)k, (uint32_t)n };
	return FUND_OK;
}

/* A posting of a window: numbers in words, positions behind one another. */
struct window_posting {
	uint32_t doc, term, freq, boost;
	size_t pos; /* in `positions`; SIZE_MAX: none */
	size_t ordinals; /* the same */
};

struct window_term {
	struct slice term, *forms;
	uint32_t n_forms;
};

#define WITH_POSITIONS 1u /* of a spilt posting */
#define WITH_ORDINALS 2u

struct exporter {
	struct segment *segment;
	struct shard shard;
	const struct export_sink *sink;
	struct fault *why;
	struct field_weights weights;
	uint32_t n_docs, window; /* documents of the segment, of a window */
	bool *wanted;
	uint32_t n_wanted;
	struct arena arena; /* terms */
	struct window_term *terms;
	uint32_t n_terms;
	size_t cap_terms;
	struct spool *spools;
	uint32_t n_spools;
	/* of a window */
	struct window_posting *postings;
	size_t n_postings, cap_postings;
	uint32_t *positions;
	size_t n_positions, cap_positions;
	struct export_term *own; /* an article's */
	uint32_t cap_own;
	struct key_chunk keys;
	struct buf key;
	struct text_cache text;
};

/* ---- which articles ---- */

static enum fund_status key_of(struct exporter *e, uint32_t doc, struct slice *key)
{
	struct article_key k;
	enum fund_status st = segment_key(e->segment, doc, &e->keys, &e->key, &k);
	*key = k.key;
	return st;
}

static enum fund_status want(struct exporter *e, uint32_t doc)
{
	struct slice key;
	uint64_t hash, born;
	bool dead;
	enum fund_status st = segment_is_dead(e->segment, doc, &dead);
	if (st != FUND_OK || dead)
		return st;
	st = key_of(e, doc, &key);
	if (st != FUND_OK || !shard_has(e->shard, key))
		return st;
	e->wanted[doc] = true;
	if (e->sink->wants && (st = segment_value(e->segment, COLUMN_HASH, doc, &hash)) == FUND_OK)
		st = segment_value(e->segment, COLUMN_BORN, doc, &born);
	if (e->sink->wants && st == FUND_OK)
		st = e->sink->wants(e->sink->context, key, hash, (uint32_t)born, &e->wanted[doc]);
	e->n_wanted += e->wanted[doc];
	return st;
}

static enum fund_status want_all(struct exporter *e)
{
	enum fund_status st = FUND_OK;
	e->n_docs = segment_n_docs(e->segment);
	e->wanted = calloc(e->n_docs + 1u, sizeof *e->wanted);
	if (!e->wanted)
		return FUND_NO_MEMORY;
	for (uint32_t doc = 0; doc < e->n_docs && st == FUND_OK; doc++)
		st = want(e, doc);
	return st;
}

/* ---- term by term into windows ---- */

static enum fund_status make_spools(struct exporter *e, const char *dir)
{
	e->window = e->n_docs / WINDOWS_MOST + 1;
	if (e->window < WINDOW_LEAST)
		e->window = WINDOW_LEAST;
	e->n_spools = e->n_docs / e->window + 1;
	e->spools = calloc(e->n_spools, sizeof *e->spools);
	if (!e->spools) {
		e->n_spools = 0;
		return FUND_NO_MEMORY;
	}
	for (uint32_t i = 0; i < e->n_spools; i++)
		spool_init(&e->spools[i], dir, SPOOL_MEMORY);
	return FUND_OK;
}

static uint32_t count_forms(struct slice forms)
{
	struct cursor c = cursor_of(forms);
	struct met_form f;
	uint32_t n = 0;
	while (met_form_next(&c, &f))
		n++;
	return n;
}

static enum fund_status note_forms(struct exporter *e, struct slice forms, struct window_term *t)
{
	struct cursor c = cursor_of(forms);
	struct met_form f;
	t->n_forms = 0;
	t->forms = arena_alloc(&e->arena, (count_forms(forms) + (size_t)1) * sizeof *t->forms);
	if (!t->forms)
		return FUND_NO_MEMORY;
	while (met_form_next(&c, &f)) {
		struct slice word = arena_slice(&e->arena, f.word);
		if (!word.data)
			return FUND_NO_MEMORY;
		t->forms[t->n_forms++] = word;
	}
	return FUND_OK;
}

static enum fund_status note_term(struct exporter *e, const struct term_stream *from)
{
	struct window_term *terms = array_room(e->terms, e->n_terms + (size_t)1, &e->cap_terms, sizeof *terms);
	if (!terms)
		return FUND_NO_MEMORY;
	e->terms = terms;
	struct window_term *t = &e->terms[e->n_terms++];
	t->term = arena_slice(&e->arena, from->term);
	return t->term.data ? note_forms(e, from->forms, t) : FUND_NO_MEMORY;
}

/* term, doc in its window, freq, boost, what there is of positions and ordinals, and these. */
static enum fund_status spill(struct exporter *e, const struct posting *p)
{
	struct spool *s = &e->spools[p->doc / e->window];
	const uint32_t with = (p->pos ? WITH_POSITIONS : 0) | (p->forms ? WITH_ORDINALS : 0);
	const uint32_t head[] = { e->n_terms - 1, p->doc % e->window, p->freq, p->boost, with };
	enum fund_status st = FUND_OK;
	uint32_t before = 0;
	for (size_t i = 0; i < sizeof head / sizeof *head && st == FUND_OK; i++)
		st = spool_varint(s, head[i]);
	for (uint32_t i = 0; p->pos && i < p->freq && st == FUND_OK; i++) {
		st = spool_varint(s, p->pos[i] - before);
		before = p->pos[i];
	}
	for (uint32_t i = 0; p->forms && i < p->freq && st == FUND_OK; i++)
		st = spool_varint(s, p->forms[i]);
	if (st != FUND_OK && s->fault.text[0])
		*e->why = s->fault;
	return st;
}

static enum fund_status spill_term(struct exporter *e, struct term_stream *terms)
{
	struct posting p;
	enum fund_status st = note_term(e, terms);
	while (st == FUND_OK && (st = terms->next_posting(terms, &p)) == FUND_OK)
		if (e->wanted[p.doc])
			st = spill(e, &p);
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status spill_segment(struct exporter *e)
{
	struct term_stream terms = { 0 };
	enum fund_status st = segment_stream(e->segment, NULL, &terms);
	while (st == FUND_OK && (st = terms.next_term(&terms)) == FUND_OK) {
		st = interrupted() ? FUND_INTERRUPTED : spill_term(e, &terms);
	}
	segment_stream_end(&terms);
	return st == FUND_END ? FUND_OK : st;
}

/* ---- a window, article by article ---- */

/* Room for a row of numbers behind those that are there: where it begins. */
static enum fund_status numbers_room(struct exporter *e, uint32_t n, size_t *start)
{
	uint32_t *numbers = array_room(e->positions, e->n_positions + n + 1, &e->cap_positions, sizeof *numbers);
	if (!numbers)
		return FUND_NO_MEMORY;
	e->positions = numbers;
	*start = e->n_positions;
	return FUND_OK;
}

static enum fund_status load_numbers(struct exporter *e, struct spool_reader *in, uint32_t n, bool gaps, size_t *start)
{
	uint32_t last = 0;
	enum fund_status st = numbers_room(e, n, start);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		uint32_t v = (uint32_t)spool_reader_varint(in);
		last = gaps ? last + v : v;
		e->positions[e->n_positions++] = last;
		st = in->status;
	}
	return st;
}

static enum fund_status load_posting(struct exporter *e, struct spool_reader *in)
{
	uint32_t head[5];
	struct window_posting *postings = array_room(e->postings, e->n_postings + 1, &e->cap_postings, sizeof *postings);
	if (!postings)
		return FUND_NO_MEMORY;
	e->postings = postings;
	for (size_t i = 0; i < 5; i++)
		head[i] = (uint32_t)spool_reader_varint(in);
	if (in->status != FUND_OK)
		return in->status;
	struct window_posting *p = &e->postings[e->n_postings++];
	enum fund_status st = FUND_OK;
	*p = (struct window_posting){ head[1], head[0], head[2], head[3], SIZE_MAX, SIZE_MAX };
	if (head[4] & WITH_POSITIONS)
		st = load_numbers(e, in, p->freq, true, &p->pos);
	if (st == FUND_OK && head[4] & WITH_ORDINALS)
		st = load_numbers(e, in, p->freq, false, &p->ordinals);
	return st;
}

static enum fund_status load_window(struct exporter *e, const struct spool *s)
{
	struct spool_reader in = { 0 };
	enum fund_status st = spool_reader_init(&in, s, 0, spool_len(s), 1u << 16);
	e->n_postings = e->n_positions = 0;
	while (st == FUND_OK && !spool_reader_ended(&in))
		st = load_posting(e, &in);
	spool_reader_release(&in);
	return st;
}

static int by_doc_and_term(const void *a, const void *b)
{
	const struct window_posting *x = a, *y = b;
	return x->doc != y->doc ? (x->doc > y->doc) - (x->doc < y->doc) : (x->term > y->term) - (x->term < y->term);
}

static enum fund_status own_terms(struct exporter *e, const struct window_posting *p, uint32_t n)
{
	if (n > e->cap_own) {
		struct export_term *grown = realloc(e->own, n * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		e->own = grown;
		e->cap_own = n;
	}
	for (uint32_t i = 0; i < n; i++) {
		const struct window_term *t = &e->terms[p[i].term];
		e->own[i] = (struct export_term){ t->term, p[i].freq, (uint8_t)p[i].boost, p[i].pos == SIZE_MAX ? NULL : e->positions + p[i].pos,
						  t->forms, t->n_forms, p[i].ordinals == SIZE_MAX ? NULL : e->positions + p[i].ordinals };
	}
	return FUND_OK;
}

static enum fund_status hand_over(struct exporter *e, uint32_t doc, const struct window_posting *p, uint32_t n)
{
	struct stored_article text;
	struct export_article a = { .text = &text, .n_terms = n, .weights = e->weights };
	uint64_t date = 0, length = 0, words = 0, fields = 0, born = 0;
	enum fund_status st = own_terms(e, p, n);
	a.terms = e->own;
	if (st == FUND_OK)
		st = key_of(e, doc, &a.key);
	if (st == FUND_OK)
		st = segment_value(e->segment, COLUMN_DATE, doc, &date);
	if (st == FUND_OK)
		st = segment_value(e->segment, COLUMN_LENGTH, doc, &length);
	if (st == FUND_OK)
		st = segment_value(e->segment, COLUMN_WORDS, doc, &words);
	if (st == FUND_OK)
		st = segment_value(e->segment, COLUMN_HASH, doc, &a.hash);
	if (st == FUND_OK)
		st = segment_value(e->segment, COLUMN_FIELDS, doc, &fields);
	if (st == FUND_OK)
		st = segment_value(e->segment, COLUMN_BORN, doc, &born);
	if (st == FUND_OK)
		st = segment_value(e->segment, COLUMN_SIGNATURE, doc, &a.signature);
	if (st == FUND_OK)
		st = segment_article(e->segment, doc, &e->text, &text);
	a.date = (uint32_t)date;
	a.length = (uint32_t)length;
	a.words = (uint32_t)words;
	a.fields = (uint32_t)fields;
	a.born = (uint32_t)born;
	return st == FUND_OK ? e->sink->article(e->sink->context, &a, e->why) : st;
}

/* Articles without any term, too. */
static enum fund_status write_window(struct exporter *e, uint32_t number)
{
	uint32_t first = number * e->window;
	size_t at = 0, next;
	enum fund_status st = load_window(e, &e->spools[number]);
	if (st == FUND_OK && e->n_postings > 1)
		qsort(e->postings, e->n_postings, sizeof *e->postings, by_doc_and_term);
	for (uint32_t doc = first; doc < e->n_docs && doc - first < e->window && st == FUND_OK; doc++) {
		for (next = at; next < e->n_postings && e->postings[next].doc == doc - first;)
			next++;
		if (e->wanted[doc])
			st = interrupted() ? FUND_INTERRUPTED : hand_over(e, doc, e->postings + at, (uint32_t)(next - at));
		at = next;
	}
	spool_release(&e->spools[number]);
	return st;
}

/* ---- a segment ---- */

static void release(struct exporter *e)
{
	for (uint32_t i = 0; i < e->n_spools; i++)
		spool_release(&e->spools[i]);
	free(e->spools);
	free(e->wanted);
	free(e->terms);
	free(e->postings);
	free(e->positions);
	free(e->own);
	arena_release(&e->arena);
	buf_release(&e->key);
	text_cache_release(&e->text);
}

static enum fund_status export_segment(struct segment *segment, struct shard shard, const char *dir, const struct export_sink *sink, struct fault *why)
{
	struct exporter e = { .segment = segment, .shard = shard, .sink = sink, .why = why, .weights = segment_weights(segment), .arena = ARENA_INIT };
	enum fund_status st = want_all(&e);
	if (st == FUND_OK && e.n_wanted) {
		st = make_spools(&e, dir);
		if (st == FUND_OK)
			st = spill_segment(&e);
		for (uint32_t i = 0; i < e.n_spools && st == FUND_OK; i++)
			st = write_window(&e, i);
	}
	release(&e);
	return st;
}

static void describe(enum fund_status st, struct fault *why)
{
	if (st == FUND_INTERRUPTED)
		fault_set(why, st, "stopped by a signal");
	else if (st == FUND_NO_MEMORY)
		fault_set(why, st, "out of memory");
	else
		fault_set(why, st, "the index cannot be read: run fundstelle-index --verify");
}

enum fund_status export_articles(struct snapshot *s, struct shard shard, const char *dir, const struct export_sink *sink, struct fault *why)
{
	enum fund_status st = FUND_OK;
	snapshot_advise_through(s);
	for (uint32_t i = 0; i < snapshot_n_segments(s) && st == FUND_OK; i++) {
		struct segment *segment;
		st = snapshot_segment(s, i, &segment, why);
		if (st == FUND_OK)
			st = export_segment(segment, shard, dir, sink, why);
	}
	if (st != FUND_OK && !why->text[0])
		describe(st, why);
	return st;
}
