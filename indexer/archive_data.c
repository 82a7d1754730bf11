/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/archive_data.h"

static int next_block(struct archive_data *d, struct archive *a)
{
	const void *block = NULL;
	la_int64_t at = 0;
	size_t len = 0;
	int r = archive_read_data_block(a, &block, &len, &at);
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN && r != ARCHIVE_EOF)
		return r;
	d->wrong |= r == ARCHIVE_WARN;
	d->block = block;
	d->len = r == ARCHIVE_EOF ? 0 : len;
	d->block_at = at > 0 ? (uint64_t)at : d->at;
	return r == ARCHIVE_EOF ? ARCHIVE_EOF : ARCHIVE_OK;
}

int archive_data_read(struct archive_data *d, struct archive *a, uint8_t *out, size_t cap, size_t *len)
{
	*len = 0;
	while (d->len == 0 && d->block_at <= d->at) {
		int r = next_block(d, a);
		if (r == ARCHIVE_EOF && d->block_at <= d->at)
			return d->wrong ? ARCHIVE_WARN : ARCHIVE_OK;
		if (r != ARCHIVE_OK && r != ARCHIVE_EOF)
			return r;
	}
	if (d->block_at > d->at) {
		uint64_t hole = d->block_at - d->at;
		*len = hole < cap ? (size_t)hole : cap;
		memset(out, 0, *len);
	} else {
		*len = d->len < cap ? d->len : cap;
		memcpy(out, d->block, *len);
		d->block += *len;
		d->len -= *len;
		d->block_at += *len;
	}
	d->at += *len;
	return ARCHIVE_OK;
}
