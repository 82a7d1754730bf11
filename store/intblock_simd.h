/* SPDX-License-Identifier: GPL-2.0-or-later */
/* intblock_simd.h - the kernels of intblock.c: by vector registers where the compiler and the machine have them. */
#ifndef STORE_INTBLOCK_SIMD_H
#define STORE_INTBLOCK_SIMD_H

#include <stdbool.h>
#include <stdint.h>

/* The low b bits (1 to 32) of 128 values into 16 * b bytes: value 4 * k + lane stands in the lane's own words, one of every four. */
void simd_pack_lanes(const uint32_t *values, unsigned b, uint8_t *out);
/* 128 values of b bits (1 to 32) out of 16 * b bytes. */
void simd_unpack_lanes(const uint8_t *in, unsigned b, uint32_t *values);
/* values[i] = before + sum of (values[0..i] + 1), for 128 values. Returns all that stood there, or-ed. */
uint32_t simd_prefix_sum(uint32_t *values, uint32_t before);
/* Adds 1 to each of n values, n a multiple of 4. False: one went past 32 bits. */
bool simd_add_one(uint32_t *values, uint32_t n);
const char *simd_name(void);

#endif
