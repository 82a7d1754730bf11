/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * environment.h - opening LMDB for writing and copying, and its errors as ours.
 *
 * The file must have been through pages_check() before LMDB walks it: LMDB crashes on damaged pages.
 */
#ifndef STORE_ENVIRONMENT_H
#define STORE_ENVIRONMENT_H

#include <lmdb.h>

#include "base/bytes.h"

#define ENVIRONMENT_READERS 1022u /* slots in the lock file: LMDB's own 126 are few */

/* `flags`: LMDB's; MDB_NOTLS is added. With MDB_NOSUBDIR `dir` is a file. The map is 1 TiB, or the largest that the
 * address space grants. */
enum fund_status environment_open(MDB_env **out, const char *dir, unsigned flags, struct fault *why);

/* Commits, with the transaction's number under KEY_TRANSACTION. LMDB's error; the transaction is gone in any case. */
int environment_commit(MDB_txn *txn, MDB_dbi dbi);

/* Takes the map's pages out of this process: they stay in the page cache, but a run that writes gigabytes need not hold them all. */
void environment_forget_pages(MDB_env *env, MDB_txn *txn, MDB_dbi dbi, MDB_val key);

/* "dir: what: reason". Full disk, quota, file-size limit and a full map are FUND_NO_SPACE. */
enum fund_status environment_fault(struct fault *why, int error, const char *dir, const char *what);

/* dir/name as a string in `out`, which is reset. */
enum fund_status path_join(struct buf *out, const char *dir, const char *name, struct fault *why);
/* Put a complete, synced file in another's place, for good: the folder is synced. A failure and *replaced: it is in its place, but a loss of power may take it
 * back. Else `from` is deleted where that fails. */
enum fund_status file_replace(const char *from, const char *to, const char *dir, bool *replaced, struct fault *why);
/* fsync of a directory or file by its path. */
enum fund_status path_sync(const char *path, struct fault *why);
/* That of the folder that `path` is in: so its name lasts. */
enum fund_status parent_sync(const char *path, struct fault *why);

#endif
