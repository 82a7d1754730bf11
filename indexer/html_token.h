/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html_token.h - HTML as tags and text, one after the other: no tree, nothing allocated.
 *
 * Source   WHATWG HTML, section 13.2.5 "Tokenization". Differences: a title or textarea that never ends, ends at the next '<'; a script that
 *          never ends because of a comment in it, ends at its first </script>; comments and doctypes are passed over.
 * Bytes    UTF-8 (any superset of ASCII will do). Slices borrow from the input and are as written: references are still in them.
 * Cost     linear, whatever the input.
 */
#ifndef INDEXER_HTML_TOKEN_H
#define INDEXER_HTML_TOKEN_H

#include "base/bytes.h"

/* What an element does to the text it holds. */
enum html_trait {
	HTML_BLOCK = 1,	     /* begins and ends a line */
	HTML_PARAGRAPH = 2,  /* the same, with an empty line */
	HTML_VOID = 4,	     /* never has an end tag */
	HTML_RAW = 8,	     /* text up to its end tag, in which neither tags nor references are */
	HTML_REFERENCES = 16, /* the same, with references */
	HTML_UNSEEN = 32,    /* nothing of it is to be read */
	HTML_FURNITURE = 64, /* what stands around an article on its page: its headings are not the article's */
	HTML_CELL = 128,     /* of a table: an end tag in it closes nothing around it */
	HTML_REGION = 256,   /* counts when end tags are matched */
};

/* Sorted by name. X(identifier, traits) */
#define HTML_ELEMENTS(X) \
	X(address, HTML_BLOCK) \
	X(area, HTML_VOID) \
	X(article, HTML_BLOCK | HTML_REGION) \
	X(aside, HTML_BLOCK | HTML_REGION | HTML_FURNITURE) \
	X(audio, HTML_REGION | HTML_UNSEEN) \
	X(base, HTML_VOID) \
	X(blockquote, HTML_PARAGRAPH | HTML_REGION) \
	X(body, HTML_BLOCK) \
	X(br, HTML_VOID) \
	X(button, HTML_REGION | HTML_UNSEEN) \
	X(canvas, HTML_REGION | HTML_UNSEEN) \
	X(caption, HTML_BLOCK | HTML_REGION | HTML_CELL) \
	X(center, HTML_BLOCK) \
	X(col, HTML_VOID) \
	X(datalist, HTML_REGION | HTML_UNSEEN) \
	X(dd, HTML_BLOCK) \
	X(details, HTML_BLOCK | HTML_REGION) \
	X(dialog, HTML_BLOCK | HTML_REGION | HTML_FURNITURE) \
	X(dir, HTML_BLOCK) \
	X(div, HTML_BLOCK | HTML_REGION) \
	X(dl, HTML_BLOCK | HTML_REGION) \
	X(dt, HTML_BLOCK) \
	X(embed, HTML_VOID) \
	X(fieldset, HTML_BLOCK | HTML_REGION) \
	X(figcaption, HTML_PARAGRAPH | HTML_REGION) \
	X(figure, HTML_PARAGRAPH | HTML_REGION) \
	X(footer, HTML_BLOCK | HTML_REGION | HTML_FURNITURE) \
	X(form, HTML_BLOCK | HTML_REGION) \
	X(h1, HTML_PARAGRAPH | HTML_REGION) \
	X(h2, HTML_PARAGRAPH) \
	X(h3, HTML_PARAGRAPH) \
	X(h4, HTML_PARAGRAPH) \
	X(h5, HTML_PARAGRAPH) \
	X(h6, HTML_PARAGRAPH) \
	X(head, HTML_BLOCK) \
	X(header, HTML_BLOCK | HTML_REGION | HTML_FURNITURE) \
	X(hr, HTML_PARAGRAPH | HTML_VOID) \
	X(html, HTML_BLOCK) \
	X(iframe, HTML_RAW | HTML_UNSEEN) \
	X(img, HTML_VOID) \
	X(input, HTML_VOID) \
	X(legend, HTML_BLOCK) \
	X(li, HTML_BLOCK) \
	X(link, HTML_VOID) \
	X(listing, HTML_PARAGRAPH | HTML_REGION) \
	X(main, HTML_BLOCK | HTML_REGION) \
	X(menu, HTML_BLOCK | HTML_REGION) \
	X(meta, HTML_VOID) \
	X(nav, HTML_BLOCK | HTML_REGION | HTML_FURNITURE) \
	X(noembed, HTML_RAW | HTML_UNSEEN) \
	X(noframes, HTML_RAW | HTML_UNSEEN) \
	X(noscript, HTML_REGION | HTML_UNSEEN) \
	X(object, HTML_REGION | HTML_UNSEEN) \
	X(ol, HTML_PARAGRAPH | HTML_REGION) \
	X(optgroup, HTML_BLOCK) \
	X(option, HTML_BLOCK) \
	X(p, HTML_PARAGRAPH) \
	X(param, HTML_VOID) \
	X(plaintext, HTML_PARAGRAPH | HTML_RAW) \
	X(pre, HTML_PARAGRAPH | HTML_REGION) \
	X(rp, HTML_REGION | HTML_UNSEEN) \
	X(script, HTML_RAW | HTML_UNSEEN) \
	X(search, HTML_BLOCK | HTML_REGION | HTML_FURNITURE) \
	X(section, HTML_BLOCK | HTML_REGION) \
	X(select, HTML_REGION | HTML_UNSEEN) \
	X(source, HTML_VOID) \
	X(style, HTML_RAW | HTML_UNSEEN) \
	X(summary, HTML_BLOCK) \
	X(svg, HTML_REGION | HTML_UNSEEN) \
	X(table, HTML_PARAGRAPH | HTML_REGION) \
	X(tbody, HTML_BLOCK) \
	X(td, HTML_REGION | HTML_CELL) \
	X(template, HTML_REGION | HTML_UNSEEN) \
	X(textarea, HTML_REFERENCES | HTML_UNSEEN) \
	X(tfoot, HTML_BLOCK) \
	X(th, HTML_REGION | HTML_CELL) \
	X(thead, HTML_BLOCK) \
	X(time, 0) \
	X(title, HTML_REFERENCES | HTML_UNSEEN) \
	X(tr, HTML_BLOCK) \
	X(track, HTML_VOID) \
	X(ul, HTML_PARAGRAPH | HTML_REGION) \
	X(video, HTML_REGION | HTML_UNSEEN) \
	X(wbr, HTML_VOID) \
	X(xmp, HTML_PARAGRAPH | HTML_RAW)

