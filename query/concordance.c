/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/concordance.h"

#include <stdlib.h>

#define PAGE_LEAST 256u /* articles */
#define PAGE_MOST 65536u
#define PAGE_GROWS 8u /* times, from page to page at most */
#define RANKED_MOST PAGE_MOST
#define PAGE_MEMORY ((size_t)16 << 20) /* what the lines of a page should fit in */
_Static_assert(PAGE_LEAST <= LEND_MOST, "what is lent is lent a page at once");

/* A hit of a page. */
struct page_hit {
	uint32_t number;	 /* among the hits, as they are taken */
	uint32_t first, n_lines; /* in the list */
};

/* ---- hits ---- */

static enum fund_status find_once(struct session *s, void *context, struct fault *why)
{
	struct concordance *c = context;
	struct search_options options = *c->search;
	options.limit = c->ranked;
	options.offset = 0;
	options.behind = c->goes_on ? &c->behind : NULL;
	enum fund_status st = search_find(&c->found.search, &s->searcher, c->query, &options, &c->found.note, why);
	c->may_go_on = st == FUND_OK && search_goes_on(&c->found.search);
	return st;
}

/* An article mostly has a line; where some have none, more are ranked. */
static uint32_t articles_for(const struct concordance_options *o)
{
	bool sorts = o->order != KWIC_BY_POSITION, many = o->skip >= RANKED_MOST || o->wanted >= RANKED_MOST - o->skip;
	return sorts ? UINT32_MAX : many ? RANKED_MOST : (uint32_t)(o->skip + o->wanted);
}

enum fund_status concordance_find(struct concordance *c, struct slice query, const struct search_options *search, const struct concordance_options *options,
				  struct fault *why)
{
	c->query = query;
	c->search = search;
	c->options = options;
	c->ranked = articles_for(options);
	enum fund_status st = session_read(c->session, find_once, c, why);
	return st == FUND_OK && session_mark(c->session, &c->found.marks) != FUND_OK ? fault_set(why, FUND_NO_MEMORY, "out of memory") : st;
}

/* ---- lines out of the index ---- */

static uint32_t n_hits(const struct concordance *c) { return c->found.search.topk.best.n; }
static uint32_t taken_at(const struct concordance *c, uint32_t i) { return c->order ? c->order[i] : i; }
static const struct hit *hit_at(const struct concordance *c, uint32_t i) { return &c->found.search.topk.best.hits[taken_at(c, i)]; }

static int compare_places(const struct hit *x, const struct hit *y)
{
	return x->leaf != y->leaf ? (x->leaf > y->leaf) - (x->leaf < y->leaf) : (x->doc > y->doc) - (x->doc < y->doc);
}

static int by_place(const void *a, const void *b, void *context)
{
	const struct hit *hits = context;
	return compare_places(&hits[*(const uint32_t *)a], &hits[*(const uint32_t *)b]);
}

static enum fund_status order_by_place(struct concordance *c)
{
	c->order = malloc((n_hits(c) + (size_t)1) * sizeof *c->order);
	if (!c->order)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n_hits(c); i++)
		c->order[i] = i;
	qsort_r(c->order, n_hits(c), sizeof *c->order, by_place, c->found.search.topk.best.hits);
	return FUND_OK;
}

static enum fund_status add_hit(struct concordance *c, const struct hit *h, struct text_cache *cache, struct buf *room)
{
	struct leaf *leaf = &c->session->searcher.leaves[h->leaf];
	struct article_key key;
	struct stored_article a;
	struct kwic_line origin = { .date = h->date };
	uint32_t doc;
	enum fund_status st = topk_place(&c->found.search.topk, h, &doc);
	if (st == FUND_OK)
		st = leaf_key(leaf, doc, room, &key);
	if (st == FUND_OK)
		st = segment_article(leaf->segment, doc, cache, &a);
	if (st == FUND_OK && c->options->links)
		st = search_address(&c->session->searcher, leaf, &key, &c->lines, &origin.address);
	if (st != FUND_OK)
		return st;
	origin.key = arena_slice(&c->lines, key.key);
	return origin.key.data ? kwic_add(&c->kwic, &a, &origin, &c->lines, &c->list) : FUND_NO_MEMORY;
}

