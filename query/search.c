/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/search.h"

#include <stdlib.h>
#include <time.h>

#include "base/print.h"
#include "query/snippet.h"

#define SNIPPET_WORDS 32u
#define COUNT_CHEAP 4000000u /* postings that may be read only to make a total exact */

static uint64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static enum fund_status describe(enum fund_status st, struct fault *why)
{
	if (st == FUND_OK || why->text[0])
		return st;
	return fault_set(why, st, st == FUND_NO_MEMORY ? "out of memory" : "the index is damaged: run fundstelle-index --verify");
}

/* ---- hits ---- */

struct show {
	struct searcher *searcher;
	const struct plan *plan;
	struct arena *arena;
	unsigned parts;
	struct snippet_maker *snippets;
	struct text_cache cache;
	struct buf key;
};

static enum fund_status copy(struct arena *arena, struct slice s, struct slice *out)
{
	*out = s.len ? arena_slice(arena, s) : (struct slice){ NULL, 0 };
	return s.len && !out->data ? FUND_NO_MEMORY : FUND_OK;
}

static enum fund_status show_key(struct show *s, const struct hit *h, struct shown_hit *out)
{
	struct article_key key;
	struct leaf *leaf = &s->searcher->leaves[h->leaf];
	enum fund_status st = segment_key(leaf->segment, h->doc, &leaf->keys, &s->key, &key);
	return st == FUND_OK ? copy(s->arena, key.key, &out->key) : st;
}

static enum fund_status show_text(struct show *s, const struct hit *h, struct shown_hit *out)
{
	struct stored_article a;
	enum fund_status st = segment_article(s->searcher->leaves[h->leaf].segment, h->doc, &s->cache, &a);
	if (st == FUND_OK)
		st = snippet_mark(s->snippets, a.title, s->arena, &out->title);
	if (st == FUND_OK && s->parts & HIT_SNIPPET)
		st = snippet_make(s->snippets, &a, SNIPPET_WORDS, s->arena, &out->snippet);
	if (st == FUND_OK)
		st = copy(s->arena, a.author, &out->author);
	if (st == FUND_OK)
		st = copy(s->arena, a.section, &out->section);
	if (st == FUND_OK)
		st = copy(s->arena, a.source, &out->source);
	return st;
}

/* ---- explain ---- */

struct explained {
	struct arena *arena;
	struct explain_item *items;
	uint32_t n, cap;
};

static enum fund_status keep_item(void *context, const struct explain_item *item)
{
	struct explained *e = context;
	if (e->n == e->cap) {
		uint32_t cap = e->cap ? 2 * e->cap : 8;
		struct explain_item *grown = arena_alloc(e->arena, cap * sizeof *grown);
		if (!grown)
			return FUND_NO_MEMORY;
		if (e->n)
			memcpy(grown, e->items, e->n * sizeof *grown);
		e->items = grown;
		e->cap = cap;
	}
	e->items[e->n++] = *item;
	return copy(e->arena, item->term, &e->items[e->n - 1].term);
}

static enum fund_status show_explain(struct show *s, const struct hit *h, struct shown_hit *out)
{
	struct explained e = { .arena = s->arena };
	struct explain_sink sink = { &e, keep_item };
	struct iter *it;
	enum fund_status st = iter_new(s->arena, s->plan, &s->searcher->leaves[h->leaf], &s->searcher->bm25, &it);
	if (st != FUND_OK || !it)
		return st;
	st = iter_seek(it, h->doc);
	if (st == FUND_OK && it->doc == h->doc)
		st = it->ops->explain(it, &sink);
	iter_release(it);
	out->explain = e.items;
	out->n_explain = e.n;
	return st;
}

static enum fund_status show_hit(struct show *s, const struct hit *h, uint32_t rank, struct shown_hit *out)
{
	*out = (struct shown_hit){ .rank = rank, .score = h->score, .falling = h->falling, .date = h->date };
	enum fund_status st = show_key(s, h, out);
	if (st == FUND_OK && s->parts & (HIT_TITLE | HIT_SNIPPET))
		st = show_text(s, h, out);
	if (st == FUND_OK && s->parts & HIT_EXPLAIN)
		st = show_explain(s, h, out);
	return st;
}

/* ---- a query ---- */

/* About how many postings the plan reads. */
static uint64_t plan_cost(const struct plan *p)
{
	uint64_t cost = p->kind == PLAN_TERM ? p->term.places.df : 0;
	for (uint32_t i = 0; i < p->n_phrase; i++)
		cost += p->phrase[i].places.df;
	for (uint32_t i = 0; i < p->n_children; i++)
		cost += plan_cost(p->children[i]);
	return cost;
}

static enum fund_status find(struct search *s)
{
	const struct search_options *o = &s->options;
	uint64_t k = o->limit == UINT32_MAX ? UINT32_MAX : (uint64_t)o->limit + o->offset;
	topk_init(&s->topk, s->searcher, k > UINT32_MAX ? UINT32_MAX : (uint32_t)k);
	s->topk.all_counted = o->want_total;
	s->topk.order = o->order;
	s->topk.seed = o->seed;
	enum fund_status st = topk_search(&s->topk, s->plan, &s->arena);
	if (st == FUND_OK)
		st = topk_finish(&s->topk);
	s->result.total = s->topk.total;
	s->result.total_exact = s->topk.total_exact;
	s->n_shown = s->topk.n > o->offset ? s->topk.n - o->offset : 0;
	if (st == FUND_OK && o->want_total && !s->topk.total_exact && plan_cost(s->plan) <= COUNT_CHEAP) {
		st = count_matches_exactly(s->searcher, s->plan, &s->arena, &s->result.total);
		s->result.total_exact = true;
	}
	return st;
}

