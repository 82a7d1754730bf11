/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/counts.h"

struct count_row *counts_add(struct counts *c)
{
	struct count_row *rows = arena_one_more(c->arena, c->rows, c->n_rows, sizeof *rows);
	if (!rows)
		return NULL;
	c->rows = rows;
	rows[c->n_rows] = (struct count_row){ .hits = 0 };
	return &rows[c->n_rows++];
}
