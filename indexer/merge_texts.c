/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/merge_texts.h"

#include <stdlib.h>

#include "indexer/interrupt.h"

/*
 * A store is kept while at least LIVE_PERCENT of its documents live: so dead texts are no more than live ones, and far fewer in the mean. A segment has
 * STORES_MAX of them and its own; where there would be more, STORES_KEPT, the largest, and the others are written together, so that it is not done each
 * time. docs/BENCHMARKS.md, "A year of nights", has what other figures would write.
 */
#define LIVE_PERCENT 50u
#define STORES_MAX (TEXT_STORES_MAX - 1)
#define STORES_KEPT 13u

/* A store of one of the parts. */
struct candidate {
	struct text_store store;
	uint64_t n_live;
};

/* Where one part is. */
struct place {
	struct text_part part;
	uint32_t next;	/* old number of the next document that lives */
	uint32_t index; /* of its run */
	struct text_cache cache;
};

struct texts {
	struct segment_writer *out;
	struct place *places;
	uint32_t n_places;
	struct candidate *stores; /* those that are kept come first */
	uint32_t n_stores, n_kept;
	struct text_builder *builder;
	struct buf stored;
};

/* ---- which stores are kept? ---- */

static void count_live(const struct text_part *p, const struct text_run *run, struct candidate *stores, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < run->n_docs && stores[i].store.number == run->store; k++)
			stores[i].n_live += p->docs[run->first + k] != DOC_END;
}

static enum fund_status add_stores(struct texts *t, const struct text_part *p)
{
	const struct segment_stats *stats = segment_stats(p->segment);
	struct candidate *own = t->stores + t->n_stores;
	struct text_run run;
	enum fund_status st = FUND_OK;
	if (p->is_held)
		return st;
	for (uint32_t i = 0; i < stats->n_stores; i++)
		own[i] = (struct candidate){ stats->stores[i], 0 };
	t->n_stores += stats->n_stores;
	for (uint32_t i = 0; (st = segment_text_run(p->segment, i, &run)) == FUND_OK; i++)
		count_live(p, &run, own, stats->n_stores);
	return st == FUND_END ? FUND_OK : st;
}

static bool is_worth(const struct candidate *c) { return 100 * c->n_live >= LIVE_PERCENT * (uint64_t)c->store.n_docs; }

/* What is worth keeping first, of that what has more living; of equals the older. */
static int by_worth(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (is_worth(x) != is_worth(y))
		return is_worth(x) ? -1 : 1;
	if (x->n_live != y->n_live)
		return x->n_live > y->n_live ? -1 : 1;
	return (x->store.number > y->store.number) - (x->store.number < y->store.number);
}

static enum fund_status choose_stores(struct texts *t)
{
	enum fund_status st = FUND_OK;
	t->stores = calloc((size_t)t->n_places * TEXT_STORES_MAX, sizeof *t->stores);
	if (!t->stores)
		return FUND_NO_MEMORY;
	for (uint32_t i = 0; i < t->n_places && st == FUND_OK; i++)
		st = add_stores(t, &t->places[i].part);
	qsort(t->stores, t->n_stores, sizeof *t->stores, by_worth);
	while (t->n_kept < t->n_stores && is_worth(&t->stores[t->n_kept]))
		t->n_kept++;
	if (t->n_kept > STORES_MAX)
		t->n_kept = STORES_KEPT;
	for (uint32_t i = 0; i < t->n_kept && st == FUND_OK; i++)
		st = segment_writer_keep_store(t->out, &t->stores[i].store);
	return st;
}

static bool is_kept(const struct texts *t, uint32_t store)
{
	for (uint32_t i = 0; i < t->n_kept; i++)
		if (t->stores[i].store.number == store)
			return true;
	return false;
}

/* ---- texts that are written ---- */

static enum fund_status close_block(struct texts *t)
{
	uint32_t n_docs, raw_len;
	buf_reset(&t->stored);
	enum fund_status st = text_builder_close(t->builder, &t->stored, &n_docs, &raw_len);
	if (st == FUND_END)
		return FUND_OK;
	return st == FUND_OK ? segment_writer_add_text(t->out, slice_buf(&t->stored), n_docs, raw_len) : st;
}