static enum fund_status lend_page(struct concordance *c)
{
	struct topk *topk = &c->found.search.topk;
	const struct hit *hits[PAGE_LEAST];
	uint32_t n = 0;
	topk->searcher = &c->session->searcher;
	if (!topk->searcher->lender)
		return FUND_OK;
	for (uint32_t i = c->first; i < n_hits(c) && n < PAGE_LEAST; i++)
		hits[n++] = hit_at(c, i);
	return topk_lend(topk, c->found.search.plan, hits, n, LEND_ALL);
}

static int by_place_of_hit(const void *a, const void *b, void *context)
{
	const struct concordance *c = context;
	return compare_places(hit_at(c, ((const struct page_hit *)a)->number), hit_at(c, ((const struct page_hit *)b)->number));
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = ((const struct page_hit *)a)->number, y = ((const struct page_hit *)b)->number;
	return (x > y) - (x < y);
}

/* What is lent is in memory: its order does not matter. */
static uint32_t page_articles(const struct concordance *c) { return c->session->searcher.lender || c->n_page < PAGE_LEAST ? PAGE_LEAST : c->n_page; }

static enum fund_status begin_page(struct concordance *c)
{
	uint32_t left = n_hits(c) - c->first, n = page_articles(c);
	c->list = (struct kwic_list){ NULL, 0 };
	arena_reset(&c->lines);
	c->n_hits = n < left ? n : left;
	c->page = arena_alloc(&c->lines, (c->n_hits + (size_t)1) * sizeof *c->page);
	if (!c->page)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < c->n_hits; i++)
		c->page[i] = (struct page_hit){ .number = c->first + i };
	if (!c->order)
		qsort_r(c->page, c->n_hits, sizeof *c->page, by_place_of_hit, c);
	return lend_page(c);
}

/* FUND_LIMIT: the page takes too much memory, and a smaller one may take less. */
static enum fund_status fill_page(struct concordance *c)
{
	struct text_cache cache = TEXT_CACHE_WALK;
	struct buf room = BUF_INIT;
	enum fund_status st = begin_page(c);
	for (uint32_t i = 0; i < c->n_hits && st == FUND_OK; i++) {
		struct page_hit *h = &c->page[i];
		h->first = c->list.n;
		c->kwic.number = (uint64_t)taken_at(c, h->number) << 32;
		st = add_hit(c, hit_at(c, h->number), &cache, &room);
		h->n_lines = c->list.n - h->first;
		if (st == FUND_OK && c->lines.used > 2 * PAGE_MEMORY && c->n_hits > PAGE_LEAST)
			st = FUND_LIMIT;
	}
	text_cache_release(&cache);
	buf_release(&room);
	if (st == FUND_OK && !c->order)
		qsort(c->page, c->n_hits, sizeof *c->page, by_number);
	return st;
}

static enum fund_status add_page(struct session *s, void *context, struct fault *why)
{
	struct concordance *c = context;
	(void)s; /* it is c's */
	enum fund_status st = fill_page(c);
	if (st == FUND_LIMIT) {
		c->n_page = PAGE_LEAST;
		st = fill_page(c);
	}
	return search_describe(st, why);
}

/* As many articles as would fit if they took what those of the last page did. */
static void size_next_page(struct concordance *c)
{
	size_t each = c->lines.used / (c->n_hits + (size_t)1) + 1, fitting = PAGE_MEMORY / each, grown = (size_t)page_articles(c) * PAGE_GROWS;
	size_t n = fitting < grown ? fitting : grown;
	c->n_page = n > PAGE_MOST ? PAGE_MOST : (uint32_t)n;
}

static enum fund_status start_lines(struct concordance *c)
{
	struct session *s = c->session;
	kwic_release(&c->kwic);
	return kwic_init(&c->kwic, s->analyser, &s->searcher, c->found.search.plan, c->options->width, c->options->order);
}

