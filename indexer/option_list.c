/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/option_list.h"

static const struct option_spec specs[] = {
	{ OPT_INDEX, "index", "DIR", "<dir>", N_("the index") },
	{ OPT_JOBS, "jobs", "N", NULL, N_("worker threads (all processors)") },
	{ OPT_MEMORY, "memory", "SIZE", NULL, N_("memory for postings, then they are spilled (512M)") },
	{ OPT_REBUILD, "rebuild", NULL, NULL, N_("read everything anew") },
	{ OPT_ALLOW_REMOVALS, "allow-removals", NULL, NULL, N_("accept that more than a fifth of the articles go") },
	{ OPT_ALLOW_EMPTY, "allow-empty", NULL, NULL, N_("let a missing or empty PATH remove its articles") },
	{ OPT_RETRY_FAILED, "retry-failed", NULL, NULL, N_("read failed files again though they have not changed") },
	{ OPT_WAIT, "wait", "[SECONDS]", NULL, N_("wait for another run's lock") },
	{ OPT_DRY_RUN, "dry-run", NULL, NULL, N_("say what would be added, changed and removed") },
	{ OPT_MAX_TIME, "max-time", "DURATION", NULL, N_("publish what is done by then (2h, 90m)") },
	{ OPT_METRICS, "metrics", "FILE", "<file>", N_("figures of the run as a Prometheus textfile") },
	{ OPT_QUIET, "quiet", NULL, NULL, N_("nothing but what a person should act on") },
	{ OPT_VERBOSE, "verbose", NULL, NULL, N_("a line a file, with format and encoding") },
	{ OPT_PROGRESS, "progress", "WHEN", "auto always never", N_("auto, always or never") },
	{ OPT_STATUS, "status", NULL, NULL, N_("what the index holds") },
	{ OPT_FORMAT, "format", "json", "text json", N_("closing line, or --status, for programs") },
	{ OPT_FAILED, "failed", NULL, NULL, N_("with --status: the files that failed, with reasons") },
	{ OPT_VERIFY, "verify", "[deep]", "deep", N_("check every byte; deep: analyse all texts again") },
	{ OPT_COMPACT, "compact", NULL, NULL, N_("one segment, free space given back") },
	{ OPT_BACKUP, "backup", "DIR", "<dir>", N_("a consistent, compact copy of the index") },
	{ OPT_TO_XAPIAN, "to-xapian", "DIR", "<dir>", N_("write a Xapian database: from PATH or the index") },
	{ OPT_TO_BULK, "to-bulk", "FILE", "<file>", N_("write bulk requests for OpenSearch (-: stdout)") },
	{ OPT_SHARD, "shard", "K/N", NULL, N_("with these two: the K-th of N parts") },
	{ OPT_HELP, "help", NULL, NULL, N_("this text") },
	{ OPT_VERSION, "version", NULL, NULL, N_("the version") },
};

const struct option_table index_options = {
	.program = "fundstelle-index",
	.head = N_("Usage: fundstelle-index [OPTION]... PATH...\n"
		   "Reads the articles below each PATH into an index, for fundstelle-query.\n"),
	.foot = N_("Exit: 0 done, 1 done but something failed or was kept, 2 nothing done,\n"
		   "75 another run is at work. See fundstelle-index(1).\n"),
	.specs = specs,
	.n = sizeof specs / sizeof *specs,
};
