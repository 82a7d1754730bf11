/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/run.h"

#include "base/translate.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>


/* ---- trouble ---- */

int run_trouble(const struct fault *why)
{
	message(PROGRAM, "%s", why->text[0] ? why->text : fund_status_name(why->status));
	return 2;
}

/* Column of a byte offset, in characters from 1. */
static uint32_t column_of(struct slice query, uint32_t off)
{
	uint32_t column = 1;
	for (uint32_t i = 0; i < off && i < query.len; i++)
		column += (query.data[i] & 0xC0) != 0x80;
	return column;
}

int run_syntax_error(struct slice query, uint32_t off, const struct fault *why)
{
	if (off > query.len)
		off = (uint32_t)query.len;
	message(PROGRAM, "query, column %u: %s: %.*s >>> %.*s", column_of(query, off), why->text, (int)off, (const char *)query.data,
		(int)(query.len - off), (const char *)query.data + off);
	return 2;
}

static void warn_of_lost(struct servers *s)
{
	for (uint32_t i = 0; s->partial && i < s->n_lost; i++) {
		if (!s->lost[i].told)
			message(PROGRAM, "warning: %s does not answer: its articles are missing: %s", s->lost[i].name, s->lost[i].why.text);
		s->lost[i].told = true;
	}
}

void run_warn(const struct options *o, struct slice query, const struct search_note *note)
{
	warn_of_lost(o->servers);
	const struct parse_warning *warning = &note->warning;
	if (warning->text)
		message(PROGRAM, "warning: query, column %u: %s", column_of(query, warning->off), translate(warning->text));
	for (uint32_t i = 0; i < note->n_limits; i++) {
		const struct plan_limit *l = &note->limits[i];
		message(PROGRAM, "warning: '%.*s' stands for %u words: only the %u most frequent were looked for", (int)l->text.len, (const char *)l->text.data,
			l->n_words, l->n_used);
	}
}

/* ---- presenting ---- */

