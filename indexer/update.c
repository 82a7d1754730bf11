/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update.c - the join. For each root in the order of their numbers, the walk and the old list go side by side:
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
#include <time.h>
#include <unistd.h>

#include "base/print.h"
#include "indexer/build.h"
#include "indexer/interrupt.h"
#include "indexer/merge.h"
#include "indexer/pipeline.h"
#include "indexer/report.h"
#include "indexer/walk.h"

#define BATCH_BYTES ((uint64_t)512 << 10) /* of files that are read, a batch */
#define BATCH_ENTRIES 512u
#define RANGE_BYTES ((uint64_t)1 << 20)	  /* of a file that can be cut */
#define RANGES_MAX 4096u
#define RACY_NS 2000000000 /* a file modified less than this before it was looked at may change unseen */
#define RACY_TO_WRITE 1000 /* so many racy files are a reason to write a state of their own */
#define GUARD_MIN 100	   /* removals of up to so many articles need no permission */

struct named_root {
	struct buf path; /* absolute */
	uint32_t number;
	struct walk *walk; /* NULL: missing */
};

struct update {
	const struct update_options *options;
	struct update_result *result;
	struct progress *progress;
	struct fault *why;
	struct index_writer *index; /* NULL: --dry-run */
	struct snapshot *old;	    /* NULL: nothing indexed yet */
	const struct index_settings *ours;
	struct manifest next;
	struct named_root *roots;
	uint32_t n_roots;
	struct worker *workers;
	uint32_t n_workers;
	struct pipeline *pipeline;
	struct build build;
	struct sources_update *sources;
	struct batch *batch; /* being filled */
	bool keep_all;	     /* the second attempt: nothing is removed */
	/* files of many ranges, while they are taken up */
	struct key_maker keys;
	uint64_t ordinals;
	struct entry whole; /* what its ranges add up to */
	/* results */
	struct doc_place *dead;
	size_t n_dead, cap_dead;
	uint64_t removed_guarded, n_live;
	bool changed;	 /* there is something to publish */
	uint64_t n_racy; /* flags that could be cleared */
	struct old_docs gone;
	struct buf unreadable; /* path of the last folder that could not be read, with '/' */
	uint64_t deadline;
	time_t started;
};

static enum fund_status no_memory(struct update *u) { return fault_set(u->why, FUND_NO_MEMORY, "out of memory"); }

static uint64_t seconds_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec;
}

static int64_t real_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- taking up results, in order ---- */

static enum fund_status list_source(struct update *u, const struct source *s)
{
	if (!u->sources)
		return FUND_OK;
	enum fund_status st = sources_update_add(u->sources, s);
	return st == FUND_OK ? st : fault_set(u->why, st, "the list of files cannot be written: %s", fund_status_name(st));
}

static enum fund_status add_dead(struct update *u, const struct doc_place *places, uint32_t n)
{
	if (u->n_dead + n > u->cap_dead) {
		size_t cap = u->n_dead + n > 2 * u->cap_dead ? u->n_dead + n + 64 : 2 * u->cap_dead;
		struct doc_place *grown = realloc(u->dead, cap * sizeof *grown);
		if (!grown)
			return no_memory(u);
		u->dead = grown;
		u->cap_dead = cap;
	}
	if (n)
		memcpy(u->dead + u->n_dead, places, n * sizeof *places);
	u->n_dead += n;
	u->changed |= n > 0;
	return FUND_OK;
}

static void tell(struct update *u, const struct entry *e)
{
	bool again = e->known && e->old.flags & SOURCE_FAILED && e->same;
	for (const struct note *n = e->notes; n && !again; n = n->next) {
		if (e->skipped && !u->options->verbose)
			continue;
		progress_clear(u->progress);
		report_trouble(e->source.path, n->line, n->text);
	}
}

