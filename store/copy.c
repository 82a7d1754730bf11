/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/copy.h"

#include <unistd.h>

#include "store/pages.h"
#include "store/planted.h"
#include "store/writer_private.h"
#include "base/translate.h"

#define COPY_TXN_MAX (64u << 20)

struct copy {
	const struct pages *from;
	const struct manifest *manifest;
	const char *path;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	size_t txn_bytes;
	struct fault *why;
};

static enum fund_status failed(struct copy *c, int rc)
{
	if (c->txn)
		mdb_txn_abort(c->txn);
	c->txn = NULL;
	return environment_fault(c->why, rc, c->path, N_("cannot write"));
}

static enum fund_status commit(struct copy *c)
{
	int rc = c->txn ? environment_commit(c->txn, c->dbi) : 0;

	c->txn = NULL;
	c->txn_bytes = 0;
	return rc == 0 ? FUND_OK : failed(c, rc);
}

static enum fund_status put(struct copy *c, struct slice key, struct slice value, unsigned flags)
{
	MDB_val k = { key.len, (void *)(uintptr_t)key.data }, v = { value.len, NULL };
	int rc = 0;

	if (!c->txn) {
		rc = mdb_txn_begin(c->env, NULL, 0, &c->txn);
		if (rc == 0)
			rc = mdb_dbi_open(c->txn, NULL, 0, &c->dbi);
		else
			c->txn = NULL;
	}
	if (rc == 0)
		rc = mdb_put(c->txn, c->dbi, &k, &v, MDB_RESERVE | flags);
	if (rc != 0)
		return failed(c, rc);
	if (value.len)
		memcpy(v.mv_data, value.data, value.len);
	c->txn_bytes += key.len + value.len;
	return c->txn_bytes < COPY_TXN_MAX ? FUND_OK : commit(c);
}

static bool is_live(const struct manifest *m, struct slice key)
{
	if (key.len < 5 || (key.data[0] != KEY_SEGMENT && key.data[0] != KEY_TOMBSTONES))
		return true;
	uint32_t number = get_be32(key.data + 1);
	bool is_text = key.data[0] == KEY_SEGMENT && key.len > 5 && key.data[5] == CHUNK_TEXT;
	return manifest_segment(m, number) || (is_text && manifest_store(m, number, NULL));
}

/* The manifest comes last: a copy without it is none. */
static enum fund_status copy_entries(struct copy *c)
{
	const uint8_t first = KEY_MANIFEST;
	struct slice key = slice_of(&first, 1), next, value, manifest;
	enum fund_status st = pages_get(c->from, key, &manifest);

	while (st == FUND_OK) {
		st = pages_seek_gt(c->from, key, &next, &value);
		if (st == FUND_OK && slice_compare(next, key) <= 0)
			st = FUND_CORRUPT;
		if (st == FUND_OK && is_live(c->manifest, next)) {
			st = put(c, next, value, MDB_APPEND);
			if (st != FUND_OK)
				return st;
		}
		key = next;
	}
	if (st != FUND_NOT_FOUND)
		return fault_set(c->why, st, "%s: not written: the index is damaged: %s", c->path, fund_status_name(st));
	st = put(c, slice_of(&first, 1), manifest, 0);
	return st == FUND_OK ? commit(c) : st;
}

enum fund_status copy_state(const struct snapshot *from, const char *path, struct fault *why)
{
	struct copy c = { .from = snapshot_pages(from), .manifest = snapshot_manifest(from), .path = path, .why = why };
	struct fault inner = { 0 };
	enum fund_status st = pages_check(c.from, &inner);

	if (st == FUND_CORRUPT)
		fault_set(why, st, "%s: not written: the index is damaged: %s", path, inner.text);
	else if (st != FUND_OK)
		fault_set(why, st, "%s: no memory", path);
	else
		st = environment_open(&c.env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, why);
	if (st != FUND_OK)
		return st;
	st = copy_entries(&c);
	if (c.txn)
		mdb_txn_abort(c.txn);
	int rc = st == FUND_OK && !planted("copy-unsynced") ? mdb_env_sync(c.env, 1) : 0;
	if (rc != 0)
		st = environment_fault(why, rc, path, N_("cannot sync"));
	mdb_env_close(c.env);
	if (st != FUND_OK)
		unlink(path);
	return st;
}
