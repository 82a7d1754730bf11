/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/options.h"

#include <getopt.h>
#include <sched.h>
#include <stdlib.h>

#include "base/strnum.h"
#include "store/index_place.h"

#define JOBS_MAX 256
#define MEMORY_DEFAULT ((uint64_t)512 << 20)
#define MEMORY_LEAST ((uint64_t)4 << 20)

enum option_id {
	OPT_INDEX = 'i', OPT_JOBS = 'j', OPT_MEMORY = 'm', OPT_QUIET = 'q', OPT_VERBOSE = 'v', OPT_REBUILD = 256, OPT_ALLOW_REMOVALS, OPT_ALLOW_EMPTY,
	OPT_RETRY_FAILED, OPT_WAIT, OPT_STATUS, OPT_FORMAT, OPT_FAILED, OPT_VERIFY, OPT_COMPACT, OPT_DRY_RUN, OPT_BACKUP, OPT_MAX_TIME, OPT_METRICS,
	OPT_PROGRESS, OPT_HELP, OPT_VERSION,
};

static const struct {
	int id;
	const char *name, *argument, *help; /* argument NULL: takes none; "[X]": may be left out */
} table[] = {
	{ OPT_INDEX, "index", "DIR", "the index" },
	{ OPT_JOBS, "jobs", "N", "worker threads (all processors)" },
	{ OPT_MEMORY, "memory", "SIZE", "postings held in memory before they are spilled (512M)" },
	{ OPT_REBUILD, "rebuild", NULL, "read everything anew" },
	{ OPT_ALLOW_REMOVALS, "allow-removals", NULL, "accept that more than a fifth of the articles go" },
	{ OPT_ALLOW_EMPTY, "allow-empty", NULL, "accept that a missing or empty PATH removes its articles" },
	{ OPT_RETRY_FAILED, "retry-failed", NULL, "read failed files again though they have not changed" },
	{ OPT_WAIT, "wait", "[SECONDS]", "wait for another run's lock" },
	{ OPT_DRY_RUN, "dry-run", NULL, "say what would be added, changed and removed" },
	{ OPT_MAX_TIME, "max-time", "DURATION", "publish what is done by then (2h, 90m), go on in the next run" },
	{ OPT_METRICS, "metrics", "FILE", "figures of the run as a Prometheus textfile" },
	{ OPT_QUIET, "quiet", NULL, "nothing but what a person should act on" },
	{ OPT_VERBOSE, "verbose", NULL, "a line a file, with format and encoding" },
	{ OPT_PROGRESS, "progress", "WHEN", "auto, always or never" },
	{ OPT_STATUS, "status", NULL, "what the index holds" },
	{ OPT_FORMAT, "format", "json", "with --status: for programs" },
	{ OPT_FAILED, "failed", NULL, "with --status: the files that failed, with reasons" },
	{ OPT_VERIFY, "verify", "[deep]", "check every byte; deep: analyse the stored texts again" },
	{ OPT_COMPACT, "compact", NULL, "one segment, free space given back" },
	{ OPT_BACKUP, "backup", "DIR", "a consistent, compact copy of the index" },
	{ OPT_HELP, "help", NULL, "this text" },
	{ OPT_VERSION, "version", NULL, "the version" },
};
#define N_OPTIONS (sizeof table / sizeof *table)

void options_help(struct printer *p)
{
	print_str(p, "Usage: fundstelle-index [OPTION]... PATH...\n"
		     "Reads the articles below each PATH into an index, for fundstelle-query.\n\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		char left[64];
		const char *a = table[i].argument;
		int n = table[i].id < 256 ? snprintf(left, sizeof left, "  -%c, --%s", table[i].id, table[i].name)
					  : snprintf(left, sizeof left, "      --%s", table[i].name);
		if (a && n > 0 && (size_t)n < sizeof left)
			snprintf(left + n, sizeof left - (size_t)n, a[0] == '[' ? "[=%s" : "=%s", a[0] == '[' ? a + 1 : a);
		print_format(p, "%-27s %s\n", left, table[i].help);
	}
	print_str(p, "\nExit: 0 done, 1 done but something failed or was kept, 2 nothing done, 75 another run is at work.\n"
		     "See fundstelle-index(1).\n");
}

