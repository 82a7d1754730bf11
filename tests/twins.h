/* SPDX-License-Identifier: GPL-2.0-or-later */
/* twins.h - a random archive in an index, and the export of that to Xapian: what answers the same. In `scratch` (site.h): a has the archive, i the index, x Xapian's database. */
#ifndef TESTS_TWINS_H
#define TESTS_TWINS_H

#include "query/searcher.h"
#include "tests/site.h"

#define ARTICLES 300u

extern struct searcher twins[2]; /* the index, Xapian's */

bool twins_possible(void); /* else says why not */
/* Two runs, so that there are two segments, and some articles are new. */
void twins_make(uint64_t seed);
void twins_open(void);
void twins_close(void);
/* n articles, numbered from `first`, as JSON Lines in the archive. */
void twins_write_archive(uint64_t seed, const char *name, uint32_t first, uint32_t n);

#endif
