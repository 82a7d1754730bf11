/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/index_replacement.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/snapshot.h"
#include "store/writer_private.h"

enum fund_status replacement_forget(const char *dir, struct fault *why)
{
	static const char *const files[] = { REPLACEMENT_NAME "/data.mdb", REPLACEMENT_NAME "/" SHRINK_NAME, REPLACEMENT_NAME "/lock.mdb",
					     REPLACEMENT_NAME "/write.lock" };
	struct buf path = BUF_INIT;
	enum fund_status st = path_join(&path, dir, REPLACEMENT_NAME, why);
	if (st != FUND_OK || access((const char *)path.data, F_OK) != 0)
		goto out;
	for (size_t i = 0; st == FUND_OK && i < sizeof files / sizeof *files; i++) {
		st = path_join(&path, dir, files[i], why);
		if (st == FUND_OK && unlink((const char *)path.data) != 0 && errno != ENOENT)
			st = fault_errno(why, errno, "%s: cannot delete", (const char *)path.data);
	}
	if (st == FUND_OK)
		st = path_join(&path, dir, REPLACEMENT_NAME, why);
	if (st == FUND_OK && rmdir((const char *)path.data) != 0)
		st = fault_errno(why, errno, "%s: cannot delete", (const char *)path.data);
out:
	buf_release(&path);
	return st;
}

/* With the lock held: another run may have replaced it before. */
static enum fund_status check_older(const char *dir, struct fault *why)
{
	struct snapshot *s = NULL;
	struct fault inner = { 0 };
	enum fund_status st = snapshot_open(&s, dir, &inner);
	snapshot_close(s);
	return st == FUND_OLDER ? FUND_OK : fault_set(why, FUND_INVALID, "%s: changed while it was looked at: try again", dir);
}

enum fund_status index_replacement_begin(struct index_replacement *r, const char *dir, uint64_t wait_seconds, struct fault *why)
{
	*r = (struct index_replacement){ WRITE_LOCK_INIT, BUF_INIT, BUF_INIT };
	enum fund_status st = path_join(&r->beside, dir, REPLACEMENT_NAME, why);
	if (st == FUND_OK && (buf_add_str(&r->dir, dir) != FUND_OK || !buf_str(&r->dir)))
		st = fault_set(why, FUND_NO_MEMORY, "%s: no memory", dir);
	if (st == FUND_OK)
		st = write_lock_take(&r->lock, dir, wait_seconds, why);
	if (st == FUND_OK)
		st = check_older(dir, why);
	return st == FUND_OK ? replacement_forget(dir, why) : st;
}

const char *index_replacement_dir(const struct index_replacement *r) { return (const char *)r->beside.data; }

enum fund_status index_replacement_publish(struct index_replacement *r, struct fault *why)
{
	struct buf fresh = BUF_INIT;
	enum fund_status st = path_join(&fresh, index_replacement_dir(r), "data.mdb", why);
	if (st == FUND_OK)
		st = data_replace((const char *)fresh.data, (const char *)r->dir.data, why);
	buf_release(&fresh);
	return st;
}

void index_replacement_end(struct index_replacement *r)
{
	if (r->lock.fd >= 0)
		replacement_forget((const char *)r->dir.data, NULL);
	write_lock_release(&r->lock);
	buf_release(&r->dir);
	buf_release(&r->beside);
}
