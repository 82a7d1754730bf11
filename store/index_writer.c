/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/index_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/pages.h"
#include "store/planted.h"
#include "store/writer_private.h"
#include "base/translate.h"

/* ---- transactions ---- */

static enum fund_status txn_failed(struct index_writer *w, int rc, const char *what)
{
	writer_abort(w);
	return environment_fault(&w->fault, rc, writer_dir(w), what);
}

enum fund_status writer_begin(struct index_writer *w)
{
	if (w->txn)
		return FUND_OK;
	w->txn_bytes = 0;
	int rc = mdb_txn_begin(w->env, NULL, 0, &w->txn);
	if (rc == 0)
		return FUND_OK;
	w->txn = NULL;
	return txn_failed(w, rc, N_("cannot begin to write"));
}

void writer_abort(struct index_writer *w)
{
	if (w->txn)
		mdb_txn_abort(w->txn);
	w->txn = NULL;
}

enum fund_status writer_commit(struct index_writer *w)
{
	if (!w->txn)
		return FUND_OK;
	static uint8_t manifest[] = { KEY_MANIFEST };
	int rc = environment_commit(w->txn, w->dbi);
	w->txn = NULL; /* freed also on failure */
	if (w->hold && w->txn_bytes >= TXN_PUT_MAX)
		environment_forget_pages(w->env, w->hold, w->dbi, (MDB_val){ sizeof(manifest), manifest });
	return rc == 0 || planted("commit-unchecked") ? FUND_OK : txn_failed(w, rc, N_("cannot write"));
}

enum fund_status writer_commit_if_large(struct index_writer *w)
{
	return w->txn_bytes >= TXN_PUT_MAX ? writer_commit(w) : FUND_OK;
}

enum fund_status writer_put(struct index_writer *w, struct slice key, struct slice value)
{
	MDB_val k = { key.len, (void *)(uintptr_t)key.data }, v = { value.len, NULL };
	enum fund_status st = writer_begin(w);

	if (st != FUND_OK)
		return st;
	int rc = mdb_put(w->txn, w->dbi, &k, &v, MDB_RESERVE);
	if (rc != 0)
		return txn_failed(w, rc, N_("cannot write"));
	if (value.len)
		memcpy(v.mv_data, value.data, value.len);
	w->txn_bytes += value.len + key.len;
	return FUND_OK;
}

enum fund_status writer_delete(struct index_writer *w, struct slice key)
{
	MDB_val k = { key.len, (void *)(uintptr_t)key.data };
	enum fund_status st = writer_begin(w);

	if (st != FUND_OK)
		return st;
	int rc = mdb_del(w->txn, w->dbi, &k, NULL);
	return rc == 0 || rc == MDB_NOTFOUND ? FUND_OK : txn_failed(w, rc, N_("cannot delete"));
}

/* Keys that begin with `prefix`, from `from` on, which does, too, and below `end`. */
struct key_range {
	struct slice prefix, from, end; /* end empty: all */
};

static bool is_in(const struct key_range *r, struct slice key)
{
	return key.len >= r->prefix.len && memcmp(key.data, r->prefix.data, r->prefix.len) == 0 && (r->end.len == 0 || slice_compare(key, r->end) < 0);
}

/* Deletes keys of the range until none is left (*more false) or the transaction is large. Freed pages are
 * noted in one value a transaction, so a bound on their number also bounds the contiguous run that LMDB must find for
 * it. */
static int delete_some(struct index_writer *w, const struct key_range *r, bool *more)
{
	MDB_cursor *cursor = NULL;
	int rc = mdb_cursor_open(w->txn, w->dbi, &cursor);

	*more = true;
	while (rc == 0 && *more && w->txn_bytes < TXN_PUT_MAX) {
		MDB_val k = { r->from.len, (void *)(uintptr_t)r->from.data }, v;
		rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
		if (rc == MDB_NOTFOUND || (rc == 0 && !is_in(r, slice_of(k.mv_data, k.mv_size)))) {
			*more = false;
			rc = 0;
		} else if (rc == 0) {
			w->txn_bytes += k.mv_size + v.mv_size;
			rc = mdb_cursor_del(cursor, 0);
		}
	}
	if (cursor)
		mdb_cursor_close(cursor);
	return rc;
}

