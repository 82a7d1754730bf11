/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h - which maps are of an index: for a handler of faults (base/fault_line.h), since a file that was truncated, a disk that fails or a page that went bad is a
 * signal in whoever reads it.
 *
 * Threads  all functions may be called by several at once, guard_has() in handlers of signals, too.
 */
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

#include "base/bytes.h"

void guard_add_map(const void *start, size_t len);    /* up to 64 maps; called by pages_open */
void guard_remove_map(const void *start);
bool guard_has(uintptr_t address);		      /* in any of them; async-signal-safe */

#endif
