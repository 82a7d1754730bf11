/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "query/kwic_sort.h"

#include <stdlib.h>

#include "base/spool.h"

#define FILE_BUFFER (64u << 10) /* of each run, to write it and to read it */

/* A line in memory: its record, and what it is sorted by within. */
struct entry {
	uint64_t number;
	uint32_t at, len;
	uint32_t order_at, order_len;
};

struct run {
	unsigned level;
	struct spool spool;
	struct spool_reader reader;
	struct buf record; /* of the line at its head */
	struct kwic_line line;
};

/* Runs as a heap by the lines at their heads. */
struct merge {
	struct run **heap;
	uint32_t n;
	bool begun; /* the line at the top was given away */
};

struct kwic_sorter {
	size_t memory;
	uint64_t wanted, given;
	const char *dir;
	struct fault *why;
	struct buf records;
	struct entry *entries;
	size_t n_entries, cap_entries;
	struct run **runs;
	size_t n_runs, cap_runs;
	bool ended; /* no more lines come */
	struct merge merge;
};

enum fund_status kwic_sorter_new(struct kwic_sorter **out, size_t memory, uint64_t wanted, const char *dir, struct fault *why)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		return FUND_NO_MEMORY;
	**out = (struct kwic_sorter){ .memory = memory, .wanted = wanted, .dir = dir, .why = why };
	return FUND_OK;
}

static void run_free(struct run *r)
{
	spool_reader_release(&r->reader);
	spool_release(&r->spool);
	buf_release(&r->record);
	free(r);
}

void kwic_sorter_free(struct kwic_sorter *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_runs; i++)
		run_free(s->runs[i]);
	free(s->runs);
	free(s->entries);
	free(s->merge.heap);
	buf_release(&s->records);
	free(s);
}

size_t kwic_sorter_held(const struct kwic_sorter *s)
{
	size_t held = s->records.cap + s->cap_entries * sizeof *s->entries + s->cap_runs * sizeof *s->runs;
	for (size_t i = 0; i < s->n_runs; i++) {
		const struct run *r = s->runs[i];
		held += sizeof *r + r->spool.tail.cap + r->record.cap + (r->reader.room ? r->reader.cap : 0);
	}
	return held;
}

/* ---- a line as a record ---- */

static enum fund_status add_text(struct buf *b, struct slice text)
{
	enum fund_status st = buf_add_varint(b, text.len);
	return st == FUND_OK ? buf_add_slice(b, text) : st;
}

static enum fund_status encode(const struct kwic_line *l, struct buf *b)
{
	const struct slice texts[] = { l->order, l->key, l->address, l->left, l->match, l->right };
	enum fund_status st = buf_add_varint(b, l->number);
	if (st == FUND_OK)
		st = buf_add_varint(b, l->date);
	for (size_t i = 0; i < sizeof texts / sizeof *texts && st == FUND_OK; i++)
		st = add_text(b, texts[i]);
	return st;
}

/* Borrows from the record. */
static bool decode(struct slice record, struct kwic_line *l)
{
	struct cursor c = cursor_of(record);
	struct slice *const texts[] = { &l->order, &l->key, &l->address, &l->left, &l->match, &l->right };
	l->number = cursor_varint(&c);
	l->date = cursor_varint32(&c);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = cursor_take(&c, cursor_varint32(&c));
	return !c.bad;
}

static int compare_lines(const struct kwic_line *a, const struct kwic_line *b)
{
	int c = slice_compare(a->order, b->order);
	return c ? c : (a->number > b->number) - (a->number < b->number);
}

/* ---- lines in memory ---- */

static int compare_entries(const void *a, const void *b, void *records)
{
	const struct entry *x = a, *y = b;
	const uint8_t *bytes = records;
	int c = slice_compare(slice_of(bytes + x->order_at, x->order_len), slice_of(bytes + y->order_at, y->order_len));
	return c ? c : (x->number > y->number) - (x->number < y->number);
}