static void tell_read(struct update *u, const struct entry *e)
{
	char text[160];
	if (!u->options->verbose || e->skipped)
		return;
	progress_clear(u->progress);
	if (e->same)
		snprintf(text, sizeof text, "touched, not changed");
	else
		snprintf(text, sizeof text, "%s%s%s, %u articles: %u added, %u changed, %u unchanged, %u removed", e->format ? e->format : "nothing",
			 e->encoding ? ", " : "", e->encoding ? e->encoding : "", e->n_articles, e->added, e->changed, e->unchanged, e->n_gone);
	report_line(e->source.path, text);
}

static void tell_dry(struct update *u, const struct entry *e)
{
	if (!u->options->dry_run || e->same || u->options->quiet)
		return;
	if (e->added)
		report_line(e->source.path, "would be added");
	if (e->changed)
		report_line(e->source.path, "would be changed");
	if (e->n_gone)
		report_line(e->source.path, "articles would be removed");
}

/* What a whole file came to: counts, its place in the list. */
static enum fund_status settle_file(struct update *u, struct entry *e)
{
	struct run_stats *r = &u->result->stats;
	struct source *s = &e->source;
	if (e->same) {
		bool racy_gone = e->old.flags & SOURCE_RACY && !(s->flags & SOURCE_RACY);
		u->n_racy += racy_gone;
		u->changed |= e->old.mtime_ns != s->mtime_ns || e->old.ctime_ns != s->ctime_ns || e->old.inode != s->inode || e->old.size != s->size;
		s->flags |= e->old.flags & (SOURCE_FAILED | SOURCE_SKIPPED);
		s->n_articles = e->old.n_articles;
		s->reason = e->old.reason;
		r->unchanged += s->n_articles;
		r->failed += e->old.flags & SOURCE_FAILED ? 1 : 0;
		tell_read(u, e);
		return list_source(u, s);
	}
	u->changed = true;
	s->flags |= (e->failed ? SOURCE_FAILED : 0u) | (e->skipped ? SOURCE_SKIPPED : 0u);
	s->n_articles = e->n_articles;
	r->added += e->added;
	r->changed += e->changed;
	r->unchanged += e->unchanged;
	if (e->n_gone && u->keep_all) { /* kept; read again next time, when they may go */
		s->n_articles += e->n_gone;
		s->mtime_ns = 0;
		s->hash = 0;
		r->unchanged += e->n_gone;
	} else if (e->n_gone) {
		enum fund_status st = add_dead(u, e->gone, e->n_gone);
		if (st != FUND_OK)
			return st;
		r->removed += e->n_gone;
		u->removed_guarded += e->n_gone;
	}
	if (e->failed) {
		r->failed++;
		u->result->newly_failed = true;
	}
	tell_read(u, e);
	tell_dry(u, e);
	return list_source(u, s);
}

/* Ranges of one file are added up; the last settles it. */
static enum fund_status settle_range(struct update *u, struct entry *e)
{
	if (e->first) {
		u->whole = *e;
		u->ordinals = 0;
		key_maker_begin(&u->keys);
	} else {
		u->whole.n_articles += e->n_articles;
		u->whole.added += e->added;
		if (e->failed && !u->whole.failed) {
			u->whole.failed = true;
			u->whole.source.reason = e->source.reason;
		}
		u->whole.source.path = e->source.path; /* this batch's copy lives */
	}
	return FUND_OK;
}

static enum fund_status take_docs(struct update *u, struct batch *b, struct entry *e, uint32_t *at)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < e->n_docs && st == FUND_OK && u->index; i++)
		st = build_add_doc(&u->build, b, e, &b->docs[(*at)++], &u->keys, u->ordinals);
	u->ordinals += e->n_records;
	return st;
}

