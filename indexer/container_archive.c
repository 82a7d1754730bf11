/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container_archive.c - tar, zip and 7z through libarchive: streamed, but for zip and 7z in a file of their own, whose directory at the end is
 * read first. A 7z that is itself a member is taken into memory.
 *
 * Names    libarchive converts them to the locale's encoding: each call is made under C.UTF-8. What a zip says nothing about is the
 *          code page of DOS (850: Windows in German writes it; its letters are those of 437), unless it is valid UTF-8.
 */
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "indexer/archive_data.h"
#include "indexer/container.h"
#include "indexer/encoding.h"
#include "indexer/input_source.h"

#define TAR_BLOCK 512u

struct container {
	struct archive *archive;
	struct input *in;
	struct read_budget *budget;
	struct fault in_fault; /* what the input failed with, if it did */
	struct buf name;
	bool is_zip, opened, broken; /* broken: nothing more can be read, which was told */
	uint64_t n_members;
	struct archive_entry *ahead; /* the next, where damage before it was told; libarchive's */
	struct archive_data data; /* of the current member */
	uint64_t member_in; /* bytes of the container as it began */
};

/* ---- under a locale whose encoding is UTF-8 ---- */

static locale_t enter(const struct container *c) { return c->budget->utf8 ? uselocale(c->budget->utf8) : (locale_t)0; }

static void leave(locale_t before)
{
	if (before)
		uselocale(before);
}

/* ---- the archive's bytes ---- */

static la_ssize_t pull(struct archive *a, void *context, const void **out)
{
	struct container *c = context;
	struct slice part;
	enum fund_status st = input_read(c->in, &part, &c->in_fault);
	*out = part.data;
	if (st == FUND_OK)
		return (la_ssize_t)part.len;
	if (st == FUND_END)
		return 0;
	c->in_fault.status = st;
	archive_set_error(a, -1, "%s", c->in_fault.text);
	return -1;
}

static la_int64_t seek(struct archive *a, void *context, la_int64_t offset, int whence)
{
	struct container *c = context;
	uint64_t base = whence == SEEK_CUR ? input_tell(c->in) : whence == SEEK_END ? input_size(c->in) : 0;
	if (offset < 0 ? (uint64_t)-offset > base : (uint64_t)offset > INT64_MAX - base) {
		archive_set_error(a, -1, "points outside of the file");
		return ARCHIVE_FATAL;
	}
	uint64_t to = offset < 0 ? base - (uint64_t)-offset : base + (uint64_t)offset;
	input_seek(c->in, to);
	return (la_int64_t)to;
}

static la_int64_t skip(struct archive *a, void *context, la_int64_t n)
{
	struct container *c = context;
	(void)a;
	uint64_t at = input_tell(c->in), size = input_size(c->in), left = size > at ? size - at : 0;
	uint64_t by = n < 0 ? 0 : (uint64_t)n < left ? (uint64_t)n : left;
	input_seek(c->in, at + by);
	return (la_int64_t)by;
}

static enum fund_status failed(struct container *c, struct fault *why)
{
	const char *text = archive_error_string(c->archive);
	if (c->opened && archive_read_has_encrypted_entries(c->archive) == 1) /* it crashes where no format was found */
		return fault_set(why, FUND_INVALID, "is encrypted");
	if (c->in_fault.status != FUND_OK)
		return fault_set(why, c->in_fault.status, "%s", c->in_fault.text);
	return fault_set(why, FUND_INVALID, "%s", text ? text : "damaged archive");
}

/* ---- members ---- */

static enum fund_status member_read(void *context, uint8_t *out, size_t cap, size_t *len, struct fault *why)
{
	struct container *c = context;
	int r = archive_data_read(&c->data, c->archive, out, cap, len);
	if (r != ARCHIVE_OK) {
		c->broken |= r == ARCHIVE_FATAL;
		return failed(c, why);
	}
	enum fund_status st = read_budget_take(c->budget, *len, why);
	return st == FUND_OK ? read_budget_ratio(c->budget, (uint64_t)archive_filter_bytes(c->archive, -1) - c->member_in, c->data.at, why) : st;
}

static void member_close(void *context) { (void)context; }