static void sort_entries(struct kwic_sorter *s)
{
	if (s->n_entries > 1)
		qsort_r(s->entries, s->n_entries, sizeof *s->entries, compare_entries, s->records.data);
}

static enum fund_status add_entry(struct kwic_sorter *s, const struct kwic_line *line)
{
	struct entry *grown = array_room(s->entries, s->n_entries + 1, &s->cap_entries, sizeof *s->entries);
	size_t at = s->records.len;
	if (!grown)
		return FUND_NO_MEMORY;
	s->entries = grown;
	enum fund_status st = encode(line, &s->records);
	if (st != FUND_OK)
		return st;
	struct slice record = slice_from(slice_buf(&s->records), at);
	struct kwic_line copy;
	decode(record, &copy);
	uint32_t order_at = line->order.len ? (uint32_t)(copy.order.data - s->records.data) : 0;
	s->entries[s->n_entries++] = (struct entry){ line->number, (uint32_t)at, (uint32_t)record.len, order_at, (uint32_t)line->order.len };
	return FUND_OK;
}

/* ---- runs ---- */

static enum fund_status new_run(struct kwic_sorter *s, unsigned level, struct run **out)
{
	struct run **grown = array_room(s->runs, s->n_runs + 1, &s->cap_runs, sizeof *s->runs), *r = calloc(1, sizeof *r);
	if (grown)
		s->runs = grown;
	if (!grown || !r) {
		free(r);
		return FUND_NO_MEMORY;
	}
	r->level = level;
	spool_init(&r->spool, s->dir, FILE_BUFFER);
	*out = s->runs[s->n_runs++] = r;
	return FUND_OK;
}

static enum fund_status write_record(struct kwic_sorter *s, struct run *r, struct slice record)
{
	enum fund_status st = spool_varint(&r->spool, record.len);
	if (st == FUND_OK)
		st = spool_write(&r->spool, record.data, record.len);
	if (st != FUND_OK)
		*s->why = r->spool.fault;
	return st;
}

/* FUND_END behind the last. */
static enum fund_status next_record(struct kwic_sorter *s, struct run *r)
{
	if (spool_reader_ended(&r->reader))
		return r->reader.status == FUND_OK ? FUND_END : fault_set(s->why, FUND_IO, "%s: cannot read a temporary file", s->dir);
	size_t len = (size_t)spool_reader_varint(&r->reader);
	buf_reset(&r->record);
	enum fund_status st = buf_reserve(&r->record, len);
	if (st != FUND_OK)
		return st;
	spool_reader_bytes(&r->reader, r->record.data, len);
	r->record.len = len;
	if (r->reader.status != FUND_OK || !decode(slice_buf(&r->record), &r->line))
		return fault_set(s->why, FUND_IO, "%s: cannot read a temporary file", s->dir);
	return FUND_OK;
}

/* ---- merging ---- */

static void sift_down(struct merge *m, uint32_t i)
{
	for (uint32_t child = 2 * i + 1; child < m->n; child = 2 * i + 1) {
		if (child + 1 < m->n && compare_lines(&m->heap[child + 1]->line, &m->heap[child]->line) < 0)
			child++;
		if (compare_lines(&m->heap[i]->line, &m->heap[child]->line) <= 0)
			return;
		struct run *up = m->heap[child];
		m->heap[child] = m->heap[i];
		m->heap[i] = up;
		i = child;
	}
}

/* Of the runs from `first` on. */
static enum fund_status merge_begin(struct kwic_sorter *s, size_t first)
{
	struct merge *m = &s->merge;
	free(m->heap);
	*m = (struct merge){ .heap = calloc(s->n_runs - first + 1, sizeof(struct run *)) };
	if (!m->heap)
		return FUND_NO_MEMORY;
	for (size_t i = first; i < s->n_runs; i++) {
		struct run *r = s->runs[i];
		enum fund_status st = spool_reader_init(&r->reader, &r->spool, 0, spool_len(&r->spool), FILE_BUFFER);
		if (st == FUND_OK)
			st = next_record(s, r);
		if (st == FUND_OK)
			m->heap[m->n++] = r;
		else if (st != FUND_END)
			return st;
	}
	for (uint32_t i = m->n / 2; i-- > 0;)
		sift_down(m, i);
	return FUND_OK;
}

