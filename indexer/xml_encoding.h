/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xml_encoding.h - the encodings that XML files have or say they have. */
#ifndef INDEXER_XML_ENCODING_H
#define INDEXER_XML_ENCODING_H

#include "base/bytes.h"

/* The encoding to read a file in, whatever its declaration says; NULL: as declared. Latin-1 is read as CP1252, which has it; bytes that cannot be what is
 * declared (8 bits said to be UTF-16, CP1252 said to be UTF-8) as what they are. *name: as xml_encoding_name(), NULL: ask the declaration. */
const char *xml_encoding_override(struct slice head, const char **name);
/* What it is called in messages: static. */
const char *xml_encoding_name(const char *declared);
/* map[b]: the character of byte b, -1: none. False: not an encoding of single bytes that is known. */
bool xml_encoding_map(const char *name, int map[256]);
/* A reference as it stands in a text, "&#252;" or "&uuml;": returns its length and fills cp (cp[1] 0 where it is one character); 0: it is none. */
size_t xml_reference(const uint8_t *p, const uint8_t *end, uint32_t cp[2]);

#endif
