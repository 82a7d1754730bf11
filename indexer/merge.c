/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/merge.h"

#include <stdlib.h>

#include "indexer/interrupt.h"
#include "indexer/merge_texts.h"
#include "indexer/runs.h"
#include "indexer/segment_stream.h"

/*
 * Few segments and few dead documents make quick queries, rare merges little writing. A segment is merged with all that are smaller if these have together
 * COMPANY_PERCENT of its living documents: so a document is written again when its company has grown by half or more. The largest such row is taken. What a
 * run adds is one of the small ones, and is written with them only. Where that leaves more than SEGMENTS_MAX, the two smallest become one. A segment of whose
 * documents more than DEAD_PERCENT are dead is written again at once, with all smaller ones, which makes the next merges rare. What a query costs more than
 * in one segment without dead documents is about their share, and 2 to 6 % for each segment more; docs/BENCHMARKS.md, "A year of nights", has what other
 * figures would cost.
 */
#define SEGMENTS_MAX 5u
#define COMPANY_PERCENT 57u
#define DEAD_PERCENT 14u
#define AHEAD_MAX ((uint64_t)32 << 20) /* bytes without texts that are merged in one transaction with what a run publishes */

/* One segment that goes into the merge. */
struct part {
	struct segment *segment;
	uint32_t *docs; /* new numbers; DOC_END: dead */
	struct key_iter keys;
	bool ended;
	struct term_stream stream;
};

struct merger {
	struct index_writer *index;
	struct part *parts;
	uint32_t n_parts;
	struct segment *held; /* the one that is not in the index; NULL: all are */
	struct segment_writer *out;
	uint32_t n_docs;
	bool keep_texts, is_ahead;
	struct fault *why;
};

/* ---- documents ---- */

static bool key_less(const struct article_key *a, const struct article_key *b)
{
	struct slice pa = slice_of(a->key.data, a->key.len - a->id_len), pb = slice_of(b->key.data, b->key.len - b->id_len);
	return a->root != b->root ? a->root < b->root : slice_compare(pa, pb) < 0;
}

/* To the part's next live document. Of what is held none is dead. */
static enum fund_status next_live(struct merger *m, struct part *p)
{
	for (;;) {
		bool dead = false;
		enum fund_status st = key_iter_next(&p->keys);
		if (st == FUND_END) {
			p->ended = true;
			return FUND_OK;
		}
		if (st == FUND_OK && p->segment != m->held)
			st = index_writer_is_dead(m->index, segment_number(p->segment), p->keys.doc, &dead);
		if (st != FUND_OK || !dead)
			return st;
		p->docs[p->keys.doc] = DOC_END;
	}
}

/* The part with the smallest path; of equals the older segment. */
static struct part *smallest(struct merger *m)
{
	struct part *best = NULL;
	for (uint32_t i = 0; i < m->n_parts; i++)
		if (!m->parts[i].ended && (!best || key_less(&m->parts[i].keys.key, &best->keys.key)))
			best = &m->parts[i];
	return best;
}

static enum fund_status add_doc(struct merger *m, struct part *p)
{
	uint64_t value[COLUMNS];
	for (int i = 0; i < COLUMNS; i++) {
		enum fund_status st = segment_value(p->segment, (enum column)i, p->keys.doc, &value[i]);
		if (st != FUND_OK)
			return st;
	}
	struct doc_info doc = {
		.key = p->keys.key, .length = (uint32_t)value[COLUMN_LENGTH], .date = (uint32_t)value[COLUMN_DATE],
		.fields = (uint32_t)value[COLUMN_FIELDS], .words = (uint32_t)value[COLUMN_WORDS], .born = (uint32_t)value[COLUMN_BORN],
		.hash = value[COLUMN_HASH], .signature = value[COLUMN_SIGNATURE], .author = value[COLUMN_AUTHOR],
		.section = value[COLUMN_SECTION], .source = value[COLUMN_SOURCE],
	};
	p->docs[p->keys.doc] = m->n_docs++;
	return segment_writer_add_doc(m->out, &doc);
}

