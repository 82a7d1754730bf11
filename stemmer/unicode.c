/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stemmer/unicode.h"

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
