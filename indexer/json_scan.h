/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_scan.h - where does a JSON value end? For values that arrive in pieces: only brackets and strings are looked at, nothing is checked.
 */
#ifndef INDEXER_JSON_SCAN_H
#define INDEXER_JSON_SCAN_H

#include "base/bytes.h"

struct json_scan {
	size_t off;	/* of the first byte not yet looked at */
	unsigned depth; /* brackets open */
	bool begun, string;
};

/* Goes on in `s`, which holds the value from its first byte (no white space) as far as there is any. True: it ends at s->off. */
bool json_scan(struct json_scan *scan, struct slice s);

#endif
