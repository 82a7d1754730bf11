/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fundstelle-index - archive in, index out.
 *
 *	options.c		the command line, by the table in option_list.c
 *	update.c		the archive's walk joined with the last run's list of files
 *	  walk.c		  files in the order of their paths
 *	  pipeline.c, batch.c	  work out to threads, results back in order
 *	  worker.c		  a file: read, compared, analysed, inverted, compressed
 *	    isolated_reader.c	    reads in a confined process: reader_nursery.c, article_wire.c, confine.c
 *	      file_reader.c	      formats.c, reader_*.c: bytes -> articles; input*.c: files, compression; container*.c: members
 *	    inverter.c		    articles -> lists in memory
 *	  build.c, runs.c	  lists of all workers -> one segment (merge_terms.c, merge_apart.c)
 *	merge.c			few segments out of many
 *	status.c, metrics.c	what the index holds, what a run did
 *	export.c		the index read article by article, for other engines: export_xapian.c, export_bulk.c
 *	verify_deep.c		the stored texts analysed again
 */
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault_line.h"
#include "base/translate.h"
#include "indexer/export_bulk.h"
#include "indexer/export_xapian.h"
#include "indexer/interrupt.h"
#include "indexer/merge.h"
#include "indexer/option_list.h"
#include "indexer/options.h"
#include "indexer/status.h"
#include "indexer/verify_deep.h"
#include "lib/fundstelle.h"
#include "store/index_advice.h"
#include "store/index_place.h"

#define PROGRAM "fundstelle-index"
#define EXIT_LOCKED 75 /* EX_TEMPFAIL: cron's mail can tell it from trouble */

static int trouble(const struct fault *why)
{
	const char *advice = index_advice(why->status, true);
	message(PROGRAM, "%s%s%s", why->text[0] ? why->text : fund_status_name(why->status), advice ? "; " : "", advice ? advice : "");
	return why->status == FUND_LOCKED ? EXIT_LOCKED : 2;
}

static bool output_written(struct printer *out, struct fault *why)
{
	if (print_flush(out) == FUND_OK || out->closed_pipe)
		return true;
	fault_errno(why, out->error, "the output cannot be written");
	return false;
}

/* Of what only prints: about the index there is nothing to say. */
static int finish(struct printer *out, int status)
{
	struct fault why = { 0 };
	if (output_written(out, &why))
		return status;
	message(PROGRAM, "%s", why.text);
	return 2;
}

/* ---- commands ---- */

static void closing_line(struct printer *out, const struct run_stats *r, double seconds)
{
	print_format(out, "indexed: %llu added, %llu changed, %llu removed, %llu unchanged, %llu failed; %llu bytes in %.1f s\n", (unsigned long long)r->added,
		     (unsigned long long)r->changed, (unsigned long long)r->removed, (unsigned long long)r->unchanged, (unsigned long long)r->failed,
		     (unsigned long long)r->bytes_read, seconds);
}

/* One line too. */
static void closing_json(struct printer *out, const struct update_result *r, double seconds, int status)
{
	const struct run_stats *s = &r->stats;
	print_format(out, "{\"schema\": 1, \"added\": %llu, \"changed\": %llu, \"removed\": %llu, \"unchanged\": %llu, \"failed\": %llu, \"postponed\": %llu, "
			  "\"bytes\": %llu, \"seconds\": %.3f, \"exit\": %d}\n",
		     (unsigned long long)s->added, (unsigned long long)s->changed, (unsigned long long)s->removed, (unsigned long long)s->unchanged,
		     (unsigned long long)s->failed, (unsigned long long)r->postponed, (unsigned long long)s->bytes_read, seconds, status);
}

/* Also of a run that failed. One that found another at work says nothing: the other will. */
static int write_metrics(const struct options *o, const struct update_result *r, int status)
{
	struct snapshot *s;
	struct fault why = { 0 }, ignored = { 0 };
	if (!o->metrics || status == EXIT_LOCKED)
		return status;
	struct index_status held;
	bool readable = snapshot_open(&s, o->update.dir, &ignored) == FUND_OK;
	if (readable)
		index_status(s, o->update.dir, &held);
	enum fund_status st = metrics_write(o->metrics, r, readable ? &held : NULL, status, &why);
	snapshot_close(s);
	if (st == FUND_OK || status > 1)
		return status;
	trouble(&why);
	return 1;
}

/* What was read of a state that was overwritten meanwhile says nothing, of damage neither. */
static enum fund_status judge(struct snapshot *s, enum fund_status st, const char *dir, struct fault *why)
{
	if ((st != FUND_OK && st != FUND_CORRUPT) || snapshot_check(s) == FUND_OK)
		return st;
	return fault_set(why, FUND_STALE, "%s: changed while it was read: try again", dir);
}

