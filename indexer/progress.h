/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h - how far a run is, on a terminal: files and bytes done, rate, time left. One line on stderr that is written over. */
#ifndef INDEXER_PROGRESS_H
#define INDEXER_PROGRESS_H

#include "base/bytes.h"

struct progress {
	bool on, shown;
	uint64_t files, bytes, total_bytes; /* total 0: not known */
	double start, last;
};

void progress_init(struct progress *p, bool on);
void progress_step(struct progress *p); /* cheap: writes five times a second */
void progress_clear(struct progress *p); /* before anything else is printed */

#endif
