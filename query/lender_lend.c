/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_lend.c - some documents of Xapian's as a segment in memory: what a plan asks of them, and what is shown.
 *
 * Shape    Wishes are the terms of a plan, and the forms of some of these; what each document has of them is noted as it is read. Then documents go by their keys
 *          and notes by term and document, which is the order that the segment writer takes them in.
 * Forms    Of a term with forms that were asked for, all others are one form, which is no word.
 */
#include <stdlib.h>

#include "query/lender_private.h"
#include "query/plan_private.h"
#include "store/index_writer.h"

#define NO_FORM UINT32_MAX
#define OTHER_FORM "\x01" /* no word is written so */
#define BOOST_MAX 15u

struct wish {
	struct slice term, form; /* form.data NULL: the term itself */
	struct slice name;	 /* Xapian's */
	uint32_t number;	 /* of the term */
};

/* What a document has of a wish. */
struct note {
	uint32_t wish, doc; /* doc: as it was read; then its local number */
	uint32_t wdf;
	size_t pos; /* in `positions`, n of them */
	uint32_t n;
};

struct lent_article {
	struct xapian_article article; /* in the arena */
	uint32_t born, doc, local;
};

struct lending {
	struct searcher *searcher;
	struct lender *l;
	enum lend_texts texts;
	struct wish *wishes; /* by name */
	size_t n_wishes, cap_wishes;
	struct lent_article *articles; /* as they were read */
	uint32_t n_articles;
	uint32_t *order; /* by key */
	struct note *notes;
	size_t n_notes, cap_notes;
	uint32_t *positions;
	size_t n_positions, cap_positions;
	uint32_t *ordinals; /* of a term's positions, by note */
	size_t cap_ordinals;
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
		return !x->form.data - !y->form.data ? (x->form.data ? 1 : -1) : 0;
	return slice_compare(x->form, y->form);
}

static int by_name(const void *a, const void *b) { return slice_compare(((const struct wish *)a)->name, ((const struct wish *)b)->name); }

static enum fund_status name_wish(struct lending *g, struct wish *w)
{
	buf_reset(&g->room);
	enum fund_status st = w->form.data ? xapian_form_name(xapian_form_prefix(w->term.data[0], false), w->form, slice_from(w->term, 1), &g->room) :
					     xapian_term_name(w->term, &g->room);
	w->name = arena_slice(&g->l->arena, slice_buf(&g->room));
	return st == FUND_OK && !w->name.data ? FUND_NO_MEMORY : st;
}

/* Each once, with its name, in the order of the names. */
static enum fund_status settle_wishes(struct lending *g)
{
	size_t n = 0;
	uint32_t number = 0;
	enum fund_status st = FUND_OK;
	if (g->n_wishes > 1)
		qsort(g->wishes, g->n_wishes, sizeof *g->wishes, by_term);
	for (size_t i = 0; i < g->n_wishes && st == FUND_OK; i++) {
		if (n && by_term(&g->wishes[n - 1], &g->wishes[i]) == 0)
			continue;
		number += n > 0 && !slice_equal(g->wishes[n - 1].term, g->wishes[i].term);
		g->wishes[n] = g->wishes[i];
		g->wishes[n].number = number;
		st = name_wish(g, &g->wishes[n++]);
	}
	g->n_wishes = n;
	if (n > 1)
		qsort(g->wishes, n, sizeof *g->wishes, by_name);
	return st;
}

/* ---- reading ---- */