static enum fund_status take_entry(struct update *u, struct batch *b, struct entry *e, uint32_t *at)
{
	enum fund_status st = FUND_OK;
	bool whole = e->first && e->last;
	tell(u, e);
	if (e->action == ENTRY_KEEP) {
		u->result->stats.unchanged += e->source.n_articles;
		u->result->stats.failed += e->source.flags & SOURCE_FAILED ? 1 : 0;
		return list_source(u, &e->source);
	}
	if (!whole)
		st = settle_range(u, e);
	if (st == FUND_OK)
		st = take_docs(u, b, e, at);
	if (st == FUND_OK && !u->options->rebuild)
		st = add_dead(u, e->replaced, e->n_replaced);
	if (st != FUND_OK || !e->last)
		return st;
	return settle_file(u, whole ? e : &u->whole);
}

static enum fund_status take_batch(void *context, struct batch *b)
{
	struct update *u = context;
	uint32_t at = 0;
	if (b->status != FUND_OK)
		return b->fault.text[0] ? fault_set(u->why, b->status, "%s", b->fault.text) : fault_set(u->why, b->status, "%s", fund_status_name(b->status));
	u->progress->files += b->n_entries;
	u->progress->bytes += b->bytes;
	progress_step(u->progress);
	/* a file's reason may be kept from one batch to the next: in its last range's batch, or here */
	for (uint32_t i = 0; i < b->n_entries; i++) {
		struct entry *e = &b->entries[i];
		if (!e->first && u->whole.failed && u->whole.source.reason.len) {
			u->whole.source.reason = arena_slice(&b->arena, u->whole.source.reason);
			if (!u->whole.source.reason.data)
				return no_memory(u);
		}
		enum fund_status st = take_entry(u, b, e, &at);
		if (st != FUND_OK)
			return st;
	}
	return u->index ? build_add_texts(&u->build, b) : FUND_OK;
}

/* ---- handing out work ---- */

static enum fund_status submit(struct update *u)
{
	struct batch *b = u->batch;
	u->batch = NULL;
	if (!b)
		return FUND_OK;
	enum fund_status st = pipeline_submit(u->pipeline, b);
	if (st == FUND_OK && u->index && build_is_full(&u->build)) {
		st = pipeline_drain(u->pipeline);
		if (st == FUND_OK && build_is_full(&u->build))
			st = build_spill(&u->build);
	}
	return st;
}

static enum fund_status new_entry(struct update *u, enum entry_action action, const struct source *s, struct entry **out)
{
	if (interrupted())
		return fault_set(u->why, FUND_INTERRUPTED, "stopped by a signal: nothing was changed");
	if (!u->batch)
		u->batch = pipeline_batch(u->pipeline);
	*out = u->batch ? batch_add(u->batch) : NULL;
	if (!*out)
		return no_memory(u);
	(*out)->action = action;
	(*out)->source = *s;
	(*out)->source.path = arena_slice(&u->batch->arena, s->path);
	if (s->reason.len)
		(*out)->source.reason = arena_slice(&u->batch->arena, s->reason);
	if (!(*out)->source.path.data || (s->reason.len && !(*out)->source.reason.data))
		return no_memory(u);
	u->batch->work |= action != ENTRY_KEEP;
	return FUND_OK;
}

static enum fund_status batch_filled(struct update *u, uint64_t bytes)
{
	u->batch->bytes += bytes;
	return u->batch->bytes >= BATCH_BYTES || u->batch->n_entries >= BATCH_ENTRIES ? submit(u) : FUND_OK;
}

/* The file stays as it is listed. */
static enum fund_status keep(struct update *u, const struct source *old)
{
	struct entry *e;
	enum fund_status st = new_entry(u, u->options->rebuild ? ENTRY_COPY : ENTRY_KEEP, old, &e);
	if (st != FUND_OK)
		return st;
	e->known = u->options->rebuild;
	e->old = *old;
	e->old.path = e->source.path;
	e->old.reason = e->source.reason;
	if (u->options->rebuild)
		e->source.flags = old->flags & SOURCE_RACY; /* settled anew */
	return batch_filled(u, 0);
}

static struct source source_of(uint32_t root, const struct walk_entry *w)
{
	struct source s = { .root = root, .path = w->path, .size = w->size, .inode = w->inode, .device = w->device,
			    .mtime_ns = w->mtime_ns, .ctime_ns = w->ctime_ns };
	if (real_ns() - w->mtime_ns < RACY_NS)
		s.flags |= SOURCE_RACY;
	return s;
}

