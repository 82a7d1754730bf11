/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/affixes.h"
#include "store/pages.h"
#include "store/source_block.h"
#include "base/checked.h"
#include "store/verify_private.h"
#include "store/writer_private.h"

static void report_line(struct verify *v, const char *text)
{
	if (snapshot_check(v->snapshot) != FUND_OK) {
		v->stale = true;
		return;
	}
	v->n_findings++;
	v->report->finding(v->report->context, text);
}

void verify_found(struct verify *v, const char *fmt, ...)
{
	char text[FAULT_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	report_line(v, text);
}

bool verify_status(struct verify *v, enum fund_status st, const char *fmt, ...)
{
	char text[FAULT_TEXT_MAX];
	va_list args;

	if (st == FUND_OK)
		return true;
	if (st == FUND_NO_MEMORY) {
		v->no_memory = true;
		return false;
	}
	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len >= 0 && (size_t)len < sizeof(text))
		snprintf(text + len, sizeof(text) - (size_t)len, ": %s", st == FUND_NOT_FOUND ? "missing" : "damaged");
	report_line(v, text);
	return false;
}

/* ---- keys ---- */

/* What the keys of a segment add up to, and those of its stores. */
struct key_counts {
	uint64_t bytes, bytes_text;
	uint32_t n_lists, n_positions; /* chunk numbers taken */
	struct store_counts {
		uint64_t bytes;
		uint32_t n_chunks;
	} stores[TEXT_STORES_MAX];
};

/* `next`: the number that a chunk of this kind must have. */
static void numbered(struct verify *v, uint32_t segment, uint8_t kind, struct slice tail, struct slice chunk, uint32_t *next)
{
	if (tail.len != 4 || get_be32(tail.data) != *next)
		verify_found(v, "segment %u: chunk %u of kind %c is missing", segment, *next, kind);
	*next = (tail.len == 4 ? get_be32(tail.data) : *next) + chunk_numbers(chunk.len);
}

static void check_segment_key(struct verify *v, const struct segment_stats *stats, struct slice key, struct slice value,
			      struct key_counts *counts)
{
	uint8_t kind = key.len > 5 ? key.data[5] : 0;
	struct slice tail =
		kind ? slice_from(key, SEGMENT_KEY_PREFIX) : (struct slice){ 0 };
	bool right = true;

	counts->bytes += value.len;
	switch (kind) {
	case CHUNK_COLUMN:
		right = tail.len == 5 && tail.data[0] < COLUMNS &&
			(uint64_t)get_be32(tail.data + 1) * COLUMN_CHUNK < stats->n_docs;
		break;
	case CHUNK_DICTIONARY:
	case CHUNK_FILTER: right = tail.len > 0 && tail.len <= DICTIONARY_TERM_MAX; break;
	case CHUNK_DICTIONARY_PLACES: right = tail.len == 4 && value.len <= DICTIONARY_TERM_MAX; break;
	case CHUNK_HEADS:
	case CHUNK_TAILS: right = tail.len == AFFIX_KEY; break;
	case CHUNK_KEYS: right = tail.len == 4 && get_be32(tail.data) < stats->n_docs; break;
	case CHUNK_LISTS: numbered(v, stats->number, kind, tail, value, &counts->n_lists); break;
	case CHUNK_POSITIONS: numbered(v, stats->number, kind, tail, value, &counts->n_positions); break;
	case CHUNK_TEXT_DIRECTORY:
		right = tail.len == 4 && get_be32(tail.data) < stats->n_docs;
		counts->bytes_text += value.len;
		break;
	default: right = false;
	}
	if (!right)
		verify_found(v, "segment %u: a key of %zu bytes and kind %u that cannot be", stats->number, key.len,
			     kind);
}

/* A chunk of a store, under its number. */
static void check_text_key(struct verify *v, const struct segment_stats *owner, const struct text_store *store, struct slice key, struct slice value,
			   struct key_counts *counts)
{
	struct store_counts *c = &counts->stores[store - owner->stores];

	numbered(v, store->number, CHUNK_TEXT, slice_from(key, SEGMENT_KEY_PREFIX), value, &c->n_chunks);
	c->bytes += value.len;
	counts->bytes += value.len;
	counts->bytes_text += value.len;
}

static void check_stores(struct verify *v, const struct segment_stats *stats, const struct key_counts *counts)
{
	for (uint32_t i = 0; i < stats->n_stores; i++) {
		const struct text_store *store = &stats->stores[i];
		const struct store_counts *c = &counts->stores[i];
		if (c->bytes != store->bytes || c->n_chunks != store->n_chunks)
			verify_found(v, "segment %u: texts of segment %u: %llu bytes, %u chunk numbers; the manifest says %llu, %u", stats->number, store->number,
				     (unsigned long long)c->bytes, c->n_chunks, (unsigned long long)store->bytes, store->n_chunks);
	}
}

