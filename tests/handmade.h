/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handmade.h - an index that is written byte by byte as docs/FORMAT.md says, without the writer: one segment of which every value follows from the document's number.
 * It is written once a test case and copied for each test.
 */
#ifndef TESTS_HANDMADE_H
#define TESTS_HANDMADE_H

#include <lmdb.h>

#include "store/segment.h"
#include "store/snapshot.h"
#include "tests/scratch.h"

#define N_DOCS 20000u
#define SEGMENT 7u
#define KEY_CHUNK 992u
#define TEXT_BLOCK 40u
#define DIRECTORY_CHUNK 70u

/* ---- the model ---- */

/* Files of 1 and, each fifth, of 8 articles; some names with '#'. Root 0 has the first 9,000 documents, root 4 the rest. */
struct handmade_key {
	uint32_t root;
	char path[64], printed[80];
	uint32_t file_first, file_end;
};
struct handmade_key handmade_key(uint32_t doc);
bool handmade_is_dead(uint32_t doc);
uint64_t handmade_value(enum column column, uint32_t doc);
size_t handmade_body(uint32_t doc, char body[300]);

/* ---- writing ---- */

struct handmade_writing {
	MDB_txn *txn;
	MDB_dbi dbi;
};
MDB_env *handmade_open_lmdb(const char *dir);
void handmade_begin(struct handmade_writing *w, MDB_env *env);
void handmade_put(struct handmade_writing *w, const void *key, size_t key_len, const struct buf *value);
void handmade_add_u32(struct buf *b, uint32_t v);
void handmade_write_columns(struct handmade_writing *w);
uint32_t handmade_write_tombstones(struct handmade_writing *w); /* how many are dead */
void handmade_write_manifest(struct handmade_writing *w, uint64_t generation, uint32_t n_dead);

/* ---- fixtures ---- */

extern struct scratch handmade_scratch; /* has the copy */
extern struct snapshot *handmade_snapshot;
extern struct segment *handmade_segment;

void handmade_make_image(void); /* once a test case */
void handmade_remove_image(void);
void handmade_make_index(void); /* a copy of it, not opened */
void handmade_remove_index(void);
void handmade_set_up(void); /* and opened */
void handmade_tear_down(void);
int handmade_open_file(const struct scratch *s, const char *name, int flags);

/* ---- looking at it ---- */

void handmade_is_key(const struct article_key *key, uint32_t doc);
void handmade_is_article(const struct stored_article *a, uint32_t doc);
/* Asks for some of all that is in it: each answer is right, or an error, which is counted. */
void handmade_use(struct snapshot *s, uint64_t *seed);
extern unsigned handmade_n_noticed;

#endif
