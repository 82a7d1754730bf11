/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/unicode.h"

#include "base/utf8.h"
#include "stemmer/unicode_tables.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const uint64_t unicode_tables_hash = UNICODE_TABLES_HASH;

enum char_class char_class(uint32_t cp)
{
	if (cp < CLASS_LIMIT)
		return (enum char_class)class_blocks[class_index[cp / CLASS_BLOCK] * CLASS_BLOCK + cp % CLASS_BLOCK];
	if (cp >= 0x20000 && cp < 0x323B0) /* the supplementary Han planes */
		return CHAR_IDEOGRAPH;
	return cp >= 0xE0100 && cp < 0xE01F0 ? CHAR_MARK : CHAR_OTHER; /* variation selectors */
}

struct slice char_folded(uint32_t cp)
{
	size_t low = 0, high = COUNT(fold_table);

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (fold_table[mid] >> 20 < cp)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == COUNT(fold_table) || fold_table[low] >> 20 != cp)
		return slice_of(NULL, 0);
	return slice_of(fold_pool + (fold_table[low] >> 4 & 0xFFFF), fold_table[low] & 15);
}

uint32_t char_compose(uint32_t base, uint32_t mark)
{
	size_t low = 0, high = COUNT(pair_table);
	uint32_t key = base << 16 | mark;

	if (base > 0xFFFF || mark > 0xFFFF)
		return 0;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (((uint32_t)pair_table[mid].base << 16 | pair_table[mid].mark) < key)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == COUNT(pair_table) || ((uint32_t)pair_table[low].base << 16 | pair_table[low].mark) != key)
		return 0;
	return pair_table[low].composed;
}

size_t char_decode_composed(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
	size_t n = utf8_decode(p, end, cp);
	while (p + n < end && class_is_letter(char_class(*cp))) {
		uint32_t mark, composed;
		size_t mark_len = utf8_decode(p + n, end, &mark);
		composed = char_compose(*cp, mark);
		if (!composed)
			break;
		*cp = composed;
		n += mark_len;
	}
	return n;
}

uint32_t char_lower(uint32_t cp)
{
	size_t low = 0, high = COUNT(lower_table);

	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp | 0x20 : cp;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (lower_table[mid].last < cp)
			low = mid + 1;
		else
			high = mid;
	}
	const struct lower_run *run = &lower_table[low];
	bool within = low < COUNT(lower_table) && cp >= run->first && (cp - run->first) % run->step == 0;
	return within ? (uint32_t)((int32_t)cp + run->distance) : cp;
}

enum fund_status lower_text(struct slice text, struct buf *out)
{
	const uint8_t *p = text.data, *end = text.len ? p + text.len : p;
	enum fund_status status = buf_reserve(out, 2 * text.len + 4); /* at most from 2 bytes to 3 */

	if (status != FUND_OK)
		return status;
	uint8_t *to = out->data + out->len;
	while (p < end) {
		uint32_t cp;
		if (*p < 0x80) {
			*to++ = *p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p;
			p++;
		} else if (*p == 0xC3 && end - p > 1 && p[1] >= 0x9F && p[1] < 0xC0) { /* ß to ÿ are small */
			*to++ = *p++;
			*to++ = *p++;
		} else {
			p += utf8_decode(p, end, &cp);
			to += utf8_encode(char_lower(cp), to);
		}
	}
	out->len = (size_t)(to - out->data);
	return FUND_OK;
}
