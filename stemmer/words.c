/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words_next() skips what stands between words, runs over letters (ASCII and U+00C0 to U+00FF), and looks at the byte
 * behind: nearly always it can only end a word. Otherwise, and for words that begin with anything else, scan_word()
 * starts again at the word's first byte and builds the surface character by character.
 */
#include "stemmer/words.h"

#include "base/utf8.h"
#include "stemmer/gender.h"
#include "stemmer/number.h"
#include "stemmer/unicode.h"
#include "stemmer/url.h"

/* What a byte is to the fast path. */
enum byte_class {
	B_ENDS = 0, /* between words, whatever comes before */
	B_SIGN,	    /* between words, unless within one: - ' . : * _ / ( & @ + # */
	B_STOP,
	B_NEWLINE,
	B_HIGH,
	B_DIGIT,
	B_LETTER,
};

#define L B_LETTER
#define D B_DIGIT
#define S B_SIGN
#define H B_HIGH
#define ROW_H H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H
static const uint8_t byte_class[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, B_NEWLINE, B_NEWLINE, B_NEWLINE, B_NEWLINE, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, B_STOP, 0, S, 0, 0, S, S, S, 0, S, S, 0, S, S, S, /* blank to / */
	D, D, D, D, D, D, D, D, D, D, S, 0, 0, 0, 0, B_STOP,
	S, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, S,
	0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0,
	ROW_H, ROW_H, ROW_H, ROW_H, ROW_H, ROW_H, ROW_H, ROW_H,
};
#undef L
#undef D
#undef S
#undef H
#undef ROW_H

struct glyph {
	uint32_t cp;
	enum char_class class;
	size_t len; /* 0 at the end of the text */
};

static struct glyph glyph_at(const uint8_t *p, const uint8_t *end)
{
	struct glyph g = { 0, CHAR_OTHER, 0 };

	if (p < end) {
		g.len = utf8_decode(p, end, &g.cp);
		g.class = char_class(g.cp);
	}
	return g;
}

/* A word in the making. */
struct scan {
	const uint8_t *start, *p, *end; /* of the word, next to read, of the text */
	uint8_t *out;
	size_t len;	  /* of the surface */
	size_t piece;	  /* where the piece begins in the surface */
	size_t n_letters; /* of this run, marks not counted */
	unsigned n_pieces;
	struct glyph last; /* the last letter or digit */
	size_t last_at;	   /* and where it is in the surface */
	bool gender;	   /* the piece has its ending */
	bool dotted;	   /* z.B: the run is one letter behind a full stop */
};

static bool has_room(const struct scan *s)
{
	return s->len < WORD_MAX;
}

static void put_glyph(struct scan *s, struct glyph g)
{
	s->last_at = s->len;
	s->last = g;
	s->len += utf8_encode(g.cp, s->out + s->len);
	s->p += g.len;
	s->n_letters++;
}

static void put_sign(struct scan *s, char sign)
{
	s->out[s->len++] = (uint8_t)sign;
}

static void put_mark(struct scan *s, struct glyph g)
{
	uint32_t composed = char_compose(s->last.cp, g.cp);

	if (composed) {
		s->last.cp = composed;
		s->len = s->last_at + utf8_encode(composed, s->out + s->last_at);
	} else {
		s->len += utf8_encode(g.cp, s->out + s->len);
	}
	s->p += g.len;
}

/* The number at s->p; separators that are not ASCII become one byte. */
static void put_number(struct scan *s)
{
	size_t n = number_scan(slice_of(s->p, (size_t)(s->end - s->p)));
	const uint8_t *stop = s->p + n;

	while (s->p < stop) {
		struct glyph g = glyph_at(s->p, stop);
		if (g.cp >= 0x80 || g.cp == ' ')
			g.cp = g.cp == 0x2019 ? '\'' : '.';
		put_glyph(s, g);
	}
	s->last.class = CHAR_DIGIT;
}

/* Ignored characters at p with a letter, digit or mark behind them: their length, else 0. */
static size_t ignored_within(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *q = p;
	struct glyph g;

	while ((g = glyph_at(q, end)).class == CHAR_IGNORE)
		q += g.len;
	return class_is_word(g.class) || g.class == CHAR_MARK ? (size_t)(q - p) : 0;
}

