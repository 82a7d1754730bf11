/* SPDX-License-Identifier: GPL-2.0-or-later */
/* utf8.h - UTF-8 in and out (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/bytes.h"

#define UTF8_REPLACEMENT 0xFFFDu

/* Decode one character from p (p < end). Returns how many bytes it took (1 to 4) and sets *cp; an invalid sequence
 * gives U+FFFD and takes its longest valid prefix, at least 1 byte (Unicode 15, section 3.9, best practice). */
size_t utf8_decode(const uint8_t *p, const uint8_t *end, uint32_t *cp);
/* Writes 1 to 4 bytes to out, returns how many. */
size_t utf8_encode(uint32_t cp, uint8_t out[4]);
/* The offset of the first byte that is not valid UTF-8, or s.len. Fast for ASCII. */
size_t utf8_valid_prefix(struct slice s);
/* Characters of valid UTF-8: bytes that begin one. */
size_t utf8_length(struct slice s);
/* The first byte from p on that is not ASCII, or end. */
const uint8_t *utf8_skip_ascii(const uint8_t *p, const uint8_t *end);

#endif
