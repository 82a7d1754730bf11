/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer_private.h - the inside of struct index_writer, for the files that make it up: index_writer.c (life,
 * transactions), index_make.c, segment_writer.c, tombstones.c, sources_update.c, publish.c, backup.c.
 */
#ifndef STORE_WRITER_PRIVATE_H
#define STORE_WRITER_PRIVATE_H

#include "store/environment.h"
#include "store/index_writer.h"
#include "store/lock.h"

#define KEY_MANIFEST 0x01
#define KEY_SOURCES 0x02
#define KEY_TOMBSTONES 0x03
#define KEY_LEXICON 0x04
#define KEY_SEGMENT 0x10
#define KEY_BYTES_MAX 511u /* LMDB's limit */
#define SEGMENT_KEY_PREFIX 6u /* 10, segment, kind */

#define TXN_PUT_MAX (64u << 20) /* bytes put and deleted in a transaction: then it is large */

#define TOMBSTONE_BYTES (TOMBSTONE_CHUNK / 8) /* of a full chunk */

/* The dead of one segment, those to come included. */
struct tombstones {
	uint32_t segment, n_docs, n_dead, n_chunks;
	uint8_t *bits;	/* n_chunks * TOMBSTONE_BYTES */
	bool *changed;	/* a flag a chunk: to be written */
};

struct index_writer {
	struct buf dir;		   /* a string */
	struct write_lock lock;
	MDB_env *env;
	MDB_dbi dbi;
	MDB_txn *hold;		   /* read transaction that keeps the snapshot's pages */
	struct snapshot *snapshot;
	MDB_txn *txn;		   /* open write transaction, or NULL */
	size_t txn_bytes;	   /* put or deleted in it */
	uint32_t next_segment;
	bool segment_open;
	struct tombstones *dead;
	size_t n_dead;		   /* segments in `dead` */
	struct buf lexicon;	   /* to be published; empty: the old one stays */
	struct fault fault;	   /* of the last failed call */
};

static inline const char *writer_dir(const struct index_writer *w) { return (const char *)w->dir.data; }

/* ---- transactions. After a failure the transaction is aborted and w->fault says why ---- */
enum fund_status writer_begin(struct index_writer *w); /* does nothing when one is open */
enum fund_status writer_commit(struct index_writer *w);
void writer_abort(struct index_writer *w);
enum fund_status writer_put(struct index_writer *w, struct slice key, struct slice value);
enum fund_status writer_delete(struct index_writer *w, struct slice key); /* FUND_OK also when there is none */
/* Commits when the transaction has grown large: only for what the manifest does not list. */
enum fund_status writer_commit_if_large(struct index_writer *w);
/* A segment's chunks and tombstones, its texts only where nobody keeps them, in as many transactions as it takes; the last one stays open for more: each
 * writes leaves and the free list anew. One that has room for all of it stays open throughout. */
enum fund_status writer_delete_segment(struct index_writer *w, uint32_t segment, bool keep_texts);

/* ---- index_make.c ---- */
/* An index of generation 0 in place of whatever data.mdb there is: all of it or nothing, also where power is lost. The caller holds the lock. */
enum fund_status index_make(const char *dir, const struct index_settings *fresh, uint64_t *txnid, struct fault *why);

/* ---- the state that is read ---- */
enum fund_status writer_reopen_snapshot(struct index_writer *w, struct fault *why);
void writer_close_snapshot(struct index_writer *w);

/* ---- tombstones.c ---- */
enum fund_status writer_put_tombstones(struct index_writer *w, const struct manifest *next);
void writer_forget_tombstones(struct index_writer *w);

/* ---- lexicon.c ---- */
enum fund_status writer_put_lexicon(struct index_writer *w);

/* ---- sources_update.c ---- */
enum fund_status sources_update_finish(struct sources_update *u);
enum fund_status sources_update_apply(struct sources_update *u, struct index_writer *w);
void sources_update_counts(const struct sources_update *u, uint64_t *n_sources, uint64_t *n_failed);

#define SHRINK_NAME "data.mdb.new" /* backup.c, index_make.c: on its way to be data.mdb */

/* ---- backup.c ---- */
/* `fresh`, complete and synced, takes the place of dir/data.mdb, under its readers; it is deleted where that fails. */
enum fund_status data_replace(const char *fresh, const char *dir, struct fault *why);

/* ---- index_replacement.c ---- */
#define REPLACEMENT_NAME "rebuild"
enum fund_status replacement_forget(const char *dir, struct fault *why); /* what a killed run left; the caller holds the lock */

/* 10 or 03, and the segment. Returns the bytes written. */
static inline size_t put_segment_prefix(uint8_t key[5], uint8_t concern, uint32_t segment)
{
	key[0] = concern;
	chunk_tail_put(key + 1, segment);
	return 5;
}
static inline uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#endif
