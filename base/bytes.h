/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.h - borrowed bytes (struct slice), owned bytes (struct buf), integers in bytes.
 *
 * A slice owns nothing; whoever returns one says how long it lives. A buf owns its memory and grows; it is also a
 * NUL-terminated string when buf_str() made it so. All integers in files are little-endian, or LEB128 varints.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"
#include "base/status.h"

struct buf {
	uint8_t *data;
	size_t len, cap;
};

#define SLICE_LIT(s) ((struct slice){ (const uint8_t *)(s), sizeof(s) - 1 })

static inline struct slice slice_of(const void *data, size_t len) { return (struct slice){ data, len }; }
static inline struct slice slice_str(const char *s) { return (struct slice){ (const uint8_t *)s, strlen(s) }; }
static inline struct slice slice_buf(const struct buf *b) { return (struct slice){ b->data, b->len }; }
/* The byte behind the last one; of a slice without bytes its pointer, which may be NULL: C allows no offset of NULL, not even 0. */
static inline const uint8_t *slice_end(struct slice s) { return s.len ? s.data + s.len : s.data; }
/* A part of s: len bytes at off, or all from off on; also of no bytes at NULL. */
static inline struct slice slice_part(struct slice s, size_t off, size_t len) { return slice_of(s.data ? s.data + off : NULL, len); }
static inline struct slice slice_from(struct slice s, size_t off) { return slice_part(s, off, s.len - off); }
/* Does it begin with those bytes? */
static inline bool slice_begins(struct slice s, struct slice with) { return s.len >= with.len && (with.len == 0 || memcmp(s.data, with.data, with.len) == 0); }
/* Does it end in these letters, whatever their case? `ending` is ASCII in lower case. */
bool slice_ends_in(struct slice s, const char *ending);
bool slice_begins_with(struct slice s, const char *beginning); /* the same at the other end */
static inline bool is_small_letter(uint8_t c) { return c >= 'a' && c <= 'z'; } /* of ASCII, as the next two */
static inline bool is_letter(uint8_t c) { return is_small_letter(c | 0x20); }
static inline bool is_white(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
/* Without white space at its ends. */
struct slice slice_trim(struct slice s);
static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
/* By bytes, unsigned, shorter first when one is a prefix of the other: <0, 0, >0. */
static inline int slice_compare(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.data, b.data, n) : 0;
	return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* ---- owned ---- */
void *array_grow(void *array, size_t n, size_t *cap, size_t size);
/* An array from malloc with room for `n` (at least 1) elements of `size` bytes: moved, if need be, to where there is room for twice
 * as many as before (64 at first). NULL: no memory, and the old one stays. */
static inline void *array_room(void *array, size_t n, size_t *cap, size_t size) { return n <= *cap ? array : array_grow(array, n, cap, size); }
/* The same; what is new of it is zero. */
void *array_zeros(void *array, size_t n, size_t *cap, size_t size);
#define BUF_INIT { NULL, 0, 0 }
void buf_release(struct buf *b);				   /* also on {0}; leaves {0} */
static inline void buf_reset(struct buf *b) { b->len = 0; }	   /* keeps the memory */
enum fund_status buf_reserve(struct buf *b, size_t extra);	   /* room for `extra` more bytes */
enum fund_status buf_add(struct buf *b, const void *data, size_t len);
enum fund_status buf_add_slice(struct buf *b, struct slice s);
enum fund_status buf_add_byte(struct buf *b, uint8_t byte);
enum fund_status buf_add_str(struct buf *b, const char *s);
enum fund_status buf_add_format(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
enum fund_status buf_add_vformat(struct buf *b, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
const char *buf_str(struct buf *b);				   /* with a NUL behind the last byte; NULL: no memory */

/* ---- fixed-width little-endian: unaligned, any host byte order ---- */
static inline uint16_t get_u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t get_u64(const uint8_t *p) { return get_u32(p) | (uint64_t)get_u32(p + 4) << 32; }
static inline void put_u16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); }
static inline void put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v; p[1] = (uint8_t)(v >> 8); p[2] = (uint8_t)(v >> 16); p[3] = (uint8_t)(v >> 24);
}
static inline void put_u64(uint8_t *p, uint64_t v) { put_u32(p, (uint32_t)v); put_u32(p + 4, (uint32_t)(v >> 32)); }

/* ---- varints: LEB128, at most 5 bytes for 32 bits, 10 for 64 ---- */
#define VARINT32_MAX 5
#define VARINT64_MAX 10
/* Writes without a bounds check; returns the byte behind. */
static inline uint8_t *put_varint(uint8_t *p, uint64_t v)
{
	while (v >= 0x80) { *p++ = (uint8_t)(v | 0x80); v >>= 7; }
	*p++ = (uint8_t)v;
	return p;
}
enum fund_status buf_add_varint(struct buf *b, uint64_t v);
enum fund_status buf_add_u32(struct buf *b, uint32_t v);

/* A reader over borrowed bytes that never runs past their end: after a failed read `bad` is set, every further read
 * gives 0 or an empty slice. Check `bad` once, behind the last read. */
struct cursor {
	const uint8_t *p, *end;
	bool bad;
};
static inline struct cursor cursor_of(struct slice s) { return (struct cursor){ s.data, slice_end(s), false }; }
static inline size_t cursor_left(const struct cursor *c) { return (size_t)(c->end - c->p); }
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
uint64_t cursor_fail(struct cursor *c); /* bad, and at its end; 0 */
static inline uint8_t cursor_u8(struct cursor *c) { return c->p < c->end ? *c->p++ : (uint8_t)cursor_fail(c); }
/* Sets bad when it runs past the end or does not fit 64 bits. Most numbers are one byte. */
uint64_t cursor_long_varint(struct cursor *c);
static inline uint64_t cursor_varint(struct cursor *c) { return c->p < c->end && *c->p < 0x80 ? *c->p++ : cursor_long_varint(c); }
/* The same for a cursor that is a local variable and may stay in registers: nobody is given its address. */
static inline uint64_t cursor_varint_local(struct cursor *c)
{
	if (c->p < c->end && *c->p < 0x80)
		return *c->p++;
	if (c->end - c->p > 1 && c->p[1] < 0x80) {
		c->p += 2;
		return (uint64_t)(c->p[-2] & 0x7fu) | (uint64_t)c->p[-1] << 7;
	}
	struct cursor other = *c;
	uint64_t v = cursor_long_varint(&other);
	*c = other;
	return v;
}
/* Over so many bytes, of such a one. */
static inline void cursor_pass_local(struct cursor *c, uint64_t len)
{
	bool fits = len <= cursor_left(c);
	c->p = fits ? c->p + len : c->end;
	c->bad |= !fits;
}
/* The same for 32 bits. */
static inline uint32_t cursor_varint32(struct cursor *c)
{
	uint64_t v = cursor_varint(c);
	return v <= UINT32_MAX ? (uint32_t)v : (uint32_t)cursor_fail(c);
}
/* Borrowed from the cursor's bytes. */
static inline struct slice cursor_take(struct cursor *c, size_t len)
{
	struct slice taken = { c->p, len };
	if (len > cursor_left(c)) {
		cursor_fail(c);
		return (struct slice){ NULL, 0 };
	}
	if (len)
		c->p += len;
	return taken;
}

#endif