static enum fund_status add_texts(struct merger *m, const uint32_t *from)
{
	struct text_part *parts = calloc(m->n_parts, sizeof *parts);
	if (!parts)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < m->n_parts; i++)
		parts[i] = (struct text_part){ m->parts[i].segment, m->parts[i].docs, m->parts[i].segment == m->held };
	enum fund_status st = merge_texts(parts, m->n_parts, from, m->n_docs, m->keep_texts, m->out);
	free(parts);
	return st;
}

static enum fund_status merge_docs(struct merger *m)
{
	struct buf from = BUF_INIT; /* u32 a new document: its part */
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < m->n_parts && st == FUND_OK; i++) {
		st = key_iter_seek(&m->parts[i].keys, m->parts[i].segment, 0);
		if (st == FUND_OK)
			st = next_live(m, &m->parts[i]);
	}
	for (struct part *p; st == FUND_OK && (p = smallest(m)) != NULL;) {
		uint32_t number = (uint32_t)(p - m->parts);
		st = buf_add(&from, &number, sizeof number);
		if (st == FUND_OK)
			st = add_doc(m, p);
		if (st == FUND_OK)
			st = next_live(m, p);
		if (st == FUND_OK && interrupted())
			st = FUND_INTERRUPTED;
	}
	if (st == FUND_OK)
		st = add_texts(m, (const uint32_t *)(const void *)from.data);
	buf_release(&from);
	return st;
}

/* ---- terms ---- */

static enum fund_status merge_lists(struct merger *m)
{
	const struct term_sink sink = segment_sink(m->out);
	struct merge_input *inputs = calloc(m->n_parts, sizeof *inputs);
	enum fund_status st = inputs ? FUND_OK : FUND_NO_MEMORY;
	for (uint32_t i = 0; i < m->n_parts && st == FUND_OK; i++) {
		st = segment_stream(m->parts[i].segment, m->parts[i].docs, &m->parts[i].stream);
		inputs[i] = (struct merge_input){ &m->parts[i].stream, m->parts[i].docs };
	}
	if (st == FUND_OK)
		st = merge_terms(inputs, m->n_parts, &sink, interrupted);
	free(inputs);
	return st;
}

/* ---- one merge ---- */

static enum fund_status find_segment(struct merger *m, uint32_t number, struct segment **out)
{
	struct snapshot *s = index_writer_snapshot(m->index);
	enum fund_status st = FUND_OK;
	*out = m->held;
	for (uint32_t i = 0; i < snapshot_n_segments(s) && st == FUND_OK && (!*out || segment_number(*out) != number); i++)
		st = snapshot_segment(s, i, out, m->why);
	return st;
}

static enum fund_status open_parts(struct merger *m, const uint32_t *numbers, uint32_t n)
{
	m->parts = calloc(n, sizeof *m->parts);
	if (!m->parts)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n; i++) {
		struct part *p = &m->parts[i];
		enum fund_status st = find_segment(m, numbers[i], &p->segment);
		if (st != FUND_OK)
			return st;
		p->docs = malloc(((size_t)segment_n_docs(p->segment) + 1) * sizeof *p->docs);
		m->n_parts = i + 1;
		if (!p->docs)
			return FUND_NO_MEMORY;
	}
	return FUND_OK;
}

static void close_parts(struct merger *m)
{
	for (uint32_t i = 0; i < m->n_parts; i++) {
		struct part *p = &m->parts[i];
		segment_stream_end(&p->stream);
		key_iter_release(&p->keys);
		free(p->docs);
	}
	free(m->parts);
}

static enum fund_status merge_parts(struct merger *m, struct segment_stats *stats)
{
	enum fund_status st = segment_writer_new(&m->out, m->index, m->why);
	if (st == FUND_OK)
		st = merge_docs(m);
	if (st == FUND_OK && m->n_docs == 0)
		return FUND_END;
	if (st == FUND_OK)
		st = merge_lists(m);
	return st == FUND_OK ? (m->is_ahead ? segment_writer_finish_open : segment_writer_finish)(m->out, stats) : st;
}

