/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/progress.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "indexer/walk.h"

#define INTERVAL 0.2 /* seconds */

void progress_init(struct progress *p, bool on)
{
	*p = (struct progress){ .on = on };
	if (on)
		p->start = clock_seconds();
}

/* ---- counting ahead ---- */

static bool count_root(struct progress *p, const char *path)
{
	struct walk *w;
	struct walk_entry e;
	struct fault why = { 0 };
	enum fund_status st = walk_open(&w, path, &why);
	if (st != FUND_OK)
		return true; /* told by who is to read it */
	walk_pass_index(w, p->index);
	while (!atomic_load(&p->stop) && (st = walk_next(w, &e, &why)) == FUND_OK)
		if (e.kind == WALK_FILE) {
			p->total_files++;
			p->total_bytes += e.size;
		}
	walk_close(w);
	return st == FUND_END;
}

static void *count(void *progress)
{
	struct progress *p = progress;
	bool all = true;
	for (uint32_t i = 0; i < p->n_paths && all; i++)
		all = count_root(p, p->paths[i]);
	atomic_store(&p->counted, all);
	return NULL;
}

void progress_count(struct progress *p, const char *const *paths, uint32_t n_paths, const char *index)
{
	sigset_t all, before;
	if (!p->on || p->counting)
		return;
	p->paths = paths;
	p->n_paths = n_paths;
	p->index = index;
	sigfillset(&all); /* signals are for the thread that looks whether they came */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	p->counting = pthread_create(&p->thread, NULL, count, p) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_end(struct progress *p)
{
	atomic_store(&p->stop, true);
	if (p->counting)
		pthread_join(p->thread, NULL);
	p->counting = false;
}

/* ---- the line ---- */

size_t progress_line(const struct progress *p, double passed, char *out, size_t cap)
{
	typedef unsigned long long ull;
	bool counted = atomic_load(&p->counted) && p->total_bytes >= p->bytes && p->total_files >= p->files;
	double mb = (double)p->bytes / 1e6, rate = passed > 0 ? mb / passed : 0, left = (double)(p->total_bytes - p->bytes) / 1e6;
	int n;
	if (!counted)
		n = snprintf(out, cap, "%llu files, %.1f MB, %.1f MB/s", (ull)p->files, mb, rate);
	else if (rate <= 0)
		n = snprintf(out, cap, "%llu of %llu files, %.1f of %.1f MB", (ull)p->files, (ull)p->total_files, mb, (double)p->total_bytes / 1e6);
	else if (left / rate < 100)
		n = snprintf(out, cap, "%llu of %llu files, %.1f of %.1f MB, %.1f MB/s, %.0f s left", (ull)p->files, (ull)p->total_files, mb, (double)p->total_bytes / 1e6, rate, left / rate);
	else
		n = snprintf(out, cap, "%llu of %llu files, %.1f of %.1f MB, %.1f MB/s, %.0f min left", (ull)p->files, (ull)p->total_files, mb, (double)p->total_bytes / 1e6, rate,
			     left / rate / 60);
	return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

static void put(const char *text, size_t len)
{
	if (len > 0 && write(2, text, len) < 0)
		return; /* nobody is told that nobody could be told */
}

void progress_step(struct progress *p)
{
	char line[200] = "\r";
	if (!p->on)
		return;
	double t = clock_seconds();
	if (t - p->last < INTERVAL)
		return;
	p->last = t;
	p->shown = true;
	size_t n = 1 + progress_line(p, t - p->start, line + 1, sizeof line - 8);
	memcpy(line + n, "\033[K", 3);
	put(line, n + 3);
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		put("\r\033[K", 4);
	p->shown = false;
}
