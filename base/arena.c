/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdlib.h>

#define BLOCK_MIN ((size_t)64 << 10)
#define BLOCK_MAX ((size_t)4 << 20)

struct arena_block {
	struct arena_block *older;
	uint64_t size; /* of data; 64 bits wide so that data is 8-byte aligned everywhere */
	uint8_t data[];
};

_Static_assert(sizeof(struct arena_block) % 8 == 0, "data is aligned to 8 bytes");

static size_t next_size(const struct arena *a)
{
	if (!a->block)
		return BLOCK_MIN;
	return a->block->size < BLOCK_MAX / 2 ? (size_t)a->block->size * 2 : BLOCK_MAX;
}

static struct arena_block *block_new(struct arena *a, size_t size)
{
	if (size > PTRDIFF_MAX - sizeof(struct arena_block))
		return NULL;
	struct arena_block *block = malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->older = NULL;
	block->size = size;
	a->held += sizeof(*block) + size;
	return block;
}

static void make_current(struct arena *a, struct arena_block *block)
{
	a->block = block;
	a->next = block->data;
	a->end = block->data + block->size;
}

/* `len` is a multiple of 8 and does not fit the current block. */
void *arena_alloc_slow(struct arena *a, size_t len)
{
	size_t size = next_size(a);
	struct arena_block *block = block_new(a, len > size ? len : size);

	if (!block)
		return NULL;
	a->used += len;
	if (len > size && a->block) {
		/* One large piece stands alone, behind the current block, whose rest stays in use. */
		block->older = a->block->older;
		a->block->older = block;
		return block->data;
	}
	block->older = a->block;
	make_current(a, block);
	a->next += len;
	return block->data;
}

void *arena_copy(struct arena *a, const void *data, size_t len)
{
	if (len > SIZE_MAX - 7)
		return NULL;
	void *p = arena_alloc(a, len);
	if (p && len)
		memcpy(p, data, len);
	return p;
}

struct slice arena_slice(struct arena *a, struct slice s)
{
	if (s.len > SIZE_MAX - 8)
		return (struct slice){ NULL, 0 };
	uint8_t *p = arena_alloc(a, s.len + 1);
	if (!p)
		return (struct slice){ NULL, 0 };
	if (s.len)
		memcpy(p, s.data, s.len);
	p[s.len] = 0;
	return (struct slice){ p, s.len };
}

static struct arena_block *largest(const struct arena *a)
{
	struct arena_block *best = a->block;

	for (struct arena_block *b = a->block; b; b = b->older)
		if (b->size > best->size)
			best = b;
	return best;
}

static void free_all_but(struct arena *a, const struct arena_block *keep)
{
	struct arena_block *older;

	for (struct arena_block *b = a->block; b; b = older) {
		older = b->older;
		if (b != keep)
			free(b);
	}
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = largest(a);

	free_all_but(a, keep);
	*a = (struct arena)ARENA_INIT;
	if (!keep)
		return;
	keep->older = NULL;
	make_current(a, keep);
	a->held = sizeof(*keep) + (size_t)keep->size;
}

void arena_release(struct arena *a)
{
	free_all_but(a, NULL);
	*a = (struct arena)ARENA_INIT;
}
