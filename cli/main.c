/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fundstelle-query - words in, ranked articles out: a program over libfundstelle, which sees nothing of it but fundstelle.h.
 *
 *	options.c	the command line, by the table in option_list.c
 *	run.c		one query, one article; run_batch.c: many queries; run_kwic.c: a concordance; run_counts.c: what is counted over all hits
 *	  present*.c	  hits as text, json, jsonl, tsv, trec, paths; present_kwic.c: lines of a concordance
 *	  report.c	  counts as tables: tables.c has their columns; timeline_svg.c: a picture
 *	  terminal.c	  what is printed to
 *
 *	lib/fundstelle.h, and below it query/:
 *	  session.c	indexes opened when they are asked, opened anew when they were overwritten
 *	  searcher.c	their segments as one list with common statistics; lender*.c: Xapian's, as a segment that is made for each query
 *	  search.c	a query from its text to what is shown:
 *	    lex.c, parse.c	text -> tree
 *	    plan.c		tree -> terms under boolean nodes, through stemmer/analyse.h
 *	    topk.c		plan -> the best k documents; topk_or.c for plain words, iter_*.c for all else
 *	    snippet.c		the passage that shows why
 *	    matches.c		or every match, for timeline.c, facet.c
 */
#include <signal.h>

#include "base/fault_line.h"
#include "base/translate.h"
#include "cli/option_list.h"
#include "cli/run.h"

static int run(const struct options *o, struct printer *out)
{
	switch (o->action) {
	case ACTION_BATCH: return run_batch(o, out);
	case ACTION_SHOW: return run_show(o, out);
	case ACTION_LIST: return run_query(o, out);
	case ACTION_KWIC: return run_kwic(o, out);
	default: return run_counts(o, out);
	}
}

int main(int argc, char **argv)
{
	struct options options;
	struct fault why = { 0 };
	struct printer out;
	int status = 0;
	translate_by_environment();
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(2), and silent */
	fault_line_install(fundstelle_maps, PROGRAM ": the index cannot be read: the file is damaged or the disk fails; run fundstelle-index --verify\n");
	print_init(&out, 1);
	if (options_read(&options, argc, argv, &why) != FUND_OK) {
		status = run_trouble(&why);
	} else if (options.action == ACTION_HELP) {
		option_table_help(&query_options, &out);
	} else if (options.action == ACTION_VERSION) {
		print_format(&out, PROGRAM " %s\n", fundstelle_version());
	} else {
		status = run(&options, &out);
	}
	if (print_flush(&out) != FUND_OK && !out.closed_pipe && status != 2)
		status = run_trouble(&(struct fault){ .text = "the output cannot be written" });
	options_release(&options);
	print_release(&out);
	return status;
}
