/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * interrupt.h - SIGINT and SIGTERM as a flag that long loops ask.
 *
 * The first signal sets the flag: the run stops at its next safe point and publishes nothing. The second one ends the process at once, which leaves
 * the index as it was, too.
 */
#ifndef INDEXER_INTERRUPT_H
#define INDEXER_INTERRUPT_H

#include <stdbool.h>

void interrupt_install(void); /* also ignores SIGPIPE and SIGXFSZ, which become errors of write() */
bool interrupted(void);	      /* from any thread */

#endif
