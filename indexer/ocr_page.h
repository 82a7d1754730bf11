/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_page.h - a printed page as OCR has read it: blocks of lines of words, each with its box; and running text made of blocks.
 *
 * Text     words with a blank between them, lines with a newline, blocks with an empty line. A word that was cut at a line's end stands whole in its first
 *          line where the file says what it is (SUBS_CONTENT), and has two boxes; else it keeps its hyphen, which the analysis joins (words.h).
 */
#ifndef INDEXER_OCR_PAGE_H
#define INDEXER_OCR_PAGE_H

#include "indexer/article.h"
#include "store/layout.h"

enum ocr_mark {
	OCR_LINE = 1,	/* begins a line */
	OCR_HYPHEN = 2, /* a hyphen that the file tells apart follows */
	OCR_PART1 = 4,	/* first half of the word `whole` */
	OCR_PART2 = 8,	/* second half */
};

struct ocr_word {
	uint32_t text, text_len;   /* in the page's pool */
	uint32_t whole, whole_len; /* the word that it is half of */
	struct layout_box box;
	uint8_t marks, confidence;
};

struct ocr_block {
	uint32_t id, id_len; /* in the pool */
	uint32_t first, n;   /* words */
	uint32_t order;	     /* in reading; blocks of equal order as they come */
};

/* Another reading of a word: weaker evidence. */
struct ocr_other {
	uint32_t word, text, text_len;
};

struct ocr_page {
	struct buf pool;
	struct slice_range { uint32_t off, len; } name; /* in the pool */
	struct ocr_word *words;
	struct ocr_block *blocks;
	struct ocr_other *others;
	uint32_t n_words, n_blocks, n_others;
	size_t cap_words, cap_blocks, cap_others;
	bool line_begins; /* the next word begins a line */
	struct layout_box line; /* of the line; h 0: not given */
	enum fund_status status; /* of the first failure: FUND_NO_MEMORY, FUND_LIMIT; nothing is added after it */
};

void ocr_page_reset(struct ocr_page *p);   /* also on {0} */
void ocr_page_release(struct ocr_page *p); /* also on {0} */

void ocr_page_name(struct ocr_page *p, struct slice name);
void ocr_page_block(struct ocr_page *p, struct slice id); /* what follows is in a new block */
void ocr_page_line(struct ocr_page *p, struct layout_box box);
/* Blanks around it are dropped. NULL: nothing was left, or p->status says why not. Valid until the next. */
struct ocr_word *ocr_page_word(struct ocr_page *p, struct slice text, struct layout_box box, uint8_t confidence);
/* Words that share a box, told apart by blanks; a newline begins a line. */
void ocr_page_words(struct ocr_page *p, struct slice text, struct layout_box box, uint8_t confidence);
void ocr_page_whole(struct ocr_page *p, struct ocr_word *w, struct slice whole, enum ocr_mark part);
void ocr_page_other(struct ocr_page *p, struct slice text); /* of the last word */
void ocr_page_hyphen(struct ocr_page *p);		    /* behind the last word */
/* The block of that id; NULL: none. */
const struct ocr_block *ocr_page_find(const struct ocr_page *p, struct slice id);

/* Running text of blocks, of one page or several. */
struct ocr_text {
	struct buf body, others; /* others: layout_add_other() */
	struct layout_writer layout;
	struct slice whole;	 /* the word whose second half is awaited, in `body` */
	struct layout_word half; /* its first */
	uint32_t last_other;
	bool has_boxes;
};
void ocr_text_reset(struct ocr_text *t);   /* also on {0} */
void ocr_text_release(struct ocr_text *t); /* also on {0} */
enum fund_status ocr_text_page(struct ocr_text *t, const struct ocr_page *p); /* what follows is on it */
enum fund_status ocr_text_block(struct ocr_text *t, const struct ocr_page *p, const struct ocr_block *b);
/* All blocks of it, in the order of reading; ocr_text_all() names the page, too. */
enum fund_status ocr_text_blocks(struct ocr_text *t, struct ocr_page *p);
enum fund_status ocr_text_all(struct ocr_text *t, struct ocr_page *p);

/* Body, layout and other readings. */
void ocr_text_article(const struct ocr_text *t, struct article *out);

/* "123", "123.7", "-4": to whole units; anything else 0. */
int32_t ocr_number(const char *s);
/* "0.87" of 1 in percent; LAYOUT_SURE for what is no number. */
uint8_t ocr_confidence(const char *s);

#endif
