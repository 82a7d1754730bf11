/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * date.h - dates as archives write them, packed as DATE_PACK() of store/segment.h with the precision they have.
 *
 * 1500 to 2100; an impossible date (2022-13-45) is none.
 */
#ifndef INDEXER_DATE_H
#define INDEXER_DATE_H

#include "base/bytes.h"

/* The date a text begins with, blanks, a weekday, "den", "ca.", '[' before it allowed: 2022-01-18[T…], 2022-1-8, 2022-01, 2022, 20220118,
 * 202201, 18.01.2022, 18.1.22, 18. Januar 2022, Januar 2022, Tue, 18 Jan 2022 …, January 18, 2022. Two-digit years: 00 to 68 are 2000 to 2068.
 * 0: none. */
uint32_t date_parse(struct slice text);
/* The same; *len: how many bytes the date took (and what stands before it), 0 with none. */
uint32_t date_parse_prefix(struct slice text, size_t *len);
/* From a path: 2022/01/18/…, 2022-01-18_…, 20220118…, 2022/01/…, 2022/…; the most precise, the last of equals. 0: none. */
uint32_t date_of_path(struct slice path);

#endif
