/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/near_word_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static uint32_t bytes_of(uint32_t cp) { return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4; }

/* A letter's bytes from the outer one inwards, the first one highest. */
static uint64_t outer_bytes(uint32_t cp, bool back)
{
	uint8_t bytes[4] = { (uint8_t)cp };
	uint64_t out = 0;
	size_t n = cp < 0x80 ? 1 : utf8_encode(cp, bytes);
	for (size_t i = 0; i < n; i++)
		out |= (uint64_t)bytes[back ? n - 1 - i : i] << 8 * (NEAR_END_LETTERS - 1 - i);
	return out;
}

static void learn(struct direction *d, const uint32_t *letters, uint32_t n, bool back)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t cp = letters[back ? n - 1 - i : i];
		d->letters[i] = cp;
		if (cp < NEAR_QUICK)
			d->quick[cp] |= bit(i);
		d->begins[i + 1] = d->begins[i] + bytes_of(cp);
	}
	for (uint32_t i = n; i-- > 0;)
		d->ahead[i] = outer_bytes(d->letters[i], back) | d->ahead[i + 1] >> 8 * bytes_of(d->letters[i]);
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

/* An edit takes one letter of the word at most; a confusion may take several, so that little is left to want. */
struct letters_wanted near_word_wanted(const struct near_word *w)
{
	struct letters_wanted wanted = { 0, w->most };
	for (uint32_t i = 0; i < w->n && !w->forth.confusions; i++)
		if (w->forth.letters[i] < 0x80) /* others are several bytes */
			wanted.all |= letter_bit((uint8_t)w->forth.letters[i]);
	return wanted;
}

/* ---- rows of words with confusions ---- */

static bool ends_text(const struct confusion *c, const struct behind *b)
{
	if (c->first ? b->n != c->n_text : b->n < c->n_text)
		return false;
	for (uint32_t i = 0; i < c->n_text; i++)
		if (c->text[c->n_text - 1 - i] != b->letters[i])
			return false;
	return true;
}

void near_word_read_confusable(const struct near_word *w, const struct direction *d, const struct behind *b, uint64_t *row)
{
	const uint64_t *before = b->rows[0];
	uint64_t fits = places(w, d, b->letters[0]);
	for (uint32_t e = 0; e <= w->most; e++) {
		row[e] = (before[e] & fits) << 1;
		if (e >= NEAR_EDIT)
			row[e] |= before[e - NEAR_EDIT] | before[e - NEAR_EDIT] << 1;
	}
	for (uint64_t some = b->letters[0] < NEAR_QUICK ? d->confusions->by_last[b->letters[0]] : 0; some; some &= some - 1) {
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

void near_word_hopes(const struct near_word *w, const struct direction *d, const struct behind *b, const uint64_t *row, uint64_t *out)
{
	memcpy(out, row, (w->most + 1) * sizeof *out);
	for (uint32_t n = 1; n < OCR_LETTERS && n <= b->n; n++)
		if (may_go_on(d, b, n))
			for (uint32_t e = 0; e <= w->most; e++)
				out[e] |= b->rows[n - 1][e];
}

static uint32_t next_letter(const uint8_t **p, const uint8_t *end)
{
	uint32_t cp;
	if (**p < 0x80)
		return *(*p)++;
	*p += utf8_decode(*p, end, &cp);
	return cp;
}

static uint32_t distance_of_ocr(const struct near_word *w, struct slice word, uint32_t *vain)
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
		near_word_read_confusable(w, &w->forth, &b, row);
		bool any = reaches(w, row);
		for (uint32_t i = 0; i < OCR_LETTERS - 1 && i < b.n && !any; i++)
			any = reaches(w, b.rows[i]);
		if (!any) {
			*vain = (uint32_t)(p - word.data);
			return w->most + 1;
		}
	}
	return least(w, row, bit(w->n));
}

uint32_t near_word_distance(const struct near_word *w, struct slice word, uint32_t *vain)
{
	uint64_t row[NEAR_COST_MAX + 1];
	*vain = 0;
	if (w->forth.confusions)
		return distance_of_ocr(w, word, vain);
	start(w, row);
	for (const uint8_t *p = word.data, *end = slice_end(word); p < end;) {
		uint32_t cp = *p, len = cp < 0x80 ? 1 : (uint32_t)utf8_decode(p, end, &cp);
		read_letter(w, &w->forth, row, cp, row);
		p += len;
		if (!(w->most == 2 ? row[2] : row[w->most])) { /* the common limit by itself: so rows are registers */
			*vain = (uint32_t)(p - word.data);
			return w->most + 1;
		}
	}
	return least(w, row, bit(w->n));
}