static enum fund_status copy_text(struct texts *t, struct place *p)
{
	struct stored_article a;
	enum fund_status st = segment_article(p->part.segment, p->next, &p->cache, &a);
	if (st == FUND_OK)
		st = text_builder_add(t->builder, &a);
	if (st == FUND_OK)
		st = segment_writer_await_text(t->out);
	return st == FUND_OK && text_builder_raw_len(t->builder) >= TEXT_BLOCK_TARGET ? close_block(t) : st;
}

static enum fund_status copy_block(struct texts *t, struct place *p, const struct text_run *run)
{
	struct slice stored;
	enum fund_status st = close_block(t);
	if (st == FUND_OK)
		st = segment_text_block(p->part.segment, run, &stored);
	return st == FUND_OK ? segment_writer_add_text(t->out, stored, run->n_docs, run->raw_len) : st;
}

/* ---- all, in the new order ---- */

/* How many of the run's documents follow each other from `next` on, in the new order too? */
static uint32_t together(const struct place *p, const struct text_run *run)
{
	const uint32_t *docs = p->part.docs + p->next;
	uint32_t n = 1, most = run->first + run->n_docs - p->next;
	while (n < most && docs[n] != DOC_END && docs[n] == docs[0] + n)
		n++;
	return n;
}

/* All of a block, and worth keeping as it is. */
static bool is_whole(const struct text_run *run, uint32_t n) { return n == run->n_records && run->raw_len >= TEXT_BLOCK_TARGET / 2; }

/* *n: so many documents, from the part's next one on. */
static enum fund_status add_some(struct texts *t, struct place *p, uint32_t *n)
{
	struct text_run run;
	enum fund_status st;
	while (p->part.docs[p->next] == DOC_END)
		p->next++;
	while ((st = segment_text_run(p->part.segment, p->index, &run)) == FUND_OK && run.first + run.n_docs <= p->next)
		p->index++;
	if (st != FUND_OK)
		return st;
	if (run.first > p->next)
		return FUND_CORRUPT;
	*n = together(p, &run);
	if (is_kept(t, run.store)) {
		run.record += p->next - run.first;
		run.n_docs = *n;
		st = segment_writer_keep_text(t->out, &run);
	} else if (is_whole(&run, *n)) {
		st = copy_block(t, p, &run);
	} else {
		*n = 1;
		st = copy_text(t, p);
	}
	p->next += *n;
	return st;
}

static enum fund_status add_all(struct texts *t, const uint32_t *from, uint32_t n_docs)
{
	enum fund_status st = FUND_OK;
	for (uint32_t doc = 0, n = 0; doc < n_docs && st == FUND_OK; doc += n) {
		st = add_some(t, &t->places[from[doc]], &n);
		if (st == FUND_OK && interrupted())
			st = FUND_INTERRUPTED;
	}
	return st == FUND_OK ? close_block(t) : st;
}

static enum fund_status begin(struct texts *t, const struct text_part *parts, uint32_t n)
{
	enum fund_status st = text_builder_new(&t->builder);
	if (st != FUND_OK)
		return st;
	t->places = calloc(n, sizeof *t->places);
	if (!t->places)
		return FUND_NO_MEMORY;
	for (t->n_places = 0; t->n_places < n; t->n_places++) {
		struct place *p = &t->places[t->n_places];
		p->part = parts[t->n_places];
		p->cache = (struct text_cache)TEXT_CACHE_WALK;
	}
	return FUND_OK;
}

static void end(struct texts *t)
{
	for (uint32_t i = 0; i < t->n_places; i++)
		text_cache_release(&t->places[i].cache);
	text_builder_free(t->builder);
	buf_release(&t->stored);
	free(t->places);
	free(t->stores);
}

enum fund_status merge_texts(const struct text_part *parts, uint32_t n_parts, const uint32_t *from, uint32_t n_docs, bool keep, struct segment_writer *out)
{
	struct texts t = { .out = out };
	enum fund_status st = begin(&t, parts, n_parts);
	if (st == FUND_OK && keep)
		st = choose_stores(&t);
	if (st == FUND_OK)
		st = add_all(&t, from, n_docs);
	end(&t);
	return st;
}
