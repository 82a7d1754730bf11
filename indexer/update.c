/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update.c - one run over the archive. The join: for each root in the order of their numbers, the walk and the old list go side by side:
 *
 *	both have the path	unchanged: kept; else read
 *	only the walk		new: read
 *	only the list		gone: its articles are removed, unless something speaks against it
 *
 * What speaks against it: a folder that cannot be read, another file system in its place, a root that is missing or empty, and the guard
 * against mass removal. Whether the guard trips is known at the end only; then all is done once more, removing nothing but what was renamed.
 */
#include "indexer/update.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/print.h"
#include "indexer/confine.h"
#include "indexer/interrupt.h"
#include "indexer/merge.h"
#include "indexer/report.h"
#include "indexer/update_private.h"
#include "stemmer/compound.h"
#include "store/index_replacement.h"

#define GUARD_MIN 100	   /* removals of up to so many articles need no permission */

/* ---- one attempt ---- */

/* Workers read the archive, and write their runs beside the index. */
static void set_confinement(struct update *u)
{
	u->confinement = confine_set_new();
	for (uint32_t i = 0; i < u->n_roots; i++)
		if (u->roots[i].walk)
			confine_set_allow_reading(u->confinement, walk_folder(u->roots[i].walk));
	confine_set_allow_writing(u->confinement, u->options->dir);
}

static enum fund_status begin_roots(struct update *u)
{
	const struct update_options *o = u->options;
	enum fund_status st = FUND_OK;
	u->roots = calloc(o->n_paths, sizeof *u->roots);
	if (!u->roots)
		return update_no_memory(u);
	for (uint32_t i = 0; i < o->n_paths && st == FUND_OK; i++)
		st = update_name_root(u, o->paths[i]);
	return st;
}

static enum fund_status begin_workers(struct update *u)
{
	const struct update_options *o = u->options;
	struct worker_settings settings = { .old = u->old, .everything = o->rebuild, .dry = o->dry_run, .born = (uint32_t)u->next.generation + 1,
					    .weights = u->next.weights, .memory = (size_t)(o->memory / o->jobs), .dir = o->dir,
					    .nursery = u->nursery, .confinement = u->confinement };
	enum fund_status st = FUND_OK;
	u->workers = calloc(o->jobs, sizeof *u->workers);
	if (!u->workers)
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
	return FUND_OK;
}

static enum fund_status begin(struct update *u)
{
	enum fund_status st = begin_roots(u);
	if (st != FUND_OK)
		return st;
	set_confinement(u);
	return begin_workers(u);
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
	if (u->confinement >= 0)
		close(u->confinement);
	sources_update_free(u->sources);
	key_maker_release(&u->keys);
	free(u->dead);
	old_docs_release(&u->gone);
	buf_release(&u->unreadable);
	buf_release(&u->removals);
	buf_release(&u->unmounted);
	manifest_release(&u->next);
}

/* Files that only have another name are no loss. */
static bool guard_trips(const struct update *u)
{
	uint64_t renamed = lessons_renamed(u->lessons), gone = u->removed_guarded > renamed ? u->removed_guarded - renamed : 0;
	return !u->options->allow_removals && !u->keep_all && gone > GUARD_MIN && gone > u->n_live / 5;
}

/* Calls `each` for all blocks of the index's lexicon. */
static enum fund_status each_lexicon_block(struct update *u, void *context, enum fund_status (*each)(void *context, uint8_t letter, struct slice block))
{
	struct slice block;
	enum fund_status st = FUND_OK;
	for (unsigned letter = 0; letter < LEXICON_LETTERS && st == FUND_OK; letter++) {
		st = snapshot_lexicon(u->old, (uint8_t)letter, &block);
		st = st == FUND_OK ? each(context, (uint8_t)letter, block) : st == FUND_NOT_FOUND ? FUND_OK : st;
	}
	return st == FUND_CORRUPT ? fault_set(u->why, st, "the lexicon is damaged: run fundstelle-index --verify") : st;
}

static enum fund_status count_words(void *n, uint8_t letter, struct slice block)
{
	(void)letter;
	*(size_t *)n += lexicon_count(block);
	return FUND_OK;
}

static enum fund_status add_words(void *lexicon, uint8_t letter, struct slice block) { return lexicon_decode(lexicon, letter, block); }

/* That of the index, as long as it is not built anew. */
static enum fund_status load_lexicon(struct update *u, struct lexicon *lexicon)
{
	size_t n = 0;
	if (!u->old || u->options->rebuild)
		return FUND_OK;
	enum fund_status st = each_lexicon_block(u, &n, count_words);
	if (st == FUND_OK)
		st = lexicon_reserve(lexicon, n);
	return st == FUND_OK ? each_lexicon_block(u, lexicon, add_words) : st;
}

static enum fund_status store_block(void *context, uint8_t letter, struct slice block)
{
	return index_writer_add_lexicon_block(context, letter, block);
}

