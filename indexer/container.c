/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/container.h"

const struct container_format *container_of(struct slice head)
{
	static const struct container_format *const all[] = { &container_tar, &container_zip, &container_7z, &container_warc };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i]->recognise(head))
			return all[i];
	return NULL;
}
