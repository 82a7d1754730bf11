/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/build.h"

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "indexer/interrupt.h"
#include "indexer/parts.h"
#include "indexer/segment_stream.h"

#define RUN_BUFFERS ((size_t)32 << 20) /* for all runs together, while they are merged */

void build_init(struct build *b, struct index_writer *index, struct worker *workers, uint32_t n_workers, struct fault *why)
{
	*b = (struct build){ .index = index, .workers = workers, .n_workers = n_workers, .why = why };
}

void build_release(struct build *b)
{
	segment_writer_free(b->segment);
	b->segment = NULL;
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
	if (b->segment)
		return FUND_OK;
	enum fund_status st = segment_writer_new(&b->segment, b->index, b->why);
	if (st == FUND_OK)
		segment_writer_hold(b->segment);
	return st;
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
		const struct batch_text *t = &batch->texts[i];
		st = segment_writer_add_text(b->segment, slice_part(slice_buf(&batch->text), t->off, t->len), t->n_docs, t->raw_len);
	}
	return st == FUND_OK ? st : index_failed(b, st);
}

/* ---- the end ---- */

struct inputs {
	struct merge_input *inputs;
	struct term_stream *streams; /* of each worker: its runs, then what it still holds */
	uint32_t n, n_runs;
};

static enum fund_status add_input(struct inputs *in, struct worker *w, const struct run *run)
{
	struct term_stream *stream = &in->streams[in->n];
	enum fund_status st = run ? run_stream(&w->spool, *run, RUN_BUFFERS / in->n_runs, stream) : inverter_stream(w->inverter, stream);
	in->inputs[in->n++] = (struct merge_input){ stream, (const uint32_t *)(const void *)w->final.data };
	return st;
}

static enum fund_status open_inputs(struct build *b, struct inputs *in)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < b->n_workers; i++)
		in->n_runs += b->workers[i].n_runs;
	in->inputs = calloc(in->n_runs + b->n_workers, sizeof *in->inputs);
	in->streams = calloc(in->n_runs + b->n_workers, sizeof *in->streams);
	if (!in->inputs || !in->streams)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < b->n_workers; i++) {
		struct worker *w = &b->workers[i];
		for (uint32_t k = 0; k < w->n_runs && st == FUND_OK; k++)
			st = add_input(in, w, &w->runs[k]);
		if (st == FUND_OK && w->inverter)
			st = add_input(in, w, NULL);
	}
	return st;
}

static void close_inputs(struct build *b, struct inputs *in)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < b->n_workers; i++) {
		for (uint32_t k = 0; k < b->workers[i].n_runs && n < in->n; k++)
			run_stream_end(&in->streams[n++]);
		if (b->workers[i].inverter && n < in->n)
			inverter_stream_end(&in->streams[n++]);
	}
	free(in->inputs);
	free(in->streams);
}

/* What went wrong while runs were read, if anything. */
static const char *run_fault(const struct build *b)
{
	for (uint32_t i = 0; i < b->n_workers; i++)
		if (b->workers[i].spool.fault.text[0])
			return b->workers[i].spool.fault.text;
	return NULL;
}

/* All terms, and the parts of the compounds among them. */
static enum fund_status merge_all(struct build *b, const struct inputs *in, struct lexicon *lexicon, const char *dictionary, const char *dir, struct fault *why)
{
	const struct term_sink segment = segment_sink(b->segment);
	struct analyser *analyser = NULL;
	struct parts *parts = NULL;
	enum fund_status st = analyser_new(&analyser);
	if (st == FUND_OK)
		st = parts_new(&parts, &segment, analyser, lexicon, dictionary, dir);
	if (st == FUND_OK) {
		struct term_sink sink = parts_sink(parts);
		st = (b->n_workers > 1 ? merge_terms_apart : merge_terms)(in->inputs, in->n, &sink, interrupted);
	}
	if (st == FUND_OK)
		st = parts_finish(parts, why);
	parts_free(parts);
	analyser_free(analyser);
	return st;
}

/* What the threads' heaps had is to be the merge's. */
static enum fund_status end_workers(struct build *b)
{
	enum fund_status st = FUND_OK;
	for (uint32_t i = 0; i < b->n_workers && st == FUND_OK; i++)
		st = worker_end(&b->workers[i], b->why);
#ifdef __GLIBC__
	malloc_trim(0);
#endif
	return st;
}

enum fund_status build_finish(struct build *b, struct lexicon *lexicon, const char *dictionary, const char *dir, struct segment_stats *stats)
{
	struct inputs in = { 0 };
	struct fault why = { 0 };
	if (!b->segment)
		return FUND_END;
	enum fund_status st = end_workers(b);
	if (st != FUND_OK)
		return st;
	st = open_inputs(b, &in);
	if (st == FUND_OK)
		st = merge_all(b, &in, lexicon, dictionary, dir, &why);
	close_inputs(b, &in);
	if (st == FUND_OK)
		st = segment_writer_finish(b->segment, stats);
	if (st == FUND_OK || st == FUND_INTERRUPTED)
		return st;
	if (why.text[0])
		return fault_set(b->why, st, "%s", why.text);
	return run_fault(b) ? fault_set(b->why, st, "%s", run_fault(b)) : index_failed(b, st);
}
