/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/hash.h"
#include "store/column_writer.h"
#include "store/form_counter.h"
#include "store/key_writer.h"
#include "store/memory_chunks.h"
#include "store/planted.h"
#include "store/postings_writer.h"
#include "store/segment.h"
#include "store/term_filter.h"
#include "store/writer_private.h"

#define HELD_MAX ((size_t)16 << 20) /* bytes of keys and values: some 2,000 articles of a newspaper */

struct segment_writer {
	struct index_writer *writer; /* NULL: the chunks go elsewhere */
	bool holds;		     /* they are in memory until it is known whether they are to be written */
	struct memory_chunks held;
	struct segment *segment; /* of these */
	struct chunk_sink elsewhere;
	struct chunk_sink sink;
	struct field_weights weights;
	const char *name; /* in faults */
	struct fault *fault;
	struct segment_stats stats;
	struct key_writer keys;
	struct column_writer columns;
	struct chunk_packer texts;
	struct text_directory_writer directory;
	struct text_store own; /* what `texts` writes */
	uint32_t *lengths; /* weighted length of each document */
	size_t lengths_cap;
	struct postings_writer *postings; /* both from the first term on */
	struct dictionary_writer *dictionary;
	struct term_filter_writer filter;
	uint8_t term[DICTIONARY_TERM_MAX];
	size_t term_len;
	bool term_with_positions, term_begun; /* begun: its list is being written */
	struct form_counter forms; /* of the term */
};

static enum fund_status put_in_index(struct segment_writer *s, enum chunk_kind kind, struct slice tail, struct slice value)
{
	uint8_t key[SEGMENT_KEY_PREFIX + DICTIONARY_TERM_MAX];
	size_t len = put_segment_prefix(key, KEY_SEGMENT, s->stats.number);

	if (tail.len > DICTIONARY_TERM_MAX)
		return FUND_INVALID;
	key[len++] = (uint8_t)kind;
	memcpy(key + len, tail.data, tail.len);
	enum fund_status st = writer_put(s->writer, slice_of(key, len + tail.len), value);
	return st == FUND_OK ? writer_commit_if_large(s->writer) : st;
}

/* ---- chunks that are held ---- */

void segment_writer_hold(struct segment_writer *s) { s->holds = true; }

static void forget_held(struct segment_writer *s)
{
	segment_free(s->segment);
	s->segment = NULL;
	memory_chunks_release(&s->held);
	s->holds = false;
}

enum fund_status segment_writer_settle(struct segment_writer *s)
{
	enum fund_status st = FUND_OK;

	for (size_t i = 0; i < s->held.n && st == FUND_OK; i++)
		st = put_in_index(s, s->held.chunks[i].kind, s->held.chunks[i].tail, s->held.chunks[i].value);
	if (st == FUND_OK)
		forget_held(s);
	return st;
}

static enum fund_status hold_chunk(struct segment_writer *s, enum chunk_kind kind, struct slice tail, struct slice value)
{
	struct chunk_sink held = memory_chunks_sink(&s->held);
	enum fund_status st = held.put(held.context, kind, tail, value);

	return st == FUND_OK && s->held.arena.used > HELD_MAX ? segment_writer_settle(s) : st;
}

enum fund_status segment_writer_held(struct segment_writer *s, struct segment **out)
{
	enum fund_status st = FUND_OK;

	if (s->holds && !s->segment) {
		memory_chunks_settle(&s->held);
		st = segment_of_chunks(&s->segment, memory_chunks_source(&s->held), &s->stats, s->weights);
	}
	*out = s->segment;
	return st;
}

/* ---- life ---- */

static enum fund_status put_chunk(void *context, enum chunk_kind kind, struct slice tail, struct slice value)
{
	struct segment_writer *s = context;

	s->stats.bytes += value.len;
	if (kind == CHUNK_TEXT || kind == CHUNK_TEXT_DIRECTORY)
		s->stats.bytes_text += value.len;
	if (kind == CHUNK_TEXT)
		s->own.bytes += value.len;
	if (!s->writer)
		return s->elsewhere.put(s->elsewhere.context, kind, tail, value);
	return s->holds ? hold_chunk(s, kind, tail, value) : put_in_index(s, kind, tail, value);
}

