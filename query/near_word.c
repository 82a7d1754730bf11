/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/near_word.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "query/ocr_letters.h"

#define NEAR_END_EXACT 3u /* letters of an end without edits that few words have */
#define QUICK 256u /* letters below it are looked up, those above are searched */

/* These letters of a text for some of the word, in the order of reading. */
struct confusion {
	uint32_t text[OCR_LETTERS];
	uint32_t n_text, n_word;
	uint64_t at; /* where they stand in the word: bit i for those from letter i on */
	bool first;  /* only where the text begins, if it is read from there */
};

/* All that may come about in the word. */
struct confusions {
	struct confusion all[64];
	uint32_t n;
	uint64_t by_last[QUICK]; /* of them, those whose last letter it is: a bit each */
};

/* Where each letter stands in the word: bit i for letter i. */
struct direction {
	uint64_t quick[QUICK];
	uint32_t letters[NEAR_WORD_LETTERS];
	struct confusions *confusions; /* NULL: edits alone */
};

struct near_word {
	uint32_t n;
	uint32_t edit, most; /* what an edit costs, the limit */
	uint32_t shrinks, grows; /* letters that a near word may have less, or more */
	struct direction forth, back;
};

static uint64_t bit(uint32_t i) { return (uint64_t)1 << i; }

static void learn(struct direction *d, const uint32_t *letters, uint32_t n, bool back)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t cp = letters[back ? n - 1 - i : i];
		d->letters[i] = cp;
		if (cp < QUICK)
			d->quick[cp] |= bit(i);
	}
}

static enum fund_status word_new(struct near_word **out, const uint32_t *letters, uint32_t n, size_t more)
{
	struct near_word *w = calloc(1, sizeof *w + more);
	*out = w;
	if (!w)
		return FUND_NO_MEMORY;
	w->n = n;
	learn(&w->forth, letters, n, false);
	learn(&w->back, letters, n, true);
	return FUND_OK;
}

enum fund_status near_word_new(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits)
{
	enum fund_status st = word_new(out, letters, n, 0);
	if (st != FUND_OK)
		return st;
	(*out)->edit = 1;
	(*out)->most = (*out)->shrinks = (*out)->grows = edits < NEAR_WORD_EDITS ? edits : NEAR_WORD_EDITS;
	return FUND_OK;
}

/* ---- confusions ---- */

struct side {
	uint32_t letters[OCR_LETTERS], n;
};

static struct side side_of(const char *text, bool back)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);
	struct side forth = { .n = 0 }, s;
	while (p < end)
		p += utf8_decode(p, end, &forth.letters[forth.n++]);
	s = forth;
	for (uint32_t i = 0; i < s.n && back; i++)
		s.letters[i] = forth.letters[s.n - 1 - i];
	return s;
}

/* A confusion is one of the word's where its side stands in it. */
static void learn_confusion(struct direction *d, uint32_t n, struct side word, struct side text, bool first, bool back)
{
	struct confusion c = { .n_text = text.n, .n_word = word.n, .first = first && !back };
	for (uint32_t i = 0; i + word.n <= n; i++)
		if (memcmp(d->letters + i, word.letters, word.n * sizeof *word.letters) == 0 && (!first || (back ? i + word.n == n : i == 0)))
			c.at |= bit(i);
	if (c.at == 0)
		return;
	memcpy(c.text, text.letters, sizeof c.text);
	d->confusions->by_last[c.text[c.n_text - 1]] |= bit(d->confusions->n);
	d->confusions->all[d->confusions->n++] = c;
}

static void learn_confusions(struct direction *d, uint32_t n, bool back)
{
	for (uint32_t i = 0; i < ocr_letters_n; i++) {
		const struct ocr_letters *o = &ocr_letters[i];
		struct side a = side_of(o->a, back), b = side_of(o->b, back);
		if (d->confusions->n + 2 > sizeof d->confusions->all / sizeof *d->confusions->all)
			return; /* no word has so many */
		learn_confusion(d, n, a, b, o->first, back);
		learn_confusion(d, n, b, a, o->first, back);
	}
}

