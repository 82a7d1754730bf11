/* SPDX-License-Identifier: GPL-2.0-or-later */
/* concordance.c - occurrences with their contexts: all copied, or one by one. */
#include <stdlib.h>

#include "lib/handles_private.h"
#include "lib/sized.h"

_Static_assert(FUNDSTELLE_BY_RANK == (int)KWIC_BY_POSITION && FUNDSTELLE_BY_LEFT == (int)KWIC_BY_LEFT && FUNDSTELLE_BY_RIGHT == (int)KWIC_BY_RIGHT &&
		       FUNDSTELLE_WIDTH_DEFAULT == KWIC_WIDTH && FUNDSTELLE_WIDTH_MAX == KWIC_WIDTH_MAX,
	       "passed on by their numbers");

/* Lines that are still in the index, and all that it takes to find them. */
struct reading {
	const struct fundstelle_index *index; /* that was asked */
	struct slice query;		      /* this and the options' texts: of the concordance's arena */
	struct search_options search;
	struct concordance_options options;
	struct concordance of;
	bool begun;
	struct arena line; /* the texts of the last one */
	struct fault why;  /* of what failed last */
};

static void reading_free(struct reading *r)
{
	if (!r)
		return;
	concordance_release(&r->of);
	arena_release(&r->line);
	free(r);
}

void fundstelle_concordance_free(fundstelle_concordance *concordance)
{
	if (!concordance)
		return;
	reading_free(concordance->reading);
	arena_release(&concordance->arena);
	free(concordance);
}

/* ---- options ---- */

/* What is wrong with them; NULL: nothing. */
static const char *read_options(const struct fundstelle_search_options *search, const struct fundstelle_kwic_options *kwic, struct reading *r, bool *one_by_one)
{
	struct fundstelle_kwic_options o;
	struct hits_wanted wanted;
	const char *wrong = search_options_of(search, &r->search, &wanted);
	if (wrong)
		return wrong;
	if (!sized_read(&o, sizeof o, kwic))
		return "fundstelle_kwic_options: not of a size, or with members, that this version knows";
	if (o.width > KWIC_WIDTH_MAX || o.order > FUNDSTELLE_BY_RIGHT)
		return "fundstelle_kwic_options: a width that is too large, or an order that this version does not know";
	bool files = o.one_by_one && o.dir;
	r->options = (struct concordance_options){ .width = o.width ? o.width : KWIC_WIDTH, .order = (enum kwic_order)o.order, .links = wanted.parts & HIT_ADDRESS,
						   .skip = r->search.offset, .wanted = r->search.limit == UINT32_MAX ? UINT64_MAX : r->search.limit,
						   .memory = files ? (size_t)(o.memory && o.memory < SIZE_MAX ? o.memory : KWIC_SORT_MEMORY) : SIZE_MAX, .dir = files ? o.dir : NULL };
	*one_by_one = o.one_by_one != 0;
	return NULL;
}

static bool keep(struct arena *arena, const char **text)
{
	*text = *text ? (const char *)arena_slice(arena, slice_str(*text)).data : "";
	return *text != NULL;
}

/* Nothing of the caller's is read behind the call. */
static bool keep_texts(struct reading *r, struct arena *arena)
{
	bool similar = r->search.similar, dir = r->options.dir;
	r->query = arena_slice(arena, r->query);
	bool kept = r->query.data && keep(arena, &r->search.similar) && keep(arena, &r->options.dir);
	r->search.similar = similar ? r->search.similar : NULL;
	r->options.dir = dir ? r->options.dir : NULL;
	return kept;
}

/* ---- lines ---- */

static enum fund_status copy_line(struct arena *arena, const struct kwic_line *l, struct fundstelle_line *out)
{
	*out = (struct fundstelle_line){ .date = date_of(l->date) };
	const struct {
		struct slice from;
		struct fundstelle_text *to;
	} texts[] = { { l->key, &out->key }, { l->left, &out->left }, { l->match, &out->match }, { l->right, &out->right }, { l->address, &out->address } };
	enum fund_status st = FUND_OK;
	for (size_t i = 0; i < sizeof texts / sizeof *texts && st == FUND_OK; i++)
		st = text_copy(arena, texts[i].from, texts[i].to);
	return st;
}

static enum fund_status take_line(struct fundstelle_concordance *c, const struct kwic_line *l)
{
	struct fundstelle_line *lines = arena_one_more(&c->arena, c->lines, c->summary.n_lines, sizeof *lines);
	if (!lines)
		return FUND_NO_MEMORY;
	c->lines = lines;
	return copy_line(&c->arena, l, &lines[c->summary.n_lines++]);
}

static enum fund_status next_line(struct reading *r, struct kwic_line *line)
{
	enum fund_status st = r->begun ? FUND_OK : concordance_begin(&r->of, &r->why);
	r->begun = true;
	return st == FUND_OK ? concordance_next(&r->of, line, &r->why) : st;
}

