/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage.h - what a build for coverage notes of the tests (configure --enable-coverage); else it does nothing.
 *
 * Messages: all that goes through translate() is noted in the file that FUNDSTELLE_MESSAGES_SEEN names: MESSAGES_SEEN_SLOTS slots of
 * MESSAGES_SEEN_SLOT bytes, each a byte that is 0 in those without, and a text in English with zeros behind it, cut where it is longer, newlines as "\n". The file is
 * mapped when a program starts, so that confined readers, which can write no file, note theirs, too. tests/messages.py reads it.
 */
#ifndef BASE_COVERAGE_H
#define BASE_COVERAGE_H

#define MESSAGES_SEEN_SLOTS 4096u
#define MESSAGES_SEEN_SLOT 256u

#ifdef FUND_COVERAGE
void message_seen(const char *text);
void coverage_keep(void); /* gcov's counts, which are lost at _exit(); a confined process cannot write them */
#else
static inline void message_seen(const char *text) { (void)text; }
static inline void coverage_keep(void) {}
#endif

#endif
