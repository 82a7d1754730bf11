/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/ocr_page.h"

#include <stdlib.h>

#define POOL_MAX ((size_t)64 << 20) /* bytes of one page's words */

void ocr_page_reset(struct ocr_page *p)
{
	buf_reset(&p->pool);
	p->name = (struct slice_range){ 0, 0 };
	p->n_words = p->n_blocks = p->n_others = 0;
	p->line_begins = false;
	p->line = (struct layout_box){ 0, 0, 0, 0 };
	p->status = FUND_OK;
}

void ocr_page_release(struct ocr_page *p)
{
	buf_release(&p->pool);
	free(p->words);
	free(p->blocks);
	free(p->others);
	*p = (struct ocr_page){ .pool = BUF_INIT };
}

/* ---- what a page is made of ---- */

static struct slice_range pooled(struct ocr_page *p, struct slice s)
{
	struct slice_range r = { (uint32_t)p->pool.len, (uint32_t)s.len };
	if (p->status == FUND_OK && s.len > POOL_MAX - p->pool.len)
		p->status = FUND_LIMIT;
	if (p->status == FUND_OK)
		p->status = buf_add_slice(&p->pool, s);
	return p->status == FUND_OK ? r : (struct slice_range){ 0, 0 };
}

static struct slice from_pool(const struct ocr_page *p, uint32_t off, uint32_t len) { return slice_part(slice_buf(&p->pool), off, len); }

void ocr_page_name(struct ocr_page *p, struct slice name) { p->name = pooled(p, name); }

void ocr_page_block(struct ocr_page *p, struct slice id)
{
	struct ocr_block *rows = p->status == FUND_OK ? array_room(p->blocks, p->n_blocks + (size_t)1, &p->cap_blocks, sizeof *rows) : NULL;
	if (!rows) {
		p->status = p->status == FUND_OK ? FUND_NO_MEMORY : p->status;
		return;
	}
	struct slice_range r = pooled(p, id);
	p->blocks = rows;
	rows[p->n_blocks++] = (struct ocr_block){ r.off, r.len, p->n_words, 0, 0 };
	p->line_begins = false;
}

void ocr_page_line(struct ocr_page *p, struct layout_box box)
{
	p->line_begins = true;
	p->line = box;
}

struct ocr_word *ocr_page_word(struct ocr_page *p, struct slice text, struct layout_box box, uint8_t confidence)
{
	text = slice_trim(text);
	if (p->n_blocks == 0)
		ocr_page_block(p, (struct slice){ NULL, 0 });
	if (text.len == 0 || p->status != FUND_OK)
		return NULL;
	struct ocr_word *rows = array_room(p->words, p->n_words + (size_t)1, &p->cap_words, sizeof *rows);
	if (!rows) {
		p->status = FUND_NO_MEMORY;
		return NULL;
	}
	p->words = rows;
	struct slice_range r = pooled(p, text);
	if (p->status != FUND_OK)
		return NULL;
	if (p->line.h && box.w) { /* words of a line share its height: the boxes are even, and take less */
		box.y = p->line.y;
		box.h = p->line.h;
	}
	rows[p->n_words] = (struct ocr_word){ r.off, r.len, 0, 0, box, p->line_begins ? OCR_LINE : 0, confidence };
	p->line_begins = false;
	p->blocks[p->n_blocks - 1].n++;
	return &rows[p->n_words++];
}

void ocr_page_words(struct ocr_page *p, struct slice text, struct layout_box box, uint8_t confidence)
{
	for (size_t at = 0; at < text.len;) {
		size_t from = at;
		while (at < text.len && !is_white(text.data[at]))
			at++;
		ocr_page_word(p, slice_part(text, from, at - from), box, confidence);
		if (at < text.len && text.data[at++] == '\n')
			ocr_page_line(p, box);
	}
}

void ocr_page_whole(struct ocr_page *p, struct ocr_word *w, struct slice whole, enum ocr_mark part)
{
	struct slice_range r = pooled(p, slice_trim(whole));
	if (r.len == 0)
		return;
	w->whole = r.off;
	w->whole_len = r.len;
	w->marks |= (uint8_t)part;
}

