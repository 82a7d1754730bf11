/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/xml_text.h"

static bool is_space(uint8_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

void xml_text_reset(struct xml_text *t)
{
	buf_reset(&t->buf);
	t->gap = XML_GAP_NONE;
	t->status = FUND_OK;
}

void xml_text_release(struct xml_text *t)
{
	buf_release(&t->buf);
	*t = (struct xml_text){ .buf = BUF_INIT };
}

/* Room for n bytes and the gap before them. */
static bool has_room(struct xml_text *t, size_t n)
{
	if (t->status == FUND_OK && t->buf.len + n + 2 > XML_TEXT_MAX)
		t->status = FUND_LIMIT;
	if (t->status == FUND_OK)
		t->status = buf_reserve(&t->buf, n + 2);
	return t->status == FUND_OK;
}

static void put_gap(struct xml_text *t)
{
	static const char *const gaps[] = { "", " ", "\n", "\n\n", "" };
	size_t n = strlen(gaps[t->gap]);
	if (t->buf.len && n) {
		memcpy(t->buf.data + t->buf.len, gaps[t->gap], n);
		t->buf.len += n;
	}
	t->gap = XML_GAP_NONE;
}

void xml_text_add_raw(struct xml_text *t, struct slice s)
{
	if (s.len == 0 || !has_room(t, s.len))
		return;
	put_gap(t);
	memcpy(t->buf.data + t->buf.len, s.data, s.len);
	t->buf.len += s.len;
}

void xml_text_add(struct xml_text *t, struct slice s)
{
	const uint8_t *p = s.data, *end = slice_end(s);
	if (s.len == 0 || !has_room(t, s.len))
		return;
	while (p < end) {
		const uint8_t *word = p;
		while (p < end && !is_space(*p))
			p++;
		if (p > word) {
			size_t n = (size_t)(p - word);
			put_gap(t); /* at most one byte more than the blanks it stands for, and two at first */
			memcpy(t->buf.data + t->buf.len, word, n);
			t->buf.len += n;
		}
		if (p < end)
			xml_text_gap(t, XML_GAP_BLANK);
		while (p < end && is_space(*p))
			p++;
	}
}
