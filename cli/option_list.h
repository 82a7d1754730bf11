/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_list.h - the options of fundstelle-query. */
#ifndef CLI_OPTION_LIST_H
#define CLI_OPTION_LIST_H

#include "base/option_table.h"

enum option_id {
	OPT_INDEX = 'i', OPT_LIMIT = 'n', OPT_FORMAT = 'f', OPT_NUL = '0', OPT_OFFSET = 256, OPT_FROM, OPT_TO, OPT_SORT, OPT_SEED, OPT_ALL, OPT_EXACT, OPT_OCR, OPT_RECENCY, OPT_COUNT, OPT_EXPLAIN, OPT_BATCH,
	OPT_TIMING, OPT_SHOW, OPT_NEW, OPT_TIMELINE, OPT_RELATIVE, OPT_FACET, OPT_SIMILAR, OPT_DUPLICATES, OPT_KWIC, OPT_COLLOCATES, OPT_WINDOW, OPT_TERMS, OPT_MIN_COUNT, OPT_COLOR, OPT_HYPERLINK, OPT_TIMEOUT, OPT_PARTIAL, OPT_HELP, OPT_VERSION,
};
extern const struct option_table query_options;

#endif
