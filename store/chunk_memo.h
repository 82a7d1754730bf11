/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chunk_memo.h - where a chunk is, once it was looked up. */
#ifndef STORE_CHUNK_MEMO_H
#define STORE_CHUNK_MEMO_H

#include <stdatomic.h>

#include "base/bytes.h"

/* Any thread may get and put: all who look find the same. data NULL: not yet. */
struct chunk_memo {
	_Atomic(const uint8_t *) data;
	atomic_size_t len; /* valid before data is */
};
static inline bool chunk_memo_get(struct chunk_memo *memo, struct slice *value)
{
	const uint8_t *known = atomic_load_explicit(&memo->data, memory_order_acquire);
	if (known)
		*value = slice_of(known, atomic_load_explicit(&memo->len, memory_order_relaxed));
	return known;
}
static inline void chunk_memo_put(struct chunk_memo *memo, struct slice value)
{
	atomic_store_explicit(&memo->len, value.len, memory_order_relaxed);
	atomic_store_explicit(&memo->data, value.data, memory_order_release);
}

#endif
