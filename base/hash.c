/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* XXH3 reads nothing when len is 0, but its pointer must then not be NULL for the sanitizers' sake. */
static const uint8_t nothing[1];

uint64_t hash_bytes(const void *data, size_t len)
{
	return XXH3_64bits(len ? data : nothing, len);
}

uint64_t hash_bytes_seed(const void *data, size_t len, uint64_t seed)
{
	return XXH3_64bits_withSeed(len ? data : nothing, len, seed);
}
