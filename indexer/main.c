/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fundstelle-index - archive in, index out.
 *
 *	options.c		the command line
 *	update.c		the archive's walk joined with the last run's list of files
 *	  walk.c		  files in the order of their paths
 *	  pipeline.c, batch.c	  work out to threads, results back in order
 *	  worker.c		  a file: read, compared, analysed, inverted, compressed
 *	    file_reader.c	    formats.c, reader_*.c: bytes -> articles; input*.c: files, compression
 *	    inverter.c		    articles -> lists in memory
 *	  build.c, runs.c	  lists of all workers -> one segment (merge_terms.c, merge_apart.c)
 *	merge.c			few segments out of many
 *	status.c, metrics.c	what the index holds, what a run did
 *	verify_deep.c		the stored texts analysed again
 */
#include <time.h>
#include <unistd.h>

#include "indexer/interrupt.h"
#include "indexer/merge.h"
#include "indexer/options.h"
#include "indexer/status.h"
#include "indexer/verify_deep.h"
#include "store/guard.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unversioned"
#endif

#define PROGRAM "fundstelle-index"
#define EXIT_LOCKED 75 /* EX_TEMPFAIL: cron's mail can tell it from trouble */

static int trouble(const struct fault *why)
{
	message(PROGRAM, "%s", why->text[0] ? why->text : fund_status_name(why->status));
	return why->status == FUND_LOCKED ? EXIT_LOCKED : 2;
}

static int finish(struct printer *out, int status)
{
	struct fault why = { 0 };
	if (print_flush(out) == FUND_OK || out->closed_pipe)
		return status;
	fault_errno(&why, out->error, "output");
	return trouble(&why);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- commands ---- */

static void closing_line(struct printer *out, const struct run_stats *r, double seconds)
{
	print_format(out, "indexed: %llu added, %llu changed, %llu removed, %llu unchanged, %llu failed; %llu bytes in %.1f s\n", (unsigned long long)r->added,
		     (unsigned long long)r->changed, (unsigned long long)r->removed, (unsigned long long)r->unchanged, (unsigned long long)r->failed,
		     (unsigned long long)r->bytes_read, seconds);
}

static enum fund_status write_metrics(const struct options *o, const struct update_result *r, int status, struct fault *why)
{
	struct snapshot *s;
	enum fund_status st = snapshot_open(&s, o->update.dir, why);
	if (st == FUND_OK)
		st = metrics_write(o->metrics, r, snapshot_manifest(s), status, why);
	snapshot_close(s);
	return st;
}

static int run_update(const struct options *o, struct printer *out)
{
	struct fault why = { 0 };
	struct update_result r;
	struct progress progress;
	double start = now();
	progress_init(&progress, o->progress_always || (!o->progress_never && !o->update.quiet && isatty(2)));
	enum fund_status st = update_run(&o->update, &progress, &r, &why);
	progress_clear(&progress);
	if (st != FUND_OK)
		return trouble(&why);
	if (r.postponed)
		message(PROGRAM, "time is up: %llu files are left for the next run", (unsigned long long)r.postponed);
	int status = r.newly_failed || r.refused ? 1 : 0;
	if (o->metrics && write_metrics(o, &r, status, &why) != FUND_OK) {
		trouble(&why);
		status = status ? status : 1;
	}
	if (!o->update.quiet)
		closing_line(out, &r.stats, now() - start);
	return finish(out, status);
}

static int run_status(const struct options *o, struct printer *out)
{
	struct fault why = { 0 };
	struct snapshot *s;
	if (snapshot_open(&s, o->update.dir, &why) != FUND_OK)
		return trouble(&why);
	enum fund_status st = FUND_OK;
	if (o->failed)
		st = status_print_failed(out, s);
	else if (o->json)
		status_print_json(out, s);
	else
		status_print(out, s, o->update.dir);
	if (st != FUND_OK)
		fault_set(&why, st, "%s: the list of files is damaged: run fundstelle-index --verify", o->update.dir);
	else if ((st = snapshot_check(s)) != FUND_OK)
		fault_set(&why, st, "%s: changed while it was read: try again", o->update.dir);
	snapshot_close(s);
	return st == FUND_OK ? finish(out, 0) : trouble(&why);
}

static void finding(void *context, const char *text)
{
	struct printer *out = context;
	print_text(out, slice_str(text), true);
	print_str(out, "\n");
}

static int run_verify(const struct options *o, struct printer *out)
{
	struct fault why = { 0 };
	struct verify_report report = { out, finding };
	uint64_t n = 0, more = 0;
	enum fund_status st = index_verify(o->update.dir, &report, &n, &why);
	if (st == FUND_OK && n == 0 && o->deep)
		st = verify_deep(o->update.dir, &report, &more, &why);
	if (st != FUND_OK) {
		print_flush(out);
		return trouble(&why);
	}
	n += more;
	if (n)
		print_format(out, "%llu findings\n", (unsigned long long)n);
	else if (!o->update.quiet)
		print_str(out, "verified: no damage found\n");
	return finish(out, n ? 1 : 0);
}

static int run_compact(const struct options *o)
{
	struct fault why = { 0 };
	struct snapshot *s;
	struct index_writer *w;
	static const struct index_settings none = { 0, "", { 1, 1 } };
	enum fund_status st = snapshot_open(&s, o->update.dir, &why); /* an index must be there: none is made */
	snapshot_close(s);
	if (st == FUND_OK)
		st = index_writer_open(&w, o->update.dir, &none, o->update.wait_seconds, &why);
	if (st != FUND_OK)
		return trouble(&why);
	st = merge_all(w, &why);
	if (st == FUND_OK)
		st = index_writer_shrink(w, &why);
	index_writer_close(w);
	return st == FUND_OK ? 0 : trouble(&why);
}

static int run_backup(const struct options *o)
{
	struct fault why = { 0 };
	return index_backup(o->update.dir, o->backup, &why) == FUND_OK ? 0 : trouble(&why);
}

static int run(const struct options *o, struct printer *out)
{
	switch (o->command) {
	case COMMAND_UPDATE: return run_update(o, out);
	case COMMAND_STATUS: return run_status(o, out);
	case COMMAND_VERIFY: return run_verify(o, out);
	case COMMAND_COMPACT: return run_compact(o);
	case COMMAND_BACKUP: return run_backup(o);
	case COMMAND_HELP: options_help(out); break;
	case COMMAND_VERSION: print_str(out, PROGRAM " " PACKAGE_VERSION "\n"); break;
	}
	return finish(out, 0);
}

int main(int argc, char **argv)
{
	struct options options;
	struct fault why = { 0 };
	struct printer out;
	interrupt_install();
	guard_install(PROGRAM ": the index cannot be read: the file is damaged or the disk fails; run fundstelle-index --verify\n");
	print_init(&out, 1);
	int status = options_read(&options, argc, argv, &why) == FUND_OK ? run(&options, &out) : trouble(&why);
	options_release(&options);
	print_release(&out);
	return status;
}