/* Of a zip that does not say how its names are encoded. */
static enum fund_status from_dos(struct buf *name)
{
	struct buf utf8 = BUF_INIT;
	enum fund_status st = encoding_decode(ENCODING_CP850, slice_buf(name), &utf8);
	buf_release(name);
	*name = utf8;
	return st;
}

static enum fund_status take_name(struct container *c, struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);
	buf_reset(&c->name);
	if (!name)
		name = archive_entry_pathname_utf8(e);
	enum fund_status st = name ? buf_add_str(&c->name, name) : buf_add_format(&c->name, "%llu", (unsigned long long)c->n_members);
	if (st == FUND_OK && c->is_zip && utf8_valid_prefix(slice_buf(&c->name)) != c->name.len)
		st = from_dos(&c->name);
	return st;
}

/* Over what is no header, up to the next that is one: what is lost there is told first, once. */
static enum fund_status pass_damage(struct container *c, struct archive_entry **e, bool *recovered, struct fault *why)
{
	enum fund_status st = failed(c, why);
	int r;
	while ((r = archive_read_next_header(c->archive, e)) == ARCHIVE_RETRY)
		;
	*recovered = true;
	c->broken = r != ARCHIVE_OK && r != ARCHIVE_WARN;
	c->ahead = c->broken ? NULL : *e;
	return st;
}

static enum fund_status next_header(struct container *c, struct archive_entry **e, bool *recovered, struct fault *why)
{
	*e = c->ahead;
	c->ahead = NULL;
	if (*e)
		return FUND_OK;
	if (c->broken)
		return FUND_END;
	int r = archive_read_next_header(c->archive, e);
	if (r == ARCHIVE_EOF)
		return FUND_END;
	if (r == ARCHIVE_OK || r == ARCHIVE_WARN)
		return FUND_OK;
	if (r == ARCHIVE_RETRY)
		return pass_damage(c, e, recovered, why);
	c->broken = true;
	return failed(c, why);
}

static enum fund_status next_file(struct container *c, struct member *out, bool *recovered, struct fault *why)
{
	struct archive_entry *e;
	enum fund_status st;
	do {
		st = next_header(c, &e, recovered, why);
		if (st == FUND_OK && c->n_members++ == c->budget->limits.members)
			st = fault_set(why, FUND_LIMIT, "has more than %u members", c->budget->limits.members);
		if (st != FUND_OK)
			return st;
	} while (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e));
	c->data = (struct archive_data){ .at = 0 };
	c->member_in = (uint64_t)archive_filter_bytes(c->archive, -1);
	st = take_name(c, e);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	out->name = out->file_name = slice_buf(&c->name);
	if (archive_entry_is_encrypted(e)) {
		*recovered = true;
		return fault_set(why, FUND_INVALID, "is encrypted");
	}
	st = input_open(&out->in, (struct input_source){ .context = c, .read = member_read, .close = member_close });
	return st == FUND_OK ? st : fault_set(why, st, "out of memory");
}

static enum fund_status archive_next(struct container *c, struct member *out, bool *recovered, struct fault *why)
{
	*out = (struct member){ .in = NULL };
	*recovered = false;
	locale_t before = enter(c);
	enum fund_status st = next_file(c, out, recovered, why);
	leave(before);
	return st;
}

/* ---- opening ---- */

static void archive_close(struct container *c)
{
	if (!c)
		return;
	if (c->archive)
		archive_read_free(c->archive);
	input_close(c->in);
	buf_release(&c->name);
	free(c);
}

