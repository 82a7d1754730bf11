/* SPDX-License-Identifier: GPL-2.0-or-later */
/* search_show.c - what is shown of hits and articles: copied out of the index. */
#include "query/search_private.h"

#include <stdlib.h>
#include <unistd.h>

#include "query/boxes.h"
#include "query/link.h"
#include "query/snippet.h"

#define SNIPPET_WORDS 32u

/* ---- hits ---- */

struct show {
	struct searcher *searcher;
	struct topk *topk;
	const struct plan *plan;
	struct arena *arena;
	unsigned parts;
	bool lent; /* hits were, for this page */
	struct snippet_maker *snippets;
	struct text_cache cache;
	struct buf key;
};

enum fund_status search_address(struct searcher *s, const struct leaf *leaf, const struct article_key *key, struct arena *arena, struct slice *out)
{
	struct buf path = BUF_INIT, address = BUF_INIT;
	char host[256] = "";
	*out = slice_of(NULL, 0);
	if (leaf->lent)
		return FUND_OK;
	gethostname(host, sizeof host - 1);
	enum fund_status st = link_path(snapshot_manifest(s->snapshots[leaf->index]), key, &path);
	if (st == FUND_OK)
		st = link_address(slice_buf(&path), host, &address);
	if (st == FUND_OK)
		st = search_copy(arena, slice_buf(&address), out);
	buf_release(&path);
	buf_release(&address);
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

static enum fund_status show_key(struct show *s, const struct hit *h, struct shown_hit *out)
{
	struct article_key key;
	struct leaf *leaf = &s->searcher->leaves[h->leaf];
	uint32_t doc;
	enum fund_status st = topk_place(s->topk, h, &doc);
	if (st == FUND_OK)
		st = leaf_key(leaf, doc, &s->key, &key);
	if (st == FUND_OK && s->parts & HIT_ADDRESS)
		st = search_address(s->searcher, leaf, &key, s->arena, &out->address);
	return st == FUND_OK ? search_copy(s->arena, key.key, &out->key) : st;
}

static enum fund_status read_article(struct show *s, const struct hit *h, struct stored_article *out)
{
	uint32_t doc;
	enum fund_status st = topk_place(s->topk, h, &doc);
	return st == FUND_OK ? segment_article(s->searcher->leaves[h->leaf].segment, doc, &s->cache, out) : st;
}

static enum fund_status show_text(struct show *s, const struct hit *h, struct shown_hit *out)
{
	struct stored_article a;
	enum fund_status st = read_article(s, h, &a);
	if (st == FUND_OK)
		st = snippet_mark(s->snippets, a.title, s->arena, &out->title);
	if (st == FUND_OK && s->parts & HIT_SNIPPET)
		st = snippet_make(s->snippets, &a, SNIPPET_WORDS, s->arena, &out->snippet);
	if (st == FUND_OK && s->parts & HIT_SNIPPET)
		st = boxes_find(&a, &out->snippet, s->arena, &out->boxes, &out->n_boxes);
	if (st == FUND_OK)
		st = search_copy(s->arena, a.author, &out->author);
	if (st == FUND_OK)
		st = search_copy(s->arena, a.section, &out->section);
	if (st == FUND_OK)
		st = search_copy(s->arena, a.source, &out->source);
	return st;
}

/* ---- explain ---- */

struct explained {
	struct arena *arena;
	struct explain_item *items;
	uint32_t n;
};

static enum fund_status keep_item(void *context, const struct explain_item *item)
{
	struct explained *e = context;
	struct explain_item *items = arena_one_more(e->arena, e->items, e->n, sizeof *items);
	if (!items)
		return FUND_NO_MEMORY;
	e->items = items;
	e->items[e->n++] = *item;
	return search_copy(e->arena, item->term, &e->items[e->n - 1].term);
}

/* What is above the last decimal that is printed, of scores below zero, too. */
static int64_t cut_off(int64_t score)
{
	int64_t rest = score % SCORE_PRINTED;
	return rest < 0 ? rest + SCORE_PRINTED : rest;
}

/* What is printed sums to what is printed of the hit: each item is cut to the last decimal, and those that were cut most are given
 * one back until the sum is right. */
static void round_items(struct explained *e, int64_t score)
{
	int64_t left = score_printed(score) * SCORE_PRINTED;
	for (uint32_t i = 0; i < e->n; i++)
		left -= e->items[i].score - cut_off(e->items[i].score);
	for (; left >= SCORE_PRINTED; left -= SCORE_PRINTED) {
		struct explain_item *most = NULL;
		for (uint32_t i = 0; i < e->n; i++)
			if (!most || cut_off(e->items[i].score) > cut_off(most->score))
				most = &e->items[i];
		if (!most)
			return;
		most->score += SCORE_PRINTED - cut_off(most->score);
	}
	for (uint32_t i = 0; i < e->n; i++)
		e->items[i].score -= cut_off(e->items[i].score);
}

/* What the score lost by its age. */
static enum fund_status explain_recency(const struct hit *h, const struct explain_sink *sink)
{
	struct explain_item item = { .term = slice_str("recency"), .field = FIELD_ANY, .kind = "recency", .freq = 1, .score = h->score - h->plain };
	return item.score ? sink->item(sink->context, &item) : FUND_OK;
}

static enum fund_status show_explain(struct show *s, const struct hit *h, struct shown_hit *out)
{
	struct explained e = { .arena = s->arena };
	struct explain_sink sink = { &e, keep_item };
	struct iter *it;
	uint32_t doc;
	enum fund_status st = topk_place(s->topk, h, &doc);
	if (st == FUND_OK)
		st = iter_new(s->arena, s->plan, &s->searcher->leaves[h->leaf], &s->searcher->bm25, &it);
	if (st != FUND_OK || !it)
		return st;
	st = iter_seek(it, doc);
	if (st == FUND_OK && it->doc == doc)
		st = it->ops->explain(it, &sink);
	iter_release(it);
	if (st == FUND_OK)
		st = second_stage_explain(s->searcher, s->plan, h, doc, s->arena, &sink);
	if (st == FUND_OK)
		st = explain_recency(h, &sink);
	round_items(&e, h->score);
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

/* ---- what is lent ---- */

/* The hit at this place of those that are shown. */
static const struct hit *shown_at(const struct search *s, uint32_t at)
{
	return &s->topk.best.hits[s->options.collapse ? s->copies.head[at] : at];
}

/* Copies are shown with their sources. */
static enum lend_texts texts_of(const struct show *show, const struct search *s)
{
	return show->parts & (HIT_TITLE | HIT_SNIPPET) ? LEND_ALL : s->options.collapse ? LEND_FIELDS : LEND_NONE;
}

/* From there on, as many as fit: each with its copies. The first one's come first, whatever there are. */
static enum fund_status lend_hits(struct show *show, struct search *s, uint32_t at, uint32_t end)
{
	const struct hit *hits[LEND_MOST];
	uint32_t n = 0;
	for (; at < end && n < LEND_MOST; at++) {
		hits[n++] = shown_at(s, at);
		for (uint32_t i = s->options.collapse ? s->copies.head[at] + 1 : UINT32_MAX; i < s->copies.n && n < LEND_MOST; i++)
			if (s->copies.group[i] == at)
				hits[n++] = &s->topk.best.hits[i];
	}
	return topk_lend(&s->topk, s->plan, hits, n, texts_of(show, s));
}

/* A hit that is not at hand brings those behind it along. */
static enum fund_status have_hit(struct show *show, struct search *s, uint32_t at, uint32_t end)
{
	uint32_t doc;
	enum fund_status st = topk_place(&s->topk, shown_at(s, at), &doc);
	if (st == FUND_OK && (show->lent || !s->searcher->lender))
		return FUND_OK;
	show->lent = true;
	return st == FUND_OK || st == FUND_NOT_FOUND ? lend_hits(show, s, at, end) : st;
}

/* A copy that did not fit beside its hit is lent by itself. */
static enum fund_status have_copy(struct show *show, struct search *s, const struct hit *h)
{
	uint32_t doc;
	enum fund_status st = topk_place(&s->topk, h, &doc);
	return st == FUND_NOT_FOUND ? topk_lend(&s->topk, s->plan, &h, 1, texts_of(show, s)) : st;
}

/* The other hits of its group. */
static enum fund_status show_copies(struct show *show, struct search *s, uint32_t group, struct shown_hit *out)
{
	const struct copies *c = &s->copies;
	uint32_t n = 0;
	for (uint32_t i = c->head[group] + 1; i < c->n; i++)
		n += c->group[i] == group;
	struct shown_copy *copies = n ? arena_alloc(show->arena, n * sizeof *copies) : NULL;
	if (n == 0)
		return FUND_OK;
	if (!copies)
		return FUND_NO_MEMORY;
	out->copies = copies;
	for (uint32_t i = c->head[group] + 1; i < c->n; i++) {
		const struct hit *h = &s->topk.best.hits[i];
		struct shown_hit copy = { .date = h->date };
		struct stored_article a;
		if (c->group[i] != group)
			continue;
		enum fund_status st = have_copy(show, s, h);
		if (st == FUND_OK)
			st = show_key(show, h, &copy);
		if (st == FUND_OK)
			st = read_article(show, h, &a);
		if (st == FUND_OK)
			st = search_copy(show->arena, a.source, &copy.source);
		if (st != FUND_OK)
			return st;
		copies[out->n_copies++] = (struct shown_copy){ copy.key, copy.source, copy.address, copy.date };
	}
	return FUND_OK;
}

/* ---- a page ---- */

enum fund_status search_page(struct search *s, struct searcher *searcher, uint32_t first, uint32_t n, unsigned parts, struct arena *arena,
			     struct fault *why)
{
	struct show show = { .searcher = searcher, .topk = &s->topk, .plan = s->plan, .arena = arena, .parts = parts };
	enum fund_status st = FUND_OK;
	n = first >= s->n_shown ? 0 : n < s->n_shown - first ? n : s->n_shown - first;
	s->searcher = s->topk.searcher = s->build.searcher = searcher;
	if (searcher->lender && first)
		lender_begin(searcher->lender);
	s->result.n_hits = n;
	s->result.hits = arena_alloc(arena, (n + (size_t)1) * sizeof *s->result.hits);
	if (!s->result.hits)
		return search_describe(FUND_NO_MEMORY, why);
	if (show.parts & (HIT_TITLE | HIT_SNIPPET))
		st = snippet_maker_new(&show.snippets, searcher, s->plan);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		uint32_t at = s->options.offset + first + i;
		st = have_hit(&show, s, at, s->options.offset + first + n);
		if (st == FUND_OK)
			st = show_hit(&show, shown_at(s, at), at + 1, &s->result.hits[i]);
		if (st == FUND_OK && s->options.collapse)
			st = show_copies(&show, s, at, &s->result.hits[i]);
	}
	snippet_maker_free(show.snippets);
	text_cache_release(&show.cache);
	buf_release(&show.key);
	return search_describe(st, why);
}

/* ---- one article ---- */

/* How it begins: what a list shows of a hit in which no word matches. */
static enum fund_status show_beginning(struct searcher *s, const struct stored_article *a, struct arena *arena, struct marked_text *out)
{
	static const struct plan nothing = { .kind = PLAN_NONE };
	struct snippet_maker *maker;
	enum fund_status st = snippet_maker_new(&maker, s, &nothing);
	if (st == FUND_OK)
		st = snippet_make(maker, a, SNIPPET_WORDS, arena, out);
	snippet_maker_free(maker);
	return st;
}

static enum fund_status copy_article(struct searcher *s, uint32_t leaf, uint32_t doc, struct arena *arena, struct shown_hit *out)
{
	struct text_cache cache = { 0 };
	struct stored_article a;
	enum fund_status st = leaf_date(&s->leaves[leaf], doc, &out->date);
	if (st == FUND_OK)
		st = segment_article(s->leaves[leaf].segment, doc, &cache, &a);
	if (st != FUND_OK)
		return st;
	const struct {
		struct slice from, *to;
	} fields[] = {
		{ a.title, &out->title.text }, { a.lead, &out->lead },	   { a.body, &out->body },	   { a.author, &out->author },
		{ a.section, &out->section },  { a.source, &out->source }, { a.format, &out->format },	   { a.encoding, &out->encoding },
		{ a.date_text, &out->date_text },
	};
	for (size_t i = 0; st == FUND_OK && i < sizeof fields / sizeof *fields; i++)
		st = search_copy(arena, fields[i].from, fields[i].to);
	if (st == FUND_OK)
		st = show_beginning(s, &a, arena, &out->snippet);
	text_cache_release(&cache);
	return st;
}

static enum fund_status article_address(struct searcher *s, uint32_t number, uint32_t doc, struct arena *arena, struct slice *out)
{
	struct leaf *leaf = &s->leaves[number];
	struct article_key key;
	struct buf room = BUF_INIT;
	enum fund_status st = leaf_key(leaf, doc, &room, &key);
	if (st == FUND_OK)
		st = search_address(s, leaf, &key, arena, out);
	buf_release(&room);
	return st;
}

enum fund_status search_show(struct searcher *s, struct slice key, unsigned parts, struct arena *arena, struct shown_hit *out, struct fault *why)
{
	struct buf plain = BUF_INIT;
	uint32_t leaf, doc;
	*out = (struct shown_hit){ 0 };
	enum fund_status st = search_find_key(s, &key, &plain, &leaf, &doc);
	if (st == FUND_OK)
		st = search_copy(arena, key, &out->key);
	if (st == FUND_OK)
		st = copy_article(s, leaf, doc, arena, out);
	if (st == FUND_OK && parts & HIT_ADDRESS)
		st = article_address(s, leaf, doc, arena, &out->address);
	buf_release(&plain);
	return st == FUND_NOT_FOUND ? st : search_describe(st, why);
}
