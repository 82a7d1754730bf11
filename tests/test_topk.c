/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_topk.c - queries against a naive reference: every article scored by reading its words, all sorted. The hits must be the same, in the same
 * order, to the last tie; and no page, limit or segment may change that.
 */
#include <check.h>
#include <math.h>
#include <time.h>

#include "query/second_stage.h"
#include "query/search.h"
#include "tests/archive_fixture.h"

#define QUERIES TRIALS(200u)
#define NODES_MAX 64

static struct archive_model model;
static struct analyser *analyser;
static struct searcher searcher;

/* ---- the reference: a query as a tree over the model's words ---- */

enum node_kind { NODE_WORD, NODE_TITLE, NODE_PHRASE, NODE_GROUP };

struct node {
	enum node_kind kind;
	enum plan_role role;
	uint16_t words[3];
	uint32_t n_words;
	struct node *children[6];
	uint32_t n;
};

struct reference {
	double average;
	uint32_t *df;	 /* by word */
	uint32_t newest; /* date of the live */
};
static struct reference reference;

static uint32_t count_word(const struct model_article *a, uint16_t word, uint32_t from, uint32_t to)
{
	uint32_t n = 0;
	for (uint32_t i = from; i < to; i++)
		n += a->word[i] == word;
	return n;
}

static void make_reference(void)
{
	uint64_t sum = 0;
	reference.newest = 0;
	reference.df = calloc(model.n_words, sizeof *reference.df);
	ck_assert_ptr_nonnull(reference.df);
	for (uint32_t d = 0; d < model.n; d++) {
		const struct model_article *a = &model.articles[d];
		sum += a->n + a->n_title; /* the title's words count twice */
		reference.newest = !a->dead && a->date > reference.newest ? a->date : reference.newest;
		for (uint16_t w = 0; w < model.n_words; w++)
			reference.df[w] += count_word(&model.articles[d], w, 0, model.articles[d].n) > 0;
	}
	reference.average = (double)sum / model.n;
}

static double idf(uint16_t word)
{
	double n = model.n, df = reference.df[word];
	return log(1 + (n - df + 0.5) / (df + 0.5));
}

/* A contribution in whole micro-units, as query/score.h defines it. */
static long long bm25(const struct model_article *a, double weight, double freq)
{
	double len = a->n + a->n_title, k1 = ranking_default.k1, b = ranking_default.b;
	return llround(1e6 * weight * freq / (freq + k1 * (1 - b + b * len / reference.average)));
}

static uint32_t count_phrase(const struct model_article *a, const struct node *q)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i + q->n_words <= a->n; i++) {
		bool all = i >= a->n_title || i + q->n_words <= a->n_title; /* not across the title's end */
		for (uint32_t k = 0; k < q->n_words && all; k++)
			all = a->word[i + k] == q->words[k];
		n += all;
	}
	return n;
}

static bool matches(const struct model_article *a, const struct node *q, long long *score)
{
	uint32_t freq, title;
	double weight = 0;
	long long sum = 0, one;
	bool any_should = false, has_should = false, has_must = false;

	*score = 0;
	switch (q->kind) {
	case NODE_WORD:
		title = count_word(a, q->words[0], 0, a->n_title);
		freq = count_word(a, q->words[0], 0, a->n);
		*score = bm25(a, idf(q->words[0]), freq + title);
		return freq > 0;
	case NODE_TITLE:
		title = count_word(a, q->words[0], 0, a->n_title);
		*score = bm25(a, idf(q->words[0]), title);
		return title > 0;
	case NODE_PHRASE:
		freq = count_phrase(a, q);
		for (uint32_t k = 0; k < q->n_words; k++)
			weight += idf(q->words[k]);
		*score = bm25(a, weight, freq);
		return freq > 0;
	case NODE_GROUP:
		break;
	}
	for (uint32_t i = 0; i < q->n; i++) {
		const struct node *c = q->children[i];
		bool hit = matches(a, c, &one);
		if (c->role == ROLE_MUST_NOT ? hit : c->role == ROLE_MUST && !hit)
			return false;
		has_should |= c->role == ROLE_SHOULD;
		has_must |= c->role == ROLE_MUST;
		any_should |= c->role == ROLE_SHOULD && hit;
		sum += hit && c->role != ROLE_MUST_NOT ? one : 0;
	}
	*score = sum;
	return has_must || !has_should || any_should;
}

