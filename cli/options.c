/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <stdlib.h>

#include "base/strnum.h"
#include "cli/option_list.h"

void options_release(struct options *o) { buf_release(&o->query); }

#define TIMEOUT_MAX 86400u
#define PAGE 1000u /* hits that are held at once */

/* ---- values ---- */

static enum fund_status ranged(const char *name, const char *text, uint32_t least, uint32_t most, uint32_t *out, struct fault *why)
{
	uint64_t n;
	if (parse_count(text, most, &n) != FUND_OK || n < least)
		return fault_set(why, FUND_INVALID, "--%s=%s: not a number from %u to %u", name, text, least, most);
	*out = (uint32_t)n;
	return FUND_OK;
}

static enum fund_status count(const char *name, const char *text, uint32_t *out, struct fault *why)
{
	return ranged(name, text, 0, UINT32_MAX - 1, out, why);
}

static enum fund_status date(const char *name, const char *text, const char **out, struct fault *why)
{
	struct fundstelle_date date;
	*out = text;
	if (fundstelle_read_date(text, &date) != FUNDSTELLE_OK)
		return fault_set(why, FUND_INVALID, "--%s=%s: not a date: 2022, 2022-01 or 2022-01-18", name, text);
	return FUND_OK;
}

/* One of the values that the table has for the option: its number. */
static enum fund_status choice(int id, const char *text, int *out, struct fault *why)
{
	*out = option_value(&query_options, id, text);
	return *out >= 0 ? FUND_OK : option_not_a_value(&query_options, id, text, why);
}

/* The one thing to be done. Asking for help is answered whatever else is asked. */
static enum fund_status act(struct options *o, enum action action, struct fault *why)
{
	static const char *const names[] = {
		[ACTION_LIST] = "",	    [ACTION_TIMELINE] = "--timeline", [ACTION_FACET] = "--facet", [ACTION_KWIC] = "--kwic",
		[ACTION_COLLOCATES] = "--collocates", [ACTION_TERMS] = "--terms", [ACTION_SHOW] = "--show", [ACTION_BATCH] = "--batch",
	};
	enum action before = o->action;
	if (before == ACTION_HELP || before == ACTION_VERSION || before == action)
		return FUND_OK;
	if (before != ACTION_LIST && action < ACTION_HELP)
		return fault_set(why, FUND_INVALID, "%s and %s exclude each other", names[before], names[action]);
	o->action = action;
	return FUND_OK;
}

/* With several of them each is followed by its own query: here begins the next one. */
static enum fund_status timeline(struct options *o, const char *text, struct fault *why)
{
	int unit = FUNDSTELLE_MONTH;
	enum fund_status st = text ? choice(OPT_TIMELINE, text, &unit, why) : FUND_OK;
	if (st != FUND_OK)
		return st;
	if (text || o->n_timelines == 0)
		o->unit = (enum fundstelle_unit)unit;
	if (o->n_timelines == FUNDSTELLE_TIMELINES_MAX)
		return fault_set(why, FUND_INVALID, "more than %d timelines", FUNDSTELLE_TIMELINES_MAX);
	o->timelines[o->n_timelines++].len = o->query.len; /* where it begins, until all is read */
	return act(o, ACTION_TIMELINE, why);
}

static void flag(struct options *o, uint32_t flag, bool on) { o->search.flags = on ? o->search.flags | flag : o->search.flags & ~flag; }

