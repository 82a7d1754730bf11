/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mime.h - a mail's header fields and its text.
 *
 * Source   RFC 5322 (fields), 2045 and 2046 (parts), 2047 (words in other encodings), 2231 (parameters), 3676 (format=flowed).
 * Bytes    a message is lines that end with LF or CR LF. Whatever is against the rules is read as what it most likely is: there is no bad mail.
 */
#ifndef INDEXER_MIME_H
#define INDEXER_MIME_H

#include "base/bytes.h"

#define MIME_DEPTH_MAX 16u /* parts in parts; those deeper are passed over */

/* The header of a message and what follows its empty line. */
struct mime_part {
	struct slice header, body;
};
struct mime_part mime_split(struct slice message);

/* The first field of that name (in any case), folded as it is. False: there is none. */
bool mime_field(struct slice header, const char *name, struct slice *value);
/* Appends a field's text: unfolded, its encoded words and other bytes as UTF-8. */
enum fund_status mime_add_words(struct buf *out, struct slice value);
/* Appends a parameter ("charset" of "text/plain; charset=utf-8"), put together from its pieces and decoded; nothing when there is none. */
enum fund_status mime_add_parameter(struct buf *out, struct slice value, const char *name);
/* Appends the name of the first sender of a From field, or, without one, the address. */
enum fund_status mime_add_sender(struct buf *out, struct slice value);

enum fund_status mime_add_base64(struct buf *out, struct slice text);
enum fund_status mime_add_quoted_printable(struct buf *out, struct slice text);

/* Appends the text of a message: its plain part, else its HTML part without tags; of several parts one behind the other, those that are attached left
 * out. *encoding: static, of the last of them, left alone when there is none. */
enum fund_status mime_add_text(struct buf *out, struct mime_part message, const char **encoding);

#endif