/* ---- random queries: text and tree at once ---- */

struct random_query {
	uint64_t state;
	struct node nodes[NODES_MAX];
	uint32_t n;
	char text[2048];
};

static struct node *new_node(struct random_query *r, enum node_kind kind)
{
	ck_assert_uint_lt(r->n, NODES_MAX);
	r->nodes[r->n] = (struct node){ .kind = kind, .role = ROLE_SHOULD };
	return &r->nodes[r->n++];
}

static void say(struct random_query *r, const char *text) { strncat(r->text, text, sizeof r->text - strlen(r->text) - 1); }

static uint16_t pick(struct random_query *r)
{
	uint32_t a = random_below(&r->state, model.n_words), b = random_below(&r->state, model.n_words);
	return (uint16_t)(a < b ? a : b);
}

/* The index joins equal words of a query: so does the reference, by never making them. */
static uint16_t pick_new(struct random_query *r, const struct node *group)
{
	for (;;) {
		uint16_t w = pick(r);
		bool seen = false;
		for (uint32_t i = 0; i < group->n; i++)
			seen |= group->children[i]->n_words && group->children[i]->words[0] == w;
		if (!seen)
			return w;
	}
}

static struct node *say_word(struct random_query *r, uint16_t w, enum node_kind kind)
{
	char room[16];
	struct node *n = new_node(r, kind);
	n->words[0] = w;
	n->n_words = 1;
	say(r, kind == NODE_TITLE ? "titel:" : "");
	say(r, model_word(w, room));
	return n;
}

/* Mostly one that occurs. */
static struct node *say_phrase(struct random_query *r)
{
	struct node *n = new_node(r, NODE_PHRASE);
	const struct model_article *a = &model.articles[random_below(&r->state, model.n)];
	char room[16];

	n->n_words = 2 + random_below(&r->state, 2);
	uint32_t at = random_below(&r->state, a->n - n->n_words + 1);
	say(r, "\"");
	for (uint32_t k = 0; k < n->n_words; k++) {
		n->words[k] = random_below(&r->state, 6) ? a->word[at + k] : pick(r);
		say(r, k ? " " : "");
		say(r, model_word(n->words[k], room));
	}
	say(r, "\"");
	return n;
}

static void add(struct node *group, struct node *child, enum plan_role role)
{
	child->role = role;
	group->children[group->n++] = child;
}

static struct node *say_words(struct random_query *r, enum plan_role role)
{
	struct node *g = new_node(r, NODE_GROUP);
	for (uint32_t i = 0, n = 2 + random_below(&r->state, 4); i < n; i++) {
		say(r, i ? " " : "");
		add(g, say_word(r, pick_new(r, g), NODE_WORD), role);
	}
	return g;
}

static struct node *say_signs(struct random_query *r)
{
	struct node *g = new_node(r, NODE_GROUP);
	for (uint32_t i = 0, n = 1 + random_below(&r->state, 5); i < n; i++) {
		uint32_t kind = random_below(&r->state, 5);
		say(r, i ? " " : "");
		say(r, kind == 0 ? "+" : kind == 1 ? "-" : "");
		uint16_t w = pick_new(r, g);
		add(g, random_below(&r->state, 4) ? say_word(r, w, NODE_WORD) : say_phrase(r), kind == 0 ? ROLE_MUST : kind == 1 ? ROLE_MUST_NOT : ROLE_SHOULD);
	}
	return g;
}