void options_release(struct options *o) { buf_release(&o->default_index); }

static void fill(struct option *longs, char *shorts)
{
	size_t n = 0;
	*shorts++ = ':';
	for (size_t i = 0; i < N_OPTIONS; i++) {
		int has = !table[i].argument ? no_argument : table[i].argument[0] == '[' ? optional_argument : required_argument;
		longs[n++] = (struct option){ table[i].name, has, NULL, table[i].id };
		if (table[i].id < 256) {
			*shorts++ = (char)table[i].id;
			if (has == required_argument)
				*shorts++ = ':';
		}
	}
	longs[n] = (struct option){ NULL, 0, NULL, 0 };
	*shorts = 0;
}

static enum fund_status number(const char *name, const char *text, uint64_t least, uint64_t most, uint64_t *out, struct fault *why)
{
	if (parse_count(text, most, out) != FUND_OK || *out < least)
		return fault_set(why, FUND_INVALID, "--%s=%s: not a number from %llu to %llu", name, text, (unsigned long long)least, (unsigned long long)most);
	return FUND_OK;
}

static enum fund_status progress(struct options *o, const char *text, struct fault *why)
{
	o->progress_always = strcmp(text, "always") == 0;
	o->progress_never = strcmp(text, "never") == 0;
	if (o->progress_always || o->progress_never || strcmp(text, "auto") == 0)
		return FUND_OK;
	return fault_set(why, FUND_INVALID, "--progress=%s: auto, always or never", text);
}

static enum fund_status command(struct options *o, enum command c, struct fault *why)
{
	if (o->command != COMMAND_UPDATE && o->command != c && c != COMMAND_HELP && c != COMMAND_VERSION)
		return fault_set(why, FUND_INVALID, "--status, --verify, --compact and --backup exclude each other");
	o->command = c;
	return FUND_OK;
}

static enum fund_status with_value(struct options *o, int id, const char *value, struct fault *why)
{
	uint64_t n;
	enum fund_status st;
	switch (id) {
	case OPT_INDEX: o->update.dir = value; return FUND_OK;
	case OPT_JOBS:
		st = number("jobs", value, 1, JOBS_MAX, &n, why);
		o->update.jobs = (uint32_t)n;
		return st;
	case OPT_MEMORY:
		if (parse_size(value, &o->update.memory) != FUND_OK || o->update.memory == 0 || o->update.memory > SIZE_MAX / 4)
			return fault_set(why, FUND_INVALID, "--memory=%s: not a size such as 512M or 2G", value);
		if (o->update.memory < MEMORY_LEAST)
			o->update.memory = MEMORY_LEAST;
		return FUND_OK;
	case OPT_WAIT:
		o->update.wait_seconds = UINT64_MAX;
		return value ? number("wait", value, 0, UINT32_MAX, &o->update.wait_seconds, why) : FUND_OK;
	case OPT_MAX_TIME:
		if (parse_duration(value, &o->update.max_seconds) != FUND_OK || o->update.max_seconds == 0)
			return fault_set(why, FUND_INVALID, "--max-time=%s: not a duration: 2h, 90m, 30s", value);
		return FUND_OK;
	case OPT_FORMAT:
		o->json = strcmp(value, "json") == 0;
		return o->json || strcmp(value, "text") == 0 ? FUND_OK : fault_set(why, FUND_INVALID, "--format=%s: text or json", value);
	case OPT_VERIFY:
		if (value && strcmp(value, "deep") != 0)
			return fault_set(why, FUND_INVALID, "--verify=%s: nothing or deep", value);
		o->deep = value != NULL;
		return command(o, COMMAND_VERIFY, why);
	case OPT_BACKUP: o->backup = value; return command(o, COMMAND_BACKUP, why);
	case OPT_METRICS: o->metrics = value; return FUND_OK;
	default: return progress(o, value, why);
	}
}

