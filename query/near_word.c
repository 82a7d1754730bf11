/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/near_word.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define QUICK 256u /* letters below it are looked up, those above are searched */

/* Where each letter stands in the word: bit i for letter i. */
struct direction {
	uint64_t quick[QUICK];
	uint32_t letters[NEAR_WORD_LETTERS];
};

struct near_word {
	uint32_t n, edits;
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

enum fund_status near_word_new(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits)
{
	struct near_word *w = calloc(1, sizeof *w);
	*out = w;
	if (!w)
		return FUND_NO_MEMORY;
	w->n = n;
	w->edits = edits < NEAR_WORD_EDITS ? edits : NEAR_WORD_EDITS;
	learn(&w->forth, letters, n, false);
	learn(&w->back, letters, n, true);
	return FUND_OK;
}

uint32_t near_word_edits(const struct near_word *w) { return w->edits; }
uint32_t near_word_letters(const struct near_word *w) { return w->n; }

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
	for (uint32_t e = 1; e <= w->edits; e++)
		row[e] = row[e - 1] | row[e - 1] << 1;
}

static void read_letter(const struct near_word *w, const struct direction *d, const uint64_t *before, uint32_t cp, uint64_t *row)
{
	uint64_t fits = places(w, d, cp), fewer = before[0];
	row[0] = (before[0] & fits) << 1;
	for (uint32_t e = 1; e <= w->edits; e++) {
		uint64_t here = before[e];
		/* the word's next letter; one put in; another in its place, or one of the word left out */
		row[e] = (here & fits) << 1 | fewer | (fewer | row[e - 1]) << 1;
		fewer = here;
	}
}

/* The fewest edits with which any of the word's places is reached that are in `wanted`. */
static uint32_t least(const struct near_word *w, const uint64_t *row, uint64_t wanted)
{
	uint32_t e = 0;
	while (e <= w->edits && !(row[e] & wanted))
		e++;
	return e;
}

uint32_t near_word_distance(const struct near_word *w, struct slice word)
{
	uint64_t row[NEAR_WORD_EDITS + 1];
	uint32_t cp;
	start(w, row);
	for (const uint8_t *p = word.data, *end = slice_end(word); p < end;) {
		if (*p < 0x80)
			cp = *p++;
		else
			p += utf8_decode(p, end, &cp);
		read_letter(w, &w->forth, row, cp, row);
		if (!row[w->edits])
			return w->edits + 1;
	}
	return least(w, row, bit(w->n));
}

/* ---- beginnings and ends ---- */

void near_end_init(struct near_end *e, const struct near_word *w, bool back)
{
	uint32_t least = w->n > w->edits ? w->n - w->edits : 0; /* letters that a near word has */
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

void near_end_cost(struct near_end *e, struct slice bytes, uint32_t cost[2])
{
	const struct near_word *w = e->word;
	const uint64_t word = UINT64_MAX >> (NEAR_WORD_LETTERS - w->n);
	cost[0] = cost[1] = w->edits + 1;
	if (is_dead(e, bytes))
		return;
	uint32_t letters[NEAR_END_LETTERS], n = e->back ? last_letters(bytes, letters) : first_letters(bytes, letters), same = 0;
	while (same < n && same < e->n && letters[same] == e->letters[same])
		same++;
	for (uint32_t i = same; i < n; i++) {
		e->letters[i] = letters[i];
		read_letter(w, e->back ? &w->back : &w->forth, e->rows[i], letters[i], e->rows[i + 1]);
		if (e->rows[i + 1][w->edits] & word)
			continue;
		e->n = i + 1;
		if (i < e->few)
			note_dead(e, bytes, i + 1);
		else
			cost[1] = least(w, e->rows[e->few], word);
		return;
	}
	e->n = n;
	cost[0] = least(w, e->rows[n], word);
	cost[1] = n <= e->few ? cost[0] : least(w, e->rows[e->few], word);
}
