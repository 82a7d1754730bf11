/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lmdb_fixture.h - a small database of LMDB's, changed at random by LMDB itself; and its file, to be damaged. */
#ifndef TESTS_LMDB_FIXTURE_H
#define TESTS_LMDB_FIXTURE_H

#include <lmdb.h>

#include "store/pages.h"
#include "tests/scratch.h"

#define LMDB_KEY_MAX 511

struct lmdb_fixture {
	struct scratch scratch;
	MDB_env *env;
	MDB_dbi dbi;
	char path[300]; /* of data.mdb */
};
extern struct lmdb_fixture lmdb;

void lmdb_set_up(void);
void lmdb_tear_down(void);
/* A transaction of n keys put or deleted. */
void lmdb_change(uint64_t *seed, unsigned n);
/* Few different keys, some of them long and alike, so that they are put more than once. */
size_t lmdb_make_key(uint64_t *seed, uint8_t key[LMDB_KEY_MAX]);
enum fund_status lmdb_open_pages(struct pages *p, uint64_t txnid, struct fault *why);
/* The file as bytes, to be damaged and written elsewhere. From malloc. */
uint8_t *lmdb_load(size_t *len);
/* A file beside it, empty and open. */
int lmdb_other_file(void);

#endif
