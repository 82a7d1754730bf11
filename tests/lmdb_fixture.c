/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lmdb_fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

struct lmdb_fixture lmdb;

void lmdb_set_up(void)
{
	MDB_txn *txn;

	scratch_make(&lmdb.scratch);
	snprintf(lmdb.path, sizeof(lmdb.path), "%s/data.mdb", lmdb.scratch.dir);
	ck_assert_int_eq(mdb_env_create(&lmdb.env), 0);
	ck_assert_int_eq(mdb_env_set_mapsize(lmdb.env, (size_t)1 << 30), 0);
	ck_assert_int_eq(mdb_env_open(lmdb.env, lmdb.scratch.dir, MDB_NOTLS | MDB_NOSYNC, 0600), 0);
	ck_assert_int_eq(mdb_txn_begin(lmdb.env, NULL, 0, &txn), 0);
	ck_assert_int_eq(mdb_dbi_open(txn, NULL, 0, &lmdb.dbi), 0);
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
}

void lmdb_tear_down(void)
{
	mdb_env_close(lmdb.env);
	scratch_remove(&lmdb.scratch);
}

enum fund_status lmdb_open_pages(struct pages *p, uint64_t txnid, struct fault *why)
{
	int fd = open(lmdb.path, O_RDONLY);
	enum fund_status status;

	ck_assert_int_ge(fd, 0);
	status = pages_open(p, fd, txnid, why);
	close(fd);
	return status;
}

size_t lmdb_make_key(uint64_t *seed, uint8_t key[LMDB_KEY_MAX])
{
	uint32_t which = random_below(seed, 4000);
	size_t len = 4 + (which % 97 == 0 ? 507 : which % 7 * 9);

	memset(key, 'k', len);
	key[0] = (uint8_t)(which >> 8);
	if (which % 2)
		key[1] = (uint8_t)which;
	key[len - 1] = (uint8_t)which;
	return len;
}

static size_t make_value_len(uint64_t *seed)
{
	switch (random_below(seed, 8)) {
	case 0: return random_below(seed, 40000);
	case 1: return 2000 + random_below(seed, 2100);
	default: return random_below(seed, 300);
	}
}

void lmdb_change(uint64_t *seed, unsigned n)
{
	static uint8_t bytes[40000];
	uint8_t key[LMDB_KEY_MAX];
	MDB_txn *txn;

	ck_assert_int_eq(mdb_txn_begin(lmdb.env, NULL, 0, &txn), 0);
	for (unsigned i = 0; i < n; i++) {
		MDB_val k = { lmdb_make_key(seed, key), key }, v = { make_value_len(seed), bytes };

		memset(bytes, (int)random_below(seed, 256), v.mv_size);
		if (random_below(seed, 3) == 0) {
			int rc = mdb_del(txn, lmdb.dbi, &k, NULL);
			ck_assert(rc == 0 || rc == MDB_NOTFOUND);
		} else {
			ck_assert_int_eq(mdb_put(txn, lmdb.dbi, &k, &v, 0), 0);
		}
	}
	ck_assert_int_eq(mdb_txn_commit(txn), 0);
}
uint8_t *lmdb_load(size_t *len)
{
	struct stat st;
	uint8_t *bytes;
	int fd = open(lmdb.path, O_RDONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	bytes = malloc(*len);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(read(fd, bytes, *len), st.st_size);
	close(fd);
	return bytes;
}

int lmdb_other_file(void)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/other", lmdb.scratch.dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	return fd;
}
