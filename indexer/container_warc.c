/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container_warc.c - WARC 1.0 and 1.1: the captures of a web archive, those that hold a page or text.
 *
 * Members  response records with status 200, resource and conversion records; revisit records as the page they refer to, where it came earlier in
 *          the same file and is among the last CACHE_BYTES of pages. Each is named by its WARC-Target-URI; from the second capture of a URI on, with '#' and
 *          the WARC-Date behind it.
 * Source   ISO 28500:2017 (WARC 1.1); revisits: section 6.7.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/translate.h"
#include "indexer/article_key.h"
#include "indexer/container.h"
#include "indexer/date.h"
#include "indexer/http_message.h"

#define HEADER_MAX ((size_t)256 << 10)
#define LINE_MAX ((size_t)64 << 10)
#define CACHE_BYTES ((size_t)64 << 20)
#define CACHE_PAGES 65536u

/* A payload for revisits to come. */
struct page {
	uint64_t record, capture, digest; /* hashes of WARC-Record-ID, of URI and date, of WARC-Payload-Digest; 0: none */
	uint8_t *bytes;
	size_t len;
	enum http_coding coding;
	const char *ending;
};

struct warc_header {
	struct slice type, uri, date, record_id, digest, content_type;
	struct slice refers_to, refers_uri, refers_date;
	uint64_t length;
	bool has_length;
};

struct container {
	struct input *in;
	struct read_budget *budget;
	uint64_t left; /* of the current record's block */
	uint64_t n_records;
	struct buf head, block, body, name, file_name;
	struct key_maker seen; /* URIs */
	struct page *pages; /* a ring */
	uint32_t first_page, n_pages;
	size_t cached;
};

/* ---- pages for revisits ---- */

static uint64_t hash_of(struct slice s) { return s.len ? hash_bytes(s.data, s.len) | 1 : 0; }

static uint64_t capture_hash(struct slice uri, struct slice date)
{
	return uri.len && date.len ? hash_bytes_seed(date.data, date.len, hash_of(uri)) | 1 : 0;
}

static void drop_page(struct container *c)
{
	struct page *p = &c->pages[c->first_page];
	c->cached -= p->len;
	free(p->bytes);
	c->first_page = (c->first_page + 1) % CACHE_PAGES;
	c->n_pages--;
}

/* Without memory for it there is one revisit less. */
static void keep_page(struct container *c, const struct warc_header *h, struct slice bytes, enum http_coding coding, const char *ending)
{
	if (bytes.len > CACHE_BYTES / 4 || bytes.len == 0)
		return;
	if (!c->pages)
		c->pages = malloc(CACHE_PAGES * sizeof *c->pages);
	uint8_t *copy = c->pages ? malloc(bytes.len) : NULL;
	if (!copy)
		return;
	while (c->n_pages && (c->n_pages == CACHE_PAGES || c->cached + bytes.len > CACHE_BYTES))
		drop_page(c);
	memcpy(copy, bytes.data, bytes.len);
	c->pages[(c->first_page + c->n_pages++) % CACHE_PAGES] =
		(struct page){ hash_of(h->record_id), capture_hash(h->uri, h->date), hash_of(h->digest), copy, bytes.len, coding, ending };
	c->cached += bytes.len;
}

static const struct page *find_page(const struct container *c, const struct warc_header *h)
{
	uint64_t record = hash_of(h->refers_to), capture = capture_hash(h->refers_uri, h->refers_date), digest = hash_of(h->digest);
	for (uint32_t i = c->n_pages; i--;) { /* the latest first */
		const struct page *p = &c->pages[(c->first_page + i) % CACHE_PAGES];
		if ((record && p->record == record) || (capture && p->capture == capture) || (digest && p->digest == digest))
			return p;
	}
	return NULL;
}

/* ---- records ---- */

static enum fund_status broken(const struct container *c, const char *what, struct fault *why)
{
	return fault_set(why, FUND_INVALID, "record %llu: %s (byte %llu)", (unsigned long long)c->n_records, translate(what),
			 (unsigned long long)input_tell(c->in));
}

/* What is left of the record, so that the next one can begin. */
static enum fund_status skip_block(struct container *c, struct fault *why)
{
	struct slice part;
	while (c->left) {
		enum fund_status st = input_read_at_most(c->in, c->left, &part, why);
		if (st != FUND_OK)
			return st == FUND_END ? broken(c, "is cut off", why) : st;
		c->left -= part.len;
	}
	return FUND_OK;
}

/* The record's first line, blank ones before it passed over. */
static enum fund_status read_version(struct container *c, struct fault *why)
{
	struct slice line;
	enum fund_status st;
	do
		st = input_read_line(c->in, LINE_MAX, &line, why);
	while (st == FUND_OK && line.len == 0);
	if (st == FUND_OK && (line.len < 7 || memcmp(line.data, "WARC/1.", 7) != 0))
		return broken(c, "does not begin as WARC/1", why);
	return st;
}

