/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input_archive.c - compressed bytes through libarchive's filters, with a budget: a bomb ends as an error, not as a full memory. */
#include <archive_entry.h>
#include <stdlib.h>

#include "indexer/archive_data.h"
#include "indexer/gzip_check.h"
#include "indexer/input_source.h"

struct decompressor {
	struct archive *archive;
	struct input *outer;
	struct fault outer_fault;
	struct read_budget *budget;
	struct archive_data data;
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
		d->outer_fault.status = st;
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
	if (d->outer_fault.status != FUND_OK)
		return fault_set(why, d->outer_fault.status, "%s", d->outer_fault.text);
	const char *text = archive_error_string(d->archive);
	return fault_set(why, FUND_INVALID, "decompression failed behind %llu bytes: %s", (unsigned long long)d->out, text ? text : "damaged data");
}

static enum fund_status decompressor_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct decompressor *d = context;
	if (archive_data_read(&d->data, d->archive, out, cap, len) != ARCHIVE_OK)
		return failed(d, why);
	d->out += *len;
	if (d->gzip && *len)
		gzip_check_out(&d->check, slice_of(out, *len));
	if (d->gzip && *len == 0 && !gzip_check_good(&d->check))
		return fault_set(why, FUND_INVALID, "gzip's checksum is wrong: damaged data");
	enum fund_status st = read_budget_take(d->budget, *len, why);
	return st == FUND_OK ? read_budget_ratio(d->budget, d->in, d->out, why) : st;
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

static enum fund_status open_decompressor(struct input **out, struct input *outer, bool check_gzip, struct read_budget *budget, struct fault *why)
{
	struct decompressor *d = calloc(1, sizeof *d);
	*out = NULL;
	if (!d) {
		input_close(outer);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	d->outer = outer;
	d->budget = budget;
	d->gzip = check_gzip;
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
	enum fund_status st = input_open(out, (struct input_source){ .context = d, .read = decompressor_read, .close = decompressor_close });
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

enum fund_status input_open_decompressed(struct input **out, struct input *outer, struct read_budget *budget, struct fault *why)
{
	struct slice head;
	bool gzip = input_peek(outer, 3, &head, NULL) == FUND_OK && compression_name(head) && strcmp(compression_name(head), "gzip") == 0;
	return open_decompressor(out, outer, gzip, budget, why);
}

/* As a file of gzip, whose checksum is not looked at: zlib's header of two bytes gives way to gzip's. */
enum fund_status input_open_inflated(struct input **out, struct slice stream, struct read_budget *budget, struct fault *why)
{
	static const uint8_t header[10] = { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255 }, trailer[8];
	struct input *in = NULL;
	struct buf gzip = BUF_INIT;
	bool zlib = stream.len >= 2 && (stream.data[0] & 15) == 8 && (stream.data[0] << 8 | stream.data[1]) % 31 == 0;
	enum fund_status st = buf_add(&gzip, header, sizeof header);
	if (st == FUND_OK)
		st = buf_add(&gzip, stream.data + (zlib ? 2 : 0), stream.len - (zlib ? 2 : 0));
	if (st == FUND_OK)
		st = buf_add(&gzip, trailer, sizeof trailer);
	if (st != FUND_OK) {
		buf_release(&gzip);
		return fault_set(why, st, "out of memory");
	}
	st = input_open_buf(&in, gzip);
	return st == FUND_OK ? open_decompressor(out, in, false, budget, why) : fault_set(why, st, "out of memory");
}