static enum fund_status read_whole(struct update *u, struct walk *walk, const struct source *s, const struct source *old, bool compare)
{
	struct entry *e;
	enum fund_status st = new_entry(u, ENTRY_READ, s, &e);
	if (st != FUND_OK)
		return st;
	e->walk = walk;
	e->compare = compare;
	if (old) {
		e->known = true;
		e->old = *old;
		e->old.path = e->source.path;
		e->old.reason = (struct slice){ NULL, 0 };
		if (old->reason.len) {
			e->old.reason = arena_slice(&u->batch->arena, old->reason);
			if (!e->old.reason.data)
				return no_memory(u);
		}
	}
	return batch_filled(u, s->size);
}

/* A big new file whose records can be read side by side; *cut false: it cannot. */
static enum fund_status read_ranges(struct update *u, struct walk *walk, const struct source *s, bool *cut)
{
	struct fault why = { 0 };
	struct file_range *ranges;
	uint32_t n = 1;
	int fd;
	*cut = false;
	if (walk_open_path(walk, s->path, &fd, &why) != FUND_OK)
		return FUND_OK; /* the worker meets the same, and tells */
	ranges = malloc(RANGES_MAX * sizeof *ranges);
	enum fund_status st = ranges ? file_ranges(fd, s->path, s->size, RANGE_BYTES, ranges, RANGES_MAX, &n, &why) : no_memory(u);
	close(fd);
	*cut = st == FUND_OK && n > 1;
	for (uint32_t i = 0; i < n && *cut && st == FUND_OK; i++) {
		struct entry *e;
		st = new_entry(u, ENTRY_READ, s, &e);
		if (st != FUND_OK)
			break;
		e->walk = walk;
		e->range = ranges[i];
		e->first = i == 0;
		e->last = i == n - 1;
		st = batch_filled(u, ranges[i].len);
	}
	free(ranges);
	return st == FUND_NO_MEMORY || *cut ? st : FUND_OK;
}

static bool out_of_time(struct update *u)
{
	if (!u->deadline || seconds_now() < u->deadline)
		return false;
	u->result->postponed++;
	return true;
}

static enum fund_status read_new(struct update *u, struct walk *walk, const struct source *s)
{
	bool cut = false;
	enum fund_status st = FUND_OK;
	if (out_of_time(u))
		return FUND_OK;
	if (s->size > 2 * RANGE_BYTES)
		st = read_ranges(u, walk, s, &cut);
	return st == FUND_OK && !cut ? read_whole(u, walk, s, NULL, false) : st;
}

/* A file that both have. */
static enum fund_status look_at(struct update *u, struct walk *walk, const struct source *now, const struct source *old)
{
	bool stat_same = now->size == old->size && now->mtime_ns == old->mtime_ns;
	bool all_same = stat_same && now->inode == old->inode && now->ctime_ns == old->ctime_ns && !(old->flags & SOURCE_RACY);
	bool retry = u->options->retry_failed && old->flags & SOURCE_FAILED;
	if (!u->options->rebuild && all_same && !retry)
		return keep(u, old);
	if (out_of_time(u))
		return keep(u, old);
	bool compare = !u->options->rebuild && !retry && now->size == old->size && old->hash != 0;
	return read_whole(u, walk, now, old, compare);
}

/* ---- files that are no longer there ---- */

static enum fund_status folder_failed(struct update *u, struct slice path, const char *reason)
{
	progress_clear(u->progress);
	report_trouble(path, 0, slice_str(reason));
	u->result->stats.failed++;
	u->result->newly_failed = true;
	return FUND_OK;
}

static bool is_below(struct slice path, const struct buf *folder)
{
	return folder->len && path.len > folder->len && memcmp(path.data, folder->data, folder->len) == 0;
}

