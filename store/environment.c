/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/hash.h"
#include "store/pages.h"
#include "store/planted.h"
#include "base/translate.h"

/* Sizes of the map, as powers of two. */
static const unsigned map_bits[] = { 40, 38, 36, 34, 32, 30, 28 };
#define N_MAP_BITS (sizeof(map_bits) / sizeof(map_bits[0]))

static int open_with_map(MDB_env **out, const char *dir, unsigned flags, size_t map_size)
{
	MDB_env *env = NULL;
	int rc = mdb_env_create(&env);

	if (rc == 0)
		rc = mdb_env_set_mapsize(env, map_size);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(env, ENVIRONMENT_READERS);
	if (rc == 0)
		rc = mdb_env_open(env, dir, flags | MDB_NOTLS, 0666);
	if (rc != 0 && env)
		mdb_env_close(env);
	else
		*out = env;
	return rc;
}

enum fund_status environment_open(MDB_env **out, const char *dir, unsigned flags, struct fault *why)
{
	int rc = ENOMEM;

	*out = NULL;
	if (planted("no-sync"))
		flags |= MDB_NOSYNC;
	for (size_t i = 0; i < N_MAP_BITS && (rc == ENOMEM || rc == EINVAL); i++)
		if (map_bits[i] < 8 * sizeof(size_t) - 1)
			rc = open_with_map(out, dir, flags, (size_t)1 << map_bits[i]);
	return rc == 0 ? FUND_OK : environment_fault(why, rc, dir, N_("cannot open"));
}

/* LMDB reports a short write, which is how a disk fills up, as EIO. */
static bool space_is_short(const char *dir)
{
	const uint64_t least = 4u << 20;
	struct buf path = BUF_INIT;
	struct statvfs fs;
	struct rlimit limit;
	struct stat file;
	bool is_short = statvfs(dir, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < least;

	if (path_join(&path, dir, "data.mdb", NULL) == FUND_OK &&
	    (stat((const char *)path.data, &file) == 0 || stat(dir, &file) == 0) &&
	    getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		is_short = is_short || (uint64_t)file.st_size + least > limit.rlim_cur;
	buf_release(&path);
	return is_short;
}

/* LMDB does not say where its map is. But a page begins with its number, so one value in the map tells. */
int environment_commit(MDB_txn *txn, MDB_dbi dbi)
{
	static uint8_t key[] = { KEY_TRANSACTION };
	uint8_t number[KEY_TRANSACTION_LEN];
	MDB_val k = { sizeof(key), key }, v = { sizeof(number), number };

	put_u64(number + 4, mdb_txn_id(txn));
	put_u32(number, checksum(number + 4, sizeof(number) - 4));
	int rc = mdb_put(txn, dbi, &k, &v, 0);
	if (rc == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

void environment_forget_pages(MDB_env *env, MDB_txn *txn, MDB_dbi dbi, MDB_val key)
{
	MDB_val value;
	MDB_stat stat;
	MDB_envinfo info;
	size_t number;

	if (mdb_env_stat(env, &stat) != 0 || mdb_env_info(env, &info) != 0 || mdb_get(txn, dbi, &key, &value) != 0)
		return;
	uintptr_t page = (uintptr_t)value.mv_data & ~((uintptr_t)stat.ms_psize - 1);
	memcpy(&number, (const void *)page, sizeof(number));
	if (number > info.me_last_pgno || number > page / stat.ms_psize)
		return;
	madvise((void *)(page - number * stat.ms_psize), (info.me_last_pgno + 1) * stat.ms_psize, MADV_DONTNEED);
}

enum fund_status environment_fault(struct fault *why, int error, const char *dir, const char *what)
{
	what = translate(what);
	switch (error) {
	case MDB_MAP_FULL:
		return fault_set(why, FUND_NO_SPACE, "%s: %s: the address space that this process may use is full", dir,
				 what);
	case MDB_READERS_FULL:
		return fault_set(why, FUND_LIMIT, "%s: %s: more than %u readers at once", dir, what,
				 ENVIRONMENT_READERS);
	case MDB_TXN_FULL:
		return fault_set(why, FUND_LIMIT, "%s: %s: more changes than one transaction holds", dir, what);
	case MDB_VERSION_MISMATCH:
	case MDB_INVALID:
		return fault_set(why, FUND_FORMAT, "%s: %s: not an index of this machine and version", dir, what);
	case MDB_PAGE_NOTFOUND:
	case MDB_CORRUPTED:
	case MDB_INCOMPATIBLE:
		return fault_set(why, FUND_CORRUPT, "%s: %s: damaged (%s)", dir, what, mdb_strerror(error));
	case EIO:
		if (space_is_short(dir))
			return fault_errno(why, ENOSPC, "%s: %s", dir, what);
		break;
	default: break;
	}
	if (error < 0)
		return fault_set(why, FUND_IO, "%s: %s: %s", dir, what, mdb_strerror(error));
	return fault_errno(why, error, "%s: %s", dir, what);
}

enum fund_status path_join(struct buf *out, const char *dir, const char *name, struct fault *why)
{
	buf_reset(out);
	if (buf_add_format(out, "%s/%s", dir, name) != FUND_OK || !buf_str(out))
		return fault_set(why, FUND_NO_MEMORY, "%s/%s: no memory", dir, name);
	return FUND_OK;
}

/* Some file systems cannot sync directories. */
static int sync_error(int fd) { return fsync(fd) != 0 && errno != EINVAL ? errno : 0; }

enum fund_status file_replace(const char *from, const char *to, const char *dir, bool *replaced, struct fault *why)
{
	int fd = open(dir, O_RDONLY | O_CLOEXEC); /* what can fail before anything is done should */
	enum fund_status st = fd < 0 ? fault_errno(why, errno, "%s: cannot sync", dir) : FUND_OK;

	if (st == FUND_OK && rename(from, to) != 0)
		st = fault_errno(why, errno, "%s: cannot rename", from);
	*replaced = st == FUND_OK;
	int error = *replaced ? sync_error(fd) : 0;
	if (error)
		st = fault_errno(why, error, "%s: cannot sync", dir);
	if (!*replaced)
		unlink(from);
	if (fd >= 0)
		close(fd);
	return st;
}

enum fund_status parent_sync(const char *path, struct fault *why)
{
	struct buf parent = BUF_INIT;
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	enum fund_status st = len ? buf_add(&parent, path, len) : buf_add_str(&parent, ".");
	st = st == FUND_OK && buf_str(&parent) ? path_sync((const char *)parent.data, why) : fault_set(why, FUND_NO_MEMORY, "%s: no memory", path);
	buf_release(&parent);
	return st;
}

enum fund_status path_sync(const char *path, struct fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = fd < 0 ? errno : 0;

	if (fd >= 0)
		error = sync_error(fd);
	if (fd >= 0)
		close(fd);
	return error ? fault_errno(why, error, "%s: cannot sync", path) : FUND_OK;
}