/* The segment of this run; FUND_END: no document. */
static enum fund_status finish_segment(struct update *u, struct segment_stats *stats)
{
	struct lexicon lexicon = LEXICON_INIT;
	enum fund_status st = load_lexicon(u, &lexicon);
	bool is_new = lexicon.n == 0;
	if (st == FUND_OK)
		st = build_finish(&u->build, &lexicon, u->options->dictionary, u->options->dir, stats);
	if (st == FUND_OK && is_new)
		st = lexicon_encode(&lexicon, u->index, store_block);
	lexicon_release(&lexicon);
	return st;
}

static void stamp(struct update *u)
{
	u->result->stats.start = (uint64_t)u->started;
	u->result->stats.end = (uint64_t)time(NULL);
}

/* What is to be published, merged at once where that is due and can be; else as it is: then merges come behind it. */
static enum fund_status publish_state(struct update *u)
{
	struct manifest merged = { 0 };
	struct fault ignored = { 0 };
	enum fund_status st = merge_ahead(u->index, &u->next, u->build.segment, &merged);
	if (st == FUND_OK)
		st = index_writer_publish(u->index, &merged, u->sources, &ignored);
	manifest_release(&merged);
	if (st == FUND_OK)
		return st;
	st = u->build.segment ? segment_writer_settle(u->build.segment) : FUND_OK;
	return st == FUND_OK ? index_writer_publish(u->index, &u->next, u->sources, u->why) : fault_set(u->why, st, "%s", index_writer_fault(u->index)->text);
}

