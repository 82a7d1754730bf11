/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/part_forms.h"

#include "base/utf8.h"
#include "indexer/met_forms.h"

#define ENDING_MAX 2u /* letters of an inflection that no part of a compound is */

static uint32_t next_letter(const uint8_t **p, const uint8_t *end)
{
	uint32_t cp;
	*p += utf8_decode(*p, end, &cp);
	return cp == 0xE4 ? 'a' : cp == 0xF6 ? 'o' : cp == 0xFC ? 'u' : cp;
}

static size_t letters_shared(struct slice a, struct slice b)
{
	const uint8_t *p = a.data, *q = b.data, *p_end = slice_end(a), *q_end = slice_end(b);
	size_t n = 0;
	while (p < p_end && q < q_end && *p == *q && *p < 0x80)
		n++, p++, q++;
	while (p < p_end && q < q_end && next_letter(&p, p_end) == next_letter(&q, q_end))
		n++;
	return n;
}

/* Of the compound, an inflection that its own stem lacks. */
static size_t ending_of(struct slice word)
{
	const uint8_t *end = slice_end(word);
	if (word.len > ENDING_MAX && end[-2] == 'e' && strchr("nrsm", end[-1]))
		return 2;
	return word.len && strchr("ens", end[-1]) ? 1 : 0;
}

enum fund_status part_forms_shared(struct analyser *a, struct slice row, struct slice word, struct buf *room, struct buf *out, bool *differ)
{
	struct cursor c = cursor_of(row);
	struct met_form f;
	enum fund_status st = FUND_OK;
	size_t enough = utf8_length(word) - ending_of(word);
	*differ = false;
	while (st == FUND_OK && met_form_next(&c, &f)) {
		size_t n = letters_shared(f.word, word);
		if (n < enough) { /* folding may make it more */
			buf_reset(room);
			st = analyse_fold(a, f.word, room);
			n = letters_shared(slice_buf(room), word);
		}
		*differ |= n < enough;
		if (st == FUND_OK)
			st = buf_add_byte(out, (uint8_t)(n < UINT8_MAX ? n : UINT8_MAX));
	}
	return st;
}
