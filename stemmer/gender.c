/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/gender.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "stemmer/unicode.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BASE_MIN 3

/* Which endings go with which sign. A slash stands between words, too: it takes few. */
enum { FEMININE = 1, ADJECTIVE = 2, SLASH = 4 };

static const struct sign {
	char sign[4], close[2];
	uint8_t endings;
} signs[] = {
	{ "*", "", FEMININE | ADJECTIVE },  { ":", "", FEMININE | ADJECTIVE },
	{ "_", "", FEMININE | ADJECTIVE },  { "/-", "", FEMININE | ADJECTIVE },
	{ "/", "", FEMININE | SLASH },	    { "(", ")", FEMININE | ADJECTIVE },
	{ "\u00B7", "", FEMININE | ADJECTIVE }, { "\u2022", "", FEMININE | ADJECTIVE },
};

/* Longest first where one begins with another. `joins`: more of a compound may follow. */
static const struct ending {
	char text[6];
	uint8_t kind;
	bool joins;
} endings[] = {
	{ "innen", FEMININE, true },  { "in", FEMININE, false },  { "en", ADJECTIVE, false },
	{ "er", ADJECTIVE, false },   { "es", ADJECTIVE, false }, { "em", ADJECTIVE, false },
	{ "e", ADJECTIVE, false },    { "r", ADJECTIVE | SLASH, false }, { "n", ADJECTIVE, false },
	{ "s", ADJECTIVE, false },    { "m", ADJECTIVE, false },
};

/* strlen() of a field that may be full. */
static size_t field_len(const char *field, size_t max)
{
	const char *nul = memchr(field, 0, max);

	return nul ? (size_t)(nul - field) : max;
}

static bool begins(struct slice text, size_t at, const char *with, size_t len)
{
	return text.len - at >= len && memcmp(text.data + at, with, len) == 0;
}

static enum char_class class_at(struct slice text, size_t at)
{
	uint32_t cp;

	if (at >= text.len)
		return CHAR_OTHER;
	utf8_decode(text.data + at, slice_end(text), &cp);
	return char_class(cp);
}

static bool ending_at(struct slice text, size_t at, const struct sign *sign, struct gender_form *form)
{
	form->close_len = field_len(sign->close, sizeof(sign->close));
	for (size_t i = 0; i < COUNT(endings); i++) {
		size_t len = field_len(endings[i].text, sizeof(endings[i].text));
		if (!(endings[i].kind & sign->endings) || !begins(text, at, endings[i].text, len))
			continue;
		if (!begins(text, at + len, sign->close, form->close_len))
			continue;
		enum char_class after = class_at(text, at + len + form->close_len);
		if (class_is_word(after) && !(endings[i].joins && after == CHAR_LOWER))
			continue;
		form->ending_len = len;
		return true;
	}
	return false;
}

bool gender_at(struct slice text, size_t at, struct gender_form *form)
{
	if (at < BASE_MIN)
		return false;
	for (size_t i = 0; i < COUNT(signs); i++) {
		size_t len = field_len(signs[i].sign, sizeof(signs[i].sign));
		if (!begins(text, at, signs[i].sign, len) || !ending_at(text, at + len, &signs[i], form))
			continue;
		form->base_len = at;
		form->sign_len = len;
		return true;
	}
	return false;
}

/* BürgerInnen: a capital I in the word, behind a small letter. */
static bool inner_capital(struct slice word, size_t at, struct gender_form *form)
{
	static const struct sign capital = { "", "", FEMININE };
	uint8_t small[8] = "i";
	size_t n = word.len - at < sizeof(small) ? word.len - at : sizeof(small);
	uint8_t before = word.data[at - 1];

	if (before < 'a' || before > 'z')
		return false;
	memcpy(small + 1, word.data + at + 1, n - 1);
	*form = (struct gender_form){ .base_len = at };
	return ending_at(slice_of(small, n), 0, &capital, form);
}

bool gender_find(struct slice word, struct gender_form *form)
{
	for (size_t at = BASE_MIN; at < word.len; at++) {
		uint8_t c = word.data[at];
		if (c == 'I' ? inner_capital(word, at, form)
			     : (c < 'A' || c >= 0x80 || c == '_') && gender_at(word, at, form))
			return true;
	}
	return false;
}

uint64_t gender_fingerprint(void)
{
	uint64_t hash = BASE_MIN;

	for (size_t i = 0; i < COUNT(signs); i++) {
		hash = hash_bytes_seed(signs[i].sign, sizeof(signs[i].sign), hash + signs[i].endings);
		hash = hash_bytes_seed(signs[i].close, sizeof(signs[i].close), hash);
	}
	for (size_t i = 0; i < COUNT(endings); i++)
		hash = hash_bytes_seed(endings[i].text, sizeof(endings[i].text),
				       hash + endings[i].kind + 8U * endings[i].joins);
	return hash;
}
