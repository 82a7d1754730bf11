/* SPDX-License-Identifier: GPL-2.0-or-later */
/* search.c - a query: options in, a result out, in which nothing is borrowed. */
#include <stdlib.h>

#include "lib/handles_private.h"

/* ---- hits ---- */

/* Where there are none, no memory is asked for. */
static const struct fundstelle_range *ranges_of(struct arena *arena, const struct marked_text *t)
{
	static const struct fundstelle_range none = { 0, 0 };
	struct fundstelle_range *r = t->n_marks ? arena_alloc(arena, t->n_marks * sizeof *r) : NULL;
	for (uint32_t i = 0; r && i < t->n_marks; i++)
		r[i] = (struct fundstelle_range){ t->marks[i].off, t->marks[i].off + t->marks[i].len };
	return t->n_marks ? r : &none;
}

static bool make_hit(struct arena *arena, const struct shown_hit *h, struct fundstelle_hit *out)
{
	*out = (struct fundstelle_hit){
		.rank = h->rank, .date = date_of(h->date), .score = score_of(h->score), .key = text_of(h->key), .title = text_of(h->title.text),
		.author = text_of(h->author), .section = text_of(h->section), .source = text_of(h->source), .title_marks = ranges_of(arena, &h->title),
		.snippet = text_of(h->snippet.text), .marks = ranges_of(arena, &h->snippet), .n_title_marks = h->title.n_marks, .n_marks = h->snippet.n_marks,
		.n_boxes = h->n_boxes, .n_duplicates = h->n_copies, .n_explained = h->n_explain, .millionths = h->score, .falling = h->falling,
		.address = text_of(h->address),
	};
	return out->title_marks && out->marks;
}

/* Those of the page, in its arena. */
static enum fund_status take_hits(fundstelle_result *r, struct arena *page, const struct result *found)
{
	struct fundstelle_hit *hits = arena_alloc(page, (found->n_hits + (size_t)1) * sizeof *hits);
	bool made = hits != NULL;
	for (uint32_t i = 0; i < found->n_hits && made; i++)
		made = make_hit(page, &found->hits[i], &hits[i]);
	r->hits = hits;
	r->shown = found->hits;
	r->summary.n_hits = made ? found->n_hits : 0;
	return made ? FUND_OK : FUND_NO_MEMORY;
}

/* ---- results ---- */

static void finding_free(struct finding *f)
{
	if (f)
		finding_release(f);
	free(f);
}

void fundstelle_result_free(fundstelle_result *result)
{
	if (!result)
		return;
	finding_free(result->finding);
	arena_release(&result->page);
	arena_release(&result->arena);
	free(result);
}

static enum fund_status take_summary(fundstelle_result *r, struct arena *arena, const fundstelle_index *index, const struct result *found)
{
	r->summary.total = found->total;
	r->summary.total_exact = found->total_exact;
	r->summary.next = found->next;
	r->summary.took = found->took_us;
	r->summary.index_id = found->index_id;
	r->summary.generation = found->generation;
	enum fund_status st = text_copy(arena, found->suggestion, &r->summary.suggestion);
	if (st == FUND_OK)
		st = text_copy(arena, found->analysis, &r->summary.analysis);
	if (st == FUND_OK)
		st = warnings_copy(arena, &index->warnings, &r->warnings);
	r->summary.n_warnings = r->warnings.n;
	return st;
}

/* Where all hits are on the page it becomes the result's, and the rest goes on to the next search: else the whole finding. */
static enum fund_status take_result(fundstelle_result *r, fundstelle_index *index)
{
	struct finding *f = index->idle;
	bool more = f->search.n_shown > r->at.n;
	if (more) {
		r->finding = f;
		index->idle = NULL;
	} else {
		r->page = f->page;
		f->page = (struct arena)ARENA_INIT;
	}
	enum fund_status st = take_hits(r, more ? &f->page : &r->page, &f->search.result);
	if (st == FUND_OK)
		st = take_summary(r, more ? &r->arena : &r->page, index, &f->search.result);
	if (!more)
		search_reset(&f->search);
	return st;
}

int fundstelle_result_next(fundstelle_result *r, fundstelle_index *index, struct fundstelle_error *error)
{
	struct fault why = { 0 };
	struct call call;
	r->summary.n_hits = 0;
	if (!r->finding)
		return FUNDSTELLE_END;
	if (r->index != index)
		return tell_invalid(error, "the result is of another index");
	r->at.first += r->at.n;
	if (r->at.first >= r->finding->search.n_shown)
		return FUNDSTELLE_END;
	call_begin(&call, index);
	enum fund_status st = session_page(&index->session, r->finding, r->at.first, r->at.n, r->at.parts, &why);
	call_end(&call);
	if (st == FUND_OK && take_hits(r, &r->finding->page, &r->finding->search.result) != FUND_OK)
		return tell_no_memory(error);
	return st == FUND_OK ? FUNDSTELLE_OK : tell_fault(error, st, &why);
}

