/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fundstelle-query - words in, ranked articles out.
 *
 *	options.c	the command line
 *	run.c		one query, one article; run_batch.c: many queries; run_report.c: what is counted over all hits
 *	  session.c	indexes opened when they are asked, opened anew when they were overwritten, let go while something is printed
 *	  searcher.c	indexes opened, their segments as one list with common statistics; lender*.c: Xapian's, as a segment that is made for each query
 *	  search.c	a query from its text to what is shown:
 *	    lex.c, parse.c	text -> tree
 *	    plan.c		tree -> terms under boolean nodes, through stemmer/analyse.h
 *	    topk.c		plan -> the best k documents; topk_or.c for plain words, iter_*.c for all else
 *	    snippet.c		the passage that shows why
 *	    matches.c		or every match, for timeline.c, facet.c
 *	  present*.c	text, json, jsonl, tsv, trec, paths; report.c, timeline_svg.c
 */
#include <signal.h>

#include "base/translate.h"
#include "lib/fundstelle.h"
#include "cli/option_list.h"
#include "cli/run.h"
#include "store/guard.h"

static int run(const struct options *o, struct printer *out)
{
	struct analyser *analyser;
	struct fault why = { 0 };
	if (analyser_new(&analyser) != FUND_OK) {
		fault_set(&why, FUND_NO_MEMORY, "out of memory");
		return run_trouble(&why);
	}
	int status;
	switch (o->action) {
	case ACTION_BATCH: status = run_batch(o, analyser, out); break;
	case ACTION_SHOW: status = run_show(o, analyser, out); break;
	case ACTION_LIST: status = run_query(o, analyser, out); break;
	case ACTION_KWIC: status = run_kwic(o, analyser, out); break;
	default: status = run_report(o, analyser, out); break;
	}
	analyser_free(analyser);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct fault why = { 0 };
	struct printer out;
	int status = 0;
	translate_by_environment();
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(2), and silent */
	guard_install(PROGRAM ": the index cannot be read: the file is damaged or the disk fails; run fundstelle-index --verify\n");
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
