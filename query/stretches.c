/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/stretches.h"

#include <stdlib.h>

#define CHUNK_MOST 256u /* bytes between blanks that are looked at */

void stretches_release(struct stretches *s)
{
	free(s->at);
	*s = (struct stretches){ NULL, 0, 0 };
}

/* ---- places ---- */

static enum fund_status add_place(struct stretches *s, size_t from, size_t until)
{
	struct stretch *grown = array_room(s->at, s->n + (size_t)1, &s->cap, sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	s->at = grown;
	s->at[s->n++] = (struct stretch){ (uint32_t)from, (uint32_t)until };
	return FUND_OK;
}

/* As they are written. */
static enum fund_status find_runs(struct stretches *s, const struct letter_runs *runs, struct slice text)
{
	enum fund_status st = FUND_OK;
	uint32_t len;
	for (size_t end = 0; st == FUND_OK && (end = letter_runs_find(runs, text, end, &len)) != LETTER_RUNS_NOWHERE; end++)
		st = add_place(s, end - len, end);
	return st;
}

/* Bytes within a word that is not written as it is folded. */
static const uint8_t special[256] = {
	['-'] = 1, ['\''] = 1, ['`'] = 1, ['*'] = 1, [':'] = 1, ['_'] = 1, ['/'] = 1, ['('] = 1, ['&'] = 1, ['.'] = 1, ['@'] = 1, ['+'] = 1, ['#'] = 1,
	[0x80 ... 0xFF] = 1,
};

/* Does the word at whose end `at` is go on in the next line? */
static bool may_go_on(struct slice text, size_t at)
{
	if (text.data[at - 1] != '-' && text.data[at - 1] < 0x80)
		return false;
	while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t'))
		at++;
	return at < text.len && (text.data[at] == '\n' || text.data[at] == '\r');
}

/* What stands between blanks and has a special byte. */
static enum fund_status find_others(struct stretches *s, const struct stem_letters *letters, struct slice text)
{
	enum fund_status st = FUND_OK;
	for (size_t at = 0; at < text.len && st == FUND_OK;) {
		if (!special[text.data[at]] || (text.data[at] == '.' && at + 1 < text.len && text.data[at + 1] == ' ')) {
			at++;
			continue;
		}
		size_t from = at, until = at + 1;
		while (from > 0 && at - from < CHUNK_MOST && !is_white(text.data[from - 1]))
			from--;
		while (until < text.len && until - at < CHUNK_MOST && !is_white(text.data[until]))
			until++;
		if (stem_letters_may_be_in(letters, slice_part(text, from, until - from)) || may_go_on(text, until))
			st = add_place(s, from, until);
		at = until;
	}
	return st;
}

/* ---- stretches ---- */

static bool is_between_words(struct slice text, size_t at)
{
	return text.data[at] == ' ' && at > 0 && at + 1 < text.len && is_letter(text.data[at - 1]) && is_letter(text.data[at + 1]);
}

/* Between two such places stands a word at least. */
static size_t back_over(struct slice text, size_t at, uint32_t margin)
{
	for (; at > 0; at--)
		if (at < text.len && is_between_words(text, at) && margin-- == 0)
			return at + 1;
	return 0;
}

static size_t on_over(struct slice text, size_t at, uint32_t margin)
{
	for (; at < text.len; at++)
		if (is_between_words(text, at) && margin-- == 0)
			return at;
	return text.len;
}

static int by_place(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;
	return x->from != y->from ? (x->from > y->from) - (x->from < y->from) : (x->until > y->until) - (x->until < y->until);
}

/* Places with what stands beside them; those that meet become one. */
static void widen(struct stretches *s, struct slice text, uint32_t margin)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		struct stretch *last = n ? &s->at[n - 1] : NULL;
		if (last && s->at[i].until <= last->until && text.len == last->until)
			break;
		size_t from = back_over(text, s->at[i].from, margin), until = on_over(text, s->at[i].until, margin);
		if (last && from <= last->until + (size_t)1)
			last->until = until > last->until ? (uint32_t)until : last->until;
		else
			s->at[n++] = (struct stretch){ (uint32_t)from, (uint32_t)until };
	}
	s->n = n;
}

enum fund_status stretches_find(struct stretches *s, const struct stem_letters *letters, struct slice text, uint32_t margin)
{
	s->n = 0;
	if (letters->unknown || letters->short_ones)
		return add_place(s, 0, text.len);
	enum fund_status st = find_runs(s, &letters->runs, text);
	if (st == FUND_OK)
		st = find_others(s, letters, text);
	if (s->n > 1)
		qsort(s->at, s->n, sizeof *s->at, by_place);
	if (st == FUND_OK)
		widen(s, text, margin);
	return st;
}