/* ---- the query ---- */

/* Finds; what was found is the index's idle finding. */
static int find(fundstelle_index *index, const struct session_query *q, struct fundstelle_error *error)
{
	struct fault why = { 0 };
	int code = question_begin(index, error);
	if (code != FUNDSTELLE_OK)
		return code;
	if (!index->idle && !(index->idle = calloc(1, sizeof *index->idle)))
		return tell_no_memory(error);
	enum fund_status st = session_find(&index->session, index->idle, q, &why), warned = question_end(index, &index->idle->note, 1);
	return st != FUND_OK ? tell_asked(error, st, 0, &index->idle->note, &why) : warned != FUND_OK ? tell_no_memory(error) : FUNDSTELLE_OK;
}

/* What goes through pages outlives what it was asked with. */
static bool keep_query(fundstelle_result *r, struct session_query *q, struct search_options *o)
{
	struct slice similar = o->similar ? arena_slice(&r->arena, slice_str(o->similar)) : slice_of("", 0);
	q->text = arena_slice(&r->arena, q->text);
	o->similar = o->similar ? (const char *)similar.data : NULL;
	return q->text.data && similar.data;
}

static int search(fundstelle_index *index, fundstelle_result *r, struct session_query *q, struct search_options *o, struct fundstelle_error *error)
{
	struct call call;
	if (r->at.n < o->limit && !keep_query(r, q, o))
		return tell_no_memory(error);
	call_begin(&call, index);
	int code = find(index, q, error);
	if (code == FUNDSTELLE_OK && take_result(r, index) != FUND_OK)
		code = tell_no_memory(error);
	else if (code != FUNDSTELLE_OK && index->idle)
		search_reset(&index->idle->search);
	call_end(&call);
	return code;
}

int fundstelle_search(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, fundstelle_result **out,
		      struct fundstelle_error *error)
{
	struct search_options o;
	struct hits_wanted wanted;
	*out = NULL;
	const char *wrong = search_options_of(options, &o, &wanted);
	if (wrong)
		return tell_invalid(error, wrong);
	fundstelle_result *r = calloc(1, sizeof *r);
	if (!r)
		return tell_no_memory(error);
	struct session_query q = { query_of(query, len), &o, wanted.page, wanted.parts, wanted.timed ? &r->summary.to_keys : NULL };
	r->index = index;
	r->at = (struct page){ 0, wanted.page, wanted.parts };
	int code = search(index, r, &q, &o, error);
	if (code == FUNDSTELLE_OK)
		*out = r;
	else
		fundstelle_result_free(r);
	return code;
}

int fundstelle_count(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options, uint64_t *n,
		     struct fundstelle_error *error)
{
	struct search_options o;
	struct hits_wanted wanted;
	struct session_query q = { query_of(query, len), &o, 0, HIT_KEY, NULL };
	struct call call;
	*n = 0;
	const char *wrong = search_options_of(options, &o, &wanted);
	if (wrong)
		return tell_invalid(error, wrong);
	o.count_only = true;
	call_begin(&call, index);
	int code = find(index, &q, error);
	if (code == FUNDSTELLE_OK)
		*n = index->idle->search.result.total;
	if (index->idle)
		search_reset(&index->idle->search);
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
	struct fundstelle_duplicate made = { .key = text_of(c->key), .source = text_of(c->source), .date = date_of(c->date), .address = text_of(c->address) };
	return hand_out(duplicate, &made, sizeof made);
}

int fundstelle_hit_explained(const fundstelle_result *r, uint32_t hit, uint32_t i, struct fundstelle_explained *explained)
{
	static const char *const fields[FIELDS] = { "text", "title", "author", "section", "source" };
	if (hit >= r->summary.n_hits || i >= r->shown[hit].n_explain)
		return FUNDSTELLE_INVALID;
	const struct explain_item *e = &r->shown[hit].explain[i];
	struct fundstelle_explained made = { .term = text_of(e->term), .field = text_of(slice_str(fields[e->field])), .kind = text_of(slice_str(e->kind)),
					     .freq = e->freq, .df = e->df, .score = score_of(e->score), .millionths = e->score };
	return hand_out(explained, &made, sizeof made);
}
