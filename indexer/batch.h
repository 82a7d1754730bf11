/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch.h - the unit of work: some files in the order of the walk, and what became of them.
 *
 * Batches are cut by the input alone, worked on by any worker, and taken up in their order; so the index does not know how many
 * workers there were. All memory of a batch is in its arena and buffers, and is used again.
 */
#ifndef INDEXER_BATCH_H
#define INDEXER_BATCH_H

#include "base/arena.h"
#include "indexer/file_reader.h"
#include "indexer/old_docs.h"
#include "store/index_writer.h"

enum entry_action {
	ENTRY_KEEP, /* as it was: nothing to do but to list it again */
	ENTRY_READ, /* open it; if its bytes are what they were, as KEEP */
	ENTRY_COPY, /* its articles are taken over from the index (--rebuild of what cannot be read) */
};

/* A line about a file, for a person. */
struct note {
	struct slice member; /* empty: the file itself */
	uint64_t line; /* of the file or member; 0: the whole */
	bool minor;    /* no failure: told under --verbose */
	struct slice text;
	struct note *next;
};

struct entry {
	enum entry_action action;
	struct source source;	  /* as it will be listed; path and reason in the batch's arena */
	bool known;		  /* the last run had it: `old` */
	struct source old;
	struct walk *walk;	  /* to open it by */
	struct file_range range;
	bool first, last;	  /* of the file's ranges */
	bool compare;		  /* the bytes may be the same: look at the hash first */
	/* what became of it */
	bool same;		  /* bytes unchanged */
	bool failed, skipped;
	uint32_t n_docs;	  /* new documents, in the batch's row */
	uint64_t n_records; /* bad ones too */
	uint32_t n_articles, added, changed, unchanged;
	uint32_t n_cut;	  /* articles whose keys end in a hash */
	struct doc_place *replaced, *gone; /* old versions; articles the file no longer has */
	uint32_t n_replaced, n_gone;
	struct note *notes, **last_note;
	const char *format, *encoding;
};

struct batch_doc {
	struct doc_info info;	/* the key is complete unless needs_tail */
	struct slice tail;	/* of the key, where it is completed later (ranges of one file) */
	bool needs_ordinal;
	uint64_t ordinal;	/* of the record in its range, from 1 */
};

struct batch_text {
	size_t off, len; /* in the batch's `text` */
	uint32_t n_docs, raw_len;
};

struct batch {
	struct arena arena;
	struct entry *entries;
	uint32_t n_entries;
	size_t cap_entries;
	uint64_t bytes; /* to be read, by the file system's word */
	bool work;	/* something is to be read */
	struct batch_doc *docs;
	uint32_t n_docs;
	size_t cap_docs;
	struct buf text;
	struct batch_text *texts;
	uint32_t n_texts;
	size_t cap_texts;
	uint32_t worker;      /* who did it */
	enum fund_status status; /* anything but FUND_OK ends the run */
	struct fault fault;
	bool done;
};

struct batch *batch_new(void);
void batch_free(struct batch *b);
void batch_reset(struct batch *b);
/* The new entry, zeroed; NULL: no memory. */
struct entry *batch_add(struct batch *b);
enum fund_status batch_add_doc(struct batch *b, const struct batch_doc *doc);
enum fund_status batch_add_text(struct batch *b, size_t off, uint32_t n_docs, uint32_t raw_len);
/* A copy of the note, its slices too, behind those that the entry has. */
enum fund_status entry_note(struct batch *b, struct entry *e, const struct note *note);

#endif