/* Fully parenthesised: precedence is test_parse.c's business. */
static struct node *say_tree(struct random_query *r, int depth)
{
	if (depth == 0 || random_below(&r->state, 4) == 0)
		return random_below(&r->state, 4) ? say_word(r, pick(r), random_below(&r->state, 8) ? NODE_WORD : NODE_TITLE) : say_phrase(r);
	struct node *g = new_node(r, NODE_GROUP);
	bool and = random_below(&r->state, 2);
	say(r, "(");
	for (uint32_t i = 0, n = 2 + random_below(&r->state, 2); i < n; i++) {
		bool not = and && i && random_below(&r->state, 3) == 0;
		say(r, i == 0 ? "" : and ? " UND " : " OR ");
		say(r, not ? "NOT " : "");
		add(g, say_tree(r, depth - 1), not ? ROLE_MUST_NOT : and ? ROLE_MUST : ROLE_SHOULD);
	}
	say(r, ")");
	return g;
}

/* ---- comparing ---- */

struct expected {
	long long score;
	uint32_t article;
};

static int by_order(const void *a, const void *b)
{
	const struct expected *x = a, *y = b;
	long long px = (x->score + 50) / 100, py = (y->score + 50) / 100; /* as printed */
	uint32_t dx = model.articles[x->article].date, dy = model.articles[y->article].date;
	if (px != py)
		return px > py ? -1 : 1;
	if (dx != dy)
		return dx > dy ? -1 : 1;
	return strcmp(model.articles[x->article].key, model.articles[y->article].key);
}

static bool in_time(const struct model_article *a, const struct search_options *o)
{
	return (o->from <= 1 && o->to == UINT32_MAX) || (a->date && a->date >= o->from && a->date <= o->to);
}

static double day_of(uint32_t date)
{
	struct tm t = { .tm_year = (int)DATE_YEAR(date) - 1900, .tm_mon = DATE_MONTH(date) ? (int)DATE_MONTH(date) - 1 : 0, .tm_mday = DATE_DAY(date) ? (int)DATE_DAY(date) : 1 };
	return (double)timegm(&t) / 86400;
}

/* By the definition of recency.h. */
static long long what_is_left(const struct model_article *a, long long score, uint32_t half_life)
{
	if (!half_life)
		return score;
	double age = a->date ? day_of(reference.newest) - day_of(a->date) : INFINITY;
	return (long long)((double)score * (0.5 + 0.5 * pow(2, -age / half_life)));
}

static uint32_t evaluate(const struct node *q, const struct search_options *o, struct expected *out)
{
	uint32_t n = 0;
	for (uint32_t d = 0; d < model.n; d++) {
		const struct model_article *a = &model.articles[d];
		long long score;
		if (!a->dead && in_time(a, o) && matches(a, q, &score))
			out[n++] = (struct expected){ what_is_left(a, score, o->recency), d };
	}
	qsort(out, n, sizeof *out, by_order);
	return n;
}

/* Its number stands in its key: "a/00012.txt". */
static const struct model_article *article_of(struct slice key)
{
	unsigned long d = key.len == 11 ? strtoul((const char *)key.data + 2, NULL, 10) : model.n;
	return d < model.n && slice_equal(key, slice_str(model.articles[d].key)) ? &model.articles[d] : NULL;
}

static double near; /* the reference has no second stage */

static enum fund_status run(struct search *s, const char *text, const struct search_options *o, struct arena *page)
{
	struct search_note note;
	struct fault why = { 0 };
	struct ranking ranking = ranking_default;
	ranking.near = near;
	searcher_rank(&searcher, &ranking);
	enum fund_status st = search_find(s, &searcher, slice_str(text), o, &note, &why);
	ck_assert_msg(st == FUND_OK, "%s: %s", text, why.text);
	arena_reset(page);
	return o->count_only ? FUND_OK : search_page(s, &searcher, 0, UINT32_MAX, HIT_EXPLAIN, page, &why);
}

static void ck_hits(const char *text, const struct result *r, const struct expected *want, uint32_t n)
{
	ck_assert_msg(r->n_hits == n, "%s: %u hits, not %u", text, r->n_hits, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct model_article *a = article_of(r->hits[i].key);
		ck_assert_ptr_nonnull(a);
		ck_assert_msg(a == &model.articles[want[i].article], "%s: hit %u is %s, not %s", text, i + 1, a->key, model.articles[want[i].article].key);
		ck_assert_msg(llabs(r->hits[i].score - want[i].score) < 100, "%s: hit %u scores %lld, not %lld", text, i + 1, (long long)r->hits[i].score,
			      want[i].score);
		if (i)
			ck_assert_msg(r->hits[i].falling < r->hits[i - 1].falling, "%s: scores do not fall strictly at %u", text, i + 1);
	}
}

