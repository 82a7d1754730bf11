/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/width.h"

#include "base/utf8.h"
#include "base/width_tables.h"

static bool is_in(const struct width_range *ranges, size_t n, uint32_t cp)
{
	size_t low = 0;
	while (low < n) {
		size_t mid = low + (n - low) / 2;
		if (cp > ranges[mid].last)
			low = mid + 1;
		else if (cp < ranges[mid].first)
			n = mid;
		else
			return true;
	}
	return false;
}

uint32_t character_width(uint32_t cp)
{
	if (cp < 0x300) /* Latin: each takes one */
		return 1;
	if (is_in(zero_width, sizeof zero_width / sizeof *zero_width, cp))
		return 0;
	return is_in(double_width, sizeof double_width / sizeof *double_width, cp) ? 2 : 1;
}

uint32_t text_width(struct slice text)
{
	uint32_t width = 0, cp;
	for (size_t i = 0; i < text.len; width += character_width(cp))
		i += utf8_decode(text.data + i, slice_end(text), &cp);
	return width;
}

size_t text_fitting(struct slice text, uint32_t columns)
{
	uint32_t width = 0, cp;
	size_t n;
	for (size_t i = 0; i < text.len; i += n) {
		n = utf8_decode(text.data + i, slice_end(text), &cp);
		width += character_width(cp);
		if (width > columns)
			return i;
	}
	return text.len;
}

size_t text_fitting_end(struct slice text, uint32_t columns)
{
	uint32_t width = 0, cp;
	size_t best = 0;
	for (size_t i = text.len; i > 0;) {
		size_t end = i--;
		while (i > 0 && (text.data[i] & 0xC0) == 0x80 && end - i < 4)
			i--;
		utf8_decode(text.data + i, text.data + end, &cp);
		uint32_t w = character_width(cp);
		width += w;
		if (width > columns)
			return best;
		if (w > 0) /* a combining character stays with the base before it */
			best = text.len - i;
	}
	return text.len;
}