/* Behind the last line, or a failure: there are no more. */
static int end_reading(fundstelle_concordance *c, enum fund_status st, struct fundstelle_error *error)
{
	int code = st == FUND_END ? FUNDSTELLE_END : tell_fault(error, st, &c->reading->why);
	reading_free(c->reading);
	c->reading = NULL;
	return code;
}

static int take_all(fundstelle_concordance *c, struct fundstelle_error *error)
{
	struct kwic_line line;
	enum fund_status st;
	while ((st = next_line(c->reading, &line)) == FUND_OK)
		if (take_line(c, &line) != FUND_OK)
			return tell_no_memory(error);
	int code = end_reading(c, st, error);
	return code == FUNDSTELLE_END ? FUNDSTELLE_OK : code;
}

/* ---- the query ---- */

static enum fund_status take_summary(fundstelle_concordance *c, const fundstelle_index *index)
{
	const struct result *found = &c->reading->of.found.search.result;
	c->summary.took = found->took_us;
	c->summary.index_id = found->index_id;
	c->summary.generation = found->generation;
	enum fund_status st = text_copy(&c->arena, found->analysis, &c->summary.analysis);
	if (st == FUND_OK)
		st = warnings_copy(&c->arena, &index->warnings, &c->warnings);
	c->summary.n_warnings = c->warnings.n;
	return st;
}

static int make(fundstelle_index *index, fundstelle_concordance *c, bool one_by_one, struct fundstelle_error *error)
{
	struct reading *r = c->reading;
	int code = question_begin(index, error);
	if (code != FUNDSTELLE_OK)
		return code;
	r->of.session = &index->session;
	enum fund_status st = concordance_find(&r->of, r->query, &r->search, &r->options, &r->why), warned = question_end(index, &r->of.found.note, 1);
	if (st != FUND_OK)
		return tell_asked(error, st, 0, &r->of.found.note, &r->why);
	if (warned != FUND_OK || take_summary(c, index) != FUND_OK)
		return tell_no_memory(error);
	return one_by_one ? FUNDSTELLE_OK : take_all(c, error);
}

int fundstelle_kwic(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options,
		    const struct fundstelle_kwic_options *kwic, fundstelle_concordance **out, struct fundstelle_error *error)
{
	struct reading wanted = { .index = index, .query = query_of(query, len) };
	bool one_by_one;
	struct call call;
	*out = NULL;
	const char *wrong = read_options(options, kwic, &wanted, &one_by_one);
	if (wrong)
		return tell_invalid(error, wrong);
	fundstelle_concordance *c = calloc(1, sizeof *c);
	if (c)
		c->reading = calloc(1, sizeof *c->reading);
	if (!c || !c->reading || !keep_texts(&wanted, &c->arena)) {
		fundstelle_concordance_free(c);
		return tell_no_memory(error);
	}
	*c->reading = wanted;
	call_begin(&call, index);
	int code = make(index, c, one_by_one, error);
	call_end(&call);
	if (code == FUNDSTELLE_OK)
		*out = c;
	else
		fundstelle_concordance_free(c);
	return code;
}

int fundstelle_concordance_next(fundstelle_concordance *c, fundstelle_index *index, struct fundstelle_line *line, struct fundstelle_error *error)
{
	struct reading *r = c->reading;
	struct fundstelle_line made;
	struct kwic_line found;
	struct call call;
	if (!r)
		return FUNDSTELLE_END;
	if (r->index != index)
		return tell_invalid(error, "the concordance is of another index");
	call_begin(&call, index);
	enum fund_status st = next_line(r, &found);
	arena_reset(&r->line);
	if (st == FUND_OK && copy_line(&r->line, &found, &made) != FUND_OK)
		st = fault_set(&r->why, FUND_NO_MEMORY, "out of memory");
	int code = st == FUND_OK ? FUNDSTELLE_OK : end_reading(c, st, error);
	call_end(&call);
	return code == FUNDSTELLE_OK ? hand_out(line, &made, sizeof made) : code;
}

/* ---- what is in it ---- */

void fundstelle_concordance_summary(const fundstelle_concordance *c, struct fundstelle_concordance_summary *summary)
{
	hand_out(summary, &c->summary, sizeof c->summary);
}

int fundstelle_concordance_line(const fundstelle_concordance *c, uint32_t i, struct fundstelle_line *line)
{
	return i < c->summary.n_lines ? hand_out(line, &c->lines[i], sizeof c->lines[i]) : FUNDSTELLE_INVALID;
}

int fundstelle_concordance_warning(const fundstelle_concordance *c, uint32_t i, struct fundstelle_warning *warning)
{
	return warnings_hand_out(&c->warnings, i, warning);
}
