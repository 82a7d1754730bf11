/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_list.h - the options of fundstelle-index. */
#ifndef INDEXER_OPTION_LIST_H
#define INDEXER_OPTION_LIST_H

#include "base/option_table.h"

enum option_id {
	OPT_INDEX = 'i', OPT_JOBS = 'j', OPT_MEMORY = 'm', OPT_QUIET = 'q', OPT_VERBOSE = 'v', OPT_REBUILD = 256, OPT_ALLOW_REMOVALS, OPT_ALLOW_EMPTY,
	OPT_RETRY_FAILED, OPT_WAIT, OPT_STATUS, OPT_FORMAT, OPT_FAILED, OPT_VERIFY, OPT_COMPACT, OPT_DRY_RUN, OPT_BACKUP, OPT_MAX_TIME, OPT_METRICS,
	OPT_PROGRESS, OPT_TO_XAPIAN, OPT_TO_BULK, OPT_SHARD, OPT_HELP, OPT_VERSION,
};
extern const struct option_table index_options;

#endif