/* The run with the next line at its head. */
static enum fund_status merge_next(struct kwic_sorter *s, struct run **out)
{
	struct merge *m = &s->merge;
	if (m->begun) {
		enum fund_status st = next_record(s, m->heap[0]);
		if (st == FUND_END)
			m->heap[0] = m->heap[--m->n];
		else if (st != FUND_OK)
			return st;
		sift_down(m, 0);
	}
	m->begun = m->n > 0;
	*out = m->n ? m->heap[0] : NULL;
	return m->n ? FUND_OK : FUND_END;
}

/* The last KWIC_FAN_IN runs become one. */
static enum fund_status merge_last(struct kwic_sorter *s)
{
	size_t first = s->n_runs - KWIC_FAN_IN;
	struct run *to, *from;
	enum fund_status st = merge_begin(s, first);
	if (st == FUND_OK)
		st = new_run(s, s->runs[first]->level + 1, &to);
	for (uint64_t n = 0; st == FUND_OK && n < s->wanted; n++) {
		st = merge_next(s, &from);
		if (st == FUND_OK)
			st = write_record(s, to, slice_buf(&from->record));
	}
	if (st != FUND_OK && st != FUND_END)
		return st;
	for (size_t i = first; i < first + KWIC_FAN_IN; i++)
		run_free(s->runs[i]);
	s->runs[first] = to;
	s->n_runs = first + 1;
	return FUND_OK;
}

static bool are_alike(const struct kwic_sorter *s)
{
	return s->n_runs >= KWIC_FAN_IN && s->runs[s->n_runs - KWIC_FAN_IN]->level == s->runs[s->n_runs - 1]->level;
}

/* What is in memory, as a run. */
static enum fund_status write_run(struct kwic_sorter *s)
{
	struct run *r;
	enum fund_status st = new_run(s, 0, &r);
	if (st != FUND_OK)
		return st;
	sort_entries(s);
	for (size_t i = 0; i < s->n_entries && i < s->wanted && st == FUND_OK; i++)
		st = write_record(s, r, slice_part(slice_buf(&s->records), s->entries[i].at, s->entries[i].len));
	s->n_entries = 0;
	buf_reset(&s->records);
	while (st == FUND_OK && are_alike(s))
		st = merge_last(s);
	return st;
}

/* ---- in and out ---- */

enum fund_status kwic_sorter_add(struct kwic_sorter *s, const struct kwic_line *line)
{
	enum fund_status st = add_entry(s, line);
	bool full = s->records.len + s->n_entries * sizeof *s->entries >= s->memory;
	return st == FUND_OK && full ? write_run(s) : st;
}

/* Runs are read with those in memory as one more of them. */
static enum fund_status end(struct kwic_sorter *s)
{
	enum fund_status st = FUND_OK;
	s->ended = true;
	if (s->n_runs == 0)
		sort_entries(s);
	else if (s->n_entries)
		st = write_run(s);
	if (s->n_runs == 0 || st != FUND_OK)
		return st;
	buf_release(&s->records);
	return merge_begin(s, 0);
}

enum fund_status kwic_sorter_next(struct kwic_sorter *s, struct kwic_line *out)
{
	enum fund_status st = s->ended ? FUND_OK : end(s);
	struct run *r;
	if (st != FUND_OK || s->given == s->wanted)
		return st == FUND_OK ? FUND_END : st;
	if (s->n_runs == 0) {
		if (s->given == s->n_entries)
			return FUND_END;
		const struct entry *e = &s->entries[s->given++];
		return decode(slice_part(slice_buf(&s->records), e->at, e->len), out) ? FUND_OK : FUND_CORRUPT;
	}
	st = merge_next(s, &r);
	if (st == FUND_OK) {
		*out = r->line;
		s->given++;
	}
	return st;
}
