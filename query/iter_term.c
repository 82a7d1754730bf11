/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iter_term.c - the documents of one term; with titel: those that have it in the title. */
#include "query/iter.h"

#include "store/postings.h"

struct iter_term {
	struct iter base;
	const struct plan_term *term;
	double scale;
	struct postings postings;
};

static enum fund_status title_freq(struct iter_term *t, uint32_t *freq)
{
	uint8_t boost;
	enum fund_status st = postings_boost(&t->postings, &boost);
	*freq = st == FUND_OK ? BOOST_TITLE(boost) : 0;
	return st;
}

static enum fund_status term_seek(struct iter *it, uint32_t target)
{
	struct iter_term *t = (struct iter_term *)it;
	enum fund_status st = postings_seek(&t->postings, target);
	while (st == FUND_OK && t->term->field == FIELD_TITLE && t->postings.doc != DOC_END) {
		uint32_t freq;
		st = title_freq(t, &freq);
		if (st != FUND_OK || freq)
			break;
		st = postings_next(&t->postings);
	}
	it->doc = t->postings.doc;
	return st;
}

static enum fund_status term_freq(struct iter_term *t, uint32_t *freq)
{
	return t->term->field == FIELD_TITLE ? title_freq(t, freq) : postings_weighted_freq(&t->postings, freq);
}

static enum fund_status term_score(struct iter *it, int64_t *micro)
{
	struct iter_term *t = (struct iter_term *)it;
	uint32_t freq, len;
	enum fund_status st = term_freq(t, &freq);
	if (st == FUND_OK)
		st = leaf_length(it->leaf, it->doc, &len);
	if (st == FUND_OK)
		*micro = bm25_score(it->bm25, t->scale, score_freq(freq, FREQ_UNIT), len);
	return st;
}

struct explain_item iter_explain_term(const struct plan_term *t)
{
	static const char *const kinds[TERM_KINDS] = { "word", "part", "variant" };
	struct slice term = slice_from(t->places.term, 1);
	return (struct explain_item){ .term = term, .field = t->field, .kind = kinds[t->kind], .df = t->places.df };
}

static enum fund_status term_explain(struct iter *it, const struct explain_sink *sink)
{
	struct iter_term *t = (struct iter_term *)it;
	struct explain_item item = iter_explain_term(t->term);
	enum fund_status st = postings_freq(&t->postings, &item.freq);
	if (st == FUND_OK)
		st = term_score(it, &item.score);
	return st == FUND_OK ? sink->item(sink->context, &item) : st;
}

static void term_release(struct iter *it) { postings_release(&((struct iter_term *)it)->postings); }

static const struct iter_ops term_ops = { term_seek, term_score, term_explain, term_release };

enum fund_status iter_term_new(struct arena *arena, const struct plan *plan, struct leaf *leaf, const struct bm25 *bm25, struct iter **out)
{
	struct term_entry entry;
	const struct chunk_source *chunks = segment_chunks(leaf->segment);
	*out = NULL;
	enum fund_status st = leaf_term(leaf, &plan->term.places, &entry);
	if (st != FUND_OK)
		return st == FUND_NOT_FOUND ? FUND_OK : st;
	struct iter_term *t = arena_alloc(arena, sizeof *t);
	if (!t)
		return FUND_NO_MEMORY;
	t->base = iter_base(&term_ops, leaf->lent ? plan->term.places.df : entry.df, leaf, bm25);
	t->term = &plan->term;
	t->scale = plan->scale;
	st = postings_open(&t->postings, chunks, &entry, leaf->weights);
	if (st == FUND_OK)
		*out = &t->base;
	return st;
}
