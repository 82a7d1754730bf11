/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/search.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/print.h"
#include "base/translate.h"
#include "query/boxes.h"
#include "query/link.h"
#include "query/matches.h"
#include "query/proximity.h"
#include "query/similar.h"
#include "query/snippet.h"
#include "query/words.h"

#define SNIPPET_WORDS 32u
#define COUNT_CHEAP_LENT 20000u /* the same where articles have to be lent to be counted */
#define COUNT_CHEAP 4000000u /* postings that may be read only to make a total exact */

enum fund_status search_describe(enum fund_status st, struct fault *why)
{
	if (st == FUND_OK || why->text[0])
		return st;
	if (st == FUND_LIMIT)
		return fault_set(why, st, "the query asks for too much at once: \"...\"~n takes 64 words, NEAR within NEAR some million pairs of words in an article");
	if (st == FUND_NO_MEMORY)
		return fault_set(why, st, "out of memory");
	return fault_set(why, st, "the index is damaged: run fundstelle-index --verify");
}

bool search_warning(const struct search_note *note, const struct servers *servers, uint32_t i, struct search_warning *out)
{
	uint32_t n_missing = servers && servers->partial ? servers->n_lost : 0, n_query = note->warning.text != NULL;
	*out = (struct search_warning){ .kind = WARNING_MISSING };
	if (i < n_missing) {
		const struct lost_server *lost = &servers->lost[i];
		out->about = slice_str(lost->name);
		fault_set(&out->text, FUND_TIMEOUT, "%s does not answer: its articles are missing: %s", lost->name, lost->why.text);
	} else if (i < n_missing + n_query) {
		out->kind = WARNING_QUERY;
		out->off = note->warning.off;
		fault_set(&out->text, FUND_INVALID, "%s", translate(note->warning.text));
	} else if (i < n_missing + n_query + note->n_limits) {
		const struct plan_limit *l = &note->limits[i - n_missing - n_query];
		*out = (struct search_warning){ .kind = WARNING_LIMIT, .about = l->text, .n_words = l->n_words, .n_used = l->n_used };
		fault_set(&out->text, FUND_LIMIT, "'%.*s' stands for %u words: only the %u most frequent were looked for", (int)l->text.len,
			  (const char *)l->text.data, l->n_words, l->n_used);
	} else {
		return false;
	}
	return true;
}

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

static enum fund_status copy_slice(struct arena *arena, struct slice s, struct slice *out)
{
	*out = s.len ? arena_slice(arena, s) : (struct slice){ NULL, 0 };
	return s.len && !out->data ? FUND_NO_MEMORY : FUND_OK;
}

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
		st = copy_slice(arena, slice_buf(&address), out);
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
		st = segment_key(leaf->segment, doc, &leaf->keys, &s->key, &key);
	if (st == FUND_OK && s->parts & HIT_ADDRESS)
		st = search_address(s->searcher, leaf, &key, s->arena, &out->address);
	return st == FUND_OK ? copy_slice(s->arena, key.key, &out->key) : st;
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
		st = copy_slice(s->arena, a.author, &out->author);
	if (st == FUND_OK)
		st = copy_slice(s->arena, a.section, &out->section);
	if (st == FUND_OK)
		st = copy_slice(s->arena, a.source, &out->source);
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
	return copy_slice(e->arena, item->term, &e->items[e->n - 1].term);
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

static enum fund_status explain_proximity(const struct hit *h, const struct explain_sink *sink)
{
	struct explain_item item = { .term = slice_str("proximity"), .field = FIELD_ANY, .kind = "proximity", .freq = 1, .score = h->raise };
	return h->raise ? sink->item(sink->context, &item) : FUND_OK;
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
		st = explain_proximity(h, &sink);
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
			st = copy_slice(show->arena, a.source, &copy.source);
		if (st != FUND_OK)
			return st;
		copies[out->n_copies++] = (struct shown_copy){ copy.key, copy.source, copy.address, copy.date };
	}
	return FUND_OK;
}

/* ---- a query ---- */

/* About how many postings the plan reads. */
static uint64_t plan_cost(const struct plan *p)
{
	uint64_t cost = p->kind == PLAN_TERM ? p->term.places.df : p->kind == PLAN_FORMS ? p->df : 0;
	for (uint32_t i = 0; i < p->n_phrase; i++)
		cost += p->phrase[i].places.df;
	for (uint32_t i = 0; i < p->n_slots && p->kind == PLAN_SPAN; i++)
		cost += slot_df(p->slots[i]);
	for (uint32_t i = 0; i < p->n_children; i++)
		cost += plan_cost(p->children[i]);
	return cost;
}

static bool is_self(const struct search *s, const struct hit *h)
{
	uint32_t doc = h->leaf == s->searcher->lent_leaf ? s->topk.lent.docs[h->doc].doc : h->doc;
	return h->leaf == s->self_leaf && doc == s->self_doc;
}

