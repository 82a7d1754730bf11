/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * print.h - the one writer for everything that people and programs read.
 *
 * Text of the archive (titles, texts, file names, messages that hold them) goes out only through these functions, so
 * that no control character reaches a terminal. A write that fails is remembered: print_finish() tells.
 */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include <stdio.h>

#include "base/bytes.h"

struct printer {
	int fd;
	struct buf out;	  /* flushed at 64 KiB and by print_flush() */
	int error;	  /* errno of the first failed write; nothing is written after it */
	bool closed_pipe; /* that error was EPIPE: silent, not a failure of ours */
	/* Called before a write that has to wait for a slow reader, so that nothing is held meanwhile. NULL: none. It must not print. */
	void (*before_wait)(void *context);
	void *context;
};

void print_init(struct printer *p, int fd);
void print_release(struct printer *p); /* does not flush, does not close fd */
enum fund_status print_flush(struct printer *p);

void print_raw(struct printer *p, const void *data, size_t len); /* our own bytes, or keys with -f paths: as they are */
void print_str(struct printer *p, const char *s);
void print_format(struct printer *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text for people: C0, DEL, C1 (U+0080-9F), bidi overrides (U+202A-E, U+2066-9) and U+2028/9 become a visible
 * escape (\x1B, \u202E; with `spaces` set newline and tab become a blank instead), invalid UTF-8 U+FFFD. */
void print_text(struct printer *p, struct slice text, bool spaces);
/* The same, appended to out. */
enum fund_status text_escape(struct slice text, bool spaces, struct buf *out);
/* A key outside -f paths: a key that is not UTF-8 or holds control characters is printed with those bytes, and '%',
 * as %XX; `blanks` (trec) also escapes blanks. A key that needs none of it is printed as it is. */
void print_key(struct printer *p, struct slice key, bool blanks);
/* The same, appended to out. */
enum fund_status key_escape(struct slice key, bool blanks, struct buf *out);
/* The reverse, for --show: appends the bytes of a key in either form to out. Only undoes %XX when the whole reads as
 * print_key would have written it. */
enum fund_status key_unescape(struct slice printed, struct buf *out);
/* A JSON string with its quotes (RFC 8259); invalid UTF-8 becomes U+FFFD; control characters as \u00XX. */
void print_json(struct printer *p, struct slice text);
/* A key, as print_key would write it. */
void print_json_key(struct printer *p, struct slice key);
/* A TSV field: tab, newline, carriage return and backslash as \t \n \r \\, other controls as \xXX. */
void print_tsv(struct printer *p, struct slice text);

/* "name: message\n" to stderr, both escaped as print_text does, in one write. The name is the program's, and perhaps says more: whose message it is. */
void message(const char *program, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