/* A failure below the store's own writing says nothing by itself. */
static enum fund_status told(struct segment_writer *s, enum fund_status st, const char *what)
{
	if (st == FUND_NO_MEMORY || st == FUND_INVALID || st == FUND_LIMIT)
		fault_set(s->fault, st, "%s: segment %u: %s: %s", s->name, s->stats.number, what, fund_status_name(st));
	return st;
}

static void init(struct segment_writer *s)
{
	s->sink = (struct chunk_sink){ s, put_chunk };
	s->filter.sink = s->sink;
	key_writer_init(&s->keys, s->sink);
	column_writer_init(&s->columns, s->sink);
	chunk_packer_init(&s->texts, s->sink, CHUNK_TEXT);
	text_directory_writer_init(&s->directory, s->sink, s->stats.number);
}

enum fund_status segment_writer_new(struct segment_writer **out, struct index_writer *w, struct fault *why)
{
	*out = NULL;
	if (w->segment_open)
		return fault_set(why, FUND_INVALID, "%s: a segment is being written already", writer_dir(w));
	if (w->next_segment == UINT32_MAX)
		return fault_set(why, FUND_LIMIT, "%s: no segment numbers are left: build the index anew",
				 writer_dir(w));
	struct segment_writer *s = calloc(1, sizeof(*s));
	if (!s && !planted("memory-unchecked"))
		return fault_set(why, FUND_NO_MEMORY, "%s: no memory", writer_dir(w));
	s->writer = w;
	s->weights = snapshot_manifest(w->snapshot)->weights;
	s->name = writer_dir(w);
	s->fault = &w->fault;
	s->stats.number = w->next_segment++;
	w->segment_open = true;
	init(s);
	*out = s;
	return FUND_OK;
}

enum fund_status segment_writer_new_elsewhere(struct segment_writer **out, struct chunk_sink sink, struct field_weights weights, const char *name,
					      struct fault *why)
{
	struct segment_writer *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return fault_set(why, FUND_NO_MEMORY, "%s: no memory", name);
	s->elsewhere = sink;
	s->weights = weights;
	s->name = name;
	s->fault = why;
	init(s);
	return FUND_OK;
}

void segment_writer_free(struct segment_writer *s)
{
	if (!s)
		return;
	if (s->writer && s->writer->segment_open) {
		writer_abort(s->writer);
		s->writer->segment_open = false;
	}
	forget_held(s);
	key_writer_release(&s->keys);
	column_writer_release(&s->columns);
	chunk_packer_release(&s->texts);
	text_directory_writer_release(&s->directory);
	postings_writer_free(s->postings);
	dictionary_writer_free(s->dictionary);
	term_filter_writer_release(&s->filter);
	form_counter_release(&s->forms);
	free(s->lengths);
	free(s);
}

/* ---- documents ---- */

static enum fund_status note_length(struct segment_writer *s, uint32_t length)
{
	if (s->stats.n_docs == s->lengths_cap) {
		size_t cap = s->lengths_cap ? s->lengths_cap * 2 : 1024;
		uint32_t *grown = realloc(s->lengths, cap * sizeof(*grown));
		if (!grown)
			return FUND_NO_MEMORY;
		s->lengths = grown;
		s->lengths_cap = cap;
	}
	s->lengths[s->stats.n_docs] = length;
	return FUND_OK;
}

static void count_doc(struct segment_stats *stats, const struct doc_info *doc)
{
	stats->n_docs++;
	stats->n_words += doc->words;
	stats->sum_length += doc->length;
	if (doc->date == 0)
		return;
	if (stats->date_first == 0 || doc->date < stats->date_first)
		stats->date_first = doc->date;
	if (doc->date > stats->date_last)
		stats->date_last = doc->date;
}

