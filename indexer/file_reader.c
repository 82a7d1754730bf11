/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file is a stack of layers: each container that is open, and on top the format that is being read. Compression is no layer of its own: it is
 * part of the input.
 *
 *	file -> gzip -> tar -> member "a.zip" -> zip -> member "b.html" -> HTML
 *	                layer 0                  layer 1                  leaf
 */
#include "config.h"

#include "indexer/file_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "indexer/container.h"
#include "indexer/date.h"
#include "indexer/formats.h"

#define DEPTH_MAX 16u

const struct reader_limits reader_limits_default = {
	.bytes = (uint64_t)256 << 20, .total = (uint64_t)64 << 30, .ratio = 250, .depth = 5, .members = 10000000, .seconds = 60, .memory = (uint64_t)1 << 30,
	.pdftotext = PDFTOTEXT,
};

struct layer {
	const struct container_format *format;
	struct container *container;
	size_t member_len; /* of the name of this container in the one around it, in file_reader's `member` */
	uint32_t depth;	   /* layers of compression and containers, this one included */
	uint32_t date;	   /* for members without one */
};

struct file_reader {
	struct read_budget budget;
	struct layer layers[DEPTH_MAX];
	uint32_t n_layers;
	/* the leaf; NULL: none is open */
	struct input *in;
	const struct reader_format *format;
	struct reader *reader;
	struct reader_limits limits; /* its own */
	uint32_t date;	   /* from its name, or from those around it */
	struct buf path, member, name;
	bool own_only;
	int fd;
	uint64_t first;	   /* of the range: lines before it are counted when one is to be named */
};

enum fund_status file_reader_new(struct file_reader **out, const struct reader_limits *limits)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return FUND_NO_MEMORY;
	struct reader_limits *l = &(*out)->budget.limits;
	*l = limits ? *limits : reader_limits_default;
	if (l->depth > DEPTH_MAX)
		l->depth = DEPTH_MAX;
	(*out)->budget.utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return FUND_OK;
}

void file_reader_set_siblings(struct file_reader *r, const struct siblings *siblings) { r->budget.limits.siblings = siblings; }

void file_reader_set_converter(struct file_reader *r, const struct converter *converter) { r->budget.limits.converter = converter; }

void file_reader_set_own_only(struct file_reader *r, bool own_only) { r->own_only = own_only; }

/* ---- layers ---- */

static void close_leaf(struct file_reader *r)
{
	if (r->format)
		r->format->close(r->reader);
	input_close(r->in);
	r->format = NULL;
	r->reader = NULL;
	r->in = NULL;
}

static void close_layer(struct file_reader *r)
{
	struct layer *l = &r->layers[--r->n_layers];
	l->format->close(l->container);
	r->member.len = l->member_len;
}

static void end_file(struct file_reader *r)
{
	close_leaf(r);
	while (r->n_layers)
		close_layer(r);
}

void file_reader_free(struct file_reader *r)
{
	if (!r)
		return;
	end_file(r);
	buf_release(&r->path);
	buf_release(&r->member);
	buf_release(&r->name);
	if (r->budget.utf8)
		freelocale(r->budget.utf8);
	free(r);
}

/* The name without what compression put behind it. */
static struct slice inner_name(struct slice name)
{
	static const char *const endings[] = { ".gz", ".bz2", ".xz", ".zst" };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends_in(name, endings[i]))
			return slice_of(name.data, name.len - strlen(endings[i]));
	return name;
}

static enum fund_status open_layer(struct file_reader *r, const struct container_format *format, uint32_t depth, struct fault *why)
{
	struct layer l = { .format = format, .member_len = r->member.len, .depth = depth, .date = r->date };
	struct input *in = r->in;
	r->in = NULL;
	enum fund_status st = format->open(&l.container, in, &r->budget, why);
	if (st == FUND_OK)
		r->layers[r->n_layers++] = l;
	return st;
}

static bool is_own(const struct reader_format *f) { return f == &reader_text || f == &reader_jsonl; }

/* A member of a container has no files beside it. */
static enum fund_status open_leaf(struct file_reader *r, struct slice name, struct fault *why)
{
	r->limits = r->budget.limits;
	if (r->n_layers)
		r->limits.siblings = NULL;
	return r->format->open(&r->reader, r->in, name, &r->limits, why);
}

/* What r->in holds: compression is taken off, then it is a container, which becomes the top layer, or a format, which is opened. FUND_END: it is
 * empty. After a failure nothing is open. */
