/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.h - one published state of an index, for reading.
 *
 * Registers as a reader in LMDB's lock file where that may be written, so that the writer does not reuse its pages; where it may not,
 * reads without (then snapshot_check() tells whether the pages were overwritten meanwhile). LMDB itself never walks the
 * tree: pages.h does, bounds-checked.
 * Threads  a snapshot may be read by several threads at once, once opened; each with iterators of its own.
 */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "store/manifest.h"

struct snapshot;
struct segment; /* segment.h */

/* FUND_NOT_FOUND: no index there (never a half-made one: an empty directory too); FUND_OLDER, FUND_FORMAT, FUND_CORRUPT, FUND_IO, FUND_NO_MEMORY.
 * Opens in constant time. An index of generation 0 was made but never published: FUND_NOT_FOUND. */
enum fund_status snapshot_open(struct snapshot **out, const char *dir, struct fault *why);
/* For the writer, whose own environment holds a read transaction `txnid` open as long as the snapshot lives: touches neither LMDB
 * nor its lock file (closing that would drop the process's locks on it). Generation 0 is allowed. snapshot_check() gives FUND_OK. */
enum fund_status snapshot_open_held(struct snapshot **out, const char *dir, uint64_t txnid, struct fault *why);
void snapshot_close(struct snapshot *s); /* NULL is allowed */
/* For whoever reads much of it: a query touches few pages of many, and cold ones are read one by one unless this is said. */
void snapshot_advise_through(const struct snapshot *s);

const struct manifest *snapshot_manifest(const struct snapshot *s);
uint32_t snapshot_n_segments(const struct snapshot *s);
/* Borrowed from the snapshot; opened at the first call (cheap). */
enum fund_status snapshot_segment(struct snapshot *s, uint32_t i, struct segment **out, struct fault *why);

/* After reading, before the results are used: FUND_OK, or FUND_STALE when this snapshot was not registered and
 * another state has been published twice since, so that its pages may have been reused: open again and repeat. When any read gave
 * FUND_CORRUPT, ask this first. */
enum fund_status snapshot_check(struct snapshot *s);

/* The lexicon's block of that first letter, of any inner form that checked.h has wrapped, which whoever reads it unwraps. Borrowed from the map. FUND_NOT_FOUND,
 * FUND_CORRUPT. */
#define LEXICON_LETTERS 256u
enum fund_status snapshot_lexicon(struct snapshot *s, uint8_t letter, struct slice *block);

/* Look up sources (files of the last run) in order; see sources.h. */
struct pages;
const struct pages *snapshot_pages(const struct snapshot *s);

#endif
