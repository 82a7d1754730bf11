/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static atomic_bool flag;

static void on_signal(int number)
{
	(void)number;
	atomic_store_explicit(&flag, true, memory_order_relaxed);
}

void interrupt_install(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	sigemptyset(&action.sa_mask);
	action.sa_handler = on_signal;
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_flags = 0;
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

bool interrupted(void)
{
	return atomic_load_explicit(&flag, memory_order_relaxed);
}
