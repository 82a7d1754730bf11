/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "indexer/parts.h"

#include <stdlib.h>

#include "indexer/hunspell.h"
#include "indexer/met_forms.h"
#include "indexer/verb_stems.h"

#define WORD_BYTES_MAX 64u /* longer words are no compounds to us */
#define SPOOL_MEMORY ((size_t)4 << 20)
#define NOUN_LEAST 3u	 /* times a noun was met */
#define NOUN_SHARE 2u	 /* so many times as often capitalised as not */

/* A noun, which may be a compound, or a part of one: its term, the form that it is split by, its list. In the order of their terms. */
struct compound_list {
	struct slice term, form; /* without class */
	uint64_t at, end;	 /* in the spool */
	uint32_t df;
};

struct part_of {
	struct slice part; /* its term, without class */
	uint32_t compound;
};

struct one_posting {
	uint32_t doc, freq;
	uint8_t boost;
	size_t at; /* of its first position in `pos` */
};

struct parts {
	struct term_sink to;
	struct analyser *analyser;
	struct lexicon *lexicon;
	const char *dictionary;
	bool counts; /* the lexicon is being made */
	struct arena arena;
	struct spool spool;
	struct compound_list *lists;
	size_t n_lists, cap_lists;
	struct part_of *of;
	size_t n_of, cap_of;
	struct buf forms;  /* of the term that comes, folded: met_forms.h */
	struct buf folded;
	bool keeps;	   /* the current term's list */
	uint32_t next_doc; /* the smallest that may come */
	struct slice *terms; /* of the lexicon's words that were met as parts, by slot; NULL data: not yet */
	struct one_posting *postings, *merged; /* of a part: those of all its compounds; room for as many */
	size_t n_postings, cap_postings, cap_merged;
	size_t *runs; /* where each compound's begin */
	size_t n_runs, cap_runs;
	uint32_t *pos;
	size_t n_pos, cap_pos;
	uint32_t *together; /* the positions of several compounds in a document */
	size_t cap_together;
	struct buf term;
};

enum fund_status parts_new(struct parts **out, const struct term_sink *to, struct analyser *analyser, struct lexicon *lexicon, const char *dictionary,
			   const char *dir)
{
	struct parts *p = calloc(1, sizeof *p);
	*out = p;
	if (!p)
		return FUND_NO_MEMORY;
	p->to = *to;
	p->analyser = analyser;
	p->lexicon = lexicon;
	p->dictionary = dictionary;
	p->counts = lexicon->n == 0;
	p->arena = (struct arena)ARENA_INIT;
	spool_init(&p->spool, dir, SPOOL_MEMORY);
	return FUND_OK;
}

void parts_free(struct parts *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	spool_release(&p->spool);
	free(p->lists);
	free(p->of);
	free(p->terms);
	free(p->postings);
	free(p->merged);
	free(p->runs);
	free(p->pos);
	free(p->together);
	buf_release(&p->forms);
	buf_release(&p->folded);
	buf_release(&p->term);
	free(p);
}

/* ---- the words go by ---- */

/* Most words in small letters are folded: no umlaut, nothing that may be one. */
static bool is_folded(struct slice word)
{
	uint8_t before = 0;
	for (size_t i = 0; i < word.len; before = word.data[i++]) {
		if (word.data[i] < 'a' || word.data[i] > 'z')
			return false;
		if (word.data[i] == 'e' && (before == 'a' || before == 'o' || before == 'u'))
			return false;
	}
	return true;
}

/* Folds the forms that words by themselves have. */
static enum fund_status fold_forms(struct parts *p, struct slice forms)
{
	struct cursor c = cursor_of(forms);
	struct met_form f;
	enum fund_status st = FUND_OK;
	buf_reset(&p->forms);
	while (st == FUND_OK && met_form_next(&c, &f)) {
		if (f.capital + f.small == 0 || f.word.len > WORD_BYTES_MAX)
			continue;
		if (!is_folded(f.word)) {
			buf_reset(&p->folded);
			st = analyse_fold(p->analyser, f.word, &p->folded);
			f.word = slice_buf(&p->folded);
		}
		if (st == FUND_OK && f.word.len && f.word.len <= WORD_BYTES_MAX)
			st = met_form_put(&p->forms, &f);
	}
	return st;
}

static bool is_noun(const struct met_form *f) { return f->capital >= NOUN_LEAST && f->capital > NOUN_SHARE * f->small; }

/* Several forms may be folded to the same: adds up what stands further behind. */
static void add_up(struct met_form *f, struct cursor rest)
{
	struct met_form other;
	while (met_form_next(&rest, &other))
		if (slice_equal(other.word, f->word)) {
			f->capital += other.capital;
			f->small += other.small;
		}
}