/* Letters, digits, marks. */
static void scan_run(struct scan *s)
{
	s->n_letters = 0;
	while (has_room(s)) {
		struct glyph g = glyph_at(s->p, s->end);
		size_t skip;
		if (g.class == CHAR_DIGIT)
			put_number(s);
		else if (class_is_letter(g.class))
			put_glyph(s, g);
		else if (g.class == CHAR_MARK && s->n_letters)
			put_mark(s, g);
		else if (g.class == CHAR_IGNORE && (skip = ignored_within(s->p, s->end)) != 0)
			s->p += skip;
		else
			break;
	}
}

/* ---- what a word goes on across; each function consumes it and the run behind, or returns false ---- */

static void start_piece(struct scan *s)
{
	s->piece = s->len;
	s->gender = false;
	s->n_pieces++;
}

static bool is_hyphen(uint32_t cp)
{
	return cp == '-' || cp == 0x2010 || cp == 0x2011 || cp == 0x2E17;
}

static struct slice rest_of(const uint8_t *p, const uint8_t *end)
{
	return slice_of(p, (size_t)(end - p));
}

static bool take_iso_date(struct scan *s)
{
	size_t n = s->p - s->start == 4 && s->len == 4 ? number_iso_date(rest_of(s->start, s->end)) : 0;
	struct glyph after = glyph_at(s->start + n, s->end);

	if (n == 0 || class_is_word(after.class))
		return false;
	memcpy(s->out, s->start, n);
	s->len = n;
	s->p = s->start + n;
	s->n_pieces = WORD_PIECES; /* nothing joins it */
	return true;
}

static bool take_hyphen(struct scan *s, struct glyph sign)
{
	struct glyph next = glyph_at(s->p + sign.len, s->end);

	if (!is_hyphen(sign.cp) || !class_is_word(next.class) || s->n_pieces >= WORD_PIECES)
		return false;
	if (s->last.class == CHAR_DIGIT && next.class == CHAR_DIGIT)
		return take_iso_date(s);
	put_sign(s, '-');
	s->p += sign.len;
	start_piece(s);
	scan_run(s);
	return true;
}

static bool take_ampersand(struct scan *s, struct glyph sign)
{
	struct glyph next = glyph_at(s->p + 1, s->end);

	if (sign.cp != '&' || !class_is_letter(next.class) || !class_is_letter(s->last.class) ||
	    s->n_pieces >= WORD_PIECES)
		return false;
	put_sign(s, '&');
	s->p++;
	start_piece(s);
	scan_run(s);
	return true;
}

static bool take_apostrophe(struct scan *s, struct glyph sign)
{
	bool is = sign.cp == '\'' || sign.cp == 0x2019 || sign.cp == 0x2BC || sign.cp == '`' || sign.cp == 0xB4;

	if (!is || !class_is_letter(glyph_at(s->p + sign.len, s->end).class) || !class_is_letter(s->last.class))
		return false;
	put_sign(s, '\'');
	s->p += sign.len;
	scan_run(s);
	return true;
}

static bool take_gender(struct scan *s)
{
	struct gender_form form;
	const uint8_t *piece = s->p - (s->len - s->piece);

	/* What precedes is given to gender_at() as it is in the text: only its length counts there. */
	if (s->gender || s->len - s->piece > (size_t)(s->p - s->start) || s->dotted ||
	    !gender_at(rest_of(piece, s->end), s->len - s->piece, &form))
		return false;
	for (size_t i = 0; i < form.sign_len + form.ending_len + form.close_len; i++)
		put_sign(s, (char)s->p[i]);
	s->p += form.sign_len + form.ending_len + form.close_len;
	s->gender = true;
	s->last = (struct glyph){ 'n', CHAR_LOWER, 1 };
	scan_run(s);
	return true;
}

/* z.B.: one letter, a full stop, one letter. */
static bool take_dotted(struct scan *s)
{
	if (*s->p != '.' || s->n_letters != 1 || !class_is_letter(s->last.class) || (s->len != 1 && !s->dotted))
		return false;
	struct glyph g = glyph_at(s->p + 1, s->end);
	struct glyph after = glyph_at(s->p + 1 + g.len, s->end);
	if (!class_is_letter(g.class) || class_is_word(after.class) || after.class == CHAR_MARK || after.cp == '@')
		return false;
	put_sign(s, '.');
	s->p++;
	s->n_letters = 0;
	put_glyph(s, g);
	s->dotted = true;
	return true;
}