/* The folder of a path, with its '/'; "" for the root. */
static struct slice folder_of(struct slice path)
{
	size_t n = path.len;
	while (n && path.data[n - 1] != '/')
		n--;
	return slice_of(path.data, n);
}

static enum fund_status remember_folder(struct update *u, struct slice folder)
{
	buf_reset(&u->unreadable);
	return buf_add_slice(&u->unreadable, folder) == FUND_OK ? FUND_OK : no_memory(u);
}

static enum fund_status remove_file(struct update *u, const struct source *s)
{
	enum fund_status st = old_docs_load(&u->gone, u->old, s->root, s->path);
	if (st != FUND_OK)
		return fault_set(u->why, st, "the index cannot be read: run fundstelle-index --verify");
	for (uint32_t i = 0; i < u->gone.n && st == FUND_OK; i++)
		st = add_dead(u, &u->gone.docs[i].place, 1);
	u->result->stats.removed += u->gone.n;
	u->changed = true;
	if (u->options->dry_run && !u->options->quiet)
		report_line(s->path, "would be removed");
	else if (u->options->verbose)
		report_line(s->path, "removed");
	return st;
}

static enum fund_status vanished(struct update *u, const struct named_root *root, const struct source *s)
{
	uint64_t device;
	if (is_below(s->path, &u->unreadable))
		return keep(u, s);
	if (root->walk && walk_directory_device(root->walk, s->path, &device) == FUND_OK && device != s->device) {
		folder_failed(u, folder_of(s->path), "is on another file system than its files were (an unmounted disk?): its articles are kept");
		enum fund_status st = remember_folder(u, folder_of(s->path));
		return st == FUND_OK ? keep(u, s) : st;
	}
	if (u->keep_all)
		return keep(u, s);
	uint64_t before = u->result->stats.removed;
	enum fund_status st = remove_file(u, s);
	u->removed_guarded += u->result->stats.removed - before;
	return st;
}

/* ---- roots ---- */

