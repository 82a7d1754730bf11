/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_table.c - CSV and TSV with a header: an article a row.
 *
 * Source     RFC 4180, and what spreadsheets write: ',', ';', tab or '|' between fields, whichever makes most of the header known names; "sep=;" as a first
 *            line; a quotation mark within a field that is not doubled, where no separator follows.
 * Encoding   row by row, so that tables put together from several systems are read. UTF-16 as a whole.
 * Bad rows   another number of fields than the header, a quotation mark that is not closed: named, and reading goes on with the next line.
 */
#include <stdlib.h>

#include "indexer/encoding.h"
#include "indexer/input_source.h"
#include "indexer/reader.h"
#include "indexer/record.h"

#define COLUMNS_MAX 256u
#define ROW_MAX ((size_t)16 << 20)
#define UNCLOSED_MAX 64u /* each costs looking through ROW_MAX bytes */

struct table_reader {
	struct input *in;
	struct input *wide; /* what reads `in` as UTF-8, where it is UTF-16 or UTF-32 */
	const char *wide_name;
	struct buf raw;	     /* rows from `at` on */
	size_t at;
	bool ended;
	uint64_t line;	     /* of the row at `at` */
	uint8_t separator;   /* 0: the header is still to be read */
	unsigned n_columns, unclosed;
	struct { enum record_field field; unsigned rank; } columns[COLUMNS_MAX];
	struct buf text, header;
	struct record record;
};

/* ---- fields ---- */

struct field {
	struct slice raw; /* without the quotation marks around it */
	bool quoted, last;
};

/* The field at *p, and *p behind its separator or newline. False: the text ends in its quotation marks. */
static bool next_field(const uint8_t **p, const uint8_t *end, uint8_t separator, struct field *out)
{
	const uint8_t *start = *p, *at = start;
	out->quoted = at < end && *at == '"';
	if (out->quoted) {
		for (start = ++at;; at++) {
			at = at < end ? memchr(at, '"', (size_t)(end - at)) : NULL;
			if (!at)
				return false;
			if (at + 1 == end || at[1] == separator || at[1] == '\n' || (at[1] == '\r' && (at + 2 == end || at[2] == '\n')))
				break;
			at += at[1] == '"';
		}
		out->raw = slice_of(start, (size_t)(at - start));
		at++;
		at += at < end && *at == '\r';
	} else {
		while (at < end && *at != separator && *at != '\n')
			at++;
		out->raw = slice_of(start, (size_t)(at - start));
		if ((at == end || *at == '\n') && out->raw.len && out->raw.data[out->raw.len - 1] == '\r')
			out->raw.len--;
	}
	out->last = at == end || *at == '\n';
	*p = at < end ? at + 1 : end;
	return true;
}

/* Its text: doubled quotation marks are single, in room. */
static enum fund_status field_text(struct field f, struct buf *room, struct slice *out)
{
	const uint8_t *quote = f.quoted && f.raw.len ? memchr(f.raw.data, '"', f.raw.len) : NULL;
	enum fund_status st = FUND_OK;
	*out = f.raw;
	if (!quote)
		return FUND_OK;
	buf_reset(room);
	for (size_t i = 0; st == FUND_OK && i < f.raw.len; i++) {
		st = buf_add_byte(room, f.raw.data[i]);
		i += f.raw.data[i] == '"' && i + 1 < f.raw.len && f.raw.data[i + 1] == '"';
	}
	*out = slice_buf(room);
	return st;
}

/* ---- the header ---- */

struct header {
	uint8_t separator;
	unsigned fields, known;
	bool text; /* has a title or a text */
};

static struct header header_under(struct slice row, uint8_t separator)
{
	struct header h = { .separator = separator };
	const uint8_t *p = row.data, *end = slice_end(row);
	struct field f = { .last = row.len == 0 };
	while (!f.last && next_field(&p, end, separator, &f)) {
		unsigned rank;
		enum record_field field = record_field_of(slice_trim(f.raw), &rank);
		h.fields++;
		h.known += field != RECORD_FIELDS;
		h.text |= field == RECORD_TEXT || field == RECORD_TITLE;
	}
	return h;
}

static size_t line_len(struct slice s)
{
	const uint8_t *end = s.len ? memchr(s.data, '\n', s.len) : NULL;
	return end ? (size_t)(end - s.data) + 1 : s.len;
}

