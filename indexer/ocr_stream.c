/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/ocr_stream.h"

#include <stdlib.h>

enum fund_status ocr_stream_open(struct ocr_stream **out, struct input *in, const struct ocr_dialect *dialect, struct fault *why)
{
	struct ocr_stream *s = calloc(1, sizeof *s);
	*out = NULL;
	if (s)
		s->state = calloc(1, dialect->state);
	if (!s || !s->state) {
		free(s);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	s->dialect = dialect;
	enum fund_status st = xml_stream_open(&s->xml, in, &dialect->events, s, why);
	if (st != FUND_OK)
		ocr_stream_close(s);
	else
		*out = s;
	return st;
}

void ocr_stream_close(struct ocr_stream *s)
{
	if (!s)
		return;
	xml_stream_close(s->xml);
	for (int i = 0; i < 2; i++)
		ocr_page_release(&s->pages[i]);
	if (s->dialect->release)
		s->dialect->release(s->state);
	free(s->state);
	free(s);
}

void ocr_stream_begin_page(struct ocr_stream *s, const char *name)
{
	if (s->begun) {
		s->handed = true;
		s->at ^= 1;
		xml_stream_pause(s->xml);
	}
	s->begun = true;
	ocr_page_reset(&s->pages[s->at]);
	ocr_page_name(&s->pages[s->at], slice_str(name ? name : ""));
}

enum fund_status ocr_stream_next(struct ocr_stream *s, struct ocr_page **page, bool *last, uint64_t *line, struct fault *why)
{
	if (s->ended)
		return FUND_END;
	s->handed = false;
	while (!s->handed) {
		enum fund_status st = xml_stream_run(s->xml, line, why);
		if (st == FUND_END)
			break;
		if (st != FUND_OK)
			return st;
	}
	s->ended = !s->handed;
	*last = s->ended;
	*page = &s->pages[s->handed ? s->at ^ 1 : s->at];
	if (s->ended && !s->begun && (*page)->n_words == 0)
		return FUND_END;
	enum fund_status st = (*page)->status;
	return st == FUND_OK ? st : fault_set(why, st, st == FUND_LIMIT ? "a page has too much text" : "out of memory");
}

/* ---- the reader ---- */

struct ocr_reader {
	struct ocr_stream *stream;
	struct ocr_text text;
	bool many;
};

enum fund_status ocr_reader_open(struct reader **out, struct input *in, const struct ocr_dialect *dialect, struct fault *why)
{
	struct ocr_reader *r = calloc(1, sizeof *r);
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	enum fund_status st = ocr_stream_open(&r->stream, in, dialect, why);
	if (st != FUND_OK) {
		free(r);
		*out = NULL;
	}
	return st;
}

void ocr_reader_close(struct reader *reader)
{
	struct ocr_reader *r = (struct ocr_reader *)reader;
	if (!r)
		return;
	ocr_stream_close(r->stream);
	ocr_text_release(&r->text);
	free(r);
}

enum fund_status ocr_reader_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct ocr_reader *r = (struct ocr_reader *)reader;
	struct ocr_page *page;
	bool last;
	*recovered = false;
	for (;;) {
		enum fund_status st = ocr_stream_next(r->stream, &page, &last, line, why);
		if (st != FUND_OK)
			return st;
		r->many |= !last;
		ocr_text_reset(&r->text);
		st = ocr_text_all(&r->text, page);
		if (st != FUND_OK)
			return fault_set(why, st, "out of memory");
		if (r->text.body.len)
			break;
	}
	const char *encoding = xml_stream_encoding(r->stream->xml);
	*out = (struct article){ .many = r->many, .format = r->stream->dialect->format->name, .encoding = encoding ? encoding : "UTF-8" };
	out->id = slice_part(slice_buf(&page->pool), page->name.off, page->name.len);
	ocr_text_article(&r->text, out);
	return FUND_OK;
}
