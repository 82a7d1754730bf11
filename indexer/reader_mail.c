/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_mail.c - a mail, or an mbox of them: an article each, with Subject, Date, From, its text, and Message-ID as its id.
 *
 * Source   RFC 4155 and the four ways of mbox: a message begins at a line "From … hh:mm …" behind an empty line; ">From " in its text is "From " (mboxo,
 *          mboxrd); with a Content-Length that ends before such a line or with the file, what is up to there is text whatever it looks like (mboxcl,
 *          mboxcl2).
 */
#include <stdlib.h>

#include "indexer/date.h"
#include "indexer/mime.h"
#include "indexer/reader.h"

#define LINE_MAX ((size_t)16 << 20)
#define MESSAGE_MAX ((size_t)64 << 20) /* attachments too */

struct mail_reader {
	struct input *in;
	bool many;
	struct buf message, title, author, text;
	uint64_t line;	/* of the last line read */
	uint64_t first; /* of the message */
	bool begun, ended, too_long;
};

/* ---- recognition ---- */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* "From sender Tue Jan 18 12:00:00 2022": what tells it from a sentence is the time. */
static bool is_from_line(struct slice s)
{
	if (s.len < 5 || memcmp(s.data, "From ", 5) != 0)
		return false;
	for (size_t i = 7; i + 2 < s.len && s.data[i] != '\n'; i++)
		if (s.data[i] == ':' && is_digit(s.data[i - 1]) && is_digit(s.data[i + 1]) && is_digit(s.data[i + 2]))
			return true;
	return false;
}

/* How many of the fields that mails have stand in the header that s begins with; 0 when it begins with none. */
static unsigned n_fields(struct slice s)
{
	static const char *const fields[] = { "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Received", "Return-Path", "Delivered-To", "Content-Type", "Reply-To", "Newsgroups" };
	struct slice value, header = mime_split(s).header;
	const uint8_t *colon = header.len ? memchr(header.data, ':', header.len < 80 ? header.len : 80) : NULL;
	unsigned n = 0;
	for (const uint8_t *p = header.data; p < colon; p++)
		if (*p <= ' ' || *p >= 0x7F)
			return 0;
	for (size_t i = 0; colon && i < sizeof fields / sizeof *fields; i++)
		n += mime_field(header, fields[i], &value);
	return n;
}

static int mbox_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole;
	if (is_from_line(head))
		return 85;
	return slice_ends_in(name, ".mbox") ? 70 : 0;
}

static int mail_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole;
	unsigned n = n_fields(head);
	if (slice_ends_in(name, ".eml"))
		return 70;
	return n >= 4 ? 72 : n == 3 ? 45 : 0;
}

/* ---- lines ---- */

static enum fund_status add_line(struct mail_reader *r, struct slice line)
{
	r->too_long |= r->message.len + line.len > MESSAGE_MAX;
	if (r->too_long)
		return FUND_OK;
	enum fund_status st = buf_add_slice(&r->message, line);
	return st == FUND_OK ? buf_add_byte(&r->message, '\n') : st;
}

static enum fund_status read_line(struct mail_reader *r, struct slice *line, struct fault *why)
{
	enum fund_status st = input_read_line(r->in, LINE_MAX, line, why);
	r->line += st == FUND_OK;
	r->ended = st == FUND_END;
	return st;
}

/* How many lines of text follow the header by its Content-Length, if that is true; else 0. */
static enum fund_status counted_lines(struct mail_reader *r, uint64_t *lines, struct fault *why)
{
	struct slice value, head;
	uint64_t len = 0;
	*lines = 0;
	if (!mime_field(slice_buf(&r->message), "Content-Length", &value) || value.len > 7)
		return FUND_OK;
	for (size_t i = 0; i < value.len && is_digit(value.data[i]); i++)
		len = len * 10 + (value.data[i] - '0');
	if (len > (1u << 20) - 128) /* as far as an input can be looked into */
		return FUND_OK;
	enum fund_status st = input_peek(r->in, (size_t)len + 128, &head, why);
	if (st != FUND_OK || head.len < len)
		return st;
	struct slice rest = slice_from(head, (size_t)len);
	while (rest.len && (rest.data[0] == '\n' || rest.data[0] == '\r'))
		rest = slice_from(rest, 1);
	for (size_t i = 0; (rest.len == 0 || is_from_line(rest)) && i < len; i++)
		*lines += head.data[i] == '\n';
	return FUND_OK;
}

