/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "indexer/met_forms.h"
#include "indexer/runs.h"
#include "store/postings.h"

/* One input, standing on a term and, within it, on a posting. */
struct head {
	struct term_stream *stream;
	const uint32_t *docs;
	struct posting posting;
	uint32_t doc; /* final number; DOC_END: none left */
	uint32_t *places; /* of the input's forms in the merged row */
	size_t cap_places;
};

/* One form of one input. */
struct input_form {
	struct met_form form;
	uint32_t head, place; /* whose, and where in its row */
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
	/* the forms of the current term */
	struct input_form *all;
	size_t n_all, cap_all;
	struct met_form *row; /* the merged ones; as much room as all */
	size_t n_row;
	struct buf encoded;
	struct position_room mapped;
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

/* ---- forms ---- */

static enum fund_status grow(void **array, size_t *cap, size_t want, size_t size)
{
	size_t more = *cap ? *cap : 64;
	while (more < want)
		more *= 2;
	void *grown = realloc(*array, more * size);
	if (!grown)
		return FUND_NO_MEMORY;
	*array = grown;
	*cap = more;
	return FUND_OK;
}

/* The forms of an input that has the term. */
static enum fund_status take_forms(struct merge *m, uint32_t head)
{
	struct cursor c = cursor_of(m->heads[head].stream->forms);
	struct input_form f = { .head = head };
	for (; met_form_next(&c, &f.form); f.place++) {
		if (m->n_all == m->cap_all) {
			size_t cap = m->cap_all;
			enum fund_status st = grow((void **)&m->all, &cap, cap + 1, sizeof *m->all);
			if (st == FUND_OK)
				st = grow((void **)&m->row, &m->cap_all, cap, sizeof *m->row);
			if (st != FUND_OK)
				return st;
		}
		m->all[m->n_all++] = f;
	}
	struct head *h = &m->heads[head];
	return f.place <= h->cap_places ? FUND_OK : grow((void **)&h->places, &h->cap_places, f.place, sizeof *h->places);
}

static int by_word(const void *a, const void *b)
{
	const struct input_form *x = a, *y = b;
	int c = slice_compare(x->form.word, y->form.word);
	return c ? c : (x->head > y->head) - (x->head < y->head);
}

static int by_times(const void *a, const void *b)
{
	const struct met_form *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : slice_compare(x->word, y->word);
}

static const struct met_form *find_in_row(const struct merge *m, const struct met_form *f)
{
	return bsearch(f, m->row, m->n_row, sizeof *m->row, by_times);
}

/* The usual case: one input, one form. */
static bool is_single(const struct merge *m)
{
	return m->n_all == 1 && m->all[0].form.n;
}

/* Adds up what the inputs met; says of each input's forms where they are in the row. */
static enum fund_status merge_forms(struct merge *m)
{
	enum fund_status st = FUND_OK;
	m->n_row = 0;
	buf_reset(&m->encoded);
	if (is_single(m)) {
		m->n_row = 1;
		m->heads[m->all[0].head].places[0] = 0;
		return buf_add_slice(&m->encoded, m->heads[m->all[0].head].stream->forms);
	}
	if (m->n_all > 1)
		qsort(m->all, m->n_all, sizeof *m->all, by_word);
	for (size_t i = 0, next; i < m->n_all; i = next) {
		struct met_form sum = m->all[i].form;
		for (next = i + 1; next < m->n_all && slice_equal(m->all[next].form.word, sum.word); next++) {
			sum.n += m->all[next].form.n;
			sum.capital += m->all[next].form.capital;
			sum.small += m->all[next].form.small;
		}
		for (size_t k = i; k < next; k++)
			m->all[k].form.n = sum.n; /* it is found again by this */
		if (sum.n)
			m->row[m->n_row++] = sum;
	}
	if (m->n_row > 1)
		qsort(m->row, m->n_row, sizeof *m->row, by_times);
	for (size_t i = 0; i < m->n_all; i++) {
		const struct met_form *at = m->all[i].form.n ? find_in_row(m, &m->all[i].form) : NULL;
		m->heads[m->all[i].head].places[m->all[i].place] = at ? (uint32_t)(at - m->row) : 0;
	}
	for (size_t i = 0; i < m->n_row && st == FUND_OK; i++)
		st = met_form_put(&m->encoded, &m->row[i]);
	return st;
}

/* The posting's forms by their places in the merged row. */
static enum fund_status map_forms(struct merge *m, const struct head *h, struct posting *p)
{
	if (m->n_row < 2) {
		p->forms = NULL;
		return FUND_OK;
	}
	while (m->mapped.cap < p->freq) {
		enum fund_status st = position_room_grow(&m->mapped);
		if (st != FUND_OK)
			return st;
	}
	for (uint32_t i = 0; i < p->freq; i++)
		m->mapped.forms[i] = h->places[p->forms ? p->forms[i] : 0];
	p->forms = m->mapped.forms;
	return FUND_OK;
}

/* ---- terms ---- */

static enum fund_status put(struct merge *m, const struct head *h)
{
	struct posting p = h->posting;
	enum fund_status st = map_forms(m, h, &p);

	if (st == FUND_OK && !m->begun)
		st = m->sink->begin_term(m->sink->context, slice_of(m->term, m->term_len), slice_buf(&m->encoded));
	m->begun = true;
	if (st == FUND_OK)
		st = m->sink->add_posting(m->sink->context, h->doc, &p);
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
	m->n_all = 0;
	while (st == FUND_OK && m->n_terms &&
	       slice_equal(m->heads[m->terms[0]].stream->term, slice_of(m->term, m->term_len))) {
		uint32_t i = m->terms[0];
		st = take_forms(m, i);
		if (st != FUND_OK)
			return st;
		m->terms[0] = m->terms[--m->n_terms];
		sift_down(m, m->terms, m->n_terms, 0, term_less);
		st = advance(&m->heads[i]);
		m->docs[m->n_docs] = i;
		sift_up(m, m->docs, m->n_docs++, doc_less);
	}
	return st == FUND_OK ? merge_forms(m) : st;
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
	for (uint32_t i = 0; m.heads && i < n; i++)
		free(m.heads[i].places);
	free(m.heads);
	free(m.terms);
	free(m.all);
	free(m.row);
	buf_release(&m.encoded);
	position_room_release(&m.mapped);
	return st;
}
