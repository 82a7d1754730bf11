/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - a strict scanner over JSON text in memory (RFC 8259): values are visited, not built.
 *
 * Why own: jansson builds a tree, at 100 MB/s; archives are read at several hundred. Strings without escapes are borrowed from the input.
 * Errors   the first one is kept in `error` with its place; after it every call gives false.
 */
#ifndef INDEXER_JSON_H
#define INDEXER_JSON_H

#include "base/bytes.h"

#define JSON_DEPTH_MAX 64

struct json {
	const uint8_t *p, *end, *start;
	const char *error; /* static; NULL: none */
	size_t error_off;
	unsigned depth;
};

enum json_type { JSON_NONE, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_OBJECT, JSON_ARRAY };

struct json json_of(struct slice text);
/* What comes next; JSON_NONE at the end or behind an error. Skips white space. */
enum json_type json_peek(struct json *j);
/* A string, which json_peek() has found; *out borrows from the text where it has no escapes, else from `room`, which it replaces. Lone surrogates become U+FFFD. */
bool json_string(struct json *j, struct buf *room, struct slice *out);
bool json_number(struct json *j, struct slice *out); /* as written */
bool json_skip(struct json *j);			     /* any value, checked */
/* for (more = json_enter(j, '{', '}'); more; more = json_more(j, '}')) { key, ':', value }; an array only where json_peek() has found one */
bool json_enter(struct json *j, char open, char close); /* false: empty or error */
bool json_more(struct json *j, char close);
bool json_key(struct json *j, struct buf *room, struct slice *out); /* the key and its colon */
bool json_at_end(struct json *j); /* nothing but white space is left */

#endif
