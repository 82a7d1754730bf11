/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

/* What may follow a lead byte: how many bytes, and the range of the first of them (Unicode 15, table 3-7). */
struct lead {
	uint8_t n_more, low, high;
};

static struct lead lead_of(uint8_t byte)
{
	if (byte >= 0xC2 && byte <= 0xDF)
		return (struct lead){ 1, 0x80, 0xBF };
	if (byte >= 0xE0 && byte <= 0xEF)
		return (struct lead){ 2, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF };
	if (byte >= 0xF0 && byte <= 0xF4)
		return (struct lead){ 3, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF };
	return (struct lead){ 0, 0, 0 };
}

/* As utf8_decode; *valid says whether it was a character. */
static size_t decode(const uint8_t *p, const uint8_t *end, uint32_t *cp, bool *valid)
{
	*valid = true;
	*cp = *p;
	if (*p < 0x80)
		return 1;

	struct lead lead = lead_of(*p);
	uint32_t value = *p & (0x3Fu >> lead.n_more);
	uint8_t low = lead.low, high = lead.high;
	size_t len = 1;
	for (; len <= lead.n_more; len++) {
		if (p + len == end || p[len] < low || p[len] > high)
			break;
		value = value << 6 | (p[len] & 0x3Fu);
		low = 0x80;
		high = 0xBF;
	}
	*valid = lead.n_more && len > lead.n_more;
	*cp = *valid ? value : UTF8_REPLACEMENT;
	return len;
}

size_t utf8_decode(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
	bool valid;

	return decode(p, end, cp, &valid);
}

size_t utf8_encode(uint32_t cp, uint8_t out[4])
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = UTF8_REPLACEMENT;
	if (cp < 0x80) {
		out[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (uint8_t)(0xC0 | cp >> 6);
		out[1] = (uint8_t)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (uint8_t)(0xE0 | cp >> 12);
		out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (uint8_t)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (uint8_t)(0xF0 | cp >> 18);
	out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (uint8_t)(0x80 | (cp & 0x3F));
	return 4;
}

/* Eight bytes at a time. */
const uint8_t *utf8_skip_ascii(const uint8_t *p, const uint8_t *end)
{
	uint64_t word;

	for (; end - p >= 8; p += 8) {
		memcpy(&word, p, 8);
		if (word & 0x8080808080808080u)
			break;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

size_t utf8_valid_prefix(struct slice s)
{
	if (s.len == 0)
		return 0;
	const uint8_t *end = slice_end(s);
	const uint8_t *p = utf8_skip_ascii(s.data, end);
	while (p < end) {
		uint32_t cp;
		bool valid;
		size_t len = decode(p, end, &cp, &valid);
		if (!valid)
			break;
		p = utf8_skip_ascii(p + len, end);
	}
	return (size_t)(p - s.data);
}

size_t utf8_length(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += (s.data[i] & 0xC0) != 0x80;
	return n;
}