static enum fund_status delete_range(struct index_writer *w, struct key_range range)
{
	enum fund_status st = FUND_OK;
	bool more = true;

	while (st == FUND_OK && more) {
		st = writer_begin(w);
		if (st != FUND_OK)
			break;
		int rc = delete_some(w, &range, &more);
		st = rc ? txn_failed(w, rc, N_("cannot delete")) : more ? writer_commit(w) : FUND_OK;
	}
	return st;
}

static enum fund_status delete_prefix(struct index_writer *w, struct slice prefix)
{
	return delete_range(w, (struct key_range){ .prefix = prefix, .from = prefix });
}

/* All but the texts: the kinds before and behind. */
static enum fund_status delete_around_texts(struct index_writer *w, struct slice prefix)
{
	uint8_t texts[SEGMENT_KEY_PREFIX], behind[SEGMENT_KEY_PREFIX];
	size_t n = prefix.len;

	memcpy(texts, prefix.data, n);
	memcpy(behind, prefix.data, n);
	texts[n] = CHUNK_TEXT;
	behind[n] = CHUNK_TEXT + 1;
	enum fund_status st = delete_range(w, (struct key_range){ prefix, prefix, slice_of(texts, sizeof(texts)) });
	return st == FUND_OK ? delete_range(w, (struct key_range){ .prefix = prefix, .from = slice_of(behind, sizeof(behind)) }) : st;
}

enum fund_status writer_delete_segment(struct index_writer *w, uint32_t segment, bool keep_texts)
{
	uint8_t key[5];
	size_t len = put_segment_prefix(key, KEY_TOMBSTONES, segment);
	enum fund_status st = delete_prefix(w, slice_of(key, len));

	if (st != FUND_OK)
		return st;
	len = put_segment_prefix(key, KEY_SEGMENT, segment);
	return (keep_texts ? delete_around_texts : delete_prefix)(w, slice_of(key, len));
}

/* ---- the state that is read ---- */

void writer_close_snapshot(struct index_writer *w)
{
	snapshot_close(w->snapshot);
	w->snapshot = NULL;
	if (w->hold)
		mdb_txn_abort(w->hold);
	w->hold = NULL;
}

enum fund_status writer_reopen_snapshot(struct index_writer *w, struct fault *why)
{
	writer_close_snapshot(w);
	int rc = mdb_reader_check(w->env, NULL); /* readers that died would keep pages from being used again */
	if (rc == 0)
		rc = mdb_txn_begin(w->env, NULL, MDB_RDONLY, &w->hold);
	if (rc != 0) {
		w->hold = NULL;
		return environment_fault(why, rc, writer_dir(w), N_("cannot read"));
	}
	return snapshot_open_held(&w->snapshot, writer_dir(w), mdb_txn_id(w->hold), why);
}

struct snapshot *index_writer_snapshot(struct index_writer *w)
{
	return w->snapshot;
}

const struct fault *index_writer_fault(const struct index_writer *w)
{
	return &w->fault;
}

/* ---- opening ---- */

/* What LMDB may not see: foreign or damaged files, other databases, other versions. The fault goes on behind the
 * file's name. */
static enum fund_status check_pages(const struct pages *p, struct fault *why)
{
	const uint8_t key = KEY_MANIFEST;
	struct slice value;
	struct manifest manifest = { 0 };
	struct fault inner = { 0 };
	enum fund_status st = pages_check(p, &inner);

	if (st == FUND_CORRUPT)
		return fault_set(why, st, "is damaged: %s", inner.text);
	if (st != FUND_OK)
		return fault_set(why, st, "%s", inner.text);
	if (p->main_entries == 0)
		return FUND_OK;
	st = pages_get(p, slice_of(&key, 1), &value);
	if (st != FUND_OK) /* it is not there: all pages were found to be sound */
		return fault_set(why, FUND_FORMAT, "is an LMDB file, but no index of fundstelle");
	st = manifest_decode(value, &manifest, &inner);
	if (st != FUND_OK)
		fault_set(why, st, "%s", inner.text);
	manifest_release(&manifest);
	return st;
}

/* *txnid 0: there is nothing yet. */
static enum fund_status check_data(const char *dir, uint64_t *txnid, struct fault *why)
{
	struct buf path = BUF_INIT;
	struct pages pages = { 0 };
	struct fault inner = { 0 };
	struct stat file;
	int fd = -1;
	enum fund_status st = path_join(&path, dir, "data.mdb", why);
	const char *name = (const char *)path.data;

