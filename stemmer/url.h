/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * url.h - addresses in running text: https://www.example.de/path, www.example.de, example.de, name@example.de.
 *
 * Without scheme and without www the last label must be a known top-level domain in small letters, so that a full stop
 * with no blank behind it ("Ende.Anfang") stays the end of a sentence.
 */
#ifndef STEMMER_URL_H
#define STEMMER_URL_H

#include "base/bytes.h"

#define URL_MAX 1024 /* bytes; a longer one is cut, the rest are words */

/* The length of the address that begins at text[0] (a letter or digit), or 0. Looks at most at URL_MAX bytes and a
 * few. */
size_t url_scan(struct slice text);

/* The address without scheme, www and a slash at its end: a part of `url`. */
struct slice url_core(struct slice url);

uint64_t url_fingerprint(void);

#endif
