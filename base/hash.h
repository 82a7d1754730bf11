/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h - XXH3 of xxHash, compiled in. 64 bits; a checksum in the index is its low 32 bits. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/bytes.h"

uint64_t hash_bytes(const void *data, size_t len);
uint64_t hash_bytes_seed(const void *data, size_t len, uint64_t seed);
static inline uint32_t checksum(const void *data, size_t len) { return (uint32_t)hash_bytes(data, len); }

#endif
