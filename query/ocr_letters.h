/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ocr_letters.h - which letters of Fraktur are easily read as others.
 *
 * Sources  Distributed Proofreaders, "Common Fraktur OCR errors" (pgdp.net/wiki): f ſ, a u n, c e o, t k, i l, d ck, w sch, M W, A U, R K, E G, h y, n ri, lost dots.
 *          Wikipedia (de), "Fraktur (Schrift)": x r, B V, N R, I J. tesseract-dan-fraktur, deu-frak.unicharambigs: n ri ii, m iii ni n1. tesseract-ocr/tessdata,
 *          issue 102: O D, S G. h b and k l were counted in OCR of newspapers of 1820 to 1920; rn m and the digits are known of any OCR.
 */
#ifndef QUERY_OCR_LETTERS_H
#define QUERY_OCR_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

#define OCR_LETTERS 3u /* of a side, at most */

struct ocr_letters {
	const char *a, *b; /* UTF-8, small letters: either may stand for the other */
	bool first;	   /* capitals: only where a word begins */
};

extern const struct ocr_letters ocr_letters[];
extern const uint32_t ocr_letters_n;

/* The long s is an s. */
static inline uint32_t ocr_letter(uint32_t cp) { return cp == 0x17F ? 's' : cp; }

#endif
