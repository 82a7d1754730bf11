/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/sanitized.h"

/* ---- memory ---- */

static uint64_t address_space(void)
{
	unsigned long long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f)
		return (uint64_t)256 << 20;
	if (fscanf(f, "%llu", &pages) != 1)
		pages = 0;
	fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void set_limits(unsigned what, uint64_t soft, uint64_t hard)
{
	struct rlimit old, limit = { (rlim_t)soft, (rlim_t)hard };
	if (getrlimit(what, &old) == 0 && old.rlim_max != RLIM_INFINITY && old.rlim_max < limit.rlim_max)
		limit.rlim_max = old.rlim_max;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	setrlimit(what, &limit);
}

static void set_limit(unsigned what, uint64_t value) { set_limits(what, value, value); }

#ifdef __linux__

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* ---- Landlock: numbers of our own, since its header may be older than the kernel, or missing ---- */

#define LANDLOCK_CREATE_RULESET 444L
#define LANDLOCK_ADD_RULE 445L
#define LANDLOCK_RESTRICT_SELF 446L
#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1L

#define FS_EXECUTE (UINT64_C(1) << 0)
#define FS_WRITE_FILE (UINT64_C(1) << 1)
#define FS_READ_FILE (UINT64_C(1) << 2)
#define FS_READ_DIR (UINT64_C(1) << 3)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_REG (UINT64_C(1) << 8)
#define FS_TRUNCATE (UINT64_C(1) << 14)

struct ruleset {
	uint64_t fs, net, scoped;
};

struct path_beneath {
	uint64_t access;
	int32_t fd;
} __attribute__((packed));

/* All that a kernel of this version can refuse. Returns the bytes of `r` that it knows. */
static size_t everything(long version, struct ruleset *r)
{
	*r = (struct ruleset){ .fs = (UINT64_C(1) << 13) - 1 };
	if (version >= 2)
		r->fs |= UINT64_C(1) << 13; /* refer */
	if (version >= 3)
		r->fs |= FS_TRUNCATE;
	if (version >= 5)
		r->fs |= UINT64_C(1) << 15; /* ioctl of devices */
	if (version >= 4)
		r->net = 3; /* bind, connect */
	if (version >= 6)
		r->scoped = 3; /* abstract sockets, signals */
	return version >= 6 ? sizeof *r : version >= 4 ? offsetof(struct ruleset, scoped) : offsetof(struct ruleset, net);
}

int confine_set_new(void)
{
	struct ruleset r;
	long version = syscall(LANDLOCK_CREATE_RULESET, NULL, (size_t)0, CREATE_RULESET_VERSION);
	if (version < 1)
		return -1;
	size_t size = everything(version, &r);
	return (int)syscall(LANDLOCK_CREATE_RULESET, &r, size, 0);
}

/* Only rights that the set refuses can be given: the newer ones are tried, and left out. */
static void allow(int set, int folder, uint64_t access)
{
	struct path_beneath rule = { access, folder };
	if (set < 0 || folder < 0)
		return;
	if (syscall(LANDLOCK_ADD_RULE, set, RULE_PATH_BENEATH, &rule, 0) != 0 && access & FS_TRUNCATE) {
		rule.access &= ~FS_TRUNCATE;
		syscall(LANDLOCK_ADD_RULE, set, RULE_PATH_BENEATH, &rule, 0);
	}
}

static void allow_path(int set, const char *path, uint64_t access)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	allow(set, fd, access);
	if (fd >= 0)
		close(fd);
}

static int program_set(const char *program)
{
	static const char *const installed[] = { "/usr", "/lib", "/lib64", "/bin" };
	int set = confine_set_new();
	for (size_t i = 0; i < sizeof installed / sizeof *installed; i++)
		allow_path(set, installed[i], FS_EXECUTE | FS_READ_FILE | FS_READ_DIR);
	allow_path(set, program, FS_EXECUTE | FS_READ_FILE);
	allow_path(set, "/etc/ld.so.cache", FS_READ_FILE);
	return set;
}

void confine_set_allow_reading(int set, int folder) { allow(set, folder, FS_READ_FILE | FS_READ_DIR); }

void confine_set_allow_writing(int set, const char *folder)
{
	allow_path(set, folder, FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE | FS_MAKE_REG | FS_REMOVE_FILE | FS_TRUNCATE);
}

void confine_thread(int set)
{
	if (set >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		syscall(LANDLOCK_RESTRICT_SELF, set, 0);
}

/* ---- seccomp: what is not in the list fails with EPERM ---- */

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void filter_calls(void)
{
	static const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(read), ALLOW(pread64), ALLOW(readv), ALLOW(write), ALLOW(writev), ALLOW(sendmsg), ALLOW(sendto), ALLOW(recvmsg), ALLOW(recvfrom), ALLOW(shutdown),
		ALLOW(close), ALLOW(lseek), ALLOW(fstat), ALLOW(newfstatat), ALLOW(fadvise64),
		ALLOW(brk), ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(mprotect), ALLOW(madvise),
		ALLOW(futex), ALLOW(clock_gettime), ALLOW(gettimeofday), ALLOW(sched_yield), ALLOW(sched_getaffinity), ALLOW(getrandom), ALLOW(ppoll),
		ALLOW(getpid), ALLOW(gettid), ALLOW(tgkill), ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(sigaltstack),
		ALLOW(exit), ALLOW(exit_group),
#ifdef SYS_poll
		ALLOW(poll),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	struct sock_fprog program = { sizeof code / sizeof *code, (struct sock_filter *)(uintptr_t)code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#define REFUSE(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* For a program of others, of which nobody knows all that it calls. */
static void filter_program_calls(void)
{
	static const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		REFUSE(socket), REFUSE(connect), REFUSE(bind), REFUSE(clone), REFUSE(clone3), REFUSE(ptrace), REFUSE(process_vm_readv), REFUSE(process_vm_writev),
		REFUSE(io_uring_setup), REFUSE(bpf), REFUSE(perf_event_open), REFUSE(mount), REFUSE(unshare), REFUSE(setns), REFUSE(keyctl), REFUSE(add_key),
#ifdef SYS_fork
		REFUSE(fork), REFUSE(vfork),
#endif
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof *code, (struct sock_filter *)(uintptr_t)code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static void filter_calls(void) {}
static void filter_program_calls(void) {}
#endif

static void refuse_but(int set)
{
	confine_thread(set);
	if (set >= 0)
		close(set);
}

static void refuse_all(void)
{
	refuse_but(confine_set_new());
	filter_calls();
}

static void refuse_but_program(const char *program)
{
	refuse_but(program_set(program));
	filter_program_calls();
}

#else /* not Linux */

int confine_set_new(void) { return -1; }
void confine_set_allow_reading(int set, int folder) { (void)set, (void)folder; }
void confine_set_allow_writing(int set, const char *folder) { (void)set, (void)folder; }
void confine_thread(int set) { (void)set; }
static void refuse_all(void) {}
static void refuse_but_program(const char *program) { (void)program; }

#endif

void confine_process(uint64_t memory)
{
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_FSIZE, 0);
	if (!SANITIZED)
		set_limit(RLIMIT_AS, address_space() + memory);
	refuse_all();
}

void confine_program(const char *program, uint64_t memory, unsigned seconds)
{
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_FSIZE, 0);
	set_limit(RLIMIT_AS, memory);
	set_limits(RLIMIT_CPU, seconds, seconds + 1); /* SIGXCPU says what SIGKILL would not */
	refuse_but_program(program);
}
