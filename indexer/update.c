/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update.c - one run over the archive. The join: for each root in the order of their numbers, the walk and the old list go side by side:
 *
 *	both have the path	unchanged: kept; else read
 *	only the walk		new: read
 *	only the list		gone: its articles are removed, unless something speaks against it
 *
 * What speaks against it: a folder that cannot be read, another file system in its place, a root that is missing or empty, and the guard
 * against mass removal. Whether the guard trips is known at the end only; then all is done once more, removing nothing.
 */
#include "indexer/update.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/print.h"
#include "indexer/interrupt.h"
#include "indexer/merge.h"
#include "indexer/report.h"
#include "indexer/update_private.h"

#define RACY_TO_WRITE 1000 /* so many racy files are a reason to write a state of their own */
#define GUARD_MIN 100	   /* removals of up to so many articles need no permission */

/* ---- one attempt ---- */

static enum fund_status begin(struct update *u)
{
	const struct update_options *o = u->options;
	struct worker_settings settings = { .old = u->old, .everything = o->rebuild, .dry = o->dry_run, .born = (uint32_t)u->next.generation + 1,
					    .weights = u->next.weights,
					    .memory = (size_t)(o->memory / o->jobs), .dir = o->dir };
	enum fund_status st = FUND_OK;
	u->workers = calloc(o->jobs, sizeof *u->workers);
	u->roots = calloc(o->n_paths, sizeof *u->roots);
	if (!u->workers || !u->roots)
		return update_no_memory(u);
	for (uint32_t i = 0; i < o->jobs && st == FUND_OK; i++, u->n_workers++)
		st = worker_init(&u->workers[i], i, &settings);
	if (st == FUND_OK)
		st = pipeline_new(&u->pipeline, u->workers, o->jobs, update_take_batch, u);
	if (st == FUND_OK && u->index)
		st = sources_update_new(&u->sources, u->index);
	if (st != FUND_OK)
		return update_no_memory(u);
	build_init(&u->build, u->index, u->workers, o->jobs, u->why);
	for (uint32_t i = 0; i < o->n_paths && st == FUND_OK; i++)
		st = update_name_root(u, o->paths[i]);
	return st;
}

static void end(struct update *u)
{
	pipeline_free(u->pipeline);
	if (u->batch)
		batch_free(u->batch);
	build_release(&u->build);
	for (uint32_t i = 0; i < u->n_workers; i++)
		worker_release(&u->workers[i]);
	free(u->workers);
	for (uint32_t i = 0; i < u->n_roots; i++) {
		walk_close(u->roots[i].walk);
		buf_release(&u->roots[i].path);
	}
	free(u->roots);
	sources_update_free(u->sources);
	key_maker_release(&u->keys);
	free(u->dead);
	old_docs_release(&u->gone);
	buf_release(&u->unreadable);
	manifest_release(&u->next);
}

static bool guard_trips(const struct update *u)
{
	return !u->options->allow_removals && !u->keep_all && u->removed_guarded > GUARD_MIN && u->removed_guarded > u->n_live / 5;
}

static enum fund_status publish(struct update *u)
{
	struct segment_stats stats;
	struct update_result *r = u->result;
	enum fund_status st = build_finish(&u->build, &stats);
	if (u->options->rebuild)
		while (u->next.n_segments)
			manifest_drop_segment(&u->next, u->next.segments[0].number);
	if (st == FUND_OK)
		st = manifest_add_segment(&u->next, &stats);
	else if (st == FUND_END)
		st = FUND_OK;
	for (size_t i = 0; i < u->n_dead && st == FUND_OK && !u->options->rebuild; i++)
		st = index_writer_kill(u->index, u->dead[i].segment, u->dead[i].doc);
	if (st != FUND_OK)
		return u->why->text[0] ? st : fault_set(u->why, st, "%s", index_writer_fault(u->index)->text);
	if (interrupted())
		return fault_set(u->why, FUND_INTERRUPTED, "stopped by a signal: nothing was changed");
	r->stats.start = (uint64_t)u->started;
	r->stats.end = (uint64_t)time(NULL);
	u->next.last_run = r->stats;
	return index_writer_publish(u->index, &u->next, u->sources, u->why);
}

/* The state to be published begins as the one there is; a rebuild takes the settings of this program. */
static enum fund_status begin_manifest(struct update *u)
{
	enum fund_status st = u->old ? manifest_copy(&u->next, snapshot_manifest(u->old)) : FUND_OK;
	if (st != FUND_OK || (u->old && !u->options->rebuild))
		return st;
	u->next.analysis_hash = u->ours->analysis_hash;
	u->next.weights = u->ours->weights;
	buf_reset(&u->next.analysis_text);
	return buf_add_str(&u->next.analysis_text, u->ours->analysis_text);
}