	*txnid = 0;
	if (st != FUND_OK)
		goto out;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		goto out;
	if (fd < 0 || fstat(fd, &file) != 0) {
		st = fault_errno(why, errno, "%s", name);
		goto out;
	}
	if (S_ISREG(file.st_mode) && file.st_size == 0) /* that is no database */
		goto out;
	st = pages_open(&pages, fd, 0, &inner);
	if (st == FUND_OK)
		st = check_pages(&pages, &inner);
	if (st == FUND_OK)
		*txnid = pages.main_entries ? pages.txnid : 0;
	else
		fault_set(why, st, "%s %s", name, inner.text);
out:
	pages_close(&pages);
	if (fd >= 0)
		close(fd);
	buf_release(&path);
	return st;
}

static enum fund_status make_directory(const char *dir, struct fault *why)
{
	struct stat is;

	if (mkdir(dir, 0777) == 0)
		return parent_sync(dir, why);
	int error = errno;
	if (error == EEXIST)
		error = stat(dir, &is) != 0 ? errno : S_ISDIR(is.st_mode) ? 0 : ENOTDIR;
	return error ? fault_errno(why, error, "%s: cannot make the index", dir) : FUND_OK;
}

/* Where nobody ever wrote, a file that is no index is refused before anything is put beside it. */
static enum fund_status check_before_lock(const char *dir, struct fault *why)
{
	struct buf path = BUF_INIT;
	uint64_t txnid;
	enum fund_status st = path_join(&path, dir, "write.lock", why);

	if (st == FUND_OK && access((const char *)path.data, F_OK) != 0)
		st = check_data(dir, &txnid, why);
	buf_release(&path);
	return st;
}

static enum fund_status remove_leftover(const char *dir, const char *file, struct fault *why)
{
	struct buf path = BUF_INIT;
	enum fund_status st = path_join(&path, dir, file, why);

	if (st == FUND_OK && unlink((const char *)path.data) != 0 && errno != ENOENT)
		st = fault_errno(why, errno, "%s: cannot delete", (const char *)path.data);
	buf_release(&path);
	return st;
}

/* LMDB takes the newest transaction's number from its lock file as long as any process has that open. After a shrink
 * that was killed between its two steps the lock file speaks of the file that was replaced: then it must go, or LMDB
 * takes the wrong meta page. */
static enum fund_status open_database(struct index_writer *w, uint64_t txnid, struct fault *why)
{
	enum fund_status st = environment_open(&w->env, writer_dir(w), 0, why);

	for (int again = 0; st == FUND_OK && again < 2; again++) {
		int rc = mdb_txn_begin(w->env, NULL, MDB_RDONLY, &w->hold);
		if (rc != 0) {
			w->hold = NULL;
			return environment_fault(why, rc, writer_dir(w), N_("cannot read"));
		}
		if (txnid == 0 || mdb_txn_id(w->hold) == txnid) {
			rc = mdb_dbi_open(w->hold, NULL, 0, &w->dbi);
			writer_close_snapshot(w);
			return rc == 0 ? FUND_OK : environment_fault(why, rc, writer_dir(w), N_("cannot open"));
		}
		writer_close_snapshot(w);
		mdb_env_close(w->env);
		w->env = NULL;
		st = remove_leftover(writer_dir(w), "lock.mdb", why);
		if (st == FUND_OK)
			st = environment_open(&w->env, writer_dir(w), 0, why);
	}
	return st == FUND_OK ? fault_set(why, FUND_IO, "%s/lock.mdb belongs to another file", writer_dir(w)) : st;
}

/* The keys of a segment, of which `first` is the first: are there others than texts? */
static enum fund_status has_more_than_texts(const struct pages *pages, struct slice first, bool *more)
{
	uint8_t behind[SEGMENT_KEY_PREFIX];
	struct slice found, value;

