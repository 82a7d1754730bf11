/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slice.h - borrowed bytes. The type alone, so that C++ can include it: all else about bytes is in bytes.h. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stddef.h>
#include <stdint.h>

/* Owns nothing; whoever returns one says how long it lives. */
struct slice {
	const uint8_t *data; /* may be NULL when len is 0 */
	size_t len;
};

#endif
