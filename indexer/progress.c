/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL 0.2 /* seconds */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_init(struct progress *p, bool on)
{
	*p = (struct progress){ .on = on };
	if (on)
		p->start = now();
}

static void put(const char *text, int len)
{
	if (len > 0 && write(2, text, (size_t)len) < 0)
		return; /* nobody is told that nobody could be told */
}

void progress_step(struct progress *p)
{
	char line[160];
	if (!p->on)
		return;
	double t = now(), passed = t - p->start;
	if (t - p->last < INTERVAL)
		return;
	p->last = t;
	p->shown = true;
	double rate = passed > 0 ? (double)p->bytes / passed : 0;
	int n = snprintf(line, sizeof line, "\r%llu files, %.1f MB, %.1f MB/s", (unsigned long long)p->files, (double)p->bytes / 1e6, rate / 1e6);
	if (p->total_bytes > p->bytes && rate > 0 && n > 0 && (size_t)n < sizeof line)
		n += snprintf(line + n, sizeof line - (size_t)n, ", %.0f s left", (double)(p->total_bytes - p->bytes) / rate);
	if (n > 0 && (size_t)n < sizeof line)
		n += snprintf(line + n, sizeof line - (size_t)n, "\033[K");
	put(line, n < (int)sizeof line ? n : (int)sizeof line - 1);
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		put("\r\033[K", 4);
	p->shown = false;
}
