/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * micro.c - what the pieces cost: blocks of integers, intersection, analysis, compression. bench/micro builds and runs it.
 *
 *     micro INDEX TEXT
 *
 * INDEX: an index, for real lists. TEXT: a file of German text. Each figure is the best of seven rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stemmer/analyse.h"
#include "store/intblock.h"
#include "store/postings.h"
#include "store/segment.h"
#include "store/text_block.h"

#define ROUNDS 7
#define BLOCKS 4096u

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "micro: %s\n", what);
	exit(2);
}

static void row(const char *what, double value, const char *unit) { printf("| %s | %.2f | %s |\n", what, value, unit); }

/* ---- blocks of integers ---- */

struct blocks {
	uint8_t *bytes;
	size_t off[BLOCKS + 1];
};

/* Gaps as of a word in every `mean`-th document. */
static void encode(struct blocks *b, unsigned mean)
{
	uint32_t values[INTBLOCK_LEN];
	b->bytes = malloc((size_t)BLOCKS * INTBLOCK_BYTES_MAX);
	if (!b->bytes)
		die("no memory");
	srand(1);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		for (uint32_t k = 0; k < INTBLOCK_LEN; k++)
			for (values[k] = 0; (unsigned)rand() % mean != 0;)
				values[k]++;
		b->off[i + 1] = (size_t)(intblock_encode(values, INTBLOCK_LEN, b->bytes + b->off[i]) - b->bytes);
	}
}

static double decode(const struct blocks *b, size_t (*one)(struct slice, uint32_t, uint32_t *))
{
	uint32_t values[INTBLOCK_LEN + 8], sum = 0;
	double best = 1e9;
	for (int r = 0; r < ROUNDS; r++) {
		double start = now();
		for (uint32_t i = 0; i < BLOCKS; i++) {
			one(slice_of(b->bytes + b->off[i], b->off[i + 1] - b->off[i]), INTBLOCK_LEN, values);
			sum += values[7];
		}
		double took = now() - start;
		best = took < best ? took : best;
	}
	return sum == 1 ? 0 : best / BLOCKS / INTBLOCK_LEN * 1e9;
}

static void bench_blocks(void)
{
	static const unsigned means[] = { 2, 20, 1000 };
	for (size_t i = 0; i < 3; i++) {
		struct blocks b = { 0 };
		char name[100];
		encode(&b, means[i]);
		snprintf(name, sizeof name, "decode, mean gap %u, %.2f bits an integer, %s", means[i], 8.0 * (double)b.off[BLOCKS] / BLOCKS / INTBLOCK_LEN, intblock_simd_name());
		row(name, decode(&b, intblock_decode), "ns an integer");
		snprintf(name, sizeof name, "decode, mean gap %u, portable twin", means[i]);
		row(name, decode(&b, intblock_portable_decode), "ns an integer");
		free(b.bytes);
	}
}

/* ---- lists ---- */

static struct term_entry most_frequent(const struct chunk_source *source, uint32_t at_most)
{
	struct dictionary_iter it;
	struct term_entry best = { .df = 0 };
	if (dictionary_seek(&it, source, slice_of("w", 1)) != FUND_OK)
		die("dictionary");
	while (dictionary_next(&it) == FUND_OK && it.entry.term.data[0] == 'w')
		if (it.entry.df > best.df && it.entry.df <= at_most && it.entry.form == LIST_LONG)
			best = it.entry;
	return best;
}

static void bench_intersect(const char *index)
{
	struct fault why = { 0 };
	struct snapshot *s;
	struct segment *g;
	struct postings *a = malloc(sizeof *a), *b = malloc(sizeof *b);
	if (!a || !b || snapshot_open(&s, index, &why) != FUND_OK || snapshot_segment(s, 0, &g, &why) != FUND_OK)
		die(why.text);
	const struct chunk_source *source = segment_chunks(g);
	struct term_entry often = most_frequent(source, UINT32_MAX), seldom = most_frequent(source, often.df / 20);
	double best = 1e9;
	uint32_t common = 0;
	for (int r = 0; r < ROUNDS; r++) {
		double start = now();
		if (postings_open(a, source, &seldom, segment_weights(g)) != FUND_OK || postings_open(b, source, &often, segment_weights(g)) != FUND_OK)
			die("list");
		for (common = 0; postings_next(a) == FUND_OK && a->doc != DOC_END;) {
			postings_seek(b, a->doc);
			common += b->doc == a->doc;
		}
		double took = now() - start;
		best = took < best ? took : best;
		postings_release(a);
		postings_release(b);
	}
	char name[100];
	snprintf(name, sizeof name, "intersect %u with %u documents (%u in common)", seldom.df, often.df, common);
	row(name, best / seldom.df * 1e9, "ns a document of the shorter");
	free(a);
	free(b);
	snapshot_close(s);
}

