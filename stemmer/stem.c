/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/stem.h"

#include <libstemmer.h>

enum fund_status stemmer_init(struct stemmer *s)
{
	s->snowball = sb_stemmer_new("german", "UTF_8");
	return s->snowball ? FUND_OK : FUND_NO_MEMORY;
}

void stemmer_release(struct stemmer *s)
{
	if (s->snowball)
		sb_stemmer_delete(s->snowball);
	s->snowball = NULL;
}

static bool is_vowel(uint8_t c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

/* A copy in which no a, o, u stands before e. The stand-ins keep what the algorithm looks at: i is a vowel that is in
 * no suffix before an e; v is a consonant, as u between vowels is. */
static void hide_digraphs(struct slice word, uint8_t *copy)
{
	memcpy(copy, word.data, word.len);
	for (size_t i = 0; i + 1 < word.len; i++) {
		uint8_t c = word.data[i];
		if (word.data[i + 1] != 'e' || (c != 'a' && c != 'o' && c != 'u'))
			continue;
		copy[i] = c == 'u' && i && is_vowel(word.data[i - 1]) ? 'v' : 'i';
	}
}

enum fund_status stemmer_stem(struct stemmer *s, struct slice word, struct slice *stem)
{
	uint8_t copy[STEM_MAX];

	*stem = word;
	if (word.len > STEM_MAX || word.len < 3)
		return FUND_OK;
	hide_digraphs(word, copy);
	const sb_symbol *result = sb_stemmer_stem(s->snowball, copy, (int)word.len);
	if (result == NULL)
		return FUND_NO_MEMORY;
	size_t len = (size_t)sb_stemmer_length(s->snowball);
	if (len <= word.len && memcmp(result, copy, len) == 0)
		stem->len = len;
	else
		*stem = slice_of(result, len);
	return FUND_OK;
}
