/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/options.h"

#include <getopt.h>
#include <stdlib.h>

#include "base/strnum.h"
#include "store/index_place.h"

enum option_id {
	OPT_INDEX = 'i', OPT_LIMIT = 'n', OPT_FORMAT = 'f', OPT_NUL = '0', OPT_OFFSET = 256, OPT_FROM, OPT_TO, OPT_SORT, OPT_SEED, OPT_ALL, OPT_COUNT, OPT_EXPLAIN, OPT_BATCH,
	OPT_TIMING, OPT_SHOW, OPT_COLOR, OPT_HELP, OPT_VERSION,
};

static const struct {
	int id;
	const char *name, *argument, *help; /* argument NULL: takes none; "[X]": may be left out */
} table[] = {
	{ OPT_INDEX, "index", "DIR", "the index; several are ranked as one list" },
	{ OPT_LIMIT, "limit", "N", "at most N hits (10; 0: all)" },
	{ OPT_OFFSET, "offset", "N", "leave out the first N" },
	{ OPT_FORMAT, "format", "FORMAT", "text, json, jsonl, tsv, trec or paths" },
	{ OPT_NUL, NULL, NULL, "with -f paths: end each with NUL" },
	{ OPT_FROM, "from", "DATE", "not before DATE: 2022, 2022-01 or 2022-01-18" },
	{ OPT_TO, "to", "DATE", "not after DATE" },
	{ OPT_SORT, "sort", "ORDER", "relevance, newest, oldest or random" },
	{ OPT_SEED, "seed", "N", "with --sort=random: another sample" },
	{ OPT_ALL, "all", NULL, "every word must occur" },
	{ OPT_COUNT, "count", NULL, "only the number of hits" },
	{ OPT_EXPLAIN, "explain", NULL, "how each score came about" },
	{ OPT_BATCH, "batch", "FILE", "answer a line 'id TAB query' after the other (-: stdin)" },
	{ OPT_TIMING, "timing", NULL, "with --batch: each query's time in us, on stderr" },
	{ OPT_SHOW, "show", "KEY", "that article as it was indexed" },
	{ OPT_COLOR, "color", "WHEN", "auto, always or never" },
	{ OPT_HELP, "help", NULL, "this text" },
	{ OPT_VERSION, "version", NULL, "the version" },
};
#define N_OPTIONS (sizeof table / sizeof *table)
#define WORD 1 /* what getopt_long() calls an argument that is no option */

void options_help(struct printer *p)
{
	print_str(p, "Usage: fundstelle-query [OPTION]... QUERY...\n"
		     "Ranks the articles of an index that fundstelle-index made.\n\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		char left[64];
		bool letter = table[i].id < 256;
		int n = letter && table[i].name ? snprintf(left, sizeof left, "  -%c, --%s", table[i].id, table[i].name)
			: letter		? snprintf(left, sizeof left, "  -%c", table[i].id)
						: snprintf(left, sizeof left, "      --%s", table[i].name);
		if (table[i].argument && n > 0 && (size_t)n < sizeof left)
			snprintf(left + n, sizeof left - (size_t)n, "=%s", table[i].argument);
		print_format(p, "%-26s %s\n", left, table[i].help);
	}
	print_str(p, "\nQuery: Wort Wort (any), +must -mustnot, A AND B, A OR B, NOT C, ( ), \"a phrase\",\n"
		     "titel:Wort, autor:…, ressort:…, quelle:…, datum:2022-01..2022-03\n"
		     "Exit: 0 hits, 1 no hit, 2 trouble. See fundstelle-query(1).\n");
}

void options_release(struct options *o)
{
	buf_release(&o->default_index);
	buf_release(&o->query);
}

static void fill(struct option *longs, char *shorts)
{
	size_t n = 0;
	*shorts++ = '-'; /* words are given in their place, as WORD */
	*shorts++ = ':';
	for (size_t i = 0; i < N_OPTIONS; i++) {
		int has = !table[i].argument ? no_argument : table[i].argument[0] == '[' ? optional_argument : required_argument;
		if (table[i].name)
			longs[n++] = (struct option){ table[i].name, has, NULL, table[i].id };
		if (table[i].id < 256) {
			*shorts++ = (char)table[i].id;
			if (has == required_argument)
				*shorts++ = ':';
		}
	}
	longs[n] = (struct option){ NULL, 0, NULL, 0 };
	*shorts = 0;
}

