/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/verify_deep.h"

#include <stdio.h>
#include <stdlib.h>

#include "indexer/interrupt.h"
#include "indexer/inverter.h"
#include "indexer/met_forms.h"
#include "indexer/runs.h"
#include "indexer/segment_stream.h"

#define FINDINGS_MAX 100u	       /* a segment: one wrong rule shows in every list */
#define MEMORY ((size_t)256 << 20)     /* lists before they are spilled */

struct deep {
	const struct verify_report *report;
	uint64_t *n_findings;
	struct segment *segment;
	struct analyser *analyser;
	struct inverter *inverter;
	struct spool spool;
	struct run *runs;
	uint32_t n_runs;
	uint32_t *docs;		   /* identity: the inverter numbers as the segment does */
	struct term_stream stored; /* walks beside what is made anew */
	bool stored_ended;
	uint64_t n_here;
};

static void finding(struct deep *d, const char *what, struct slice term, uint32_t doc)
{
	char text[400];
	++*d->n_findings;
	if (++d->n_here > FINDINGS_MAX)
		return;
	int len = term.len > 200 ? 200 : (int)term.len;
	snprintf(text, sizeof text, "segment %u: term \"%.*s\", document %u: %s", segment_number(d->segment), len, (const char *)term.data, doc, what);
	d->report->finding(d->report->context, text);
}

/* ---- comparing: the merged new lists come in as to a segment ---- */

struct compare {
	struct deep *deep;
	bool stored;  /* the dictionary has the term, too */
	bool differs; /* it was told that the lists differ: one finding a term says enough */
};

static enum fund_status next_stored(struct deep *d)
{
	enum fund_status st = d->stored.next_term(&d->stored);
	/* parts of compounds depend on the lexicon, not on the texts alone; they come last */
	d->stored_ended = st == FUND_END || (st == FUND_OK && d->stored.term.data[0] == CLASS_PART);
	return st == FUND_END ? FUND_OK : st;
}

/* Stored terms up to this one that no text has. */
static enum fund_status skip_stored(struct deep *d, struct slice term, bool all)
{
	enum fund_status st = FUND_OK;
	while (st == FUND_OK && !d->stored_ended && (all || slice_compare(d->stored.term, term) < 0)) {
		finding(d, "the dictionary has it, no text does", d->stored.term, 0);
		st = next_stored(d);
	}
	return st;
}

/* The dictionary does not say how many were capitalised. */
static bool same_forms(struct slice stored, struct slice forms)
{
	struct cursor a = cursor_of(stored), b = cursor_of(forms);
	struct met_form x, y;
	while (met_form_next(&a, &x) && met_form_next(&b, &y))
		if (x.n != y.n || !slice_equal(x.word, y.word))
			return false;
	return cursor_left(&a) == 0 && cursor_left(&b) == 0;
}

static enum fund_status compare_begin(void *context, struct slice term, struct slice forms)
{
	struct compare *c = context;
	enum fund_status st = skip_stored(c->deep, term, false);
	c->stored = !c->deep->stored_ended && slice_equal(c->deep->stored.term, term);
	c->differs = false;
	if (st == FUND_OK && !c->stored)
		finding(c->deep, "a text has it, the dictionary does not", term, 0);
	if (st == FUND_OK && c->stored && !same_forms(c->deep->stored.forms, forms)) {
		finding(c->deep, "its forms, or how often each occurs, differ from the texts", term, 0);
		c->differs = true;
	}
	return st;
}

static bool same_numbers(const uint32_t *a, const uint32_t *b, uint32_t n) { return !a || !b || memcmp(a, b, n * sizeof *a) == 0; }

static enum fund_status compare_posting(void *context, uint32_t doc, const struct posting *found)
{
	struct compare *c = context;
	struct posting p;
	if (!c->stored || c->differs)
		return FUND_OK;
	enum fund_status st = c->deep->stored.next_posting(&c->deep->stored, &p);
	bool missing = st == FUND_END || (st == FUND_OK && p.doc != doc);
	if (st != FUND_OK && !missing)
		return st;
	bool same = !missing && p.freq == found->freq && p.boost == found->boost && same_numbers(p.pos, found->pos, p.freq) &&
		    same_numbers(p.forms, found->forms, p.freq);
	if (!same) {
		finding(c->deep, missing ? "the list and the texts differ" : "frequency, field, positions or forms differ from the text", c->deep->stored.term, doc);
		c->differs = true;
	}
	return FUND_OK;
}

static enum fund_status compare_end(void *context)
{
	struct compare *c = context;
	struct posting p;
	if (!c->stored)
		return FUND_OK;
	if (!c->differs && c->deep->stored.next_posting(&c->deep->stored, &p) == FUND_OK)
		finding(c->deep, "the list has it, the text does not", c->deep->stored.term, p.doc);
	return next_stored(c->deep);
}

/* ---- one segment ---- */

