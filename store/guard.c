/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/guard.h"

#include <stdatomic.h>

#define MAPS 64

/* `len` is written before `start` is published and read behind it; 0 in `start`: free, TAKEN: being filled. */
#define TAKEN ((uintptr_t)1)
static struct {
	_Atomic uintptr_t start;
	_Atomic size_t len;
} maps[MAPS];

bool guard_has(uintptr_t address)
{
	for (size_t i = 0; i < MAPS; i++) {
		uintptr_t start = atomic_load(&maps[i].start);

		if (start > TAKEN && address >= start && address - start < atomic_load(&maps[i].len))
			return true;
	}
	return false;
}

void guard_add_map(const void *start, size_t len)
{
	for (size_t i = 0; i < MAPS; i++) {
		uintptr_t free_slot = 0;

		if (!atomic_compare_exchange_strong(&maps[i].start, &free_slot, TAKEN))
			continue;
		atomic_store(&maps[i].len, len);
		atomic_store(&maps[i].start, (uintptr_t)start);
		return;
	}
}

void guard_remove_map(const void *start)
{
	for (size_t i = 0; i < MAPS; i++) {
		uintptr_t mine = (uintptr_t)start;

		if (mine > TAKEN && atomic_compare_exchange_strong(&maps[i].start, &mine, 0))
			return;
	}
}
