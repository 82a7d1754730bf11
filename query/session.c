/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/session.h"

#include <stdlib.h>

#include "base/clock.h"

#define TRIES 8 /* of a reader without a lock whose pages were overwritten */

void session_init(struct session *s, const char *const *names, uint32_t n_names, struct servers *servers, struct analyser *analyser)
{
	*s = (struct session){ .names = names, .n_names = n_names, .servers = servers, .analyser = analyser };
}

void session_release(struct session *s) { session_let_go(s); }

void finding_release(struct finding *f)
{
	search_release(&f->search);
	arena_release(&f->page);
	free(f->marks);
	f->marks = NULL;
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

enum fund_status session_mark(const struct session *s, struct state_marks **marks)
{
	free(*marks);
	*marks = NULL;
	return searcher_mark(&s->searcher, marks);
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

enum fund_status session_read_on(struct session *s, const struct state_marks *marks, session_taker *take, void *context, struct fault *why)
{
	*why = (struct fault){ 0 };
	enum fund_status st = session_hold(s, why);
	if (st != FUND_OK)
		return st;
	st = searcher_is_at(&s->searcher, marks) ? take(s, context, why) : FUND_STALE;
	st = searcher_judge(&s->searcher, st, why);
	if (st == FUND_STALE)
		fault_set(why, st, "the index changed while its hits were listed: the list above is not complete; run the query again");
	return st;
}

/* ---- a query ---- */

struct page_wanted {
	struct finding *of;
	uint32_t first, n;
	unsigned parts;
};

static enum fund_status take_page(struct session *s, void *context, struct fault *why)
{
	const struct page_wanted *p = context;
	arena_reset(&p->of->page);
	return search_page(&p->of->search, &s->searcher, p->first, p->n, p->parts, &p->of->page, why);
}

struct finding_wanted {
	struct finding *out;
	const struct session_query *query;
};

static enum fund_status find_once(struct session *s, void *context, struct fault *why)
{
	const struct finding_wanted *w = context;
	const struct session_query *q = w->query;
	struct page_wanted keys = { w->out, 0, q->n, HIT_KEY }, all = { w->out, 0, q->n, q->parts };
	bool page = !q->options->count_only;
	uint64_t start = q->took ? clock_ns() : 0;
	enum fund_status st = search_find(&w->out->search, &s->searcher, q->text, q->options, &w->out->note, why);
	arena_reset(&w->out->page);
	if (st == FUND_OK && page)
		st = take_page(s, q->took ? &keys : &all, why);
	if (q->took)
		*q->took = (double)(clock_ns() - start) / 1e3;
	if (st == FUND_OK && page && q->took && q->parts != HIT_KEY)
		st = take_page(s, &all, why);
	return st;
}

enum fund_status session_find(struct session *s, struct finding *out, const struct session_query *q, struct fault *why)
{
	struct finding_wanted wanted = { out, q };
	out->note = (struct search_note){ .n_limits = 0 };
	enum fund_status st = session_read(s, find_once, &wanted, why);
	if (st == FUND_OK && session_mark(s, &out->marks) != FUND_OK)
		st = fault_set(why, FUND_NO_MEMORY, "out of memory");
	return st;
}

enum fund_status session_page(struct session *s, struct finding *f, uint32_t first, uint32_t n, unsigned parts, struct fault *why)
{
	struct page_wanted p = { f, first, n, parts };
	return session_read_on(s, f->marks, take_page, &p, why);
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
