/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "indexer/runs.h"
#include "store/postings.h"

/* One input, standing on a term and, within it, on a posting. */
struct head {
	struct term_stream *stream;
	const uint32_t *docs;
	struct posting posting;
	uint32_t doc; /* final number; DOC_END: none left */
};

/* Two heaps over the same inputs: all by term, and those that have the current term by document. */
struct merge {
	struct head *heads;
	uint32_t *terms, *docs; /* indexes of heads */
	uint32_t n_terms, n_docs;
	const struct term_sink *sink;
	bool (*stopped)(void);
	uint32_t n_since_asked;
	uint8_t term[TERM_BYTES_MAX];
	size_t term_len;
	bool begun;
};

static bool term_less(const struct merge *m, uint32_t a, uint32_t b)
{
	int c = slice_compare(m->heads[a].stream->term, m->heads[b].stream->term);

	return c < 0 || (c == 0 && a < b);
}

static bool doc_less(const struct merge *m, uint32_t a, uint32_t b)
{
	return m->heads[a].doc < m->heads[b].doc;
}



static void sift_down(const struct merge *m, uint32_t *heap, uint32_t n, uint32_t i, bool (*less)(const struct merge *, uint32_t, uint32_t))
{
	for (;;) {
		uint32_t child = 2 * i + 1;
		if (child >= n)
			return;
		if (child + 1 < n && less(m, heap[child + 1], heap[child]))
			child++;
		if (!less(m, heap[child], heap[i]))
			return;
		uint32_t swap = heap[i];
		heap[i] = heap[child];
		heap[child] = swap;
		i = child;
	}
}

static void sift_up(const struct merge *m, uint32_t *heap, uint32_t i, bool (*less)(const struct merge *, uint32_t, uint32_t))
{
	while (i && less(m, heap[i], heap[(i - 1) / 2])) {
		uint32_t swap = heap[i], parent = (i - 1) / 2;
		heap[i] = heap[parent];
		heap[parent] = swap;
		i = parent;
	}
}

/* To the head's next document that lives. */
static enum fund_status advance(struct head *h)
{
	for (;;) {
		enum fund_status st = h->stream->next_posting(h->stream, &h->posting);
		if (st == FUND_END)
			h->doc = DOC_END;
		if (st != FUND_OK)
			return st == FUND_END ? FUND_OK : st;
		h->doc = h->docs[h->posting.doc];
		if (h->doc != DOC_END)
			return FUND_OK;
	}
}

static enum fund_status put(struct merge *m, const struct head *h)
{
	enum fund_status st = FUND_OK;

	if (!m->begun)
		st = m->sink->begin_term(m->sink->context, slice_of(m->term, m->term_len), class_has_positions(m->term[0]));
	m->begun = true;
	if (st == FUND_OK)
		st = m->sink->add_posting(m->sink->context, h->doc, h->posting.freq, h->posting.boost, h->posting.pos);
	if (++m->n_since_asked >= 65536) {
		m->n_since_asked = 0;
		if (m->stopped && m->stopped())
			return FUND_INTERRUPTED;
	}
	return st;
}

/* The inputs with the smallest term, taken off the one heap and put on the other. */
static enum fund_status gather(struct merge *m)
{
	struct slice smallest = m->heads[m->terms[0]].stream->term;
	enum fund_status st = FUND_OK;

	memcpy(m->term, smallest.data, smallest.len);
	m->term_len = smallest.len;
	m->n_docs = 0;
	m->begun = false;
	while (st == FUND_OK && m->n_terms &&
	       slice_equal(m->heads[m->terms[0]].stream->term, slice_of(m->term, m->term_len))) {
		uint32_t i = m->terms[0];
		m->terms[0] = m->terms[--m->n_terms];
		sift_down(m, m->terms, m->n_terms, 0, term_less);
		st = advance(&m->heads[i]);
		m->docs[m->n_docs] = i;
		sift_up(m, m->docs, m->n_docs++, doc_less);
	}
	return st;
}

/* Back to the heap of terms, each at its next one. */
static enum fund_status next_terms(struct merge *m)
{
	for (uint32_t k = 0; k < m->n_docs; k++) {
		struct term_stream *s = m->heads[m->docs[k]].stream;
		enum fund_status st = s->next_term(s);
		if (st == FUND_END)
			continue;
		if (st != FUND_OK)
			return st;
		m->terms[m->n_terms] = m->docs[k];
		sift_up(m, m->terms, m->n_terms++, term_less);
	}
	return FUND_OK;
}

static enum fund_status merge_one_term(struct merge *m)
{
	enum fund_status st = gather(m);

	while (st == FUND_OK && m->heads[m->docs[0]].doc != DOC_END) {
		struct head *h = &m->heads[m->docs[0]];
		st = put(m, h);
		if (st == FUND_OK)
			st = advance(h);
		if (st == FUND_OK && m->n_docs > 1)
			sift_down(m, m->docs, m->n_docs, 0, doc_less);
	}
	if (st == FUND_OK && m->begun)
		st = m->sink->end_term(m->sink->context);
	return st == FUND_OK ? next_terms(m) : st;
}

enum fund_status merge_terms(const struct merge_input *inputs, uint32_t n, const struct term_sink *sink, bool (*stopped)(void))
{
	struct merge m = { .sink = sink, .stopped = stopped };
	enum fund_status st = FUND_OK;

	m.heads = calloc(n + 1, sizeof *m.heads);
	m.terms = calloc(2 * ((size_t)n + 1), sizeof *m.terms);
	if (!m.heads || !m.terms)
		st = FUND_NO_MEMORY;
	for (uint32_t i = 0; st == FUND_OK && i < n; i++) {
		m.docs = m.terms + n + 1;
		m.heads[i] = (struct head){ .stream = inputs[i].stream, .docs = inputs[i].docs };
		st = inputs[i].stream->next_term(inputs[i].stream);
		if (st == FUND_OK) {
			m.terms[m.n_terms] = i;
			sift_up(&m, m.terms, m.n_terms++, term_less);
		} else if (st == FUND_END) {
			st = FUND_OK;
		}
	}
	while (st == FUND_OK && m.n_terms)
		st = merge_one_term(&m);
	free(m.heads);
	free(m.terms);
	return st;
}