static enum fund_status on_place(void *context, uint32_t i, uint32_t wdf, const uint32_t *pos, uint32_t n)
{
	struct lending *g = context;
	struct note *notes = array_room(g->notes, g->n_notes + 1, &g->cap_notes, sizeof *notes);
	if (notes)
		g->notes = notes;
	uint32_t *positions = array_room(g->positions, g->n_positions + n + 1, &g->cap_positions, sizeof *positions);
	if (positions)
		g->positions = positions;
	if (!notes || !positions)
		return FUND_NO_MEMORY;
	g->notes[g->n_notes++] = (struct note){ i, g->n_articles, wdf, g->n_positions, n };
	for (uint32_t k = 0; k < n; k++)
		g->positions[g->n_positions++] = pos[k] - 1;
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
	struct slice *const fields[] = { &a->article.key, &t->title, &t->author, &t->section, &t->source };
	struct slice *const others[] = { &t->lead, &t->body, &t->format, &t->encoding, &t->date_text, &t->layout, &t->others };
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < sizeof fields / sizeof *fields && st == FUND_OK; i++)
		st = copy_text(g, fields[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others && st == FUND_OK; i++) {
		if (g->texts == LEND_FIELDS)
			*others[i] = slice_of(NULL, 0);
		else
			st = copy_text(g, others[i]);
	}
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
	st = x->doc_data(doc, &bytes, &g->l->why);
	if (st != FUND_OK)
		return st;
	st = xapian_data_decode(bytes, &g->room, &a->article);
	if (st == FUND_CORRUPT)
		return lender_failed(g->l, st, "a document that fundstelle-index did not write, or damaged");
	return st == FUND_OK ? keep_article(g, a) : st;
}

static enum fund_status read_document(struct lending *g, const struct slice *names, uint32_t number)
{
	const struct xapian_c *x = g->l->x;
	const struct xapian_place_visitor visitor = { g, on_place };
	struct xapian_doc *doc;
	struct lent_article *a = &g->articles[g->n_articles];
	enum fund_status st = x->doc_open(&doc, g->l->db, number, &g->l->why);
	if (st == FUND_NOT_FOUND) /* it was removed since it was found */
		return FUND_STALE;
	*a = (struct lent_article){ .doc = number };
	if (st == FUND_OK)
		st = read_data(g, doc, a);
	if (st == FUND_OK && g->n_wishes)
		st = x->doc_places(doc, names, (uint32_t)g->n_wishes, &visitor, &g->l->why);
	x->doc_free(doc);
	g->n_articles += st == FUND_OK;
	return st;
}

