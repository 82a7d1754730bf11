/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - where on its page each word of an article was printed: pages and boxes, delta-coded, some five bytes a word.
 *
 * Units    off, len: bytes of the article's body. Boxes: what the file measured in (pixels, or tenths of a millimetre), from the top left.
 * Bytes    docs/FORMAT.md, "Layout".
 */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include "base/bytes.h"

struct layout_box {
	int32_t x, y, w, h;
};

#define LAYOUT_SURE 100u /* confidence of a word that nobody doubts, or nobody measured */

/* A word, or half of one that was cut at a line's end: then both have the same off and len. */
struct layout_word {
	uint32_t off, len;
	struct layout_box box;
	uint32_t page;	     /* number of page marks before it, less one */
	uint8_t confidence;  /* of the recognition, in percent */
};

struct layout_writer {
	struct buf bytes;
	struct layout_word last;
	int32_t line_x;	 /* where the last line began */
	bool begun;
};
void layout_writer_reset(struct layout_writer *w);   /* also on {0} */
void layout_writer_release(struct layout_writer *w); /* also on {0} */
/* What follows is on the page of that name (a number, mostly). */
enum fund_status layout_add_page(struct layout_writer *w, struct slice name);
/* Words in the order of the text; w->page is not looked at. */
enum fund_status layout_add_word(struct layout_writer *w, const struct layout_word *word);

/* Borrows the bytes. */
struct layout_reader {
	struct cursor c;
	struct layout_word word;
	struct slice page; /* its name; empty: none was given */
	int32_t line_x;
	uint32_t n_pages;
};
struct layout_reader layout_reader_of(struct slice bytes);
/* The next word, in r->word. False: the end, or bytes that are none of ours. */
bool layout_next(struct layout_reader *r);

/* Other readings of words, by what recognised them. Borrows the bytes. */
struct layout_others {
	struct cursor c;
	uint32_t off; /* of the word in the body */
	struct slice text;
};
static inline struct layout_others layout_others_of(struct slice bytes) { return (struct layout_others){ .c = cursor_of(bytes) }; }
bool layout_others_next(struct layout_others *o); /* false: the end, or bytes that are none of ours */
/* Appends one; *last: the offset of the one before, 0 at first. */
enum fund_status layout_add_other(struct buf *out, uint32_t *last, uint32_t off, struct slice text);

#endif
