/* SPDX-License-Identifier: GPL-2.0-or-later */
/* search.c - a query is understood, and its hits are ranked. */
#include "query/search_private.h"

#include "base/clock.h"
#include "base/print.h"
#include "base/translate.h"
#include "query/matches.h"
#include "query/similar.h"
#include "query/words.h"

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

static bool has_second_stage(const struct search *s)
{
	return s->options.order == ORDER_RELEVANCE && !s->has_self && second_stage_applies(s->searcher, s->plan);
}

bool search_goes_on(const struct search *s) { return !s->searcher->lender && !s->options.collapse && !has_second_stage(s); }

/* The best k hits. */
static enum fund_status rank(struct search *s, uint32_t k)
{
	const struct search_options *o = &s->options;
	uint32_t wanted = k < UINT32_MAX ? k + s->has_self : k;
	topk_release(&s->topk);
	topk_init(&s->topk, s->searcher, wanted);
	s->topk.second = k > 0 && has_second_stage(s);
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
	return search_copy(&s->arena, searcher_analysis(s->searcher), &s->result.analysis);
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

enum fund_status search_find_key(struct searcher *s, struct slice *key, struct buf *plain, uint32_t *leaf, uint32_t *doc)
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
	enum fund_status st = search_find_key(s->searcher, &key, &plain, &s->self_leaf, &s->self_doc);
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
	if (st == FUND_OK && has_second_stage(s))
		second_stage_prepare(s->searcher, s->plan);
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
