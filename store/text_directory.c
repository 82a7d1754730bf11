/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/text_directory.h"

#include "base/hash.h"

#define RUNS_MAX 4096u /* in a chunk */
#define AWAITED UINT64_MAX /* the address of a block that is not yet stored */

struct text_run text_run_take(const uint8_t *p)
{
	return (struct text_run){ .first = get_u32(p), .n_docs = get_u32(p + 4), .store = get_u32(p + 8), .record = get_u32(p + 12), .n_records = get_u32(p + 16),
				  .stored_len = get_u32(p + 20), .raw_len = get_u32(p + 24), .address = get_u64(p + 28) };
}

static void run_put(uint8_t *p, const struct text_run *run)
{
	put_u32(p, run->first);
	put_u32(p + 4, run->n_docs);
	put_u32(p + 8, run->store);
	put_u32(p + 12, run->record);
	put_u32(p + 16, run->n_records);
	put_u32(p + 20, run->stored_len);
	put_u32(p + 24, run->raw_len);
	put_u64(p + 28, run->address);
}

void text_directory_writer_init(struct text_directory_writer *w, struct chunk_sink sink, uint32_t store)
{
	*w = (struct text_directory_writer){ .sink = sink, .store = store };
}

void text_directory_writer_release(struct text_directory_writer *w)
{
	buf_release(&w->chunk);
}

static size_t n_runs(const struct text_directory_writer *w)
{
	return w->chunk.len ? (w->chunk.len - TEXT_DIRECTORY_HEAD) / TEXT_RUN_LEN : 0;
}

/* The first n runs as a chunk; the others move up. */
static enum fund_status put_runs(struct text_directory_writer *w, size_t n)
{
	uint8_t *bytes = w->chunk.data, tail[4];
	size_t len = TEXT_DIRECTORY_HEAD + n * TEXT_RUN_LEN, rest = w->chunk.len - len;

	put_u32(bytes + 4, (uint32_t)n);
	put_u32(bytes, checksum(bytes + 4, len - 4));
	chunk_tail_put(tail, get_u32(bytes + TEXT_DIRECTORY_HEAD));
	enum fund_status st = w->sink.put(w->sink.context, CHUNK_TEXT_DIRECTORY, slice_of(tail, sizeof(tail)), slice_of(bytes, len));
	memmove(bytes + TEXT_DIRECTORY_HEAD, bytes + len, rest);
	w->chunk.len = rest ? TEXT_DIRECTORY_HEAD + rest : 0;
	return st;
}

/* The last run stays: it may go on. */
static enum fund_status put_full(struct text_directory_writer *w)
{
	enum fund_status st = FUND_OK;

	while (st == FUND_OK && w->n_awaited == 0 && n_runs(w) > RUNS_MAX)
		st = put_runs(w, RUNS_MAX);
	return st;
}

/* Does the last run go on with these documents? */
static bool joins(const struct text_directory_writer *w, const struct text_run *run)
{
	uint8_t *bytes;

	if (n_runs(w) == 0)
		return false;
	bytes = w->chunk.data + w->chunk.len - TEXT_RUN_LEN;
	struct text_run last = text_run_take(bytes);
	if (last.store != run->store || last.address != run->address || run->record - last.record != last.n_docs)
		return false;
	put_u32(bytes + 4, last.n_docs + run->n_docs);
	return true;
}

enum fund_status text_directory_writer_add(struct text_directory_writer *w, const struct text_run *run)
{
	static const uint8_t head[TEXT_DIRECTORY_HEAD];
	uint8_t bytes[TEXT_RUN_LEN];
	struct text_run placed = *run;
	enum fund_status st = FUND_OK;

	if (run->n_docs == 0 || run->n_docs > UINT32_MAX - w->n_docs)
		return FUND_INVALID;
	placed.first = w->n_docs;
	w->n_docs += run->n_docs;
	if (joins(w, run))
		return FUND_OK;
	if (w->chunk.len == 0)
		st = buf_add(&w->chunk, head, sizeof(head));
	run_put(bytes, &placed);
	if (st == FUND_OK)
		st = buf_add(&w->chunk, bytes, sizeof(bytes));
	return st == FUND_OK ? put_full(w) : st;
}

enum fund_status text_directory_writer_await(struct text_directory_writer *w)
{
	struct text_run run = { .n_docs = 1, .store = w->store, .record = w->n_awaited, .address = AWAITED };

	if (w->n_awaited++ == 0)
		w->awaited_off = w->chunk.len ? w->chunk.len : TEXT_DIRECTORY_HEAD;
	return text_directory_writer_add(w, &run);
}

enum fund_status text_directory_writer_settle(struct text_directory_writer *w, const struct text_run *block)
{
	if (block->n_records != w->n_awaited)
		return FUND_INVALID;
	for (size_t off = w->awaited_off; off < w->chunk.len; off += TEXT_RUN_LEN) {
		struct text_run run = text_run_take(w->chunk.data + off), settled = *block;
		if (run.address != AWAITED)
			continue;
		settled.first = run.first;
		settled.n_docs = run.n_docs;
		settled.record = run.record;
		run_put(w->chunk.data + off, &settled);
	}
	w->n_awaited = 0;
	return put_full(w);
}

enum fund_status text_directory_writer_finish(struct text_directory_writer *w)
{
	enum fund_status st = w->n_awaited ? FUND_INVALID : put_full(w);

	return st == FUND_OK && w->chunk.len ? put_runs(w, n_runs(w)) : st;
}
