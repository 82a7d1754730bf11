/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - where words begin and end in German newspaper text.
 *
 * A word is a run of letters, digits and combining marks, and goes on across
 *
 *	US-Militär  2,5-fach  Dr.-Ing.     a hyphen (- U+2010 U+2011 ⸗): pieces; not between two numbers
 *	AT&T                               an ampersand between letters: pieces
 *	Müller's  O’Neill                  an apostrophe between letters
 *	Bürger*innen                       a sign of gender.h with its ending
 *	100.000  1,5  18.01.2022  10:00    the inside of a number (number.h), and the date 2022-01-18
 *	z.B.  z. B.  U.S.A.                single letters with full stops; with a blank if the first is a small one
 *	§218  § 218                        the sign belongs to its number
 *	C++  C#                            behind a single letter
 *	zeit.de  a@b.de  https://…         addresses (url.h)
 *	Truppen-⏎aufmarsch                 the end of a line: -, U+2010, ⸗ before a small letter are dropped (not before
 *	                                   und, oder, bzw, sowie, bis …), before a capital or a digit they are a hyphen;
 *	                                   ¬ and the soft hyphen are dropped before any letter
 *	soft hyphen, zero-width characters as if they were not there
 *
 * A Han character or kana is a word of its own. All else stands between words, invalid UTF-8 too. A word ends after
 * WORD_PIECES pieces or WORD_MAX bytes, and the next begins there.
 *
 * The surface of a word is what is left of it without line ends and ignored characters, composed (NFC), with - for
 * every hyphen, ' for every apostrophe, '.' for blanks in numbers, none in `z.B` and `§218`.
 */
#ifndef STEMMER_WORDS_H
#define STEMMER_WORDS_H

#include "base/bytes.h"

#define WORD_MAX 2048  /* bytes of a surface, save for what the last character or number adds */
#define WORD_PIECES 24
#define WORD_SLACK 256

/* What stands between a word and the one before; a set. */
enum gap {
	GAP_FULL_STOP = 1, /* . */
	GAP_STRONG_STOP = 2, /* ! ? … 。 */
	GAP_LINE = 4,
	GAP_PARAGRAPH = 8, /* an empty line */
};

struct span {
	uint32_t off, len; /* in the text */
	uint32_t gap;	   /* set of enum gap */
	struct slice surface; /* borrowed from the text, or from the scanner: valid for WORDS_KEPT words */
};

#define WORDS_KEPT 4 /* surfaces of the last words that stay valid; a power of two */

/* Borrows the text, owns nothing. */
struct words {
	const uint8_t *text, *p, *end;
	unsigned turn; /* the buffer in use */
	uint8_t surface[WORDS_KEPT][WORD_MAX + WORD_SLACK];
};

/* text.len must fit 32 bits. */
void words_init(struct words *w, struct slice text);
/* The next word; false at the end. */
bool words_next(struct words *w, struct span *out);

#endif
