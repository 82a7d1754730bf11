/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lender_words.c - the forms of Xapian's words: those that begin alike, or all that a pattern takes.
 *
 * A server sends terms one by one, so all of them take seconds. Its database also has them in blocks (xapian/names.h): those are fetched instead, and the few that are
 * wanted are asked for with a message each.
 */
#include <stdlib.h>

#include "query/lender_private.h"
#include "store/forms.h"
#include "xapian/names.h"

#define CLASS_LISTED 'w'     /* the class that has such blocks */
#define NAMES_A_MESSAGE 16u /* what is sent of a list in the time of one question and its answer, about */

struct form_walk {
	size_t prefix; /* bytes of each name to be dropped */
	const struct form_visitor *visitor;
};

static bool split(struct slice name, struct slice *form, struct slice *term)
{
	return xapian_form_split(name, form, term) && form->len && form->len <= FORM_MAX && term->len < DICTIONARY_TERM_MAX;
}

static enum fund_status on_form(void *context, struct slice name, uint64_t df)
{
	const struct form_walk *w = context;
	struct slice form, term;
	if (!split(slice_from(name, w->prefix), &form, &term))
		return FUND_OK; /* not written by us */
	return w->visitor->each(w->visitor->context, form, term, df);
}

static enum fund_status walk_list(struct lender *l, const char *begin, struct slice prefix, const struct form_visitor *v)
{
	struct form_walk walk = { strlen(begin), v };
	const struct xapian_term_visitor visitor = { &walk, on_form };
	buf_reset(&l->name);
	enum fund_status st = buf_add_str(&l->name, begin);
	if (st == FUND_OK)
		st = buf_add_slice(&l->name, prefix);
	return st == FUND_OK ? l->x->db_each_term(l->db, slice_buf(&l->name), &visitor, &l->why) : st;
}

/* ---- by blocks ---- */

/* The names that are wanted. */
struct wanted {
	struct lender *l;
	const struct form_visitor *visitor;
	struct arena arena;
	struct slice *names;
	size_t n, cap;
	uint64_t n_seen;
};

static enum fund_status see_name(struct wanted *w, struct slice name)
{
	struct slice form, term;
	w->n_seen++;
	if (!split(name, &form, &term) || !w->visitor->takes(w->visitor->context, form))
		return FUND_OK;
	struct slice *names = array_room(w->names, w->n + 1, &w->cap, sizeof *names), copy = arena_slice(&w->arena, name);
	if (names)
		w->names = names;
	if (!names || !copy.data)
		return FUND_NO_MEMORY;
	w->names[w->n++] = copy;
	return FUND_OK;
}

static enum fund_status read_block(struct wanted *w, struct member *m, uint64_t number)
{
	struct xapian_names names = { .c = { NULL, NULL, false } };
	struct slice block;
	char key[48];
	xapian_names_key(number, key);
	enum fund_status st = w->l->x->db_metadata(m->db, key, &block, &w->l->why);
	if (st == FUND_OK && block.len == 0)
		return FUND_CORRUPT;
	names.c = cursor_of(block);
	while (st == FUND_OK && (st = xapian_names_next(&names)) == FUND_OK)
		st = see_name(w, slice_buf(&names.name));
	xapian_names_release(&names);
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status on_name(void *context, struct slice name, uint64_t df)
{
	(void)df;
	return see_name(context, slice_from(name, strlen(xapian_form_prefix(CLASS_LISTED, false))));
}

/* FUND_NOT_FOUND: it has no blocks. */
static enum fund_status read_member(struct wanted *w, struct member *m)
{
	struct buf directory = BUF_INIT;
	struct slice text;
	if (!m->remote)
		return w->l->x->db_each_term(m->db, slice_str(xapian_form_prefix(CLASS_LISTED, false)), &(struct xapian_term_visitor){ w, on_name }, &w->l->why);
	enum fund_status st = w->l->x->db_metadata(m->db, XAPIAN_METADATA_NAMES, &text, &w->l->why);
	if (st == FUND_OK)
		st = text.len ? buf_add_slice(&directory, text) : FUND_NOT_FOUND;
	struct cursor c = cursor_of(slice_buf(&directory));
	while (cursor_left(&c) >= 8 && st == FUND_OK)
		st = read_block(w, m, cursor_u64(&c));
	buf_release(&directory);
	return st;
}

static int by_bytes(const void *a, const void *b) { return slice_compare(*(const struct slice *)a, *(const struct slice *)b); }

/* Databases have most names in common. */
static void unite(struct wanted *w)
{
	size_t n = 0;
	if (w->n > 1)
		qsort(w->names, w->n, sizeof *w->names, by_bytes);
	for (size_t i = 0; i < w->n; i++)
		if (n == 0 || !slice_equal(w->names[i], w->names[n - 1]))
			w->names[n++] = w->names[i];
	w->n = n;
}

static enum fund_status ask_for(struct wanted *w, const char *begin)
{
	struct lender *l = w->l;
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < w->n && st == FUND_OK; i++) {
		struct slice form, term;
		uint32_t df = 0;
		buf_reset(&l->name);
		st = buf_add_str(&l->name, begin);
		if (st == FUND_OK)
			st = buf_add_slice(&l->name, w->names[i]);
		if (st == FUND_OK)
			st = l->x->db_term(l->db, slice_buf(&l->name), &df, NULL, &l->why);
		if (st == FUND_OK && df && split(w->names[i], &form, &term))
			st = w->visitor->each(w->visitor->context, form, term, df);
	}
	return st;
}

/* FUND_NOT_FOUND: by the list. */
static enum fund_status walk_blocks(struct lender *l, const char *begin, const struct form_visitor *v)
{
	struct wanted w = { .l = l, .visitor = v, .arena = ARENA_INIT };
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < l->n_members && st == FUND_OK; i++)
		st = read_member(&w, &l->members[i]);
	unite(&w);
	if (st == FUND_OK && w.n * l->n_members > w.n_seen / NAMES_A_MESSAGE)
		st = FUND_NOT_FOUND;
	if (st == FUND_OK)
		st = ask_for(&w, begin);
	arena_release(&w.arena);
	free(w.names);
	return st == FUND_CORRUPT && !l->why.text[0] ? FUND_NOT_FOUND : st;
}

enum fund_status lender_forms(struct lender *l, uint8_t class, struct slice prefix, const struct form_visitor *v)
{
	const char *begin = xapian_form_prefix(class, false);
	if (!begin)
		return FUND_OK;
	if (class == CLASS_LISTED && prefix.len == 0 && v->takes && lender_has_servers(l)) {
		enum fund_status st = walk_blocks(l, begin, v);
		if (st != FUND_NOT_FOUND)
			return st;
	}
	return walk_list(l, begin, prefix, v);
}

enum fund_status lender_form_occurrences(struct lender *l, uint8_t class, struct slice form, struct slice term, uint64_t *cf)
{
	uint32_t df;
	buf_reset(&l->name);
	*cf = 0;
	enum fund_status st = xapian_form_name(xapian_form_prefix(class, false), form, term, &l->name);
	return st == FUND_OK ? l->x->db_term(l->db, slice_buf(&l->name), &df, cf, &l->why) : st;
}
