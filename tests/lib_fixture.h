/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib_fixture.h - indexes for the tests of the library, and its hits as the program prints them. */
#ifndef TESTS_LIB_FIXTURE_H
#define TESTS_LIB_FIXTURE_H

#include "lib/handles_private.h"
#include "tests/site.h"

extern char other_dir[320], xapian_name[340]; /* beside index_dir: the corpus, and that as a database of Xapian */
extern bool has_xapian;

void lib_set_up(void); /* site_tear_down() takes it down */
fundstelle_index *open_one(const char *name);

enum place { HERE, CORPUS, BOTH, XAPIAN, MIXED };

size_t names_of(enum place place, const char *names[3]); /* and how many */

#define CHOOSE(...) { .size = sizeof(struct fundstelle_search_options), __VA_ARGS__ }
#define PLAIN { .size = sizeof(struct fundstelle_search_options) }

#define N(table) ((int)(sizeof table / sizeof *table))

struct slice slice_text(struct fundstelle_text t); /* a NUL stands behind it */
/* All hits as JSON Lines, allocated. */
char *lines_of(const fundstelle_result *r);
/* What the program printed has this member, as "\"total\": %llu". */
void member_is(const struct outcome *o, const char *format, unsigned long long value);

#endif
