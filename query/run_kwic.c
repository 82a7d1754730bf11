/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_kwic.c - a concordance of all hits.
 *
 * Life     hits are ranked once; their lines are taken out of the index a page of articles at a time and printed, or given to the sorter,
 *          while it is closed. So a million lines do not sit in memory.
 * Order    Lines that are sorted are taken out in the order of the archive, where neighbours share a block of text; each has the number that it would have in the
 *          order of hits.
 */
#include <stdlib.h>

#include "query/kwic_sort.h"
#include "query/present_kwic.h"
#include "query/run.h"

#define PAGE_ARTICLES 256u

struct kwic_run {
	const struct options *options;
	struct session session;
	struct arena lines;
	struct kwic_list list;
	struct kwic kwic;
	struct kwic_sorter *sorter; /* NULL: lines are printed as they come */
	struct kwic_presenter presenter;
	struct present_options present;
	uint32_t first; /* hit of the page that is taken */
	uint32_t *order; /* of hits, as they are taken; NULL: as they are */
	uint64_t skip, left; /* lines not to print, and to print, still */
	bool links; /* lines lead to files */
	bool any;
	struct fault why;
};

/* ---- lines out of the index ---- */

static uint32_t n_hits(const struct kwic_run *r) { return r->session.search.topk.best.n; }
static uint32_t taken_at(const struct kwic_run *r, uint32_t i) { return r->order ? r->order[i] : i; }
static const struct hit *hit_at(const struct kwic_run *r, uint32_t i) { return &r->session.search.topk.best.hits[taken_at(r, i)]; }

static int by_place(const void *a, const void *b, void *context)
{
	const struct hit *hits = context, *x = &hits[*(const uint32_t *)a], *y = &hits[*(const uint32_t *)b];
	return x->leaf != y->leaf ? (x->leaf > y->leaf) - (x->leaf < y->leaf) : (x->doc > y->doc) - (x->doc < y->doc);
}

static enum fund_status order_by_place(struct kwic_run *r)
{
	r->order = malloc((n_hits(r) + (size_t)1) * sizeof *r->order);
	if (!r->order)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n_hits(r); i++)
		r->order[i] = i;
	qsort_r(r->order, n_hits(r), sizeof *r->order, by_place, r->session.search.topk.best.hits);
	return FUND_OK;
}

static enum fund_status add_hit(struct kwic_run *r, const struct hit *h, struct text_cache *cache, struct buf *room)
{
	struct leaf *leaf = &r->session.searcher.leaves[h->leaf];
	struct article_key key;
	struct stored_article a;
	struct kwic_line origin = { .date = h->date };
	uint32_t doc;
	enum fund_status st = topk_place(&r->session.search.topk, h, &doc);
	if (st == FUND_OK)
		st = segment_key(leaf->segment, doc, &leaf->keys, room, &key);
	if (st == FUND_OK)
		st = segment_article(leaf->segment, doc, cache, &a);
	if (st == FUND_OK && r->links)
		st = search_address(&r->session.searcher, leaf, &key, &r->lines, &origin.address);
	if (st != FUND_OK)
		return st;
	origin.key = arena_slice(&r->lines, key.key);
	return origin.key.data ? kwic_add(&r->kwic, &a, &origin, &r->lines, &r->list) : FUND_NO_MEMORY;
}

static enum fund_status lend_page(struct kwic_run *r, uint32_t first)
{
	const struct hit *hits[PAGE_ARTICLES];
	uint32_t n = 0;
	for (uint32_t i = first; i < n_hits(r) && n < PAGE_ARTICLES; i++)
		hits[n++] = hit_at(r, i);
	r->session.search.topk.searcher = &r->session.searcher;
	return topk_lend(&r->session.search.topk, r->session.search.plan, hits, n, LEND_ALL);
}

static enum fund_status add_page(struct session *s, void *context, struct fault *why)
{
	struct kwic_run *r = context;
	uint32_t first = r->first;
	(void)s; /* it is r's */
	struct text_cache cache = { 0 };
	struct buf room = BUF_INIT;
	enum fund_status st = lend_page(r, first);
	for (uint32_t i = first; i < n_hits(r) && i - first < PAGE_ARTICLES && st == FUND_OK; i++) {
		r->kwic.number = (uint64_t)taken_at(r, i) << 32;
		st = add_hit(r, hit_at(r, i), &cache, &room);
	}
	text_cache_release(&cache);
	buf_release(&room);
	return search_describe(st, why);
}