#define HTML_ENUM_(name, traits) HTML_##name,
enum html_element { HTML_ELEMENTS(HTML_ENUM_) HTML_OTHER };
#undef HTML_ENUM_

unsigned html_traits(enum html_element e); /* a set of enum html_trait */

enum html_token_type { HTML_END, HTML_TEXT, HTML_OPEN, HTML_CLOSE };

#define HTML_ATTRIBUTES_MAX 24u /* of one tag; more are passed over */

struct html_tokens {
	const uint8_t *p, *end;
	bool xml;		    /* XHTML: <![CDATA[…]]> is text */
	enum html_element raw;	    /* the element whose raw text comes next; HTML_OTHER: none */
	bool skipped;		    /* a comment, a doctype or the like was passed over */
	uint64_t endless[2];	    /* raw elements that were looked for an end tag in vain: a bit each */
	bool plain_scripts;	    /* a comment in a script did not end: comments in scripts no longer count */
	/* the token */
	enum html_element element;  /* of a tag; of raw text: whose it is */
	bool closed;		    /* an opening tag that ends in "/>", where that counts: in XHTML and for <svg/> */
	struct slice text;
	bool references;	    /* text may hold references: html_add_decoded() */
	unsigned n_attributes;
	struct { struct slice name, value; } attributes[HTML_ATTRIBUTES_MAX];
};

struct html_tokens html_tokens_of(struct slice html);
enum html_token_type html_next(struct html_tokens *t);
/* The attribute of that name (lower case) of an opening tag, references still in it. False: it has none. */
bool html_attribute(const struct html_tokens *t, const char *name, struct slice *value);

/* The reference that p begins with (*p is '&'): fills cp (cp[1] 0 where it is one character) and returns how many bytes it took; 0: it is none. In an attribute's
 * value a name without semicolon is none when a letter, digit or '=' follows. */
size_t html_reference(const uint8_t *p, const uint8_t *end, bool in_attribute, uint32_t cp[2]);
/* Appends the text with its references decoded. */
enum fund_status html_add_decoded(struct buf *out, struct slice text, bool in_attribute);

#endif
