/* SPDX-License-Identifier: GPL-2.0-or-later */
/* concordance.c - occurrences with their contexts, copied. */
#include <stdlib.h>

#include "lib/handles_private.h"
#include "lib/sized.h"
#include "query/concordance.h"

_Static_assert(FUNDSTELLE_BY_RANK == (int)KWIC_BY_POSITION && FUNDSTELLE_BY_LEFT == (int)KWIC_BY_LEFT && FUNDSTELLE_BY_RIGHT == (int)KWIC_BY_RIGHT &&
		       FUNDSTELLE_WIDTH_DEFAULT == KWIC_WIDTH,
	       "passed on by their numbers");

void fundstelle_concordance_free(fundstelle_concordance *concordance)
{
	if (!concordance)
		return;
	arena_release(&concordance->arena);
	free(concordance);
}

/* ---- options ---- */

/* What is wrong with them; NULL: nothing. All is sorted in memory: a library writes no files. */
static const char *read_options(const struct fundstelle_kwic_options *kwic, const struct search_options *search, struct concordance_options *out)
{
	struct fundstelle_kwic_options o;
	if (!sized_read(&o, sizeof o, kwic))
		return "fundstelle_kwic_options: not of a size, or with members, that this version knows";
	if (o.width > KWIC_WIDTH_MAX || o.order > FUNDSTELLE_BY_RIGHT)
		return "fundstelle_kwic_options: a width that is too large, or an order that this version does not know";
	*out = (struct concordance_options){ .width = o.width ? o.width : KWIC_WIDTH, .order = (enum kwic_order)o.order, .skip = search->offset,
					     .wanted = search->limit == UINT32_MAX ? UINT64_MAX : search->limit, .memory = SIZE_MAX };
	return NULL;
}

/* ---- lines ---- */

static enum fund_status take_line(struct fundstelle_concordance *c, const struct kwic_line *l)
{
	struct fundstelle_line *lines = arena_one_more(&c->arena, c->lines, c->n, sizeof *lines);
	if (!lines)
		return FUND_NO_MEMORY;
	c->lines = lines;
	struct fundstelle_line *line = &lines[c->n++];
	*line = (struct fundstelle_line){ .date = date_of(l->date) };
	enum fund_status st = text_copy(&c->arena, l->key, &line->key);
	if (st == FUND_OK)
		st = text_copy(&c->arena, l->left, &line->left);
	if (st == FUND_OK)
		st = text_copy(&c->arena, l->match, &line->match);
	return st == FUND_OK ? text_copy(&c->arena, l->right, &line->right) : st;
}

static enum fund_status take_all(struct fundstelle_concordance *out, struct concordance *c, struct fault *why)
{
	struct kwic_line line;
	enum fund_status st = concordance_begin(c, why);
	while (st == FUND_OK && (st = concordance_next(c, &line, why)) == FUND_OK)
		if ((st = take_line(out, &line)) != FUND_OK)
			return fault_set(why, st, "out of memory");
	return st == FUND_END ? FUND_OK : st;
}

/* All of the state that is held. */
static enum fund_status make(fundstelle_index *index, struct fundstelle_concordance *out, struct slice query, const struct search_options *search,
			     const struct concordance_options *o, struct fault *why)
{
	struct concordance c = { .session = &index->session, .holds = true };
	enum fund_status st = concordance_find(&c, query, search, o, why);
	if (st == FUND_OK)
		st = take_all(out, &c, why);
	if (st == FUND_OK && warnings_copy(&out->arena, &index->session.note, index->session.servers, &out->warnings) != FUND_OK)
		st = fault_set(why, FUND_NO_MEMORY, "out of memory");
	concordance_release(&c);
	search_reset(&index->session.search);
	return st;
}

int fundstelle_kwic(fundstelle_index *index, const char *query, size_t len, const struct fundstelle_search_options *options,
		    const struct fundstelle_kwic_options *kwic, fundstelle_concordance **out, struct fundstelle_error *error)
{
	struct search_options search;
	struct concordance_options o;
	struct fault why = { 0 };
	struct call call;
	unsigned parts;
	*out = NULL;
	const char *wrong = search_options_of(options, &search, &parts);
	if (!wrong)
		wrong = read_options(kwic, &search, &o);
	if (wrong)
		return tell_invalid(error, wrong);
	if (!query_fits(query_of(query, len), error))
		return FUNDSTELLE_LIMIT;
	struct fundstelle_concordance *made = calloc(1, sizeof *made);
	if (!made)
		return tell(error, FUNDSTELLE_NO_MEMORY, 0, "out of memory");
	call_begin(&call, index);
	enum fund_status st = make(index, made, query_of(query, len), &search, &o, &why);
	call_end(&call);
	if (st == FUND_OK) {
		*out = made;
		return FUNDSTELLE_OK;
	}
	fundstelle_concordance_free(made);
	return tell_asked(error, st, &index->session.note, &why);
}

/* ---- what is in it ---- */

void fundstelle_concordance_summary(const fundstelle_concordance *c, struct fundstelle_concordance_summary *summary)
{
	struct fundstelle_concordance_summary made = { .n_lines = c->n, .n_warnings = c->warnings.n };
	hand_out(summary, &made, sizeof made);
}

int fundstelle_concordance_line(const fundstelle_concordance *c, uint32_t i, struct fundstelle_line *line)
{
	return i < c->n ? hand_out(line, &c->lines[i], sizeof c->lines[i]) : FUNDSTELLE_INVALID;
}

int fundstelle_concordance_warning(const fundstelle_concordance *c, uint32_t i, struct fundstelle_warning *warning)
{
	return warnings_hand_out(&c->warnings, i, warning);
}