/* ---- values ---- */

static enum fund_status count(const char *name, const char *text, uint32_t *out, struct fault *why)
{
	uint64_t n;
	if (parse_count(text, UINT32_MAX - 1, &n) != FUND_OK)
		return fault_set(why, FUND_INVALID, "--%s=%s: not a number from 0 to %u", name, text, UINT32_MAX - 1);
	*out = (uint32_t)n;
	return FUND_OK;
}

static enum fund_status date(const char *name, const char *text, uint32_t *from, uint32_t *to, struct fault *why)
{
	if (strstr(text, "..") || !parse_date_range(slice_str(text), from, to))
		return fault_set(why, FUND_INVALID, "--%s=%s: not a date: 2022, 2022-01 or 2022-01-18", name, text);
	return FUND_OK;
}

static enum fund_status color(struct options *o, const char *text, struct fault *why)
{
	static const char *const names[] = { "auto", "always", "never" };
	for (int i = 0; i < 3; i++)
		if (strcmp(text, names[i]) == 0) {
			o->color = (enum color_choice)i;
			return FUND_OK;
		}
	return fault_set(why, FUND_INVALID, "--color=%s: auto, always or never", text);
}

static enum fund_status sort(struct options *o, const char *text, struct fault *why)
{
	static const char *const names[] = { "relevance", "newest", "oldest", "random" };
	for (int i = 0; i < 4; i++)
		if (strcmp(text, names[i]) == 0) {
			o->search.order = (enum hit_order)i;
			return FUND_OK;
		}
	return fault_set(why, FUND_INVALID, "--sort=%s: relevance, newest, oldest or random", text);
}

static enum fund_status apply(struct options *o, int id, const char *value, struct fault *why)
{
	uint32_t ignored;
	switch (id) {
	case OPT_INDEX:
		if (o->n_indexes == INDEXES_MAX)
			return fault_set(why, FUND_INVALID, "more than %d indexes", INDEXES_MAX);
		o->indexes[o->n_indexes++] = value;
		return FUND_OK;
	case OPT_LIMIT: {
		enum fund_status st = count("limit", value, &o->search.limit, why);
		if (st == FUND_OK && o->search.limit == 0)
			o->search.limit = UINT32_MAX;
		return st;
	}
	case OPT_OFFSET:
		return count("offset", value, &o->search.offset, why);
	case OPT_FORMAT:
		o->format = presenter_find(value);
		o->format_given = true;
		return o->format ? FUND_OK : fault_set(why, FUND_INVALID, "--format=%s: text, json, jsonl, tsv, trec or paths", value);
	case OPT_NUL: o->nul = true; return FUND_OK;
	case OPT_FROM:
		return date("from", value, &o->search.from, &ignored, why);
	case OPT_TO:
		return date("to", value, &ignored, &o->search.to, why);
	case OPT_SORT: return sort(o, value, why);
	case OPT_SEED:
		if (parse_count(value, UINT64_MAX, &o->search.seed) != FUND_OK)
			return fault_set(why, FUND_INVALID, "--seed=%s: not a number", value);
		return FUND_OK;
	case OPT_ALL: o->search.parse.all = true; return FUND_OK;
	case OPT_COUNT: o->count = true; return FUND_OK;
	case OPT_EXPLAIN: o->explain = true; return FUND_OK;
	case OPT_BATCH: o->batch = value; return FUND_OK;
	case OPT_TIMING: o->timing = true; return FUND_OK;
	case OPT_SHOW: o->show = value; return FUND_OK;
	case OPT_COLOR: return color(o, value, why);
	case OPT_HELP: o->help = true; return FUND_OK;
	case OPT_VERSION: o->version = true; return FUND_OK;
	default: return fault_set(why, FUND_INVALID, "unknown option");
	}
}

