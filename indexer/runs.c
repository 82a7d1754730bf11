/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/runs.h"

#include "indexer/met_forms.h"
#include "store/forms.h"

#include <stdlib.h>

/* ---- writing ---- */

/* Is there more than one form in what a term_stream gives of a term? */
static bool has_several(struct slice forms)
{
	struct cursor c = cursor_of(forms);
	struct met_form f;
	return met_form_next(&c, &f) && cursor_left(&c);
}

static enum fund_status write_posting(struct spool *to, const struct posting *p, uint32_t gap, bool with_forms)
{
	uint8_t head[2 * VARINT32_MAX + 1], *end = put_varint(put_varint(head, gap), p->freq);
	uint32_t before = 0;

	*end++ = p->boost;
	enum fund_status st = spool_write(to, head, (size_t)(end - head));
	for (uint32_t i = 0; st == FUND_OK && i < p->freq; i++) {
		st = spool_varint(to, p->pos[i] - before);
		before = p->pos[i];
		if (st == FUND_OK && with_forms)
			st = spool_varint(to, p->forms ? p->forms[i] : 0);
	}
	return st;
}

static enum fund_status write_term(struct term_stream *from, struct spool *to)
{
	const uint8_t len = (uint8_t)from->term.len;
	bool with_forms = has_several(from->forms);
	uint32_t next = 0; /* the smallest document that may come */
	struct posting p;
	enum fund_status st = spool_write(to, &len, 1);

	if (st == FUND_OK)
		st = spool_write(to, from->term.data, from->term.len);
	if (st == FUND_OK && class_has_forms(from->term.data[0]))
		st = spool_varint(to, from->forms.len);
	if (st == FUND_OK && from->forms.len)
		st = spool_write(to, from->forms.data, from->forms.len);
	while (st == FUND_OK && (st = from->next_posting(from, &p)) == FUND_OK) {
		st = write_posting(to, &p, p.doc + 1 - next, with_forms);
		next = p.doc + 1;
	}
	return st == FUND_END ? spool_varint(to, 0) : st;
}

enum fund_status run_write(struct term_stream *from, struct spool *to, struct run *out)
{
	enum fund_status st;

	out->at = spool_len(to);
	while ((st = from->next_term(from)) == FUND_OK)
		if ((st = write_term(from, to)) != FUND_OK)
			return st;
	if (st == FUND_END)
		st = spool_write(to, "", 1);
	out->end = spool_len(to);
	return st;
}

/* ---- reading ---- */

struct run_reader {
	struct spool_reader in;
	uint8_t term[TERM_BYTES_MAX];
	struct buf forms;
	uint32_t next_doc;
	bool with_forms;
	struct position_room room;
};

static enum fund_status next_posting(struct term_stream *s, struct posting *out)
{
	struct run_reader *r = s->context;
	uint32_t gap = (uint32_t)spool_reader_varint(&r->in), pos = 0;

	if (gap == 0)
		return r->in.status == FUND_OK ? FUND_END : r->in.status;
	r->next_doc += gap;
	out->doc = r->next_doc - 1;
	out->freq = (uint32_t)spool_reader_varint(&r->in);
	out->boost = spool_reader_u8(&r->in);
	for (uint32_t i = 0; i < out->freq && r->in.status == FUND_OK; i++) {
		if (i == r->room.cap) {
			enum fund_status st = position_room_grow(&r->room);
			if (st != FUND_OK)
				return st;
		}
		pos += (uint32_t)spool_reader_varint(&r->in);
		r->room.pos[i] = pos;
		r->room.forms[i] = r->with_forms ? (uint32_t)spool_reader_varint(&r->in) : 0;
	}
	out->pos = r->room.pos;
	out->forms = r->with_forms ? r->room.forms : NULL;
	return r->in.status;
}

/* The postings of the term before have all been read. */
static enum fund_status next_term(struct term_stream *s)
{
	struct run_reader *r = s->context;
	uint8_t len = spool_reader_u8(&r->in);

	if (len == 0)
		return r->in.status == FUND_OK ? FUND_END : r->in.status;
	if (len > TERM_BYTES_MAX)
		return FUND_CORRUPT;
	spool_reader_bytes(&r->in, r->term, len);
	s->term = slice_of(r->term, len);
	s->forms = slice_of(NULL, 0);
	if (class_has_forms(r->term[0])) {
		size_t n = (size_t)spool_reader_varint(&r->in);
		buf_reset(&r->forms);
		if (n > MET_FORMS_MAX || buf_reserve(&r->forms, n + 1) != FUND_OK)
			return r->in.status != FUND_OK ? r->in.status : n > MET_FORMS_MAX ? FUND_CORRUPT : FUND_NO_MEMORY;
		spool_reader_bytes(&r->in, r->forms.data, n);
		s->forms = slice_of(r->forms.data, n);
	}
	r->with_forms = has_several(s->forms);
	r->next_doc = 0;
	return r->in.status;
}

enum fund_status run_stream(const struct spool *spool, struct run run, size_t buffer, struct term_stream *out)
{
	struct run_reader *r = calloc(1, sizeof *r);

	*out = (struct term_stream){ .context = r, .next_term = next_term, .next_posting = next_posting };
	return r ? spool_reader_init(&r->in, spool, run.at, run.end, buffer) : FUND_NO_MEMORY;
}

void run_stream_end(struct term_stream *s)
{
	struct run_reader *r = s->context;

	if (r) {
		spool_reader_release(&r->in);
		position_room_release(&r->room);
		buf_release(&r->forms);
	}
	free(r);
	s->context = NULL;
}