static enum fund_status spill(struct deep *d)
{
	struct term_stream stream = { 0 };
	struct run *grown = realloc(d->runs, (d->n_runs + 1) * sizeof *grown);
	if (!grown)
		return FUND_NO_MEMORY;
	d->runs = grown;
	enum fund_status st = inverter_stream(d->inverter, &stream);
	if (st == FUND_OK)
		st = run_write(&stream, &d->spool, &d->runs[d->n_runs]);
	inverter_stream_end(&stream);
	d->n_runs += st == FUND_OK;
	inverter_reset(d->inverter, MEMORY / 4);
	return st;
}

static enum fund_status analyse_again(struct deep *d)
{
	struct text_cache cache = TEXT_CACHE_WALK;
	uint32_t n = segment_n_docs(d->segment);
	enum fund_status st = FUND_OK;
	for (uint32_t doc = 0; doc < n && st == FUND_OK; doc++) {
		struct stored_article a;
		struct inverted_doc in;
		uint64_t words = 0, length = 0;
		st = segment_article(d->segment, doc, &cache, &a);
		if (st == FUND_OK)
			st = inverter_add(d->inverter, &a, &in);
		if (st == FUND_OK)
			st = segment_value(d->segment, COLUMN_WORDS, doc, &words);
		if (st == FUND_OK)
			st = segment_value(d->segment, COLUMN_LENGTH, doc, &length);
		if (st == FUND_OK && (words != in.words || length != in.length))
			finding(d, "number of words differs from the text", (struct slice){ NULL, 0 }, doc);
		d->docs[doc] = doc;
		if (st == FUND_OK && inverter_memory(d->inverter) > MEMORY)
			st = spill(d);
		if (st == FUND_OK && interrupted())
			st = FUND_INTERRUPTED;
	}
	text_cache_release(&cache);
	return st;
}

static enum fund_status compare_all(struct deep *d)
{
	uint32_t n = d->n_runs + 1;
	struct compare compare = { .deep = d };
	struct term_sink sink = { &compare, compare_begin, compare_posting, compare_end };
	struct term_stream *streams = calloc(n, sizeof *streams);
	struct merge_input *inputs = calloc(n, sizeof *inputs);
	enum fund_status st = streams && inputs ? segment_stream(d->segment, NULL, &d->stored) : FUND_NO_MEMORY;
	for (uint32_t i = 0; i < n && st == FUND_OK; i++) {
		st = i < d->n_runs ? run_stream(&d->spool, d->runs[i], (size_t)1 << 20, &streams[i]) : inverter_stream(d->inverter, &streams[i]);
		inputs[i] = (struct merge_input){ &streams[i], d->docs };
	}
	if (st == FUND_OK)
		st = next_stored(d);
	if (st == FUND_OK)
		st = merge_terms(inputs, n, &sink, interrupted);
	if (st == FUND_OK)
		st = skip_stored(d, (struct slice){ NULL, 0 }, true);
	for (uint32_t i = 0; streams && i < n; i++)
		(i < d->n_runs ? run_stream_end : inverter_stream_end)(&streams[i]);
	segment_stream_end(&d->stored);
	free(streams);
	free(inputs);
	return st;
}

static enum fund_status verify_segment(struct deep *d, struct segment *s, const char *dir)
{
	enum fund_status st = analyser_new(&d->analyser);
	d->segment = s;
	spool_init(&d->spool, dir, (size_t)1 << 20);
	if (st == FUND_OK)
		st = inverter_new(&d->inverter, d->analyser, segment_weights(s));
	d->docs = malloc(((size_t)segment_n_docs(s) + 1) * sizeof *d->docs);
	if (st == FUND_OK && !d->docs)
		st = FUND_NO_MEMORY;
	if (st == FUND_OK)
		st = analyse_again(d);
	if (st == FUND_OK)
		st = compare_all(d);
	free(d->docs);
	free(d->runs);
	inverter_free(d->inverter);
	analyser_free(d->analyser);
	spool_release(&d->spool);
	return st;
}

enum fund_status verify_deep(const char *dir, const struct verify_report *report, uint64_t *n_findings, struct fault *why)
{
	struct snapshot *s;
	*n_findings = 0;
	enum fund_status st = snapshot_open(&s, dir, why);
	if (st == FUND_OK)
		snapshot_advise_through(s);
	for (uint32_t i = 0; st == FUND_OK && i < snapshot_n_segments(s); i++) {
		struct deep d = { .report = report, .n_findings = n_findings };
		struct segment *segment;
		st = snapshot_segment(s, i, &segment, why);
		if (st == FUND_OK)
			st = verify_segment(&d, segment, dir);
	}
	snapshot_close(s);
	if (st == FUND_INTERRUPTED)
		return fault_set(why, st, "stopped by a signal");
	return st == FUND_OK || why->text[0] ? st : fault_set(why, st, "%s: %s", dir, fund_status_name(st));
}
