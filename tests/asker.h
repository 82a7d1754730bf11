/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asker.h - indexes opened together, and the hits of a query of them, within the test's own process: their scores are finer than what is printed. */
#ifndef TESTS_ASKER_H
#define TESTS_ASKER_H

#include "query/search.h"

struct asker {
	struct analyser *analyser;
	struct searcher searcher;
	struct search search;
	struct arena page;
};

/* Named as `fundstelle-query -i` takes them; the names outlive it. Fails the test where they cannot be opened. */
void asker_open(struct asker *a, const char *const *names, uint32_t n);
/* Valid until the next one. */
const struct result *asker_find(struct asker *a, const char *query, uint32_t limit);
void asker_close(struct asker *a);

/* The same articles in the same order, their scores equal to a millionth. */
void results_are_equal(const char *query, const struct result *a, const struct result *b);

#endif