/* Those that were ranked have fewer lines than are wanted: now those behind them, or where that cannot be, all in the same order. */
static enum fund_status rank_on(struct concordance *c, struct fault *why)
{
	c->goes_on = c->may_go_on;
	c->ranked = c->goes_on ? RANKED_MOST : UINT32_MAX;
	if (c->goes_on) {
		c->behind = *hit_at(c, n_hits(c) - 1);
		c->first = 0;
	}
	enum fund_status st = session_read_on(c->session, c->found.marks, find_once, c, why);
	if (st == FUND_OK && start_lines(c) != FUND_OK)
		st = fault_set(why, FUND_NO_MEMORY, "out of memory");
	return st;
}

/* FUND_END: there are no more hits. */
static enum fund_status next_page(struct concordance *c, struct fault *why)
{
	c->n_hits = c->hit = c->at = 0;
	enum fund_status st = c->first >= n_hits(c) && n_hits(c) == c->ranked ? rank_on(c, why) : FUND_OK;
	if (st == FUND_OK)
		st = c->first < n_hits(c) ? session_read_on(c->session, c->found.marks, add_page, c, why) : FUND_END;
	c->first += c->n_hits;
	size_next_page(c);
	return st;
}

/* The next line of the page; NULL: it has no more. */
static const struct kwic_line *line_of_page(struct concordance *c)
{
	while (c->hit < c->n_hits && c->at == c->page[c->hit].n_lines) {
		c->hit++;
		c->at = 0;
	}
	return c->hit < c->n_hits ? &c->list.lines[c->page[c->hit].first + c->at++] : NULL;
}

/* ---- lines in their order ---- */

static enum fund_status sorter_failed(const struct concordance *c, enum fund_status st, struct fault *why)
{
	return fault_set(why, st, "%s", c->why.text[0] ? c->why.text : "out of memory");
}

static enum fund_status sort_all(struct concordance *c, struct fault *why)
{
	enum fund_status st;
	while ((st = next_page(c, why)) == FUND_OK)
		for (uint32_t i = 0; i < c->list.n && st == FUND_OK; i++)
			if ((st = kwic_sorter_add(c->sorter, &c->list.lines[i])) != FUND_OK)
				return sorter_failed(c, st, why);
	return st == FUND_END ? FUND_OK : st;
}

enum fund_status concordance_begin(struct concordance *c, struct fault *why)
{
	const struct concordance_options *o = c->options;
	uint64_t all = o->wanted < UINT64_MAX - o->skip ? o->skip + o->wanted : UINT64_MAX;
	c->skip = o->skip;
	c->left = o->wanted;
	enum fund_status st = start_lines(c);
	bool sorts = o->order != KWIC_BY_POSITION;
	if (st == FUND_OK && sorts)
		st = order_by_place(c);
	if (st == FUND_OK && sorts)
		st = kwic_sorter_new(&c->sorter, o->memory, all, o->dir, &c->why);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	return c->sorter && c->left ? sort_all(c, why) : FUND_OK;
}

static enum fund_status next_line(struct concordance *c, struct kwic_line *out, struct fault *why)
{
	enum fund_status st = FUND_OK;
	if (c->sorter) {
		st = kwic_sorter_next(c->sorter, out);
		return st == FUND_OK || st == FUND_END ? st : sorter_failed(c, st, why);
	}
	const struct kwic_line *line = line_of_page(c);
	while (!line && (st = next_page(c, why)) == FUND_OK)
		line = line_of_page(c);
	if (line)
		*out = *line;
	return st;
}

enum fund_status concordance_next(struct concordance *c, struct kwic_line *out, struct fault *why)
{
	if (c->left == 0)
		return FUND_END;
	enum fund_status st = next_line(c, out, why);
	for (; st == FUND_OK && c->skip; c->skip--)
		st = next_line(c, out, why);
	c->left -= st == FUND_OK;
	return st;
}

void concordance_release(struct concordance *c)
{
	kwic_release(&c->kwic);
	kwic_sorter_free(c->sorter);
	free(c->order);
	arena_release(&c->lines);
	finding_release(&c->found);
}
