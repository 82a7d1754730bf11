/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lender_find.c - Xapian is asked: for hits, for a document, for what stands at one place. */
#include <stdlib.h>

#include "query/lender_translation.h"
#include "query/plan_private.h"

#define MEETINGS_AT_ONCE 32u /* articles that are looked at for a word and a part at one place */

/* ---- hits ---- */

void lender_page_release(struct lender_page *p)
{
	free(p->docs);
	free(p->weights);
	*p = (struct lender_page){ .n = 0 };
}

static enum fund_status page_room(struct lender_page *p, uint32_t n)
{
	size_t cap_docs = p->cap, cap_weights = p->cap;
	uint32_t *docs = array_room(p->docs, n + (size_t)1, &cap_docs, sizeof *docs);
	if (docs)
		p->docs = docs;
	double *weights = array_room(p->weights, n + (size_t)1, &cap_weights, sizeof *weights);
	if (weights)
		p->weights = weights;
	if (!docs || !weights)
		return FUND_NO_MEMORY;
	p->cap = (uint32_t)(cap_docs < cap_weights ? cap_docs : cap_weights);
	return FUND_OK;
}

enum fund_status lender_find(struct lender *l, const struct lender_query *q, enum xapian_order order, uint32_t first, uint32_t n, struct lender_page *out)
{
	struct xapian_hits *hits = NULL;
	const struct xapian_search how = { .k1 = l->k1, .b = l->b, .first = first, .n = n, .check_at_least = UINT32_MAX, .order = order,
					   .slot = order == XAPIAN_BY_VALUE || order == XAPIAN_BY_VALUE_DOWN ? XAPIAN_SLOT_DATE : UINT32_MAX };
	uint64_t about;
	out->n = 0;
	out->least = out->most = 0;
	if (!q->query)
		return FUND_OK;
	enum fund_status st = l->x->search(&hits, l->db, q->query, &how, &l->why);
	if (st == FUND_OK)
		st = page_room(out, l->x->hits_n(hits));
	for (uint32_t i = 0; st == FUND_OK && i < l->x->hits_n(hits); i++) {
		struct xapian_hit h = l->x->hits_at(hits, i);
		out->docs[i] = h.doc;
		out->weights[i] = h.weight;
		out->n++;
	}
	if (st == FUND_OK)
		l->x->hits_total(hits, &out->least, &about, &out->most);
	l->x->hits_free(hits);
	return st;
}

enum fund_status lender_forms_df(struct lender *l, uint8_t class, bool in_title, const struct form_pair *forms, uint32_t n, uint64_t *df)
{
	const struct expansion x = { .class = class, .pairs = (struct form_pair *)(uintptr_t)forms, .n_pairs = n };
	struct translation t = { .l = l };
	struct lender_query any = { .query = NULL };
	struct lender_page page = { .n = 0 };
	struct parts parts = { .n = 0 };
	*df = 0;
	enum fund_status st = translate_any_form(&t, &x, in_title, &parts);
	if (st == FUND_OK)
		st = translation_combine(&t, XAPIAN_OR, &parts, 0, &any.query);
	if (st == FUND_OK)
		st = lender_find(l, &any, XAPIAN_BY_DOC, 0, 0, &page);
	*df = page.least;
	lender_page_release(&page);
	free(parts.at);
	translation_end(&t, NULL);
	return st;
}

/* ---- one document ---- */

enum fund_status lender_find_key(struct lender *l, struct slice key, uint32_t *doc)
{
	buf_reset(&l->name);
	enum fund_status st = xapian_prefixed(XAPIAN_PREFIX_KEY, key, &l->name);
	return st == FUND_OK ? l->x->db_find(l->db, slice_buf(&l->name), doc, &l->why) : st;
}

/* Words come before parts: class w before x. */
static enum fund_status meet_in_terms(struct slice terms, struct slice word, struct slice part, bool *yes)
{
	struct xapian_terms t = { .c = cursor_of(terms) };
	uint32_t *pos = NULL, n = 0;
	enum fund_status st;
	while ((st = xapian_terms_next(&t)) == FUND_OK) {
		bool is_word = slice_equal(t.posting.term, word), is_part = slice_equal(t.posting.term, part);
		if (!is_word && !is_part)
			continue;
		st = xapian_terms_read(&t);
		if (st != FUND_OK || !t.posting.pos)
			break;
		if (is_part) {
			*yes = positions_meet(pos, n, t.posting.pos, t.posting.freq);
			break;
		}
		free(pos); /* a damaged document has a term twice */
		n = t.posting.freq;
		pos = malloc((n + (size_t)1) * sizeof *pos);
		if (!pos) {
			st = FUND_NO_MEMORY;
			break;
		}
		memcpy(pos, t.posting.pos, n * sizeof *pos);
	}
	free(pos);
	xapian_terms_release(&t);
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status meet_in(struct lender *l, uint32_t number, struct slice word, struct slice part, bool *yes)
{
	struct xapian_article article;
	struct xapian_doc *doc;
	struct slice bytes;
	enum fund_status st = l->x->doc_open(&doc, l->db, number, &l->why);
	if (st == FUND_OK)
		st = l->x->doc_value(doc, XAPIAN_SLOT_RANKING, &bytes, &l->why);
	if (st == FUND_OK)
		st = xapian_ranking_decode(bytes, &article);
	if (st == FUND_OK)
		st = meet_in_terms(article.terms, word, part, yes);
	l->x->doc_free(doc);
	return st;
}

/* In any of the documents that have both. */
static enum fund_status meet_anywhere(struct lender *l, const struct lender_query *both, struct slice word, struct slice part, bool *yes)
{
	struct lender_page page = { .n = 0 };
	uint32_t first = 0;
	enum fund_status st;
	do {
		st = lender_find(l, both, XAPIAN_BY_DOC, first, MEETINGS_AT_ONCE, &page);
		for (uint32_t i = 0; i < page.n && st == FUND_OK && !*yes; i++)
			st = meet_in(l, page.docs[i], word, part, yes);
		first += page.n;
	} while (st == FUND_OK && !*yes && page.n == MEETINGS_AT_ONCE);
	lender_page_release(&page);
	return st;
}

/* Where the one is a part of the other, there are places where both stand. */
enum fund_status lender_has_part(struct lender *l, struct slice word, struct slice part, bool *yes)
{
	struct buf rooms[2] = { BUF_INIT, BUF_INIT };
	struct xapian_query *terms[2] = { NULL, NULL };
	struct lender_query both = { .query = NULL };
	*yes = false;
	enum fund_status st = xapian_term_name(word, &rooms[0]);
	if (st == FUND_OK)
		st = xapian_term_name(part, &rooms[1]);
	for (unsigned i = 0; i < 2 && st == FUND_OK; i++)
		st = l->x->query_term(&terms[i], slice_buf(&rooms[i]), &l->why);
	if (st == FUND_OK)
		st = l->x->query_combine(&both.query, XAPIAN_AND, terms, 2, 0, &l->why);
	if (st == FUND_OK)
		st = meet_anywhere(l, &both, word, part, yes);
	lender_query_release(l, &both);
	for (unsigned i = 0; i < 2; i++) {
		l->x->query_free(terms[i]);
		buf_release(&rooms[i]);
	}
	return st == FUND_UNSUPPORTED ? FUND_OK : st;
}