static bool stood_before(const struct parts *p, const struct met_form *f)
{
	struct cursor c = cursor_of(slice_buf(&p->forms));
	struct met_form other;
	while (met_form_next(&c, &other) && other.word.data != f->word.data)
		if (slice_equal(other.word, f->word))
			return true;
	return false;
}

/* More often met; among equals the shorter, then by bytes: whatever the inputs. */
static bool is_better(const struct met_form *a, const struct met_form *b)
{
	if (b->word.len == 0 || a->capital + a->small != b->capital + b->small)
		return b->word.len == 0 || a->capital + a->small > b->capital + b->small;
	return a->word.len != b->word.len ? a->word.len < b->word.len : slice_compare(a->word, b->word) < 0;
}

/* A noun is a word of the lexicon; a verb in -ieren, or the noun made of it, gives its stem. */
static enum fund_status count_form(struct parts *p, const struct met_form *f)
{
	struct slice stem = verb_stem_of_ieren(f->word);
	enum fund_status st = is_noun(f) ? lexicon_add(p->lexicon, f->word, f->capital + f->small, LEXICON_NOUN) : FUND_OK;
	return st == FUND_OK && stem.len ? lexicon_add(p->lexicon, stem, f->capital + f->small, 0) : st;
}

static enum fund_status count_verb(struct parts *p, struct slice term)
{
	uint64_t n = verb_times(term, slice_buf(&p->forms));
	return n ? lexicon_add(p->lexicon, term, n, 0) : FUND_OK;
}

/* Counts the nouns among the forms, and stems in -ier; *best: the one that the term is split by, capitalised at least half of the time. */
static enum fund_status count_forms(struct parts *p, struct met_form *best)
{
	struct cursor c = cursor_of(slice_buf(&p->forms));
	struct met_form f;
	enum fund_status st = FUND_OK;
	*best = (struct met_form){ .capital = 0 };
	while (st == FUND_OK && met_form_next(&c, &f)) {
		if (stood_before(p, &f))
			continue;
		add_up(&f, c);
		if (p->counts)
			st = count_form(p, &f);
		if (f.capital >= f.small && is_better(&f, best))
			*best = f;
	}
	return st;
}

static enum fund_status keep_list(struct parts *p, struct slice term, struct slice form)
{
	struct compound_list *lists = array_room(p->lists, p->n_lists + 1, &p->cap_lists, sizeof *lists);
	if (!lists)
		return FUND_NO_MEMORY;
	p->lists = lists;
	struct compound_list *l = &p->lists[p->n_lists];
	*l = (struct compound_list){ .term = arena_slice(&p->arena, term), .form = arena_slice(&p->arena, form), .at = spool_len(&p->spool) };
	if (!l->term.data || !l->form.data)
		return FUND_NO_MEMORY;
	p->keeps = true;
	p->next_doc = 0;
	return FUND_OK;
}

static enum fund_status begin_term(void *context, struct slice term, struct slice forms)
{
	struct parts *p = context;
	struct met_form best;
	enum fund_status st = FUND_OK;
	p->keeps = false;
	if (term.data[0] == CLASS_WORD) {
		st = fold_forms(p, forms);
		if (st == FUND_OK)
			st = count_forms(p, &best);
		if (st == FUND_OK && p->counts)
			st = count_verb(p, slice_from(term, 1));
		if (st == FUND_OK && best.word.len)
			st = keep_list(p, slice_from(term, 1), best.word);
	}
	return st == FUND_OK ? p->to.begin_term(p->to.context, term, forms) : st;
}

static enum fund_status keep_posting(struct parts *p, uint32_t doc, const struct posting *posting)
{
	uint8_t bytes[2 * VARINT32_MAX + 1], *end = put_varint(put_varint(bytes, doc - p->next_doc), posting->freq);
	*end++ = posting->boost;
	enum fund_status st = spool_write(&p->spool, bytes, (size_t)(end - bytes));
	for (uint32_t i = 0, next = 0; i < posting->freq && st == FUND_OK; next = posting->pos[i++] + 1)
		st = spool_varint(&p->spool, posting->pos[i] - next);
	p->next_doc = doc + 1;
	p->lists[p->n_lists].df++;
	return st;
}

static enum fund_status add_posting(void *context, uint32_t doc, const struct posting *posting)
{
	struct parts *p = context;
	enum fund_status st = p->keeps ? keep_posting(p, doc, posting) : FUND_OK;
	return st == FUND_OK ? p->to.add_posting(p->to.context, doc, posting) : st;
}

static enum fund_status end_term(void *context)
{
	struct parts *p = context;
	if (p->keeps) {
		p->lists[p->n_lists].end = spool_len(&p->spool);
		p->n_lists++;
		p->keeps = false;
	}
	return p->to.end_term(p->to.context);
}

struct term_sink parts_sink(struct parts *p) { return (struct term_sink){ p, begin_term, add_posting, end_term }; }

