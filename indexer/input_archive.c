/* SPDX-License-Identifier: GPL-2.0-or-later */
/* input_archive.c - bzip2, xz and zstd through libarchive's filters, gzip by input_gzip.c; with a budget: a bomb ends as an error, not as a full memory. */
#include <archive_entry.h>
#include <stdlib.h>

#include "indexer/archive_data.h"
#include "indexer/input_source.h"

struct decompressor {
	struct archive *archive;
	struct input *outer;
	struct fault outer_fault;
	struct read_budget *budget;
	struct archive_data data;
	uint64_t in, out;
	bool empty; /* nothing was compressed */
};

struct compression {
	const char *name, *magic;
	size_t len;
	int filter; /* libarchive's */
};

static const struct compression *compression_of(struct slice head)
{
	static const struct compression known[] = {
		{ "gzip", "\x1f\x8b\x08", 3, ARCHIVE_FILTER_GZIP }, { "bzip2", "BZh", 3, ARCHIVE_FILTER_BZIP2 },
		{ "xz", "\xfd" "7zXZ\0", 6, ARCHIVE_FILTER_XZ },     { "zstd", "\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (head.len >= known[i].len && memcmp(head.data, known[i].magic, known[i].len) == 0)
			return &known[i];
	return NULL;
}

const char *compression_name(struct slice head)
{
	const struct compression *c = compression_of(head);
	return c ? c->name : NULL;
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
	*len = 0;
	if (d->empty)
		return FUND_OK;
	if (archive_data_read(&d->data, d->archive, out, cap, len) != ARCHIVE_OK)
		return failed(d, why);
	d->out += *len;
	enum fund_status st = read_budget_take(d->budget, *len, why);
	return st == FUND_OK ? read_budget_ratio(d->budget, d->in, d->out, why) : st;
}

/* One filter, appended by hand: left to choose, libarchive would take off all compression within, of which the depth would know nothing. A stream of nothing is
 * of the format "empty"; so is one that fails before its first byte, but then the archive has an error, and one that the filter does not know, of which it takes
 * nothing. */
static bool set_up(struct decompressor *d, int filter)
{
	struct archive_entry *entry;
	struct archive *a = d->archive;
	if (archive_read_append_filter(a, filter) != ARCHIVE_OK || archive_read_support_format_raw(a) != ARCHIVE_OK ||
	    archive_read_support_format_empty(a) != ARCHIVE_OK || archive_read_open(a, d, NULL, pull, NULL) != ARCHIVE_OK || archive_errno(a) != 0)
		return false;
	int r = archive_read_next_header(a, &entry);
	d->empty = r == ARCHIVE_EOF && archive_filter_bytes(a, -1) > 0;
	return r == ARCHIVE_OK || d->empty;
}

enum fund_status input_open_decompressed(struct input **out, struct input *outer, struct read_budget *budget, struct fault *why)
{
	struct slice head = { NULL, 0 };
	enum fund_status st = input_peek(outer, 6, &head, why);
	const struct compression *c = st == FUND_OK ? compression_of(head) : NULL;
	*out = NULL;
	if (c && c->filter == ARCHIVE_FILTER_GZIP)
		return input_open_gunzipped(out, outer, budget, why);
	struct decompressor *d = c ? calloc(1, sizeof *d) : NULL;
	if (!d) {
		input_close(outer);
		return st != FUND_OK ? st : fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	d->outer = outer;
	d->budget = budget;
	d->archive = archive_read_new();
	st = !d->archive ? fault_set(why, FUND_NO_MEMORY, "out of memory") : set_up(d, c->filter) ? FUND_OK : failed(d, why);
	if (st != FUND_OK) {
		decompressor_close(d);
		return st;
	}
	st = input_open(out, (struct input_source){ .context = d, .read = decompressor_read, .close = decompressor_close });
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}
