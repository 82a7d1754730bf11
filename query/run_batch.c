/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_batch.c - one query a line, answered in order in one process over one state of the index. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "query/run.h"

struct batch {
	const struct options *options;
	struct searcher searcher;
	struct search search;
	struct arena page;
	struct printer *out, timing;
	struct present_options present;
	bool any, bad;
	struct fault why;
};

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void present(struct batch *b)
{
	const struct presenter *f = b->options->format;
	const struct result *r = &b->search.result;
	b->any |= b->options->count ? r->total > 0 : r->n_hits > 0;
	if (b->options->count) {
		f->count(b->out, r, &b->present);
		return;
	}
	for (uint32_t i = 0; i < r->n_hits; i++)
		f->hit(b->out, r, &r->hits[i], &b->present, i == 0);
}

/* A query that is no query is told and passed over: the others are answered. */
static enum fund_status answer(struct batch *b, struct slice qid, struct slice query)
{
	struct search_note note;
	double start = now_us();
	enum fund_status st = search_find(&b->search, &b->searcher, query, &b->options->search, &note, &b->why);
	arena_reset(&b->page);
	if (st == FUND_OK && !b->options->count)
		st = search_page(&b->search, &b->searcher, 0, UINT32_MAX, &b->page, &b->why);
	double took = now_us() - start;
	run_warn(query, &note.warning);
	if (st == FUND_INVALID) {
		run_syntax_error(query, note.error_off, &b->why);
		b->bad = true;
		b->why = (struct fault){ 0 };
		return FUND_OK;
	}
	if (st != FUND_OK)
		return st;
	b->present.qid = qid;
	present(b);
	if (b->options->timing) {
		print_key(&b->timing, qid, true);
		print_format(&b->timing, "\t%.1f\n", took);
	}
	return FUND_OK;
}

static enum fund_status answer_line(struct batch *b, struct slice line, unsigned long number)
{
	const uint8_t *tab = line.len ? memchr(line.data, '\t', line.len) : NULL;
	if (line.len == 0)
		return FUND_OK;
	if (!tab) {
		message(PROGRAM, "%s:%lu: no tab between id and query", b->options->batch, number);
		b->bad = true;
		return FUND_OK;
	}
	size_t n = (size_t)(tab - line.data);
	return answer(b, slice_of(line.data, n), slice_of(tab + 1, line.len - n - 1));
}

static enum fund_status answer_file(struct batch *b, FILE *file)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	enum fund_status st = FUND_OK;
	for (unsigned long number = 1; st == FUND_OK && !b->out->error && (n = getline(&line, &cap, file)) >= 0; number++) {
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			n--;
		st = answer_line(b, slice_of(line, (size_t)n), number);
	}
	if (st == FUND_OK && ferror(file))
		st = fault_errno(&b->why, errno, "%s", b->options->batch);
	free(line);
	return st;
}

static enum fund_status run(struct batch *b, struct analyser *analyser)
{
	const struct options *o = b->options;
	bool standard = strcmp(o->batch, "-") == 0;
	FILE *file = standard ? stdin : fopen(o->batch, "re");
	if (!file)
		return fault_errno(&b->why, errno, "%s", o->batch);
	enum fund_status st = searcher_open(&b->searcher, analyser, o->indexes, o->n_indexes, &b->why);
	if (st == FUND_OK)
		st = answer_file(b, file);
	if (st == FUND_OK && searcher_check(&b->searcher) != FUND_OK)
		st = fault_set(&b->why, FUND_STALE, "the index changed while the batch was answered and could not be held: run it again");
	searcher_close(&b->searcher);
	if (!standard)
		fclose(file);
	return st;
}

int run_batch(const struct options *o, struct analyser *analyser, struct printer *out)
{
	struct batch b = { .options = o, .out = out, .present = run_present_options(o) };
	print_init(&b.timing, 2);
	enum fund_status st = run(&b, analyser);
	print_flush(out);
	print_flush(&b.timing);
	print_release(&b.timing);
	search_release(&b.search);
	arena_release(&b.page);
	if (st != FUND_OK)
		return run_trouble(&b.why);
	if (out->error && !out->closed_pipe) {
		fault_errno(&b.why, out->error, "output");
		return run_trouble(&b.why);
	}
	return b.bad ? 2 : b.any ? 0 : 1;
}
