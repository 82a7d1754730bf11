/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index.c - indexes opened, held, let go; their status. */
#include <stdlib.h>

#include "lib/handles_private.h"
#include "lib/sized.h"
#include "store/guard.h"
#include "store/index_place.h"
#include "store/index_status.h"

/* ---- life ---- */

void fundstelle_close(fundstelle_index *index)
{
	struct call call;
	if (!index)
		return;
	call_begin(&call, index);
	session_release(&index->session);
	call_end(&call);
	if (index->idle)
		finding_release(index->idle);
	free(index->idle);
	analyser_free(index->analyser);
	arena_release(&index->status);
	arena_release(&index->asked);
	free(index->seen);
	for (uint32_t i = 0; i < index->n_names; i++)
		free(index->names[i]);
	free(index->names);
	servers_free(index->servers);
	free(index);
}

static fundstelle_index *index_new(size_t n, const struct fundstelle_open_options *o)
{
	fundstelle_index *index = calloc(1, sizeof *index);
	if (!index)
		return NULL;
	index->servers = calloc(1, sizeof *index->servers);
	index->names = calloc(n, sizeof *index->names);
	if (!index->servers || !index->names || (!o->status_only && analyser_new(&index->analyser) != FUND_OK)) {
		free(index->names);
		free(index->servers);
		free(index);
		return NULL;
	}
	index->servers->timeout = o->timeout;
	index->servers->partial = o->partial != 0;
	return index;
}

static enum fund_status add_name(fundstelle_index *index, const char *name, struct fault *why)
{
	char *copy = strdup(name);
	if (!copy)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	index->names[index->n_names++] = copy;
	index->has_server |= index->analyser && lender_is_name(name);
	return FUND_OK;
}

static enum fund_status add_names(fundstelle_index *index, const char *const *names, size_t n, struct fault *why)
{
	struct buf place = BUF_INIT;
	enum fund_status st = n ? FUND_OK : index_place(&place, why);
	if (st == FUND_OK && n == 0)
		st = add_name(index, (const char *)place.data, why);
	for (size_t i = 0; i < n && st == FUND_OK; i++)
		st = add_name(index, names[i], why);
	buf_release(&place);
	return st;
}

/* Later calls find it held. */
static enum fund_status hold(fundstelle_index *index, struct fault *why)
{
	struct call call;
	call_begin(&call, index);
	enum fund_status st = session_hold(&index->session, why);
	call_end(&call);
	return st;
}

int question_begin(fundstelle_index *index, struct fundstelle_error *error)
{
	struct fault why;
	arena_reset(&index->asked);
	index->warnings = (struct warnings){ NULL, 0 };
	if (!index->analyser)
		return tell_invalid(error, "the index was opened for its status alone");
	if (index->session.open)
		return FUNDSTELLE_OK;
	why = (struct fault){ .status = FUND_OK };
	enum fund_status st = session_hold(&index->session, &why);
	if (st == FUND_OK)
		return FUNDSTELLE_OK;
	question_end(index, &(struct search_note){ .n_limits = 0 }, 1); /* servers that are lost; without memory they go untold */
	return tell_fault(error, st, &why);
}

int fundstelle_open(const char *const *names, size_t n, const struct fundstelle_open_options *options, fundstelle_index **out, struct fundstelle_error *error)
{
	struct fundstelle_open_options o;
	struct fault why = { 0 };
	*out = NULL;
	if (!sized_read(&o, sizeof o, options))
		return tell_invalid(error, "fundstelle_open_options: not of a size, or with members, that this version knows");
	if (n > NAMES_MAX)
		return tell_invalid(error, "more than 64 indexes");
	fundstelle_index *index = index_new(n ? n : 1, &o);
	if (!index)
		return tell_no_memory(error);
	enum fund_status st = add_names(index, names, n, &why);
	session_init(&index->session, (const char *const *)index->names, index->n_names, index->servers, index->analyser);
	index->session.searcher.only_snapshots = o.status_only;
	if (st == FUND_OK && !o.later)
		st = hold(index, &why);
	if (st != FUND_OK) {
		fundstelle_close(index);
		return tell_fault(error, st, &why);
	}
	*out = index;
	return FUNDSTELLE_OK;
}

