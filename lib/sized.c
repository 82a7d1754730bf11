/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/sized.h"

#include <string.h>

#define SIZE_LARGEST 65536u /* larger is none: the caller forgot to set it */

static size_t size_of(const void *sized)
{
	size_t size;
	memcpy(&size, sized, sizeof size);
	return size;
}

static bool is_size(size_t size) { return size >= sizeof(size_t) && size <= SIZE_LARGEST; }

static bool is_zero(const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

bool sized_read(void *to, size_t size, const void *from)
{
	memset(to, 0, size);
	if (!from)
		return true;
	size_t theirs = size_of(from), shared = theirs < size ? theirs : size;
	if (!is_size(theirs) || !is_zero((const unsigned char *)from + shared, theirs - shared))
		return false;
	memcpy(to, from, shared);
	return true;
}

bool sized_write(void *to, const void *from, size_t size)
{
	size_t theirs = size_of(to), shared = theirs < size ? theirs : size;
	if (!is_size(theirs))
		return false;
	memcpy((char *)to + sizeof theirs, (const char *)from + sizeof theirs, shared - sizeof theirs);
	memset((char *)to + shared, 0, theirs - shared);
	return true;
}
