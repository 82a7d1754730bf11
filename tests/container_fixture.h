/* SPDX-License-Identifier: GPL-2.0-or-later */
/* container_fixture.h - a file in memory that is read through, and what came of it as one line. */
#ifndef TESTS_CONTAINER_FIXTURE_H
#define TESTS_CONTAINER_FIXTURE_H

#include "base/bytes.h"
#include "indexer/file_reader.h"

extern struct file_reader *reader;
extern char told[8192]; /* what read_through() gave last */

void container_set_up(void);
void container_tear_down(void);
void set_file(struct slice bytes);

/* "member|id|title or body|date; !member: reason; ?member: skipped; "; where it cannot be opened, "failed: reason" or "skipped: reason". In `told`. */
const char *read_through(const char *path);

#endif