static bool use_color(const struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(1) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

static uint32_t columns(void)
{
	struct winsize size;
	const char *env = getenv("COLUMNS");
	if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	int n = env ? atoi(env) : 0;
	return n > 0 && n < 10000 ? (uint32_t)n : 80;
}

struct present_options run_present_options(const struct options *o)
{
	return (struct present_options){ .terminal = isatty(1), .color = use_color(o), .width = columns(), .nul = o->nul, .explain = o->explain };
}

int run_finish(struct printer *out, int exit_status)
{
	struct fault why = { 0 };
	print_flush(out);
	if (!out->error || out->closed_pipe)
		return exit_status;
	fault_errno(&why, out->error, "output");
	return run_trouble(&why);
}

/* ---- one query ---- */

enum fund_status run_open(const struct options *o, struct analyser *analyser, struct searcher *s, struct fault *why)
{
	s->servers = o->servers;
	return searcher_open(s, analyser, o->indexes, o->n_indexes, why);
}

enum fund_status run_judge(struct searcher *s, enum fund_status st, struct fault *why)
{
	if (st != FUND_OK && lender_fault(s->lender))
		return lender_judge(s->lender, why);
	if (st != FUND_OK && st != FUND_CORRUPT && st != FUND_NOT_FOUND)
		return st;
	return searcher_check(s) == FUND_STALE ? FUND_STALE : st;
}

struct query_run {
	const struct options *options;
	struct analyser *analyser;
	struct searcher searcher;
	struct search search;
	struct search_note note;
	struct arena page;
	struct state_mark *state;
	struct fault why;
};

/* Finds, and takes the first page out of the index; closes it. */
static enum fund_status find_once(struct query_run *q)
{
	enum fund_status st = run_open(q->options, q->analyser, &q->searcher, &q->why);
	if (st != FUND_OK)
		return st;
	st = search_find(&q->search, &q->searcher, slice_buf(&q->options->query), &q->options->search, &q->note, &q->why);
	arena_reset(&q->page);
	if (st == FUND_OK && !q->options->count)
		st = search_page(&q->search, &q->searcher, 0, PAGE_HITS, q->options->parts, &q->page, &q->why);
	st = run_judge(&q->searcher, st, &q->why);
	free(q->state);
	q->state = NULL;
	if (st == FUND_OK)
		st = searcher_mark(&q->searcher, &q->state);
	searcher_close(&q->searcher);
	return st;
}

static enum fund_status find(struct query_run *q)
{
	enum fund_status st = FUND_STALE;
	for (int i = 0; i < RETRIES && st == FUND_STALE; i++) {
		q->why = (struct fault){ 0 };
		st = find_once(q);
	}
	if (st == FUND_STALE)
		fault_set(&q->why, st, TOO_FAST);
	return st;
}

/* A further page: the index is opened again, for no longer than it takes to copy the hits out. */
static enum fund_status next_page(struct query_run *q, uint32_t first)
{
	enum fund_status st = run_open(q->options, q->analyser, &q->searcher, &q->why);
	if (st != FUND_OK)
		return st;
	arena_reset(&q->page);
	st = !searcher_is_at(&q->searcher, q->state) ?
		     FUND_STALE :
		     search_page(&q->search, &q->searcher, first, PAGE_HITS, q->options->parts, &q->page, &q->why);
	st = run_judge(&q->searcher, st, &q->why);
	searcher_close(&q->searcher);
	if (st == FUND_STALE)
		fault_set(&q->why, st, CHANGED);
	return st;
}

static enum fund_status present_all(struct query_run *q, struct printer *out)
{
	const struct presenter *f = q->options->presenter;
	struct present_options po = run_present_options(q->options);
	struct result *r = &q->search.result;
	enum fund_status st = FUND_OK;
	f->begin(out, r, &po);
	for (uint32_t first = 0; r->n_hits && !out->error;) {
		for (uint32_t i = 0; i < r->n_hits; i++)
			f->hit(out, r, &r->hits[i], &po, first + i == 0);
		first += r->n_hits;
		if (first >= q->search.n_shown)
			break;
		st = next_page(q, first);
		if (st != FUND_OK)
			break;
	}
	f->end(out, r, &po);
	return st;
}

static void query_release(struct query_run *q)
{
	search_release(&q->search);
	arena_release(&q->page);
	free(q->state);
}

int run_query(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct query_run q = { .options = o, .analyser = analyser };
	enum fund_status st = find(&q);
	int exit_status = 2;
	run_warn(o, slice_buf(&o->query), &q.note);
	if (st == FUND_OK && q.search.result.suggestion.len && o->format == FORMAT_TEXT)
		message(PROGRAM, "did you mean: %.*s", (int)q.search.result.suggestion.len, (const char *)q.search.result.suggestion.data);
	if (st == FUND_INVALID) {
		run_syntax_error(slice_buf(&o->query), q.note.error_off, &q.why);
	} else if (st == FUND_END) { /* --similar: there is no such article */
		run_trouble(&q.why);
		exit_status = 1;
	} else if (st != FUND_OK) {
		run_trouble(&q.why);
	} else if (o->count) {
		struct present_options po = run_present_options(o);
		o->presenter->count(out, &q.search.result, &po);
		exit_status = run_finish(out, q.search.result.total ? 0 : 1);
	} else {
		bool any = q.search.n_shown > 0;
		st = present_all(&q, out);
		exit_status = run_finish(out, any ? 0 : 1);
		if (st != FUND_OK)
			exit_status = run_trouble(&q.why);
	}
	query_release(&q);
	return exit_status;
}

/* ---- one article ---- */

static enum fund_status show_once(const struct options *o, struct analyser *analyser, struct arena *arena, struct shown_hit *hit, struct fault *why)
{
	struct searcher s = { .opening = 0 };
	enum fund_status st = run_open(o, analyser, &s, why);
	if (st != FUND_OK)
		return st;
	st = run_judge(&s, search_show(&s, slice_str(o->show), arena, hit, why), why);
	searcher_close(&s);
	return st == FUND_NOT_FOUND ? FUND_END : st;
}

int run_show(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct arena arena = ARENA_INIT;
	struct shown_hit hit;
	struct fault why = { 0 };
	struct present_options po = run_present_options(o);
	enum fund_status st = FUND_STALE;
	int exit_status = 2;
	for (int i = 0; i < RETRIES && st == FUND_STALE; i++) {
		why = (struct fault){ 0 };
		arena_reset(&arena);
		st = show_once(o, analyser, &arena, &hit, &why);
	}
	run_warn(o, (struct slice){ NULL, 0 }, &(struct search_note){ .n_limits = 0 });
	if (st == FUND_OK) {
		o->presenter->show(out, &hit, &po);
		exit_status = run_finish(out, 0);
	} else if (st == FUND_END) {
		message(PROGRAM, "%s: no article with this key", o->show);
		exit_status = 1;
	} else {
		run_trouble(&why);
	}
	arena_release(&arena);
	return exit_status;
}
