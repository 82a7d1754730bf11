/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - an article out of named values: what JSON, JSON Lines and tables with a header have in common.
 *
 * The names are those of docs: id|uid|guid|url, title|headline|titel, …, in any case. Where a record has several for one field, the first of that row
 * counts; of equal names the last.
 */
#ifndef INDEXER_RECORD_H
#define INDEXER_RECORD_H

#include "indexer/article.h"
#include "indexer/json.h"

enum record_field { RECORD_ID, RECORD_TITLE, RECORD_LEAD, RECORD_TEXT, RECORD_DATE, RECORD_AUTHOR, RECORD_SECTION, RECORD_SOURCE, RECORD_FIELDS };

/* RECORD_FIELDS: a name that says nothing to us. *rank: its place among all names: lower counts more. */
enum record_field record_field_of(struct slice name, unsigned *rank);

struct record {
	struct slice value[RECORD_FIELDS];
	struct buf room[RECORD_FIELDS]; /* values that had escapes, or several parts */
	unsigned rank[RECORD_FIELDS]; /* of the name that gave the value */
	struct buf key, html;
};
void record_begin(struct record *r); /* starts as {0} */
void record_release(struct record *r);
/* A value by the name's rank; borrows it. */
void record_set(struct record *r, enum record_field field, unsigned rank, struct slice value);
/* One JSON object; values borrow from the text or the record's room. Several authors are joined with ", ", the parts of a text with an empty line between
 * them; of an author, section or source that is an object, its name counts. False: see j->error. */
bool record_read(struct record *r, struct json *j);
/* Has it a title, lead or text, be it empty? */
bool record_is_article(const struct record *r);
/* Borrows from the record. A text with HTML's tags loses them. FUND_NO_MEMORY. */
enum fund_status record_article(struct record *r, struct article *out);

#endif
