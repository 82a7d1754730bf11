/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/encoding.h"

#include "base/utf8.h"
#include "indexer/encoding_tables.h"

#define SAMPLE ((size_t)64 << 10) /* bytes that are looked at */

static const char *const names[ENCODINGS] = { "UTF-8", "UTF-16LE", "UTF-16BE", "CP1252", "CP850", "Mac Roman" };

const char *encoding_name(enum encoding e) { return names[e]; }

static const uint16_t *upper_half(enum encoding e)
{
	return e == ENCODING_CP850 ? cp850_upper : e == ENCODING_MACROMAN ? macroman_upper : cp1252_upper;
}

/* ---- German in plausible places ---- */

static bool is_lower_umlaut(uint32_t c) { return c == 0xE4 || c == 0xF6 || c == 0xFC || c == 0xDF; }
static bool is_upper_umlaut(uint32_t c) { return c == 0xC4 || c == 0xD6 || c == 0xDC; }

/* Characters that German print has beside its letters. */
static bool is_typographic(uint32_t c)
{
	switch (c) {
	case 0x201E: case 0x201C: case 0x201D: case 0x201A: case 0x2018: case 0x2019: case 0x2013: case 0x2014: case 0x2026: case 0x20AC:
	case 0xA7: case 0xAB: case 0xBB: case 0xE9: case 0xE8: case 0xE0: case 0xE7: case 0xEA: case 0xB0: case 0xA0:
		return true;
	default:
		return false;
	}
}

static bool is_quote(uint32_t c) { return (c >= 0x2018 && c <= 0x201E) || c == 0xAB || c == 0xBB; }

static bool is_ascii_letter(uint8_t b) { return (b | 0x20) >= 'a' && (b | 0x20) <= 'z'; }

/* Points for one byte above 127 as this encoding reads it, by what stands beside it. */
static int points(uint32_t c, uint8_t before, uint8_t after)
{
	bool touches = is_ascii_letter(before) || is_ascii_letter(after) || before >= 0x80 || after >= 0x80;
	bool inside = is_ascii_letter(before) && is_ascii_letter(after);
	if (is_lower_umlaut(c))
		return touches ? 4 : 3;
	if (is_upper_umlaut(c))
		return before >= 'a' && before <= 'z' ? 1 : 4;
	if (is_quote(c) && inside && c != 0x2019)
		return -2;
	return is_typographic(c) ? 1 : -3;
}

static long score(struct slice s, enum encoding e)
{
	const uint16_t *upper = upper_half(e);
	long sum = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < 0x80)
			continue;
		uint32_t c = upper[s.data[i] - 0x80];
		sum += c ? points(c, i ? s.data[i - 1] : ' ', i + 1 < s.len ? s.data[i + 1] : ' ') : -6;
	}
	return sum;
}

static enum encoding best_single_byte(struct slice s)
{
	enum encoding best = ENCODING_CP1252;
	long most = score(s, best);
	for (enum encoding e = ENCODING_CP850; e <= ENCODING_MACROMAN; e++) {
		long one = score(s, e);
		if (one > most) {
			most = one;
			best = e;
		}
	}
	return best;
}

/* ---- UTF ---- */

/* UTF-8 with a few bytes broken is still UTF-8: at least ten good characters beyond ASCII for each bad byte, or as many in a short text as
 * would not come about by chance. */
static bool is_utf8(struct slice s)
{
	size_t good = 0, bad = 0;
	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		size_t n = utf8_decode(s.data + i, s.data + s.len, &cp);
		if (cp == UTF8_REPLACEMENT && !(n == 3 && s.data[i] == 0xEF)) {
			if (s.len - i >= 4) /* not merely cut at the end of the sample */
				bad++;
		} else if (s.data[i] >= 0x80) {
			good++;
		}
		i += n;
	}
	return bad == 0 || good >= 10 * bad;
}

