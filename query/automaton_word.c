/* SPDX-License-Identifier: GPL-2.0-or-later */
/* automaton_word.c - automata of wildcards, built from their end, and of words that are like a word. */
#include "query/automaton.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "query/near_word.h"

/* The code points of a word in small letters; FUND_LIMIT: longer than any automaton is. */
static enum fund_status decode(struct slice text, uint32_t *cps, uint32_t cap, uint32_t *n)
{
	const uint8_t *p = text.data, *end = slice_end(text);
	for (*n = 0; p < end; ++*n) {
		if (*n == cap)
			return FUND_LIMIT;
		p += utf8_decode(p, end, &cps[*n]);
		cps[*n] = automaton_lower(cps[*n]);
	}
	return FUND_OK;
}

static uint32_t letter(struct automaton *a, uint32_t cp, uint32_t next)
{
	return automaton_add(a, (struct automaton_node){ .kind = NODE_LETTER, .value = cp, .next = next });
}

static uint32_t any(struct automaton *a, uint32_t next) { return automaton_add(a, (struct automaton_node){ .kind = NODE_ANY, .next = next }); }

static uint32_t split(struct automaton *a, uint32_t next, uint32_t other)
{
	if (next == NODE_NONE || other == NODE_NONE)
		return NODE_NONE;
	return automaton_add(a, (struct automaton_node){ .kind = NODE_SPLIT, .next = next, .other = other });
}

/* ---- wildcards ---- */

static const struct {
	uint32_t one, first, second;
} spellings[] = { { 0xE4, 'a', 'e' }, { 0xF6, 'o', 'e' }, { 0xFC, 'u', 'e' }, { 0xDF, 's', 's' } };

#define PATTERN_MAX 1024u

/* Any letters, or none: a loop. */
static uint32_t star(struct automaton *a, uint32_t next)
{
	uint32_t loop = automaton_add(a, (struct automaton_node){ .kind = NODE_SPLIT, .next = next, .other = next });
	uint32_t letters = loop == NODE_NONE ? NODE_NONE : any(a, loop);
	if (letters != NODE_NONE)
		automaton_node(a, loop)->next = letters;
	return letters == NODE_NONE ? NODE_NONE : loop;
}

/* What begins with letter i, given what begins with i + 1 and i + 2. */
static uint32_t spelt(struct automaton *a, const uint32_t *cps, uint32_t n, uint32_t i, const uint32_t *at)
{
	uint32_t plain = letter(a, cps[i], at[i + 1]);
	for (size_t k = 0; k < sizeof spellings / sizeof *spellings; k++) {
		if (cps[i] == spellings[k].one)
			return split(a, plain, letter(a, spellings[k].first, letter(a, spellings[k].second, at[i + 1])));
		if (i + 1 < n && cps[i] == spellings[k].first && cps[i + 1] == spellings[k].second)
			return split(a, plain, letter(a, spellings[k].one, at[i + 2]));
	}
	return plain;
}

enum fund_status automaton_wildcard(struct automaton **out, struct slice pattern)
{
	uint32_t cps[PATTERN_MAX], at[PATTERN_MAX + 1], n;
	struct automaton *a;
	enum fund_status st = decode(pattern, cps, PATTERN_MAX, &n);
	*out = NULL;
	if (st == FUND_OK)
		st = automaton_new(&a);
	if (st != FUND_OK)
		return st;
	at[n] = automaton_add(a, (struct automaton_node){ .kind = NODE_ACCEPT });
	for (uint32_t i = n; i-- > 0;)
		at[i] = cps[i] == '*' ? star(a, at[i + 1]) : spelt(a, cps, n, i, at);
	*out = a;
	return automaton_finish(out, at[0]);
}

/* ---- words within some edits ---- */

_Static_assert(AUTOMATON_EDIT == NEAR_EDIT, "costs are passed on");

static enum fund_status near(struct automaton **out, struct slice word, uint32_t edits,
			     enum fund_status (*make)(struct near_word **out, const uint32_t *letters, uint32_t n, uint32_t edits))
{
	uint32_t cps[NEAR_WORD_LETTERS], n;
	struct near_word *made = NULL;
	*out = NULL;
	enum fund_status st = decode(word, cps, NEAR_WORD_LETTERS, &n);
	if (st == FUND_OK)
		st = make(&made, cps, n, edits);
	return st == FUND_OK ? automaton_of_near(out, made) : st;
}

enum fund_status automaton_fuzzy(struct automaton **out, struct slice word, uint32_t edits) { return near(out, word, edits, near_word_new); }
enum fund_status automaton_ocr(struct automaton **out, struct slice word, uint32_t edits) { return near(out, word, edits, near_word_ocr); }