static enum fund_status attempt(struct update *u, bool *again)
{
	enum fund_status st = begin_manifest(u);
	*again = false;
	if (st != FUND_OK)
		return update_no_memory(u);
	for (uint32_t i = 0; i < u->next.n_segments; i++)
		u->n_live += u->next.segments[i].n_docs - u->next.segments[i].n_dead;
	uint32_t n_roots = u->next.n_roots;
	st = begin(u);
	u->changed |= u->next.n_roots != n_roots || u->options->rebuild;
	if (st == FUND_OK)
		st = update_all_roots(u);
	for (uint32_t i = 0; i < u->n_workers; i++)
		u->result->stats.bytes_read += atomic_load(&u->workers[i].bytes_read);
	if (st != FUND_OK)
		return st;
	*again = guard_trips(u);
	if (*again || u->options->dry_run)
		return FUND_OK;
	return u->changed || u->n_racy > RACY_TO_WRITE ? publish(u) : FUND_OK;
}

static void say_guard(const struct update *u, uint64_t would_go)
{
	progress_clear(u->progress);
	message("fundstelle-index", "%llu of %llu articles would be removed: they are kept; --allow-removals removes them", (unsigned long long)would_go,
		(unsigned long long)u->n_live);
}

/* The second attempt, if there is one, keeps what the first would have removed. */
static enum fund_status attempts(const struct update_options *o, struct progress *progress, struct index_writer *index, struct snapshot *old,
				 const struct index_settings *ours, struct update_result *result, struct fault *why)
{
	bool again = false;
	uint64_t start = update_seconds();
	for (int round = 0;; round++) {
		*result = (struct update_result){ .refused = round > 0 };
		struct update u = { .options = o, .result = result, .progress = progress, .why = why, .index = index, .old = old, .ours = ours, .keep_all = round > 0,
				    .deadline = o->max_seconds ? start + o->max_seconds : 0, .started = time(NULL) };
		enum fund_status st = attempt(&u, &again);
		if (again && st == FUND_OK)
			say_guard(&u, u.removed_guarded);
		end(&u);
		if (st != FUND_OK || !again)
			return st;
	}
}

static enum fund_status check_analysis(const struct update_options *o, const struct snapshot *old, uint64_t hash, struct fault *why)
{
	if (o->rebuild || snapshot_manifest(old)->analysis_hash == hash)
		return FUND_OK;
	return fault_set(why, FUND_FINGERPRINT, "%s: made with another analysis of words than this program has: run fundstelle-index --rebuild with the archive's PATH",
			 o->dir);
}

static const struct field_weights default_weights = { 2, 1 };

static enum fund_status our_settings(struct index_settings *out, struct fault *why)
{
	struct analyser *a;
	struct fingerprint print = { 0, NULL };
	enum fund_status st = analyser_new(&a);
	if (st == FUND_OK)
		st = analyser_fingerprint(a, &print);
	analyser_free(a);
	*out = (struct index_settings){ print.hash, print.text, default_weights };
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

static enum fund_status dry_run(const struct update_options *o, struct progress *progress, const struct index_settings *ours, struct update_result *result,
				struct fault *why)
{
	struct snapshot *old;
	enum fund_status st = snapshot_open(&old, o->dir, why);
	if (st == FUND_NOT_FOUND) { /* no index yet: all would be added */
		*why = (struct fault){ 0 };
		old = NULL;
		st = FUND_OK;
	}
	if (st == FUND_OK && old)
		st = check_analysis(o, old, ours->analysis_hash, why);
	if (st == FUND_OK)
		st = attempts(o, progress, NULL, old, ours, result, why);
	snapshot_close(old);
	return st;
}

enum fund_status update_run(const struct update_options *o, struct progress *progress, struct update_result *result, struct fault *why)
{
	struct index_settings ours;
	struct index_writer *w;
	enum fund_status st = our_settings(&ours, why);
	if (st != FUND_OK)
		return st;
	if (o->dry_run)
		return dry_run(o, progress, &ours, result, why);
	st = index_writer_open(&w, o->dir, &ours, o->wait_seconds, why);
	if (st != FUND_OK)
		return st;
	st = check_analysis(o, index_writer_snapshot(w), ours.analysis_hash, why);
	if (st == FUND_OK)
		st = attempts(o, progress, w, index_writer_snapshot(w), &ours, result, why);
	if (st == FUND_OK)
		st = merge_if_due(w, why);
	index_writer_close(w);
	return st;
}