static void ck_same(const struct shown_hit *a, const struct shown_hit *b)
{
	ck_assert(slice_equal(a->key, b->key));
	ck_assert_int_eq(a->score, b->score);
}

/* A shorter list is the head of the whole; pages put together are the whole; the count is its length. */
static void ck_parts(const char *text, const struct search_options *all, const struct result *whole)
{
	static const struct {
		uint32_t limit, offset;
	} pages[] = { { 1, 0 }, { 10, 0 }, { 10, 10 }, { 3, 7 } };
	struct search s = { 0 };
	struct arena page = ARENA_INIT;
	struct search_options o = *all;

	for (size_t k = 0; k < sizeof pages / sizeof *pages; k++) {
		o.limit = pages[k].limit;
		o.offset = pages[k].offset;
		ck_assert_int_eq(run(&s, text, &o, &page), FUND_OK);
		uint32_t left = whole->n_hits > o.offset ? whole->n_hits - o.offset : 0;
		ck_assert_msg(s.result.n_hits == (left < o.limit ? left : o.limit), "%s: page %zu has %u", text, k, s.result.n_hits);
		for (uint32_t i = 0; i < s.result.n_hits; i++)
			ck_same(&s.result.hits[i], &whole->hits[o.offset + i]);
	}
	o.count_only = true;
	ck_assert_int_eq(run(&s, text, &o, &page), FUND_OK);
	ck_assert_uint_eq(s.result.total, whole->n_hits);
	search_release(&s);
	arena_release(&page);
}

/* Hits that are ranked behind the last one of a list go on with it, in any order. */
static void ck_behind(const char *text, const struct search_options *all, enum hit_order order)
{
	struct search whole = { 0 }, s = { 0 };
	struct arena all_hits = ARENA_INIT, page = ARENA_INIT;
	struct search_options o = *all;
	struct hit last;
	uint32_t n = 0;

	o.order = order;
	ck_assert_int_eq(run(&whole, text, &o, &all_hits), FUND_OK);
	o.limit = 1 + whole.result.n_hits / 4;
	do {
		ck_assert_int_eq(run(&s, text, &o, &page), FUND_OK);
		ck_assert(search_goes_on(&s));
		ck_assert_msg(n + s.result.n_hits <= whole.result.n_hits, "%s: %u and %u of %u", text, n, s.result.n_hits, whole.result.n_hits);
		for (uint32_t k = 0; k < s.result.n_hits; k++)
			ck_same(&s.result.hits[k], &whole.result.hits[n++]);
		if (s.topk.best.n)
			last = s.topk.best.hits[s.topk.best.n - 1];
		o.behind = &last;
	} while (s.result.n_hits);
	ck_assert_uint_eq(n, whole.result.n_hits);
	search_release(&whole), search_release(&s);
	arena_release(&all_hits), arena_release(&page);
}

/* The items are printed with as many decimals as the hit's score, and sum to it as printed. */
static void ck_explained(const char *text, const struct result *r)
{
	for (uint32_t i = 0; i < r->n_hits; i++) {
		int64_t sum = 0;
		for (uint32_t k = 0; k < r->hits[i].n_explain; k++)
			sum += r->hits[i].explain[k].score;
		int64_t printed = score_printed(r->hits[i].score) * SCORE_PRINTED;
		ck_assert_msg(sum == printed, "%s: hit %u is explained as %lld, not %lld", text, i + 1, (long long)sum, (long long)printed);
	}
}

