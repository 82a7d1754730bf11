/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/encoding.h"

#include "base/utf8.h"
#include "indexer/encoding_guess.h"
#include "indexer/encoding_tables.h"

#define SAMPLE ((size_t)64 << 10) /* bytes that are looked at for what needs no more */

/* ---- names ---- */

#define NAMES(X) \
	X(UTF8, "UTF-8") X(CP1252, "CP1252") X(CP850, "CP850") X(MACROMAN, "Mac Roman") X(CP437, "CP437") X(ISO8859_15, "ISO-8859-15") X(UTF8_TWICE, "UTF-8 twice")

#define ALONE_(e, name) [ENCODING_##e] = name,
static const char *const names[ENCODINGS] = {
	NAMES(ALONE_)
	[ENCODING_UTF16LE] = "UTF-16LE", [ENCODING_UTF16BE] = "UTF-16BE", [ENCODING_UTF32LE] = "UTF-32LE", [ENCODING_UTF32BE] = "UTF-32BE", [ENCODING_ISO8859_2] = "ISO-8859-2", [ENCODING_CP1250] = "CP1250",
	[ENCODING_CP852] = "CP852", [ENCODING_CP1251] = "CP1251", [ENCODING_KOI8_R] = "KOI8-R", [ENCODING_ISO8859_5] = "ISO-8859-5",
	[ENCODING_ISO8859_7] = "ISO-8859-7", [ENCODING_CP1254] = "CP1254", [ENCODING_CP1257] = "CP1257", [ENCODING_CP858] = "CP858",
};
#undef ALONE_

/* "CP1252, in part UTF-8": by the encoding of most of the text, and of the next most. */
#define MIXED_(e, name) \
	[ENCODING_##e] = { name ", in part UTF-8", name ", in part CP1252", name ", in part CP850", name ", in part Mac Roman", name ", in part CP437", \
			   name ", in part ISO-8859-15", name ", in part UTF-8 twice" },
static const char *const mixed_names[ENCODING_GUESSED][ENCODING_GUESSED] = { NAMES(MIXED_) };
#undef MIXED_

const char *encoding_name(enum encoding e) { return names[e]; }

/* Letters in lower case and digits alone: "ISO_8859-1:1987" is "iso885911987". */
static const struct {
	const char *label;
	enum encoding encoding;
} labels[] = {
	{ "utf8", ENCODING_UTF8 }, { "unicode11utf8", ENCODING_UTF8 }, { "utf16", ENCODING_UTF16LE }, { "utf16le", ENCODING_UTF16LE },
	{ "utf16be", ENCODING_UTF16BE }, { "ucs2", ENCODING_UTF16LE }, { "unicode", ENCODING_UTF16LE },
	{ "iso88591", ENCODING_CP1252 }, { "iso885911987", ENCODING_CP1252 }, { "latin1", ENCODING_CP1252 }, { "l1", ENCODING_CP1252 },
	{ "windows1252", ENCODING_CP1252 }, { "cp1252", ENCODING_CP1252 }, { "xcp1252", ENCODING_CP1252 }, { "ansi", ENCODING_CP1252 },
	{ "usascii", ENCODING_CP1252 }, { "ascii", ENCODING_CP1252 }, { "ansix341968", ENCODING_CP1252 }, { "cp819", ENCODING_CP1252 }, { "ibm819", ENCODING_CP1252 },
	{ "iso885915", ENCODING_ISO8859_15 }, { "latin9", ENCODING_ISO8859_15 }, { "latin0", ENCODING_ISO8859_15 }, { "l9", ENCODING_ISO8859_15 },
	{ "ibm850", ENCODING_CP850 }, { "cp850", ENCODING_CP850 }, { "850", ENCODING_CP850 }, { "dos850", ENCODING_CP850 },
	{ "ibm858", ENCODING_CP858 }, { "cp858", ENCODING_CP858 }, { "cp00858", ENCODING_CP858 }, { "ibm00858", ENCODING_CP858 },
	{ "ibm437", ENCODING_CP437 }, { "cp437", ENCODING_CP437 }, { "437", ENCODING_CP437 },
	{ "macintosh", ENCODING_MACROMAN }, { "mac", ENCODING_MACROMAN }, { "macroman", ENCODING_MACROMAN }, { "xmacroman", ENCODING_MACROMAN },
	{ "iso88592", ENCODING_ISO8859_2 }, { "latin2", ENCODING_ISO8859_2 }, { "l2", ENCODING_ISO8859_2 }, { "ibm852", ENCODING_CP852 },
	{ "cp852", ENCODING_CP852 }, { "windows1250", ENCODING_CP1250 }, { "cp1250", ENCODING_CP1250 }, { "xcp1250", ENCODING_CP1250 },
	{ "windows1251", ENCODING_CP1251 }, { "cp1251", ENCODING_CP1251 }, { "xcp1251", ENCODING_CP1251 }, { "koi8r", ENCODING_KOI8_R },
	{ "koi8", ENCODING_KOI8_R }, { "iso88595", ENCODING_ISO8859_5 }, { "cyrillic", ENCODING_ISO8859_5 }, { "iso88597", ENCODING_ISO8859_7 },
	{ "greek", ENCODING_ISO8859_7 }, { "iso88599", ENCODING_CP1254 }, { "latin5", ENCODING_CP1254 }, { "windows1254", ENCODING_CP1254 },
	{ "cp1254", ENCODING_CP1254 }, { "windows1257", ENCODING_CP1257 }, { "cp1257", ENCODING_CP1257 }, { "iso885913", ENCODING_CP1257 },
};