enum fund_status near_word_ocr(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits)
{
	uint32_t plain[NEAR_WORD_LETTERS], shrinks = 0, grows = 0;
	for (uint32_t i = 0; i < n; i++)
		plain[i] = ocr_letter(letters[i]);
	enum fund_status st = word_new(out, plain, n, 2 * sizeof(struct confusions));
	if (st != FUND_OK)
		return st;
	struct near_word *w = *out;
	w->forth.confusions = (struct confusions *)(w + 1);
	w->back.confusions = w->forth.confusions + 1;
	learn_confusions(&w->forth, n, false);
	learn_confusions(&w->back, n, true);
	w->edit = NEAR_EDIT;
	w->most = NEAR_EDIT * (edits < NEAR_WORD_EDITS ? edits : NEAR_WORD_EDITS);
	for (uint32_t i = 0; i < w->forth.confusions->n; i++) {
		const struct confusion *c = &w->forth.confusions->all[i];
		if (c->n_word > c->n_text && c->n_word - c->n_text > shrinks)
			shrinks = c->n_word - c->n_text;
		if (c->n_text > c->n_word && c->n_text - c->n_word > grows)
			grows = c->n_text - c->n_word;
	}
	w->shrinks = shrinks ? w->most * shrinks : w->most / NEAR_EDIT;
	w->grows = grows ? w->most * grows : w->most / NEAR_EDIT;
	return FUND_OK;
}

uint32_t near_word_most(const struct near_word *w) { return w->most; }
uint32_t near_word_unit(const struct near_word *w) { return NEAR_EDIT / w->edit; }
uint32_t near_word_letters(const struct near_word *w) { return w->n; }

/* ---- rows ---- */

static uint64_t places(const struct near_word *w, const struct direction *d, uint32_t cp)
{
	uint64_t all = 0;
	if (cp < QUICK)
		return d->quick[cp];
	for (uint32_t i = 0; i < w->n; i++)
		all |= d->letters[i] == cp ? bit(i) : 0;
	return all;
}

/* Nothing read: letters of the word may be left out. Bits behind the word's end stand for nothing, and never come back. */
static void start(const struct near_word *w, uint64_t *row)
{
	row[0] = 1;
	for (uint32_t e = 1; e <= w->most; e++)
		row[e] = e < w->edit ? 0 : row[e - w->edit] | row[e - w->edit] << 1;
}

static void read_letter(const struct near_word *w, const struct direction *d, const uint64_t *before, uint32_t cp, uint64_t *row)
{
	uint64_t fits = places(w, d, cp), fewer = before[0];
	row[0] = (before[0] & fits) << 1;
	for (uint32_t e = 1; e <= w->most; e++) {
		uint64_t here = before[e];
		/* the word's next letter; one put in; another in its place, or one of the word left out */
		row[e] = (here & fits) << 1 | fewer | (fewer | row[e - 1]) << 1;
		fewer = here;
	}
}

/* The last letters read and the rows before them: [0] the last one, [1] the one before … */
struct behind {
	uint32_t n; /* of all that were read */
	uint32_t letters[OCR_LETTERS];
	const uint64_t *rows[OCR_LETTERS];
};

static bool ends_text(const struct confusion *c, const struct behind *b)
{
	if (c->first ? b->n != c->n_text : b->n < c->n_text)
		return false;
	for (uint32_t i = 0; i < c->n_text; i++)
		if (c->text[c->n_text - 1 - i] != b->letters[i])
			return false;
	return true;
}

