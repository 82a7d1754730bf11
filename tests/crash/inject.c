/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject.c - a library to preload: counts what a program asks of the system, lets the k-th request of a kind fail or kills the program there,
 * and records what reaches the index's files.
 *
 *	INJECT_KINDS	open,read,write,sync,rename,unlink,truncate,mmap,alloc,thread,stat,lock,fork,random: which are counted for INJECT_AT
 *	INJECT_UNDER	of files, only those whose path begins so (alloc, thread and maps without a file count always)
 *	INJECT_AT	1 for the first
 *	INJECT_DO	kill, kill-half, kill-after, short, drop, term (SIGTERM comes, and the request is met), pause (it takes two seconds), run
 *			(what INJECT_RUN names is run before it), or the number of an error
 *	INJECT_STICKY	that one and all behind it
 *	INJECT_COUNT	a file: at the end a line a kind, "kind requests", and "live" with the allocations that were not freed
 *	INJECT_RECORD	a file: what was done to files below INJECT_UNDER, and when the program said on stdout that it is done (see record())
 *	INJECT_DEVICE	added to every device number that the program is told
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN, READ, WRITE, SYNC, RENAME, UNLINK, TRUNCATE, MMAP, ALLOC, THREAD, STAT, LOCK, FORK, RANDOM, KINDS };
static const char *const kind_names[KINDS] = { "open", "read", "write", "sync", "rename", "unlink", "truncate", "mmap", "alloc", "thread", "stat", "lock", "fork", "random" };
enum action { NOTHING, KILL, KILL_HALF, KILL_AFTER, SHORT, DROP, TERM, PAUSE, RUN, FAIL };

#define FDS 1024
static struct file {
	bool under, dsync;
	char name[256]; /* behind INJECT_UNDER; empty: not recorded */
} files[FDS];

static bool active;
static unsigned mask;
static const char *under, *count_path;
static size_t under_len;
static unsigned long at, device;
static bool sticky;
static enum action action;
static int error;
static int record_fd = -1;
static atomic_ulong counted, counts[KINDS];
static atomic_long live;
static _Thread_local bool within; /* libc is at work, as one request: how it allocates is its own affair */
static pthread_mutex_t record_mutex = PTHREAD_MUTEX_INITIALIZER;

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name)
{
	bool was = active;
	active = false; /* what the loader allocates is not the program's */
	void *f = dlsym(RTLD_NEXT, name);
	active = was;
	return f;
}

/* ---- what is asked for ---- */

/* A name among others, with commas between. */
static bool lists(const char *names, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	return false;
}