static enum fund_status publish(struct update *u)
{
	struct segment_stats stats;
	struct update_result *r = u->result;
	enum fund_status st = finish_segment(u, &stats);
	if (u->options->rebuild)
		while (u->next.n_segments)
			manifest_drop_segment(&u->next, u->next.segments[0].number);
	if (st == FUND_OK)
		st = manifest_add_segment(&u->next, &stats);
	else if (st == FUND_END)
		st = FUND_OK;
	for (size_t i = 0; i < u->n_dead && st == FUND_OK && !u->options->rebuild; i++)
		st = index_writer_kill(u->index, u->dead[i].segment, u->dead[i].doc);
	if (st == FUND_INTERRUPTED || (st == FUND_OK && interrupted()))
		return fault_set(u->why, FUND_INTERRUPTED, "stopped by a signal: nothing was changed");
	if (st != FUND_OK)
		return u->why->text[0] ? st : fault_set(u->why, st, "%s", index_writer_fault(u->index)->text);
	stamp(u);
	r->stats.generation = u->next.generation + 1;
	u->next.last_run = r->stats;
	return publish_state(u);
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

/* Why an attempt is to be made again. */
enum verdict {
	VERDICT_DONE,
	VERDICT_RENUMBERED, /* what looked like another file system has another number only, as files behind it in the walk have shown */
	VERDICT_GUARD,	    /* too much would go */
};

static enum verdict judge(struct update *u, uint32_t n_devices_before)
{
	if (u->suspected && u->lessons->n_devices > n_devices_before)
		return VERDICT_RENUMBERED;
	if (!u->keep_all) /* else told before */
		update_tell_unmounted(u);
	return guard_trips(u) ? VERDICT_GUARD : VERDICT_DONE;
}

static enum fund_status attempt(struct update *u, enum verdict *verdict)
{
	uint32_t n_devices = u->lessons->n_devices;
	enum fund_status st = begin_manifest(u);
	*verdict = VERDICT_DONE;
	buf_reset(&u->lessons->vanished);
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
	*verdict = judge(u, n_devices);
	if (*verdict == VERDICT_DONE)
		update_tell_removals(u);
	stamp(u);
	if (*verdict != VERDICT_DONE || u->options->dry_run)
		return FUND_OK;
	return u->changed || u->n_racy > RACY_TO_WRITE ? publish(u) : FUND_OK;
}

static void say_guard(struct update *u)
{
	progress_clear(u->progress);
	message("fundstelle-index", "%llu of %llu articles would be removed: they are kept; --allow-removals removes them",
		(unsigned long long)(u->removed_guarded - lessons_renamed(u->lessons)), (unsigned long long)u->n_live);
}

/* At most three: as the archive stands; with file systems known again; with what must not go kept. */
static enum fund_status attempts(const struct update_options *o, struct progress *progress, struct reader_nursery *nursery, struct index_writer *index,
				 struct snapshot *old, const struct index_settings *ours, struct update_result *result, struct fault *why)
{
	struct lessons lessons = LESSONS_INIT;
	enum verdict verdict = VERDICT_DONE;
	enum fund_status st;
	uint64_t start = update_seconds();
	bool silent = false, keep_all = false;
	time_t started = time(NULL);
	do {
		*result = (struct update_result){ .refused = keep_all };
		struct update u = { .options = o, .result = result, .progress = progress, .why = why, .nursery = nursery, .index = index, .old = old, .ours = ours,
				    .confinement = -1, .lessons = &lessons,
				    .keep_all = keep_all, .silent = silent, .deadline = o->max_seconds ? start + o->max_seconds : 0, .started = started };
		st = attempt(&u, &verdict);
		if (st == FUND_OK && verdict == VERDICT_GUARD)
			say_guard(&u);
		keep_all |= verdict == VERDICT_GUARD;
		silent = true;
		end(&u);
	} while (st == FUND_OK && verdict != VERDICT_DONE);
	lessons_release(&lessons);
	return st;
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

static enum fund_status dry_run(const struct update_options *o, struct progress *progress, struct reader_nursery *nursery, const struct index_settings *ours,
				struct update_result *result, struct fault *why)
{
	struct snapshot *old;
	enum fund_status st = snapshot_open(&old, o->dir, why);
	if (st == FUND_NOT_FOUND || (st == FUND_OLDER && o->rebuild)) { /* no index yet: all would be added */
		*why = (struct fault){ 0 };
		old = NULL;
		st = FUND_OK;
	}
	if (st == FUND_OK && old)
		st = check_analysis(o, old, ours->analysis_hash, why);
	if (st == FUND_OK)
		st = attempts(o, progress, nursery, NULL, old, ours, result, why);
	snapshot_close(old);
	return st;
}

/* What was done is published: a merge that fails, or is stopped, waits for another night. Only an index that cannot be read any more is trouble. */
static enum fund_status tidy(struct index_writer *w, struct update_result *result, struct fault *why)
{
	enum fund_status st = merge_if_due(w, why);
	if (st == FUND_OK || st == FUND_CORRUPT)
		return st;
	if (st != FUND_INTERRUPTED) {
		message("fundstelle-index", "%s; the run itself is complete", why->text);
		result->not_merged = true;
	}
	*why = (struct fault){ 0 };
	return FUND_OK;
}

static enum fund_status write_run(const struct update_options *o, struct progress *progress, struct reader_nursery *nursery, const struct index_settings *ours,
				  struct update_result *result, struct fault *why)
{
	struct index_writer *w;
	enum fund_status st = index_writer_open(&w, o->dir, ours, o->wait_seconds, why);
	if (st != FUND_OK)
		return st;
	st = check_analysis(o, index_writer_snapshot(w), ours->analysis_hash, why);
	if (st == FUND_OK)
		st = attempts(o, progress, nursery, w, index_writer_snapshot(w), ours, result, why);
	if (st == FUND_OK)
		st = tidy(w, result, why);
	index_writer_close(w);
	return st;
}

/* Of an index that this program cannot read nothing is taken over; so it stays where the archive gives nothing, a disk that is not mounted say. */
static enum fund_status check_replacement(const struct update_options *o, const struct update_result *result, struct fault *why)
{
	if (result->stats.added || o->allow_empty)
		return FUND_OK;
	return fault_set(why, FUND_INVALID, "%s: no article was found, and the index would be replaced by an empty one: it is kept; --allow-empty replaces it", o->dir);
}

/* An index of an older format is built anew beside it. There is no stopping on the way: what is not read would be lost. */
static enum fund_status replace(const struct update_options *o, struct progress *progress, struct reader_nursery *nursery, const struct index_settings *ours,
				struct update_result *result, struct fault *why)
{
	struct index_replacement r;
	struct update_options beside = *o;
	enum fund_status st = index_replacement_begin(&r, o->dir, o->wait_seconds, why);
	if (st == FUND_OK) {
		beside.dir = index_replacement_dir(&r);
		beside.older = o->dir;
		beside.max_seconds = 0;
		st = write_run(&beside, progress, nursery, ours, result, why);
	}
	if (st == FUND_OK)
		st = check_replacement(o, result, why);
	if (st == FUND_OK)
		st = index_replacement_publish(&r, why);
	index_replacement_end(&r);
	return st;
}

static enum fund_status write_or_replace(const struct update_options *o, struct progress *progress, struct reader_nursery *nursery,
					 const struct index_settings *ours, struct update_result *result, struct fault *why)
{
	enum fund_status st = write_run(o, progress, nursery, ours, result, why);
	return st == FUND_OLDER && o->rebuild ? replace(o, progress, nursery, ours, result, why) : st;
}

/* The nursery comes first: it is to have nothing of the index. */
enum fund_status update_run(const struct update_options *o, struct progress *progress, struct update_result *result, struct fault *why)
{
	struct index_settings ours;
	struct reader_nursery *nursery = NULL;
	enum fund_status st = reader_nursery_start(&nursery, NULL, isolated_reader_child, why);
	if (st == FUND_OK)
		st = our_settings(&ours, why);
	if (st == FUND_OK) {
		progress_count(progress, o->paths, o->n_paths, o->dir);
		st = (o->dry_run ? dry_run : write_or_replace)(o, progress, nursery, &ours, result, why);
		progress_end(progress);
	}
	reader_nursery_stop(nursery);
	return st;
}
