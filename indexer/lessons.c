/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/lessons.h"

#include <stdlib.h>

void lessons_release(struct lessons *l)
{
	buf_release(&l->fresh);
	buf_release(&l->vanished);
}

/* ---- renamed files ---- */

enum fund_status lessons_add_fresh(struct lessons *l, uint64_t hash)
{
	l->sorted = false;
	return hash ? buf_add(&l->fresh, &hash, sizeof hash) : FUND_OK;
}

enum fund_status lessons_add_vanished(struct lessons *l, uint64_t hash, uint64_t n_articles)
{
	struct vanished_file v = { hash, n_articles };
	return hash && n_articles ? buf_add(&l->vanished, &v, sizeof v) : FUND_OK;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

bool lessons_is_fresh(struct lessons *l, uint64_t hash)
{
	size_t n = l->fresh.len / sizeof hash;
	if (n == 0 || hash == 0)
		return false;
	if (!l->sorted)
		qsort(l->fresh.data, n, sizeof hash, by_value);
	l->sorted = true;
	return bsearch(&hash, l->fresh.data, n, sizeof hash, by_value) != NULL;
}

uint64_t lessons_renamed(struct lessons *l)
{
	const struct vanished_file *v = (const void *)l->vanished.data;
	uint64_t sum = 0;
	for (size_t i = 0; i < l->vanished.len / sizeof *v; i++)
		sum += lessons_is_fresh(l, v[i].hash) ? v[i].n_articles : 0;
	return sum;
}

/* ---- file systems ---- */

bool lessons_same_device(const struct lessons *l, uint64_t was, uint64_t is)
{
	if (was == is)
		return true;
	for (uint32_t i = 0; i < l->n_devices; i++)
		if (l->devices[i].was == was && l->devices[i].is == is)
			return true;
	return false;
}

void lessons_add_device(struct lessons *l, uint64_t was, uint64_t is)
{
	if (!lessons_same_device(l, was, is) && l->n_devices < LESSON_DEVICES)
		l->devices[l->n_devices++] = (struct renumbered){ was, is };
}