/* *next: `from` without the parts, with what became of them, if anything lives. */
static enum fund_status list_merged(const struct manifest *from, const uint32_t *numbers, uint32_t n, const struct segment_stats *stats, struct manifest *next)
{
	enum fund_status st = manifest_copy(next, from);
	for (uint32_t i = 0; i < n && st == FUND_OK; i++)
		manifest_drop_segment(next, numbers[i]);
	return st == FUND_OK && stats ? manifest_add_segment(next, stats) : st;
}

static enum fund_status merge(struct merger *m, const struct manifest *from, const uint32_t *numbers, uint32_t n, struct manifest *next)
{
	struct segment_stats stats;
	enum fund_status st = open_parts(m, numbers, n);
	if (st == FUND_OK)
		st = merge_parts(m, &stats);
	if (st == FUND_OK || st == FUND_END)
		st = list_merged(from, numbers, n, st == FUND_OK ? &stats : NULL, next);
	if (st != FUND_OK && !m->why->text[0]) {
		const struct fault *f = index_writer_fault(m->index);
		if (st == FUND_INTERRUPTED)
			fault_set(m->why, st, "stopped by a signal while segments were merged");
		else
			fault_set(m->why, st, "segments cannot be merged: %s", f->text[0] ? f->text : fund_status_name(st));
	}
	segment_writer_free(m->out);
	close_parts(m);
	return st;
}

static enum fund_status merge_and_publish(struct index_writer *w, const uint32_t *numbers, uint32_t n, bool keep_texts, struct fault *why)
{
	struct merger m = { .index = w, .keep_texts = keep_texts, .why = why };
	struct manifest next = { 0 };
	enum fund_status st = merge(&m, snapshot_manifest(index_writer_snapshot(w)), numbers, n, &next);
	if (st == FUND_OK)
		st = index_writer_publish(w, &next, NULL, why);
	manifest_release(&next);
	return st;
}

/* ---- policy ---- */

static uint32_t live(const struct segment_stats *s) { return s->n_docs - s->n_dead; }

static bool too_many_dead(const struct segment_stats *s) { return 100 * (uint64_t)s->n_dead > DEAD_PERCENT * (uint64_t)s->n_docs; }

