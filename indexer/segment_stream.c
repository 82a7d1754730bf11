/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/segment_stream.h"

#include <stdlib.h>

#include "indexer/met_forms.h"
#include "store/postings.h"

struct segment_reader {
	struct segment *segment;
	const uint32_t *docs; /* NULL: all are kept */
	struct term_walk terms;
	struct term_forms forms;
	struct buf encoded;
	uint64_t *met; /* of each form */
	size_t cap_met;
	struct postings postings;
	bool open;
};

/* ---- forms ---- */

static enum fund_status open_list(struct segment_reader *r)
{
	if (r->open)
		postings_release(&r->postings);
	enum fund_status st = postings_open(&r->postings, segment_chunks(r->segment), &r->terms.terms.entry, segment_weights(r->segment));
	r->open = st == FUND_OK;
	return st;
}

/* Counts the forms in the documents that are kept. */
static enum fund_status count_forms(struct segment_reader *r)
{
	enum fund_status st = open_list(r);
	while (st == FUND_OK && (st = postings_next(&r->postings)) == FUND_OK && r->postings.doc != DOC_END) {
		const uint32_t *ordinals = NULL;
		uint32_t n;
		if (r->postings.doc >= segment_n_docs(r->segment))
			return FUND_CORRUPT;
		if (r->docs[r->postings.doc] == DOC_END)
			continue;
		st = r->forms.n > 1 ? postings_forms(&r->postings, &ordinals, &n) : postings_freq(&r->postings, &n);
		for (uint32_t i = 0; i < n && st == FUND_OK; i++)
			r->met[ordinals ? ordinals[i] : 0]++;
	}
	return st;
}

static enum fund_status put_forms(struct segment_reader *r)
{
	enum fund_status st = FUND_OK;
	if (r->forms.n > r->cap_met) {
		uint64_t *grown = realloc(r->met, 2 * (size_t)r->forms.n * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		r->met = grown;
		r->cap_met = 2 * (size_t)r->forms.n;
	}
	for (uint32_t i = 0; i < r->forms.n; i++)
		r->met[i] = r->docs ? 0 : r->forms.forms[i].cf;
	if (r->docs && r->forms.n)
		st = count_forms(r);
	buf_reset(&r->encoded);
	for (uint32_t i = 0; i < r->forms.n && st == FUND_OK; i++)
		st = met_form_put(&r->encoded, &(struct met_form){ .word = r->forms.forms[i].word, .n = r->met[i] });
	return st;
}

/* ---- the stream ---- */

static enum fund_status next_term(struct term_stream *s)
{
	struct segment_reader *r = s->context;
	enum fund_status st = term_walk_next(&r->terms, &r->forms);
	if (st == FUND_OK)
		st = put_forms(r);
	if (st == FUND_OK)
		st = open_list(r);
	s->term = r->terms.terms.entry.term;
	s->forms = slice_buf(&r->encoded);
	return st;
}

static enum fund_status next_posting(struct term_stream *s, struct posting *out)
{
	struct segment_reader *r = s->context;
	uint32_t n;
	enum fund_status st = postings_next(&r->postings);
	if (st != FUND_OK)
		return st;
	if (r->postings.doc == DOC_END)
		return FUND_END;
	out->doc = r->postings.doc;
	out->pos = out->forms = NULL;
	st = postings_freq(&r->postings, &out->freq);
	if (st == FUND_OK)
		st = postings_boost(&r->postings, &out->boost);
	if (st == FUND_OK && r->terms.terms.entry.has_positions)
		st = postings_positions(&r->postings, &out->pos, &n);
	if (st == FUND_OK && r->terms.terms.entry.several_forms)
		st = postings_forms(&r->postings, &out->forms, &n);
	return out->doc < segment_n_docs(r->segment) ? st : FUND_CORRUPT;
}

static bool any_dropped(const struct segment *s, const uint32_t *docs)
{
	for (uint32_t i = 0; docs && i < segment_n_docs(s); i++)
		if (docs[i] == DOC_END)
			return true;
	return false;
}

enum fund_status segment_stream(struct segment *s, const uint32_t *docs, struct term_stream *out)
{
	struct segment_reader *r = calloc(1, sizeof *r);
	*out = (struct term_stream){ .context = r, .next_term = next_term, .next_posting = next_posting };
	if (!r)
		return FUND_NO_MEMORY;
	r->segment = s;
	r->docs = any_dropped(s, docs) ? docs : NULL;
	return term_walk_begin(&r->terms, segment_chunks(s), (struct slice){ NULL, 0 });
}

void segment_stream_end(struct term_stream *s)
{
	struct segment_reader *r = s->context;
	if (r && r->open)
		postings_release(&r->postings);
	if (r) {
		term_forms_release(&r->forms);
		buf_release(&r->encoded);
		free(r->met);
	}
	free(r);
	s->context = NULL;
}

/* ---- the sink ---- */

static enum fund_status begin_term(void *context, struct slice term, struct slice forms)
{
	struct cursor c = cursor_of(forms);
	struct met_form f;
	enum fund_status st = segment_writer_begin_term(context, term, true);
	while (st == FUND_OK && met_form_next(&c, &f))
		st = segment_writer_add_form(context, f.word, f.n);
	return st;
}

static enum fund_status add_posting(void *context, uint32_t doc, const struct posting *p)
{
	return segment_writer_add_posting(context, doc, p->freq, p->boost, p->pos, p->forms);
}

static enum fund_status end_term(void *context) { return segment_writer_end_term(context); }

struct term_sink segment_sink(struct segment_writer *to) { return (struct term_sink){ to, begin_term, add_posting, end_term }; }
