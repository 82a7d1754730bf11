/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/stem_letters.h"

#define RUN_MOST 8u
#define VOWELS_MOST 2u
#define WORD_MOST 256u

static bool is_vowel(uint8_t c) { return c == 'a' || c == 'o' || c == 'u'; }

/* ---- of stems ---- */

/* Those behind which an e may stand that goes. UINT32_MAX: not all are small letters. */
static uint32_t count_vowels(struct slice run)
{
	uint32_t n = 0;
	for (size_t i = 0; i < run.len; i++) {
		if (!is_small_letter(run.data[i]))
			return UINT32_MAX;
		n += i + 1 < run.len && is_vowel(run.data[i]);
	}
	return n;
}

/* The run with the fewest vowels, of those the longest; without bytes: there is none. */
static struct slice choose_run(struct slice stem, size_t least, uint32_t *n_vowels)
{
	struct slice best = slice_of(NULL, 0);
	*n_vowels = VOWELS_MOST + 1;
	for (size_t from = 0; from + least <= stem.len; from++)
		for (size_t len = least; len <= RUN_MOST && from + len <= stem.len; len++) {
			struct slice run = slice_part(stem, from, len);
			uint32_t n = count_vowels(run);
			if (n < *n_vowels || (n == *n_vowels && len > best.len)) {
				best = run;
				*n_vowels = n;
			}
		}
	return best;
}

/* The run with an e behind those of its vowels that have a bit in `way`. */
static bool add_run(struct stem_letters *s, struct slice run, uint32_t way)
{
	uint8_t letters[RUN_MOST + VOWELS_MOST];
	uint32_t n = 0, vowel = 0;
	for (size_t i = 0; i < run.len; i++) {
		letters[n++] = run.data[i];
		if (i + 1 < run.len && is_vowel(run.data[i]) && way >> vowel++ & 1)
			letters[n++] = 'e';
	}
	return letter_runs_add(&s->runs, slice_of(letters, n));
}

void stem_letters_add(struct stem_letters *s, struct slice stem)
{
	uint32_t n_vowels = 0;
	size_t least = stem.len < STEM_LETTERS_LEAST ? stem.len : STEM_LETTERS_LEAST;
	struct slice run = least ? choose_run(stem, least, &n_vowels) : stem;
	s->short_ones |= least < STEM_LETTERS_LEAST;
	s->unknown |= run.len == 0;
	for (uint32_t way = 0; !s->unknown && way < UINT32_C(1) << n_vowels; way++)
		s->unknown = !add_run(s, run, way);
}

/* ---- in words ---- */

/* A letter that is no ASCII, or a sign: *n letters. -> its bytes; 0: letters that are not known. */
static size_t fold_high(const uint8_t *p, size_t left, uint8_t *out, size_t *n)
{
	static const uint8_t umlauts[][2] = { { 0xA4, 'a' }, { 0x84, 'a' }, { 0xB6, 'o' }, { 0x96, 'o' }, { 0xBC, 'u' }, { 0x9C, 'u' }, { 0x9F, 's' } };
	for (size_t i = 0; left >= 2 && p[0] == 0xC3 && i < sizeof umlauts / sizeof *umlauts; i++)
		if (p[1] == umlauts[i][0]) {
			out[0] = out[1] = umlauts[i][1];
			*n = umlauts[i][1] == 's' ? 2 : 1;
			return 2;
		}
	if (left >= 2 && p[0] == 0xC2 && (p[1] == 0xA0 || p[1] == 0xAB || p[1] == 0xAD || p[1] == 0xBB))
		return 2;
	return left >= 3 && p[0] == 0xE2 && p[1] == 0x80 ? 3 : 0; /* dashes, quotation marks, what cannot be seen */
}

/* An apostrophe that ends here, and behind it an s that goes with it, but not at the word's end: Müller's-Haus. */
static bool is_inner_genitive(struct slice word, size_t end)
{
	uint8_t sign = word.data[end - 1];
	bool apostrophe = sign == '\'' || sign == '`' || sign >= 0x80;
	return apostrophe && end + 1 < word.len && (word.data[end] | 0x20) == 's' && !is_letter(word.data[end + 1]);
}

/* Its letters alone. false: not all are known. */
static bool fold(struct slice word, uint8_t *out, size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < word.len;) {
		uint8_t c = word.data[i];
		size_t n = 0, taken = 1;
		if (is_letter(c))
			out[(*len)++] = c | 0x20;
		else if (c >= 0x80)
			taken = fold_high(word.data + i, word.len - i, out + *len, &n);
		i += taken;
		if (taken == 0 || (n == 0 && is_inner_genitive(word, i)))
			return false;
		*len += n;
	}
	return true;
}

static bool is_plain(struct slice word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!is_letter(word.data[i]))
			return false;
	return true;
}

bool stem_letters_may_be_in(const struct stem_letters *s, struct slice word)
{
	uint8_t folded[WORD_MOST];
	uint32_t run;
	if (s->unknown || word.len > WORD_MOST)
		return true;
	if (!is_plain(word)) {
		if (!fold(word, folded, &word.len))
			return true;
		word.data = folded;
	}
	return letter_runs_find(&s->runs, word, 0, &run) != LETTER_RUNS_NOWHERE;
}