static enum fund_status export_all(const struct options *o, struct printer *out, struct fault *why)
{
	struct snapshot *s;
	struct export_counts c;
	uint64_t n;
	enum fund_status st = snapshot_open(&s, o->update.dir, why);
	if (st == FUND_OK && o->to_xapian) {
		st = export_xapian(s, o->shard, o->to_xapian, &c, why);
		if (st == FUND_OK && !o->update.quiet)
			print_format(out, "%s: %llu written, %llu removed, %llu unchanged\n", o->to_xapian, (unsigned long long)c.written,
				     (unsigned long long)c.removed, (unsigned long long)c.unchanged);
	}
	if (st == FUND_OK && o->to_bulk) {
		st = export_bulk(s, o->shard, o->to_bulk, o->update.dir, &n, why);
		if (st == FUND_OK && !o->update.quiet && strcmp(o->to_bulk, "-") != 0)
			print_format(out, "%s: %llu written\n", o->to_bulk, (unsigned long long)n);
	}
	st = judge(s, st, o->update.dir, why);
	snapshot_close(s);
	return st;
}

static int run_export(const struct options *o, struct printer *out)
{
	struct fault why = { 0 };
	return export_all(o, out, &why) == FUND_OK ? finish(out, 0) : trouble(&why);
}

static int run_update(const struct options *o, struct printer *out)
{
	struct fault why = { 0 };
	struct update_result r = { 0 };
	struct progress progress;
	double start = clock_seconds();
	time_t started = time(NULL);
	if (o->default_index.len && index_place_make_parents(o->update.dir) != FUND_OK) {
		fault_set(&why, FUND_NO_MEMORY, "out of memory");
		return trouble(&why);
	}
	progress_init(&progress, o->progress_always || (!o->progress_never && !o->update.quiet && isatty(2)));
	enum fund_status st = update_run(&o->update, &progress, &r, &why);
	progress_clear(&progress);
	int status = st != FUND_OK ? trouble(&why) : r.newly_failed || r.refused || r.not_merged ? 1 : 0;
	if (st != FUND_OK) {
		r.stats.start = (uint64_t)started;
		r.stats.end = (uint64_t)time(NULL);
	}
	status = write_metrics(o, &r, status);
	if (st != FUND_OK)
		return status;
	if (r.postponed)
		message(PROGRAM, "time is up: %llu files are left for the next run", (unsigned long long)r.postponed);
	if ((o->to_xapian || o->to_bulk) && export_all(o, out, &why) != FUND_OK)
		return trouble(&why);
	bool says = !o->update.quiet && !(o->to_bulk && strcmp(o->to_bulk, "-") == 0);
	if (says && o->json)
		closing_json(out, &r, clock_seconds() - start, status);
	else if (says)
		closing_line(out, &r.stats, clock_seconds() - start);
	if (o->update.dry_run)
		return finish(out, status);
	if (output_written(out, &why))
		return status;
	message(PROGRAM, "%s; the run itself is complete", why.text);
	return 1;
}

/* Which files failed. */
static int run_failed(const struct options *o, struct printer *out)
{
	struct fault why = { 0 };
	struct snapshot *s;
	if (snapshot_open(&s, o->update.dir, &why) != FUND_OK)
		return trouble(&why);
	enum fund_status st = judge(s, (o->json ? status_print_failed_json : status_print_failed)(out, s), o->update.dir, &why);
	if (st == FUND_NO_MEMORY)
		fault_set(&why, st, "out of memory");
	else if (st != FUND_OK && st != FUND_STALE)
		fault_set(&why, st, "%s: the list of files is damaged: run fundstelle-index --verify", o->update.dir);
	snapshot_close(s);
	return st == FUND_OK ? finish(out, 0) : trouble(&why);
}

static int run_status(const struct options *o, struct printer *out)
{
	struct fault why = { 0 };
	if (o->failed)
		return run_failed(o, out);
	return status_print(out, o->update.dir, o->json, &why) == FUND_OK ? finish(out, 0) : trouble(&why);
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
	if (st == FUND_OK && !index_writer_snapshot(w)) {
		why = *index_writer_fault(w);
		st = why.status;
	}
	if (st == FUND_OK)
		st = index_writer_shrink(w, &why);
	index_writer_close(w);
	return st == FUND_OK ? 0 : trouble(&why);
}

static int run_backup(const struct options *o)
{
	struct fault why = { 0 };
	if (index_backup(o->update.dir, o->backup, &why) != FUND_OK)
		return trouble(&why);
	if (!why.text[0])
		return 0;
	message(PROGRAM, "%s: the backup is there, but a loss of power may take it back: %s", o->backup, why.text);
	return 1;
}

static int run(const struct options *o, struct printer *out)
{
	switch (o->command) {
	case COMMAND_UPDATE: return run_update(o, out);
	case COMMAND_STATUS: return run_status(o, out);
	case COMMAND_VERIFY: return run_verify(o, out);
	case COMMAND_COMPACT: return run_compact(o);
	case COMMAND_BACKUP: return run_backup(o);
	case COMMAND_EXPORT: return run_export(o, out);
	case COMMAND_HELP: option_table_help(&index_options, out); break;
	case COMMAND_VERSION: print_format(out, PROGRAM " %s\n", fundstelle_version()); break;
	}
	return finish(out, 0);
}

int main(int argc, char **argv)
{
	struct options options;
	struct fault why = { 0 };
	struct printer out;
	translate_by_environment();
	interrupt_install();
	fault_line_install(fundstelle_maps, PROGRAM ": the index cannot be read: the file is damaged or the disk fails; run fundstelle-index --verify\n");
	print_init(&out, 1);
	int status = options_read(&options, argc, argv, &why) == FUND_OK ? run(&options, &out) : trouble(&why);
	options_release(&options);
	print_release(&out);
	return status;
}
