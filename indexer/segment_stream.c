/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/segment_stream.h"

#include <stdlib.h>

#include "store/postings.h"

struct segment_reader {
	struct segment *segment;
	struct dictionary_iter terms;
	struct postings postings;
	bool open;
};

static enum fund_status next_term(struct term_stream *s)
{
	struct segment_reader *r = s->context;
	if (r->open)
		postings_release(&r->postings);
	r->open = false;
	enum fund_status st = dictionary_next(&r->terms);
	if (st == FUND_OK)
		st = postings_open(&r->postings, segment_chunks(r->segment), &r->terms.entry, segment_weights(r->segment));
	r->open = st == FUND_OK;
	s->term = r->terms.entry.term;
	return st;
}

static enum fund_status next_posting(struct term_stream *s, struct posting *out)
{
	struct segment_reader *r = s->context;
	uint32_t n;
	enum fund_status st = postings_next(&r->postings);
	if (st != FUND_OK)
		return st;
	if (r->postings.doc == DOC_END)
		return FUND_END;
	out->doc = r->postings.doc;
	out->pos = NULL;
	st = postings_freq(&r->postings, &out->freq);
	if (st == FUND_OK)
		st = postings_boost(&r->postings, &out->boost);
	if (st == FUND_OK && r->terms.entry.has_positions)
		st = postings_positions(&r->postings, &out->pos, &n);
	return out->doc < segment_n_docs(r->segment) ? st : FUND_CORRUPT;
}

enum fund_status segment_stream(struct segment *s, struct term_stream *out)
{
	struct segment_reader *r = calloc(1, sizeof *r);
	*out = (struct term_stream){ .context = r, .next_term = next_term, .next_posting = next_posting };
	if (!r)
		return FUND_NO_MEMORY;
	r->segment = s;
	return dictionary_seek(&r->terms, segment_chunks(s), (struct slice){ NULL, 0 });
}

void segment_stream_end(struct term_stream *s)
{
	struct segment_reader *r = s->context;
	if (r && r->open)
		postings_release(&r->postings);
	free(r);
	s->context = NULL;
}
