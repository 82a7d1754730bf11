/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/encoding_guess.h"

#include <limits.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "indexer/encoding_tables.h"

#define CHANGE_PRICE 7	 /* points that a change of encoding costs */
#define CUT_POINTS 3	 /* for half a character at either end */
#define UNITS_MAX 32768u /* lines that are looked at apart; longer texts are cut into as many pieces of several lines */

/* ---- kinds of characters ---- */

static enum glyph ascii_glyph(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return GLYPH_LOWER;
	if (c >= 'A' && c <= 'Z')
		return GLYPH_UPPER;
	if (c >= '0' && c <= '9')
		return GLYPH_DIGIT;
	if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f')
		return GLYPH_SPACE;
	if (c == '(' || c == '[' || c == '/' || c == '>' || c == '-')
		return GLYPH_OPEN;
	return c < 0x20 || c == 0x7F ? GLYPH_CONTROL : GLYPH_MARK;
}

static enum glyph unicode_glyph(uint32_t cp)
{
	if (cp < 0x80)
		return ascii_glyph((uint8_t)cp);
	if (cp < 0x100)
		return (enum glyph)encoding_glyphs[GLYPHS_LATIN1][cp - 0x80];
	switch (cp) {
	case 0x201A: case 0x201E: return GLYPH_OPENING;
	case 0x2018: case 0x201C: case 0x201D: case 0x2039: case 0x203A: return GLYPH_QUOTE;
	case 0x2019: return GLYPH_APOSTROPHE;
	case 0x2013: case 0x2014: return GLYPH_DASH;
	case 0x2026: return GLYPH_ELLIPSIS;
	case 0x20AC: case 0x2022: case 0x2122: return GLYPH_SIGN;
	case UTF8_REPLACEMENT: return GLYPH_NONE;
	default: return cp < 0x250 ? GLYPH_ACCENT : GLYPH_RARE;
	}
}

static bool is_word(enum glyph g)
{
	return g == GLYPH_LOWER || g == GLYPH_UPPER || g == GLYPH_UMLAUT || g == GLYPH_CAP_UMLAUT || g == GLYPH_ACCENT || g == GLYPH_CAP_ACCENT;
}
static bool is_small(enum glyph g) { return g == GLYPH_LOWER || g == GLYPH_UMLAUT || g == GLYPH_ACCENT; }
static bool is_open(enum glyph g)
{
	return g == GLYPH_SPACE || g == GLYPH_OPEN || g == GLYPH_OPENING || g == GLYPH_QUOTE || g == GLYPH_DASH || g == GLYPH_BLANK;
}

/* How well a character stands between its neighbours. */
static int points(enum glyph g, enum glyph before, enum glyph after)
{
	bool left = is_word(before), right = is_word(after);
	switch (g) {
	case GLYPH_UMLAUT: return is_small(before) || is_small(after) ? 4 : left || right ? 2 : -1;
	case GLYPH_CAP_UMLAUT: return is_small(before) ? -3 : left && is_small(after) ? -1 : right || left ? 4 : 0;
	case GLYPH_ACCENT: return is_small(before) || is_small(after) ? 1 : left || right ? 0 : -2;
	case GLYPH_CAP_ACCENT: return is_small(before) ? -3 : right ? 0 : -2;
	case GLYPH_OPENING: return left && right ? -3 : is_open(before) && (right || after == GLYPH_DIGIT || !is_open(after)) ? 3 : -1;
	case GLYPH_QUOTE: return left && right ? -3 : is_open(before) && is_open(after) && after != GLYPH_DASH && after != GLYPH_OPEN ? -2 : 2;
	case GLYPH_APOSTROPHE: return left ? 1 : right || !is_open(before) ? 0 : -2;
	case GLYPH_DASH: return before == GLYPH_SPACE && after == GLYPH_SPACE ? 3 : before == GLYPH_DIGIT && after == GLYPH_DIGIT ? 2 : left && right ? -1 : 1;
	case GLYPH_ELLIPSIS: return left && right ? -1 : 1;
	case GLYPH_SIGN: return left && right ? -3 : 1;
	case GLYPH_BLANK: return is_small(before) && is_small(after) ? -1 : 1;
	case GLYPH_SOFT_HYPHEN: return left && right ? 1 : -2;
	case GLYPH_HYPHEN: return left && after == GLYPH_SPACE ? 2 : -3; /* at a line's end */
	case GLYPH_RARE: return -3;
	case GLYPH_NONE: return -6;
	default: return 0; /* ASCII */
	}
}

