/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_text.c - plain text: one article a file, in whatever encoding.
 *
 * A first line that begins "date 2022-01[-18]" gives the date and loses it. Then: the first line is the title if a blank line follows and it has
 * at most 200 characters.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "indexer/date.h"
#include "indexer/encoding.h"
#include "indexer/reader.h"

#define TITLE_MAX 200 /* characters */

struct text_reader {
	struct input *in;
	const struct reader_limits *limits;
	struct buf raw, text;
	bool done;
};

static int text_recognise(struct slice head, bool whole, struct slice name)
{
	static const char *const endings[] = { ".txt", ".text", ".asc", ".md", ".dat" };
	(void)whole;
	if (encoding_is_binary(head))
		return 0;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (slice_ends_in(name, endings[i]))
			return 40;
	return 10;
}

static enum fund_status text_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	(void)path;
	struct text_reader *r = calloc(1, sizeof *r);
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->in = in;
	r->limits = limits;
	return FUND_OK;
}

static void text_close(struct reader *reader)
{
	struct text_reader *r = (struct text_reader *)reader;
	if (!r)
		return;
	buf_release(&r->raw);
	buf_release(&r->text);
	free(r);
}

static void drop(struct slice *s, size_t n)
{
	s->data += n;
	s->len -= n;
}

static bool is_blank(uint8_t c) { return c == ' ' || c == '\t'; }

static void drop_blanks(struct slice *s)
{
	while (s->len && is_blank(s->data[0]))
		drop(s, 1);
}

/* " date 2022-01-18 …": also with a date that is impossible, which is then no date. */
static void take_header(struct slice *text, struct article *out)
{
	struct slice s = *text;
	size_t len = 0;
	drop_blanks(&s);
	if (s.len < 6 || memcmp(s.data, "date", 4) != 0 || !is_blank(s.data[4]))
		return;
	drop(&s, 4);
	drop_blanks(&s);
	while (len < s.len && len < 10 && ((s.data[len] >= '0' && s.data[len] <= '9') || s.data[len] == '-'))
		len++;
	if (len < 4 || s.data[0] == '-')
		return;
	out->date_text = slice_of(s.data, len);
	out->date = date_parse(out->date_text);
	drop(&s, len);
	drop_blanks(&s);
	while (s.len && (s.data[0] == '\n' || s.data[0] == '\r')) /* a line of its own */
		drop(&s, 1);
	*text = s;
}

static size_t line_len(struct slice s)
{
	const uint8_t *end = s.len ? memchr(s.data, '\n', s.len) : NULL;
	return end ? (size_t)(end - s.data) : s.len;
}

static void take_title(struct slice *text, struct article *out)
{
	struct slice rest = *text, first = slice_of(text->data, line_len(*text));
	if (first.len == text->len)
		return; /* one line alone is text */
	drop(&rest, first.len + 1);
	struct slice second = slice_of(rest.data, line_len(rest));
	first = slice_trim(first);
	if (first.len == 0 || utf8_length(first) > TITLE_MAX || slice_trim(second).len != 0 || second.len == rest.len)
		return;
	out->title = first;
	drop(&rest, second.len + 1);
	*text = rest;
}

static enum fund_status text_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct text_reader *r = (struct text_reader *)reader;
	*recovered = false;
	*line = 0;
	if (r->done)
		return FUND_END;
	r->done = true;
	enum fund_status st = input_read_all(r->in, r->limits->bytes, &r->raw, why);
	if (st != FUND_OK)
		return st;
	*out = (struct article){ .format = reader_text.name };
	struct slice text;
	st = encoding_to_utf8(slice_buf(&r->raw), NULL, &r->text, &text, &out->encoding);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	take_header(&text, out);
	take_title(&text, out);
	out->body = text;
	return text.len || out->title.len ? FUND_OK : FUND_END;
}

const struct reader_format reader_text = { "text", false, text_recognise, text_open, text_next, text_close };
