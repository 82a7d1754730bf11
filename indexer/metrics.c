/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics.c - figures of a run in Prometheus' text format, for its node exporter's textfile collector. */
#include "indexer/output_file.h"
#include "indexer/status.h"
#include "indexer/update.h"

static void gauge(struct printer *p, const char *name, const char *help, uint64_t value)
{
	print_format(p, "# HELP fundstelle_%s %s\n# TYPE fundstelle_%s gauge\nfundstelle_%s %llu\n", name, help, name, name, (unsigned long long)value);
}

static void write_index(struct printer *p, const struct index_status *s)
{
	gauge(p, "articles", "Articles that can be found.", s->articles);
	gauge(p, "segments", "Segments of the index.", s->manifest->n_segments);
	gauge(p, "index_bytes", "Bytes of all segments.", s->bytes);
	gauge(p, "generation", "Published states so far.", s->manifest->generation);
}

static void write_all(struct printer *p, const struct update_result *r, const struct index_status *s, int exit_status)
{
	if (s)
		write_index(p, s);
	gauge(p, "run_added", "Articles added by the last run.", r->stats.added);
	gauge(p, "run_changed", "Articles changed by the last run.", r->stats.changed);
	gauge(p, "run_removed", "Articles removed by the last run.", r->stats.removed);
	gauge(p, "run_unchanged", "Articles the last run found unchanged.", r->stats.unchanged);
	gauge(p, "run_failed_files", "Files that cannot be read.", r->stats.failed);
	gauge(p, "run_read_bytes", "Bytes of the archive that the last run read.", r->stats.bytes_read);
	gauge(p, "run_start_seconds", "When the last run started, seconds since 1970.", r->stats.start);
	gauge(p, "run_end_seconds", "When the last run ended, seconds since 1970.", r->stats.end);
	gauge(p, "run_exit_status", "Exit status of the last run.", (uint64_t)exit_status);
}

enum fund_status metrics_write(const char *path, const struct update_result *r, const struct index_status *s, int exit_status, struct fault *why)
{
	struct output_file file;
	struct printer p;
	enum fund_status st = output_file_open(&file, path, 0644, why);
	if (st != FUND_OK)
		return st;
	print_init(&p, file.fd);
	write_all(&p, r, s, exit_status);
	if (print_flush(&p) != FUND_OK)
		st = fault_errno(why, p.error, "%s", output_file_name(&file));
	print_release(&p);
	return output_file_close(&file, st, why);
}
