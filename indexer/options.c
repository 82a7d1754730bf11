/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/options.h"

#include "config.h"

#include <sched.h>
#include <stdlib.h>

#include "base/strnum.h"
#include "indexer/option_list.h"
#include "store/index_place.h"

#define JOBS_MAX 256
#define MEMORY_DEFAULT ((uint64_t)512 << 20)
#define MEMORY_LEAST ((uint64_t)4 << 20)

void options_release(struct options *o) { buf_release(&o->default_index); }

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
	return option_not_a_value(&index_options, OPT_PROGRESS, text, why);
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
		return option_value(&index_options, id, value) >= 0 ? FUND_OK : option_not_a_value(&index_options, id, value, why);
	case OPT_VERIFY:
		if (value && strcmp(value, "deep") != 0)
			return fault_set(why, FUND_INVALID, "--verify=%s: nothing or deep", value);
		o->deep = value != NULL;
		return command(o, COMMAND_VERIFY, why);
	case OPT_BACKUP: o->backup = value; return command(o, COMMAND_BACKUP, why);
	case OPT_TO_XAPIAN: o->to_xapian = value; return FUND_OK;
	case OPT_TO_BULK: o->to_bulk = value; return FUND_OK;
	case OPT_SHARD: return shard_parse(value, &o->shard, why);
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

static const char *dictionary(void)
{
	const char *named = getenv("FUNDSTELLE_DICTIONARY");
	return named ? named : DICTIONARY;
}

/* A Xapian database that is written from PATHs has an index of its own inside, which knows what changed since the last run. */
static enum fund_status index_inside(struct options *o)
{
	enum fund_status st = buf_add_format(&o->default_index, "%s/fundstelle", o->to_xapian);
	if (st == FUND_OK && !buf_str(&o->default_index))
		st = FUND_NO_MEMORY;
	o->update.dir = (const char *)o->default_index.data;
	return st;
}

static enum fund_status default_index(struct options *o, struct fault *why)
{
	if (o->to_xapian && o->command == COMMAND_UPDATE)
		return index_inside(o);
	enum fund_status st = index_place(&o->default_index, why);
	if (st != FUND_OK)
		return st;
	o->update.dir = (const char *)o->default_index.data;
	return FUND_OK;
}

/* An empty word is a variable of a script that nobody set: no folder. */
static bool has_empty_path(const struct update_options *o)
{
	for (uint32_t i = 0; i < o->n_paths; i++)
		if (o->paths[i][0] == '\0')
			return true;
	return false;
}

static enum fund_status check(const struct options *o, struct fault *why)
{
	bool update = o->command == COMMAND_UPDATE, exports = o->to_xapian || o->to_bulk;
	if (o->failed && o->command != COMMAND_STATUS)
		return fault_set(why, FUND_INVALID, "--failed goes with --status");
	if (o->json && !update && o->command != COMMAND_STATUS)
		return fault_set(why, FUND_INVALID, "--format goes with --status, or with PATH: the closing line");
	if (exports && ((!update && o->command != COMMAND_EXPORT) || o->update.dry_run || o->update.max_seconds))
		return fault_set(why, FUND_INVALID, "--to-xapian and --to-bulk go with PATHs or stand alone, without --dry-run and --max-time");
	if (o->shard.n && !exports)
		return fault_set(why, FUND_INVALID, "--shard goes with --to-xapian and --to-bulk");
	if (update && o->update.n_paths == 0)
		return fault_set(why, FUND_INVALID, "no PATH; try fundstelle-index --help");
	if (update && has_empty_path(&o->update))
		return fault_set(why, FUND_INVALID, "a PATH is empty: '.' is the current folder");
	if (!update && o->update.n_paths)
		return fault_set(why, FUND_INVALID, "this command takes no PATH");
	if (!update && (o->update.rebuild || o->update.dry_run || o->metrics || o->update.max_seconds))
		return fault_set(why, FUND_INVALID, "--rebuild, --dry-run, --max-time and --metrics go with PATHs");
	if (o->update.quiet && o->update.verbose)
		return fault_set(why, FUND_INVALID, "--quiet and --verbose exclude each other");
	return FUND_OK;
}

/* PATHs are moved to the front of argv, behind the program's name: nothing there is read any more. */
static enum fund_status read_arguments(struct options *o, int argc, char **argv, struct fault *why)
{
	struct option_reader reader;
	const char *value;
	int id, n = 0;
	enum fund_status st;
	option_reader_init(&reader, &index_options, argc, argv);
	while ((st = option_next(&reader, &id, &value, why)) == FUND_OK) {
		if (id == OPTION_WORD)
			argv[++n] = (char *)value;
		else if ((st = apply(o, id, value, why)) != FUND_OK)
			return st;
	}
	o->update.paths = (const char *const *)argv + 1;
	o->update.n_paths = (uint32_t)n;
	return st == FUND_END ? FUND_OK : st;
}

enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why)
{
	*o = (struct options){ .update = { .jobs = processors(), .memory = MEMORY_DEFAULT, .dictionary = dictionary() } };
	enum fund_status st = read_arguments(o, argc, argv, why);
	if (st != FUND_OK || o->command == COMMAND_HELP || o->command == COMMAND_VERSION)
		return st;
	if (o->command == COMMAND_UPDATE && o->update.n_paths == 0 && (o->to_xapian || o->to_bulk))
		o->command = COMMAND_EXPORT;
	st = check(o, why);
	return st == FUND_OK && !o->update.dir ? default_index(o, why) : st;
}
