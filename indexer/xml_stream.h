/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml_stream.h - XML as it goes by: elements and text, from an input, in memory that does not grow with the file. The one file that knows expat.
 *
 * Safety   nothing outside is opened: external entities, DTDs and the like are left out, and said to be. Entities of the document's own are put in
 *          where they are plain text; one that is defined by others fails the file. Depth and expansion in attributes are bounded.
 * Encoding what the declaration says, unless the bytes say otherwise; all that iconv knows of single bytes.
 * Names    an element's name without the prefix that the root has; other prefixes stay ("dc:date"): xml_local() is without any.
 */
#ifndef INDEXER_XML_STREAM_H
#define INDEXER_XML_STREAM_H

#include "indexer/input.h"

#define XML_DEPTH_MAX 500u

struct xml_events {
	/* Attributes: name, value, name, value …, NULL: see xml_attribute(). All valid during the call. */
	void (*start)(void *context, const char *name, const char **attributes);
	void (*end)(void *context, const char *name);
	void (*text)(void *context, struct slice text); /* any piece of it; NULL: text does not matter */
};

struct xml_stream;
/* Borrows the input and the events. */
enum fund_status xml_stream_open(struct xml_stream **out, struct input *in, const struct xml_events *events, void *context, struct fault *why);
void xml_stream_close(struct xml_stream *x); /* NULL is allowed */

/* Goes on until an event has called xml_stream_pause(): FUND_OK; FUND_END behind the last event. FUND_INVALID: not well-formed, with *line;
 * FUND_LIMIT; FUND_NO_MEMORY; of the input. */
enum fund_status xml_stream_run(struct xml_stream *x, uint64_t *line, struct fault *why);

/* For events: come back from xml_stream_run() behind this one. */
void xml_stream_pause(struct xml_stream *x);
/* For events: the file ends here, with this status. */
void xml_stream_fail(struct xml_stream *x, enum fund_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

uint32_t xml_stream_depth(const struct xml_stream *x);	      /* of the element of a start or end event; the root is 1 */
const char *xml_stream_encoding(const struct xml_stream *x); /* static */
/* Something was left out for safety (an external entity): a line for a person; NULL: no. */
const char *xml_stream_left_out(const struct xml_stream *x, uint64_t *line);

static inline const char *xml_local(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}
/* By local name; NULL: it has none. */
const char *xml_attribute(const char **attributes, const char *name);

/* What a file's first bytes say: its root element, without having it parsed. */
struct xml_sniff {
	bool prolog;		/* begins with <?xml */
	struct slice name;	/* of the root, without prefix; empty: no root among these bytes, or no XML */
	struct slice tag;	/* all of its start tag */
	struct slice text;	/* what was looked at, as bytes of ASCII; borrowed */
	uint8_t narrowed[8192]; /* of UTF-16 */
};
void xml_sniff(struct xml_sniff *s, struct slice head);

#endif