/* Behind the byte order mark and a line "sep=;", which says *separator. */
static struct slice at_header(struct slice s, uint8_t *separator)
{
	enum encoding e = ENCODING_UTF8;
	size_t skip = encoding_bom(s, &e), len;
	if (skip && e == ENCODING_UTF8)
		s = slice_from(s, skip);
	len = line_len(s);
	*separator = 0;
	if (len >= 5 && memcmp(s.data, "sep=", 4) == 0 && slice_trim(slice_part(s, 5, len - 5)).len <= 1) {
		*separator = s.data[4];
		s = slice_from(s, len);
	}
	return s;
}

/* By whichever separator most of its fields are known. The row may go on over several lines, in quotation marks. */
static struct header best_header(struct slice s, uint8_t said)
{
	static const uint8_t separators[] = { ',', ';', '\t', '|' };
	struct header best = { .separator = said ? said : ',' };
	if (s.len == 0 || said)
		return s.len ? header_under(s, said) : best;
	for (size_t i = 0; i < sizeof separators; i++) {
		struct header h = header_under(s, separators[i]);
		if (h.known > best.known || (h.known == best.known && h.fields > best.fields))
			best = h;
	}
	return best;
}

static int table_recognise(struct slice head, bool whole, struct slice name)
{
	static const char *const endings[] = { ".csv", ".tsv", ".tab", ".psv" };
	uint8_t said = 0;
	(void)whole;
	if (encoding_is_binary(head))
		return 0;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends_in(name, endings[i]))
			return 70;
	struct header h = best_header(at_header(head, &said), said);
	return h.text && h.known >= 3 ? 65 : h.text && h.known == 2 && h.fields == 2 ? 45 : 0;
}

/* ---- rows ---- */

static enum fund_status refill(struct table_reader *r, struct fault *why)
{
	struct slice part;
	if (r->at) {
		memmove(r->raw.data, r->raw.data + r->at, r->raw.len - r->at);
		r->raw.len -= r->at;
		r->at = 0;
	}
	enum fund_status st = input_read(r->wide ? r->wide : r->in, &part, why);
	if (st == FUND_END)
		r->ended = true;
	if (st != FUND_OK)
		return st == FUND_END ? FUND_OK : st;
	return buf_add_slice(&r->raw, part) == FUND_OK ? FUND_OK : fault_set(why, FUND_NO_MEMORY, "out of memory");
}

static uint64_t count_lines(struct slice s)
{
	uint64_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.data[i] == '\n';
	return n;
}

static struct slice consume(struct table_reader *r, size_t len)
{
	struct slice row = slice_part(slice_buf(&r->raw), r->at, len);
	r->at += len;
	r->line += count_lines(row);
	return row;
}

/* The row at r->at, as it is. FUND_INVALID: its quotation marks do not close; its first line is passed over. */
static enum fund_status next_row(struct table_reader *r, struct slice *row, struct fault *why)
{
	for (;;) {
		size_t left = r->raw.len - r->at;
		const uint8_t *start = left ? r->raw.data + r->at : NULL, *p = start, *end = left ? start + left : NULL;
		struct field f = { .last = false };
		bool closed = true;
		while (p < end && !f.last && closed)
			closed = next_field(&p, end, r->separator, &f);
		/* what ends with the buffer may go on behind it */
		if (left && closed && f.last && (p < end || r->ended || p[-1] == '\n')) {
			*row = consume(r, (size_t)(p - start));
			return FUND_OK;
		}
		if (r->ended && left == 0)
			return FUND_END;
		if (r->ended && closed) { /* the last row ends with a separator */
			*row = consume(r, left);
			return FUND_OK;
		}
		if (r->ended || left > ROW_MAX) {
			struct slice line = slice_of(start, left);
			consume(r, line_len(line));
			if (++r->unclosed > UNCLOSED_MAX)
				return fault_set(why, FUND_LIMIT, "more than %u rows whose quotation marks do not close", UNCLOSED_MAX);
			if (left > ROW_MAX)
				return fault_set(why, FUND_INVALID, "a row is longer than %zu MiB", ROW_MAX >> 20);
			return fault_set(why, FUND_INVALID, "a quotation mark is not closed");
		}
		enum fund_status st = refill(r, why);
		if (st != FUND_OK)
			return st;
	}
}