/* The length of one blank that is not a tab, or 0. */
static size_t blank_at(const uint8_t *p, const uint8_t *end)
{
	struct glyph g = glyph_at(p, end);

	return g.class == CHAR_SPACE && g.cp != '\t' ? g.len : 0;
}

/* z. B.: the same with blanks, for abbreviations that are known. The longest counts: a. a. O. */
static bool take_spaced(struct scan *s)
{
	static const char known[] =
		" a.a.O a.D a.G a.M b.w c.t d.h d.i d.J d.M e.V h.c i.A i.d.R i.e.S i.H.v i.R i.S i.S.d i.V i.w.S "
		"m.E m.a.W n.d o.a o.g p.a s.o s.t s.u u.a u.a.m u.s.w u.U u.v.a u.v.m v.a v.l v.r z.B z.T z.Z ";
	char key[10] = { ' ', (char)s->out[0], ' ' };
	const uint8_t *q = s->p;
	size_t n = 2, blank;

	if (*q != '.' || s->n_letters != 1 || s->len != 1)
		return false;
	while (n + 4 <= sizeof(key) && s->end - q > 1 && *q == '.' && (blank = blank_at(q + 1, s->end)) != 0) {
		q += 1 + blank;
		if (s->end - q < 2 || byte_class[*q] != B_LETTER || q[1] != '.')
			break;
		key[n++] = '.';
		key[n++] = (char)*q++;
		memcpy(key + n, " ", 2);
		if (strstr(known, key) == NULL)
			continue;
		s->len = n - 1;
		memcpy(s->out, key + 1, s->len);
		s->p = q;
		s->last.class = CHAR_LOWER;
		s->dotted = true;
	}
	return s->dotted;
}

/* Dr.-Ing., U.S.-Präsident */
static bool take_stop_hyphen(struct scan *s)
{
	if (s->end - s->p < 3 || s->p[0] != '.' || s->p[1] != '-' || !class_is_letter(s->last.class) ||
	    s->n_pieces >= WORD_PIECES || !class_is_letter(glyph_at(s->p + 2, s->end).class))
		return false;
	put_sign(s, '-');
	s->p += 2;
	start_piece(s);
	scan_run(s);
	return true;
}

static bool take_url(struct scan *s)
{
	static const char signs[] = ".@:_+";
	uint8_t next = s->end - s->p > 1 ? s->p[1] : ' ';
	size_t n;

	if (!memchr(signs, *s->p, sizeof(signs) - 1) || (byte_class[next] < B_DIGIT && next != '/') ||
	    byte_class[*s->start] < B_DIGIT)
		return false;
	n = url_scan(rest_of(s->start, s->end));
	if (n <= (size_t)(s->p - s->start))
		return false;
	n = n < WORD_MAX ? n : WORD_MAX;
	memcpy(s->out, s->start, n);
	s->len = n;
	s->p = s->start + n;
	return true;
}

/* C++, C#: ends the word. */
static bool take_plus(struct scan *s)
{
	bool letter = s->p - s->start == 1 && s->len == 1 && class_is_letter(s->last.class);
	size_t n = *s->p == '#' ? 1 : s->end - s->p >= 2 && s->p[0] == '+' && s->p[1] == '+' ? 2 : 0;

	if (!letter || n == 0 || class_is_word(glyph_at(s->p + n, s->end).class))
		return false;
	memcpy(s->out + s->len, s->p, n);
	s->len += n;
	s->p += n;
	return true;
}

/* ---- the end of a line within a word ---- */

#define LINE_BLANKS_MAX 64

static const uint8_t *skip_blanks(const uint8_t *p, const uint8_t *end)
{
	for (int n = 0; p < end && (*p == ' ' || *p == '\t') && n < LINE_BLANKS_MAX; n++)
		p++;
	return p;
}

/* The first character of the next line, when p is at blanks and one end of line; else NULL. */
static const uint8_t *next_line(const uint8_t *p, const uint8_t *end)
{
	p = skip_blanks(p, end);
	if (p < end && *p == '\r')
		p += p + 1 < end && p[1] == '\n' ? 2 : 1;
	else if (p < end && *p == '\n')
		p++;
	else
		return NULL;
	return skip_blanks(p, end);
}

