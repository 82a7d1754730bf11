/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unicode.h - what stemmer/ wants to know about a character. Tables: unicode_tables.h, by tools/unicode_tables.py. */
#ifndef STEMMER_UNICODE_H
#define STEMMER_UNICODE_H

#include "base/bytes.h"

/* The numbers are those of the generator. */
enum char_class {
	CHAR_OTHER,
	CHAR_LOWER,	/* a letter without case, too; superscript and subscript digits; digits that are not ASCII */
	CHAR_UPPER,
	CHAR_DIGIT,	/* ASCII only */
	CHAR_MARK,	/* combining */
	CHAR_IGNORE,	/* soft hyphen, zero width: not there at all */
	CHAR_SPACE,
	CHAR_NEWLINE,
	CHAR_IDEOGRAPH, /* Han, kana: each is a word of its own */
};

enum char_class char_class(uint32_t cp);
static inline bool class_is_letter(enum char_class c) { return c == CHAR_LOWER || c == CHAR_UPPER; }
static inline bool class_is_word(enum char_class c) { return c >= CHAR_LOWER && c <= CHAR_DIGIT; }

/* What folding makes of a character that is not ASCII: 0 to 15 bytes of UTF-8, where the bytes 1, 2, 3 stand for the
 * umlauts of a, o, u. Static. A character that stays as it is has data NULL; so have characters outside of words. */
struct slice char_folded(uint32_t cp);

/* The composed character, or 0 when the two do not compose. */
uint32_t char_compose(uint32_t base, uint32_t mark);
/* utf8_decode() of a letter together with the marks behind it that compose with it. */
size_t char_decode_composed(const uint8_t *p, const uint8_t *end, uint32_t *cp);

/* The small letter of a capital, any other character itself. */
uint32_t char_lower(uint32_t cp);
/* Appends `text` (valid UTF-8) in small letters. */
enum fund_status lower_text(struct slice text, struct buf *out);

extern const uint64_t unicode_tables_hash;

#endif
