/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/session.h"

#include <stdlib.h>

#include "base/clock.h"

#define TRIES 8 /* of a reader without a lock whose pages were overwritten */

void session_init(struct session *s, const char *const *names, uint32_t n_names, struct servers *servers, struct analyser *analyser)
{
	*s = (struct session){ .names = names, .n_names = n_names, .servers = servers, .analyser = analyser };
}

void session_release(struct session *s)
{
	session_let_go(s);
	search_release(&s->search);
	arena_release(&s->page);
	free(s->marks);
	s->marks = NULL;
}

enum fund_status session_hold(struct session *s, struct fault *why)
{
	if (s->open)
		return FUND_OK;
	s->searcher.servers = s->servers;
	enum fund_status st = searcher_open(&s->searcher, s->analyser, s->names, s->n_names, why);
	s->open = st == FUND_OK;
	return st;
}

void session_let_go(struct session *s)
{
	if (s->open)
		searcher_close(&s->searcher);
	s->open = false;
}

enum fund_status session_mark(struct session *s)
{
	free(s->marks);
	s->marks = NULL;
	return searcher_mark(&s->searcher, &s->marks);
}

enum fund_status session_read(struct session *s, session_taker *take, void *context, struct fault *why)
{
	enum fund_status st = FUND_STALE;
	for (int i = 0; i < TRIES && st == FUND_STALE; i++) {
		if (i > 0)
			session_let_go(s);
		*why = (struct fault){ 0 };
		st = session_hold(s, why);
		if (st == FUND_OK)
			st = searcher_judge(&s->searcher, take(s, context, why), why);
	}
	if (st == FUND_STALE)
		fault_set(why, st, "the index changes faster than it can be read here: make its lock.mdb writable for this user, or try again");
	return st;
}

enum fund_status session_read_on(struct session *s, session_taker *take, void *context, struct fault *why)
{
	*why = (struct fault){ 0 };
	enum fund_status st = session_hold(s, why);
	if (st != FUND_OK)
		return st;
	st = searcher_is_at(&s->searcher, s->marks) ? take(s, context, why) : FUND_STALE;
	st = searcher_judge(&s->searcher, st, why);
	if (st == FUND_STALE)
		fault_set(why, st, "the index changed while its hits were listed: the list above is not complete; run the query again");
	return st;
}

/* ---- a query ---- */

struct page_wanted {
	uint32_t first, n;
	unsigned parts;
};

static enum fund_status take_page(struct session *s, void *context, struct fault *why)
{
	const struct page_wanted *p = context;
	arena_reset(&s->page);
	return search_page(&s->search, &s->searcher, p->first, p->n, p->parts, &s->page, why);
}

static enum fund_status find_once(struct session *s, void *context, struct fault *why)
{
	const struct session_query *q = context;
	struct page_wanted keys = { 0, q->n, HIT_KEY }, all = { 0, q->n, q->parts };
	bool page = !q->options->count_only;
	uint64_t start = q->took ? clock_ns() : 0;
	enum fund_status st = search_find(&s->search, &s->searcher, q->text, q->options, &s->note, why);
	arena_reset(&s->page);
	if (st == FUND_OK && page)
		st = take_page(s, q->took ? &keys : &all, why);
	if (q->took)
		*q->took = (double)(clock_ns() - start) / 1e3;
	if (st == FUND_OK && page && q->took && q->parts != HIT_KEY)
		st = take_page(s, &all, why);
	return st;
}

enum fund_status session_find(struct session *s, const struct session_query *q, struct fault *why)
{
	struct session_query query = *q;
	enum fund_status st = session_read(s, find_once, &query, why);
	if (st == FUND_OK && session_mark(s) != FUND_OK)
		st = fault_set(why, FUND_NO_MEMORY, "out of memory");
	return st;
}

enum fund_status session_page(struct session *s, uint32_t first, unsigned parts, struct fault *why)
{
	struct page_wanted p = { first, SESSION_PAGE, parts };
	return session_read_on(s, take_page, &p, why);
}

/* ---- one article ---- */

struct article_wanted {
	struct slice key;
	unsigned parts;
	struct arena *arena;
	struct shown_hit *out;
};

static enum fund_status take_article(struct session *s, void *context, struct fault *why)
{
	const struct article_wanted *a = context;
	arena_reset(a->arena);
	return search_show(&s->searcher, a->key, a->parts, a->arena, a->out, why);
}

enum fund_status session_show(struct session *s, struct slice key, unsigned parts, struct arena *arena, struct shown_hit *out, struct fault *why)
{
	struct article_wanted a = { key, parts, arena, out };
	enum fund_status st = session_read(s, take_article, &a, why);
	/* An index that is not there says so itself. */
	return st == FUND_NOT_FOUND && !why->text[0] ? fault_set(why, FUND_END, "%.*s: no article with this key", (int)key.len, (const char *)key.data) : st;
}