static enum fund_status name_index(struct search *s)
{
	const struct manifest *m = snapshot_manifest(s->searcher->snapshots[0]);
	s->result.index_id = m->id;
	s->result.generation = m->generation;
	return copy(&s->arena, slice_buf(&m->analysis_text), &s->result.analysis);
}

void search_reset(struct search *s)
{
	topk_release(&s->topk);
	arena_reset(&s->arena);
	s->plan = NULL;
	s->n_shown = 0;
}

void search_release(struct search *s)
{
	topk_release(&s->topk);
	arena_release(&s->arena);
	*s = (struct search){ 0 };
}

enum fund_status search_find(struct search *s, struct searcher *searcher, struct slice query, const struct search_options *options,
			     struct search_note *note, struct fault *why)
{
	uint64_t start = now_us();
	struct ast *ast;
	search_reset(s);
	s->searcher = searcher;
	s->options = *options;
	s->result = (struct result){ .query = query };
	s->build = (struct plan_build){ .searcher = searcher, .arena = &s->arena, .from = options->from, .to = options->to };
	*note = (struct search_note){ { 0, NULL }, 0 };
	enum fund_status st = parse_query(&s->arena, query, &options->parse, &ast, &note->warning, &note->error_off, why);
	if (st != FUND_OK)
		return st;
	st = name_index(s);
	if (st == FUND_OK)
		st = plan_build(&s->build, ast, &s->plan);
	if (st == FUND_OK && options->count_only) {
		st = count_matches_exactly(searcher, s->plan, &s->arena, &s->result.total);
		s->result.total_exact = true;
	} else if (st == FUND_OK) {
		st = find(s);
	}
	s->result.took_us = now_us() - start;
	return describe(st, why);
}

enum fund_status search_page(struct search *s, struct searcher *searcher, uint32_t first, uint32_t n, unsigned parts, struct arena *arena,
			     struct fault *why)
{
	struct show show = { .searcher = searcher, .plan = s->plan, .arena = arena, .parts = parts };
	enum fund_status st = FUND_OK;
	n = first >= s->n_shown ? 0 : n < s->n_shown - first ? n : s->n_shown - first;
	s->searcher = searcher;
	s->result.n_hits = n;
	s->result.hits = arena_alloc(arena, (n + (size_t)1) * sizeof *s->result.hits);
	if (!s->result.hits)
		return describe(FUND_NO_MEMORY, why);
	if (show.parts & (HIT_TITLE | HIT_SNIPPET))
		st = snippet_maker_new(&show.snippets, searcher->analyser, s->build.marks, s->build.n_marks);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		uint32_t at = s->options.offset + first + i;
		st = show_hit(&show, &s->topk.hits[at], at + 1, &s->result.hits[i]);
	}
	snippet_maker_free(show.snippets);
	text_cache_release(&show.cache);
	buf_release(&show.key);
	return describe(st, why);
}

/* ---- one article ---- */

static enum fund_status copy_article(struct searcher *s, uint32_t leaf, uint32_t doc, struct arena *arena, struct shown_hit *out)
{
	struct text_cache cache = { 0 };
	struct stored_article a;
	enum fund_status st = leaf_date(&s->leaves[leaf], doc, &out->date);
	if (st == FUND_OK)
		st = segment_article(s->leaves[leaf].segment, doc, &cache, &a);
	const struct {
		struct slice from, *to;
	} fields[] = {
		{ a.title, &out->title.text }, { a.lead, &out->lead },	   { a.body, &out->body },	   { a.author, &out->author },
		{ a.section, &out->section },  { a.source, &out->source }, { a.format, &out->format },	   { a.encoding, &out->encoding },
		{ a.date_text, &out->date_text },
	};
	for (size_t i = 0; st == FUND_OK && i < sizeof fields / sizeof *fields; i++)
		st = copy(arena, fields[i].from, fields[i].to);
	text_cache_release(&cache);
	return st;
}

static enum fund_status show_exactly(struct searcher *s, struct slice key, struct arena *arena, struct shown_hit *out)
{
	for (uint32_t i = 0; i < s->n_leaves; i++) {
		uint32_t doc;
		enum fund_status st = segment_find_key(s->leaves[i].segment, key, &doc);
		if (st == FUND_NOT_FOUND)
			continue;
		if (st == FUND_OK)
			st = copy(arena, key, &out->key);
		return st == FUND_OK ? copy_article(s, i, doc, arena, out) : st;
	}
	return FUND_NOT_FOUND;
}

enum fund_status search_show(struct searcher *s, struct slice key, struct arena *arena, struct shown_hit *out, struct fault *why)
{
	struct buf plain = BUF_INIT;
	*out = (struct shown_hit){ 0 };
	enum fund_status st = show_exactly(s, key, arena, out);
	if (st == FUND_NOT_FOUND) {
		st = key_unescape(key, &plain);
		if (st == FUND_OK)
			st = show_exactly(s, slice_buf(&plain), arena, out);
	}
	buf_release(&plain);
	return st == FUND_NOT_FOUND ? st : describe(st, why);
}
