/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sized.h - structs that begin with their size, between a caller and a library of different versions. */
#ifndef LIB_SIZED_H
#define LIB_SIZED_H

#include <stdbool.h>
#include <stddef.h>

/* The caller's struct, as far as it goes, into ours of `size` bytes; the rest of ours is 0. `from` NULL: all 0. False: it has no size that it may have, or says something that
 * we do not know. */
bool sized_read(void *to, size_t size, const void *from);
/* Ours into the caller's, which keeps its size; what it has more is 0. False: it has no size. */
bool sized_write(void *to, const void *from, size_t size);

#endif
