/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the command line of fundstelle-query, read by the table of option_list.c. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/present.h"

#define INDEXES_MAX 64

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What is asked for: one of them. */
enum action { ACTION_LIST, ACTION_TIMELINE, ACTION_FACET, ACTION_KWIC, ACTION_COLLOCATES, ACTION_TERMS, ACTION_SHOW, ACTION_BATCH, ACTION_HELP, ACTION_VERSION };

struct options {
	enum action action;
	const char *indexes[INDEXES_MAX];
	uint32_t n_indexes; /* 0: where the index is that nobody names */
	struct fundstelle_open_options open;
	struct fundstelle_search_options search;
	enum format_id format;
	const struct presenter *presenter; /* of hits; NULL with FORMAT_SVG */
	bool format_given, limit_given, duplicates_given, nul, explain, count, timing;
	enum fundstelle_facet facet;
	struct fundstelle_kwic_options kwic; /* width 0: what fits */
	struct fundstelle_collocates_options collocates;
	enum fundstelle_unit unit;
	bool relative;
	struct slice timelines[FUNDSTELLE_TIMELINES_MAX]; /* the queries that are compared; the query where there is one --timeline */
	uint32_t n_timelines;
	enum color_choice color, hyperlink;
	const char *batch, *show, *terms; /* NULL: not asked for */
	struct buf query;	  /* the arguments, joined with blanks */
	uint32_t n_words;	  /* how many they were */
};

void options_release(struct options *o);
/* FUND_INVALID: wrong usage, and why. */
enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why);

#endif