enum fund_status segment_writer_add_doc(struct segment_writer *s, const struct doc_info *doc)
{
	const uint64_t value[COLUMNS] = {
		[COLUMN_LENGTH] = doc->length, [COLUMN_DATE] = doc->date,   [COLUMN_HASH] = doc->hash,
		[COLUMN_FIELDS] = doc->fields, [COLUMN_WORDS] = doc->words, [COLUMN_SIGNATURE] = doc->signature,
		[COLUMN_BORN] = doc->born,	  [COLUMN_AUTHOR] = doc->author, [COLUMN_SECTION] = doc->section,
		[COLUMN_SOURCE] = doc->source,
	};

	if (s->postings)
		return told(s, FUND_INVALID, "a document behind the first term");
	if (s->stats.n_docs == DOC_END - 1)
		return told(s, FUND_LIMIT, "documents");
	enum fund_status st = note_length(s, doc->length);
	if (st == FUND_OK)
		st = key_writer_add(&s->keys, &doc->key);
	if (st == FUND_OK)
		st = column_writer_add(&s->columns, value);
	if (st == FUND_OK)
		count_doc(&s->stats, doc);
	return told(s, st, "document");
}

/* ---- texts ---- */

/* Ahead of all that is kept of it. */
enum fund_status segment_writer_keep_store(struct segment_writer *s, const struct text_store *store)
{
	struct segment_stats *stats = &s->stats;
	uint32_t at = stats->n_stores;

	if (at == TEXT_STORES_MAX - 1 || store->number >= stats->number)
		return told(s, FUND_INVALID, "text store");
	for (; at > 0 && stats->stores[at - 1].number > store->number; at--)
		stats->stores[at] = stats->stores[at - 1];
	stats->stores[at] = *store;
	stats->n_stores++;
	stats->bytes += store->bytes;
	stats->bytes_text += store->bytes;
	return FUND_OK;
}

enum fund_status segment_writer_keep_text(struct segment_writer *s, const struct text_run *run)
{
	if (!segment_stats_store(&s->stats, run->store))
		return told(s, FUND_INVALID, "text of a store that is not kept");
	return told(s, text_directory_writer_add(&s->directory, run), "text");
}

enum fund_status segment_writer_await_text(struct segment_writer *s)
{
	s->own.n_docs++;
	return told(s, text_directory_writer_await(&s->directory), "text");
}

enum fund_status segment_writer_add_text(struct segment_writer *s, struct slice stored, uint32_t n_docs,
					 uint32_t raw_len)
{
	struct text_run run = { .n_docs = n_docs, .store = s->stats.number, .n_records = n_docs, .stored_len = (uint32_t)stored.len, .raw_len = raw_len };

	if (stored.len > UINT32_MAX)
		return told(s, FUND_INVALID, "text block");
	enum fund_status st = chunk_packer_add(&s->texts, stored, &run.address);
	if (st == FUND_OK && s->directory.n_awaited)
		return told(s, text_directory_writer_settle(&s->directory, &run), "text block");
	if (st == FUND_OK)
		st = text_directory_writer_add(&s->directory, &run);
	s->own.n_docs += n_docs;
	return told(s, st, "text block");
}

/* Its own store, if it has one, is listed behind those that it keeps. */
static enum fund_status finish_texts(struct segment_writer *s)
{
	enum fund_status st = chunk_packer_finish(&s->texts, &s->own.n_chunks);

	if (st == FUND_OK)
		st = text_directory_writer_finish(&s->directory);
	s->own.number = s->stats.number;
	if (s->own.n_docs)
		s->stats.stores[s->stats.n_stores++] = s->own;
	return st;
}

/* ---- terms ---- */

static enum fund_status first_term(struct segment_writer *s)
{
	enum fund_status st = postings_writer_new(&s->postings, s->sink, s->lengths, s->stats.n_docs, s->weights);

	return st == FUND_OK ? dictionary_writer_new(&s->dictionary, s->sink) : st;
}

enum fund_status segment_writer_begin_term(struct segment_writer *s, struct slice term, bool with_positions)
{
	enum fund_status st = FUND_OK;

