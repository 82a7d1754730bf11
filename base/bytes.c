/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>

#define CAP_MIN ((size_t)64)
#define LEN_MAX ((size_t)PTRDIFF_MAX / 2) /* so that doubling cannot overflow */

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

enum fund_status buf_reserve(struct buf *b, size_t extra)
{
	if (extra <= b->cap - b->len)
		return FUND_OK;
	if (extra > LEN_MAX - b->len)
		return FUND_NO_MEMORY;
	size_t need = b->len + extra;
	size_t cap = 2 * b->cap;
	if (cap < need)
		cap = need;
	if (cap < CAP_MIN)
		cap = CAP_MIN;
	uint8_t *data = realloc(b->data, cap);
	if (!data)
		return FUND_NO_MEMORY;
	b->data = data;
	b->cap = cap;
	return FUND_OK;
}

enum fund_status buf_add(struct buf *b, const void *data, size_t len)
{
	if (len == 0)
		return FUND_OK;
	enum fund_status st = buf_reserve(b, len);
	if (st)
		return st;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	return FUND_OK;
}

enum fund_status buf_add_slice(struct buf *b, struct slice s)
{
	return buf_add(b, s.data, s.len);
}

enum fund_status buf_add_byte(struct buf *b, uint8_t byte)
{
	return buf_add(b, &byte, 1);
}

enum fund_status buf_add_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

enum fund_status buf_add_vformat(struct buf *b, const char *fmt, va_list args)
{
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return FUND_INVALID;
	enum fund_status st = buf_reserve(b, (size_t)n + 1);
	if (st)
		return st;
	vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, args);
	b->len += (size_t)n;
	return FUND_OK;
}

enum fund_status buf_add_format(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	enum fund_status st = buf_add_vformat(b, fmt, args);
	va_end(args);
	return st;
}

const char *buf_str(struct buf *b)
{
	if (buf_reserve(b, 1))
		return NULL;
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

enum fund_status buf_add_u32(struct buf *b, uint32_t v)
{
	uint8_t bytes[4];

	put_u32(bytes, v);
	return buf_add(b, bytes, sizeof(bytes));
}

enum fund_status buf_add_varint(struct buf *b, uint64_t v)
{
	uint8_t bytes[VARINT64_MAX];

	return buf_add(b, bytes, (size_t)(put_varint(bytes, v) - bytes));
}

uint64_t cursor_fail(struct cursor *c)
{
	c->bad = true;
	c->p = c->end;
	return 0;
}

/* The next `len` bytes, or NULL and a cursor that stays at its end. */
static const uint8_t *advance(struct cursor *c, size_t len)
{
	const uint8_t *p = c->p;

	if (c->bad || len > cursor_left(c)) {
		cursor_fail(c);
		return NULL;
	}
	if (len)
		c->p += len;
	return p;
}

uint16_t cursor_u16(struct cursor *c)
{
	const uint8_t *p = advance(c, 2);

	return p ? get_u16(p) : 0;
}

uint32_t cursor_u32(struct cursor *c)
{
	const uint8_t *p = advance(c, 4);

	return p ? get_u32(p) : 0;
}

uint64_t cursor_u64(struct cursor *c)
{
	const uint8_t *p = advance(c, 8);

	return p ? get_u64(p) : 0;
}

uint64_t cursor_long_varint(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && c->p < c->end; shift += 7) {
		uint64_t byte = *c->p++;
		uint64_t bits = byte & 0x7F;
		if (shift == 63 && bits > 1)
			break;
		v |= bits << shift;
		if (byte < 0x80)
			return v;
	}
	return cursor_fail(c);
}

bool slice_ends_in(struct slice s, const char *ending)
{
	size_t len = strlen(ending);
	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = s.data[s.len - len + i];
		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != (uint8_t)ending[i])
			return false;
	}
	return true;
}

bool slice_begins_with(struct slice s, const char *beginning)
{
	size_t i = 0;
	for (; beginning[i]; i++)
		if (i == s.len || (s.data[i] >= 'A' && s.data[i] <= 'Z' ? s.data[i] + 32 : s.data[i]) != (uint8_t)beginning[i])
			return false;
	return true;
}

struct slice slice_trim(struct slice s)
{
	while (s.len && is_white(s.data[0]))
		s = slice_from(s, 1);
	while (s.len && is_white(s.data[s.len - 1]))
		s.len--;
	return s;
}

void *array_grow(void *array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap : 64;
	if (n > SIZE_MAX / 2 / size)
		return NULL;
	while (more < n)
		more *= 2;
	void *grown = realloc(array, more * size);
	if (grown)
		*cap = more;
	return grown;
}

void *array_zeros(void *array, size_t n, size_t *cap, size_t size)
{
	size_t before = *cap;
	uint8_t *grown = array_room(array, n, cap, size);
	if (grown && *cap > before)
		memset(grown + before * size, 0, (*cap - before) * size);
	return grown;
}
