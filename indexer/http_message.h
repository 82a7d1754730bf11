/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http_message.h - header fields as HTTP and WARC have them, and the answer of a web server in bytes that hold all of it.
 *
 * Source   RFC 9110, section 5 (fields), RFC 9112, section 7.1 (chunked); lines may end without carriage return, and values may go on in lines
 *          that begin with a blank.
 */
#ifndef INDEXER_HTTP_MESSAGE_H
#define INDEXER_HTTP_MESSAGE_H

#include "base/bytes.h"

/* The next field of *rest, which moves on: name and value without blanks around them; of a value that goes on, its first line. False: there is no more:
 * *rest begins behind the empty line. Lines that are no field are passed over. */
bool header_field_next(struct slice *rest, struct slice *name, struct slice *value);
/* Is it this name (in lower case)? */
bool header_field_is(struct slice name, const char *known);
/* The media type of a value like "text/html; charset=UTF-8": "text/html". */
struct slice header_media_type(struct slice value);

enum http_coding { HTTP_IDENTITY, HTTP_GZIP, HTTP_DEFLATE, HTTP_OTHER };

struct http_message {
	unsigned status;
	bool chunked;
	enum http_coding coding; /* of the body, chunks taken off */
	struct slice type, body; /* borrowed */
};
/* False: it does not begin as an answer of HTTP. */
bool http_message_parse(struct slice bytes, struct http_message *out);
/* Appends what the chunks hold. False: they break off or cannot be right; what came before is there. */
bool http_dechunk(struct slice body, struct buf *out, enum fund_status *st);

#endif