	if (term.len == 0 || term.len > DICTIONARY_TERM_MAX)
		return told(s, FUND_INVALID, "term");
	if (!s->dictionary)
		st = first_term(s);
	if (st != FUND_OK)
		return told(s, st, "term");
	memcpy(s->term, term.data, term.len);
	s->term_len = term.len;
	s->term_with_positions = with_positions;
	s->term_begun = false;
	form_counter_reset(&s->forms);
	return FUND_OK;
}

enum fund_status segment_writer_add_form(struct segment_writer *s, struct slice word, uint64_t cf)
{
	bool right = !s->term_begun && class_has_forms(s->term[0]);

	return told(s, right ? form_counter_add(&s->forms, word, cf) : FUND_INVALID, "form");
}

/* With the first posting, when all forms are known. */
static enum fund_status begin_list(struct segment_writer *s)
{
	struct slice itself = slice_of(s->term + 1, s->term_len - 1);
	const struct ordinal_shares *shares = NULL;
	enum fund_status st = FUND_OK;

	if (class_has_forms(s->term[0]) && s->forms.n == 0)
		st = form_counter_add(&s->forms, itself, 0);
	if (st == FUND_OK && s->forms.n > 1)
		st = form_counter_shares(&s->forms, &shares);
	if (st == FUND_OK && s->forms.n > 1 && !s->term_with_positions)
		st = FUND_INVALID;
	s->term_begun = true;
	return st == FUND_OK ? postings_writer_begin(s->postings, s->term_with_positions, shares) : st;
}

enum fund_status segment_writer_add_posting(struct segment_writer *s, uint32_t doc, uint32_t freq, uint8_t boost,
					    const uint32_t *pos, const uint32_t *forms)
{
	enum fund_status st = s->term_begun ? FUND_OK : begin_list(s);

	if (st == FUND_OK && s->forms.n > 1)
		st = form_counter_met(&s->forms, doc, freq, &forms);
	if (st == FUND_OK)
		st = postings_writer_add(s->postings, doc, freq, boost, pos, forms);
	return told(s, st, "posting");
}

enum fund_status segment_writer_end_term(struct segment_writer *s)
{
	struct term_entry entry;
	enum fund_status st = s->term_begun ? postings_writer_end(s->postings, &entry) : FUND_INVALID;

	if (st == FUND_OK)
		st = form_counter_end(&s->forms, entry.df, entry.cf);
	if (st == FUND_OK) {
		entry.term = slice_of(s->term, s->term_len);
		st = dictionary_writer_add(s->dictionary, &entry, s->forms.forms, s->forms.n);
	}
	if (st == FUND_OK)
		st = term_filter_writer_add(&s->filter, entry.term);
	if (st == FUND_OK) {
		s->stats.n_terms++;
		s->stats.n_postings += entry.df;
	}
	return told(s, st, "term");
}

/* ---- the end ---- */

enum fund_status segment_writer_finish_open(struct segment_writer *s, struct segment_stats *stats)
{
	enum fund_status st = FUND_OK;

	if (s->directory.n_docs != s->stats.n_docs)
		return told(s, FUND_INVALID, "texts and documents differ in number");
	st = key_writer_finish(&s->keys);
	if (st == FUND_OK)
		st = column_writer_finish(&s->columns);
	if (st == FUND_OK)
		st = finish_texts(s);
	if (st == FUND_OK && s->postings)
		st = postings_writer_finish(s->postings, &s->stats.n_list_chunks, &s->stats.n_position_chunks);
	if (st == FUND_OK && s->dictionary)
		st = dictionary_writer_finish(s->dictionary);
	if (st == FUND_OK)
		st = term_filter_writer_finish(&s->filter);
	if (st != FUND_OK)
		return told(s, st, "end");
	if (s->writer)
		s->writer->segment_open = false;
	*stats = s->stats;
	return FUND_OK;
}

enum fund_status segment_writer_finish(struct segment_writer *s, struct segment_stats *stats)
{
	enum fund_status st = segment_writer_finish_open(s, stats);

	return st == FUND_OK && s->writer && !s->holds ? told(s, writer_commit(s->writer), "end") : st;
}
