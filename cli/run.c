/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/run.h"

#include <unistd.h>

#include "base/utf8.h"
#include "cli/terminal.h"

/* ---- trouble ---- */

static int trouble(const char *speaker, const char *text, const char *advice)
{
	message(speaker, "%s%s%s", text, advice ? "; " : "", advice ? advice : "");
	return 2;
}

int run_trouble(const struct fault *why) { return trouble(PROGRAM, why->text[0] ? why->text : fund_status_name(why->status), NULL); }

/* Column of a byte offset, in characters from 1. */
static uint32_t column_of(struct slice query, uint32_t off)
{
	return 1 + (uint32_t)utf8_length(slice_part(query, 0, off < query.len ? off : query.len));
}

static int syntax_error(const char *speaker, struct slice query, uint32_t off, const char *text)
{
	if (query.len == 0)
		query = slice_of("", 0);
	if (off > query.len)
		off = (uint32_t)query.len;
	message(speaker, "query, column %u: %s: %.*s >>> %.*s", column_of(query, off), text, (int)off, (const char *)query.data, (int)(query.len - off),
		(const char *)query.data + off);
	return 2;
}

int run_error_of(const char *speaker, struct slice query, const struct fundstelle_error *error)
{
	return error->code == FUNDSTELLE_SYNTAX ? syntax_error(speaker, query, error->offset, error->message) :
						  trouble(speaker, error->message, fundstelle_advice(error->code));
}

int run_error(struct slice query, const struct fundstelle_error *error) { return run_error_of(PROGRAM, query, error); }

/* ---- indexes ---- */

int client_open(struct client *c, const struct options *o)
{
	struct fundstelle_error error = { .size = sizeof error };
	*c = (struct client){ .options = o };
	return fundstelle_open(o->indexes, o->n_indexes, &o->open, &c->index, &error) == FUNDSTELLE_OK ? 0 : run_error(slice_of("", 0), &error);
}

void client_close(struct client *c) { fundstelle_close(c->index); }

void client_warn(struct client *c, const char *speaker, const struct slice *queries)
{
	struct fundstelle_warning w = { .size = sizeof w };
	uint32_t missing = 0;
	for (uint32_t i = 0; fundstelle_index_warning(c->index, i, &w) == FUNDSTELLE_OK; i++) {
		if (w.kind == FUNDSTELLE_MISSING && missing++ < c->n_told)
			continue;
		if (w.kind == FUNDSTELLE_DOUBTFUL)
			message(speaker, "warning: query, column %u: %s", column_of(queries[w.query], w.offset), w.message.data);
		else
			message(w.kind == FUNDSTELLE_MISSING ? PROGRAM : speaker, "warning: %s", w.message.data);
	}
	c->n_told = missing > c->n_told ? missing : c->n_told;
}

/* ---- presenting ---- */

