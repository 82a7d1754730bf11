/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the command line of fundstelle-query: one table makes the parsing and --help. */
#ifndef QUERY_OPTIONS_H
#define QUERY_OPTIONS_H

#include "query/present.h"
#include "query/search.h"

#define INDEXES_MAX 64

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	const char *indexes[INDEXES_MAX];
	uint32_t n_indexes;
	struct buf default_index;
	struct search_options search;
	const struct presenter *format;
	unsigned parts; /* enum hit_part: what is printed of a hit */
	bool format_given, nul, explain, count, timing, help, version;
	enum color_choice color;
	const char *batch, *show; /* NULL: not asked for */
	struct buf query;	  /* the arguments, joined with blanks */
	uint32_t n_words;	  /* how many they were */
};

void options_release(struct options *o);
/* FUND_INVALID: wrong usage, and why. */
enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why);
void options_help(struct printer *p);

#endif
