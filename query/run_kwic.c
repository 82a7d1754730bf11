/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_kwic.c - a concordance of all hits.
 *
 * Life     hits are ranked once; their lines are taken out of the index a page of articles at a time and printed, or given to the sorter,
 *          while it is closed. So a million lines do not sit in memory.
 */
#include <stdlib.h>

#include "query/kwic_sort.h"
#include "query/present_kwic.h"
#include "query/run.h"

#define PAGE_ARTICLES 256u

struct kwic_run {
	const struct options *options;
	struct analyser *analyser;
	struct searcher searcher;
	struct search search;
	struct search_note note;
	struct state_mark *state;
	struct arena lines;
	struct kwic_list list;
	struct kwic kwic;
	struct kwic_sorter *sorter; /* NULL: lines are printed as they come */
	struct kwic_presenter presenter;
	struct present_options present;
	uint64_t skip, left; /* lines not to print, and to print, still */
	bool any;
	struct fault why;
};

/* ---- lines out of the index ---- */

static enum fund_status add_hit(struct kwic_run *r, const struct hit *h, struct text_cache *cache, struct buf *room)
{
	struct leaf *leaf = &r->searcher.leaves[h->leaf];
	struct article_key key;
	struct stored_article a;
	uint32_t doc;
	enum fund_status st = topk_place(&r->search.topk, h, &doc);
	if (st == FUND_OK)
		st = segment_key(leaf->segment, doc, &leaf->keys, room, &key);
	if (st == FUND_OK)
		st = segment_article(leaf->segment, doc, cache, &a);
	if (st != FUND_OK)
		return st;
	struct slice copy = arena_slice(&r->lines, key.key);
	return copy.data ? kwic_add(&r->kwic, &a, copy, h->date, &r->lines, &r->list) : FUND_NO_MEMORY;
}

static enum fund_status lend_page(struct kwic_run *r, uint32_t first)
{
	const struct hit *hits[PAGE_ARTICLES];
	uint32_t n = 0;
	for (uint32_t i = first; i < r->search.topk.best.n && n < PAGE_ARTICLES; i++)
		hits[n++] = &r->search.topk.best.hits[i];
	r->search.topk.searcher = &r->searcher;
	return topk_lend(&r->search.topk, r->search.plan, hits, n, LEND_ALL);
}

static enum fund_status add_page(struct kwic_run *r, uint32_t first)
{
	struct text_cache cache = { 0 };
	struct buf room = BUF_INIT;
	enum fund_status st = lend_page(r, first);
	for (uint32_t i = first; i < r->search.topk.best.n && i - first < PAGE_ARTICLES && st == FUND_OK; i++)
		st = add_hit(r, &r->search.topk.best.hits[i], &cache, &room);
	text_cache_release(&cache);
	buf_release(&room);
	return search_describe(st, &r->why);
}

static enum fund_status find_once(struct kwic_run *r)
{
	struct search_options options = r->options->search;
	options.limit = UINT32_MAX;
	options.offset = 0;
	enum fund_status st = run_open(r->options, r->analyser, &r->searcher, &r->why);
	if (st != FUND_OK)
		return st;
	st = search_find(&r->search, &r->searcher, slice_buf(&r->options->query), &options, &r->note, &r->why);
	st = st == FUND_INVALID && !lender_fault(r->searcher.lender) ? st : run_judge(&r->searcher, st, &r->why);
	free(r->state);
	r->state = NULL;
	if (st == FUND_OK)
		st = searcher_mark(&r->searcher, &r->state);
	searcher_close(&r->searcher);
	return st;
}

static enum fund_status next_page(struct kwic_run *r, uint32_t first)
{
	enum fund_status st = run_open(r->options, r->analyser, &r->searcher, &r->why);
	if (st != FUND_OK)
		return st;
	st = searcher_is_at(&r->searcher, r->state) ? add_page(r, first) : FUND_STALE;
	st = run_judge(&r->searcher, st, &r->why);
	searcher_close(&r->searcher);
	return st == FUND_STALE ? fault_set(&r->why, st, CHANGED) : st;
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
	r->list = (struct kwic_list){ NULL, 0, 0 };
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
	if (r->options->kwic_order == KWIC_BY_POSITION)
		return FUND_OK;
	return kwic_sorter_new(&r->sorter, KWIC_SORT_MEMORY, wanted, dir && *dir ? dir : "/tmp", &r->why);
}

static enum fund_status print_all(struct kwic_run *r, struct printer *out)
{
	enum fund_status st = kwic_init(&r->kwic, r->analyser, &r->searcher, r->search.plan, r->presenter.width, r->options->kwic_order);
	if (st == FUND_OK)
		st = prepare_sorter(r);
	kwic_begin(&r->presenter, &r->search.result);
	for (uint32_t first = 0; st == FUND_OK && first < r->search.topk.best.n && r->left && !out->error; first += PAGE_ARTICLES) {
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
	struct kwic_run r = { .options = o, .analyser = analyser, .present = run_present_options(o), .skip = o->search.offset,
			      .left = o->limit_given ? o->search.limit : UINT64_MAX };
	enum fund_status st = FUND_STALE;
	int status = 2;
	r.presenter = (struct kwic_presenter){ .p = out, .format = o->format, .options = &r.present,
					       .width = o->kwic_width ? o->kwic_width : kwic_default_width(&r.present, o->format) };
	for (int i = 0; i < RETRIES && st == FUND_STALE; i++) {
		r.why = (struct fault){ 0 };
		st = find_once(&r);
	}
	if (st == FUND_STALE)
		fault_set(&r.why, st, TOO_FAST);
	run_warn(o, slice_buf(&o->query), &r.note);
	if (st == FUND_INVALID) {
		run_syntax_error(slice_buf(&o->query), r.note.error_off, &r.why);
	} else {
		if (st == FUND_OK)
			st = print_all(&r, out);
		status = run_finish(out, r.any ? 0 : 1);
		if (st != FUND_OK)
			status = run_trouble(&r.why);
	}
	search_release(&r.search);
	kwic_sorter_free(r.sorter);
	arena_release(&r.lines);
	free(r.state);
	return status;
}
