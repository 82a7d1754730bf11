/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the command line of fundstelle-index: one table makes the parsing and --help. */
#ifndef INDEXER_OPTIONS_H
#define INDEXER_OPTIONS_H

#include "base/print.h"
#include "indexer/update.h"

enum command { COMMAND_UPDATE, COMMAND_STATUS, COMMAND_VERIFY, COMMAND_COMPACT, COMMAND_BACKUP, COMMAND_HELP, COMMAND_VERSION };

struct options {
	struct update_options update;
	struct buf default_index;
	enum command command;
	bool deep, json, failed; /* --verify=deep, --format=json, --failed */
	bool progress_always, progress_never;
	const char *backup, *metrics;
};

void options_release(struct options *o);
/* FUND_INVALID: wrong usage, and why. Paths borrow from argv. */
enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why);
void options_help(struct printer *p);

#endif