/* und, oder …: the hyphen before it stands for a part left out. */
static bool is_conjunction(const uint8_t *p, const uint8_t *end)
{
	static const char words[] = " und oder bzw sowie bis noch als wie statt u ";
	char key[9] = " ";
	size_t n = 0;

	while (p + n < end && n < 6 && byte_class[p[n]] == B_LETTER) {
		key[n + 1] = (char)p[n];
		n++;
	}
	if (n == 6 || (p + n < end && byte_class[p[n]] == B_HIGH))
		return false;
	key[n + 1] = ' ';
	key[n + 2] = '\0';
	return strstr(words, key) != NULL;
}

static bool take_line_end(struct scan *s, struct glyph sign)
{
	bool hyphen = is_hyphen(sign.cp) && sign.cp != 0x2011, always = sign.cp == 0xAC || sign.cp == 0xAD;
	const uint8_t *q = hyphen || always ? next_line(s->p + sign.len, s->end) : NULL;
	struct glyph next;

	if (q == NULL || !class_is_word((next = glyph_at(q, s->end)).class))
		return false;
	bool digits = s->last.class == CHAR_DIGIT || next.class == CHAR_DIGIT;
	if (digits && (always || s->last.class == next.class))
		return false;
	if (hyphen && next.class == CHAR_LOWER && is_conjunction(q, s->end))
		return false;
	bool keep = hyphen && (digits || next.class == CHAR_UPPER || s->last.class == CHAR_UPPER);
	if (keep && s->n_pieces >= WORD_PIECES)
		return false;
	if (keep) {
		put_sign(s, '-');
		start_piece(s);
	}
	s->p = q;
	scan_run(s);
	return true;
}

/* ---- a whole word ---- */

static bool go_on(struct scan *s)
{
	struct glyph sign = glyph_at(s->p, s->end);

	if (sign.len == 0 || !has_room(s) || s->n_pieces >= WORD_PIECES + 1)
		return false;
	if (take_hyphen(s, sign) || take_line_end(s, sign))
		return true;
	if (take_dotted(s) || (!s->dotted && take_spaced(s)))
		return true;
	if (take_url(s) || take_plus(s)) {
		s->n_pieces = WORD_PIECES + 1; /* nothing follows */
		return true;
	}
	return take_stop_hyphen(s) || take_gender(s) || take_apostrophe(s, sign) || take_ampersand(s, sign);
}

/* § 218: skips signs and one blank; true when a number follows. */
static bool take_paragraph(struct scan *s)
{
	const uint8_t *q = s->p;
	struct glyph g;

	while ((g = glyph_at(q, s->end)).cp == 0xA7 && q - s->p < 4)
		q += g.len;
	if (g.class == CHAR_SPACE || g.class == CHAR_NEWLINE)
		q += g.len;
	if (q == s->p || glyph_at(q, s->end).class != CHAR_DIGIT)
		return false;
	memcpy(s->out, "\u00A7", 2);
	s->len = s->piece = 2;
	s->p = q;
	return true;
}

/* The word at `start`, or false when none begins there. */
static bool scan_word(struct words *w, const uint8_t *start, struct span *out)
{
	struct scan s = { .start = start, .p = start, .end = w->end, .n_pieces = 1 };
	struct glyph first = glyph_at(start, w->end);

	s.out = w->surface[++w->turn % WORDS_KEPT];
	if (first.class == CHAR_IDEOGRAPH) {
		put_glyph(&s, first);
		s.n_letters = 1;
		for (struct glyph g; (g = glyph_at(s.p, s.end)).class == CHAR_MARK && has_room(&s);)
			put_mark(&s, g);
	} else if (class_is_word(first.class) || (first.cp == 0xA7 && take_paragraph(&s))) {
		scan_run(&s);
		while (go_on(&s))
			;
	} else {
		w->turn--;
		return false;
	}
	out->off = (uint32_t)(start - w->text);
	out->len = (uint32_t)(s.p - start);
	out->surface = slice_of(s.out, s.len);
	w->p = s.p;
	return true;
}

/* ---- between words ---- */

/* One character that is no ASCII and begins no word. */
static const uint8_t *skip_high(const uint8_t *p, const uint8_t *end, uint32_t *gap)
{
	struct glyph g = glyph_at(p, end);

	if (g.cp == 0x2026 || g.cp == 0x3002 || g.cp == 0x203D)
		*gap |= GAP_STRONG_STOP;
	else if (g.class == CHAR_NEWLINE)
		*gap |= g.cp == 0x2029 ? GAP_LINE | GAP_PARAGRAPH : GAP_LINE;
	return p + g.len;
}

