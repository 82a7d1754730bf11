/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - how every function of fundstelle says how it went.
 *
 * One enum for all. A function that can fail in a way a person should hear about also takes a struct fault, which
 * holds one line: what, where, why. Library code never prints; main.c does.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum fund_status {
	FUND_OK = 0,
	FUND_END,	  /* an iterator is past its last element */
	FUND_NOT_FOUND,	  /* no such key, term, article, file */
	FUND_NO_MEMORY,	  /* malloc or mmap refused */
	FUND_IO,	  /* read, write, open, sync failed (errno is in the fault's text) */
	FUND_NO_SPACE,	  /* disk full, quota, file-size limit */
	FUND_CORRUPT,	  /* bytes of the index that cannot be right */
	FUND_FORMAT,	  /* not an index, or one of a newer format version */
	FUND_OLDER,	  /* an index of an older format version: --rebuild */
	FUND_FINGERPRINT, /* analysed with other settings: --rebuild */
	FUND_LOCKED,	  /* another run holds the lock */
	FUND_STALE,	  /* the snapshot was overwritten while it was read: open again */
	FUND_INVALID,	  /* input that cannot be read as what it should be: a file, a query, an option */
	FUND_UNSUPPORTED, /* recognised, and not ours to read */
	FUND_LIMIT,	  /* a stated limit was reached */
	FUND_TIMEOUT,	  /* a server did not answer in the time it was given */
	FUND_INTERRUPTED, /* SIGINT or SIGTERM: stop at a safe point */
};

#define FAULT_TEXT_MAX 1024

/* One line for a person. The text is NUL-terminated, may hold bytes of file names as they are, ends without a
 * newline; whoever prints it escapes control characters (print.h). Starts as {0}. */
struct fault {
	enum fund_status status;
	char text[FAULT_TEXT_MAX];
};

/* Fill `f` (NULL is allowed) and return `status`, so that a failure is one line:
 * return fault_set(f, FUND_CORRUPT, "segment %u: dictionary block at %u: bad checksum", seg, off); */
enum fund_status fault_set(struct fault *f, enum fund_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with ": " and strerror(error) at the end; ENOSPC, EDQUOT and EFBIG give FUND_NO_SPACE, ENOMEM
 * FUND_NO_MEMORY, all others FUND_IO. */
enum fund_status fault_errno(struct fault *f, int error, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A short English name ("corrupt"), static. */
const char *fund_status_name(enum fund_status status);
enum fund_status fund_status_of_errno(int error); /* FUND_NO_SPACE, FUND_NO_MEMORY or FUND_IO */

#endif
