/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * number.h - numbers as newspapers write them, one form for all their spellings.
 *
 * 100.000  100'000  1,000,000  100 000                                  100000, 1000000
 *   (the blank no-break or narrow; a plain one before 000 only)
 * 1.000.000,50                                                         1000000,50
 * 1,5                                                                  1,5      (1.5 stays, with 1,5 as variant)
 * 18.01.2022  18.1.2022  2022-01-18                                    18.1.2022, with 2022 as variant
 * 10.00  10:00  09:30                                                  10.00, 9.30
 */
#ifndef STEMMER_NUMBER_H
#define STEMMER_NUMBER_H

#include "base/bytes.h"

#define NUMBER_MAX 160 /* bytes of one number as scanned; longer runs of digits go on in another one */

/* The length of the number that begins with the digit text[0], its inner separators included: 1 to NUMBER_MAX. */
size_t number_scan(struct slice text);

/* The length of the date 2022-01-18 at text[0], or 0. */
size_t number_iso_date(struct slice text);

struct number {
	size_t len, variant_len; /* variant_len is 0 when there is none */
	char text[NUMBER_MAX + 1], variant[NUMBER_MAX + 1];
};

/* The one form of a number that number_scan or number_iso_date has found. */
void number_canonical(struct slice scanned, struct number *out);

#endif
