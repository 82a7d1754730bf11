/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/near_word.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "query/ocr_letters.h"

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
	uint32_t shrinks;    /* letters that a near word may have less */
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
	(*out)->most = (*out)->shrinks = edits < NEAR_WORD_EDITS ? edits : NEAR_WORD_EDITS;
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
	uint32_t plain[NEAR_WORD_LETTERS], shrinks = 0;
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
	}
	w->shrinks = shrinks ? w->most * shrinks : w->most / NEAR_EDIT;
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

uint32_t near_word_distance(const struct near_word *w, struct slice word)
{
	uint64_t row[NEAR_WORD_EDITS + 1];
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
	start(w, e->rows[0]);
}

static bool is_inner(uint8_t byte) { return (byte & 0xC0) == 0x80; }

static uint32_t first_letters(struct slice s, uint32_t *out)
{
	uint32_t n = 0;
	for (const uint8_t *p = s.data, *end = slice_end(s); p < end && n < NEAR_END_LETTERS;) {
		if (*p < 0x80) {
			out[n++] = *p++;
			continue;
		}
		size_t want = *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
		if ((size_t)(end - p) < want)
			break;
		p += utf8_decode(p, end, &out[n++]);
	}
	return n;
}

static uint32_t last_letters(struct slice s, uint32_t *out)
{
	uint32_t n = 0;
	for (size_t end = s.len, at; end > 0 && n < NEAR_END_LETTERS; end = at) {
		at = end - 1;
		if (s.data[at] < 0x80) {
			out[n++] = s.data[at];
			continue;
		}
		while (at > 0 && is_inner(s.data[at]))
			at--;
		if (is_inner(s.data[at]))
			break;
		utf8_decode(s.data + at, s.data + end, &out[n++]);
	}
	return n;
}

static bool is_dead(const struct near_end *e, struct slice bytes)
{
	size_t n = e->n_dead;
	return n && n <= bytes.len && memcmp(e->back ? bytes.data + bytes.len - n : bytes.data, e->dead, n) == 0;
}

/* The outer bytes that have these letters: what follows with the same need not be worked out. */
static void note_dead(struct near_end *e, struct slice bytes, uint32_t n_letters)
{
	size_t n = 0;
	uint8_t room[4];
	for (uint32_t i = 0; i < n_letters; i++)
		n += utf8_encode(e->letters[i], room);
	e->n_dead = 0;
	if (n > bytes.len || n > sizeof e->dead)
		return; /* not UTF-8 */
	e->n_dead = (uint32_t)n;
	memcpy(e->dead, e->back ? bytes.data + bytes.len - n : bytes.data, n);
}

/* Reads letter i of the end; `hope`: of the places that it may yet come to. */
static void read_end(struct near_end *e, uint32_t i, uint64_t *hope)
{
	const struct near_word *w = e->word;
	const struct direction *d = e->back ? &w->back : &w->forth;
	struct behind b = { .n = i + 1 };
	if (!d->confusions) {
		read_letter(w, d, e->rows[i], e->letters[i], e->rows[i + 1]);
		memcpy(hope, e->rows[i + 1], (w->most + 1) * sizeof *hope);
		return;
	}
	for (uint32_t k = 0; k < OCR_LETTERS && k <= i; k++) {
		b.letters[k] = ocr_letter(e->letters[i - k]);
		b.rows[k] = e->rows[i - k];
	}
	read_confusable(w, d, &b, e->rows[i + 1]);
	hopes(w, d, &b, e->rows[i + 1], hope);
}

void near_end_cost(struct near_end *e, struct slice bytes, uint32_t cost[2])
{
	const struct near_word *w = e->word;
	const uint64_t word = UINT64_MAX >> (NEAR_WORD_LETTERS - w->n);
	cost[0] = cost[1] = w->most + 1;
	if (is_dead(e, bytes))
		return;
	uint32_t letters[NEAR_END_LETTERS], n = e->back ? last_letters(bytes, letters) : first_letters(bytes, letters), same = 0;
	while (same < n && same < e->n && letters[same] == e->letters[same])
		same++;
	for (uint32_t i = same; i < n; i++) {
		uint64_t hope[NEAR_COST_MAX + 1];
		e->letters[i] = letters[i];
		read_end(e, i, hope);
		e->least[i + 1] = least(w, hope, word);
		if (e->least[i + 1] <= w->most)
			continue;
		e->n = i + 1;
		if (i < e->few)
			note_dead(e, bytes, i + 1);
		else
			cost[1] = e->least[e->few];
		return;
	}
	e->n = n;
	cost[0] = e->least[n];
	cost[1] = e->least[n <= e->few ? n : e->few];
}
