/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intblock.h - up to 128 integers, bit-packed with exceptions ("PFor").
 *
 * Bytes    docs/FORMAT.md, "Integers of a block".
 * Source   Zukowski, Heman, Nes, Boncz: Super-Scalar RAM-CPU Cache Compression (2006); four-lane layout as in Lemire,
 *          Boytsov: Decoding billions of integers per second (2015).
 * SIMD     intblock_simd.c; the portable twin is intblock_portable_decode(), equal to the bit.
 */
#ifndef STORE_INTBLOCK_H
#define STORE_INTBLOCK_H

#include "base/bytes.h"

#define INTBLOCK_LEN 128u
#define INTBLOCK_BYTES_MAX (2 + 16 * 32 + 128 * 6)

/* Encode n (1 to 128) values behind `out`, which has INTBLOCK_BYTES_MAX bytes; returns the byte behind the last. */
uint8_t *intblock_encode(const uint32_t *values, uint32_t n, uint8_t *out);

/* Decode n values into `values`, which has room for 128 + 8 (SIMD writes full blocks). Returns how many bytes it took, 0 when
 * the bytes cannot be right or run past the end. Reads nothing behind in.len. */
size_t intblock_decode(struct slice in, uint32_t n, uint32_t *values);
size_t intblock_portable_decode(struct slice in, uint32_t n, uint32_t *values);
/* How many bytes an encoded block takes, 0 when they cannot be right: to step over it. */
size_t intblock_size(struct slice in, uint32_t n);

/* gaps -> documents in place: v[i] = before + sum of (v[0..i] + 1); `before` UINT32_MAX stands for -1. False when they do not rise
 * strictly: a sum went past 32 bits. */
bool intblock_prefix_sum(uint32_t *values, uint32_t n, uint32_t before);
/* Adds 1 to each value. False: one went past 32 bits. */
bool intblock_add_one(uint32_t *values, uint32_t n);
/* "sse2", "neon", "portable": for benchmarks. */
const char *intblock_simd_name(void);

#endif