static void ck_query(const struct random_query *r, const struct node *q, const struct search_options *o)
{
	struct search s = { 0 };
	struct arena page = ARENA_INIT;
	struct expected *want = malloc(model.n * sizeof *want);

	ck_assert_ptr_nonnull(want);
	uint32_t n = evaluate(q, o, want);
	ck_assert_int_eq(run(&s, r->text, o, &page), FUND_OK);
	ck_hits(r->text, &s.result, want, n);
	ck_explained(r->text, &s.result);
	ck_parts(r->text, o, &s.result);
	ck_behind(r->text, o, (enum hit_order)(n % (ORDER_RANDOM + 1)));
	search_release(&s);
	arena_release(&page);
	free(want);
}

static const struct search_options everything = { .limit = UINT32_MAX, .to = UINT32_MAX };

enum query_kind { ONE_WORD, ANY, ALL, SIGNS, TREE, PHRASE, TITLE, DATES, QUERY_KINDS };

static const struct node *say_query(struct random_query *r, enum query_kind kind, struct search_options *o)
{
	*o = everything;
	switch (kind) {
	case ONE_WORD: return say_word(r, pick(r), NODE_WORD);
	case ANY: return say_words(r, ROLE_SHOULD);
	case ALL:
		o->parse.all = true;
		return say_words(r, ROLE_MUST);
	case SIGNS: return say_signs(r);
	case TREE: return say_tree(r, 3);
	case PHRASE: return say_phrase(r);
	case TITLE: return say_word(r, pick(r), NODE_TITLE);
	default:
		o->from = DATE_PACK(2020, 1 + random_below(&r->state, 3), random_below(&r->state, 4));
		o->to = random_below(&r->state, 3) ? DATE_PACK(2020, 3, 31) : UINT32_MAX;
		return random_below(&r->state, 2) ? say_words(r, ROLE_SHOULD) : say_tree(r, 2);
	}
}

/* Once for all tests of a case. */
static void make_archive(void)
{
	archive_model_make(&model, 7, 3, 780, 60);
	make_reference();
}

static void make_dense_archive(void)
{
	archive_model_make(&model, 11, 1, 3000, 12); /* lists of many blocks */
	make_reference();
}

static void remove_archive(void)
{
	free(reference.df);
	archive_model_remove(&model);
}

static void set_up(void)
{
	const char *dirs[] = { model.index };
	struct fault why = { 0 };

	ck_assert_int_eq(analyser_new(&analyser), FUND_OK);
	ck_assert_msg(searcher_open(&searcher, analyser, dirs, 1, &why) == FUND_OK, "%s", why.text);
}

static void tear_down(void)
{
	searcher_close(&searcher);
	analyser_free(analyser);
}

START_TEST(two_hundred_random_queries_of_a_kind_agree_with_the_naive_reference)
{
	ck_assert_uint_eq(searcher.n_leaves, 3);
	for (uint32_t i = 0; i < QUERIES; i++) {
		struct random_query r = { .state = (uint64_t)_i * 1000 + i + 1 };
		struct search_options o;
		const struct node *q = say_query(&r, (enum query_kind)_i, &o);
		o.recency = i % 2 ? 1 + random_below(&r.state, 60) : 0;
		searcher.window = i % 3 ? 1 + random_below(&r.state, 150) : 0;
		ck_query(&r, q, &o);
	}
}
END_TEST

START_TEST(pruning_over_many_blocks_changes_no_hit)
{
	for (uint32_t i = 0; i < TRIALS(25u); i++) {
		struct random_query r = { .state = 77 + i };
		struct search_options o;
		const struct node *q = say_query(&r, i % 3 ? ANY : ONE_WORD, &o);
		o.recency = i % 2 ? 20 : 0;
		searcher.window = i % 3 ? 1 + random_below(&r.state, 1000) : 0;
		ck_query(&r, q, &o);
	}
}
END_TEST