/* Everything listed under this root stays. */
static enum fund_status keep_root(struct update *u, uint32_t number)
{
	struct sources_iter it = { 0 };
	if (!u->old)
		return FUND_OK;
	enum fund_status st = sources_seek(&it, u->old, number, (struct slice){ NULL, 0 });
	while (st == FUND_OK && (st = sources_next(&it)) == FUND_OK && it.source.root == number)
		st = keep(u, &it.source);
	sources_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

/* --allow-empty: everything listed under this root goes. */
static enum fund_status remove_root(struct update *u, uint32_t number)
{
	struct sources_iter it = { 0 };
	enum fund_status st = sources_seek(&it, u->old, number, (struct slice){ NULL, 0 });
	while (st == FUND_OK && (st = sources_next(&it)) == FUND_OK && it.source.root == number)
		st = remove_file(u, &it.source);
	sources_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status has_articles(struct update *u, uint32_t number, bool *any)
{
	struct sources_iter it = { 0 };
	*any = false;
	if (!u->old)
		return FUND_OK;
	enum fund_status st = sources_seek(&it, u->old, number, (struct slice){ NULL, 0 });
	while (st == FUND_OK && !*any && (st = sources_next(&it)) == FUND_OK && it.source.root == number)
		*any = it.source.n_articles > 0;
	sources_iter_release(&it);
	return st == FUND_END ? FUND_OK : st;
}

static void say_missing(struct update *u, const struct named_root *root)
{
	progress_clear(u->progress);
	message("fundstelle-index", "%.*s: is missing", (int)root->path.len, (const char *)root->path.data);
	u->result->refused = true;
}

/* A root that is missing or holds no file, though it had articles. */
static enum fund_status empty_root(struct update *u, const struct named_root *root, const char *what)
{
	bool any;
	enum fund_status st = has_articles(u, root->number, &any);
	if (st != FUND_OK)
		return st;
	if (any && !u->options->allow_empty) {
		progress_clear(u->progress);
		message("fundstelle-index", "%.*s: is %s, but had articles: they are kept; --allow-empty removes them", (int)root->path.len,
			(const char *)root->path.data, what);
		u->result->refused = true;
		return keep_root(u, root->number);
	}
	if (!root->walk && !u->options->allow_empty)
		say_missing(u, root);
	return any ? remove_root(u, root->number) : keep_root(u, root->number);
}

/* The two sides of the join: what the walk and the list stand on. */
struct join {
	struct walk_entry now;
	struct sources_iter it;
	enum fund_status walk_status, list_status;
	struct fault walk_fault;
};

static void next_now(struct join *j, struct walk *w) { j->walk_status = walk_next(w, &j->now, &j->walk_fault); }

static void next_old(struct join *j, uint32_t number)
{
	j->list_status = sources_next(&j->it);
	if (j->list_status == FUND_OK && j->it.source.root != number)
		j->list_status = FUND_END;
}

static enum fund_status join_step(struct update *u, struct join *j, const struct named_root *root)
{
	enum fund_status st;
	if (j->walk_status == FUND_OK && j->now.kind == WALK_UNREADABLE) {
		folder_failed(u, j->now.path, j->walk_fault.text);
		st = remember_folder(u, j->now.path);
		if (st == FUND_OK && j->now.path.len)
			st = buf_add_byte(&u->unreadable, '/');
		next_now(j, root->walk);
		return st;
	}
	int order = j->walk_status != FUND_OK ? 1 : j->list_status != FUND_OK ? -1 : slice_compare(j->now.path, j->it.source.path);
	if (order > 0) {
		st = vanished(u, root, &j->it.source);
		next_old(j, root->number);
		return st;
	}
	struct source s = source_of(root->number, &j->now);
	st = order < 0 ? read_new(u, root->walk, &s) : look_at(u, root->walk, &s, &j->it.source);
	next_now(j, root->walk);
	if (order == 0)
		next_old(j, root->number);
	return st;
}

static enum fund_status update_root(struct update *u, const struct named_root *root)
{
	struct join j = { .list_status = FUND_END };
	enum fund_status st = FUND_OK;
	if (!root->walk)
		return empty_root(u, root, "missing");
	next_now(&j, root->walk);
	if (j.walk_status == FUND_END)
		return empty_root(u, root, "empty");
	if (u->old) {
		j.list_status = sources_seek(&j.it, u->old, root->number, (struct slice){ NULL, 0 });
		if (j.list_status == FUND_OK)
			next_old(&j, root->number);
	}
	buf_reset(&u->unreadable);
	while (st == FUND_OK && (j.walk_status == FUND_OK || j.list_status == FUND_OK))
		st = join_step(u, &j, root);
	if (st == FUND_OK && j.walk_status != FUND_END)
		st = fault_set(u->why, j.walk_status, "%s", j.walk_fault.text);
	if (st == FUND_OK && j.list_status != FUND_END && j.list_status != FUND_NOT_FOUND)
		st = fault_set(u->why, j.list_status, "the list of files is damaged: run fundstelle-index --verify");
	sources_iter_release(&j.it);
	return st;
}

/* Roots that were not named stay; a rebuild drops them only with permission. */
static enum fund_status other_root(struct update *u, uint32_t number)
{
	return u->options->rebuild && u->options->allow_removals ? remove_root(u, number) : keep_root(u, number);
}

static struct named_root *find_named(struct update *u, uint32_t number)
{
	for (uint32_t i = 0; i < u->n_roots; i++)
		if (u->roots[i].number == number)
			return &u->roots[i];
	return NULL;
}

static enum fund_status all_roots(struct update *u)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < u->next.n_roots && st == FUND_OK; i++) {
		struct named_root *root = find_named(u, u->next.roots[i].number);
		st = root ? update_root(u, root) : other_root(u, u->next.roots[i].number);
	}
	if (st == FUND_OK)
		st = submit(u);
	if (st == FUND_OK)
		st = pipeline_drain(u->pipeline);
	return st;
}

