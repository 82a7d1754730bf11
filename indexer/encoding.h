/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encoding.h - which encoding are these bytes, and the same as UTF-8.
 *
 * A byte order mark decides; then valid (or nearly valid) UTF-8; then zeros in every other byte (UTF-16); else the reading whose other
 * bytes make the most plausible German: CP1252 (Latin-1 is its part), CP850, Mac Roman.
 */
#ifndef INDEXER_ENCODING_H
#define INDEXER_ENCODING_H

#include "base/bytes.h"

enum encoding { ENCODING_UTF8, ENCODING_UTF16LE, ENCODING_UTF16BE, ENCODING_CP1252, ENCODING_CP850, ENCODING_MACROMAN, ENCODINGS };

const char *encoding_name(enum encoding e);
/* *skip: length of the byte order mark. */
enum encoding encoding_detect(struct slice bytes, size_t *skip);
/* Appends UTF-8 to out. Bytes that the encoding does not have become U+FFFD (in UTF-8 they are left: whoever reads text replaces them). */
enum fund_status encoding_decode(enum encoding e, struct slice bytes, struct buf *out);
/* Share of control characters too high, or none of the encodings fits: no text. */
bool encoding_is_binary(struct slice head);

#endif
