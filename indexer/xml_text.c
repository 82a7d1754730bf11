/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/xml_text.h"

static bool is_space(uint8_t c) { return c <= ' ' && (c == ' ' || c == '\n' || c == '\t' || c == '\r'); }

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
	static const struct slice gaps[] = { { NULL, 0 }, SLICE_LIT(" "), SLICE_LIT("\n"), SLICE_LIT("\n\n"), { NULL, 0 } };
	const struct slice *gap = &gaps[t->gap];
	if (t->buf.len && gap->len) {
		memcpy(t->buf.data + t->buf.len, gap->data, gap->len);
		t->buf.len += gap->len;
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

/* Behind the words at p that have one blank between them. */
static const uint8_t *behind_words(const uint8_t *p, const uint8_t *end)
{
	for (;; p++) {
		while (p < end && *p > ' ')
			p++;
		if (p == end || (is_space(*p) && !(*p == ' ' && p + 1 < end && !is_space(p[1]))))
			return p;
	}
}

void xml_text_add(struct xml_text *t, struct slice s)
{
	const uint8_t *p = s.data, *end = slice_end(s);
	if (s.len == 0 || !has_room(t, s.len))
		return;
	while (p < end) {
		const uint8_t *words = p;
		p = is_space(*p) ? p : behind_words(p, end);
		if (p > words) {
			size_t n = (size_t)(p - words);
			put_gap(t); /* at most one byte more than the blanks it stands for, and two at first */
			memcpy(t->buf.data + t->buf.len, words, n);
			t->buf.len += n;
		}
		if (p < end)
			xml_text_gap(t, XML_GAP_BLANK);
		while (p < end && is_space(*p))
			p++;
	}
}
