/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update.h - make the index a picture of the archive: the sorted walk joined with the sorted files of the last run.
 */
#ifndef INDEXER_UPDATE_H
#define INDEXER_UPDATE_H

#include "indexer/progress.h"
#include "store/index_writer.h"

struct update_options {
	const char *dir; /* the index */
	const char *older; /* NULL, or the index whose place it takes when it is complete: `dir` is in there */
	const char *dictionary; /* of hunspell, for the lexicon; "": none */
	const char *const *paths;
	uint32_t n_paths;
	uint32_t jobs;
	uint64_t memory, wait_seconds;
	uint64_t max_seconds; /* 0: none */
	bool rebuild, allow_removals, allow_empty, retry_failed, dry_run, quiet, verbose;
};

struct update_result {
	struct run_stats stats; /* counts are of articles, failed of files */
	bool newly_failed;	/* a file, folder or root: exit status 1 */
	bool not_merged;	/* the run is done, but segments could not be merged: exit status 1 */
	bool refused;		/* something was kept that would have gone: exit status 1 */
	uint64_t postponed;	/* files left for the next run by --max-time */
};

/* Opens the index, updates, publishes, merges. FUND_INTERRUPTED: nothing was published. */
enum fund_status update_run(const struct update_options *o, struct progress *progress, struct update_result *result, struct fault *why);

#endif