static enum fund_status read_documents(struct lending *g, const uint32_t *docs, uint32_t n)
{
	struct arena *arena = &g->l->arena;
	struct slice *names = arena_alloc(arena, (g->n_wishes + 1) * sizeof *names);
	g->articles = arena_alloc(arena, (n + (size_t)1) * sizeof *g->articles);
	g->order = arena_alloc(arena, (n + (size_t)1) * sizeof *g->order);
	enum fund_status st = names && g->articles && g->order ? FUND_OK : FUND_NO_MEMORY;
	for (size_t i = 0; i < g->n_wishes && st == FUND_OK; i++)
		names[i] = g->wishes[i].name;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		st = read_document(g, names, docs[i]);
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

/* By term, document; the term itself before its forms. */
static int by_place(const void *a, const void *b, void *context)
{
	const struct note *x = a, *y = b;
	const struct wish *wishes = context, *wx = &wishes[x->wish], *wy = &wishes[y->wish];
	if (wx->number != wy->number)
		return wx->number < wy->number ? -1 : 1;
	if (x->doc != y->doc)
		return x->doc < y->doc ? -1 : 1;
	if (!wx->form.data != !wy->form.data)
		return wx->form.data ? 1 : -1;
	return (x->wish > y->wish) - (x->wish < y->wish);
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

/* What the fields add to the occurrences, as some number of them in the title and in the lead: that of the title as near to `title` as can be. */
static uint8_t split_boost(struct field_weights w, uint32_t extra, uint32_t title)
{
	for (uint32_t off = 0; off <= BOOST_MAX; off++)
		for (int sign = 1; sign >= -1; sign -= 2) {
			int64_t t = (int64_t)title + sign * (int64_t)off, rest = (int64_t)extra - t * (w.title - 1);
			int64_t lead = w.lead > 1 ? rest / (w.lead - 1) : 0;
			if (t >= 0 && t <= (int64_t)BOOST_MAX && lead >= 0 && lead <= (int64_t)BOOST_MAX && rest == lead * (w.lead - 1))
				return (uint8_t)(t | lead << 4);
		}
	return (uint8_t)title;
}

static uint8_t boost_of(const struct lending *g, const struct note *n, uint8_t class)
{
	uint32_t title_end = g->articles[g->order[n->doc]].article.fields & 0xFFFF, title = 0;
	if ((class != 'w' && class != 'x' && class != 'v') || n->n == 0 || n->wdf < n->n)
		return 0;
	while (title < n->n && title < BOOST_MAX && g->positions[n->pos + title] < title_end)
		title++;
	return split_boost(lender_weights(g->l), n->wdf - n->n, title);
}

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

/* Where this form stands among the term's positions; without positions of its own: everywhere. */
static void mark_form(const struct lending *g, const struct note *term, const struct note *form, uint32_t slot)
{
	uint32_t k = 0;
	for (uint32_t i = 0; i < term->n; i++) {
		uint32_t pos = g->positions[term->pos + i];
		while (k < form->n && g->positions[form->pos + k] < pos)
			k++;
		if (form->n == 0 || (k < form->n && g->positions[form->pos + k] == pos))
			g->ordinals[term->pos + i] = slot;
	}
}

static void count_forms(const struct lending *g, struct lent_term *t, const struct note *term)
{
	for (uint32_t i = 0; i < term->n; i++) {
		uint32_t *slot = &g->ordinals[term->pos + i];
		if (*slot == NO_FORM)
			*slot = form_slot(t, NO_FORM);
		t->forms[*slot].count++;
	}
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

/* Works out which form stands where. */
static enum fund_status settle_forms(struct lending *g, struct lent_term *t)
{
	const struct note *term = NULL;
	t->forms = arena_alloc(&g->l->arena, (t->n_notes + 2) * sizeof *t->forms);
	if (!t->forms)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < t->n_notes; i++) {
		const struct note *n = &t->notes[i];
		if (!g->wishes[n->wish].form.data) {
			if (term)
				count_forms(g, t, term);
			term = n;
			for (uint32_t k = 0; k < n->n; k++)
				g->ordinals[n->pos + k] = NO_FORM;
		} else if (term && term->doc == n->doc) {
			mark_form(g, term, n, form_slot(t, n->wish));
		}
	}
	if (term)
		count_forms(g, t, term);
	return announce_forms(g, t);
}

static enum fund_status add_posting(struct lending *g, const struct lent_term *t, const struct note *n)
{
	uint8_t class = g->wishes[n->wish].term.data[0];
	uint32_t *ordinals = t->n_forms ? g->ordinals + n->pos : NULL;
	if (t->with_positions && n->n == 0)
		return lender_failed(g->l, FUND_CORRUPT, "a term without its positions");
	for (uint32_t i = 0; ordinals && i < n->n; i++)
		ordinals[i] = t->forms[ordinals[i]].ordinal;
	uint32_t freq = t->with_positions ? n->n : n->wdf ? n->wdf : 1;
	return segment_writer_add_posting(g->writer, n->doc, freq, boost_of(g, n, class), t->with_positions ? g->positions + n->pos : NULL, ordinals);
}

static enum fund_status add_term(struct lending *g, struct lent_term *t)
{
	bool has_wishes = false;
	for (size_t i = 0; i < t->n_notes; i++) {
		bool is_form = g->wishes[t->notes[i].wish].form.data != NULL;
		has_wishes |= is_form;
		t->with_positions |= !is_form && t->notes[i].n > 0;
	}
	enum fund_status st = segment_writer_begin_term(g->writer, g->wishes[t->notes[0].wish].term, t->with_positions);
	if (st == FUND_OK && has_wishes && t->with_positions)
		st = settle_forms(g, t);
	for (size_t i = 0; i < t->n_notes && st == FUND_OK; i++)
		if (!g->wishes[t->notes[i].wish].form.data)
			st = add_posting(g, t, &t->notes[i]);
	return st == FUND_OK ? segment_writer_end_term(g->writer) : st;
}

static enum fund_status add_terms(struct lending *g)
{
	enum fund_status st = FUND_OK;
	uint32_t *ordinals = array_room(g->ordinals, g->n_positions + 1, &g->cap_ordinals, sizeof *ordinals);
	if (!ordinals)
		return FUND_NO_MEMORY;
	g->ordinals = ordinals;
	if (g->n_notes > 1)
		qsort_r(g->notes, g->n_notes, sizeof *g->notes, by_place, g->wishes);
	for (size_t first = 0, end; first < g->n_notes && st == FUND_OK; first = end) {
		uint32_t number = g->wishes[g->notes[first].wish].number;
		for (end = first; end < g->n_notes && g->wishes[g->notes[end].wish].number == number;)
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
	enum fund_status st = plan ? wish_for_plan(&g, plan) : FUND_OK;
	if (st == FUND_OK)
		st = settle_wishes(&g);
	if (st == FUND_OK)
		st = read_documents(&g, docs, n);
	if (st == FUND_OK)
		st = order_articles(&g);
	if (st == FUND_OK)
		st = write_segment(&g);
	free(g.wishes);
	free(g.notes);
	free(g.positions);
	free(g.ordinals);
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

/* ---- one document ---- */

enum fund_status lender_find_key(struct lender *l, struct slice key, uint32_t *doc)
{
	buf_reset(&l->name);
	enum fund_status st = xapian_prefixed(XAPIAN_PREFIX_KEY, key, &l->name);
	return st == FUND_OK ? l->x->db_find(l->db, slice_buf(&l->name), doc, &l->why) : st;
}

struct two_places {
	struct arena *arena;
	uint32_t *pos[2], n[2];
};

static enum fund_status note_two(void *context, uint32_t i, uint32_t wdf, const uint32_t *pos, uint32_t n)
{
	struct two_places *t = context;
	(void)wdf;
	t->pos[i] = n ? arena_copy(t->arena, pos, n * sizeof *pos) : NULL;
	t->n[i] = t->pos[i] ? n : 0;
	return FUND_OK;
}

static bool do_meet(const struct two_places *t)
{
	for (uint32_t i = 0, k = 0; i < t->n[0] && k < t->n[1];) {
		if (t->pos[0][i] == t->pos[1][k])
			return true;
		if (t->pos[0][i] < t->pos[1][k])
			i++;
		else
			k++;
	}
	return false;
}

static enum fund_status meet_in(struct lender *l, uint32_t number, const struct slice names[2], bool *yes)
{
	struct arena arena = ARENA_INIT;
	struct two_places places = { .arena = &arena };
	const struct xapian_place_visitor visitor = { &places, note_two };
	struct slice sorted[2] = { names[0], names[1] };
	struct xapian_doc *doc;
	if (slice_compare(names[0], names[1]) > 0) {
		sorted[0] = names[1];
		sorted[1] = names[0];
	}
	enum fund_status st = l->x->doc_open(&doc, l->db, number, &l->why);
	if (st == FUND_OK)
		st = l->x->doc_places(doc, sorted, 2, &visitor, &l->why);
	*yes = st == FUND_OK && do_meet(&places);
	l->x->doc_free(doc);
	arena_release(&arena);
	return st;
}

/* Where both are in a document, they stand at one place, or the one is no part of the other. */
enum fund_status lender_has_part(struct lender *l, struct slice word, struct slice part, bool *yes)
{
	struct buf rooms[2] = { BUF_INIT, BUF_INIT };
	struct xapian_query *terms[2] = { NULL, NULL };
	struct lender_query both = { .query = NULL };
	struct lender_page page = { .n = 0 };
	*yes = false;
	enum fund_status st = xapian_term_name(word, &rooms[0]);
	if (st == FUND_OK)
		st = xapian_term_name(part, &rooms[1]);
	for (unsigned i = 0; i < 2 && st == FUND_OK; i++)
		st = l->x->query_term(&terms[i], slice_buf(&rooms[i]), &l->why);
	if (st == FUND_OK)
		st = l->x->query_combine(&both.query, XAPIAN_AND, terms, 2, 0, &l->why);
	if (st == FUND_OK)
		st = lender_find(l, &both, XAPIAN_BY_DOC, 0, 1, false, &page);
	if (st == FUND_OK && page.n)
		st = meet_in(l, page.docs[0], (struct slice[2]){ slice_buf(&rooms[0]), slice_buf(&rooms[1]) }, yes);
	lender_page_release(&page);
	lender_query_release(l, &both);
	for (unsigned i = 0; i < 2; i++) {
		l->x->query_free(terms[i]);
		buf_release(&rooms[i]);
	}
	return st == FUND_UNSUPPORTED ? FUND_OK : st;
}
