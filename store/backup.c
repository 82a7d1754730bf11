/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/copy.h"
#include "store/writer_private.h"

/* Where a copy is written, and what it becomes. */
struct paths {
	struct buf data, fresh, lock;
};

static void paths_release(struct paths *p)
{
	buf_release(&p->data);
	buf_release(&p->fresh);
	buf_release(&p->lock);
}

static enum fund_status paths_of(struct paths *p, const char *dir, struct fault *why)
{
	enum fund_status st = path_join(&p->data, dir, "data.mdb", why);

	if (st == FUND_OK)
		st = path_join(&p->fresh, dir, SHRINK_NAME, why);
	return st == FUND_OK ? path_join(&p->lock, dir, "lock.mdb", why) : st;
}

static const char *str(const struct buf *b)
{
	return (const char *)b->data;
}

/* ---- backup ---- */

static bool exists(const char *path)
{
	struct stat is;

	return lstat(path, &is) == 0;
}

/* An earlier backup of the same index is replaced. Whatever else is there stays: another index, a newer state, one that is written to. */
static enum fund_status check_earlier(const char *to, const struct manifest *from, struct fault *why)
{
	struct buf lock = BUF_INIT;
	struct snapshot *earlier = NULL;
	struct fault inner = { 0 };
	enum fund_status st = path_join(&lock, to, "write.lock", why);

	if (st != FUND_OK)
		return st;
	if (exists(str(&lock))) {
		st = fault_set(why, FUND_INVALID, "%s: holds an index that is written to, not a backup", to);
	} else if (snapshot_open(&earlier, to, &inner) != FUND_OK) {
		st = fault_set(why, FUND_INVALID, "%s: holds something that is no backup of this index: %s", to, inner.text);
	} else {
		const struct manifest *m = snapshot_manifest(earlier);
		if (m->id != from->id)
			st = fault_set(why, FUND_INVALID, "%s: holds another index already: name another folder for the backup", to);
		else if (m->generation > from->generation)
			st = fault_set(why, FUND_INVALID, "%s: holds a newer state of this index: name another folder for the backup", to);
	}
	snapshot_close(earlier);
	buf_release(&lock);
	return st;
}

static enum fund_status make_target(const struct paths *p, const char *to, const struct manifest *from, struct fault *why)
{
	if (mkdir(to, 0777) != 0 && errno != EEXIST)
		return fault_errno(why, errno, "%s: cannot make the directory", to);
	enum fund_status st = parent_sync(to, why);
	if (st != FUND_OK)
		return st;
	if (exists(str(&p->data))) {
		st = check_earlier(to, from, why);
		if (st != FUND_OK)
			return st;
	}
	if (unlink(str(&p->fresh)) != 0 && errno != ENOENT) /* of a backup that was killed */
		return fault_errno(why, errno, "%s: cannot delete", str(&p->fresh));
	return FUND_OK;
}

enum fund_status index_backup(const char *dir, const char *to, struct fault *why)
{
	bool replaced = false;
	struct paths paths = { 0 };
	struct snapshot *snapshot = NULL;
	enum fund_status st = paths_of(&paths, to, why);

	if (st == FUND_OK)
		st = snapshot_open(&snapshot, dir, why);
	if (st == FUND_OK)
		st = make_target(&paths, to, snapshot_manifest(snapshot), why);
	if (st != FUND_OK)
		goto out;
	snapshot_advise_through(snapshot);
	st = copy_state(snapshot, str(&paths.fresh), why);
	if ((st == FUND_OK || st == FUND_CORRUPT) && snapshot_check(snapshot) == FUND_STALE) {
		unlink(str(&paths.fresh));
		st = fault_set(why, FUND_STALE,
			       "%s: was rewritten while it was copied; its lock.mdb cannot be written, so it "
			       "cannot be held still: try again",
			       dir);
	}
	if (st == FUND_OK)
		*why = (struct fault){ 0 };
	if (st == FUND_OK)
		st = file_replace(str(&paths.fresh), str(&paths.data), to, &replaced, why);
	if (replaced)
		st = FUND_OK;
out:
	snapshot_close(snapshot);
	paths_release(&paths);
	return st;
}

/* ---- another file in place of data.mdb ---- */

/*
 * Three parties may hold or open the files while they change.
 *
 * Readers that have the old data.mdb open keep it, and the old lock.mdb: nobody writes there any more, so their pages
 * stay.
 *
 * lock.mdb goes first, data.mdb is replaced second. A reader that comes in between finds the old data and no lock
 * file, and reads unregistered, which is safe for the same reason. In the other order one could register with the new
 * data in the lock file that is about to go, where no writer looks for readers any more.
 *
 * A reader in the midst of opening may still make a fresh lock.mdb that speaks of the old data: transaction numbers
 * of the new file begin anew, and LMDB trusts the lock file for the newest of them as long as anybody has it open. So
 * the next writer compares that number with the meta pages and removes a lock file that belongs to another data.mdb
 * (open_database), and readers that are given a number the meta pages do not have open again.
 *
 * Killed in between, the old data is there, or the new one; data.mdb.new is deleted by the next writer.
 */
enum fund_status data_replace(const char *fresh, const char *dir, struct fault *why)
{
	bool replaced;
	struct paths paths = { 0 };
	struct stat old;
	enum fund_status st = paths_of(&paths, dir, why);

	if (st != FUND_OK) {
		unlink(fresh);
	} else if (stat(str(&paths.data), &old) != 0 || chmod(fresh, old.st_mode & 07777) != 0 || (unlink(str(&paths.lock)) != 0 && errno != ENOENT)) {
		st = fault_errno(why, errno, "%s: cannot replace data.mdb", dir);
		unlink(fresh);
	} else {
		st = file_replace(fresh, str(&paths.data), dir, &replaced, why);
	}
	paths_release(&paths);
	return st;
}

enum fund_status index_writer_shrink(struct index_writer *w, struct fault *why)
{
	struct buf fresh = BUF_INIT;
	enum fund_status st = path_join(&fresh, writer_dir(w), SHRINK_NAME, why);

	if (st == FUND_OK) {
		writer_abort(w);
		st = copy_state(w->snapshot, str(&fresh), why);
	}
	if (st == FUND_OK)
		st = data_replace(str(&fresh), writer_dir(w), why);
	buf_release(&fresh);
	return st;
}
