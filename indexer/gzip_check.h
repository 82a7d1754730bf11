/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gzip_check.h - gzip's own checksum and length (RFC 1952, section 2.3.1), held against what was decompressed.
 *
 * A file of several members has a checksum a member, and where one ends only the decompressor knows: then nothing is checked here.
 */
#ifndef INDEXER_GZIP_CHECK_H
#define INDEXER_GZIP_CHECK_H

#include "base/bytes.h"

struct gzip_check {
	uint8_t tail[18];   /* the last bytes of what came in */
	size_t n_tail;
	uint64_t n_in, n_out;
	uint32_t crc;
	bool many;	    /* another member seems to begin somewhere */
};

void gzip_check_in(struct gzip_check *c, struct slice part); /* starts as {0} */
void gzip_check_out(struct gzip_check *c, struct slice part);
bool gzip_check_good(const struct gzip_check *c);

#endif
