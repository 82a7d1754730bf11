/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/readers.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/environment.h"

#define OPEN_TRIES 5
#define RETRY_NS 2000000L /* another process may be closing: its lock file is then half-way */

/* One a file. */
struct shared {
	MDB_env *env;
	dev_t device;
	ino_t inode;
	unsigned users;
	struct shared *next;
};

struct reader {
	struct shared *shared;
	MDB_txn *txn;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct shared *all;

/* The lock file is never opened here: closing it would drop the locks that LMDB holds on it. A reader does not make
 * one either: it would be the reader's own, and the writer could be shut out. */
static bool lock_is_writable(const char *dir)
{
	struct buf path = BUF_INIT;
	bool writable = path_join(&path, dir, "lock.mdb", NULL) == FUND_OK &&
			faccessat(AT_FDCWD, (const char *)path.data, R_OK | W_OK, AT_EACCESS) == 0;

	buf_release(&path);
	return writable;
}

static int env_open_once(MDB_env **out, const char *dir, size_t map_size)
{
	MDB_env *env = NULL;
	int rc = mdb_env_create(&env);

	if (rc != 0)
		return rc;
	rc = mdb_env_set_maxreaders(env, ENVIRONMENT_READERS);
	if (rc == 0 && map_size != 0)
		rc = mdb_env_set_mapsize(env, map_size);
	if (rc == 0)
		rc = mdb_env_open(env, dir, MDB_RDONLY | MDB_NOTLS, 0600);
	if (rc == 0)
		*out = env;
	else
		mdb_env_close(env);
	return rc;
}

/* LMDB maps as much as the writer did, sparse; where the address space refuses that, no more than the file. */
static int env_open(MDB_env **out, const char *dir)
{
	size_t map_size = 0;
	int rc = EAGAIN;

	for (int i = 0; i < OPEN_TRIES; i++) {
		rc = env_open_once(out, dir, map_size);
		if (rc == 0 || rc == EACCES || rc == EPERM || rc == EROFS || rc == ENOENT)
			break;
		if (rc == ENOMEM || rc == EINVAL) /* emulators say that of a map beyond their addresses */
			map_size = 1;
		else
			nanosleep(&(struct timespec){ 0, RETRY_NS }, NULL);
	}
	return rc;
}

static bool env_is_of(MDB_env *env, dev_t device, ino_t inode)
{
	struct stat st;
	int fd;

	return mdb_env_get_fd(env, &fd) == 0 && fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static struct shared *shared_find(dev_t device, ino_t inode)
{
	struct shared *s = all;

	while (s != NULL && (s->device != device || s->inode != inode))
		s = s->next;
	return s;
}

static enum fund_status shared_open(struct shared **out, const char *dir, dev_t device, ino_t inode)
{
	struct shared *s = malloc(sizeof(*s));

	if (s == NULL)
		return FUND_NO_MEMORY;
	*s = (struct shared){ NULL, device, inode, 0, all };
	if (!lock_is_writable(dir) || env_open(&s->env, dir) != 0) {
		free(s);
		return FUND_NOT_FOUND;
	}
	if (!env_is_of(s->env, device, inode)) { /* replaced meanwhile */
		mdb_env_close(s->env);
		free(s);
		return FUND_NOT_FOUND;
	}
	all = s;
	*out = s;
	return FUND_OK;
}

static void shared_leave(struct shared *s)
{
	struct shared **at = &all;

	if (--s->users > 0)
		return;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	mdb_env_close(s->env);
	free(s);
}

static int txn_begin(struct reader *r)
{
	int rc = mdb_txn_begin(r->shared->env, NULL, MDB_RDONLY, &r->txn);

	if (rc == MDB_READERS_FULL && mdb_reader_check(r->shared->env, NULL) == 0)
		rc = mdb_txn_begin(r->shared->env, NULL, MDB_RDONLY, &r->txn);
	return rc;
}

enum fund_status reader_register(struct reader **out, const char *dir, dev_t device, ino_t inode)
{
	enum fund_status status = FUND_OK;
	struct reader *r = calloc(1, sizeof(*r));

	*out = NULL;
	if (r == NULL)
		return FUND_NO_MEMORY;
	pthread_mutex_lock(&mutex);
	r->shared = shared_find(device, inode);
	if (r->shared == NULL)
		status = shared_open(&r->shared, dir, device, inode);
	if (status == FUND_OK) {
		r->shared->users++;
		if (txn_begin(r) != 0) {
			shared_leave(r->shared);
			status = FUND_NOT_FOUND;
		}
	}
	pthread_mutex_unlock(&mutex);
	if (status == FUND_OK)
		*out = r;
	else
		free(r);
	return status;
}

void reader_leave(struct reader *r)
{
	if (r == NULL)
		return;
	pthread_mutex_lock(&mutex);
	mdb_txn_abort(r->txn);
	shared_leave(r->shared);
	pthread_mutex_unlock(&mutex);
	free(r);
}

uint64_t reader_txnid(const struct reader *r)
{
	return mdb_txn_id(r->txn);
}
