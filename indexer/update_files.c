/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update_files.c - what becomes of each file: kept as it is, or read by a worker; and what the workers found, taken up in the files' order. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/print.h"
#include "indexer/article_key.h"
#include "indexer/interrupt.h"
#include "indexer/report.h"
#include "indexer/update_private.h"

#define BATCH_BYTES ((uint64_t)512 << 10) /* of files that are read, a batch */
#define BATCH_ENTRIES 512u
#define RANGE_BYTES ((uint64_t)1 << 20)	  /* of a file that can be cut */
#define RANGES_MAX 4096u
#define RACY_NS 2000000000 /* a file modified less than this before it was looked at may change unseen */
#define RACY_BYTES ((uint64_t)16 << 20) /* so much is read again in each run rather than written of */

enum fund_status update_no_memory(struct update *u) { return fault_set(u->why, FUND_NO_MEMORY, "out of memory"); }

uint64_t update_seconds(void) { return clock_ns() / 1000000000; }

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

enum fund_status update_add_dead(struct update *u, const struct doc_place *places, uint32_t n)
{
	if (u->n_dead + n > u->cap_dead) {
		size_t cap = u->n_dead + n > 2 * u->cap_dead ? u->n_dead + n + 64 : 2 * u->cap_dead;
		struct doc_place *grown = realloc(u->dead, cap * sizeof *grown);
		if (!grown)
			return update_no_memory(u);
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
	for (const struct note *n = e->notes; n && !again && !u->silent; n = n->next) {
		if (n->minor && !u->options->verbose)
			continue;
		progress_clear(u->progress);
		report_trouble(e->source.path, n->member, n->line, n->text);
	}
}

/* Nothing is cut in silence. */
static void tell_cut(struct update *u, const struct entry *e)
{
	struct fault text = { 0 };
	if (!e->n_cut || u->silent)
		return;
	progress_clear(u->progress);
	fault_set(&text, FUND_LIMIT, "articles whose ids are longer than %u bytes: %u; their keys end in a hash", KEY_TAIL_MAX, e->n_cut);
	report_trouble(e->source.path, (struct slice){ NULL, 0 }, 0, slice_str(text.text));
}

static void tell_read(struct update *u, const struct entry *e)
{
	char text[160];
	if (!u->options->verbose || e->skipped || u->silent)
		return;
	progress_clear(u->progress);
	if (e->same)
		snprintf(text, sizeof text, "touched, not changed");
	else
		snprintf(text, sizeof text, "%s%s%s, %u articles: %u added, %u changed, %u unchanged, %u removed", e->format ? e->format : "nothing",
			 e->encoding ? ", " : "", e->encoding ? e->encoding : "", e->n_articles, e->added, e->changed, e->unchanged, e->n_gone);
	report_line(e->source.path, text);
}

enum fund_status update_note_removal(struct update *u, struct slice path, enum removal kind)
{
	if (kind == REMOVAL_DONE ? !u->options->verbose : u->options->quiet)
		return FUND_OK;
	enum fund_status st = buf_add_byte(&u->removals, (uint8_t)kind);
	if (st == FUND_OK)
		st = buf_add_slice(&u->removals, path);
	if (st == FUND_OK)
		st = buf_add_byte(&u->removals, 0);
	return st == FUND_OK ? st : update_no_memory(u);
}

void update_tell_removals(struct update *u)
{
	static const char *const texts[] = {
		[REMOVAL_TO_COME] = "would be removed", [REMOVAL_OF_ARTICLES] = "articles would be removed", [REMOVAL_DONE] = "removed",
	};
	if (u->removals.len)
		progress_clear(u->progress);
	for (size_t at = 0; at < u->removals.len;) {
		struct slice path = slice_str((const char *)u->removals.data + at + 1);
		report_line(path, texts[u->removals.data[at]]);
		at += path.len + 2;
	}
}

static enum fund_status tell_dry(struct update *u, const struct entry *e)
{
	if (!u->options->dry_run || e->same || u->options->quiet)
		return FUND_OK;
	if (e->added && !u->silent)
		report_line(e->source.path, "would be added");
	if (e->changed && !u->silent)
		report_line(e->source.path, "would be changed");
	return e->n_gone && !u->keep_all ? update_note_removal(u, e->source.path, REMOVAL_OF_ARTICLES) : FUND_OK;
}

/* The file was found unchanged: to forget that it was racy would be all that its block of the list is written for. As long as they are few, such files are
 * rather looked at again in the next run. */
static void leave_racy(struct update *u, struct source *s)
{
	u->n_racy++;
	u->racy_bytes += s->size;
	s->settled = u->n_racy <= RACY_TO_WRITE && u->racy_bytes <= RACY_BYTES;
	if (s->settled)
		s->flags |= SOURCE_RACY;
}

/* What a whole file came to: counts, its place in the list. */
static enum fund_status settle_file(struct update *u, struct entry *e)
{
	struct run_stats *r = &u->result->stats;
	struct source *s = &e->source;
	if (e->same) {
		if (e->old.flags & SOURCE_RACY && !(s->flags & SOURCE_RACY))
			leave_racy(u, s);
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
	if (!e->known && lessons_add_fresh(u->lessons, s->hash) != FUND_OK)
		return update_no_memory(u);
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
		enum fund_status st = update_add_dead(u, e->gone, e->n_gone);
		if (st != FUND_OK)
			return st;
		r->removed += e->n_gone;
		u->removed_guarded += e->n_gone;
	}
	if (e->failed) {
		r->failed++;
		u->result->newly_failed = true;
	}
	tell_cut(u, e);
	tell_read(u, e);
	enum fund_status st = tell_dry(u, e);
	return st == FUND_OK ? list_source(u, s) : st;
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
		u->whole.n_cut += e->n_cut;
		if (e->failed && !u->whole.failed) {
			u->whole.failed = true;
			u->whole.source.reason = e->source.reason;
		}
		u->whole.source.path = e->source.path; /* this batch's copy lives */
		u->whole.source.hash = e->source.hash;
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
		st = update_add_dead(u, e->replaced, e->n_replaced);
	if (st != FUND_OK || !e->last)
		return st;
	return settle_file(u, whole ? e : &u->whole);
}

/* A file that is read in ranges counts once, its bytes as they come. */
static void count_progress(struct progress *p, const struct batch *b)
{
	for (uint32_t i = 0; i < b->n_entries; i++) {
		const struct entry *e = &b->entries[i];
		bool part = e->action == ENTRY_READ && e->range.len != UINT64_MAX;
		p->files += !part || e->last;
		p->bytes += part ? e->range.len : e->source.size;
	}
	progress_step(p);
}

enum fund_status update_take_batch(void *context, struct batch *b)
{
	struct update *u = context;
	uint32_t at = 0;
	if (b->status != FUND_OK)
		return b->fault.text[0] ? fault_set(u->why, b->status, "%s", b->fault.text) : fault_set(u->why, b->status, "%s", fund_status_name(b->status));
	count_progress(u->progress, b);
	/* a file's reason may be kept from one batch to the next: in its last range's batch, or here */
	for (uint32_t i = 0; i < b->n_entries; i++) {
		struct entry *e = &b->entries[i];
		if (!e->first && u->whole.failed && u->whole.source.reason.len) {
			u->whole.source.reason = arena_slice(&b->arena, u->whole.source.reason);
			if (!u->whole.source.reason.data)
				return update_no_memory(u);
		}
		enum fund_status st = take_entry(u, b, e, &at);
		if (st != FUND_OK)
			return st;
	}
	return u->index ? build_add_texts(&u->build, b) : FUND_OK;
}

/* ---- handing out work ---- */

enum fund_status update_submit(struct update *u)
{
	struct batch *b = u->batch;
	u->batch = NULL;
	if (!b)
		return FUND_OK;
	return pipeline_submit(u->pipeline, b);
}

static enum fund_status new_entry(struct update *u, enum entry_action action, const struct source *s, struct entry **out)
{
	if (interrupted())
		return fault_set(u->why, FUND_INTERRUPTED, "stopped by a signal: nothing was changed");
	if (!u->batch)
		u->batch = pipeline_batch(u->pipeline);
	*out = u->batch ? batch_add(u->batch) : NULL;
	if (!*out)
		return update_no_memory(u);
	(*out)->action = action;
	(*out)->source = *s;
	(*out)->source.path = arena_slice(&u->batch->arena, s->path);
	if (s->reason.len)
		(*out)->source.reason = arena_slice(&u->batch->arena, s->reason);
	if (!(*out)->source.path.data || (s->reason.len && !(*out)->source.reason.data))
		return update_no_memory(u);
	u->batch->work |= action != ENTRY_KEEP;
	return FUND_OK;
}

static enum fund_status batch_filled(struct update *u, uint64_t bytes)
{
	u->batch->bytes += bytes;
	return u->batch->bytes >= BATCH_BYTES || u->batch->n_entries >= BATCH_ENTRIES ? update_submit(u) : FUND_OK;
}

/* The file stays as it is listed. */
enum fund_status update_keep_file(struct update *u, const struct source *old)
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

/* Looked at again as soon as that is possible: no time or hash is what it was. */
enum fund_status update_fail_entry(struct update *u, uint32_t root, struct slice path, const struct source *old, const char *reason)
{
	struct source s = old ? *old : (struct source){ .root = root, .path = path };
	bool known = old && old->flags & SOURCE_FAILED;
	struct entry *e;
	s.flags = SOURCE_FAILED;
	s.mtime_ns = s.ctime_ns = 0;
	s.hash = 0;
	s.reason = slice_str(reason);
	enum fund_status st = new_entry(u, u->options->rebuild && old && old->n_articles ? ENTRY_COPY : ENTRY_KEEP, &s, &e);
	if (st != FUND_OK)
		return st;
	if (e->action == ENTRY_COPY) {
		e->known = true;
		e->old = *old;
		e->old.path = e->source.path;
		e->old.reason = e->source.reason;
		e->failed = true;
	}
	u->changed |= !known;
	u->result->newly_failed |= !known;
	if (!known && !u->silent) {
		progress_clear(u->progress);
		report_trouble(path, (struct slice){ NULL, 0 }, 0, slice_str(reason));
	}
	return batch_filled(u, 0);
}

struct source update_source_of(uint32_t root, const struct walk_entry *w)
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
				return update_no_memory(u);
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
	enum fund_status st = ranges ? file_ranges(fd, s->path, s->size, RANGE_BYTES, ranges, RANGES_MAX, &n, &why) : update_no_memory(u);
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
	if (!u->deadline || update_seconds() < u->deadline)
		return false;
	u->result->postponed++;
	return true;
}

enum fund_status update_new_file(struct update *u, struct walk *walk, const struct source *s)
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
enum fund_status update_look_at(struct update *u, struct walk *walk, const struct source *now, const struct source *old)
{
	bool stat_same = now->size == old->size && now->mtime_ns == old->mtime_ns;
	bool all_same = stat_same && now->inode == old->inode && now->ctime_ns == old->ctime_ns && !(old->flags & SOURCE_RACY);
	bool retry = u->options->retry_failed && old->flags & SOURCE_FAILED;
	if (all_same && now->device != old->device)
		lessons_add_device(u->lessons, old->device, now->device);
	if (!u->options->rebuild && all_same && !retry) {
		struct source kept = *old;
		kept.device = now->device;
		u->changed |= kept.device != old->device;
		return update_keep_file(u, &kept);
	}
	if (out_of_time(u))
		return update_keep_file(u, old);
	bool compare = !u->options->rebuild && !retry && now->size == old->size;
	return read_whole(u, walk, now, old, compare);
}
