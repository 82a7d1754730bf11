/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strnum.h - numbers as people write them in options.
 *
 * Each takes the whole string: no sign, no blanks, no fraction. FUND_INVALID when it is not such a number, FUND_LIMIT when it
 * is too large; the value is then untouched.
 */
#ifndef BASE_STRNUM_H
#define BASE_STRNUM_H

#include <stdint.h>

#include "base/status.h"

enum fund_status parse_count(const char *s, uint64_t max, uint64_t *n);
/* "4096", "64K", "512M", "2G", "1T": powers of 1024, in either case; "MB" and "MiB" are read as "M". */
enum fund_status parse_size(const char *s, uint64_t *bytes);
/* "45", "45s", "90m", "2h", "1d": seconds where no unit stands. */
enum fund_status parse_duration(const char *s, uint64_t *seconds);

#endif
