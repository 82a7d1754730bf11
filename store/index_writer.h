/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_writer.h - the one writer of an index: lock, segments, publish.
 *
 * Life     open (takes the lock, deletes what a killed run left) -> segment_writer ... finish, any number of times ->
 *          publish (visible at once, atomically) or close (nothing happened).
 * Disk     bounded transactions of at most 64 MiB; each is synced by LMDB. A full disk is FUND_NO_SPACE; the published
 *          state stays. The map is sparse and huge (1 TiB, less where the address space refuses). A file-size limit
 *          raises SIGXFSZ: main programs ignore that signal, so that it becomes FUND_NO_SPACE too.
 * Process  while a writer is open, its process opens that index with index_writer_snapshot() only: LMDB forbids a
 *          second environment.
 */
#ifndef STORE_INDEX_WRITER_H
#define STORE_INDEX_WRITER_H

#include "store/segment.h"
#include "store/sources.h"
#include "store/text_block.h"

struct index_writer;

/* Creates the directory (one level) and an empty index where there is none. `wait_seconds`: 0 gives up at once,
 * UINT64_MAX waits for ever. FUND_LOCKED: the fault names the owner's pid and start. `fresh` settings are used when
 * the index is made. */
struct index_settings {
	uint64_t analysis_hash;
	const char *analysis_text;
	struct field_weights weights;
};
enum fund_status index_writer_open(struct index_writer **out, const char *dir, const struct index_settings *fresh,
				   uint64_t wait_seconds, struct fault *why);
/* Gives the lock back. Unpublished segments are forgotten. NULL is allowed. */
void index_writer_close(struct index_writer *w);

/* The state at opening (or after the last publish); its generation is 0 and it has no segments in a new index. NULL: it was
 * published, but cannot be opened (no memory, no map): index_writer_fault() says why. */
struct snapshot *index_writer_snapshot(struct index_writer *w);
/* What the last failed call met that has no fault of its own (those of a segment_writer, index_writer_kill). Lives as
 * long as the writer. */
const struct fault *index_writer_fault(const struct index_writer *w);

/* ---- a segment ---- */
struct segment_writer;
struct doc_info {
	struct article_key key;
	uint32_t length, date, fields, words, born; /* columns */
	uint64_t hash, signature, author, section, source;
};
/* One at a time. */
enum fund_status segment_writer_new(struct segment_writer **out, struct index_writer *w, struct fault *why);
/* Ahead of the first document: what is written is held in memory, up to some MiB; a segment that grows larger goes to the index as others do. So one that
 * is merged at once is never written by itself. */
void segment_writer_hold(struct segment_writer *s);
/* Behind finish. The segment that is held, for reading, as long as its writer lives and it is not settled; *out NULL: there is none. */
enum fund_status segment_writer_held(struct segment_writer *s, struct segment **out);
/* Behind finish: what is held goes to the index, in the transaction that the next publish commits; it stays held where that fails here. */
enum fund_status segment_writer_settle(struct segment_writer *s);
/* One whose chunks go to a sink instead of an index: for segments in memory. `dir` of its faults: what `name` says, which lives as long as the writer. */
enum fund_status segment_writer_new_elsewhere(struct segment_writer **out, struct chunk_sink sink, struct field_weights weights, const char *name,
					      struct fault *why);
void segment_writer_free(struct segment_writer *s); /* before finish: its chunks become orphans. NULL is allowed */
/* Documents in order of (root, path, place): numbered from 0. Slices are copied. All before the first term. */
enum fund_status segment_writer_add_doc(struct segment_writer *s, const struct doc_info *doc);
/* The texts of all documents, in order; may alternate with add_doc. A block: of the next documents, or of those that await it. */
enum fund_status segment_writer_add_text(struct segment_writer *s, struct slice stored, uint32_t n_docs,
					 uint32_t raw_len);
