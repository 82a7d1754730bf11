/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/guard.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define MAPS 64

/* `len` is written before `start` is published and read behind it; 0 in `start`: free, TAKEN: being filled. */
#define TAKEN ((uintptr_t)1)
static struct {
	_Atomic uintptr_t start;
	_Atomic size_t len;
} maps[MAPS];
static const char *fault_line;
static size_t fault_line_len;

static bool in_a_map(uintptr_t address)
{
	for (size_t i = 0; i < MAPS; i++) {
		uintptr_t start = atomic_load(&maps[i].start);

		if (start > TAKEN && address >= start && address - start < atomic_load(&maps[i].len))
			return true;
	}
	return false;
}

/* Only async-signal-safe calls. Returning from a fault that is not ours repeats it under the default action. */
static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code > 0 && in_a_map((uintptr_t)info->si_addr)) {
		ssize_t ignored = write(STDERR_FILENO, fault_line, fault_line_len);

		(void)ignored;
		_exit(2);
	}
	signal(signo, SIG_DFL);
	if (info->si_code <= 0) /* sent by someone: nothing would repeat it */
		raise(signo);
}

void guard_install(const char *line)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	fault_line = line;
	fault_line_len = strlen(line);
	action.sa_sigaction = on_fault;
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

void guard_add_map(const void *start, size_t len)
{
	for (size_t i = 0; i < MAPS; i++) {
		uintptr_t free_slot = 0;

		if (!atomic_compare_exchange_strong(&maps[i].start, &free_slot, TAKEN))
			continue;
		atomic_store(&maps[i].len, len);
		atomic_store(&maps[i].start, (uintptr_t)start);
		return;
	}
}

void guard_remove_map(const void *start)
{
	for (size_t i = 0; i < MAPS; i++) {
		uintptr_t mine = (uintptr_t)start;

		if (mine > TAKEN && atomic_compare_exchange_strong(&maps[i].start, &mine, 0))
			return;
	}
}