/* A line ends at p: CR LF is one end. An empty line behind it makes a paragraph. */
static const uint8_t *skip_newline(const uint8_t *p, const uint8_t *end, uint32_t *gap)
{
	unsigned n = 0;

	for (; p < end && (byte_class[*p] == B_NEWLINE || *p == ' ' || *p == '\t'); p++)
		n += *p == '\n' || *p == '\f' || *p == '\v' || (*p == '\r' && (p + 1 == end || p[1] != '\n'));
	*gap |= n > 1 ? GAP_LINE | GAP_PARAGRAPH : GAP_LINE;
	return p;
}

/* U+00C0 to U+00FF but × and ÷. */
static inline bool latin_at(const uint8_t *p, const uint8_t *end)
{
	return end - p > 1 && p[0] == 0xC3 && (p[1] & 0xC0) == 0x80 && (p[1] & 0xDF) != 0x97;
}

/* Can the sign at p only end a word of `len` bytes that ends there? */
static inline bool sign_ends_word(const uint8_t *p, const uint8_t *end, size_t len)
{
	uint8_t next = end - p > 1 ? p[1] : ' ';

	switch (*p) {
	case '.': /* mind z. B. */
		return next == ' ' ? len > 2 : byte_class[next] == B_ENDS || next == '\n';
	case '-': /* blanks may lead to the end of the line */
		return next == ' ' && end - p > 2 && byte_class[p[2]] == B_LETTER;
	case '#':
	case '+':
		return next == ' ' && len > 1;
	default:
		return next == ' ';
	}
}

/* Can what is at p only end a word of `len` bytes that ends there? Else it takes a closer look. */
static inline bool ends_word(const uint8_t *p, const uint8_t *end, size_t len)
{
	if (p == end)
		return true;
	if (*p == ' ')
		return true;
	enum byte_class class = (enum byte_class)byte_class[*p];
	if (class == B_SIGN)
		return sign_ends_word(p, end, len);
	if (class <= B_NEWLINE)
		return *p != '`';
	/* dashes, quotation marks and the ellipsis, but not the curly apostrophe, nor the bullet of gender forms */
	return class == B_HIGH && end - p >= 3 && p[0] == 0xE2 && p[1] == 0x80 && p[2] >= 0x93 && p[2] <= 0xA6 &&
	       p[2] != 0x99 && p[2] != 0xA2;
}

static inline bool word_at(struct words *w, const uint8_t *start, struct span *out)
{
	const uint8_t *p = start, *end = w->end - start > WORD_MAX ? start + WORD_MAX : w->end;

	for (;;) {
		while (p < end && byte_class[*p] == B_LETTER)
			p++;
		if (!latin_at(p, end))
			break;
		p += 2;
	}
	size_t len = (size_t)(p - start);
	if (len == 0 || len + 1 >= WORD_MAX || !ends_word(p, w->end, len))
		return scan_word(w, start, out);
	out->off = (uint32_t)(start - w->text);
	out->len = (uint32_t)len;
	out->surface = slice_of(start, len);
	w->p = p;
	return true;
}

void words_init(struct words *w, struct slice text)
{
	w->text = w->p = text.data;
	w->turn = 0;
	w->end = slice_end(text);
}

bool words_next(struct words *w, struct span *out)
{
	const uint8_t *p = w->p, *end = w->end;

	out->gap = 0;
	while (p < end) {
		switch ((enum byte_class)byte_class[*p]) {
		case B_LETTER:
		case B_DIGIT:
			return word_at(w, p, out);
		case B_HIGH:
			if (word_at(w, p, out))
				return true;
			p = skip_high(p, end, &out->gap);
			break;
		case B_NEWLINE:
			p = skip_newline(p, end, &out->gap);
			break;
		case B_STOP:
			out->gap |= GAP_STRONG_STOP;
			p++;
			break;
		case B_SIGN:
			out->gap |= *p == '.' ? GAP_FULL_STOP : 0U;
			p++;
			break;
		case B_ENDS:
			p++;
			break;
		}
	}
	w->p = p;
	return false;
}
