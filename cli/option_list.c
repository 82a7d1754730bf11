/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/option_list.h"

static const struct option_spec specs[] = {
	{ OPT_INDEX, "index", "DIR", "<dir>", N_("the index or xapian:DIR; several are one list") },
	{ OPT_TIMEOUT, "timeout", "SECONDS", NULL, N_("of servers: wait no longer for answers (30)") },
	{ OPT_PARTIAL, "partial", NULL, NULL, N_("go on without servers that do not answer") },
	{ OPT_LIMIT, "limit", "N", NULL, N_("at most N hits (10; 0: all)") },
	{ OPT_OFFSET, "offset", "N", NULL, N_("leave out the first N") },
	{ OPT_FORMAT, "format", "FORMAT", "text json jsonl tsv trec paths svg", N_("text, json, jsonl, tsv, trec or paths") },
	{ OPT_NUL, NULL, NULL, NULL, N_("with -f paths: end each with NUL") },
	{ OPT_SORT, "sort", "ORDER", "relevance newest oldest random left right", N_("relevance, newest, oldest, random, left, right") },
	{ OPT_SEED, "seed", "N", NULL, N_("with --sort=random: another sample") },
	{ OPT_RECENCY, "recency", "DAYS", NULL, N_("newer ones ahead: half of it is lost in DAYS") },
	{ OPT_FROM, "from", "DATE", NULL, N_("not before DATE: 2022, 2022-01 or 2022-01-18") },
	{ OPT_TO, "to", "DATE", NULL, N_("not after DATE") },
	{ OPT_NEW, "new", NULL, NULL, N_("only what the last indexing run added or changed") },
	{ OPT_ALL, "all", NULL, NULL, N_("every word must occur") },
	{ OPT_EXACT, "exact", NULL, NULL, N_("no stemming, no compound parts") },
	{ OPT_OCR, "ocr", NULL, NULL, N_("Wort~: letters that OCR confuses are half an edit") },
	{ OPT_COUNT, "count", NULL, NULL, N_("only the number of hits") },
	{ OPT_DUPLICATES, "duplicates", "HOW", "collapse show", N_("collapse copies under their best (text), or show") },
	{ OPT_SIMILAR, "similar", "KEY", NULL, N_("articles like that one") },
	{ OPT_EXPLAIN, "explain", NULL, NULL, N_("how each score came about") },
	{ OPT_TIMELINE, "timeline", "[PERIOD]", "year month day", N_("hits a year, month or day; -f svg: a picture") },
	{ OPT_RELATIVE, "relative", NULL, NULL, N_("with --timeline: per million words") },
	{ OPT_FACET, "facet", "FIELD", "ressort quelle autor jahr", N_("hits in each ressort, quelle, autor or jahr") },
	{ OPT_KWIC, "kwic", "[WIDTH]", NULL, N_("every occurrence with WIDTH columns on both sides") },
	{ OPT_COLLOCATES, "collocates", "[N]", NULL, N_("the N (20) words that most often stand nearby") },
	{ OPT_WINDOW, "window", "N", NULL, N_("with --collocates: N (5) words on both sides") },
	{ OPT_MIN_COUNT, "min-count", "N", NULL, N_("with --collocates: at least N (1) times") },
	{ OPT_TERMS, "terms", "PATTERN", NULL, N_("the words of the index that match (Milit*)") },
	{ OPT_BATCH, "batch", "FILE", "<file>", N_("queries, a line 'id TAB query' each (-: stdin)") },
	{ OPT_TIMING, "timing", NULL, NULL, N_("with --batch: each query's time in us, on stderr") },
	{ OPT_SHOW, "show", "KEY", NULL, N_("that article as it was indexed") },
	{ OPT_COLOR, "color", "WHEN", "auto always never", N_("auto, always or never") },
	{ OPT_HYPERLINK, "hyperlink", "WHEN", "auto always never", N_("titles lead to files: auto, always or never") },
	{ OPT_HELP, "help", NULL, NULL, N_("this text") },
	{ OPT_VERSION, "version", NULL, NULL, N_("the version") },
};

/* "-Krim", -"klare Signale" and -quelle:Bote, typed without quotes around the whole query: no option begins so. */
static bool is_must_not(const char *argument)
{
	static const char *const fields[] = { "titel:", "autor:", "ressort:", "quelle:", "datum:" };
	unsigned char second = argument[0] == '-' ? (unsigned char)argument[1] : 0;
	for (size_t i = 0; second && i < sizeof fields / sizeof *fields; i++)
		if (strncmp(argument + 1, fields[i], strlen(fields[i])) == 0)
			return true;
	return (second >= 'A' && second <= 'Z') || second >= 0x80 || second == '"';
}

const struct option_table query_options = {
	.program = "fundstelle-query",
	.head = N_("Usage: fundstelle-query [OPTION]... QUERY...\n"),
	.foot = N_("Query: Wort Wort (any), +must -mustnot, AND OR NOT ( ), \"a phrase\", titel:Wort\n"
		   "Exit: 0 hits, 1 no hit, 2 trouble. See fundstelle-query(1).\n"),
	.specs = specs,
	.n = sizeof specs / sizeof *specs,
	.is_word = is_must_not,
};
