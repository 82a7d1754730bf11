/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_lend.c - some documents of Xapian's as a segment in memory: what a plan asks of them, and what is shown.
 *
 * Shape    Wishes are the terms of a plan, and the forms of some of these; what each document has of them is noted as its data are read. Then documents go by
 *          their keys and notes by term and document, which is the order that the segment writer takes them in.
 * Forms    Of a term with forms that were asked for, all others are one form, which is no word.
 */
#include <stdlib.h>

#include "query/lender_private.h"
#include "query/plan_private.h"
#include "store/index_writer.h"

#define NO_FORM UINT32_MAX
#define OTHER_FORM "\x01" /* no word is written so */

struct wish {
	struct slice term, form; /* form.data NULL: the term itself */
	uint32_t n_forms;	 /* of a term: wishes for forms that follow it */
};

/* What a document has of a term. */
struct note {
	uint32_t wish, doc; /* doc: as it was read; then its local number */
	uint32_t freq;
	uint8_t boost;
	bool has_positions;
	size_t pos; /* in `positions`, freq of them; so in `forms`, if any were wished for: the wish, or NO_FORM */
};

struct lent_article {
	struct xapian_article article; /* in the arena */
	uint32_t born, doc, local;
};

struct lending {
	struct searcher *searcher;
	struct lender *l;
	enum lend_texts texts;
	struct wish *wishes; /* by term and form, a term before its forms */
	size_t n_wishes, cap_wishes;
	struct lent_article *articles; /* as they were read */
	uint32_t n_articles;
	uint32_t *order; /* by key */
	struct note *notes;
	size_t n_notes, cap_notes;
	uint32_t *positions;
	size_t n_positions, cap_positions;
	uint32_t *forms; /* beside the positions */
	size_t cap_forms;
	struct xapian_terms terms;
	struct buf room;
	struct segment_writer *writer;
};

/* ---- wishes ---- */

static enum fund_status wish_for(struct lending *g, struct slice term, struct slice form)
{
	struct wish *wishes = array_room(g->wishes, g->n_wishes + 1, &g->cap_wishes, sizeof *wishes);
	if (!wishes)
		return FUND_NO_MEMORY;
	g->wishes = wishes;
	g->wishes[g->n_wishes++] = (struct wish){ .term = term, .form = form };
	return FUND_OK;
}

static enum fund_status wish_for_forms(struct lending *g, const struct expansion *x)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < x->n_pairs && st == FUND_OK; i++) {
		st = wish_for(g, x->pairs[i].term, slice_of(NULL, 0));
		if (st == FUND_OK)
			st = wish_for(g, x->pairs[i].term, x->pairs[i].form);
	}
	return st;
}

static enum fund_status wish_for_slot(struct lending *g, const struct slot *slot)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < slot->n_terms && st == FUND_OK; i++)
		st = wish_for(g, slot->terms[i].term, slice_of(NULL, 0));
	for (uint32_t i = 0; i < slot->n_forms && st == FUND_OK; i++)
		st = wish_for_forms(g, slot->forms[i]);
	return st;
}

static enum fund_status wish_for_plan(struct lending *g, const struct plan *p)
{
	enum fund_status st = p->kind == PLAN_TERM ? wish_for(g, p->term.places.term, slice_of(NULL, 0)) : FUND_OK;
	for (uint32_t i = 0; i < p->n_phrase && st == FUND_OK; i++)
		st = wish_for(g, p->phrase[i].places.term, slice_of(NULL, 0));
	if (p->kind == PLAN_FORMS && st == FUND_OK)
		st = wish_for_forms(g, p->forms);
	for (uint32_t i = 0; i < p->n_slots && st == FUND_OK; i++)
		st = wish_for_slot(g, p->slots[i]);
	for (unsigned i = 0; i <= SCOPE_SENTENCE && st == FUND_OK; i++)
		if (p->boundaries[i].df)
			st = wish_for(g, p->boundaries[i].term, slice_of(NULL, 0));
	for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++)
		st = wish_for_plan(g, p->children[i]);
	return st;
}

