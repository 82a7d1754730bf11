/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - many small allocations with one end.
 *
 * Blocks double from 64 KiB to 4 MiB. Memory is 8-byte aligned and not zeroed. Pointers stay valid until reset or
 * release. Not for several threads at once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

struct arena_block;
struct arena {
	struct arena_block *block; /* the current one; older ones hang behind it */
	uint8_t *next, *end;
	size_t used;		   /* bytes asked for since the last reset */
	size_t held;		   /* bytes held from malloc */
};

#define ARENA_INIT { NULL, NULL, NULL, 0, 0 }
void *arena_alloc_slow(struct arena *a, size_t len);
/* NULL when there is no memory. */
static inline void *arena_alloc(struct arena *a, size_t len)
{
	len = (len + 7) & ~(size_t)7;
	if ((size_t)(a->end - a->next) < len || a->next == NULL)
		return arena_alloc_slow(a, len);
	void *p = a->next;
	a->next += len;
	a->used += len;
	return p;
}
void *arena_copy(struct arena *a, const void *data, size_t len);
/* A copy with a NUL behind it, which its len does not count; .data is NULL when there is no memory. */
struct slice arena_slice(struct arena *a, struct slice s);
/* An array in the arena with room for one more than `n`: the same, or a copy with twice the room, at each power of two. What it was stays until the reset. */
static inline void *arena_one_more(struct arena *a, void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	void *grown = n <= SIZE_MAX / 4 / size ? arena_alloc(a, (n ? 2 * n : 1) * size) : NULL;
	if (grown && n)
		memcpy(grown, array, n * size);
	return grown;
}
void arena_reset(struct arena *a);   /* forgets all; keeps the largest block */
void arena_release(struct arena *a); /* also on {0} */

#endif