static enum fund_status open_content(struct file_reader *r, struct slice name, uint32_t depth, struct fault *why)
{
	struct slice head;
	enum fund_status st;
	for (;; depth++) {
		st = input_peek(r->in, FORMAT_HEAD, &head, why);
		if (st != FUND_OK)
			break;
		bool compressed = compression_name(head) != NULL;
		const struct container_format *container = compressed ? NULL : container_of(head);
		if (!compressed && !container)
			st = format_of(head, head.len < FORMAT_HEAD, name, &r->format, why);
		if (r->own_only && st == FUND_OK && (compressed || container || !is_own(r->format)))
			st = FUND_NOT_FOUND;
		if (st != FUND_OK || r->format)
			break;
		if (depth == r->budget.limits.depth) {
			st = fault_set(why, FUND_LIMIT, "compression and containers are nested more than %u deep", r->budget.limits.depth);
			break;
		}
		if (container)
			return open_layer(r, container, depth + 1, why);
		struct input *outer = r->in;
		st = input_open_decompressed(&r->in, outer, &r->budget, why);
		if (st != FUND_OK)
			return st;
		name = inner_name(name);
	}
	if (st == FUND_OK)
		st = open_leaf(r, name, why);
	if (st != FUND_OK)
		close_leaf(r);
	return st;
}

/* ---- members ---- */

static enum fund_status set_member(struct file_reader *r, const struct layer *l, const struct member *m)
{
	enum fund_status st = FUND_OK;
	r->member.len = l->member_len;
	buf_reset(&r->name);
	if (r->member.len)
		st = buf_add_byte(&r->member, '#');
	if (st == FUND_OK)
		st = buf_add_slice(&r->member, m->name);
	return st == FUND_OK ? buf_add_slice(&r->name, m->file_name) : st;
}

/* Makes the next member of the top layer the leaf, or a layer of its own. FUND_END: the layer is at its end, and gone. */
static enum fund_status next_member(struct file_reader *r, bool *recovered, struct fault *why)
{
	struct layer *l = &r->layers[r->n_layers - 1];
	struct member m;
	enum fund_status st = l->format->next(l->container, &m, recovered, why);
	if (st != FUND_OK && !*recovered) {
		close_layer(r);
		*recovered = st != FUND_END && r->n_layers > 0;
		return st;
	}
	r->in = m.in;
	if (set_member(r, l, &m) != FUND_OK) {
		*recovered = false;
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	if (st != FUND_OK)
		return st;
	r->date = date_of_path(m.file_name);
	if (r->date == 0)
		r->date = m.date ? m.date : l->date;
	st = open_content(r, slice_buf(&r->name), l->depth, why);
	*recovered = st != FUND_OK;
	return st == FUND_END ? FUND_OK : st; /* an empty member holds nothing */
}

/* How many lines end before the range. */
static uint64_t lines_before(int fd, uint64_t first)
{
	uint8_t block[16384];
	uint64_t lines = 0, at = 0;
	while (at < first) {
		ssize_t n = pread(fd, block, first - at < sizeof block ? (size_t)(first - at) : sizeof block, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n; i++)
			lines += block[i] == '\n';
		at += (uint64_t)n;
	}
	return lines;
}

static enum fund_status next_of_leaf(struct file_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	enum fund_status st = r->format->next(r->reader, out, recovered, line, why);
	if (st == FUND_OK) {
		out->member = slice_buf(&r->member);
		if (out->date == 0)
			out->date = r->date;
		return st;
	}
	if (st != FUND_END && *line && r->first)
		*line += lines_before(r->fd, r->first);
	if (*recovered)
		return st;
	close_leaf(r);
	*recovered = st != FUND_END && r->n_layers > 0;
	return st;
}

enum fund_status file_reader_open(struct file_reader *r, int fd, struct slice path, struct file_range range, struct fault *why)
{
	end_file(r);
	r->budget.bytes = 0;
	r->fd = fd;
	r->first = range.first;
	buf_reset(&r->path);
	buf_reset(&r->member);
	enum fund_status st = buf_add_slice(&r->path, path);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	st = input_open_fd(&r->in, fd, range.first, range.len, why);
	if (st != FUND_OK)
		return st;
	r->date = date_of_path(path);
	st = open_content(r, slice_buf(&r->path), 0, why);
	return st == FUND_END ? FUND_OK : st; /* empty: no format, no article */
}

enum fund_status file_reader_next(struct file_reader *r, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	for (;;) {
		bool leaf = r->format != NULL;
		*recovered = false;
		*line = 0;
		if (!leaf && r->n_layers == 0)
			return FUND_END;
		enum fund_status st = leaf ? next_of_leaf(r, out, recovered, line, why) : next_member(r, recovered, why);
		if (st == FUND_END || (st == FUND_OK && !leaf))
			continue;
		if (st != FUND_OK)
			out->member = slice_buf(&r->member);
		if (st != FUND_OK && !*recovered)
			end_file(r);
		return st;
	}
}
