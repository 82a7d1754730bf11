/* SPDX-License-Identifier: GPL-2.0-or-later */
/* search.c - a query: options in, a result out, in which nothing is borrowed. */
#include <stdlib.h>

#include "lib/handles_private.h"
#include "lib/sized.h"
#include "query/present.h"

/* ---- a result out of what was found ---- */

static const struct fundstelle_range *ranges_of(struct arena *arena, const struct marked_text *t)
{
	struct fundstelle_range *r = arena_alloc(arena, (t->n_marks + (size_t)1) * sizeof *r);
	for (uint32_t i = 0; r && i < t->n_marks; i++)
		r[i] = (struct fundstelle_range){ t->marks[i].off, t->marks[i].off + t->marks[i].len };
	return r;
}

static enum fund_status add_hits(fundstelle_result *r, const struct result *found)
{
	struct fundstelle_hit *hits = arena_alloc(&r->arena, (found->n_hits + (size_t)1) * sizeof *hits);
	if (!hits)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < found->n_hits; i++) {
		const struct shown_hit *h = &found->hits[i];
		hits[i] = (struct fundstelle_hit){
			.rank = h->rank, .date = date_of(h->date), .score = score_of(h->score), .key = text_of(h->key), .title = text_of(h->title.text),
			.author = text_of(h->author), .section = text_of(h->section), .source = text_of(h->source),
			.title_marks = ranges_of(&r->arena, &h->title), .snippet = text_of(h->snippet.text), .marks = ranges_of(&r->arena, &h->snippet),
			.n_title_marks = h->title.n_marks, .n_marks = h->snippet.n_marks, .n_boxes = h->n_boxes, .n_duplicates = h->n_copies,
			.n_explained = h->n_explain,
		};
		if (!hits[i].title_marks || !hits[i].marks)
			return FUND_NO_MEMORY;
	}
	r->hits = hits;
	r->shown = found->hits;
	r->summary.n_hits = found->n_hits;
	return FUND_OK;
}

static enum fund_status add_summary(fundstelle_result *r, const struct result *found)
{
	r->summary.total = found->total;
	r->summary.total_exact = found->total_exact;
	r->summary.next = found->next;
	r->summary.took = found->took_us;
	r->summary.index_id = found->index_id;
	r->summary.generation = found->generation;
	enum fund_status st = text_copy(&r->arena, found->suggestion, &r->summary.suggestion);
	return st == FUND_OK ? text_copy(&r->arena, found->analysis, &r->summary.analysis) : st;
}

void fundstelle_result_free(fundstelle_result *result)
{
	if (!result)
		return;
	arena_release(&result->arena);
	free(result);
}

/* The page with its hits becomes the result's. */
static enum fund_status take_result(struct session *s, fundstelle_result **out, struct fault *why)
{
	fundstelle_result *r = calloc(1, sizeof *r);
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->arena = s->page;
	s->page = (struct arena)ARENA_INIT;
	enum fund_status st = add_hits(r, &s->search.result);
	if (st == FUND_OK)
		st = warnings_copy(&r->arena, &s->note, s->servers, &r->warnings);
	r->summary.n_warnings = r->warnings.n;
	if (st == FUND_OK)
		st = add_summary(r, &s->search.result);
	if (st == FUND_OK) {
		*out = r;
		return st;
	}
	fundstelle_result_free(r);
	return fault_set(why, st, "out of memory");
}

/* ---- the query ---- */

/* Finds; what was found is in the session. */
static int find(fundstelle_index *index, const struct session_query *q, struct fundstelle_error *error)
{
	struct session *s = &index->session;
	struct fault why = { 0 };
	if (!query_fits(q->text, error))
		return FUNDSTELLE_LIMIT;
	enum fund_status st = session_hold(s, &why);
	if (st != FUND_OK)
		return tell_fault(error, st, &why);
	st = session_find(s, q, &why);
	return st == FUND_OK ? FUNDSTELLE_OK : tell_asked(error, st, &s->note, &why);
}

int fundstelle_search(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, fundstelle_result **out,
		      struct fundstelle_error *error)
{
	struct session *s = &index->session;
	struct search_options o;
	struct session_query q = { query_of(query, len), &o, UINT32_MAX, 0, NULL };
	struct fault why = { 0 };
	struct call call;
	*out = NULL;
	const char *wrong = search_options_of(options, &o, &q.parts);
	if (wrong)
		return tell_invalid(error, wrong);
	call_begin(&call, index);
	int code = find(index, &q, error);
	if (code == FUNDSTELLE_OK && take_result(s, out, &why) != FUND_OK)
		code = tell_fault(error, FUND_NO_MEMORY, &why);
	search_reset(&s->search);
	call_end(&call);
	return code;
}

int fundstelle_count(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint64_t *n,
		     struct fundstelle_error *error)
{
	struct search_options o;
	struct session_query q = { query_of(query, len), &o, 0, 0, NULL };
	struct call call;
	*n = 0;
	const char *wrong = search_options_of(options, &o, &q.parts);
	if (wrong)
		return tell_invalid(error, wrong);
	o.count_only = true;
	call_begin(&call, index);
	int code = find(index, &q, error);
	if (code == FUNDSTELLE_OK)
		*n = index->session.search.result.total;
	search_reset(&index->session.search);
	call_end(&call);
	return code;
}

/* ---- what is in it ---- */

void fundstelle_result_summary(const fundstelle_result *r, struct fundstelle_summary *summary) { hand_out(summary, &r->summary, sizeof r->summary); }

int fundstelle_result_warning(const fundstelle_result *r, uint32_t i, struct fundstelle_warning *warning)
{
	return warnings_hand_out(&r->warnings, i, warning);
}

int fundstelle_result_hit(const fundstelle_result *r, uint32_t i, struct fundstelle_hit *hit)
{
	return i < r->summary.n_hits ? hand_out(hit, &r->hits[i], sizeof r->hits[i]) : FUNDSTELLE_INVALID;
}

int fundstelle_hit_box(const fundstelle_result *r, uint32_t hit, uint32_t i, struct fundstelle_box *box)
{
	if (hit >= r->summary.n_hits || i >= r->shown[hit].n_boxes)
		return FUNDSTELLE_INVALID;
	const struct shown_box *b = &r->shown[hit].boxes[i];
	struct fundstelle_box made = { .mark = b->mark, .x = b->x, .y = b->y, .width = b->w, .height = b->h, .page = text_of(b->page) };
	return hand_out(box, &made, sizeof made);
}

int fundstelle_hit_duplicate(const fundstelle_result *r, uint32_t hit, uint32_t i, struct fundstelle_duplicate *duplicate)
{
	if (hit >= r->summary.n_hits || i >= r->shown[hit].n_copies)
		return FUNDSTELLE_INVALID;
	const struct shown_copy *c = &r->shown[hit].copies[i];
	struct fundstelle_duplicate made = { .key = text_of(c->key), .source = text_of(c->source), .date = date_of(c->date) };
	return hand_out(duplicate, &made, sizeof made);
}

int fundstelle_hit_explained(const fundstelle_result *r, uint32_t hit, uint32_t i, struct fundstelle_explained *explained)
{
	if (hit >= r->summary.n_hits || i >= r->shown[hit].n_explain)
		return FUNDSTELLE_INVALID;
	const struct explain_item *e = &r->shown[hit].explain[i];
	struct fundstelle_explained made = { .term = text_of(e->term), .field = text_of(slice_str(field_name(e->field))), .kind = text_of(slice_str(e->kind)),
					     .freq = e->freq, .df = e->df, .score = score_of(e->score) };
	return hand_out(explained, &made, sizeof made);
}
