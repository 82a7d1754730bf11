/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/print.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/translate.h"
#include "base/utf8.h"

#define FLUSH_AT ((size_t)64 << 10)

void print_init(struct printer *p, int fd)
{
	*p = (struct printer){ .fd = fd };
}

void print_release(struct printer *p)
{
	buf_release(&p->out);
}

static void print_fail(struct printer *p, int error)
{
	if (p->error)
		return;
	p->error = error;
	p->closed_pipe = error == EPIPE;
}

/* Would a write of PIPE_BUF bytes wait? */
static bool has_to_wait(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	return poll(&ready, 1, 0) == 0;
}

/* All bytes, through interrupts and, where somebody made the descriptor non-blocking, its pauses. */
static int write_all(const struct printer *p, const uint8_t *data, size_t len)
{
	int fd = p->fd;
	while (len > 0) {
		/* POSIX promises room for PIPE_BUF bytes where poll() says that there is room. */
		size_t part = p->before_wait && len > PIPE_BUF ? PIPE_BUF : len;
		if (p->before_wait && has_to_wait(fd))
			p->before_wait(p->context);
		ssize_t n = write(fd, data, part);
		if (n >= 0) {
			data += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			struct pollfd ready = { .fd = fd, .events = POLLOUT };
			poll(&ready, 1, -1);
		} else if (errno != EINTR) {
			return errno;
		}
	}
	return 0;
}

static enum fund_status print_status(const struct printer *p)
{
	return p->error ? fund_status_of_errno(p->error) : FUND_OK;
}

enum fund_status print_flush(struct printer *p)
{
	if (!p->error) {
		int error = write_all(p, p->out.data, p->out.len);
		if (error)
			print_fail(p, error);
	}
	buf_reset(&p->out);
	return print_status(p);
}

/* Behind each addition to p->out: keeps a failed one in mind, and the buffer short. */
static void added(struct printer *p, enum fund_status st)
{
	if (st)
		print_fail(p, ENOMEM);
	if (p->out.len >= FLUSH_AT || p->error)
		print_flush(p);
}

void print_raw(struct printer *p, const void *data, size_t len)
{
	added(p, buf_add(&p->out, data, len));
}

void print_str(struct printer *p, const char *s)
{
	print_raw(p, s, strlen(s));
}

void print_format(struct printer *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	enum fund_status st = buf_add_vformat(&p->out, fmt, args);
	va_end(args);
	added(p, st);
}

/* Characters that a terminal would obey, or that turn the direction of what follows or end a line out of sight. */
static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp <= 0x9F) || (cp >= 0x202A && cp <= 0x202E) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0x2028 || cp == 0x2029;
}

/* Blanks by Unicode (Zs): programs that split a TREC line may split at any of them. */
static bool is_blank(uint32_t cp)
{
	return cp == ' ' || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F ||
	       cp == 0x205F || cp == 0x3000;
}

/* ---- text: escape_*() give what stands for one character, NULL where it stands for itself; `room` holds it ---- */
#define ESCAPE_ROOM 12

static const char *escape_line(uint32_t cp, char room[ESCAPE_ROOM])
{
	if (!is_control(cp))
		return NULL;
	snprintf(room, ESCAPE_ROOM, cp < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)cp);
	return room;
}

static const char *escape_spaces(uint32_t cp, char room[ESCAPE_ROOM])
{
	return cp == '\n' || cp == '\t' || cp == '\r' ? " " : escape_line(cp, room);
}

static const char *escape_tsv(uint32_t cp, char room[ESCAPE_ROOM])
{
	switch (cp) {
	case '\t': return "\\t";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\\': return "\\\\";
	default: return escape_line(cp, room);
	}
}

static const char *escape_json(uint32_t cp, char room[ESCAPE_ROOM])
{
	if (cp == '"')
		return "\\\"";
	if (cp == '\\')
		return "\\\\";
	if (!is_control(cp))
		return NULL;
	snprintf(room, ESCAPE_ROOM, "\\u%04X", (unsigned)cp);
	return room;
}

/* Append text, characters that need it replaced, runs of those that do not copied at once. */
static enum fund_status add_escaped(struct buf *out, struct slice text,
				    const char *(*escape)(uint32_t cp, char room[ESCAPE_ROOM]))
{
	const uint8_t *p = text.data, *end = text.len ? p + text.len : p, *run = p;
	enum fund_status st = FUND_OK;

	while (p < end && !st) {
		char room[ESCAPE_ROOM];
		uint32_t cp;
		size_t len = utf8_decode(p, end, &cp);
		const char *instead = escape(cp, room);
		if (!instead && cp == UTF8_REPLACEMENT)
			instead = "\xEF\xBF\xBD";
		if (instead) {
			st = buf_add(out, run, (size_t)(p - run));
			if (!st)
				st = buf_add_str(out, instead);
			run = p + len;
		}
		p += len;
	}
	return st ? st : buf_add(out, run, (size_t)(end - run));
}

enum fund_status text_escape(struct slice text, bool spaces, struct buf *out) { return add_escaped(out, text, spaces ? escape_spaces : escape_line); }

