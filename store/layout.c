/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/layout.h"

enum tag { TAG_LINE = 1, TAG_PAGE = 2, TAG_AGAIN = 4, TAG_DOUBT = 8, TAG_BITS = 4 };

static uint64_t zigzag(int32_t v) { return (uint32_t)v << 1 ^ (v < 0 ? UINT32_MAX : 0); }
static int32_t unzigzag(uint32_t v) { return (int32_t)(v >> 1 ^ (v & 1 ? UINT32_MAX : 0)); }
/* Differences wrap around, so that any two numbers have one. */
static int32_t minus(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
static int32_t plus(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

void layout_writer_reset(struct layout_writer *w)
{
	buf_reset(&w->bytes);
	w->last = (struct layout_word){ .confidence = LAYOUT_SURE };
	w->line_x = 0;
	w->begun = false;
}

void layout_writer_release(struct layout_writer *w)
{
	buf_release(&w->bytes);
	*w = (struct layout_writer){ .bytes = BUF_INIT };
}

enum fund_status layout_add_page(struct layout_writer *w, struct slice name)
{
	enum fund_status st = buf_add_byte(&w->bytes, TAG_PAGE);
	if (st == FUND_OK)
		st = buf_add_varint(&w->bytes, name.len);
	w->last.box = (struct layout_box){ 0, 0, 0, 0 };
	w->line_x = 0;
	return st == FUND_OK ? buf_add_slice(&w->bytes, name) : st;
}

enum fund_status layout_add_word(struct layout_writer *w, const struct layout_word *word)
{
	const struct layout_box *b = &word->box, *last = &w->last.box;
	bool line = b->y != last->y || b->h != last->h, again = w->begun && word->off == w->last.off && word->len == w->last.len;
	bool doubt = word->confidence < LAYOUT_SURE;
	enum fund_status st = buf_reserve(&w->bytes, 8 * VARINT64_MAX);
	if (st != FUND_OK)
		return st;
	uint8_t *p = w->bytes.data + w->bytes.len;
	uint64_t gap = again ? 0 : word->off - (w->last.off + w->last.len);
	p = put_varint(p, gap << TAG_BITS | (line ? TAG_LINE : 0u) | (again ? TAG_AGAIN : 0u) | (doubt ? TAG_DOUBT : 0u));
	if (!again)
		p = put_varint(p, word->len);
	p = put_varint(p, zigzag(minus(b->x, line ? w->line_x : plus(last->x, last->w))));
	p = put_varint(p, (uint32_t)b->w);
	if (line) {
		p = put_varint(p, zigzag(minus(b->y, last->y)));
		p = put_varint(p, (uint32_t)b->h);
		w->line_x = b->x;
	}
	if (doubt)
		*p++ = word->confidence;
	w->bytes.len = (size_t)(p - w->bytes.data);
	w->last = *word;
	w->begun = true;
	return FUND_OK;
}

struct layout_reader layout_reader_of(struct slice bytes)
{
	return (struct layout_reader){ .c = cursor_of(bytes) };
}

static int32_t take_signed(struct cursor *c) { return unzigzag(cursor_varint32(c)); }

bool layout_next(struct layout_reader *r)
{
	struct layout_box last = r->word.box;
	uint64_t tag = 0;
	while (cursor_left(&r->c) && (tag = cursor_varint(&r->c)) & TAG_PAGE) {
		r->page = cursor_take(&r->c, cursor_varint32(&r->c));
		r->n_pages++;
		last = (struct layout_box){ 0, 0, 0, 0 };
		r->line_x = 0;
		tag = TAG_PAGE;
	}
	if (r->c.bad || tag & TAG_PAGE || (tag == 0 && cursor_left(&r->c) == 0))
		return false;
	struct layout_word *w = &r->word;
	if (!(tag & TAG_AGAIN)) {
		w->off = (uint32_t)(w->off + w->len + (tag >> TAG_BITS));
		w->len = cursor_varint32(&r->c);
	}
	w->box.x = plus(tag & TAG_LINE ? r->line_x : plus(last.x, last.w), take_signed(&r->c));
	w->box.w = (int32_t)cursor_varint32(&r->c);
	w->box.y = tag & TAG_LINE ? plus(last.y, take_signed(&r->c)) : last.y;
	w->box.h = tag & TAG_LINE ? (int32_t)cursor_varint32(&r->c) : last.h;
	if (tag & TAG_LINE)
		r->line_x = w->box.x;
	w->confidence = tag & TAG_DOUBT ? cursor_u8(&r->c) : LAYOUT_SURE;
	w->page = r->n_pages ? r->n_pages - 1 : 0;
	return !r->c.bad;
}

/* ---- other readings ---- */

bool layout_others_next(struct layout_others *o)
{
	if (o->c.bad || cursor_left(&o->c) == 0)
		return false;
	o->off += cursor_varint32(&o->c);
	o->text = cursor_take(&o->c, cursor_varint32(&o->c));
	return !o->c.bad;
}

enum fund_status layout_add_other(struct buf *out, uint32_t *last, uint32_t off, struct slice text)
{
	enum fund_status st = buf_add_varint(out, off - *last);
	*last = off;
	if (st == FUND_OK)
		st = buf_add_varint(out, text.len);
	return st == FUND_OK ? buf_add_slice(out, text) : st;
}