bool encoding_of_label(struct slice label, enum encoding *e)
{
	char plain[24];
	size_t n = 0;
	for (size_t i = 0; i < label.len; i++) {
		uint8_t c = label.data[i];
		c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		if (n + 1 == sizeof plain)
			return false;
		plain[n++] = (char)c;
	}
	plain[n] = 0;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		if (strcmp(plain, labels[i].label) == 0) {
			*e = labels[i].encoding;
			return true;
		}
	}
	return false;
}

/* ---- UTF-16, UTF-32 ---- */

static bool is_wide(enum encoding e) { return e >= ENCODING_UTF16LE && e <= ENCODING_UTF32BE; }

/* Every other byte of Latin text is zero; a few zeros in a text of another encoding are not that. */
static bool utf16_order(struct slice bytes, enum encoding *e)
{
	struct slice s = slice_of(bytes.data, bytes.len < SAMPLE ? bytes.len : SAMPLE);
	size_t even = 0, odd = 0, n = s.len / 2;
	if (n < 4 || !memchr(s.data, 0, s.len))
		return false;
	for (size_t i = 0; i + 1 < s.len; i += 2) {
		even += s.data[i] == 0;
		odd += s.data[i + 1] == 0;
	}
	if ((even * 10 < n * 7 && odd * 10 < n * 7) || (even > 0 && odd > 0 && even + odd > n + n / 10))
		return false;
	*e = odd > even ? ENCODING_UTF16LE : ENCODING_UTF16BE;
	return true;
}

size_t encoding_bom(struct slice bytes, enum encoding *e)
{
	static const struct {
		const char *mark;
		size_t len;
		enum encoding encoding;
	} marks[] = { /* that of UTF-32LE begins as UTF-16LE's: a text that begins with a NUL is none */
		{ "\xEF\xBB\xBF", 3, ENCODING_UTF8 }, { "\xFF\xFE\0\0", 4, ENCODING_UTF32LE }, { "\0\0\xFE\xFF", 4, ENCODING_UTF32BE },
		{ "\xFF\xFE", 2, ENCODING_UTF16LE }, { "\xFE\xFF", 2, ENCODING_UTF16BE },
	};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (bytes.len < marks[i].len || memcmp(bytes.data, marks[i].mark, marks[i].len) != 0)
			continue;
		*e = marks[i].encoding;
		return marks[i].len;
	}
	return 0;
}

bool encoding_wide(struct slice head, enum encoding *e)
{
	return (encoding_bom(head, e) && is_wide(*e)) || utf16_order(head, e);
}

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
		out->len += utf8_encode(cp, out->data + out->len); /* a lone surrogate: U+FFFD */
	}
	return FUND_OK;
}

static enum fund_status decode_utf32(bool big, struct slice s, struct buf *out)
{
	enum fund_status st = buf_reserve(out, s.len + 4);
	if (st != FUND_OK)
		return st;
	for (size_t i = 0; i + 3 < s.len; i += 4) {
		uint32_t cp = get_u32(s.data + i);
		cp = big ? __builtin_bswap32(cp) : cp;
		out->len += utf8_encode(cp, out->data + out->len); /* no character: U+FFFD */
	}
	return FUND_OK;
}

/* ---- UTF-8 twice ---- */

