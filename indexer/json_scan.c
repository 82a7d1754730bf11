/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/json_scan.h"

/* Behind the string's closing quote; false: it goes on. A backslash at the very end waits for what it escapes. */
static bool scan_string(struct json_scan *scan, struct slice s)
{
	while (scan->off < s.len) {
		const uint8_t *p = s.data + scan->off, *quote = memchr(p, '"', s.len - scan->off);
		const uint8_t *slash = memchr(p, '\\', quote ? (size_t)(quote - p) : s.len - scan->off);
		if (slash) {
			scan->off = (size_t)(slash - s.data);
			if (scan->off + 1 == s.len)
				return false;
			scan->off += 2;
		} else if (quote) {
			scan->off = (size_t)(quote - s.data) + 1;
			scan->string = false;
			return true;
		} else {
			scan->off = s.len;
		}
	}
	return false;
}

static bool ends_bare(uint8_t c) { return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool json_scan(struct json_scan *scan, struct slice s)
{
	while (scan->off < s.len || scan->string) {
		if (scan->string) {
			if (!scan_string(scan, s))
				return false;
			if (scan->depth == 0)
				return true;
			continue;
		}
		uint8_t c = s.data[scan->off];
		if (scan->begun && scan->depth == 0 && ends_bare(c)) /* a number or a word */
			return true;
		scan->begun = true;
		scan->off++;
		if (c == '"')
			scan->string = true;
		else if (c == '{' || c == '[')
			scan->depth++;
		else if ((c == '}' || c == ']') && (scan->depth <= 1 || --scan->depth == 0))
			return true;
	}
	return false;
}