struct present_options run_present_options(const struct options *o)
{
	return (struct present_options){ .terminal = isatty(1), .color = terminal_has_colors(o), .width = terminal_width(), .nul = o->nul, .explain = o->explain };
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

void run_take_hits(struct listing *list, const struct client *c, const fundstelle_result *result, struct slice query)
{
	struct fundstelle_summary *s = &list->summary;
	s->size = sizeof *s;
	list->result = result;
	fundstelle_result_summary(result, s);
	list->answer = (struct answer){ query, c->index, s->took, s->index_id, s->generation, s->analysis };
}

void run_present_page(const struct options *o, const struct listing *list, uint32_t first, struct printer *out, const struct present_options *po)
{
	struct listed_hit h = { .result = list->result, .is = { .size = sizeof h.is } };
	for (; fundstelle_result_hit(h.result, h.number, &h.is) == FUNDSTELLE_OK; h.number++)
		o->presenter->hit(out, &h, po, first + h.number == 0);
}

/* ---- one query ---- */

/* A long list is read a page at a time. */
static int present_all(struct client *c, struct listing *list, fundstelle_result *result, struct printer *out, struct fundstelle_error *error)
{
	const struct presenter *f = c->options->presenter;
	struct present_options po = run_present_options(c->options);
	int code = FUNDSTELLE_OK;
	f->begin(out, list, &po);
	for (uint32_t first = 0; code == FUNDSTELLE_OK && list->summary.n_hits && !out->error; first += c->options->search.page) {
		run_present_page(c->options, list, first, out, &po);
		code = out->error ? FUNDSTELLE_END : fundstelle_result_next(result, c->index, error);
		fundstelle_let_go(c->index);
	}
	f->end(out, list, &po);
	return code == FUNDSTELLE_END ? FUNDSTELLE_OK : code;
}

/* The query as it is told: of --similar the article's key. */
static struct slice query_of(const struct options *o) { return o->search.similar_to ? slice_str(o->search.similar_to) : slice_buf(&o->query); }

static int present(struct client *c, fundstelle_result *result, struct printer *out)
{
	const struct options *o = c->options;
	struct fundstelle_error error = { .size = sizeof error };
	struct listing list;
	run_take_hits(&list, c, result, query_of(o));
	if (list.summary.suggestion.len && o->format == FORMAT_TEXT)
		message(PROGRAM, "did you mean: %.*s", (int)list.summary.suggestion.len, list.summary.suggestion.data);
	if (o->count) {
		struct present_options po = run_present_options(o);
		o->presenter->count(out, &list, &po);
		return run_finish(out, list.summary.total ? 0 : 1);
	}
	bool any = list.summary.n_hits > 0;
	int code = present_all(c, &list, result, out, &error);
	int exit_status = run_finish(out, any ? 0 : 1);
	return code == FUNDSTELLE_OK ? exit_status : run_error(list.answer.query, &error);
}

/* An article that is not there, to be shown or for --similar, is none of trouble. */
static int failed(struct slice query, const struct fundstelle_error *error)
{
	int exit_status = run_error(query, error);
	return error->code == FUNDSTELLE_NO_ARTICLE ? 1 : exit_status;
}

int run_query(const struct options *o, struct printer *out)
{
	struct client c;
	struct fundstelle_error error = { .size = sizeof error };
	struct fundstelle_search_options search = o->search;
	struct slice query = slice_buf(&o->query);
	fundstelle_result *result;
	int exit_status = client_open(&c, o);
	if (exit_status)
		return exit_status;
	search.flags |= terminal_has_links(o) ? FUNDSTELLE_ADDRESS : 0;
	int code = fundstelle_search(c.index, (const char *)query.data, query.len, &search, &result, &error);
	fundstelle_let_go(c.index);
	client_warn(&c, PROGRAM, &query);
	exit_status = code == FUNDSTELLE_OK ? present(&c, result, out) : failed(query, &error);
	fundstelle_result_free(result);
	client_close(&c);
	return exit_status;
}

/* ---- one article ---- */

static int show(const struct options *o, const fundstelle_article *article, struct printer *out)
{
	struct fundstelle_fields fields = { .size = sizeof fields };
	struct present_options po = run_present_options(o);
	fundstelle_article_fields(article, &fields);
	if (!terminal_has_links(o))
		fields.address = (struct fundstelle_text){ "", 0 };
	o->presenter->show(out, &fields, &po);
	return run_finish(out, 0);
}

int run_show(const struct options *o, struct printer *out)
{
	struct client c;
	struct fundstelle_error error = { .size = sizeof error };
	struct slice none = slice_of("", 0);
	fundstelle_article *article;
	int exit_status = client_open(&c, o);
	if (exit_status)
		return exit_status;
	int code = fundstelle_show(c.index, o->show, FUNDSTELLE_TERMINATED, &article, &error);
	fundstelle_let_go(c.index);
	client_warn(&c, PROGRAM, &none);
	exit_status = code == FUNDSTELLE_OK ? show(o, article, out) : failed(none, &error);
	fundstelle_article_free(article);
	client_close(&c);
	return exit_status;
}