static int by_term(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int c = slice_compare(x->term, y->term);
	if (c)
		return c;
	if (!x->form.data || !y->form.data)
		return (x->form.data != NULL) - (y->form.data != NULL);
	return slice_compare(x->form, y->form);
}

/* Each once. */
static void settle_wishes(struct lending *g)
{
	size_t n = 0, term = 0;
	if (g->n_wishes > 1)
		qsort(g->wishes, g->n_wishes, sizeof *g->wishes, by_term);
	for (size_t i = 0; i < g->n_wishes; i++) {
		if (n && by_term(&g->wishes[n - 1], &g->wishes[i]) == 0)
			continue;
		g->wishes[n] = g->wishes[i];
		if (g->wishes[n].form.data)
			g->wishes[term].n_forms++;
		else
			term = n;
		n++;
	}
	g->n_wishes = n;
}

/* ---- reading ---- */

/* The wish for this form of a term; NO_FORM: there is none. */
static uint32_t wish_of_form(const struct lending *g, uint32_t wish, struct slice form)
{
	uint32_t low = wish + 1, high = wish + 1 + g->wishes[wish].n_forms;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int c = slice_compare(g->wishes[middle].form, form);
		if (c == 0)
			return middle;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NO_FORM;
}

static enum fund_status numbers_room(struct lending *g, uint32_t n)
{
	uint32_t *positions = array_room(g->positions, g->n_positions + n + 1, &g->cap_positions, sizeof *positions);
	if (positions)
		g->positions = positions;
	uint32_t *forms = array_room(g->forms, g->n_positions + n + 1, &g->cap_forms, sizeof *forms);
	if (forms)
		g->forms = forms;
	return positions && forms ? FUND_OK : FUND_NO_MEMORY;
}

static enum fund_status take_note(struct lending *g, uint32_t wish)
{
	const struct xapian_posting *p = &g->terms.posting;
	struct note *notes = array_room(g->notes, g->n_notes + 1, &g->cap_notes, sizeof *notes);
	enum fund_status st = notes ? xapian_terms_read(&g->terms) : FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = numbers_room(g, p->freq);
	if (notes)
		g->notes = notes;
	if (st != FUND_OK)
		return st;
	g->notes[g->n_notes++] = (struct note){ wish, g->n_articles, p->freq, p->boost, p->pos != NULL, g->n_positions };
	for (uint32_t i = 0; i < p->freq; i++) {
		uint32_t form = p->ordinals ? p->ordinals[i] : 0;
		g->forms[g->n_positions] = g->wishes[wish].n_forms && form < p->n_forms ? wish_of_form(g, wish, p->forms[form]) : NO_FORM;
		g->positions[g->n_positions++] = p->pos ? p->pos[i] : 0;
	}
	return FUND_OK;
}

/* Both ascend. */
static enum fund_status take_notes(struct lending *g, struct slice terms)
{
	uint32_t wish = 0;
	g->terms.c = cursor_of(terms);
	g->terms.term_len = 0;
	while (wish < g->n_wishes) {
		enum fund_status st = xapian_terms_next(&g->terms);
		if (st != FUND_OK)
			return st == FUND_END ? FUND_OK : st;
		while (wish < g->n_wishes && slice_compare(g->wishes[wish].term, g->terms.posting.term) < 0)
			wish += 1 + g->wishes[wish].n_forms;
		if (wish < g->n_wishes && slice_equal(g->wishes[wish].term, g->terms.posting.term))
			st = take_note(g, wish);
		if (st != FUND_OK)
			return st;
	}
	return FUND_OK;
}

static enum fund_status copy_text(struct lending *g, struct slice *text)
{
	if (text->len == 0) {
		*text = slice_of(NULL, 0);
		return FUND_OK;
	}
	*text = arena_slice(&g->l->arena, *text);
	return text->data ? FUND_OK : FUND_NO_MEMORY;
}