void ocr_page_other(struct ocr_page *p, struct slice text)
{
	text = slice_trim(text);
	if (p->n_words == 0 || text.len == 0 || p->status != FUND_OK)
		return;
	struct ocr_other *rows = array_room(p->others, p->n_others + (size_t)1, &p->cap_others, sizeof *rows);
	if (!rows) {
		p->status = FUND_NO_MEMORY;
		return;
	}
	p->others = rows;
	struct slice_range r = pooled(p, text);
	rows[p->n_others++] = (struct ocr_other){ p->n_words - 1, r.off, r.len };
}

void ocr_page_hyphen(struct ocr_page *p)
{
	if (p->n_words)
		p->words[p->n_words - 1].marks |= OCR_HYPHEN;
}

const struct ocr_block *ocr_page_find(const struct ocr_page *p, struct slice id)
{
	for (uint32_t i = 0; i < p->n_blocks; i++)
		if (slice_equal(from_pool(p, p->blocks[i].id, p->blocks[i].id_len), id))
			return &p->blocks[i];
	return NULL;
}

/* ---- running text ---- */

void ocr_text_reset(struct ocr_text *t)
{
	buf_reset(&t->body);
	buf_reset(&t->others);
	layout_writer_reset(&t->layout);
	t->whole = (struct slice){ NULL, 0 };
	t->last_other = 0;
	t->has_boxes = false;
}

void ocr_text_release(struct ocr_text *t)
{
	buf_release(&t->body);
	buf_release(&t->others);
	layout_writer_release(&t->layout);
	*t = (struct ocr_text){ .body = BUF_INIT };
}

enum fund_status ocr_text_page(struct ocr_text *t, const struct ocr_page *p)
{
	return layout_add_page(&t->layout, from_pool(p, p->name.off, p->name.len));
}

/* An '=' where a line ends in the middle of a word: how OCR gives the double hyphen of Fraktur. */
static bool ends_in_equals(struct slice s)
{
	uint8_t before = s.len > 1 ? s.data[s.len - 2] : 0;
	return s.len > 1 && s.data[s.len - 1] == '=' && (before >= 0x80 || is_letter(before));
}

static bool ends_in_hyphen(struct slice s)
{
	static const char *const hyphens[] = { "-", "\xC2\xAD", "\xC2\xAC", "\xE2\x80\x90", "\xE2\xB8\x97" };
	for (size_t i = 0; i < sizeof hyphens / sizeof *hyphens; i++)
		if (slice_ends_in(s, hyphens[i]))
			return true;
	return false;
}

static enum fund_status add_box(struct ocr_text *t, const struct ocr_word *w, uint32_t off, uint32_t len)
{
	struct layout_word word = { off, len, w->box, 0, w->confidence };
	t->has_boxes |= w->box.w != 0;
	t->half = word;
	return layout_add_word(&t->layout, &word);
}

static enum fund_status add_others(struct ocr_text *t, const struct ocr_page *p, uint32_t word, uint32_t off)
{
	/* in the order of words: those of this one by bisection */
	uint32_t low = 0, high = p->n_others;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (p->others[mid].word < word)
			low = mid + 1;
		else
			high = mid;
	}
	enum fund_status st = FUND_OK;
	for (; low < p->n_others && p->others[low].word == word && st == FUND_OK; low++) {
		struct slice text = from_pool(p, p->others[low].text, p->others[low].text_len);
		st = layout_add_other(&t->others, &t->last_other, off, text);
	}
	return st;
}