static enum fund_status number_option(struct options *o, int id, const char *value, struct fault *why)
{
	enum fund_status st;
	switch (id) {
	case OPT_LIMIT:
		st = count("limit", value, &o->search.limit, why);
		if (st == FUND_OK && o->search.limit == 0)
			o->search.limit = FUNDSTELLE_NO_LIMIT;
		o->limit_given = true;
		return st;
	case OPT_OFFSET: return count("offset", value, &o->search.offset, why);
	case OPT_KWIC:
		st = value ? ranged("kwic", value, 1, FUNDSTELLE_WIDTH_MAX, &o->kwic.width, why) : FUND_OK;
		return st == FUND_OK ? act(o, ACTION_KWIC, why) : st;
	case OPT_COLLOCATES:
		st = value ? ranged("collocates", value, 1, UINT32_MAX, &o->collocates.n, why) : FUND_OK;
		return st == FUND_OK ? act(o, ACTION_COLLOCATES, why) : st;
	case OPT_WINDOW: return ranged("window", value, 1, FUNDSTELLE_WINDOW_MAX, &o->collocates.window, why);
	case OPT_RECENCY: return ranged("recency", value, 1, UINT32_MAX, &o->search.recency, why);
	case OPT_MIN_COUNT: return ranged("min-count", value, 1, UINT32_MAX, &o->collocates.least, why);
	default:
		return parse_count(value, UINT64_MAX, &o->search.seed) == FUND_OK ? FUND_OK :
										    fault_set(why, FUND_INVALID, "--seed=%s: not a number", value);
	}
}

static enum fund_status choice_option(struct options *o, int id, const char *value, struct fault *why)
{
	int n;
	enum fund_status st = choice(id, value, &n, why);
	if (st != FUND_OK)
		return st;
	switch (id) {
	case OPT_FORMAT:
		o->format = (enum format_id)n;
		o->format_given = true;
		break;
	case OPT_DUPLICATES:
		flag(o, FUNDSTELLE_COLLAPSE, n == 0);
		o->duplicates_given = true;
		break;
	case OPT_SORT: /* left and right stand behind the orders of hits */
		o->kwic.order = n > FUNDSTELLE_RANDOM ? (uint32_t)(FUNDSTELLE_BY_LEFT + n - FUNDSTELLE_RANDOM - 1) : FUNDSTELLE_BY_RANK;
		o->search.order = n > FUNDSTELLE_RANDOM ? FUNDSTELLE_BY_RELEVANCE : (uint32_t)n;
		break;
	case OPT_FACET: o->facet = (enum fundstelle_facet)n; return act(o, ACTION_FACET, why);
	case OPT_HYPERLINK: o->hyperlink = (enum color_choice)n; break;
	default: o->color = (enum color_choice)n; break;
	}
	return FUND_OK;
}

static enum fund_status apply(struct options *o, int id, const char *value, struct fault *why)
{
	switch (id) {
	case OPT_INDEX:
		if (o->n_indexes == INDEXES_MAX)
			return fault_set(why, FUND_INVALID, "more than %d indexes", INDEXES_MAX);
		o->indexes[o->n_indexes++] = value;
		return FUND_OK;
	case OPT_LIMIT:
	case OPT_OFFSET:
	case OPT_KWIC:
	case OPT_COLLOCATES:
	case OPT_WINDOW:
	case OPT_MIN_COUNT:
	case OPT_RECENCY:
	case OPT_SEED: return number_option(o, id, value, why);
	case OPT_FORMAT:
	case OPT_SORT:
	case OPT_FACET:
	case OPT_DUPLICATES:
	case OPT_COLOR:
	case OPT_HYPERLINK: return choice_option(o, id, value, why);
	case OPT_FROM: return date("from", value, &o->search.from, why);
	case OPT_TO: return date("to", value, &o->search.to, why);
	case OPT_TIMELINE: return timeline(o, value, why);
	case OPT_BATCH: o->batch = value; return act(o, ACTION_BATCH, why);
	case OPT_TERMS: o->terms = value; return act(o, ACTION_TERMS, why);
	case OPT_SHOW: o->show = value; return act(o, ACTION_SHOW, why);
	case OPT_SIMILAR: o->search.similar_to = value; return FUND_OK;
	case OPT_TIMEOUT: return ranged("timeout", value, 1, TIMEOUT_MAX, &o->open.timeout, why);
	case OPT_PARTIAL: o->open.partial = true; return FUND_OK;
	case OPT_NUL: o->nul = true; return FUND_OK;
	case OPT_NEW: flag(o, FUNDSTELLE_ONLY_NEW, true); return FUND_OK;
	case OPT_ALL: flag(o, FUNDSTELLE_ALL_WORDS, true); return FUND_OK;
	case OPT_EXACT: flag(o, FUNDSTELLE_EXACT_FORMS, true); return FUND_OK;
	case OPT_OCR: flag(o, FUNDSTELLE_OCR, true); return FUND_OK;
	case OPT_COUNT: o->count = true; return FUND_OK;
	case OPT_RELATIVE: o->relative = true; return FUND_OK;
	case OPT_EXPLAIN: o->explain = true; return FUND_OK;
	case OPT_TIMING: o->timing = true; return FUND_OK;
	case OPT_HELP: return act(o, ACTION_HELP, why);
	default: return act(o, ACTION_VERSION, why); /* OPT_VERSION: there is no other */
	}
}