static enum fund_status keep_article(struct lending *g, struct lent_article *a)
{
	struct stored_article *t = &a->article.text;
	struct slice *const fields[] = { &t->title, &t->author, &t->section, &t->source };
	struct slice *const others[] = { &t->lead, &t->body, &t->format, &t->encoding, &t->date_text, &t->layout, &t->others };
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < sizeof fields / sizeof *fields && st == FUND_OK; i++)
		st = copy_text(g, fields[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others && st == FUND_OK; i++) {
		if (g->texts != LEND_ALL)
			*others[i] = slice_of(NULL, 0);
		else
			st = copy_text(g, others[i]);
	}
	return st;
}

static enum fund_status read_texts(struct lending *g, struct xapian_doc *doc, struct lent_article *a)
{
	struct xapian_article texts;
	struct slice bytes;
	enum fund_status st = g->l->x->doc_data(doc, &bytes, &g->l->why);
	if (st == FUND_OK)
		st = xapian_data_decode(bytes, &g->room, &texts);
	if (st == FUND_OK)
		a->article.text = texts.text;
	return st;
}

static enum fund_status read_data(struct lending *g, struct xapian_doc *doc, struct lent_article *a)
{
	const struct xapian_c *x = g->l->x;
	struct slice bytes;
	enum fund_status st = x->doc_value(doc, XAPIAN_SLOT_BORN, &bytes, &g->l->why);
	if (st != FUND_OK)
		return st;
	a->born = bytes.len == 4 ? get_be32_tail(bytes) : 0;
	st = x->doc_value(doc, XAPIAN_SLOT_RANKING, &bytes, &g->l->why);
	if (st != FUND_OK)
		return st;
	st = xapian_ranking_decode(bytes, &a->article);
	if (st == FUND_OK && g->n_wishes)
		st = take_notes(g, a->article.terms);
	if (st == FUND_OK)
		st = copy_text(g, &a->article.key);
	if (st == FUND_OK && g->texts != LEND_NONE)
		st = read_texts(g, doc, a);
	if (st == FUND_CORRUPT)
		return lender_failed(g->l, st, "a document that fundstelle-index did not write, or damaged");
	return st == FUND_OK ? keep_article(g, a) : st;
}

static enum fund_status read_document(struct lending *g, uint32_t number)
{
	const struct xapian_c *x = g->l->x;
	struct xapian_doc *doc;
	struct lent_article *a = &g->articles[g->n_articles];
	enum fund_status st = x->doc_open(&doc, g->l->db, number, &g->l->why);
	if (st == FUND_NOT_FOUND) /* it was removed since it was found */
		return FUND_STALE;
	*a = (struct lent_article){ .doc = number };
	if (st == FUND_OK)
		st = read_data(g, doc, a);
	x->doc_free(doc);
	g->n_articles += st == FUND_OK;
	return st;
}

static enum fund_status read_documents(struct lending *g, const uint32_t *docs, uint32_t n)
{
	struct arena *arena = &g->l->arena;
	g->articles = arena_alloc(arena, (n + (size_t)1) * sizeof *g->articles);
	g->order = arena_alloc(arena, (n + (size_t)1) * sizeof *g->order);
	enum fund_status st = g->articles && g->order ? FUND_OK : FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = read_document(g, docs[i]);
	return st;
}

/* ---- order ---- */

struct keyed {
	struct slice key;
	uint32_t doc, read;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int c = slice_compare(x->key, y->key);
	return c ? c : (x->doc > y->doc) - (x->doc < y->doc);
}

static int by_xapians(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	return (x->doc > y->doc) - (x->doc < y->doc);
}

