/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/build.h"

#include <stdlib.h>

#include "indexer/interrupt.h"

#define SPOOL_MEMORY ((size_t)1 << 20)
#define RUN_BUFFERS ((size_t)32 << 20) /* for all runs together, while they are merged */

void build_init(struct build *b, struct index_writer *index, struct worker *workers, uint32_t n_workers, size_t memory, const char *dir, struct fault *why)
{
	*b = (struct build){ .index = index, .workers = workers, .n_workers = n_workers, .memory = memory, .why = why };
	spool_init(&b->spool, dir, SPOOL_MEMORY);
}

void build_release(struct build *b)
{
	segment_writer_free(b->segment);
	b->segment = NULL;
	spool_release(&b->spool);
	free(b->runs);
	b->runs = NULL;
	buf_release(&b->key);
}

/* What went wrong in the index, in its own words. */
static enum fund_status index_failed(struct build *b, enum fund_status st)
{
	const struct fault *f = index_writer_fault(b->index);
	return fault_set(b->why, st, "%s", f->text[0] ? f->text : fund_status_name(st));
}

static enum fund_status need_segment(struct build *b)
{
	return b->segment ? FUND_OK : segment_writer_new(&b->segment, b->index, b->why);
}

/* A key that depends on all ranges of its file before it. */
static enum fund_status complete_key(struct build *b, const struct entry *e, struct batch_doc *doc, struct key_maker *keys, uint64_t ordinals)
{
	struct buf tail = BUF_INIT;
	buf_reset(&b->key);
	enum fund_status st = buf_add_slice(&tail, doc->tail);
	if (st == FUND_OK)
		st = key_maker_add(keys, &tail, doc->needs_ordinal, ordinals + doc->ordinal);
	if (st == FUND_OK)
		st = buf_add_slice(&b->key, e->source.path);
	if (st == FUND_OK)
		st = buf_add_slice(&b->key, slice_buf(&tail));
	doc->info.key = (struct article_key){ e->source.root, slice_buf(&b->key), tail.len };
	buf_release(&tail);
	return st;
}

enum fund_status build_add_doc(struct build *b, struct batch *batch, const struct entry *e, struct batch_doc *doc, struct key_maker *keys, uint64_t ordinals)
{
	uint8_t number[4];
	enum fund_status st = need_segment(b);
	if (st != FUND_OK)
		return st;
	if (!(e->first && e->last) && e->action == ENTRY_READ)
		st = complete_key(b, e, doc, keys, ordinals);
	memcpy(number, &b->n_docs, sizeof number);
	if (st == FUND_OK)
		st = buf_add(&b->workers[batch->worker].final, number, sizeof number);
	if (st != FUND_OK)
		return fault_set(b->why, st, "out of memory");
	b->n_docs++;
	st = segment_writer_add_doc(b->segment, &doc->info);
	return st == FUND_OK ? st : index_failed(b, st);
}

enum fund_status build_add_texts(struct build *b, const struct batch *batch)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < batch->n_texts && st == FUND_OK; i++) {
		const struct text_run *t = &batch->texts[i];
		st = segment_writer_add_text(b->segment, slice_of(batch->text.data + t->off, t->len), t->n_docs, t->raw_len);
	}
	return st == FUND_OK ? st : index_failed(b, st);
}

/* ---- runs ---- */

bool build_is_full(const struct build *b)
{
	size_t held = 0;
	for (uint32_t i = 0; i < b->n_workers; i++)
		held += atomic_load_explicit(&b->workers[i].memory, memory_order_relaxed) + b->workers[i].final.cap;
	return held > b->memory;
}

static enum fund_status spill_worker(struct build *b, struct worker *w)
{
	struct term_stream stream = { 0 };
	struct spilled spilled = { .worker = w->number };
	if (b->n_runs == b->cap_runs) {
		uint32_t cap = b->cap_runs ? 2 * b->cap_runs : 16;
		struct spilled *grown = realloc(b->runs, cap * sizeof *grown);
		if (!grown)
			return fault_set(b->why, FUND_NO_MEMORY, "out of memory");
		b->runs = grown;
		b->cap_runs = cap;
	}
	enum fund_status st = inverter_stream(w->inverter, &stream);
	if (st == FUND_OK)
		st = run_write(&stream, &b->spool, &spilled.run);
	inverter_stream_end(&stream);
	if (st != FUND_OK)
		return fault_set(b->why, st, "%s", b->spool.fault.text[0] ? b->spool.fault.text : fund_status_name(st));
	b->runs[b->n_runs++] = spilled;
	inverter_reset(w->inverter, b->memory / b->n_workers / 4);
	atomic_store_explicit(&w->memory, inverter_memory(w->inverter), memory_order_relaxed);
	return FUND_OK;
}

enum fund_status build_spill(struct build *b)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < b->n_workers && st == FUND_OK; i++)
		st = interrupted() ? FUND_INTERRUPTED : spill_worker(b, &b->workers[i]);
	return st;
}

/* ---- the end ---- */

static enum fund_status begin_term(void *context, struct slice term, bool with_positions)
{
	return segment_writer_begin_term(context, term, with_positions);
}
static enum fund_status add_posting(void *context, uint32_t doc, uint32_t freq, uint8_t boost, const uint32_t *pos)
{
	return segment_writer_add_posting(context, doc, freq, boost, pos);
}
static enum fund_status end_term(void *context) { return segment_writer_end_term(context); }

struct inputs {
	struct merge_input *inputs;
	struct term_stream *streams; /* the runs' first, then the workers' */
	uint32_t n;
};

static enum fund_status open_inputs(struct build *b, struct inputs *in)
{
	uint32_t n = b->n_runs + b->n_workers;
	enum fund_status st = FUND_OK;
	in->inputs = calloc(n, sizeof *in->inputs);
	in->streams = calloc(n, sizeof *in->streams);
	if (!in->inputs || !in->streams)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		struct worker *w = &b->workers[i < b->n_runs ? b->runs[i].worker : i - b->n_runs];
		st = i < b->n_runs ? run_stream(&b->spool, b->runs[i].run, RUN_BUFFERS / b->n_runs, &in->streams[i])
				   : inverter_stream(w->inverter, &in->streams[i]);
		in->inputs[i] = (struct merge_input){ &in->streams[i], (const uint32_t *)(const void *)w->final.data };
		in->n = i + 1;
	}
	return st;
}

static void close_inputs(struct build *b, struct inputs *in)
{
	for (uint32_t i = 0; i < in->n; i++)
		(i < b->n_runs ? run_stream_end : inverter_stream_end)(&in->streams[i]);
	free(in->inputs);
	free(in->streams);
}

enum fund_status build_finish(struct build *b, struct segment_stats *stats)
{
	struct inputs in = { 0 };
	struct term_sink sink = { b->segment, begin_term, add_posting, end_term };
	if (!b->segment)
		return FUND_END;
	enum fund_status st = open_inputs(b, &in);
	if (st == FUND_OK)
		st = merge_terms(in.inputs, in.n, &sink, interrupted);
	close_inputs(b, &in);
	if (st == FUND_OK)
		st = segment_writer_finish(b->segment, stats);
	if (st == FUND_OK) {
		segment_writer_free(b->segment);
		b->segment = NULL;
		return FUND_OK;
	}
	if (st == FUND_INTERRUPTED)
		return st;
	return b->spool.fault.text[0] ? fault_set(b->why, st, "%s", b->spool.fault.text) : index_failed(b, st);
}
