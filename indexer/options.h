/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the command line of fundstelle-index, read by the table of option_list.c. */
#ifndef INDEXER_OPTIONS_H
#define INDEXER_OPTIONS_H

#include "base/print.h"
#include "indexer/export.h"
#include "indexer/update.h"

enum command { COMMAND_UPDATE, COMMAND_STATUS, COMMAND_VERIFY, COMMAND_COMPACT, COMMAND_BACKUP, COMMAND_EXPORT, COMMAND_HELP, COMMAND_VERSION };

struct options {
	struct update_options update;
	struct buf default_index; /* of this user, or the one of --to-xapian */
	enum command command;
	bool deep, json, failed; /* --verify=deep, --format=json, --failed */
	bool progress_always, progress_never;
	const char *backup, *metrics;
	const char *to_xapian, *to_bulk; /* with PATHs: COMMAND_UPDATE, then these */
	struct shard shard;
};

void options_release(struct options *o);
/* FUND_INVALID: wrong usage, and why. Paths borrow from argv, which is reordered. */
enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why);

#endif