/* The article that others are to be like is no hit of its own. */
static void leave_out_self(struct search *s)
{
	struct hit_list *l = &s->topk.best;
	if (!s->has_self)
		return;
	for (uint32_t i = 0; i < l->n; i++)
		if (is_self(s, &l->hits[i])) {
			memmove(&l->hits[i], &l->hits[i + 1], (l->n - i - 1) * sizeof *l->hits);
			l->n--;
			s->topk.total--;
			return;
		}
}

/* Are the best hits ranked again by how close their words stand? */
static bool has_second_stage(const struct search *s)
{
	return s->options.order == ORDER_RELEVANCE && !s->has_self && proximity_applies(s->searcher, s->plan);
}

bool search_goes_on(const struct search *s) { return !s->searcher->lender && !s->options.collapse && !has_second_stage(s); }

/* The best k hits. */
static enum fund_status rank(struct search *s, uint32_t k)
{
	const struct search_options *o = &s->options;
	uint32_t wanted = k < UINT32_MAX ? k + s->has_self : k;
	topk_release(&s->topk);
	topk_init(&s->topk, s->searcher, wanted);
	s->topk.near = k > 0 && has_second_stage(s);
	s->topk.all_counted = o->want_total;
	s->topk.order = o->order;
	s->topk.seed = o->seed;
	s->topk.behind = o->behind;
	s->topk.recency = s->recency;
	enum fund_status st = topk_search(&s->topk, s->plan);
	leave_out_self(s);
	if (s->topk.best.n > k)
		s->topk.best.n = k;
	return st;
}

/* As many hits as it takes to have `want` groups of copies. */
static enum fund_status rank_groups(struct search *s, uint64_t want)
{
	uint64_t k = want + want / 4 + 16;
	for (;; k *= 2) {
		uint32_t n = k < UINT32_MAX ? (uint32_t)k : UINT32_MAX;
		enum fund_status st = rank(s, n);
		if (st == FUND_OK)
			st = copies_find(&s->copies, &s->topk);
		if (st != FUND_OK || s->copies.n_groups > want || s->topk.best.n < n || n == UINT32_MAX)
			return st;
	}
}

static enum fund_status find(struct search *s)
{
	const struct search_options *o = &s->options;
	uint64_t k = o->limit == UINT32_MAX ? UINT32_MAX : (uint64_t)o->limit + o->offset;
	if (k > UINT32_MAX)
		k = UINT32_MAX;
	enum fund_status st = o->collapse && k ? rank_groups(s, k) : rank(s, (uint32_t)k);
	if (st != FUND_OK)
		return st;
	uint64_t n = o->collapse && k ? s->copies.n_groups : s->topk.best.n, total = n > k ? n : s->topk.total;
	n = n < k ? n : k;
	s->result.total = s->topk.total;
	s->result.total_exact = s->topk.total_exact;
	s->n_shown = n > o->offset ? (uint32_t)n - o->offset : 0;
	if (o->want_total && !s->topk.total_exact && plan_cost(s->plan) <= (s->searcher->lender ? COUNT_CHEAP_LENT : COUNT_CHEAP)) {
		st = matches_count(s->searcher, s->plan, &s->arena, &s->result.total);
		s->result.total -= s->has_self && s->result.total > 0;
		s->result.total_exact = true;
	}
	/* Where nobody counted, a full page may have another behind it. */
	bool more = o->collapse ? total > n && (s->copies.n_groups > n || s->topk.best.n < s->result.total) : s->result.total > n || (!s->result.total_exact && n == k);
	s->result.next = more && s->n_shown ? (uint32_t)n : 0;
	return st;
}

static enum fund_status name_index(struct search *s)
{
	struct state_mark state = searcher_state(s->searcher);
	s->result.index_id = state.id;
	s->result.generation = state.generation;
	return copy_slice(&s->arena, searcher_analysis(s->searcher), &s->result.analysis);
}

void search_reset(struct search *s)
{
	topk_release(&s->topk);
	plan_build_release(&s->build);
	arena_reset(&s->arena);
	s->plan = NULL;
	s->n_shown = 0;
}

void search_release(struct search *s)
{
	topk_release(&s->topk);
	copies_release(&s->copies);
	plan_build_release(&s->build);
	arena_release(&s->arena);
	*s = (struct search){ 0 };
}

/* The key of what is found may begin alike only: a long one is cut in Xapian. */
static enum fund_status find_lent(struct searcher *s, struct slice key, uint32_t *doc)
{
	uint32_t number;
	enum fund_status st = lender_find_key(s->lender, key, &number);
	if (st == FUND_OK)
		st = lender_lend(s, NULL, &number, 1, LEND_ALL);
	return st == FUND_OK ? segment_find_key(s->leaves[s->lent_leaf].segment, key, doc) : st;
}

static enum fund_status find_exactly(struct searcher *s, struct slice key, uint32_t *leaf, uint32_t *doc)
{
	for (uint32_t i = 0; i < s->n_leaves; i++) {
		enum fund_status st = s->leaves[i].lent ? find_lent(s, key, doc) : segment_find_key(s->leaves[i].segment, key, doc);
		*leaf = i;
		if (st != FUND_NOT_FOUND)
			return st;
	}
	return FUND_NOT_FOUND;
}