__attribute__((constructor)) static void begin(void)
{
	const char *kinds = getenv("INJECT_KINDS"), *what = getenv("INJECT_DO"), *n = getenv("INJECT_AT"), *record = getenv("INJECT_RECORD");
	static const struct {
		const char *name;
		enum action action;
	} actions[] = { { "kill", KILL }, { "kill-half", KILL_HALF }, { "kill-after", KILL_AFTER }, { "short", SHORT }, { "drop", DROP }, { "term", TERM }, { "pause", PAUSE },
			{ "run", RUN } };

	for (int i = 0; i < KINDS && kinds; i++)
		mask |= lists(kinds, kind_names[i]) ? 1u << i : 0;
	under = getenv("INJECT_UNDER");
	under_len = under ? strlen(under) : 0;
	at = n ? strtoul(n, NULL, 10) : 0;
	sticky = getenv("INJECT_STICKY") != NULL;
	device = getenv("INJECT_DEVICE") ? strtoul(getenv("INJECT_DEVICE"), NULL, 10) : 0;
	action = FAIL;
	error = what ? atoi(what) : EIO;
	for (size_t i = 0; what && i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(what, actions[i].name) == 0)
			action = actions[i].action;
	count_path = getenv("INJECT_COUNT");
	if (record)
		record_fd = REAL(open)(record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	active = true;
}

__attribute__((destructor)) static void end(void)
{
	char text[1024];
	int len = 0;

	active = false;
	if (!count_path)
		return;
	for (int i = 0; i < KINDS; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s %lu\n", kind_names[i], atomic_load(&counts[i]));
	len += snprintf(text + len, sizeof(text) - (size_t)len, "live %ld\n", atomic_load(&live));
	int fd = REAL(open)(count_path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || REAL(write)(fd, text, (size_t)len) != len)
		_exit(99);
}

/* What a build for coverage asks for at its end is not the program's (base/coverage.c). */
void inject_rest(void);
void inject_rest(void)
{
	active = false;
}

static void die(void)
{
	kill(getpid(), SIGKILL);
	pause();
}

/* Another program comes between: it is not looked at. */
static void run_another(void)
{
	active = false;
	unsetenv("LD_PRELOAD");
	if (system(getenv("INJECT_RUN")) != 0)
		_exit(97);
	active = true;
}

/* A request of this kind comes: what is to become of it. Those that fail are done with here: errno is set. */
static enum action meet(enum kind kind, bool ours)
{
	if (!active || within || !ours)
		return NOTHING;
	atomic_fetch_add(&counts[kind], 1);
	if (!(mask >> kind & 1) || at == 0)
		return NOTHING;
	unsigned long n = atomic_fetch_add(&counted, 1) + 1;
	if (n != at && !(sticky && n > at))
		return NOTHING;
	if (action == KILL)
		die();
	if (action == TERM)
		raise(SIGTERM);
	if (action == PAUSE)
		sleep(2);
	if (action == RUN)
		run_another();
	if (action == FAIL)
		errno = error;
	return action;
}

/* Behind the request. */
static void done(enum action a)
{
	if (a == KILL_AFTER || a == KILL_HALF)
		die();
}

/* ---- files ---- */

static bool is_under(const char *path)
{
	return !under || strncmp(path, under, under_len) == 0;
}

static bool fd_is_ours(int fd)
{
	return fd > 2 && fd < FDS && (files[fd].under || !under);
}

static void note_open(int fd, const char *path, int flags)
{
	if (fd < 0 || fd >= FDS || !active)
		return;
	files[fd] = (struct file){ .under = is_under(path), .dsync = (flags & O_DSYNC) != 0 };
	if (under && files[fd].under)
		snprintf(files[fd].name, sizeof(files[fd].name), "%s", path + under_len + (path[under_len] == '/'));
}

/* A record: type, length of the name u32, offset u64, length of the bytes u64, name, bytes. Types: w written, W written and synced (O_DSYNC),
 * s synced, t cut to the offset, r renamed to what the bytes say, u deleted, p a promise on stdout. */
static void record(char type, const char *name, uint64_t off, const void *bytes, uint64_t len)
{
	uint32_t name_len = (uint32_t)strlen(name);
	struct iovec v[] = { { &type, 1 }, { &name_len, 4 }, { &off, 8 }, { &len, 8 }, { (void *)(uintptr_t)name, name_len }, { (void *)(uintptr_t)bytes, len } };

	if (record_fd < 0 || !active)
		return;
	pthread_mutex_lock(&record_mutex);
	if (REAL(writev)(record_fd, v, 6) < 0)
		_exit(98);
	pthread_mutex_unlock(&record_mutex);
}

static void record_write(int fd, const void *bytes, ssize_t n, off_t off)
{
	if (n > 0 && fd_is_ours(fd) && files[fd].name[0])
		record(files[fd].dsync ? 'W' : 'w', files[fd].name, (uint64_t)off, bytes, (uint64_t)n);
}

#define OPEN_BODY(call)                                                                          \
	enum action a = meet(OPEN, is_under(path));                                              \
	if (a == FAIL)                                                                           \
		return -1;                                                                       \
	mode_t mode = 0;                                                                         \
	if (flags & (O_CREAT | O_TMPFILE)) {                                                     \
		va_list args;                                                                    \
		va_start(args, flags);                                                           \
		mode = va_arg(args, mode_t);                                                     \
		va_end(args);                                                                    \
	}                                                                                        \
	int fd = call;                                                                           \
	note_open(fd, path, flags);                                                              \
	done(a);                                                                                 \
	return fd

int open(const char *path, int flags, ...)
{
	OPEN_BODY(REAL(open)(path, flags, mode));
}
int open64(const char *path, int flags, ...)
{
	OPEN_BODY(REAL(open64)(path, flags, mode));
}
/* Of files in folders the path is not known: none of them is the index's. */
int openat64(int folder, const char *path, int flags, ...)
{
	OPEN_BODY(REAL(openat64)(folder, path, flags, mode));
}

#define READ_BODY(call)                                  \
	enum action a = meet(READ, fd_is_ours(fd));      \
	if (a == FAIL)                                   \
		return -1;                               \
	if (a == SHORT && n > 1)                         \
		n /= 2;                                  \
	ssize_t got = call;                              \
	done(a);                                         \
	return got

ssize_t read(int fd, void *to, size_t n)
{
	READ_BODY(REAL(read)(fd, to, n));
}
ssize_t pread(int fd, void *to, size_t n, off_t off)
{
	READ_BODY(REAL(pread)(fd, to, n, off));
}
ssize_t pread64(int fd, void *to, size_t n, off_t off)
{
	READ_BODY(REAL(pread64)(fd, to, n, off));
}

#define WRITE_BODY(call, where)                                      \
	enum action a = meet(WRITE, fd_is_ours(fd));                 \
	if (a == FAIL)                                               \
		return -1;                                           \
	if (a == DROP)                                               \
		return (ssize_t)n;                                   \
	if ((a == SHORT || a == KILL_HALF) && n > 1)                 \
		n /= 2;                                              \
	off_t off = where;                                           \
	ssize_t put = call;                                          \
	record_write(fd, from, put, off);                            \
	done(a);                                                     \
	return put

ssize_t write(int fd, const void *from, size_t n)
{
	if (fd == 1 && active)
		record('p', "", 0, from, n);
	WRITE_BODY(REAL(write)(fd, from, n), fd_is_ours(fd) ? lseek(fd, 0, SEEK_CUR) : 0);
}
ssize_t pwrite(int fd, const void *from, size_t n, off_t to)
{
	WRITE_BODY(REAL(pwrite)(fd, from, n, to), to);
}
ssize_t pwrite64(int fd, const void *from, size_t n, off_t to)
{
	WRITE_BODY(REAL(pwrite64)(fd, from, n, to), to);
}
/* As one write: so it can be cut. */
ssize_t writev(int fd, const struct iovec *v, int count)
{
	size_t len = 0;
	for (int i = 0; i < count; i++)
		len += v[i].iov_len;
	char *all = __libc_malloc(len + 1), *end_ = all;
	for (int i = 0; i < count; end_ += v[i].iov_len, i++)
		memcpy(end_, v[i].iov_base, v[i].iov_len);
	ssize_t n = write(fd, all, len);
	int failed = errno;
	__libc_free(all);
	errno = failed;
	return n;
}

#define FD_BODY(kind, call, type, off)                   \
	enum action a = meet(kind, fd_is_ours(fd));      \
	if (a == FAIL)                                   \
		return -1;                               \
	if (a == DROP)                                   \
		return 0;                                \
	int rc = call;                                   \
	if (rc == 0 && fd_is_ours(fd))                   \
		record(type, files[fd].name, off, "", 0); \
	done(a);                                         \
	return rc

int fsync(int fd)
{
	FD_BODY(SYNC, REAL(fsync)(fd), 's', 0);
}
int fdatasync(int fd)
{
	FD_BODY(SYNC, REAL(fdatasync)(fd), 's', 0);
}
int ftruncate(int fd, off_t len)
{
	FD_BODY(TRUNCATE, REAL(ftruncate)(fd, len), 't', (uint64_t)len);
}
int ftruncate64(int fd, off_t len)
{
	FD_BODY(TRUNCATE, REAL(ftruncate64)(fd, len), 't', (uint64_t)len);
}

static const char *short_name(const char *path)
{
	return under && is_under(path) ? path + under_len + (path[under_len] == '/') : "";
}

int rename(const char *from, const char *to)
{
	enum action a = meet(RENAME, is_under(from));
	if (a == FAIL)
		return -1;
	int rc = REAL(rename)(from, to);
	if (rc == 0 && is_under(from))
		record('r', short_name(from), 0, short_name(to), strlen(short_name(to)));
	done(a);
	return rc;
}

int unlink(const char *path)
{
	enum action a = meet(UNLINK, is_under(path));
	if (a == FAIL)
		return -1;
	int rc = REAL(unlink)(path);
	if (rc == 0 && is_under(path))
		record('u', short_name(path), 0, "", 0);
	done(a);
	return rc;
}

/* ---- memory, threads ---- */

#define MMAP_BODY(call)                                              \
	enum action a = meet(MMAP, fd < 0 || fd_is_ours(fd));        \
	if (a == FAIL)                                               \
		return MAP_FAILED;                                   \
	void *map = call;                                            \
	done(a);                                                     \
	return map

void *mmap(void *where, size_t len, int prot, int flags, int fd, off_t off)
{
	MMAP_BODY(REAL(mmap)(where, len, prot, flags, fd, off));
}
void *mmap64(void *where, size_t len, int prot, int flags, int fd, off_t off)
{
	MMAP_BODY(REAL(mmap64)(where, len, prot, flags, fd, off));
}

static void *allocated(void *p)
{
	if (p && active && !within)
		atomic_fetch_add(&live, 1);
	return p;
}

#define ALLOC_BODY(call)                                         \
	enum action a = meet(ALLOC, true);                       \
	if (a == FAIL)                                           \
		return NULL;                                     \
	void *p = allocated(call);                               \
	done(a);                                                 \
	return p

void *malloc(size_t n)
{
	ALLOC_BODY(__libc_malloc(n));
}
void *calloc(size_t n, size_t size)
{
	ALLOC_BODY(__libc_calloc(n, size));
}
void *aligned_alloc(size_t align, size_t n)
{
	ALLOC_BODY(__libc_memalign(align, n));
}
void *realloc(void *old, size_t n)
{
	enum action a = meet(ALLOC, true);
	if (a == FAIL)
		return NULL;
	void *p = __libc_realloc(old, n);
	if (!old)
		allocated(p);
	done(a);
	return p;
}
int posix_memalign(void **out, size_t align, size_t n)
{
	enum action a = meet(ALLOC, true);
	if (a == FAIL)
		return error;
	void *p = allocated(__libc_memalign(align, n));
	if (!p)
		return ENOMEM;
	*out = p;
	done(a);
	return 0;
}
void free(void *p)
{
	if (p && active && !within)
		atomic_fetch_sub(&live, 1);
	__libc_free(p);
}

/* glibc keeps what it has of a locale when it is short of memory for the rest. */
locale_t newlocale(int mask_of_parts, const char *name, locale_t base)
{
	enum action a = meet(ALLOC, true);
	if (a == FAIL)
		return (locale_t)0;
	within = true;
	locale_t made = REAL(newlocale)(mask_of_parts, name, base);
	within = false;
	allocated(made);
	done(a);
	return made;
}

void freelocale(locale_t locale)
{
	if (locale && active)
		atomic_fetch_sub(&live, 1);
	within = true;
	REAL(freelocale)(locale);
	within = false;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
	enum action a = meet(THREAD, true);
	if (a == FAIL)
		return error;
	int rc = REAL(pthread_create)(thread, attributes, start, argument);
	done(a);
	return rc;
}

/* ---- looking at files ---- */

#define STAT_BODY(ours, call)                       \
	enum action a = meet(STAT, ours);           \
	if (a == FAIL)                              \
		return -1;                          \
	int rc = call;                              \
	if (rc == 0)                                \
		st->st_dev += device;               \
	done(a);                                    \
	return rc

int fstat64(int fd, struct stat64 *st)
{
	STAT_BODY(fd_is_ours(fd), REAL(fstat64)(fd, st));
}
int stat64(const char *path, struct stat64 *st)
{
	STAT_BODY(is_under(path), REAL(stat64)(path, st));
}
int lstat64(const char *path, struct stat64 *st)
{
	STAT_BODY(is_under(path), REAL(lstat64)(path, st));
}
int fstatat64(int folder, const char *path, struct stat64 *st, int flags)
{
	STAT_BODY(!under, REAL(fstatat64)(folder, path, st, flags));
}

/* ---- locks, processes, random numbers ---- */

#define LOCK_BODY(name)                                                      \
	va_list args;                                                        \
	va_start(args, command);                                             \
	void *argument = va_arg(args, void *);                               \
	va_end(args);                                                        \
	enum action a = meet(LOCK, command == F_OFD_SETLK && fd_is_ours(fd)); \
	if (a == FAIL)                                                       \
		return -1;                                                   \
	int rc = REAL(name)(fd, command, argument);                          \
	done(a);                                                             \
	return rc

int fcntl(int fd, int command, ...)
{
	LOCK_BODY(fcntl);
}
int fcntl64(int fd, int command, ...)
{
	LOCK_BODY(fcntl64);
}

pid_t fork(void)
{
	enum action a = meet(FORK, true);
	if (a == FAIL)
		return -1;
	pid_t pid = REAL(fork)();
	if (pid)
		done(a);
	return pid;
}

ssize_t getrandom(void *to, size_t n, unsigned flags)
{
	enum action a = meet(RANDOM, true);
	if (a == FAIL)
		return -1;
	ssize_t got = REAL(getrandom)(to, n, flags);
	done(a);
	return got;
}