static bool utf16_order(struct slice s, enum encoding *e)
{
	size_t even = 0, odd = 0, n = s.len / 2;
	for (size_t i = 0; i + 1 < s.len; i += 2) {
		even += s.data[i] == 0;
		odd += s.data[i + 1] == 0;
	}
	if (n < 4 || (even * 10 < n * 7 && odd * 10 < n * 7) || (even > 0 && odd > 0 && even + odd > n + n / 10))
		return false;
	*e = odd > even ? ENCODING_UTF16LE : ENCODING_UTF16BE;
	return true;
}

enum encoding encoding_detect(struct slice bytes, size_t *skip)
{
	enum encoding e;
	struct slice s = slice_of(bytes.data, bytes.len < SAMPLE ? bytes.len : SAMPLE);
	*skip = 0;
	if (s.len >= 3 && memcmp(s.data, "\xEF\xBB\xBF", 3) == 0) {
		*skip = 3;
		return ENCODING_UTF8;
	}
	if (s.len >= 2 && ((s.data[0] == 0xFF && s.data[1] == 0xFE) || (s.data[0] == 0xFE && s.data[1] == 0xFF))) {
		*skip = 2;
		return s.data[0] == 0xFF ? ENCODING_UTF16LE : ENCODING_UTF16BE;
	}
	if (utf16_order(s, &e))
		return e;
	if (utf8_valid_prefix(s) == s.len || is_utf8(bytes))
		return ENCODING_UTF8;
	return best_single_byte(bytes);
}

/* ---- decoding ---- */

static enum fund_status decode_utf16(bool big, struct slice s, struct buf *out)
{
	enum fund_status st = buf_reserve(out, s.len / 2 * 3 + 3);
	if (st != FUND_OK)
		return st;
	for (size_t i = 0; i + 1 < s.len; i += 2) {
		uint32_t cp = big ? (uint32_t)(s.data[i] << 8 | s.data[i + 1]) : get_u16(s.data + i);
		if (cp >= 0xD800 && cp < 0xDC00 && i + 3 < s.len) {
			uint32_t low = big ? (uint32_t)(s.data[i + 2] << 8 | s.data[i + 3]) : get_u16(s.data + i + 2);
			if (low >= 0xDC00 && low < 0xE000) {
				cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
				i += 2;
			}
		}
		if (cp >= 0xD800 && cp < 0xE000)
			cp = UTF8_REPLACEMENT;
		out->len += utf8_encode(cp, out->data + out->len);
	}
	return FUND_OK;
}

static enum fund_status decode_single_byte(const uint16_t *upper, struct slice s, struct buf *out)
{
	enum fund_status st = buf_reserve(out, s.len * 3);
	if (st != FUND_OK)
		return st;
	uint8_t *to = out->data + out->len;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t b = s.data[i];
		if (b < 0x80)
			*to++ = b;
		else
			to += utf8_encode(upper[b - 0x80] ? upper[b - 0x80] : UTF8_REPLACEMENT, to);
	}
	out->len = (size_t)(to - out->data);
	return FUND_OK;
}

enum fund_status encoding_decode(enum encoding e, struct slice bytes, struct buf *out)
{
	if (e == ENCODING_UTF8)
		return buf_add_slice(out, bytes);
	if (e == ENCODING_UTF16LE || e == ENCODING_UTF16BE)
		return decode_utf16(e == ENCODING_UTF16BE, bytes, out);
	return decode_single_byte(upper_half(e), bytes, out);
}

bool encoding_is_binary(struct slice head)
{
	size_t skip, controls = 0;
	struct slice s = slice_of(head.data, head.len < SAMPLE ? head.len : SAMPLE);
	enum encoding e = encoding_detect(s, &skip);
	if (e == ENCODING_UTF16LE || e == ENCODING_UTF16BE)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t b = s.data[i];
		controls += (b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1A) || b == 0x7F;
	}
	/* random bytes have one in eight; a few zeros in a text are none */
	return controls * 20 > s.len;
}