static enum fund_status absolute_path(const char *path, struct buf *out)
{
	char *real = realpath(path, NULL), *cwd = NULL;
	enum fund_status st;
	if (real) {
		st = buf_add_str(out, real);
	} else if (path[0] == '/' || !(cwd = realpath(".", NULL))) {
		st = buf_add_str(out, path);
	} else {
		st = buf_add_format(out, "%s/%s", cwd, path);
		while (out->len > 1 && out->data[out->len - 1] == '/')
			out->len--;
	}
	free(real);
	free(cwd);
	return st;
}

static enum fund_status name_root(struct update *u, const char *path)
{
	struct named_root *root = &u->roots[u->n_roots];
	struct root *listed = NULL;
	*root = (struct named_root){ BUF_INIT, 0, NULL };
	enum fund_status st = absolute_path(path, &root->path);
	if (st != FUND_OK || !buf_str(&root->path))
		return no_memory(u);
	u->n_roots++;
	for (uint32_t i = 0; i + 1 < u->n_roots; i++)
		if (slice_equal(slice_buf(&u->roots[i].path), slice_buf(&root->path))) {
			buf_release(&root->path); /* named twice */
			u->n_roots--;
			return FUND_OK;
		}
	st = walk_open(&root->walk, (const char *)root->path.data, u->why);
	if (st != FUND_OK && st != FUND_NOT_FOUND)
		return st;
	bool missing = st == FUND_NOT_FOUND;
	if (missing)
		*u->why = (struct fault){ 0 };
	for (uint32_t i = 0; i < u->next.n_roots; i++)
		if (slice_equal(slice_buf(&u->next.roots[i].path), slice_buf(&root->path)))
			listed = &u->next.roots[i];
	if (!listed && missing) { /* never seen, and not there: no root of this index */
		say_missing(u, root);
		root->number = UINT32_MAX;
		return FUND_OK;
	}
	if (!listed) {
		st = manifest_add_root(&u->next, slice_buf(&root->path), root->walk ? walk_device(root->walk) : 0, &listed);
		if (st != FUND_OK)
			return no_memory(u);
	}
	root->number = listed->number;
	if (root->walk)
		listed->device = walk_device(root->walk);
	return FUND_OK;
}

/* ---- one attempt ---- */

static enum fund_status begin(struct update *u)
{
	const struct update_options *o = u->options;
	struct worker_settings settings = { .old = u->old, .everything = o->rebuild, .dry = o->dry_run, .born = (uint32_t)u->next.generation + 1,
					    .weights = u->next.weights };
	enum fund_status st = FUND_OK;
	u->workers = calloc(o->jobs, sizeof *u->workers);
	u->roots = calloc(o->n_paths, sizeof *u->roots);
	if (!u->workers || !u->roots)
		return no_memory(u);
	for (uint32_t i = 0; i < o->jobs && st == FUND_OK; i++, u->n_workers++)
		st = worker_init(&u->workers[i], i, &settings);
	if (st == FUND_OK)
		st = pipeline_new(&u->pipeline, u->workers, o->jobs, take_batch, u);
	if (st == FUND_OK && u->index)
		st = sources_update_new(&u->sources, u->index);
	if (st != FUND_OK)
		return no_memory(u);
	build_init(&u->build, u->index, u->workers, o->jobs, (size_t)o->memory, o->dir, u->why);
	for (uint32_t i = 0; i < o->n_paths && st == FUND_OK; i++)
		st = name_root(u, o->paths[i]);
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
		return no_memory(u);
	for (uint32_t i = 0; i < u->next.n_segments; i++)
		u->n_live += u->next.segments[i].n_docs - u->next.segments[i].n_dead;
	uint32_t n_roots = u->next.n_roots;
	st = begin(u);
	u->changed |= u->next.n_roots != n_roots || u->options->rebuild;
	if (st == FUND_OK)
		st = all_roots(u);
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
	uint64_t start = seconds_now();
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
