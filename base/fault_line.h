/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault_line.h - a fault inside a mapped file (one that was cut off, a disk that fails, a page that went bad) ends in one line and exit 2 instead of a signal.
 *
 * Only for main programs, one thread: installs handlers for SIGBUS and SIGSEGV that write `line` and _exit(2) when the address lies in a map that is meant; any other
 * fault keeps its default action.
 */
#ifndef BASE_FAULT_LINE_H
#define BASE_FAULT_LINE_H

/* `is_mapped` is asked in the handler: it is async-signal-safe, as fundstelle_maps() is. `line` is static, with its newline. */
void fault_line_install(int (*is_mapped)(const void *address), const char *line);

#endif
