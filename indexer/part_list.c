/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/part_list.h"

#include <stdlib.h>

#define READ_MAX ((uint64_t)65536) /* bytes of a list at once */

void part_list_release(struct part_list *l)
{
	free(l->postings);
	free(l->merged);
	free(l->runs);
	free(l->pos);
	free(l->together);
	*l = (struct part_list){ .n_runs = 0 };
}

void part_list_reset(struct part_list *l) { l->n_postings = l->n_pos = l->n_runs = 0; }

/* What is left of a posting of which not all positions are the compound: those in the title came first, then those in the lead. */
struct left {
	uint32_t freq, title, lead;
};

static enum fund_status load_positions(struct part_list *l, struct spool_reader *in, const struct kept_list *kept, const struct one_posting *o, struct left *left)
{
	uint32_t next = 0, title = o->boost & 15u, lead = o->boost >> 4;
	*left = (struct left){ 0, 0, 0 };
	if (in->status != FUND_OK)
		return in->status;
	uint32_t *pos = array_room(l->pos, l->n_pos + o->freq, &l->cap_pos, sizeof *pos);
	if (!pos)
		return FUND_NO_MEMORY;
	l->pos = pos;
	for (uint32_t i = 0; i < o->freq && in->status == FUND_OK; i++) {
		uint32_t at = next + (uint32_t)spool_reader_varint(in);
		uint64_t form = kept->has_forms ? spool_reader_varint(in) : 0;
		next = at + 1;
		if (kept->is_compound && !kept->is_compound[form])
			continue;
		l->pos[l->n_pos++] = at;
		left->freq++;
		left->title += i < title;
		left->lead += i >= title && i < title + lead;
	}
	return in->status;
}

static enum fund_status load_posting(struct part_list *l, struct spool_reader *in, const struct kept_list *kept, uint32_t doc)
{
	struct left left;
	struct one_posting *postings = array_room(l->postings, l->n_postings + 1, &l->cap_postings, sizeof *postings);
	if (!postings)
		return FUND_NO_MEMORY;
	l->postings = postings;
	struct one_posting *o = &l->postings[l->n_postings];
	*o = (struct one_posting){ .doc = doc, .at = l->n_pos };
	o->freq = (uint32_t)spool_reader_varint(in);
	o->boost = spool_reader_u8(in);
	enum fund_status st = load_positions(l, in, kept, o, &left);
	if (left.freq < o->freq)
		o->boost = (uint8_t)(left.title | left.lead << 4);
	o->freq = left.freq;
	l->n_postings += left.freq > 0;
	return st;
}

enum fund_status part_list_add(struct part_list *l, const struct spool *spool, const struct kept_list *kept)
{
	struct spool_reader in;
	uint32_t doc = 0;
	uint64_t bytes = kept->end - kept->at;
	size_t *runs = array_room(l->runs, l->n_runs + 2, &l->cap_runs, sizeof *runs);
	if (!runs)
		return FUND_NO_MEMORY;
	l->runs = runs;
	l->runs[l->n_runs++] = l->n_postings;
	enum fund_status st = spool_reader_init(&in, spool, kept->at, kept->end, bytes < READ_MAX ? (size_t)bytes + 1 : READ_MAX);
	for (uint32_t i = 0; i < kept->df && st == FUND_OK; i++) {
		doc += (uint32_t)spool_reader_varint(&in);
		st = load_posting(l, &in, kept, doc++);
	}
	spool_reader_release(&in);
	return st;
}

/* Merges the run [a, b) with [b, c) into `merged`. */
static void merge_two(struct part_list *l, size_t a, size_t b, size_t c)
{
	const struct one_posting *from = l->postings;
	struct one_posting *out = l->merged + a;
	for (size_t i = a, k = b; i < b || k < c;)
		*out++ = k == c || (i < b && from[i].doc <= from[k].doc) ? from[i++] : from[k++];
}

/* Two runs become one, until one is left: all by document. */
static enum fund_status merge_runs(struct part_list *l)
{
	struct one_posting *merged = array_room(l->merged, l->n_postings, &l->cap_merged, sizeof *merged);
	if (!merged)
		return FUND_NO_MEMORY;
	l->merged = merged;
	while (l->n_runs > 1) {
		size_t n = 0;
		l->runs[l->n_runs] = l->n_postings;
		for (size_t i = 0; i < l->n_runs; i += 2) {
			size_t last = i + 2 <= l->n_runs ? i + 2 : l->n_runs;
			merge_two(l, l->runs[i], l->runs[i + 1], l->runs[last]);
			l->runs[n++] = l->runs[i];
		}
		l->n_runs = n;
		merged = l->merged;
		l->merged = l->postings;
		l->postings = merged;
		size_t cap = l->cap_merged;
		l->cap_merged = l->cap_postings;
		l->cap_postings = cap;
	}
	return FUND_OK;
}

static uint8_t add_boosts(uint8_t a, uint8_t b)
{
	unsigned title = (a & 15u) + (b & 15u), lead = (a >> 4) + (b >> 4);
	return (uint8_t)((title < 15 ? title : 15) | (lead < 15 ? lead : 15) << 4);
}

#define FEW 32u /* numbers that are sorted in place sooner than by a call for each comparison */

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void sort_positions(uint32_t *pos, size_t n)
{
	if (n > FEW) {
		qsort(pos, n, sizeof *pos, ascending);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		uint32_t one = pos[i];
		size_t k = i;
		for (; k > 0 && pos[k - 1] > one; k--)
			pos[k] = pos[k - 1];
		pos[k] = one;
	}
}

/* One posting of the n of a document: compounds at the same place are one occurrence. */
static enum fund_status put_together(struct part_list *l, const struct one_posting *of, size_t n, struct posting *out)
{
	size_t freq = 0;
	*out = (struct posting){ .freq = of->freq, .boost = of->boost, .pos = l->pos + of->at };
	if (n == 1)
		return FUND_OK;
	for (size_t i = 0; i < n; i++)
		freq += of[i].freq;
	uint32_t *together = array_room(l->together, freq, &l->cap_together, sizeof *together);
	if (!together)
		return FUND_NO_MEMORY;
	l->together = together;
	freq = 0;
	for (size_t i = 0; i < n; freq += of[i++].freq)
		memcpy(l->together + freq, l->pos + of[i].at, of[i].freq * sizeof *l->together);
	sort_positions(l->together, freq);
	out->freq = 0;
	for (size_t i = 0; i < freq; i++)
		if (i == 0 || l->together[i] != l->together[i - 1])
			l->together[out->freq++] = l->together[i];
	for (size_t i = 1; i < n; i++)
		out->boost = add_boosts(out->boost, of[i].boost);
	out->pos = l->together;
	return FUND_OK;
}

enum fund_status part_list_write(struct part_list *l, const struct term_sink *to, struct slice term)
{
	enum fund_status st = l->n_runs > 1 ? merge_runs(l) : FUND_OK;
	if (st == FUND_OK)
		st = to->begin_term(to->context, term, slice_of(NULL, 0));
	for (size_t i = 0, next; i < l->n_postings && st == FUND_OK; i = next) {
		struct posting one;
		for (next = i + 1; next < l->n_postings && l->postings[next].doc == l->postings[i].doc;)
			next++;
		st = put_together(l, &l->postings[i], next - i, &one);
		if (st == FUND_OK)
			st = to->add_posting(to->context, l->postings[i].doc, &one);
	}
	return st == FUND_OK ? to->end_term(to->context) : st;
}
