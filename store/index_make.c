/* SPDX-License-Identifier: GPL-2.0-or-later */
/* index_make.c - a new index. LMDB writes its first two pages without syncing them, so they are made beside, and renamed when all is synced. */
#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

#include "store/writer_private.h"
#include "base/translate.h"

static enum fund_status first_manifest(const struct index_settings *fresh, struct buf *bytes, const char *path, struct fault *why)
{
	struct manifest m = { .analysis_hash = fresh->analysis_hash, .weights = fresh->weights, .next_segment = 1 };
	enum fund_status st;

	if (getrandom(&m.id, sizeof(m.id), 0) != (ssize_t)sizeof(m.id))
		return fault_errno(why, errno, "%s: no random number for the index", path);
	st = buf_add_str(&m.analysis_text, fresh->analysis_text);
	if (st == FUND_OK)
		st = manifest_encode(&m, bytes);
	manifest_release(&m);
	return st == FUND_OK ? st : fault_set(why, st, "%s: no memory", path);
}

static enum fund_status write_first(const char *path, struct slice manifest, uint64_t *txnid, struct fault *why)
{
	static uint8_t key[] = { KEY_MANIFEST };
	MDB_val k = { sizeof(key), key }, v = { manifest.len, (void *)(uintptr_t)manifest.data };
	MDB_env *env;
	MDB_txn *txn = NULL;
	MDB_dbi dbi;
	enum fund_status st = environment_open(&env, path, MDB_NOSUBDIR | MDB_NOLOCK, why);

	if (st != FUND_OK)
		return st;
	int rc = mdb_txn_begin(env, NULL, 0, &txn);
	if (rc == 0)
		rc = mdb_dbi_open(txn, NULL, 0, &dbi);
	if (rc == 0)
		rc = mdb_put(txn, dbi, &k, &v, 0);
	*txnid = rc == 0 ? mdb_txn_id(txn) : 0;
	if (rc == 0)
		rc = environment_commit(txn, dbi);
	else if (txn)
		mdb_txn_abort(txn);
	if (rc == 0)
		rc = mdb_env_sync(env, 1); /* the other meta page too */
	mdb_env_close(env);
	return rc == 0 ? FUND_OK : environment_fault(why, rc, path, N_("cannot write"));
}

enum fund_status index_make(const char *dir, const struct index_settings *fresh, uint64_t *txnid, struct fault *why)
{
	bool replaced;
	struct buf data = BUF_INIT, beside = BUF_INIT, bytes = BUF_INIT;
	enum fund_status st = path_join(&data, dir, "data.mdb", why);

	if (st == FUND_OK)
		st = path_join(&beside, dir, SHRINK_NAME, why);
	if (st == FUND_OK)
		st = first_manifest(fresh, &bytes, dir, why);
	if (st != FUND_OK)
		goto out;
	st = write_first((const char *)beside.data, slice_buf(&bytes), txnid, why);
	if (st == FUND_OK)
		st = file_replace((const char *)beside.data, (const char *)data.data, dir, &replaced, why);
	else
		unlink((const char *)beside.data);
out:
	buf_release(&data);
	buf_release(&beside);
	buf_release(&bytes);
	return st;
}