/* The next document's text is the next one of the block that is added next. */
enum fund_status segment_writer_await_text(struct segment_writer *s);
/* For merges: the segment takes over a store of one that goes into it, at most TEXT_STORES_MAX - 1 of them; and the next run->n_docs documents have
 * their texts there. Runs of a store come in its order. */
enum fund_status segment_writer_keep_store(struct segment_writer *s, const struct text_store *store);
enum fund_status segment_writer_keep_text(struct segment_writer *s, const struct text_run *run);
/* Terms ascend (class byte and bytes). */
enum fund_status segment_writer_begin_term(struct segment_writer *s, struct slice term, bool with_positions);
/* Its forms (forms.h), ahead of the postings, the most frequent first, among equals by their bytes; the postings must have as many
 * occurrences of each. Copied. A term of a class with forms that is given none has itself as its form. */
enum fund_status segment_writer_add_form(struct segment_writer *s, struct slice word, uint64_t cf);
/* `forms`: ordinal of what stands at each position; NULL: the first. */
enum fund_status segment_writer_add_posting(struct segment_writer *s, uint32_t doc, uint32_t freq, uint8_t boost,
					    const uint32_t *pos, const uint32_t *forms);
enum fund_status segment_writer_end_term(struct segment_writer *s);
/* Complete; not yet visible. `stats` goes into the manifest to be published. */
enum fund_status segment_writer_finish(struct segment_writer *s, struct segment_stats *stats);
/* The same in the transaction that the next publish commits: where that, or a call before it, fails, the segment is gone. */
enum fund_status segment_writer_finish_open(struct segment_writer *s, struct segment_stats *stats);

/* ---- tombstones ---- */
/* Documents of published segments that are dead from the next publish on. Kept in memory until then (a bitmap a
 * segment). */
enum fund_status index_writer_kill(struct index_writer *w, uint32_t segment, uint32_t doc);
uint32_t index_writer_n_dead(const struct index_writer *w, uint32_t segment); /* those to come included */
/* The same, of one document: for merges. */
enum fund_status index_writer_is_dead(struct index_writer *w, uint32_t segment, uint32_t doc, bool *dead);

/* ---- publish ---- */
/* The block of a letter (snapshot.h) of the lexicon that the next publish stores in place of the old one. Copied. */
enum fund_status index_writer_add_lexicon_block(struct index_writer *w, uint8_t letter, struct slice block);
/* Make `next` the live state: sources (NULL: unchanged), tombstones and manifest in one transaction; then the chunks of
 * segments and stores that are no longer listed are deleted. Sets generation, next_segment, n_dead, n_sources, n_failed itself. On
 * failure the old state is live, and what was to be published can be published again, but for segments that were in the open transaction. FUND_OK says that
 * the new one is, for good. */
enum fund_status index_writer_publish(struct index_writer *w, struct manifest *next, struct sources_update *sources,
				      struct fault *why);

/* ---- whole files ---- */
/* A compact, consistent copy of the published state; readers and a writer of other processes may go on. `to` is made,
 * one level, where it is missing; an earlier backup of the same index there is replaced at once by the new one, any other
 * index refused (FUND_INVALID). FUND_STALE: try again (only where `dir` may not be written). FUND_OK and a text in `why`: it is there, but a loss of power may take
 * it back. */
enum fund_status index_backup(const char *dir, const char *to, struct fault *why);
/* Give free pages back to the file system: a compact copy takes the place of data.mdb. The writer holds the lock; it
 * must be closed and opened again by the caller to go on. Readers keep the old file until they close it. */
enum fund_status index_writer_shrink(struct index_writer *w, struct fault *why);

/* ---- check ---- */
/* Reads every byte and checks structure, checksums, cross-references and counts. Reports each finding through
 * `report` (a line for a person); FUND_OK also when there are findings: *n_findings tells. Never crashes on any
 * bytes. */
struct verify_report {
	void *context;
	void (*finding)(void *context, const char *text);
};
enum fund_status index_verify(const char *dir, const struct verify_report *report, uint64_t *n_findings,
			      struct fault *why);

#endif
