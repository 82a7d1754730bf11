/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kwic_sort.h - lines of a concordance in the order of their contexts, however many they are.
 *
 * Shape    Lines are gathered up to a limit of memory; full, they are sorted and written as a run to a file of its own, without a name. Where
 *          KWIC_FAN_IN runs have the same level they are merged into one of the next: so the files that are open, and the memory to read them,
 *          grow with the logarithm of the number of lines. What fits in memory never meets a file.
 * Order    by `order`, bytewise, then by number.
 * Owned    lines are copied; those that are given back are valid until the next call.
 */
#ifndef QUERY_KWIC_SORT_H
#define QUERY_KWIC_SORT_H

#include "query/kwic.h"

#define KWIC_SORT_MEMORY (16u << 20)
#define KWIC_FAN_IN 32u

struct kwic_sorter;

/* memory: bytes of lines held before they are written; wanted: how many of the first lines will be asked for; dir: where files go, borrowed;
 * why: told what went wrong, borrowed. */
enum fund_status kwic_sorter_new(struct kwic_sorter **out, size_t memory, uint64_t wanted, const char *dir, struct fault *why);
void kwic_sorter_free(struct kwic_sorter *s); /* NULL is allowed */
/* FUND_NO_SPACE, FUND_IO: of the file. */
enum fund_status kwic_sorter_add(struct kwic_sorter *s, const struct kwic_line *line);
/* Behind the last that was added: the next line. FUND_END behind `wanted` lines at the latest. */
enum fund_status kwic_sorter_next(struct kwic_sorter *s, struct kwic_line *out);
/* Bytes held now, for lines and for files. */
size_t kwic_sorter_held(const struct kwic_sorter *s);

#endif