static enum fund_status default_index(struct options *o, struct fault *why)
{
	enum fund_status st = index_place(&o->default_index, why);
	if (st != FUND_OK)
		return st;
	o->indexes[o->n_indexes++] = (const char *)o->default_index.data;
	return FUND_OK;
}

static enum fund_status add_word(struct options *o, const char *word, struct fault *why)
{
	enum fund_status st = o->n_words++ ? buf_add_byte(&o->query, ' ') : FUND_OK;
	if (st == FUND_OK)
		st = buf_add_str(&o->query, word);
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

/* "-Krim" and -"klare Signale", typed without quotes around the whole query: no option begins with such a character. */
static bool is_must_not(const char *argument)
{
	unsigned char second = argument && argument[0] == '-' ? (unsigned char)argument[1] : 0;
	return (second >= 'A' && second <= 'Z') || second >= 0x80 || second == '"';
}

static enum fund_status read_arguments(struct options *o, int argc, char **argv, struct fault *why)
{
	struct option longs[N_OPTIONS + 1];
	char shorts[2 * N_OPTIONS + 3];
	enum fund_status st = FUND_OK;
	fill(longs, shorts);
	opterr = 0;
	while (st == FUND_OK) {
		if (optind < argc && is_must_not(argv[optind])) {
			st = add_word(o, argv[optind++], why);
			continue;
		}
		int id = getopt_long(argc, argv, shorts, longs, NULL);
		if (id == -1)
			break;
		if (id == WORD)
			st = add_word(o, optarg, why);
		else if (id == ':')
			st = fault_set(why, FUND_INVALID, "option '%s' needs a value", argv[optind - 1]);
		else if (id == '?')
			st = optopt > 0 && optopt < 128 ? fault_set(why, FUND_INVALID, "unknown option '-%c'; try fundstelle-query --help", optopt) :
							  fault_set(why, FUND_INVALID, "unknown or ambiguous option '%s'; try fundstelle-query --help",
								    argv[optind - 1]);
		else
			st = apply(o, id, optarg, why);
	}
	while (st == FUND_OK && optind < argc) /* behind "--" */
		st = add_word(o, argv[optind++], why);
	return st;
}

static enum fund_status check(struct options *o, struct fault *why)
{
	bool dates_cross = o->search.from > o->search.to;
	if (dates_cross)
		return fault_set(why, FUND_INVALID, "--from lies behind --to");
	if (o->batch && (o->n_words || o->show))
		return fault_set(why, FUND_INVALID, "--batch takes its queries from the file: no QUERY, no --show");
	if (o->batch && o->format_given && !o->format->batch)
		return fault_set(why, FUND_INVALID, "--batch prints tsv, trec or jsonl, not %s", o->format->name);
	if (o->timing && !o->batch)
		return fault_set(why, FUND_INVALID, "--timing goes with --batch");
	if (o->show && o->n_words)
		return fault_set(why, FUND_INVALID, "--show takes no QUERY");
	if (o->show && !o->format->show)
		return fault_set(why, FUND_INVALID, "--show prints text or json, not %s", o->format->name);
	if (o->nul && strcmp(o->format->name, "paths") != 0)
		return fault_set(why, FUND_INVALID, "-0 goes with -f paths");
	if (!o->batch && !o->show && !o->n_words)
		return fault_set(why, FUND_INVALID, "no QUERY; try fundstelle-query --help");
	return FUND_OK;
}

enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why)
{
	*o = (struct options){ .format = &present_text, .search = { .limit = 10, .from = 0, .to = UINT32_MAX } };
	enum fund_status st = read_arguments(o, argc, argv, why);
	if (st != FUND_OK)
		return st;
	if (o->help || o->version)
		return FUND_OK;
	if (o->batch && !o->format_given)
		o->format = &present_tsv;
	st = check(o, why);
	if (st == FUND_OK && o->n_indexes == 0)
		st = default_index(o, why);
	o->parts = o->format->parts | (o->explain ? HIT_EXPLAIN : 0u);
	o->search.want_total = o->format->shows_total;
	o->search.count_only = o->count;
	return st;
}
