/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/run.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"
#include "query/link.h"
#include "store/index_advice.h"

/* ---- trouble ---- */

int run_trouble(const struct fault *why)
{
	const char *advice = index_advice(why->status, false);
	message(PROGRAM, "%s%s%s", why->text[0] ? why->text : fund_status_name(why->status), advice ? "; " : "", advice ? advice : "");
	return 2;
}

/* Column of a byte offset, in characters from 1. */
static uint32_t column_of(struct slice query, uint32_t off)
{
	return 1 + (uint32_t)utf8_length(slice_part(query, 0, off < query.len ? off : query.len));
}

int run_syntax_error(struct slice query, uint32_t off, const struct fault *why)
{
	if (query.len == 0)
		query = slice_of("", 0);
	if (off > query.len)
		off = (uint32_t)query.len;
	message(PROGRAM, "query, column %u: %s: %.*s >>> %.*s", column_of(query, off), why->text, (int)off, (const char *)query.data,
		(int)(query.len - off), (const char *)query.data + off);
	return 2;
}

/* A server that is lost is told once. */
static bool was_told(struct servers *servers, const struct search_warning *w, uint32_t i)
{
	if (w->kind != WARNING_MISSING)
		return false;
	bool told = servers->lost[i].told;
	servers->lost[i].told = true;
	return told;
}

void run_warn(const struct options *o, struct slice query, const struct search_note *note)
{
	struct search_warning w;
	for (uint32_t i = 0; search_warning(note, o->servers, i, &w); i++) {
		if (was_told(o->servers, &w, i))
			continue;
		if (w.kind == WARNING_QUERY)
			message(PROGRAM, "warning: query, column %u: %s", column_of(query, w.off), w.text.text);
		else
			message(PROGRAM, "warning: %s", w.text.text);
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

static const char *environment(const char *name) { return getenv(name); }

/* A pipe has links where it has colours, too, because it was told to. */
bool run_has_links(const struct options *o)
{
	if (o->format != FORMAT_TEXT || o->hyperlink == COLOR_NEVER)
		return false;
	if (o->hyperlink == COLOR_ALWAYS)
		return true;
	return o->color != COLOR_NEVER && (isatty(1) || o->color == COLOR_ALWAYS) && link_terminal(environment);
}

static unsigned parts_of(const struct options *o) { return o->parts | (run_has_links(o) ? HIT_ADDRESS : 0u); }

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
	fault_errno(&why, out->error, "the output cannot be written");
	return run_trouble(&why);
}

/* ---- one query ---- */

void run_session(struct session *s, const struct options *o, struct analyser *analyser) { session_init(s, o->indexes, o->n_indexes, o->servers, analyser); }

/* The index is open for no longer than it takes to copy hits out of it: while they are printed, nothing of it is held. */
static enum fund_status find(const struct options *o, struct session *s, struct fault *why)
{
	struct session_query q = { slice_buf(&o->query), &o->search, SESSION_PAGE, parts_of(o), NULL };
	enum fund_status st = session_find(s, &q, why);
	session_let_go(s);
	return st;
}

static enum fund_status present_all(const struct options *o, struct session *s, struct printer *out, struct fault *why)
{
	const struct presenter *f = o->presenter;
	struct present_options po = run_present_options(o);
	struct result *r = &s->search.result;
	enum fund_status st = FUND_OK;
	f->begin(out, r, &po);
	for (uint32_t first = 0; r->n_hits && !out->error;) {
		for (uint32_t i = 0; i < r->n_hits; i++)
			f->hit(out, r, &r->hits[i], &po, first + i == 0);
		first += r->n_hits;
		if (first >= s->search.n_shown)
			break;
		st = session_page(s, first, parts_of(o), why);
		session_let_go(s);
		if (st != FUND_OK)
			break;
	}
	f->end(out, r, &po);
	return st;
}

int run_query(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct session s;
	struct fault why = { 0 };
	run_session(&s, o, analyser);
	enum fund_status st = find(o, &s, &why);
	const struct result *r = &s.search.result;
	int exit_status = 2;
	run_warn(o, slice_buf(&o->query), &s.note);
	if (st == FUND_OK && r->suggestion.len && o->format == FORMAT_TEXT)
		message(PROGRAM, "did you mean: %.*s", (int)r->suggestion.len, (const char *)r->suggestion.data);
	if (st == FUND_INVALID) {
		run_syntax_error(slice_buf(&o->query), s.note.error_off, &why);
	} else if (st == FUND_END) { /* --similar: there is no such article */
		run_trouble(&why);
		exit_status = 1;
	} else if (st != FUND_OK) {
		run_trouble(&why);
	} else if (o->count) {
		struct present_options po = run_present_options(o);
		o->presenter->count(out, r, &po);
		exit_status = run_finish(out, r->total ? 0 : 1);
	} else {
		bool any = s.search.n_shown > 0;
		st = present_all(o, &s, out, &why);
		exit_status = run_finish(out, any ? 0 : 1);
		if (st != FUND_OK)
			exit_status = run_trouble(&why);
	}
	session_release(&s);
	return exit_status;
}

/* ---- one article ---- */

int run_show(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct session s;
	struct arena arena = ARENA_INIT;
	struct shown_hit hit;
	struct fault why = { 0 };
	struct present_options po = run_present_options(o);
	int exit_status = 2;
	run_session(&s, o, analyser);
	enum fund_status st = session_show(&s, slice_str(o->show), parts_of(o), &arena, &hit, &why);
	session_release(&s);
	run_warn(o, (struct slice){ NULL, 0 }, &(struct search_note){ .n_limits = 0 });
	if (st == FUND_OK) {
		o->presenter->show(out, &hit, &po);
		exit_status = run_finish(out, 0);
	} else {
		run_trouble(&why);
		exit_status = st == FUND_END ? 1 : 2;
	}
	arena_release(&arena);
	return exit_status;
}
