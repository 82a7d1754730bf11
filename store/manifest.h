/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifest.h - what is live: segments, roots, statistics, the last run. A plain value; publishing writes a new one.
 *
 * Bytes    docs/FORMAT.md, "Manifest".
 */
#ifndef STORE_MANIFEST_H
#define STORE_MANIFEST_H

#include "store/postings.h"

#define STORE_FORMAT_VERSION 4u

struct root {
	uint32_t number;  /* stays for the life of the index */
	uint64_t device;  /* st_dev when it was last read */
	uint32_t flags;
	struct buf path;  /* absolute */
};

/* The chunks of texts that were written with the segment of that number: kept when its documents go into another one, as long as many of them live. All that
 * live of it are in one segment. */
#define TEXT_STORES_MAX 16u /* of a segment */
struct text_store {
	uint64_t bytes; /* of its chunks */
	uint32_t number;
	uint32_t n_docs;   /* when it was written */
	uint32_t n_chunks; /* numbers that its chunks take */
};

struct segment_stats {
	uint32_t number, n_docs, n_dead;
	uint64_t n_terms, n_postings, n_words, sum_length;
	uint32_t date_first, date_last; /* column form; 0 where no article has one */
	uint64_t bytes, bytes_text; /* those of all its stores, too */
	uint32_t n_list_chunks, n_position_chunks;
	uint32_t n_stores;
	struct text_store stores[TEXT_STORES_MAX]; /* ascending by number; its own is the last, if it has one */
};

struct run_stats {
	uint64_t start, end; /* seconds since 1970 */
	uint64_t added, changed, removed, unchanged, failed, bytes_read;
	uint64_t generation; /* that it published */
};

struct manifest {
	uint64_t id, generation;
	uint64_t analysis_hash;
	struct buf analysis_text;
	struct field_weights weights;
	uint32_t next_segment, next_root;
	struct root *roots;
	uint32_t n_roots;
	struct segment_stats *segments; /* ascending by number */
	uint32_t n_segments;
	struct run_stats last_run;
	uint64_t n_sources, n_failed;
};

void manifest_release(struct manifest *m); /* also on {0} */
enum fund_status manifest_copy(struct manifest *to, const struct manifest *from);
enum fund_status manifest_encode(const struct manifest *m, struct buf *out);
/* FUND_OLDER or FUND_FORMAT (with its version in the fault) for an older version, or a newer one and unknown features; FUND_CORRUPT, FUND_NO_MEMORY. */
enum fund_status manifest_decode(struct slice bytes, struct manifest *out, struct fault *why);
/* NULL: it is not listed. */
const struct segment_stats *manifest_segment(const struct manifest *m, uint32_t number);
const struct text_store *segment_stats_store(const struct segment_stats *s, uint32_t number);
/* The same, of any segment; its segment, if `owner` is not NULL. */
const struct text_store *manifest_store(const struct manifest *m, uint32_t number, const struct segment_stats **owner);
/* For whoever edits a copy before publishing. */
enum fund_status manifest_add_segment(struct manifest *m, const struct segment_stats *s);
void manifest_drop_segment(struct manifest *m, uint32_t number);
enum fund_status manifest_add_root(struct manifest *m, struct slice path, uint64_t device, struct root **out);

#endif