static enum fund_status open_archive(struct container **out, struct input *in, struct read_budget *budget, int (*support)(struct archive *),
				     struct fault *why)
{
	struct container *c = calloc(1, sizeof *c);
	*out = c;
	if (!c) {
		input_close(in);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	c->in = in;
	c->budget = budget;
	c->archive = archive_read_new();
	bool ok = c->archive && support(c->archive) == ARCHIVE_OK && archive_read_set_callback_data(c->archive, c) == ARCHIVE_OK &&
		  archive_read_set_read_callback(c->archive, pull) == ARCHIVE_OK;
	if (ok && input_is_seekable(in))
		ok = archive_read_set_seek_callback(c->archive, seek) == ARCHIVE_OK && archive_read_set_skip_callback(c->archive, skip) == ARCHIVE_OK;
	enum fund_status st = ok ? FUND_OK : fault_set(why, FUND_NO_MEMORY, "out of memory");
	locale_t before = enter(c);
	if (ok && !(c->opened = archive_read_open1(c->archive) == ARCHIVE_OK))
		st = failed(c, why);
	leave(before);
	if (st != FUND_OK) {
		archive_close(c);
		*out = NULL;
	}
	return st;
}

/* ---- tar ---- */

static uint64_t octal(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	size_t i = 0;
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(p[i] - '0');
	return v;
}

/* By the checksum of its first header, which the oldest tar has too. */
static bool tar_recognise(struct slice head)
{
	const size_t at = 148, len = 8;
	uint64_t sum = 0;
	if (head.len < TAR_BLOCK || head.data[0] == 0)
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= at && i < at + len ? ' ' : head.data[i];
	return sum == octal(head.data + at, len);
}

/* Behind two blocks of zeros, where a tar ends, and behind a single one, which is a hole, more may follow: members, or damage that is to be told. */
static int support_tar(struct archive *a)
{
	int r = archive_read_support_format_tar(a);
	return r == ARCHIVE_OK ? archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1") : r;
}

static enum fund_status tar_open(struct container **out, struct input *in, struct read_budget *budget, struct fault *why)
{
	return open_archive(out, in, budget, support_tar, why);
}

/* ---- zip ---- */

static bool zip_recognise(struct slice head)
{
	return head.len >= 4 && (memcmp(head.data, "PK\3\4", 4) == 0 || memcmp(head.data, "PK\5\6", 4) == 0 || memcmp(head.data, "PK00PK\3\4", 8 < head.len ? 8 : head.len) == 0);
}

/* Office files, books and programs are zips whose first members give them away. */
static const char *kind_of_zip(struct slice head)
{
	static const struct {
		const char *first, *kind;
	} known[] = {
		{ "mimetype", "office file or book" }, { "[Content_Types].xml", "office file" }, { "_rels/", "office file" },	{ "docProps/", "office file" },
		{ "word/", "office file" },	       { "xl/", "office file" },		 { "ppt/", "office file" }, { "META-INF/", "program (Java)" },
		{ "AndroidManifest.xml", "program (Android)" },
	};
	const size_t name_at = 30;
	if (head.len < name_at)
		return NULL;
	size_t len = get_u16(head.data + 26);
	struct slice name = slice_part(head, name_at, len < head.len - name_at ? len : head.len - name_at);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t n = strlen(known[i].first);
		bool folder = known[i].first[n - 1] == '/';
		if (name.len >= n && (folder || name.len == n) && memcmp(name.data, known[i].first, n) == 0)
			return known[i].kind;
	}
	return NULL;
}

static int support_zip(struct archive *a) { return archive_read_support_format_zip(a); }

static enum fund_status zip_open(struct container **out, struct input *in, struct read_budget *budget, struct fault *why)
{
	struct slice head;
	const char *kind = input_peek(in, 512, &head, why) == FUND_OK ? kind_of_zip(head) : NULL;
	if (kind) {
		input_close(in);
		return fault_set(why, FUND_UNSUPPORTED, "%s: holds no article that can be read", kind);
	}
	enum fund_status st = open_archive(out, in, budget, support_zip, why);
	if (st == FUND_OK)
		(*out)->is_zip = true;
	return st;
}

/* ---- 7z ---- */

static bool sevenzip_recognise(struct slice head) { return head.len >= 6 && memcmp(head.data, "7z\xBC\xAF\x27\x1C", 6) == 0; }

static enum fund_status sevenzip_open(struct container **out, struct input *in, struct read_budget *budget, struct fault *why)
{
	*out = NULL;
	if (!input_is_seekable(in)) {
		enum fund_status st = input_into_memory(&in, budget->limits.bytes, why);
		if (st != FUND_OK)
			return st;
	}
	return open_archive(out, in, budget, archive_read_support_format_7zip, why);
}

const struct container_format container_tar = { "tar archive", tar_recognise, tar_open, archive_next, archive_close };
const struct container_format container_zip = { "zip archive", zip_recognise, zip_open, archive_next, archive_close };
const struct container_format container_7z = { "7z archive", sevenzip_recognise, sevenzip_open, archive_next, archive_close };
