/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_pdf.c - PDF by poppler's pdftotext, where that is installed: a file is an article.
 *
 * What comes out is "<head>...<title>...</head><body><pre>", the text as it is, "</pre>". Title and author are the document's, where it has them. Its
 * date of creation is that of a scan or an export, and not taken.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/html_text.h"
#include "indexer/reader.h"

#define CHUNK ((size_t)64 << 10)

struct pdf_reader {
	struct input *in;
	const struct reader_limits *limits;
	int fd; /* to and from the program; -1: closed */
	struct buf out, title, author;
	bool done;
};

static int pdf_recognise(struct slice head, bool whole, struct slice name)
{
	(void)whole, (void)name;
	return head.len >= 5 && memcmp(head.data, "%PDF-", 5) == 0 ? 100 : 0;
}

static void pdf_close(struct reader *reader)
{
	struct pdf_reader *r = (struct pdf_reader *)reader;
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	buf_release(&r->out);
	buf_release(&r->title);
	buf_release(&r->author);
	free(r);
}

static enum fund_status pdf_open(struct reader **out, struct input *in, struct slice path, const struct reader_limits *limits, struct fault *why)
{
	struct pdf_reader *r = calloc(1, sizeof *r);
	(void)path;
	*out = (struct reader *)r;
	if (!r)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	r->in = in;
	r->limits = limits;
	r->fd = -1;
	enum fund_status st = limits->converter ? limits->converter->start(limits->converter->context, &r->fd, why) : FUND_UNSUPPORTED;
	if (st == FUND_OK)
		return st;
	pdf_close(*out);
	*out = NULL;
	return st == FUND_UNSUPPORTED ? fault_set(why, st, "PDF: needs pdftotext, which is not there") : st;
}

/* ---- bytes in, text out ---- */

