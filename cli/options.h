/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - the command line of fundstelle-query, read by the table of option_list.c. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "query/collocates.h"
#include "query/facet.h"
#include "query/kwic.h"
#include "query/timeline.h"

#define INDEXES_MAX 64

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* What is asked for: one of them. */
enum action { ACTION_LIST, ACTION_TIMELINE, ACTION_FACET, ACTION_KWIC, ACTION_COLLOCATES, ACTION_TERMS, ACTION_SHOW, ACTION_BATCH, ACTION_HELP, ACTION_VERSION };

struct options {
	enum action action;
	const char *indexes[INDEXES_MAX];
	uint32_t n_indexes;
	struct servers *servers; /* owned: of all openings */
	struct buf default_index;
	struct search_options search;
	enum format_id format;
	const struct presenter *presenter; /* of hits; NULL with FORMAT_SVG */
	unsigned parts; /* enum hit_part: what is printed of a hit */
	bool format_given, limit_given, duplicates_given, nul, explain, count, timing;
	enum facet facet;
	uint32_t kwic_width; /* 0: what fits */
	enum kwic_order kwic_order;
	struct collocates_options collocates;
	struct timeline_options timeline;
	struct slice timelines[TIMELINES_MAX]; /* the queries that are compared; the query where there is one --timeline */
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
