/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * codecs.c - how many bytes the lists of an index would take in other codes. bench/codecs builds and runs it.
 *
 *     codecs INDEX
 *
 * Counted from the real lists of all segments, without checksums, skip entries and bounds. Blocks of 128, the last of a list shorter.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store/intblock.h"
#include "store/postings.h"
#include "store/segment.h"

enum code { VARINT, STREAM_VBYTE, PACKED, PFOR, RICE, ELIAS_FANO, BITMAP, CODES };
static const char *const names[CODES] = { "variable byte", "StreamVByte", "bit-packed", "PFor (in use)", "Rice, parameter a block", "Elias-Fano, a list",
					  "bitmap from 1/8 of the documents on, else PFor" };

struct sizes {
	double bytes[CODES];
	uint64_t n;
};

struct block {
	uint32_t values[INTBLOCK_LEN];
	uint32_t n;
};

static unsigned bits(uint32_t v) { return v ? 32u - (unsigned)__builtin_clz(v) : 0; }

static double rice_bytes(const struct block *b)
{
	double best = 1e18;
	for (unsigned k = 0; k < 24; k++) {
		double sum = 0;
		for (uint32_t i = 0; i < b->n; i++)
			sum += (double)(b->values[i] >> k) + 1 + k;
		best = sum < best ? sum : best;
	}
	return best / 8 + 1;
}

static void flush(struct sizes *s, struct block *b)
{
	uint8_t room[INTBLOCK_BYTES_MAX];
	unsigned width = 0;
	if (b->n == 0)
		return;
	for (uint32_t i = 0; i < b->n; i++) {
		unsigned w = bits(b->values[i]);
		width = w > width ? w : width;
		s->bytes[VARINT] += w < 8 ? 1 : (w + 6) / 7;
		s->bytes[STREAM_VBYTE] += 0.25 + (w < 9 ? 1 : (w + 7) / 8);
	}
	s->bytes[PACKED] += 1 + (b->n * width + 7) / 8;
	double pfor = (double)(intblock_encode(b->values, b->n, room) - room);
	s->bytes[PFOR] += pfor;
	s->bytes[BITMAP] += pfor;
	s->bytes[RICE] += rice_bytes(b);
	s->n += b->n;
	b->n = 0;
}

static void add(struct sizes *s, struct block *b, uint32_t value)
{
	b->values[b->n++] = value;
	if (b->n == INTBLOCK_LEN)
		flush(s, b);
}

static void check(bool good)
{
	if (good)
		return;
	fprintf(stderr, "codecs: the index cannot be read\n");
	exit(2);
}

struct totals {
	struct sizes gaps, freqs, positions;
};

static void one_list(struct totals *t, const struct chunk_source *source, const struct term_entry *e, struct field_weights weights, uint32_t n_docs,
		     struct postings *p)
{
	struct block gaps = { .n = 0 }, freqs = { .n = 0 }, positions = { .n = 0 };
	double before = t->gaps.bytes[BITMAP];
	uint32_t next = 0;
	check(postings_open(p, source, e, weights) == FUND_OK);
	for (check(postings_next(p) == FUND_OK); p->doc != DOC_END; check(postings_next(p) == FUND_OK)) {
		uint32_t freq, n = 0, after = 0;
		const uint32_t *pos;
		check(postings_freq(p, &freq) == FUND_OK);
		add(&t->gaps, &gaps, p->doc - next);
		add(&t->freqs, &freqs, freq - 1);
		next = p->doc + 1;
		if (e->has_positions)
			check(postings_positions(p, &pos, &n) == FUND_OK);
		for (uint32_t i = 0; i < n; i++) {
			add(&t->positions, &positions, pos[i] - after);
			after = pos[i] + 1;
		}
	}
	flush(&t->gaps, &gaps);
	flush(&t->freqs, &freqs);
	flush(&t->positions, &positions);
	postings_release(p);
	t->gaps.bytes[ELIAS_FANO] += e->df * (2.0 + bits(n_docs / e->df)) / 8 + 1;
	if (e->df > n_docs / 8)
		t->gaps.bytes[BITMAP] = before + n_docs / 8.0;
}

int main(int argc, char **argv)
{
	struct totals t = { 0 };
	struct fault why = { 0 };
	struct snapshot *s;
	struct postings *p = malloc(sizeof *p);
	if (argc != 2 || !p || snapshot_open(&s, argv[1], &why) != FUND_OK) {
		fprintf(stderr, "usage: codecs INDEX %s\n", why.text);
		return 2;
	}
	for (uint32_t i = 0; i < snapshot_n_segments(s); i++) {
		struct segment *g;
		struct dictionary_iter it;
		check(snapshot_segment(s, i, &g, &why) == FUND_OK);
		check(dictionary_seek(&it, segment_chunks(g), slice_of("w", 1)) == FUND_OK);
		while (dictionary_next(&it) == FUND_OK)
			one_list(&t, segment_chunks(g), &it.entry, segment_weights(g), segment_n_docs(g), p);
	}
	printf("| MB of %.2f million postings, %.2f million positions | document gaps | frequencies | positions |\n| --- | --: | --: | --: |\n",
	       (double)t.gaps.n / 1e6, (double)t.positions.n / 1e6);
	for (int c = 0; c < CODES; c++) {
		printf("| %s | %.2f |", names[c], t.gaps.bytes[c] / 1e6);
		if (c < ELIAS_FANO)
			printf(" %.2f | %.2f |\n", t.freqs.bytes[c] / 1e6, t.positions.bytes[c] / 1e6);
		else
			printf(" | |\n");
	}
	free(p);
	snapshot_close(s);
	return 0;
}