/* As read_letter(), the letter being the last of `b`. */
static void read_confusable(const struct near_word *w, const struct direction *d, const struct behind *b, uint64_t *row)
{
	const uint64_t *before = b->rows[0];
	uint64_t fits = places(w, d, b->letters[0]);
	for (uint32_t e = 0; e <= w->most; e++) {
		row[e] = (before[e] & fits) << 1;
		if (e >= NEAR_EDIT)
			row[e] |= before[e - NEAR_EDIT] | before[e - NEAR_EDIT] << 1;
	}
	for (uint64_t some = b->letters[0] < QUICK ? d->confusions->by_last[b->letters[0]] : 0; some; some &= some - 1) {
		const struct confusion *c = &d->confusions->all[__builtin_ctzll(some)];
		if (!ends_text(c, b))
			continue;
		for (uint32_t e = 1; e <= w->most; e++)
			row[e] |= (b->rows[c->n_text - 1][e - 1] & c->at) << c->n_word;
	}
	for (uint32_t e = NEAR_EDIT; e <= w->most; e++)
		row[e] |= row[e - NEAR_EDIT] << 1;
}

/* Do the last `n` letters begin a confusion of more of them? */
static bool may_go_on(const struct direction *d, const struct behind *b, uint32_t n)
{
	for (uint32_t i = 0; i < d->confusions->n; i++) {
		const struct confusion *c = &d->confusions->all[i];
		bool is = c->n_text > n && b->n >= n;
		for (uint32_t k = 0; k < n && is; k++)
			is = c->text[n - 1 - k] == b->letters[k];
		if (is)
			return true;
	}
	return false;
}

/* What is read, and where it stood before letters that may yet become a confusion: no word that goes on costs less than these. */
static void hopes(const struct near_word *w, const struct direction *d, const struct behind *b, const uint64_t *row, uint64_t *out)
{
	memcpy(out, row, (w->most + 1) * sizeof *out);
	for (uint32_t n = 1; n < OCR_LETTERS && n <= b->n; n++)
		if (may_go_on(d, b, n))
			for (uint32_t e = 0; e <= w->most; e++)
				out[e] |= b->rows[n - 1][e];
}

/* The least cost at which any of the word's places is reached that are in `wanted`. */
static uint32_t least(const struct near_word *w, const uint64_t *row, uint64_t wanted)
{
	uint32_t e = 0;
	while (e <= w->most && !(row[e] & wanted))
		e++;
	return e;
}

static uint32_t next_letter(const uint8_t **p, const uint8_t *end)
{
	uint32_t cp;
	if (**p < 0x80)
		return *(*p)++;
	*p += utf8_decode(*p, end, &cp);
	return cp;
}

/* Any place at any cost: what a place costs, it may cost an edit more. */
static bool reaches(const struct near_word *w, const uint64_t *row) { return (row[w->most] | row[w->most ? w->most - 1 : 0]) != 0; }

static uint32_t distance_of_ocr(const struct near_word *w, struct slice word)
{
	uint64_t ring[OCR_LETTERS + 1][NEAR_COST_MAX + 1];
	struct behind b = { .n = 0 };
	uint64_t *row = ring[0];
	start(w, row);
	for (const uint8_t *p = word.data, *end = slice_end(word); p < end;) {
		for (uint32_t i = OCR_LETTERS - 1; i > 0; i--) {
			b.letters[i] = b.letters[i - 1];
			b.rows[i] = b.rows[i - 1];
		}
		b.letters[0] = ocr_letter(next_letter(&p, end));
		b.rows[0] = row;
		row = ring[++b.n % (OCR_LETTERS + 1)];
		read_confusable(w, &w->forth, &b, row);
		bool any = reaches(w, row);
		for (uint32_t i = 0; i < OCR_LETTERS - 1 && i < b.n && !any; i++)
			any = reaches(w, b.rows[i]);
		if (!any)
			return w->most + 1;
	}
	return least(w, row, bit(w->n));
}

