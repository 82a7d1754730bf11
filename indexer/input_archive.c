/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input_archive.c - compressed bytes through libarchive's filters, with a budget: a bomb ends as an error, not as a full memory. */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "indexer/gzip_check.h"
#include "indexer/input_source.h"

#define RATIO_FREE ((uint64_t)16 << 20) /* bytes out before the ratio counts */

struct decompressor {
	struct archive *archive;
	struct input *outer;
	struct fault outer_fault;
	struct reader_limits limits;
	uint64_t in, out;
	bool gzip;
	struct gzip_check check; /* libarchive reads gzip's checksum and does not look at it */
};

const char *compression_name(struct slice head)
{
	static const struct {
		const char *name;
		const char *magic;
		size_t len;
	} known[] = {
		{ "gzip", "\x1f\x8b\x08", 3 }, { "bzip2", "BZh", 3 }, { "xz", "\xfd" "7zXZ\0", 6 }, { "zstd", "\x28\xb5\x2f\xfd", 4 },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (head.len >= known[i].len && memcmp(head.data, known[i].magic, known[i].len) == 0)
			return known[i].name;
	return NULL;
}

static la_ssize_t pull(struct archive *a, void *context, const void **out)
{
	struct decompressor *d = context;
	struct slice part;
	enum fund_status st = input_read(d->outer, &part, &d->outer_fault);
	*out = part.data;
	if (st == FUND_END)
		return 0;
	if (st != FUND_OK) {
		archive_set_error(a, -1, "%s", d->outer_fault.text);
		return -1;
	}
	d->in += part.len;
	if (d->gzip)
		gzip_check_in(&d->check, part);
	return (la_ssize_t)part.len;
}

static void decompressor_close(void *context)
{
	struct decompressor *d = context;
	if (d->archive)
		archive_read_free(d->archive);
	input_close(d->outer);
	free(d);
}

static enum fund_status failed(const struct decompressor *d, struct fault *why)
{
	const char *text = archive_error_string(d->archive);
	return fault_set(why, FUND_INVALID, "decompression failed behind %llu bytes: %s", (unsigned long long)d->out, text ? text : "damaged data");
}

static enum fund_status decompressor_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct decompressor *d = context;
	*len = 0;
	la_ssize_t n = archive_read_data(d->archive, out, cap);
	if (n < 0)
		return failed(d, why);
	*len = (size_t)n;
	d->out += (uint64_t)n;
	if (d->gzip && n > 0)
		gzip_check_out(&d->check, slice_of(out, *len));
	if (d->gzip && n == 0 && !gzip_check_good(&d->check))
		return fault_set(why, FUND_INVALID, "gzip's checksum is wrong: damaged data");
	if (d->out > d->limits.bytes)
		return fault_set(why, FUND_LIMIT, "decompresses to more than %llu bytes", (unsigned long long)d->limits.bytes);
	if (d->out > RATIO_FREE && d->in && d->out / d->in > d->limits.ratio)
		return fault_set(why, FUND_LIMIT, "decompresses to more than %u times its size", d->limits.ratio);
	return FUND_OK;
}

static bool set_up(struct decompressor *d)
{
	struct archive_entry *entry;
	struct archive *a = d->archive;
	return archive_read_support_filter_gzip(a) == ARCHIVE_OK && archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	       archive_read_support_filter_xz(a) == ARCHIVE_OK && archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
	       archive_read_support_format_raw(a) == ARCHIVE_OK && archive_read_open(a, d, NULL, pull, NULL) == ARCHIVE_OK &&
	       archive_read_next_header(a, &entry) == ARCHIVE_OK;
}

enum fund_status input_open_decompressed(struct input **out, struct input *outer, const struct reader_limits *limits, struct fault *why)
{
	struct decompressor *d = calloc(1, sizeof *d);
	*out = NULL;
	if (!d) {
		input_close(outer);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	d->outer = outer;
	d->limits = *limits;
	struct slice head;
	d->gzip = input_peek(outer, 3, &head, NULL) == FUND_OK && compression_name(head) && strcmp(compression_name(head), "gzip") == 0;
	d->archive = archive_read_new();
	if (!d->archive) {
		decompressor_close(d);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	if (!set_up(d)) {
		enum fund_status st = failed(d, why);
		decompressor_close(d);
		return st;
	}
	return input_open(out, (struct input_source){ d, decompressor_read, decompressor_close });
}