	*more = first.len < sizeof(behind) || first.data[sizeof(behind) - 1] != CHUNK_TEXT;
	if (*more)
		return FUND_OK;
	memcpy(behind, first.data, sizeof(behind));
	behind[sizeof(behind) - 1]++;
	enum fund_status st = pages_seek_ge(pages, slice_of(behind, sizeof(behind)), &found, &value);
	*more = st == FUND_OK && found.len >= sizeof(behind) && memcmp(found.data, behind, sizeof(behind) - 1) == 0;
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

/* Chunks or tombstones of segments that are not listed: a killed run's. The texts among them stay where a listed segment keeps them. */
static enum fund_status delete_orphans(struct index_writer *w, uint8_t concern, struct fault *why)
{
	const struct manifest *m = snapshot_manifest(w->snapshot);
	const struct pages *pages = snapshot_pages(w->snapshot);
	uint64_t segment = 0;
	uint8_t key[5];
	struct slice found, value;

	while (segment <= UINT32_MAX) {
		put_segment_prefix(key, concern, (uint32_t)segment);
		enum fund_status st = pages_seek_ge(pages, slice_of(key, sizeof(key)), &found, &value);
		if (st == FUND_NOT_FOUND || (st == FUND_OK && (found.len < sizeof(key) || found.data[0] != concern)))
			return FUND_OK;
		if (st != FUND_OK)
			return fault_set(why, st, "the index cannot be read: run fundstelle-index --verify");
		uint32_t number = get_be32(found.data + 1);
		bool keep_texts = manifest_store(m, number, NULL) != NULL, is_orphan = !manifest_segment(m, number);
		if (is_orphan && keep_texts && concern == KEY_SEGMENT)
			st = has_more_than_texts(pages, found, &is_orphan);
		if (st != FUND_OK)
			return fault_set(why, st, "the index cannot be read: run fundstelle-index --verify");
		if (is_orphan && writer_delete_segment(w, number, keep_texts) != FUND_OK) {
			if (why)
				*why = w->fault;
			return w->fault.status;
		}
		segment = (uint64_t)number + 1;
	}
	return FUND_OK;
}

static enum fund_status open_state(struct index_writer *w, struct fault *why)
{
	enum fund_status st = writer_reopen_snapshot(w, why);

	if (st == FUND_OK)
		st = delete_orphans(w, KEY_SEGMENT, why);
	if (st == FUND_OK)
		st = delete_orphans(w, KEY_TOMBSTONES, why);
	if (st == FUND_OK) {
		st = writer_commit(w);
		if (st != FUND_OK && why)
			*why = w->fault;
	}
	if (st == FUND_OK)
		w->next_segment = snapshot_manifest(w->snapshot)->next_segment;
	return st;
}

enum fund_status index_writer_open(struct index_writer **out, const char *dir, const struct index_settings *fresh,
				   uint64_t wait_seconds, struct fault *why)
{
	struct index_writer *w = calloc(1, sizeof(*w));
	uint64_t txnid = 0;
	enum fund_status st = FUND_NO_MEMORY;

	*out = NULL;
	if (!w)
		return fault_set(why, st, "%s: no memory", dir);
	w->lock.fd = -1;
	if (buf_add_str(&w->dir, dir) != FUND_OK || !buf_str(&w->dir)) {
		fault_set(why, st, "%s: no memory", dir);
		goto fail;
	}
	st = make_directory(dir, why);
	if (st == FUND_OK)
		st = check_before_lock(dir, why);
	if (st == FUND_OK)
		st = write_lock_take(&w->lock, dir, wait_seconds, why);
	if (st == FUND_OK)
		st = check_data(dir, &txnid, why);
	if (st == FUND_OK)
		st = remove_leftover(dir, SHRINK_NAME, why);
	if (st == FUND_OK)
		st = replacement_forget(dir, why);
	if (st == FUND_OK && txnid == 0)
		st = index_make(dir, fresh, &txnid, why);
	if (st == FUND_OK)
		st = open_database(w, txnid, why);
	if (st == FUND_OK)
		st = open_state(w, why);
	if (st == FUND_OK) {
		*out = w;
		return FUND_OK;
	}
fail:
	index_writer_close(w);
	return st;
}

void index_writer_close(struct index_writer *w)
{
	if (!w)
		return;
	writer_abort(w);
	writer_close_snapshot(w);
	writer_forget_tombstones(w);
	if (w->env)
		mdb_env_close(w->env);
	write_lock_release(&w->lock);
	buf_release(&w->lexicon);
	buf_release(&w->dir);
	free(w);
}
