/* SPDX-License-Identifier: GPL-2.0-or-later */
/* formats.h - which format a file has, by its first bytes and its name. */
#ifndef INDEXER_FORMATS_H
#define INDEXER_FORMATS_H

#include "indexer/reader.h"

#define FORMAT_HEAD ((size_t)64 << 10) /* bytes that a file is recognised by */

/* FUND_OK and a format; FUND_END: empty; FUND_UNSUPPORTED: something that holds no article (the fault names it); FUND_INVALID: its name
 * says text, markup or data, its bytes do not. */
enum fund_status format_of(struct slice head, bool whole, struct slice name, const struct reader_format **out, struct fault *why);

#endif
