/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update_private.h - what the three parts of the update share: one attempt at it. See update.c. */
#ifndef INDEXER_UPDATE_PRIVATE_H
#define INDEXER_UPDATE_PRIVATE_H

#include <time.h>

#include "indexer/build.h"
#include "indexer/lessons.h"
#include "indexer/pipeline.h"
#include "indexer/update.h"
#include "indexer/walk.h"

struct named_root {
	struct buf path; /* absolute */
	uint32_t number;
	struct walk *walk; /* NULL: missing, or */
	bool unreadable;
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
	struct reader_nursery *nursery;
	int confinement; /* of the workers' threads: confine.h */
	struct worker *workers;
	uint32_t n_workers;
	struct pipeline *pipeline;
	struct build build;
	struct sources_update *sources;
	struct batch *batch; /* being filled */
	bool keep_all;	     /* the guard tripped: nothing is removed but what was renamed */
	bool silent;	     /* another attempt has told it all */
	struct lessons *lessons; /* of all attempts */
	/* files of many ranges, while they are taken up */
	struct key_maker keys;
	uint64_t ordinals;
	struct entry whole; /* what its ranges add up to */
	/* results */
	struct doc_place *dead;
	size_t n_dead, cap_dead;
	uint64_t removed_guarded, n_live;
	bool changed;	 /* there is something to publish */
	uint64_t n_racy, racy_bytes; /* flags that could be cleared, and what it takes to look at their files again */
	struct old_docs gone;
	struct buf unreadable; /* path of the last folder that could not be read, with '/' */
	struct buf removals;   /* to be told at the end: kind, path, NUL behind each */
	struct buf unmounted;  /* folders that became another file system, NUL behind each */
	bool suspected;	       /* there are some, or their file system has another number */
	uint64_t deadline;
	time_t started;
};

#define RACY_TO_WRITE 1000 /* so many racy files are a reason to write a state of their own */

/* ---- update_files.c: what becomes of each file, work handed out, results taken up in order ---- */
enum fund_status update_no_memory(struct update *u);
uint64_t update_seconds(void); /* of a clock that only runs forwards */
struct source update_source_of(uint32_t root, const struct walk_entry *w);
enum fund_status update_keep_file(struct update *u, const struct source *old);
/* A folder (its path with '/') or file that cannot be looked at: remembered as failed, and kept. `old`: what the list has, or NULL. */
enum fund_status update_fail_entry(struct update *u, uint32_t root, struct slice path, const struct source *old, const char *reason);
enum fund_status update_new_file(struct update *u, struct walk *walk, const struct source *s);
/* A file that is in both lists: kept, or read again. */
enum fund_status update_look_at(struct update *u, struct walk *walk, const struct source *now, const struct source *old);
enum fund_status update_add_dead(struct update *u, const struct doc_place *places, uint32_t n);
enum removal { REMOVAL_TO_COME, REMOVAL_OF_ARTICLES /* of a file that stays */, REMOVAL_DONE };
/* Told by update_tell_removals(), if at all: only at the end it is known whether so much may go. */
enum fund_status update_note_removal(struct update *u, struct slice path, enum removal kind);
void update_tell_removals(struct update *u);
/* Hands the batch that is being filled to the workers. */
enum fund_status update_submit(struct update *u);
/* The pipeline's callback. */
enum fund_status update_take_batch(void *update, struct batch *b);

/* ---- update_roots.c: the walk and the old list side by side ---- */
enum fund_status update_name_root(struct update *u, const char *path);
enum fund_status update_all_roots(struct update *u);
void update_tell_unmounted(struct update *u);

#endif