static struct slice unquoted(struct slice line)
{
	size_t n = 0;
	while (n < line.len && line.data[n] == '>')
		n++;
	return n && line.len - n >= 5 && memcmp(line.data + n, "From ", 5) == 0 ? slice_from(line, 1) : line;
}

/* The lines up to the next "From " line, which is read, too. */
static enum fund_status gather(struct mail_reader *r, struct fault *why)
{
	bool header = true, empty = false;
	uint64_t counted = 0;
	struct slice line;
	enum fund_status st;
	buf_reset(&r->message);
	r->too_long = false;
	r->first = r->line;
	while ((st = read_line(r, &line, why)) == FUND_OK) {
		if (counted == 0 && r->many && empty && is_from_line(line))
			return FUND_OK;
		bool text = counted > 0;
		counted -= text;
		empty = line.len == 0;
		st = add_line(r, header || text || !r->many ? line : unquoted(line));
		if (st != FUND_OK)
			return fault_set(why, st, "out of memory");
		if (header && empty && r->many)
			st = counted_lines(r, &counted, why);
		if (st != FUND_OK)
			return st;
		header = header && !empty;
	}
	return st;
}

/* ---- messages ---- */

static enum fund_status fill(struct mail_reader *r, struct article *out)
{
	struct mime_part m = mime_split(slice_buf(&r->message));
	struct slice value;
	enum fund_status st = FUND_OK;
	*out = (struct article){ .format = r->many ? reader_mbox.name : reader_mail.name, .encoding = "UTF-8", .many = r->many };
	buf_reset(&r->title);
	buf_reset(&r->author);
	buf_reset(&r->text);
	if (mime_field(m.header, "Subject", &value))
		st = mime_add_words(&r->title, value);
	if (st == FUND_OK && mime_field(m.header, "From", &value))
		st = mime_add_sender(&r->author, value);
	if (st == FUND_OK)
		st = mime_add_text(&r->text, m, &out->encoding);
	if (mime_field(m.header, "Date", &out->date_text))
		out->date = date_parse(out->date_text);
	if (mime_field(m.header, "Message-ID", &value)) {
		if (value.len && value.data[0] == '<')
			value = slice_from(value, 1);
		const uint8_t *end = value.len ? memchr(value.data, '>', value.len) : NULL;
		out->id = slice_of(value.data, end ? (size_t)(end - value.data) : value.len);
	}
	out->title = slice_buf(&r->title);
	out->author = slice_buf(&r->author);
	out->body = slice_buf(&r->text);
	return st;
}

static enum fund_status mail_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct mail_reader *r = (struct mail_reader *)reader;
	struct slice from;
	enum fund_status st = FUND_OK;
	*recovered = false;
	*line = r->line;
	if (r->many && !r->begun) { /* blank lines may stand before the first */
		do
			st = read_line(r, &from, why);
		while (st == FUND_OK && from.len == 0);
		*line = r->line;
		if (st == FUND_OK && !is_from_line(from))
			return fault_set(why, FUND_INVALID, "does not begin with a line \"From \"");
	}
	r->begun = true;
	if (st != FUND_OK || r->ended)
		return st == FUND_OK ? FUND_END : st;
	st = gather(r, why);
	*line = r->first;
	if (st != FUND_OK && st != FUND_END)
		return st;
	if (r->too_long) {
		*recovered = true;
		return fault_set(why, FUND_INVALID, "the message is longer than %zu MiB", MESSAGE_MAX >> 20);
	}
	if (r->message.len == 0 && r->ended)
		return FUND_END;
	st = fill(r, out);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	return r->many || out->title.len || out->body.len ? FUND_OK : FUND_END;
}

/* ---- the readers ---- */

static void mail_close(struct reader *reader)
{
	struct mail_reader *r = (struct mail_reader *)reader;
	if (!r)
		return;
	buf_release(&r->message);
	buf_release(&r->title);
	buf_release(&r->author);
	buf_release(&r->text);
	free(r);
}

static enum fund_status open_any(struct reader **out, struct input *in, bool many, struct fault *why)
{
	struct mail_reader *r = calloc(1, sizeof *r);
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->in = in;
	r->many = many;
	return FUND_OK;
}

static enum fund_status mbox_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path;
	(void)limits;
	return open_any(out, in, true, why);
}

static enum fund_status mail_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path;
	(void)limits;
	return open_any(out, in, false, why);
}

const struct reader_format reader_mbox = { "mbox", false, mbox_recognise, mbox_open, mail_next, mail_close };
const struct reader_format reader_mail = { "e-mail", false, mail_recognise, mail_open, mail_next, mail_close };
