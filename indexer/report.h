/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - lines about files: "path: reason" on stderr, "path#member:line: reason" as far as there are any; with -v a line a file on stdout. */
#ifndef INDEXER_REPORT_H
#define INDEXER_REPORT_H

#include "base/bytes.h"

void report_trouble(struct slice path, struct slice member, uint64_t line, struct slice reason);
void report_line(struct slice path, const char *text); /* "path: text" on stdout */

#endif