void print_text(struct printer *p, struct slice text, bool spaces)
{
	added(p, text_escape(text, spaces, &p->out));
}

void print_tsv(struct printer *p, struct slice text)
{
	added(p, add_escaped(&p->out, text, escape_tsv));
}

void print_json(struct printer *p, struct slice text)
{
	print_str(p, "\"");
	added(p, add_escaped(&p->out, text, escape_json));
	print_str(p, "\"");
}

/* ---- keys ---- */

/* The length of the character at p, and whether it cannot be printed in a key as it is. */
static size_t key_char(const uint8_t *p, const uint8_t *end, bool blanks, bool *escape)
{
	uint32_t cp;
	size_t len = utf8_decode(p, end, &cp);
	bool invalid = cp == UTF8_REPLACEMENT && !(len == 3 && memcmp(p, "\xEF\xBF\xBD", 3) == 0);

	*escape = invalid || is_control(cp) || (blanks && is_blank(cp));
	return len;
}

static bool key_needs_escape(struct slice key, bool blanks)
{
	const uint8_t *p = key.data, *end = key.len ? p + key.len : p;
	bool escape = false;

	while (p < end && !escape)
		p += *p > ' ' && *p < 0x7F ? 1 : key_char(p, end, blanks, &escape);
	return escape;
}

static enum fund_status add_percent(struct buf *out, const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	enum fund_status st = FUND_OK;

	for (size_t i = 0; i < len && !st; i++) {
		char text[3] = { '%', digits[p[i] >> 4], digits[p[i] & 15] };
		st = buf_add(out, text, sizeof(text));
	}
	return st;
}

enum fund_status key_escape(struct slice key, bool blanks, struct buf *out)
{
	if (!key_needs_escape(key, blanks))
		return buf_add_slice(out, key);
	const uint8_t *p = key.data, *end = slice_end(key);
	enum fund_status st = FUND_OK;
	while (p < end && !st) {
		bool escape;
		size_t len = key_char(p, end, blanks, &escape);
		st = escape || *p == '%' ? add_percent(out, p, len) : buf_add(out, p, len);
		p += len;
	}
	return st;
}

void print_key(struct printer *p, struct slice key, bool blanks)
{
	added(p, key_escape(key, blanks, &p->out));
}

void print_json_key(struct printer *p, struct slice key)
{
	struct buf escaped = BUF_INIT;
	enum fund_status st = key_escape(key, false, &escaped);
	print_json(p, st == FUND_OK ? slice_buf(&escaped) : key);
	buf_release(&escaped);
}

/* The value of an upper-case hexadecimal digit, or -1. */
static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum fund_status undo_percent(struct slice printed, struct buf *out)
{
	enum fund_status st = FUND_OK;

	for (size_t i = 0; i < printed.len && !st; i++) {
		uint8_t byte = printed.data[i];
		if (byte == '%' && printed.len - i > 2) {
			int high = hex_value(printed.data[i + 1]), low = hex_value(printed.data[i + 2]);
			if (high >= 0 && low >= 0) {
				byte = (uint8_t)(high << 4 | low);
				i += 2;
			}
		}
		st = buf_add_byte(out, byte);
	}
	return st;
}

/* Does print_key write `key` as `printed`? */
static enum fund_status is_printed_as(struct slice key, bool blanks, struct slice printed, bool *same)
{
	struct buf again = BUF_INIT;
	enum fund_status st = key_escape(key, blanks, &again);

	*same = !st && slice_equal(slice_buf(&again), printed);
	buf_release(&again);
	return st;
}

enum fund_status key_unescape(struct slice printed, struct buf *out)
{
	struct buf key = BUF_INIT;
	bool same = false;
	enum fund_status st = undo_percent(printed, &key);

	if (!st)
		st = is_printed_as(slice_buf(&key), false, printed, &same);
	if (!st && !same)
		st = is_printed_as(slice_buf(&key), true, printed, &same);
	if (!st)
		st = buf_add_slice(out, same ? slice_buf(&key) : printed);
	buf_release(&key);
	return st;
}

/* ---- messages ---- */

static enum fund_status add_message(struct buf *line, const char *program, struct slice text)
{
	enum fund_status st = add_escaped(line, slice_str(program), escape_line);

	if (!st)
		st = buf_add_str(line, ": ");
	if (!st)
		st = add_escaped(line, text, escape_line);
	return st ? st : buf_add_byte(line, '\n');
}

void message(const char *program, const char *fmt, ...)
{
	static const char no_memory[] = "fundstelle: out of memory\n";
	struct buf text = BUF_INIT, line = BUF_INIT;
	va_list args;
	const struct printer err = { .fd = STDERR_FILENO };
	int saved = errno;

	va_start(args, fmt);
	enum fund_status st = buf_add_vformat(&text, translate(fmt), args);
	va_end(args);
	if (!st)
		st = add_message(&line, program, slice_buf(&text));
	if (!st)
		write_all(&err, line.data, line.len);
	else
		write_all(&err, (const uint8_t *)no_memory, sizeof(no_memory) - 1);
	buf_release(&text);
	buf_release(&line);
	errno = saved;
}
