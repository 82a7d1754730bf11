/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h - a fault inside a mapped index (a file that was truncated, a disk that fails, a page that went bad) ends in one
 * line and exit 2 instead of a signal.
 *
 * Only for main programs, one thread: installs handlers for SIGBUS and SIGSEGV that write `line` and _exit(2) when the address lies in a
 * map that was registered; any other fault keeps its default action.
 */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

#include "base/bytes.h"

void guard_install(const char *line);		      /* static text, with its newline */
void guard_add_map(const void *start, size_t len);    /* up to 64 maps; called by pages_open */
void guard_remove_map(const void *start);
bool guard_has(uintptr_t address);		      /* in any of them; async-signal-safe */

#endif