static enum fund_status order_articles(struct lending *g)
{
	struct lender *l = g->l;
	struct keyed *keyed = arena_alloc(&l->arena, (g->n_articles + (size_t)1) * sizeof *keyed);
	if (!keyed)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < g->n_articles; i++)
		keyed[i] = (struct keyed){ g->articles[i].article.key, g->articles[i].doc, i };
	if (g->n_articles > 1)
		qsort(keyed, g->n_articles, sizeof *keyed, by_key);
	for (uint32_t i = 0; i < g->n_articles; i++) {
		g->order[i] = keyed[i].read;
		g->articles[keyed[i].read].local = i;
		l->docs[i] = keyed[i].doc;
	}
	if (g->n_articles > 1)
		qsort(keyed, g->n_articles, sizeof *keyed, by_xapians);
	for (uint32_t i = 0; i < g->n_articles; i++)
		l->by_doc[i] = g->articles[keyed[i].read].local;
	l->n_lent = g->n_articles;
	for (size_t i = 0; i < g->n_notes; i++)
		g->notes[i].doc = g->articles[g->notes[i].doc].local;
	return FUND_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct note *x = a, *y = b;
	if (x->wish != y->wish)
		return x->wish < y->wish ? -1 : 1;
	return (x->doc > y->doc) - (x->doc < y->doc);
}

/* ---- writing documents ---- */

/* The generation of the leaf's newest is 1: each database counts by itself. */
static bool is_new(const struct lender *l, const struct lent_article *a)
{
	return a->born == (uint32_t)l->members[(a->doc - 1) % l->n_members].state.newest;
}

static enum fund_status add_article(struct lending *g, const struct lent_article *a)
{
	const struct stored_article *t = &a->article.text;
	const struct doc_info info = {
		.key = { 0, a->article.key, 0 }, .length = a->article.length, .date = a->article.date, .fields = a->article.fields, .words = a->article.words,
		.born = is_new(g->l, a), .signature = a->article.signature, .author = column_text_hash(t->author), .section = column_text_hash(t->section),
		.source = column_text_hash(t->source),
	};
	return segment_writer_add_doc(g->writer, &info);
}

static enum fund_status close_block(struct lending *g, struct text_builder *b)
{
	uint32_t n_docs, raw_len;
	buf_reset(&g->room);
	enum fund_status st = text_builder_close(b, &g->room, &n_docs, &raw_len);
	if (st != FUND_OK)
		return st == FUND_END ? FUND_OK : st;
	return segment_writer_add_text(g->writer, slice_buf(&g->room), n_docs, raw_len);
}

static enum fund_status add_articles(struct lending *g)
{
	struct text_builder *b;
	enum fund_status st = text_builder_new(&b);
	for (uint32_t i = 0; i < g->n_articles && st == FUND_OK; i++) {
		const struct lent_article *a = &g->articles[g->order[i]];
		st = add_article(g, a);
		if (st == FUND_OK)
			st = text_builder_add(b, &a->article.text);
		if (st == FUND_OK && text_builder_raw_len(b) >= TEXT_BLOCK_TARGET)
			st = close_block(g, b);
	}
	if (st == FUND_OK)
		st = close_block(g, b);
	text_builder_free(b);
	return st;
}

/* ---- writing terms ---- */

/* The notes of one term, and its forms that are there. */
struct lent_term {
	const struct note *notes;
	size_t n_notes;
	struct lent_form {
		uint32_t wish; /* NO_FORM: all others */
		uint64_t count;
		uint32_t ordinal;
	} *forms;
	uint32_t n_forms;
	bool with_positions;
};

/* The place of its form among those of the term; a new one at their end. */
static uint32_t form_slot(struct lent_term *t, uint32_t wish)
{
	uint32_t i = 0;
	while (i < t->n_forms && t->forms[i].wish != wish)
		i++;
	if (i == t->n_forms)
		t->forms[t->n_forms++] = (struct lent_form){ .wish = wish };
	return i;
}