/* The article with this key, as it is or as it is printed; then *key is as it is, in `plain`. */
static enum fund_status find_key(struct searcher *s, struct slice *key, struct buf *plain, uint32_t *leaf, uint32_t *doc)
{
	enum fund_status st = find_exactly(s, *key, leaf, doc);
	if (st != FUND_NOT_FOUND)
		return st;
	st = key_unescape(*key, plain);
	*key = slice_buf(plain);
	return st == FUND_OK ? find_exactly(s, *key, leaf, doc) : st;
}

static enum fund_status prepare_similar(struct search *s, struct fault *why)
{
	struct buf plain = BUF_INIT;
	struct text_cache cache = { 0 };
	struct stored_article a;
	struct slice key = slice_str(s->options.similar);
	s->result.query = key;
	enum fund_status st = find_key(s->searcher, &key, &plain, &s->self_leaf, &s->self_doc);
	if (st == FUND_NOT_FOUND)
		st = fault_set(why, FUND_END, "%s: no article with this key", s->options.similar);
	if (st == FUND_OK)
		st = segment_article(s->searcher->leaves[s->self_leaf].segment, s->self_doc, &cache, &a);
	s->has_self = st == FUND_OK;
	if (st == FUND_OK && s->self_leaf == s->searcher->lent_leaf)
		s->self_doc = lender_doc(s->searcher->lender, s->self_doc);
	if (st == FUND_OK)
		st = similar_plan(&s->build, &a, &s->plan);
	text_cache_release(&cache);
	buf_release(&plain);
	return st;
}

static enum fund_status prepare(struct search *s, struct slice query, struct search_note *note, struct fault *why)
{
	struct ast *ast;
	const struct search_options *o = &s->options;
	s->result = (struct result){ .query = query, .servers = s->searcher->servers };
	s->build = (struct plan_build){ .searcher = s->searcher, .arena = &s->arena, .from = o->from, .to = o->to, .only_new = o->only_new, .ocr = o->ocr, .why = why };
	*note = (struct search_note){ .error_off = 0 };
	s->has_self = false;
	enum fund_status st = name_index(s);
	if (st == FUND_OK)
		st = recency_find(&s->recency, s->searcher, o->recency);
	if (st == FUND_OK && o->similar)
		return prepare_similar(s, why);
	if (st == FUND_OK)
		st = parse_query(&s->arena, query, &o->parse, &ast, &note->warning, &note->error_off, why);
	if (st != FUND_OK)
		return st;
	st = plan_build(&s->build, ast, &s->plan);
	if (st == FUND_OK && o->want_suggestion && s->build.unknown)
		st = words_suggest(s->searcher, ast, query, &s->arena, &s->result.suggestion);
	note->error_off = s->build.error_off;
	note->limits = s->result.limits = s->build.limits;
	note->n_limits = s->result.n_limits = s->build.n_limits;
	return st;
}

enum fund_status search_prepare(struct search *s, struct searcher *searcher, struct slice query, const struct search_options *options,
				struct search_note *note, struct fault *why)
{
	search_reset(s);
	s->searcher = searcher;
	s->options = *options;
	s->started = clock_us();
	if (searcher->lender)
		lender_begin(searcher->lender);
	return search_describe(prepare(s, query, note, why), why);
}

enum fund_status search_rank(struct search *s, struct fault *why)
{
	enum fund_status st;
	if (s->options.count_only) {
		st = matches_count(s->searcher, s->plan, &s->arena, &s->result.total);
		s->result.total -= s->has_self && s->result.total > 0;
		s->result.total_exact = true;
	} else {
		st = find(s);
	}
	search_took(s);
	return search_describe(st, why);
}

void search_took(struct search *s) { s->result.took_us = clock_us() - s->started; }

enum fund_status search_find(struct search *s, struct searcher *searcher, struct slice query, const struct search_options *options,
			     struct search_note *note, struct fault *why)
{
	enum fund_status st = search_prepare(s, searcher, query, options, note, why);
	return st == FUND_OK ? search_rank(s, why) : st;
}

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
		st = copy_slice(arena, fields[i].from, fields[i].to);
	text_cache_release(&cache);
	return st;
}

static enum fund_status article_address(struct searcher *s, uint32_t number, uint32_t doc, struct arena *arena, struct slice *out)
{
	struct leaf *leaf = &s->leaves[number];
	struct article_key key;
	struct buf room = BUF_INIT;
	enum fund_status st = segment_key(leaf->segment, doc, &leaf->keys, &room, &key);
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
	enum fund_status st = find_key(s, &key, &plain, &leaf, &doc);
	if (st == FUND_OK)
		st = copy_slice(arena, key, &out->key);
	if (st == FUND_OK)
		st = copy_article(s, leaf, doc, arena, out);
	if (st == FUND_OK && parts & HIT_ADDRESS)
		st = article_address(s, leaf, doc, arena, &out->address);
	buf_release(&plain);
	return st == FUND_NOT_FOUND ? st : search_describe(st, why);
}