static bool is_inner(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* As many letters as a near word may have? */
static bool has_length(const struct near_word *w, struct slice word)
{
	size_t n = word.len, most = w->n + w->grows;
	for (size_t i = 0; i < word.len && n > most; i++)
		n -= is_inner(word.data[i]);
	return n <= most && word.len + w->shrinks >= w->n;
}

uint32_t near_word_distance(const struct near_word *w, struct slice word)
{
	uint64_t row[NEAR_WORD_EDITS + 1];
	if (!has_length(w, word))
		return w->most + 1;
	if (w->forth.confusions)
		return distance_of_ocr(w, word);
	start(w, row);
	for (const uint8_t *p = word.data, *end = slice_end(word); p < end;) {
		read_letter(w, &w->forth, row, next_letter(&p, end), row);
		if (!row[w->most])
			return w->most + 1;
	}
	return least(w, row, bit(w->n));
}

/* ---- beginnings and ends ---- */

void near_end_init(struct near_end *e, const struct near_word *w, bool back)
{
	uint32_t least = w->n > w->shrinks ? w->n - w->shrinks : 0; /* letters that a near word has */
	*e = (struct near_end){ .word = w, .back = back };
	e->few = least < NEAR_END_LETTERS ? 0 : least - NEAR_END_LETTERS < NEAR_END_LETTERS ? least - NEAR_END_LETTERS : NEAR_END_LETTERS;
	/* Of two edits, one end has both or the other none: where that end is long, it is enough to know it, and ends of both edits, which are many, need not be. */
	e->any[0] = e->few < NEAR_END_EXACT ? w->most + 1 : w->edit + 1;
	e->any[1] = e->few * w->edit < e->any[0] ? e->few * w->edit : e->any[0];
	start(w, e->rows[0]);
}

/* The letter at the outer end of `s`, which goes. false: none is left, or it is cut. */
static bool first_letter(struct slice *s, uint32_t *cp)
{
	if (s->len == 0)
		return false;
	uint8_t byte = *s->data;
	size_t len = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
	*cp = byte;
	if (len > s->len)
		return false;
	if (len > 1)
		len = utf8_decode(s->data, slice_end(*s), cp);
	*s = slice_from(*s, len);
	return true;
}

static bool last_letter(struct slice *s, uint32_t *cp)
{
	size_t at = s->len;
	if (at == 0)
		return false;
	*cp = s->data[--at];
	if (*cp >= 0x80) {
		while (at > 0 && is_inner(s->data[at]))
			at--;
		if (is_inner(s->data[at]))
			return false;
		utf8_decode(s->data + at, slice_end(*s), cp);
	}
	s->len = at;
	return true;
}

/* Reads letter i of the end. -> the places that it may yet come to, in `room` if they are not the row itself */
static const uint64_t *read_end(struct near_end *e, uint32_t i, uint64_t *room)
{
	const struct near_word *w = e->word;
	const struct direction *d = e->back ? &w->back : &w->forth;
	struct behind b = { .n = i + 1 };
	if (!d->confusions) {
		read_letter(w, d, e->rows[i], e->letters[i], e->rows[i + 1]);
		return e->rows[i + 1];
	}
	for (uint32_t k = 0; k < OCR_LETTERS && k <= i; k++) {
		b.letters[k] = ocr_letter(e->letters[i - k]);
		b.rows[k] = e->rows[i - k];
	}
	read_confusable(w, d, &b, e->rows[i + 1]);
	hopes(w, d, &b, e->rows[i + 1], room);
	return room;
}

static uint32_t bytes_of(uint32_t cp) { return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4; }

static void note_bytes(struct near_end *e, uint32_t i)
{
	bool known = e->letters[i] != UTF8_REPLACEMENT && (i == 0 || e->bytes[i]);
	e->bytes[i + 1] = known ? e->bytes[i] + bytes_of(e->letters[i]) : 0;
}

/* Does it matter to know ends of this cost? */
static bool is_told(const struct near_end *e, unsigned of, uint32_t cost) { return cost <= e->word->most && cost < e->any[of]; }

/* Reads letter i, if it is not the one that was read there before. */
static void read_at(struct near_end *e, uint32_t i, uint32_t cp)
{
	uint64_t room[NEAR_COST_MAX + 1];
	if (i < e->n && e->letters[i] == cp)
		return;
	e->letters[i] = cp;
	e->n = i + 1;
	note_bytes(e, i);
	e->least[i + 1] = least(e->word, read_end(e, i, room), UINT64_MAX >> (NEAR_WORD_LETTERS - e->word->n));
}

/* Reads letters until no word may begin (end) so. -> how many */
static uint32_t read_letters(struct near_end *e, struct slice bytes)
{
	uint32_t i = 0, cp;
	while (i < NEAR_END_LETTERS && is_told(e, 0, e->least[i]) && (e->back ? last_letter(&bytes, &cp) : first_letter(&bytes, &cp)))
		read_at(e, i++, cp);
	return i;
}

/* A letter's bytes, from the outer one inwards: the first one highest, zeros behind the last. */
static uint32_t outer_bytes(const struct near_end *e, uint32_t cp)
{
	uint8_t bytes[4];
	uint32_t out = 0;
	if (cp < 0x80)
		return cp << 24;
	size_t n = utf8_encode(cp, bytes);
	for (size_t i = 0; i < n; i++)
		out |= (uint32_t)bytes[e->back ? n - 1 - i : i] << (24 - 8 * i);
	return out;
}

/* No word begins (ends) with the first `n` letters: outer bytes of the letter behind the last one, in the order of bytes, that may stand in its place. 0: none. */
static uint32_t next_alive(const struct near_end *e, uint32_t n)
{
	const struct direction *d = e->back ? &e->word->back : &e->word->forth;
	uint32_t dead = outer_bytes(e, e->letters[n - 1]), found = 0;
	if (d->confusions) /* whatever stands behind it */
		return dead + (1u << (32 - 8 * bytes_of(e->letters[n - 1])));
	/* what was read before has used up the limit: only the word's own next letters */
	for (uint64_t at = e->rows[n - 1][e->least[n - 1]] & (bit(e->word->n) - 1); at; at &= at - 1) {
		uint32_t letter = outer_bytes(e, d->letters[__builtin_ctzll(at)]);
		if (letter > dead && (!found || letter < found))
			found = letter;
	}
	return found;
}

/* Where to go on behind the first `n` letters, with which no word begins (ends). */
static size_t go_on(const struct near_end *e, uint32_t n, uint8_t next[NEAR_END_LETTERS])
{
	uint32_t len = 0, letter;
	if (n == 0 || e->bytes[n] == 0)
		return 0;
	for (uint32_t i = 0; i + 1 < n; i++)
		for (letter = outer_bytes(e, e->letters[i]); letter; letter <<= 8)
			next[len++] = (uint8_t)(letter >> 24);
	letter = next_alive(e, n);
	if (letter == 0 && len == 0) { /* nowhere */
		memset(next, 0xFF, NEAR_END_LETTERS);
		return NEAR_END_LETTERS;
	}
	if (letter == 0)
		next[len - 1]++;
	for (; letter && len < NEAR_END_LETTERS; letter <<= 8) /* a letter that is cut is any */
		next[len++] = (uint8_t)(letter >> 24);
	return len;
}

size_t near_end_cost(struct near_end *e, struct slice bytes, bool whole, uint32_t cost[2], uint8_t next[NEAR_END_LETTERS])
{
	const uint32_t most = e->word->most;
	uint32_t n = read_letters(e, bytes);
	cost[0] = e->least[n];
	cost[1] = e->least[n < e->few ? n : e->few];
	if (!is_told(e, 0, cost[0]) && !is_told(e, 1, cost[1]))
		return go_on(e, n, next);
	if (whole && near_word_distance(e->word, bytes) > most)
		cost[0] = cost[1] = most + 1;
	return 0;
}