void fundstelle_let_go(fundstelle_index *index)
{
	struct call call;
	struct state_marks *seen;
	if (!index->session.open)
		return;
	call_begin(&call, index);
	if (searcher_mark(&index->session.searcher, &seen) == FUND_OK) {
		free(index->seen);
		index->seen = seen;
	}
	session_let_go(&index->session);
	call_end(&call);
}

int fundstelle_refresh(fundstelle_index *index, int *changed, struct fundstelle_error *error)
{
	struct fault why = { 0 };
	fundstelle_let_go(index);
	index->servers->n_lost = 0;
	enum fund_status st = hold(index, &why);
	if (changed)
		*changed = st == FUND_OK && !searcher_is_at(&index->session.searcher, index->seen);
	return st == FUND_OK ? FUNDSTELLE_OK : tell_fault(error, st, &why);
}

int fundstelle_maps(const void *address) { return guard_has((uintptr_t)address); }

int fundstelle_index_warning(const fundstelle_index *index, uint32_t i, struct fundstelle_warning *warning)
{
	return warnings_hand_out(&index->warnings, i, warning);
}

/* ---- status ---- */

static enum fund_status add_archives(struct arena *arena, const struct manifest *m, struct fundstelle_status *out)
{
	struct fundstelle_text *archives = arena_alloc(arena, (m->n_roots + (size_t)1) * sizeof *archives);
	if (!archives)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < m->n_roots; i++) {
		struct slice path = arena_slice(arena, slice_buf(&m->roots[i].path));
		if (!path.data)
			return FUND_NO_MEMORY;
		archives[i] = text_of(path);
	}
	out->archives = archives;
	out->n_archives = m->n_roots;
	return FUND_OK;
}

static enum fund_status make_status(struct arena *arena, const struct index_status *s, struct fundstelle_status *out)
{
	const struct manifest *m = s->manifest;
	const struct run_stats *r = &m->last_run;
	struct slice name = arena_slice(arena, slice_str(s->dir)), analysis = arena_slice(arena, slice_buf(&m->analysis_text));
	if (!name.data || !analysis.data)
		return FUND_NO_MEMORY;
	*out = (struct fundstelle_status){
		.name = text_of(name), .id = m->id, .generation = m->generation, .articles = s->articles, .deleted = s->deleted, .files = m->n_sources,
		.failed = m->n_failed, .segments = m->n_segments, .terms = s->terms, .postings = s->postings, .words = s->words, .bytes = s->bytes_on_disk,
		.bytes_live = s->bytes, .bytes_text = s->bytes_text, .date_first = date_of(s->date_first), .date_last = date_of(s->date_last),
		.run_start = r->start, .run_end = r->end, .run_added = r->added, .run_changed = r->changed, .run_removed = r->removed,
		.run_unchanged = r->unchanged, .run_failed = r->failed, .run_bytes_read = r->bytes_read, .analysis = text_of(analysis),
		.analysis_hash = m->analysis_hash, .format = STORE_FORMAT_VERSION,
	};
	return add_archives(arena, m, out);
}

struct status_wanted {
	size_t i;
	struct arena *arena;
	struct fundstelle_status *out;
};

static enum fund_status take_status(struct session *s, void *context, struct fault *why)
{
	const struct status_wanted *w = context;
	struct index_status status;
	arena_reset(w->arena);
	if (w->i >= s->searcher.n_indexes)
		return fault_set(why, FUND_INVALID, "there is no index of that number");
	index_status(s->searcher.snapshots[w->i], s->searcher.dirs[w->i], &status);
	enum fund_status st = make_status(w->arena, &status, w->out);
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

size_t fundstelle_status_count(fundstelle_index *index)
{
	struct fault why = { 0 };
	return hold(index, &why) == FUND_OK ? index->session.searcher.n_indexes : 0;
}

int fundstelle_status(fundstelle_index *index, size_t i, struct fundstelle_status *status, struct fundstelle_error *error)
{
	struct fault why = { 0 };
	struct call call;
	struct fundstelle_status made;
	struct status_wanted wanted = { i, &index->status, &made };
	call_begin(&call, index);
	enum fund_status st = session_read(&index->session, take_status, &wanted, &why);
	call_end(&call);
	if (st != FUND_OK)
		return tell_fault(error, st, &why);
	return sized_write(status, &made, sizeof made) ? FUNDSTELLE_OK : tell_invalid(error, "fundstelle_status: without its size");
}