static enum fund_status read_head(struct container *c, struct fault *why)
{
	struct slice line;
	buf_reset(&c->head);
	for (;;) {
		enum fund_status st = input_read_line(c->in, LINE_MAX, &line, why);
		if (st == FUND_END)
			return broken(c, "is cut off", why);
		if (st != FUND_OK || line.len == 0)
			return st;
		if (c->head.len + line.len > HEADER_MAX)
			return broken(c, "has a header larger than 256 KiB", why);
		st = buf_add_slice(&c->head, line);
		if (st == FUND_OK)
			st = buf_add_byte(&c->head, '\n');
		if (st != FUND_OK)
			return fault_set(why, st, "out of memory");
	}
}

/* URIs stand in angle brackets now and then. */
static struct slice without_brackets(struct slice s)
{
	return s.len > 2 && s.data[0] == '<' && s.data[s.len - 1] == '>' ? slice_part(s, 1, s.len - 2) : s;
}

/* Digits alone; no number of bytes has more than 18. */
static bool parse_length(struct slice s, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9' || i == 18)
			return false;
		*n = *n * 10 + (uint64_t)(s.data[i] - '0');
	}
	return s.len > 0;
}

static void parse_head(struct slice head, struct warc_header *h)
{
	struct slice name, value;
	const struct {
		const char *name;
		struct slice *to;
	} fields[] = {
		{ "warc-type", &h->type }, { "warc-target-uri", &h->uri }, { "warc-date", &h->date }, { "warc-record-id", &h->record_id },
		{ "warc-payload-digest", &h->digest }, { "content-type", &h->content_type }, { "warc-refers-to", &h->refers_to },
		{ "warc-refers-to-target-uri", &h->refers_uri }, { "warc-refers-to-date", &h->refers_date },
	};
	*h = (struct warc_header){ .length = 0 };
	while (header_field_next(&head, &name, &value)) {
		if (header_field_is(name, "content-length"))
			h->has_length = parse_length(value, &h->length);
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			if (header_field_is(name, fields[i].name))
				*fields[i].to = value;
	}
	h->uri = without_brackets(h->uri);
	h->refers_uri = without_brackets(h->refers_uri);
}

