/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * encoding.h - which encoding are these bytes, and the same as UTF-8.
 *
 * A byte order mark decides; then zeros in every other byte (UTF-16); then valid UTF-8; else the reading that makes the most plausible German
 * (encoding_guess.c), line by line where a file was put together from several.
 * Tables, not iconv: it loads modules, which a confined worker may not, and differs from system to system.
 */
#ifndef INDEXER_ENCODING_H
#define INDEXER_ENCODING_H

#include "base/bytes.h"

/* Those up to ENCODING_GUESSED are guessed, too; the others only when a document names them. */
enum encoding {
	ENCODING_UTF8, ENCODING_CP1252, ENCODING_CP850, ENCODING_MACROMAN, ENCODING_CP437, ENCODING_ISO8859_15, ENCODING_UTF8_TWICE, ENCODING_GUESSED,
	ENCODING_UTF16LE = ENCODING_GUESSED, ENCODING_UTF16BE, ENCODING_UTF32LE, ENCODING_UTF32BE,
	ENCODING_ISO8859_2, ENCODING_CP1250, ENCODING_CP852, ENCODING_CP1251, ENCODING_KOI8_R,
	ENCODING_ISO8859_5, ENCODING_ISO8859_7, ENCODING_CP1254, ENCODING_CP1257, ENCODING_CP858, ENCODINGS
};

const char *encoding_name(enum encoding e); /* static */
/* The encoding a document says it has, in any spelling; "iso-8859-1" and "us-ascii" are CP1252, as browsers read them. False: not known. */
bool encoding_of_label(struct slice label, enum encoding *e);
/* The length of the byte order mark that it begins with, 0: none. */
size_t encoding_bom(struct slice bytes, enum encoding *e);
/* Is it UTF-16 or UTF-32, by its byte order mark, or UTF-16 by the zeros in every other byte? */
bool encoding_wide(struct slice head, enum encoding *e);

/* Appends UTF-8 to out. Bytes that the encoding does not have become U+FFFD; ENCODING_UTF8 replaces nothing. */
enum fund_status encoding_decode(enum encoding e, struct slice bytes, struct buf *out);

/* Text of unknown encoding as UTF-8, without byte order mark. `hint`: what the document says, NULL: nothing; bytes that cannot be that are read as what
 * they are. *text borrows from bytes where they are UTF-8 already (damaged sequences stay: whoever reads text replaces them), else from room, which is
 * replaced. *name is static: "UTF-8", "CP850", "CP1252, in part UTF-8". */
enum fund_status encoding_to_utf8(struct slice bytes, const enum encoding *hint, struct buf *room, struct slice *text, const char **name);

/* Share of control characters too high, or none of the encodings fits: no text. */
bool encoding_is_binary(struct slice head);

#endif
