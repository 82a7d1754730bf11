/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/hash.h"
#include "store/writer_private.h"

static struct tombstones *find(const struct index_writer *w, uint32_t segment)
{
	for (size_t i = 0; i < w->n_dead; i++)
		if (w->dead[i].segment == segment)
			return &w->dead[i];
	return NULL;
}

static const struct segment_stats *published(const struct index_writer *w, uint32_t segment, uint32_t *index)
{
	const struct manifest *m = snapshot_manifest(w->snapshot);

	for (uint32_t i = 0; i < m->n_segments; i++)
		if (m->segments[i].number == segment) {
			*index = i;
			return &m->segments[i];
		}
	return NULL;
}

static bool get_bit(const struct tombstones *t, uint32_t doc)
{
	return t->bits[doc / 8] >> (doc % 8) & 1;
}

/* The bits as published. */
static enum fund_status read_bits(struct index_writer *w, struct tombstones *t, uint32_t index)
{
	struct segment *segment;
	const uint8_t *bits;
	enum fund_status st = snapshot_segment(w->snapshot, index, &segment, &w->fault);

	for (uint32_t i = 0; st == FUND_OK && i < t->n_chunks; i++) {
		st = segment_tombstones(segment, i, &bits);
		if (st != FUND_OK)
			fault_set(&w->fault, st, "%s: segment %u: tombstones %u cannot be read", writer_dir(w),
				  t->segment, i);
		else if (bits)
			memcpy(t->bits + (size_t)i * TOMBSTONE_BYTES, bits, tombstone_bytes(t->n_docs, i));
	}
	return st;
}

static enum fund_status load(struct index_writer *w, const struct segment_stats *stats, uint32_t index,
			     struct tombstones **out)
{
	struct tombstones *grown = realloc(w->dead, (w->n_dead + 1) * sizeof(*grown));

	if (!grown)
		return fault_set(&w->fault, FUND_NO_MEMORY, "%s: no memory", writer_dir(w));
	w->dead = grown;
	struct tombstones *t = &grown[w->n_dead];
	*t = (struct tombstones){ .segment = stats->number,
				  .n_docs = stats->n_docs,
				  .n_dead = stats->n_dead,
				  .n_chunks = (stats->n_docs + TOMBSTONE_CHUNK - 1) / TOMBSTONE_CHUNK };
	t->bits = calloc(t->n_chunks + 1, TOMBSTONE_BYTES);
	t->changed = calloc(t->n_chunks + 1, sizeof(*t->changed));
	enum fund_status st = FUND_OK;
	if (!t->bits || !t->changed)
		st = fault_set(&w->fault, FUND_NO_MEMORY, "%s: no memory", writer_dir(w));
	if (st == FUND_OK)
		st = read_bits(w, t, index);
	if (st != FUND_OK) {
		free(t->bits);
		free(t->changed);
		return st;
	}
	w->n_dead++;
	*out = t;
	return FUND_OK;
}

static enum fund_status find_or_load(struct index_writer *w, uint32_t segment, uint32_t doc, struct tombstones **out)
{
	uint32_t index;

	*out = find(w, segment);
	if (!*out) {
		const struct segment_stats *stats = published(w, segment, &index);
		if (!stats)
			return fault_set(&w->fault, FUND_NOT_FOUND, "%s: no segment %u", writer_dir(w), segment);
		enum fund_status st = load(w, stats, index, out);
		if (st != FUND_OK)
			return st;
	}
	if (doc >= (*out)->n_docs)
		return fault_set(&w->fault, FUND_NOT_FOUND, "%s: segment %u has no document %u", writer_dir(w), segment,
				 doc);
	return FUND_OK;
}

enum fund_status index_writer_kill(struct index_writer *w, uint32_t segment, uint32_t doc)
{
	struct tombstones *t;
	enum fund_status st = find_or_load(w, segment, doc, &t);

	if (st != FUND_OK || get_bit(t, doc))
		return st;
	t->bits[doc / 8] = (uint8_t)(t->bits[doc / 8] | 1u << (doc % 8));
	t->changed[doc / TOMBSTONE_CHUNK] = true;
	t->n_dead++;
	return FUND_OK;
}

enum fund_status index_writer_is_dead(struct index_writer *w, uint32_t segment, uint32_t doc, bool *dead)
{
	struct tombstones *t;
	enum fund_status st = find_or_load(w, segment, doc, &t);

	*dead = st == FUND_OK && get_bit(t, doc);
	return st;
}

uint32_t index_writer_n_dead(const struct index_writer *w, uint32_t segment)
{
	const struct tombstones *t = find(w, segment);
	uint32_t index;

	if (t)
		return t->n_dead;
	const struct segment_stats *stats = published(w, segment, &index);
	return stats ? stats->n_dead : 0;
}

static enum fund_status put_chunk(struct index_writer *w, const struct tombstones *t, uint32_t chunk)
{
	uint8_t key[9], value[4 + TOMBSTONE_BYTES];
	uint32_t len = tombstone_bytes(t->n_docs, chunk);

	chunk_tail_put(key + put_segment_prefix(key, KEY_TOMBSTONES, t->segment), chunk);
	memcpy(value + 4, t->bits + (size_t)chunk * TOMBSTONE_BYTES, len);
	put_u32(value, checksum(value + 4, len));
	return writer_put(w, slice_of(key, sizeof(key)), slice_of(value, 4 + (size_t)len));
}

/* Those of segments that go on living. */
enum fund_status writer_put_tombstones(struct index_writer *w, const struct manifest *next)
{
	enum fund_status st = FUND_OK;

	for (uint32_t i = 0; i < next->n_segments; i++) {
		const struct tombstones *t = find(w, next->segments[i].number);
		for (uint32_t chunk = 0; t && chunk < t->n_chunks && st == FUND_OK; chunk++)
			if (t->changed[chunk])
				st = put_chunk(w, t, chunk);
	}
	return st;
}

void writer_forget_tombstones(struct index_writer *w)
{
	for (size_t i = 0; i < w->n_dead; i++) {
		free(w->dead[i].bits);
		free(w->dead[i].changed);
	}
	free(w->dead);
	w->dead = NULL;
	w->n_dead = 0;
}