/* ---- the points of a piece under each encoding ---- */

static long score_single_byte(struct slice s, const uint8_t glyphs[128])
{
	long sum = 0;
	enum glyph before = GLYPH_SPACE;
	for (size_t i = 0; i < s.len; i++) {
		i = (size_t)(utf8_skip_ascii(s.data + i, slice_end(s)) - s.data);
		if (i == s.len)
			break;
		uint8_t b = s.data[i];
		if (i > 0)
			before = s.data[i - 1] < 0x80 ? ascii_glyph(s.data[i - 1]) : (enum glyph)glyphs[s.data[i - 1] - 0x80];
		enum glyph after = i + 1 == s.len ? GLYPH_SPACE : s.data[i + 1] < 0x80 ? ascii_glyph(s.data[i + 1]) : (enum glyph)glyphs[s.data[i + 1] - 0x80];
		sum += points((enum glyph)glyphs[b - 0x80], before, after);
	}
	return sum;
}

/* Where the whole text begins and ends: it may have been cut in the middle of a character there, which is no error. */
struct bounds {
	const uint8_t *start, *end;
};

/* As UTF-8. *doubled: some of it looks as if it were UTF-8 twice over. */
static long score_utf8(struct slice s, struct bounds text, bool *doubled)
{
	const uint8_t *end = slice_end(s);
	long sum = 0;
	enum glyph before = GLYPH_SPACE;
	*doubled = false;
	for (const uint8_t *p = s.data; p < end;) {
		uint32_t cp, next = ' ';
		p = utf8_skip_ascii(p, end);
		if (p == end)
			break;
		if (p > s.data && p[-1] < 0x80)
			before = ascii_glyph(p[-1]);
		size_t n = utf8_decode(p, end, &cp);
		if (p + n < end)
			utf8_decode(p + n, end, &next);
		enum glyph g = unicode_glyph(cp);
		bool cut = cp == UTF8_REPLACEMENT && (p == text.start ? (*p & 0xC0) == 0x80 : p + n == text.end && *p >= 0xC2);
		*doubled |= cp == 0xC3 || cp == 0xC2 || cp == 0xE2;
		/* a rare character is no less likely than any: it did not come about by chance */
		sum += cut ? CUT_POINTS : g == GLYPH_RARE || g == GLYPH_HYPHEN ? 1 : points(g, before, unicode_glyph(next));
		before = g;
		p += n;
	}
	return sum;
}

static long score_doubled(struct slice s, struct buf *room, enum fund_status *st)
{
	bool ignored;
	buf_reset(room);
	*st = encoding_decode(ENCODING_UTF8_TWICE, s, room);
	return *st == FUND_OK ? score_utf8(slice_buf(room), (struct bounds){ NULL, NULL }, &ignored) - 1 : 0; /* the plainer reading wins a tie */
}

/* ---- pieces ---- */

struct unit {
	size_t end;
	uint8_t from[ENCODING_GUESSED]; /* the encoding of the piece before, on the best way to this one */
};

struct guess {
	long best[ENCODING_GUESSED]; /* points of the best reading so far that ends in this encoding */
	struct unit *units;
	size_t n, cap;
	struct bounds text;
	struct buf room;
};