/* ---- text ---- */

static struct slice read_text(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t cap = (size_t)16 << 20;
	uint8_t *bytes = malloc(cap);
	if (!f || !bytes)
		die(path);
	size_t n = fread(bytes, 1, cap, f);
	fclose(f);
	return slice_of(bytes, n);
}

static enum fund_status count_token(void *context, const struct token *t)
{
	(void)t;
	++*(uint64_t *)context;
	return FUND_OK;
}

static void bench_analyse(struct slice text)
{
	struct analyser *a;
	uint64_t n = 0;
	struct token_sink sink = { &n, count_token, NULL, NULL };
	double first = 0, best = 1e9;
	if (analyser_new(&a) != FUND_OK)
		die("no memory");
	for (int r = 0; r < ROUNDS; r++) {
		uint32_t pos = 0;
		double start = now();
		n = 0;
		if (analyse_text(a, text, &pos, &sink) != FUND_OK)
			die("analysis");
		double took = now() - start;
		first = r == 0 ? took : first;
		best = took < best ? took : best;
	}
	row("analyse, all words new to the table", first / (double)n * 1e9, "ns a word");
	row("analyse, all words known", best / (double)n * 1e9, "ns a word");
	row("words that differ, of 100", 100.0 * analyser_n_words(a) / (double)n, "");
	analyser_free(a);
}

struct block {
	size_t end; /* in the stored bytes */
	uint32_t raw_len;
};

static uint32_t pack(struct text_builder *b, struct slice text, struct buf *stored, struct block *blocks)
{
	uint32_t n = 0, n_docs;
	buf_reset(stored);
	for (size_t at = 0; at < text.len; at += 4096) { /* an article of about the usual length */
		struct stored_article article = { .body = slice_of(text.data + at, text.len - at < 4096 ? text.len - at : 4096) };
		if (text_builder_add(b, &article) != FUND_OK)
			die("compression");
		if (text_builder_raw_len(b) < TEXT_BLOCK_TARGET && at + 4096 < text.len)
			continue;
		if (text_builder_close(b, stored, &n_docs, &blocks[n].raw_len) != FUND_OK)
			die("compression");
		blocks[n++].end = stored->len;
	}
	return n;
}

static void bench_compress(struct slice text)
{
	struct text_builder *b;
	struct buf stored = BUF_INIT, raw = BUF_INIT;
	struct block *blocks = calloc(text.len / TEXT_BLOCK_TARGET + 2, sizeof *blocks);
	double packing = 1e9, unpacking = 1e9;
	if (!blocks || text_builder_new(&b) != FUND_OK)
		die("no memory");
	for (int r = 0; r < 3; r++) {
		double start = now();
		uint32_t n = pack(b, text, &stored, blocks);
		double middle = now();
		for (uint32_t i = 0; i < n; i++) {
			size_t from = i ? blocks[i - 1].end : 0;
			if (text_block_unpack(slice_of(stored.data + from, blocks[i].end - from), blocks[i].raw_len, &raw) != FUND_OK)
				die("a block cannot be read back");
		}
		double end = now();
		packing = middle - start < packing ? middle - start : packing;
		unpacking = end - middle < unpacking ? end - middle : unpacking;
	}
	row("compress", (double)text.len / packing / 1e6, "MB a second");
	row("decompress", (double)text.len / unpacking / 1e6, "MB a second");
	row("compressed, of 100", 100.0 * (double)stored.len / (double)text.len, "");
	text_builder_free(b);
	buf_release(&stored);
	buf_release(&raw);
	free(blocks);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		die("usage: micro INDEX TEXT");
	struct slice text = read_text(argv[2]);
	printf("| piece | | |\n| --- | --: | --- |\n");
	bench_blocks();
	bench_intersect(argv[1]);
	bench_analyse(text);
	bench_compress(text);
	free((void *)(uintptr_t)text.data);
	return 0;
}
