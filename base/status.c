/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/translate.h"

/* Cut a text at `max` bytes or before, not inside a character, and mark the cut. */
static void cut(char *text, size_t max)
{
	static const char mark[] = "...";
	size_t len = max - (sizeof(mark) - 1);

	while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
		len--;
	memcpy(text + len, mark, sizeof(mark));
}

/* Format into `size` bytes; the length of what stands there then. */
static size_t format_into(char *text, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(text, size, translate(fmt), args);

	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= size)
		cut(text, size - 1);
	return strlen(text);
}

enum fund_status fault_set(struct fault *f, enum fund_status status, const char *fmt, ...)
{
	va_list args;

	if (!f)
		return status;
	f->status = status;
	va_start(args, fmt);
	format_into(f->text, sizeof(f->text), fmt, args);
	va_end(args);
	return status;
}

enum fund_status fund_status_of_errno(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return FUND_NO_SPACE;
	case ENOMEM:
		return FUND_NO_MEMORY;
	default:
		return FUND_IO;
	}
}

enum fund_status fault_errno(struct fault *f, int error, const char *fmt, ...)
{
	enum fund_status status = fund_status_of_errno(error);
	va_list args;

	if (!f)
		return status;
	/* The reason matters most: room for it is kept, and a long name before it is cut. */
	fmt = translate(fmt); /* before strerror(): it speaks the same language then */
	const char *reason = strerror(error);
	size_t room = strlen(reason) + 2;
	if (room > FAULT_TEXT_MAX / 2)
		room = FAULT_TEXT_MAX / 2;
	f->status = status;
	va_start(args, fmt);
	size_t len = format_into(f->text, sizeof(f->text) - room, fmt, args);
	va_end(args);
	snprintf(f->text + len, sizeof(f->text) - len, ": %s", reason);
	return status;
}

const char *fund_status_name(enum fund_status status)
{
	switch (status) {
	case FUND_OK: return "ok";
	case FUND_END: return "end";
	case FUND_NOT_FOUND: return "not found";
	case FUND_NO_MEMORY: return "out of memory";
	case FUND_IO: return "input/output error";
	case FUND_NO_SPACE: return "no space";
	case FUND_CORRUPT: return "corrupt";
	case FUND_FORMAT: return "unknown format";
	case FUND_OLDER: return "older format";
	case FUND_FINGERPRINT: return "other analysis settings";
	case FUND_LOCKED: return "locked";
	case FUND_STALE: return "stale";
	case FUND_INVALID: return "invalid";
	case FUND_UNSUPPORTED: return "unsupported";
	case FUND_LIMIT: return "limit reached";
	case FUND_TIMEOUT: return "timed out";
	case FUND_INTERRUPTED: return "interrupted";
	}
	return "unknown status";
}
