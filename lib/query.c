/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query.c - what all that is asked have in common: the query and its options on the way in, warnings on the way out. */
#include "lib/handles_private.h"
#include "lib/sized.h"

/* ---- in ---- */

struct slice query_of(const char *query, size_t len)
{
	return !query ? slice_of("", 0) : len == FUNDSTELLE_TERMINATED ? slice_str(query) : slice_of(query, len);
}

#define FLAGS (FUNDSTELLE_ALL_WORDS | FUNDSTELLE_EXACT_FORMS | FUNDSTELLE_ONLY_NEW | FUNDSTELLE_COLLAPSE | FUNDSTELLE_EXACT_TOTAL | FUNDSTELLE_SUGGEST | \
	       FUNDSTELLE_NO_SNIPPET | FUNDSTELLE_NO_TEXT | FUNDSTELLE_EXPLAIN | FUNDSTELLE_OCR | FUNDSTELLE_ADDRESS | FUNDSTELLE_COUNT_ONLY | FUNDSTELLE_TIMED)

_Static_assert(FUNDSTELLE_BY_RELEVANCE == (int)ORDER_RELEVANCE && FUNDSTELLE_NEWEST_FIRST == (int)ORDER_NEWEST &&
		       FUNDSTELLE_OLDEST_FIRST == (int)ORDER_OLDEST && FUNDSTELLE_RANDOM == (int)ORDER_RANDOM,
	       "orders are passed on by their numbers");

/* What is wrong with them; NULL: nothing. */
static const char *read_dates(const struct fundstelle_search_options *o, struct search_options *out)
{
	uint32_t ignored;
	out->from = 0;
	out->to = UINT32_MAX;
	if (o->from && !parse_one_date(slice_str(o->from), &out->from, &ignored))
		return "from: not a date: 2022, 2022-01 or 2022-01-18";
	if (o->to && !parse_one_date(slice_str(o->to), &ignored, &out->to))
		return "to: not a date: 2022, 2022-01 or 2022-01-18";
	return out->from > out->to ? "from lies behind to" : NULL;
}

static unsigned parts_of(uint32_t flags)
{
	unsigned text = flags & FUNDSTELLE_NO_TEXT ? HIT_KEY : flags & FUNDSTELLE_NO_SNIPPET ? HIT_TITLE : HIT_TITLE | HIT_SNIPPET;
	return text | (flags & FUNDSTELLE_EXPLAIN ? HIT_EXPLAIN : 0u) | (flags & FUNDSTELLE_ADDRESS ? HIT_ADDRESS : 0u);
}

const char *search_options_of(const struct fundstelle_search_options *options, struct search_options *out, struct hits_wanted *wanted)
{
	struct fundstelle_search_options o;
	if (!sized_read(&o, sizeof o, options))
		return "fundstelle_search_options: not of a size, or with members, that this version knows";
	if (o.flags & ~(uint32_t)FLAGS || o.order > FUNDSTELLE_RANDOM)
		return "fundstelle_search_options: flags or an order that this version does not know";
	*out = (struct search_options){
		.parse = { .all = o.flags & FUNDSTELLE_ALL_WORDS, .exact = o.flags & FUNDSTELLE_EXACT_FORMS },
		.limit = o.limit ? o.limit : FUNDSTELLE_LIMIT_DEFAULT,
		.offset = o.offset,
		.only_new = o.flags & FUNDSTELLE_ONLY_NEW,
		.ocr = o.flags & FUNDSTELLE_OCR,
		.recency = o.recency,
		.similar = o.similar_to,
		.collapse = o.flags & FUNDSTELLE_COLLAPSE,
		.order = (enum hit_order)o.order,
		.seed = o.seed,
		.want_suggestion = o.flags & FUNDSTELLE_SUGGEST,
		.want_total = o.flags & FUNDSTELLE_EXACT_TOTAL,
		.count_only = o.flags & FUNDSTELLE_COUNT_ONLY,
	};
	*wanted = (struct hits_wanted){ parts_of(o.flags), o.page ? o.page : UINT32_MAX, o.flags & FUNDSTELLE_TIMED };
	return read_dates(&o, out);
}

/* ---- out ---- */

int hand_out(void *to, const void *from, size_t size) { return sized_write(to, from, size) ? FUNDSTELLE_OK : FUNDSTELLE_INVALID; }

enum fund_status text_copy(struct arena *arena, struct slice s, struct fundstelle_text *out)
{
	struct slice copy = arena_slice(arena, s);
	*out = text_of(copy);
	return copy.data ? FUND_OK : FUND_NO_MEMORY;
}

static enum fund_status add_warning(struct arena *arena, const struct search_warning *w, uint32_t query, struct warnings *out)
{
	static const uint32_t kinds[] = { [WARNING_QUERY] = FUNDSTELLE_DOUBTFUL, [WARNING_LIMIT] = FUNDSTELLE_CUT, [WARNING_MISSING] = FUNDSTELLE_MISSING };
	struct fundstelle_warning *list = arena_one_more(arena, out->list, out->n, sizeof *list), *added;
	if (!list)
		return FUND_NO_MEMORY;
	out->list = list;
	added = &list[out->n];
	*added = (struct fundstelle_warning){ .kind = kinds[w->kind], .offset = w->off, .words = w->n_words, .used = w->n_used, .query = query };
	enum fund_status st = text_copy(arena, w->about, &added->about);
	if (st == FUND_OK)
		st = text_copy(arena, slice_str(w->text.text), &added->message);
	out->n += st == FUND_OK;
	return st;
}

/* Servers are none of a query's: they are told with the first. */
enum fund_status question_end(fundstelle_index *index, const struct search_note *notes, uint32_t n)
{
	struct search_warning w;
	enum fund_status st = FUND_OK;
	for (uint32_t query = 0; query < n; query++)
		for (uint32_t i = 0; st == FUND_OK && search_warning(&notes[query], query ? NULL : index->servers, i, &w); i++)
			st = add_warning(&index->asked, &w, query, &index->warnings);
	return st;
}

enum fund_status warnings_copy(struct arena *arena, const struct warnings *from, struct warnings *out)
{
	enum fund_status st = FUND_OK;
	*out = (struct warnings){ NULL, 0 };
	if (from->n && !(out->list = arena_copy(arena, from->list, from->n * sizeof *from->list)))
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < from->n && st == FUND_OK; i++) {
		st = text_copy(arena, slice_of(from->list[i].about.data, from->list[i].about.len), &out->list[i].about);
		if (st == FUND_OK)
			st = text_copy(arena, slice_of(from->list[i].message.data, from->list[i].message.len), &out->list[i].message);
	}
	out->n = st == FUND_OK ? from->n : 0;
	return st;
}

int warnings_hand_out(const struct warnings *w, uint32_t i, struct fundstelle_warning *out)
{
	return i < w->n ? hand_out(out, &w->list[i], sizeof w->list[i]) : FUNDSTELLE_INVALID;
}
