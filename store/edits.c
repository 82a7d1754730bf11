/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/edits.h"

/* ---- making ---- */

/* Do both go on alike behind a replacement? */
static bool goes_on(struct slice base, size_t i, struct slice word, size_t j)
{
	return i < base.len && j < word.len && base.data[i] == word.data[j] &&
	       ((i + 1 == base.len || j + 1 == word.len) || base.data[i + 1] == word.data[j + 1]);
}

/* How many bytes of base become how many of word; false: nothing of the kind. An umlaut or other letter of two bytes for one or two, a letter
 * or sign that is more, one for another. */
static bool find_replacement(struct slice base, size_t i, struct slice word, size_t j, size_t *from, size_t *to)
{
	static const uint8_t tried[][2] = { { 1, 2 }, { 2, 2 }, { 0, 1 }, { 1, 1 }, { 0, 2 } };
	for (size_t k = 0; k < sizeof tried / sizeof *tried; k++) {
		*from = tried[k][0];
		*to = tried[k][1];
		bool high = j < word.len && word.data[j] >= 0xC2 && word.data[j] < 0xE0;
		if (high == (*to == 2) && goes_on(base, i + *from, word, j + *to))
			return true;
	}
	return false;
}

void edit_make(struct slice base, struct slice word, struct edit *out)
{
	size_t i = 0, j = 0, last = 0, from, to;
	uint8_t *p = out->rule + 1;
	out->n_places = 0;
	while (i < base.len && j < word.len) {
		if (base.data[i] == word.data[j]) {
			i++;
			j++;
			continue;
		}
		if (out->n_places == EDIT_PLACES || !find_replacement(base, i, word, j, &from, &to))
			break;
		out->places[out->n_places++] = (uint8_t)(i - last);
		*p++ = (uint8_t)(from << 4 | to);
		memcpy(p, word.data + j, to);
		p += to;
		i += from;
		j += to;
		last = i;
	}
	size_t cut = base.len - i, more = cut < EDIT_CUT_INLINE ? cut : EDIT_CUT_INLINE;
	out->rule[0] = (uint8_t)(out->n_places | more << 3);
	if (more == EDIT_CUT_INLINE)
		*p++ = (uint8_t)(cut - EDIT_CUT_INLINE);
	memcpy(p, word.data + j, word.len - j);
	out->rule_len = (uint32_t)(p + (word.len - j) - out->rule);
}

/* ---- reading ---- */

size_t edit_apply(struct slice rule, const uint8_t *places, struct slice base, uint8_t *out, size_t room)
{
	struct cursor c = cursor_of(rule);
	uint8_t head = cursor_u8(&c);
	size_t len = 0;
	for (uint32_t k = 0; k < (head & 7u); k++) {
		uint8_t lengths = cursor_u8(&c);
		size_t kept = places[k], from = lengths >> 4;
		struct slice to = cursor_take(&c, lengths & 15u);
		if (c.bad || kept + from > base.len || len + kept + to.len > room)
			return 0;
		memcpy(out + len, base.data, kept);
		memcpy(out + len + kept, to.data, to.len);
		len += kept + to.len;
		base = slice_part(base, kept + from, base.len - kept - from);
	}
	size_t cut = head >> 3;
	if (cut == EDIT_CUT_INLINE)
		cut += cursor_u8(&c);
	size_t more = cursor_left(&c);
	if (c.bad || cut > base.len || len + base.len - cut + more > room)
		return 0;
	if (base.len > cut)
		memcpy(out + len, base.data, base.len - cut);
	len += base.len - cut;
	if (more)
		memcpy(out + len, c.p, more);
	return len + more;
}

bool edit_keeps(struct slice rule, const uint8_t *places, size_t len, size_t n, size_t *made)
{
	struct cursor c = cursor_of(rule);
	uint8_t head = cursor_u8(&c);
	size_t kept = 0, gone = 0, come = 0;
	for (uint32_t k = 0; k < (head & 7u); k++) {
		uint8_t lengths = cursor_u8(&c);
		if (k == 0 && places[0] < n)
			return false;
		kept += places[k];
		gone += lengths >> 4;
		come += cursor_take(&c, lengths & 15u).len;
	}
	size_t cut = head >> 3;
	if (cut == EDIT_CUT_INLINE)
		cut += cursor_u8(&c);
	if (c.bad || len < kept + gone + cut || ((head & 7u) == 0 && len - cut < n))
		return false;
	*made = len - gone - cut + come + cursor_left(&c);
	return true;
}

bool edit_list_begin(struct edit_list *list, struct slice bytes)
{
	list->rest = cursor_of(bytes);
	list->n = cursor_u8(&list->rest);
	list->n_read = 0;
	memset(list->asked, 0, sizeof list->asked);
	return list->n <= EDITS_LISTED && !list->rest.bad;
}

static bool read_listed(struct edit_list *list, uint8_t number, struct slice *rule)
{
	const uint8_t *p = list->rest.p, *end = list->rest.end;
	uint32_t n = list->n_read;
	for (; n <= number && end - p > (ptrdiff_t)EDIT_RULE_MAX && *p; p += 1 + *p) /* most: what is ahead holds any rule */
		list->at[n++] = p;
	for (ptrdiff_t len; n <= number && p < end && (len = *p) > 0 && len < end - p; p += 1 + len)
		list->at[n++] = p;
	list->rest.p = p;
	list->n_read = n;
	*rule = number < n ? edit_listed(list, number) : slice_of(NULL, 0);
	return number < n;
}

bool edit_rule_read_on(struct edit_list *list, struct cursor *c, struct slice *rule)
{
	uint8_t number = cursor_u8(c);
	if (number < list->n)
		return read_listed(list, number, rule) && !c->bad;
	if (number < EDITS_LISTED)
		return false;
	*rule = cursor_take(c, cursor_u8(c));
	return !c->bad;
}

bool edit_rule_pass_on(struct edit_list *list, struct cursor *c, uint64_t *letters)
{
	struct slice rule;
	uint32_t n_places;
	if (!edit_rule_read_on(list, c, &rule) || !edit_rule_places(rule, &n_places))
		return false;
	*letters = letters_in(slice_from(rule, 1));
	cursor_take(c, n_places);
	return !c->bad;
}

bool edit_rule_keeps_on(struct edit_list *list, struct cursor *c, size_t len, size_t n, size_t *made)
{
	struct slice rule;
	uint32_t n_places;
	if (!edit_rule_read_on(list, c, &rule) || !edit_rule_places(rule, &n_places))
		return false;
	struct slice places = cursor_take(c, n_places);
	return !c->bad && edit_keeps(rule, places.data, len, n, made);
}
