/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deflate.h - zlib streams (RFC 1950) of whole buffers: by libdeflate where configure found it, else by zlib. Either reads
 * what the other wrote.
 */
#ifndef STORE_DEFLATE_H
#define STORE_DEFLATE_H

#include "base/bytes.h"

struct deflater; /* one a thread */
struct deflater *deflater_new(void); /* NULL: no memory */
void deflater_free(struct deflater *d); /* NULL is allowed */
/* Appends the stream of `raw` to `out`. FUND_NO_MEMORY. */
enum fund_status deflater_add(struct deflater *d, struct slice raw, struct buf *out);
/* FUND_CORRUPT unless the stream gives raw_len bytes, no less, no more. FUND_NO_MEMORY. */
enum fund_status inflate_exactly(struct slice stream, uint8_t *raw, size_t raw_len);

#endif