static enum fund_status add_word(struct options *o, const char *word, struct fault *why)
{
	enum fund_status st = o->n_words++ ? buf_add_byte(&o->query, ' ') : FUND_OK;
	if (st == FUND_OK)
		st = buf_add_str(&o->query, word);
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

static enum fund_status read_arguments(struct options *o, int argc, char **argv, struct fault *why)
{
	struct option_reader reader;
	const char *value;
	int id;
	enum fund_status st;
	option_reader_init(&reader, &query_options, argc, argv);
	while ((st = option_next(&reader, &id, &value, why)) == FUND_OK) {
		st = id == OPTION_WORD ? add_word(o, value, why) : apply(o, id, value, why);
		if (st != FUND_OK)
			return st;
	}
	return st == FUND_END ? FUND_OK : st;
}

/* ---- what goes together ---- */

/* Which formats an action has, a bit each; reports have no keys to list. */
static unsigned formats_of(const struct options *o)
{
	enum { TEXT = 1 << FORMAT_TEXT, JSON = 1 << FORMAT_JSON, JSONL = 1 << FORMAT_JSONL, TSV = 1 << FORMAT_TSV, TREC = 1 << FORMAT_TREC,
	       PATHS = 1 << FORMAT_PATHS, SVG = 1 << FORMAT_SVG };
	switch (o->action) {
	case ACTION_TIMELINE: return TEXT | JSON | JSONL | TSV | SVG;
	case ACTION_FACET:
	case ACTION_KWIC:
	case ACTION_COLLOCATES: return TEXT | JSON | JSONL | TSV;
	case ACTION_SHOW: return TEXT | JSON | JSONL;
	case ACTION_BATCH: return TSV | TREC | JSONL;
	default: return TEXT | JSON | JSONL | TSV | TREC | PATHS;
	}
}

static enum fund_status check_format(const struct options *o, struct fault *why)
{
	static const char *const names[] = { "text", "json", "jsonl", "tsv", "trec", "paths", "svg" };
	char list[64] = "";
	unsigned formats = formats_of(o);
	if (formats >> o->format & 1)
		return FUND_OK;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (formats >> i & 1)
			snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", *list ? ", " : "", names[i]);
	return fault_set(why, FUND_INVALID, "--format=%s is not for this; there are %s", names[o->format], list);
}

static bool takes_query(const struct options *o) { return o->action != ACTION_SHOW && o->action != ACTION_BATCH && o->action != ACTION_TERMS && !o->search.similar_to; }

/* A day or month that is not said is the first one of `from`, and the last one of `to`. Both were read before; NULL: open. */
static bool lies_behind(const char *from, const char *to)
{
	struct fundstelle_date a = { 0 }, b = { 0 };
	if (!from || !to || fundstelle_read_date(from, &a) != FUNDSTELLE_OK || fundstelle_read_date(to, &b) != FUNDSTELLE_OK)
		return false;
	if (a.year != b.year)
		return a.year > b.year;
	if (b.month && a.month != b.month)
		return a.month > b.month;
	return b.month && b.day && a.day > b.day;
}

static enum fund_status check(const struct options *o, struct fault *why)
{
	if (lies_behind(o->search.from, o->search.to))
		return fault_set(why, FUND_INVALID, "--from lies behind --to");
	if (o->search.similar_to && o->action != ACTION_LIST)
		return fault_set(why, FUND_INVALID, "--similar gives a list of hits, nothing else");
	if (o->n_words && !takes_query(o))
		return o->action == ACTION_BATCH ? fault_set(why, FUND_INVALID, "--batch takes its queries from the file: no QUERY") :
						   fault_set(why, FUND_INVALID, "--show, --similar and --terms take no QUERY");
	if (!o->n_words && takes_query(o))
		return fault_set(why, FUND_INVALID, "no QUERY; try fundstelle-query --help");
	if (o->timing && o->action != ACTION_BATCH)
		return fault_set(why, FUND_INVALID, "--timing goes with --batch");
	if (o->relative && o->action != ACTION_TIMELINE)
		return fault_set(why, FUND_INVALID, "--relative goes with --timeline");
	if (o->kwic.order != FUNDSTELLE_BY_RANK && o->action != ACTION_KWIC)
		return fault_set(why, FUND_INVALID, "--sort=left and --sort=right go with --kwic");
	if (o->count && o->action != ACTION_LIST && o->action != ACTION_BATCH)
		return fault_set(why, FUND_INVALID, "--count goes with a list of hits");
	if (o->nul && o->format != FORMAT_PATHS)
		return fault_set(why, FUND_INVALID, "-0 goes with -f paths");
	return check_format(o, why);
}

/* Parts the words into the queries of the timelines. */
static enum fund_status part_queries(struct options *o, struct fault *why)
{
	struct slice all = slice_buf(&o->query);
	if (o->n_timelines > 0)
		o->timelines[0].len = 0; /* words ahead of the first one are its query's too */
	for (uint32_t i = 0; i < o->n_timelines; i++) {
		size_t from = o->timelines[i].len, to = i + 1 < o->n_timelines ? o->timelines[i + 1].len : all.len;
		while (from < to && all.data[from] == ' ')
			from++;
		o->timelines[i] = slice_part(all, from, to - from);
		if (from == to)
			return fault_set(why, FUND_INVALID, "of several --timeline, each is followed by its query");
	}
	return FUND_OK;
}

/* What goes with the format: what of hits is read, and what is found out beside them. */
static void choose_flags(struct options *o)
{
	bool lists = o->action == ACTION_LIST || o->action == ACTION_BATCH;
	o->presenter = presenter_of(o->format);
	o->search.flags |= o->presenter ? o->presenter->flags : 0;
	flag(o, FUNDSTELLE_EXPLAIN, o->explain);
	flag(o, FUNDSTELLE_COUNT_ONLY, o->count);
	flag(o, FUNDSTELLE_TIMED, o->timing);
	flag(o, FUNDSTELLE_EXACT_TOTAL, lists && o->presenter && o->presenter->shows_total);
	flag(o, FUNDSTELLE_SUGGEST, o->action == ACTION_LIST && (o->format == FORMAT_TEXT || o->format == FORMAT_JSON));
	if (!o->duplicates_given)
		flag(o, FUNDSTELLE_COLLAPSE, o->format == FORMAT_TEXT);
	flag(o, FUNDSTELLE_COLLAPSE, lists && o->search.flags & FUNDSTELLE_COLLAPSE);
}

enum fund_status options_read(struct options *o, int argc, char **argv, struct fault *why)
{
	*o = (struct options){ .open = { .size = sizeof o->open, .later = true },
			       .search = { .size = sizeof o->search, .limit = FUNDSTELLE_LIMIT_DEFAULT, .page = PAGE },
			       .kwic = { .size = sizeof o->kwic, .one_by_one = true },
			       .collocates = { .size = sizeof o->collocates, .n = FUNDSTELLE_COLLOCATES_DEFAULT, .window = FUNDSTELLE_WINDOW_DEFAULT } };
	enum fund_status st = read_arguments(o, argc, argv, why);
	if (st != FUND_OK || o->action == ACTION_HELP || o->action == ACTION_VERSION)
		return st;
	if (o->action == ACTION_BATCH && !o->format_given)
		o->format = FORMAT_TSV;
	st = check(o, why);
	if (st == FUND_OK)
		st = part_queries(o, why);
	choose_flags(o);
	return st;
}