/* Larger ones first; of equals the older. */
static int by_size(const void *a, const void *b)
{
	const struct segment_stats *x = *(const struct segment_stats *const *)a, *y = *(const struct segment_stats *const *)b;
	if (live(x) != live(y))
		return live(x) < live(y) ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* The first of the sorted segments that is merged with all behind it; n: nothing is due. */
static uint32_t first_due(const struct segment_stats *const *sorted, uint32_t n)
{
	uint64_t smaller = 0; /* living in those behind */
	uint32_t due = n > SEGMENTS_MAX ? n - 2 : n;
	for (uint32_t i = n; i-- > 0; smaller += live(sorted[i]))
		if (too_many_dead(sorted[i]) || (i + 1 < n && COMPANY_PERCENT * (uint64_t)live(sorted[i]) <= 100 * smaller))
			due = i < due ? i : due;
	return due;
}

/* *n 0: nothing is due. */
static enum fund_status choose(const struct manifest *m, uint32_t **numbers, uint32_t *n)
{
	const struct segment_stats **sorted = calloc(m->n_segments + 1, sizeof *sorted);
	*n = 0;
	*numbers = calloc(m->n_segments + 1, sizeof **numbers);
	if (!sorted || !*numbers) {
		free(sorted);
		free(*numbers);
		*numbers = NULL;
		return FUND_NO_MEMORY;
	}
	for (uint32_t i = 0; i < m->n_segments; i++)
		sorted[i] = &m->segments[i];
	qsort(sorted, m->n_segments, sizeof *sorted, by_size);
	for (uint32_t i = first_due(sorted, m->n_segments); i < m->n_segments; i++)
		(*numbers)[(*n)++] = sorted[i]->number;
	qsort(*numbers, *n, sizeof **numbers, by_number); /* a file's articles stay in the order in which they came */
	free(sorted);
	return FUND_OK;
}

/* ---- ahead of a publish ---- */

/* A merge that needs several transactions would leave less room, where it fails, for what the run has to publish. */
static bool is_small(const struct manifest *m, const uint32_t *numbers, uint32_t n)
{
	uint64_t bytes = 0;
	for (uint32_t i = 0; i < n; i++)
		bytes += manifest_segment(m, numbers[i])->bytes - manifest_segment(m, numbers[i])->bytes_text;
	return bytes <= AHEAD_MAX;
}

static bool has_number(const uint32_t *numbers, uint32_t n, const struct segment *s)
{
	for (uint32_t i = 0; i < n; i++)
		if (s && numbers[i] == segment_number(s))
			return true;
	return false;
}

/* What is added and does not go into the merge is written, too. */
static enum fund_status merge_due(struct merger *m, const struct manifest *next, struct segment_writer *added, struct manifest *merged)
{
	uint32_t *numbers, n;
	enum fund_status st = choose(next, &numbers, &n);
	if (st == FUND_OK)
		st = n && is_small(next, numbers, n) ? merge(m, next, numbers, n, merged) : FUND_END;
	if (st == FUND_OK && added && !has_number(numbers, n, m->held))
		st = segment_writer_settle(added);
	free(numbers);
	return st;
}

enum fund_status merge_ahead(struct index_writer *w, const struct manifest *next, struct segment_writer *added, struct manifest *merged)
{
	struct fault why = { 0 };
	struct merger m = { .index = w, .keep_texts = true, .is_ahead = true, .why = &why };
	struct manifest now = { 0 };
	enum fund_status st = added ? segment_writer_held(added, &m.held) : FUND_OK;
	if (st == FUND_OK && added && !m.held)
		return FUND_END;
	if (st == FUND_OK)
		st = manifest_copy(&now, next);
	for (uint32_t i = 0; i < now.n_segments && st == FUND_OK; i++)
		now.segments[i].n_dead = index_writer_n_dead(w, now.segments[i].number);
	if (st == FUND_OK)
		st = merge_due(&m, &now, added, merged);
	manifest_release(&now);
	return st;
}

/* ---- behind it ---- */

/* The state that was published last cannot be opened. */
static enum fund_status cannot_go_on(struct index_writer *w, struct fault *why)
{
	*why = *index_writer_fault(w);
	return why->status;
}

enum fund_status merge_if_due(struct index_writer *w, struct fault *why)
{
	for (;;) {
		uint32_t *numbers, n;
		if (!index_writer_snapshot(w))
			return cannot_go_on(w, why);
		enum fund_status st = choose(snapshot_manifest(index_writer_snapshot(w)), &numbers, &n);
		if (st != FUND_OK)
			return fault_set(why, st, "out of memory");
		if (n)
			st = merge_and_publish(w, numbers, n, true, why);
		free(numbers);
		if (st != FUND_OK || n == 0)
			return st;
	}
}

static bool has_only_own_texts(const struct segment_stats *s) { return s->n_stores == 1 && s->stores[0].number == s->number; }

enum fund_status merge_all(struct index_writer *w, struct fault *why)
{
	const struct manifest *m = snapshot_manifest(index_writer_snapshot(w));
	if (m->n_segments == 0 || (m->n_segments == 1 && m->segments[0].n_dead == 0 && has_only_own_texts(&m->segments[0])))
		return FUND_OK;
	uint32_t n = m->n_segments, *numbers = calloc(n, sizeof *numbers);
	if (!numbers)
		return fault_set(why, FUND_NO_MEMORY, "out of memory");
	for (uint32_t i = 0; i < n; i++)
		numbers[i] = m->segments[i].number;
	enum fund_status st = merge_and_publish(w, numbers, n, false, why);
	free(numbers);
	return st;
}
