/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/letter_runs.h"

static uint8_t capital(uint8_t small) { return (uint8_t)(small - 'a' + 'A'); }

/* Moves the end no farther than to where a run has the letter. */
static void bound_skip(struct letter_runs *r, uint8_t letter, uint32_t distance)
{
	if (distance < r->skip[letter])
		r->skip[letter] = r->skip[capital(letter)] = (uint8_t)distance;
}

static void make_tables(struct letter_runs *r)
{
	memset(r->skip, (int)r->least, sizeof r->skip);
	memset(r->ends, 0, sizeof r->ends);
	for (uint32_t i = 0; i < r->n; i++) {
		uint8_t last = r->letters[i][r->len[i] - 1];
		r->ends[last] |= (uint16_t)(1u << i);
		r->ends[capital(last)] = r->ends[last];
		for (uint32_t distance = 1; distance < r->least; distance++)
			bound_skip(r, r->letters[i][r->len[i] - 1 - distance], distance);
	}
}

bool letter_runs_add(struct letter_runs *r, struct slice letters)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (memmem(letters.data, letters.len, r->letters[i], r->len[i]))
			return true;
	if (r->n == LETTER_RUNS)
		return false;
	memcpy(r->letters[r->n], letters.data, letters.len);
	r->len[r->n++] = (uint32_t)letters.len;
	r->least = r->n == 1 || letters.len < r->least ? (uint32_t)letters.len : r->least;
	make_tables(r);
	return true;
}

static bool ends_at(const struct letter_runs *r, uint32_t run, const uint8_t *end, size_t room)
{
	const uint32_t len = r->len[run];
	if (len > room)
		return false;
	for (uint32_t k = 2; k <= len; k++)
		if ((end[-(ptrdiff_t)k] | 0x20) != r->letters[run][len - k])
			return false;
	return true;
}

size_t letter_runs_find(const struct letter_runs *r, struct slice text, size_t end, uint32_t *len)
{
	if (r->n == 0)
		return LETTER_RUNS_NOWHERE;
	for (size_t at = (end > r->least ? end : r->least) - 1; at < text.len; at += r->skip[text.data[at]])
		for (uint32_t which = r->ends[text.data[at]]; which; which &= which - 1) {
			uint32_t run = (uint32_t)__builtin_ctz(which);
			if (ends_at(r, run, text.data + at + 1, at + 1)) {
				*len = r->len[run];
				return at + 1;
			}
		}
	return LETTER_RUNS_NOWHERE;
}