/* As forms.h has them: the most frequent first, then by their bytes. */
static int by_count(const void *a, const void *b, void *context)
{
	const struct wish *wishes = context;
	const struct lent_form *x = *(struct lent_form *const *)a, *y = *(struct lent_form *const *)b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	struct slice fx = x->wish == NO_FORM ? SLICE_LIT(OTHER_FORM) : wishes[x->wish].form;
	struct slice fy = y->wish == NO_FORM ? SLICE_LIT(OTHER_FORM) : wishes[y->wish].form;
	return slice_compare(fx, fy);
}

static enum fund_status announce_forms(struct lending *g, struct lent_term *t)
{
	struct lent_form **sorted = arena_alloc(&g->l->arena, (t->n_forms + (size_t)1) * sizeof *sorted);
	enum fund_status st = sorted ? FUND_OK : FUND_NO_MEMORY;
	uint32_t n = 0;
	for (uint32_t i = 0; sorted && i < t->n_forms; i++)
		if (t->forms[i].count)
			sorted[n++] = &t->forms[i];
	if (n > 1)
		qsort_r(sorted, n, sizeof *sorted, by_count, g->wishes);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		sorted[i]->ordinal = i;
		struct slice word = sorted[i]->wish == NO_FORM ? SLICE_LIT(OTHER_FORM) : g->wishes[sorted[i]->wish].form;
		st = segment_writer_add_form(g->writer, word, sorted[i]->count);
	}
	return st;
}

/* Works out which form stands where: of wishes it makes places among the forms, later ordinals. */
static enum fund_status settle_forms(struct lending *g, struct lent_term *t)
{
	uint32_t n = g->wishes[t->notes[0].wish].n_forms + 1;
	t->forms = arena_alloc(&g->l->arena, n * sizeof *t->forms);
	if (!t->forms)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < t->n_notes; i++)
		for (uint32_t k = 0; k < t->notes[i].freq; k++) {
			uint32_t *form = &g->forms[t->notes[i].pos + k];
			*form = form_slot(t, *form);
			t->forms[*form].count++;
		}
	return announce_forms(g, t);
}

static enum fund_status add_posting(struct lending *g, const struct lent_term *t, const struct note *n)
{
	uint32_t *ordinals = t->n_forms ? g->forms + n->pos : NULL;
	for (uint32_t i = 0; ordinals && i < n->freq; i++)
		ordinals[i] = t->forms[ordinals[i]].ordinal;
	return segment_writer_add_posting(g->writer, n->doc, n->freq, n->boost, t->with_positions ? g->positions + n->pos : NULL, ordinals);
}

static enum fund_status add_term(struct lending *g, struct lent_term *t)
{
	const struct wish *w = &g->wishes[t->notes[0].wish];
	t->with_positions = true;
	for (size_t i = 0; i < t->n_notes; i++)
		t->with_positions &= t->notes[i].has_positions;
	enum fund_status st = segment_writer_begin_term(g->writer, w->term, t->with_positions);
	if (st == FUND_OK && w->n_forms && t->with_positions)
		st = settle_forms(g, t);
	for (size_t i = 0; i < t->n_notes && st == FUND_OK; i++)
		st = add_posting(g, t, &t->notes[i]);
	return st == FUND_OK ? segment_writer_end_term(g->writer) : st;
}

static enum fund_status add_terms(struct lending *g)
{
	enum fund_status st = FUND_OK;
	if (g->n_notes > 1)
		qsort(g->notes, g->n_notes, sizeof *g->notes, by_place);
	for (size_t first = 0, end; first < g->n_notes && st == FUND_OK; first = end) {
		for (end = first; end < g->n_notes && g->notes[end].wish == g->notes[first].wish;)
			end++;
		struct lent_term t = { .notes = g->notes + first, .n_notes = end - first };
		st = add_term(g, &t);
	}
	return st;
}

/* ---- the segment ---- */