static enum fund_status read_header(struct table_reader *r, struct fault *why)
{
	struct slice row, head;
	enum fund_status st = FUND_OK;
	const char *encoding;
	uint8_t said = 0;
	while (st == FUND_OK && !r->ended && r->raw.len < (size_t)64 << 10)
		st = refill(r, why);
	if (st != FUND_OK)
		return st;
	if (r->raw.len == 0)
		return FUND_END;
	head = at_header(slice_buf(&r->raw), &said);
	consume(r, (size_t)(head.data - r->raw.data));
	struct header h = best_header(head, said);
	if (!h.text)
		return fault_set(why, FUND_INVALID, "no column of its first line is called title or text");
	if (h.fields > COLUMNS_MAX)
		return fault_set(why, FUND_LIMIT, "more than %u columns", COLUMNS_MAX);
	r->separator = h.separator;
	st = next_row(r, &row, why);
	if (st == FUND_OK && encoding_to_utf8(row, NULL, &r->header, &row, &encoding) != FUND_OK)
		st = fault_set(why, FUND_NO_MEMORY, "out of memory");
	if (st != FUND_OK)
		return st;
	const uint8_t *p = row.data, *end = slice_end(row);
	for (struct field f = { .last = false }; !f.last && r->n_columns < COLUMNS_MAX && next_field(&p, end, r->separator, &f); r->n_columns++)
		r->columns[r->n_columns].field = record_field_of(slice_trim(f.raw), &r->columns[r->n_columns].rank);
	return FUND_OK;
}

/* The fields of a row to the record. *n: how many there are; one that is empty, behind a last separator, is none. */
static enum fund_status read_row(struct table_reader *r, struct slice row, unsigned *n)
{
	const uint8_t *p = row.data, *end = slice_end(row);
	enum fund_status st = FUND_OK;
	record_begin(&r->record);
	*n = 0;
	for (struct field f = { .last = false }; st == FUND_OK && !f.last && next_field(&p, end, r->separator, &f); ++*n) {
		struct slice text;
		if (*n == r->n_columns && f.last && f.raw.len == 0)
			break;
		if (*n >= r->n_columns || r->columns[*n].field == RECORD_FIELDS)
			continue;
		enum record_field field = r->columns[*n].field;
		st = field_text(f, &r->record.room[field], &text);
		if (st == FUND_OK && text.len)
			record_set(&r->record, field, r->columns[*n].rank, text);
	}
	return st;
}

static enum fund_status table_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct table_reader *r = (struct table_reader *)reader;
	struct slice row, text;
	const char *encoding;
	unsigned n;
	enum fund_status st = r->separator ? FUND_OK : read_header(r, why);
	*recovered = false;
	*line = r->line;
	do {
		if (st != FUND_OK)
			return st;
		*line = r->line;
		st = next_row(r, &row, why);
		*recovered = st == FUND_INVALID;
	} while (st != FUND_OK || slice_trim(row).len == 0);
	st = encoding_to_utf8(row, NULL, &r->text, &text, &encoding);
	if (st == FUND_OK)
		st = read_row(r, text, &n);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	if (n != r->n_columns) {
		*recovered = true;
		return fault_set(why, FUND_INVALID, "%u fields, where the header has %u", n, r->n_columns);
	}
	if (record_article(&r->record, out) != FUND_OK)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	out->many = true;
	out->format = r->separator == '\t' ? "TSV" : "CSV";
	out->encoding = r->wide ? r->wide_name : encoding;
	return FUND_OK;
}

/* ---- the reader ---- */

static void table_close(struct reader *reader)
{
	struct table_reader *r = (struct table_reader *)reader;
	if (!r)
		return;
	input_close(r->wide);
	buf_release(&r->raw);
	buf_release(&r->text);
	buf_release(&r->header);
	record_release(&r->record);
	free(r);
}

static enum fund_status table_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	struct table_reader *r = calloc(1, sizeof *r);
	(void)path;
	(void)limits;
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->in = in;
	r->line = 1;
	return input_as_utf8(&r->wide, &r->wide_name, in, why);
}

const struct reader_format reader_table = { "CSV", false, table_recognise, table_open, table_next, table_close };