/* ---- splitting ---- */

struct splitting {
	struct parts *parts;
	uint32_t compound;
};

/* A word of the lexicon, and so is every part, is stemmed once. */
static enum fund_status term_of(struct parts *p, struct slice part, struct slice *term)
{
	size_t slot = (size_t)(lexicon_find(p->lexicon, part) - p->lexicon->slots);
	enum fund_status st = FUND_OK;
	if (!p->terms[slot].data) {
		buf_reset(&p->term);
		st = analyse_part(p->analyser, part, &p->term);
		if (st == FUND_OK)
			p->terms[slot] = arena_slice(&p->arena, slice_buf(&p->term));
		if (st == FUND_OK && !p->terms[slot].data)
			st = FUND_NO_MEMORY;
	}
	*term = p->terms[slot];
	return st;
}

static enum fund_status add_part(void *context, struct slice part, unsigned level, uint32_t end)
{
	const struct splitting *s = context;
	struct parts *p = s->parts;
	struct slice term;
	(void)level;
	(void)end;
	struct part_of *of = array_room(p->of, p->n_of + 1, &p->cap_of, sizeof *of);
	if (!of)
		return FUND_NO_MEMORY;
	p->of = of;
	enum fund_status st = term_of(p, part, &term);
	if (st == FUND_OK && term.len && !slice_equal(term, p->lists[s->compound].term))
		p->of[p->n_of++] = (struct part_of){ term, s->compound };
	return st;
}

static enum fund_status split_all(struct parts *p)
{
	enum fund_status st = FUND_OK;
	p->terms = calloc(p->lexicon->n_slots + 1, sizeof *p->terms);
	if (!p->terms)
		return FUND_NO_MEMORY;
	for (size_t i = 0; i < p->n_lists && st == FUND_OK; i++) {
		struct splitting splitting = { p, (uint32_t)i };
		st = compound_parts(p->lexicon, NULL, p->lists[i].form, &(struct part_sink){ &splitting, add_part });
	}
	free(p->terms);
	p->terms = NULL;
	return st;
}

static int by_part(const void *a, const void *b)
{
	const struct part_of *x = a, *y = b;
	int c = slice_compare(x->part, y->part);
	return c ? c : (x->compound > y->compound) - (x->compound < y->compound);
}

/* ---- lists of parts ---- */

static enum fund_status load_positions(struct parts *p, struct spool_reader *in, uint32_t freq)
{
	uint32_t next = 0;
	if (in->status != FUND_OK)
		return in->status;
	uint32_t *pos = array_room(p->pos, p->n_pos + freq, &p->cap_pos, sizeof *pos);
	if (!pos)
		return FUND_NO_MEMORY;
	p->pos = pos;
	for (uint32_t i = 0; i < freq && in->status == FUND_OK; i++) {
		p->pos[p->n_pos] = next + (uint32_t)spool_reader_varint(in);
		next = p->pos[p->n_pos++] + 1;
	}
	return in->status;
}

/* Behind those of the other compounds, in order. */
static enum fund_status load(struct parts *p, const struct compound_list *l)
{
	struct spool_reader in;
	uint32_t doc = 0;
	size_t bytes = (size_t)(l->end - l->at);
	size_t *runs = array_room(p->runs, p->n_runs + 2, &p->cap_runs, sizeof *runs);
	if (!runs)
		return FUND_NO_MEMORY;
	p->runs = runs;
	p->runs[p->n_runs++] = p->n_postings;
	enum fund_status st = spool_reader_init(&in, &p->spool, l->at, l->end, bytes < 65536 ? bytes + 1 : 65536);
	for (uint32_t i = 0; i < l->df && st == FUND_OK; i++) {
		struct one_posting *postings = array_room(p->postings, p->n_postings + 1, &p->cap_postings, sizeof *postings);
		if (!postings) {
			st = FUND_NO_MEMORY;
			break;
		}
		p->postings = postings;
		doc += (uint32_t)spool_reader_varint(&in);
		struct one_posting *o = &p->postings[p->n_postings++];
		o->doc = doc++;
		o->freq = (uint32_t)spool_reader_varint(&in);
		o->boost = spool_reader_u8(&in);
		o->at = p->n_pos;
		st = load_positions(p, &in, o->freq);
	}
	spool_reader_release(&in);
	return st;
}

/* Merges the run [a, b) with [b, c) into `merged`. */
static void merge_two(struct parts *p, size_t a, size_t b, size_t c)
{
	const struct one_posting *from = p->postings;
	struct one_posting *out = p->merged + a;
	for (size_t i = a, k = b; i < b || k < c;)
		*out++ = k == c || (i < b && from[i].doc <= from[k].doc) ? from[i++] : from[k++];
}

