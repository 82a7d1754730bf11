/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"
#include "indexer/html_entities.h"
#include "indexer/html_token.h"

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_alnum(uint8_t c) { return is_digit(c) || is_letter(c); }

/* What CP1252 has at 0x80 to 0x9F: so are numbers there read, too. */
static const uint16_t c1[32] = {
	0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
	0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
};

/* "&#252;", "&#xFC": at p stands "&#". */
static size_t numeric(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
	const uint8_t *at = p + 2, *digits;
	bool hex = at < end && (*at | 0x20) == 'x';
	uint32_t value = 0;
	for (digits = at += hex; at < end; at++) {
		uint32_t c = *at, letter = c | 0x20;
		uint32_t digit = is_digit(*at) ? c - '0' : hex && letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : 16;
		if (digit == 16)
			break;
		if (value <= 0x10FFFF)
			value = value * (hex ? 16 : 10) + digit;
	}
	if (at == digits)
		return 0;
	if (value >= 0x80 && value < 0xA0)
		value = c1[value - 0x80];
	*cp = value == 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000) ? UTF8_REPLACEMENT : value;
	return (size_t)(at - p) + (at < end && *at == ';');
}

static struct slice entity_name(size_t i)
{
	size_t off = html_entities[i].off, next = i + 1 < HTML_ENTITIES ? html_entities[i + 1].off : HTML_ENTITY_NAMES_LEN;
	return slice_of(html_entity_names + off, next - off);
}

static const struct html_entity *find(struct slice name)
{
	size_t low = 0, high = HTML_ENTITIES;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = slice_compare(name, entity_name(mid));
		if (c == 0)
			return &html_entities[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

size_t html_reference(const uint8_t *p, const uint8_t *end, bool in_attribute, uint32_t cp[2])
{
	size_t n = 0, len;
	const struct html_entity *e = NULL;
	cp[1] = 0;
	if (end - p < 2)
		return 0;
	if (p[1] == '#')
		return numeric(p, end, cp);
	while (n < HTML_ENTITY_NAME_MAX && p + 1 + n < end && is_alnum(p[1 + n]))
		n++;
	if (p + 1 + n < end && p[1 + n] == ';' && (e = find(slice_of(p + 1, n)))) {
		len = n + 2;
	} else {
		for (n = n < HTML_ENTITY_BARE_MAX ? n : HTML_ENTITY_BARE_MAX; n > 1; n--)
			if ((e = find(slice_of(p + 1, n))) && e->bare)
				break;
		if (n < 2)
			return 0;
		len = n + 1;
		if (in_attribute && p + len < end && (p[len] == '=' || is_alnum(p[len])))
			return 0;
	}
	cp[0] = e->first;
	cp[1] = e->second;
	return len;
}

enum fund_status html_add_decoded(struct buf *out, struct slice text, bool in_attribute)
{
	const uint8_t *p = text.data, *end = p ? p + text.len : p;
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && p < end) {
		const uint8_t *amp = memchr(p, '&', (size_t)(end - p));
		uint32_t cp[2];
		uint8_t bytes[8];
		st = buf_add(out, p, (size_t)((amp ? amp : end) - p));
		if (!amp || st != FUND_OK)
			break;
		size_t len = html_reference(amp, end, in_attribute, cp), n;
		if (len) {
			n = utf8_encode(cp[0], bytes);
			if (cp[1])
				n += utf8_encode(cp[1], bytes + n);
			st = buf_add(out, bytes, n);
		} else {
			st = buf_add_byte(out, '&');
		}
		p = amp + (len ? len : 1);
	}
	return st;
}