/* The byte that CP1252 (or Latin-1) has for it; 0: none beyond ASCII. */
static uint8_t cp1252_byte(uint32_t cp)
{
	if (cp >= 0x80 && cp < 0x100)
		return (uint8_t)cp;
	for (unsigned i = 0; cp >= 0x100 && i < 32; i++)
		if (encoding_upper[TABLE_CP1252][i] == cp)
			return (uint8_t)(0x80 + i);
	return 0;
}

/* "Ã¼" at p: the bytes of the one character that it was to be go to `out`; returns how many of the text's bytes they took, 0: it is no such thing. */
static size_t undouble(const uint8_t *p, const uint8_t *end, uint8_t out[4], size_t *out_len)
{
	uint32_t cp;
	size_t at = utf8_decode(p, end, &cp), want;
	out[0] = cp1252_byte(cp);
	want = out[0] >= 0xF0 ? 4 : out[0] >= 0xE0 ? 3 : out[0] >= 0xC2 ? 2 : 0;
	for (size_t i = 1; i < want; i++) {
		if (p + at == end)
			return 0;
		at += utf8_decode(p + at, end, &cp);
		out[i] = cp1252_byte(cp);
	}
	*out_len = want;
	return want && utf8_valid_prefix(slice_of(out, want)) == want ? at : 0;
}

static enum fund_status decode_doubled(struct slice s, struct buf *out)
{
	const uint8_t *p = s.data, *end = slice_end(s);
	enum fund_status st = buf_reserve(out, s.len);
	while (st == FUND_OK && p < end) {
		const uint8_t *run = p;
		uint8_t one[4];
		size_t len, taken = 0;
		p = utf8_skip_ascii(p, end);
		st = buf_add(out, run, (size_t)(p - run));
		if (p == end || st != FUND_OK)
			break;
		taken = undouble(p, end, one, &len);
		if (taken) {
			st = buf_add(out, one, len);
		} else {
			uint32_t cp;
			taken = utf8_decode(p, end, &cp);
			st = buf_add(out, p, taken);
		}
		p += taken;
	}
	return st;
}

/* ---- decoding ---- */

static const uint16_t *upper_half(enum encoding e)
{
	static const uint8_t tables[ENCODINGS] = {
		[ENCODING_CP1252] = TABLE_CP1252, [ENCODING_CP850] = TABLE_CP850, [ENCODING_MACROMAN] = TABLE_MACROMAN, [ENCODING_CP437] = TABLE_CP437,
		[ENCODING_ISO8859_15] = TABLE_ISO8859_15, [ENCODING_ISO8859_2] = TABLE_ISO8859_2, [ENCODING_CP1250] = TABLE_CP1250,
		[ENCODING_CP852] = TABLE_CP852, [ENCODING_CP1251] = TABLE_CP1251, [ENCODING_KOI8_R] = TABLE_KOI8_R,
		[ENCODING_ISO8859_5] = TABLE_ISO8859_5, [ENCODING_ISO8859_7] = TABLE_ISO8859_7, [ENCODING_CP1254] = TABLE_CP1254,
		[ENCODING_CP1257] = TABLE_CP1257, [ENCODING_CP858] = TABLE_CP858,
	};
	return encoding_upper[tables[e]];
}

static enum fund_status decode_single_byte(const uint16_t *upper, struct slice s, struct buf *out)
{
	const uint8_t *p = s.data, *end = slice_end(s);
	enum fund_status st = buf_reserve(out, s.len + s.len / 8);
	while (st == FUND_OK && p < end) {
		const uint8_t *run = p, *stop = end - p > 4096 ? p + 4096 : end;
		st = buf_reserve(out, 3 * (size_t)(stop - run));
		if (st != FUND_OK)
			break;
		uint8_t *to = out->data + out->len;
		while (p < stop) {
			run = p;
			p = utf8_skip_ascii(p, stop);
			memcpy(to, run, (size_t)(p - run));
			to += p - run;
			for (; p < stop && *p >= 0x80; p++)
				to += utf8_encode(upper[*p - 0x80] ? upper[*p - 0x80] : UTF8_REPLACEMENT, to);
		}
		out->len = (size_t)(to - out->data);
	}
	return st;
}