/* Two runs become one, until one is left: all by document. */
static enum fund_status merge_runs(struct parts *p)
{
	struct one_posting *merged = array_room(p->merged, p->n_postings, &p->cap_merged, sizeof *merged);
	if (!merged)
		return FUND_NO_MEMORY;
	p->merged = merged;
	while (p->n_runs > 1) {
		size_t n = 0;
		p->runs[p->n_runs] = p->n_postings;
		for (size_t i = 0; i < p->n_runs; i += 2) {
			size_t last = i + 2 <= p->n_runs ? i + 2 : p->n_runs;
			merge_two(p, p->runs[i], p->runs[i + 1], p->runs[last]);
			p->runs[n++] = p->runs[i];
		}
		p->n_runs = n;
		merged = p->merged;
		p->merged = p->postings;
		p->postings = merged;
		size_t cap = p->cap_merged;
		p->cap_merged = p->cap_postings;
		p->cap_postings = cap;
	}
	return FUND_OK;
}

static uint8_t add_boosts(uint8_t a, uint8_t b)
{
	unsigned title = (a & 15u) + (b & 15u), lead = (a >> 4) + (b >> 4);
	return (uint8_t)((title < 15 ? title : 15) | (lead < 15 ? lead : 15) << 4);
}

#define FEW 32u /* numbers that are sorted in place sooner than by a call for each comparison */

static int ascending(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void sort_positions(uint32_t *pos, size_t n)
{
	if (n > FEW) {
		qsort(pos, n, sizeof *pos, ascending);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		uint32_t one = pos[i];
		size_t k = i;
		for (; k > 0 && pos[k - 1] > one; k--)
			pos[k] = pos[k - 1];
		pos[k] = one;
	}
}

/* One posting of the n of a document: compounds at the same place are one occurrence. */
static enum fund_status put_together(struct parts *p, const struct one_posting *of, size_t n, struct posting *out)
{
	size_t freq = 0;
	*out = (struct posting){ .freq = of->freq, .boost = of->boost, .pos = p->pos + of->at };
	if (n == 1)
		return FUND_OK;
	for (size_t i = 0; i < n; i++)
		freq += of[i].freq;
	uint32_t *together = array_room(p->together, freq, &p->cap_together, sizeof *together);
	if (!together)
		return FUND_NO_MEMORY;
	p->together = together;
	freq = 0;
	for (size_t i = 0; i < n; freq += of[i++].freq)
		memcpy(p->together + freq, p->pos + of[i].at, of[i].freq * sizeof *p->together);
	sort_positions(p->together, freq);
	out->freq = 0;
	for (size_t i = 0; i < freq; i++)
		if (i == 0 || p->together[i] != p->together[i - 1])
			p->together[out->freq++] = p->together[i];
	for (size_t i = 1; i < n; i++)
		out->boost = add_boosts(out->boost, of[i].boost);
	out->pos = p->together;
	return FUND_OK;
}

static enum fund_status write_list(struct parts *p, struct slice part)
{
	if (p->n_postings == 0)
		return FUND_OK;
	buf_reset(&p->term);
	enum fund_status st = buf_add_byte(&p->term, CLASS_PART);
	if (st == FUND_OK)
		st = buf_add_slice(&p->term, part);
	if (st == FUND_OK)
		st = p->to.begin_term(p->to.context, slice_buf(&p->term), slice_of(NULL, 0));
	for (size_t i = 0, next; i < p->n_postings && st == FUND_OK; i = next) {
		struct posting one;
		for (next = i + 1; next < p->n_postings && p->postings[next].doc == p->postings[i].doc;)
			next++;
		st = put_together(p, &p->postings[i], next - i, &one);
		if (st == FUND_OK)
			st = p->to.add_posting(p->to.context, p->postings[i].doc, &one);
	}
	return st == FUND_OK ? p->to.end_term(p->to.context) : st;
}

enum fund_status parts_finish(struct parts *p, struct fault *why)
{
	enum fund_status st = p->counts ? hunspell_add(p->lexicon, p->analyser, p->dictionary, why) : FUND_OK;
	if (st == FUND_OK && p->counts)
		st = compound_choose_parts(p->lexicon);
	if (st == FUND_OK)
		st = split_all(p);
	if (p->n_of > 1)
		qsort(p->of, p->n_of, sizeof *p->of, by_part);
	for (size_t i = 0, next; i < p->n_of && st == FUND_OK; i = next) {
		p->n_postings = p->n_pos = p->n_runs = 0;
		for (next = i; next < p->n_of && slice_equal(p->of[next].part, p->of[i].part) && st == FUND_OK; next++)
			if (next == i || p->of[next].compound != p->of[next - 1].compound)
				st = load(p, &p->lists[p->of[next].compound]);
		if (st == FUND_OK && p->n_runs > 1)
			st = merge_runs(p);
		if (st == FUND_OK)
			st = write_list(p, p->of[i].part);
	}
	return st;
}
