/* SPDX-License-Identifier: GPL-2.0-or-later */
/* date_range.c - dates of --from, --to and datum: as inclusive ranges of packed dates. */
#include "query/ast.h"
#include "store/segment.h"

/* An article dated 2022-01 lies in 2022-01 and in 2022, not in 2022-01-18: a date is compared at the range's precision, so the
 * range from 2022-01 begins at the packed value with day 0, and ends with day 31. */
static bool digits(struct slice *s, size_t n, uint32_t *value)
{
	*value = 0;
	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->data[i] < '0' || s->data[i] > '9')
			return false;
		*value = *value * 10 + (uint32_t)(s->data[i] - '0');
	}
	s->data += n;
	s->len -= n;
	return true;
}

static bool dash(struct slice *s)
{
	if (s->len == 0 || s->data[0] != '-')
		return false;
	s->data++;
	s->len--;
	return true;
}

static uint32_t month_days(uint32_t year, uint32_t month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool one_date(struct slice s, uint32_t *first, uint32_t *last)
{
	uint32_t y, m = 0, d = 0;
	if (!digits(&s, 4, &y) || y < 1)
		return false;
	if (s.len && (!dash(&s) || !digits(&s, 2, &m) || m < 1 || m > 12))
		return false;
	if (s.len && (!dash(&s) || !digits(&s, 2, &d) || d < 1 || d > month_days(y, m)))
		return false;
	if (s.len)
		return false;
	*first = DATE_PACK(y, m, d);
	*last = DATE_PACK(y, m ? m : 15u, d ? d : 31u);
	return true;
}

bool parse_date_range(struct slice text, uint32_t *from, uint32_t *to)
{
	uint32_t first, last;
	const uint8_t *dots = NULL;
	for (size_t i = 0; i + 1 < text.len && !dots; i++)
		if (text.data[i] == '.' && text.data[i + 1] == '.')
			dots = text.data + i;
	*from = 1;
	*to = UINT32_MAX;
	if (!dots)
		return one_date(text, from, to);
	struct slice left = slice_of(text.data, (size_t)(dots - text.data));
	struct slice right = slice_of(dots + 2, text.len - left.len - 2);
	if (left.len == 0 && right.len == 0)
		return false;
	if (left.len && !one_date(left, from, &last))
		return false;
	if (right.len && !one_date(right, &first, to))
		return false;
	return *from <= *to;
}

bool parse_one_date(struct slice text, uint32_t *from, uint32_t *to)
{
	return text.len && !memmem(text.data, text.len, "..", 2) && parse_date_range(text, from, to);
}