static void check_counts(struct verify *v, const struct segment_stats *stats, const struct key_counts *counts)
{
	if (counts->bytes != stats->bytes || counts->bytes_text != stats->bytes_text)
		verify_found(v, "segment %u: %llu bytes, %llu of text; the manifest says %llu, %llu", stats->number,
			     (unsigned long long)counts->bytes, (unsigned long long)counts->bytes_text,
			     (unsigned long long)stats->bytes, (unsigned long long)stats->bytes_text);
	if (counts->n_lists != stats->n_list_chunks || counts->n_positions != stats->n_position_chunks)
		verify_found(v, "segment %u: %u chunk numbers of lists, %u of positions; the manifest says %u, %u", stats->number, counts->n_lists,
			     counts->n_positions, stats->n_list_chunks, stats->n_position_chunks);
	check_stores(v, stats, counts);
}

/* Segments that are not listed are being written, or remain of a run that was killed: no damage. */
static void check_key(struct verify *v, const struct manifest *m, struct slice key, struct slice value,
		      struct key_counts *counts)
{
	uint8_t concern = key.len ? key.data[0] : 0;
	bool right = true;

	if (concern == KEY_SEGMENT && key.len >= 5) {
		uint32_t number = get_be32(key.data + 1);
		bool is_text = key.len > 5 && key.data[5] == CHUNK_TEXT;
		const struct segment_stats *s = manifest_segment(m, number);
		const struct text_store *store = is_text ? manifest_store(m, number, &s) : NULL;
		if (store)
			check_text_key(v, s, store, key, value, &counts[s - m->segments]);
		else if (s)
			check_segment_key(v, s, key, value, &counts[s - m->segments]);
	} else if (concern == KEY_TOMBSTONES && key.len == 9) {
		const struct segment_stats *s = manifest_segment(m, get_be32(key.data + 1));
		right = !s || ((uint64_t)get_be32(key.data + 5) * TOMBSTONE_CHUNK < s->n_docs &&
			       value.len == 4 + (size_t)tombstone_bytes(s->n_docs, get_be32(key.data + 5)));
	} else if (concern == KEY_MANIFEST || concern == KEY_TRANSACTION) {
		right = key.len == 1;
	} else if (concern == KEY_LEXICON) {
		struct checked c;
		right = key.len == 2 && checked_open(value, &c) == FUND_OK && checked_at(&c, 0, c.bytes.len);
	} else {
		right = concern == KEY_SOURCES && key.len >= 1 + SOURCE_ROOT;
	}
	if (!right)
		verify_found(v, "a key of %zu bytes that begins with %02x cannot be", key.len, concern);
}

static void verify_keys(struct verify *v)
{
	const struct manifest *m = snapshot_manifest(v->snapshot);
	const struct pages *pages = snapshot_pages(v->snapshot);
	struct key_counts *counts = calloc((size_t)m->n_segments + 1, sizeof(*counts));
	struct slice key = slice_of("", 0), next, value;
	enum fund_status st = FUND_OK;

	if (!counts) {
		v->no_memory = true;
		return;
	}
	for (;;) {
		st = pages_seek_gt(pages, key, &next, &value);
		if (st == FUND_OK && slice_compare(next, key) <= 0)
			st = FUND_CORRUPT;
		if (st != FUND_OK || !verify_goes_on(v))
			break;
		check_key(v, m, next, value, counts);
		key = next;
	}
	if (st == FUND_CORRUPT)
		verify_status(v, st, "pages behind key %zu bytes long, beginning with %02x", key.len,
			      key.len ? key.data[0] : 0);
	for (uint32_t i = 0; i < m->n_segments && st == FUND_NOT_FOUND; i++)
		check_counts(v, &m->segments[i], &counts[i]);
	free(counts);
}

/* ---- manifest ---- */

static void verify_manifest(struct verify *v)
{
	const struct manifest *m = snapshot_manifest(v->snapshot);

	for (uint32_t i = 0; i < m->n_segments; i++) {
		const struct segment_stats *s = &m->segments[i];
		if (s->number >= m->next_segment || (i && s->number <= m->segments[i - 1].number))
			verify_found(v, "manifest: segment %u is out of order", s->number);
		if (s->n_dead > s->n_docs)
			verify_found(v, "manifest: segment %u: %u of %u documents are dead", s->number, s->n_dead,
				     s->n_docs);
	}
	for (uint32_t i = 0; i < m->n_roots; i++)
		if (m->roots[i].number >= m->next_root)
			verify_found(v, "manifest: root %u is out of order", m->roots[i].number);
}