/* Some more of the file. FUND_END: it has all. */
static enum fund_status feed(struct pdf_reader *r, struct slice *rest, struct fault *why)
{
	if (rest->len == 0) {
		enum fund_status st = input_read(r->in, rest, why);
		if (st == FUND_END)
			shutdown(r->fd, SHUT_WR);
		if (st != FUND_OK)
			return st;
	}
	ssize_t n = send(r->fd, rest->data, rest->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return FUND_OK;
	if (n < 0)
		return FUND_END; /* it reads no more: how it ended says why */
	*rest = slice_from(*rest, (size_t)n);
	return FUND_OK;
}

/* Some more of the text. FUND_END: that is all. */
static enum fund_status take(struct pdf_reader *r, struct fault *why)
{
	if (buf_reserve(&r->out, CHUNK) != FUND_OK)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	ssize_t n = recv(r->fd, r->out.data + r->out.len, CHUNK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return FUND_OK;
	if (n <= 0)
		return FUND_END;
	r->out.len += (size_t)n;
	if (r->out.len > r->limits->bytes)
		return fault_set(why, FUND_LIMIT, "has more than %llu MiB of text", (unsigned long long)(r->limits->bytes >> 20));
	return FUND_OK;
}

/* Both at once, so that neither side waits for the other. */
static enum fund_status pump(struct pdf_reader *r, struct fault *why)
{
	struct slice rest = { NULL, 0 };
	bool feeding = true;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK) {
		struct pollfd p = { r->fd, (short)(POLLIN | (feeding ? POLLOUT : 0)), 0 };
		if (poll(&p, 1, -1) < 0)
			continue;
		if (feeding && p.revents & (POLLOUT | POLLERR)) {
			st = feed(r, &rest, why);
			feeding = st == FUND_OK;
			st = st == FUND_END ? FUND_OK : st;
		}
		if (st == FUND_OK && p.revents & (POLLIN | POLLHUP))
			st = take(r, why);
	}
	return st == FUND_END ? FUND_OK : st;
}

static enum fund_status how_it_ended(const struct pdf_reader *r, int status, struct fault *why)
{
	const unsigned seconds = r->limits->seconds;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGXCPU ? fault_set(why, FUND_LIMIT, "takes more than %u seconds", seconds)
						   : fault_set(why, FUND_INVALID, "pdftotext crashed (signal %d)", WTERMSIG(status));
	switch (WEXITSTATUS(status)) {
	case 0: return FUND_OK;
	case 1: return fault_set(why, FUND_INVALID, "damaged PDF, or one with a password");
	case 3: return fault_set(why, FUND_INVALID, "PDF whose text may not be copied");
	default: return fault_set(why, FUND_INVALID, "pdftotext failed (status %d)", WEXITSTATUS(status));
	}
}

static enum fund_status convert(struct pdf_reader *r, struct fault *why)
{
	const struct converter *c = r->limits->converter;
	int status = 0;
	enum fund_status st = pump(r, why);
	close(r->fd);
	r->fd = -1;
	if (st == FUND_OK)
		st = c->end(c->context, &status, why);
	return st == FUND_OK ? how_it_ended(r, status, why) : st;
}

/* ---- what came out ---- */

static const struct slice HEAD_END = SLICE_LIT("<pre>\n"), TAIL = SLICE_LIT("</pre>\n</body>\n</html>\n");

/* What stands between two marks; empty: they are not there. */
static struct slice between(struct slice s, const char *before, const char *behind)
{
	size_t n = strlen(before);
	const uint8_t *from = s.len ? memmem(s.data, s.len, before, n) : NULL;
	if (!from)
		return (struct slice){ NULL, 0 };
	struct slice rest = slice_from(s, (size_t)(from - s.data) + n);
	const uint8_t *to = rest.len ? memmem(rest.data, rest.len, behind, strlen(behind)) : NULL;
	return to ? slice_part(rest, 0, (size_t)(to - rest.data)) : (struct slice){ NULL, 0 };
}

/* Pages end with a form feed. */
static void part_pages(struct slice text)
{
	uint8_t *p = (uint8_t *)(uintptr_t)text.data;
	for (size_t i = 0; i < text.len; i++)
		if (p[i] == '\f')
			p[i] = '\n';
}

static enum fund_status fill(struct pdf_reader *r, struct article *out, struct fault *why)
{
	struct slice all = slice_buf(&r->out);
	const uint8_t *from = all.len ? memmem(all.data, all.len, HEAD_END.data, HEAD_END.len) : NULL;
	if (!from)
		return fault_set(why, FUND_INVALID, "pdftotext's output is not what it should be");
	struct slice head = slice_part(all, 0, (size_t)(from - all.data)), text = slice_from(all, head.len + HEAD_END.len);
	text.len -= text.len >= TAIL.len && memcmp(text.data + text.len - TAIL.len, TAIL.data, TAIL.len) == 0 ? TAIL.len : 0;
	text = slice_trim(text);
	part_pages(text);
	enum fund_status st = html_to_text(between(head, "<title>", "</title>"), &r->title);
	if (st == FUND_OK)
		st = html_to_text(between(head, "<meta name=\"Author\" content=\"", "\""), &r->author);
	if (st != FUND_OK)
		return fault_set(why, st, "out of memory");
	*out = (struct article){ .title = slice_trim(slice_buf(&r->title)), .author = slice_trim(slice_buf(&r->author)), .body = text, .format = reader_pdf.name, .encoding = "UTF-8" };
	return FUND_OK;
}

static enum fund_status pdf_next(struct reader *reader, struct article *out, bool *recovered, uint64_t *line, struct fault *why)
{
	struct pdf_reader *r = (struct pdf_reader *)reader;
	*recovered = false;
	*line = 0;
	if (r->done)
		return FUND_END;
	r->done = true;
	enum fund_status st = convert(r, why);
	if (st == FUND_OK)
		st = fill(r, out, why);
	if (st != FUND_OK || out->body.len)
		return st;
	*recovered = true;
	return fault_set(why, FUND_UNSUPPORTED, "PDF: pictures without text");
}

const struct reader_format reader_pdf = { "PDF", false, pdf_recognise, pdf_open, pdf_next, pdf_close };
