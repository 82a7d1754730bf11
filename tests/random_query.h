/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random_query.h - queries of every kind, and words for archives that they find something in: the same for the same state. */
#ifndef TESTS_RANDOM_QUERY_H
#define TESTS_RANDOM_QUERY_H

#include "query/search.h"
#include "tests/scratch.h"

enum query_kind { ASK_WORDS, ASK_SIGNS, ASK_OPERATORS, ASK_PHRASE, ASK_NEAR, ASK_FIELDS, ASK_DATES, ASK_WILDCARD, ASK_FUZZY, ASK_EXACT, ASK_REGEX, ASK_MIXED, ASK_KINDS };

/* Appended to `out`, which has 2000 bytes. */
void random_query(uint64_t *state, enum query_kind kind, char *out);
struct search_options random_options(uint64_t *state);

/* Few words are frequent, many are not. */
const char *random_word(uint64_t *state);
/* Instead of some words of ours: n of an archive that is there, the most frequent first. Borrowed. */
void random_words_are(const char *const *words, uint32_t n);

#endif
