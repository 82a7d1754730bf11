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

static enum fund_status move_into_place(const struct paths *p, const char *dir, struct fault *why)
{
	if (rename(str(&p->fresh), str(&p->data)) != 0) {
		enum fund_status st = fault_errno(why, errno, "%s: cannot rename", str(&p->fresh));
		unlink(str(&p->fresh));
		return st;
	}
	return path_sync(dir, why);
}

/* ---- backup ---- */

static enum fund_status make_target(const struct paths *p, const char *to, struct fault *why)
{
	struct stat is;

	if (mkdir(to, 0777) != 0 && errno != EEXIST)
		return fault_errno(why, errno, "%s: cannot make the directory", to);
	if (lstat(str(&p->data), &is) == 0)
		return fault_set(why, FUND_INVALID, "%s: holds an index already", to);
	if (errno != ENOENT)
		return fault_errno(why, errno, "%s", str(&p->data));
	if (unlink(str(&p->fresh)) != 0 && errno != ENOENT) /* of a backup that was killed */
		return fault_errno(why, errno, "%s: cannot delete", str(&p->fresh));
	return FUND_OK;
}

enum fund_status index_backup(const char *dir, const char *to, struct fault *why)
{
	struct paths paths = { 0 };
	struct snapshot *snapshot = NULL;
	enum fund_status st = paths_of(&paths, to, why);

	if (st == FUND_OK)
		st = snapshot_open(&snapshot, dir, why);
	if (st == FUND_OK)
		st = make_target(&paths, to, why);
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
		st = move_into_place(&paths, to, why);
out:
	snapshot_close(snapshot);
	paths_release(&paths);
	return st;
}

/* ---- shrink ---- */

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
enum fund_status index_writer_shrink(struct index_writer *w, struct fault *why)
{
	struct paths paths = { 0 };
	struct stat old;
	enum fund_status st = paths_of(&paths, writer_dir(w), why);

	if (st != FUND_OK)
		goto out;
	writer_abort(w);
	st = copy_state(w->snapshot, str(&paths.fresh), why);
	if (st != FUND_OK)
		goto out;
	if (stat(str(&paths.data), &old) != 0 || chmod(str(&paths.fresh), old.st_mode & 07777) != 0 ||
	    (unlink(str(&paths.lock)) != 0 && errno != ENOENT)) {
		st = fault_errno(why, errno, "%s: cannot replace data.mdb", writer_dir(w));
		unlink(str(&paths.fresh));
		goto out;
	}
	st = move_into_place(&paths, writer_dir(w), why);
out:
	paths_release(&paths);
	return st;
}
