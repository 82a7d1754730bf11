/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * article_wire.h - what a reader gives, as bytes between two processes of one run: from the one that parses to the one that trusts nothing of it.
 *
 * A frame  length u32 LE of what follows; kind u8; then
 *	WIRE_ARTICLE	flags u8 (1: of many), date varint, the article's texts, format and encoding
 *	WIRE_BAD	status u8, line varint, member, reason: a record or member that cannot be read; more follows
 *	WIRE_END	status u8, line varint, member, reason: the file ends here; FUND_END is its good end
 *	WIRE_LAST	the same, and the process that reads ends too
 *	WIRE_SIBLING	path: the file beside this one that is wanted, opened; the answer is a status u8, with the descriptor where that is FUND_OK
 *	WIRE_CONVERT	pdftotext is wanted; the answer is a status u8, with a socket to it where that is FUND_OK
 *	WIRE_CONVERTED	it is at its end; the answer is an i32 of this machine, as waitpid() says
 * A text is its length as a varint, and its bytes.
 */
#ifndef INDEXER_ARTICLE_WIRE_H
#define INDEXER_ARTICLE_WIRE_H

#include "base/arena.h"
#include "indexer/article.h"

enum wire_kind { WIRE_ARTICLE = 1, WIRE_BAD, WIRE_END, WIRE_LAST, WIRE_SIBLING, WIRE_CONVERT, WIRE_CONVERTED };

/* Formats and encodings are few: each is kept once. Starts as {0}. */
struct wire_names {
	struct arena arena;
	const char *name[64];
	uint32_t n;
};
void wire_names_release(struct wire_names *n);

/* One frame behind what `out` holds. */
enum fund_status wire_put_article(struct buf *out, const struct article *a);
enum fund_status wire_put_fault(struct buf *out, enum wire_kind kind, enum fund_status status, uint64_t line, struct slice member, const char *reason);
enum fund_status wire_put_sibling(struct buf *out, struct slice path);
enum fund_status wire_put_wish(struct buf *out, enum wire_kind kind); /* WIRE_CONVERT or WIRE_CONVERTED */

/* `frame` is what stands behind the length. Texts borrow from it; format and encoding from the names. False: these bytes cannot be right. */
struct wire_frame {
	enum wire_kind kind;
	struct article article;
	enum fund_status status;
	uint64_t line;
	struct slice member, reason;
	struct slice sibling;
};
bool wire_get(struct slice frame, struct wire_names *names, struct wire_frame *out);

#endif