/* The word as it goes into the text; `last`: a line ends behind it. */
static enum fund_status put_word(struct ocr_text *t, const struct ocr_page *p, const struct ocr_word *w, bool last, const char *gap)
{
	struct slice text = from_pool(p, w->text, w->text_len), whole = from_pool(p, w->whole, w->whole_len);
	bool first_half = w->marks & OCR_PART1 && last;
	if (w->marks & OCR_PART2 && t->whole.len && slice_equal(whole, t->whole)) {
		t->whole.len = 0;
		return add_box(t, w, t->half.off, t->half.len);
	}
	enum fund_status st = t->body.len ? buf_add_str(&t->body, gap) : FUND_OK;
	size_t off = t->body.len;
	bool equals = last && !first_half && ends_in_equals(text);
	if (equals)
		text.len--;
	if (st == FUND_OK)
		st = buf_add_slice(&t->body, first_half ? whole : text);
	if (st == FUND_OK && (equals || (last && !first_half && w->marks & OCR_HYPHEN && !ends_in_hyphen(text))))
		st = buf_add_str(&t->body, equals ? "\xE2\xB8\x97" : "-");
	if (st == FUND_OK && t->body.len >= UINT32_MAX) /* a reader has no such memory */
		st = FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = add_box(t, w, (uint32_t)off, (uint32_t)(t->body.len - off));
	t->whole = first_half ? whole : (struct slice){ NULL, 0 };
	return st == FUND_OK ? add_others(t, p, (uint32_t)(w - p->words), (uint32_t)off) : st;
}

enum fund_status ocr_text_block(struct ocr_text *t, const struct ocr_page *p, const struct ocr_block *b)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = b->first; i < b->first + b->n && st == FUND_OK; i++) {
		bool last = i + 1 == b->first + b->n || p->words[i + 1].marks & OCR_LINE;
		/* a word that goes on in this block is not parted by an empty line */
		bool goes_on = i == b->first && (ends_in_hyphen(slice_buf(&t->body)) || p->words[i].marks & OCR_PART2);
		const char *gap = i == b->first && !goes_on ? "\n\n" : i == b->first || p->words[i].marks & OCR_LINE ? "\n" : " ";
		st = put_word(t, p, &p->words[i], last, gap);
	}
	return st;
}

static int by_order(const void *a, const void *b)
{
	const struct ocr_block *x = a, *y = b;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

enum fund_status ocr_text_blocks(struct ocr_text *t, struct ocr_page *p)
{
	enum fund_status st = FUND_OK;
	if (p->n_blocks)
		qsort(p->blocks, p->n_blocks, sizeof *p->blocks, by_order);
	for (uint32_t i = 0; i < p->n_blocks && st == FUND_OK; i++)
		st = ocr_text_block(t, p, &p->blocks[i]);
	return st;
}

enum fund_status ocr_text_all(struct ocr_text *t, struct ocr_page *p)
{
	enum fund_status st = p->status == FUND_OK ? ocr_text_page(t, p) : p->status;
	return st == FUND_OK ? ocr_text_blocks(t, p) : st;
}

void ocr_text_article(const struct ocr_text *t, struct article *out)
{
	out->body = slice_buf(&t->body);
	out->layout = t->has_boxes ? slice_buf(&t->layout.bytes) : (struct slice){ NULL, 0 };
	out->others = slice_buf(&t->others);
}

/* ---- numbers ---- */

int32_t ocr_number(const char *s)
{
	bool negative = *s == '-';
	int32_t v = 0;
	for (s += negative; *s >= '0' && *s <= '9'; s++)
		v = v < 100000000 ? v * 10 + (*s - '0') : v;
	return negative ? -v : v;
}

uint8_t ocr_confidence(const char *s)
{
	uint32_t whole = 0, parts = 0, scale = 10;
	if (!((*s >= '0' && *s <= '9') || *s == '.'))
		return LAYOUT_SURE;
	for (; *s >= '0' && *s <= '9'; s++)
		whole = whole < 1000 ? whole * 10 + (uint32_t)(*s - '0') : whole;
	if (*s == '.')
		for (s++; *s >= '0' && *s <= '9' && scale; s++, scale /= 10)
			parts += (uint32_t)(*s - '0') * scale;
	uint32_t percent = whole * 100 + parts;
	return (uint8_t)(percent < LAYOUT_SURE ? percent : LAYOUT_SURE);
}
