/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html_text.h - the visible text of HTML: elements in, lines and paragraphs out.
 *
 * Shape    blanks run together, as a browser shows them; a paragraph, heading, list, table or figure stands between empty lines, any other block
 *          on a line of its own; <pre> keeps its lines. Scripts, styles, templates, <noscript>, controls and what is marked `hidden` or
 *          "display: none" are not text.
 * Source   WHATWG HTML, "innerText", for the breaks; section 13.2.6 for what an end tag closes: here a stack of the elements that matter,
 *          no tree.
 */
#ifndef INDEXER_HTML_TEXT_H
#define INDEXER_HTML_TEXT_H

#include "indexer/html_token.h"

/* Appends the visible text of a fragment (the description of a feed's item, a mail's part) to out, references decoded. A fragment without any tag
 * keeps its lines and blanks. FUND_NO_MEMORY. */
enum fund_status html_to_text(struct slice html, struct buf *out);

/* ---- element by element: for readers of whole pages ---- */

#define HTML_OPEN_MAX 512u  /* elements that are open at once; those deeper are text alone */
#define HTML_RANGES_MAX 64u /* ranges that are kept */
#define HTML_RANGE_OPEN SIZE_MAX

/* Where an <article>, <main> or <h1> stands in the text. Offsets in `out`. */
struct html_range {
	enum html_element element;
	size_t start, end;
	bool outermost; /* not inside another of its kind */
};

struct html_text {
	struct buf *out;
	size_t floor;	 /* out's length at the beginning */
	unsigned lines;	 /* newlines due before the next character */
	bool blank;	 /* a blank is due before it */
	bool page;	 /* drop navigation and footer */
	unsigned pre, unseen, articles, mains; /* how many of these are open */
	unsigned loose;	 /* how many of `open` are no regions: hidden ones, and in these those without a name of their own */
	unsigned n_open, n_ranges;
	struct html_open {
		enum html_element element;
		bool unseen, furniture, dropped;
		unsigned range; /* HTML_RANGES_MAX: none */
		size_t start; /* in out */
	} open[HTML_OPEN_MAX];
	struct html_range ranges[HTML_RANGES_MAX];
};

void html_text_begin(struct html_text *h, struct buf *out, bool page);
/* One token; what it adds to out is final but for furniture, which goes when it ends. */
enum fund_status html_text_token(struct html_text *h, const struct html_tokens *t, enum html_token_type type);
/* What is still open ends here. */
void html_text_end(struct html_text *h);

#endif