enum fund_status encoding_decode(enum encoding e, struct slice bytes, struct buf *out)
{
	if (bytes.len == 0)
		return FUND_OK;
	if (e == ENCODING_UTF8)
		return buf_add_slice(out, bytes);
	if (e == ENCODING_UTF8_TWICE)
		return decode_doubled(bytes, out);
	if (e == ENCODING_UTF16LE || e == ENCODING_UTF16BE)
		return decode_utf16(e == ENCODING_UTF16BE, bytes, out);
	if (e == ENCODING_UTF32LE || e == ENCODING_UTF32BE)
		return decode_utf32(e == ENCODING_UTF32BE, bytes, out);
	return decode_single_byte(upper_half(e), bytes, out);
}

/* ---- text of unknown encoding ---- */

static enum fund_status decode_to(enum encoding e, struct slice bytes, struct buf *room, struct slice *text, const char **name)
{
	enum fund_status st = FUND_OK;
	*name = names[e];
	*text = bytes;
	if (e == ENCODING_UTF8)
		return FUND_OK;
	buf_reset(room);
	st = encoding_decode(e, bytes, room);
	*text = slice_buf(room);
	return st;
}

static const char *name_of_parts(const struct encoding_part *parts, size_t n)
{
	size_t len[ENCODING_GUESSED] = { 0 };
	int most = 0, second = -1;
	for (size_t i = 0; i < n; i++)
		len[parts[i].encoding] += parts[i].len;
	for (int e = 1; e < ENCODING_GUESSED; e++)
		if (len[e] > len[most])
			most = e;
	for (int e = 0; e < ENCODING_GUESSED; e++)
		if (e != most && len[e] && (second < 0 || len[e] > len[second]))
			second = e;
	return second < 0 ? names[most] : mixed_names[most][second];
}

static enum fund_status decode_guessed(struct slice bytes, struct buf *room, struct slice *text, const char **name)
{
	struct buf found = BUF_INIT;
	enum fund_status st = encoding_guess(bytes, &found);
	const struct encoding_part *parts = (const struct encoding_part *)(const void *)found.data;
	size_t n = found.len / sizeof *parts, at = 0;
	if (st == FUND_OK && n == 1) {
		st = decode_to(parts[0].encoding, bytes, room, text, name);
	} else if (st == FUND_OK) {
		buf_reset(room);
		for (size_t i = 0; st == FUND_OK && i < n; at += parts[i++].len)
			st = encoding_decode(parts[i].encoding, slice_part(bytes, at, parts[i].len), room);
		*text = slice_buf(room);
		*name = name_of_parts(parts, n);
	}
	buf_release(&found);
	return st;
}

/* As memmem(), for bytes of which the second is the rarest: 0xC3 begins each umlaut. */
static bool holds(struct slice s, const char *what, size_t n)
{
	const uint8_t *p = s.data, *end = s.len ? p + s.len : p;
	for (; p < end && (p = memchr(p, (uint8_t)what[1], (size_t)(end - p))); p++)
		if (p > s.data && (size_t)(end - p) >= n - 1 && memcmp(p - 1, what, n) == 0)
			return true;
	return false;
}

/* Valid UTF-8 of which some may have been encoded twice: 'Ã' as nearly all of it has, or the beginning of a quotation mark. */
static bool may_be_doubled(struct slice s)
{
	return holds(s, "\xC3\x83", 2) || holds(s, "\xC3\xA2\xE2\x82\xAC", 5);
}

enum fund_status encoding_to_utf8(struct slice bytes, const enum encoding *hint, struct buf *room, struct slice *text, const char **name)
{
	enum encoding e;
	size_t skip = encoding_bom(bytes, &e);
	if (skip)
		return decode_to(e, slice_from(bytes, skip), room, text, name);
	if (bytes.len == 0 || utf16_order(bytes, &e))
		return decode_to(bytes.len ? e : ENCODING_UTF8, bytes, room, text, name);
	if (utf8_valid_prefix(bytes) == bytes.len)
		return may_be_doubled(bytes) ? decode_guessed(bytes, room, text, name) : decode_to(ENCODING_UTF8, bytes, room, text, name);
	if (hint && *hint != ENCODING_UTF8 && !is_wide(*hint))
		return decode_to(*hint, bytes, room, text, name);
	return decode_guessed(bytes, room, text, name);
}

bool encoding_is_binary(struct slice head)
{
	size_t controls = 0;
	struct slice s = slice_of(head.data, head.len < SAMPLE ? head.len : SAMPLE);
	enum encoding e;
	if (encoding_wide(s, &e))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t b = s.data[i];
		controls += (b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1A) || b == 0x7F;
	}
	/* random bytes have one in eight; a few zeros in a text are none */
	return controls * 20 > s.len;
}