/* ---- sources ---- */

struct source_counts {
	uint64_t n, n_failed;
	struct buf name, last; /* last: of the block before */
};

static void check_source_block(struct verify *v, struct slice key, struct slice block, struct source_counts *counts)
{
	uint8_t expected[SOURCE_KEY_MAX];
	struct cursor c;
	struct source source;
	uint64_t n;
	enum fund_status st = source_block_open(block, &c, &n);

	buf_reset(&counts->name);
	for (uint64_t i = 0; st == FUND_OK && i < n; i++) {
		st = source_block_next(&c, i == 0, &counts->name, &source);
		if (st == FUND_OK && i == 0) {
			size_t len = source_key(slice_buf(&counts->name), expected);
			if (!slice_equal(key, slice_of(expected, len)) ||
			    (counts->last.len &&
			     slice_compare(slice_buf(&counts->name), slice_buf(&counts->last)) <= 0))
				verify_found(v, "sources: block \"%.*s\": its first file does not belong there",
					     (int)(key.len - 3), key.data + 3);
		}
		counts->n += st == FUND_OK;
		counts->n_failed += st == FUND_OK && source.flags & SOURCE_FAILED;
	}
	if (st == FUND_OK && cursor_left(&c))
		st = FUND_CORRUPT;
	buf_reset(&counts->last);
	if (st == FUND_OK)
		st = buf_add_slice(&counts->last, slice_buf(&counts->name));
	verify_status(v, st, "sources: block \"%.*s\"", (int)(key.len - 3), key.data + 3);
}

static void verify_sources(struct verify *v)
{
	static const uint8_t first[] = { KEY_SOURCES };
	const struct manifest *m = snapshot_manifest(v->snapshot);
	const struct pages *pages = snapshot_pages(v->snapshot);
	struct source_counts counts = { 0 };
	struct slice key = slice_of(first, 1), next, block;

	while (verify_goes_on(v) && pages_seek_gt(pages, key, &next, &block) == FUND_OK &&
	       next.len >= 1 + SOURCE_ROOT && next.data[0] == KEY_SOURCES && slice_compare(next, key) > 0) {
		check_source_block(v, next, block, &counts);
		key = next;
	}
	if (verify_goes_on(v) && (counts.n != m->n_sources || counts.n_failed != m->n_failed))
		verify_found(v, "sources: %llu files, %llu failed; the manifest says %llu, %llu",
			     (unsigned long long)counts.n, (unsigned long long)counts.n_failed,
			     (unsigned long long)m->n_sources, (unsigned long long)m->n_failed);
	buf_release(&counts.name);
	buf_release(&counts.last);
}

/* ---- all ---- */

static void verify_segments(struct verify *v)
{
	struct segment *segment;
	struct fault why = { 0 };

	for (uint32_t i = 0; i < snapshot_n_segments(v->snapshot) && verify_goes_on(v); i++) {
		if (!verify_status(v, snapshot_segment(v->snapshot, i, &segment, &why), "segment %u",
				   snapshot_manifest(v->snapshot)->segments[i].number))
			continue;
		verify_documents(v, segment);
		if (verify_goes_on(v))
			verify_terms(v, segment);
	}
}

enum fund_status index_verify(const char *dir, const struct verify_report *report, uint64_t *n_findings,
			      struct fault *why)
{
	struct verify v = { .report = report };
	struct fault inner = { 0 };
	enum fund_status st = snapshot_open(&v.snapshot, dir, &inner);

	*n_findings = 0;
	if (st == FUND_CORRUPT) {
		*n_findings = 1;
		report->finding(report->context, inner.text);
		return FUND_OK;
	}
	if (st != FUND_OK) {
		if (why)
			*why = inner;
		return st;
	}
	snapshot_advise_through(v.snapshot);
	st = pages_check(snapshot_pages(v.snapshot), &inner);
	v.no_memory = st == FUND_NO_MEMORY;
	if (st == FUND_CORRUPT)
		verify_found(&v, "%s/data.mdb is damaged: %s", dir, inner.text);
	st = FUND_OK;
	verify_manifest(&v);
	if (verify_goes_on(&v))
		verify_keys(&v);
	verify_segments(&v);
	verify_sources(&v);
	if (v.no_memory)
		st = fault_set(why, FUND_NO_MEMORY, "%s: no memory", dir);
	else if (v.stale || snapshot_check(v.snapshot) != FUND_OK)
		st = fault_set(why, FUND_STALE, "%s: was rewritten while it was read: try again", dir);
	*n_findings = v.n_findings;
	snapshot_close(v.snapshot);
	return st;
}
