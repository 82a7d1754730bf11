/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/index_status.h"

#include <sys/stat.h>

static void add_segment(struct index_status *s, const struct segment_stats *g)
{
	s->articles += g->n_docs - g->n_dead;
	s->deleted += g->n_dead;
	s->terms += g->n_terms;
	s->postings += g->n_postings;
	s->words += g->n_words;
	s->bytes += g->bytes;
	s->bytes_text += g->bytes_text;
	if (g->date_first && (!s->date_first || g->date_first < s->date_first))
		s->date_first = g->date_first;
	if (g->date_last > s->date_last)
		s->date_last = g->date_last;
}

static uint64_t file_size(const char *dir)
{
	struct buf path = BUF_INIT;
	struct stat st;
	bool found = buf_add_format(&path, "%s/data.mdb", dir) == FUND_OK && buf_str(&path) && stat((const char *)path.data, &st) == 0;
	buf_release(&path);
	return found ? (uint64_t)st.st_size : 0;
}

void index_status(const struct snapshot *snapshot, const char *dir, struct index_status *out)
{
	*out = (struct index_status){ .dir = dir, .manifest = snapshot_manifest(snapshot), .bytes_on_disk = file_size(dir) };
	for (uint32_t i = 0; i < out->manifest->n_segments; i++)
		add_segment(out, &out->manifest->segments[i]);
}
