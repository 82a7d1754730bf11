/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/ocr_letters.h"

const struct ocr_letters ocr_letters[] = {
	{ "f", "s", false },  { "a", "u", false },  { "a", "n", false },   { "u", "n", false },   { "c", "e", false }, { "c", "o", false }, { "e", "o", false },
	{ "t", "k", false },  { "k", "l", false },  { "i", "l", false },   { "i", "1", false },   { "l", "1", false }, { "o", "0", false }, { "h", "b", false },
	{ "h", "y", false },  { "r", "x", false },  { "ä", "a", false },   { "ö", "o", false },   { "ü", "u", false }, { "d", "ck", false }, { "w", "sch", false },
	{ "m", "rn", false }, { "m", "ni", false }, { "m", "in", false },  { "m", "n1", false },  { "m", "iii", false }, { "n", "ri", false }, { "n", "ii", false },
	{ "u", "ii", false }, { "ü", "ii", false }, { "b", "v", true },	   { "n", "r", true },	  { "r", "k", true },  { "m", "w", true },  { "e", "g", true },
	{ "s", "g", true },   { "o", "d", true },   { "i", "j", true },
};
const uint32_t ocr_letters_n = sizeof ocr_letters / sizeof *ocr_letters;