/* The ending a file of this media type has; NULL: none that holds text. */
static const char *ending_of(struct slice type)
{
	static const struct {
		const char *type, *ending;
	} known[] = {
		{ "text/html", ".html" }, { "application/xhtml+xml", ".html" }, { "text/plain", ".txt" }, { "text/xml", ".xml" }, { "application/xml", ".xml" },
		{ "application/rss+xml", ".xml" }, { "application/atom+xml", ".xml" }, { "application/json", ".json" }, { "text/csv", ".csv" },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (header_field_is(type, known[i].type))
			return known[i].ending;
	return NULL;
}

static enum fund_status read_block(struct container *c, struct fault *why)
{
	struct slice part;
	buf_reset(&c->block);
	if (c->left > c->budget->limits.bytes)
		return fault_set(why, FUND_LIMIT, "larger than %llu bytes", (unsigned long long)c->budget->limits.bytes);
	while (c->left) {
		enum fund_status st = input_read_at_most(c->in, c->left, &part, why);
		if (st != FUND_OK)
			return st == FUND_END ? broken(c, "is cut off", why) : st;
		c->left -= part.len;
		st = buf_add_slice(&c->block, part);
		if (st != FUND_OK)
			return fault_set(why, st, "out of memory");
	}
	return FUND_OK;
}

/* ---- members ---- */

static enum fund_status name_member(struct container *c, const struct warc_header *h, const char *ending, struct member *out)
{
	bool is_new;
	size_t path = 0;
	buf_reset(&c->name);
	buf_reset(&c->file_name);
	enum fund_status st = key_maker_note(&c->seen, h->uri, &is_new);
	if (st == FUND_OK)
		st = buf_add_slice(&c->name, h->uri);
	if (st == FUND_OK && !is_new)
		st = buf_add_byte(&c->name, '#');
	if (st == FUND_OK && !is_new)
		st = buf_add_slice(&c->name, h->date);
	while (path < h->uri.len && h->uri.data[path] != '?' && h->uri.data[path] != '#')
		path++;
	if (st == FUND_OK)
		st = buf_add(&c->file_name, h->uri.data, path);
	if (st == FUND_OK)
		st = buf_add_str(&c->file_name, ending);
	out->name = slice_buf(&c->name);
	out->file_name = slice_buf(&c->file_name);
	out->date = date_parse(h->date);
	return st;
}

/* The member's input over bytes that stay until the next call. gzip is taken off by whoever reads it, as from any file. */
static enum fund_status give(struct container *c, const struct warc_header *h, struct slice body, enum http_coding coding, const char *ending,
			     struct member *out, bool *recovered, struct fault *why)
{
	enum fund_status st = name_member(c, h, ending, out);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	if (coding == HTTP_OTHER) {
		*recovered = true;
		return fault_set(why, FUND_UNSUPPORTED, "its content coding is not known");
	}
	if (coding == HTTP_DEFLATE)
		st = input_open_inflated(&out->in, body, c->budget, why);
	else
		st = input_open_bytes(&out->in, body);
	*recovered = st != FUND_OK && coding == HTTP_DEFLATE;
	return st == FUND_OK || *recovered ? st : fault_set(why, st, "out of memory");
}

/* FUND_NOT_FOUND: nothing to read in it. */
static enum fund_status take_response(struct container *c, const struct warc_header *h, struct member *out, bool *recovered, struct fault *why)
{
	struct http_message m;
	enum fund_status st = read_block(c, why);
	if (st != FUND_OK)
		return st;
	const char *ending = http_message_parse(slice_buf(&c->block), &m) && m.status == 200 ? ending_of(m.type) : NULL;
	if (!ending)
		return FUND_NOT_FOUND;
	struct slice body = m.body;
	buf_reset(&c->body);
	if (m.chunked && (http_dechunk(m.body, &c->body, &st) || c->body.len)) /* many crawlers take the chunks off, and leave the field */
		body = slice_buf(&c->body);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	keep_page(c, h, body, m.coding, ending);
	return give(c, h, body, m.coding, ending, out, recovered, why);
}

static enum fund_status take_resource(struct container *c, const struct warc_header *h, struct member *out, bool *recovered, struct fault *why)
{
	const char *ending = ending_of(header_media_type(h->content_type));
	if (!ending)
		return FUND_NOT_FOUND;
	enum fund_status st = read_block(c, why);
	if (st != FUND_OK)
		return st;
	keep_page(c, h, slice_buf(&c->block), HTTP_IDENTITY, ending);
	return give(c, h, slice_buf(&c->block), HTTP_IDENTITY, ending, out, recovered, why);
}

static enum fund_status take_revisit(struct container *c, const struct warc_header *h, struct member *out, bool *recovered, struct fault *why)
{
	const struct page *p = find_page(c, h);
	if (!p)
		return FUND_NOT_FOUND;
	buf_reset(&c->body); /* a page may be dropped while it is read */
	enum fund_status st = buf_add(&c->body, p->bytes, p->len);
	return st == FUND_OK ? give(c, h, slice_buf(&c->body), p->coding, p->ending, out, recovered, why) : fault_set(why, st, "out of memory");
}

static enum fund_status take_record(struct container *c, const struct warc_header *h, struct member *out, bool *recovered, struct fault *why)
{
	if (h->uri.len == 0)
		return FUND_NOT_FOUND;
	if (header_field_is(h->type, "response") && header_field_is(header_media_type(h->content_type), "application/http"))
		return take_response(c, h, out, recovered, why);
	if (header_field_is(h->type, "resource") || header_field_is(h->type, "conversion"))
		return take_resource(c, h, out, recovered, why);
	return header_field_is(h->type, "revisit") ? take_revisit(c, h, out, recovered, why) : FUND_NOT_FOUND;
}

static enum fund_status warc_next(struct container *c, struct member *out, bool *recovered, struct fault *why)
{
	struct warc_header h;
	*out = (struct member){ .in = NULL };
	*recovered = false;
	for (;;) {
		enum fund_status st = skip_block(c, why);
		if (st == FUND_OK)
			st = read_version(c, why);
		if (st != FUND_OK)
			return st;
		if (c->n_records++ == c->budget->limits.members)
			return fault_set(why, FUND_LIMIT, "has more than %u records", c->budget->limits.members);
		st = read_head(c, why);
		if (st != FUND_OK)
			return st;
		parse_head(slice_buf(&c->head), &h);
		if (!h.has_length)
			return broken(c, "has no Content-Length", why);
		c->left = h.length;
		st = take_record(c, &h, out, recovered, why);
		if (st == FUND_LIMIT) { /* too large: passed over */
			*recovered = name_member(c, &h, "", out) == FUND_OK;
			return st;
		}
		if (st != FUND_NOT_FOUND)
			return st;
	}
}

static bool warc_recognise(struct slice head) { return head.len >= 7 && memcmp(head.data, "WARC/1.", 7) == 0; }

static void warc_close(struct container *c)
{
	if (!c)
		return;
	while (c->n_pages)
		drop_page(c);
	free(c->pages);
	key_maker_release(&c->seen);
	input_close(c->in);
	buf_release(&c->head);
	buf_release(&c->block);
	buf_release(&c->body);
	buf_release(&c->name);
	buf_release(&c->file_name);
	free(c);
}

static enum fund_status warc_open(struct container **out, struct input *in, struct read_budget *budget, struct fault *why)
{
	struct container *c = calloc(1, sizeof *c);
	*out = c;
	if (!c) {
		input_close(in);
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	}
	c->in = in;
	c->budget = budget;
	return FUND_OK;
}

const struct container_format container_warc = { "WARC archive", warc_recognise, warc_open, warc_next, warc_close };