/* The second stage is to be the same whatever is left out early. */
static void ck_pages(const char *text, struct search_options o, const struct result *whole)
{
	struct search s = { 0 };
	struct arena page = ARENA_INIT;
	uint32_t most = whole->n_hits < 2 * SECOND_STAGE_HITS ? whole->n_hits : 2 * SECOND_STAGE_HITS;
	for (uint32_t n = o.offset = 0; n < most; n += s.result.n_hits, o.offset = n) {
		ck_assert_int_eq(run(&s, text, &o, &page), FUND_OK);
		uint32_t behind = n + s.result.n_hits;
		ck_assert_uint_eq(behind, n + o.limit < whole->n_hits ? n + o.limit : whole->n_hits);
		ck_assert_uint_ge(s.result.total, behind);
		for (uint32_t k = 0; k < s.result.n_hits; k++)
			ck_same(&s.result.hits[k], &whole->hits[n + k]);
		if (s.result.total_exact)
			ck_assert_uint_eq(s.result.next, behind < whole->n_hits ? behind : 0);
		else if (behind < whole->n_hits)
			ck_assert_uint_eq(s.result.next, behind);
	}
	search_release(&s);
	arena_release(&page);
}

static void ck_all_same(const struct result *a, const struct result *b)
{
	ck_assert_uint_eq(a->n_hits, b->n_hits);
	for (uint32_t i = 0; i < a->n_hits; i++)
		ck_same(&a->hits[i], &b->hits[i]);
}

/* A word that must not occur and does not is another way through the index; a time on the command line is one in the query. */
static void ck_ways(const char *text, const struct search_options *all, const struct result *whole)
{
	struct search a = { 0 }, b = { 0 };
	struct arena page_a = ARENA_INIT, page_b = ARENA_INIT;
	struct search_options dated = *all;
	char other[sizeof ((struct random_query *)0)->text + 32];

	snprintf(other, sizeof other, "%s -nirgends", text);
	ck_assert_int_eq(run(&a, other, all, &page_a), FUND_OK);
	ck_all_same(&a.result, whole);
	snprintf(other, sizeof other, "%s datum:2020-01..2020-02", text);
	ck_assert_int_eq(run(&a, other, all, &page_a), FUND_OK);
	dated.from = DATE_PACK(2020, 1, 0);
	dated.to = DATE_PACK(2020, 2, 31);
	ck_assert_int_eq(run(&b, text, &dated, &page_b), FUND_OK);
	ck_all_same(&a.result, &b.result);
	search_release(&a), search_release(&b);
	arena_release(&page_a), arena_release(&page_b);
}

START_TEST(hits_that_stand_near_are_the_same_by_pages_and_by_each_way)
{
	static const enum query_kind kinds[] = { ANY, ALL, SIGNS, TREE };
	near = ranking_default.near;
	uint32_t rounds = model.n > 1000 ? 4 : TRIALS(40); /* each lists all articles, page by page */
	for (uint32_t i = 0; i < rounds; i++) {
		struct random_query r = { .state = 99 + i };
		struct search_options o;
		struct search whole = { 0 };
		struct arena all = ARENA_INIT;
		say_query(&r, kinds[i % 4], &o);
		o.recency = i % 2 ? 10 : 0;
		searcher.window = i % 3 ? 1 + random_below(&r.state, 150) : 0;
		ck_assert_int_eq(run(&whole, r.text, &o, &all), FUND_OK);
		if (kinds[i % 4] != TREE)
			ck_ways(r.text, &o, &whole.result);
		o.limit = i % 3 ? 10 : 50;
		ck_pages(r.text, o, &whole.result);
		search_release(&whole);
		arena_release(&all);
	}
}
END_TEST

Suite *suite_topk(void)
{
	Suite *s = suite_create("topk");
	TCase *t = tcase_create("random queries");

	tcase_add_unchecked_fixture(t, make_archive, remove_archive);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, two_hundred_random_queries_of_a_kind_agree_with_the_naive_reference, 0, QUERY_KINDS);
	tcase_add_test(t, hits_that_stand_near_are_the_same_by_pages_and_by_each_way);
	suite_add_tcase(s, t);
	t = tcase_create("long lists");
	tcase_add_unchecked_fixture(t, make_dense_archive, remove_archive);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, pruning_over_many_blocks_changes_no_hit);
	tcase_add_test(t, hits_that_stand_near_are_the_same_by_pages_and_by_each_way);
	suite_add_tcase(s, t);
	return s;
}
