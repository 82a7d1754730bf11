/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By itself: no library has handlers. */
#include "base/fault_line.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char *fault_line;
static size_t fault_line_len;
static int (*is_meant)(const void *address);

/* Only async-signal-safe calls. Returning from a fault that is not ours repeats it under the default action. */
static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code > 0 && is_meant(info->si_addr)) {
		ssize_t ignored = write(STDERR_FILENO, fault_line, fault_line_len);

		(void)ignored;
		_exit(2);
	}
	signal(signo, SIG_DFL);
	if (info->si_code <= 0) /* sent by someone: nothing would repeat it */
		raise(signo);
}

void fault_line_install(int (*is_mapped)(const void *address), const char *line)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO };

	is_meant = is_mapped;
	fault_line = line;
	fault_line_len = strlen(line);
	action.sa_sigaction = on_fault;
	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}
