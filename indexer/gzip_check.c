/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/gzip_check.h"

#include <stdatomic.h>

#define HEADER 10u /* bytes of a member's header */

/* One byte of the polynomial 0xEDB88320, bit by bit; the table is made once, and alike by whoever makes it. */
static uint32_t crc_byte(uint32_t c)
{
	for (int k = 0; k < 8; k++)
		c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
	return c;
}

static const uint32_t *crc_table(void)
{
	static _Atomic uint32_t table[256];
	static atomic_bool ready;
	if (!atomic_load_explicit(&ready, memory_order_acquire)) {
		for (uint32_t i = 0; i < 256; i++)
			atomic_store_explicit(&table[i], crc_byte(i), memory_order_relaxed);
		atomic_store_explicit(&ready, true, memory_order_release);
	}
	return (const uint32_t *)table;
}

/* A header of a member: magic, deflate, no reserved flag, a usual XFL and OS. By chance once in some billions of bytes. */
static bool looks_like_header(const uint8_t *p)
{
	bool xfl = p[8] == 0 || p[8] == 2 || p[8] == 4;
	return p[0] == 0x1F && p[1] == 0x8B && p[2] == 8 && p[3] < 0x20 && xfl && (p[9] <= 13 || p[9] == 255);
}

void gzip_check_in(struct gzip_check *c, struct slice part)
{
	uint8_t seam[2 * HEADER];
	size_t keep = c->n_tail < HEADER - 1 ? c->n_tail : HEADER - 1, more = part.len < HEADER - 1 ? part.len : HEADER - 1;
	memcpy(seam, c->tail + c->n_tail - keep, keep);
	if (more)
		memcpy(seam + keep, part.data, more);
	for (size_t i = 0; c->n_in && i + HEADER <= keep + more; i++)
		c->many |= looks_like_header(seam + i);
	for (size_t i = c->n_in ? 0 : 1; i + HEADER <= part.len; i++)
		c->many |= part.data[i] == 0x1F && looks_like_header(part.data + i);
	c->n_in += part.len;
	if (part.len >= sizeof c->tail) {
		memcpy(c->tail, part.data + part.len - sizeof c->tail, sizeof c->tail);
		c->n_tail = sizeof c->tail;
		return;
	}
	size_t old = c->n_tail + part.len > sizeof c->tail ? sizeof c->tail - part.len : c->n_tail;
	memmove(c->tail, c->tail + c->n_tail - old, old);
	if (part.len)
		memcpy(c->tail + old, part.data, part.len);
	c->n_tail = old + part.len;
}

void gzip_check_out(struct gzip_check *c, struct slice part)
{
	const uint32_t *table = crc_table();
	uint32_t crc = ~c->crc;
	for (size_t i = 0; i < part.len; i++)
		crc = table[(crc ^ part.data[i]) & 0xFF] ^ crc >> 8;
	c->crc = ~crc;
	c->n_out += part.len;
}

bool gzip_check_good(const struct gzip_check *c)
{
	if (c->many || c->n_tail < 8)
		return c->many;
	const uint8_t *end = c->tail + c->n_tail - 8;
	return get_u32(end) == c->crc && get_u32(end + 4) == (uint32_t)c->n_out;
}