static enum fund_status score_unit(struct guess *g, struct slice s, long scores[ENCODING_GUESSED])
{
	static const uint8_t tables[ENCODING_GUESSED] = {
		[ENCODING_CP1252] = TABLE_CP1252, [ENCODING_CP850] = TABLE_CP850, [ENCODING_MACROMAN] = TABLE_MACROMAN, [ENCODING_CP437] = TABLE_CP437,
		[ENCODING_ISO8859_15] = TABLE_ISO8859_15,
	};
	bool doubled;
	long best = LONG_MIN;
	enum fund_status st = FUND_OK;
	for (int e = ENCODING_CP1252; e <= ENCODING_ISO8859_15; e++) {
		scores[e] = score_single_byte(s, encoding_glyphs[tables[e]]);
		best = scores[e] > best ? scores[e] : best;
	}
	scores[ENCODING_UTF8] = score_utf8(s, g->text, &doubled);
	if (best <= 0 && scores[ENCODING_UTF8] < best) /* damage that makes sense in no encoding */
		scores[ENCODING_UTF8] = best;
	scores[ENCODING_UTF8_TWICE] = doubled ? score_doubled(s, &g->room, &st) : scores[ENCODING_UTF8];
	return st;
}

static enum fund_status add_unit(struct guess *g, struct slice s, size_t end)
{
	long scores[ENCODING_GUESSED], best[ENCODING_GUESSED];
	enum fund_status st = score_unit(g, s, scores);
	if (st != FUND_OK)
		return st;
	struct unit *grown = array_room(g->units, g->n + 1, &g->cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	g->units = grown;
	struct unit *u = &g->units[g->n++];
	u->end = end;
	int lead = 0;
	for (int e = 1; e < ENCODING_GUESSED; e++)
		if (g->best[e] > g->best[lead])
			lead = e;
	for (int e = 0; e < ENCODING_GUESSED; e++) {
		bool stay = g->best[e] >= g->best[lead] - CHANGE_PRICE;
		u->from[e] = (uint8_t)(stay ? e : lead);
		best[e] = (stay ? g->best[e] : g->best[lead] - CHANGE_PRICE) + scores[e];
	}
	memcpy(g->best, best, sizeof best);
	return FUND_OK;
}

/* Lines with anything beyond ASCII, each with the plain ones before it. */
static enum fund_status add_units(struct guess *g, struct slice s)
{
	size_t least = s.len / UNITS_MAX, from = 0;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && from < s.len) {
		size_t stop = (size_t)(utf8_skip_ascii(s.data + from, slice_end(s)) - s.data);
		if (stop < from + least)
			stop = from + least;
		if (stop >= s.len)
			stop = s.len - 1;
		const uint8_t *end = memchr(s.data + stop, '\n', s.len - stop);
		size_t next = end ? (size_t)(end - s.data) + 1 : s.len;
		st = add_unit(g, slice_part(s, from, next - from), next);
		from = next;
	}
	return st;
}

/* The best reading, from its end to its beginning, then as parts. */
static enum fund_status add_parts(struct guess *g, struct buf *parts)
{
	int e = ENCODING_CP1252;
	enum fund_status st = FUND_OK;
	for (int other = 0; other < ENCODING_GUESSED; other++)
		if (g->best[other] > g->best[e])
			e = other;
	for (size_t i = g->n; i-- > 0;) { /* the encoding of each piece takes the place of its ways */
		int before = g->units[i].from[e];
		g->units[i].from[0] = (uint8_t)e;
		e = before;
	}
	for (size_t i = 0; st == FUND_OK && i < g->n;) {
		size_t start = i ? g->units[i - 1].end : 0, j = i;
		while (j < g->n && g->units[j].from[0] == g->units[i].from[0])
			j++;
		struct encoding_part part = { (enum encoding)g->units[i].from[0], g->units[j - 1].end - start };
		st = buf_add(parts, &part, sizeof part);
		i = j;
	}
	return st;
}

enum fund_status encoding_guess(struct slice bytes, struct buf *parts)
{
	struct guess g = { .text = { bytes.data, slice_end(bytes) } };
	buf_reset(parts);
	enum fund_status st = add_units(&g, bytes);
	if (st == FUND_OK)
		st = add_parts(&g, parts);
	free(g.units);
	buf_release(&g.room);
	return st;
}
