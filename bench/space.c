/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * space.c - where the bytes of an index are. bench/space builds and runs it.
 *
 *     space INDEX
 *
 * Bytes of each kind of chunk, and what LMDB's pages add: a value of more than half a page has whole pages to itself, behind a header of 16
 * bytes; a smaller one lies in a leaf. Then the parts of the dictionary's and the lists' bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store/forms.h"
#include "store/postings.h"
#include "store/segment.h"

static const struct {
	enum chunk_kind kind;
	const char *name;
} kinds[] = {
	{ CHUNK_DICTIONARY, "dictionary" }, { CHUNK_FILTER, "dictionary, filter of terms" }, { CHUNK_DICTIONARY_PLACES, "dictionary, places of blocks" }, { CHUNK_HEADS, "forms, beginnings" },
	{ CHUNK_TAILS, "forms, ends" },	    { CHUNK_LISTS, "postings lists" },				 { CHUNK_POSITIONS, "positions and forms" },
	{ CHUNK_COLUMN, "columns" },	    { CHUNK_KEYS, "article keys" },				 { CHUNK_TEXT, "texts" },
	{ CHUNK_TEXT_DIRECTORY, "text directory" },
};

static uint64_t page_bytes(struct slice tail, struct slice value)
{
	return value.len > 2000 ? (value.len + 16 + 4095) / 4096 * 4096 : value.len + tail.len + 16;
}

/* Stores are counted by what the manifest says: their chunks are other segments', too. */
static void count_stores(struct segment *s, uint64_t *n, uint64_t *bytes, uint64_t *pages)
{
	const struct segment_stats *stats = segment_stats(s);
	for (uint32_t i = 0; i < stats->n_stores; i++) {
		*n += stats->stores[i].n_chunks;
		*bytes += stats->stores[i].bytes;
		*pages += (stats->stores[i].bytes + 4095) / 4096 * 4096;
	}
}

static enum fund_status count_kind(struct segment *s, enum chunk_kind kind, uint64_t *n, uint64_t *bytes, uint64_t *pages)
{
	const struct chunk_source *source = segment_chunks(s);
	const uint8_t none = 0;
	struct slice tail = slice_of(&none, 0), value;
	enum fund_status st;
	if (kind == CHUNK_TEXT) {
		count_stores(s, n, bytes, pages);
		return FUND_OK;
	}
	while ((st = source->next(source->context, kind, tail, &tail, &value)) == FUND_OK) {
		++*n;
		*bytes += value.len;
		*pages += page_bytes(tail, value);
	}
	return st == FUND_NOT_FOUND ? FUND_OK : st;
}

struct terms {
	uint64_t n, inlined, blocks, lists, several, postings, positions, inline_bytes, form_sections, n_forms, single_bytes;
};

static enum fund_status count_terms(struct segment *s, struct terms *t)
{
	struct term_walk *w = calloc(1, sizeof *w);
	struct term_forms f = { 0 };
	enum fund_status st = w ? term_walk_begin(w, segment_chunks(s), slice_of(NULL, 0)) : FUND_NO_MEMORY;
	while (st == FUND_OK && (st = term_walk_next(w, &f)) == FUND_OK) {
		const struct term_entry *e = &w->terms.entry;
		t->n++;
		t->inlined += e->form == LIST_INLINE;
		t->blocks += e->form == LIST_BLOCK;
		t->lists += e->form == LIST_LONG;
		t->several += e->several_forms;
		t->n_forms += f.n;
		t->postings += e->df;
		t->positions += e->has_positions ? e->cf : 0;
		t->inline_bytes += e->payload.len;
		t->single_bytes += e->form == LIST_BLOCK ? e->list_len : 0;
		t->form_sections += w->terms.index == 0 ? w->terms.forms.len : 0;
	}
	term_forms_release(&f);
	free(w);
	return st == FUND_END ? FUND_OK : st;
}

int main(int argc, char **argv)
{
	struct snapshot *snapshot;
	struct fault why = { 0 };
	struct terms t = { 0 };
	if (argc != 2 || snapshot_open(&snapshot, argv[1], &why) != FUND_OK) {
		fprintf(stderr, "space: %s\n", argc == 2 ? why.text : "usage: space INDEX");
		return 2;
	}
	enum fund_status st = FUND_OK;
	printf("| | chunks | MB | MB in pages |\n| --- | --: | --: | --: |\n");
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds && st == FUND_OK; k++) {
		uint64_t n = 0, bytes = 0, pages = 0;
		for (uint32_t i = 0; i < snapshot_n_segments(snapshot) && st == FUND_OK; i++) {
			struct segment *s;
			st = snapshot_segment(snapshot, i, &s, &why);
			if (st == FUND_OK)
				st = count_kind(s, kinds[k].kind, &n, &bytes, &pages);
		}
		printf("| %s | %llu | %.3f | %.3f |\n", kinds[k].name, (unsigned long long)n, (double)bytes / 1e6, (double)pages / 1e6);
	}
	for (uint32_t i = 0; i < snapshot_n_segments(snapshot) && st == FUND_OK; i++) {
		struct segment *s;
		st = snapshot_segment(snapshot, i, &s, &why);
		if (st == FUND_OK)
			st = count_terms(s, &t);
	}
	if (st == FUND_OK)
		printf("\nterms %llu: inline %llu (%.3f MB), one block %llu (%.3f MB), long %llu; of several forms %llu, forms %llu (%.3f MB in the dictionary); "
		       "postings %llu, positions %llu\n",
		       (unsigned long long)t.n, (unsigned long long)t.inlined, (double)t.inline_bytes / 1e6, (unsigned long long)t.blocks,
		       (double)t.single_bytes / 1e6, (unsigned long long)t.lists, (unsigned long long)t.several, (unsigned long long)t.n_forms,
		       (double)t.form_sections / 1e6, (unsigned long long)t.postings, (unsigned long long)t.positions);
	snapshot_close(snapshot);
	if (st != FUND_OK)
		fprintf(stderr, "space: %s\n", fund_status_name(st));
	return st == FUND_OK ? 0 : 2;
}