static enum fund_status find_once(struct session *s, void *context, struct fault *why)
{
	const struct kwic_run *r = context;
	struct search_options options = r->options->search;
	options.limit = UINT32_MAX;
	options.offset = 0;
	return search_find(&s->search, &s->searcher, slice_buf(&r->options->query), &options, &s->note, why);
}

static enum fund_status find(struct kwic_run *r)
{
	enum fund_status st = session_read(&r->session, find_once, r, &r->why);
	if (st == FUND_OK && session_mark(&r->session) != FUND_OK)
		st = fault_set(&r->why, FUND_NO_MEMORY, "out of memory");
	session_let_go(&r->session);
	return st;
}

static enum fund_status next_page(struct kwic_run *r, uint32_t first)
{
	r->first = first;
	enum fund_status st = session_read_on(&r->session, add_page, r, &r->why);
	session_let_go(&r->session);
	return st;
}

/* ---- printing ---- */

static void print_line(struct kwic_run *r, const struct kwic_line *line)
{
	if (r->skip) {
		r->skip--;
		return;
	}
	kwic_print(&r->presenter, line);
	r->left--;
	r->any = true;
}

/* The lines of a page go on their way. */
static enum fund_status pass_on(struct kwic_run *r)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < r->list.n && r->left && st == FUND_OK; i++) {
		if (r->sorter)
			st = kwic_sorter_add(r->sorter, &r->list.lines[i]);
		else
			print_line(r, &r->list.lines[i]);
	}
	r->list = (struct kwic_list){ NULL, 0 };
	arena_reset(&r->lines);
	return st;
}

static enum fund_status print_sorted(struct kwic_run *r, struct printer *out)
{
	struct kwic_line line;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && r->left && !out->error) {
		st = kwic_sorter_next(r->sorter, &line);
		if (st == FUND_OK)
			print_line(r, &line);
	}
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status prepare_sorter(struct kwic_run *r)
{
	const char *dir = getenv("TMPDIR");
	uint64_t wanted = r->left < UINT64_MAX - r->skip ? r->skip + r->left : UINT64_MAX;
	enum fund_status st;
	if (r->options->kwic_order == KWIC_BY_POSITION)
		return FUND_OK;
	st = order_by_place(r);
	if (st != FUND_OK)
		return st;
	return kwic_sorter_new(&r->sorter, KWIC_SORT_MEMORY, wanted, dir && *dir ? dir : "/tmp", &r->why);
}

static enum fund_status print_all(struct kwic_run *r, struct printer *out)
{
	enum fund_status st = kwic_init(&r->kwic, r->session.analyser, &r->session.searcher, r->session.search.plan, r->presenter.width, r->options->kwic_order);
	if (st == FUND_OK)
		st = prepare_sorter(r);
	kwic_begin(&r->presenter, &r->session.search.result);
	for (uint32_t first = 0; st == FUND_OK && first < n_hits(r) && r->left && !out->error; first += PAGE_ARTICLES) {
		st = next_page(r, first);
		if (st == FUND_OK)
			st = pass_on(r);
	}
	if (st == FUND_OK && r->sorter)
		st = print_sorted(r, out);
	kwic_end(&r->presenter);
	kwic_release(&r->kwic);
	return st;
}

int run_kwic(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct kwic_run r = { .options = o, .present = run_present_options(o), .links = run_has_links(o), .skip = o->search.offset,
			      .left = o->limit_given ? o->search.limit : UINT64_MAX };
	int status = 2;
	run_session(&r.session, o, analyser);
	r.presenter = (struct kwic_presenter){ .p = out, .format = o->format, .options = &r.present,
					       .width = o->kwic_width ? o->kwic_width : kwic_default_width(&r.present, o->format) };
	enum fund_status st = find(&r);
	run_warn(o, slice_buf(&o->query), &r.session.note);
	if (st == FUND_INVALID) {
		run_syntax_error(slice_buf(&o->query), r.session.note.error_off, &r.why);
	} else {
		if (st == FUND_OK)
			st = print_all(&r, out);
		status = run_finish(out, r.any ? 0 : 1);
		if (st != FUND_OK)
			status = run_trouble(&r.why);
	}
	session_release(&r.session);
	kwic_sorter_free(r.sorter);
	free(r.order);
	arena_release(&r.lines);
	return status;
}
