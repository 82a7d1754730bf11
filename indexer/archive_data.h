/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * archive_data.h - the current entry of a libarchive reader as a stream of bytes.
 *
 * archive_read_data() fills its buffer or fails, and then what it had read is lost; here all bytes before the damage come out first.
 */
#ifndef INDEXER_ARCHIVE_DATA_H
#define INDEXER_ARCHIVE_DATA_H

#include <archive.h>

#include "base/bytes.h"

struct archive_data { /* {0} at the beginning of an entry */
	const uint8_t *block; /* libarchive's, until its next call */
	size_t len;
	uint64_t block_at, at; /* in the entry */
	bool wrong;	       /* its checksum or length, as a zip says behind the last byte */
};

/* At most `cap` bytes, holes as zeros; *len 0 is the end. ARCHIVE_OK, or libarchive's code; ARCHIVE_WARN: what was read is not what went in. */
int archive_data_read(struct archive_data *d, struct archive *a, uint8_t *out, size_t cap, size_t *len);

#endif