static enum fund_status apply(struct options *o, int id, const char *value, struct fault *why)
{
	switch (id) {
	case OPT_REBUILD: o->update.rebuild = true; return FUND_OK;
	case OPT_ALLOW_REMOVALS: o->update.allow_removals = true; return FUND_OK;
	case OPT_ALLOW_EMPTY: o->update.allow_empty = true; return FUND_OK;
	case OPT_RETRY_FAILED: o->update.retry_failed = true; return FUND_OK;
	case OPT_DRY_RUN: o->update.dry_run = true; return FUND_OK;
	case OPT_QUIET: o->update.quiet = true; return FUND_OK;
	case OPT_VERBOSE: o->update.verbose = true; return FUND_OK;
	case OPT_FAILED: o->failed = true; return FUND_OK;
	case OPT_STATUS: return command(o, COMMAND_STATUS, why);
	case OPT_COMPACT: return command(o, COMMAND_COMPACT, why);
	case OPT_HELP: return command(o, COMMAND_HELP, why);
	case OPT_VERSION: return command(o, COMMAND_VERSION, why);
	default: return with_value(o, id, value, why);
	}
}

/* The processors this process may use. */
static uint32_t processors(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (uint32_t)n;
}

static enum fund_status default_index(struct options *o, struct fault *why)
{
	enum fund_status st = index_place(&o->default_index, why);
	if (st != FUND_OK)
		return st;
	o->update.dir = (const char *)o->default_index.data;
	return FUND_OK;
}

static enum fund_status check(const struct options *o, struct fault *why)
{
	bool update = o->command == COMMAND_UPDATE;
	if (update && o->update.n_paths == 0)
		return fault_set(why, FUND_INVALID, "no PATH; try fundstelle-index --help");
	if (!update && o->update.n_paths)
		return fault_set(why, FUND_INVALID, "this command takes no PATH");
	if ((o->failed || o->json) && o->command != COMMAND_STATUS)
		return fault_set(why, FUND_INVALID, "--format and --failed go with --status");
	if (!update && (o->update.rebuild || o->update.dry_run || o->metrics || o->update.max_seconds))
		return fault_set(why, FUND_INVALID, "--rebuild, --dry-run, --max-time and --metrics go with PATHs");
	if (o->update.quiet && o->update.verbose)
		return fault_set(why, FUND_INVALID, "--quiet and --verbose exclude each other");
	return FUND_OK;
}

enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why)
{
	struct option longs[N_OPTIONS + 1];
	char shorts[2 * N_OPTIONS + 2];
	int id;
	*o = (struct options){ .update = { .jobs = processors(), .memory = MEMORY_DEFAULT } };
	fill(longs, shorts);
	opterr = 0;
	while ((id = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (id == '?' || id == ':') {
			const char *given = optind > 0 ? argv[optind - 1] : "";
			return id == ':'			? fault_set(why, FUND_INVALID, "option '%s' needs a value", given)
			       : optopt > 0 && optopt < 128 ? fault_set(why, FUND_INVALID, "unknown option '-%c'; try fundstelle-index --help", optopt)
							    : fault_set(why, FUND_INVALID, "unknown or ambiguous option '%s'; try fundstelle-index --help", given);
		}
		enum fund_status st = apply(o, id, optarg, why);
		if (st != FUND_OK)
			return st;
	}
	if (o->command == COMMAND_HELP || o->command == COMMAND_VERSION)
		return FUND_OK;
	o->update.paths = (const char *const *)argv + optind;
	o->update.n_paths = (uint32_t)(argc - optind);
	enum fund_status st = check(o, why);
	return st == FUND_OK && !o->update.dir ? default_index(o, why) : st;
}