static enum fund_status write_segment(struct lending *g)
{
	struct lender *l = g->l;
	struct segment_stats stats;
	enum fund_status st = segment_writer_new_elsewhere(&g->writer, memory_chunks_sink(&l->chunks), lender_weights(l), "what Xapian lends", &l->why);
	if (st == FUND_OK)
		st = add_articles(g);
	if (st == FUND_OK)
		st = add_terms(g);
	if (st == FUND_OK)
		st = segment_writer_finish(g->writer, &stats);
	segment_writer_free(g->writer);
	if (st != FUND_OK)
		return st;
	memory_chunks_settle(&l->chunks);
	return segment_of_chunks(&l->segment, memory_chunks_source(&l->chunks), &stats, lender_weights(l));
}

/* The leaf of what is lent now. Its opening is none of the searcher's: so terms are looked up in it. */
static void set_leaf(struct searcher *s)
{
	struct lender *l = s->lender;
	struct leaf *leaf = &s->leaves[s->lent_leaf];
	*leaf = (struct leaf){ .segment = l->segment, .number = s->lent_leaf, .index = leaf->index, .n_docs = l->n_lent, .newest = 1, .lent = true,
			       .weights = lender_weights(l), .length_chunk = UINT32_MAX, .dead_chunk = UINT32_MAX, .date_chunk = UINT32_MAX };
}

/* The forms of a plan in the leaf. */
static enum fund_status lend_forms(struct searcher *s, const struct plan *p)
{
	struct arena *arena = &s->lender->arena;
	enum fund_status st = FUND_OK;
	if (p->kind == PLAN_FORMS) {
		st = expansion_lend(p->forms, &s->leaves[s->lent_leaf], arena);
		if (st == FUND_OK)
			st = plan_join_leaf(s, arena, p->forms, s->lent_leaf, p->field, &p->joined[s->lent_leaf]);
	}
	for (uint32_t i = 0; i < p->n_slots; i++)
		for (uint32_t k = 0; k < p->slots[i]->n_forms && st == FUND_OK; k++)
			st = expansion_lend(p->slots[i]->forms[k], &s->leaves[s->lent_leaf], arena);
	for (uint32_t i = 0; i < p->n_children && st == FUND_OK; i++)
		st = lend_forms(s, p->children[i]);
	return st;
}

static void forget(struct lender *l)
{
	segment_free(l->segment);
	l->segment = NULL;
	l->n_lent = 0;
	memory_chunks_reset(&l->chunks);
	arena_reset(&l->arena);
}

enum fund_status lender_lend(struct searcher *s, const struct plan *plan, const uint32_t *docs, uint32_t n, enum lend_texts texts)
{
	struct lender *l = s->lender;
	struct lending g = { .searcher = s, .l = l, .texts = texts };
	forget(l);
	if (n == LEND_MOST) /* all that matches is listed, and comes along */
		lender_begin(l);
	enum fund_status st = plan ? wish_for_plan(&g, plan) : FUND_OK;
	if (st == FUND_OK)
		settle_wishes(&g);
	if (st == FUND_OK)
		st = read_documents(&g, docs, n);
	if (st == FUND_OK)
		st = order_articles(&g);
	if (st == FUND_OK)
		st = write_segment(&g);
	free(g.wishes);
	free(g.notes);
	free(g.positions);
	free(g.forms);
	xapian_terms_release(&g.terms);
	buf_release(&g.room);
	if (st != FUND_OK)
		return st;
	set_leaf(s);
	return plan ? lend_forms(s, plan) : FUND_OK;
}

uint32_t lender_doc(const struct lender *l, uint32_t local) { return l->docs[local]; }

bool lender_local(const struct lender *l, uint32_t doc, uint32_t *local)
{
	uint32_t low = 0, high = l->n_lent;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (l->docs[l->by_doc[middle]] < doc)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == l->n_lent || l->docs[l->by_doc[low]] != doc)
		return false;
	*local = l->by_doc[low];
	return true;
}
